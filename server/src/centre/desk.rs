//! The centre as a desk: rows come from the edges, and what takes a while to make is kept.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bonghwa_analytics::atlas::{Atlas, NATION};
use bonghwa_analytics::baseline::Baselines;
use bonghwa_analytics::desk::{self, Desk, Links, Looked, Settings};
use bonghwa_analytics::frame::{Frame, Sections};
use bonghwa_analytics::identity::IdentityMode;
use bonghwa_analytics::incident::Incident;
use bonghwa_analytics::objective::Budget;
use bonghwa_analytics::runbook::Library;
use bonghwa_analytics::time::{Resolution, day_start};
use bonghwa_analytics::view::{
    self, CapacityPlan, Event, ForecastQuery, ForecastView, Mark, Moment, NowQuery, NowView, SessionsQuery,
    SessionsView, WhyPeriods,
};
use bonghwa_analytics::watch::Sheet;

use super::{Centre, CentreError, clock, lock, read, write};

/// Seconds after which the usual ranges of a day are made anew.
const BASELINE_AGE: i64 = 600;
/// Days and modes whose usual ranges are kept.
const BASELINES_KEPT: usize = 8;
/// Seconds for which the links between services are taken as known.
const LINKS_AGE: i64 = 300;
/// Incidents of which causes are kept.
const CAUSES_KEPT: usize = 256;
/// Periods of which unfamiliar gauges are kept.
const PERIODS_KEPT: usize = 64;
/// Days of a region whose sheets are kept: a reader looks at several series and instants of a day.
const SHEETS_KEPT: usize = 4;

/// A region and midnight of a day.
type RegionDay = (String, i64);
/// Usual ranges and when they were made.
type Made = (i64, Arc<Baselines>);

/// What was found out and stays true for a while.
#[derive(Default)]
pub(super) struct Kept {
    baselines: BTreeMap<(i64, IdentityMode), Made>,
    /// Calls between services, and when they were read.
    links: (i64, Arc<Links>),
    /// By incident and the instant up to which it was looked at.
    looks: BTreeMap<(String, i64), Looked>,
    /// The capacity plan, and the hour for which it was made.
    plan: Option<(i64, CapacityPlan)>,
    /// Budgets by region, and the minute for which they were made.
    budgets: BTreeMap<String, (i64, Vec<Budget>)>,
    /// Unfamiliar gauges by end of the period, region and start.
    unfamiliar: BTreeMap<(i64, String, i64), Vec<Event>>,
    /// The days before a day of a region, the last one asked for first.
    sheets: Vec<(RegionDay, Arc<Vec<Sheet>>)>,
}

impl Kept {
    /// Forgets what the past was taken for: history was added.
    pub(super) fn forget_the_past(&mut self) {
        self.baselines.clear();
        self.plan = None;
    }
}

impl Desk for Centre {
    type Error = CentreError;

