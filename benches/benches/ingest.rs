//! Complete ingestion of an OTLP payload of 10,000 spans beside a plain prost decode of it into the official types.
//!
//! Complete means: decode, match attributes, find and hash identities, sketch, latency sketches, bucket deltas and the
//! digest that recognises a retry. The decode only makes the structs; that they must be dropped again is measured apart.

use std::cell::Cell;
use std::hint::black_box;

use bonghwa_analytics::identity::FleetKey;
use bonghwa_benches::{Report, Target, medians};
use bonghwa_edge::otlp::{Format, Signal, parse};
use bonghwa_edge::policy::Policy;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};
use prost::Message;

const ROUNDS: usize = 51;
const INSTANCES: u64 = 20;
const SPANS: u64 = 10_000;
/// 2026-11-20 22:00:00 UTC.
const NOW: i64 = 1_795_212_000;

fn main() -> std::io::Result<()> {
    let request = payload();
    let spans: Vec<&Span> =
        request.resource_spans.iter().flat_map(|part| &part.scope_spans).flat_map(|part| &part.spans).collect();
    let attributes = spans.iter().map(|span| span.attributes.len()).sum::<usize>() as f64 / spans.len() as f64;
    assert_eq!(spans.len() as u64, SPANS);
    let body = request.encode_to_vec();
    let json = serde_json::to_vec(&request)?;
    println!(
        "{SPANS} spans, {attributes:.1} attributes a span, {} bytes of protobuf, {} of JSON",
        body.len(),
        json.len()
    );

    let policy = Policy::new(FleetKey::new([7; 16]));
    let ingest = |format, body: &[u8]| parse(Signal::Traces, format, body, &policy, NOW).expect("the payload is valid");
    let batch = ingest(Format::Protobuf, &body);
    assert_eq!((batch.report.accepted, batch.report.rejected), (SPANS, 0));
    assert!(batch.buckets.values().all(|bucket| bucket.concurrency.len() == 3), "all three modes are found");

    // What a contender made is dropped by the next one, so that the cost of dropping shows on its own.
    let (structs, batches) = (Cell::new(None), Cell::new(None));
    let [decode, drop_structs, ours, drop_batch, ours_json] = medians(
        ROUNDS,
        [
            &mut || structs.set(ExportTraceServiceRequest::decode(black_box(&body[..])).ok()),
            &mut || structs.set(None),
            &mut || batches.set(Some(ingest(Format::Protobuf, black_box(&body)))),
            &mut || batches.set(None),
            &mut || drop(black_box(ingest(Format::Json, black_box(&json)))),
        ],
    )
    .map(|ns| ns / 1e6);

    let mut report = Report::default();
    report.add("ingest, 10,000 spans: complete / plain prost decode", ours / decode, "x", Target::AtMost(1.0));
    report.add("ingest, 10,000 spans: complete", ours, "ms", Target::Open);
    report.add("ingest, 10,000 spans: dropping the batch", drop_batch, "ms", Target::Open);
    report.add("ingest, 10,000 spans: plain prost decode", decode, "ms", Target::Open);
    report.add("ingest, 10,000 spans: dropping its structs", drop_structs, "ms", Target::Open);
    report.add("ingest, 10,000 spans: complete, from JSON", ours_json, "ms", Target::Open);
    report.write()
}

/// What a Collector passes on of 20 instances of four services in ten seconds: requests with their inner spans and
/// queries, by 3,000 users.
fn payload() -> ExportTraceServiceRequest {
    let per_instance = SPANS / INSTANCES;
    let resource_spans = (0..INSTANCES).map(|instance| {
        let spans = (0..per_instance).map(|number| span(instance * per_instance + number)).collect();
        let scope = InstrumentationScope {
            name: "io.opentelemetry.tomcat-10.0".to_owned(),
            version: "2.20.1-alpha".to_owned(),
            ..InstrumentationScope::default()
        };
        let scope_spans = vec![ScopeSpans { scope: Some(scope), spans, ..ScopeSpans::default() }];
        ResourceSpans { resource: Some(resource(instance)), scope_spans, ..ResourceSpans::default() }
    });
    ExportTraceServiceRequest { resource_spans: resource_spans.collect() }
}

fn resource(instance: u64) -> Resource {
    let service = ["gateway", "civil-service", "payment", "notice"][instance as usize % 4];
    let attributes = vec![
        pair("service.name", text(service)),
        pair("service.version", text("3.14.2")),
        pair("service.instance.id", text(&format!("{:032x}", mix(instance)))),
        pair("deployment.environment.name", text("production")),
        pair("host.name", text(&format!("was-{instance:02}.seoul.example"))),
        pair("host.arch", text("amd64")),
        pair("os.type", text("linux")),
        pair("os.description", text("Linux 6.1.0-18-amd64")),
        pair("process.pid", Value::IntValue(4000 + instance as i64)),
        pair("process.runtime.name", text("OpenJDK Runtime Environment")),
        pair("process.runtime.version", text("21.0.5+11")),
        pair("telemetry.sdk.language", text("java")),
        pair("telemetry.sdk.name", text("opentelemetry")),
        pair("telemetry.sdk.version", text("1.54.1")),
    ];
    Resource { attributes, ..Resource::default() }
}

