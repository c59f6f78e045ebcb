//! Refusals: the one place that gives each a status, a code and words is `bonghwa_edge::error`, which the Worker uses, too.

pub use bonghwa_edge::error::ApiError;
