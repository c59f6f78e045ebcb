//! From where on sessions are listed.

use bonghwa_analytics::session::Thresholds;
use serde::{Deserialize, Serialize};

use super::{Seconds, SettingsError};

/// From where on sessions are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sessions {
    /// Longest pause within a session.
    pub gap: Seconds,
    /// Age of a session.
    pub long_lived: Seconds,
    /// Log-ins a minute from one address.
    pub logins_per_minute: u64,
    /// Identities from one address within five minutes.
    pub identities: u64,
    /// Addresses of one identity within half an hour.
    pub addresses: u64,
}

impl Default for Sessions {
    fn default() -> Self {
        let Thresholds { gap, long_lived, logins_per_minute, identities, addresses } = Thresholds::default();
        Self { gap: Seconds(gap), long_lived: Seconds(long_lived), logins_per_minute, identities, addresses }
    }
}

impl Sessions {
    /// As the lists take them.
    pub const fn thresholds(&self) -> Thresholds {
        let Self { gap, long_lived, logins_per_minute, identities, addresses } = *self;
        Thresholds { gap: gap.0, long_lived: long_lived.0, logins_per_minute, identities, addresses }
    }

    /// Whether rows can tell these.
    pub(super) fn check(&self) -> Result<(), SettingsError> {
        let wrong = |key, message: String| Err(SettingsError::Value { key, message });
        for (key, value, least, most) in
            [("sessions.gap", self.gap, 60, 7200), ("sessions.long_lived", self.long_lived, 3600, 31 * 86_400)]
        {
            if !(least..=most).contains(&value.0) {
                return wrong(key, format!("{value} is out of range; give {} to {}", Seconds(least), Seconds(most)));
            }
        }
        let counts = [
            ("sessions.logins_per_minute", self.logins_per_minute, 2, 1 << 30),
            ("sessions.identities", self.identities, 2, 1 << 30),
            ("sessions.addresses", self.addresses, 3, 8),
        ];
        for (key, value, least, most) in counts {
            if !(least..=most).contains(&value) {
                return wrong(key, format!("{value} is out of range; give {least} to {most}"));
            }
        }
        Ok(())
    }
}
