use proptest::prelude::*;

use super::*;
use crate::bucket::{Bucket, Gauge, Name, Resource, Severity, Transaction};
use crate::view::{Measure, Standing};

const ONSET: i64 = 1_700_000_000;
const SECONDS: f64 = 1800.0;
/// Route, requests, own milliseconds of the shop, milliseconds of its store.
const ROUTES: [(&str, u64, f64, f64); 3] =
    [("GET /list", 3000, 40.0, 25.0), ("GET /find", 800, 60.0, 50.0), ("POST /login", 1200, 50.0, 15.0)];

/// What one route goes through: milliseconds, and shares that fail in the shop and in its store.
#[derive(Clone, Copy)]
struct Ways {
    requests: u64,
    gate: f64,
    way: f64,
    own: f64,
    store: f64,
    failing: f64,
    store_failing: f64,
}

/// A gate that calls a shop that calls a store that reports nothing itself.
fn chain(change: impl Fn(&str, &mut Ways)) -> Bucket {
    let mut bucket = Bucket::default();
    for (route, requests, own, store) in ROUTES {
        let mut ways = Ways { requests, gate: 3.0, way: 1.0, own, store, failing: 0.002, store_failing: 0.0 };
        change(route, &mut ways);
        let Ways { requests, gate, way, own, store, failing, store_failing } = ways;
        let errors = (requests as f64 * failing) as u64;
        let of_store = (requests as f64 * store_failing) as u64;
        let all = [store, store + own, store + own + way, store + own + way + gate];
        let [asked, shop, call, front] = all.map(|ms| transaction(requests, errors, ms));
        let asked = Transaction { errors: of_store, ..asked };
        bucket.entry.merge(&front);
        bucket.transactions.insert((Name::from("gate"), Name::from(route)), front);
        bucket.transactions.insert((Name::from("shop"), Name::from(route)), shop);
        bucket.calls.entry((Name::from("gate"), Name::from("shop"))).or_default().merge(&call);
        bucket.calls.entry((Name::from("shop"), Name::from("postgresql/shop"))).or_default().merge(&asked);
    }
    for service in ["gate", "shop"] {
        bucket.versions.insert((Name::from(service), Name::from("1.0")), (0, 0));
    }
    bucket
}

fn transaction(count: u64, errors: u64, ms: f64) -> Transaction {
    let mut transaction = Transaction { count, errors, ..Transaction::default() };
    for (share, of) in [(0.5, 3), (0.9, 3), (1.1, 3), (2.0, 1)] {
        transaction.latency.insert_n((share * ms * 1e6) as u64, count * of / 10);
    }
    transaction
}

const SLOW: Symptom<'static> =
    Symptom { measure: Measure::LatencyP95, standing: Standing::Above, service: None, route: None };
const FAILING: Symptom<'static> = Symptom { measure: Measure::ErrorRate, ..SLOW };
const FEWER: Symptom<'static> = Symptom { measure: Measure::Requests, standing: Standing::Below, ..SLOW };
const MORE: Symptom<'static> = Symptom { measure: Measure::Requests, ..SLOW };

