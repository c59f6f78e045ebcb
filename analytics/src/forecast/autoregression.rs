//! Seasonal autoregression: the next value from the last few and from those round the same time in seasons before.
//!
//! Coefficients are those of a ridge regression on standardised values (Hoerl, Kennard, 1970), solved by Cholesky's method;
//! a path of many steps feeds each step to the next.

use super::history::Seasons;

/// Weight of the ridge for each row.
const RIDGE: f64 = 1e-3;

/// What a fit needs to know of a series: sums that grow as the series does, so that it can be fitted again.
pub(super) struct Regression {
    lags: Vec<usize>,
    /// Taken off every value, so that squares keep their digits.
    shift: f64,
    /// Lower triangle of the sums of products; the intercept is the last row.
    gram: Vec<f64>,
    moments: Vec<f64>,
    squares: (f64, f64),
    next: usize,
}

/// A fitted autoregression.
pub(super) struct Autoregression {
    lags: Vec<usize>,
    coefficients: Vec<f64>,
    intercept: f64,
    shift: f64,
}

/// Lags that suit the seasons, ascending, none longer than `most`.
pub(super) fn lags(seasons: Seasons, most: usize) -> Vec<usize> {
    let Seasons { short, long } = seasons;
    let mut lags = vec![1, 2, 3, 4, 6, short / 24, short / 12, short / 2];
    for (season, reach) in [(short, 2), (2 * short, 1), (long.saturating_sub(short), 1), (long, 2)] {
        lags.extend(season.saturating_sub(reach)..=season + reach);
    }
    lags.retain(|lag| *lag >= 1 && *lag <= most);
    lags.sort_unstable();
    lags.dedup();
    lags
}

impl Regression {
    /// Of no rows yet; `level` is about the mean of the series.
    pub(super) fn new(lags: Vec<usize>, level: f64) -> Self {
        let count = lags.len() + 1;
        let next = lags.last().copied().unwrap_or(0);
        let (gram, moments) = (vec![0.0; count * count], vec![0.0; count]);
        Self { lags, shift: level, gram, moments, squares: (0.0, 0.0), next }
    }

    /// Takes in the values that came since.
    pub(super) fn extend(&mut self, values: &[f64]) {
        let count = self.moments.len();
        let mut row = vec![1.0; count];
        for at in self.next..values.len() {
            for (x, lag) in row.iter_mut().zip(&self.lags) {
                *x = values[at - lag] - self.shift;
            }
            let target = values[at] - self.shift;
            for (i, moment) in self.moments.iter_mut().enumerate() {
                let x = row[i];
                *moment += x * target;
                for (cell, other) in self.gram[i * count..=i * count + i].iter_mut().zip(&row) {
                    *cell += x * other;
                }
            }
            self.squares = (self.squares.0 + target, self.squares.1 + target * target);
        }
        self.next = self.next.max(values.len());
    }

    /// Fits what was taken in. `None` where there are too few rows, or nothing varies.
    pub(super) fn fit(&self) -> Option<Autoregression> {
        let count = self.moments.len();
        let rows = self.gram.last().copied()?;
        if rows < (count + 2) as f64 {
            return None;
        }
        let mean = self.squares.0 / rows;
        let spread = self.squares.1 / rows - mean * mean;
        if spread <= 0.0 || !spread.is_finite() {
            return None;
        }
        let mut gram = self.gram.clone();
        for i in 0..count - 1 {
            gram[i * count + i] += RIDGE * rows * spread;
        }
        let mut coefficients = solve(&mut gram, self.moments.clone())?;
        let intercept = coefficients.pop()?;
        Some(Autoregression { lags: self.lags.clone(), coefficients, intercept, shift: self.shift })
    }
}

impl Autoregression {
    /// Without a drift of its own: what is continued returns to zero.
    pub(super) fn without_drift(self) -> Self {
        Self { intercept: 0.0, shift: 0.0, ..self }
    }

    /// Continues `values` by `horizon` steps, into `path`.
    pub(super) fn continue_path(&self, values: &[f64], horizon: usize, path: &mut Vec<f64>) {
        path.clear();
        let longest = self.lags.last().copied().unwrap_or(0);
        let from = values.len().saturating_sub(longest);
        path.extend(values[from..].iter().map(|v| v - self.shift));
        let known = path.len();
        for _ in 0..horizon {
            let end = path.len();
            let mut next = self.intercept;
            for (lag, coefficient) in self.lags.iter().zip(&self.coefficients) {
                next += coefficient * end.checked_sub(*lag).map_or(0.0, |at| path[at]);
            }
            // A path that runs away is bent later; here it only must remain a number.
            path.push(next.clamp(-1e18, 1e18));
        }
        path.drain(..known);
        for value in path {
            *value += self.shift;
        }
    }
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