    fn settings(&self) -> Settings<'_> {
        let config = &self.0.config;
        Settings {
            regions: &config.regions,
            key: config.key.id(),
            mode: config.mode,
            retention: config.retention,
            late_after: config.late_after,
            title: &config.title,
            demo: config.demo,
            sessions: &config.sessions,
            objectives: &config.objectives,
        }
    }

    fn as_of(&self) -> i64 {
        *self.0.ticks.borrow()
    }

    fn read<T>(&self, reader: impl FnOnce(&Atlas) -> T) -> T {
        reader(&read(&self.0.atlas))
    }

    fn frame(
        &self,
        region: &str,
        resolution: Resolution,
        from: i64,
        to: i64,
        sections: Sections,
    ) -> Result<Frame, CentreError> {
        if region == NATION {
            return lock(&self.0.nation).frame(resolution, from, to, sections);
        }
        self.edge(region)?.frame(resolution, from, to, sections)
    }

    /// The next tick forgets them again.
    fn recall(&self, frame: &Frame) -> Result<(), CentreError> {
        Ok(write(&self.0.atlas).insert(frame)?)
    }

    fn known(&self, region: &str) -> Result<(), CentreError> {
        self.edge(region).map(|_| ())
    }

    fn away(&self) -> BTreeSet<String> {
        self.out_of_reach(clock())
    }

    fn marks(&self, incident: &str) -> Vec<Mark> {
        self.0.marks.of(incident)
    }

    fn runbooks(&self) -> Arc<Library> {
        self.0.runbooks.library()
    }

    fn now_page(&self, query: &NowQuery) -> Result<NowView, CentreError> {
        self.now(query).map(Arc::unwrap_or_clone)
    }

    fn sessions_page(&self, query: &SessionsQuery) -> Result<SessionsView, CentreError> {
        self.sessions(query).map(Arc::unwrap_or_clone)
    }

    fn forecast_page(&self, query: &ForecastQuery) -> Result<ForecastView, CentreError> {
        self.forecast(query).map(Arc::unwrap_or_clone)
    }

    fn judging(&self) -> Result<u32, CentreError> {
        self.0.edges.values().map(super::edge::Edge::waiting).sum()
    }

    fn baselines(&self, instant: i64, mode: IdentityMode) -> Arc<Baselines> {
        let key = (day_start(instant), mode);
        let now = clock();
        if let Some((made, baselines)) = lock(&self.0.kept).baselines.get(&key)
            && now - made < BASELINE_AGE
        {
            return baselines.clone();
        }
        let fresh = Arc::new(desk::baselines(self, instant, mode));
        let kept = &mut lock(&self.0.kept).baselines;
        while kept.len() >= BASELINES_KEPT {
            kept.pop_first();
        }
        kept.insert(key, (now, fresh.clone()));
        fresh
    }

    fn links(&self, as_of: i64) -> Result<Arc<Links>, CentreError> {
        let (made, links) = lock(&self.0.kept).links.clone();
        if as_of - made < LINKS_AGE && !links.is_empty() {
            return Ok(links);
        }
        let links = Arc::new(desk::links(self, as_of)?);
        lock(&self.0.kept).links = (as_of, links.clone());
        Ok(links)
    }

    /// An open incident is looked into once a minute.
    fn look(&self, incident: &Incident, until: i64) -> Result<Looked, CentreError> {
        let key = (incident.id.clone(), until);
        if let Some(known) = lock(&self.0.kept).looks.get(&key) {
            return Ok(known.clone());
        }
        let known = desk::look(self, incident, until)?;
        let looks = &mut lock(&self.0.kept).looks;
        while looks.len() >= CAUSES_KEPT {
            looks.pop_first();
        }
        looks.insert(key, known.clone());
        Ok(known)
    }

    fn plan(&self, moment: &Moment<'_>) -> CapacityPlan {
        let hour = Resolution::Hour.floor(moment.as_of);
        if let Some((_, plan)) = lock(&self.0.kept).plan.as_ref().filter(|(made, _)| *made == hour) {
            return plan.clone();
        }
        let plan = self.read(|atlas| view::capacity(atlas, moment));
        lock(&self.0.kept).plan = Some((hour, plan.clone()));
        plan
    }

    fn budgets(&self, region: &str) -> Result<Vec<Budget>, CentreError> {
        let now = Resolution::Minute.floor(self.as_of());
        if let Some((_, budgets)) = lock(&self.0.kept).budgets.get(region).filter(|(made, _)| *made == now) {
            return Ok(budgets.clone());
        }
        let budgets = desk::budgets(self, region)?;
        lock(&self.0.kept).budgets.insert(region.to_owned(), (now, budgets.clone()));
        Ok(budgets)
    }

    /// Up to the last whole five minutes.
    fn unfamiliar(&self, region: &str, from: i64, to: i64) -> Vec<Event> {
        let five = Resolution::FiveMinutes;
        let (from, to) = (five.floor(from), five.floor(to));
        let key = (to, region.to_owned(), from);
        if let Some(events) = lock(&self.0.kept).unfamiliar.get(&key) {
            return events.clone();
        }
        let events = desk::unfamiliar(self, region, from, to);
        let kept = &mut lock(&self.0.kept).unfamiliar;
        while kept.len() >= PERIODS_KEPT {
            kept.pop_first();
        }
        kept.insert(key, events.clone());
        events
    }

    fn sheets(&self, region: &str, periods: &WhyPeriods) -> Result<Arc<Vec<Sheet>>, CentreError> {
        let known = (region.to_owned(), periods.day);
        if let Some((_, sheets)) = lock(&self.0.kept).sheets.iter().find(|(held, _)| *held == known) {
            return Ok(sheets.clone());
        }
        let sheets = Arc::new(desk::sheets(self, region, periods)?);
        let kept = &mut lock(&self.0.kept).sheets;
        kept.truncate(SHEETS_KEPT - 1);
        kept.insert(0, (known, sheets.clone()));
        Ok(sheets)
    }
}
