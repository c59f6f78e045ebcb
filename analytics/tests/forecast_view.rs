//! The page of forecasts and the capacity plan over a small nation whose weeks are known.
#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod support;

use std::collections::BTreeMap;

use bonghwa_analytics::atlas::{Atlas, NATION};
use bonghwa_analytics::baseline::Baselines;
use bonghwa_analytics::bucket::{Bucket, Gauge, Name, Resource, Transaction};
use bonghwa_analytics::frame::{Frame, Row};
use bonghwa_analytics::identity::KeyId;
use bonghwa_analytics::summary::Summary;
use bonghwa_analytics::time::{DAY, Resolution, civil, instant};
use bonghwa_analytics::view::{
    CapacityPlan, Confidence, ForecastQuery, ForecastView, Measure, Need, Origin, capacity, forecast,
};
use support::{AS_OF, moment, place};

/// Hours of `days` days of a region: a wave over the day, quieter weekends, and use that grows by `growth` a day up to
/// `use_now` in the busy hour today.
fn insert(atlas: &mut Atlas, region: &str, days: i64, use_now: f64, growth: f64) {
    let end = Resolution::Hour.floor(AS_OF);
    let rows = (0..days * 24)
        .map(|back| {
            let start = end - 3600 * (days * 24 - back);
            let date = civil(start);
            let busy =
                if date.weekday < 5 { 1.0 } else { 0.4 } * (1.0 - f64::from((i32::from(date.hour) - 14).abs()) / 28.0);
            // A little noise that follows from the hour.
            let noise = f64::from((back as i32 * 7919) % 101 - 50) / 50.0 * 0.01;
            let age = (AS_OF - start) as f64 / DAY as f64;
            let cpu = (use_now - growth * age) * busy + noise;
            let count = (1000.0 * busy * (1.0 + noise)) as u64;
            let mut entry = Transaction { count, errors: count / 200, ..Transaction::default() };
            entry.latency.insert_n(200_000_000, count);
            let gauge = Gauge::sample((cpu.max(0.0) * 1e6) as i64, 0);
            let bucket = Bucket {
                transactions: BTreeMap::from([((Name::from("web"), Name::from("GET /")), entry.clone())]),
                resources: BTreeMap::from([((Name::from("web"), Resource::Cpu), gauge)]),
                entry,
                ..Bucket::default()
            };
            let mut summary = Vec::new();
            Summary::of(&bucket).encode(&mut summary);
            Row { start, seq: 1, summary: Some(summary), ..Row::default() }
        })
        .collect();
    let key = KeyId::default();
    atlas.insert(&Frame { region: region.into(), key, resolution: Resolution::Hour, rows }).unwrap();
}

fn query(region: &str, measure: Measure, horizon: i64) -> ForecastQuery {
    ForecastQuery { region: region.into(), measure, service: String::new(), horizon, threshold: None, mode: None }
}

fn page(atlas: &Atlas, query: &ForecastQuery) -> ForecastView {
    let baselines = Baselines::default();
    forecast(atlas, &moment(AS_OF, &baselines), query, CapacityPlan::default())
}

fn plan(atlas: &Atlas) -> CapacityPlan {
    let baselines = Baselines::default();
    capacity(atlas, &moment(AS_OF, &baselines))
}

#[test]
fn a_day_ahead_with_its_probability_and_record() {
    let mut atlas = Atlas::new(vec![place("seoul")]);
    insert(&mut atlas, "seoul", 42, 0.6, 0.0);
    let view = page(&atlas, &query("seoul", Measure::Load, DAY));
    let ahead = view.ahead.unwrap();
    assert_eq!((ahead.threshold, ahead.origin), (0.8, Origin::Target));
    assert!(ahead.over.value < 0.1, "{}", ahead.over.value);
    assert_eq!(ahead.until, Resolution::Hour.floor(AS_OF) + DAY);
    // Saturday peaks at 0.4 of 0.6; the rest of Friday is nearly as busy as its peak.
    assert!((0.4..0.65).contains(&ahead.peak.value), "{}", ahead.peak.value);
    assert!(ahead.low.value <= ahead.peak.value && ahead.peak.value <= ahead.high.value);
    let chart = &ahead.chart;
    let line = |name: &str| &chart.series.iter().find(|series| series.name == name).unwrap().line.values;
    let (came, middle) = (line("came"), line("middle"));
    for name in ["middle", "low50", "high50", "low95", "high95"] {
        assert_eq!(line(name).len(), came.len());
    }
    assert_eq!((chart.low.values.len(), chart.high.values.len()), (came.len(), came.len()));
    let now = came.iter().rposition(Option::is_some).unwrap();
    assert_eq!(chart.start + (now as i64 + 1) * chart.step, Resolution::Hour.floor(AS_OF), "what came ends now");
    assert_eq!(came.len() - now - 1, 24);
    assert_eq!(came[now], middle[now], "the path begins where the line ends");
    let day = &view.past[0];
    assert_eq!((day.ahead, day.forecasts), (DAY, 7));
    assert!(day.covered.value > 0.7, "{}", day.covered.value);
    assert_eq!(view.confidence, Confidence::Likely);
    let full = view.full.unwrap();
    assert!((full.now.value - 0.6).abs() < 0.03 && full.when.is_none(), "{full:?}");
}

