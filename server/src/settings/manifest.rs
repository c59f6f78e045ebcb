//! What the settings say of the system beside its rows: the same for a server and for files at hand.

use bonghwa_analytics::desk::Manifest;
use bonghwa_analytics::identity::IdentityMode;
use bonghwa_analytics::region::Region;

use super::{ObjectiveSettings, Settings};

/// Seconds without data after which a region counts as late.
const LATE_AFTER: i64 = 60;

impl Settings {
    /// The manifest of a desk of some regions, with demonstration data or one's own.
    pub fn manifest(&self, regions: &[Region], demo: bool) -> Manifest {
        let kept = self.retention;
        Manifest {
            regions: regions.to_vec(),
            // The visitors of the demonstration carry a cookie of their own.
            mode: if demo { IdentityMode::UserCookie } else { self.identity },
            retention: [kept.two_seconds, kept.minute, kept.five_minutes, kept.hour].map(|seconds| seconds.0),
            late_after: LATE_AFTER,
            title: (self.title.ko.clone(), self.title.en.clone()),
            demo,
            sessions: self.sessions.thresholds(),
            objectives: self.objectives.iter().map(ObjectiveSettings::objective).collect(),
            ..Manifest::default()
        }
    }
}
