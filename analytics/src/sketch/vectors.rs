//! Known answers that any build can be asked for: hashes, encodings and estimates must be the same natively, in Node's
//! wasm and in a browser.

use std::fmt::Write;

use super::{Accumulator, PRECISION, Scheme, Sketch};
use crate::hash::{siphash13, siphash13_128};
use crate::identity::{FleetKey, IdentityMode, canonical_cookie, canonical_ip, canonical_session};
use crate::latency::LatencySketch;

/// Sizes of the sets: each form and each range of the estimator.
const SIZES: [u32; 9] = [0, 1, 10, 100, 1000, 10_000, 50_000, 200_000, 400_000];

/// The answers as JSON, to be compared as text with `analytics/tests/golden/vectors.json`.
pub fn vectors() -> String {
    let key = FleetKey::new(std::array::from_fn(|i| i as u8));
    let mut lines = vec![format!(r#""key_id": "{}""#, key.id())];
    let mut buffer = [0; 8];
    for text in ["192.0.2.7", "[::ffff:192.0.2.7]:443", "2001:db8:1:2::1"] {
        let hash = canonical_ip(text, &mut buffer).map_or(0, |id| key.identity(IdentityMode::Ip, id));
        lines.push(format!(r#""ip {text}": "{hash:016x}""#));
    }
    for text in ["8F2A6C0B9D4E4F1EA7C3B5D60718293A.node1", "0001sWf3lVYUMFCxvEg0ycVlXYz:16cv2q1dk"] {
        let id = canonical_session(text).unwrap_or_default();
        lines.push(format!(r#""session {text}": "{:016x}""#, key.identity(IdentityMode::SessionCookie, id.as_bytes())));
    }
    let id = canonical_cookie("visitor-1").unwrap_or_default();
    lines.push(format!(r#""cookie visitor-1": "{:016x}""#, key.identity(IdentityMode::UserCookie, id)));
    lines.push(format!(r#""digest": "{}""#, hex(&siphash13_128(&key, b"bonghwa"))));

    let scheme = Scheme::keyed(IdentityMode::UserCookie, key.id());
    let mut union = Accumulator::new(scheme);
    for size in SIZES {
        let sketch = set(&key, scheme, size);
        let (mut wire, mut rest) = (Vec::new(), Vec::new());
        sketch.encode_wire(&mut wire);
        sketch.encode_rest(&mut rest);
        for bytes in [&wire, &rest] {
            // Bytes that were just written are read again, so that decoders are compared as well.
            if let Err(error) = union.merge_encoded(&scheme, bytes) {
                lines.push(format!(r#""error": "{error}""#));
            }
        }
        let shown = if wire.len() <= 200 { hex(&wire) } else { hex(&siphash13_128(&key, &wire)) };
        lines.push(format!(
            r#""users {size}": {{"estimate": "{:016x}", "band": "{:016x}", "wire_bytes": {}, "wire": "{shown}", "rest_bytes": {}, "rest": "{}"}}"#,
            sketch.estimate().to_bits(),
            sketch.relative_error_95().to_bits(),
            wire.len(),
            rest.len(),
            hex(&siphash13_128(&key, &rest)),
        ));
    }
    lines.push(format!(r#""union": "{:016x}""#, union.estimate().to_bits()));

    let mut latency = LatencySketch::default();
    for i in 0..300_u32 {
        latency.insert(siphash13(&key, &i.to_le_bytes()) >> (30 + i % 16));
    }
    let mut bytes = Vec::new();
    latency.encode(&mut bytes);
    let p95 = latency.quantile(0.95).unwrap_or_default().to_bits();
    lines.push(format!(r#""latency": {{"p95": "{p95:016x}", "bytes": "{}"}}"#, hex(&bytes)));
    format!("{{\n  \"precision\": {PRECISION},\n  {}\n}}\n", lines.join(",\n  "))
}

/// The set of the users 0 to `size`, whose cookie is their number in four bytes.
fn set(key: &FleetKey, scheme: Scheme, size: u32) -> Sketch {
    let mut sketch = Sketch::new(scheme);
    (0..size).for_each(|user| sketch.insert_hash(key.identity(scheme.mode, &user.to_le_bytes())));
    sketch
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
