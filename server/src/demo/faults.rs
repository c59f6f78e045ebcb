//! What goes wrong: five kinds of fault, what each does to traffic and machines, and when they happened in the
//! history of the demonstration.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use bonghwa_analytics::time::{self, DAY};
use serde::{Deserialize, Serialize};

/// How long a fault lasts that was started on demand, seconds.
pub const LIVE_DURATION: i64 = 20 * 60;

/// A kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// The heap of the WAS fills, garbage collection slows it, it runs out of memory, fails and is restarted.
    HeapLeak,
    /// The database answers slowly.
    SlowDb,
    /// The network between web server and WAS is slow, while the WAS itself is well.
    SlowNetwork,
    /// A new version of the WAS slows one route, and is rolled back at the end.
    BadDeploy,
    /// A burst of failing log-ins from one address.
    LoginBurst,
}

/// A name that is no fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown fault '{0}'; use one of heap-leak, slow-db, slow-network, bad-deploy, login-burst")]
pub struct UnknownFault(
    /// The name that was given.
    pub String,
);

impl Fault {
    /// All kinds.
    pub const ALL: [Self; 5] = [Self::HeapLeak, Self::SlowDb, Self::SlowNetwork, Self::BadDeploy, Self::LoginBurst];

    /// Its name in commands and addresses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::HeapLeak => "heap-leak",
            Self::SlowDb => "slow-db",
            Self::SlowNetwork => "slow-network",
            Self::BadDeploy => "bad-deploy",
            Self::LoginBurst => "login-burst",
        }
    }

    /// What it does once `elapsed` of its duration (0 to 1) has passed.
    pub(super) fn effect(self, elapsed: f64) -> Effect {
        let ramp = (elapsed / 0.05).min(1.0);
        let normal = Effect::NORMAL;
        match self {
            Self::HeapLeak => heap_leak(elapsed),
            Self::SlowDb => Effect { db: 1.0 + 11.0 * ramp, db_cpu: 0.3 * ramp, errors: 0.012 * ramp, ..normal },
            Self::SlowNetwork => Effect { network_ms: 650.0 * ramp, errors: 0.008 * ramp, ..normal },
            Self::BadDeploy if elapsed < 0.95 => {
                Effect { deployed: true, deployed_route: 7.0, was_cpu: 0.08, ..normal }
            }
            Self::BadDeploy => normal,
            Self::LoginBurst => Effect { logins_per_minute: 240.0 * ramp, ..normal },
        }
    }
}

fn heap_leak(elapsed: f64) -> Effect {
    let normal = Effect::NORMAL;
    if elapsed < 0.7 {
        let heap = 0.45 + 0.53 * elapsed / 0.7;
        let collecting = ((heap - 0.72) / 0.26).clamp(0.0, 1.0);
        let own = 1.0 + 8.0 * collecting * collecting;
        Effect { heap: Some(heap), own, was_cpu: 0.35 * collecting, errors: 0.01 * collecting, ..normal }
    } else if elapsed < 0.85 {
        // Out of memory: what still gets an answer waits for one collection after another.
        Effect { heap: Some(0.988), own: 10.0, was_cpu: 0.4, errors: 0.45, ..normal }
    } else if elapsed < 0.9 {
        // The restart: nothing behind the web server answers.
        Effect { heap: Some(0.04), own: 0.5, errors: 0.97, ..normal }
    } else {
        // Warm-up with cold caches and uncompiled code.
        Effect { heap: Some(0.22 + 2.0 * (elapsed - 0.9)), own: 1.8, was_cpu: 0.1, ..normal }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(name: &str) -> Result<Self, UnknownFault> {
        Self::ALL.into_iter().find(|fault| fault.name() == name).ok_or_else(|| UnknownFault(name.to_owned()))
    }
}

/// What is different from normal at one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Effect {
    /// Factor on the time that the WAS spends itself.
    pub(super) own: f64,
    /// Factor on the time that the database takes.
    pub(super) db: f64,
    /// Milliseconds (median) that the way from web server to WAS adds.
    pub(super) network_ms: f64,
    /// Factor on the own time of the deployed route.
    pub(super) deployed_route: f64,
    /// Whether the new version runs.
    pub(super) deployed: bool,
    /// Share of requests that fail because of it.
    pub(super) errors: f64,
    /// Heap of the WAS, if it does not follow the load, 0 to 1.
    pub(super) heap: Option<f64>,
    /// CPU use of the WAS on top of the load's, 0 to 1.
    pub(super) was_cpu: f64,
    /// CPU use of the database on top of the load's, 0 to 1.
    pub(super) db_cpu: f64,
    /// Failing log-ins a minute from one address.
    pub(super) logins_per_minute: f64,
}

