//! From spans to transactions, calls and entry requests with their identities.

use crate::batch::{BucketId, Completion, Refusal};
use crate::policy::{Identifier, visit};
use crate::template::{push_method, push_path};

use super::view::{SpanAttributes, SpanKind, SpanView, Value};
use super::{Origin, Sink};

/// Takes a span: one observation in the bucket of its end, or a refusal.
pub(super) fn take(sink: &mut Sink<'_>, origin: &Origin, span: &SpanView<'_>) {
    match observe(sink, origin, span) {
        Ok(shown) => {
            sink.builder.report.accepted += 1;
            sink.builder.report.unshown += u64::from(!shown);
        }
        Err(refusal) => sink.builder.report.reject(&refusal),
    }
}

/// Whether something shows the span.
fn observe(sink: &mut Sink<'_>, origin: &Origin, span: &SpanView<'_>) -> Result<bool, Refusal> {
    let instant = (span.end / 1_000_000_000) as i64;
    let bucket = sink.builder.bucket(instant)?;
    let how = completion(span);
    let shown = match span.kind {
        SpanKind::Internal => false,
        SpanKind::Server | SpanKind::Consumer => {
            sink.name.clear();
            push_route(&mut sink.name, span);
            sink.builder.transaction(bucket, origin.service, &sink.name, how)?;
            if span.kind == SpanKind::Server && (!span.has_parent || origin.is_entry) {
                enter(sink, (bucket, instant), how, &span.attributes);
            }
            true
        }
        SpanKind::Client | SpanKind::Producer => {
            sink.name.clear();
            push_callee(&mut sink.name, &span.attributes);
            if !sink.name.is_empty() {
                sink.builder.call(bucket, origin.service, &sink.name, how)?;
            }
            !sink.name.is_empty()
        }
    };
    sink.seen(bucket, origin, instant);
    Ok(shown)
}

fn completion(span: &SpanView<'_>) -> Completion {
    // The conventions leave a server span's status unset for 4xx and ask for an error from 500 on; not every
    // instrumentation sets it.
    let server_error =
        span.kind == SpanKind::Server && span.attributes.status.int().is_some_and(|status| status >= 500);
    let nanos = if span.start > 0 { span.end.checked_sub(span.start) } else { None };
    Completion { error: span.failed || server_error, nanos }
}

/// Method and route; else method and templated path; else the span's name.
fn push_route(out: &mut Vec<u8>, span: &SpanView<'_>) {
    let attributes = &span.attributes;
    match (attributes.route, attributes.path) {
        (Value::Text(route), _) => {
            push_method(out, attributes.method.text());
            out.extend_from_slice(route);
        }
        (_, Value::Text(path)) => {
            push_method(out, attributes.method.text());
            push_path(out, path);
        }
        _ => out.extend_from_slice(span.name),
    }
}

/// Who was called, by the most telling name there is; nothing if there is none.
fn push_callee(out: &mut Vec<u8>, attributes: &SpanAttributes<'_>) {
    if let Value::Text(service) = attributes.peer_service {
        out.extend_from_slice(service);
    } else if let Value::Text(system) = attributes.db_system {
        out.extend_from_slice(system);
        if let Value::Text(name) = attributes.db_name {
            out.push(b'/');
            out.extend_from_slice(name);
        }
    } else if let Value::Text(host) = attributes.server {
        out.extend_from_slice(host);
        if let Some(port) = attributes.port.int() {
            out.extend_from_slice(format!(":{port}").as_bytes());
        }
    } else if let Value::Text(name) = attributes.messaging {
        out.extend_from_slice(name);
    } else if let Value::Text(name) = attributes.rpc {
        out.extend_from_slice(name);
    }
}

/// Counts an entry request. Of several identities of one mode the first counts: one request, one user.
/// The name of the sink is the route.
fn enter(sink: &mut Sink<'_>, (bucket, instant): (BucketId, i64), how: Completion, attributes: &SpanAttributes<'_>) {
    let mut identifier = Identifier::new(sink.policy);
    for address in [attributes.client, attributes.forwarded, attributes.peer] {
        if let Value::Text(address) = address {
            identifier.addresses(address);
        }
    }
    for header in attributes.cookies {
        match header {
            Value::Text(header) => identifier.cookies(header),
            _ => break,
        }
    }
    if let Value::Text(id) = attributes.session {
        identifier.session(id);
    }
    match attributes.user {
        Value::Text(id) => identifier.user(id),
        Value::Int(id) => identifier.user(id.to_string().as_bytes()),
        Value::None => {}
    }
    let identities = identifier.identities();
    sink.builder.entry(bucket, how, identities);
    let login = sink.policy.is_login(&sink.name);
    let failed = how.error || matches!(attributes.status.int(), Some(401 | 403));
    sink.builder.visit(bucket, visit(instant, identities, login.then_some(failed)));
}
