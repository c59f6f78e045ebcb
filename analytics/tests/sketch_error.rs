//! How far estimates are from the truth: 1,000 random sets at each size.

mod sketch_support;

use bonghwa_analytics::sketch::Sketch;
use sketch_support::{Random, scheme};

const SETS: u64 = 1000;
/// Number of identities and the greatest root mean square error, in percent.
const TARGETS: [(u64, f64); 5] = [(100, 0.60), (1000, 0.60), (10_000, 0.65), (100_000, 0.80), (1_000_000, 0.84)];

#[test]
fn errors_stay_within_their_targets() {
    // One set grows through all sizes, so that a thousand sets cost a thousand million insertions and no more.
    let halves: Vec<_> = (0..2_u64)
        .map(|half| std::thread::spawn(move || (half..SETS).step_by(2).map(errors_of_a_set).collect::<Vec<_>>()))
        .collect();
    let sets: Vec<_> = halves.into_iter().flat_map(|half| half.join().unwrap()).collect();
    for (size, (n, target)) in TARGETS.into_iter().enumerate() {
        let errors: Vec<(f64, f64)> = sets.iter().map(|set| set[size]).collect();
        let mean = |value: &dyn Fn(&(f64, f64)) -> f64| errors.iter().map(value).sum::<f64>() / SETS as f64;
        let rms = 100.0 * mean(&|(error, _)| error * error).sqrt();
        let bias = 100.0 * mean(&|(error, _)| *error);
        let covered = mean(&|(error, band)| f64::from(error.abs() <= *band));
        assert!(rms <= target, "{rms:.3} % at {n}, {target} % promised");
        assert!(bias.abs() <= 0.06, "bias of {bias:.3} % at {n}");
        // 95 % of a thousand sets, less three standard deviations of that count.
        assert!(covered >= 0.93, "the 95 % band holds {covered} of the sets at {n}");
    }
}

/// Relative error and stated band at each size.
fn errors_of_a_set(seed: u64) -> [(f64, f64); TARGETS.len()] {
    let mut random = Random(seed << 32);
    let mut sketch = Sketch::new(scheme());
    let mut inserted = 0;
    TARGETS.map(|(n, _)| {
        (inserted..n).for_each(|_| sketch.insert_hash(random.next()));
        inserted = n;
        (sketch.estimate() / n as f64 - 1.0, sketch.relative_error_95())
    })
}

#[test]
fn the_ends_are_exact() {
    let mut sketch = Sketch::new(scheme());
    assert_eq!(sketch.estimate().to_bits(), 0.0_f64.to_bits());
    sketch.insert_hash(42);
    assert!((sketch.estimate() - 1.0).abs() < 1e-3, "{}", sketch.estimate());
    // All registers saturated: more than any hash can tell, but finite or infinite, never nonsense.
    let full = Sketch::from_registers(scheme(), &[51; 1 << 14]).unwrap();
    assert!(full.estimate() > 1e18);
    let nearly = Sketch::from_registers(scheme(), &[50; 1 << 14]).unwrap();
    assert!(nearly.estimate() < full.estimate() && nearly.estimate() > 1e18);
}

#[test]
fn the_band_follows_theory() {
    let band = |seed, n| 100.0 * sketch_support::sketch(seed, n).relative_error_95();
    assert!((1.0..1.13).contains(&band(1, 1)) && (1.0..1.13).contains(&band(2, 1000)));
    assert!((1.15..1.25).contains(&band(3, 10_000)));
    assert!((1.55..1.62).contains(&band(4, 200_000)));
}
