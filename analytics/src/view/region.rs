//! The page of a region: how it went over a chosen period, by service and route.

use std::collections::BTreeMap;

use super::events::{events, unusual};
use super::logs::logs;
use super::now::{Moment, Scope, stats_fact, unit_of, users_fact};
use super::{Event, Line, Measure, PeriodChart, RegionQuery, RegionView, Series, TransactionRow, Verdict};
use crate::atlas::{Atlas, Track, Union};
use crate::bucket::{Bucket, Name, Resource, Transaction};
use crate::identity::IdentityMode;
use crate::objective::Budget;
use crate::time::{DAY, Resolution};

/// Points of a chart above which the next coarser resolution is taken.
const MAX_POINTS: i64 = 400;

/// What only the region itself keeps: its buckets over the period, merged.
#[derive(Clone, Debug, Default)]
pub struct RegionDetail {
    /// The period.
    pub period: Bucket,
    /// The compared period, if one was chosen.
    pub before: Option<Bucket>,
    /// Distinct identities over the whole period.
    pub users: Option<Union>,
    /// Gauges that did what they had not done before.
    pub unfamiliar: Vec<Event>,
    /// Its service-level objectives.
    pub objectives: Vec<Budget>,
}

/// Start, end (exclusive) and resolution of the period that a query asks for, where rows of a resolution are kept for
/// `retention` seconds.
pub fn period_of(query: &RegionQuery, as_of: i64, retention: [i64; 4]) -> (i64, i64, Resolution) {
    let (from, to) = match (query.from, query.to) {
        (Some(from), Some(to)) if from < to => (from, to.min(as_of)),
        _ => (as_of - query.span.clamp(600, 31 * DAY), as_of),
    };
    let from = from.min(to - 2);
    let fits = |r: Resolution| (to - from) / r.seconds() <= MAX_POINTS;
    let resolution = finest_kept(as_of - from, retention, fits);
    (resolution.floor(from), to, resolution)
}

/// The finest resolution from a minute on that suits and whose rows are kept for `age` seconds.
fn finest_kept(age: i64, retention: [i64; 4], suits: impl Fn(Resolution) -> bool) -> Resolution {
    [Resolution::Minute, Resolution::FiveMinutes]
        .into_iter()
        .find(|r| age <= retention[r.code() as usize] && suits(*r))
        .unwrap_or(Resolution::Hour)
}

/// Makes the page.
pub fn region(atlas: &Atlas, moment: &Moment<'_>, query: &RegionQuery, detail: &RegionDetail) -> RegionView {
    let as_of = moment.as_of;
    let mode = query.mode.unwrap_or(moment.mode);
    let (from, to, resolution) = period_of(query, as_of, moment.retention);
    let code = query.region.as_str();
    let region = atlas.region(code);
    let track = atlas.track(code);
    let scope = Scope { regions: vec![code.to_owned()], count: 1, from, to };
    let late_since = moment.late_since(track, code);
    let (level, verdict) = match track {
        None => (super::Level::Normal, Verdict::NoData),
        Some(_) if late_since.is_some() => (super::Level::Sign, Verdict::Silent { since: late_since.unwrap_or(0) }),
        Some(_) => {
            let lately = Scope { regions: scope.regions.clone(), count: 1, from: as_of - 300, to: as_of };
            unusual(atlas, moment, mode, &[code], &lately)
        }
    };
    let stats = track.map(|track| track.stats(from, to));
    let mut figures = Vec::new();
    if let Some(union) = detail.users {
        figures.push(users_fact("users", union, &scope, mode));
    }
    if let Some(stats) = &stats {
        let measures = [Measure::Requests, Measure::ErrorRate, Measure::LatencyP95, Measure::Load];
        figures.extend(measures.into_iter().filter_map(|m| stats_fact(super::now::measure_id(m), m, stats, &scope)));
    }
    let coverage = stats.as_ref().filter(|stats| stats.entry.count > 0);
    let filter = |service: &Name| query.service.is_empty() || **service == *query.service;
    let rows = tables(detail, &filter, to - from);
    RegionView {
        as_of,
        demo: moment.demo,
        title: moment.title.clone(),
        mode,
        regions: moment.regions(atlas),
        region: region.cloned(),
        from,
        to,
        compare: query.compare,
        resolution,
        level,
        verdict,
        open: moment.open.iter().filter(|open| open.regions.iter().any(|region| region == code)).cloned().collect(),
        late_since,
        coverage: coverage.map(|stats| stats.identified[mode as usize] as f64 / stats.entry.count as f64),
        figures,
        charts: track
            .map(|track| charts(track, moment, code, mode, query.compare, (from, to, resolution)))
            .unwrap_or_default(),
        services: rows.services,
        routes: rows.routes,
        calls: rows.calls,
        logs: logs(detail, &filter, to - from),
        events: {
            let mut all = events(atlas, moment, mode, Some(code), from, to);
            all.extend(detail.unfamiliar.iter().cloned());
            all.sort_by_key(|event| event.from);
            all
        },
        objectives: detail.objectives.clone(),
        other_routes: detail.period.other_routes,
    }
}

