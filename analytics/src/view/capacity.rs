//! The capacity plan: what needs more before the quarter ends, how much, and why.
//!
//! Method: the highest hourly use of each working day, its trend with an 85 % range ([`trend`](crate::forecast::trend)),
//! continued to the end of the quarter. Where the upper edge stays under the target nothing is needed; else so many times
//! what is there now as brings it down to the target.

use serde::{Deserialize, Serialize};

use super::Confidence;
use super::forecast::TARGET_USE;
use super::now::{exists_on, measure_id};
use super::{Fact, Measure, Method, Moment, Unit};
use crate::atlas::{Atlas, Track};
use crate::bucket::{Name, Resource};
use crate::calendar::{DayKind, kind, quarter};
use crate::forecast::trend::{LEAST, Trend, trend};
use crate::time::{DAY, Resolution, day_start};

/// Days of the past that are looked at.
const PAST: i64 = 92;
/// Hours of a day below which its peak is not known.
const HOURS: usize = 12;
/// Days without a peak after which a series is taken for one that has ended.
const SILENT: i64 = 7;
/// Rows that the page gets.
const MOST: usize = 60;

/// What needs more before the quarter ends.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CapacityPlan {
    /// End of the quarter (exclusive), midnight in Asia/Seoul.
    pub until: i64,
    /// Use under which the busy hour is to stay.
    pub target: f64,
    /// What was looked at: those that need more first, the nearest to it next, those of which nothing can be told last; of a
    /// [part](Self::part) the first sixty.
    pub rows: Vec<CapacityRow>,
    /// How many need more, need nothing, and cannot be told.
    pub counts: [u32; 3],
}

impl CapacityPlan {
    /// What it says of some resources: counted anew, with as many rows as a page gets.
    #[must_use]
    pub fn part(mut self, wanted: impl FnMut(&CapacityRow) -> bool) -> Self {
        self.rows.retain(wanted);
        self.counts = counts(&self.rows);
        self.rows.truncate(MOST);
        self
    }
}

/// How many need more, need nothing, and cannot be told.
fn counts(rows: &[CapacityRow]) -> [u32; 3] {
    let mut counts = [0; 3];
    for row in rows {
        counts[row.need.class()] += 1;
    }
    counts
}

/// A resource of a service in a region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CapacityRow {
    /// Region code.
    pub region: String,
    /// Service; empty where a region reports no use at all.
    pub service: String,
    /// CPU, memory or heap.
    pub measure: Measure,
    /// The answer.
    pub need: Need,
    /// How many times what is there now, where more is needed.
    pub times: Option<Fact>,
    /// Working days with data where there are too few of them, else 0.
    pub days: u32,
    /// How many of them are needed.
    pub days_needed: u32,
    /// How sure it is.
    pub confidence: Confidence,
    /// Use in the busy hour now, by the trend.
    pub now: Option<Fact>,
    /// Change of that in a week.
    pub weekly: Option<Fact>,
    /// Upper edge (85 %) at the end of the quarter.
    pub edge: Option<Fact>,
    /// When the target is passed.
    pub when: Option<Passing>,
}

/// What is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// More.
    More,
    /// Nothing before the quarter ends.
    Nothing,
    /// Cannot tell: too few working days with data.
    TooFewDays,
    /// Cannot tell: nothing was received for a week.
    Silent,
    /// Cannot tell: the region reports no use of CPU, memory or heap.
    NotReported,
}

impl Need {
    /// More, nothing, or cannot tell: the order of a plan.
    const fn class(self) -> usize {
        match self {
            Self::More => 0,
            Self::Nothing => 1,
            _ => 2,
        }
    }
}

/// A range of days in which a level is passed: midnights in Asia/Seoul.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Passing {
    /// The upper edge passes it.
    pub earliest: i64,
    /// The middle passes it, if that is in sight.
    pub likely: Option<i64>,
    /// The lower edge passes it, if that is in sight.
    pub latest: Option<i64>,
}

impl Passing {
    /// `None` if not even the upper edge passes the level within `most` days of `last`, the day at which the trend ends.
    /// What is passed already is passed today.
    pub(super) fn of(trend: &Trend, level: f64, (last, today): (i64, i64), most: usize) -> Option<Self> {
        let [earliest, likely, latest] =
            trend.passes(level, most).map(|days| days.map(|days| (last + days as i64 * DAY).max(today)));
        Some(Self { earliest: earliest?, likely, latest })
    }
}

/// Makes the plan from the hourly rows of all regions.
pub fn capacity(atlas: &Atlas, moment: &Moment<'_>) -> CapacityPlan {
    let (_, until) = quarter(moment.as_of);
    let mut rows = Vec::new();
    for region in atlas.regions.iter().filter(|region| exists_on(region, moment.as_of)) {
        let before = rows.len();
        if let Some(track) = atlas.track(&region.code) {
            for (measure, kind) in
                [(Measure::Cpu, Resource::Cpu), (Measure::Memory, Resource::Memory), (Measure::Heap, Resource::Heap)]
            {
                for service in track.table(Resolution::Hour).services(kind) {
                    rows.push(row(track, &region.code, service, (measure, kind), moment.as_of, until));
                }
            }
        }
        if rows.len() == before {
            rows.push(unknown(&region.code, "", Measure::Cpu, Need::NotReported));
        }
    }
    let edge = |row: &CapacityRow| row.edge.as_ref().map_or(0.0, |edge| edge.value);
    rows.sort_by(|a, b| a.need.class().cmp(&b.need.class()).then_with(|| edge(b).total_cmp(&edge(a))));
    let counts = counts(&rows);
    CapacityPlan { until, target: TARGET_USE, rows, counts }
}

