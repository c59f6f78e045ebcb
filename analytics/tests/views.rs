//! Views of a small nation whose days are known.
#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod support;

use std::collections::BTreeMap;

use bonghwa_analytics::atlas::{Atlas, NATION};
use bonghwa_analytics::baseline::Baselines;
use bonghwa_analytics::bucket::{Bucket, Concurrency, Gauge, Name, Resource, Transaction};
use bonghwa_analytics::frame::{Form, Frame, Row, encode_registers};
use bonghwa_analytics::identity::FleetKey;
use bonghwa_analytics::sketch::{Scheme, Sketch};
use bonghwa_analytics::summary::Summary;
use bonghwa_analytics::time::{DAY, Resolution, day_start};
use bonghwa_analytics::view::{
    EventKind, Level, Measure, NowQuery, NowView, Past, RegionDetail, RegionQuery, Standing, Verdict, combine, now,
    region,
};
use support::{AS_OF, MODE, moment, place};

fn key() -> FleetKey {
    FleetKey::new(*b"a key for tests!")
}

/// `count` requests of `millis` each, `errors` of them failed, by the users in `users`, at this CPU use.
fn bucket(count: u64, errors: u64, millis: u64, users: std::ops::Range<u32>, cpu: f64) -> Bucket {
    let mut entry = Transaction { count, errors, ..Transaction::default() };
    entry.latency.insert_n(millis * 1_000_000, count);
    let mut sketch = Sketch::new(Scheme::keyed(MODE, key().id()));
    users.for_each(|user| sketch.insert_hash(key().identity(MODE, &user.to_le_bytes())));
    let gauge = Gauge::sample((cpu * 1e6) as i64, 0);
    Bucket {
        concurrency: BTreeMap::from([(MODE, Concurrency { identified: count, sketch })]),
        transactions: BTreeMap::from([((Name::from("web"), Name::from("GET /")), entry.clone())]),
        resources: BTreeMap::from([((Name::from("web"), Resource::Cpu), gauge)]),
        entry,
        ..Bucket::default()
    }
}

fn insert(atlas: &mut Atlas, region: &str, resolution: Resolution, rows: &[(i64, Bucket)]) {
    let rows = rows
        .iter()
        .map(|(start, bucket)| {
            let (mut summary, mut registers) = (Vec::new(), Vec::new());
            Summary::of(bucket).encode(&mut summary);
            encode_registers(&bucket.concurrency, Form::Rest, &mut registers);
            Row {
                start: *start,
                seq: 1,
                summary: Some(summary),
                cells: None,
                registers: Some(registers),
                ..Row::default()
            }
        })
        .collect();
    atlas.insert(&Frame { region: region.into(), key: key().id(), resolution, rows }).unwrap();
}

/// Two regions with `days` days behind them; the last ten minutes of `busan` are up to the caller.
fn nation(days: i64, lately: &Bucket) -> Atlas {
    let mut atlas = Atlas::new(vec![place("seoul"), place("busan")]);
    let usual = bucket(3000, 6, 200, 0..300, 0.5);
    let five = Resolution::FiveMinutes.floor(AS_OF);
    let starts: Vec<i64> = (0..days * 288).rev().map(|n| five - 300 * (n + 1)).collect();
    for (code, bucket) in [("seoul", &usual), ("busan", &usual), (NATION, &usual)] {
        let mut rows: Vec<_> = starts.iter().map(|start| (*start, bucket.clone())).collect();
        if code == "busan" {
            rows.iter_mut().rev().take(2).for_each(|row| row.1 = lately.clone());
        }
        insert(&mut atlas, code, Resolution::FiveMinutes, &rows);
    }
    let minutes = |bucket: &Bucket| {
        (1..=5)
            .map(|n| (AS_OF - 60 * n, Bucket { entry: fifth(&bucket.entry), ..bucket.clone() }))
            .rev()
            .collect::<Vec<_>>()
    };
    insert(&mut atlas, "seoul", Resolution::Minute, &minutes(&bucket(3000, 6, 200, 0..300, 0.5)));
    insert(&mut atlas, "busan", Resolution::Minute, &minutes(lately));
    atlas
}

fn fifth(whole: &Transaction) -> Transaction {
    let mut part = Transaction { count: whole.count / 5, errors: whole.errors / 5, ..Transaction::default() };
    let ns = whole.latency.quantile(0.5).map_or(0, |s| (s * 1e9) as u64);
    part.latency.insert_n(ns, part.count);
    part
}

fn page(atlas: &Atlas, as_of: i64) -> NowView {
    let tracks = ["seoul", "busan", NATION].into_iter().filter_map(|code| Some((code, atlas.track(code)?)));
    let baselines = Baselines::of(tracks, as_of, MODE);
    let query = NowQuery { mode: None, window: 300, map: Measure::Load, at: None };
    now(atlas, &moment(as_of, &baselines), &query, &Past::default()).unwrap()
}

#[test]
fn an_ordinary_day_is_usual() {
    let page = page(&nation(10, &bucket(3000, 6, 200, 200..500, 0.54)), AS_OF);
    assert_eq!((page.level, &page.verdict), (Level::Normal, &Verdict::Usual));
    assert_eq!((page.expected, page.received), (2, 2));
    assert!(page.events.is_empty(), "{:?}", page.events);
    let users = page.cards[0].now.as_ref().unwrap();
    assert!((users.value - 500.0).abs() <= users.error.unwrap(), "300 and 300 users, 100 of them in both: {users:?}");
    let sum = page.users_sum.unwrap().value;
    assert!((sum - 600.0).abs() < 12.0, "{sum}");
    // Map and table agree: one list, ranked by the measure of the map.
    assert_eq!(page.rows.iter().map(|row| row.code.as_str()).collect::<Vec<_>>(), ["busan", "seoul"]);
    assert_eq!(page.rows[0].rank, Some(1));
    assert_eq!((page.rows[0].shade, page.rows[1].shade), (3, 3));
    assert!((page.cards[1].yesterday.as_ref().unwrap().value - 10.0).abs() < 1e-9);
}

