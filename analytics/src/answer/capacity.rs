//! What is needed, and when: the chance that a measure passes its threshold soon, and the plan to the end of the quarter.

use serde::{Deserialize, Serialize};

use super::measure::one;
use super::{Asked, Source};
use crate::ask::{Area, Quantity};
use crate::time::DAY;
use crate::view::{Ahead, CapacityPlan, Confidence, ForecastQuery, Full, Measure};

/// Regions that are looked at where none was named: the busiest.
const BUSIEST: usize = 3;
/// The farthest that a forecast looks, seconds.
const FARTHEST: i64 = 28 * DAY;

/// What is needed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Needed {
    /// Seconds looked ahead; absent where only the plan was asked for.
    pub horizon: Option<i64>,
    /// What may pass its threshold until then, the likeliest first.
    pub ahead: Vec<AheadRow>,
    /// What needs more before the quarter ends, in the regions asked about.
    pub plan: CapacityPlan,
}

/// A measure of a region that may pass its threshold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AheadRow {
    /// Region code.
    pub region: String,
    /// What is forecast.
    pub measure: Measure,
    /// The forecast; absent where there is too little to say.
    pub ahead: Option<Ahead>,
    /// When it is full, by the trend of its daily peaks.
    pub full: Option<Full>,
    /// How sure it is.
    pub confidence: Confidence,
}

pub(super) fn capacity<S: Source>(source: &S, asked: &Asked<'_>) -> Result<Needed, S::Error> {
    let question = asked.question;
    let codes = asked.codes();
    let mut plan = source.capacity()?.part(|row| {
        codes.contains(&row.region) && question.service.as_ref().is_none_or(|service| row.service == *service)
    });
    if let Some(limit) = question.limit {
        plan.rows.truncate(limit as usize);
    }
    let mut ahead = Vec::new();
    if let Some(horizon) = question.horizon {
        let measures = match question.measures.as_slice() {
            [] => vec![Measure::Load, Measure::Memory],
            said => said.to_vec(),
        };
        let threshold = question.threshold.filter(|threshold| threshold.unit == Quantity::Ratio);
        let threshold = threshold.map(|threshold| libm::round(threshold.value * 1e6) as i64);
        for region in regions(source, asked)? {
            for measure in &measures {
                let query = query(&region, *measure, horizon.clamp(3600, FARTHEST), threshold);
                let view = source.forecast(&query)?;
                ahead.push(AheadRow {
                    region: region.clone(),
                    measure: *measure,
                    ahead: view.ahead,
                    full: view.full,
                    confidence: view.confidence,
                });
            }
        }
        let chance = |row: &AheadRow| row.ahead.as_ref().map_or(-1.0, |ahead| ahead.over.value);
        ahead.sort_by(|a, b| chance(b).total_cmp(&chance(a)));
    }
    Ok(Needed { horizon: question.horizon, ahead, plan })
}

fn query(region: &str, measure: Measure, horizon: i64, threshold: Option<i64>) -> ForecastQuery {
    ForecastQuery { region: region.to_owned(), measure, service: String::new(), horizon, threshold, mode: None }
}

/// The regions named, or the busiest at this moment.
fn regions<S: Source>(source: &S, asked: &Asked<'_>) -> Result<Vec<String>, S::Error> {
    if !asked.question.areas.is_empty() {
        return Ok(asked.codes());
    }
    let mut busy = Vec::new();
    for code in asked.codes() {
        let area = Area::region(&code);
        let now = one(source, asked, &area, Measure::Load, (asked.as_of - 300, asked.as_of), "now")?;
        busy.extend(now.value.map(|fact| (fact.value, code)));
    }
    busy.sort_by(|a, b| b.0.total_cmp(&a.0));
    Ok(busy.into_iter().take(BUSIEST).map(|(_, code)| code).collect())
}