/// One measure at the finest resolution that is kept for the whole of `from..to`: for the long chart.
pub fn series(
    atlas: &Atlas,
    moment: &Moment<'_>,
    region: &str,
    measure: Measure,
    (from, to): (i64, i64),
) -> Option<PeriodChart> {
    let track = atlas.track(region)?;
    let resolution = finest_kept(moment.as_of - from, moment.retention, |_| true);
    let line = line(track, measure, moment.mode, resolution, resolution.floor(from), to);
    Some(chart(measure, moment.mode, resolution.floor(from), resolution, vec![named("now", line)]))
}

fn charts(
    track: &Track,
    moment: &Moment<'_>,
    code: &str,
    mode: IdentityMode,
    compare: i64,
    (from, to, resolution): (i64, i64, Resolution),
) -> Vec<PeriodChart> {
    let mut charts = Vec::new();
    for measure in [Measure::Users, Measure::Requests, Measure::ErrorRate] {
        let mut lines = vec![named("now", line(track, measure, mode, resolution, from, to))];
        if compare > 0 {
            lines.push(named("before", line(track, measure, mode, resolution, from - compare, to - compare)));
        }
        let mut chart = chart(measure, mode, from, resolution, lines);
        (chart.low, chart.high) = range(moment, code, measure, from, to, resolution);
        charts.push(chart);
    }
    let quantiles = [("p50", Measure::LatencyP50), ("p95", Measure::LatencyP95), ("p99", Measure::LatencyP99)];
    let lines = quantiles.map(|(name, measure)| named(name, line(track, measure, mode, resolution, from, to)));
    let mut latency = chart(Measure::LatencyP95, mode, from, resolution, lines.into());
    (latency.low, latency.high) = range(moment, code, Measure::LatencyP95, from, to, resolution);
    charts.push(latency);
    for (measure, kind) in
        [(Measure::Cpu, Resource::Cpu), (Measure::Memory, Resource::Memory), (Measure::Heap, Resource::Heap)]
    {
        let table = track.table(resolution);
        let services: Vec<Name> = table.services(kind).cloned().collect();
        let lines: Vec<Series> = services
            .iter()
            .map(|service| {
                let values = sample(track, resolution, from, to, |row| table.gauge(row, service, kind));
                named(service, Line { values })
            })
            .filter(|series| series.line.values.iter().any(Option::is_some))
            .collect();
        charts.push(chart(measure, mode, from, resolution, lines));
    }
    charts
}

fn chart(measure: Measure, mode: IdentityMode, start: i64, resolution: Resolution, series: Vec<Series>) -> PeriodChart {
    let unit = unit_of(measure, mode);
    PeriodChart {
        measure,
        unit,
        start,
        step: resolution.seconds(),
        series,
        low: Line::default(),
        high: Line::default(),
    }
}

fn named(name: &str, line: Line) -> Series {
    Series { name: name.to_owned(), line }
}

pub(crate) fn line(
    track: &Track,
    measure: Measure,
    mode: IdentityMode,
    resolution: Resolution,
    from: i64,
    to: i64,
) -> Line {
    let table = track.table(resolution);
    Line { values: sample(track, resolution, from, to, |row| table.value(row, measure, mode, resolution.seconds())) }
}

