//! Acknowledged means durable, and arriving twice changes nothing: SIGKILL in the middle of load, again and again.
//!
//! Five times in the normal suite; `BONGHWA_KILLS=50` for the full count.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{scope, sleep};
use std::time::Duration;

use bonghwa_tests::otlp::{now, protobuf, server_span, traces};
use bonghwa_tests::server::Server;
use bonghwa_tests::{Scratch, eventually, http};

const SENDERS: usize = 4;

/// A request with as many spans as `number` says, so that a lost one and a doubled one cannot cancel out.
struct Sent {
    body: Vec<u8>,
    spans: u64,
    acknowledged: bool,
}

#[test]
fn a_killed_server_has_every_acknowledged_request_once() {
    let kills: u64 =
        std::env::var("BONGHWA_KILLS").map_or(5, |count| count.parse().expect("BONGHWA_KILLS is a number"));
    let scratch = Scratch::new();
    let data = scratch.path().join("data");
    let numbers = AtomicU64::new(0);
    let mut settled = 0;
    let mut in_flight = 0;
    for kill in 0..kills {
        let server = Server::start(&data);
        let sent = load_until_killed(server, &numbers, Duration::from_millis(100 + kill * 137 % 500));
        let server = Server::start(&data);
        let acknowledged: u64 = sent.iter().filter(|sent| sent.acknowledged).map(|sent| sent.spans).sum();
        let all: u64 = sent.iter().map(|sent| sent.spans).sum();
        // What was in the journal is shown after the first tick.
        let held = eventually(|| server.requests("seoul"), |&held| held >= settled + acknowledged);
        assert!(held >= settled + acknowledged, "kill {kill}: {held} held, {settled} + {acknowledged} acknowledged");
        assert!(held <= settled + all, "kill {kill}: {held} held, {settled} + {all} sent");
        for sent in &sent {
            let answer = server.post_traces("seoul", &sent.body);
            assert_eq!(answer.status, 200, "{}", answer.text());
        }
        settled += all;
        in_flight += all - acknowledged;
        let held = eventually(|| server.requests("seoul"), |&held| held == settled);
        assert_eq!(held, settled, "kill {kill}: every request once after all were sent again");
        server.kill();
    }
    let server = Server::start(&data);
    assert_eq!(eventually(|| server.requests("seoul"), |&held| held == settled), settled);
    println!("{kills} kills, {settled} requests, {in_flight} of them in flight when the server was killed");
}

/// Sends from several connections until the server is killed, and returns what was sent.
fn load_until_killed(server: Server, numbers: &AtomicU64, after: Duration) -> Vec<Sent> {
    let address = server.address;
    let stop = AtomicBool::new(false);
    let sent = scope(|scope| {
        let senders: Vec<_> = (0..SENDERS).map(|_| scope.spawn(|| send(address, numbers, &stop))).collect();
        sleep(after);
        server.kill();
        stop.store(true, Ordering::Relaxed);
        senders.into_iter().flat_map(|sender| sender.join().expect("a sender ends")).collect::<Vec<_>>()
    });
    assert!(sent.iter().any(|sent| sent.acknowledged), "something arrived before the kill");
    sent
}

fn send(address: SocketAddr, numbers: &AtomicU64, stop: &AtomicBool) -> Vec<Sent> {
    let mut all = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let number = numbers.fetch_add(1, Ordering::Relaxed);
        let spans = 1 + number % 7;
        let end = now() - 5;
        let list = (0..spans).map(|i| server_span(&format!("/r/{}", number % 50), end, number * 10 + i)).collect();
        let body = protobuf(&traces("web", list));
        let headers = [("Content-Type", "application/x-protobuf"), ("bonghwa-region", "seoul")];
        let answer = http::request(address, "POST", "/v1/traces", &headers, &body);
        let acknowledged = answer.as_ref().is_ok_and(|answer| answer.status == 200);
        all.push(Sent { body, spans, acknowledged });
        if answer.is_err() {
            break;
        }
    }
    all
}
