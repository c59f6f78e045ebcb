//! OTLP in JSON: the protobuf messages in lowerCamelCase, ids in hexadecimal, 64-bit integers as strings or numbers,
//! enumerations as numbers, unknown fields skipped, `null` and absent fields at their defaults.
//!
//! Lists are read one element at a time from the text of their parent, so that no input, however many empty objects it
//! has, costs more memory than one element.

mod number;

use std::borrow::Cow;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::metric::Metrics;
use super::view::{
    Attributes, Budget, LogView, MetricKind, NO_RECORDED_VALUE, PointView, ResourceView, STATUS_ERROR, SpanKind, SpanView,
    TEMPORALITY_DELTA, Value,
};
use super::{Signal, Sink, log, span};
use crate::policy::Limits;
use number::Number;

/// Why a text is not OTLP/JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct JsonError {
    /// What is wrong.
    pub(super) reason: String,
    /// Address of the byte at which that showed; the offset follows from the address of the body.
    pub(super) address: usize,
}

/// Reads a request.
pub(super) fn read(signal: Signal, body: &[u8], sink: &mut Sink<'_>) -> Result<(), JsonError> {
    let error = |reason: &str, at: usize| JsonError { reason: reason.to_owned(), address: body.as_ptr() as usize + at };
    let text = std::str::from_utf8(body).map_err(|e| error("it is not UTF-8", e.valid_up_to()))?;
    if let Some(at) = too_deep(body, sink.limits().depth) {
        return Err(error("it is nested too deep", at));
    }
    if !text.trim_start().starts_with('{') {
        return Err(error("it is not an object", 0));
    }
    let request: Request<'_> = parse(text)?;
    match signal {
        Signal::Traces => traces(request.resource_spans, sink),
        Signal::Metrics => metrics(request.resource_metrics, sink),
        Signal::Logs => logs(request.resource_logs, sink),
    }
}

/// Where brackets are nested deeper than `depth`, if they are.
fn too_deep(body: &[u8], depth: usize) -> Option<usize> {
    let (mut open, mut in_string, mut escaped) = (0_usize, false, false);
    for (at, byte) in body.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' => {
                open += 1;
                if open > depth {
                    return Some(at);
                }
            }
            b'}' | b']' => open = open.saturating_sub(1),
            _ => {}
        }
    }
    None
}

fn traces(list: List<'_>, sink: &mut Sink<'_>) -> Result<(), JsonError> {
    each(list, |resource_spans: ResourceItem<'_>| {
        let origin = resource_spans.origin(sink)?;
        each(resource_spans.scope_spans, |scope_spans: ScopeItem<'_>| {
            each(scope_spans.spans, |item: SpanItem<'_>| {
                let pairs = pairs(item.attributes, sink.limits())?;
                let mut view = SpanView {
                    kind: SpanKind::from_code(item.kind.code()),
                    has_parent: item.parent_span_id.bytes().iter().any(|digit| *digit != b'0'),
                    start: item.start_time_unix_nano.unsigned(),
                    end: item.end_time_unix_nano.unsigned(),
                    failed: item.status.is_some_and(|status| status.code.code() == STATUS_ERROR),
                    name: item.name.bytes(),
                    ..SpanView::default()
                };
                set_all(&pairs, sink.limits(), &mut view.attributes);
                span::take(sink, &origin, &view);
                Ok(())
            })
        })
    })
}

fn metrics(list: List<'_>, sink: &mut Sink<'_>) -> Result<(), JsonError> {
    each(list, |resource_metrics: ResourceItem<'_>| {
        let origin = resource_metrics.origin(sink)?;
        let mut metrics = Metrics::default();
        each(resource_metrics.scope_metrics, |scope_metrics: ScopeItem<'_>| {
            each(scope_metrics.metrics, |item: MetricItem<'_>| read_metric(&item, sink, &mut metrics))
        })?;
        metrics.finish(sink, &origin);
        Ok(())
    })
}

fn logs(list: List<'_>, sink: &mut Sink<'_>) -> Result<(), JsonError> {
    each(list, |resource_logs: ResourceItem<'_>| {
        let origin = resource_logs.origin(sink)?;
        each(resource_logs.scope_logs, |scope_logs: ScopeItem<'_>| {
            each(scope_logs.log_records, |item: LogItem| {
                let (time, observed) = (item.time_unix_nano.unsigned(), item.observed_time_unix_nano.unsigned());
                let view = LogView {
                    time: if time == 0 { observed } else { time },
                    severity: item.severity_number.unsigned(),
                };
                log::take(sink, &origin, view);
                Ok(())
            })
        })
    })
}

fn read_metric(item: &MetricItem<'_>, sink: &mut Sink<'_>, metrics: &mut Metrics) -> Result<(), JsonError> {
    let others = [&item.histogram, &item.exponential_histogram, &item.summary];
    let (kind, data) = match (&item.gauge, &item.sum) {
        (Some(gauge), _) => (MetricKind::Gauge, gauge),
        (None, Some(sum)) if sum.aggregation_temporality.code() == TEMPORALITY_DELTA => (MetricKind::DeltaSum, sum),
        (None, Some(sum)) => (MetricKind::CumulativeSum, sum),
        (None, None) => {
            let data = others.into_iter().flatten().next().and_then(|data| data.data_points);
            return each(data, |_: IgnoredAny| {
                sink.unshown();
                Ok(())
            });
        }
    };
    each(data.data_points, |item: PointItem<'_>| {
        let pairs = pairs(item.attributes, sink.limits())?;
        let value = item.as_double.map(Number::float).or(item.as_int.map(|int| int.signed() as f64));
        let mut view = PointView {
            start: item.start_time_unix_nano.unsigned(),
            time: item.time_unix_nano.unsigned(),
            value: value.filter(|_| item.flags.unsigned() & NO_RECORDED_VALUE == 0),
            ..PointView::default()
        };
        set_all(&pairs, sink.limits(), &mut view.attributes);
        metrics.take(sink, item_name(&view, metric_name(&data_name(&item_of(&view)))), kind, &view);
        Ok(())
    })
}
