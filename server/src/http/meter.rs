//! Counters of what the server took and refused, for `/metrics`.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use bonghwa_edge::otlp::Signal;

use super::error::ApiError;

/// What happened since the start.
#[derive(Debug, Default)]
pub(super) struct Meter {
    signals: [PerSignal; 3],
    refused: [AtomicU64; ApiError::CODES.len()],
    pages: AtomicU64,
    import_lines: AtomicU64,
}

#[derive(Debug, Default)]
struct PerSignal {
    stored: AtomicU64,
    duplicate: AtomicU64,
    refused: AtomicU64,
    accepted_items: AtomicU64,
    rejected_items: AtomicU64,
    compressed_bytes: AtomicU64,
    decompressed_bytes: AtomicU64,
}

impl Meter {
    /// Counts a request that was stored, or was stored before.
    pub(super) fn taken(&self, signal: Signal, duplicate: bool, items: (u64, u64), bytes: (usize, usize)) {
        let counters = &self.signals[signal as usize];
        if duplicate { &counters.duplicate } else { &counters.stored }.fetch_add(1, Relaxed);
        if !duplicate {
            counters.accepted_items.fetch_add(items.0, Relaxed);
            counters.rejected_items.fetch_add(items.1, Relaxed);
        }
        counters.compressed_bytes.fetch_add(bytes.0 as u64, Relaxed);
        counters.decompressed_bytes.fetch_add(bytes.1 as u64, Relaxed);
    }

    /// Counts telemetry that was refused as a whole; the reason is counted where the response is made.
    pub(super) fn turned_away(&self, signal: Signal) {
        self.signals[signal as usize].refused.fetch_add(1, Relaxed);
    }

    /// Counts a refusal by its reason.
    pub(super) fn refused(&self, error: &ApiError) {
        self.refused[error.index()].fetch_add(1, Relaxed);
    }

    /// Counts a page that was rendered.
    pub(super) fn page(&self) {
        self.pages.fetch_add(1, Relaxed);
    }

    /// Counts lines of an imported log.
    pub(super) fn imported(&self, lines: u64) {
        self.import_lines.fetch_add(lines, Relaxed);
    }

    /// Appends the counters in the Prometheus text format, version 0.0.4.
    pub(super) fn write(&self, out: &mut String) {
        let each = |get: fn(&PerSignal) -> &AtomicU64, label: &str| {
            Signal::ALL
                .iter()
                .map(|signal| {
                    let labels = format!("signal=\"{}\"{label}", name(*signal));
                    (labels, get(&self.signals[*signal as usize]).load(Relaxed))
                })
                .collect::<Vec<_>>()
        };
        let mut requests = each(|s| &s.stored, ",outcome=\"stored\"");
        requests.extend(each(|s| &s.duplicate, ",outcome=\"duplicate\""));
        requests.extend(each(|s| &s.refused, ",outcome=\"refused\""));
        family(out, "bonghwa_otlp_requests_total", "counter", "OTLP requests by what became of them.", requests);
        let mut items = each(|s| &s.accepted_items, ",outcome=\"accepted\"");
        items.extend(each(|s| &s.rejected_items, ",outcome=\"rejected\""));
        let help = "Spans, data points and log records.";
        family(out, "bonghwa_otlp_items_total", "counter", help, items);
        let bytes = each(|s| &s.compressed_bytes, "");
        family(out, "bonghwa_otlp_received_bytes_total", "counter", "Body bytes as they arrived.", bytes);
        let bytes = each(|s| &s.decompressed_bytes, "");
        family(out, "bonghwa_otlp_decompressed_bytes_total", "counter", "Body bytes decompressed.", bytes);
        let refused = ApiError::CODES
            .iter()
            .zip(&self.refused)
            .map(|(code, count)| (format!("reason=\"{code}\""), count.load(Relaxed)))
            .collect();
        family(out, "bonghwa_refused_total", "counter", "Requests refused, of any kind, by reason.", refused);
        let pages = vec![(String::new(), self.pages.load(Relaxed))];
        family(out, "bonghwa_pages_total", "counter", "Pages rendered.", pages);
        let lines = vec![(String::new(), self.import_lines.load(Relaxed))];
        family(out, "bonghwa_import_lines_total", "counter", "Access-log lines taken over HTTP.", lines);
    }
}

const fn name(signal: Signal) -> &'static str {
    match signal {
        Signal::Traces => "traces",
        Signal::Metrics => "metrics",
        Signal::Logs => "logs",
    }
}

/// Appends one family of metrics. Label values are codes of ours and need no escaping.
pub(super) fn family(out: &mut String, name: &str, kind: &str, help: &str, rows: Vec<(String, u64)>) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
    for (labels, value) in rows {
        let _ = if labels.is_empty() {
            writeln!(out, "{name} {value}")
        } else {
            writeln!(out, "{name}{{{labels}}} {value}")
        };
    }
}
