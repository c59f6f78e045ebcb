//! The forms of a sketch: complete, canonical, total, and as small as promised.

mod sketch_support;

use bonghwa_analytics::sketch::{Accumulator, MAX_RANK, REGISTERS, Sketch, SketchError};
use proptest::prelude::*;
use sketch_support::{Random, raw, rest, scheme, sketch, wire};

const EMPTY: u8 = 0;
const SPARSE: u8 = 1;
const ENTROPY: u8 = 2;
const NIBBLE: u8 = 3;
const RAW: u8 = 4;

fn all_forms(sketch: &Sketch) -> [Vec<u8>; 3] {
    [wire(sketch), rest(sketch), raw(sketch)]
}

/// A sketch whose `used` registers have ranks up to `max`, as no hash would set them.
fn unlikely(seed: u64, used: usize, max: u8) -> Sketch {
    let mut random = Random(seed);
    let mut registers = [0; REGISTERS];
    for _ in 0..used {
        let word = random.next();
        registers[(word % REGISTERS as u64) as usize] = 1 + (word >> 32) as u8 % max;
    }
    Sketch::from_registers(scheme(), &registers).expect("no rank is above 51")
}

/// Whatever is accepted must be what a writer writes, and a union must take the same.
fn accepted_bytes_are_canonical(bytes: &[u8]) -> Result<bool, TestCaseError> {
    let decoded = Sketch::decode(scheme(), bytes);
    let mut union = Accumulator::new(scheme());
    let merged = union.merge_encoded(&scheme(), bytes);
    if merged.is_err() {
        prop_assert!(union.to_sketch().is_empty(), "a refused sketch left something behind");
    }
    match decoded {
        Ok(sketch) => {
            prop_assert!(
                all_forms(&sketch).iter().any(|form| form == bytes),
                "a form that no writer writes was accepted"
            );
            prop_assert_eq!(merged, Ok(()));
            prop_assert_eq!(union.to_sketch(), sketch);
            Ok(true)
        }
        Err(SketchError::Invalid { .. }) => Ok(false),
        Err(other) => Err(TestCaseError::fail(format!("{other}"))),
    }
}

#[test]
fn sizes_are_as_promised() {
    for (n, sets, target) in
        [(10, 2000, 21.0), (100, 1000, 140.0), (1000, 300, 930.0), (10_000, 60, 4150.0), (1_000_000, 12, 5900.0)]
    {
        let total: usize = (0..sets).map(|seed| wire(&sketch(seed * 7 + n, n)).len()).sum();
        let mean = total as f64 / sets as f64;
        assert!(mean <= target, "{mean} bytes for {n} identities, {target} promised");
    }
    assert!((60_000..2_000_000).step_by(130_000).all(|n| rest(&sketch(n, n)).len() < 8250));
    assert_eq!(wire(&sketch(1, 0)), [EMPTY]);
}

#[test]
fn each_form_is_written_where_it_should() {
    for (n, on_wire, at_rest) in [
        (0, EMPTY, EMPTY),
        (1, SPARSE, SPARSE),
        (5000, SPARSE, SPARSE),
        (9000, ENTROPY, NIBBLE),
        (500_000, ENTROPY, NIBBLE),
    ] {
        let sketch = sketch(n, n);
        assert_eq!([wire(&sketch)[0], rest(&sketch)[0], raw(&sketch)[0]], [on_wire, at_rest, RAW], "{n} identities");
    }
}

#[test]
fn every_form_survives() {
    let mut sketches: Vec<Sketch> = [
        0, 1, 2, 10, 400, 511, 512, 513, 600, 2000, 6000, 7600, 7700, 7800, 8000, 20_000, 50_000, 100_000, 140_000,
        190_000, 3_000_000,
    ]
    .into_iter()
    .map(|n| sketch(n, n))
    .collect();
    for max in [1, 2, 15, 16, 30, MAX_RANK] {
        for used in [1, 3, 500, 700, 6100, 40_000, 300_000] {
            sketches.push(unlikely(u64::from(max), used, max));
        }
    }
    // All registers at one rank, and one register far from all others.
    for rank in [1, 14, 36, 37, 50, MAX_RANK] {
        let mut registers = [rank; REGISTERS];
        sketches.push(Sketch::from_registers(scheme(), &registers).unwrap());
        registers[777] = 0;
        sketches.push(Sketch::from_registers(scheme(), &registers).unwrap());
        registers[REGISTERS - 1] = MAX_RANK;
        sketches.push(Sketch::from_registers(scheme(), &registers).unwrap());
    }
    let mut union = Accumulator::new(scheme());
    for sketch in &sketches {
        for bytes in all_forms(sketch) {
            let read = Sketch::decode(scheme(), &bytes);
            assert_eq!(read.as_ref(), Ok(sketch), "form {}", bytes[0]);
            let read = read.unwrap();
            assert_eq!(all_forms(&read), all_forms(sketch));
            assert_eq!(read.estimate().to_bits(), sketch.estimate().to_bits());
            union.clear();
            union.merge_encoded(&scheme(), &bytes).unwrap();
            assert_eq!(&union.to_sketch(), sketch);
            assert_eq!(union.estimate().to_bits(), sketch.estimate().to_bits());
        }
    }
}