/// Of every ten spans three are requests, four are queries and three are inner ones.
fn span(number: u64) -> Span {
    let random = mix(number);
    let (kind, name, attributes) = match number % 10 {
        0..3 => server(random),
        3..7 => query(random),
        _ => inner(random),
    };
    let end = (NOW as u64 - 12) * 1_000_000_000 + number * 1_000_000;
    Span {
        trace_id: (u128::from(mix(number / 10)) << 64 | u128::from(number)).to_le_bytes().to_vec(),
        span_id: random.to_le_bytes().to_vec(),
        parent_span_id: if number.is_multiple_of(5) { Vec::new() } else { mix(random).to_le_bytes().to_vec() },
        flags: 257,
        name: name.to_owned(),
        kind,
        start_time_unix_nano: end - random % 400_000_000,
        end_time_unix_nano: end,
        attributes,
        status: Some(Status { code: if random.is_multiple_of(97) { 2 } else { 0 }, ..Status::default() }),
        ..Span::default()
    }
}

fn server(random: u64) -> (i32, &'static str, Vec<KeyValue>) {
    let user = random % 3000;
    let route = random / 3000 % 25;
    let cookies =
        format!("theme=dark; JSESSIONID={:032X}.was{:02}; bonghwa_uid=u{:016x}", mix(user), user % 20, mix(!user));
    let cookies = Value::ArrayValue(ArrayValue { values: vec![AnyValue { value: Some(text(&cookies)) }] });
    let attributes = vec![
        pair("http.request.method", text("GET")),
        pair("url.scheme", text("https")),
        pair("url.path", text(&format!("/api/v2/documents/{route}/items/{user}"))),
        pair("http.route", text(&format!("/api/v2/documents/{route}/items/{{itemId}}"))),
        pair("http.response.status_code", Value::IntValue(200)),
        pair("server.address", text("portal.seoul.example")),
        pair("server.port", Value::IntValue(443)),
        pair("client.address", text(&format!("203.{}.{}.{}", user % 250, user / 250, user % 200))),
        pair("network.peer.address", text("10.0.0.7")),
        pair("network.protocol.version", text("1.1")),
        pair(
            "user_agent.original",
            text("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0.0.0"),
        ),
        pair("http.request.header.cookie", cookies),
    ];
    (2, "GET /api/v2/documents/{documentId}/items/{itemId}", attributes)
}

fn query(random: u64) -> (i32, &'static str, Vec<KeyValue>) {
    let attributes = vec![
        pair("db.system.name", text("postgresql")),
        pair("db.namespace", text("civil")),
        pair("db.collection.name", text("documents")),
        pair("db.operation.name", text("SELECT")),
        pair(
            "db.query.text",
            text("SELECT id, title, state FROM documents WHERE owner = $1 ORDER BY created DESC LIMIT 20"),
        ),
        pair("server.address", text("db-1.seoul.example")),
        pair("server.port", Value::IntValue(5432)),
        pair("network.peer.address", text("10.0.1.5")),
        pair("thread.id", Value::IntValue((random % 200) as i64)),
        pair("thread.name", text("http-nio-8080-exec-17")),
    ];
    (3, "SELECT civil.documents", attributes)
}

fn inner(random: u64) -> (i32, &'static str, Vec<KeyValue>) {
    let attributes = vec![
        pair("code.function.name", text("kr.go.seoul.civil.document.DocumentService.findByOwner")),
        pair("code.line.number", Value::IntValue((random % 400) as i64)),
        pair("thread.id", Value::IntValue((random % 200) as i64)),
        pair("thread.name", text("http-nio-8080-exec-17")),
        pair("cache.hit", Value::BoolValue(random.is_multiple_of(2))),
        pair("document.count", Value::IntValue((random % 50) as i64)),
        pair("tenant", text("seoul")),
        pair("ratio", Value::DoubleValue(0.25)),
    ];
    (1, "DocumentService.findByOwner", attributes)
}

fn text(value: &str) -> Value {
    Value::StringValue(value.to_owned())
}

fn pair(key: &str, value: Value) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(AnyValue { value: Some(value) }), ..KeyValue::default() }
}

/// Scatters a number. Source: Steele et al., SplitMix64 (2014).
fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
