//! The sketch beside `hyperloglogplus`, `datasketches` and a read of the same bytes.

use std::hash::{BuildHasher, DefaultHasher};
use std::hint::black_box;

use bonghwa_analytics::identity::{FleetKey, IdentityMode};
use bonghwa_analytics::latency::LatencySketch;
use bonghwa_analytics::sketch::{Accumulator, REGISTERS, Scheme, Sketch};
use bonghwa_benches::{Report, Target, medians};
use datasketches::hash::value::raw_bytes;
use datasketches::hll::{HllSketch, HllType, HllUnion};
use hyperloglogplus::{HyperLogLog, HyperLogLogPlus};

type Id = [u8; 16];
type Plus = HyperLogLogPlus<Id, Sip>;

/// SipHash-1-3 without a key, which can be written out with a sketch.
#[derive(Clone, serde::Serialize)]
struct Sip;

impl BuildHasher for Sip {
    type Hasher = DefaultHasher;

    fn build_hasher(&self) -> DefaultHasher {
        DefaultHasher::new()
    }
}

const ROUNDS: usize = 15;
/// Sketches in a merge, and identities in each: dense, and together larger than the second-level cache.
const PARTS: usize = 1000;
const USERS: u64 = 50_000;

fn main() -> std::io::Result<()> {
    let mut report = Report::default();
    insert(&mut report);
    merge_dense(&mut report);
    merge_small(&mut report);
    decode(&mut report);
    nation(&mut report);
    estimate(&mut report);
    size(&mut report);
    error(&mut report);
    latency(&mut report);
    report.write()
}

fn key() -> FleetKey {
    FleetKey::new(std::array::from_fn(|i| i as u8))
}

fn scheme() -> Scheme {
    Scheme::keyed(IdentityMode::UserCookie, key().id())
}

/// Identity number `i` of set number `set`: sixteen bytes, as most cookies and addresses are no longer.
fn id(set: u64, i: u64) -> Id {
    let mixed = (set << 40 ^ i).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (u128::from(mixed) << 64 | u128::from(set << 40 ^ i)).to_le_bytes()
}

fn own(ids: impl Iterator<Item = Id>) -> Sketch {
    let (key, mut sketch) = (key(), Sketch::new(scheme()));
    ids.for_each(|id| sketch.insert_hash(key.identity(IdentityMode::UserCookie, &id)));
    sketch
}

fn plus(ids: impl Iterator<Item = Id>) -> Plus {
    let mut sketch = HyperLogLogPlus::new(14, Sip).expect("14 is a precision it takes");
    ids.for_each(|id| sketch.insert(&id));
    sketch
}

fn apache(kind: HllType, ids: impl Iterator<Item = Id>) -> HllSketch {
    let mut sketch = HllSketch::new(14, kind).expect("14 is a precision it takes");
    ids.for_each(|id| sketch.update(raw_bytes::from_slice(&id)));
    sketch
}

fn wire(sketch: &Sketch) -> Vec<u8> {
    let mut out = Vec::new();
    sketch.encode_wire(&mut out);
    out
}

fn rest(sketch: &Sketch) -> Vec<u8> {
    let mut out = Vec::new();
    sketch.encode_rest(&mut out);
    out
}

fn insert(report: &mut Report) {
    for (name, sets, users) in [("one set of 1,000,000", 1, 1_000_000), ("fresh sets of 1,000", 1000, 1000)] {
        let ids = |set| (0..users).map(move |i| id(set, i));
        let [ours, theirs, apache] = medians(
            ROUNDS / 3,
            [
                &mut || (0..sets).for_each(|set| drop(black_box(own(ids(set))))),
                &mut || (0..sets).for_each(|set| drop(black_box(plus(ids(set))))),
                &mut || (0..sets).for_each(|set| drop(black_box(apache(HllType::Hll8, ids(set))))),
            ],
        )
        .map(|ns| ns / (sets * users) as f64);
        report.add(&format!("insert, {name}: keyed"), ours, "ns", Target::Open);
        report.add(&format!("insert, {name}: hyperloglogplus, SipHash-1-3"), theirs, "ns", Target::Open);
        report.add(&format!("insert, {name}: datasketches HLL_8"), apache, "ns", Target::Open);
        report.add(&format!("insert, {name}, over hyperloglogplus"), theirs / ours, "x", Target::Open);
    }
}

