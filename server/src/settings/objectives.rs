//! Service-level objectives.

use bonghwa_analytics::objective::{Goal, Objective};
use serde::{Deserialize, Serialize};

use super::SettingsError;

/// Objectives that a region may have.
const MOST: usize = 32;

/// A promise: the share of requests that are to be good over 30 days.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectiveSettings {
    /// The service; absent for what users of a region meet.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub service: String,
    /// Seconds within which a request is good; absent: it is good if it does not fail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within_seconds: Option<f64>,
    /// Share of good requests, 0.5 to 0.99999.
    pub share: f64,
}

/// What holds unless settings say otherwise: of what users ask for, 99.5 % does not fail and 95 % takes two seconds at most.
pub(super) fn defaults() -> Vec<ObjectiveSettings> {
    let of_users = |within_seconds, share| ObjectiveSettings { service: String::new(), within_seconds, share };
    vec![of_users(None, 0.995), of_users(Some(2.0), 0.95)]
}

impl ObjectiveSettings {
    /// As the pages take it.
    pub fn objective(&self) -> Objective {
        let goal = self.within_seconds.map_or(Goal::Success, Goal::Within);
        Objective { service: self.service.clone(), goal, share: self.share }
    }
}

/// Whether they can be kept and told.
pub(super) fn check(objectives: &[ObjectiveSettings]) -> Result<(), SettingsError> {
    let wrong = |message: String| Err(SettingsError::Value { key: "objectives", message });
    if objectives.len() > MOST {
        return wrong(format!("{} of them; give at most {MOST}", objectives.len()));
    }
    for ObjectiveSettings { service, within_seconds, share } in objectives {
        if !(0.5..=0.999_99).contains(share) {
            return wrong(format!("share = {share} is out of range; give 0.5 to 0.99999 (0.995 for 99.5 %)"));
        }
        if let Some(seconds) = within_seconds.filter(|seconds| !(0.001..=3600.0).contains(seconds)) {
            return wrong(format!("within_seconds = {seconds} is out of range; give 0.001 to 3600"));
        }
        if service.len() > 256 {
            return wrong("the name of a service is longer than 256 bytes; give it as telemetry does".into());
        }
    }
    Ok(())
}
