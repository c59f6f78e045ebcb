//! A provider that fails again and again is left alone for a while (circuit breaker: Nygard, Release It!, 2007).

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Failures in a row after which it is left alone.
const FAILURES: u32 = 5;
/// For how long; then one call tries.
const PAUSE: Duration = Duration::from_secs(30);

/// What is known of one provider.
#[derive(Debug, Default)]
pub(super) struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    failures: u32,
    /// Until when nobody calls.
    until: Option<Instant>,
}

impl Breaker {
    /// Whether a call may be made. While one tries after a pause, others wait for another pause.
    pub(super) fn admits(&self, now: Instant) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match state.until {
            Some(until) if now < until => false,
            Some(_) => {
                state.until = Some(now + PAUSE);
                true
            }
            None => true,
        }
    }

    /// Notes how a call went.
    pub(super) fn note(&self, good: bool, now: Instant) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if good {
            *state = State::default();
            return;
        }
        state.failures = state.failures.saturating_add(1);
        if state.failures >= FAILURES {
            state.until = Some(now + PAUSE);
        }
    }

    /// Whether it is left alone now.
    pub(super) fn is_open(&self, now: Instant) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).until.is_some_and(|until| now < until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_after_failures_in_a_row_and_lets_one_try() {
        let (breaker, start) = (Breaker::default(), Instant::now());
        for _ in 0..FAILURES - 1 {
            breaker.note(false, start);
        }
        breaker.note(true, start);
        for _ in 0..FAILURES {
            assert!(breaker.admits(start));
            breaker.note(false, start);
        }
        assert!(!breaker.admits(start) && breaker.is_open(start));
        let later = start + PAUSE;
        assert!(breaker.admits(later), "one tries");
        assert!(!breaker.admits(later), "only one");
        breaker.note(false, later);
        assert!(!breaker.admits(later + PAUSE / 2));
        assert!(breaker.admits(later + PAUSE));
        breaker.note(true, later + PAUSE);
        assert!(breaker.admits(later + PAUSE) && breaker.admits(later + PAUSE));
    }
}