#[test]
fn a_slow_region_is_named_with_its_ratio_and_onset() {
    let page = page(&nation(10, &bucket(3000, 6, 900, 200..500, 0.6)), AS_OF);
    assert_eq!(page.level, Level::Abnormal);
    let Verdict::Unusual { region, measure, standing, ratio, since, .. } = &page.verdict else { panic!("{page:?}") };
    assert_eq!((region.as_deref(), *measure, *standing), (Some("busan"), Measure::LatencyP95, Standing::Above));
    assert!((ratio.value - 4.5).abs() < 0.2, "{}", ratio.value);
    assert_eq!(*since, AS_OF - 600);
    assert_eq!(page.events.len(), 1);
    assert_eq!((page.events[0].kind, page.events[0].from, page.events[0].to), (EventKind::Spell, AS_OF - 600, None));
}

#[test]
fn failures_outrank_slowness() {
    let page = page(&nation(10, &bucket(3000, 1500, 900, 200..500, 0.6)), AS_OF);
    assert_eq!(page.level, Level::Failure);
    assert!(matches!(page.verdict, Verdict::Unusual { measure: Measure::ErrorRate, .. }), "{:?}", page.verdict);
}

#[test]
fn what_cannot_be_told_is_said() {
    assert_eq!(page(&Atlas::new(vec![place("seoul")]), AS_OF).verdict, Verdict::NoData);
    // What came since midnight says nothing of what is usual.
    let today = nation(0, &bucket(3000, 6, 900, 0..300, 0.6));
    assert_eq!(page(&today, AS_OF).verdict, Verdict::TooLittleHistory);
    assert_eq!(page(&today, AS_OF).cards[0].standing, Standing::Unknown);
    assert!(matches!(page(&today, AS_OF + 3600).verdict, Verdict::Silent { since: AS_OF }));
}

#[test]
fn a_late_region_is_counted_out_and_shown() {
    let mut atlas = nation(10, &bucket(3000, 6, 200, 0..300, 0.6));
    insert(&mut atlas, "seoul", Resolution::TwoSeconds, &[(AS_OF + 298, bucket(20, 0, 200, 0..3, 0.5))]);
    let page = page(&atlas, AS_OF + 300);
    assert_eq!((page.expected, page.received), (2, 1));
    let row = page.rows.last().unwrap();
    assert_eq!((row.code.as_str(), row.rank, row.late_since), ("busan", None, Some(AS_OF)));
    assert!(page.events.iter().any(|event| event.kind == EventKind::Late && event.region == "busan"));
}

#[test]
fn a_region_page_covers_its_period() {
    let atlas = nation(10, &bucket(3000, 6, 200, 0..300, 0.6));
    let baselines = Baselines::of([("seoul", atlas.track("seoul").unwrap())], AS_OF, MODE);
    let query = RegionQuery {
        region: "seoul".into(),
        mode: None,
        span: DAY,
        from: None,
        to: None,
        compare: DAY,
        service: String::new(),
    };
    let detail = RegionDetail { period: bucket(3000, 6, 200, 0..300, 0.5), ..RegionDetail::default() };
    let view = region(&atlas, &moment(AS_OF, &baselines), &query, &detail);
    assert_eq!((view.to - view.from, view.resolution), (DAY, Resolution::FiveMinutes));
    let users = &view.charts[0];
    assert_eq!(users.series.len(), 2, "now and before");
    assert!(users.series.iter().all(|series| series.line.values.len() == 288));
    assert_eq!(users.series[1].line.values[0].map(f64::round), Some(users.series[0].line.values[0].unwrap().round()));
    assert_eq!((view.services.len(), view.routes.len()), (1, 1));
    assert!((view.services[0].cpu.unwrap() - 0.5).abs() < 1e-9);
    assert_eq!(view.coverage, Some(1.0));
}

#[test]
fn combined_regions_count_everybody_once() {
    let mut atlas = Atlas::new(vec![place("seoul"), place("busan")]);
    let start = Resolution::FiveMinutes.floor(AS_OF) - 600;
    for (code, users) in [("seoul", 0..40_000), ("busan", 30_000..60_000)] {
        let rows = [(start, bucket(1, 0, 1, users.clone(), 0.1)), (start + 300, bucket(1, 0, 1, users, 0.1))];
        insert(&mut atlas, code, Resolution::FiveMinutes, &rows);
    }
    let regions = vec!["seoul".to_owned(), "busan".to_owned()];
    let view = combine(&atlas, &regions, start, start + 600, MODE).unwrap().unwrap();
    let near =
        |value: f64, expected: f64, error: f64| assert!((value - expected).abs() < error, "{value}, not {expected}");
    near(view.union.value, 60_000.0, 1000.0);
    near(view.sum.value, 70_000.0, 1400.0);
    near(view.overlap.value, 10_000.0, 1800.0);
    near(view.parts[0].only.as_ref().unwrap().value, 30_000.0, 1800.0);
    near(view.pairs[0].shared.as_ref().unwrap().value, 10_000.0, view.pairs[0].error * 1.5);
    assert_eq!((view.sketches, view.line.values.len()), (4, 2));
    assert!(combine(&atlas, &regions, 0, 600, MODE).unwrap().is_none());
    assert_eq!(day_start(start), day_start(AS_OF));
}
