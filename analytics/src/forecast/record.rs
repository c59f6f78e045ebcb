//! The record: forecasts as they would have been made, against what came.

use super::Step;
use super::days::{Clock, forecast_days};

/// A forecast made at an instant of the past.
#[derive(Clone, Debug)]
pub struct Said {
    /// Index of the first step that was forecast.
    pub from: usize,
    /// What was said of each step up to the end of the series.
    pub steps: Vec<Step>,
}

/// How past forecasts did.
#[derive(Clone, Debug)]
pub struct Record {
    /// The newest of them, `ahead` steps old.
    pub newest: Said,
    /// Number of forecasts looked at.
    pub forecasts: usize,
    /// Values that came and were compared.
    pub compared: usize,
    /// Share of them inside the intervals at [`LEVELS`](super::LEVELS).
    pub covered: [f64; 3],
    /// Mean absolute error of the middle, in the unit of the series.
    pub error: f64,
}

/// Forecasts `ahead` steps from up to `most` instants of the past, each `every` steps before the other, from what was
/// known then. `None` where not even the newest could have been made.
pub fn record(values: &[f64], clock: Clock<'_>, ahead: usize, every: usize, most: usize) -> Option<Record> {
    let mut newest = None;
    let (mut inside, mut compared, mut error, mut forecasts) = ([0_usize; 3], 0_usize, 0.0, 0);
    for number in 0..most {
        let from = values.len().checked_sub(ahead + number * every.max(1));
        let Some((from, made)) = from.and_then(|from| Some((from, forecast_days(&values[..from], clock, ahead)?)))
        else {
            break;
        };
        forecasts += 1;
        for (step, came) in made.steps.iter().zip(&values[from..]).filter(|(_, came)| came.is_finite()) {
            compared += 1;
            error += libm::fabs(step.value - came);
            for (inside, edges) in inside.iter_mut().zip(step.low.iter().zip(step.high)) {
                *inside += usize::from((*edges.0..=edges.1).contains(came));
            }
        }
        newest.get_or_insert(Said { from, steps: made.steps });
    }
    let n = compared.max(1) as f64;
    Some(Record {
        newest: newest.filter(|_| compared > 0)?,
        forecasts,
        compared,
        covered: inside.map(|inside| inside as f64 / n),
        error: error / n,
    })
}
