//! The pool: cheap forecasters with seasons, each run from every origin.

use super::autoregression::{Autoregression, Regression, lags};
use super::history::History;
use crate::column::median;

/// A forecaster.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Member {
    /// The last season again.
    Again { long: bool },
    /// The median of the last seasons, phase by phase.
    Median { long: bool },
    /// Level, two seasons and the last error, smoothed exponentially (Taylor, 2003): rates of level, short season, long
    /// season, and how much of an error remains a step later.
    Smoothing { level: f64, short: f64, long: f64, memory: f64 },
    /// A straight line through the means of so many short seasons, and what is left by phase.
    Trend { seasons: usize },
    /// Seasonal autoregression of the values.
    Plain,
    /// The same of their logarithms.
    Logarithm,
    /// The same of differences over a step (1) or over the short season.
    Differences { seasonal: bool },
}

const POOL: [Member; 11] = [
    Member::Again { long: false },
    Member::Again { long: true },
    Member::Median { long: false },
    Member::Median { long: true },
    Member::Smoothing { level: 0.02, short: 0.1, long: 0.2, memory: 0.9 },
    Member::Smoothing { level: 0.02, short: 0.3, long: 0.1, memory: 0.7 },
    Member::Trend { seasons: 28 },
    Member::Plain,
    Member::Logarithm,
    Member::Differences { seasonal: true },
    Member::Differences { seasonal: false },
];

/// Seasons of which a median is taken.
const SEASONS: usize = 4;
/// Fits of an autoregression: at the first origin, evenly between, and at the end.
const FITS: usize = 3;

/// Paths of one member: origin by origin, `horizon` values each.
pub(super) type Paths = Vec<f64>;

/// Runs every member that has enough data from every origin. A path stays within one range of the series beyond what was
/// seen, and does not become negative where the series never was.
pub(super) fn run(history: &History, origins: &[usize], horizon: usize) -> Vec<Paths> {
    let (low, high) = history.range;
    let reach = high - low;
    let floor = if low >= 0.0 { 0.0 } else { low - reach };
    POOL.iter()
        .filter_map(|member| member.paths(history, origins, horizon))
        .map(|mut paths| {
            for value in &mut paths {
                *value = value.clamp((low - reach).max(floor), high + reach);
            }
            paths
        })
        .collect()
}

impl Member {
    fn paths(self, history: &History, origins: &[usize], horizon: usize) -> Option<Paths> {
        let first = *origins.first()?;
        let values = &history.values;
        let season = |long: bool| if long { history.seasons.long } else { history.seasons.short };
        match self {
            Self::Again { long } | Self::Median { long } => {
                let season = season(long);
                let least = if matches!(self, Self::Again { .. }) { season } else { 2 * season };
                if season == 0 || first < least {
                    return None;
                }
                let mut paths = Vec::with_capacity(origins.len() * horizon);
                for origin in origins {
                    let seasons = if matches!(self, Self::Again { .. }) { 1 } else { SEASONS };
                    repeat(&values[..*origin], season, seasons, horizon, &mut paths);
                }
                Some(paths)
            }
            Self::Smoothing { level, short, long, memory } => {
                smooth(history, origins, horizon, [level, short, long, memory])
            }
            Self::Trend { seasons } => {
                let short = history.seasons.short;
                if short == 0 || first < 3 * short {
                    return None;
                }
                let mut paths = Vec::with_capacity(origins.len() * horizon);
                let mut sums = Vec::with_capacity(values.len() + 1);
                sums.push(0.0);
                for value in values {
                    sums.push(sums.last().copied().unwrap_or(0.0) + value);
                }
                for origin in origins {
                    trend(&values[..*origin], &sums, short, seasons, horizon, &mut paths);
                }
                Some(paths)
            }
            Self::Plain => autoregress(history, values, origins, horizon, true),
            Self::Logarithm => {
                // Zeros and what is near them are lifted by a little, or their logarithms would rule the fit.
                let (low, high) = history.range;
                let typical = median(&mut values.clone()).unwrap_or(high);
                let lift = if low > 0.02 * typical { 0.0 } else { 0.02 * typical };
                if low < 0.0 || high <= 0.0 {
                    return None;
                }
                let logs: Vec<f64> = values.iter().map(|v| libm::log(v + lift)).collect();
                let top = libm::log(4.0 * high + lift);
                let mut paths = autoregress(history, &logs, origins, horizon, true)?;
                for value in &mut paths {
                    *value = libm::exp(value.min(top)) - lift;
                }
                Some(paths)
            }
            Self::Differences { seasonal } => {
                let span = if seasonal { history.seasons.short } else { 1 };
                if span == 0 || first < 2 * span + 2 {
                    return None;
                }
                let differences: Vec<f64> =
                    (0..values.len()).map(|at| if at < span { 0.0 } else { values[at] - values[at - span] }).collect();
                let mut paths = autoregress(history, &differences, origins, horizon, false)?;
                for (path, origin) in paths.chunks_mut(horizon).zip(origins) {
                    for at in 0..horizon {
                        let before = if at < span { values[origin + at - span] } else { path[at - span] };
                        path[at] += before;
                    }
                }
                Some(paths)
            }
        }
    }
}

