//! OTLP in protobuf: walks the messages of `opentelemetry-proto` 1.x and reads the fields that are used.
//!
//! Field numbers are those of `opentelemetry/proto/{trace,metrics,logs,common}/v1`.

use super::metric::Metrics;
use super::view::{
    Attributes, Budget, LogView, MetricKind, NO_RECORDED_VALUE, PointView, ResourceView, STATUS_ERROR, SpanKind,
    SpanView, TEMPORALITY_DELTA, Value,
};
use super::wire::{Field, Message, WireError};
use super::{Sink, log, span};
use crate::policy::Limits;

/// Reads an `ExportTraceServiceRequest`.
pub(super) fn traces(body: &[u8], sink: &mut Sink<'_>) -> Result<(), WireError> {
    let limits = sink.limits();
    each(body, limits, 1, |resource_spans| {
        let origin = sink.origin(&resource(resource_spans, limits)?);
        each(resource_spans, limits, 2, |scope_spans| {
            each(scope_spans, limits, 2, |bytes| {
                span::take(sink, &origin, &read_span(bytes, limits)?);
                Ok(())
            })
        })
    })
}

/// Reads an `ExportMetricsServiceRequest`.
pub(super) fn metrics(body: &[u8], sink: &mut Sink<'_>) -> Result<(), WireError> {
    let limits = sink.limits();
    each(body, limits, 1, |resource_metrics| {
        let origin = sink.origin(&resource(resource_metrics, limits)?);
        let mut metrics = Metrics::default();
        each(resource_metrics, limits, 2, |scope_metrics| {
            each(scope_metrics, limits, 2, |bytes| read_metric(bytes, sink, &mut metrics))
        })?;
        metrics.finish(sink, &origin);
        Ok(())
    })
}

/// Reads an `ExportLogsServiceRequest`.
pub(super) fn logs(body: &[u8], sink: &mut Sink<'_>) -> Result<(), WireError> {
    let limits = sink.limits();
    each(body, limits, 1, |resource_logs| {
        let origin = sink.origin(&resource(resource_logs, limits)?);
        each(resource_logs, limits, 2, |scope_logs| {
            each(scope_logs, limits, 2, |bytes| {
                log::take(sink, &origin, &read_log(bytes, limits)?);
                Ok(())
            })
        })
    })
}

/// Calls `take` with each message that stands in field `wanted`.
#[inline]
fn each<'a>(
    bytes: &'a [u8],
    limits: &Limits,
    wanted: u32,
    mut take: impl FnMut(&'a [u8]) -> Result<(), WireError>,
) -> Result<(), WireError> {
    let mut message = Message::new(bytes, limits.depth);
    while let Some((number, field)) = message.next()? {
        if let Field::Bytes(inner) = field
            && number == wanted
        {
            take(inner)?;
        }
    }
    Ok(())
}

/// The resource, wherever among its siblings it stands.
fn resource<'a>(parent: &'a [u8], limits: &Limits) -> Result<ResourceView<'a>, WireError> {
    let mut view = ResourceView::default();
    each(parent, limits, 1, |resource| {
        let mut budget = Budget::new(limits);
        each(resource, limits, 1, |pair| attribute(pair, limits, &mut budget, &mut view))
    })?;
    Ok(view)
}

#[inline]
fn attribute<'a>(
    pair: &'a [u8],
    limits: &Limits,
    budget: &mut Budget<'_>,
    into: &mut impl Attributes<'a>,
) -> Result<(), WireError> {
    if !budget.take() {
        return Ok(());
    }
    let (mut key, mut value): (&[u8], &[u8]) = (b"", b"");
    let mut message = Message::new(pair, limits.depth);
    while let Some((number, field)) = message.next()? {
        match (number, field) {
            (1, Field::Bytes(bytes)) => key = bytes,
            (2, Field::Bytes(bytes)) => value = bytes,
            _ => {}
        }
    }
    any_value(value, limits, budget, true, &mut |value| into.set(key, value))
}

/// Hands on the scalars of an `AnyValue`: itself, or the elements of a list of them.
#[inline]
fn any_value<'a>(
    bytes: &'a [u8],
    limits: &Limits,
    budget: &mut Budget<'_>,
    lists: bool,
    set: &mut impl FnMut(Value<'a>),
) -> Result<(), WireError> {
    let mut message = Message::new(bytes, limits.depth);
    while let Some((number, field)) = message.next()? {
        match (number, field) {
            (1, Field::Bytes(text)) => set(budget.text(text)),
            (3, Field::Varint(value)) => set(Value::Int(value as i64)),
            (5, Field::Bytes(list)) if lists => each(list, limits, 1, |element| {
                if budget.take() { any_value(element, limits, budget, false, &mut *set) } else { Ok(()) }
            })?,
            _ => {}
        }
    }
    Ok(())
}

