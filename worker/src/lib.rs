//! The regional edge as a Cloudflare Worker.
//!
//! This is the router: it is stateless, parses what arrives and finds the object that keeps it. [`region::Region`] is a
//! region (or a part of one), [`nation::Nation`] all of them together; both run the engine of `bonghwa-edge` on their own
//! SQLite. Nothing here that the engine does not do natively as well.
#![cfg(target_arch = "wasm32")]

mod access;
mod database;
mod frames;
pub mod nation;
mod otlp;
pub mod region;
mod settings;
mod tally;
mod wire;

use bonghwa_edge::error::ApiError;
use bonghwa_edge::otlp::Signal;
use serde_json::json;
use worker::{Context, Env, Method, Request, Response, event};

use settings::Settings;
use wire::fault;

/// Content type of the Prometheus text format.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// A fault of ours shows with its place in the Worker's log.
#[event(start)]
fn start() {
    console_error_panic_hook::set_once();
}

/// Every request from outside.
#[event(fetch)]
async fn fetch(request: Request, env: Env, context: Context) -> worker::Result<Response> {
    let response = route(&env, request).await;
    if tally::is_due() {
        context.wait_until(async move {
            // What was not brought is kept for the next time.
            let _ = tally::bring(&env).await;
        });
    }
    response
}

async fn route(env: &Env, request: Request) -> worker::Result<Response> {
    let path = request.path();
    let signal = match path.as_str() {
        "/v1/traces" => Some(Signal::Traces),
        "/v1/metrics" => Some(Signal::Metrics),
        "/v1/logs" => Some(Signal::Logs),
        _ => None,
    };
    let result = match (request.method(), path.as_str(), signal) {
        (Method::Post, _, Some(signal)) => return otlp::answer(env, signal, request).await,
        (Method::Get, "/healthz", _) => health(env),
        (Method::Get, "/metrics", _) => metrics(env, &request).await,
        (Method::Get, "/api/frames", _) => match Settings::read(env) {
            Ok(settings) => frames::answer(env, &settings, &request).await,
            Err(error) => Err(error),
        },
        (_, path, _) if path == "/api/keys" || path.starts_with("/api/keys/") => match Settings::read(env) {
            Ok(settings) => access::keys(env, &settings, request).await,
            Err(error) => Err(error),
        },
        (method, "/healthz" | "/metrics" | "/api/frames", _) | (method, _, Some(_)) => {
            Err(ApiError::Method(method.to_string()))
        }
        _ => Err(ApiError::NotFound(format!("there is nothing at {path}"))),
    };
    result.or_else(|error| {
        tally::refused("", &error);
        wire::refuse(&error, "application/json", error.body().to_string().into_bytes())
    })
}

/// 200 once the settings can be used.
fn health(env: &Env) -> Result<Response, ApiError> {
    Settings::read(env)?;
    Response::from_json(&json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") })).map_err(fault)
}

/// The sums of all isolates, as far as they brought them.
async fn metrics(env: &Env, request: &Request) -> Result<Response, ApiError> {
    access::watcher(env, &Settings::read(env)?, request.headers()).await?;
    tally::bring(env).await?;
    let reply = wire::ask(&wire::nation(env)?, Method::Get, "/counts", None).await?;
    let mut text = reply.body;
    // Memory of WebAssembly never shrinks: this is the most that this isolate has needed. 128 MB are allowed.
    let pages = core::arch::wasm32::memory_size::<0>();
    let help = "# HELP bonghwa_memory_bytes Most memory that the isolate of this answer has needed.\n";
    text.extend_from_slice(help.as_bytes());
    text.extend_from_slice(
        format!("# TYPE bonghwa_memory_bytes gauge\nbonghwa_memory_bytes {}\n", pages << 16).as_bytes(),
    );
    let response = Response::from_bytes(text).map_err(fault)?;
    response.headers().set("content-type", TEXT).map_err(fault)?;
    Ok(response)
}