fn merge_dense(report: &mut Report) {
    let ids = |set: usize| (0..USERS).map(move |i| id(set as u64, i));
    let sketches: Vec<Sketch> = (0..PARTS).map(|set| own(ids(set))).collect();
    let bytes: Vec<Box<[u8; REGISTERS]>> = sketches.iter().map(Sketch::registers).collect();
    let stored: Vec<Vec<u8>> = sketches.iter().map(rest).collect();
    let pluses: Vec<Plus> = (0..PARTS).map(|set| plus(ids(set))).collect();
    let images: Vec<HllSketch> = (0..PARTS).map(|set| apache(HllType::Hll8, ids(set))).collect();
    let mut union = Accumulator::new(scheme());
    let mut stored_union = Accumulator::new(scheme());

    let [probe, ours, stored, theirs, apache] = medians(
        ROUNDS,
        [
            &mut || bytes.iter().for_each(|bytes| _ = black_box(read(bytes))),
            &mut || sketches.iter().for_each(|part| union.merge(part).expect("the schemes agree")),
            &mut || {
                let scheme = scheme();
                stored.iter().for_each(|part| stored_union.merge_encoded(&scheme, part).expect("the bytes are ours"));
            },
            &mut || {
                let mut union = plus(std::iter::empty());
                pluses.iter().for_each(|part| union.merge(part).expect("the precisions agree"));
                black_box(union);
            },
            &mut || {
                let mut union = HllUnion::new(14).expect("14 is a precision it takes");
                images.iter().for_each(|part| union.update(part));
                black_box(union);
            },
        ],
    )
    .map(|ns| ns / PARTS as f64 / 1000.0);
    assert_eq!(union.to_sketch(), stored_union.to_sketch());
    report.add("merge, dense", ours, "us", Target::Open);
    report.add("merge, dense: read probe", probe, "us", Target::Open);
    report.add("merge, dense: hyperloglogplus", theirs, "us", Target::Open);
    report.add("merge, dense: datasketches HLL_8", apache, "us", Target::Open);
    report.add("merge, dense, share of the read probe", 100.0 * probe / ours, "%", Target::AtLeast(80.0));
    report.add("merge, dense, over hyperloglogplus", theirs / ours, "x", Target::AtLeast(20.0));
    report.add("merge, dense, from stored bytes", stored, "us", Target::Open);
}

/// The least that a merge must do: read every byte once. Sixteen sums, so that no addition waits for another.
fn read(bytes: &[u8; REGISTERS]) -> u64 {
    let mut sums = [0_u64; 16];
    for row in bytes.as_chunks::<128>().0 {
        for (sum, word) in sums.iter_mut().zip(row.as_chunks::<8>().0) {
            *sum = sum.wrapping_add(u64::from_le_bytes(*word));
        }
    }
    sums.iter().fold(0, |sum, part| sum.wrapping_add(*part))
}

