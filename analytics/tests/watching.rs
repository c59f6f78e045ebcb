//! From buckets to sheets, alarms, findings and incidents: what a day teaches, what is found on the next, and that
//! nothing is lost or made up on the way.
#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use bonghwa_analytics::atlas::Atlas;
use bonghwa_analytics::baseline::Baselines;
use bonghwa_analytics::bucket::{Bucket, Gauge, Name, Resource, Transaction};
use bonghwa_analytics::detect::Why;
use bonghwa_analytics::frame::{Frame, Row};
use bonghwa_analytics::identity::FleetKey;
use bonghwa_analytics::incident::{Finding, Incident, day_of, findings, incidents};
use bonghwa_analytics::region::Region;
use bonghwa_analytics::summary::Summary;
use bonghwa_analytics::time::{DAY, Resolution, day_start};
use bonghwa_analytics::view::{Level, Measure, WhyDetail, WhyQuery, WhyView, why};
use bonghwa_analytics::watch::{Alarms, SeriesKey, Sheet, Subject, Watcher, Which};
use proptest::prelude::*;
use support::moment;

/// A Thursday, midnight in Asia/Seoul.
const TODAY: i64 = 1_789_657_200;

/// Five minutes of a service that answers `requests` in `ms`, a little different in every slot.
fn bucket(start: i64, requests: u64, ms: u64, failed: u64) -> Bucket {
    let noise = (start / 300).unsigned_abs().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58;
    let mut cell = Transaction { count: requests + noise, errors: failed, ..Transaction::default() };
    for step in 0..20 {
        cell.latency.insert_n((ms + noise / 8 + step) * 1_000_000, cell.count / 20);
    }
    let mut bucket = Bucket { entry: cell.clone(), ..Bucket::default() };
    bucket.transactions.insert((Name::from("was"), Name::from("GET /a")), cell.clone());
    bucket.calls.insert((Name::from("web"), Name::from("was")), cell);
    bucket
        .resources
        .insert((Name::from("was"), Resource::Cpu), Gauge::sample(300_000 + noise as i64 * 100, start * 1000));
    bucket
}

fn sheets() -> Vec<Sheet> {
    let day = |n: i64| {
        let mut sheet = Sheet::new(TODAY - n * DAY);
        for start in (sheet.day..sheet.day + DAY).step_by(300) {
            sheet.put(start, &bucket(start, 2000, 100, 2), &BTreeMap::new());
        }
        sheet
    };
    (1..=14).map(day).collect()
}

fn key(subject: Subject, measure: Measure) -> SeriesKey {
    SeriesKey { subject, measure }
}

/// The alarms of a day in which something lasts from 10:00 to 11:00.
fn day(wrong: impl Fn(i64) -> Bucket) -> BTreeMap<i64, Bucket> {
    let mut watcher = Watcher::default();
    watcher.begin(TODAY, &sheets());
    let mut rows = BTreeMap::new();
    for start in (TODAY..TODAY + DAY).step_by(300) {
        let hour = (start - TODAY) / 3600;
        let mut now = if hour == 10 { wrong(start) } else { bucket(start, 2000, 100, 2) };
        watcher.judge(start, 300, &mut now, &BTreeMap::new(), Which::All);
        rows.insert(start, now);
    }
    rows
}

fn found(rows: &BTreeMap<i64, Bucket>, as_of: i64) -> Vec<Incident> {
    let rows = rows.iter().filter(|(start, _)| **start < as_of).map(|(start, bucket)| {
        let mut summary = Vec::new();
        Summary::of(bucket).encode(&mut summary);
        Row { start: *start, seq: 1, summary: Some(summary), ..Row::default() }
    });
    let frame = Frame {
        region: "busan".to_owned(),
        key: FleetKey::new([7; 16]).id(),
        resolution: Resolution::FiveMinutes,
        rows: rows.collect(),
    };
    let mut atlas = Atlas::new(Vec::<Region>::new());
    atlas.insert(&frame).unwrap();
    let track = atlas.track("busan").unwrap();
    incidents(findings(track, "busan", TODAY, as_of, as_of), &BTreeSet::new(), as_of)
}

#[test]
fn an_ordinary_day_has_no_incident() {
    let rows = day(|start| bucket(start, 2000, 100, 2));
    assert_eq!(found(&rows, TODAY + DAY).iter().filter(|incident| incident.is_grave()).count(), 0);
}

