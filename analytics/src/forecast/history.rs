//! A series made ready: leading nothing cut off, gaps filled, long ones refused.

/// Length of the two seasons in steps; 0 where there is none (a week at steps of a week).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seasons {
    /// The shorter season: a day of hours or of five minutes, a week of days.
    pub short: usize,
    /// The longer one, a multiple of the shorter: a week of hours or of five minutes.
    pub long: usize,
}

impl Seasons {
    /// A day and a week of steps of so many seconds; steps of a day have a week alone.
    pub const fn of_step(seconds: i64) -> Self {
        let seconds = if seconds < 1 { 1 } else { seconds };
        let day = (crate::time::DAY / seconds) as usize;
        if day < 2 { Self { short: 7, long: 0 } } else { Self { short: day, long: 7 * day } }
    }
}

/// Steps of the past that are used: six long seasons, or so many short ones where there is no long one.
const LONG_SEASONS: usize = 6;
const SHORT_SEASONS: usize = 60;
/// Points below which nothing is forecast.
const LEAST: usize = 12;
/// Forecasts from past instants, times the horizon; bounds the time that a forecast takes.
const WORK: usize = 6_000;

/// A series without gaps, and which of its points were received.
pub(super) struct History {
    /// Values, gaps filled.
    pub(super) values: Vec<f64>,
    /// What was received, NaN elsewhere.
    pub(super) received: Vec<f64>,
    pub(super) seasons: Seasons,
    /// Smallest and largest value received.
    pub(super) range: (f64, f64),
}

impl History {
    /// `None` where the series is too short or too thin.
    pub(super) fn of(values: &[f64], seasons: Seasons) -> Option<Self> {
        let short = seasons.short.max(1);
        let keep = if seasons.long > short { LONG_SEASONS * seasons.long } else { SHORT_SEASONS * short };
        let values = &values[values.len().saturating_sub(keep)..];
        // Values beyond 1e15 are no measurement, and their squares would not be numbers.
        let sound = |v: &f64| libm::fabs(*v) < 1e15;
        let first = values.iter().position(sound)?;
        let received: Vec<f64> = values[first..].iter().map(|v| if sound(v) { *v } else { f64::NAN }).collect();
        let lately = &received[received.len().saturating_sub(2 * short)..];
        let there = lately.iter().filter(|v| !v.is_nan()).count();
        if received.len() < (2 * short).max(LEAST) || 2 * there < lately.len() {
            return None;
        }
        let range =
            received.iter().filter(|v| !v.is_nan()).fold((f64::MAX, f64::MIN), |r, v| (r.0.min(*v), r.1.max(*v)));
        Some(Self { values: filled(&received, seasons), received, seasons, range })
    }

    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// Past instants to forecast from, ascending, and last the end of the series.
    pub(super) fn origins(&self, horizon: usize) -> Vec<usize> {
        let n = self.len();
        let first = (n / 2).max(self.seasons.short.min(n / 2) + 2);
        let count = (WORK / horizon.max(1)).clamp(24, 150).min(n.saturating_sub(first)).max(1);
        let mut origins: Vec<usize> = (0..count).map(|at| first + (n - first) * at / count).collect();
        origins.push(n);
        origins
    }
}

/// Fills a gap with the value a long season before, else a short one, else the last one received.
fn filled(received: &[f64], seasons: Seasons) -> Vec<f64> {
    let mut values = received.to_vec();
    for at in 0..values.len() {
        if values[at].is_nan() {
            let back = |steps: usize| (steps > 0 && at >= steps).then(|| values[at - steps]);
            values[at] = back(seasons.long).or_else(|| back(seasons.short)).or_else(|| back(1)).unwrap_or(0.0);
        }
    }
    values
}
