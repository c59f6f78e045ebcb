//! A recorded time: many requests of many users on several services, always the same for the same seed.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::scope;
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::trace::v1::{Span, Status, span::SpanKind, status::StatusCode};

use crate::http;
use crate::otlp::{attribute, gzip, protobuf, traces};

const SERVICES: [&str; 4] = ["web", "civil-affairs", "tax", "gateway"];
const SENDERS: usize = 4;

/// `spans` spans as requests of `each` spans, gzipped, over the `seconds` before `end` (since the epoch).
pub fn requests(spans: u64, each: u64, end: u64, seconds: u64) -> Vec<Vec<u8>> {
    (0..spans / each)
        .map(|number| {
            let list = (0..each).map(|index| span(number * each + index, spans, (end, seconds))).collect();
            let service = SERVICES[number as usize % SERVICES.len()];
            gzip(&protobuf(&traces(service, list)))
        })
        .collect()
}

/// Sends them over several connections, until each was acknowledged, and returns how long that took.
///
/// # Panics
/// If one is refused.
pub fn send(address: SocketAddr, headers: &[(&str, &str)], requests: &[Vec<u8>]) -> Duration {
    let next = AtomicUsize::new(0);
    let started = Instant::now();
    scope(|scope| {
        for _ in 0..SENDERS {
            scope.spawn(|| {
                while let Some(body) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let mut all = vec![("Content-Type", "application/x-protobuf"), ("Content-Encoding", "gzip")];
                    all.extend_from_slice(headers);
                    let answer = http::request(address, "POST", "/v1/traces", &all, body).expect("an answer");
                    assert_eq!(answer.status, 200, "{}", answer.text());
                }
            });
        }
    });
    started.elapsed()
}

/// SplitMix64 (Steele, Lea and Flood, 2014).
fn random(state: u64) -> u64 {
    let mut z = state.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn span(number: u64, of: u64, (end, seconds): (u64, u64)) -> Span {
    let noise = random(number + 1);
    let at = (end - seconds) * 1_000_000_000 + seconds * 1_000_000_000 / of * number;
    let took = 1_000_000 + noise % 400_000_000;
    let user = noise % 5000;
    let route = format!("/page/{}", noise / 7 % 40);
    let client = noise.is_multiple_of(5);
    let mut attributes = vec![
        attribute("http.request.method", "GET"),
        attribute("http.route", &route),
        attribute("client.address", &format!("10.{}.{}.{}", user / 250 % 250, user % 250, noise % 3)),
        attribute("http.request.header.cookie", &format!("JSESSIONID={user:032X}.node1; bonghwa_uid=u{user}")),
    ];
    if client {
        attributes.push(attribute("peer.service", SERVICES[noise as usize / 11 % SERVICES.len()]));
    }
    let code = if noise.is_multiple_of(97) { 500 } else { 200 };
    let value = Some(AnyValue { value: Some(Value::IntValue(code)) });
    attributes.push(KeyValue { key: "http.response.status_code".to_owned(), value, ..KeyValue::default() });
    Span {
        trace_id: u128::from(noise).to_be_bytes().to_vec(),
        span_id: (number + 1).to_be_bytes().to_vec(),
        name: format!("GET {route}"),
        kind: if client { SpanKind::Client as i32 } else { SpanKind::Server as i32 },
        start_time_unix_nano: at.saturating_sub(took),
        end_time_unix_nano: at,
        attributes,
        status: (code == 500).then(|| Status { code: StatusCode::Error as i32, ..Status::default() }),
        ..Span::default()
    }
}
