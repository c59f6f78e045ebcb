//! Service-level objectives: how much of what may go wrong has gone wrong, and how fast it goes on.
//!
//! An objective promises that a share of requests is good over [`PERIOD`]; the rest is its error budget. The *burn rate* is the
//! share of bad requests over the share that may be bad: at 1 the budget lasts exactly the period. An alarm needs two windows,
//! a long one, so that a moment's trouble does not raise it, and a short one, so that it ends when the trouble does.
//!
//! Method: multiwindow, multi-burn-rate alerts (Google, *The Site Reliability Workbook*, 2018, chapter 5), with its windows and
//! rates.

use serde::{Deserialize, Serialize};

use crate::bucket::Transaction;
use crate::time::DAY;
use crate::view::Level;

/// Seconds for which an objective is promised.
pub const PERIOD: i64 = 30 * DAY;

/// Seconds of the windows that are looked at, ascending.
pub const WINDOWS: [i64; 6] = [300, 1800, 3600, 6 * 3600, 3 * DAY, PERIOD];

/// Long window, short window, burn rate that both must reach, and how grave that is: 2 % of the budget in an hour, 5 % in six
/// hours, 10 % in three days.
const ALARMS: [(i64, i64, f64, Level); 3] =
    [(3600, 300, 14.4, Level::Failure), (6 * 3600, 1800, 6.0, Level::Abnormal), (3 * DAY, 6 * 3600, 1.0, Level::Sign)];

/// Bad requests in the long window below which nothing is said: three failures at night are no trend.
const FEWEST: f64 = 10.0;

/// What makes a request good.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// It does not fail.
    Success,
    /// It is answered within so many seconds.
    Within(f64),
}

/// A promise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Objective {
    /// The service; empty for what users of a region meet.
    pub service: String,
    /// What makes a request good.
    pub goal: Goal,
    /// Share of requests that are to be good, below 1.
    pub share: f64,
}

/// What happened in a window.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Spent {
    /// Length of the window, seconds.
    pub window: i64,
    /// Seconds of it for which there are rows.
    pub covered: i64,
    /// Requests.
    pub requests: f64,
    /// Bad ones among them.
    pub bad: f64,
}

/// How an objective stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Budget {
    /// The promise.
    pub objective: Objective,
    /// What happened in each of [`WINDOWS`].
    pub spent: Vec<Spent>,
    /// How grave it is that the budget burns: [`Level::Normal`] if it does not burn too fast.
    pub level: Level,
}

impl Spent {
    /// What a window's requests amount to for a goal.
    pub fn of(goal: Goal, window: i64, covered: i64, requests: &Transaction) -> Self {
        let (requests, bad) = match goal {
            Goal::Success => (requests.count as f64, requests.errors as f64),
            Goal::Within(seconds) => {
                let timed = requests.latency.count() as f64;
                // The sketch's bins hold whole nanoseconds; a goal beyond an hour is refused by whoever reads settings.
                let limit = (seconds.clamp(0.0, 86_400.0) * 1e9) as u64;
                (timed, timed * requests.latency.share_above(limit).unwrap_or(0.0))
            }
        };
        Self { window, covered, requests, bad }
    }

    /// Share of good requests; absent without requests.
    pub fn good(&self) -> Option<f64> {
        (self.requests > 0.0).then(|| 1.0 - self.bad / self.requests)
    }
}

impl Budget {
    /// Judges an objective by what happened in each of [`WINDOWS`].
    pub fn of(objective: Objective, spent: Vec<Spent>) -> Self {
        let mut budget = Self { objective, spent, level: Level::Normal };
        let fires = |(long, short, rate, _): &&(i64, i64, f64, Level)| {
            let burns = |window| budget.burn(window).is_some_and(|burn| burn >= *rate);
            burns(*long) && burns(*short) && budget.window(*long).is_some_and(|spent| spent.bad >= FEWEST)
        };
        budget.level = ALARMS.iter().find(fires).map_or(Level::Normal, |(.., level)| *level);
        budget
    }

    /// What happened in a window.
    pub fn window(&self, window: i64) -> Option<&Spent> {
        self.spent.iter().find(|spent| spent.window == window)
    }

