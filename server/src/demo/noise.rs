//! Chance without a generator: every "random" value is a hash of what it belongs to, so the same question always has
//! the same answer and any span of time can be computed without the one before it.

/// Mixes 64 bits so that each output bit depends on every input bit.
///
/// Source: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators" (2014), the finaliser of SplitMix64.
pub(super) const fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// A key for `part` of what `key` stands for.
pub(super) const fn join(key: u64, part: u64) -> u64 {
    mix(key ^ mix(part))
}

/// A key for a name.
pub(super) fn name_key(key: u64, name: &str) -> u64 {
    name.bytes().fold(join(key, name.len() as u64), |key, byte| join(key, u64::from(byte)))
}

/// The upper 53 bits as a number from 0 (inclusive) to 1 (exclusive).
pub(super) const fn unit(bits: u64) -> f64 {
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

/// Noise from -1 to 1 that wanders: independent values every `step` seconds, straight lines between them.
pub(super) fn wander(key: u64, instant: i64, step: i64) -> f64 {
    let at = |knot: i64| unit(join(key, knot as u64)) * 2.0 - 1.0;
    let knot = instant.div_euclid(step);
    let share = instant.rem_euclid(step) as f64 / step as f64;
    at(knot) * (1.0 - share) + at(knot + 1) * share
}

/// A whole number whose expectation is `expected`: rounds up as often as the fraction says.
pub(super) fn round(expected: f64, bits: u64) -> u64 {
    (expected.max(0.0) + unit(bits)) as u64
}

/// A count that scatters around `expected` as independent arrivals do (normal approximation, variance = expectation).
pub(super) fn scatter(expected: f64, bits: u64) -> u64 {
    // Four uniform parts of 16 bits each have variance 1/3 together.
    let sum: f64 = (0..4).map(|i| ((bits >> (16 * i)) & 0xffff) as f64 / 65_536.0).sum();
    let deviate = (sum - 2.0) * 3.0_f64.sqrt();
    round(expected + deviate * expected.max(0.0).sqrt(), mix(bits))
}

/// Standard normal deviates at the middles of `N` equally likely strata, ascending.
///
/// Source: Abramowitz and Stegun, "Handbook of Mathematical Functions", 26.2.23 (absolute error below 4.5e-4).
pub(super) fn normal_strata<const N: usize>() -> [f64; N] {
    std::array::from_fn(|i| {
        let p = (i as f64 + 0.5) / N as f64;
        let t = (-2.0 * p.min(1.0 - p).ln()).sqrt();
        let z = t
            - (2.515_517 + t * (0.802_853 + t * 0.010_328)) / (1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308)));
        if p < 0.5 { -z } else { z }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strata_are_standard_normal() {
        let z = normal_strata::<128>();
        let mean: f64 = z.iter().sum::<f64>() / 128.0;
        let variance: f64 = z.iter().map(|z| z * z).sum::<f64>() / 128.0;
        assert!(mean.abs() < 1e-9 && (variance - 1.0).abs() < 0.03, "{mean} {variance}");
        assert!(z.is_sorted());
    }

    #[test]
    fn counts_scatter_around_their_expectation() {
        let counts: Vec<f64> = (0..20_000).map(|i| scatter(9.0, join(1, i)) as f64).collect();
        let mean = counts.iter().sum::<f64>() / counts.len() as f64;
        let variance = counts.iter().map(|c| (c - mean).powi(2)).sum::<f64>() / counts.len() as f64;
        assert!((mean - 9.0).abs() < 0.1 && (variance - 9.0).abs() < 0.6, "{mean} {variance}");
        let rare = (0..20_000).map(|i| scatter(0.05, join(2, i))).sum::<u64>();
        assert!((500..2500).contains(&rare), "{rare}");
    }

    #[test]
    fn noise_wanders_without_jumps() {
        let mut before = wander(7, 0, 600);
        for t in 1..5000 {
            let now = wander(7, t, 600);
            assert!((-1.0..=1.0).contains(&now) && (now - before).abs() <= 2.0 / 600.0 + 1e-12);
            before = now;
        }
    }
}
