//! The Worker under the real workerd: the same bytes as the program, nothing acknowledged lost, the same refusals.
//!
//! Five kills in the normal suite; `BONGHWA_KILLS=50` for the full count.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use bonghwa_analytics::time::Resolution;
use bonghwa_tests::http::{self, Answer};
use bonghwa_tests::otlp::{gzip, json, now, protobuf, server_span, traces};
use bonghwa_tests::server::Server;
use bonghwa_tests::worker::{FLEET_KEY, Rows, Worker, cpu_ms, requests, rows_of_program};
use bonghwa_tests::{Scratch, corpus, eventually};
use serde_json::Value;

const PROTOBUF: (&str, &str) = ("Content-Type", "application/x-protobuf");
const SENDERS: usize = 4;

/// Sends traces with a key.
fn post(worker: &Worker, key: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let bearer = format!("Bearer {key}");
    let mut all = vec![("Authorization", bearer.as_str())];
    all.extend_from_slice(headers);
    http::request(worker.address, "POST", "/v1/traces", &all, body).expect("an answer")
}

/// A Worker of one region, with a key for sending and one for reading.
fn seoul(data: &Path) -> (Worker, String, String) {
    let worker = Worker::start(data, "seoul");
    let [key, reader] = ["ingest", "read"].map(|purpose| worker.key("seoul", purpose).1);
    (worker, key, reader)
}

/// A server of the program with the fleet's key of these tests.
fn program(scratch: &Scratch) -> Server {
    let data = scratch.path().join("program");
    fs::create_dir_all(&data).expect("the data folder can be made");
    fs::write(data.join("fleet.key"), format!("{FLEET_KEY}\n")).expect("the key can be written");
    Server::start(&data)
}