fn unknown(region: &str, service: &str, measure: Measure, need: Need) -> CapacityRow {
    CapacityRow {
        region: region.to_owned(),
        service: service.to_owned(),
        measure,
        need,
        times: None,
        days: 0,
        days_needed: 0,
        confidence: Confidence::Unknown,
        now: None,
        weekly: None,
        edge: None,
        when: None,
    }
}

fn row(
    track: &Track,
    region: &str,
    service: &Name,
    (measure, kind): (Measure, Resource),
    as_of: i64,
    until: i64,
) -> CapacityRow {
    let table = track.table(Resolution::Hour);
    let to = Resolution::Hour.floor(as_of);
    let from = to - PAST * DAY;
    let mut hourly = vec![f64::NAN; (PAST * 24) as usize];
    for at in table.range(from, to) {
        let value = table.gauge(at, service, kind).unwrap_or(f64::NAN);
        hourly[((table.starts()[at] - from) / 3600) as usize] = value;
    }
    let days = busy_days(&hourly, as_of);
    let today = day_start(as_of);
    let Some((last, _)) = days.last().copied().filter(|day| today - day.0 <= SILENT * DAY) else {
        return unknown(region, service, measure, Need::Silent);
    };
    // From the last day that is known to the last one of the quarter.
    let ahead = ((until - DAY - last) / DAY) as f64;
    let line = line(&days).filter(|line| line.reaches(ahead));
    let Some(line) = line else {
        // As many working days as let the past be continued to the end of the quarter.
        let needed = ((ahead / crate::forecast::trend::REACH) as usize * 5).div_ceil(7).max(LEAST - 1) + 1;
        let row = unknown(region, service, measure, Need::TooFewDays);
        return CapacityRow { days: days.len() as u32, days_needed: needed.max(days.len() + 1) as u32, ..row };
    };
    let first = days.first().map_or(from, |day| day.0);
    let fact = |id: &str, value: f64, to: i64| Fact {
        id: format!("{id}-{region}-{service}-{}", measure_id(measure)),
        measure,
        value,
        unit: Unit::Ratio,
        error: None,
        regions: vec![region.to_owned()],
        region_count: 1,
        from: first,
        to,
        resolution: Resolution::Hour,
        method: Method::Trend,
    };
    let edge = line.at(ahead).2.max(line.at(0.0).2);
    let need = if edge <= TARGET_USE { Need::Nothing } else { Need::More };
    // Rounded up to tenths: what is bought comes in pieces.
    let times = libm::ceil(edge / TARGET_USE * 10.0 - 1e-9) / 10.0;
    let times = (need == Need::More).then(|| Fact { method: Method::Times, ..fact("times", times, until) });
    CapacityRow {
        region: region.to_owned(),
        service: service.to_string(),
        measure,
        need,
        times,
        days: 0,
        days_needed: 0,
        confidence: if line.span >= ahead { Confidence::Likely } else { Confidence::Possible },
        now: Some(fact("busy", line.level, today)),
        weekly: Some(fact("weekly", 7.0 * line.slope, today)),
        edge: Some(fact("edge", edge.min(9.99), until)),
        when: Passing::of(&line, TARGET_USE, (last, today), ahead as usize),
    }
}

/// The trend of daily peaks of an hourly series that ends now, and the first and last day of it.
pub(super) fn peaks(hourly: &[f64], as_of: i64) -> Option<(Trend, (i64, i64))> {
    let days = busy_days(hourly, as_of);
    Some((line(&days)?, (days.first()?.0, days.last()?.0)))
}

fn line(days: &[(i64, f64)]) -> Option<Trend> {
    let last = days.last()?.0;
    let points: Vec<(f64, f64)> = days.iter().map(|(day, peak)| ((day - last) as f64 / DAY as f64, *peak)).collect();
    trend(&points)
}

/// Whole working days with enough hours, each with its highest hour.
fn busy_days(hourly: &[f64], as_of: i64) -> Vec<(i64, f64)> {
    let start = Resolution::Hour.floor(as_of) - hourly.len() as i64 * 3600;
    let mut days = Vec::new();
    let mut day = day_start(start);
    while day + DAY <= as_of {
        let at = |instant: i64| usize::try_from((instant - start) / 3600).unwrap_or(0).min(hourly.len());
        let hours = &hourly[at(day.max(start))..at(day + DAY)];
        let there = hours.iter().filter(|v| !v.is_nan());
        if there.clone().count() >= HOURS && kind(day) == DayKind::Working {
            days.push((day, there.fold(0.0, |most: f64, v| most.max(*v))));
        }
        day += DAY;
    }
    days
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_passed_so_many_days_after_the_last_that_is_known() {
        let trend =
            Trend { level: 0.5, slope: 1.0 / 64.0, slopes: (1.0 / 64.0, 1.0 / 64.0), rest: (0.0, 0.0), span: 20.0 };
        // A Friday is known last, on Monday.
        let days = (1_795_100_400, 1_795_100_400 + 3 * DAY);
        let passing = Passing::of(&trend, 0.75, days, 90);
        assert_eq!(passing.map(|passing| passing.earliest), Some(days.0 + 16 * DAY));
        let passed = Passing::of(&trend, 0.4, days, 90);
        assert_eq!(passed.map(|passing| passing.earliest), Some(days.1), "what is passed is passed today");
        assert_eq!(Passing::of(&trend, 0.75, days, 15), None);
    }
}
