//! The page 지금: is today normal, how many are there, where is it busy, and since when.

use std::collections::BTreeSet;

use super::events::{events, unusual};
use super::{
    Card, DayChart, Fact, Level, Line, Measure, Method, NowQuery, NowView, OpenIncident, RegionRow, Standing, Unit,
    Verdict,
};
use crate::atlas::{Atlas, AtlasError, NATION, Track, Union, WindowStats};
use crate::baseline::{Baselines, SLOTS};
use crate::identity::IdentityMode;
use crate::latency::RELATIVE_ERROR;
use crate::region::Region;
use crate::time::{DAY, Resolution, WEEK, civil, day_start};

/// What the caller knows beside the atlas.
#[derive(Clone, Debug)]
pub struct Moment<'a> {
    /// The instant shown, seconds, a multiple of two.
    pub as_of: i64,
    /// Whether any of the data is a demonstration.
    pub demo: bool,
    /// Name of the system, Korean and English.
    pub title: (String, String),
    /// Identity mode shown unless the query says another.
    pub mode: IdentityMode,
    /// Seconds without data after which a region counts as late.
    pub late_after: i64,
    /// Regions whose edge does not answer at this moment; what they sent before may be incomplete.
    pub away: BTreeSet<String>,
    /// Seconds that rows are kept, by resolution.
    pub retention: [i64; 4],
    /// What is usual on the day of `as_of`.
    pub baselines: &'a Baselines,
    /// Incidents that go on.
    pub open: Vec<OpenIncident>,
}

impl Moment<'_> {
    /// The regions that count on the day of `as_of`.
    pub(crate) fn regions(&self, atlas: &Atlas) -> Vec<Region> {
        atlas.regions.iter().filter(|region| exists_on(region, self.as_of)).cloned().collect()
    }

    /// The last instant with data of a region that is late or does not answer, 0 if there never was any.
    pub(crate) fn late_since(&self, track: Option<&Track>, code: &str) -> Option<i64> {
        late_since(track, self.as_of, self.late_after)
            .or_else(|| self.away.contains(code).then(|| track.and_then(Track::newest).unwrap_or(0)))
    }
}

/// Distinct identities of the nation in the same window of earlier days, from stored registers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Past {
    /// Same time yesterday.
    pub yesterday: Option<Union>,
    /// Same time on the same weekday of last week.
    pub last_week: Option<Union>,
}

/// The window of an earlier day that a trailing window is compared with: of the same length, aligned to whole minutes
/// (below five minutes) or to five minutes, because finer rows of that day may have expired.
pub const fn past_window(as_of: i64, window: i64, ago: i64) -> (i64, i64) {
    let step = if window < 300 { Resolution::Minute } else { Resolution::FiveMinutes };
    let from = step.floor(as_of - window - ago);
    (from, from + window)
}

