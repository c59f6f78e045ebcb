//! `/healthz` for whoever starts and watches the process, `/metrics` for Prometheus.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::App;
use super::meter::family;
use crate::clock;

/// Content type of the Prometheus text format.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// 200 once data is taken and given, 503 before.
pub(super) async fn health(State(app): State<App>) -> Response {
    match app.ready() {
        Ok(_) => Json(json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") })).into_response(),
        Err(error) => error.respond(Json(json!({ "status": "starting" }))),
    }
}

/// What left this server for a model, an agent or an export since its start.
pub(super) async fn egress(State(app): State<App>) -> Json<Value> {
    Json(json!({ "sent": app.egress.total(), "destinations": app.egress.sent(), "model": app.model.is_some() }))
}

/// Everything that is counted.
pub(super) async fn text(State(app): State<App>) -> Response {
    let mut out = String::new();
    app.meter.write(&mut out);
    outward(&app, &mut out);
    let (requests, bytes, live) = app.admission.in_use();
    let one = |value: u64| vec![(String::new(), value)];
    let mut gauge = |name: &str, help: &str, rows| family(&mut out, name, "gauge", help, rows);
    gauge("bonghwa_in_flight_requests", "OTLP requests that are being taken.", one(requests as u64));
    gauge("bonghwa_in_flight_bytes", "Body bytes that are being taken.", one(bytes as u64));
    gauge("bonghwa_live_connections", "Pages that follow live.", one(live as u64));
    let limits = &app.settings.limits;
    let limits = [
        ("compressed_bytes", limits.compressed_bytes),
        ("decompressed_bytes", limits.decompressed_bytes),
        ("ratio", limits.ratio),
        ("attributes", limits.attributes),
        ("routes", limits.routes),
        ("services", limits.services),
        ("series", limits.series),
        ("in_flight_bytes", limits.in_flight_bytes),
        ("in_flight_requests", limits.in_flight_requests),
        ("live_connections", limits.live_connections),
    ];
    let rows = limits.iter().map(|(name, value)| (format!("limit=\"{name}\""), *value as u64)).collect();
    gauge("bonghwa_limit", "Limits of the settings.", rows);
    if let Ok(ready) = app.ready() {
        let counters = ready.centre.counters();
        let now = clock::now();
        let lag = counters
            .newest
            .iter()
            .map(|(region, newest)| (format!("region=\"{region}\""), u64::try_from(now - newest).unwrap_or_default()));
        gauge("bonghwa_region_lag_seconds", "Age of a region's newest data.", lag.collect());
        let contacts = ready.centre.contacts();
        let silence = contacts.iter().map(|(region, contact)| {
            (format!("region=\"{region}\""), u64::try_from(now - contact.at).unwrap_or_default())
        });
        let help = "Seconds since an edge elsewhere last answered.";
        gauge("bonghwa_edge_silence_seconds", help, silence.collect());
        gauge("bonghwa_tick_milliseconds", "How long the last tick took.", one(counters.tick_ms));
        let batches = vec![
            ("outcome=\"stored\"".to_string(), counters.stored),
            ("outcome=\"duplicate\"".to_string(), counters.duplicates),
        ];
        family(&mut out, "bonghwa_batches_total", "counter", "Batches that the engines took.", batches);
        let failed = one(counters.failed_ticks);
        family(
            &mut out,
            "bonghwa_failed_ticks_total",
            "counter",
            "Ticks that failed, on a full disk for example.",
            failed,
        );
    }
    ([(header::CONTENT_TYPE, HeaderValue::from_static(TEXT))], out).into_response()
}

/// What left, and how calls to models went.
fn outward(app: &App, out: &mut String) {
    let sent = app.egress.sent();
    let mut counter = |name: &str, help: &str, rows| family(out, name, "counter", help, rows);
    let to = |get: fn(&crate::egress::Sent) -> u64| {
        sent.iter().map(|sent| (format!("destination=\"{}\"", sent.destination.name()), get(sent))).collect()
    };
    counter("bonghwa_egress_total", "What was sent to models, agents and exports.", to(|sent| sent.times));
    counter("bonghwa_egress_masked_total", "Texts of it in which something was masked.", to(|sent| sent.masked));
    counter("bonghwa_egress_bytes_total", "Bytes of its texts, after masking.", to(|sent| sent.bytes));
    if let Some(model) = &app.model {
        let rows = model.counts().into_iter();
        let rows = rows.map(|(name, outcome, n)| (format!("provider=\"{name}\",outcome=\"{outcome}\""), n)).collect();
        counter("bonghwa_model_calls_total", "Calls to models by outcome.", rows);
        let tokens = model.tokens();
        let rows = vec![("direction=\"sent\"".into(), tokens.input), ("direction=\"received\"".into(), tokens.output)];
        counter("bonghwa_model_tokens_total", "Tokens of calls to models.", rows);
        let resting = model.resting().into_iter();
        let rows = resting.map(|(name, rests)| (format!("provider=\"{name}\""), u64::from(rests))).collect();
        let help = "Whether a provider that failed is left alone.";
        family(out, "bonghwa_model_breaker_open", "gauge", help, rows);
    }
}
