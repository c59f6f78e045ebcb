//! The receiver: parses in the stateless Worker, and sends the region's object a delta of a few kilobytes.
//!
//! Invariant: acknowledged means durable.

use bonghwa_analytics::codec::hex;
use bonghwa_edge::batch::Report;
use bonghwa_edge::error::ApiError;
use bonghwa_edge::otlp::{self, Format, Signal};
use bonghwa_edge::part;
use bonghwa_edge::receive::{self, COMPRESSED_BYTES, REGION_HEADER};
use futures_util::StreamExt;
use worker::{Env, Headers, Method, Request, Response};

use crate::access;
use crate::settings::Settings;
use crate::tally;
use crate::wire::{self, WRITTEN, fault, now};

/// `POST /v1/{traces,metrics,logs}`
pub(crate) async fn answer(env: &Env, signal: Signal, mut request: Request) -> worker::Result<Response> {
    let headers = request.headers().clone();
    let format = receive::format(header(&headers, "content-type").as_deref());
    let mut region = String::new();
    match take(env, signal, &format, &headers, &mut request, &mut region).await {
        Ok(report) => {
            let format = format.unwrap_or(Format::Protobuf);
            let response = Response::from_bytes(otlp::response(signal, format, &report))?;
            response.headers().set("content-type", format.content_type())?;
            Ok(response)
        }
        Err(error) => {
            tally::refused(&region, &error);
            let format = format.unwrap_or(Format::Json);
            wire::refuse(&error, format.content_type(), receive::refusal(format, &error))
        }
    }
}

async fn take(
    env: &Env,
    signal: Signal,
    format: &Result<Format, ApiError>,
    headers: &Headers,
    request: &mut Request,
    region: &mut String,
) -> Result<Report, ApiError> {
    let settings = Settings::read(env)?;
    let bearer = access::sender(env, &settings, headers).await?;
    region.clone_from(&bearer.region);
    if header(headers, REGION_HEADER).is_some_and(|named| named.trim() != bearer.region) {
        return Err(ApiError::Forbidden(format!("this key is made for sending telemetry of {}", bearer.region)));
    }
    let format = format.clone()?;
    let encoding = header(headers, "content-encoding");
    let encoding = receive::encoding(encoding.as_deref())?;
    let body = body(headers, request).await?;
    let (batch, plain) = receive::read(signal, format, encoding, &body, &settings.policy, now())?;
    let mut delta = Vec::new();
    batch.encode(&mut delta);
    let part = part::part_of(&batch.digest, settings.parts(&bearer.region)?);
    let path = format!("/ingest?key={}", hex(&bearer.sha256));
    let object = wire::region(env, &bearer.region, part)?;
    let reply =
        wire::ask(&object, Method::Post, &path, Some(&delta)).await.inspect_err(|_| access::distrust(&bearer))?;
    let stored = reply.body == b"stored";
    let labels = format!("region=\"{region}\"");
    let outcome = if stored { "stored" } else { "duplicate" };
    tally::count("otlp_requests", &format!("{labels},outcome=\"{outcome}\""), 1);
    tally::count("otlp_items", &format!("{labels},outcome=\"accepted\""), batch.report.accepted * u64::from(stored));
    tally::count("otlp_items", &format!("{labels},outcome=\"rejected\""), batch.report.rejected * u64::from(stored));
    tally::count("otlp_received_bytes", &labels, body.len() as u64);
    tally::count("otlp_decompressed_bytes", &labels, plain as u64);
    tally::count("otlp_delta_bytes", &labels, delta.len() as u64);
    tally::count("rows_written", &labels, reply.number(WRITTEN));
    Ok(batch.report)
}

/// The whole body, refused as soon as it is longer than allowed.
async fn body(headers: &Headers, request: &mut Request) -> Result<Vec<u8>, ApiError> {
    let length = header(headers, "content-length").and_then(|value| value.parse::<usize>().ok());
    if length.is_some_and(|length| length > COMPRESSED_BYTES) {
        return Err(receive::too_large(COMPRESSED_BYTES));
    }
    let mut bytes = Vec::with_capacity(length.unwrap_or_default());
    // A request without a body has no stream.
    let Ok(mut stream) = request.stream() else { return Ok(bytes) };
    while let Some(piece) = stream.next().await {
        let piece = piece.map_err(|error| ApiError::Body(format!("the body broke off: {error}")))?;
        if bytes.len() + piece.len() > COMPRESSED_BYTES {
            return Err(receive::too_large(COMPRESSED_BYTES));
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

fn header(headers: &Headers, name: &str) -> Option<String> {
    headers.get(name).map_err(fault).ok().flatten()
}
