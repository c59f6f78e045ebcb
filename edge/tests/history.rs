//! Files of telemetry at hand make the rows that an engine makes of them.
#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod support;

use std::collections::BTreeMap;
use std::io::Write;

use bonghwa_analytics::bucket::{Bucket, Transaction};
use bonghwa_analytics::frame::Frame;
use bonghwa_analytics::identity::IdentityMode;
use bonghwa_analytics::session::GAP;
use bonghwa_analytics::time::{DAY, Resolution};
use bonghwa_edge::engine::{Engine, Replaced, Source};
use bonghwa_edge::intake::{Intake, IntakeError, Kind};
use bonghwa_edge::otlp::{Format, Signal, parse};
use bonghwa_edge::policy::Policy;
use bonghwa_edge::sqlite::Sqlite;
use proptest::prelude::*;
use support::{NOW, config, key, request};

const SAMPLE: &[u8] = include_bytes!("data/access_log_sample.log");
/// A Thursday, midnight in Asia/Seoul.
const DAY_0: i64 = 1_789_657_200;

/// All that a row says, by resolution and start: summary, cells, registers and sessions as they are written.
fn told(frames: &[Frame]) -> BTreeMap<(Resolution, i64), [Vec<u8>; 4]> {
    let row = |frame: &Frame| {
        let resolution = frame.resolution;
        frame
            .rows
            .iter()
            .map(move |row| {
                let sections = [&row.summary, &row.cells, &row.registers, &row.sessions].map(|s| s.clone().unwrap());
                ((resolution, row.start), sections)
            })
            .collect::<Vec<_>>()
    };
    frames.iter().flat_map(row).collect()
}

fn rows_of(engine: &Engine<Sqlite>) -> Vec<Frame> {
    Resolution::ALL.map(|resolution| support::rows(engine, resolution)).to_vec()
}

fn intake() -> Intake {
    Intake::new(Policy::new(key()), NOW)
}

fn read(files: &[&[u8]]) -> Vec<Frame> {
    let mut intake = intake();
    for file in files {
        intake.read("seoul", *file).unwrap();
    }
    intake.finish(GAP).unwrap()
}

/// Fifteen days of requests every five minutes; on the last one they take ten times as long from noon to one.
fn fortnight() -> BTreeMap<(Resolution, i64), Bucket> {
    let slots = (0..15 * 288).map(|slot| DAY_0 + slot * 300);
    let bucket = |start: i64| {
        let noise = (start / 60).unsigned_abs().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58;
        let late = (DAY_0 + 14 * DAY + 12 * 3600..DAY_0 + 14 * DAY + 13 * 3600).contains(&start);
        let mut cell = Transaction { count: 2000 + noise, ..Transaction::default() };
        cell.latency.insert_n((80 + noise / 8) * if late { 10_000_000 } else { 1_000_000 }, 2000 + noise);
        let mut bucket = request(noise as u32, "GET /", start);
        bucket.entry = cell.clone();
        bucket.transactions.values_mut().for_each(|known| *known = cell.clone());
        bucket
    };
    slots.map(|start| ((Resolution::FiveMinutes, start), bucket(start))).collect()
}

#[test]
fn a_file_has_the_rows_and_alarms_that_an_import_has() {
    let now = DAY_0 + 15 * DAY + 600;
    let mut engine = Engine::open(Sqlite::in_memory().unwrap(), config(), now).unwrap();
    let buckets = fortnight();
    let source = Source { name: "log".into(), lines: 1, digest: [1; 16] };
    assert_eq!(engine.replace(now, &source, &buckets).unwrap(), Replaced::New);
    for second in 0..60 {
        engine.tick(now + second).unwrap();
    }
    assert_eq!(engine.waiting().unwrap(), 0);
    let mut rows = bonghwa_edge::history::roll_up(buckets, GAP, config().max_cells).unwrap();
    bonghwa_edge::history::judge(&mut rows).unwrap();
    let alarms = rows.values().filter(|row| !row.alarms.is_empty()).count();
    assert!((10..100).contains(&alarms), "{alarms} rows with alarms");
    let (ours, theirs) = (told(&bonghwa_edge::history::frames("seoul", key().id(), &rows)), told(&rows_of(&engine)));
    assert_eq!(ours.keys().collect::<Vec<_>>(), theirs.keys().collect::<Vec<_>>());
    for (at, row) in &ours {
        assert_eq!(row, &theirs[at], "{at:?}");
    }
}

#[test]
fn requests_of_otlp_have_the_rows_that_they_have_live() {
    let (start, mut engine) = (NOW - NOW.rem_euclid(3600) - 3600, None);
    let mut file = Vec::new();
    for n in 0..400_i64 {
        let at = start + n * 7;
        let engine = engine.get_or_insert_with(|| Engine::open(Sqlite::in_memory().unwrap(), config(), at).unwrap());
        let nanos = at as u64 * 1_000_000_000;
        let document = serde_json::json!({ "resourceSpans": [{
            "resource": { "attributes": [{ "key": "service.name", "value": { "stringValue": "shop" } }] },
            "scopeSpans": [{ "spans": [{
                "traceId": "5b8efff798038103d269b633813fc60c", "spanId": "eee19b7ec3c1b174", "name": "GET /p", "kind": 2,
                "startTimeUnixNano": (nanos - 30_000_000).to_string(), "endTimeUnixNano": nanos.to_string(),
                "attributes": [
                    { "key": "http.request.method", "value": { "stringValue": "POST" } },
                    { "key": "http.route", "value": { "stringValue": if n % 9 == 0 { "/login" } else { "/p" } } },
                    { "key": "client.address", "value": { "stringValue": format!("10.0.0.{}", n % 50) } },
                    { "key": "session.id", "value": { "stringValue": format!("s{}", n % 20) } },
                ],
            }] }],
        }] });
        let body = document.to_string();
        let batch = parse(Signal::Traces, Format::Json, body.as_bytes(), &Policy::new(key()), at).unwrap();
        assert_eq!(batch.report.accepted, 1);
        engine.ingest(at, &[batch]).unwrap();
        engine.tick(at).unwrap();
        writeln!(file, "{body}").unwrap();
    }
    let mut engine = engine.unwrap();
    let end = start + 3600;
    engine.tick(end + 10).unwrap();
    let theirs = told(&rows_of(&engine));
    // Twice, and within one file twice: both count once.
    let marked = [b"\xef\xbb\xbf", file.as_slice(), file.as_slice()].concat();
    let ours = told(&read(&[&file, &marked]));
    assert!(ours.len() > 400, "{}", ours.len());
    // The engine's clock is a little past the end of the hour, so it has let the first rows of two seconds go.
    for (at, row) in ours.iter().filter(|(at, _)| at.0 > Resolution::TwoSeconds || at.1 > start + 20) {
        assert_eq!(row, &theirs[at], "{at:?}");
    }
}