#[test]
fn every_truncation_is_refused() {
    for n in [1, 10, 300, 3000, 9000, 300_000] {
        for bytes in all_forms(&sketch(n, n)) {
            for len in 0..bytes.len() {
                assert!(Sketch::decode(scheme(), &bytes[..len]).is_err(), "form {} cut to {len} bytes", bytes[0]);
            }
            let longer = [&bytes[..], &[0]].concat();
            assert!(Sketch::decode(scheme(), &longer).is_err(), "form {} with a byte behind", bytes[0]);
        }
    }
}

#[test]
fn every_flipped_bit_is_refused_or_canonical() {
    for n in [0, 1, 10, 200, 1500, 8000, 150_000] {
        for bytes in [wire(&sketch(n, n)), rest(&sketch(n, n))] {
            let mut damaged = bytes.clone();
            // All bits of what leads, and every 13th of the rest.
            for bit in (0..bytes.len() * 8).filter(|bit| *bit < 512 || bit % 13 == 0 || bit / 8 + 8 > bytes.len()) {
                damaged[bit / 8] ^= 1 << (bit % 8);
                accepted_bytes_are_canonical(&damaged).unwrap();
                damaged[bit / 8] ^= 1 << (bit % 8);
            }
        }
    }
}

#[test]
fn bytes_that_no_writer_writes_are_refused() {
    let dense = unlikely(3, 60_000, 20);
    let nibble = rest(&dense);
    let with = |at: usize, value: u8| {
        let mut bytes = nibble.clone();
        bytes[at] = value;
        bytes
    };
    // Base 51 lifts offsets beyond the highest rank; a base of 1 is not the smallest rank.
    assert!(Sketch::decode(scheme(), &with(1, 51)).is_err());
    assert!(Sketch::decode(scheme(), &with(1, 1)).is_err());
    // An exception must name a register of offset 15, a rank that needs it, and follow the one before.
    let exception = 4 + REGISTERS / 2;
    assert!(nibble.len() >= exception + 6, "the sketch has exceptions");
    for (at, value) in [(exception + 2, 15), (exception + 2, MAX_RANK + 1), (exception + 1, 0xff), (exception + 3, 0)] {
        assert!(Sketch::decode(scheme(), &with(at, value)).is_err(), "byte {at} set to {value}");
        let mut union = Accumulator::new(scheme());
        assert!(union.merge_encoded(&scheme(), &with(at, value)).is_err());
        assert!(union.to_sketch().is_empty());
    }
    let mut few = vec![NIBBLE, 0, 0, 0];
    few.extend([0; REGISTERS / 2]);
    few[100] = 1;
    assert!(Sketch::decode(scheme(), &few).is_err(), "the sparse form is the canonical one");
    let mut raw = raw(&dense);
    raw[5] = MAX_RANK + 1;
    assert!(Sketch::decode(scheme(), &raw).is_err());
    for bytes in [&[][..], &[EMPTY, 0], &[SPARSE, 0], &[SPARSE, 1], &[5], &[255]] {
        assert!(Sketch::decode(scheme(), bytes).is_err(), "{bytes:?}");
    }
}

proptest! {
    #[test]
    fn sparse_registers_survive(entries in proptest::collection::btree_map(0..REGISTERS, 1..=MAX_RANK, 0..900)) {
        let mut registers = [0; REGISTERS];
        for (index, rank) in &entries {
            registers[*index] = *rank;
        }
        let sketch = Sketch::from_registers(scheme(), &registers).unwrap();
        prop_assert_eq!(&*sketch.registers(), &registers);
        let bytes = wire(&sketch);
        prop_assert_eq!(&bytes, &rest(&sketch));
        prop_assert_eq!(Sketch::decode(scheme(), &bytes), Ok(sketch));
    }

    #[test]
    fn any_bytes_are_read_or_refused(form in 0_u8..6, body in proptest::collection::vec(any::<u8>(), 0..300)) {
        accepted_bytes_are_canonical(&[&[form][..], &body].concat())?;
    }

    #[test]
    fn any_long_bytes_are_read_or_refused(form in 2_u8..5, seed in any::<u64>(), mask in any::<u8>(), extra in 0_usize..40) {
        let mut random = Random(seed);
        let len = if form == RAW { REGISTERS } else { 3 + REGISTERS / 2 + extra };
        let body: Vec<u8> = (0..len).map(|_| random.next() as u8 & mask).collect();
        accepted_bytes_are_canonical(&[&[form][..], &body].concat())?;
    }

    #[test]
    fn several_damages_are_refused_or_canonical(n in 0_u64..30_000, at_rest: bool, seeds in proptest::collection::vec(any::<u64>(), 1..6)) {
        let sketch = sketch(n, n);
        let mut bytes = if at_rest { rest(&sketch) } else { wire(&sketch) };
        for seed in seeds {
            let at = (seed % bytes.len() as u64) as usize;
            bytes[at] = (seed >> 40) as u8;
        }
        accepted_bytes_are_canonical(&bytes)?;
    }
}
