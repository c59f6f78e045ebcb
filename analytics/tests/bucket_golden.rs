//! Buckets as former versions wrote them stay readable, and are written again the same.
//!
//! With `BONGHWA_BLESS=1` in the environment missing files are written; existing ones never change.

use std::path::PathBuf;

use bonghwa_analytics::bucket::{Bucket, Concurrency, Gauge, LogLines, Name, OTHER, Resource, Severity, Transaction};
use bonghwa_analytics::codec::{Reader, put_u64};
use bonghwa_analytics::identity::{FleetKey, IdentityMode};
use bonghwa_analytics::sketch::{Scheme, Sketch};

fn golden(name: &str, now: &[u8]) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("BONGHWA_BLESS").is_some() && !path.exists() {
        std::fs::write(&path, now).unwrap_or_else(|error| panic!("cannot write {}: {error}", path.display()));
    }
    std::fs::read(&path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()))
}

/// A bucket with everything that the first version knew.
fn first() -> Bucket {
    let mut cell = Transaction { count: 7, errors: 2, ..Transaction::default() };
    (1..=7_u64).for_each(|n| cell.latency.insert(n * n * 1_000_000));
    let name = |text: &str| Name::from(text);
    let mut sketch = Sketch::new(Scheme::keyed(IdentityMode::Ip, FleetKey::new(*b"a key for tests!").id()));
    (0..50_u64).for_each(|n| sketch.insert_hash(n.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
    let mut bucket = Bucket { entry: cell.clone(), other_routes: 3, ..Bucket::default() };
    bucket.concurrency.insert(IdentityMode::Ip, Concurrency { identified: 60, sketch });
    bucket.transactions.insert((name("was"), name("GET /민원/{id}")), cell.clone());
    bucket.transactions.insert((name("was"), name(OTHER)), cell.clone());
    bucket.calls.insert((name("was"), name("postgresql")), cell);
    bucket.resources.insert((name("was"), Resource::Heap), Gauge::sample(640_000, 1_795_212_000_000));
    bucket.logs.insert((name("was"), Severity::Error), 5);
    bucket.versions.insert((name("was"), name("3.14.2")), (1_795_212_000, 1_795_212_300));
    bucket
}

fn encoded(write: impl Fn(&Bucket, &mut Vec<u8>)) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(&first(), &mut bytes);
    bytes
}

#[test]
fn cells_without_sections_are_read_and_written_as_ever() {
    let now = encoded(Bucket::encode_cells);
    let old = golden("cells-1.bin", &now);
    let mut read = Bucket::default();
    assert_eq!(read.decode_cells(&mut Reader::new(&old)), Ok(()));
    let first = first();
    assert_eq!((&read.transactions, &read.calls, &read.logs), (&first.transactions, &first.calls, &first.logs));
    assert!(read.other_routes == 3 && now == old);
}

#[test]
fn deltas_without_sections_are_read_and_written_as_ever() {
    let now = encoded(Bucket::encode);
    let old = golden("delta-1.bin", &now);
    // Two in a row, as a journal holds them: the first must not take what belongs to the second.
    let twice = [&old[..], &old[..]].concat();
    let mut r = Reader::new(&twice);
    assert_eq!(Bucket::decode(&mut r), Ok(first()));
    assert_eq!(Bucket::decode(&mut r), Ok(first()));
    assert!(r.is_empty() && now == old);
}

#[test]
fn templates_and_unknown_sections_follow_the_cells() {
    let mut bucket = first();
    let lines = LogLines { count: 9, severity: Severity::Warn };
    bucket.templates.insert((Name::from("was"), Name::from("요청 <*>건 지연")), lines);
    let mut now = Vec::new();
    bucket.encode(&mut now);
    let old = golden("delta-2.bin", &now);
    let twice = [&old[..], &old[..]].concat();
    let mut r = Reader::new(&twice);
    assert_eq!(Bucket::decode(&mut r), Ok(bucket.clone()));
    assert_eq!(Bucket::decode(&mut r), Ok(bucket.clone()));
    assert!(r.is_empty() && now == old);

    let mut cells = Vec::new();
    bucket.encode_cells(&mut cells);
    // A section of a later version.
    cells.push(200);
    put_u64(&mut cells, 2);
    cells.extend_from_slice(b"??");
    let mut read = Bucket::default();
    assert_eq!(read.decode_cells(&mut Reader::new(&cells)), Ok(()));
    assert_eq!(read.templates, bucket.templates);
    cells.pop();
    assert!(Bucket::default().decode_cells(&mut Reader::new(&cells)).is_err(), "a section that is cut off");
}
