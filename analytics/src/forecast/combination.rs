//! The mean of the pool, weighted by the inverse fourth power of what each member missed by before.

use super::history::History;
use super::pool::Paths;

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
    // Only the ratio of two shares counts, so they may be told from any instant.
    let end = history.len();
    let shares: Vec<f64> = origins.iter().map(|origin| libm::exp2(-((end - origin) as f64) / half_life)).collect();
    let span = (history.range.1 - history.range.0).max(f64::MIN_POSITIVE);
    let mut weights = vec![0.0; pool.len()];
    // What is known of each member and band: shares times errors, shares, and the origins that are counted.
    let mut sums = vec![(0.0, 0.0); pool.len() * bands.len()];
    let mut counted = vec![0; bands.len()];
    let mut combined = Vec::with_capacity(origins.len());
    for (number, origin) in origins.iter().enumerate() {
        let mut path = vec![0.0; horizon];
        for (band_number, band) in bands.iter().enumerate() {
            let counted = &mut counted[band_number];
            while *counted < number && origins[*counted] + band.1 <= *origin {
                for (member, errors) in errors.iter().enumerate() {
                    let error = errors[*counted][band_number];
                    if !error.is_nan() {
                        let sum = &mut sums[member * bands.len() + band_number];
                        *sum = (sum.0 + shares[*counted] * error, sum.1 + shares[*counted]);
                    }
                }
                *counted += 1;
            }
            // Where nothing came so far ahead yet, the weights of the band before are the best that is known.
            if band_number == 0 || sums.iter().skip(band_number).step_by(bands.len()).all(|sum| sum.1 > 0.0) {
                for (member, weight) in weights.iter_mut().enumerate() {
                    let (sum, share) = sums[member * bands.len() + band_number];
                    let mean = if share > 0.0 { sum / share } else { span };
                    let relative = mean / span + 1e-6;
                    *weight = 1.0 / (relative * relative * relative * relative);
                }
            }
            let total: f64 = weights.iter().sum();
            for (weight, paths) in weights.iter().zip(pool) {
                let own = &paths[number * horizon..(number + 1) * horizon];
                for (value, own) in path.iter_mut().zip(own).take(band.1).skip(band.0) {
                    *value += weight / total * own;
                }
            }
        }
        combined.push(path);
    }
    combined
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
    let came = &history.received[origin..];
    for (value, came) in path.iter().zip(came).take(band.1).skip(band.0).filter(|(_, came)| !came.is_nan()) {
        sum += libm::fabs(came - value);
        count += 1.0;
    }
    sum / count
}
