//! The parts of a report: what a document of the period holds, before it is laid out.

use serde::{Deserialize, Serialize};

use super::compare::{Compared, Pair};
use super::measure::one;
use super::rank::{RankRow, rank};
use super::{Asked, Source};
use crate::ask::{Area, Kind, Question};
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

pub(super) fn report<S: Source>(source: &S, asked: &Asked<'_>) -> Result<Reported, S::Error> {
    let period = &asked.question.period;
    let length = period.to - period.from;
    // A part of a week is held against the same part of the last one, a day against the day before.
    let shift = if length > DAY { length.div_euclid(WEEK).max(1) * WEEK } else { DAY };
    let before = (period.from - shift, period.to - shift);
    let area = match asked.areas.as_slice() {
        [one] => one.clone(),
        _ => Area { name: String::new(), regions: asked.codes() },
    };
    let mut pairs = Vec::new();
    for measure in MEASURES {
        let now = one(source, asked, &area, measure, (period.from, period.to), "now")?;
        pairs.push(Pair { now, then: Some(one(source, asked, &area, measure, before, "then")?) });
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
    let codes = asked.codes();
    let plan = source.capacity()?.part(|row| codes.contains(&row.region));
    Ok(Reported {
        compared: Compared { pairs, times: true },
        before,
        incidents: asked.incidents(source)?,
        ranked,
        plan,
    })
}
