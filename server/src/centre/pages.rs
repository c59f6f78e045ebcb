//! The pages, as [`desk`](bonghwa_analytics::desk) makes them; those that cost most are kept for a while.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use bonghwa_analytics::answer;
use bonghwa_analytics::desk::{self, Desk};
use bonghwa_analytics::identity::IdentityMode;
use bonghwa_analytics::time::Resolution;
use bonghwa_analytics::view::{
    CombineView, ForecastQuery, ForecastView, IncidentView, IncidentsQuery, IncidentsView, Mark, MarkKind, Measure,
    NowQuery, NowView, PeriodChart, RegionQuery, RegionView, SessionsQuery, SessionsView, WhyQuery, WhyView,
};

use super::{Centre, CentreError, clock, lock};

/// Different queries whose page is kept: until the next tick, for the seconds of `SESSIONS_FOR`, for five minutes.
const NOW_KEPT: usize = 64;
const SESSIONS_KEPT: usize = 16;
const FORECASTS_KEPT: usize = 64;
/// Seconds for which a page of sessions is kept: it reads a day of rows of every region.
const SESSIONS_FOR: i64 = 10;

/// Pages that were made.
#[derive(Default)]
pub(super) struct Pages {
    now: HashMap<NowQuery, Arc<NowView>>,
    sessions: BTreeMap<SessionsQuery, (i64, Arc<SessionsView>)>,
    /// Forecasts of the current five minutes.
    forecasts: (i64, HashMap<ForecastQuery, Arc<ForecastView>>),
}

impl Pages {
    /// Forgets those of the last tick.
    pub(super) fn tick(&mut self) {
        self.now.clear();
    }
}

impl Centre {
    /// The page 지금. Made once a tick for each query.
    pub fn now(&self, query: &NowQuery) -> Result<Arc<NowView>, CentreError> {
        if let Some(page) = lock(&self.0.pages).now.get(query) {
            return Ok(page.clone());
        }
        let latest = self.as_of();
        let page = Arc::new(desk::now(self, query)?);
        let pages = &mut lock(&self.0.pages).now;
        // A tick may have come in between; its pages are newer than this one.
        if pages.len() < NOW_KEPT && self.as_of() == latest {
            pages.insert(query.clone(), page.clone());
        }
        Ok(page)
    }

    /// The page of a region.
    pub fn region(&self, query: &RegionQuery) -> Result<RegionView, CentreError> {
        desk::region(self, query)
    }

    /// One measure of a region (or of the nation) at the finest resolution that is kept.
    pub fn series(&self, region: &str, measure: Measure, from: i64, to: i64) -> Result<PeriodChart, CentreError> {
        desk::series(self, region, measure, from, to)
    }

    /// The union of some regions over a window.
    pub fn combine(
        &self,
        regions: &[String],
        from: i64,
        to: i64,
        mode: Option<IdentityMode>,
    ) -> Result<CombineView, CentreError> {
        desk::combine(self, regions, from, to, mode)?.ok_or(CentreError::NoData)
    }

    /// The page 사건.
    pub fn incidents(&self, query: &IncidentsQuery) -> Result<IncidentsView, CentreError> {
        desk::incidents_page(self, query)
    }

    /// The page of an incident.
    pub fn incident(&self, id: &str) -> Result<IncidentView, CentreError> {
        desk::incident(self, id)
    }

    /// Keeps what somebody says of an incident. It must exist.
    pub fn mark(&self, id: &str, kind: MarkKind, by: &str) -> Result<Vec<Mark>, CentreError> {
        if !desk::exists(self, id)? {
            return Err(CentreError::UnknownIncident(id.to_owned()));
        }
        self.0.marks.add(id, Mark { at: clock(), kind, by: by.trim().to_owned() }).map_err(Arc::new)?;
        Ok(self.0.marks.of(id))
    }

    /// The page 판정 근거.
    pub fn why(&self, query: &WhyQuery) -> Result<WhyView, CentreError> {
        desk::why(self, query)
    }

    /// Who stays long, who logs in by the hundred, who shares an address or changes it.
    pub fn sessions(&self, query: &SessionsQuery) -> Result<Arc<SessionsView>, CentreError> {
        let as_of = self.as_of();
        if let Some((made, page)) = lock(&self.0.pages).sessions.get(query)
            && (*made..*made + SESSIONS_FOR).contains(&as_of)
        {
            return Ok(page.clone());
        }
        let page = Arc::new(desk::sessions(self, query)?);
        let pages = &mut lock(&self.0.pages).sessions;
        pages.retain(|_, (made, _)| as_of - *made < SESSIONS_FOR);
        if pages.len() < SESSIONS_KEPT {
            pages.insert(query.clone(), (as_of, page.clone()));
        }
        Ok(page)
    }

    /// The page 예측·용량 of a region or of the nation, as of the last whole five minutes.
    pub fn forecast(&self, query: &ForecastQuery) -> Result<Arc<ForecastView>, CentreError> {
        let as_of = Resolution::FiveMinutes.floor(self.as_of());
        if let (made, pages) = &lock(&self.0.pages).forecasts
            && *made == as_of
            && let Some(page) = pages.get(query)
        {
            return Ok(page.clone());
        }
        let page = Arc::new(desk::forecast(self, query)?);
        let (made, pages) = &mut lock(&self.0.pages).forecasts;
        if *made != page.as_of {
            *made = page.as_of;
            pages.clear();
        }
        if pages.len() < FORECASTS_KEPT {
            pages.insert(query.clone(), page.clone());
        }
        Ok(page)
    }

    /// Services that report from any region, by name.
    pub fn services(&self) -> Vec<String> {
        self.read(answer::services)
    }

    /// The mode asked for, else that of the settings if it was ever seen, else the best that was.
    pub fn mode(&self, asked: Option<IdentityMode>) -> IdentityMode {
        desk::mode(self, asked)
    }

    /// Makes what is usual anew at the next page: history was added.
    pub fn forget_baselines(&self) {
        *lock(&self.0.pages) = Pages::default();
        lock(&self.0.kept).forget_the_past();
    }
}
