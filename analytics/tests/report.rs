//! Reports over two small regions whose hours are known: the period, the same at any time, steps, gaps.
#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use bonghwa_analytics::atlas::AtlasError;
use bonghwa_analytics::bucket::{Bucket, Concurrency, Gauge, Name, Resource, Transaction};
use bonghwa_analytics::desk::{Files, Manifest};
use bonghwa_analytics::frame::{Form, Frame, Row, encode_registers};
use bonghwa_analytics::identity::FleetKey;
use bonghwa_analytics::region::Region;
use bonghwa_analytics::report::{Made, Report, ReportKind, ReportQuery, Step, instant_of, report};
use bonghwa_analytics::session::{Kind, Session, Sessions};
use bonghwa_analytics::sketch::{Scheme, Sketch};
use bonghwa_analytics::summary::Summary;
use bonghwa_analytics::time::{DAY, Resolution, WEEK, week_start};
use bonghwa_analytics::view::Measure;
use support::{AS_OF, MODE, place};

const REGIONS: [&str; 2] = ["seoul", "busan"];

/// The Monday that the rows below lead up to and past.
fn monday() -> i64 {
    week_start(AS_OF)
}

fn bucket(region: &str, start: i64) -> Bucket {
    let step = (start / 300).rem_euclid(7) as u64;
    let (count, cpu) = if region == "busan" { (600 + step, 300_000) } else { (1200 + step, 700_000) };
    let mut entry = Transaction { count, errors: count / 100, ..Transaction::default() };
    entry.latency.insert_n((100 + step) * 1_000_000, count);
    let key = FleetKey::new([3; 16]);
    let mut sketch = Sketch::new(Scheme::keyed(MODE, key.id()));
    (0..200_u32).for_each(|user| sketch.insert_hash(key.identity(MODE, &user.to_le_bytes())));
    Bucket {
        concurrency: BTreeMap::from([(MODE, Concurrency { identified: count, sketch })]),
        resources: BTreeMap::from([((Name::from("web"), Resource::Cpu), Gauge::sample(cpu, 0))]),
        entry,
        ..Bucket::default()
    }
}

/// Rows of five minutes from a fortnight before Monday to `until`, without those that `gone` takes out.
fn files(until: i64, gone: impl Fn(&str, i64) -> bool) -> Files {
    let key = FleetKey::new([3; 16]).id();
    let frame = |region: &str| {
        let starts = (0..).map(|n| monday() - 2 * WEEK + n * 300).take_while(|start| *start < until);
        let row = |start: i64| {
            let bucket = bucket(region, start);
            let (mut summary, mut registers) = (Vec::new(), Vec::new());
            Summary::of(&bucket).encode(&mut summary);
            encode_registers(&bucket.concurrency, Form::Rest, &mut registers);
            Row { start, seq: 1, summary: Some(summary), registers: Some(registers), ..Row::default() }
        };
        let rows = starts.filter(|start| !gone(region, *start)).map(row).collect();
        Frame { region: region.to_owned(), key, resolution: Resolution::FiveMinutes, rows }
    };
    let named = |code: &str| Region { ko: code.to_owned(), ..place(code) };
    let manifest = Manifest { regions: REGIONS.map(named).into(), mode: MODE, ..Manifest::default() };
    Files::open(manifest, REGIONS.map(frame)).unwrap()
}

fn made(files: &Files, query: &ReportQuery) -> Report {
    match report(files, query, &mut |_| ControlFlow::Continue(())).unwrap() {
        Made::Report(report) => *report,
        other => panic!("{other:?}"),
    }
}

fn week() -> ReportQuery {
    ReportQuery { kind: ReportKind::Week, at: Some(monday()), ..ReportQuery::default() }
}

