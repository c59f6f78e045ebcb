//! The demonstration as a whole: past and live traffic held against each other and against what was promised.

use std::collections::BTreeMap;

use bonghwa_analytics::bucket::{Bucket, Name, Resource, Severity, Transaction};
use bonghwa_analytics::identity::IdentityMode;
use bonghwa_analytics::logs::change::changes;
use bonghwa_analytics::session::{Kind, Span, Thresholds, suspects};
use bonghwa_analytics::sketch::Accumulator;
use bonghwa_analytics::time::{self, DAY, Resolution};
use bonghwa_edge::otlp::{Format, Signal, parse};
use bonghwa_edge::policy::Policy;

use super::history::batch;
use super::*;

/// Saturday, 21 November 2026, seven in the morning in Seoul.
const NOW: i64 = 1_795_212_000;
const KEY: FleetKey = FleetKey::new([9; 16]);

fn demo() -> Demo {
    Demo::new(SEED, KEY, &regions())
}

fn buckets(demo: &Demo, region: &str, resolution: Resolution, from: i64, to: i64) -> BTreeMap<i64, Bucket> {
    let place = demo.model.place(region).unwrap();
    let batch = batch(&demo.model, place, resolution, from, to, NOW);
    batch.buckets.into_iter().map(|((_, start), bucket)| (start, bucket)).collect()
}

/// Everything from `from` to `to` in one bucket.
fn whole(demo: &Demo, region: &str, resolution: Resolution, from: i64, to: i64) -> Bucket {
    let mut all = Bucket::default();
    for bucket in buckets(demo, region, resolution, from, to).values() {
        all.merge(bucket).unwrap();
    }
    all
}

fn incident(fault: Fault) -> (&'static str, i64, i64) {
    let incident = INCIDENTS.iter().find(|incident| incident.fault == fault).unwrap();
    let (start, end) = incident.period(NOW);
    (&*incident.region, start, end)
}

fn p95(part: &Transaction) -> f64 {
    part.latency.quantile(0.95).unwrap()
}

fn pair(a: &str, b: &str) -> (Name, Name) {
    (Name::from(a), Name::from(b))
}

#[test]
fn the_regions_are_the_seventeen() {
    let regions = regions();
    assert_eq!(regions.len(), 17);
    let codes: BTreeMap<&str, &Region> = regions.iter().map(|region| (region.code.as_str(), region)).collect();
    let tiles: BTreeMap<(u8, u8), &str> = regions.iter().map(|r| ((r.row, r.column), r.code.as_str())).collect();
    assert_eq!((codes.len(), tiles.len()), (17, 17));
    assert!(regions.iter().all(|r| (1..=5).contains(&r.row) && (1..=4).contains(&r.column) && r.population > 0));
    assert_eq!(tiles[&(1, 2)], "seoul");
    assert_eq!(tiles[&(5, 1)], "jeju");
    let members = |group: &str| regions.iter().filter(|region| region.group == group).count();
    assert_eq!(["capital", "chungcheong", "honam", "yeongnam", ""].map(members), [3, 4, 3, 5, 2]);
    for (code, day) in [("sejong", "2012-07-01"), ("gangwon", "2023-06-11"), ("jeonbuk", "2024-01-18")] {
        assert_eq!(codes[code].valid_from.as_deref(), Some(day));
    }
    assert_eq!(codes["gangwon"].official_ko, "강원특별자치도");
}

#[test]
fn the_same_seed_gives_the_same_past_and_another_seed_another() {
    let past = |seed: u64| -> Vec<_> {
        Demo::new(seed, KEY, &regions()).history("jeju", NOW - 3 * 3600, NOW).unwrap().collect()
    };
    assert_eq!(past(SEED), past(SEED));
    assert_ne!(past(SEED), past(SEED + 1));
}

