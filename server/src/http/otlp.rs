//! The receiver: `POST /v1/{traces,metrics,logs}` (OTLP/HTTP 1.x, protobuf and JSON, plain, gzip and zstd).
//!
//! Source: OpenTelemetry Protocol Specification, "OTLP/HTTP". Invariant: acknowledged means durable.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::http::header::{self, HeaderMap};
use axum::response::{IntoResponse, Response};
use bonghwa_edge::batch::Report;
use bonghwa_edge::engine::Outcome;
use bonghwa_edge::otlp::{self, Format, Signal};
use bonghwa_edge::receive;
pub use bonghwa_edge::receive::REGION_HEADER;
use futures_util::StreamExt;

use super::error::ApiError;
use super::{App, Ready};

/// Seconds within which a body must have arrived.
const BODY_TIME: u64 = 30;
/// What is read and thrown away of a refused body, so that the sender gets to see the answer rather than a reset.
const DRAIN_BYTES: usize = 32 << 20;
const DRAIN_TIME: Duration = Duration::from_secs(2);

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
    let format = format(&parts.headers);
    match take(app, signal, &format, &parts.headers, &mut body).await {
        Ok(report) => success(signal, format.unwrap_or(Format::Protobuf), &report),
        Err(error) => {
            app.meter.turned_away(signal);
            drain(&mut body).await;
            failure(format.unwrap_or(Format::Json), &error)
        }
    }
}

async fn take(
    app: &App,
    signal: Signal,
    format: &Result<Format, ApiError>,
    headers: &HeaderMap,
    body: &mut BodyDataStream,
) -> Result<Report, ApiError> {
    let ready = app.ready()?;
    let key_region = app.gate.ingest(headers)?;
    let region = region(ready, &app.settings.default_region, key_region, headers)?;
    let format = format.clone()?;
    let encoding = encoding(headers)?;
    let most = app.settings.limits.compressed_bytes;
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    let too_large = || receive::too_large(most);
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
        let now = crate::clock::now();
        let (batch, plain) = receive::read(signal, format, encoding.as_deref(), &body, &policy, now)?;
        Ok::<_, ApiError>((batch, body.len(), plain))
    });
    let (batch, compressed, plain) =
        sizes.await.map_err(|error| ApiError::Internal(format!("the parser stopped: {error}")))??;
    let report = batch.report.clone();
    let outcome = ready.centre.ingest(&region, batch).await.map_err(super::refused_by_centre)?;
    let items = (report.accepted, report.rejected);
    app.meter.taken(signal, outcome == Outcome::Duplicate, items, (compressed, plain));
    Ok(report)
}

/// The region by key, else by header, else by the settings.
fn region(ready: &Ready, default: &str, key: Option<String>, headers: &HeaderMap) -> Result<String, ApiError> {
    let named = headers.get(REGION_HEADER).map(|value| String::from_utf8_lossy(value.as_bytes()).trim().to_string());
    let region = key.or(named).unwrap_or_else(|| default.to_string());
    ready.known(&region)?;
    Ok(region)
}

fn format(headers: &HeaderMap) -> Result<Format, ApiError> {
    receive::format(headers.get(header::CONTENT_TYPE).map(|value| value.to_str().unwrap_or("?")))
}

fn encoding(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let values = headers.get_all(header::CONTENT_ENCODING).into_iter().map(|value| value.to_str().unwrap_or("?"));
    Ok(receive::encoding(values)?.map(ToOwned::to_owned))
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

fn success(signal: Signal, format: Format, report: &Report) -> Response {
    reply(format, otlp::response(signal, format, report))
}

fn failure(format: Format, error: &ApiError) -> Response {
    error.respond(reply(format, receive::refusal(format, error)))
}

fn reply(format: Format, body: Vec<u8>) -> Response {
    let kind = HeaderValue::from_static(format.content_type());
    ([(header::CONTENT_TYPE, kind)], Body::from(body)).into_response()
}
