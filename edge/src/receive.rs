//! `POST /v1/{traces,metrics,logs}` (OTLP/HTTP 1.x), whoever listens: headers, body and answer.
//!
//! Source: OpenTelemetry Protocol Specification, "OTLP/HTTP".

use crate::batch::Batch;
use crate::compression::{self, CompressionError};
use crate::error::ApiError;
use crate::otlp::{self, Format, Signal};
use crate::policy::Policy;

/// Header by which a sender names its region.
pub const REGION_HEADER: &str = "bonghwa-region";
/// Largest body as it arrives, bytes, unless the settings say otherwise.
pub const COMPRESSED_BYTES: usize = 4 << 20;

/// The format that a `Content-Type` header names.
pub fn format(content_type: Option<&str>) -> Result<Format, ApiError> {
    match content_type {
        Some(kind) => Format::from_content_type(kind)
            .ok_or_else(|| ApiError::MediaType(format!("content type {kind:?} is not read here"))),
        None => Err(ApiError::MediaType("the header Content-Type is missing".into())),
    }
}

/// The encoding that `Content-Encoding` headers name.
pub fn encoding<'a>(values: impl IntoIterator<Item = &'a str>) -> Result<Option<&'a str>, ApiError> {
    let mut values = values.into_iter();
    let first = values.next();
    let name = first.unwrap_or_default().trim().to_ascii_lowercase();
    let known = matches!(name.as_str(), "" | "identity" | "gzip" | "x-gzip" | "zstd");
    if known && values.next().is_none() {
        Ok(first)
    } else {
        Err(ApiError::MediaType(format!("content encoding {name:?} is not read here, or more than one is named")))
    }
}

/// A body that is larger than `most` as it arrives.
pub fn too_large(most: usize) -> ApiError {
    ApiError::TooLarge(format!("the body is larger than {most} bytes"))
}

/// Decompresses and parses a body that arrived at `now`: the batch and the number of bytes decompressed.
pub fn read(
    signal: Signal,
    format: Format,
    encoding: Option<&str>,
    body: &[u8],
    policy: &Policy,
    now: i64,
) -> Result<(Batch, usize), ApiError> {
    let plain = compression::decompress(encoding, body, &policy.limits).map_err(|error| match error {
        CompressionError::Unsupported(_) => ApiError::MediaType(error.to_string()),
        CompressionError::Corrupt { .. } => ApiError::Body(error.to_string()),
        CompressionError::TooLarge { .. } | CompressionError::Ratio { .. } => ApiError::TooLarge(error.to_string()),
    })?;
    let batch = otlp::parse(signal, format, &plain, policy, now).map_err(|error| ApiError::Body(error.to_string()))?;
    Ok((batch, plain.len()))
}

/// The body of a refusal: `google.rpc.Status`, as OTLP asks for on every failure.
pub fn refusal(format: Format, error: &ApiError) -> Vec<u8> {
    otlp::error_status(format, &error.sentence())
}