#[test]
fn the_same_corpus_gives_the_same_bytes_in_the_program_in_workerd_and_in_parts() {
    let spans: u64 = std::env::var("BONGHWA_SPANS").map_or(100_000, |count| count.parse().unwrap());
    let scratch = Scratch::new();
    let server = program(&scratch);
    let worker = Worker::start(&scratch.path().join("worker"), "seoul,busan:4");
    println!("workerd answers after {} ms", worker.start.as_millis());
    // An hour that is over, so that every level is rolled up as soon as it is written.
    let end = (now() - 2 * 3600) / 3600 * 3600;
    let corpus = corpus::requests(spans, 500, end, 3600);
    let idle = cpu_ms(server.id());
    let native = corpus::send(server.address, &[("bonghwa-region", "seoul")], &corpus);
    let native_cpu = cpu_ms(server.id()) - idle;
    corpus::send(server.address, &[("bonghwa-region", "busan")], &corpus);
    let (_, seoul) = worker.key("seoul", "ingest");
    let (_, busan) = worker.key("busan", "ingest");
    let (_, reader) = worker.key("all", "read");
    let idle = cpu_ms(worker.id());
    let took = corpus::send(worker.address, &[("Authorization", &format!("Bearer {seoul}"))], &corpus);
    let cpu = cpu_ms(worker.id()) - idle;
    corpus::send(worker.address, &[("Authorization", &format!("Bearer {busan}"))], &corpus);
    let rate = |took: Duration| spans as f64 / took.as_secs_f64();
    println!(
        "{:.0} spans/s in workerd, {:.0} in the program: {:.2}",
        rate(took),
        rate(native),
        rate(took) / rate(native)
    );
    let each = |cpu: u64| cpu as f64 * 1000.0 / spans as f64;
    println!("{:.1} ms of CPU in workerd for 1,000 spans, {:.1} in the program", each(cpu), each(native_cpu));

    let entries = |rows: &Rows| requests(rows, Resolution::Hour);
    let data = scratch.path().join("program");
    let expected = eventually(|| rows_of_program(&data, "region-seoul.db"), |rows| entries(rows) == spans * 4 / 5);
    assert!(entries(&expected).abs_diff(spans * 4 / 5) < spans / 50, "{} entries", entries(&expected));
    let total = entries(&expected);
    for region in ["seoul", "busan"] {
        let read = || worker.rows(region, &reader, 300);
        let rows = eventually(read, |rows| rows.len() == expected.len() && entries(rows) == total);
        assert_eq!(rows.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{region}");
        for (key, content) in &rows {
            assert!(*content == expected[key], "{region}: {key:?} differs");
        }
    }
    let nation = eventually(|| rows_of_program(&data, "nation.db"), |rows| entries(rows) == 2 * total);
    let rows = eventually(|| worker.rows("all", &reader, 300), |rows| entries(rows) == 2 * total);
    assert!(rows == nation, "the nation: {} rows, {} expected", rows.len(), nation.len());

    // The same again, in another order, changes nothing.
    let mut again = corpus;
    again.reverse();
    let idle = cpu_ms(worker.id());
    corpus::send(worker.address, &[("Authorization", &format!("Bearer {busan}"))], &again);
    println!("{:.1} ms of it until an object knows that a batch is not new", each(cpu_ms(worker.id()) - idle));
    sleep(Duration::from_secs(5));
    assert!(worker.rows("busan", &reader, 1024) == expected, "a retry changed something");
    let written = worker.counter("bonghwa_rows_written_total{region=\"seoul\"}");
    println!("{:.1} rows written for 1,000 spans in requests of 500", written as f64 * 1000.0 / spans as f64);
    // What happens now is merged in memory; the hour above was over, so each of its batches reads and writes rows.
    let live = corpus::requests(spans / 2, 500, now(), 2);
    let idle = (cpu_ms(server.id()), cpu_ms(worker.id()));
    let native = corpus::send(server.address, &[("bonghwa-region", "seoul")], &live);
    let took = corpus::send(worker.address, &[("Authorization", &format!("Bearer {seoul}"))], &live);
    let cpu = |process, idle: u64| each(cpu_ms(process) - idle) * 2.0;
    println!(
        "live: {:.0} spans/s in workerd, {:.0} in the program; CPU for 1,000 spans {:.1} and {:.1} ms",
        rate(took) / 2.0,
        rate(native) / 2.0,
        cpu(worker.id(), idle.1),
        cpu(server.id(), idle.0)
    );
    let delta = worker.counter("bonghwa_otlp_delta_bytes_total{region=\"seoul\"}");
    let plain = worker.counter("bonghwa_otlp_decompressed_bytes_total{region=\"seoul\"}");
    println!("{delta} bytes of deltas for {plain} bytes of OTLP");
}

/// A request with as many spans as `number` says, so that a lost one and a doubled one cannot cancel out.
struct Sent {
    body: Vec<u8>,
    spans: u64,
    acknowledged: bool,
}

#[test]
fn a_killed_workerd_has_every_acknowledged_batch_once() {
    let kills: u64 = std::env::var("BONGHWA_KILLS").map_or(5, |count| count.parse().unwrap());
    let scratch = Scratch::new();
    let data = scratch.path().join("worker");
    let worker = Worker::start(&data, "seoul:2");
    let (_, sender) = worker.key("seoul", "ingest");
    let (_, reader) = worker.key("seoul", "read");
    worker.kill();
    let held = |worker: &Worker| requests(&worker.rows("seoul", &reader, 500), Resolution::TwoSeconds);
    let (numbers, mut settled, mut in_flight) = (AtomicU64::new(0), 0, 0);
    for kill in 0..kills {
        let worker = Worker::start(&data, "seoul:2");
        let sent = load_until_killed(worker, &sender, &numbers, Duration::from_millis(300 + kill * 137 % 500));
        let worker = Worker::start(&data, "seoul:2");
        let acknowledged: u64 = sent.iter().filter(|sent| sent.acknowledged).map(|sent| sent.spans).sum();
        let all: u64 = sent.iter().map(|sent| sent.spans).sum();
        // What was in the journal is shown after the first tick.
        let count = eventually(|| held(&worker), |&count| count >= settled + acknowledged);
        assert!(count >= settled + acknowledged, "kill {kill}: {count}, {settled} + {acknowledged} acknowledged");
        assert!(count <= settled + all, "kill {kill}: {count}, {settled} + {all} sent");
        for sent in sent.iter().rev() {
            let answer = post(&worker, &sender, &[PROTOBUF], &sent.body);
            assert_eq!(answer.status, 200, "{}", answer.text());
        }
        settled += all;
        in_flight += all - acknowledged;
        let count = eventually(|| held(&worker), |&count| count == settled);
        assert_eq!(count, settled, "kill {kill}: every request once after all were sent again");
        worker.kill();
    }
    println!("{kills} kills, {settled} requests, {in_flight} of them in flight when workerd was killed");
}

/// Sends from several connections until workerd is killed, and returns what was sent.
fn load_until_killed(worker: Worker, key: &str, numbers: &AtomicU64, after: Duration) -> Vec<Sent> {
    let address = worker.address;
    let (stop, arrived) = (AtomicBool::new(false), AtomicBool::new(false));
    let sent = scope(|scope| {
        let senders: Vec<_> = (0..SENDERS)
            .map(|_| {
                scope.spawn(|| {
                    let mut all = Vec::new();
                    while !stop.load(Ordering::Relaxed) {
                        let number = numbers.fetch_add(1, Ordering::Relaxed);
                        let spans = 1 + number % 7;
                        let list = (0..spans).map(|i| server_span("/kill", now() - 5, number * 10 + i)).collect();
                        let body = protobuf(&traces("web", list));
                        let bearer = format!("Bearer {key}");
                        let headers = [PROTOBUF, ("Authorization", bearer.as_str())];
                        let answer = http::request(address, "POST", "/v1/traces", &headers, &body);
                        let acknowledged = answer.as_ref().is_ok_and(|answer| answer.status == 200);
                        arrived.fetch_or(acknowledged, Ordering::Relaxed);
                        all.push(Sent { body, spans, acknowledged });
                        if answer.is_err() {
                            break;
                        }
                    }
                    all
                })
            })
            .collect();
        eventually(|| arrived.load(Ordering::Relaxed), |arrived| *arrived);
        sleep(after);
        worker.kill();
        stop.store(true, Ordering::Relaxed);
        senders.into_iter().flat_map(|sender| sender.join().expect("a sender ends")).collect::<Vec<_>>()
    });
    assert!(sent.iter().any(|sent| sent.acknowledged), "something arrived before the kill");
    sent
}

#[test]
fn keys_are_for_one_region_and_one_use_and_refusals_are_counted() {
    let scratch = Scratch::new();
    let data = scratch.path().join("worker");
    let worker = Worker::start(&data, "seoul,busan:3");
    let body = protobuf(&traces("web", vec![server_span("/a", now() - 30, 1)]));
    let (first, one) = worker.key("busan", "ingest");
    let (_, two) = worker.key("busan", "ingest");
    let third = worker.admin("POST", "/api/keys", &serde_json::json!({ "region": "busan", "use": "ingest" }));
    assert_eq!(third.status, 400, "two keys at a time: {}", third.text());
    let (_, busan_reader) = worker.key("busan", "read");
    let (_, seoul_reader) = worker.key("seoul", "read");
    let (_, reader) = worker.key("all", "read");
    for key in [&one, &two] {
        assert_eq!(post(&worker, key, &[PROTOBUF], &body).status, 200);
        assert_eq!(post(&worker, key, &[PROTOBUF, ("bonghwa-region", "busan")], &body).status, 200);
        assert_eq!(post(&worker, key, &[PROTOBUF, ("bonghwa-region", "seoul")], &body).status, 403);
    }
    let forged = format!("{}{}", &one[..one.len() - 1], if one.ends_with('0') { '1' } else { '0' });
    let other_region = one.replace("_busan_", "_seoul_");
    for key in ["", "x", "bonghwa_busan_00000000_00", &forged, &other_region, &one.replace("_busan_", "_jeju_")] {
        let answer = post(&worker, key, &[PROTOBUF], &body);
        assert_eq!((answer.status, answer.header("www-authenticate")), (401, Some("Bearer")), "{key:?}");
    }
    for key in [&busan_reader, &reader, "the administrator of these tests"] {
        assert_eq!(post(&worker, key, &[PROTOBUF], &body).status, 403, "{key:?}");
    }
    let read =
        |region: &str, key: &str| worker.request("GET", &format!("/api/frames?region={region}"), key, b"").status;
    assert_eq!((read("busan", &busan_reader), read("seoul", &seoul_reader)), (200, 200));
    assert_eq!((read("busan", &reader), read("all", &reader)), (200, 200));
    assert_eq!((read("busan", &seoul_reader), read("busan", &one), read("all", &busan_reader)), (403, 403, 403));
    assert_eq!((read("busan", ""), read("busan", &forged), read("atlantis", &reader)), (401, 401, 400));
    for key in [&one, &reader] {
        assert_eq!(worker.request("GET", "/api/keys", key, b"").status, 403);
        assert_eq!(worker.request("DELETE", &format!("/api/keys/{first}?region=busan"), key, b"").status, 403);
    }
    assert_eq!(worker.request("GET", "/api/keys", "x", b"").status, 401);
    assert_eq!(worker.admin("DELETE", &format!("/api/keys/{first}?region=busan"), &Value::Null).status, 204);
    assert_eq!(worker.admin("DELETE", &format!("/api/keys/{first}?region=busan"), &Value::Null).status, 404);
    // Every part refuses it at once, although the router may still take it for good.
    for id in 0..12 {
        let body = protobuf(&traces("web", vec![server_span("/b", now() - 30, id)]));
        assert_eq!(post(&worker, &one, &[PROTOBUF], &body).status, 401, "a deleted key");
    }
    assert_eq!(post(&worker, &two, &[PROTOBUF], &body).status, 200);
    let (_, again) = worker.key("busan", "ingest");
    assert_eq!(post(&worker, &again, &[PROTOBUF], &body).status, 200);
    let listed = worker.admin("GET", "/api/keys", &Value::Null).text();
    assert!(!listed.contains(&two) && listed.matches("\"id\"").count() == 5, "{listed}");
    let refused = |reason: &str, region: &str| {
        worker.counter(&format!("bonghwa_refused_total{{region=\"{region}\",reason=\"{reason}\"}}"))
    };
    assert_eq!(refused("forbidden", "busan"), 2, "the header named another region");
    assert!(refused("unauthenticated", "") >= 6 && refused("forbidden", "") >= 6);
    assert_eq!(worker.request("GET", "/metrics", &reader, b"").status, 200);
    assert_eq!(worker.request("GET", "/metrics", &two, b"").status, 403);
    let counted = refused("forbidden", "busan");
    worker.kill();
    let worker = Worker::start(&data, "seoul,busan:3");
    let name = "bonghwa_refused_total{region=\"busan\",reason=\"forbidden\"}";
    assert_eq!(worker.counter(name), counted, "counters outlive a process");
}

/// Headers and a body.
type Bad = (Vec<(&'static str, &'static str)>, Vec<u8>);

#[test]
fn bad_input_is_refused_as_the_program_refuses_it() {
    let scratch = Scratch::new();
    let server = program(&scratch);
    let worker = Worker::start(&scratch.path().join("worker"), "seoul");
    let (_, key) = worker.key("seoul", "ingest");
    let (_, reader) = worker.key("seoul", "read");
    let end = now() - 30;
    let valid = protobuf(&traces("web", (0..20).map(|id| server_span("/page", end, id)).collect()));
    let text = json(&traces("web", vec![server_span("/page", end, 1)]));
    let packed = gzip(&valid);
    let bomb = gzip(&vec![0; 60 << 20]);
    let noise: Vec<u8> = (0..6 << 20).map(|n: u32| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let far = [end, 100_000_000, now() + 50 * 365 * 86_400].into_iter().zip(0..);
    let far = json(&traces("web", far.map(|(end, id)| server_span("/when", end, id)).collect()));
    let (gz, zstd, jsn) =
        (("Content-Encoding", "gzip"), ("Content-Encoding", "zstd"), ("Content-Type", "application/json"));
    let mut list: Vec<Bad> = vec![
        (vec![("Content-Type", "text/plain")], valid.clone()),
        (vec![], valid.clone()),
        (vec![PROTOBUF, ("Content-Encoding", "lzma")], valid.clone()),
        (vec![PROTOBUF, gz], valid.clone()),
        (vec![PROTOBUF, zstd], valid.clone()),
        (vec![jsn], valid.clone()),
        (vec![PROTOBUF], text.clone()),
        (vec![PROTOBUF, gz], bomb),
        (vec![PROTOBUF, gz], Vec::new()),
        (vec![PROTOBUF, zstd], Vec::new()),
        (vec![PROTOBUF], noise.clone()),
        (vec![PROTOBUF, ("bonghwa-region", "atlantis")], valid.clone()),
        (vec![jsn], far),
        (vec![jsn], b"{}".to_vec()),
        (vec![PROTOBUF], Vec::new()),
    ];
    list.extend((1..valid.len()).step_by(41).map(|cut| (vec![PROTOBUF], valid[..cut].to_vec())));
    list.extend((1..text.len()).step_by(23).map(|cut| (vec![jsn], text[..cut].to_vec())));
    list.extend((1..packed.len()).step_by(17).map(|cut| (vec![PROTOBUF, gz], packed[..cut].to_vec())));
    for at in (0..valid.len()).step_by(13) {
        let mut flipped = valid.clone();
        flipped[at] ^= 1 << (at % 8);
        list.push((vec![PROTOBUF], flipped));
    }
    list.extend((1..40).map(|n| (vec![PROTOBUF], noise[n * 1000..n * 1037].to_vec())));
    let mut refused = 0;
    for (headers, body) in &list {
        let ours = post(&worker, &key, headers, body);
        let mut with_region = headers.clone();
        let atlantis = headers.iter().any(|(name, _)| *name == "bonghwa-region");
        if atlantis {
            // The program asks for a known region, the Worker for that of the key.
            assert_eq!(ours.status, 403);
            continue;
        }
        with_region.push(("bonghwa-region", "seoul"));
        let theirs = server.post("/v1/traces", &with_region, body);
        let what = format!("{headers:?} {} bytes", body.len());
        assert_eq!(ours.status, theirs.status, "{what}: {} {}", ours.text(), theirs.text());
        assert_eq!(ours.text(), theirs.text(), "{what}");
        assert_eq!(ours.header("content-type"), theirs.header("content-type"), "{what}");
        assert_eq!(ours.header("retry-after"), theirs.header("retry-after"), "{what}");
        refused += u64::from(ours.status != 200);
    }
    assert!(refused > 60, "{refused} of {} were refused", list.len());
    for (method, path) in [("GET", "/v1/traces"), ("POST", "/healthz"), ("GET", "/api/nothing")] {
        let ours = worker.request(method, path, &reader, b"");
        let theirs = http::request(server.address, method, path, &[], b"").unwrap();
        assert_eq!((ours.status, ours.text()), (theirs.status, theirs.text()), "{method} {path}");
    }
    // What flipped bits left valid is in both alike.
    let data = scratch.path().join("program");
    let count = |rows: &Rows| requests(rows, Resolution::TwoSeconds);
    sleep(Duration::from_secs(5));
    let ours = worker.rows("seoul", &reader, 500);
    let theirs = rows_of_program(&data, "region-seoul.db");
    assert_eq!(count(&ours), count(&theirs));
    assert!(count(&ours) > 0);
}

#[test]
fn seventeen_regions_at_once_are_one_nation() {
    const ROUNDS: u64 = 8;
    const EACH: u64 = 40;
    let scratch = Scratch::new();
    let codes: Vec<String> = (1..=17).map(|number| format!("region-{number}")).collect();
    let worker = Worker::start(&scratch.path().join("worker"), &codes.join(","));
    let (_, reader) = worker.key("all", "read");
    let keys: Vec<String> = codes.iter().map(|code| worker.key(code, "ingest").1).collect();
    let idle = cpu_ms(worker.id());
    let mut number = 0;
    for _ in 0..ROUNDS {
        for key in &keys {
            // Every region has users of its own and of its neighbours; the minute is over, so the nation has it soon.
            let list = (0..EACH).map(|id| server_span("/page", now() - 120, number * EACH + id)).collect();
            number += 1;
            assert_eq!(post(&worker, key, &[PROTOBUF], &protobuf(&traces("web", list))).status, 200);
        }
        sleep(Duration::from_secs(2));
        assert!([200, 304].contains(&worker.request("GET", "/api/frames?region=all", &reader, b"").status));
    }
    println!("{} ms of CPU in two seconds of 17 regions and the nation", (cpu_ms(worker.id()) - idle) / ROUNDS);
    let count = |region: &str| requests(&worker.rows(region, &reader, 1024), Resolution::Minute);
    assert_eq!(eventually(|| count("region-17"), |&count| count == ROUNDS * EACH), ROUNDS * EACH);
    assert_eq!(eventually(|| count("all"), |&count| count == number * EACH), number * EACH);
}

#[test]
fn an_evicted_object_loses_nothing_and_is_soon_back() {
    let scratch = Scratch::new();
    let data = scratch.path().join("worker");
    let (worker, key, reader) = seoul(&data);
    let end = (now() - 2 * 3600) / 3600 * 3600;
    let corpus = corpus::requests(5_000, 500, end, 3600);
    corpus::send(worker.address, &[("Authorization", &format!("Bearer {key}"))], &corpus);
    let before = eventually(|| worker.rows("seoul", &reader, 1024), |rows| requests(rows, Resolution::Hour) > 3_000);
    // workerd evicts an object that nobody asked for ten seconds.
    sleep(Duration::from_secs(13));
    let asked = Instant::now();
    let answer = worker.request("GET", "/api/frames?region=seoul&limit=1", &reader, b"");
    let idle = asked.elapsed();
    assert_eq!(answer.status, 200);
    assert!(worker.rows("seoul", &reader, 1024) == before, "after an eviction");
    worker.kill();
    let worker = Worker::start(&data, "seoul");
    let asked = Instant::now();
    let answer = worker.request("GET", "/api/frames?region=seoul&limit=1", &reader, b"");
    println!(
        "first answer {} ms after an eviction, {} ms after a start",
        idle.as_millis(),
        asked.elapsed().as_millis()
    );
    assert_eq!(answer.status, 200);
    assert!(worker.rows("seoul", &reader, 1024) == before, "after a restart");
}

#[test]
fn limits_of_an_object_are_kept() {
    let scratch = Scratch::new();
    let data = scratch.path().join("worker");
    let (worker, key, reader) = seoul(&data);
    // 40 buckets of 1,000 routes with long names: a delta of several megabytes, where a row takes two.
    let end = (now() - 2 * 3600) / 3600 * 3600;
    let spans = (0..40_000).map(|id| server_span(&format!("/{:0>90}", id % 1000), end - id / 1000 * 2, id)).collect();
    let body = gzip(&protobuf(&traces("web", spans)));
    let answer = post(&worker, &key, &[PROTOBUF, ("Content-Encoding", "gzip")], &body);
    assert_eq!(answer.status, 200, "{}\n{}", answer.text(), worker.log());
    let delta = worker.counter("bonghwa_otlp_delta_bytes_total{region=\"seoul\"}");
    assert!(delta > 2_200_000, "{delta} bytes would fit into one row");
    // It is killed before the first tick, so that all of it comes back from the journal.
    worker.kill();
    let worker = Worker::start(&data, "seoul");
    let answer = worker.request("GET", "/api/frames?region=seoul", &reader, b"");
    assert_eq!(answer.status, 200, "{}\n{}", answer.text(), worker.log());
    let count = |rows: &Rows| requests(rows, Resolution::Hour);
    let rows = eventually(|| worker.rows("seoul", &reader, 1024), |rows| count(rows) == 40_000);
    assert_eq!(count(&rows), 40_000);
    // Router and objects are one isolate here, which took the largest body, brought back a journal and read all pages.
    let memory = worker.counter("bonghwa_memory_bytes");
    println!("{} MB of memory", memory >> 20);
    assert!((1 << 20..100 << 20).contains(&memory), "{memory} bytes, where 128 MB are all there is");
    worker.kill();
    // The id of a fleet key has 64 bits, an integer of an object 53: another key is told apart all the same.
    let worker = Worker::start_with(&data, "seoul", "000102030405060708090a0b0c0d0e10");
    let answer = worker.request("GET", "/api/frames?region=seoul", &reader, b"");
    assert_eq!(answer.status, 500, "{}", answer.text());
    assert!(answer.text().contains("another fleet key"), "{}", answer.text());
}