#[test]
fn a_chosen_threshold_is_taken_and_others_have_their_past_high() {
    let mut atlas = Atlas::new(vec![place("seoul")]);
    insert(&mut atlas, "seoul", 42, 0.6, 0.0);
    let chosen = ForecastQuery { threshold: Some(300_000), ..query("seoul", Measure::Load, 7 * DAY) };
    let ahead = page(&atlas, &chosen).ahead.unwrap();
    assert_eq!((ahead.threshold, ahead.origin), (0.3, Origin::Chosen));
    assert!(ahead.over.value > 0.9, "{}", ahead.over.value);
    let ahead = page(&atlas, &query("seoul", Measure::Requests, 7 * DAY)).ahead.unwrap();
    assert_eq!(ahead.origin, Origin::Highest);
    assert!((ahead.highest.unwrap().value - ahead.threshold).abs() < 1e-12);
}

#[test]
fn too_little_is_said_with_what_is_there() {
    let mut atlas = Atlas::new(vec![place("seoul"), place("busan")]);
    insert(&mut atlas, "seoul", 1, 0.6, 0.0);
    let view = page(&atlas, &query("seoul", Measure::Load, DAY));
    assert!(view.ahead.is_none() && view.full.is_none() && view.past.is_empty());
    assert_eq!((view.hours, view.confidence), (24, Confidence::Unknown));
    let nothing = page(&atlas, &query("atlantis", Measure::Users, DAY));
    assert!(nothing.ahead.is_none());
    let plan = plan(&atlas);
    assert_eq!(plan.counts, [0, 0, 2]);
    assert!(matches!(plan.rows[0].need, Need::TooFewDays | Need::Silent), "{:?}", plan.rows[0].need);
    assert!(plan.rows.iter().any(|row| row.region == "busan" && row.need == Need::NotReported));
}

#[test]
fn a_part_of_a_plan_is_counted_by_itself_however_long_the_whole_is() {
    let codes: Vec<String> = (0..70).map(|n| format!("region-{n}")).collect();
    let plan = plan(&Atlas::new(codes.iter().map(|code| place(code)).collect()));
    assert_eq!((plan.rows.len(), plan.counts), (70, [0, 0, 70]));
    let part = plan.clone().part(|row| row.region == "region-69");
    assert_eq!((part.rows.len(), part.counts), (1, [0, 0, 1]));
    let page = plan.part(|_| true);
    assert_eq!((page.rows.len(), page.counts), (60, [0, 0, 70]));
}

#[test]
fn what_grows_needs_more_before_the_quarter_ends() {
    let mut atlas = Atlas::new(vec![place("seoul"), place("busan"), place("jeju")]);
    // 0.7 now and 0.5 points a day: 0.9 when the quarter ends in six weeks.
    insert(&mut atlas, "seoul", 56, 0.7, 0.005);
    insert(&mut atlas, "busan", 56, 0.5, 0.0);
    insert(&mut atlas, "jeju", 5, 0.5, 0.0);
    let plan = plan(&atlas);
    assert_eq!(plan.until, instant(2027, 1, 1, 0, 0, 0).unwrap());
    assert_eq!(plan.counts, [1, 1, 1]);
    let row = &plan.rows[0];
    assert_eq!((row.region.as_str(), row.service.as_str(), row.measure), ("seoul", "web", Measure::Cpu));
    assert_eq!(row.need, Need::More);
    let times = row.times.as_ref().unwrap().value;
    assert!((1.1..=1.4).contains(&times), "{times}");
    assert!((row.weekly.as_ref().unwrap().value - 0.035).abs() < 0.01);
    let when = row.when.unwrap();
    assert!(when.earliest > AS_OF && when.likely.unwrap() < plan.until);
    assert_eq!(row.confidence, Confidence::Likely, "eight weeks behind, six ahead");
    assert_eq!((plan.rows[1].region.as_str(), plan.rows[1].need), ("busan", Need::Nothing));
    assert_eq!(plan.rows[2].need, Need::TooFewDays);
    assert!(plan.rows[2].days < plan.rows[2].days_needed);
}

#[test]
fn the_nation_and_short_horizons_are_pages_too() {
    let mut atlas = Atlas::new(vec![place("seoul")]);
    insert(&mut atlas, NATION, 42, 0.6, 0.0);
    // The nation has no servers of its own: its load is that of the busiest region.
    insert(&mut atlas, "seoul", 42, 0.7, 0.0);
    let load = page(&atlas, &query(NATION, Measure::Load, DAY)).full.unwrap();
    assert!((load.now.value - 0.7).abs() < 0.03, "{}", load.now.value);
    let view = page(&atlas, &query(NATION, Measure::ErrorRate, 28 * DAY));
    let ahead = view.ahead.unwrap();
    assert!(ahead.over.regions.is_empty() && ahead.over.region_count == 1);
    // There are no rows of five minutes.
    assert!(page(&atlas, &query(NATION, Measure::Load, 3 * 3600)).ahead.is_none());
    let service = ForecastQuery { service: "web".into(), ..query("seoul", Measure::Load, DAY) };
    let view = page(&atlas, &service);
    assert_eq!(view.services, ["web"]);
    assert!(view.ahead.is_some());
    assert!(page(&atlas, &ForecastQuery { service: "db".into(), ..service }).ahead.is_none());
}
