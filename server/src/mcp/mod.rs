//! The Model Context Protocol at `/mcp`: what the console knows, as tools for a program that reads it.
//!
//! Sources: the specification of 2026-07-28, and that of 2025-11-25 for older clients; the official `rmcp` speaks both.
//! Every tool only reads. Host, origin and key are checked before a request comes here, as for all others.

mod arguments;
mod tools;

use std::sync::Arc;

use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};

use crate::http::App;

pub use tools::Tools;

/// The largest request.
const MOST_BYTES: usize = 256 << 10;

/// The service of an app. It keeps nothing between requests.
pub fn service(app: &App) -> StreamableHttpService<Tools, NeverSessionManager> {
    let app = app.clone();
    // The server's own guard checks Host and Origin of every request (`http::guard`).
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_max_request_body_bytes(MOST_BYTES)
        .disable_allowed_hosts();
    StreamableHttpService::new(move || Ok(Tools::new(app.clone())), Arc::default(), config)
}
