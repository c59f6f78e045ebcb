//! OTLP, the OpenTelemetry protocol, as it arrives over HTTP: traces, metrics and logs in protobuf or JSON.
//!
//! Both formats are read into the same few borrowed values, and one piece of code makes observations of them,
//! so the format changes nothing about the result. A body that cannot be read is refused as a whole; a span, point or
//! record that cannot be kept is counted in the [`Report`](crate::batch::Report), which the [`response()`] tells the sender.
//!
//! Source: OpenTelemetry Protocol Specification 1.x, sections "OTLP/HTTP" and "JSON Protobuf Encoding".

mod json;
mod log;
mod metric;
mod protobuf;
mod response;
mod span;
mod view;
mod wire;

use bonghwa_analytics::hash::siphash13_128;
use bonghwa_analytics::time::Resolution;

use crate::batch::{Batch, BatchBuilder, BucketId, ServiceId, VersionId};
use crate::policy::{Limits, Policy};

pub use response::{error_status, response};

/// What a request carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// `ExportTraceServiceRequest`, sent to `/v1/traces`.
    Traces,
    /// `ExportMetricsServiceRequest`, sent to `/v1/metrics`.
    Metrics,
    /// `ExportLogsServiceRequest`, sent to `/v1/logs`.
    Logs,
}

impl Signal {
    /// All signals.
    pub const ALL: [Self; 3] = [Self::Traces, Self::Metrics, Self::Logs];
}

/// How a request is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `application/x-protobuf`.
    Protobuf,
    /// `application/json`.
    Json,
}

impl Format {
    /// The media type that requests and responses carry.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Protobuf => "application/x-protobuf",
            Self::Json => "application/json",
        }
    }

    /// The format of a `Content-Type` header, parameters such as `charset` aside; `None` if it is neither.
    pub fn from_content_type(header: &str) -> Option<Self> {
        let media = header.split(';').next().unwrap_or_default().trim();
        [Self::Protobuf, Self::Json].into_iter().find(|format| media.eq_ignore_ascii_case(format.content_type()))
    }
}

/// Why a body was refused as a whole (HTTP 400).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OtlpError {
    /// Not protobuf.
    #[error("the body is not valid protobuf: {reason} at byte {at} of {len}")]
    Protobuf {
        /// What is wrong.
        reason: &'static str,
        /// Offset in the body.
        at: usize,
        /// Length of the body.
        len: usize,
    },
    /// Not OTLP/JSON.
    #[error("the body is not valid OTLP/JSON: {reason} at byte {at} of {len}")]
    Json {
        /// What is wrong.
        reason: String,
        /// Offset in the body.
        at: usize,
        /// Length of the body.
        len: usize,
    },
}

/// Reads a request that arrived at `now` (seconds since the epoch).
///
/// A span belongs to the two-second bucket in which it ended, a data point or log record to that of its time.
pub fn parse(signal: Signal, format: Format, body: &[u8], policy: &Policy, now: i64) -> Result<Batch, OtlpError> {
    let mut sink = Sink::new(policy, now);
    let len = body.len();
    let offset = |address: usize| address.saturating_sub(body.as_ptr() as usize).min(len);
    match format {
        Format::Protobuf => {
            let read = match signal {
                Signal::Traces => protobuf::traces(body, &mut sink),
                Signal::Metrics => protobuf::metrics(body, &mut sink),
                Signal::Logs => protobuf::logs(body, &mut sink),
            };
            read.map_err(|e| OtlpError::Protobuf { reason: e.reason, at: offset(e.address), len })?;
        }
        Format::Json => json::read(signal, body, &mut sink).map_err(|e| OtlpError::Json {
            reason: e.reason,
            at: offset(e.address),
            len,
        })?,
    }
    Ok(sink.builder.finish(digest(signal, body, policy)))
}

/// The hash of the hash, so that the body need not be copied behind the signal.
fn digest(signal: Signal, body: &[u8], policy: &Policy) -> [u8; 16] {
    let mut tagged = [signal as u8; 17];
    tagged[1..].copy_from_slice(&siphash13_128(&policy.key, body));
    siphash13_128(&policy.key, &tagged)
}

/// Where both formats put what they read.
struct Sink<'p> {
    policy: &'p Policy,
    builder: BatchBuilder,
    /// Scratch space in which names are put together.
    name: Vec<u8>,
}

/// The resource that spans, points or records come from.
struct Origin {
    service: ServiceId,
    version: Option<VersionId>,
    is_entry: bool,
}

impl<'p> Sink<'p> {
    fn new(policy: &'p Policy, now: i64) -> Self {
        let instants = now.saturating_sub(policy.max_past)..=now.saturating_add(policy.max_future);
        let builder = BatchBuilder::new(policy.limits.clone(), policy.key.id(), Resolution::TwoSeconds, instants);
        Self { policy, builder, name: Vec::new() }
    }

    fn limits(&self) -> &'p Limits {
        &self.policy.limits
    }

    fn origin(&mut self, resource: &view::ResourceView<'_>) -> Origin {
        // The name that the specification gives to what has none.
        let name = if resource.service.is_empty() { b"unknown_service" } else { resource.service };
        Origin {
            service: self.builder.service(name),
            version: (!resource.version.is_empty()).then(|| self.builder.version(resource.version)),
            is_entry: self.policy.entry_services.iter().any(|service| service.as_bytes() == name),
        }
    }

    #[inline]
    fn seen(&mut self, at: BucketId, origin: &Origin, instant: i64) {
        if let Some(version) = origin.version {
            self.builder.seen(at, origin.service, version, instant);
        }
    }

    /// Counts an item that is taken without being shown.
    fn unshown(&mut self) {
        self.builder.report.accepted += 1;
        self.builder.report.unshown += 1;
    }
}
