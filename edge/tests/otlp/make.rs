//! Requests as official types, and what all tests have in common.

use bonghwa_analytics::bucket::Bucket;
use bonghwa_analytics::identity::FleetKey;
use bonghwa_analytics::time::Resolution;
use bonghwa_edge::batch::Batch;
use bonghwa_edge::otlp::{Format, Signal, parse};
use bonghwa_edge::policy::Policy;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, KeyValue};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};

/// 2026-11-20 22:00:00 UTC.
pub(crate) const NOW: i64 = 1_795_212_000;
pub(crate) const KEY: FleetKey = FleetKey::new([7; 16]);

pub(crate) const SERVER: i32 = 2;
pub(crate) const CLIENT: i32 = 3;

pub(crate) fn policy() -> Policy {
    Policy::new(KEY)
}

pub(crate) fn nanos(seconds: i64) -> u64 {
    seconds as u64 * 1_000_000_000
}

pub(crate) fn text(value: &str) -> Value {
    Value::StringValue(value.to_owned())
}

pub(crate) fn list(values: &[&str]) -> Value {
    let values = values.iter().map(|value| AnyValue { value: Some(text(value)) }).collect();
    Value::ArrayValue(ArrayValue { values })
}

pub(crate) fn pair(key: &str, value: Value) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(AnyValue { value: Some(value) }), ..KeyValue::default() }
}

pub(crate) fn resource(service: &str) -> Resource {
    Resource { attributes: vec![pair("service.name", text(service))], ..Resource::default() }
}

/// A span of one millisecond that ended two seconds before now.
pub(crate) fn span(kind: i32, name: &str, attributes: Vec<KeyValue>) -> Span {
    Span {
        trace_id: vec![1; 16],
        span_id: vec![2; 8],
        name: name.to_owned(),
        kind,
        start_time_unix_nano: nanos(NOW - 2) - 1_000_000,
        end_time_unix_nano: nanos(NOW - 2),
        attributes,
        status: Some(Status::default()),
        ..Span::default()
    }
}

pub(crate) fn request(service: &str, spans: Vec<Span>) -> ExportTraceServiceRequest {
    let scope_spans = vec![ScopeSpans { spans, ..ScopeSpans::default() }];
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            resource: Some(resource(service)),
            scope_spans,
            ..ResourceSpans::default()
        }],
    }
}

/// Reads a request in both formats, checks that they agree, and gives the batch.
pub(crate) fn read<R: prost::Message + serde::Serialize>(signal: Signal, request: &R, policy: &Policy) -> Batch {
    let mut batch = parse(signal, Format::Protobuf, &request.encode_to_vec(), policy, NOW).expect("it is protobuf");
    let json = serde_json::to_vec(request).expect("the official types can be written");
    let other = parse(signal, Format::Json, &json, policy, NOW).expect("it is JSON");
    assert_ne!(batch.digest, other.digest);
    batch.digest = other.digest;
    assert_eq!(batch, other);
    batch
}

/// The only bucket of spans made by [`span`].
pub(crate) fn only(batch: &Batch) -> &Bucket {
    assert_eq!(batch.buckets.len(), 1);
    &batch.buckets[&(Resolution::TwoSeconds, NOW - 2)]
}

pub(crate) fn traces(service: &str, spans: Vec<Span>) -> Batch {
    read(Signal::Traces, &request(service, spans), &policy())
}
