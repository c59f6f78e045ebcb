//! Frames of every format version stay readable: one file of each is kept, and reads as what was written then.
#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

use bonghwa_analytics::bucket::{Bucket, Gauge, Name, Resource, Severity, Transaction};
use bonghwa_analytics::frame::{Form, Frame, Row, VERSION, bucket_of, encode_registers};
use bonghwa_analytics::identity::FleetKey;
use bonghwa_analytics::summary::Summary;
use bonghwa_analytics::time::Resolution;

const START: i64 = 1_795_212_000;

/// What every file holds: a row of each section as version 1 knew them.
fn bucket() -> Bucket {
    let mut bucket = Bucket::default();
    let mut cell = Transaction { count: 7, errors: 2, ..Transaction::default() };
    cell.latency.insert_n(125_000_000, 6);
    bucket.entry = cell.clone();
    bucket.transactions.insert((Name::from("was"), Name::from("GET /민원/{id}")), cell.clone());
    bucket.calls.insert((Name::from("was"), Name::from("db")), cell);
    bucket.resources.insert((Name::from("was"), Resource::Heap), Gauge::sample(512_000, START * 1000));
    bucket.logs.insert((Name::from("was"), Severity::Error), 3);
    bucket.versions.insert((Name::from("was"), Name::from("2.41.0")), (START, START + 60));
    bucket
}

fn frame() -> Frame {
    let bucket = bucket();
    let (mut summary, mut cells, mut registers) = (Vec::new(), Vec::new(), Vec::new());
    Summary::of(&bucket).encode(&mut summary);
    bucket.encode_cells(&mut cells);
    encode_registers(&bucket.concurrency, Form::Wire, &mut registers);
    let row = Row {
        start: START,
        seq: 9,
        summary: Some(summary),
        cells: Some(cells),
        registers: Some(registers),
        sessions: None,
    };
    let key = FleetKey::new(*b"a key for tests!").id();
    Frame { region: "busan".to_owned(), key, resolution: Resolution::Minute, rows: vec![row] }
}

#[test]
fn a_frame_of_every_version_reads_as_what_was_written() {
    for version in 1..=VERSION {
        let path = format!("{}/tests/golden/frame-v{version}.bin", env!("CARGO_MANIFEST_DIR"));
        if version == VERSION && !std::path::Path::new(&path).exists() {
            let mut bytes = Vec::new();
            frame().encode(&mut bytes);
            std::fs::write(&path, bytes).unwrap();
        }
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!(u16::from_le_bytes([bytes[8], bytes[9]]), version);
        let (old, used) = Frame::decode(&bytes).unwrap();
        assert_eq!(used, bytes.len());
        assert_eq!((old.region.as_str(), old.resolution), ("busan", Resolution::Minute));
        let row = &old.rows[0];
        let [summary, cells, registers] =
            [&row.summary, &row.cells, &row.registers].map(|section| section.as_deref().unwrap());
        assert_eq!(bucket_of(old.key, summary, cells, registers).unwrap(), bucket());
    }
}

#[test]
fn a_newer_version_is_refused_by_its_number() {
    let mut bytes = Vec::new();
    frame().encode(&mut bytes);
    bytes[8..10].copy_from_slice(&(VERSION + 1).to_le_bytes());
    let told = Frame::decode(&bytes).unwrap_err().to_string();
    assert!(told.contains(&(VERSION + 1).to_string()) && told.contains("update"), "{told}");
}
