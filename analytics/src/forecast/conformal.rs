//! What past forecasts missed by becomes the uncertainty of this one.
//!
//! A residual is divided by how large residuals are at its horizon and in its circumstances (one scale for all, in
//! proportion to the value, or by the time in the season: the one that gives the best intervals on the past). Whole paths
//! of residuals are kept together, so that the largest value on the way can be told as well as the value at a step.

use super::history::History;
use super::{LEVELS, Step};

/// Half-life of a residual, in long (or seven short) seasons. This and [`INFLATION`] were chosen on the training parts of
/// the hourly series of M4 without their last two days and on the first 26 days of WorldCup98; between values that did
/// alike there, scores of the whole sets were seen before the choice.
const HALF_LIFE: f64 = 0.3;
/// Residuals at a horizon below which nothing is said of it.
const LEAST: usize = 6;
/// How many of the horizons on either side lend their residuals.
const NEIGHBOURS: usize = 3;
/// Parts of the short season that have a scale of their own.
const PHASES: usize = 24;
/// By how much intervals are wider than what was seen, because what was seen is little and was seen by who made the
/// weights.
const INFLATION: f64 = 1.25;

/// How large residuals are, apart from the horizon.
#[derive(Clone, Debug)]
enum Circumstance {
    /// The same everywhere.
    Constant,
    /// In proportion to the forecast, with a floor.
    Value { floor: f64 },
    /// By part of the short season.
    Phase { sizes: Vec<f64>, season: usize },
}

impl Circumstance {
    fn size(&self, value: f64, at: usize) -> f64 {
        match self {
            Self::Constant => 1.0,
            Self::Value { floor } => libm::fabs(value) + floor,
            Self::Phase { sizes, season } => sizes[at % season * sizes.len() / season],
        }
    }
}

/// Residuals of past forecasts, standardised, and the path that they surround.
#[derive(Clone, Debug)]
pub(super) struct Residuals {
    path: Vec<f64>,
    /// What one unit of a standardised residual is worth at each step.
    scale: Vec<f64>,
    /// Standardised residuals, origin by origin; NaN where the value has not come or was not received.
    rows: Vec<f64>,
    weights: Vec<f64>,
}

impl Residuals {
    /// `past` has a path for each origin but the last one, which is the end of the series.
    pub(super) fn of(
        history: &History,
        origins: &[usize],
        past: &[Vec<f64>],
        path: &[f64],
        horizon: usize,
    ) -> Option<Self> {
        let horizon = horizon_known(history, &origins[..past.len()], horizon);
        if horizon == 0 {
            return None;
        }
        let mut raw = vec![f64::NAN; past.len() * horizon];
        for ((row, path), origin) in raw.chunks_mut(horizon).zip(past).zip(origins) {
            let came = history.received.get(*origin..).unwrap_or_default();
            for ((cell, value), came) in row.iter_mut().zip(path).zip(came) {
                *cell = came - value;
            }
        }
        let n = history.len();
        // Before two long seasons are known, what the days to come do was hardly seen: it tells from a short season on.
        let unseen = (2.0 * history.seasons.long as f64 - n as f64).max(0.0) / (2 * history.seasons.long).max(1) as f64;
        let short = history.seasons.short.max(1) as f64;
        let wider = |step: usize| INFLATION * (1.0 + unseen * ((step + 1) as f64 / short).min(1.0));
        let half_life = HALF_LIFE * history.seasons.long.max(7 * history.seasons.short) as f64;
        let weights: Vec<f64> =
            origins[..past.len()].iter().map(|origin| libm::exp2(-((n - origin) as f64) / half_life)).collect();
        let span = (history.range.1 - history.range.0).max(libm::fabs(history.range.1) * 1e-9).max(1e-12);
        let mut best: Option<(f64, Vec<f64>, Vec<f64>)> = None;
        for circumstance in circumstances(history, origins, &raw, horizon, span) {
            let size = |value: f64, at: usize| circumstance.size(value, at).max(1e-9 * span);
            let mut rows = raw.clone();
            for ((row, path), origin) in rows.chunks_mut(horizon).zip(past).zip(origins) {
                for (at, (cell, value)) in row.iter_mut().zip(path).enumerate() {
                    *cell /= size(*value, origin + at);
                }
            }
            let growth = growth(&rows, &weights, horizon);
            for row in rows.chunks_mut(horizon) {
                for (cell, growth) in row.iter_mut().zip(&growth) {
                    *cell /= growth;
                }
            }
            let score =
                score(&rows, &weights, past, origins, horizon, &|value, at, step| size(value, at) * growth[step]);
            if best.as_ref().is_none_or(|best| score < best.0) {
                let scale = (0..horizon).map(|step| wider(step) * growth[step] * size(path[step], n + step)).collect();
                best = Some((score, rows, scale));
            }
        }
        let (_, rows, scale) = best?;
        Some(Self { path: path[..horizon].to_vec(), scale, rows, weights })
    }

