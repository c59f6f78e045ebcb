//! OTLP requests, made with the official message types so that no code of the program is used to test it.

use std::io::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use flate2::{Compression, write::GzEncoder};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, span::SpanKind};
use prost::Message;

/// Seconds since the epoch.
///
/// # Panics
/// If the machine's clock stands before 1970.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970").as_secs()
}

/// An attribute with a text value.
pub fn attribute(key: &str, value: &str) -> KeyValue {
    let value = Some(AnyValue { value: Some(Value::StringValue(value.to_owned())) });
    KeyValue { key: key.to_owned(), value, ..KeyValue::default() }
}

/// A request that a service answered: a SERVER span of 40 ms that ended at `end` (seconds) and has no parent.
pub fn server_span(route: &str, end: u64, id: u64) -> Span {
    let end = end * 1_000_000_000;
    let attributes = vec![
        attribute("http.request.method", "GET"),
        attribute("http.route", route),
        attribute("client.address", "192.0.2.7"),
    ];
    Span {
        trace_id: u128::from(id + 1).to_be_bytes().to_vec(),
        span_id: (id + 1).to_be_bytes().to_vec(),
        name: format!("GET {route}"),
        kind: SpanKind::Server as i32,
        start_time_unix_nano: end - 40_000_000,
        end_time_unix_nano: end,
        attributes,
        ..Span::default()
    }
}

/// Spans of one service as a request to `/v1/traces`.
pub fn traces(service: &str, spans: Vec<Span>) -> ExportTraceServiceRequest {
    let resource = Some(Resource { attributes: vec![attribute("service.name", service)], ..Resource::default() });
    let scope_spans = vec![ScopeSpans { spans, ..ScopeSpans::default() }];
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans { resource, scope_spans, ..ResourceSpans::default() }],
    }
}

/// The request as protobuf.
pub fn protobuf(request: &ExportTraceServiceRequest) -> Vec<u8> {
    request.encode_to_vec()
}

/// The request as OTLP/JSON.
///
/// # Panics
/// If the official types cannot be written as JSON.
pub fn json(request: &ExportTraceServiceRequest) -> Vec<u8> {
    serde_json::to_vec(request).expect("the official types are written as JSON")
}

/// The bytes as gzip.
///
/// # Panics
/// Never: writing to memory does not fail.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("memory can be written")
}