#[test]
fn midnight_of_a_monday_ends_the_week_that_is_told() {
    let report = made(&files(monday() + DAY, |_, _| false), &week());
    assert_eq!((report.from, report.to, report.complete), (monday() - WEEK, monday(), true));
    assert_eq!(report.parts.before, (monday() - 2 * WEEK, monday() - WEEK));
    assert_eq!(report.codes, ["seoul", "busan"]);
    let load = report.lines.iter().map(|line| (line.region.as_str(), line.load.as_ref().unwrap().value));
    let load: Vec<_> = load.collect();
    assert!(load[0].0 == "seoul" && (load[0].1 - 0.7).abs() < 1e-6 && (load[1].1 - 0.3).abs() < 1e-6, "{load:?}");
    let users = report.courses.iter().find(|course| course.measure == Measure::Users).unwrap();
    assert_eq!((users.slots.len(), users.step), (7, DAY));
    assert!(users.slots.iter().all(|slot| slot.now.is_some() && slot.before.is_some()));
}

#[test]
fn a_report_of_an_instant_stays_the_same_while_data_goes_on_to_arrive() {
    let json = |report: &Report| serde_json::to_string_pretty(report).unwrap();
    let query = ReportQuery { at: Some(monday() - 3 * DAY + 4000), ..week() };
    let then = made(&files(monday() - 3 * DAY + 3900, |_, _| false), &query);
    let later = made(&files(monday() + DAY, |_, _| false), &query);
    assert!(!then.complete && then.to == monday() - 3 * DAY + 3900);
    let (then, later) = (json(&then), json(&later));
    let differing = then.lines().zip(later.lines()).find(|(then, later)| then != later);
    assert_eq!((differing, then.len()), (None, later.len()));
}

#[test]
fn the_instant_that_is_listed_is_the_one_that_is_told_of() {
    let files = files(monday() + DAY, |_, _| false);
    for at in [None, Some(monday() + 180), Some(monday() - 1), Some(i64::MAX)] {
        let report = made(&files, &ReportQuery { at, ..week() });
        assert_eq!(report.as_of, instant_of(&files, at), "{at:?}");
        assert_eq!(ReportKind::Week.period(instant_of(&files, at)), (report.from, report.to), "{at:?}");
    }
    assert_eq!(
        instant_of(&files, Some(monday() + 180)),
        monday(),
        "three minutes past midnight the week before is told"
    );
}

