//! Spans become transactions, calls and entries with identities.

use std::collections::BTreeMap;

use bonghwa_analytics::bucket::{Bucket, Concurrency, Name, OTHER};
use bonghwa_analytics::identity::IdentityMode::{self, Ip, SessionCookie, UserCookie};
use bonghwa_analytics::sketch::{Scheme, Sketch};
use bonghwa_analytics::time::{DAY, Resolution};
use bonghwa_edge::otlp::{Format, Signal, parse, response};
use bonghwa_edge::policy::{Limits, Policy};
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse};
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::{Span, Status};
use proptest::prelude::*;
use prost::Message;

use crate::make::*;

fn names<V>(map: &BTreeMap<(Name, Name), V>) -> Vec<String> {
    map.keys().map(|(first, second)| format!("{first}|{second}")).collect()
}

/// The route of a server span with these attributes.
fn route(attributes: Vec<KeyValue>) -> String {
    let batch = traces("shop", vec![span(SERVER, "span name", attributes)]);
    only(&batch).transactions.keys().next().expect("a server span has a route").1.to_string()
}

/// The callee of a client span with these attributes; empty if there is none.
fn callee(attributes: Vec<KeyValue>) -> String {
    let batch = traces("shop", vec![span(CLIENT, "call", attributes)]);
    let bucket = batch.buckets.values().next();
    bucket.and_then(|bucket| bucket.calls.keys().next()).map(|key| key.1.to_string()).unwrap_or_default()
}

/// Hashes that must be in the sketch of a mode after a root span with these attributes.
fn identified(mode: IdentityMode, attributes: Vec<KeyValue>, canonical: Option<&[u8]>) {
    let batch = traces("shop", vec![span(SERVER, "s", attributes)]);
    let expected = canonical.map(|bytes| {
        let mut sketch = Sketch::new(Scheme::keyed(mode, KEY.id()));
        sketch.insert_hash(KEY.identity(mode, bytes));
        Concurrency { identified: 1, sketch }
    });
    assert_eq!(only(&batch).concurrency.get(&mode), expected.as_ref());
}

#[test]
fn routes_by_both_conventions() {
    let get = || pair("http.request.method", text("GET"));
    assert_eq!(route(vec![get(), pair("http.route", text("/orders/{id}"))]), "GET /orders/{id}");
    assert_eq!(route(vec![pair("http.method", text("post")), pair("http.route", text("/a"))]), "POST /a");
    assert_eq!(route(vec![get(), pair("url.path", text("/orders/17"))]), "GET /orders/{id}");
    assert_eq!(route(vec![get(), pair("http.target", text("/orders/17?x=1"))]), "GET /orders/{id}");
    assert_eq!(route(vec![pair("url.path", text("/p")), pair("http.route", text("/r")), get()]), "GET /r");
    assert_eq!(route(vec![get(), pair("http.route", text(""))]), "span name");
    assert_eq!(route(vec![get()]), "span name");
}

#[test]
fn callees_by_the_most_telling_name() {
    let with = |pairs: &[(&str, &str)]| callee(pairs.iter().map(|(key, value)| pair(key, text(value))).collect());
    assert_eq!(with(&[("server.address", "h"), ("db.system", "redis"), ("peer.service", "pay")]), "pay");
    assert_eq!(
        with(&[("db.system.name", "postgresql"), ("db.namespace", "shop"), ("server.address", "h")]),
        "postgresql/shop"
    );
    assert_eq!(with(&[("db.system", "mysql"), ("db.name", "shop")]), "mysql/shop");
    assert_eq!(with(&[("net.peer.name", "api"), ("net.peer.port", "8080")]), "api:8080");
    assert_eq!(callee(vec![pair("server.address", text("api")), pair("server.port", Value::IntValue(443))]), "api:443");
    assert_eq!(with(&[("messaging.system", "kafka")]), "kafka");
    assert_eq!(with(&[("rpc.service", "Cart")]), "Cart");
    assert_eq!(with(&[]), "");
}

#[test]
fn addresses_identify_in_order_of_trust() {
    let v4: &[u8] = &[203, 0, 113, 9];
    for key in ["client.address", "http.client_ip", "network.peer.address", "net.sock.peer.addr", "net.peer.ip"] {
        identified(Ip, vec![pair(key, text("203.0.113.9"))], Some(v4));
    }
    for key in ["http.request.header.x-forwarded-for", "http.request.header.x_forwarded_for"] {
        identified(Ip, vec![pair(key, list(&["203.0.113.9, 10.0.0.1"]))], Some(v4));
    }
    let peer = || pair("network.peer.address", text("10.0.0.2"));
    let forwarded = || pair("http.request.header.x-forwarded-for", text("203.0.113.9"));
    identified(Ip, vec![peer(), forwarded()], Some(v4));
    identified(Ip, vec![peer(), pair("client.address", text("203.0.113.9"))], Some(v4));
    identified(Ip, vec![pair("client.address", text("gateway.local")), forwarded()], Some(v4));
    identified(Ip, vec![pair("client.address", text("2001:db8:1:2:3::4"))], Some(&[0x20, 1, 0xd, 0xb8, 0, 1, 0, 2]));
    identified(Ip, vec![pair("client.address", text("unknown"))], None);
}

