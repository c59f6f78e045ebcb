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

const ROUNDS: usize = 150;
/// Identities in a dense sketch.
const USERS: u64 = 50_000;
/// Sketches at a turn. Turns are kept under a millisecond, so that few of them are interrupted on a busy machine.
const TURN: usize = 20;
/// Sketches that do not fit into the second-level cache together.
const MANY: usize = 300;

fn main() -> std::io::Result<()> {
    let mut report = Report::default();
    insert(&mut report);
    merge(&mut report);
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
    let (many, few) = (1_000_000, 1000);
    let key = key();
    let mut ours = own((0..many).map(|i| id(0, i)));
    let mut theirs = plus((0..many).map(|i| id(0, i)));
    let mut image = apache(HllType::Hll8, (0..many).map(|i| id(0, i)));
    // Every turn brings identities that were not there before, the same ones to each contender.
    let fresh = |turn: &mut u64| {
        *turn += 1;
        let set = *turn;
        (0..few).map(move |i| id(set, i))
    };
    let mut turns = [0; 6];
    let [own_large, plus_large, apache_large, own_small, plus_small, apache_small] = &mut turns;
    let large = medians(
        ROUNDS,
        [
            &mut || fresh(own_large).for_each(|id| ours.insert_hash(key.identity(IdentityMode::UserCookie, &id))),
            &mut || fresh(plus_large).for_each(|id| theirs.insert(&id)),
            &mut || fresh(apache_large).for_each(|id| image.update(raw_bytes::from_slice(&id))),
        ],
    );
    let small = medians(
        ROUNDS,
        [&mut || drop(black_box(own(fresh(own_small)))), &mut || drop(black_box(plus(fresh(plus_small)))), &mut || {
            black_box(apache(HllType::Hll8, fresh(apache_small)));
        }],
    );
    for (name, times) in [("a large set", large), ("fresh sets of 1,000", small)] {
        let [ours, theirs, apache] = times.map(|ns| ns / few as f64);
        report.add(&format!("insert, {name}: keyed"), ours, "ns", Target::Open);
        report.add(&format!("insert, {name}: hyperloglogplus, SipHash-1-3"), theirs, "ns", Target::Open);
        report.add(&format!("insert, {name}: datasketches HLL_8"), apache, "ns", Target::Open);
        report.add(&format!("insert, {name}, over hyperloglogplus"), theirs / ours, "x", Target::Open);
    }
}

/// The same sets in every form, and a union of each kind.
struct Parts {
    sketches: Vec<Sketch>,
    registers: Vec<Box<[u8; REGISTERS]>>,
    stored: Vec<Vec<u8>>,
    sent: Vec<Vec<u8>>,
    pluses: Vec<Plus>,
    images: Vec<HllSketch>,
}

impl Parts {
    fn new(count: usize, users: u64) -> Self {
        let ids = |set: usize| (0..users).map(move |i| id(set as u64, i));
        let sketches: Vec<Sketch> = (0..count).map(|set| own(ids(set))).collect();
        Self {
            registers: sketches.iter().map(Sketch::registers).collect(),
            stored: sketches.iter().map(rest).collect(),
            sent: sketches.iter().map(wire).collect(),
            pluses: (0..count).map(|set| plus(ids(set))).collect(),
            images: (0..count).map(|set| apache(HllType::Hll8, ids(set))).collect(),
            sketches,
        }
    }

    /// Microseconds for a sketch: read probe, ours, ours from stored bytes, from wire bytes, their two.
    fn merge(&self) -> [f64; 6] {
        let scheme = scheme();
        let [mut union, mut stored_union, mut sent_union] = [(); 3].map(|()| Accumulator::new(scheme));
        let mut plus_union = plus(std::iter::empty());
        let mut image_union = HllUnion::new(14).expect("14 is a precision it takes");
        let mut registers = self.registers.chunks(TURN).cycle();
        let mut sketches = self.sketches.chunks(TURN).cycle();
        let mut stored = self.stored.chunks(TURN).cycle();
        let mut sent = self.sent.chunks(TURN).cycle();
        let mut pluses = self.pluses.chunks(TURN).cycle();
        let mut images = self.images.chunks(TURN).cycle();
        let times = medians(
            ROUNDS,
            [
                &mut || registers.next().into_iter().flatten().for_each(|part| _ = black_box(read(part))),
                &mut || {
                    for part in sketches.next().into_iter().flatten() {
                        union.merge(part).expect("the schemes agree");
                    }
                },
                &mut || {
                    for part in stored.next().into_iter().flatten() {
                        stored_union.merge_encoded(&scheme, part).expect("the bytes are ours");
                    }
                },
                &mut || {
                    for part in sent.next().into_iter().flatten() {
                        sent_union.merge_encoded(&scheme, part).expect("the bytes are ours");
                    }
                },
                &mut || {
                    for part in pluses.next().into_iter().flatten() {
                        plus_union.merge(part).expect("the precisions agree");
                    }
                },
                &mut || images.next().into_iter().flatten().for_each(|part| image_union.update(part)),
            ],
        );
        assert!(union.to_sketch() == stored_union.to_sketch() && union.to_sketch() == sent_union.to_sketch());
        times.map(|ns| ns / TURN as f64 / 1000.0)
    }
}

