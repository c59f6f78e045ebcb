//! Sessions through an engine: from spans to rows, over hours, restarts, late data and rows of earlier versions.
#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod support;

use std::fmt::Write;

use bonghwa_analytics::frame::{Frame, Sections};
use bonghwa_analytics::identity::IdentityMode;
use bonghwa_analytics::session::{Kind, Listed, Sessions, Span, Thresholds, suspects};
use bonghwa_analytics::time::Resolution;
use bonghwa_edge::access_log::{Importer, Options};
use bonghwa_edge::batch::Batch;
use bonghwa_edge::database::Database;
use bonghwa_edge::engine::{Engine, Outcome, Source};
use bonghwa_edge::mirror::Mirror;
use bonghwa_edge::otlp::{Format, Signal, parse};
use bonghwa_edge::policy::Policy;
use bonghwa_edge::sqlite::Sqlite;
use support::{NOW, Scratch, config, key};

const HOUR: i64 = 3600;
/// Start of an hour.
const START: i64 = NOW - NOW % HOUR;

/// What one request of a portal looks like to an edge.
fn request(at: i64, user: &str, address: &str, route: &str, status: u16) -> String {
    let (method, path) = route.split_once(' ').unwrap();
    let text = |key: &str, value: &str| format!(r#"{{"key":"{key}","value":{{"stringValue":"{value}"}}}}"#);
    let mut attributes = vec![
        text("http.request.method", method),
        text("http.route", path),
        text("client.address", address),
        format!(r#"{{"key":"http.response.status_code","value":{{"intValue":"{status}"}}}}"#),
    ];
    if !user.is_empty() {
        attributes.push(text("user.id", user));
    }
    format!(
        r#"{{"name":"s","kind":2,"startTimeUnixNano":"{0}000000000","endTimeUnixNano":"{0}000000000","attributes":[{1}]}}"#,
        at,
        attributes.join(",")
    )
}

fn batch(now: i64, spans: &[String]) -> Batch {
    let body = format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{}]}}]}}]}}"#, spans.join(","));
    let batch = parse(Signal::Traces, Format::Json, body.as_bytes(), &Policy::new(key()), now).unwrap();
    assert_eq!(batch.report.rejected, 0, "{:?}", batch.report);
    batch
}

fn pseudonym(mode: IdentityMode, bytes: &[u8]) -> String {
    format!("{:016x}", key().identity(mode, bytes))
}

fn listed(frame: &Frame, thresholds: &Thresholds) -> Vec<Listed> {
    let width = frame.resolution.seconds();
    let decode = |bytes: &Option<Vec<u8>>| Sessions::decode(bytes.as_deref().unwrap()).unwrap();
    let rows: Vec<(i64, Box<Sessions>)> =
        frame.rows.iter().filter_map(|row| Some((row.start, decode(&row.sessions)?))).collect();
    let spans: Vec<Span<'_>> = rows.iter().map(|(start, sessions)| Span { start: *start, width, sessions }).collect();
    suspects("seoul", &spans, thresholds)
}

fn of(engine: &Engine<impl Database>, resolution: Resolution) -> Vec<Listed> {
    listed(&engine.frame(resolution, 0, 1 << 40, Sections::SESSIONS).unwrap(), &Thresholds::default())
}

#[test]
fn a_session_of_hours_is_one_in_every_row_though_the_edge_restarts_and_batches_come_twice() {
    let scratch = Scratch::new();
    let mut engine = scratch.open(START);
    for minute in (0..=300).step_by(10) {
        let at = START + minute * 60;
        let mut spans = vec![request(at, "stays", "192.0.2.1", "GET /", 200)];
        // Someone who comes for a moment every hour.
        if minute % 60 == 0 {
            spans.push(request(at, "comes-and-goes", "192.0.2.2", "GET /", 200));
        }
        let batch = batch(at, &spans);
        assert_eq!(engine.ingest(at, std::slice::from_ref(&batch)).unwrap(), [Outcome::Stored]);
        if minute % 30 == 0 {
            // It dies before or after what arrived was written.
            if minute % 60 == 0 {
                engine.tick(at + 1).unwrap();
            }
            drop(engine);
            engine = scratch.open(at + 1);
        }
        assert_eq!(engine.ingest(at + 1, &[batch]).unwrap(), [Outcome::Duplicate]);
        for later in [4, 64, 304] {
            engine.tick(at + later).unwrap();
        }
    }
    engine.tick(START + 7 * HOUR).unwrap();
    for resolution in [Resolution::Minute, Resolution::FiveMinutes, Resolution::Hour] {
        let listed = of(&engine, resolution);
        let [one] = &listed[..] else { panic!("{resolution:?}: {listed:?}") };
        assert_eq!((one.kind, one.from, one.to), (Kind::LongLived, START, START + 5 * HOUR), "{resolution:?}");
        assert_eq!(one.pseudonym, pseudonym(IdentityMode::UserCookie, b"stays"));
        assert!(one.exact && one.count == 31, "{one:?}");
    }
    // Rows of two seconds hold everyone, coarser ones nobody who is young.
    let row = engine.frame(Resolution::Hour, START, START + 1, Sections::SESSIONS).unwrap().rows.remove(0);
    assert!(Sessions::decode(&row.sessions.unwrap()).unwrap().unwrap().notable.is_empty());
}

