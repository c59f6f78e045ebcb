//! The demonstration: a nation of 17 regions with a past, live traffic and faults on demand.
//!
//! Nothing is drawn: visits, requests and durations follow from a seed, a region and a time, so the past can be
//! computed in any order, gaps are filled with exactly what belongs there, and live traffic goes on where it ends.
//! The past reaches the engines as deltas ([`Demo::history`]), live traffic by OTLP over HTTP like anybody's
//! ([`Demo::run`]).

mod faults;
mod history;
mod lines;
mod live;
mod model;
mod nation;
mod noise;
mod otlp_messages;
mod regulars;
mod rhythm;
mod services;
mod tally;
mod telemetry;
mod visits;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bonghwa_analytics::identity::FleetKey;
use bonghwa_analytics::region::Region;
use serde::{Deserialize, Serialize};

pub use faults::{Fault, INCIDENTS, Incident, LIVE_DURATION, UnknownFault};
pub use history::{HISTORY, History};
pub use live::{LiveError, Traffic};

use crate::settings::bundled_regions;
use faults::Effect;
use model::Model;

/// The runbooks of the demonstration: file and text.
pub const RUNBOOKS: [(&str, &str); 8] = [
    ("bad-deployment.md", include_str!("runbooks/bad-deployment.md")),
    ("connection-pool.md", include_str!("runbooks/connection-pool.md")),
    ("heap-leak.md", include_str!("runbooks/heap-leak.md")),
    ("login-burst.md", include_str!("runbooks/login-burst.md")),
    ("no-data.md", include_str!("runbooks/no-data.md")),
    ("slow-db.md", include_str!("runbooks/slow-db.md")),
    ("slow-network.md", include_str!("runbooks/slow-network.md")),
    ("traffic-surge.md", include_str!("runbooks/traffic-surge.md")),
];

/// Seed of the demonstration, unless another is given.
pub const SEED: u64 = 1894;

/// The regions of the demonstration: those that ship with the program.
pub fn regions() -> Vec<Region> {
    bundled_regions()
}

/// Why the demonstration refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DemoError {
    /// No region has this code.
    #[error("the demonstration has no region '{0}'; use a code such as seoul")]
    UnknownRegion(String),
}

/// A fault that was started on demand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActiveFault {
    /// Code of the region.
    pub region: String,
    /// What is wrong.
    pub fault: Fault,
    /// When it started, seconds since the epoch.
    pub since: i64,
    /// When it ends by itself, seconds since the epoch.
    pub until: i64,
}

/// The demonstration. Clones share their faults.
#[derive(Clone, Debug)]
pub struct Demo {
    model: Arc<Model>,
    faults: Arc<Mutex<BTreeMap<String, (Fault, i64)>>>,
    traffic: Arc<Traffic>,
}

impl Demo {
    /// A demonstration of these regions. Identities are hashed under `key`, as the edges hash those of live traffic.
    pub fn new(seed: u64, key: FleetKey, regions: &[Region]) -> Self {
        Self { model: Arc::new(Model::new(seed, key, regions)), faults: Arc::default(), traffic: Arc::default() }
    }

    /// The same with other incidents in its past than the built-in ones.
    pub fn with_incidents(seed: u64, key: FleetKey, regions: &[Region], incidents: Vec<Incident>) -> Self {
        let model = Model { incidents, ..Model::new(seed, key, regions) };
        Self { model: Arc::new(model), faults: Arc::default(), traffic: Arc::default() }
    }

    /// What a region did from `from` (the end of what is stored, or now less [`HISTORY`]) to `to` (now), in seconds
    /// since the epoch, as batches in order of time. Two days back buckets are five minutes long, an hour back a
    /// minute, since then two seconds. The built-in [`INCIDENTS`] are placed by the day of `to`.
    pub fn history(&self, region: &str, from: i64, to: i64) -> Result<History<'_>, DemoError> {
        let place = self.model.place(region).ok_or_else(|| DemoError::UnknownRegion(region.to_owned()))?;
        Ok(History::new(&self.model, place, from, to))
    }

    /// Starts a fault in the live traffic of a region at `now`, in the place of one that is there. It ends by itself
    /// after [`LIVE_DURATION`].
    pub fn break_region(&self, region: &str, fault: Fault, now: i64) -> Result<ActiveFault, DemoError> {
        self.known(region)?;
        self.faults().insert(region.to_owned(), (fault, now));
        Ok(active(region, fault, now))
    }

    /// Ends the fault of a region at `now`; says which it was, if there was one.
    pub fn heal(&self, region: &str, now: i64) -> Result<Option<ActiveFault>, DemoError> {
        self.known(region)?;
        let ended = self.faults().remove(region);
        Ok(ended.map(|(fault, since)| active(region, fault, since)).filter(|fault| now < fault.until))
    }

    /// The faults that are there at `now`, by region code.
    pub fn active(&self, now: i64) -> Vec<ActiveFault> {
        let faults = self.faults();
        let all = faults.iter().map(|(region, (fault, since))| active(region, *fault, *since));
        all.filter(|fault| (fault.since..fault.until).contains(&now)).collect()
    }

    fn known(&self, region: &str) -> Result<(), DemoError> {
        self.model.place(region).map(|_| ()).ok_or_else(|| DemoError::UnknownRegion(region.to_owned()))
    }

    /// What is wrong with the live traffic of a region at an instant.
    fn effect(&self, region: &str, instant: i64) -> Effect {
        let Some((fault, since)) = self.faults().get(region).copied() else { return Effect::NORMAL };
        let elapsed = (instant - since) as f64 / LIVE_DURATION as f64;
        if (0.0..1.0).contains(&elapsed) { fault.effect(elapsed) } else { Effect::NORMAL }
    }

    /// The faults; a thread that panicked while it held them has left them whole, as each change is one insertion.
    fn faults(&self) -> MutexGuard<'_, BTreeMap<String, (Fault, i64)>> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn active(region: &str, fault: Fault, since: i64) -> ActiveFault {
    ActiveFault { region: region.to_owned(), fault, since, until: since + LIVE_DURATION }
}