    pub(super) const fn horizon(&self) -> usize {
        self.path.len()
    }

    pub(super) const fn origins(&self) -> usize {
        self.weights.len()
    }

    /// Value and intervals at a step.
    pub(super) fn step(&self, step: usize) -> Step {
        let (value, scale) = (self.path[step], self.scale[step]);
        let mut samples = self.samples(step);
        samples.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let edges = |share: f64| quantile(&samples, share).map_or(value, |u| value + scale * u);
        let low = LEVELS.map(|level| edges(0.5 - level / 2.0).min(value));
        let high = LEVELS.map(|level| edges(0.5 + level / 2.0).max(value));
        Step { value, low, high }
    }

    /// Takes middle and scale of a step from another one.
    pub(super) fn borrow_step(&mut self, at: usize, from: usize) {
        (self.path[at], self.scale[at]) = (self.path[from], self.scale[from]);
    }

    /// Puts the middle of a step elsewhere.
    pub(super) fn move_step(&mut self, at: usize, value: f64) {
        self.path[at] = value;
    }

    pub(super) fn probability_at(&self, threshold: f64, step: usize) -> f64 {
        let Some(value) = self.path.get(step) else { return 0.0 };
        let needed = (threshold - value) / self.scale[step];
        share(self.samples(step).into_iter().map(|(u, weight)| (u > needed, weight)))
    }

    pub(super) fn probability_over(&self, threshold: f64, within: usize) -> f64 {
        self.reached(threshold).get(within.min(self.path.len()).wrapping_sub(1)).copied().unwrap_or(0.0)
    }

    /// Probability that a level is passed by each step, ascending.
    pub(super) fn reached(&self, level: f64) -> Vec<f64> {
        let horizon = self.path.len();
        let mut before = 0.0_f64;
        (0..horizon)
            .map(|step| {
                // A path that has not come so far says nothing of this step.
                let come = self.rows.chunks(horizon).zip(&self.weights).filter(|(row, _)| !row[step].is_nan());
                let passed = come.map(|(row, weight)| {
                    ((0..=step).any(|at| self.path[at] + self.scale[at] * row[at] > level), *weight)
                });
                before = before.max(share(passed));
                before
            })
            .collect()
    }

    /// Standardised residuals at a step and its neighbours, with their weights.
    fn samples(&self, step: usize) -> Vec<(f64, f64)> {
        let horizon = self.path.len();
        let reach = (step / 4).min(NEIGHBOURS);
        let steps = step - reach..=(step + reach).min(horizon - 1);
        let rows = self.rows.chunks(horizon).zip(&self.weights);
        rows.flat_map(|(row, weight)| row[steps.clone()].iter().map(|u| (*u, *weight)))
            .filter(|(u, _)| !u.is_nan())
            .collect()
    }
}

/// The weighted share of what is true; half an average observation stands on either side, because none is certain.
fn share(observations: impl Iterator<Item = (bool, f64)>) -> f64 {
    let (mut over, mut total, mut count) = (0.0, 0.0, 0.0);
    for (is_over, weight) in observations {
        over += if is_over { weight } else { 0.0 };
        total += weight;
        count += 1.0;
    }
    if count == 0.0 {
        return 0.5;
    }
    let half = 0.5 * total / count;
    (over + half) / (total + 2.0 * half)
}

