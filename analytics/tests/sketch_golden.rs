//! Bytes of former versions stay readable, and are written again the same.
//!
//! With `BONGHWA_BLESS=1` in the environment missing files are written; existing ones never change.

mod sketch_support;

use std::path::PathBuf;

use bonghwa_analytics::codec::Reader;
use bonghwa_analytics::latency::LatencySketch;
use bonghwa_analytics::sketch::{Scheme, Sketch};
use sketch_support::{raw, rest, scheme, sketch, wire};

fn golden(name: &str, now: &[u8]) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("BONGHWA_BLESS").is_some() && !path.exists() {
        std::fs::write(&path, now).unwrap_or_else(|error| panic!("cannot write {}: {error}", path.display()));
    }
    std::fs::read(&path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()))
}

#[test]
fn every_form_is_read_and_written_as_ever() {
    type Encode = fn(&Sketch) -> Vec<u8>;
    let forms: [(&str, u64, Encode); 6] = [
        ("empty.sketch", 0, wire),
        ("sparse.sketch", 200, wire),
        ("sparse-large.sketch", 4000, rest),
        ("entropy.sketch", 40_000, wire),
        ("nibble.sketch", 90_000, rest),
        ("raw.sketch", 3000, raw),
    ];
    for (name, n, encode) in forms {
        let expected = sketch(n, n);
        let now = encode(&expected);
        let old = golden(name, &now);
        assert_eq!(Sketch::decode(scheme(), &old).as_ref(), Ok(&expected), "{name}");
        assert!(now == old, "{name} is written differently");
    }
}

#[test]
fn schemes_and_latencies_are_read_and_written_as_ever() {
    let mut now = Vec::new();
    scheme().encode(&mut now);
    let old = golden("scheme.bin", &now);
    assert_eq!(Scheme::decode(&mut Reader::new(&old)), Ok(scheme()));
    assert_eq!(now, old);

    let mut latency = LatencySketch::default();
    (0..500_u64).for_each(|i| latency.insert_n(i * i * i * 1000, 1 + i % 7));
    let mut now = Vec::new();
    latency.encode(&mut now);
    let old = golden("latency.bin", &now);
    assert_eq!(LatencySketch::decode(&mut Reader::new(&old)), Ok(latency));
    assert_eq!(now, old);
}