#[test]
fn cookies_and_attributes_identify() {
    let cookie = |value| pair("http.request.header.cookie", value);
    let id: &[u8] = b"0123456789ABCDEF";
    identified(SessionCookie, vec![cookie(text("a=b; JSESSIONID=0123456789ABCDEF.node1"))], Some(id));
    identified(SessionCookie, vec![cookie(list(&["theme=x", "SESSION=0123456789ABCDEF"]))], Some(id));
    identified(SessionCookie, vec![pair("session.id", text("0123456789ABCDEF"))], Some(id));
    identified(UserCookie, vec![cookie(list(&["bonghwa_uid=u-1"]))], Some(b"u-1"));
    for key in ["user.id", "enduser.id", "enduser.pseudo.id"] {
        identified(UserCookie, vec![pair(key, text("u-1"))], Some(b"u-1"));
    }
    identified(UserCookie, vec![pair("user.id", Value::IntValue(42))], Some(b"42"));
    identified(UserCookie, vec![cookie(text("other=1"))], None);
}

#[test]
fn of_two_identities_the_first_counts_once() {
    let cookie = pair("http.request.header.cookie", list(&["JSESSIONID=first; JSESSIONID=second", "JSESSIONID=third"]));
    let attributes = vec![cookie, pair("session.id", text("fourth"))];
    identified(SessionCookie, attributes, Some(b"first"));
}

#[test]
fn only_entry_spans_count_users() {
    let by = |parent: Vec<u8>, kind| {
        let attributes = vec![pair("client.address", text("203.0.113.9"))];
        Span { parent_span_id: parent, ..span(kind, "s", attributes) }
    };
    let spans = vec![by(vec![], SERVER), by(vec![0; 8], SERVER), by(vec![1; 8], SERVER), by(vec![], 5), by(vec![], 1)];
    let batch = read(Signal::Traces, &request("shop", spans.clone()), &policy());
    let bucket = only(&batch);
    assert_eq!((bucket.entry.count, bucket.concurrency[&Ip].identified), (2, 2));
    assert_eq!(bucket.transactions.values().map(|t| t.count).sum::<u64>(), 4);
    assert_eq!((batch.report.accepted, batch.report.unshown), (5, 1));
    let policy = Policy { entry_services: vec!["shop".to_owned()], ..policy() };
    let batch = read(Signal::Traces, &request("shop", spans), &policy);
    assert_eq!(only(&batch).entry.count, 3);
}

#[test]
fn errors_by_status_of_span_or_response() {
    let with = |kind, code, key: &str, http| {
        let status = Some(Status { code, ..Status::default() });
        Span { status, ..span(kind, "s", vec![pair(key, Value::IntValue(http)), pair("peer.service", text("x"))]) }
    };
    let batch = traces(
        "shop",
        vec![
            with(SERVER, 0, "http.response.status_code", 500),
            with(SERVER, 0, "http.status_code", 503),
            with(SERVER, 2, "http.response.status_code", 200),
            with(SERVER, 1, "http.response.status_code", 404),
            with(CLIENT, 0, "http.response.status_code", 500),
            with(CLIENT, 2, "http.response.status_code", 404),
        ],
    );
    let bucket = only(&batch);
    assert_eq!((bucket.entry.count, bucket.entry.errors), (4, 3));
    let call = bucket.calls.values().next().unwrap();
    assert_eq!((call.count, call.errors), (2, 1));
}

#[test]
fn times_far_away_are_rejected_one_by_one() {
    let at = |end: u64| Span { end_time_unix_nano: end, ..span(SERVER, "s", vec![]) };
    let ends = [0, 1, nanos(NOW - 35 * DAY - 1), nanos(NOW - 35 * DAY), nanos(NOW + 600), nanos(NOW + 601), u64::MAX];
    let batch = traces("shop", ends.into_iter().map(at).collect());
    assert_eq!((batch.report.accepted, batch.report.rejected, batch.buckets.len()), (2, 5, 2));
    assert_eq!(batch.report.reason.as_deref(), Some("it has no time"));
    // A start after the end, or none, gives a request without a duration.
    let batch = traces("shop", vec![Span { start_time_unix_nano: 0, ..span(SERVER, "s", vec![]) }]);
    assert_eq!((only(&batch).entry.count, only(&batch).entry.latency.count()), (1, 0));
    let batch = traces("shop", vec![Span { start_time_unix_nano: u64::MAX, ..span(SERVER, "s", vec![]) }]);
    assert_eq!((only(&batch).entry.count, only(&batch).entry.latency.count()), (1, 0));
}

