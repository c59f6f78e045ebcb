//! The receiver: `POST /v1/{traces,metrics,logs}` (OTLP/HTTP 1.x, protobuf and JSON, plain, gzip and zstd).
//!
//! Source: OpenTelemetry Protocol Specification, "OTLP/HTTP". Invariant: acknowledged means durable.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderMap};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use bonghwa_edge::batch::{Batch, Report};
use bonghwa_edge::compression::{self, CompressionError};
use bonghwa_edge::engine::Outcome;
use bonghwa_edge::policy::Policy;
use futures_util::StreamExt;
use serde_json::json;

use super::error::ApiError;
use super::{App, Ready};

/// Header by which a sender names its region where no key does.
pub const REGION_HEADER: &str = "bonghwa-region";
/// Seconds within which a body must have arrived.
const BODY_TIME: u64 = 30;
/// What is read and thrown away of a refused body, so that the sender gets to see the answer rather than a reset.
const DRAIN_BYTES: usize = 32 << 20;
const DRAIN_TIME: Duration = Duration::from_secs(2);

/// Kind of telemetry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Spans.
    Traces,
    /// Data points.
    Metrics,
    /// Log records.
    Logs,
}

impl Signal {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Traces, Self::Metrics, Self::Logs];

    /// Name in addresses and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Traces => "traces",
            Self::Metrics => "metrics",
            Self::Logs => "logs",
        }
    }

    const fn rejected_field(self) -> &'static str {
        match self {
            Self::Traces => "rejectedSpans",
            Self::Metrics => "rejectedDataPoints",
            Self::Logs => "rejectedLogRecords",
        }
    }
}

/// Form of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `application/x-protobuf`
    Protobuf,
    /// `application/json`
    Json,
}

/// `POST /v1/traces`
pub(super) async fn traces(State(app): State<App>, request: Request) -> Response {
    answer(&app, Signal::Traces, request).await
}

/// `POST /v1/metrics`
pub(super) async fn metrics(State(app): State<App>, request: Request) -> Response {
    answer(&app, Signal::Metrics, request).await
}

/// `POST /v1/logs`
pub(super) async fn logs(State(app): State<App>, request: Request) -> Response {
    answer(&app, Signal::Logs, request).await
}

async fn answer(app: &App, signal: Signal, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let mut body = body.into_data_stream();
    let form = form(&parts.headers);
    match receive(app, signal, &form, &parts.headers, &mut body).await {
        Ok(report) => success(signal, form.unwrap_or(Form::Protobuf), &report),
        Err(error) => {
            app.meter.refused(&error);
            app.meter.turned_away(signal);
            drain(&mut body).await;
            failure(form.unwrap_or(Form::Json), &error)
        }
    }
}

async fn receive(
    app: &App,
    signal: Signal,
    form: &Result<Form, ApiError>,
    headers: &HeaderMap,
    body: &mut BodyDataStream,
) -> Result<Report, ApiError> {
    let ready = app.ready()?;
    let key_region = app.gate.ingest(headers)?;
    let region = region(ready, &app.settings.default_region, key_region, headers)?;
    let form = form.clone()?;
    let encoding = encoding(headers)?;
    let most = app.settings.limits.compressed_bytes;
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    let too_large = || ApiError::TooLarge(format!("the body is larger than {most} bytes"));
    if length.is_some_and(|length| length > most) {
        return Err(too_large());
    }
    // The place is held until the batch is durable, so that what is in memory stays bounded.
    let _place = app.admission.enter(length.unwrap_or(most))?;
    let read = read_body(body, length.unwrap_or(0), most);
    let body = tokio::time::timeout(Duration::from_secs(BODY_TIME), read)
        .await
        .map_err(|_| ApiError::Slow(BODY_TIME))??
        .ok_or_else(too_large)?;
    let parser = app.admission.parser().await?;
    let policy = ready.policy.clone();
    let sizes = tokio::task::spawn_blocking(move || {
        let _parser = parser;
        let plain = compression::decompress(encoding.as_deref(), &body, &policy.limits).map_err(compressed)?;
        let batch = parse(signal, form, &plain, &policy)?;
        Ok::<_, ApiError>((batch, body.len(), plain.len()))
    });
    let (batch, compressed, plain) =
        sizes.await.map_err(|error| ApiError::Internal(format!("the parser stopped: {error}")))??;
    let report = batch.report.clone();
    let outcome = ready.centre.ingest(&region, batch).await.map_err(super::refused_by_centre)?;
    let items = (report.accepted, report.rejected);
    app.meter.taken(signal, outcome == Outcome::Duplicate, items, (compressed, plain));
    Ok(report)
}

fn parse(signal: Signal, form: Form, body: &[u8], policy: &Policy) -> Result<Batch, ApiError> {
    use bonghwa_edge::otlp;
    let now = super::now_ms();
    let batch = match (signal, form) {
        (Signal::Traces, Form::Protobuf) => otlp::traces(body, policy, now),
        (Signal::Traces, Form::Json) => otlp::traces_json(body, policy, now),
        (Signal::Metrics, Form::Protobuf) => otlp::metrics(body, policy, now),
        (Signal::Metrics, Form::Json) => otlp::metrics_json(body, policy, now),
        (Signal::Logs, Form::Protobuf) => otlp::logs(body, policy, now),
        (Signal::Logs, Form::Json) => otlp::logs_json(body, policy, now),
    };
    batch.map_err(|error| ApiError::Body(error.to_string()))
}

