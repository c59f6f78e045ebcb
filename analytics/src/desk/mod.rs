//! Where pages and answers are made: from rows of regions and what is known beside them, whether those lie in databases or in
//! files at hand.
//!
//! A [`Desk`] says how rows are read; everything that is shown is made of them here, once, so that a server, a program and a
//! browser that hold the same rows show the same.

mod at;
mod files;
mod incidents;
mod pages;
mod rows;
mod source;
mod why;

use std::collections::BTreeSet;
use std::sync::Arc;

pub use at::At;
pub use files::{Files, Manifest, Part, Shelf};
pub use incidents::{Looked, exists, incident, incidents, incidents_page, links, look, open_incidents};
pub use pages::{budgets, combine, forecast, known_or, now, region, region_page, runbook, series, sessions};
pub use rows::{merged, national_union, union, window};
pub use why::{sheets, why};

use crate::atlas::{Atlas, AtlasError, NATION};
use crate::baseline::Baselines;
use crate::bucket::Name;
use crate::frame::{Frame, Sections};
use crate::identity::{IdentityMode, KeyId};
use crate::incident::Incident;
use crate::objective::{Budget, Objective};
use crate::region::Region;
use crate::runbook::Library;
use crate::session::Thresholds;
use crate::time::Resolution;
use crate::view::{
    self, CapacityPlan, Event, ForecastQuery, ForecastView, Mark, Moment, NowQuery, NowView, SessionsQuery,
    SessionsView, WhyPeriods,
};
use crate::watch::Sheet;

/// What the settings say of the system that is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Settings<'a> {
    /// Regions, in the order in which they are shown.
    pub regions: &'a [Region],
    /// Key under which identities were hashed.
    pub key: KeyId,
    /// Identity mode shown by default.
    pub mode: IdentityMode,
    /// Seconds that rows are kept, by resolution.
    pub retention: [i64; 4],
    /// Seconds without data after which a region counts as late.
    pub late_after: i64,
    /// Name of the system, Korean and English.
    pub title: &'a (String, String),
    /// Whether the data is a demonstration.
    pub demo: bool,
    /// From where on sessions are listed, and when they are over.
    pub sessions: &'a Thresholds,
    /// Service-level objectives of every region.
    pub objectives: &'a [Objective],
}

/// Calls between services: (caller, callee).
pub type Links = BTreeSet<(Name, Name)>;

/// The rows of regions, and what is known beside them. What takes a while to make has a method of its own, so that a desk
/// that lives long may keep it.
pub trait Desk: Sized {
    /// Why rows cannot be had.
    type Error: From<AtlasError>;

    /// What the settings say.
    fn settings(&self) -> Settings<'_>;
    /// The instant that pages stand for.
    fn as_of(&self) -> i64;
    /// Reads the atlas, which holds the summaries of all rows. Rows must not be read meanwhile.
    fn read<T>(&self, read: impl FnOnce(&Atlas) -> T) -> T;
    /// Rows of a region (or of [`NATION`]) that start in `from..to`.
    fn frame(
        &self,
        region: &str,
        resolution: Resolution,
        from: i64,
        to: i64,
        sections: Sections,
    ) -> Result<Frame, Self::Error>;
    /// Puts registers of the past into the atlas for a while.
    fn recall(&self, frame: &Frame) -> Result<(), Self::Error>;
    /// Refuses a region that there is not.
    fn known(&self, region: &str) -> Result<(), Self::Error>;

    /// Regions whose edge does not answer at this moment.
    fn away(&self) -> BTreeSet<String> {
        BTreeSet::new()
    }

    /// What people said of an incident.
    fn marks(&self, _incident: &str) -> Vec<Mark> {
        Vec::new()
    }

    /// The runbooks; an empty library where nobody wrote any.
    fn runbooks(&self) -> Arc<Library>;

    /// The page 지금.
    fn now_page(&self, query: &NowQuery) -> Result<NowView, Self::Error> {
        pages::now(self, query)
    }

    /// The page 세션.
    fn sessions_page(&self, query: &SessionsQuery) -> Result<SessionsView, Self::Error> {
        pages::sessions(self, query)
    }

    /// The page 예측·용량.
    fn forecast_page(&self, query: &ForecastQuery) -> Result<ForecastView, Self::Error> {
        pages::forecast(self, query)
    }

    /// Days of regions that are still to be judged.
    fn judging(&self) -> Result<u32, Self::Error> {
        Ok(0)
    }

    /// What is usual on the day of an instant.
    fn baselines(&self, instant: i64, mode: IdentityMode) -> Arc<Baselines> {
        Arc::new(baselines(self, instant, mode))
    }

    /// Calls between services, as the last hours show them.
    fn links(&self, as_of: i64) -> Result<Arc<Links>, Self::Error> {
        Ok(Arc::new(incidents::links(self, as_of)?))
    }

    /// Cause of an incident that is looked at up to `until`, and the distinct identities of its regions while it went on.
    fn look(&self, incident: &Incident, until: i64) -> Result<Looked, Self::Error> {
        incidents::look(self, incident, until)
    }

    /// What needs more before the quarter ends.
    fn plan(&self, moment: &Moment<'_>) -> CapacityPlan {
        self.read(|atlas| view::capacity(atlas, moment))
    }

    /// The error budgets of a region.
    fn budgets(&self, region: &str) -> Result<Vec<Budget>, Self::Error> {
        pages::budgets(self, region)
    }

    /// Gauges that did something new in a period.
    fn unfamiliar(&self, region: &str, from: i64, to: i64) -> Vec<Event> {
        unfamiliar(self, region, from, to)
    }

    /// The days before a day of a region.
    fn sheets(&self, region: &str, periods: &WhyPeriods) -> Result<Arc<Vec<Sheet>>, Self::Error> {
        Ok(Arc::new(why::sheets(self, region, periods)?))
    }
}

/// Gauges that did something new in a period, looked for anew.
pub fn unfamiliar<D: Desk>(desk: &D, region: &str, from: i64, to: i64) -> Vec<Event> {
    desk.read(|atlas| atlas.track(region).map(|track| view::unfamiliar(track, region, from, to))).unwrap_or_default()
}

/// What is usual on the day of an instant, made anew.
pub fn baselines<D: Desk>(desk: &D, instant: i64, mode: IdentityMode) -> Baselines {
    let settings = desk.settings();
    desk.read(|atlas| {
        let codes = settings.regions.iter().map(|region| region.code.as_str()).chain([NATION]);
        Baselines::of(codes.filter_map(|code| Some((code, atlas.track(code)?))), instant, mode)
    })
}

/// The mode asked for, else that of the settings if it was ever seen, else the best that was.
pub fn mode<D: Desk>(desk: &D, asked: Option<IdentityMode>) -> IdentityMode {
    asked.unwrap_or_else(|| desk.read(|atlas| atlas.mode(desk.settings().mode)))
}

/// An instant of a desk.
pub fn moment<'a, D: Desk>(desk: &D, as_of: i64, baselines: &'a Baselines) -> Moment<'a> {
    let settings = desk.settings();
    Moment {
        as_of,
        demo: settings.demo,
        title: settings.title.clone(),
        mode: mode(desk, None),
        late_after: settings.late_after,
        // What is away now says nothing about an instant of the past.
        away: if as_of == desk.as_of() { desk.away() } else { BTreeSet::new() },
        retention: settings.retention,
        baselines,
        open: Vec::new(),
    }
}
