//! Agreement with Redis, Apache DataSketches and `hyperloglogplus`.

mod sketch_support;

use std::hash::{BuildHasher, Hasher};

use ::datasketches::hll::{HllSketch, HllType, HllUnion};
use bonghwa_analytics::identity::IdentityMode;
use bonghwa_analytics::sketch::{HashScheme, MAX_RANK, REGISTERS, Scheme, Sketch, SketchError, datasketches, redis};
use hyperloglogplus::{HyperLogLog, HyperLogLogPlus};
use proptest::prelude::*;
use sketch_support::{Random, sketch};

const MODE: IdentityMode = IdentityMode::UserCookie;

/// `PFADD` of the elements `user:0`, `user:1`, ... on Redis 7.0.15, as `GET` returned it, and the answer of `PFCOUNT`.
const REDIS: [(u64, u64, &[u8]); 3] = [
    (10, 10, include_bytes!("golden/redis-10.hyll")),
    (200, 200, include_bytes!("golden/redis-200.hyll")),
    (20_000, 19_857, include_bytes!("golden/redis-20000.hyll")),
];

fn counted(scheme: HashScheme, hash: fn(&[u8]) -> u64, users: u64) -> Sketch {
    let mut sketch = Sketch::new(Scheme::foreign(scheme, MODE));
    (0..users).for_each(|user| sketch.insert_hash(hash(format!("user:{user}").as_bytes())));
    sketch
}

#[test]
fn redis_strings_are_read_and_written_to_the_byte() {
    for (users, count, string) in REDIS {
        let ours = counted(HashScheme::Redis, redis::hash, users);
        assert_eq!(redis::import(MODE, string).as_ref(), Ok(&ours), "{users} elements");
        assert_eq!(redis::export(&ours), string, "{users} elements");
        assert_eq!(ours.estimate().round() as u64, count);
    }
}

#[test]
fn damaged_redis_strings_are_refused_or_read() {
    for (_, _, string) in REDIS {
        for len in 0..string.len() {
            assert!(redis::import(MODE, &string[..len]).is_err());
        }
        for bit in (0..string.len() * 8).filter(|bit| *bit < 2000 || bit % 17 == 0) {
            let mut damaged = string.to_vec();
            damaged[bit / 8] ^= 1 << (bit % 8);
            if let Ok(sketch) = redis::import(MODE, &damaged) {
                assert_eq!(redis::import(MODE, &redis::export(&sketch)), Ok(sketch));
            }
        }
    }
}

#[test]
fn foreign_sketches_never_meet_ours() {
    let (_, _, string) = REDIS[0];
    let foreign = redis::import(IdentityMode::SessionCookie, string).unwrap();
    let mut ours = sketch(1, 50);
    assert!(matches!(ours.merge(&foreign), Err(SketchError::Mismatch { what: "hash", .. })));
    // But they meet each other, and our own counts can be shown elsewhere.
    let mut more = foreign.clone();
    more.merge(&redis::import(IdentityMode::SessionCookie, REDIS[1].2).unwrap()).unwrap();
    assert_eq!(more.estimate().round() as u64, 200);
    assert_eq!(redis::import(MODE, &redis::export(&ours)).unwrap().registers(), ours.registers());
    assert_eq!(datasketches::import(MODE, &datasketches::export(&ours)).unwrap().registers(), ours.registers());
}

/// A DataSketches sketch of the same users; its own `Hash` of a string is not its hash of the bytes, so bytes are given.
fn theirs(kind: HllType, precision: u8, users: u64) -> HllSketch {
    let mut sketch = HllSketch::new(precision, kind).expect("the precision is one of its own");
    for user in 0..users {
        sketch.update(::datasketches::hash::value::raw_bytes::from_slice(format!("user:{user}").as_bytes()));
    }
    sketch
}

#[test]
fn datasketches_images_of_every_kind_are_read() {
    for kind in [HllType::Hll4, HllType::Hll6, HllType::Hll8] {
        // Empty and list, set, registers; finer sketches fold down to ours.
        for (precision, users) in [(14, 0), (14, 5), (14, 300), (14, 3000), (14, 100_000), (15, 700), (17, 60_000)] {
            let image = theirs(kind, precision, users).serialize();
            let ours = counted(HashScheme::DataSketches, datasketches::hash, users);
            assert_eq!(datasketches::import(MODE, &image), Ok(ours), "{kind:?}, lgK {precision}, {users} users");
        }
        assert!(datasketches::import(MODE, &theirs(kind, 12, 9000).serialize()).is_err());
    }
}