#[test]
fn the_sender_is_told_what_was_rejected() {
    let spans = vec![span(SERVER, "s", vec![]), Span { end_time_unix_nano: 5, ..span(SERVER, "s", vec![]) }];
    let report = traces("shop", spans).report;
    let body = response(Signal::Traces, Format::Protobuf, &report);
    let partial = ExportTraceServiceResponse::decode(&body[..]).unwrap().partial_success.unwrap();
    assert_eq!((partial.rejected_spans, Some(partial.error_message)), (1, report.reason.clone()));
    let json: serde_json::Value = serde_json::from_slice(&response(Signal::Traces, Format::Json, &report)).unwrap();
    assert_eq!(json["partialSuccess"]["rejectedSpans"], "1");
    let fine = traces("shop", vec![]).report;
    assert!(ExportTraceServiceResponse::decode(&response(Signal::Traces, Format::Protobuf, &fine)[..]).is_ok());
    assert_eq!(response(Signal::Logs, Format::Json, &fine), b"{}");
}

#[test]
fn versions_show_when_they_were_seen() {
    let mut request = request("shop", vec![span(SERVER, "s", vec![]), span(SERVER, "s", vec![])]);
    let resource = request.resource_spans[0].resource.as_mut().unwrap();
    resource.attributes.push(pair("service.version", text("1.4.2")));
    request.resource_spans[0].scope_spans[0].spans[1].end_time_unix_nano += 1_000_000_000;
    let batch = read(Signal::Traces, &request, &policy());
    let key = (Name::from("shop"), Name::from("1.4.2"));
    assert_eq!(only(&batch).versions.get(&key), Some(&(NOW - 2, NOW - 1)));
}

#[test]
fn a_million_routes_stay_within_bounds() {
    let limits = Limits { routes: 1000, ..Limits::default() };
    let policy = Policy { limits, ..policy() };
    for part in 0..10 {
        let named = |number: u32| span(SERVER, &format!("route {number}"), vec![]);
        let spans = (part * 100_000..(part + 1) * 100_000).map(named).collect();
        let body = request("shop", spans).encode_to_vec();
        let batch = parse(Signal::Traces, Format::Protobuf, &body, &policy, NOW).unwrap();
        let bucket = only(&batch);
        assert_eq!((bucket.transactions.len(), bucket.other_routes), (1001, 99_000));
        let other = &bucket.transactions[&(Name::from("shop"), Name::from(OTHER))];
        assert_eq!((other.count, bucket.entry.count, batch.report.rejected), (99_000, 100_000, 0));
    }
}

#[test]
fn services_series_and_buckets_are_bounded() {
    let limits = Limits { services: 3, series: 10, buckets: 5, ..Limits::default() };
    let policy = Policy { limits, ..policy() };
    let part = |service: u32| request(&format!("s{service}"), vec![span(SERVER, "r", vec![])]).resource_spans;
    let many = ExportTraceServiceRequest { resource_spans: (0..20).flat_map(part).collect() };
    let batch = read(Signal::Traces, &many, &policy);
    assert_eq!(names(&only(&batch).transactions), ["(other)|r", "s0|r", "s1|r", "s2|r"]);
    let routes = (0..20).map(|number| span(SERVER, &format!("r{number}"), vec![])).collect();
    let batch = read(Signal::Traces, &request("shop", routes), &policy);
    assert_eq!((batch.report.accepted, batch.report.rejected, only(&batch).entry.count), (10, 10, 10));
    let at = |second: i64| Span { end_time_unix_nano: nanos(NOW - second), ..span(SERVER, "r", vec![]) };
    let batch = read(Signal::Traces, &request("shop", (0..20).map(at).collect()), &policy);
    assert_eq!(batch.buckets.len(), 5);
    assert_eq!(batch.report.accepted + batch.report.rejected, 20);
    assert!(batch.report.reason.unwrap().contains("more than 5 buckets"));
}

/// A span as the property test thinks of it.
#[derive(Clone, Debug)]
struct Plan {
    service: u8,
    kind: i32,
    has_parent: bool,
    ago: i64,
    micros: u64,
    failed: bool,
    route: u8,
    old_names: bool,
    address: Option<u8>,
    session: Option<u8>,
    user: Option<u8>,
}