/// Makes the page.
pub fn now(atlas: &Atlas, moment: &Moment<'_>, query: &NowQuery, past: &Past) -> Result<NowView, AtlasError> {
    let as_of = moment.as_of;
    let mode = query.mode.unwrap_or(moment.mode);
    let window = query.window.clamp(60, 1800);
    let (from, to) = (as_of - window, as_of);
    let regions = moment.regions(atlas);
    let late_since = |code: &str| moment.late_since(atlas.track(code), code);
    let received: Vec<&str> = regions.iter().map(|r| r.code.as_str()).filter(|c| late_since(c).is_none()).collect();

    let mut rows = Vec::with_capacity(regions.len());
    for region in &regions {
        let late = late_since(&region.code);
        rows.push(region_row(atlas, region, late, (from, to), mode, moment, query.map)?);
    }
    rank(&mut rows, query.map);
    let shade_edges = shade(&mut rows, query.map);

    let union = atlas.recent_users(received.iter().copied(), from, to, mode)?;
    let national: Vec<WindowStats> =
        received.iter().filter_map(|code| atlas.track(code)).map(|track| track.stats(from, to)).collect();
    let stats = together(&national);
    let scope = Scope { regions: Vec::new(), count: received.len() as u16, from, to };
    let has_data = atlas.regions.iter().any(|region| atlas.track(&region.code).is_some());

    let cards = [Measure::Users, Measure::Requests, Measure::ErrorRate, Measure::LatencyP95]
        .into_iter()
        .map(|measure| {
            let now = match measure {
                Measure::Users => union.map(|u| users_fact("users", u, &scope, mode)),
                _ => stats.as_ref().and_then(|s| stats_fact(measure_id(measure), measure, s, &scope)),
            };
            let requests = stats.as_ref().map_or(0.0, |s| s.entry.count as f64);
            card(atlas, moment, measure, mode, now, past, (window, requests))
        })
        .collect::<Vec<_>>();
    let users_sum = union.map(|_| Fact {
        id: "users-sum".to_owned(),
        value: rows.iter().filter_map(|row| row.users.as_ref()).map(|fact| fact.value).sum(),
        method: Method::SumOfEstimates,
        error: None,
        ..users_fact(
            "users-sum",
            Union { estimate: 0.0, error: 0.0, sketches: 0, finest: Resolution::TwoSeconds },
            &scope,
            mode,
        )
    });
    let (level, verdict) = if !has_data {
        (Level::Normal, Verdict::NoData)
    } else if received.is_empty() {
        let since = regions.iter().filter_map(|r| atlas.track(&r.code)?.newest()).max().unwrap_or(0);
        (Level::Outage, Verdict::Silent { since })
    } else {
        unusual(atlas, moment, mode, &received, &scope)
    };
    Ok(NowView {
        as_of,
        demo: moment.demo,
        title: moment.title.clone(),
        mode,
        window,
        expected: regions.len() as u16,
        received: received.len() as u16,
        regions,
        level,
        verdict,
        open: moment.open.clone(),
        cards,
        map_measure: query.map,
        rows,
        shade_edges,
        users_sum,
        events: events(atlas, moment, mode, None, day_start(as_of), as_of),
    })
}

/// Regions and period of a fact.
pub(crate) struct Scope {
    pub(crate) regions: Vec<String>,
    pub(crate) count: u16,
    pub(crate) from: i64,
    pub(crate) to: i64,
}

/// Whether a region counts on the day of an instant.
pub(crate) fn exists_on(region: &Region, instant: i64) -> bool {
    let c = civil(instant);
    // Four-digit years and two-digit fields compare as text.
    let today = format!("{:04}-{:02}-{:02}", c.year, c.month, c.day);
    region.valid_from.as_ref().is_none_or(|from| *from <= today)
        && region.valid_to.as_ref().is_none_or(|to| today < *to)
}

/// The last instant with data if that is too long ago, 0 if there never was any.
pub(super) fn late_since(track: Option<&Track>, as_of: i64, late_after: i64) -> Option<i64> {
    match track.and_then(Track::newest) {
        None => Some(0),
        Some(newest) if newest < as_of - late_after => Some(newest),
        Some(_) => None,
    }
}

pub(crate) fn unit_of_users(mode: IdentityMode) -> Unit {
    match mode {
        IdentityMode::Ip => Unit::Addresses,
        IdentityMode::SessionCookie => Unit::Sessions,
        IdentityMode::UserCookie => Unit::Users,
    }
}

pub(crate) fn users_fact(id: &str, union: Union, scope: &Scope, mode: IdentityMode) -> Fact {
    Fact {
        id: id.to_owned(),
        measure: Measure::Users,
        value: libm::round(union.estimate),
        unit: unit_of_users(mode),
        error: Some(union.error),
        regions: scope.regions.clone(),
        region_count: scope.count,
        from: scope.from,
        to: scope.to,
        resolution: union.finest,
        method: Method::HyperLogLog,
    }
}

/// A figure of a window; `None` when the window has nothing to make it from.
pub(crate) fn stats_fact(id: &str, measure: Measure, stats: &WindowStats, scope: &Scope) -> Option<Fact> {
    let (value, unit, method, error) = match measure {
        Measure::Requests if stats.covered > 0 => {
            (stats.entry.count as f64 / (scope.to - scope.from) as f64, Unit::PerSecond, Method::Count, None)
        }
        Measure::ErrorRate => (stats.entry.error_rate()?, Unit::Ratio, Method::Share, None),
        Measure::LatencyP50 | Measure::LatencyP95 | Measure::LatencyP99 => {
            let q = match measure {
                Measure::LatencyP50 => 0.5,
                Measure::LatencyP95 => 0.95,
                _ => 0.99,
            };
            let value = stats.entry.latency.quantile(q)?;
            (value, Unit::Seconds, Method::QuantileSketch, Some(value * RELATIVE_ERROR))
        }
        Measure::Load => (stats.load?, Unit::Ratio, Method::BusiestTierMean, None),
        _ => return None,
    };
    Some(Fact {
        id: id.to_owned(),
        measure,
        value,
        unit,
        error,
        regions: scope.regions.clone(),
        region_count: scope.count,
        from: scope.from,
        to: scope.to,
        resolution: stats.finest,
        method,
    })
}

