//! The model of the demonstration: all that follows from a seed, the regions and the fleet key.

use bonghwa_analytics::bucket::Name;
use bonghwa_analytics::identity::{FleetKey, IdentityMode};
use bonghwa_analytics::logs::mask::mask;
use bonghwa_analytics::region::Region;
use bonghwa_edge::policy::Limits;

use super::faults::{INCIDENTS, Incident};
use super::lines::Line;
use super::nation::{Place, places};
use super::services::{ROUTES, SERVICES};
use super::visits::{Visit, Visits};

/// The model. History and live traffic are two views of it.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) seed: u64,
    pub(super) key: FleetKey,
    /// In the order of the regions.
    pub(super) places: Vec<Place>,
    pub(super) visits: Visits,
    /// What went wrong in the past.
    pub(super) incidents: Vec<Incident>,
    /// Names of [`SERVICES`], shared.
    pub(super) services: [Name; SERVICES.len()],
    /// Names of [`ROUTES`], shared.
    pub(super) routes: [Name; ROUTES.len()],
    /// Templates of [`Line::ALL`], shared.
    pub(super) lines: [Name; Line::ALL.len()],
}

impl Model {
    pub(super) fn new(seed: u64, key: FleetKey, regions: &[Region]) -> Self {
        Self {
            seed,
            key,
            places: places(seed, regions),
            visits: Visits::new(seed),
            incidents: INCIDENTS.to_vec(),
            services: SERVICES.map(Name::from),
            routes: ROUTES.each_ref().map(|route| Name::from(route.name)),
            lines: Line::ALL.map(template),
        }
    }

    /// The shared name of a service.
    pub(super) fn name(&self, service: &str) -> Name {
        let known = self.services.iter().find(|name| &***name == service);
        known.map_or_else(|| Name::from(service), Name::clone)
    }

    /// The place of a region code.
    pub(super) fn place(&self, code: &str) -> Option<&Place> {
        self.places.iter().find(|place| place.code == code)
    }
}

/// What an edge keeps of a kind of line.
fn template(line: Line) -> Name {
    let limits = Limits::default();
    let mut template = String::new();
    mask(&line.text(0, 0), limits.line, limits.name, &mut template);
    Name::from(template)
}

/// Hash of the identity that request number `k` of a visit carries, if it carries one of this mode.
pub(super) fn identity(key: &FleetKey, visit: &Visit, mode: IdentityMode, k: u32) -> Option<u64> {
    match mode {
        IdentityMode::Ip => Some(key.identity(mode, &visit.address())),
        IdentityMode::SessionCookie => visit.session_cookie(k).map(|id| key.identity(mode, &id)),
        IdentityMode::UserCookie => visit.user_cookie().map(|id| key.identity(mode, &id)),
    }
}
