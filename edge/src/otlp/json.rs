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
    Attributes, Budget, LogView, MetricKind, NO_RECORDED_VALUE, PointView, ResourceView, STATUS_ERROR, SpanKind,
    SpanView, TEMPORALITY_DELTA, Value,
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
        Signal::Traces => traces(request.spans, sink),
        Signal::Metrics => metrics(request.metrics, sink),
        Signal::Logs => logs(request.logs, sink),
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
            each(scope_logs.log_records, |item: LogItem<'_>| {
                let pairs = pairs(item.attributes, sink.limits())?;
                let text = item.body.and_then(|body| body.text).unwrap_or_default();
                let (time, observed) = (item.time_unix_nano.unsigned(), item.observed_time_unix_nano.unsigned());
                let mut view = LogView {
                    time: if time == 0 { observed } else { time },
                    severity: item.severity_number.unsigned(),
                    body: text.bytes(),
                    ..LogView::default()
                };
                set_all(&pairs, sink.limits(), &mut view.attributes);
                log::take(sink, &origin, &view);
                Ok(())
            })
        })
    })
}

fn read_metric(item: &MetricItem<'_>, sink: &mut Sink<'_>, metrics: &mut Metrics) -> Result<(), JsonError> {
    let name = item.name.bytes();
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
        metrics.take(sink, name, kind, &view);
        Ok(())
    })
}

/// Attributes up to the limit: scalars, and the scalars in lists one after the other.
fn pairs<'a>(list: List<'a>, limits: &Limits) -> Result<Vec<(Text<'a>, Scalar<'a>)>, JsonError> {
    let mut budget = Budget::new(limits);
    let mut pairs = Vec::new();
    each(list, |pair: Pair<'a>| {
        if !budget.take() {
            return Ok(());
        }
        let Some(value) = pair.value else { return Ok(()) };
        let key = &pair.key;
        pairs.extend(value.scalar().map(|scalar| (key.clone(), scalar)));
        let elements = value.array.and_then(|array| array.values);
        each(elements, |element: AnyValue<'a>| {
            if budget.take() {
                pairs.extend(element.scalar().map(|scalar| (key.clone(), scalar)));
            }
            Ok(())
        })
    })?;
    Ok(pairs)
}

fn set_all<'v>(pairs: &'v [(Text<'_>, Scalar<'_>)], limits: &Limits, into: &mut impl Attributes<'v>) {
    let budget = Budget::new(limits);
    for (key, scalar) in pairs {
        let value = match scalar {
            Scalar::Text(text) => budget.text(text.bytes()),
            Scalar::Int(value) => Value::Int(*value),
        };
        into.set(key.bytes(), value);
    }
}

/// A list that is read later, element by element.
type List<'a> = Option<&'a RawValue>;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Request<'a> {
    #[serde(borrow, rename = "resourceSpans")]
    spans: List<'a>,
    #[serde(borrow, rename = "resourceMetrics")]
    metrics: List<'a>,
    #[serde(borrow, rename = "resourceLogs")]
    logs: List<'a>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ResourceItem<'a> {
    #[serde(borrow)]
    resource: Option<Resource<'a>>,
    #[serde(borrow)]
    scope_spans: List<'a>,
    #[serde(borrow)]
    scope_metrics: List<'a>,
    #[serde(borrow)]
    scope_logs: List<'a>,
}

