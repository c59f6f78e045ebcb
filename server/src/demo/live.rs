//! Live traffic: from now on, what users of the demonstration do is reported over the socket, as by real services.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use flate2::Compression;
use flate2::write::GzEncoder;
use prost::bytes::Bytes;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode};
use tokio::task::JoinSet;

use super::nation::Place;
use super::telemetry::{self, Request};
use super::{Demo, DemoError};

/// Time between two reports of a region, milliseconds; regions take turns within it.
const PERIOD: i64 = 2000;
/// Longest span of time that one report covers, milliseconds.
const LONGEST_REPORT: i64 = 10_000;
/// A gap longer than this (the machine slept, the clock was set) is left out, milliseconds.
const LONGEST_GAP: i64 = 300_000;
/// Longest wait before a report is tried again.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Why live traffic cannot start.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// The HTTP client.
    #[error("the demonstration cannot send its traffic: {0}")]
    Client(#[from] reqwest::Error),
    /// A region that the demonstration does not know.
    #[error(transparent)]
    Region(#[from] DemoError),
}

/// What live traffic has sent so far.
#[derive(Debug, Default)]
pub struct Traffic {
    requests: AtomicU64,
    reports: AtomicU64,
    retries: AtomicU64,
    refused: AtomicU64,
}

impl Traffic {
    /// Requests of users whose spans were accepted.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Reports (bodies of OTLP) that were accepted.
    pub fn reports(&self) -> u64 {
        self.reports.load(Ordering::Relaxed)
    }

    /// Attempts that failed and were repeated.
    pub fn retries(&self) -> u64 {
        self.retries.load(Ordering::Relaxed)
    }

    /// Reports that were refused for good.
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }
}

impl Demo {
    /// Sends the traffic of all regions from the instant `from` (the end of the history, seconds since the epoch) on
    /// to the OTLP receiver at `address`, until the future is dropped. `token` is the key that it carries.
    pub async fn run(&self, address: SocketAddr, token: &str, from: i64) -> Result<(), LiveError> {
        let client = crate::outgoing::local().timeout(Duration::from_secs(10)).build()?;
        let mut feeds = JoinSet::new();
        let count = self.model.places.len() as i64;
        for (turn, place) in (0..).zip(&self.model.places) {
            let feed = Feed {
                demo: self.clone(),
                client: client.clone(),
                place: place.clone(),
                url: format!("http://{address}/v1/"),
                token: token.to_owned(),
                pending: Vec::new(),
            };
            feeds.spawn(feed.run(from * 1000, PERIOD * turn / count.max(1)));
        }
        while feeds.join_next().await.is_some() {}
        Ok(())
    }

    /// What [`run`](Self::run) has sent so far.
    pub fn traffic(&self) -> &Traffic {
        &self.traffic
    }
}

/// The traffic of one region.
struct Feed {
    demo: Demo,
    client: Client,
    place: Place,
    url: String,
    token: String,
    /// Requests that have not been answered yet; a span is reported when it has ended.
    pending: Vec<Request>,
}

impl Feed {
    /// Reports what happened since `sent` (milliseconds since the epoch), once a period.
    async fn run(mut self, mut sent: i64, turn: i64) {
        loop {
            let wait = PERIOD - (clock() - turn).rem_euclid(PERIOD);
            tokio::time::sleep(Duration::from_millis(wait as u64)).await;
            let now = clock();
            if (now - sent).abs() > LONGEST_GAP {
                sent = now - PERIOD;
            }
            while sent < now {
                let until = now.min(sent + LONGEST_REPORT);
                self.report(sent, until).await;
                sent = until;
            }
        }
    }

    /// Reports what happened from `from` to `to`, milliseconds since the epoch.
    async fn report(&mut self, from: i64, to: i64) {
        let model = &self.demo.model;
        let effect = self.demo.effect(&self.place.code, to / 1000);
        self.pending.extend(telemetry::requests(model, &self.place, from, to, &effect));
        let over = to as u64 * 1_000_000;
        let done: Vec<Request> = self.pending.extract_if(.., |request| request.end() <= over).collect();
        let (from, to) = (ceil_seconds(from), ceil_seconds(to));
        let metrics = telemetry::metrics(model, &self.place, from, to, &effect);
        let logs = telemetry::logs(&done, from, to, &effect);
        if !done.is_empty() && self.post("traces", &telemetry::traces(&done, &effect)).await {
            self.demo.traffic.requests.fetch_add(done.len() as u64, Ordering::Relaxed);
        }
        for (signal, body) in [("metrics", metrics), ("logs", logs)] {
            if let Some(body) = body {
                self.post(signal, &body).await;
            }
        }
    }

