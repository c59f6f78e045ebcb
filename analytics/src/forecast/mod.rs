//! Forecasts of a regular series: a path with 50, 85 and 95 % intervals, and how probable it is that a level is passed.
//!
//! Method: a pool of cheap forecasters ([`pool`]) is run from many past instants (rolling origins). Their mean, weighted
//! by the inverse fourth power of what each missed by before, is the path; what that mean missed by, as whole paths of
//! standardised residuals ([`conformal`]), is the uncertainty. Nothing is assumed of the form of the distribution, and
//! the intervals are widened by what past ones missed.
//!
//! Sources: Makridakis, Spiliotis, Assimakopoulos, "The M4 Competition" (2020), on combinations; Vovk, Gammerman, Shafer,
//! "Algorithmic Learning in a Random World" (2005), on conformal prediction; Stankeviciute, Alaa, van der Schaar,
//! "Conformal Time-Series Forecasting" (2021), on residuals for each horizon.

mod autoregression;
mod combination;
mod conformal;
mod days;
mod history;
mod pool;
mod record;
#[cfg(test)]
mod tests;
pub mod trend;

pub use days::{Clock, forecast_days};
pub use history::Seasons;
pub use record::{Record, Said, record};

use conformal::Residuals;
use history::History;

/// Nominal coverage of the intervals, narrow to wide.
pub const LEVELS: [f64; 3] = [0.5, 0.85, 0.95];

/// Furthest horizon in steps.
pub const MAX_HORIZON: usize = 2_016;

/// One step of a forecast.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// The middle of the path.
    pub value: f64,
    /// Lower edges at [`LEVELS`].
    pub low: [f64; 3],
    /// Upper edges at [`LEVELS`].
    pub high: [f64; 3],
}

/// A forecast of the steps behind the end of a series.
#[derive(Clone, Debug)]
pub struct Forecast {
    /// One entry a step; the first one is the step just behind the series.
    pub steps: Vec<Step>,
    /// Number of past instants from which a forecast was made to see how far it misses.
    pub origins: usize,
    residuals: Residuals,
}

/// When a level is reached: steps behind the end of the series, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exhaustion {
    /// The step by which it is reached with a probability of 7.5 %.
    pub earliest: usize,
    /// The step by which it is as likely reached as not, if that is within the horizon.
    pub likely: Option<usize>,
    /// The step by which it is reached with a probability of 92.5 %, if that is within the horizon.
    pub latest: Option<usize>,
}

/// Forecasts `horizon` steps behind `values` (NaN where nothing was received).
///
/// The forecast ends sooner where too few past forecasts reached so far to know how far off they are: about half the
/// length of the series is the most. `None` where there is too little to say: less than two short seasons, fewer than
/// half of the last two of them received, or too few past forecasts to know how far off they were.
pub fn forecast(values: &[f64], seasons: Seasons, horizon: usize) -> Option<Forecast> {
    let horizon = horizon.min(MAX_HORIZON);
    let history = History::of(values, seasons)?;
    if horizon == 0 {
        return None;
    }
    let origins = history.origins(horizon);
    let paths = pool::run(&history, &origins, horizon);
    let combined = combination::combine(&history, &origins, &paths, horizon);
    let (path, past) = combined.split_last()?;
    let residuals = Residuals::of(&history, &origins, past, path, horizon)?;
    let steps = (0..residuals.horizon()).map(|at| residuals.step(at)).collect();
    Some(Forecast { steps, origins: residuals.origins(), residuals })
}

impl Forecast {
    /// Probability that the value at a step (from 0) is over a threshold.
    pub fn probability_at(&self, threshold: f64, step: usize) -> f64 {
        self.residuals.probability_at(threshold, step)
    }

    /// Probability that the path is over a threshold at any of the first `within` steps.
    pub fn probability_over(&self, threshold: f64, within: usize) -> f64 {
        self.residuals.probability_over(threshold, within)
    }

    /// When a limit is reached; `None` if that is less likely than 7.5 % within the horizon.
    pub fn exhaustion(&self, limit: f64) -> Option<Exhaustion> {
        let reached = self.residuals.reached(limit);
        let by = |probability: f64| reached.iter().position(|p| *p >= probability).map(|at| at + 1);
        Some(Exhaustion { earliest: by(0.075)?, likely: by(0.5), latest: by(0.925) })
    }
}
