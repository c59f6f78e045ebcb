//! The mean of the pool, weighted by what each member missed by before.

use super::history::History;
use super::pool::Paths;

/// The weight of a member is its mean absolute error to minus this power.
const POWER: i32 = 4;
/// Half-life of a past error, in long (or seven short) seasons.
const HALF_LIFE: f64 = 2.0;

/// Paths of the combination, origin by origin. The weights at an origin come from what was known at that origin only, so
/// that what the combination missed by is what it would have missed by.
pub(super) fn combine(history: &History, origins: &[usize], pool: &[Paths], horizon: usize) -> Vec<Vec<f64>> {
    let bands = bands(horizon);
    // Mean absolute error of each member, by band of horizons and origin.
    let errors: Vec<Vec<Vec<f64>>> = pool
        .iter()
        .map(|paths| {
            let rows = paths.chunks(horizon).zip(origins);
            rows.map(|(path, origin)| bands.iter().map(|band| error(history, *origin, path, *band)).collect()).collect()
        })
        .collect();
    let half_life = HALF_LIFE * history.seasons.long.max(7 * history.seasons.short) as f64;
    let span = (history.range.1 - history.range.0).max(f64::MIN_POSITIVE);
    let mut weights = vec![0.0; pool.len()];
    origins
        .iter()
        .enumerate()
        .map(|(number, origin)| {
            let mut combined = vec![0.0; horizon];
            for (band_number, band) in bands.iter().enumerate() {
                let known = origins[..number].partition_point(|past| past + band.1 <= *origin);
                for (weight, errors) in weights.iter_mut().zip(&errors) {
                    let (mut sum, mut total) = (0.0, 0.0);
                    for (errors, past) in errors[..known].iter().zip(origins) {
                        if !errors[band_number].is_nan() {
                            let share = libm::exp2(-((origin - past) as f64) / half_life);
                            sum += share * errors[band_number];
                            total += share;
                        }
                    }
                    let mean = if total > 0.0 { sum / total } else { span };
                    let relative = mean / span + 1e-6;
                    *weight = 1.0 / libm::pow(relative, f64::from(POWER));
                }
                let total: f64 = weights.iter().sum();
                for (weight, paths) in weights.iter().zip(pool) {
                    let path = &paths[number * horizon..(number + 1) * horizon];
                    for at in band.0..band.1 {
                        combined[at] += weight / total * path[at];
                    }
                }
            }
            combined
        })
        .collect()
}

/// Horizons that are weighted together, as half-open ranges: 1, 2, 3 to 4, 5 to 8 and so on.
fn bands(horizon: usize) -> Vec<(usize, usize)> {
    let (mut bands, mut from, mut to) = (Vec::new(), 0, 1);
    while from < horizon {
        bands.push((from, to.min(horizon)));
        (from, to) = (to, 2 * to);
    }
    bands
}

/// Mean absolute error of a path over a band; NaN where nothing is known yet.
fn error(history: &History, origin: usize, path: &[f64], band: (usize, usize)) -> f64 {
    if origin + band.1 > history.len() {
        return f64::NAN;
    }
    let (mut sum, mut count) = (0.0, 0.0);
    for at in band.0..band.1 {
        let value = history.received[origin + at];
        if !value.is_nan() {
            sum += libm::fabs(value - path[at]);
            count += 1.0;
        }
    }
    sum / count
}