    /// Burn rate of a window; absent without requests.
    pub fn burn(&self, window: i64) -> Option<f64> {
        let may = 1.0 - self.objective.share;
        Some((1.0 - self.window(window)?.good()?) / may).filter(|burn| burn.is_finite())
    }

    /// Share of the error budget that is left; below 0 if more went wrong than may.
    pub fn left(&self) -> Option<f64> {
        Some(1.0 - self.burn(PERIOD)?)
    }

    /// Seconds until nothing is left if it goes on as in the long window of its alarm; absent without an alarm or a budget.
    pub fn lasts(&self) -> Option<i64> {
        let (long, ..) = ALARMS.iter().find(|(.., level)| *level == self.level)?;
        let seconds = self.left().filter(|left| *left > 0.0)? * PERIOD as f64 / self.burn(*long)?;
        Some(seconds as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget(bad: [f64; 6]) -> Budget {
        let objective = Objective { service: String::new(), goal: Goal::Success, share: 0.99 };
        let spent = WINDOWS.iter().zip(bad);
        let spent = spent.map(|(window, bad)| Spent {
            window: *window,
            covered: *window,
            requests: 10_000.0,
            bad: bad * 10_000.0,
        });
        Budget::of(objective, spent.collect())
    }

    #[test]
    fn an_alarm_needs_both_windows() {
        assert_eq!(budget([0.2, 0.2, 0.2, 0.04, 0.01, 0.002]).level, Level::Failure);
        // Over already: the short window is clean.
        assert_eq!(budget([0.0, 0.0, 0.2, 0.04, 0.005, 0.002]).level, Level::Normal);
        // Only just begun: the long window has hardly moved.
        assert_eq!(budget([0.2, 0.05, 0.05, 0.01, 0.002, 0.001]).level, Level::Normal);
        assert_eq!(budget([0.07, 0.07, 0.07, 0.07, 0.009, 0.002]).level, Level::Abnormal);
        assert_eq!(budget([0.012; 6]).level, Level::Sign);
        assert_eq!(budget([0.0099; 6]).level, Level::Normal);
    }

    #[test]
    fn what_is_left_and_how_long_it_lasts() {
        let burning = budget([0.2, 0.2, 0.2, 0.04, 0.01, 0.005]);
        assert!((burning.left().unwrap() - 0.5).abs() < 1e-9);
        // Half of 30 days, twenty times as fast.
        assert_eq!(burning.lasts(), Some(64_800));
        let over = budget([0.2, 0.2, 0.2, 0.04, 0.02, 0.02]);
        assert!((over.left().unwrap() + 1.0).abs() < 1e-9);
        assert_eq!(over.lasts(), None);
        assert_eq!(budget([0.0; 6]).lasts(), None);
    }

    #[test]
    fn few_requests_and_none_say_nothing() {
        let objective = Objective { service: String::new(), goal: Goal::Success, share: 0.99 };
        let few = WINDOWS.map(|window| Spent { window, covered: window, requests: 20.0, bad: 9.0 });
        assert_eq!(Budget::of(objective.clone(), few.into()).level, Level::Normal);
        let none = WINDOWS.map(|window| Spent { window, covered: 0, requests: 0.0, bad: 0.0 });
        let none = Budget::of(objective.clone(), none.into());
        assert_eq!((none.level, none.left(), none.lasts()), (Level::Normal, None, None));
        let missing = Budget::of(objective, Vec::new());
        assert_eq!((missing.level, missing.left()), (Level::Normal, None));
        // A share that leaves no budget divides by nothing.
        let all = Objective { service: String::new(), goal: Goal::Success, share: 1.0 };
        let clean = WINDOWS.map(|window| Spent { window, covered: window, requests: 20.0, bad: 0.0 });
        assert_eq!(Budget::of(all, clean.into()).left(), None);
    }

    #[test]
    fn slow_requests_are_those_above_the_limit() {
        let mut requests = Transaction { count: 100, ..Transaction::default() };
        requests.latency.insert_n(100_000_000, 90);
        requests.latency.insert_n(5_000_000_000, 10);
        let spent = Spent::of(Goal::Within(1.0), 300, 300, &requests);
        assert_eq!((spent.requests, spent.bad), (100.0, 10.0));
        let none = Spent::of(Goal::Within(1.0), 300, 300, &Transaction::default());
        assert_eq!((none.requests, none.bad, none.good()), (0.0, 0.0, None));
    }
}
