//! What an OTLP sender is told.

use bonghwa_analytics::codec::{put_bytes, put_u64};
use serde_json::{Map, Value, json};

use super::{Format, Signal};
use crate::batch::Report;

/// The body of a 200: `Export{Trace,Metrics,Logs}ServiceResponse`, with a partial success if anything was rejected.
pub fn response(signal: Signal, format: Format, report: &Report) -> Vec<u8> {
    let message = report.reason.as_deref().unwrap_or_default();
    if report.rejected == 0 {
        return match format {
            Format::Protobuf => Vec::new(),
            Format::Json => b"{}".to_vec(),
        };
    }
    match format {
        Format::Protobuf => {
            // rejected_spans, _data_points and _log_records are all field 1, error_message is field 2.
            let mut partial = vec![0x08];
            put_u64(&mut partial, report.rejected);
            push_text(&mut partial, message);
            let mut out = vec![0x0a];
            put_bytes(&mut out, &partial);
            out
        }
        Format::Json => {
            let field = match signal {
                Signal::Traces => "rejectedSpans",
                Signal::Metrics => "rejectedDataPoints",
                Signal::Logs => "rejectedLogRecords",
            };
            // By name: maps keep their order in some builds and sort in others, and all edges give the same bytes.
            let mut partial = Map::new();
            partial.insert("errorMessage".to_owned(), Value::String(message.to_owned()));
            partial.insert(field.to_owned(), Value::String(report.rejected.to_string()));
            json!({ "partialSuccess": partial }).to_string().into_bytes()
        }
    }
}

/// The body of a 4xx or 5xx: `google.rpc.Status` with the message. Its code is left out, as OTLP tells senders to look
/// at the HTTP status only.
pub fn error_status(format: Format, message: &str) -> Vec<u8> {
    match format {
        Format::Protobuf => {
            let mut out = Vec::new();
            push_text(&mut out, message);
            out
        }
        Format::Json => json!({ "message": message }).to_string().into_bytes(),
    }
}

/// Field 2, in both messages that have one.
fn push_text(out: &mut Vec<u8>, text: &str) {
    out.push(0x12);
    put_bytes(out, text.as_bytes());
}