fn read_span<'a>(bytes: &'a [u8], limits: &Limits) -> Result<SpanView<'a>, WireError> {
    let mut span = SpanView::default();
    let mut budget = Budget::new(limits);
    let mut message = Message::new(bytes, limits.depth);
    while let Some((number, field)) = message.next()? {
        match (number, field) {
            (9, Field::Bytes(pair)) => attribute(pair, limits, &mut budget, &mut span.attributes)?,
            (4, Field::Bytes(id)) => span.has_parent = id.iter().any(|byte| *byte != 0),
            (5, Field::Bytes(name)) => span.name = name,
            (6, Field::Varint(kind)) => span.kind = SpanKind::from_code(kind),
            (7, Field::Fixed64(start)) => span.start = start,
            (8, Field::Fixed64(end)) => span.end = end,
            (15, Field::Bytes(status)) => {
                let mut message = Message::new(status, limits.depth);
                while let Some((number, field)) = message.next()? {
                    if let (3, Field::Varint(code)) = (number, field) {
                        span.failed = code == STATUS_ERROR;
                    }
                }
            }
            _ => {}
        }
    }
    Ok(span)
}

fn read_metric<'a>(bytes: &'a [u8], sink: &mut Sink<'_>, metrics: &mut Metrics) -> Result<(), WireError> {
    let limits = sink.limits();
    let mut name: &[u8] = b"";
    let mut data: Option<(u32, &'a [u8])> = None;
    let mut message = Message::new(bytes, limits.depth);
    while let Some((number, field)) = message.next()? {
        match (number, field) {
            (1, Field::Bytes(text)) => name = text,
            (5 | 7 | 9 | 10 | 11, Field::Bytes(inner)) => data = Some((number, inner)),
            _ => {}
        }
    }
    let Some((number, data)) = data else { return Ok(()) };
    let kind = match number {
        5 => MetricKind::Gauge,
        7 => temporality(data, limits)?,
        // Histograms and summaries: requests are counted from spans already.
        _ => {
            return each(data, limits, 1, |_| {
                sink.unshown();
                Ok(())
            });
        }
    };
    each(data, limits, 1, |point| {
        let point = read_point(point, limits)?;
        metrics.take(sink, name, kind, &point);
        Ok(())
    })
}

fn temporality(sum: &[u8], limits: &Limits) -> Result<MetricKind, WireError> {
    let mut kind = MetricKind::CumulativeSum;
    let mut message = Message::new(sum, limits.depth);
    while let Some((number, field)) = message.next()? {
        if let (2, Field::Varint(code)) = (number, field) {
            kind = if code == TEMPORALITY_DELTA { MetricKind::DeltaSum } else { MetricKind::CumulativeSum };
        }
    }
    Ok(kind)
}

fn read_point<'a>(bytes: &'a [u8], limits: &Limits) -> Result<PointView<'a>, WireError> {
    let mut point = PointView::default();
    let mut absent = false;
    let mut budget = Budget::new(limits);
    let mut message = Message::new(bytes, limits.depth);
    while let Some((number, field)) = message.next()? {
        match (number, field) {
            (2, Field::Fixed64(start)) => point.start = start,
            (3, Field::Fixed64(time)) => point.time = time,
            (4, Field::Fixed64(bits)) => point.value = Some(f64::from_bits(bits)),
            (6, Field::Fixed64(bits)) => point.value = Some(bits as i64 as f64),
            (7, Field::Bytes(pair)) => attribute(pair, limits, &mut budget, &mut point.attributes)?,
            (8, Field::Varint(flags)) => absent = flags & NO_RECORDED_VALUE != 0,
            _ => {}
        }
    }
    if absent {
        point.value = None;
    }
    Ok(point)
}

fn read_log<'a>(bytes: &'a [u8], limits: &Limits) -> Result<LogView<'a>, WireError> {
    let mut log = LogView::default();
    let mut observed = 0;
    let mut budget = Budget::new(limits);
    let mut message = Message::new(bytes, limits.depth);
    while let Some((number, field)) = message.next()? {
        match (number, field) {
            (1, Field::Fixed64(time)) => log.time = time,
            (2, Field::Varint(severity)) => log.severity = severity,
            // The body may be longer than an attribute: it is cut, not left out.
            (5, Field::Bytes(body)) => each(body, limits, 1, |text| {
                log.body = text;
                Ok(())
            })?,
            (6, Field::Bytes(pair)) => attribute(pair, limits, &mut budget, &mut log.attributes)?,
            (11, Field::Fixed64(time)) => observed = time,
            _ => {}
        }
    }
    if log.time == 0 {
        log.time = observed;
    }
    Ok(log)
}
