//! Bad input gets a status and a reason, and changes nothing.

use std::io::Write;

use bonghwa_tests::http::Answer;
use bonghwa_tests::otlp::{attribute, gzip, json, now, protobuf, server_span, traces};
use bonghwa_tests::server::Server;
use bonghwa_tests::{Scratch, eventually};
use flate2::{Compression, write::GzEncoder};

const PROTOBUF: (&str, &str) = ("Content-Type", "application/x-protobuf");
const JSON: (&str, &str) = ("Content-Type", "application/json");
const SEOUL: (&str, &str) = ("bonghwa-region", "seoul");
const GZIP: (&str, &str) = ("Content-Encoding", "gzip");
const ZSTD: (&str, &str) = ("Content-Encoding", "zstd");

/// A server that holds 20 requests of Seoul.
fn server_with_data(scratch: &Scratch) -> Server {
    let server = Server::start(&scratch.path().join("data"));
    let answer = server.post_traces("seoul", &payload());
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(eventually(|| server.requests("seoul"), |&count| count == 20), 20);
    server
}

fn payload() -> Vec<u8> {
    let end = now() - 30;
    protobuf(&traces("web", (0..20).map(|id| server_span(&format!("/page/{id}"), end, id)).collect()))
}

/// The answer refuses with one of these statuses and says why; the server lives and holds what it held.
fn assert_refused(server: &Server, what: &str, answer: &Answer, statuses: &[u16]) {
    assert!(statuses.contains(&answer.status), "{what}: {} {}", answer.status, answer.text());
    assert!(answer.text().trim().len() > 10, "{what}: no reason given");
    assert_unchanged(server, what);
}

fn assert_unchanged(server: &Server, what: &str) {
    assert_eq!(server.get("/healthz").status, 200, "{what}");
    assert_eq!(server.requests("seoul"), 20, "{what} changed the data");
}

/// A generator of repeatable noise (Marsaglia, "Xorshift RNGs", 2003).
fn noise(seed: u64) -> impl Iterator<Item = u8> {
    let mut state = seed | 1;
    std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    })
}

#[test]
fn truncated_requests_are_refused_at_every_byte() {
    let scratch = Scratch::new();
    let server = server_with_data(&scratch);
    let protobuf = payload();
    let text = json(&traces("web", vec![server_span("/page", now() - 30, 1)]));
    for length in 1..protobuf.len() {
        let answer = server.post("/v1/traces", &[PROTOBUF, SEOUL], &protobuf[..length]);
        assert_eq!(answer.status, 400, "protobuf cut at {length}: {}", answer.text());
    }
    for length in 1..text.len() {
        let answer = server.post("/v1/traces", &[JSON, SEOUL], &text[..length]);
        assert_eq!(answer.status, 400, "JSON cut at {length}: {}", answer.text());
    }
    let packed = gzip(&protobuf);
    for length in [0, 1, 9, 10, packed.len() / 2, packed.len() - 9] {
        let answer = server.post("/v1/traces", &[PROTOBUF, SEOUL, GZIP], &packed[..length]);
        assert_refused(&server, &format!("gzip cut at {length}"), &answer, &[400]);
    }
}

#[test]
fn flipped_bits_and_noise_never_break_the_server() {
    let scratch = Scratch::new();
    let server = server_with_data(&scratch);
    let valid = payload();
    // A flipped bit may leave a valid request behind, so these go to a region of their own.
    for position in 0..valid.len() {
        let mut bytes = valid.clone();
        bytes[position] ^= 1 << (position % 8);
        let answer = server.post_traces("busan", &bytes);
        assert!([200, 400].contains(&answer.status), "bit of byte {position}: {} {}", answer.status, answer.text());
    }
    for seed in 0..200 {
        let bytes: Vec<u8> = noise(seed * 7919 + 1).take(1 + seed as usize * 37).collect();
        for kind in [PROTOBUF, JSON] {
            for path in ["/v1/traces", "/v1/metrics", "/v1/logs"] {
                let answer = server.post(path, &[kind, ("bonghwa-region", "busan")], &bytes);
                assert!([200, 400].contains(&answer.status), "noise {seed}: {} {}", answer.status, answer.text());
            }
        }
    }
    assert_unchanged(&server, "noise");
}

#[test]
fn bombs_are_stopped_before_they_unpack() {
    let scratch = Scratch::new();
    let server = server_with_data(&scratch);
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let zeros = vec![0; 1 << 20];
    for _ in 0..200 {
        encoder.write_all(&zeros).unwrap();
    }
    let bomb = encoder.finish().unwrap();
    assert_refused(&server, "gzip bomb", &server.post("/v1/traces", &[PROTOBUF, SEOUL, GZIP], &bomb), &[400, 413]);
    let answer = server.post("/v1/traces", &[PROTOBUF, SEOUL, ZSTD], &zstd_bomb());
    assert_refused(&server, "zstd bomb", &answer, &[400, 413]);
    let resident = resident_megabytes(server.id()).unwrap();
    assert!(resident < 400, "{resident} MB after the bombs");
}