#[test]
fn datasketches_reads_what_we_write() {
    for users in [0, 3, 3000, 100_000, 1_000_000] {
        let ours = counted(HashScheme::DataSketches, datasketches::hash, users);
        let image = datasketches::export(&ours);
        let read = HllSketch::deserialize(&image).unwrap();
        assert!(
            (read.estimate() - ours.estimate()).abs() <= 0.01 * users as f64 + 0.01,
            "{} for {users}",
            read.estimate()
        );
        assert_eq!(datasketches::import(MODE, &image), Ok(ours));
        assert_eq!(read.serialize(), image, "{users} users");
    }
    // A union on their side has the very registers of ours.
    let mut union = HllUnion::new(14).unwrap();
    union.update(&theirs(HllType::Hll8, 14, 40_000));
    union.update(
        &HllSketch::deserialize(&datasketches::export(&counted(HashScheme::DataSketches, datasketches::hash, 60_000)))
            .unwrap(),
    );
    let merged = datasketches::import(MODE, &union.to_sketch(HllType::Hll8).serialize()).unwrap();
    assert_eq!(merged, counted(HashScheme::DataSketches, datasketches::hash, 60_000));
}

#[test]
fn damaged_datasketches_images_are_refused_or_read() {
    for (kind, users) in [
        (HllType::Hll8, 4),
        (HllType::Hll4, 400),
        (HllType::Hll4, 50_000),
        (HllType::Hll6, 50_000),
        (HllType::Hll8, 50_000),
    ] {
        let image = theirs(kind, 14, users).serialize();
        for len in 0..image.len() {
            assert!(datasketches::import(MODE, &image[..len]).is_err(), "{kind:?} cut to {len} bytes");
        }
        for bit in (0..image.len() * 8).filter(|bit| *bit < 400 || bit % 97 == 0) {
            let mut damaged = image.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            if let Ok(sketch) = datasketches::import(MODE, &damaged) {
                assert!(sketch.registers().iter().all(|rank| *rank <= MAX_RANK));
            }
        }
    }
}

/// Passes on hashes that are random already.
#[derive(Clone, Default)]
struct Same(u64);

impl Hasher for Same {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("only u64 keys are hashed");
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

impl BuildHasher for Same {
    type Hasher = Same;

    fn build_hasher(&self) -> Same {
        Same(0)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn hyperloglogplus_counts_the_same(seed: u64, n in prop_oneof![1_u64..2000, 2000_u64..200_000]) {
        let mut random = Random(seed);
        let mut ours = Sketch::new(sketch_support::scheme());
        let mut theirs: HyperLogLogPlus<u64, Same> = HyperLogLogPlus::new(14, Same(0)).unwrap();
        for _ in 0..n {
            let hash = random.next();
            ours.insert_hash(hash);
            theirs.insert(&hash);
        }
        // Both look at the same hashes from different ends: two independent estimates, six standard errors apart.
        let (a, b) = (ours.estimate(), theirs.count());
        prop_assert!((a - b).abs() <= 6.0 * 0.0082 * 1.42 * n as f64 + 1.0, "{a} and {b} for {n}");
    }

    #[test]
    fn any_registers_survive_both_exports(seed: u64, mask in 0_u8..64, used in 0_usize..REGISTERS) {
        let mut random = Random(seed);
        let mut registers = [0; REGISTERS];
        registers[..used].fill_with(|| (random.next() as u8 & mask).min(MAX_RANK));
        let sketch = Sketch::from_registers(Scheme::foreign(HashScheme::Redis, MODE), &registers).unwrap();
        prop_assert_eq!(&redis::import(MODE, &redis::export(&sketch)), &Ok(sketch.clone()));
        let image = datasketches::export(&sketch);
        prop_assert_eq!(datasketches::import(MODE, &image).unwrap().registers(), sketch.registers());
    }

    #[test]
    fn any_bytes_are_imported_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200), kind in 0_u8..16) {
        let _ = redis::import(MODE, &[&b"HYLL\x01\0\0\0\0\0\0\0\0\0\0\0"[..], &bytes].concat());
        let _ = datasketches::import(MODE, &[&[10, 1, 7, 14, 5, 8, 3, kind][..], &bytes].concat());
    }
}
