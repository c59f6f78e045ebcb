//! A sketch is a set: whoever is added, in whatever order and however often, only who is in it matters.

mod sketch_support;

use bonghwa_analytics::identity::{FleetKey, IdentityMode, KeyId};
use bonghwa_analytics::sketch::{Accumulator, HashScheme, MAX_RANK, REGISTERS, Scheme, Sketch, SketchError};
use proptest::prelude::*;
use sketch_support::{Random, raw, rest, scheme, sketch, wire};

fn of(hashes: &[u64]) -> Sketch {
    let mut sketch = Sketch::new(scheme());
    for hash in hashes {
        sketch.insert_hash(*hash);
    }
    sketch
}

fn union(parts: &[&Sketch]) -> Sketch {
    let mut all = Sketch::new(scheme());
    for part in parts {
        all.merge(part).expect("the schemes agree");
    }
    all
}

/// Sets from a handful to some thousands, so that small tables, full tables and dense registers all meet.
fn hashes() -> impl Strategy<Value = Vec<u64>> {
    (any::<u64>(), prop_oneof![0_u64..20, 100_u64..900, 1000_u64..12_000]).prop_map(|(seed, n)| {
        let mut random = Random(seed);
        // Halving the range of some hashes makes equal registers likely.
        (0..n)
            .map(|_| random.next())
            .map(|hash| if hash % 3 == 0 { hash & 0xffff_ffff_0000_0fff } else { hash })
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_union_is_the_sketch_of_all(a in hashes(), b in hashes(), c in hashes()) {
        let (sa, sb, sc) = (of(&a), of(&b), of(&c));
        let together = of(&[a, b, c].concat());
        prop_assert_eq!(&union(&[&sa, &sb, &sc]), &together);
        prop_assert_eq!(&union(&[&sc, &sa, &sb, &sa]), &together);
        prop_assert_eq!(&union(&[&sa, &union(&[&sb, &sc])]), &together);
        prop_assert_eq!(&union(&[&together, &together]), &together);
        prop_assert_eq!(wire(&union(&[&sb, &sa, &sc])), wire(&together));

        let mut accumulator = Accumulator::new(scheme());
        accumulator.merge(&sa).unwrap();
        accumulator.merge_encoded(&scheme(), &wire(&sb)).unwrap();
        accumulator.merge_encoded(&scheme(), &rest(&sc)).unwrap();
        accumulator.merge_encoded(&scheme(), &raw(&sa)).unwrap();
        prop_assert_eq!(accumulator.estimate().to_bits(), together.estimate().to_bits());
        prop_assert_eq!(accumulator.into_sketch(), together);
    }

    #[test]
    fn order_and_repetition_do_not_show(mut hashes in hashes()) {
        let forwards = of(&hashes);
        hashes.reverse();
        hashes.extend_from_within(..hashes.len() / 2);
        let backwards = of(&hashes);
        prop_assert_eq!(&forwards, &backwards);
        prop_assert_eq!(wire(&forwards), wire(&backwards));
        prop_assert_eq!(forwards.is_empty(), hashes.is_empty());
    }

    #[test]
    fn registers_are_those_of_the_definition(hashes in hashes()) {
        let mut expected = [0_u8; REGISTERS];
        for hash in &hashes {
            let (index, rest) = ((hash & 0x3fff) as usize, hash >> 14);
            let rank = (1..=MAX_RANK).find(|rank| *rank == MAX_RANK || rest >> (rank - 1) & 1 == 1).unwrap();
            expected[index] = expected[index].max(rank);
        }
        let sketch = of(&hashes);
        prop_assert_eq!(&*sketch.registers(), &expected);
        prop_assert_eq!(Sketch::from_registers(scheme(), &expected), Ok(sketch));
    }
}

#[test]
fn a_sketch_of_few_equals_the_same_registers_kept_dense() {
    let few = sketch(5, 300);
    let mut dense = sketch(6, 100_000);
    let mut registers = dense.registers();
    assert_ne!(few, dense);
    registers.fill(0);
    // A dense sketch stays dense; only its registers count.
    dense = Sketch::from_registers(scheme(), &registers).unwrap();
    dense.merge(&few).unwrap();
    assert_eq!(few, dense);
    let crowded: Vec<u64> = (0..900).map(|index| index | 1 << 14).collect();
    assert_eq!(of(&crowded), Sketch::decode(scheme(), &raw(&of(&crowded))).unwrap());
    // Neighbouring registers at the very end of the table, which has to grow beyond it.
    let last: Vec<u64> = (0..40).map(|i| (REGISTERS as u64 - 1 - i) | 1 << 20).collect();
    assert_eq!(of(&last).registers().iter().filter(|rank| **rank > 0).count(), 40);
}

#[test]
fn what_counts_differently_never_merges() {
    let ours = scheme();
    let other_key = FleetKey::new([7; 16]).id();
    let cases = [
        (Scheme { mode: IdentityMode::Ip, ..ours }, "identity mode is SessionCookie on one side and Ip on the other"),
        (Scheme { key: other_key, ..ours }, "fleet key is "),
        (
            Scheme::foreign(HashScheme::Redis, ours.mode),
            "hash is keyed SipHash-1-3 on one side and Redis MurmurHash64A",
        ),
        (Scheme { precision: 12, ..ours }, "precision is 14 on one side and 12 on the other"),
    ];
    for (theirs, message) in cases {
        let mut sketch = sketch(1, 100);
        let before = sketch.clone();
        let other = Sketch::new(theirs);
        let error = sketch.merge(&other).unwrap_err();
        assert!(matches!(error, SketchError::Mismatch { .. }) && error.to_string().contains(message), "{error}");
        assert_eq!(sketch, before);
        let mut union = Accumulator::new(ours);
        assert_eq!(union.merge(&other), Err(error.clone()));
        assert_eq!(union.merge_encoded(&theirs, &wire(&before)), Err(error));
        assert!(union.to_sketch().is_empty());
    }
}

#[test]
fn schemes_survive_and_wrong_ones_are_refused() {
    let schemes = IdentityMode::ALL.into_iter().flat_map(|mode| {
        [
            Scheme::keyed(mode, KeyId(0x0123_4567_89ab_cdef)),
            Scheme::foreign(HashScheme::Redis, mode),
            Scheme::foreign(HashScheme::DataSketches, mode),
        ]
    });
    for scheme in schemes {
        let mut bytes = Vec::new();
        scheme.encode(&mut bytes);
        let read = |bytes: &[u8]| Scheme::decode(&mut bonghwa_analytics::codec::Reader::new(bytes));
        assert_eq!(read(&bytes), Ok(scheme));
        for len in 0..bytes.len() {
            assert!(read(&bytes[..len]).is_err());
        }
        for (at, value) in [(0, 13), (0, 15), (1, 3), (2, 0), (2, 4)] {
            let mut wrong = bytes.clone();
            wrong[at] = value;
            assert!(read(&wrong).is_err(), "byte {at} set to {value}");
        }
    }
}