impl ResourceItem<'_> {
    fn origin(&self, sink: &mut Sink<'_>) -> Result<super::Origin, JsonError> {
        let attributes = self.resource.as_ref().and_then(|resource| resource.attributes);
        let pairs = pairs(attributes, sink.limits())?;
        let mut view = ResourceView::default();
        set_all(&pairs, sink.limits(), &mut view);
        Ok(sink.origin(&view))
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Resource<'a> {
    #[serde(borrow)]
    attributes: List<'a>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ScopeItem<'a> {
    #[serde(borrow)]
    spans: List<'a>,
    #[serde(borrow)]
    metrics: List<'a>,
    #[serde(borrow)]
    log_records: List<'a>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct SpanItem<'a> {
    #[serde(borrow)]
    parent_span_id: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
    kind: Number,
    start_time_unix_nano: Number,
    end_time_unix_nano: Number,
    #[serde(borrow)]
    attributes: List<'a>,
    status: Option<Status>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Status {
    code: Number,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct MetricItem<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    gauge: Option<Data<'a>>,
    #[serde(borrow)]
    sum: Option<Data<'a>>,
    #[serde(borrow)]
    histogram: Option<Data<'a>>,
    #[serde(borrow)]
    exponential_histogram: Option<Data<'a>>,
    #[serde(borrow)]
    summary: Option<Data<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Data<'a> {
    #[serde(borrow)]
    data_points: List<'a>,
    aggregation_temporality: Number,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct PointItem<'a> {
    start_time_unix_nano: Number,
    time_unix_nano: Number,
    as_double: Option<Number>,
    as_int: Option<Number>,
    #[serde(borrow)]
    attributes: List<'a>,
    flags: Number,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct LogItem<'a> {
    time_unix_nano: Number,
    observed_time_unix_nano: Number,
    severity_number: Number,
    #[serde(borrow)]
    body: Option<AnyValue<'a>>,
    #[serde(borrow)]
    attributes: List<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Pair<'a> {
    #[serde(borrow)]
    key: Text<'a>,
    #[serde(borrow)]
    value: Option<AnyValue<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct AnyValue<'a> {
    #[serde(borrow, rename = "stringValue")]
    text: Option<Text<'a>>,
    #[serde(rename = "intValue")]
    int: Option<Number>,
    #[serde(borrow, rename = "arrayValue")]
    array: Option<Array<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Array<'a> {
    #[serde(borrow)]
    values: List<'a>,
}

enum Scalar<'a> {
    Text(Text<'a>),
    Int(i64),
}

impl<'a> AnyValue<'a> {
    fn scalar(&self) -> Option<Scalar<'a>> {
        let int = || self.int.map(|int| Scalar::Int(int.signed()));
        self.text.clone().map(Scalar::Text).or_else(int)
    }
}

/// A string, borrowed unless it holds escapes; `null` is empty.
#[derive(Clone, Default)]
struct Text<'a>(Cow<'a, str>);

impl Text<'_> {
    fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }

            fn visit_unit<E: Error>(self) -> Result<Text<'de>, E> {
                Ok(Text::default())
            }
        }
        deserializer.deserialize_any(TextVisitor)
    }
}

/// Calls `take` with each element of a list.
fn each<'a, T: Deserialize<'a>>(list: List<'a>, take: impl FnMut(T) -> Result<(), JsonError>) -> Result<(), JsonError> {
    let Some(text) = list.map(RawValue::get) else { return Ok(()) };
    let mut failed = None;
    let elements = Elements { take, failed: &mut failed, element: PhantomData };
    let read = serde_json::Deserializer::from_str(text).deserialize_any(elements);
    match (failed, read) {
        (Some(inner), _) => Err(inner),
        (None, read) => read.map_err(|error| located(text, &error)),
    }
}

struct Elements<'f, T, F> {
    take: F,
    failed: &'f mut Option<JsonError>,
    element: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>, F: FnMut(T) -> Result<(), JsonError>> Visitor<'de> for Elements<'_, T, F> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        while let Some(element) = list.next_element()? {
            if let Err(error) = (self.take)(element) {
                *self.failed = Some(error);
                return Err(A::Error::custom("an element"));
            }
        }
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }
}

fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, JsonError> {
    serde_json::from_str(text).map_err(|error| located(text, &error))
}

/// An error with its place in the whole body instead of a line and column in a part of it.
fn located(text: &str, error: &serde_json::Error) -> JsonError {
    let before: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let at = (before + error.column().saturating_sub(1)).min(text.len());
    let message = error.to_string();
    let reason = message.rsplit_once(" at line ").map_or(message.as_str(), |(reason, _)| reason).to_owned();
    JsonError { reason, address: text.as_ptr() as usize + at }
}
