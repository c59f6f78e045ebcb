//! From registers to a count.
//!
//! Source: Ertl, "New cardinality estimation algorithms for HyperLogLog sketches" (2017), section 4: the harmonic
//! estimator with corrections for zero and for saturated registers. Only additions, multiplications, divisions and
//! square roots, so the result is the same to the last bit on every target.

use super::registers::count;
use super::{MAX_RANK, REGISTERS};

const M: f64 = REGISTERS as f64;

/// Two to the power of minus [`MAX_RANK`].
const SMALLEST: f64 = 1.0 / (1_u64 << MAX_RANK) as f64;

/// 1 / (2 ln 2), the limit of HyperLogLog's constant for many registers.
const ALPHA: f64 = 0.5 / std::f64::consts::LN_2;

/// Estimate from all registers.
pub(super) fn of_registers(registers: &[u8; REGISTERS]) -> f64 {
    // Thirty-two partial sums, always the same, keep the result independent of the width of vectors. Sixty-four terms
    // at a time are added as `f32`, of which twice as many fit into a vector as of `f64`.
    let mut sums = [0.0; 32];
    for block in registers.as_chunks::<2048>().0 {
        let mut terms = [0.0; 32];
        for row in block.as_chunks::<32>().0 {
            for (sum, rank) in terms.iter_mut().zip(row) {
                *sum += f32::from_bits((127 - u32::from(*rank)) << 23);
            }
        }
        for (sum, terms) in sums.iter_mut().zip(terms) {
            *sum += f64::from(terms);
        }
    }
    // Zero and saturated registers are rare together, so one pass mostly shows that there are none.
    let extreme = count(registers, |rank| rank.wrapping_sub(1) >= MAX_RANK - 1);
    let full = if extreme == 0 { 0 } else { count(registers, |rank| rank >= MAX_RANK) };
    combine(sums.iter().sum(), extreme - full, full)
}

/// Half-width of the 95 % band, relative to the estimate: 1.96 standard errors.
///
/// Below two users a register the estimator is as good as linear counting (Whang, Vander-Zanden and Taylor, 1990), whose
/// standard error is `sqrt((e^t - t - 1) / m) / t` for `t` users a register; above, it approaches 1.04 / sqrt(m).
pub(crate) fn relative_error_95(estimate: f64) -> f64 {
    let t = estimate / M;
    let limit = 1.04;
    let linear = if t < 1e-3 {
        // The difference below loses its digits here; this is its limit.
        std::f64::consts::FRAC_1_SQRT_2
    } else if t < 2.0 {
        libm::sqrt(libm::exp(t) - t - 1.0) / t
    } else {
        limit
    };
    1.96 * linear.min(limit) / libm::sqrt(M)
}

fn combine(sum: f64, zeros: usize, full: usize) -> f64 {
    let (zeros, full) = (zeros as f64, full as f64);
    // Zero and saturated registers leave the plain sum and enter through their corrections.
    let plain = sum - zeros - full * SMALLEST;
    let low = M * sigma(zeros / M);
    let high = M * tau(1.0 - full / M) * 2.0 * SMALLEST;
    ALPHA * M * M / (low + plain + high)
}

/// Ertl's sigma: `x + sum of x^(2^k) 2^(k-1)`; infinite at 1, which makes the estimate 0.
fn sigma(mut x: f64) -> f64 {
    if x >= 1.0 {
        return f64::INFINITY;
    }
    let (mut y, mut z) = (1.0, x);
    loop {
        x *= x;
        let before = z;
        z += x * y;
        y += y;
        if z <= before {
            return z;
        }
    }
}

/// Ertl's tau: `(1 - x - sum of (1 - x^(2^-k))^2 2^-k) / 3`.
fn tau(mut x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return 0.0;
    }
    let (mut y, mut z) = (1.0, 1.0 - x);
    loop {
        x = libm::sqrt(x);
        let before = z;
        y *= 0.5;
        z -= (1.0 - x) * (1.0 - x) * y;
        if z >= before {
            return z / 3.0;
        }
    }
}