fn merge_small(report: &mut Report) {
    let ids = |set: usize| (0..200).map(move |i| id(set as u64, i));
    let sketches: Vec<Sketch> = (0..PARTS).map(|set| own(ids(set))).collect();
    let sent: Vec<Vec<u8>> = sketches.iter().map(wire).collect();
    let pluses: Vec<Plus> = (0..PARTS).map(|set| plus(ids(set))).collect();
    let images: Vec<HllSketch> = (0..PARTS).map(|set| apache(HllType::Hll8, ids(set))).collect();
    let mut union = Accumulator::new(scheme());
    let mut sent_union = Accumulator::new(scheme());
    let [ours, sent, theirs, apache] = medians(
        ROUNDS,
        [
            &mut || sketches.iter().for_each(|part| union.merge(part).expect("the schemes agree")),
            &mut || {
                let scheme = scheme();
                sent.iter().for_each(|part| sent_union.merge_encoded(&scheme, part).expect("the bytes are ours"));
            },
            &mut || {
                let mut union = plus(std::iter::empty());
                pluses.iter().for_each(|part| union.merge(part).expect("the precisions agree"));
                black_box(union);
            },
            &mut || {
                let mut union = HllUnion::new(14).expect("14 is a precision it takes");
                images.iter().for_each(|part| union.update(part));
                black_box(union);
            },
        ],
    )
    .map(|ns| ns / PARTS as f64 / 1000.0);
    report.add("merge, 200 users", ours, "us", Target::Open);
    report.add("merge, 200 users, from wire bytes", sent, "us", Target::Open);
    report.add("merge, 200 users: hyperloglogplus", theirs, "us", Target::Open);
    report.add("merge, 200 users: datasketches HLL_8", apache, "us", Target::Open);
}

fn decode(report: &mut Report) {
    let mut union = Accumulator::new(scheme());
    let scheme = scheme();
    for users in [2000, 6000, 10_000, 50_000, 1_000_000] {
        let sets: Vec<Sketch> = (0..40).map(|set| own((0..users).map(|i| id(set, i)))).collect();
        let sent: Vec<Vec<u8>> = sets.iter().map(wire).collect();
        let mut out = Vec::new();
        let [merge, decode, encode] = medians(
            ROUNDS,
            [
                &mut || sent.iter().for_each(|part| union.merge_encoded(&scheme, part).expect("the bytes are ours")),
                &mut || sent.iter().for_each(|part| _ = black_box(Sketch::decode(scheme, part).is_ok())),
                &mut || {
                    out.clear();
                    sets.iter().for_each(|part| part.encode_wire(&mut out));
                },
            ],
        )
        .map(|ns| ns / sets.len() as f64 / 1000.0);
        report.add(&format!("wire, {users} users, merge from bytes"), merge, "us", Target::Open);
        report.add(&format!("wire, {users} users, decode and check"), decode, "us", Target::Open);
        report.add(&format!("wire, {users} users, encode"), encode, "us", Target::Open);
    }
}

/// What combining all regions over a day asks for: 17 regions of 200 to 12,000 users, 288 buckets each, from wire bytes.
fn nation(report: &mut Report) {
    let sent: Vec<Vec<u8>> = (0..17 * 288_u64)
        .map(|bucket| {
            let users = 200 * (1 + bucket % 17).pow(2) / 5;
            wire(&own((0..users.max(200)).map(|i| id(bucket, i))))
        })
        .collect();
    let (scheme, mut union) = (scheme(), Accumulator::new(scheme()));
    let [whole] = medians(
        ROUNDS,
        [&mut || {
            union.clear();
            sent.iter().for_each(|part| union.merge_encoded(&scheme, part).expect("the bytes are ours"));
            black_box(union.estimate());
        }],
    );
    report.add("17 regions, 24 h at 5 min, merge from wire bytes", whole / 1e6, "ms", Target::Open);
    let bytes: usize = sent.iter().map(Vec::len).sum();
    report.add("17 regions, 24 h at 5 min, wire bytes", bytes as f64 / 1e6, "MB", Target::Open);
}

fn estimate(report: &mut Report) {
    let ids = || (0..USERS).map(|i| id(1, i));
    let (sketch, mut theirs, apache) = (own(ids()), plus(ids()), apache(HllType::Hll8, ids()));
    let repeat = |estimate: &mut dyn FnMut() -> f64| (0..200).for_each(|_| _ = black_box(estimate()));
    let [ours, theirs, apache] = medians(
        ROUNDS,
        [
            &mut || repeat(&mut || black_box(&sketch).estimate()),
            &mut || repeat(&mut || black_box(&mut theirs).count()),
            &mut || repeat(&mut || black_box(&apache).composite_estimate()),
        ],
    )
    .map(|ns| ns / 200.0 / 1000.0);
    report.add("estimate, dense", ours, "us", Target::Open);
    report.add("estimate, dense: hyperloglogplus", theirs, "us", Target::Open);
    report.add("estimate, dense: datasketches, running sums", apache, "us", Target::Open);
}