#[test]
fn the_past_is_complete_and_in_order() {
    let demo = demo();
    for from in [NOW - 50 * 3600 + 7, NOW - 5000, NOW - 1001, NOW - 1, NOW] {
        let mut at = from + from % 2;
        let mut requests = 0;
        for batch in demo.history("seoul", from, NOW).unwrap() {
            for ((resolution, start), bucket) in &batch.buckets {
                // Every bucket begins where the last one ended: Seoul is never empty.
                assert_eq!((*start, resolution.floor(*start)), (at, at), "{resolution:?}");
                let age = NOW - start;
                assert!(*resolution <= Resolution::Minute || age > 48 * 3600);
                assert!(*resolution == Resolution::TwoSeconds || age > 3600);
                assert!(bucket.resources.len() == services::GAUGES || *resolution == Resolution::TwoSeconds);
                requests += bucket.entry.count;
                at += resolution.seconds();
            }
        }
        assert_eq!(at, NOW);
        assert!(requests > 0 || from >= NOW - 1);
    }
}

#[test]
fn batches_have_names_of_their_own_and_chunks_do_not_show() {
    let demo = demo();
    let to = NOW - DAY;
    let one: BTreeMap<_, _> = demo.history("jeju", to - 4 * DAY, to).unwrap().map(|b| (b.digest, b.buckets)).collect();
    assert_eq!(one.len(), demo.history("jeju", to - 4 * DAY, to).unwrap().count());
    let joined: BTreeMap<_, _> = one.into_values().flatten().collect();
    let start = Resolution::Hour.floor(to - 3 * DAY);
    let place = demo.model.place("jeju").unwrap();
    for (from, until) in [(0, 24), (3, 5), (7, 17)] {
        let (from, until) = (start + from * 300, start + until * 300);
        for (key, bucket) in batch(&demo.model, place, Resolution::FiveMinutes, from, until, to).buckets {
            let (mut ours, mut theirs) = (Vec::new(), Vec::new());
            bucket.encode(&mut ours);
            joined[&key].encode(&mut theirs);
            assert_eq!(ours, theirs, "{key:?}");
        }
    }
}

#[test]
fn coarse_buckets_hold_what_fine_ones_do() {
    let demo = demo();
    let start = time::instant(2026, 11, 18, 10, 0, 0).unwrap();
    let [coarse, fine] = [Resolution::FiveMinutes, Resolution::TwoSeconds]
        .map(|resolution| whole(&demo, "gwangju", resolution, start, start + 300));
    assert_eq!(coarse.concurrency, fine.concurrency);
    assert_eq!(coarse.entry.count, fine.entry.count);
    assert_eq!(coarse.resources, fine.resources);
    assert_eq!(coarse.versions, fine.versions);
    let ratio = p95(&coarse.entry) / p95(&fine.entry);
    assert!((0.9..1.1).contains(&ratio), "{ratio}");
    for (route, part) in &coarse.transactions {
        let share = part.count as f64 / fine.transactions[route].count as f64;
        assert!((0.85..1.15).contains(&share), "{route:?}: {share}");
    }
}

#[test]
fn a_nation_has_tens_of_thousands_of_users_some_in_two_regions() {
    let demo = demo();
    let peak = time::instant(2026, 11, 16, 10, 30, 0).unwrap();
    let mut union: Option<Accumulator> = None;
    let (mut sum, mut entry) = (0.0, Transaction::default());
    for region in regions() {
        let bucket = whole(&demo, &region.code, Resolution::FiveMinutes, peak, peak + 300);
        let users = &bucket.concurrency[&IdentityMode::UserCookie];
        union.get_or_insert_with(|| Accumulator::new(*users.sketch.scheme())).merge(&users.sketch).unwrap();
        sum += users.sketch.estimate();
        let coverage = users.identified as f64 / bucket.entry.count as f64;
        assert!((0.94..0.99).contains(&coverage), "{}: {coverage}", region.code);
        entry.merge(&bucket.entry);
    }
    let users = union.unwrap().estimate();
    assert!((35_000.0..45_000.0).contains(&users), "{users}");
    assert!((1.03..1.09).contains(&(sum / users)), "{sum} {users}");
    assert!((380.0..520.0).contains(&(entry.count as f64 / 300.0)), "{}", entry.count);
    assert!((0.001..0.004).contains(&entry.error_rate().unwrap()), "{:?}", entry.error_rate());
    assert!((0.15..0.4).contains(&p95(&entry)), "{}", p95(&entry));
}