#[test]
fn steps_are_told_in_order_and_each_of_them_can_stop_it() {
    let files = files(monday(), |_, _| false);
    let mut heard: Vec<Step> = Vec::new();
    let all = report(&files, &week(), &mut |step| {
        heard.push(step);
        ControlFlow::Continue(())
    });
    assert!(matches!(all.unwrap(), Made::Report(_)));
    heard.dedup();
    assert_eq!(heard, Step::ALL);
    assert_eq!(serde_json::to_value(Step::ALL).unwrap(), serde_json::json!(Step::ALL.map(Step::name)));
    for last in Step::ALL {
        let stop = |step| if step == last { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        assert_eq!(report(&files, &week(), &mut { stop }).unwrap(), Made::Stopped, "{last:?}");
    }
}

#[test]
fn gaps_and_late_regions_are_told() {
    let day = monday() - 2 * DAY;
    let gone = |region: &str, start: i64| {
        region == "busan" && ((day..day + 7200).contains(&start) || start >= monday() - 3600)
    };
    let report = made(&files(monday(), gone), &week());
    let [seoul, busan] = report.quality.rows.as_slice() else { panic!("two regions") };
    assert_eq!((seoul.gaps, seoul.longest, seoul.late_since), (0, None, None));
    assert!((seoul.received.value - 1.0).abs() < 1e-9);
    assert_eq!((busan.gaps, busan.longest, busan.late_since), (2, Some((day, day + 7200)), Some(monday() - 3600)));
    assert!((busan.received.value - (1.0 - 3.0 / 168.0)).abs() < 1e-9, "{}", busan.received.value);
}

#[test]
fn one_region_is_told_alone_and_an_unknown_one_is_refused() {
    let files = files(monday(), |_, _| false);
    let one = made(&files, &ReportQuery { regions: vec!["busan".into()], ..week() });
    assert!(!one.whole && one.codes == ["busan"] && one.lines.len() == 1);
    let unknown =
        report(&files, &ReportQuery { regions: vec!["atlantis".into()], ..week() }, &mut |_| ControlFlow::Continue(()));
    assert!(matches!(unknown, Err(AtlasError::Region(_))));
    for id in ["", "20260619-1321-busan", "../x", "２０２６"] {
        let query = ReportQuery { kind: ReportKind::Incident, incident: id.into(), ..ReportQuery::default() };
        let made = report(&files, &query, &mut |_| ControlFlow::Continue(())).unwrap();
        assert_eq!(made, Made::NoIncident, "{id}");
    }
}

/// Regions with so many long sessions each, on the last day of the week that is told.
fn with_sessions(regions: &[(&str, i64)]) -> Files {
    let key = FleetKey::new([3; 16]).id();
    let start = monday() - DAY;
    let frame = |(region, count): &(&str, i64)| {
        let long = |n: i64| Session {
            key: n as u64 + 1,
            first: start + 60 - (5 * 3600 + n),
            last: start + 60,
            requests: 9,
            addresses: 1,
        };
        let mut known = Sessions { notable: (0..*count).map(long).collect(), ..Sessions::default() };
        let (mut summary, mut sessions) = (Vec::new(), Vec::new());
        Summary::of(&bucket(region, start)).encode(&mut summary);
        known.settle();
        known.encode(&mut sessions);
        let row = Row { start, seq: 1, summary: Some(summary), sessions: Some(sessions), ..Row::default() };
        Frame { region: (*region).to_owned(), key, resolution: Resolution::FiveMinutes, rows: vec![row] }
    };
    let places = regions.iter().map(|(code, _)| place(code)).collect();
    let manifest = Manifest { regions: places, mode: MODE, as_of: Some(monday() + DAY), ..Manifest::default() };
    Files::open(manifest, regions.iter().map(frame)).unwrap()
}

#[test]
fn sessions_of_some_regions_are_all_counted_and_no_others() {
    let files = with_sessions(&[("seoul", 40), ("busan", 30), ("jeju", 45)]);
    let long = |regions: &[&str]| {
        let regions = regions.iter().map(|code| (*code).to_owned()).collect();
        let report = made(&files, &ReportQuery { regions, ..week() });
        let list = report.sessions.lists.into_iter().find(|list| list.kind == Kind::LongLived).unwrap();
        let known: BTreeSet<String> = report.sessions.known.into_iter().map(|known| known.region).collect();
        (list.total, list.listed.len(), known.len())
    };
    assert_eq!(long(&[]), (115, 50, 3));
    assert_eq!(long(&["seoul", "busan"]), (70, 50, 2));
    assert_eq!(long(&["busan"]), (30, 30, 1));
}

#[test]
fn periods_end_at_the_instant_and_never_before_they_begin() {
    for kind in [ReportKind::Day, ReportKind::Week, ReportKind::Month] {
        for at in [monday(), monday() + 1, monday() + DAY, AS_OF, 86_400 * 365 * 40, 1] {
            let (from, to) = kind.period(at);
            assert!(from < to && to <= at, "{kind:?} {at}: {from}..{to}");
            assert_eq!(kind.period(from + 1).0, from);
        }
    }
}

#[test]
fn rubbish_makes_no_report_panic() {
    let files = files(monday(), |_, _| false);
    for at in [i64::MIN / 4, -1, 0, i64::from(u32::MAX) * 4, i64::MAX / 4] {
        for kind in [ReportKind::Day, ReportKind::Week, ReportKind::Month] {
            let query = ReportQuery { kind, at: Some(at), ..ReportQuery::default() };
            let _ = report(&files, &query, &mut |_| ControlFlow::Continue(()));
        }
    }
}
