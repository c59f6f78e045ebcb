//! What is detected, foretold and explained: the same bytes natively and as wasm.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use bonghwa_analytics::atlas::Atlas;
use bonghwa_analytics::bucket::{Bucket, Gauge, Name, Resource, Transaction};
use bonghwa_analytics::contextual::Contextual;
use bonghwa_analytics::forecast::{Seasons, forecast};
use bonghwa_analytics::frame::{Frame, Row};
use bonghwa_analytics::hash::siphash13_128;
use bonghwa_analytics::identity::FleetKey;
use bonghwa_analytics::incident::{Incident, findings, incidents};
use bonghwa_analytics::summary::Summary;
use bonghwa_analytics::time::{DAY, Resolution};
use bonghwa_analytics::view::{self, Periods};
use bonghwa_analytics::watch::{Sheet, Watcher, Which};

/// A Thursday, midnight in Asia/Seoul.
pub(crate) const TODAY: i64 = 1_789_657_200;
const REGION: &str = "busan";

/// Lines of alarms, incidents, a cause, a forecast and a contextual score.
pub(crate) fn report(out: &mut String, key: &FleetKey) -> std::fmt::Result {
    let digest = |bytes: &[u8]| -> u128 { u128::from_le_bytes(siphash13_128(key, bytes)) };
    let rows = day();
    let mut atlas = Atlas::new(Vec::new());
    let frame = frame(key, &rows);
    let mut bytes = Vec::new();
    frame.encode(&mut bytes);
    let taken = atlas.insert(&frame).is_ok();
    let alarms: usize = rows.values().map(|bucket| bucket.alarms.len()).sum();
    writeln!(out, "alarms {alarms} {:x} {taken}", digest(&bytes))?;
    let track = atlas.track(REGION);
    let found = track.map(|track| findings(track, REGION, TODAY, TODAY + DAY, TODAY + DAY)).unwrap_or_default();
    let found = incidents(found, &BTreeSet::new(), TODAY + DAY);
    for incident in found.iter().filter(|incident| incident.is_grave()) {
        let text = format!("{incident:?}");
        writeln!(out, "incident {} {} {:x}", incident.id, incident.findings.len(), digest(text.as_bytes()))?;
        if let Some(track) = track {
            let look = look(incident, &rows, track);
            writeln!(out, "cause {:x} {look}", digest(look.as_bytes()))?;
        }
    }
    let values: Vec<f64> = (0..24 * 21).map(|hour| load(hour * 3600)).collect();
    let ahead = forecast(&values, Seasons::of_step(3600), 48).map(|ahead| format!("{ahead:?}")).unwrap_or_default();
    writeln!(out, "forecast {} {:x}", ahead.len(), digest(ahead.as_bytes()))?;
    let mut contextual = Contextual::new(300);
    let mut scores = Vec::new();
    for (step, value) in values.iter().cycle().take(2000).enumerate() {
        let value = if step == 1500 { value * 9.0 } else { *value };
        scores.extend(contextual.step(value, TODAY + step as i64 * 300).to_le_bytes());
    }
    writeln!(out, "contextual {:x}", digest(&scores))
}

/// A rhythm of the day without a transcendental function: a triangle with a little noise.
fn load(at: i64) -> f64 {
    let hour = (at.rem_euclid(DAY) - 43_200).abs() as f64 / 3600.0;
    let noise = (at / 300).unsigned_abs().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56;
    400.0 + 50.0 * (12.0 - hour) + noise as f64
}

pub(crate) fn bucket(start: i64, slow: u64, deployed: bool) -> Bucket {
    let count = load(start) as u64 * 5;
    let cell = |ms: u64| {
        let mut cell = Transaction { count, errors: count / 1000, ..Transaction::default() };
        for step in 0..10 {
            cell.latency.insert_n((ms + step * ms / 8) * 1_000_000, count / 10);
        }
        cell
    };
    let mut bucket = Bucket { entry: cell(90 + slow), ..Bucket::default() };
    let name = Name::from;
    bucket.transactions.insert((name("web"), name("GET /a")), cell(90 + slow));
    bucket.transactions.insert((name("was"), name("GET /a")), cell(60 + slow));
    bucket.calls.insert((name("web"), name("was")), cell(65 + slow));
    bucket.calls.insert((name("was"), name("db")), cell(20));
    bucket.resources.insert((name("was"), Resource::Heap), Gauge::sample(420_000 + start % 7000, start * 1000));
    bucket.versions.insert((name("was"), name(if deployed { "2.5.0" } else { "2.4.1" })), (start, start + 299));
    bucket
}

/// A day with a slow version of the WAS from ten to eleven, after two weeks without.
fn day() -> BTreeMap<i64, Bucket> {
    let sheets: Vec<Sheet> = (1..=14)
        .map(|n| {
            let mut sheet = Sheet::new(TODAY - n * DAY);
            for start in (sheet.day..sheet.day + DAY).step_by(300) {
                sheet.put(start, &bucket(start, 0, false), &BTreeMap::new());
            }
            sheet
        })
        .collect();
    let mut watcher = Watcher::default();
    watcher.begin(TODAY, &sheets);
    let mut rows = BTreeMap::new();
    for start in (TODAY..TODAY + DAY).step_by(300) {
        let wrong = (36_000..39_600).contains(&(start - TODAY));
        let mut bucket = bucket(start, if wrong { 400 } else { 0 }, wrong);
        watcher.judge(start, 300, &mut bucket, &BTreeMap::new(), Which::All);
        rows.insert(start, bucket);
    }
    rows
}

fn frame(key: &FleetKey, rows: &BTreeMap<i64, Bucket>) -> Frame {
    let rows = rows.iter().map(|(start, bucket)| {
        let mut summary = Vec::new();
        Summary::of(bucket).encode(&mut summary);
        Row { start: *start, seq: 1, summary: Some(summary), ..Row::default() }
    });
    Frame { region: REGION.to_owned(), key: key.id(), resolution: Resolution::FiveMinutes, rows: rows.collect() }
}

fn look(incident: &Incident, rows: &BTreeMap<i64, Bucket>, track: &bonghwa_analytics::atlas::Track) -> String {
    let periods = Periods::of(incident, incident.to.unwrap_or(TODAY + DAY));
    let merged = |(from, to): (i64, i64)| {
        let mut whole = Bucket::default();
        for (_, row) in rows.range(from..to) {
            // Without identities there is nothing that could refuse to merge.
            let _ = whole.merge(&Bucket { alarms: BTreeMap::new(), ..row.clone() });
        }
        whole
    };
    let (before, during) = (merged(periods.before), merged(periods.during));
    serde_json::to_string(&view::explain(incident, track, &periods, (&before, &during), &[])).unwrap_or_default()
}