#[test]
fn a_leak_shows_in_heap_latency_and_errors() {
    let demo = demo();
    let (region, start, end) = incident(Fault::HeapLeak);
    let length = end - start;
    let at = |share: f64| {
        let from = Resolution::FiveMinutes.floor(start + (length as f64 * share) as i64);
        whole(&demo, region, Resolution::FiveMinutes, from, from + 300)
    };
    let heap = |bucket: &Bucket| bucket.resources[&(Name::from("was"), Resource::Heap)].mean() / 1e6;
    let (early, late, dead, after) = (at(0.1), at(0.66), at(0.75), at(0.97));
    assert!(heap(&early) < 0.6 && heap(&late) > 0.9 && heap(&after) < 0.5);
    assert!(p95(&late.entry) > 2.0 * p95(&early.entry));
    assert!(dead.entry.error_rate().unwrap() > 0.2 && after.entry.error_rate().unwrap() < 0.02);
    assert!(late.logs[&(Name::from("was"), Severity::Warn)] > 0);
}

#[test]
fn slow_parts_show_where_they_are_slow() {
    let demo = demo();
    let around = |fault| {
        let (region, start, end) = incident(fault);
        let middle = Resolution::FiveMinutes.floor(i64::midpoint(start, end));
        let at = |from| whole(&demo, region, Resolution::FiveMinutes, from, from + 300);
        (at(Resolution::FiveMinutes.floor(start) - 1800), at(middle))
    };
    let ratio = |(before, during): &(Bucket, Bucket), key: &(Name, Name)| {
        let find = |bucket: &Bucket| p95(bucket.calls.get(key).unwrap_or_else(|| &bucket.transactions[key]));
        find(during) / find(before)
    };
    let (front, back) = (pair("web", "was"), pair("was", "db"));
    let route = pair("was", "GET /minwon/list");

    let db = around(Fault::SlowDb);
    assert!(ratio(&db, &back) > 8.0 && ratio(&db, &route) > 3.0);
    let network = around(Fault::SlowNetwork);
    assert!(ratio(&network, &front) > 4.0);
    assert!(ratio(&network, &back) < 1.2 && ratio(&network, &route) < 1.2);
    let deploy = around(Fault::BadDeploy);
    assert!(ratio(&deploy, &pair("was", "GET /minwon/search")) > 2.5 && ratio(&deploy, &route) < 1.2);
    let (before, during) = &deploy;
    assert!(
        during.versions.contains_key(&pair("was", "2.5.0")) && !before.versions.contains_key(&pair("was", "2.5.0"))
    );
}

#[test]
fn a_burst_is_many_log_ins_and_one_address() {
    let demo = demo();
    let (region, start, _) = incident(Fault::LoginBurst);
    let at = |from| whole(&demo, region, Resolution::Minute, from, from + 300);
    let (before, during) = (at(start - 600), at(start + 300));
    let logins = pair("web", "POST /login");
    let added = during.transactions[&logins].count - before.transactions.get(&logins).map_or(0, |part| part.count);
    assert!(added > 1000, "{added}");
    assert!(during.transactions[&logins].error_rate().unwrap() > 0.8);
    let addresses = |bucket: &Bucket| bucket.concurrency[&IdentityMode::Ip].sketch.estimate();
    assert!(addresses(&during) < 1.5 * addresses(&before) + 20.0);
    // Its requests carry no cookie.
    let users = &during.concurrency[&IdentityMode::UserCookie];
    assert!(users.identified < during.entry.count - 1000);
}

