//! Questions in plain words, answered from the edges and the atlas.

use std::sync::Arc;

use bonghwa_analytics::answer::{self, Asking, Reply, Source};
use bonghwa_analytics::atlas::{Atlas, Union};
use bonghwa_analytics::bucket::Bucket;
use bonghwa_analytics::identity::IdentityMode;
use bonghwa_analytics::time::Resolution;
use bonghwa_analytics::view::{
    ForecastQuery, ForecastView, IncidentsQuery, IncidentsView, Measure, Moment, NowQuery, NowView, SessionsQuery,
    SessionsView,
};

use super::{Centre, CentreError};

impl Centre {
    /// Understands what is asked, and answers it.
    pub fn ask(&self, asking: &Asking) -> Result<Reply, CentreError> {
        answer::reply(self, asking)
    }

    /// Services that report from any region, by name.
    pub fn services(&self) -> Vec<String> {
        answer::services(&super::read(&self.0.atlas))
    }
}

impl Source for Centre {
    type Error = CentreError;

    fn atlas<T>(&self, read: impl FnOnce(&Atlas, &Moment<'_>) -> T) -> T {
        let as_of = *self.0.ticks.borrow();
        let baselines = self.baselines(as_of, self.mode(None));
        let moment = self.moment(as_of, &baselines);
        read(&super::read(&self.0.atlas), &moment)
    }

    fn now(&self) -> Result<NowView, CentreError> {
        let query = NowQuery { mode: None, window: 300, map: Measure::Load, at: None };
        Centre::now(self, &query).map(Arc::unwrap_or_clone)
    }

    fn users(&self, regions: &[String], from: i64, to: i64, mode: IdentityMode) -> Result<Option<Union>, CentreError> {
        if regions.is_empty() {
            return self.national_union((from, to), Resolution::Hour, mode);
        }
        self.union(regions, from, to, mode)
    }

    fn cells(&self, region: &str, from: i64, to: i64) -> Result<Bucket, CentreError> {
        self.merged(self.edge(region)?, from, to)
    }

    fn incidents(&self, region: &str, from: i64, to: i64) -> Result<IncidentsView, CentreError> {
        let as_of = *self.0.ticks.borrow();
        let query = IncidentsQuery { region: region.to_owned(), span: (as_of - from).max(3600) };
        self.incidents_between(&query, from, to.min(as_of))
    }

    fn sessions(&self, query: &SessionsQuery) -> Result<SessionsView, CentreError> {
        Centre::sessions(self, query).map(Arc::unwrap_or_clone)
    }

    fn forecast(&self, query: &ForecastQuery) -> Result<ForecastView, CentreError> {
        Centre::forecast(self, query).map(Arc::unwrap_or_clone)
    }
}