#[test]
fn a_log_a_table_and_a_packed_log_of_the_same_requests_are_the_same() {
    let mut table = "시각,방식,경로,상태,IP\n".as_bytes().to_vec();
    let (mut log, mut lines) = (String::new(), 0);
    for line in SAMPLE.split(|byte| *byte == b'\n') {
        let Ok(read) = bonghwa_edge::access_log::parse_line(line) else { continue };
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let [method, target, address] = [read.method, read.target, read.address].map(text);
        writeln!(table, "{},{method},\"{}\",{},{address}", read.time, target.replace('"', "\"\""), read.status)
            .unwrap();
        log += &(text(line) + "\n");
        lines += 1;
    }
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(log.as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    let of_log = told(&read(&[log.as_bytes()]));
    assert_eq!(of_log, told(&read(&[&packed])));
    assert_eq!(of_log, told(&read(&[table.as_slice()])));
    let mut intake = intake();
    let taken = intake.read("seoul", table.as_slice()).unwrap();
    assert_eq!((taken.kind, taken.taken, taken.refused, lines), (Kind::Table, 302, 0, 302));
    // The same file twice counts once; two files of one region are one.
    let (first, second) = log.split_at(log.len() / 2 + log[log.len() / 2..].find('\n').unwrap() + 1);
    assert_eq!(of_log, told(&read(&[first.as_bytes(), second.as_bytes(), first.as_bytes()])));
}

#[test]
fn what_is_none_of_them_is_refused_and_changes_nothing() {
    let mut intake = intake();
    intake.read("seoul", SAMPLE).unwrap();
    for (file, part) in [
        (&b""[..], "nothing in the file"),
        (b"hello\nworld", "line 1"),
        (b"a,b,c\n1,2,3", "headings"),
        (b"{\"a\":1}", "resourceSpans"),
        (b"{\"resourceSpans\":[{]}", "document 1"),
        (b"{\"resourceSpans\":[]}", "nothing in the file"),
        (b"\x1f\x8b\x08\x00rubbish", "cannot be read"),
        (b"time,path\nyesterday,/", "the time cannot be read"),
    ] {
        let error = intake.read("seoul", file).unwrap_err();
        assert!(error.to_string().contains(part), "{error}");
        assert!(!matches!(error, IntakeError::Sketch(_) | IntakeError::Judge(_)), "{error}");
    }
    assert_eq!(told(&intake.finish(GAP).unwrap()), told(&read(&[SAMPLE])));
}

#[test]
fn the_beginning_of_a_file_tells_why_it_would_not_be_taken() {
    let fault = |file: &[u8]| intake().fault(file, file.len() as u64).map(|fault| fault.to_string());
    let packed = |text: &[u8]| {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
        packed.write_all(text).unwrap();
        packed.finish().unwrap()
    };
    let (log, notes) = (SAMPLE.repeat(40), b"minutes of a meeting\n".repeat(100_000));
    for (file, part) in [
        (b"hello\nworld".to_vec(), "line 1"),
        (notes.clone(), "line 1"),
        (packed(b"hello"), "line 1"),
        (b"{\"a\":1}".to_vec(), "resourceSpans"),
        (SAMPLE[..7].to_vec(), "line 1"),
        (Vec::new(), "nothing in the file"),
    ] {
        let fault = fault(&file).unwrap();
        assert!(fault.contains(part), "{fault}");
    }
    // What is longer than its beginning is not judged by where that ends.
    let document = [&b"{\"resourceSpans\":["[..], &b" ".repeat(2 << 20), b"]}"].concat();
    for file in [SAMPLE.to_vec(), packed(&log), packed(&notes), document, log] {
        assert_eq!(fault(&file), None);
    }
}

#[test]
fn another_identity_is_no_reason_to_mix_keys() {
    let frames = read(&[SAMPLE]);
    assert!(frames.iter().all(|frame| frame.key == key().id() && frame.region == "seoul"));
    let row = frames.iter().find(|frame| frame.resolution == Resolution::Hour).and_then(|frame| frame.rows.first());
    let users = bonghwa_analytics::frame::registers_of(row.unwrap().registers.as_deref().unwrap(), IdentityMode::Ip);
    assert!(users.unwrap().is_some());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]
    #[test]
    fn rubbish_never_panics(head in "(\\{\"resourceSpans\":|time,path,status\n|10.0.0.1 - - \\[|)", rest in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut intake = intake();
        let file = [head.as_bytes(), &rest].concat();
        if intake.read("seoul", file.as_slice()).is_ok() {
            intake.finish(GAP).unwrap();
        }
    }
}