#[test]
fn the_past_has_someone_of_every_kind_that_is_listed() {
    let demo = demo();
    let kinds = |region: &str, from: i64, to: i64| {
        let rows = buckets(&demo, region, Resolution::FiveMinutes, from, to);
        let known = rows.iter().filter_map(|(start, bucket)| Some((*start, bucket.sessions.as_deref()?)));
        let spans: Vec<Span<'_>> = known.map(|(start, sessions)| Span { start, width: 300, sessions }).collect();
        suspects(region, &spans, &Thresholds::default())
    };
    let (region, start, end) = incident(Fault::LoginBurst);
    let listed = kinds(region, start - start.rem_euclid(300) - 3600, end - end.rem_euclid(300) + 3600);
    let burst = listed.iter().find(|listed| listed.kind == Kind::LogInBurst).unwrap();
    assert!(burst.per_minute >= 230 && burst.failed > burst.count / 10 * 9 && burst.exact, "{burst:?}");
    let day = NOW - NOW.rem_euclid(300) - DAY;
    for (region, kind) in [
        ("gyeonggi", Kind::ManyIdentities),
        ("busan", Kind::ManyAddresses),
        ("jeju", Kind::LongLived),
        ("seoul", Kind::LongLived),
    ] {
        let listed = kinds(region, day, day + DAY);
        assert!(listed.iter().any(|listed| listed.kind == kind), "{region}: {listed:?}");
        assert!(listed.iter().all(|listed| listed.kind != Kind::LogInBurst), "{region}");
    }
}

/// What an edge makes of the live traffic between two instants.
fn received(demo: &Demo, region: &str, from: i64, to: i64) -> Bucket {
    let model = &demo.model;
    let place = model.place(region).unwrap();
    let policy = Policy::new(KEY);
    let mut all = Bucket::default();
    for start in (from..to).step_by(2) {
        let effect = demo.effect(region, start + 2);
        let requests = telemetry::requests(model, place, start * 1000, (start + 2) * 1000, &effect);
        let bodies = [
            (Signal::Traces, Some(telemetry::traces(&requests, &effect))),
            (Signal::Metrics, telemetry::metrics(model, place, start, start + 2, &effect)),
            (Signal::Logs, telemetry::logs(&requests, start, start + 2, &effect)),
        ];
        for (signal, body) in bodies {
            let Some(body) = body else { continue };
            let batch = parse(signal, Format::Protobuf, &body, &policy, to).unwrap();
            assert_eq!((batch.report.rejected, batch.report.unshown), (0, 0), "{:?}", batch.report);
            for bucket in batch.buckets.values() {
                all.merge(bucket).unwrap();
            }
        }
    }
    all
}

#[test]
fn an_edge_reads_live_traffic_as_the_past_tells_it() {
    let demo = demo();
    let start = time::instant(2026, 11, 20, 14, 0, 0).unwrap();
    let live = received(&demo, "daegu", start, start + 300);
    let past = whole(&demo, "daegu", Resolution::FiveMinutes, start, start + 300);
    assert_eq!(live.concurrency, past.concurrency);
    assert_eq!(live.entry.count, past.entry.count);
    let users = |bucket: &Bucket| {
        bucket.sessions.as_ref().map(|all| all.seen.iter().map(|s| (s.key, s.requests)).collect::<Vec<_>>())
    };
    assert_eq!(users(&live), users(&whole(&demo, "daegu", Resolution::TwoSeconds, start, start + 300)));
    assert!(live.transactions.keys().eq(past.transactions.keys()) && live.calls.keys().eq(past.calls.keys()));
    assert!(live.versions.keys().eq(past.versions.keys()));
    for (gauge, sample) in &past.resources {
        let other = live.resources[gauge];
        assert!(other.count == sample.count && (other.mean() - sample.mean()).abs() < 2.0, "{gauge:?}");
    }
    for (name, (live, past)) in [
        ("entry", (&live.entry, &past.entry)),
        ("call", (&live.calls[&pair("was", "db")], &past.calls[&pair("was", "db")])),
    ] {
        let ratio = p95(live) / p95(past);
        assert!((0.93..1.07).contains(&ratio), "{name}: {ratio}");
    }
    for key in past.templates.keys().filter(|key| past.templates[*key].severity == Severity::Info) {
        assert_eq!(live.templates[key], past.templates[key]);
    }
    for (service, severity) in past.logs.keys().filter(|(_, severity)| *severity == Severity::Info) {
        let key = (service.clone(), *severity);
        assert_eq!(live.logs[&key], past.logs[&key]);
    }
}