fn merge(report: &mut Report) {
    for (name, count, users) in [("dense", TURN, USERS), ("dense, from memory", MANY, USERS), ("200 users", MANY, 200)]
    {
        let [probe, ours, stored, sent, theirs, apache] = Parts::new(count, users).merge();
        report.add(&format!("merge, {name}"), ours, "us", Target::Open);
        report.add(&format!("merge, {name}, from stored bytes"), stored, "us", Target::Open);
        report.add(&format!("merge, {name}, from wire bytes"), sent, "us", Target::Open);
        report.add(&format!("merge, {name}: hyperloglogplus"), theirs, "us", Target::Open);
        report.add(&format!("merge, {name}: datasketches HLL_8"), apache, "us", Target::Open);
        // From memory the machine's other work decides how fast bytes come, and small sketches have few of them.
        let over = if count == TURN { Target::AtLeast(20.0) } else { Target::Open };
        report.add(&format!("merge, {name}, over hyperloglogplus"), theirs / ours, "x", over);
        if users == USERS {
            let share = 100.0 * probe / ours;
            report.add(&format!("merge, {name}: read probe"), probe, "us", Target::Open);
            report.add(&format!("merge, {name}, share of the read probe"), share, "%", Target::AtLeast(80.0));
        }
    }
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

fn decode(report: &mut Report) {
    let mut union = Accumulator::new(scheme());
    let scheme = scheme();
    for users in [2000, 6000, 10_000, 50_000, 1_000_000] {
        let sets: Vec<Sketch> = (0..TURN as u64 / 2).map(|set| own((0..users).map(|i| id(set, i)))).collect();
        let sent: Vec<Vec<u8>> = sets.iter().map(wire).collect();
        let mut out = Vec::new();
        let [merge, decode, encode] = medians(
            ROUNDS,
            [
                &mut || sent.iter().for_each(|part| union.merge_encoded(&scheme, part).expect("the bytes are ours")),
                &mut || sent.iter().for_each(|part| _ = black_box(Sketch::decode(scheme, part).is_ok())),
                &mut || {
                    out.clear();
                    for part in &sets {
                        part.encode_wire(&mut out);
                    }
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
    let mut whole = 0.0;
    for turn in sent.chunks(17) {
        let [time] = medians(
            5,
            [&mut || turn.iter().for_each(|part| union.merge_encoded(&scheme, part).expect("the bytes are ours"))],
        );
        whole += time;
    }
    report.add("17 regions, 24 h at 5 min, merge from wire bytes", whole / 1e6, "ms", Target::Open);
    let bytes: usize = sent.iter().map(Vec::len).sum();
    report.add("17 regions, 24 h at 5 min, wire bytes", bytes as f64 / 1e6, "MB", Target::Open);
}

fn estimate(report: &mut Report) {
    let ids = || (0..USERS).map(|i| id(1, i));
    let (sketch, mut theirs, apache) = (own(ids()), plus(ids()), apache(HllType::Hll8, ids()));
    let repeat = |estimate: &mut dyn FnMut() -> f64| (0..TURN).for_each(|_| _ = black_box(estimate()));
    let [ours, theirs, apache] = medians(
        ROUNDS,
        [
            &mut || repeat(&mut || black_box(&sketch).estimate()),
            &mut || repeat(&mut || black_box(&mut theirs).count()),
            &mut || repeat(&mut || black_box(&apache).composite_estimate()),
        ],
    )
    .map(|ns| ns / TURN as f64 / 1000.0);
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
            for cell in &cells {
                all.merge(cell);
            }
            black_box(all);
        }],
    );
    report.add("latency, insert", insert / durations.len() as f64, "ns", Target::Open);
    report.add("latency, merge of 300 durations", merge / cells.len() as f64, "ns", Target::Open);
}

fn of(durations: &[u64]) -> LatencySketch {
    let mut sketch = LatencySketch::default();
    for ns in durations {
        sketch.insert(*ns);
    }
    sketch
}