pub(crate) fn measure_id(measure: Measure) -> &'static str {
    match measure {
        Measure::Users => "users",
        Measure::PerCapita => "per-capita",
        Measure::Requests => "requests",
        Measure::ErrorRate => "errors",
        Measure::LatencyP50 => "p50",
        Measure::LatencyP95 => "p95",
        Measure::LatencyP99 => "p99",
        Measure::Load => "load",
        Measure::Cpu => "cpu",
        Measure::Memory => "memory",
        Measure::Heap => "heap",
    }
}

fn together(parts: &[WindowStats]) -> Option<WindowStats> {
    let mut parts = parts.iter();
    let mut sum = parts.next()?.clone();
    for part in parts {
        sum.entry.merge(&part.entry);
        sum.covered = sum.covered.max(part.covered);
        sum.finest = sum.finest.min(part.finest);
        sum.load = match (sum.load, part.load) {
            (Some(a), Some(b)) => Some(a.max(b)),
            (a, b) => a.or(b),
        };
        for (ours, theirs) in sum.identified.iter_mut().zip(part.identified) {
            *ours += theirs;
        }
    }
    Some(sum)
}

fn region_row(
    atlas: &Atlas,
    region: &Region,
    late_since: Option<i64>,
    (from, to): (i64, i64),
    mode: IdentityMode,
    moment: &Moment<'_>,
    map: Measure,
) -> Result<RegionRow, AtlasError> {
    let code = &region.code;
    let mut row = RegionRow {
        code: code.clone(),
        rank: None,
        load: None,
        users: None,
        per_capita: None,
        requests: None,
        error_rate: None,
        p95: None,
        usual: None,
        standing: Standing::Unknown,
        shade: 1,
        late_since,
    };
    let Some(track) = atlas.track(code).filter(|_| late_since.is_none()) else { return Ok(row) };
    let scope = Scope { regions: vec![code.clone()], count: 1, from, to };
    let stats = track.stats(from, to);
    let fact = |measure| stats_fact(&format!("{}-{code}", measure_id(measure)), measure, &stats, &scope);
    row.load = fact(Measure::Load);
    row.requests = fact(Measure::Requests);
    row.error_rate = fact(Measure::ErrorRate);
    row.p95 = fact(Measure::LatencyP95);
    let union = atlas.recent_users([code.as_str()], from, to, mode)?;
    row.users = union.map(|union| users_fact(&format!("users-{code}"), union, &scope, mode));
    row.per_capita = row.users.clone().filter(|_| region.population > 0).map(|users| {
        let people = f64::from(region.population) / 10_000.0;
        Fact {
            id: format!("per-capita-{code}"),
            value: users.value / people,
            error: users.error.map(|error| error / people),
            unit: Unit::PerTenThousand,
            ..users
        }
    });
    let shown = shown(&row, map).map(|fact| fact.value);
    if let (Some(value), Some(band)) = (shown, moment.baselines.at(code, map_measure(map), middle(from, to))) {
        let scale = if map == Measure::PerCapita { 10_000.0 / f64::from(region.population.max(1)) } else { 1.0 };
        row.usual = Some((band.low * scale, band.high * scale));
        row.standing = band.standing(map_measure(map), value / scale, stats.entry.count as f64);
    }
    Ok(row)
}

/// The figure of a row by which the map is coloured.
fn shown(row: &RegionRow, map: Measure) -> Option<&Fact> {
    match map {
        Measure::Users => row.users.as_ref(),
        Measure::PerCapita => row.per_capita.as_ref(),
        Measure::Requests => row.requests.as_ref(),
        Measure::ErrorRate => row.error_rate.as_ref(),
        Measure::LatencyP50 | Measure::LatencyP95 | Measure::LatencyP99 => row.p95.as_ref(),
        Measure::Load | Measure::Cpu | Measure::Memory | Measure::Heap => row.load.as_ref(),
    }
}

fn map_measure(map: Measure) -> Measure {
    if map == Measure::PerCapita { Measure::Users } else { map }
}