fn scene<'a>(before: &'a Bucket, during: &'a Bucket, symptoms: &'a [Symptom<'a>]) -> Scene<'a> {
    Scene {
        onset: ONSET,
        end: ONSET + SECONDS as i64,
        before: Period { bucket: before, seconds: SECONDS },
        during: Period { bucket: during, seconds: SECONDS },
        usual: &[],
        gauges: &[],
        changes: &[],
        symptoms,
        templates: &[],
        sources: &[],
    }
}

fn normal() -> Bucket {
    chain(|_, _| ())
}

fn first(explanation: &Explanation) -> (&str, &CauseKind, Confidence) {
    let cause = explanation.causes.first().unwrap_or_else(|| panic!("no cause: {explanation:?}"));
    assert_eq!(explanation.outcome, Outcome::Found);
    (&cause.service, &cause.kind, cause.confidence)
}

fn pairs(explanation: &Explanation) -> Vec<(&str, &str)> {
    explanation.path().iter().map(|(a, b)| (a.as_str(), b.as_str())).collect()
}

fn missing(explanation: &Explanation) -> &[Missing] {
    assert!(explanation.causes.is_empty());
    match &explanation.outcome {
        Outcome::CannotTell(missing) => missing,
        Outcome::Found => panic!("found: {explanation:?}"),
    }
}

#[test]
fn a_slow_store_that_reports_nothing_itself() {
    let during = chain(|_, ways| (ways.store, ways.store_failing, ways.failing) = (ways.store * 12.0, 0.012, 0.014));
    for symptom in [SLOW, FAILING, Symptom { service: Some("shop"), ..SLOW }] {
        let found = explain(&scene(&normal(), &during, &[symptom]));
        assert_eq!(first(&found), ("postgresql/shop", &CauseKind::SlowDatabase, Confidence::Confirmed));
        assert!(found.causes[0].share > 0.8);
        assert_eq!(found.causes.len(), 1);
        let path = [("shop", "postgresql/shop"), ("gate", "shop")];
        assert_eq!(pairs(&found), path[..2 - usize::from(symptom.service.is_some())]);
        let call = &found.causes[0].evidence[0];
        assert_eq!((call.kind, call.quantity, call.at), (EvidenceKind::Call, Quantity::MeanLatency, None));
        assert!(call.during > call.before.map(|before| 9.0 * before));
    }
}

#[test]
fn a_slow_way_between_two_services_that_are_both_well() {
    let during = chain(|_, ways| (ways.way, ways.failing) = (650.0, 0.01));
    for symptom in [SLOW, FAILING] {
        let found = explain(&scene(&normal(), &during, &[symptom]));
        let kind = CauseKind::NetworkBetween { caller: "gate".to_owned(), callee: "shop".to_owned() };
        assert_eq!(first(&found), ("shop", &kind, Confidence::Confirmed));
        assert_eq!(pairs(&found), [("gate", "shop")]);
        let well = found.causes[0].evidence.iter().find(|e| e.kind == EvidenceKind::Unchanged).unwrap();
        assert_eq!((well.service.as_str(), well.before), ("shop", well.during));
    }
}

#[test]
fn a_new_version_that_slows_one_route_is_convicted_and_another_one_acquitted() {
    let mut during = chain(|route, ways| ways.own *= if route == "GET /find" { 7.0 } else { 1.0 });
    during.versions.insert((Name::from("shop"), Name::from("1.1")), (ONSET - 60, ONSET + 1700));
    let other = [
        Change { service: "gate", version: "7", at: ONSET - 600 },
        Change { service: "shop", version: "1.0", at: ONSET - 9000 },
    ];
    let found = explain(&Scene { changes: &other, ..scene(&normal(), &during, &[SLOW]) });
    let kind = CauseKind::Deployment { version: "1.1".to_owned() };
    assert_eq!(first(&found), ("shop", &kind, Confidence::Confirmed));
    assert_eq!(found.causes[0].route.as_deref(), Some("GET /find"));
    let cleared: Vec<_> = found.acquitted.iter().map(|a| (a.service.as_str(), a.check)).collect();
    assert_eq!(cleared, [("shop", Check::RanWell(9000)), ("gate", Check::AddsNothing)]);

    let late = [Change { service: "shop", version: "1.1", at: ONSET + 900 }];
    during.versions = normal().versions;
    let found = explain(&Scene { changes: &late, ..scene(&normal(), &during, &[SLOW]) });
    assert_eq!(first(&found), ("shop", &CauseKind::SlowService, Confidence::Likely));
    assert_eq!(found.acquitted[0].check, Check::CameAfter);
}

#[test]
fn a_heap_that_fills_before_the_failures_and_falls_with_the_restart() {
    let during = chain(|_, ways| (ways.own, ways.failing) = (ways.own * 6.0, 0.4));
    let heap = |minute: i64| match minute {
        ..120 => 0.4 + 0.2 * (minute % 9) as f64 / 9.0,
        120..200 => 0.4 + 0.58 * (minute - 120) as f64 / 80.0,
        200..206 => 0.985,
        _ => 0.05,
    };
    let points: Vec<(i64, f64)> = (0..210).map(|m| (ONSET + (m - 180) * 60, heap(m))).collect();
    let gauges = [GaugeSeries { service: "shop", resource: Resource::Heap, points: &points }];
    for symptom in [SLOW, FAILING] {
        let found = explain(&Scene { gauges: &gauges, ..scene(&normal(), &during, &[symptom]) });
        assert_eq!(first(&found), ("shop", &CauseKind::HeapExhaustion, Confidence::Confirmed));
        let seen = |kind| found.causes[0].evidence.iter().find(|e| e.kind == kind).unwrap();
        assert!(seen(EvidenceKind::Saturation).at < Some(ONSET));
        assert_eq!(seen(EvidenceKind::Restart).at, Some(ONSET + 26 * 60));
    }
    // The same heap, where the other service is to blame, is no cause.
    let other = chain(|_, ways| ways.gate += 400.0);
    let found = explain(&Scene { gauges: &gauges, ..scene(&normal(), &other, &[SLOW]) });
    assert_eq!(first(&found), ("gate", &CauseKind::SlowService, Confidence::Likely));
    assert_eq!(found.acquitted[0].check, Check::AddsNothing);
    // A heap that is always that full is none either.
    let full: Vec<(i64, f64)> = points.iter().map(|(at, _)| (*at, 0.97)).collect();
    let gauges = [GaugeSeries { points: &full, ..gauges[0] }];
    let found = explain(&Scene { gauges: &gauges, ..scene(&normal(), &during, &[SLOW]) });
    assert_eq!(first(&found).1, &CauseKind::SlowService);
}

#[test]
fn busy_processors_by_the_gauges_of_the_buckets_alone() {
    let gauge = |share: f64| Gauge::sample((share * 1e6) as i64, 0);
    let key = (Name::from("shop"), Resource::Cpu);
    let (mut before, mut during) = (normal(), chain(|_, ways| ways.own *= 3.0));
    before.resources.insert(key.clone(), gauge(0.5));
    during.resources.insert(key, gauge(0.97));
    let found = explain(&scene(&before, &during, &[SLOW]));
    assert_eq!(first(&found), ("shop", &CauseKind::CpuSaturation, Confidence::Confirmed));
}

#[test]
fn a_burst_of_log_ins_from_one_address() {
    let during = chain(|route, ways| {
        if route == "POST /login" {
            (ways.requests, ways.failing) = (ways.requests + 2880, (0.97 * 2880.0 + 2.0) / 4080.0);
        }
    });
    let sources = [Source { kind: SourceKind::LogIns, pseudonym: "a-17", count: 2870 }];
    for symptom in [FAILING, MORE] {
        let found = explain(&Scene { sources: &sources, ..scene(&normal(), &during, &[symptom]) });
        assert_eq!(first(&found), ("gate", &CauseKind::LogInBurst, Confidence::Confirmed));
        assert_eq!(found.causes[0].route.as_deref(), Some("POST /login"));
        assert!(found.causes[0].evidence.iter().any(|e| e.kind == EvidenceKind::Source && e.subject == "a-17"));
        let without = explain(&scene(&normal(), &during, &[symptom]));
        assert_eq!(first(&without), ("gate", &CauseKind::LogInBurst, Confidence::Likely));
    }
}

#[test]
fn those_who_try_again_after_a_failure_are_no_burst() {
    let during = chain(|route, ways| {
        if route == "POST /login" {
            (ways.requests, ways.failing) = (ways.requests * 3, 0.95);
        }
    });
    let found = explain(&scene(&normal(), &during, &[FAILING]));
    assert_eq!(first(&found), ("shop", &CauseKind::Errors, Confidence::Likely));
    assert_eq!(found.causes[0].route.as_deref(), Some("POST /login"));
}

#[test]
fn a_service_that_stops_and_one_that_nothing_reaches() {
    let during = chain(|_, ways| (ways.requests, ways.failing) = (ways.requests / 50, 0.0));
    let found = explain(&scene(&normal(), &during, &[FEWER]));
    assert_eq!(first(&found), ("gate", &CauseKind::Outage, Confidence::Possible));
    let key = (Name::from("gate"), Resource::Cpu);
    let with_gauge = |mut bucket: Bucket| {
        bucket.resources.insert(key.clone(), Gauge::sample(1000, 0));
        bucket
    };
    let (before, lives) = (with_gauge(normal()), with_gauge(during.clone()));
    assert_eq!(first(&explain(&scene(&before, &lives, &[FEWER]))).1, &CauseKind::NothingArrives);
    assert_eq!(first(&explain(&scene(&before, &during, &[FEWER]))).2, Confidence::Likely);
}

#[test]
fn a_callee_that_no_longer_reports_while_calls_to_it_fail() {
    let mut during = chain(|_, ways| (ways.failing, ways.own) = (0.95, 1.0));
    during.transactions.retain(|(service, _), _| &**service == "gate");
    during.calls.retain(|(caller, _), _| &**caller == "gate");
    let found = explain(&scene(&normal(), &during, &[FAILING]));
    assert_eq!(first(&found), ("shop", &CauseKind::Outage, Confidence::Likely));
    assert_eq!(pairs(&found), [("gate", "shop")]);
}

#[test]
fn log_templates_that_multiplied_confirm() {
    let during = chain(|_, ways| ways.own *= 4.0);
    let template =
        |service, text, before, count| TemplateCount { service, severity: Severity::Warn, text, before, during: count };
    let templates =
        [template("shop", "pool is empty", 0, 90), template("shop", "slow", 80, 90), template("gate", "x", 0, 9)];
    let found = explain(&Scene { templates: &templates, ..scene(&normal(), &during, &[SLOW]) });
    assert_eq!(first(&found), ("shop", &CauseKind::SlowService, Confidence::Confirmed));
    let logs = found.causes[0].evidence.iter().filter(|e| e.kind == EvidenceKind::Template);
    assert_eq!(logs.map(|e| e.subject.as_str()).collect::<Vec<_>>(), ["pool is empty"]);
}

#[test]
fn nothing_is_accused_where_nothing_happened() {
    let busier = chain(|_, ways| {
        (ways.requests, ways.own, ways.store) = (ways.requests * 3 / 2, ways.own * 1.05, ways.store * 1.05);
    });
    let other_mix = chain(|route, ways| {
        if route == "GET /find" {
            ways.requests *= 3;
        }
    });
    for during in [normal(), busier, other_mix] {
        for symptom in [SLOW, FAILING, FEWER] {
            assert_eq!(missing(&explain(&scene(&normal(), &during, &[symptom]))), [Missing::Excess]);
        }
    }
}

#[test]
fn what_is_so_on_usual_days_is_held_back() {
    let nightly = chain(|_, ways| ways.store *= 5.0);
    let during = chain(|_, ways| ways.store *= 4.5);
    let usual = [Period { bucket: &nightly, seconds: SECONDS }; 3];
    let (before, symptoms) = (normal(), [SLOW]);
    let scene = Scene { usual: &usual, ..scene(&before, &during, &symptoms) };
    assert_eq!(missing(&explain(&scene)), [Missing::Excess]);
}

#[test]
fn what_is_missing_is_said() {
    let (full, empty) = (normal(), Bucket::default());
    assert_eq!(missing(&explain(&scene(&full, &full, &[]))), [Missing::Symptom]);
    assert_eq!(missing(&explain(&scene(&empty, &full, &[SLOW]))), [Missing::Before]);
    assert_eq!(missing(&explain(&scene(&full, &empty, &[SLOW]))), [Missing::During]);
    let nobody = Symptom { service: Some("nobody"), ..SLOW };
    assert_eq!(missing(&explain(&scene(&full, &full, &[nobody]))), [Missing::Service]);
}

fn names() -> impl Strategy<Value = Name> {
    prop::sample::select(vec!["a", "b", "c", "d:80", "d", "(other)", ""]).prop_map(Name::from)
}

fn transactions() -> impl Strategy<Value = Transaction> {
    let size = prop_oneof![0_u64..400, any::<u64>()];
    (size, any::<u64>(), prop::collection::vec((any::<u64>(), 0_u64..500), 0..4)).prop_map(|(count, errors, times)| {
        let mut transaction = Transaction { count, errors: errors % count.max(1), ..Transaction::default() };
        for (ns, n) in times {
            transaction.latency.insert_n(ns >> (ns % 60), n);
        }
        transaction
    })
}

fn buckets() -> impl Strategy<Value = Bucket> {
    let cells = || prop::collection::btree_map((names(), names()), transactions(), 0..8);
    let resource = prop::sample::select(Resource::ALL.to_vec());
    let gauge = (any::<i64>(), any::<i64>()).prop_map(|(value, at)| Gauge::sample(value, at));
    let resources = prop::collection::btree_map((names(), resource), gauge, 0..4);
    let versions = prop::collection::btree_map((names(), names()), (any::<i64>(), any::<i64>()), 0..3);
    (cells(), cells(), resources, versions, transactions()).prop_map(
        |(calls, transactions, resources, versions, entry)| Bucket {
            entry,
            transactions,
            calls,
            resources,
            versions,
            ..Bucket::default()
        },
    )
}

proptest! {
    #[test]
    fn any_scene_is_explained_and_every_cause_has_a_path(
        (before, during, usual) in (buckets(), buckets(), buckets()),
        (onset, end) in (any::<i64>(), any::<i64>()),
        seconds in prop_oneof![Just(600.0), any::<f64>()],
        points in prop::collection::vec((any::<i64>(), any::<f64>()), 0..12),
        (name, other) in (names(), names()),
        at in any::<i64>(),
    ) {
        let measures =
            [Measure::LatencyP95, Measure::ErrorRate, Measure::Requests, Measure::Heap, Measure::Load, Measure::Users];
        let symptoms: Vec<Symptom<'_>> = measures.iter().flat_map(|measure| {
            let all = Symptom { measure: *measure, standing: Standing::Above, service: None, route: None };
            [all, Symptom { standing: Standing::Below, service: Some(&name), ..all }, Symptom { route: Some(&other), ..all }]
        }).collect();
        let periods = [Period { bucket: &usual, seconds }];
        let gauges = [Resource::Heap, Resource::Cpu].map(|r| GaugeSeries { service: &name, resource: r, points: &points });
        let changes = [Change { service: &name, version: "2", at }];
        for symptom in &symptoms {
            let symptoms = std::slice::from_ref(symptom);
            let scene = Scene {
                onset, end,
                before: Period { bucket: &before, seconds }, during: Period { bucket: &during, seconds },
                usual: &periods, gauges: &gauges, changes: &changes, symptoms, templates: &[], sources: &[],
            };
            let found = explain(&scene);
            prop_assert_eq!(found.causes.is_empty(), found.outcome != Outcome::Found);
            for cause in &found.causes {
                prop_assert!((0.0..=1.0).contains(&cause.share) && cause.confidence > Confidence::Unknown);
                prop_assert!(!cause.evidence.is_empty());
                let mut at = &cause.service;
                for (caller, callee) in &cause.path {
                    prop_assert_eq!(at, callee);
                    let seen = during.calls.iter().any(|((from, to), call)| {
                        let named = **to == **callee || to.split([':', '.']).next() == Some(callee.as_str());
                        **from == **caller && named && call.count > 0
                    });
                    prop_assert!(seen, "{} -> {} was not seen", caller, callee);
                    at = caller;
                }
                match symptom.service {
                    Some(service) => prop_assert_eq!(at, service),
                    None => prop_assert!(before.transactions.keys().chain(during.transactions.keys()).any(|k| *k.0 == **at)),
                }
            }
        }
    }
}