#[test]
fn a_slow_hour_is_one_incident_with_its_onset_its_end_and_its_symptom() {
    let rows = day(|start| bucket(start, 2000, 500, 2));
    let all = found(&rows, TODAY + DAY);
    let grave: Vec<&Incident> = all.iter().filter(|incident| incident.is_grave()).collect();
    assert_eq!(grave.len(), 1, "{all:?}");
    let incident = grave[0];
    assert_eq!((incident.from, incident.to), (TODAY + 10 * 3600, Some(TODAY + 11 * 3600)));
    let symptom = incident.symptom().unwrap();
    assert_eq!(symptom.key, key(Subject::Entry, Measure::LatencyP95));
    assert!(symptom.worst.above() && f64::from(symptom.worst.value) > symptom.worst.band().high);
    assert_eq!(day_of(&incident.id), Some(TODAY));
    // While it goes on it has no end.
    let open = found(&rows, TODAY + 10 * 3600 + 1800);
    assert!(open.iter().any(|incident| incident.to.is_none() && incident.level >= Level::Abnormal));
}

#[test]
fn what_stops_is_missed_although_nothing_says_so() {
    let silent = day(|_| Bucket { resources: bucket(0, 0, 0, 0).resources, ..Bucket::default() });
    let all = found(&silent, TODAY + DAY);
    let incident = all.iter().find(|incident| incident.is_grave()).expect("an hour without requests");
    assert_eq!(incident.symptom().unwrap().key.measure, Measure::Requests);
    assert_eq!(incident.level, Level::Outage);
}

/// The page 판정 근거 of a series at an instant of such a day.
fn asked(rows: &BTreeMap<i64, Bucket>, query: &WhyQuery) -> WhyView {
    let baselines = Baselines::default();
    let moment = moment(TODAY + DAY, &baselines);
    let periods = query.periods(moment.as_of);
    let between = |(from, to): (i64, i64)| rows.range(from..to);
    let merged = |period| {
        let mut whole = Bucket::default();
        between(period).for_each(|(_, row)| whole.merge(row).unwrap());
        whole
    };
    let one = |(start, bucket): (&i64, &Bucket)| (*start, 300, bucket.clone(), BTreeMap::new());
    let detail = WhyDetail {
        sheets: sheets().into(),
        rows: between(periods.rows).map(one).collect(),
        minutes: Vec::new(),
        before: merged(periods.before),
        during: merged(periods.during),
    };
    why(&Atlas::new(Vec::<Region>::new()), &moment, query, &detail)
}

#[test]
fn why_a_series_was_flagged_and_why_not() {
    let rows = day(|start| bucket(start, 2000, 500, 2));
    let text = |text: &str| text.to_owned();
    let query = |at, measure| WhyQuery {
        region: text("busan"),
        service: text("was"),
        route: text("GET /a"),
        caller: String::new(),
        measure,
        at: Some(at),
    };
    // Every step says what the day's own alarms say.
    let key = key(Subject::Route("was".into(), "GET /a".into()), Measure::LatencyP95);
    for start in (TODAY + 9 * 3600..TODAY + 12 * 3600).step_by(300) {
        let reading = asked(&rows, &query(start, Measure::LatencyP95)).reading.unwrap();
        assert_eq!(reading.flagged, rows[&start].alarms.contains_key(&key), "{reading:?}");
    }
    let slow = asked(&rows, &query(TODAY + 10 * 3600 + 1800, Measure::LatencyP95));
    let reading = slow.reading.unwrap();
    let (low, middle, high) = reading.band.unwrap();
    assert!(low <= middle && middle <= high && reading.value > high && reading.score > 1.0, "{reading:?}");
    assert_eq!((slow.learned, slow.routes, slow.callers), (Some(10), vec![text("GET /a")], vec![text("web")]));
    assert!(slow.chart.line.values.iter().all(Option::is_some));
    let calm = asked(&rows, &query(TODAY + 8 * 3600, Measure::LatencyP95)).reading.unwrap();
    assert_eq!((calm.flagged, calm.why), (false, Why::Inside));
    // What more waiting comes from: the service and its one route, all of it.
    let entry = WhyQuery {
        service: String::new(),
        route: String::new(),
        ..query(TODAY + 10 * 3600 + 600, Measure::LatencyP95)
    };
    let parts = asked(&rows, &entry).parts;
    assert!(parts.iter().any(|part| part.name == "GET /a" && (part.share - 1.0).abs() < 1e-9), "{parts:?}");
    // Nothing is known of a service that nobody ever named, and nothing is made up.
    let unknown = WhyQuery { service: text("nobody"), route: String::new(), ..query(TODAY, Measure::Cpu) };
    let unknown = asked(&rows, &unknown);
    assert_eq!((unknown.reading, unknown.learned, unknown.parts.len()), (None, None, 0));
}

#[test]
fn a_day_judged_again_has_the_same_alarms() {
    let rows = day(|start| bucket(start, 2000, 500, 300));
    let again = day(|start| bucket(start, 2000, 500, 300));
    assert_eq!(rows, again);
    assert!(rows.values().any(|bucket| !bucket.alarms.is_empty()));
}

