//! Reports: how many are kept, and when one is made by itself.

use serde::{Deserialize, Serialize};

use super::SettingsError;
use crate::reports::Weekly;

/// Reports: how many are kept, and when one is made by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReportSettings {
    /// When the report of the week that ended last is made (`mon 08:00`, Asia/Seoul); absent for never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weekly: Option<Weekly>,
    /// Reports that are kept; the oldest make room.
    pub keep: usize,
}

impl Default for ReportSettings {
    fn default() -> Self {
        Self { weekly: None, keep: 100 }
    }
}

impl ReportSettings {
    pub(super) fn check(self) -> Result<(), SettingsError> {
        if (1..=10_000).contains(&self.keep) {
            return Ok(());
        }
        let message = format!("{} is out of range; give 1 to 10000", self.keep);
        Err(SettingsError::Value { key: "reports.keep", message })
    }
}