impl Effect {
    /// Nothing is wrong.
    pub(super) const NORMAL: Self = Self {
        own: 1.0,
        db: 1.0,
        network_ms: 0.0,
        deployed_route: 1.0,
        deployed: false,
        errors: 0.0,
        heap: None,
        was_cpu: 0.0,
        db_cpu: 0.0,
        logins_per_minute: 0.0,
    };
}

/// A fault that happened in the history of the demonstration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    /// Code of the region.
    pub region: Cow<'static, str>,
    /// What happened.
    pub fault: Fault,
    /// How many days before today (days of Asia/Seoul).
    pub days_before: i64,
    /// Start, seconds after midnight.
    pub start: i64,
    /// Duration, seconds.
    pub duration: i64,
}

/// The incidents of the last 15 days. None is of yesterday, of today or of the same weekday last week, so that the
/// comparisons on the first page stand on normal days.
pub const INCIDENTS: [Incident; 5] = [
    Incident {
        region: Cow::Borrowed("daejeon"),
        fault: Fault::HeapLeak,
        days_before: 12,
        start: 9 * 3600,
        duration: 5 * 3600,
    },
    Incident {
        region: Cow::Borrowed("busan"),
        fault: Fault::SlowDb,
        days_before: 10,
        start: 14 * 3600,
        duration: 50 * 60,
    },
    Incident {
        region: Cow::Borrowed("gyeongnam"),
        fault: Fault::SlowNetwork,
        days_before: 8,
        start: 10 * 3600,
        duration: 45 * 60,
    },
    Incident {
        region: Cow::Borrowed("seoul"),
        fault: Fault::BadDeploy,
        days_before: 5,
        start: 13 * 3600 + 1800,
        duration: 2 * 3600,
    },
    Incident {
        region: Cow::Borrowed("incheon"),
        fault: Fault::LoginBurst,
        days_before: 3,
        start: 2 * 3600 + 600,
        duration: 12 * 60,
    },
];

impl Incident {
    /// Start and end (exclusive), seconds since the epoch, if today is the day that holds `now`.
    pub fn period(&self, now: i64) -> (i64, i64) {
        let start = time::day_start(now) - self.days_before * DAY + self.start;
        (start, start + self.duration)
    }

    /// Whether any of it lies from `from` to `to`.
    pub(super) fn overlaps(&self, now: i64, from: i64, to: i64) -> bool {
        let (start, end) = self.period(now);
        start < to && from < end
    }

    /// The effect at an instant.
    pub(super) fn effect(&self, now: i64, instant: i64) -> Option<Effect> {
        let (start, end) = self.period(now);
        (start..end).contains(&instant).then(|| self.fault.effect((instant - start) as f64 / self.duration as f64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_others_refused() {
        for fault in Fault::ALL {
            assert_eq!(fault.to_string().parse(), Ok(fault));
            assert_eq!(serde_json::to_string(&fault).unwrap(), format!("\"{fault}\""));
        }
        let error = "flood".parse::<Fault>().unwrap_err().to_string();
        assert!(error.contains("'flood'") && Fault::ALL.iter().all(|fault| error.contains(fault.name())));
    }

    #[test]
    fn every_fault_shows_in_mid_course_and_stays_within_shares() {
        for fault in Fault::ALL {
            assert_ne!(fault.effect(0.5), Effect::NORMAL, "{fault}");
            for step in 0..1000 {
                let effect = fault.effect(f64::from(step) / 1000.0);
                assert!((0.0..1.0).contains(&effect.errors) && effect.heap.is_none_or(|h| (0.0..1.0).contains(&h)));
            }
        }
    }

    #[test]
    fn a_leak_fills_the_heap_then_fails_then_restarts() {
        let at = |elapsed| Fault::HeapLeak.effect(elapsed);
        assert!(at(0.1).heap < at(0.3).heap && at(0.3).heap < at(0.69).heap);
        assert!(at(0.65).own > 3.0 && at(0.65).errors < 0.02);
        assert!(at(0.75).errors > 0.3 && at(0.95).errors < 0.01);
        assert!(at(0.95).heap.unwrap() < 0.4);
    }

    #[test]
    fn each_kind_happened_and_none_touches_the_days_that_are_compared() {
        let now = 1_795_212_000;
        for fault in Fault::ALL {
            assert!(INCIDENTS.iter().any(|i| i.fault == fault));
        }
        for incident in INCIDENTS {
            let (start, end) = incident.period(now);
            assert!(start > now - 15 * DAY && end <= time::day_start(now) - DAY);
            assert_ne!(time::day_start(start), time::day_start(now - 7 * DAY));
        }
    }
}