#[test]
fn faults_on_demand_show_in_live_traffic_until_they_are_healed_or_over() {
    let demo = demo();
    let start = time::instant(2026, 11, 20, 14, 0, 0).unwrap();
    let normal = received(&demo, "busan", start, start + 20);
    assert!(demo.active(start).is_empty());
    let fault = demo.break_region("busan", Fault::SlowDb, start - 600).unwrap();
    assert_eq!((fault.since, fault.until), (start - 600, start - 600 + LIVE_DURATION));
    assert_eq!(demo.active(start), std::slice::from_ref(&fault));
    let broken = received(&demo, "busan", start, start + 20);
    let db = pair("was", "db");
    assert!(p95(&broken.calls[&db]) > 6.0 * p95(&normal.calls[&db]));
    assert_eq!(received(&demo, "seoul", start, start + 4), received(&self::demo(), "seoul", start, start + 4));

    assert!(demo.active(fault.until).is_empty());
    assert_eq!(demo.effect("busan", fault.until), Effect::NORMAL);
    assert_eq!(demo.heal("busan", start), Ok(Some(fault)));
    assert_eq!(demo.heal("busan", start), Ok(None));
    assert_eq!(received(&demo, "busan", start, start + 20), normal);

    demo.break_region("busan", Fault::LoginBurst, start - 600).unwrap();
    let burst = received(&demo, "busan", start, start + 20);
    let changes = changes(&normal, 20, &burst, 20);
    assert!(changes.first().is_some_and(|change| change.template.starts_with("로그인 실패")), "{changes:?}");
    let logins = pair("web", "POST /login");
    assert!(burst.transactions[&logins].errors > normal.transactions[&logins].errors + 70);
}

/// Bodies that hold every field that is sent.
fn bodies() -> [(Signal, Vec<u8>); 3] {
    let demo = demo();
    let place = demo.model.place("seoul").unwrap();
    let start = time::instant(2026, 11, 20, 14, 0, 0).unwrap();
    let effect = Fault::HeapLeak.effect(0.75);
    let requests = telemetry::requests(&demo.model, place, start * 1000, (start + 2) * 1000, &effect);
    [
        (Signal::Traces, telemetry::traces(&requests, &effect)),
        (Signal::Metrics, telemetry::metrics(&demo.model, place, start, start + 2, &effect).unwrap()),
        (Signal::Logs, telemetry::logs(&requests, start, start + 2, &effect).unwrap()),
    ]
}

#[test]
fn the_official_types_read_and_write_the_same_bytes() {
    use opentelemetry_proto::tonic::collector::{logs, metrics, trace};
    use prost::Message;
    for (signal, body) in bodies() {
        let again = match signal {
            Signal::Traces => trace::v1::ExportTraceServiceRequest::decode(&body[..]).unwrap().encode_to_vec(),
            Signal::Metrics => metrics::v1::ExportMetricsServiceRequest::decode(&body[..]).unwrap().encode_to_vec(),
            Signal::Logs => logs::v1::ExportLogsServiceRequest::decode(&body[..]).unwrap().encode_to_vec(),
        };
        assert!(!body.is_empty() && body == again, "{signal:?}");
    }
}

#[test]
fn unknown_regions_are_refused() {
    let demo = demo();
    let unknown = Err(DemoError::UnknownRegion("atlantis".to_owned()));
    assert_eq!(demo.break_region("atlantis", Fault::SlowDb, NOW), unknown);
    assert!(demo.heal("atlantis", NOW).is_err() && demo.history("atlantis", NOW - 60, NOW).is_err());
    assert!(demo.active(NOW).is_empty());
}
