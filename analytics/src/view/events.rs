//! What is out of its usual range now, and what was since midnight.

use super::now::{Moment, Scope, measure_id, middle};
use super::{Event, EventKind, Fact, Level, Measure, Method, Standing, Unit, Verdict};
use crate::atlas::{Atlas, NATION, Track};
use crate::baseline::Band;
use crate::identity::IdentityMode;
use crate::time::{DAY, Resolution, day_start};

/// Five-minute steps out of range from which a spell is worth a mark.
const SPELL: usize = 2;
/// Measures that can be unusual, the one that hurts users most first.
const WATCHED: [Measure; 4] = [Measure::ErrorRate, Measure::LatencyP95, Measure::Requests, Measure::Load];

/// A measure out of its range at this moment.
struct Out<'a> {
    region: &'a str,
    measure: Measure,
    standing: Standing,
    value: f64,
    band: Band,
    since: i64,
    steps: usize,
}

/// The beacons and the sentence: the worst of what is out of its range.
pub(super) fn unusual(
    atlas: &Atlas,
    moment: &Moment<'_>,
    mode: IdentityMode,
    received: &[&str],
    scope: &Scope,
) -> (Level, Verdict) {
    let known = received
        .iter()
        .any(|region| moment.baselines.at(region, Measure::Requests, middle(scope.from, scope.to)).is_some());
    if !known {
        return (Level::Normal, Verdict::TooLittleHistory);
    }
    let mut worst: Option<(Level, f64, Out<'_>)> = None;
    for region in received.iter().copied().chain([NATION]) {
        for out in outs(atlas, moment, mode, region, scope) {
            let level = level_of(&out);
            let weight = distance(&out);
            if worst.as_ref().is_none_or(|(l, w, _)| (level, weight) > (*l, *w)) {
                worst = Some((level, weight, out));
            }
        }
    }
    match worst {
        None => (Level::Normal, Verdict::Usual),
        Some((level, _, out)) => (level, verdict(&out, scope)),
    }
}

fn outs<'a>(atlas: &'a Atlas, moment: &Moment<'_>, mode: IdentityMode, region: &'a str, scope: &Scope) -> Vec<Out<'a>> {
    let Some(track) = atlas.track(region) else { return Vec::new() };
    let measures: &[Measure] = if region == NATION { &[Measure::Users] } else { &WATCHED };
    let now = (region != NATION).then(|| track.stats(scope.from, scope.to));
    measures
        .iter()
        .filter_map(|measure| {
            let (value, requests) = match &now {
                Some(stats) => (super::now::stats_fact("", *measure, stats, scope)?.value, stats.entry.count as f64),
                None => newest_value(track, *measure, mode, moment.as_of)?,
            };
            let band = moment.baselines.at(region, *measure, middle(scope.from, scope.to))?;
            let standing = band.standing(*measure, value, requests);
            // Fewer errors or a faster system than usual need nobody's attention.
            let harmless = standing == Standing::Below && !matches!(measure, Measure::Users | Measure::Requests);
            if standing == Standing::Usual || harmless {
                return None;
            }
            let (since, steps) = onset(track, moment, region, *measure, mode, standing);
            Some(Out { region, measure: *measure, standing, value, band, since, steps })
        })
        .collect()
}

fn newest_value(track: &Track, measure: Measure, mode: IdentityMode, as_of: i64) -> Option<(f64, f64)> {
    let table = track.table(Resolution::FiveMinutes);
    let row = table.range(as_of - 900, as_of).last()?;
    Some((table.value(row, measure, mode, 300)?, table.requests(row)))
}

/// Walks back over the five-minute rows that are out on the same side.
fn onset(
    track: &Track,
    moment: &Moment<'_>,
    region: &str,
    measure: Measure,
    mode: IdentityMode,
    standing: Standing,
) -> (i64, usize) {
    let table = track.table(Resolution::FiveMinutes);
    let (mut since, mut steps) = (Resolution::FiveMinutes.floor(moment.as_of - 1), 0);
    for row in table.range(day_start(moment.as_of), moment.as_of).rev() {
        let start = table.starts()[row];
        let value = table.value(row, measure, mode, 300);
        let band = moment.baselines.at(region, measure, start);
        match (value, band) {
            (Some(value), Some(band))
                if band.standing(measure, value, table.requests(row)) == standing && start >= since - 300 =>
            {
                since = start;
                steps += 1;
            }
            _ => break,
        }
    }
    (since, steps)
}

/// How far out, in half-widths of the band beyond its edge.
fn distance(out: &Out<'_>) -> f64 {
    let half = (out.band.high - out.band.middle).max(f64::MIN_POSITIVE);
    libm::fabs(out.value - out.band.middle) / half
}

