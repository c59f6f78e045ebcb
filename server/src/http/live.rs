//! `GET /api/live`: server-sent events, one for every tick, so that pages know when to look again.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde_json::json;
use tokio::sync::{OwnedSemaphorePermit, watch};

use super::App;
use super::error::ApiError;

/// Seconds between comments that keep a silent connection open through proxies.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

struct Follower {
    ticks: watch::Receiver<i64>,
    closing: watch::Receiver<bool>,
    first: bool,
    _place: OwnedSemaphorePermit,
}

impl Follower {
    /// The next tick; `None` once the server ends.
    async fn next(&mut self) -> Option<i64> {
        if !std::mem::take(&mut self.first) {
            tokio::select! {
                changed = self.ticks.changed() => changed.ok()?,
                _ = self.closing.wait_for(|closing| *closing) => return None,
            }
        }
        Some(*self.ticks.borrow_and_update())
    }
}

/// Follows the ticks, beginning with the newest one.
pub(super) async fn live(State(app): State<App>) -> Result<Response, ApiError> {
    let ticks = app.ready()?.centre.ticks();
    let place = app.admission.live()?;
    let egress = app.egress.clone();
    let follower = Follower { ticks, closing: app.closing.clone(), first: true, _place: place };
    let events = stream::unfold((follower, egress), |(mut follower, egress)| async {
        let as_of = follower.next().await?;
        let event = Event::default().event("tick").data(json!({ "as_of": as_of, "sent": egress.total() }).to_string());
        Some((Ok::<_, Infallible>(event), (follower, egress)))
    });
    let mut response = Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response();
    // Proxies that collect answers before they pass them on would hold the events back.
    response.headers_mut().insert(header::HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(response)
}
