//! Same bytes everywhere: one report of hashes, sketches, estimates, frames and answers, made natively, by Node's WebAssembly and by
//! Chromium. All three must equal `report.txt`, which `cargo run -p bonghwa-parity --example report` writes.

pub mod asked;
mod brain;
pub mod edge;
mod protobuf;

use std::fmt::Write;

use bonghwa_analytics::codec::Reader;
use bonghwa_analytics::identity::{FleetKey, IdentityMode, canonical_cookie, canonical_ip, canonical_session};
use bonghwa_analytics::latency::LatencySketch;
use bonghwa_analytics::logs::miner::{Limits, Miner};
use bonghwa_analytics::sketch::{Scheme, Sketch};
use wasm_bindgen::prelude::wasm_bindgen;

/// Numbers of distinct identities: every form of a sketch occurs.
const SIZES: [u32; 9] = [0, 1, 10, 100, 1_000, 5_000, 10_000, 50_000, 200_000];
const ADDRESSES: [&str; 6] =
    ["192.0.2.7", "::ffff:192.0.2.7", "2001:db8:1:2:3::4", "2001:db8:1:2::9", "::1", "nowhere"];
const SESSIONS: [&str; 4] = ["0123456789ABCDEF.node1", "0123456789ABCDEF", "s%3Aabc.def", ""];
const LINES: [&str; 9] = [
    "2026-11-21 10:11:12,123 INFO GET https://a.example/b?c=d 200 in 5 ms (1.2 s)",
    "로그인 실패: 사용자=hong 주소=203.0.113.7 비밀번호 불일치 3회",
    "{\"msg\":\"retry 5\",\"user\":\"hong\",\"status\":\"TIMEOUT\"}",
    "job of ann failed",
    "job of bob failed",
    "job of cem failed",
    "job of dan failed",
    "\u{1b}[31mjava.lang.OutOfMemoryError\u{1b}[0m: Java heap space",
    "moved from NEW to READY at fe80::1:ff",
];

/// Key of all that is hashed here.
pub const KEY: FleetKey = FleetKey::new(*b"golden fleet key");

/// The report: a line a fact.
#[wasm_bindgen]
pub fn report() -> String {
    let key = KEY;
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = identities(&mut out, &key);
    let _ = sketches(&mut out, &key);
    let _ = latencies(&mut out, &key);
    let _ = templates(&mut out);
    let _ = edge::report(&mut out, &key);
    let _ = brain::report(&mut out, &key);
    let _ = asked::report(&mut out, &key);
    out
}

/// A test of equality more than of accuracy: durations from nanoseconds to hours.
fn latencies(out: &mut String, key: &FleetKey) -> std::fmt::Result {
    for size in SIZES {
        let mut latency = LatencySketch::default();
        for index in 0..u64::from(size) {
            latency.insert(index * index * 97 + 13);
        }
        let mut bytes = Vec::new();
        latency.encode(&mut bytes);
        let back = LatencySketch::decode(&mut Reader::new(&bytes)).is_ok_and(|read| read == latency);
        let quantiles = [0.5, 0.95, 0.99].map(|q| latency.quantile(q).map(f64::to_bits));
        let digest = u128::from_be_bytes(key.digest(&bytes));
        writeln!(out, "latency {size} {quantiles:x?} {} {digest:x} {back}", bytes.len())?;
    }
    Ok(())
}

fn templates(out: &mut String) -> std::fmt::Result {
    let mut miner = Miner::new(Limits::default());
    let ids = LINES.map(|line| miner.insert(line));
    let all = miner.templates();
    for id in ids {
        let template = all.number(id).and_then(|number| all.templates.get(number));
        writeln!(out, "template {template:?}")?;
    }
    Ok(())
}

fn identities(out: &mut String, key: &FleetKey) -> std::fmt::Result {
    for text in ADDRESSES {
        let mut buffer = [0; 8];
        let hash = canonical_ip(text, &mut buffer).map(|bytes| key.identity(IdentityMode::Ip, bytes));
        writeln!(out, "ip {text} {hash:x?}")?;
    }
    for text in SESSIONS {
        let session = canonical_session(text).map(|id| key.identity(IdentityMode::SessionCookie, id.as_bytes()));
        let user = canonical_cookie(text).map(|id| key.identity(IdentityMode::UserCookie, id));
        writeln!(out, "cookie {text} {session:x?} {user:x?}")?;
    }
    Ok(())
}

fn sketches(out: &mut String, key: &FleetKey) -> std::fmt::Result {
    for mode in IdentityMode::ALL {
        for size in SIZES {
            let scheme = Scheme::keyed(mode, key.id());
            let mut whole = Sketch::new(scheme);
            let mut halves = [Sketch::new(scheme), Sketch::new(scheme)];
            for (index, half) in (0..size).zip([0, 1].into_iter().cycle()) {
                let hash = key.identity(mode, &index.to_le_bytes());
                whole.insert_hash(hash);
                halves[half].insert_hash(hash);
            }
            let [mut merged, other] = halves;
            let same = merged.merge(&other).is_ok() && merged == whole;
            write!(out, "sketch {mode:?} {size} merged {same} estimate {:016x}", whole.estimate().to_bits())?;
            for (form, encode) in [
                ("wire", Sketch::encode_wire as fn(&Sketch, &mut Vec<u8>)),
                ("rest", Sketch::encode_rest),
                ("raw", Sketch::encode_raw),
            ] {
                let mut bytes = Vec::new();
                encode(&whole, &mut bytes);
                let back = Sketch::decode(scheme, &bytes).is_ok_and(|read| read == whole);
                write!(out, " {form} {} {:x} {back}", bytes.len(), u128::from_be_bytes(key.digest(&bytes)))?;
            }
            writeln!(out)?;
        }
    }
    Ok(())
}
