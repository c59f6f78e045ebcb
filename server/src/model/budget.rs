//! How many tokens may be spent: in any hour and in any 24 hours.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::error::ModelError;

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);
/// What is spent within this time is kept as one entry, so that a day is at most 1,440 of them.
const GRAIN: Duration = Duration::from_mins(1);

/// The tokens of the settings, and what was spent of them.
#[derive(Debug)]
pub(super) struct Budget {
    per_hour: u64,
    per_day: u64,
    spent: Mutex<VecDeque<(Instant, u64)>>,
}

/// Tokens that are set aside for a call. Dropped without [`settle`](Reserved::settle), all of them count as spent: nobody
/// knows how much of a call that was given up the provider worked out.
#[derive(Debug)]
pub(super) struct Reserved<'a> {
    budget: &'a Budget,
    at: Instant,
    tokens: u64,
}

impl Budget {
    pub(super) fn new(per_hour: u64, per_day: u64) -> Self {
        Self { per_hour, per_day, spent: Mutex::default() }
    }

    /// Sets tokens aside, if there are so many left.
    pub(super) fn reserve(&self, tokens: u64, now: Instant) -> Result<Reserved<'_>, ModelError> {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        while spent.front().is_some_and(|(at, _)| now.saturating_duration_since(*at) >= DAY) {
            spent.pop_front();
        }
        let within = |span: Duration| -> u64 {
            spent.iter().filter(|(at, _)| now.saturating_duration_since(*at) < span).map(|(_, tokens)| tokens).sum()
        };
        if within(HOUR).saturating_add(tokens) > self.per_hour || within(DAY).saturating_add(tokens) > self.per_day {
            return Err(ModelError::Budget);
        }
        let at = match spent.back_mut() {
            Some((at, sum)) if now.saturating_duration_since(*at) < GRAIN => {
                *sum += tokens;
                *at
            }
            _ => {
                spent.push_back((now, tokens));
                now
            }
        };
        Ok(Reserved { budget: self, at, tokens })
    }
}

impl Reserved<'_> {
    /// Replaces what was set aside by what was used.
    pub(super) fn settle(self, used: u64) {
        let mut spent = self.budget.spent.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, sum)) = spent.iter_mut().find(|(at, _)| *at == self.at) {
            *sum = sum.saturating_sub(self.tokens).saturating_add(used);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_come_back_after_an_hour_and_a_day() {
        let budget = Budget::new(100, 150);
        let start = Instant::now();
        let after = |minutes: u64| start + Duration::from_mins(minutes);
        budget.reserve(80, start).unwrap();
        assert_eq!(budget.reserve(21, after(59)).unwrap_err(), ModelError::Budget);
        budget.reserve(70, after(60)).unwrap();
        assert_eq!(budget.reserve(1, after(600)).unwrap_err(), ModelError::Budget, "the day is used up");
        budget.reserve(80, after(24 * 60)).unwrap();
    }

    #[test]
    fn what_was_used_counts_once_it_is_known() {
        let budget = Budget::new(100, 100);
        let now = Instant::now();
        budget.reserve(90, now).unwrap().settle(10);
        let again = budget.reserve(90, now).unwrap();
        assert!(budget.reserve(1, now).is_err());
        again.settle(200);
        assert!(budget.reserve(1, now).is_err(), "more than was thought");
    }
}