fn size(report: &mut Report) {
    for (users, sets, target) in
        [(10, 500, 21.0), (100, 300, 140.0), (1000, 200, 930.0), (10_000, 60, 4150.0), (1_000_000, 8, 5900.0)]
    {
        let ids = |set| (0..users).map(move |i| id(set, i));
        let mean = |bytes: &dyn Fn(u64) -> usize| (0..sets).map(bytes).sum::<usize>() as f64 / sets as f64;
        report.add(
            &format!("bytes, {users} users"),
            mean(&|set| wire(&own(ids(set))).len()),
            "bytes",
            Target::AtMost(target),
        );
        report.add(
            &format!("bytes, {users} users: hyperloglogplus"),
            mean(&|set| plus_bytes(&mut plus(ids(set)))),
            "bytes",
            Target::Open,
        );
        let apache = mean(&|set| apache(HllType::Hll4, ids(set)).serialize().len());
        report.add(&format!("bytes, {users} users: datasketches HLL_4"), apache, "bytes", Target::Open);
    }
}

/// What `hyperloglogplus` would have to write: it has no format of its own, so its fields at their width, no framing.
fn plus_bytes(sketch: &mut Plus) -> usize {
    // Counting first makes it pack what it has collected.
    sketch.count();
    let fields = serde_json::to_value(&*sketch).unwrap_or_default();
    let items = |name: &str, width| {
        let field = &fields[name];
        width * field.as_array().or(field["buf"].as_array()).map_or(0, Vec::len)
    };
    items("tmpset", 4) + items("sparse", 1) + items("registers", 4)
}

fn error(report: &mut Report) {
    for (users, target) in [(100, 0.60), (1000, 0.60), (10_000, 0.65), (100_000, 0.80)] {
        let sets = 400;
        let ids = |set| (0..users).map(move |i| id(1 << 20 | set, i));
        let rms = |estimate: &dyn Fn(u64) -> f64| {
            let squares: f64 = (0..sets).map(|set| (estimate(set) / users as f64 - 1.0).powi(2)).sum();
            100.0 * (squares / sets as f64).sqrt()
        };
        report.add(
            &format!("error, {users} users"),
            rms(&|set| own(ids(set)).estimate()),
            "% RMS",
            Target::AtMost(target),
        );
        report.add(
            &format!("error, {users} users: hyperloglogplus"),
            rms(&|set| plus(ids(set)).count()),
            "% RMS",
            Target::Open,
        );
        // Its running estimate does not survive a merge; what a union would give is compared.
        let apache = rms(&|set| apache(HllType::Hll8, ids(set)).composite_estimate());
        report.add(&format!("error, {users} users: datasketches, as merged"), apache, "% RMS", Target::Open);
    }
}

fn latency(report: &mut Report) {
    let durations: Vec<u64> =
        (0..100_000_u64).map(|i| 1_000_000 + i.wrapping_mul(0x9e37_79b9_7f4a_7c15) % 400_000_000).collect();
    let cells: Vec<LatencySketch> = durations.chunks(300).map(of).collect();
    let [insert, merge] = medians(
        ROUNDS,
        [&mut || drop(black_box(of(&durations))), &mut || {
            let mut all = LatencySketch::default();
            cells.iter().for_each(|cell| all.merge(cell));
            black_box(all);
        }],
    );
    report.add("latency, insert", insert / durations.len() as f64, "ns", Target::Open);
    report.add("latency, merge of 300 durations", merge / cells.len() as f64, "ns", Target::Open);
}

fn of(durations: &[u64]) -> LatencySketch {
    let mut sketch = LatencySketch::default();
    durations.iter().for_each(|ns| sketch.insert(*ns));
    sketch
}
