//! The page 예측·용량. Forecasts cost more than other pages and change slowly, so they are kept for five minutes, and the
//! capacity plan for an hour.

use std::collections::HashMap;
use std::sync::Arc;

use bonghwa_analytics::atlas::NATION;
use bonghwa_analytics::baseline::Baselines;
use bonghwa_analytics::time::Resolution;
use bonghwa_analytics::view::{self, CapacityPlan, ForecastQuery, ForecastView};

use super::{Centre, CentreError, lock, read};

/// Different queries that are kept.
const KEPT: usize = 64;

/// Pages of the current five minutes, and the plan of the current hour.
#[derive(Default)]
pub(super) struct Kept {
    as_of: i64,
    pages: HashMap<ForecastQuery, Arc<ForecastView>>,
    plan: Option<(i64, CapacityPlan)>,
}

impl Centre {
    /// The page 예측·용량 of a region or of the nation, as of the last whole five minutes.
    pub fn forecast(&self, query: &ForecastQuery) -> Result<Arc<ForecastView>, CentreError> {
        if query.region != NATION {
            self.edge(&query.region)?;
        }
        let as_of = Resolution::FiveMinutes.floor(*self.0.ticks.borrow());
        let hour = Resolution::Hour.floor(as_of);
        let plan = {
            let mut kept = lock(&self.0.forecasts);
            if kept.as_of != as_of {
                kept.as_of = as_of;
                kept.pages.clear();
            }
            if let Some(page) = kept.pages.get(query) {
                return Ok(page.clone());
            }
            kept.plan.as_ref().filter(|(made, _)| *made == hour).map(|(_, plan)| plan.clone())
        };
        let baselines = Baselines::default();
        let moment = self.moment(as_of, &baselines);
        let plan = plan.unwrap_or_else(|| view::capacity(&read(&self.0.atlas), &moment));
        let page = Arc::new(view::forecast(&read(&self.0.atlas), &moment, query, plan.clone()));
        let mut kept = lock(&self.0.forecasts);
        kept.plan = Some((hour, plan));
        // Five minutes may have passed in between; newer pages are not mixed with this one.
        if kept.as_of == as_of && kept.pages.len() < KEPT {
            kept.pages.insert(query.clone(), page.clone());
        }
        Ok(page)
    }
}
