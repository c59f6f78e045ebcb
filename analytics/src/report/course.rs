//! Measures step by step, and region by region.

use serde::{Deserialize, Serialize};

use super::ReportKind;
use crate::answer::{Asked, RankRow, Source, course, error, mean, stats, users_method};
use crate::ask::Area;
use crate::time::{DAY, Resolution, day_start};
use crate::view::now::{Scope, measure_id, unit_of};
use crate::view::{Fact, Measure, Unit};

/// Measures whose course is shown.
const SHOWN: [Measure; 3] = [Measure::Users, Measure::LatencyP95, Measure::Load];
/// Steps of an incident at most.
const STEPS: i64 = 24;
/// Seconds before and after an incident that its course shows.
const AROUND: i64 = 1800;
/// Measures of a region's line, its load first.
const LINE: [Measure; 5] = [Measure::Load, Measure::Users, Measure::Requests, Measure::ErrorRate, Measure::LatencyP95];

/// A measure step by step, beside that of the period before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Course {
    /// What is measured.
    pub measure: Measure,
    /// Unit of the values.
    pub unit: Unit,
    /// Seconds of a step.
    pub step: i64,
    /// The steps.
    pub slots: Vec<Slot>,
}

/// A step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Slot {
    /// Start.
    pub from: i64,
    /// Of users the mean of five-minute windows, of all else the value of the step; absent where nothing was received.
    pub now: Option<Fact>,
    /// The same step of the period before.
    pub before: Option<Fact>,
}

/// A region with its measures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RegionLine {
    /// Region code.
    pub region: String,
    /// Its load; absent where none was reported.
    pub load: Option<Fact>,
    /// Concurrent users, the mean of five-minute windows.
    pub users: Option<Fact>,
    /// Requests a second.
    pub requests: Option<Fact>,
    /// Share of failed requests.
    pub error_rate: Option<Fact>,
    /// 95th percentile of the response time.
    pub p95: Option<Fact>,
}

/// The courses of a report. A measure that nothing reported has none.
pub(super) fn courses<S: Source>(
    source: &S,
    asked: &Asked<'_>,
    kind: ReportKind,
    before: (i64, i64),
    symptom: Option<Measure>,
) -> Vec<Course> {
    let (from, to) = (asked.question.period.from, asked.question.period.to);
    let shift = from - before.0;
    let (start, end, step) = match kind {
        ReportKind::Day => (from, to, 3600),
        ReportKind::Week | ReportKind::Month => (day_start(from), to, DAY),
        ReportKind::Incident => {
            let (start, end) = (from - AROUND, (to + AROUND).min(asked.as_of));
            let steps = [300, 600, 900, 1800, 3600, 6 * 3600, DAY];
            let step = steps.into_iter().find(|step| (end - start) / step < STEPS).unwrap_or(DAY);
            (start - start.rem_euclid(step), end, step)
        }
    };
    let mut measures: Vec<Measure> = symptom.into_iter().collect();
    measures.extend(SHOWN.into_iter().filter(|measure| Some(*measure) != symptom));
    let area = asked.area();
    let course_of = |measure: Measure| {
        let slots = (0..).map(|n| start + n * step).take_while(|at| *at < end).map(|at| {
            let until = (at + step).min(end);
            let one = |role: &str, from, to| {
                let id = format!("{}-{role}-{at}", measure_id(measure));
                value(source, asked, &area, measure, (from, to), &id)
            };
            Slot { from: at, now: one("step", at, until), before: one("earlier", at - shift, until - shift) }
        });
        let slots: Vec<Slot> = slots.collect();
        let any = slots.iter().any(|slot| slot.now.is_some());
        any.then(|| Course { measure, unit: unit_of(measure, asked.mode), step, slots })
    };
    measures.into_iter().filter_map(course_of).collect()
}

/// The regions in the order of their load, those without one last.
pub(super) fn lines<S: Source>(source: &S, asked: &Asked<'_>, ranked: &[RankRow]) -> Vec<RegionLine> {
    let mut codes: Vec<String> = ranked.iter().map(|row| row.region.clone()).collect();
    codes.extend(asked.codes().into_iter().filter(|code| !ranked.iter().any(|row| row.region == *code)));
    let period = (asked.question.period.from, asked.question.period.to);
    let line = |code: String| {
        let area = Area::region(&code);
        let known = ranked.iter().find(|row| row.region == code).map(|row| row.value.clone());
        let [load, users, requests, error_rate, p95] = LINE.map(|measure| match measure {
            Measure::Load => known.clone(),
            _ => value(source, asked, &area, measure, period, &format!("{}-line-{code}", measure_id(measure))),
        });
        RegionLine { region: code, load, users, requests, error_rate, p95 }
    };
    codes.into_iter().map(line).collect()
}

/// A measure of an area over a time: of users the mean of five-minute windows.
fn value<S: Source>(
    source: &S,
    asked: &Asked<'_>,
    area: &Area,
    measure: Measure,
    (from, to): (i64, i64),
    id: &str,
) -> Option<Fact> {
    let codes = asked.codes_of(area);
    let scope = Scope { regions: area.regions.clone(), count: codes.len() as u16, from, to };
    source.atlas(|atlas, _| {
        if measure != Measure::Users {
            return stats(atlas, &codes, measure, None, &scope, id);
        }
        mean(&course(atlas, asked, area, measure, (from, to))).map(|value| Fact {
            id: id.to_owned(),
            measure,
            value,
            unit: unit_of(measure, asked.mode),
            error: error(measure, value),
            regions: scope.regions.clone(),
            region_count: scope.count,
            from,
            to,
            resolution: Resolution::FiveMinutes,
            method: users_method(atlas, area, &codes),
        })
    })
}
