//! The parts of a report: what a document of the period holds, before it is laid out.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::compare::{Compared, Pair};
use super::measure::one;
use super::rank::{RankRow, rank};
use super::{Asked, Source};
use crate::ask::{Kind, Question};
use crate::report::Step;
use crate::time::{DAY, WEEK};
use crate::view::{CapacityPlan, IncidentsView, Measure};

/// Measures of a report.
const MEASURES: [Measure; 5] =
    [Measure::Users, Measure::Requests, Measure::ErrorRate, Measure::LatencyP95, Measure::Load];

/// The parts of a report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Reported {
    /// Measures of the period beside those of the one before.
    pub compared: Compared,
    /// The period before.
    pub before: (i64, i64),
    /// Incidents of the period.
    pub incidents: IncidentsView,
    /// Regions by load.
    pub ranked: Vec<RankRow>,
    /// What needs more before the quarter ends.
    pub plan: CapacityPlan,
}

impl Reported {
    /// Makes the parts of a report; `step` hears what is made next, and may stop it.
    pub(crate) fn of<S: Source>(
        source: &S,
        asked: &Asked<'_>,
        step: &mut dyn FnMut(Step) -> ControlFlow<()>,
    ) -> Result<Option<Self>, S::Error> {
        let mut goes_on = |at| step(at).is_continue();
        let period = &asked.question.period;
        let before = before(period.from, period.to);
        let area = asked.area();
        let mut pairs = Vec::new();
        for measure in MEASURES {
            if !goes_on(Step::Measures) {
                return Ok(None);
            }
            let now = one(source, asked, &area, measure, (period.from, period.to), "now")?;
            pairs.push(Pair { now, then: Some(one(source, asked, &area, measure, before, "then")?) });
        }
        if !goes_on(Step::Incidents) {
            return Ok(None);
        }
        let incidents = asked.incidents(source)?;
        if !goes_on(Step::Ranking) {
            return Ok(None);
        }
        let by_load = Question {
            kind: Kind::RankRegions,
            measures: vec![Measure::Load],
            order: None,
            limit: None,
            threshold: None,
            ..asked.question.clone()
        };
        let ranked = rank(source, &Asked::new(&by_load, asked.regions.clone(), asked.as_of, asked.mode))?.rows;
        if !goes_on(Step::Capacity) {
            return Ok(None);
        }
        let codes = asked.codes();
        let plan = source.capacity()?.part(|row| codes.contains(&row.region));
        Ok(Some(Self { compared: Compared { pairs, times: true }, before, incidents, ranked, plan }))
    }
}

/// The period that one is held against: a part of a week against the same part of the last one, a day or less against the
/// day before.
fn before(from: i64, to: i64) -> (i64, i64) {
    let length = to - from;
    let shift = if length > DAY { length.div_euclid(WEEK).max(1) * WEEK } else { DAY };
    (from - shift, to - shift)
}
