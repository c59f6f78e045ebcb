//! Regions in order of a measure.

use serde::{Deserialize, Serialize};

use super::measure::one;
use super::{Asked, Source};
use crate::ask::{Area, Order, Quantity, Threshold};
use crate::view::{Fact, Measure};

/// Regions in order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Ranked {
    /// What they are ordered by.
    pub measure: Measure,
    /// Whether the smallest comes first.
    pub ascending: bool,
    /// Regions with a value, in order.
    pub rows: Vec<RankRow>,
    /// How many there are with a value, whatever the limit.
    pub total: u16,
    /// How many pass the threshold that was named.
    pub passing: Option<u16>,
}

/// A region in its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RankRow {
    /// Region code.
    pub region: String,
    /// The value.
    pub value: Fact,
}

pub(super) fn rank<S: Source>(source: &S, asked: &Asked<'_>) -> Result<Ranked, S::Error> {
    let question = asked.question;
    let measure = question.measures.first().copied().unwrap_or(Measure::Load);
    let mut rows = Vec::new();
    for code in asked.codes() {
        let area = Area::region(&code);
        let found = one(source, asked, &area, measure, asked.period(), "now")?;
        rows.extend(found.value.map(|value| RankRow { region: code, value }));
    }
    let ascending = question.order == Some(Order::Lowest);
    // Equal values stand in the order of the settings.
    rows.sort_by(|a, b| {
        let order = b.value.value.total_cmp(&a.value.value);
        if ascending { order.reverse() } else { order }
    });
    let total = rows.len() as u16;
    let passing = question.threshold.filter(|threshold| fits(threshold, measure)).map(|threshold| {
        let passes = |row: &&RankRow| {
            if ascending { row.value.value <= threshold.value } else { row.value.value >= threshold.value }
        };
        rows.iter().filter(passes).count() as u16
    });
    if let Some(passing) = passing {
        rows.truncate(usize::from(passing).max(1));
    }
    if let Some(limit) = question.limit {
        rows.truncate(limit as usize);
    }
    Ok(Ranked { measure, ascending, rows, total, passing })
}

/// Whether a threshold is in the unit of a measure.
pub(super) fn fits(threshold: &Threshold, measure: Measure) -> bool {
    let unit = match measure {
        Measure::ErrorRate | Measure::Load | Measure::Cpu | Measure::Memory | Measure::Heap => Quantity::Ratio,
        Measure::LatencyP50 | Measure::LatencyP95 | Measure::LatencyP99 => Quantity::Seconds,
        _ => Quantity::Count,
    };
    threshold.unit == unit
}