/// A hundred log-ins in a minute from one address, three of which succeed, among those of others.
fn burst(at: i64) -> Vec<String> {
    let mut spans: Vec<String> = (0..100)
        .map(|index| {
            request(at + index % 50, "", "192.0.2.66", "POST /login.do", if index % 40 == 0 { 200 } else { 401 })
        })
        .collect();
    for index in 0..200 {
        let (user, address) = (format!("u{index}"), format!("10.0.{}.{}", index / 100, index % 100));
        spans.push(request(at + index % 50, &user, &address, "POST /login.do", 200));
        spans.push(request(at + index % 50, &user, "192.0.2.66", "GET /login.do", 200));
    }
    spans
}

#[test]
fn a_burst_of_log_ins_is_listed_at_every_level_whatever_order_it_comes_in() {
    let mut contents = Vec::new();
    for (late, reversed) in [(false, false), (false, true), (true, false)] {
        let mut engine = Engine::open(Sqlite::in_memory().unwrap(), config(), START).unwrap();
        let mut spans = burst(START + 120);
        if reversed {
            spans.reverse();
        }
        let now = START + if late { 9 * HOUR } else { 180 };
        engine.tick(now).unwrap();
        for part in spans.chunks(70) {
            engine.ingest(now, &[batch(now, part)]).unwrap();
        }
        engine.tick(START + 10 * HOUR).unwrap();
        for resolution in [Resolution::Minute, Resolution::FiveMinutes, Resolution::Hour] {
            let listed = of(&engine, resolution);
            let burst = &listed[0];
            assert_eq!((burst.kind, burst.count, burst.failed), (Kind::LogInBurst, 100, 97), "{resolution:?} {late}");
            assert_eq!(burst.pseudonym, pseudonym(IdentityMode::Ip, &[192, 0, 2, 66]));
            assert!(burst.exact && burst.per_minute == 100, "{burst:?}");
            let crowd = listed.iter().find(|listed| listed.kind == Kind::ManyIdentities).unwrap();
            assert!(!crowd.exact && (150..260).contains(&crowd.count), "{crowd:?}");
            assert_eq!(listed.len(), 2, "{listed:?}");
        }
        let rows = engine.frame(Resolution::Minute, 0, 1 << 40, Sections::ALL).unwrap().rows;
        contents.push(rows.into_iter().map(|row| (row.start, row.sessions)).collect::<Vec<_>>());
    }
    assert!(contents.iter().all(|content| *content == contents[0]), "rows depend on the order of arrival");
}

#[test]
fn an_identity_at_five_addresses_is_listed() {
    let mut engine = Engine::open(Sqlite::in_memory().unwrap(), config(), START).unwrap();
    for index in 0..6 {
        let at = START + index * 240;
        let spans = [request(at, "roams", &format!("192.0.2.{index}"), "GET /", 200)];
        engine.ingest(at, &[batch(at, &spans)]).unwrap();
        engine.tick(at + 120).unwrap();
    }
    engine.tick(START + 3 * HOUR).unwrap();
    let listed = of(&engine, Resolution::Hour);
    assert_eq!(listed.len(), 1);
    assert_eq!((listed[0].kind, listed[0].count, listed[0].exact), (Kind::ManyAddresses, 6, true));
    assert_eq!(listed[0].pseudonym, pseudonym(IdentityMode::UserCookie, b"roams"));
}