fn level_of(out: &Out<'_>) -> Level {
    let ratio = out.value / out.band.middle.max(1e-9);
    match out.measure {
        Measure::Requests | Measure::Users if ratio < 0.05 => Level::Outage,
        Measure::ErrorRate if out.value >= 0.2 => Level::Failure,
        Measure::LatencyP95 if ratio >= 8.0 => Level::Failure,
        Measure::ErrorRate | Measure::LatencyP95 if out.steps >= 1 => Level::Abnormal,
        _ if out.steps >= SPELL && distance(out) >= 1.5 => Level::Abnormal,
        _ => Level::Sign,
    }
}

fn verdict(out: &Out<'_>, scope: &Scope) -> Verdict {
    let region = (out.region != NATION).then(|| out.region.to_owned());
    let ratio = Fact {
        id: format!("ratio-{}-{}", measure_id(out.measure), out.region),
        measure: out.measure,
        value: out.value / out.band.middle.max(1e-9),
        unit: Unit::Ratio,
        error: None,
        regions: region.iter().cloned().collect(),
        region_count: if region.is_some() { 1 } else { scope.count },
        from: scope.from,
        to: scope.to,
        resolution: Resolution::FiveMinutes,
        method: Method::Share,
    };
    let standing = out.standing;
    Verdict::Unusual { region, service: None, measure: out.measure, standing, ratio, since: out.since }
}

/// Spells, deployments and late regions in `from..to`, oldest first; of one region or of all.
pub(super) fn events(
    atlas: &Atlas,
    moment: &Moment<'_>,
    mode: IdentityMode,
    only: Option<&str>,
    from: i64,
    to: i64,
) -> Vec<Event> {
    let mut events = Vec::new();
    for region in atlas.regions.iter().filter(|region| only.is_none_or(|code| code == region.code)) {
        let Some(track) = atlas.track(&region.code) else { continue };
        for measure in WATCHED {
            spells(track, moment, &region.code, measure, mode, (from, to), &mut events);
        }
        deployments(track, &region.code, from, to, &mut events);
        if let Some(since) = moment.late_since(Some(track), &region.code).filter(|since| *since >= from) {
            let event = event(EventKind::Late, &region.code, None, since, None);
            events.push(event);
        }
    }
    events.sort_by(|a, b| (a.from, &a.region, &a.label).cmp(&(b.from, &b.region, &b.label)));
    keep_one_spell_a_cause(&mut events);
    events
}

fn event(kind: EventKind, region: &str, measure: Option<Measure>, from: i64, to: Option<i64>) -> Event {
    Event { kind, region: region.to_owned(), service: String::new(), measure, label: String::new(), from, to }
}

fn spells(
    track: &Track,
    moment: &Moment<'_>,
    region: &str,
    measure: Measure,
    mode: IdentityMode,
    (from, to): (i64, i64),
    events: &mut Vec<Event>,
) {
    let table = track.table(Resolution::FiveMinutes);
    let mut run: Option<(i64, i64)> = None;
    // The bands are those of today; earlier days of a longer period have none here.
    let rows = table.range(from.max(moment.baselines.day), to.min(moment.baselines.day + DAY));
    let mut close = |run: Option<(i64, i64)>, open: bool| {
        if let Some((start, end)) = run.filter(|(start, end)| (end - start) / 300 >= SPELL as i64) {
            events.push(event(EventKind::Spell, region, Some(measure), start, (!open).then_some(end)));
        }
    };
    for row in rows {
        let start = table.starts()[row];
        let value = table.value(row, measure, mode, 300);
        let standing = value
            .zip(moment.baselines.at(region, measure, start))
            .map_or(Standing::Unknown, |(value, band)| band.standing(measure, value, table.requests(row)));
        let above = standing == Standing::Above;
        let below = standing == Standing::Below && measure == Measure::Requests;
        run = match run {
            Some((first, end)) if (above || below) && start == end => Some((first, start + 300)),
            previous => {
                close(previous, false);
                (above || below).then_some((start, start + 300))
            }
        };
    }
    let open = run.is_some_and(|(_, end)| end + 600 > moment.as_of);
    close(run, open);
}

/// A version that was not there when its service first reported is a deployment.
fn deployments(track: &Track, region: &str, from: i64, to: i64, events: &mut Vec<Event>) {
    events.extend(track.deployments(from, to).map(|(service, version, at)| Event {
        service: service.as_ref().to_owned(),
        label: version.as_ref().to_owned(),
        ..event(EventKind::Deployment, region, None, at, Some(at))
    }));
}

/// Spells of one region that overlap are one happening; the measure that hurts most (see [`WATCHED`]) names it.
fn keep_one_spell_a_cause(events: &mut Vec<Event>) {
    let order = |event: &Event| WATCHED.iter().position(|m| Some(*m) == event.measure).unwrap_or(WATCHED.len());
    let spells: Vec<Event> = events.iter().filter(|event| event.kind == EventKind::Spell).cloned().collect();
    let end = |event: &Event| event.to.unwrap_or(i64::MAX);
    events.retain(|event| {
        event.kind != EventKind::Spell
            || !spells.iter().any(|other| {
                other.region == event.region
                    && order(other) < order(event)
                    && other.from <= end(event)
                    && event.from <= end(other)
            })
    });
}