/// One zstd frame of 1 GiB zeros in run-length blocks (RFC 8878, sections 3.1.1.1 and 3.1.1.2).
fn zstd_bomb() -> Vec<u8> {
    const BLOCKS: u32 = 8192;
    // Magic number; frame header: no content size, window descriptor 0x58 (2 MiB).
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58];
    for block in 0..BLOCKS {
        let last = u32::from(block + 1 == BLOCKS);
        let header = last | 1 << 1 | (128 << 10) << 3;
        frame.extend_from_slice(&header.to_le_bytes()[..3]);
        frame.push(0);
    }
    frame
}

/// Peak of the resident memory, as Linux tells it.
fn resident_megabytes(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? / 1024)
}

#[test]
fn wrong_headers_are_named() {
    let scratch = Scratch::new();
    let server = server_with_data(&scratch);
    let body = payload();
    let post = |headers: &[(&str, &str)]| server.post("/v1/traces", headers, &body);
    assert_refused(&server, "content type", &post(&[("Content-Type", "text/plain"), SEOUL]), &[415]);
    assert_refused(&server, "no content type", &post(&[SEOUL]), &[400, 415]);
    assert_refused(&server, "encoding", &post(&[PROTOBUF, SEOUL, ("Content-Encoding", "lzma")]), &[400, 415]);
    assert_refused(&server, "not gzip", &post(&[PROTOBUF, SEOUL, GZIP]), &[400]);
    assert_refused(&server, "not zstd", &post(&[PROTOBUF, SEOUL, ZSTD]), &[400]);
    assert_refused(&server, "JSON that is protobuf", &post(&[JSON, SEOUL]), &[400]);
    let answer = post(&[PROTOBUF, ("bonghwa-region", "atlantis")]);
    assert_refused(&server, "region", &answer, &[400]);
    assert!(answer.text().contains("atlantis"), "{}", answer.text());
    assert_eq!(server.get("/v1/traces").status, 405);
    assert_eq!(server.get("/api/nothing").status, 404);
}

#[test]
fn oversized_requests_are_refused() {
    let scratch = Scratch::new();
    let server = server_with_data(&scratch);
    let large: Vec<u8> = noise(1).take(6 << 20).collect();
    assert_refused(&server, "6 MB", &server.post("/v1/traces", &[PROTOBUF, SEOUL], &large), &[413]);
}

#[test]
fn an_attribute_of_ten_megabytes_does_not_cost_the_request() {
    let scratch = Scratch::new();
    let server = server_with_data(&scratch);
    let mut span = server_span("/large", now() - 30, 1);
    // Four letters: gzip packs them to a quarter, below the limit of the packed size and below a bomb's ratio.
    let value: String = noise(3).take(10_000_000).map(|byte| char::from(b"acgt"[usize::from(byte % 4)])).collect();
    span.attributes.push(attribute("note", &value));
    let body = gzip(&protobuf(&traces("web", vec![span])));
    let answer = server.post("/v1/traces", &[PROTOBUF, ("bonghwa-region", "daegu"), GZIP], &body);
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(eventually(|| server.requests("daegu"), |&count| count == 1), 1);
    assert_unchanged(&server, "a large attribute");
}

#[test]
fn routes_beyond_the_limit_are_counted_together() {
    let scratch = Scratch::new();
    let server = server_with_data(&scratch);
    let end = now() - 30;
    for part in 0..5_u64 {
        let spans =
            (0..2000).map(|i| server_span(&format!("/user/{}", part * 2000 + i), end, part * 2000 + i)).collect();
        let answer = server.post_traces("busan", &protobuf(&traces("web", spans)));
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    assert_eq!(eventually(|| server.requests("busan"), |&count| count == 10_000), 10_000, "every request is counted");
    let view = server.region("busan", "span=1h");
    let other = view["other_routes"].as_u64().unwrap();
    assert!((9_000..10_000).contains(&other), "{other} under (other)");
}

#[test]
fn instants_far_away_are_rejected_one_by_one() {
    let scratch = Scratch::new();
    let server = server_with_data(&scratch);
    let spans = [now() - 30, 100_000_000, now() + 50 * 365 * 86_400].into_iter().zip(0..);
    let request = traces("web", spans.map(|(end, id)| server_span("/when", end, id)).collect());
    let answer = server.post("/v1/traces", &[JSON, ("bonghwa-region", "busan")], &json(&request));
    assert_eq!(answer.status, 200, "{}", answer.text());
    let partial = &serde_json::from_slice::<serde_json::Value>(&answer.body).unwrap()["partialSuccess"];
    // OTLP/JSON writes 64-bit numbers as text; a number is allowed, too.
    assert_eq!(partial["rejectedSpans"].to_string().trim_matches('"'), "2", "{}", answer.text());
    assert!(partial["errorMessage"].as_str().is_some_and(|reason| !reason.is_empty()));
    assert_eq!(eventually(|| server.requests("busan"), |&count| count == 1), 1);
}
