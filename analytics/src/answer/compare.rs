//! One time beside another, or areas beside each other.

use serde::{Deserialize, Serialize};

use super::measure::{Measured, course, one};
use super::{Asked, Source};
use crate::ask::{Area, Period};
use crate::time::Resolution;
use crate::view::now::unit_of;
use crate::view::{Line, Measure, PeriodChart, Series};

/// Measures that get a chart.
const CHARTS: usize = 2;
/// Areas that a chart holds.
const LINES: usize = 5;

/// What was compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Compared {
    /// A measure of an area each.
    pub pairs: Vec<Pair>,
    /// Whether times were compared; else areas.
    pub times: bool,
}

/// A measure of an area now, and then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Pair {
    /// In the period asked about.
    pub now: Measured,
    /// In the compared one; absent where areas are compared.
    pub then: Option<Measured>,
}

pub(super) fn compare<S: Source>(source: &S, asked: &Asked<'_>) -> Result<Compared, S::Error> {
    let mut pairs = Vec::new();
    let against = asked.question.against.as_ref();
    for area in &asked.areas {
        for measure in &asked.question.measures {
            let at = |period: &Period, role| one(source, asked, area, *measure, (period.from, period.to), role);
            let now = at(&asked.question.period, "now")?;
            pairs.push(Pair { now, then: against.map(|against| at(against, "then")).transpose()? });
        }
    }
    Ok(Compared { pairs, times: against.is_some() })
}

/// The course of the first measures over the period: of one area with the compared period behind it (`before`), else a line
/// for each area.
pub(super) fn charts<S: Source>(source: &S, asked: &Asked<'_>) -> Vec<PeriodChart> {
    let measures = asked.question.measures.iter().filter(|measure| **measure != Measure::PerCapita);
    source.atlas(|atlas, _| {
        let line = |area: &Area, measure: Measure, period: (i64, i64)| Line {
            values: course(atlas, asked, area, measure, period),
        };
        measures
            .take(CHARTS)
            .filter_map(|measure| {
                let (from, to) = widened(asked);
                let mut series = Vec::new();
                if let [area] = asked.areas.as_slice() {
                    series.push(Series { name: "now".to_owned(), line: line(area, *measure, (from, to)) });
                    if let Some(against) = &asked.question.against {
                        let shift = asked.question.period.from - against.from;
                        let before = line(area, *measure, (from - shift, to - shift));
                        series.push(Series { name: "before".to_owned(), line: before });
                    }
                } else {
                    for area in asked.areas.iter().take(LINES) {
                        let name = if area.name.is_empty() { "nation" } else { &area.name };
                        series.push(Series { name: name.to_owned(), line: line(area, *measure, (from, to)) });
                    }
                }
                let any = series.iter().any(|series| series.line.values.iter().any(Option::is_some));
                any.then(|| PeriodChart {
                    measure: *measure,
                    unit: unit_of(*measure, asked.mode),
                    start: Resolution::FiveMinutes.floor(from),
                    step: Resolution::FiveMinutes.seconds(),
                    series,
                    low: Line::default(),
                    high: Line::default(),
                })
            })
            .collect()
    })
}

/// The period, or where that is but a moment the six hours that end with it.
fn widened(asked: &Asked<'_>) -> (i64, i64) {
    let period = &asked.question.period;
    if period.to - period.from < 3 * 3600 { (period.to - 6 * 3600, period.to) } else { (period.from, period.to) }
}