/// A quantile of sorted weighted samples, between neighbours by interpolation.
fn quantile(samples: &[(f64, f64)], share: f64) -> Option<f64> {
    let total: f64 = samples.iter().map(|sample| sample.1).sum();
    let target = share * total;
    let (mut below, mut last) = (0.0, samples.first()?.0);
    let mut last_middle = 0.0;
    for (value, weight) in samples {
        let middle = below + weight / 2.0;
        if middle >= target {
            let part = if middle > last_middle { (target - last_middle) / (middle - last_middle) } else { 1.0 };
            return Some(last + (value - last) * part.clamp(0.0, 1.0));
        }
        below += weight;
        (last, last_middle) = (*value, middle);
    }
    Some(last)
}

/// The circumstances that are tried.
fn circumstances(history: &History, origins: &[usize], raw: &[f64], horizon: usize, span: f64) -> Vec<Circumstance> {
    let mut tried = vec![Circumstance::Constant, Circumstance::Value { floor: 0.02 * span }];
    let season = history.seasons.short;
    if season >= PHASES / 2 {
        let mut sums = vec![(0.0, 0.0); PHASES.min(season)];
        for (row, origin) in raw.chunks(horizon).zip(origins) {
            for (at, residual) in row.iter().enumerate().filter(|(_, r)| !r.is_nan()) {
                let cell = &mut sums[(origin + at) % season * PHASES.min(season) / season];
                *cell = (cell.0 + libm::fabs(*residual), cell.1 + 1.0);
            }
        }
        let (sum, count) = sums.iter().fold((0.0, 0.0), |all, cell| (all.0 + cell.0, all.1 + cell.1));
        let mean = if count > 0.0 { sum / count } else { span };
        // Eight residuals of the mean size steady a part of which little is known.
        let sizes = sums.iter().map(|cell| (cell.0 + 8.0 * mean) / (cell.1 + 8.0)).collect();
        tried.push(Circumstance::Phase { sizes, season });
    }
    tried
}

/// The horizon up to which enough values came to know how far off a forecast is.
fn horizon_known(history: &History, origins: &[usize], horizon: usize) -> usize {
    let came = |step: usize| {
        origins.iter().filter(|origin| history.received.get(*origin + step).is_some_and(|v| !v.is_nan())).count()
    };
    (0..horizon).find(|step| came(*step) < LEAST).unwrap_or(horizon)
}

/// Mean size of residuals by horizon, smoothed over neighbouring ones.
fn growth(rows: &[f64], weights: &[f64], horizon: usize) -> Vec<f64> {
    let mut sums = vec![(0.0, 0.0); horizon];
    for (row, weight) in rows.chunks(horizon).zip(weights) {
        for (sum, u) in sums.iter_mut().zip(row).filter(|(_, u)| !u.is_nan()) {
            *sum = (sum.0 + weight * libm::fabs(*u), sum.1 + weight);
        }
    }
    let smooth = |at: usize| {
        let reach = at / 4;
        let near = &sums[at - reach..=(at + reach).min(horizon - 1)];
        let (sum, weight) = near.iter().fold((0.0, 0.0), |all, s| (all.0 + s.0, all.1 + s.1));
        (sum / weight).max(1e-12)
    };
    (0..horizon).map(smooth).collect()
}

/// Mean interval score at 85 % of intervals that are the same in all standardised residuals (Gneiting, Raftery, 2007).
fn score(
    rows: &[f64],
    weights: &[f64],
    past: &[Vec<f64>],
    origins: &[usize],
    horizon: usize,
    size: &dyn Fn(f64, usize, usize) -> f64,
) -> f64 {
    let mut all: Vec<f64> = rows.iter().filter(|u| !u.is_nan()).map(|u| libm::fabs(*u)).collect();
    all.sort_unstable_by(f64::total_cmp);
    let Some(edge) = all.get(all.len() * 85 / 100) else { return f64::MAX };
    let (mut sum, mut count) = (0.0, 0.0);
    for (((row, path), origin), weight) in rows.chunks(horizon).zip(past).zip(origins).zip(weights) {
        for (step, u) in row.iter().enumerate().filter(|(_, u)| !u.is_nan()) {
            let outside = (libm::fabs(*u) - edge).max(0.0);
            sum += weight * (2.0 * edge + 2.0 / 0.15 * outside) * size(path[step], origin + step, step);
            count += weight;
        }
    }
    sum / count
}