#[test]
fn few_days_know_no_band_for_traffic() {
    let mut watcher = Watcher::default();
    let weekend: Vec<Sheet> =
        sheets().into_iter().filter(|sheet| [4, 5].contains(&((TODAY - sheet.day) / DAY))).collect();
    watcher.begin(TODAY, &weekend);
    assert_eq!(watcher.band(&key(Subject::Entry, Measure::Requests), TODAY + 36_000), None);
    watcher.begin(TODAY, &sheets());
    let band = watcher.band(&key(Subject::Entry, Measure::Requests), TODAY + 36_000).unwrap();
    assert!(band.low < 7.0 && 7.0 < band.high, "{band:?}");
}

fn alarms_of(rows: &BTreeMap<i64, Bucket>) -> Vec<Alarms> {
    rows.values().map(|bucket| bucket.alarms.clone()).filter(|alarms| !alarms.is_empty()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn sheets_read_back(values in proptest::collection::vec((0_i64..288, 0_u64..1_000_000, 1_u64..100_000), 0..40)) {
        let mut sheet = Sheet::new(TODAY);
        for (slot, requests, ms) in values {
            let start = TODAY + slot * 300;
            sheet.put(start, &bucket(start, requests, ms, 0), &BTreeMap::new());
        }
        let mut bytes = Vec::new();
        sheet.encode(&mut bytes);
        let read = Sheet::decode(&bytes).unwrap();
        let mut again = Vec::new();
        read.encode(&mut again);
        prop_assert_eq!(&bytes, &again);
        prop_assert!(read.keys().eq(sheet.keys()));
        for cut in 0..bytes.len().min(200) {
            prop_assert!(Sheet::decode(&bytes[..cut]).is_err());
        }
    }

    #[test]
    fn rubbish_is_no_sheet_and_no_summary(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = Sheet::decode(&bytes);
        let _ = Summary::decode(&bytes);
    }

    #[test]
    fn alarms_merge_in_any_order_and_travel(ms in 300_u64..5000, failed in 0_u64..2000) {
        let rows = day(|start| bucket(start, 2000, ms, failed));
        let all = alarms_of(&rows);
        let merged = |order: &mut dyn Iterator<Item = &Alarms>| {
            let mut whole = Bucket::default();
            for alarms in order {
                whole.merge(&Bucket { alarms: alarms.clone(), ..Bucket::default() }).unwrap();
            }
            whole
        };
        let (forth, back) = (merged(&mut all.iter()), merged(&mut all.iter().rev()));
        prop_assert_eq!(&forth, &back);
        let mut bytes = Vec::new();
        Summary::of(&forth).encode(&mut bytes);
        prop_assert_eq!(&Summary::decode(&bytes).unwrap().alarms, &forth.alarms);
    }

    #[test]
    fn every_finding_is_in_exactly_one_incident(
        list in proptest::collection::vec((0_usize..3, 0_usize..6, 0_i64..86_400, 60_i64..20_000, 1.0_f32..90.0, any::<bool>()), 0..60),
    ) {
        let rows = day(|start| bucket(start, 2000, 500, 2));
        let sample = found(&rows, TODAY + DAY).into_iter().flat_map(|incident| incident.findings).next().unwrap();
        let names: Vec<Name> = ["web", "was", "db"].into_iter().map(Name::from).collect();
        let list: Vec<Finding> = list
            .into_iter()
            .map(|(region, what, from, length, score, open)| {
                let service = names[what % 3].clone();
                let subject = if what < 3 { Subject::Service(service) } else { Subject::Call(names[0].clone(), service) };
                let mut finding = Finding { key: key(subject, Measure::LatencyP95), ..sample.clone() };
                finding.region = ["seoul", "busan", "jeju"][region].to_owned();
                finding.from = TODAY + from;
                finding.to = (!open).then_some(finding.from + length);
                finding.seconds = length as u64;
                finding.worst.score = score;
                finding
            })
            .collect();
        let links = BTreeSet::from([(names[0].clone(), names[1].clone())]);
        let grouped = incidents(list.clone(), &links, TODAY + 2 * DAY);
        let mut kept: Vec<String> = grouped.iter().flat_map(|i| &i.findings).map(|f| format!("{f:?}")).collect();
        let mut given: Vec<String> = list.iter().map(|f| format!("{f:?}")).collect();
        kept.sort();
        given.sort();
        prop_assert_eq!(kept, given);
        let ids: BTreeSet<&str> = grouped.iter().map(|incident| incident.id.as_str()).collect();
        prop_assert_eq!(ids.len(), grouped.len());
        for incident in &grouped {
            prop_assert!(incident.symptom().is_some());
            prop_assert_eq!(day_of(&incident.id), Some(day_start(incident.from)));
        }
    }
}