/// The instant in the middle of a window: the slot that it has most in common with.
pub(super) const fn middle(from: i64, to: i64) -> i64 {
    from + (to - from) / 2
}

fn rank(rows: &mut [RegionRow], map: Measure) {
    let value = |row: &RegionRow| shown(row, map).map(|fact| fact.value);
    rows.sort_by(|a, b| match (value(a), value(b)) {
        (Some(a), Some(b)) => b.total_cmp(&a),
        (a, b) => b.is_some().cmp(&a.is_some()),
    });
    for (index, row) in rows.iter_mut().enumerate() {
        row.rank = value(row).is_some().then_some(index as u16 + 1);
    }
}

/// Colours the rows in five steps. Loads have fixed edges, so that a colour means the same on every day; other measures
/// are cut into fifths of the largest value.
fn shade(rows: &mut [RegionRow], map: Measure) -> [f64; 4] {
    let largest = rows.iter().filter_map(|row| shown(row, map)).map(|fact| fact.value).fold(0.0, f64::max);
    let edges = match map {
        Measure::Load | Measure::Cpu | Measure::Memory | Measure::Heap => [0.4, 0.5, 0.6, 0.7],
        _ => [0.2, 0.4, 0.6, 0.8].map(|share| share * largest),
    };
    for row in rows {
        let value = shown(row, map).map_or(0.0, |fact| fact.value);
        row.shade = 1 + edges.iter().filter(|edge| value >= **edge).count() as u8;
    }
    edges
}

fn card(
    atlas: &Atlas,
    moment: &Moment<'_>,
    measure: Measure,
    mode: IdentityMode,
    now: Option<Fact>,
    past: &Past,
    (window, requests): (i64, f64),
) -> Card {
    let (from, to) = (moment.as_of - window, moment.as_of);
    let nation = atlas.track(NATION);
    let before = |ago: i64, union: Option<Union>, suffix: &str| {
        let id = format!("{}-{suffix}", measure_id(measure));
        let (from, to) = past_window(moment.as_of, window, ago);
        let scope = Scope { regions: Vec::new(), count: atlas.regions.len() as u16, from, to };
        match measure {
            Measure::Users => union.map(|union| users_fact(&id, union, &scope, mode)),
            _ => stats_fact(&id, measure, &nation?.stats(scope.from, scope.to), &scope),
        }
    };
    let band = moment.baselines.at(NATION, measure, middle(from, to));
    let standing = match (&now, band) {
        (Some(fact), Some(band)) => band.standing(measure, fact.value, requests),
        _ => Standing::Unknown,
    };
    Card {
        measure,
        yesterday: before(DAY, past.yesterday, "yesterday"),
        last_week: before(WEEK, past.last_week, "last-week"),
        day: day_chart(nation, moment, measure, mode),
        now,
        standing,
    }
}

fn day_chart(nation: Option<&Track>, moment: &Moment<'_>, measure: Measure, mode: IdentityMode) -> DayChart {
    let start = day_start(moment.as_of);
    let day = |start: i64| Line { values: day_values(nation, measure, mode, start) };
    let slots = (0..SLOTS as i64).map(|slot| start + slot * 300);
    let (low, high) = moment.baselines.edges(NATION, measure, slots);
    DayChart {
        measure,
        unit: unit_of(measure, mode),
        start,
        step: 300,
        today: day(start),
        yesterday: day(start - DAY),
        last_week: day(start - WEEK),
        low,
        high,
    }
}

pub(crate) fn unit_of(measure: Measure, mode: IdentityMode) -> Unit {
    match measure {
        Measure::Users => unit_of_users(mode),
        Measure::PerCapita => Unit::PerTenThousand,
        Measure::Requests => Unit::PerSecond,
        Measure::LatencyP50 | Measure::LatencyP95 | Measure::LatencyP99 => Unit::Seconds,
        Measure::ErrorRate | Measure::Load | Measure::Cpu | Measure::Memory | Measure::Heap => Unit::Ratio,
    }
}

fn day_values(track: Option<&Track>, measure: Measure, mode: IdentityMode, start: i64) -> Vec<Option<f64>> {
    let mut values = vec![None; SLOTS];
    if let Some(track) = track {
        let table = track.table(Resolution::FiveMinutes);
        for row in table.range(start, start + DAY) {
            values[((table.starts()[row] - start) / 300) as usize] = table.value(row, measure, mode, 300);
        }
    }
    values
}