#[test]
fn rows_of_earlier_versions_stay_readable_and_know_nothing() {
    let mut engine = Engine::open(Sqlite::in_memory().unwrap(), config(), START).unwrap();
    engine.ingest(START, &[batch(START, &burst(START))]).unwrap();
    engine.tick(START + 2 * HOUR).unwrap();
    engine.db().execute("UPDATE bucket SET sessions = NULL", &[]).unwrap();
    for sections in [Sections::ALL, Sections::SESSIONS] {
        let frame = engine.frame(Resolution::Hour, 0, 1 << 40, sections).unwrap();
        assert_eq!(frame.rows[0].sessions.as_deref(), Some(&[][..]));
        let mut bytes = Vec::new();
        frame.encode(&mut bytes);
        assert_eq!(Frame::decode(&bytes).unwrap().0, frame);
    }
    // An edge of an earlier version sends no such section; the copy of its rows takes them all the same.
    let (mut frames, _) = engine.since(0, 1000, Sections::ALL).unwrap();
    frames.iter_mut().flat_map(|frame| &mut frame.rows).for_each(|row| row.sessions = None);
    let mirror = Mirror::open(Sqlite::in_memory().unwrap(), "seoul", key().id(), config().retention).unwrap();
    mirror.take(START, &frames, "1").unwrap();
    assert_eq!(mirror.frame(Resolution::Hour, 0, 1 << 40, Sections::ALL).unwrap().rows.len(), 1);
    // And with the section they arrive as they are.
    engine.ingest(START + 2 * HOUR, &[batch(START + 2 * HOUR, &burst(START + 2 * HOUR))]).unwrap();
    engine.tick(START + 4 * HOUR).unwrap();
    let (frames, _) = engine.since(0, 1000, Sections::ALL).unwrap();
    mirror.take(START, &frames, "2").unwrap();
    let of_mirror = mirror.frame(Resolution::Hour, 0, 1 << 40, Sections::SESSIONS).unwrap();
    assert_eq!(listed(&of_mirror, &Thresholds::default()), of(&engine, Resolution::Hour));
}

#[test]
fn an_access_log_has_sessions_of_its_own() {
    let mut log = String::new();
    for minute in 0..=300 {
        if minute % 10 == 0 {
            let (hour, minute) = (minute / 60, minute % 60);
            let _ = writeln!(
                log,
                "192.0.2.1 - - [20/Nov/2026:{hour:02}:{minute:02}:00 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"-\" \
                 \"JSESSIONID=0123456789ABCDEF\""
            );
        }
    }
    for second in 0..59 {
        for _ in 0..7 {
            let _ = writeln!(
                log,
                "192.0.2.66 - - [20/Nov/2026:05:30:{second:02} +0000] \"POST /loginProc.do HTTP/1.1\" 401 5 \"-\" \"-\""
            );
        }
    }
    let policy = Policy::new(key());
    for resolution in [Resolution::TwoSeconds, Resolution::FiveMinutes] {
        let mut importer = Importer::new(&policy, Options { resolution, ..Options::new(NOW) });
        importer.read(log.as_bytes()).unwrap();
        let import = importer.finish();
        let mut engine = Engine::open(Sqlite::in_memory().unwrap(), config(), NOW).unwrap();
        let source = Source { name: "log".into(), lines: import.report.taken, digest: import.digest };
        engine.replace(NOW, &source, &import.buckets).unwrap();
        let listed = of(&engine, Resolution::FiveMinutes);
        let kinds: Vec<(Kind, u64)> = listed.iter().map(|listed| (listed.kind, listed.count)).collect();
        assert_eq!(kinds, [(Kind::LogInBurst, 413), (Kind::LongLived, 31)], "{resolution:?}");
    }
}

#[test]
fn a_million_identities_leave_rows_of_bounded_size() {
    let mut engine = Engine::open(Sqlite::in_memory().unwrap(), config(), START).unwrap();
    let mut number = 0_u32;
    for round in 0..20 {
        let at = START + round * 2;
        let spans: Vec<String> = (0..6000)
            .map(|_| {
                number += 1;
                let [_, a, b, c] = number.to_be_bytes();
                request(at, &format!("u{number}"), &format!("10.{a}.{b}.{c}"), "POST /login", 401)
            })
            .collect();
        engine.ingest(at, &[batch(at, &spans)]).unwrap();
        engine.tick(at + 4).unwrap();
    }
    engine.tick(START + 2 * HOUR).unwrap();
    for resolution in Resolution::ALL {
        for row in engine.frame(resolution, 0, 1 << 40, Sections::SESSIONS).unwrap().rows {
            let bytes = row.sessions.unwrap();
            assert!(bytes.len() < 300_000, "{resolution:?}: {}", bytes.len());
            let sessions = Sessions::decode(&bytes).unwrap().unwrap();
            assert!(sessions.overflowed && sessions.logins.floor() >= 1);
        }
    }
}
