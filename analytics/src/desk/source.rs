//! Answers are made from a desk.

use super::pages::whole_plan;
use super::rows::{merged, national_union, union};
use super::{Desk, incidents, mode, moment};
use crate::answer::Source;
use crate::atlas::{Atlas, Union};
use crate::bucket::Bucket;
use crate::identity::IdentityMode;
use crate::time::Resolution;
use crate::view::{
    CapacityPlan, ForecastQuery, ForecastView, IncidentsQuery, IncidentsView, Measure, Moment, NowQuery, NowView,
    Passage, SessionsQuery, SessionsView,
};

/// A desk whose pages are kept for a while where that is worth it.
impl<D: Desk> Source for D {
    type Error = D::Error;

    fn atlas<T>(&self, read: impl FnOnce(&Atlas, &Moment<'_>) -> T) -> T {
        let as_of = self.as_of();
        let baselines = self.baselines(as_of, mode(self, None));
        let moment = moment(self, as_of, &baselines);
        self.read(|atlas| read(atlas, &moment))
    }

    fn now(&self) -> Result<NowView, D::Error> {
        self.now_page(&NowQuery { mode: None, window: 300, map: Measure::Load, at: None })
    }

    fn users(&self, regions: &[String], from: i64, to: i64, mode: IdentityMode) -> Result<Option<Union>, D::Error> {
        if regions.is_empty() {
            return national_union(self, (from, to), Resolution::Hour, mode);
        }
        regions.iter().try_for_each(|region| self.known(region))?;
        union(self, regions, from, to, mode)
    }

    fn cells(&self, region: &str, from: i64, to: i64) -> Result<Bucket, D::Error> {
        self.known(region)?;
        merged(self, region, from, to)
    }

    fn incidents(&self, region: &str, from: i64, to: i64) -> Result<IncidentsView, D::Error> {
        let as_of = self.as_of();
        let query = IncidentsQuery { region: region.to_owned(), span: (as_of - from).max(3600) };
        incidents::incidents(self, &query, from, to.min(as_of))
    }

    fn sessions(&self, query: &SessionsQuery) -> Result<SessionsView, D::Error> {
        self.sessions_page(query)
    }

    fn forecast(&self, query: &ForecastQuery) -> Result<ForecastView, D::Error> {
        self.forecast_page(query)
    }

    fn capacity(&self) -> Result<CapacityPlan, D::Error> {
        Ok(whole_plan(self))
    }

    fn runbooks(&self, words: &str, limit: usize) -> Vec<Passage> {
        Desk::runbooks(self).search(words, limit)
    }
}
