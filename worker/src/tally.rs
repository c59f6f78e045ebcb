//! What this isolate counted and did not yet bring to the nation's object, which keeps the sums.
//!
//! Counters must not cost more than what they count, so they are brought every ten seconds at most. An isolate that ends
//! takes along what it counted since.

use std::cell::{Cell, RefCell};

use bonghwa_edge::counter::Counts;
use bonghwa_edge::error::ApiError;
use worker::{Env, Method};

use crate::wire::{self, now};

const EVERY: i64 = 10;

thread_local! {
    static COUNTS: RefCell<Counts> = const { RefCell::new(Counts::new()) };
    static BROUGHT: Cell<i64> = const { Cell::new(0) };
}

/// Counts something; `labels` are codes of ours and need no escaping.
pub(crate) fn count(family: &str, labels: &str, by: u64) {
    if by > 0 {
        COUNTS
            .with_borrow_mut(|counts| *counts.entry(format!("bonghwa_{family}_total{{{labels}}}")).or_default() += by);
    }
}

/// Counts a refusal.
pub(crate) fn refused(region: &str, error: &ApiError) {
    count("refused", &format!("region=\"{region}\",reason=\"{}\"", error.code()), 1);
}

/// Whether it is time to [`bring`] the counts.
pub(crate) fn is_due() -> bool {
    now() - BROUGHT.get() >= EVERY && COUNTS.with_borrow(|counts| !counts.is_empty())
}

/// Brings the counts to the nation's object. What it does not take stays here.
pub(crate) async fn bring(env: &Env) -> Result<(), ApiError> {
    BROUGHT.set(now());
    let counts = COUNTS.take();
    if counts.is_empty() {
        return Ok(());
    }
    let body = serde_json::to_vec(&counts).map_err(|error| ApiError::Internal(error.to_string()))?;
    let brought = wire::ask(&wire::nation(env)?, Method::Post, "/counts", Some(&body)).await;
    if brought.is_err() {
        COUNTS.with_borrow_mut(|held| {
            for (name, count) in counts {
                *held.entry(name).or_default() += count;
            }
        });
    }
    brought.map(drop)
}
