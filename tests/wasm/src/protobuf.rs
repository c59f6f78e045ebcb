//! Just enough of the protobuf encoding to write `ExportTraceServiceRequest` (OpenTelemetry protocol 1.x).

use crate::edge::Span;

/// A request with the spans of one service.
pub(crate) fn traces(service: &str, spans: &[Span]) -> Vec<u8> {
    let mut scope = Vec::new();
    for span in spans {
        bytes(&mut scope, 2, &of_span(span));
    }
    let mut of_resource = Vec::new();
    bytes(&mut of_resource, 1, &attribute("service.name", service));
    let mut resource_spans = Vec::new();
    bytes(&mut resource_spans, 1, &of_resource);
    bytes(&mut resource_spans, 2, &scope);
    let mut request = Vec::new();
    bytes(&mut request, 1, &resource_spans);
    request
}

fn of_span(span: &Span) -> Vec<u8> {
    let mut out = Vec::new();
    bytes(&mut out, 1, &u128::from(span.id).to_be_bytes());
    bytes(&mut out, 2, &span.id.to_be_bytes());
    bytes(&mut out, 5, b"GET");
    number(&mut out, 6, 2);
    fixed(&mut out, 7, span.start);
    fixed(&mut out, 8, span.end);
    for (name, value) in &span.attributes {
        bytes(&mut out, 9, &attribute(name, value));
    }
    let mut status = Vec::new();
    if span.failed {
        number(&mut status, 3, 2);
    }
    bytes(&mut out, 15, &status);
    out
}

fn attribute(name: &str, value: &str) -> Vec<u8> {
    let (mut text, mut out) = (Vec::new(), Vec::new());
    bytes(&mut text, 1, value.as_bytes());
    bytes(&mut out, 1, name.as_bytes());
    bytes(&mut out, 2, &text);
    out
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn number(out: &mut Vec<u8>, field: u64, value: u64) {
    varint(out, field << 3);
    varint(out, value);
}

fn fixed(out: &mut Vec<u8>, field: u64, value: u64) {
    varint(out, field << 3 | 1);
    out.extend_from_slice(&value.to_le_bytes());
}

fn bytes(out: &mut Vec<u8>, field: u64, value: &[u8]) {
    varint(out, field << 3 | 2);
    varint(out, value.len() as u64);
    out.extend_from_slice(value);
}
