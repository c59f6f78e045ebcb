//! How long answers are kept.

use serde::{Deserialize, Serialize};

use super::Seconds;

/// How long answers are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AnswerSettings {
    /// Time since an answer was last given; what somebody judged stays for ten years. Nothing is kept if it is zero.
    pub keep: Seconds,
}

impl Default for AnswerSettings {
    fn default() -> Self {
        Self { keep: Seconds::days(90) }
    }
}