    /// Sends a body until it is accepted or refused for good, each time the same bytes, so that one that was stored
    /// before its answer got lost is known again.
    async fn post(&self, signal: &str, body: &[u8]) -> bool {
        let Ok(body) = gzip(body) else { return false };
        let body = Bytes::from(body);
        let traffic = &self.demo.traffic;
        let mut wait = Duration::from_secs(1);
        loop {
            let attempt = self
                .client
                .post(format!("{}{signal}", self.url))
                .header(CONTENT_TYPE, "application/x-protobuf")
                .header(CONTENT_ENCODING, "gzip")
                .header("bonghwa-region", &self.place.code)
                .bearer_auth(&self.token)
                .body(body.clone());
            match attempt.send().await {
                Ok(response) if is_busy(response.status()) => wait = retry_after(&response).unwrap_or(wait),
                Ok(response) => {
                    let accepted = response.status().is_success();
                    // Reading the answer to its end leaves the connection usable for the next report.
                    let _ = response.bytes().await;
                    let counter = if accepted { &traffic.reports } else { &traffic.refused };
                    counter.fetch_add(1, Ordering::Relaxed);
                    return accepted;
                }
                Err(_) => {}
            }
            traffic.retries.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(wait.min(LONGEST_WAIT)).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }
}

/// Answers upon which OTLP/HTTP says to try again (specification 1.x, "Failures": 429, 502, 503, 504).
fn is_busy(status: StatusCode) -> bool {
    matches!(status.as_u16(), 429 | 502 | 503 | 504)
}

fn retry_after(response: &Response) -> Option<Duration> {
    let seconds: u64 = response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

fn gzip(body: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::fast());
    encoder.write_all(body)?;
    encoder.finish()
}

/// Milliseconds since the epoch.
fn clock() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}

/// The first whole second not before an instant in milliseconds.
const fn ceil_seconds(ms: i64) -> i64 {
    ms.div_euclid(1000) + (ms.rem_euclid(1000) > 0) as i64
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::{Arc, Mutex};

    use axum::extract::State;
    use axum::http::{HeaderMap, Uri};
    use axum::response::IntoResponse;
    use bonghwa_analytics::identity::FleetKey;
    use bonghwa_edge::otlp::{Format, Signal, parse};
    use bonghwa_edge::policy::Policy;
    use flate2::read::GzDecoder;

    use super::*;
    use crate::demo::{SEED, regions};

    const KEY: FleetKey = FleetKey::new([2; 16]);

    #[derive(Default)]
    struct Inbox {
        refused: Vec<(String, Bytes)>,
        taken: Vec<(String, String, Bytes)>,
    }

    /// A receiver that turns every body away once, and takes it the second time.
    async fn receive(
        State(inbox): State<Arc<Mutex<Inbox>>>,
        uri: Uri,
        headers: HeaderMap,
        body: Bytes,
    ) -> axum::response::Response {
        assert_eq!(headers[CONTENT_TYPE], "application/x-protobuf");
        assert_eq!(headers[CONTENT_ENCODING], "gzip");
        assert_eq!(headers["authorization"], "Bearer token");
        let region = headers["bonghwa-region"].to_str().unwrap().to_owned();
        let mut inbox = inbox.lock().unwrap();
        if inbox.refused.contains(&(region.clone(), body.clone())) {
            inbox.taken.push((uri.path().to_owned(), region, body));
            axum::http::StatusCode::OK.into_response()
        } else {
            inbox.refused.push((region, body));
            (axum::http::StatusCode::TOO_MANY_REQUESTS, [("retry-after", "0")]).into_response()
        }
    }

    #[tokio::test]
    async fn all_regions_report_and_what_was_turned_away_comes_again_as_it_was() {
        let inbox = Arc::new(Mutex::new(Inbox::default()));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = axum::Router::new().fallback(receive).with_state(inbox.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });

        let demo = Demo::new(SEED, KEY, &regions());
        let now = clock() / 1000;
        let sending = demo.run(address, "token", now - 30);
        assert!(tokio::time::timeout(Duration::from_secs(6), sending).await.is_err(), "live traffic does not end");

        let (mut codes, mut paths, mut requests) = (BTreeSet::new(), BTreeSet::new(), 0);
        let policy = Policy::new(KEY);
        for (path, region, body) in std::mem::take(&mut inbox.lock().unwrap().taken) {
            let mut plain = Vec::new();
            std::io::copy(&mut GzDecoder::new(&body[..]), &mut plain).unwrap();
            let signal = match path.as_str() {
                "/v1/traces" => Signal::Traces,
                "/v1/metrics" => Signal::Metrics,
                "/v1/logs" => Signal::Logs,
                other => panic!("posted to {other}"),
            };
            let batch = parse(signal, Format::Protobuf, &plain, &policy, clock() / 1000).unwrap();
            assert_eq!(batch.report.rejected, 0);
            requests += batch.buckets.values().map(|bucket| bucket.entry.count).sum::<u64>();
            codes.insert(region);
            paths.insert(path);
        }
        assert_eq!((codes.len(), paths.len()), (17, 3));
        let traffic = demo.traffic();
        // What was taken while the sender was stopped has arrived without being counted as accepted.
        assert!((1..=requests).contains(&traffic.requests()));
        assert!(traffic.reports() > 0 && traffic.retries() >= traffic.reports() && traffic.refused() == 0);
    }
}