prop_compose! {
    fn plan()(
        (service, kind, has_parent, ago) in (0_u8..4, 0_i32..7, any::<bool>(), 0_i64..20),
        (micros, failed, route, old_names) in (0_u64..10_000_000, any::<bool>(), 0_u8..9, any::<bool>()),
        (address, session, user) in (any::<Option<u8>>(), any::<Option<u8>>(), any::<Option<u8>>()),
    ) -> Plan {
        Plan { service, kind, has_parent, ago, micros, failed, route, old_names, address, session, user }
    }
}

impl Plan {
    fn span(&self) -> Span {
        let name = |new: &'static str, old: &'static str| if self.old_names { old } else { new };
        let mut attributes = vec![
            pair("thread.id", Value::IntValue(12)),
            pair(name("http.request.method", "http.method"), text("GET")),
            pair("http.route", text(&format!("/route/{}", self.route))),
            pair("peer.service", text(&format!("callee{}", self.route))),
            pair("ratio", Value::DoubleValue(0.5)),
        ];
        attributes.extend(
            self.address.map(|n| pair(name("client.address", "http.client_ip"), text(&format!("192.0.2.{n}")))),
        );
        attributes
            .extend(self.session.map(|n| pair("http.request.header.cookie", list(&[&format!("x=1; PHPSESSID=s{n}")]))));
        attributes.extend(self.user.map(|n| pair(name("user.id", "enduser.id"), text(&format!("\u{d64d}{n}")))));
        let end = nanos(NOW - self.ago) + 5;
        Span {
            parent_span_id: if self.has_parent { vec![9; 8] } else { vec![] },
            start_time_unix_nano: end - self.micros * 1000,
            end_time_unix_nano: end,
            status: Some(Status { code: if self.failed { 2 } else { 0 }, ..Status::default() }),
            ..span(self.kind, "name", attributes)
        }
    }

    fn add_to(&self, buckets: &mut BTreeMap<(Resolution, i64), Bucket>) {
        if !(2..=5).contains(&self.kind) {
            return;
        }
        let start = Resolution::TwoSeconds.floor(NOW - self.ago);
        let bucket = buckets.entry((Resolution::TwoSeconds, start)).or_default();
        let service = Name::from(format!("service{}", self.service));
        let add = |transaction: &mut bonghwa_analytics::bucket::Transaction| {
            transaction.count += 1;
            transaction.errors += u64::from(self.failed);
            transaction.latency.insert(self.micros * 1000);
        };
        if self.kind == 3 || self.kind == 4 {
            return add(bucket.calls.entry((service, Name::from(format!("callee{}", self.route)))).or_default());
        }
        add(bucket.transactions.entry((service, Name::from(format!("GET /route/{}", self.route)))).or_default());
        if self.has_parent || self.kind != SERVER {
            return;
        }
        add(&mut bucket.entry);
        let identities = [
            (Ip, self.address.map(|n| vec![192, 0, 2, n])),
            (SessionCookie, self.session.map(|n| format!("s{n}").into_bytes())),
            (UserCookie, self.user.map(|n| format!("\u{d64d}{n}").into_bytes())),
        ];
        for (mode, identity) in identities {
            if let Some(identity) = identity {
                let fresh = || Concurrency { identified: 0, sketch: Sketch::new(Scheme::keyed(mode, KEY.id())) };
                let concurrency = bucket.concurrency.entry(mode).or_insert_with(fresh);
                concurrency.identified += 1;
                concurrency.sketch.insert_hash(KEY.identity(mode, &identity));
            }
        }
    }
}

proptest! {
    #[test]
    fn random_requests_become_exactly_their_buckets(plans in prop::collection::vec(plan(), 0..60)) {
        let mut parts: BTreeMap<u8, Vec<Span>> = BTreeMap::new();
        let mut expected = BTreeMap::new();
        for plan in &plans {
            parts.entry(plan.service).or_default().push(plan.span());
            plan.add_to(&mut expected);
        }
        let parts = parts.into_iter().flat_map(|(service, spans)| request(&format!("service{service}"), spans).resource_spans);
        let whole = ExportTraceServiceRequest { resource_spans: parts.collect() };
        let mut batch = read(Signal::Traces, &whole, &policy());
        let known = |plan: &&Plan| plan.kind == SERVER && !plan.has_parent && plan.session.or(plan.user).is_some();
        let told = batch.buckets.values_mut().filter_map(|bucket| bucket.sessions.take());
        let requests = told.flat_map(|sessions| sessions.seen).map(|seen| seen.requests).sum::<u64>();
        prop_assert_eq!(requests, plans.iter().filter(known).count() as u64);
        prop_assert_eq!(batch.buckets, expected);
        prop_assert_eq!((batch.report.accepted, batch.report.rejected), (plans.len() as u64, 0));
    }
}