/// The last season, or the median of the last `seasons`, again and again.
fn repeat(values: &[f64], season: usize, seasons: usize, horizon: usize, paths: &mut Paths) {
    let seasons = seasons.min(values.len() / season).max(1);
    let mut phase = Vec::with_capacity(seasons);
    let start = paths.len();
    for at in 0..horizon {
        let value = if at < season {
            phase.clear();
            phase.extend((1..=seasons).map(|back| values[values.len() + at - back * season]));
            median(&mut phase).unwrap_or(0.0)
        } else {
            paths[start + at - season]
        };
        paths.push(value);
    }
}

/// Continues the line through the means of the last seasons, with what the phases are above or below it. `sums` are
/// those of all values before each place.
fn trend(values: &[f64], sums: &[f64], season: usize, seasons: usize, horizon: usize, paths: &mut Paths) {
    let seasons = seasons.min(values.len() / season);
    let first = values.len() - seasons * season;
    let centre = (seasons - 1) as f64 / 2.0;
    let (mut level, mut moment, mut square) = (0.0, 0.0, 0.0);
    for number in 0..seasons {
        let start = first + number * season;
        let (mean, at) = ((sums[start + season] - sums[start]) / season as f64, number as f64 - centre);
        level += mean / seasons as f64;
        moment += at * mean;
        square += at * at;
    }
    let slope = if square > 0.0 { moment / square / season as f64 } else { 0.0 };
    let middle = (seasons * season - 1) as f64 / 2.0;
    let mut phases = vec![0.0; season.min(horizon)];
    for (number, one) in values[first..].chunks(season).enumerate() {
        let start = (number * season) as f64 - middle;
        for (at, (phase, value)) in phases.iter_mut().zip(one).enumerate() {
            *phase += (value - level - slope * (start + at as f64)) / seasons as f64;
        }
    }
    let end = (seasons * season) as f64 - middle;
    let phases = phases.iter().cycle().take(horizon).enumerate();
    paths.extend(phases.map(|(at, phase)| level + slope * (end + at as f64) + phase));
}

/// Runs an autoregression from every origin, refitted a few times on what was known by then.
fn autoregress(history: &History, values: &[f64], origins: &[usize], horizon: usize, centred: bool) -> Option<Paths> {
    let mut paths = Vec::with_capacity(origins.len() * horizon);
    let mut path = Vec::new();
    let last = origins.len() - 1;
    let every = last.div_ceil(FITS - 1).max(1);
    let first = origins[0];
    let level = values[..first].iter().sum::<f64>() / first.max(1) as f64;
    let mut regression = Regression::new(lags(history.seasons, first / 2), level);
    let mut fitted = None;
    for (number, origin) in origins.iter().enumerate() {
        let known = &values[..*origin];
        if number % every == 0 || number == last {
            regression.extend(known);
            let fit = regression.fit();
            fitted = if centred { fit } else { fit.map(Autoregression::without_drift) }.or(fitted);
        }
        fitted.as_ref()?.continue_path(known, horizon, &mut path);
        paths.extend_from_slice(&path);
    }
    Some(paths)
}

/// One run through the series gives the paths from all origins.
fn smooth(history: &History, origins: &[usize], horizon: usize, rates: [f64; 4]) -> Option<Paths> {
    let [level_rate, short_rate, long_rate, memory] = rates;
    let values = &history.values;
    let first = *origins.first()?;
    let short = history.seasons.short.max(1);
    // Before two long seasons are known only the short one is told apart.
    let long = if history.seasons.long > short && first >= history.seasons.long { history.seasons.long } else { short };
    let start = first / long * long;
    let start = start.min(2 * long);
    if start == 0 {
        return None;
    }
    let mut level = values[..start].iter().sum::<f64>() / start as f64;
    let mean = |phase: usize, season: usize| {
        let cells = values[phase..start].iter().step_by(season);
        let count = cells.len() as f64;
        cells.sum::<f64>() / count
    };
    let mut day: Vec<f64> = (0..short).map(|phase| mean(phase, short) - level).collect();
    let mut week: Vec<f64> = if long == short {
        vec![0.0]
    } else {
        (0..long).map(|phase| mean(phase, long) - level - day[phase % short]).collect()
    };
    let weeks = week.len();
    let mut error = 0.0;
    let mut paths = Vec::with_capacity(origins.len() * horizon);
    let mut next = 0;
    for at in 0..=values.len() {
        while origins.get(next) == Some(&at) {
            let mut left = error;
            for step in at..at + horizon {
                left *= memory;
                paths.push(level + day[step % short] + week[step % weeks] + left);
            }
            next += 1;
        }
        let Some(value) = values.get(at) else { break };
        let (d, w) = (at % short, at % weeks);
        let surprise = value - level - day[d] - week[w] - memory * error;
        level += level_rate * surprise;
        day[d] += short_rate * surprise;
        if weeks > 1 {
            week[w] += long_rate * surprise;
        }
        error = value - level - day[d] - week[w];
    }
    paths.iter().all(|v| v.is_finite()).then_some(paths)
}
