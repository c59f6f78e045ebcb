//! Seasonal autoregression: the next value from the last few and from those round the same time in seasons before.
//!
//! Coefficients are those of a ridge regression on standardised values (Hoerl, Kennard, 1970), solved by Cholesky's method;
//! a path of many steps feeds each step to the next.

use super::history::Seasons;

/// Weight of the ridge for each row.
const RIDGE: f64 = 1e-3;
/// Rows of a fit; more are thinned out evenly.
const ROWS: usize = 1_000;

/// A fitted autoregression.
pub(super) struct Autoregression {
    lags: Vec<usize>,
    coefficients: Vec<f64>,
    mean: f64,
}

/// Lags that suit the seasons, ascending, none longer than `most`.
pub(super) fn lags(seasons: Seasons, most: usize) -> Vec<usize> {
    let Seasons { short, long } = seasons;
    let mut lags = vec![1, 2, 3, 4, 5, 6, short / 2];
    for (season, reach) in [(short, 2), (2 * short, 1), (long.saturating_sub(short), 1), (long, 2)] {
        lags.extend(season.saturating_sub(reach)..=season + reach);
    }
    lags.retain(|lag| *lag >= 1 && *lag <= most);
    lags.sort_unstable();
    lags.dedup();
    lags
}

impl Autoregression {
    /// Fits values; `centred` takes their mean as the level to which a path returns.
    pub(super) fn fit(values: &[f64], lags: Vec<usize>, centred: bool) -> Option<Self> {
        let longest = *lags.last()?;
        let rows = values.len().checked_sub(longest)?;
        let count = lags.len();
        if rows < count + 2 {
            return None;
        }
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        // The ridge is on the scale of the values: a sum of squares takes the place of standardising them.
        let spread = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / values.len() as f64;
        if spread <= 0.0 || !spread.is_finite() {
            return None;
        }
        let thin = odd(rows.div_ceil(ROWS));
        let mut gram = vec![0.0; count * count];
        let mut moments = vec![0.0; count];
        let mut row = vec![0.0; count];
        let mut used = 0.0;
        // From the end on, so that the newest rows are among those used.
        for at in (longest..values.len()).rev().step_by(thin) {
            for (x, lag) in row.iter_mut().zip(&lags) {
                *x = values[at - lag] - mean;
            }
            let target = values[at] - mean;
            for i in 0..count {
                let x = row[i];
                moments[i] += x * target;
                for (cell, other) in gram[i * count..=i * count + i].iter_mut().zip(&row) {
                    *cell += x * other;
                }
            }
            used += 1.0;
        }
        for i in 0..count {
            gram[i * count + i] += RIDGE * used * spread;
        }
        let coefficients = solve(&mut gram, moments)?;
        Some(Self { lags, coefficients, mean: if centred { mean } else { 0.0 } })
    }

    /// Continues `values` by `horizon` steps, into `path`.
    pub(super) fn continue_path(&self, values: &[f64], horizon: usize, path: &mut Vec<f64>) {
        path.clear();
        let longest = self.lags.last().copied().unwrap_or(0);
        let from = values.len().saturating_sub(longest);
        path.extend(values[from..].iter().map(|v| v - self.mean));
        let known = path.len();
        for _ in 0..horizon {
            let end = path.len();
            let mut next = 0.0;
            for (lag, coefficient) in self.lags.iter().zip(&self.coefficients) {
                next += coefficient * end.checked_sub(*lag).map_or(0.0, |at| path[at]);
            }
            // A path that runs away is bent later; here it only must remain a number.
            path.push(next.clamp(-1e18, 1e18));
        }
        path.drain(..known);
        for value in path {
            *value += self.mean;
        }
    }
}

/// An odd stride meets every phase of an even season.
const fn odd(stride: usize) -> usize {
    if stride > 1 && stride % 2 == 0 { stride + 1 } else { stride }
}

/// Solves a symmetric positive definite system whose lower triangle is given; `None` if it is not positive definite.
fn solve(matrix: &mut [f64], mut right: Vec<f64>) -> Option<Vec<f64>> {
    let n = right.len();
    for i in 0..n {
        for j in 0..=i {
            let mut sum = matrix[i * n + j];
            for k in 0..j {
                sum -= matrix[i * n + k] * matrix[j * n + k];
            }
            if i > j {
                matrix[i * n + j] = sum / matrix[j * n + j];
            } else if sum > 0.0 && sum.is_finite() {
                matrix[i * n + i] = libm::sqrt(sum);
            } else {
                return None;
            }
        }
    }
    for i in 0..n {
        for k in 0..i {
            right[i] -= matrix[i * n + k] * right[k];
        }
        right[i] /= matrix[i * n + i];
    }
    for i in (0..n).rev() {
        for k in i + 1..n {
            right[i] -= matrix[k * n + i] * right[k];
        }
        right[i] /= matrix[i * n + i];
    }
    right.iter().all(|v| v.is_finite()).then_some(right)
}