/// The region by key, else by header, else by the settings.
fn region(ready: &Ready, default: &str, key: Option<String>, headers: &HeaderMap) -> Result<String, ApiError> {
    let named = headers.get(REGION_HEADER).map(|value| String::from_utf8_lossy(value.as_bytes()).trim().to_string());
    let region = key.or(named).unwrap_or_else(|| default.to_string());
    ready.known(&region)?;
    Ok(region)
}

fn form(headers: &HeaderMap) -> Result<Form, ApiError> {
    let value = headers.get(header::CONTENT_TYPE).map(|value| value.to_str().unwrap_or("?"));
    let kind = value.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match kind.as_str() {
        "application/x-protobuf" | "application/protobuf" => Ok(Form::Protobuf),
        "application/json" => Ok(Form::Json),
        "" => Err(ApiError::MediaType("the header Content-Type is missing".into())),
        other => Err(ApiError::MediaType(format!("content type {other:?} is not read here"))),
    }
}

fn encoding(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let mut values = headers.get_all(header::CONTENT_ENCODING).into_iter();
    let first = values.next().map(|value| value.to_str().unwrap_or("?").to_string());
    let name = first.as_deref().unwrap_or_default().trim().to_ascii_lowercase();
    let known = matches!(name.as_str(), "" | "identity" | "gzip" | "x-gzip" | "zstd");
    if known && values.next().is_none() {
        Ok(first)
    } else {
        Err(ApiError::MediaType(format!("content encoding {name:?} is not read here, or more than one is named")))
    }
}

fn compressed(error: CompressionError) -> ApiError {
    match error {
        CompressionError::Unsupported(_) => ApiError::MediaType(error.to_string()),
        CompressionError::Corrupt { .. } => ApiError::Body(error.to_string()),
        CompressionError::TooLarge { .. } | CompressionError::Ratio { .. } => ApiError::TooLarge(error.to_string()),
    }
}

/// The whole body; `None` as soon as it is longer than `most`.
async fn read_body(body: &mut BodyDataStream, guess: usize, most: usize) -> Result<Option<Vec<u8>>, ApiError> {
    let mut bytes = Vec::with_capacity(guess.min(most));
    while let Some(piece) = body.next().await {
        let piece = piece.map_err(|error| ApiError::Body(format!("the body broke off: {error}")))?;
        if bytes.len() + piece.len() > most {
            return Ok(None);
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(Some(bytes))
}

/// Reads what is left of a refused body, within bounds.
pub(super) async fn drain(body: &mut BodyDataStream) {
    let all = async {
        let mut left = DRAIN_BYTES;
        while let Some(Ok(piece)) = body.next().await {
            left = left.saturating_sub(piece.len());
            if left == 0 {
                return;
            }
        }
    };
    // Whoever is slower than this gets the answer at once and may find the connection closed.
    let _ = tokio::time::timeout(DRAIN_TIME, all).await;
}

/// `Export{Trace,Metrics,Logs}ServiceResponse`: the three share their field numbers.
fn success(signal: Signal, form: Form, report: &Report) -> Response {
    let partial = report.rejected > 0;
    let reason = report.reason.clone().unwrap_or_default();
    match form {
        Form::Json if !partial => reply(form, StatusCode::OK, b"{}".to_vec()),
        Form::Json => {
            // Protobuf's JSON mapping writes 64-bit integers as text.
            let partial = json!({ signal.rejected_field(): report.rejected.to_string(), "errorMessage": reason });
            reply(form, StatusCode::OK, json!({ "partialSuccess": partial }).to_string().into_bytes())
        }
        Form::Protobuf if !partial => reply(form, StatusCode::OK, Vec::new()),
        Form::Protobuf => {
            let mut inner = Vec::new();
            put_number(&mut inner, 1, report.rejected);
            put_bytes(&mut inner, 2, reason.as_bytes());
            let mut outer = Vec::new();
            put_bytes(&mut outer, 1, &inner);
            reply(form, StatusCode::OK, outer)
        }
    }
}

/// `google.rpc.Status`, as OTLP asks for on every failure.
fn failure(form: Form, error: &ApiError) -> Response {
    let message = format!("{error}; {}", error.what_to_do());
    let body = match form {
        Form::Json => json!({ "code": error.grpc_code(), "message": message }).to_string().into_bytes(),
        Form::Protobuf => {
            let mut body = Vec::new();
            put_number(&mut body, 1, u64::from(error.grpc_code()));
            put_bytes(&mut body, 2, message.as_bytes());
            body
        }
    };
    error.respond(reply(form, error.status(), body))
}

fn reply(form: Form, status: StatusCode, body: Vec<u8>) -> Response {
    let kind = match form {
        Form::Protobuf => "application/x-protobuf",
        Form::Json => "application/json",
    };
    (status, [(header::CONTENT_TYPE, HeaderValue::from_static(kind))], Body::from(body)).into_response()
}

fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn put_number(out: &mut Vec<u8>, field: u8, value: u64) {
    out.push(field << 3);
    put_varint(out, value);
}

fn put_bytes(out: &mut Vec<u8>, field: u8, bytes: &[u8]) {
    out.push(field << 3 | 2);
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}