pub(crate) fn sample(
    track: &Track,
    resolution: Resolution,
    from: i64,
    to: i64,
    value: impl Fn(usize) -> Option<f64>,
) -> Vec<Option<f64>> {
    let width = resolution.seconds();
    let from = resolution.floor(from);
    let mut values = vec![None; usize::try_from((to - from + width - 1) / width).unwrap_or(0)];
    let table = track.table(resolution);
    for row in table.range(from, to) {
        values[((table.starts()[row] - from) / width) as usize] = value(row);
    }
    values
}

/// The usual range over a period, for five-minute charts of today.
fn range(
    moment: &Moment<'_>,
    code: &str,
    measure: Measure,
    from: i64,
    to: i64,
    resolution: Resolution,
) -> (Line, Line) {
    // A minute holds fewer users than five, an hour more: the range of users is comparable at five minutes only.
    let comparable =
        resolution == Resolution::FiveMinutes || (measure != Measure::Users && resolution == Resolution::Minute);
    if !comparable {
        return (Line::default(), Line::default());
    }
    let width = resolution.seconds();
    let steps = (0..(to - resolution.floor(from) + width - 1) / width).map(|n| resolution.floor(from) + n * width);
    moment.baselines.edges(code, measure, steps)
}

struct Tables {
    services: Vec<TransactionRow>,
    routes: Vec<TransactionRow>,
    calls: Vec<TransactionRow>,
}

fn tables(detail: &RegionDetail, filter: &dyn Fn(&Name) -> bool, seconds: i64) -> Tables {
    let now = &detail.period;
    let before = detail.before.as_ref();
    let pairs = |cells: &BTreeMap<(Name, Name), Transaction>, old: Option<&BTreeMap<(Name, Name), Transaction>>| {
        let mut rows: Vec<_> = cells
            .iter()
            .filter(|((service, _), _)| filter(service))
            .map(|(key, cell)| transaction_row(&key.0, &key.1, cell, old.and_then(|old| old.get(key)), seconds))
            .collect();
        rows.sort_by(|a, b| b.p95.unwrap_or(0.0).total_cmp(&a.p95.unwrap_or(0.0)).then_with(|| a.name.cmp(&b.name)));
        rows
    };
    let mut whole: BTreeMap<&Name, (Transaction, Transaction)> = BTreeMap::new();
    for ((service, _), cell) in &now.transactions {
        whole.entry(service).or_default().0.merge(cell);
    }
    for ((service, _), cell) in before.iter().flat_map(|bucket| &bucket.transactions) {
        if let Some((_, old)) = whole.get_mut(service) {
            old.merge(cell);
        }
    }
    // A service may report gauges and answer nothing itself (a database).
    for (service, _) in now.resources.keys() {
        whole.entry(service).or_default();
    }
    let services = whole
        .into_iter()
        .filter(|(service, _)| filter(service))
        .map(|(service, (cell, old))| {
            let gauge = |kind| now.resources.get(&(service.clone(), kind)).map(|gauge| gauge.mean() / 1e6);
            TransactionRow {
                cpu: gauge(Resource::Cpu),
                memory: gauge(Resource::Memory),
                heap: gauge(Resource::Heap),
                ..transaction_row(service, "", &cell, Some(&old), seconds)
            }
        })
        .collect();
    Tables {
        services,
        routes: pairs(&now.transactions, before.map(|bucket| &bucket.transactions)),
        calls: pairs(&now.calls, before.map(|bucket| &bucket.calls)),
    }
}

fn transaction_row(
    service: &str,
    name: &str,
    cell: &Transaction,
    before: Option<&Transaction>,
    seconds: i64,
) -> TransactionRow {
    TransactionRow {
        service: service.to_owned(),
        name: name.to_owned(),
        count: cell.count,
        per_second: cell.count as f64 / seconds.max(1) as f64,
        error_rate: cell.error_rate().unwrap_or(0.0),
        p50: cell.latency.quantile(0.5),
        p95: cell.latency.quantile(0.95),
        p99: cell.latency.quantile(0.99),
        p95_before: before.and_then(|cell| cell.latency.quantile(0.95)),
        cpu: None,
        memory: None,
        heap: None,
    }
}
