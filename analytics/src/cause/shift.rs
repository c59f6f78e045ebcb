//! Which service changed, where nothing is known but its series: no call graph, no meaning of the columns.
//!
//! Method: how far the 75th percentile moved, over the usual spread of the series; the spread is the interquartile range,
//! but never less than 1 % of the median. The floor is the important part: a series that hardly moves on a usual day has
//! no spread at all, and without a floor its smallest twitch outranks every true fault. A service counts with the series
//! of its own that moved furthest. Source of the robust shift as a score: Pham, Ha and Zhang, "BARO: Robust Root Cause
//! Analysis for Microservices via Multivariate Bayesian Online Change Point Detection" (FSE 2024).

use super::order::order;

/// Least spread, as a share of the median.
const FLOOR: f64 = 0.01;

/// One series of a service; values that are not finite count as not there.
#[derive(Clone, Copy, Debug)]
pub struct Series<'a> {
    /// The service it belongs to.
    pub service: &'a str,
    /// Values of a usual period, in any unit and order.
    pub before: &'a [f64],
    /// Values of the incident, in the same unit.
    pub during: &'a [f64],
}

/// A service and how far it moved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ranked<'a> {
    /// The service.
    pub service: &'a str,
    /// Spreads by which its furthest series moved, up or down; never negative.
    pub score: f64,
    /// Index of that series.
    pub series: usize,
}

/// The services, the one that moved furthest first; those that moved equally far in the order of their names. A service
/// none of whose series has values on both sides is left out.
pub fn rank<'a>(series: &[Series<'a>]) -> Vec<Ranked<'a>> {
    let mut all: Vec<Ranked<'a>> = Vec::new();
    for (index, one) in series.iter().enumerate() {
        let Some(score) = shift(one.before, one.during) else { continue };
        all.push(Ranked { service: one.service, score, series: index });
    }
    let further = |a: usize, b: usize| all[b].score.total_cmp(&all[a].score);
    let mut best: Vec<Ranked<'a>> = Vec::new();
    for at in order(all.len(), &|a, b| all[a].service.cmp(all[b].service).then(further(a, b))) {
        if best.last().is_none_or(|last| last.service != all[at].service) {
            best.push(all[at]);
        }
    }
    order(best.len(), &|a, b| best[b].score.total_cmp(&best[a].score)).into_iter().map(|at| best[at]).collect()
}

/// Spreads by which the 75th percentile moved from `before` to `during`, at most 100 if the series was always zero;
/// `None` if either has no finite value.
pub fn shift(before: &[f64], during: &[f64]) -> Option<f64> {
    let (before, during) = (ascending(before), ascending(during));
    let [low, median, high] = [0.25, 0.5, 0.75].map(|q| quantile(&before, q));
    let (median, high, now) = (median?, high?, quantile(&during, 0.75)?);
    let moved = (now - high).abs();
    let spread = (high - low?).max(FLOOR * median.abs());
    // A series that was zero all along has no size to compare with but that of its new values.
    let spread = if spread > 0.0 { spread } else { FLOOR * now.abs() };
    Some(if moved > 0.0 && spread > 0.0 { (moved / spread).min(f64::MAX) } else { 0.0 })
}

/// The finite values, smallest first.
pub(super) fn ascending(values: &[f64]) -> Vec<f64> {
    let mut values: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    values.sort_unstable_by(f64::total_cmp);
    values
}

/// The value that the share `q` (0 to 1) of ascending values does not exceed, between neighbours on a straight line;
/// `None` if there are none.
pub(super) fn quantile(ascending: &[f64], q: f64) -> Option<f64> {
    let at = q * ascending.len().checked_sub(1)? as f64;
    let below = libm::floor(at);
    let low = *ascending.get(below as usize)?;
    let high = ascending.get(below as usize + 1).copied().unwrap_or(low);
    let share = at - below;
    Some(low * (1.0 - share) + high * share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_service_that_moved_furthest_for_its_own_spread_comes_first() {
        let noisy: Vec<f64> = (0..60).map(|i| f64::from(i % 10)).collect();
        let noisier: Vec<f64> = noisy.iter().map(|v| v + 4.0).collect();
        let series = [
            Series { service: "noisy", before: &noisy, during: &noisier },
            Series { service: "steady", before: &[10.0; 60], during: &[10.0; 60] },
            Series { service: "steady", before: &[2.0, 2.1, 1.9, 2.0], during: &[2.9, 3.0, 3.1] },
        ];
        let ranked = rank(&series);
        assert_eq!(ranked.iter().map(|r| (r.service, r.series)).collect::<Vec<_>>(), [("steady", 2), ("noisy", 0)]);
        assert!(ranked[0].score > 5.0 && ranked[1].score < 1.0, "{ranked:?}");
    }

    #[test]
    fn a_twitch_of_a_series_without_spread_does_not_outrank_a_fault() {
        let fault = shift(&[5.0, 5.2, 4.8, 5.1, 4.9], &[25.0; 5]);
        assert!(shift(&[1000.0; 50], &[1000.1; 50]) < fault);
        assert!((shift(&[1000.0; 50], &[1000.1; 50]).unwrap() - 0.01).abs() < 1e-9);
    }

    #[test]
    fn falling_is_moving_too_and_zero_is_no_trap() {
        assert_eq!(shift(&[4.0, 5.0, 6.0], &[0.0; 3]), Some(5.5));
        assert_eq!(shift(&[0.0; 9], &[3.0; 9]), Some(100.0));
        assert_eq!(shift(&[0.0; 9], &[0.0; 9]), Some(0.0));
    }

    #[test]
    fn without_values_on_both_sides_nothing_is_said() {
        assert_eq!(shift(&[], &[1.0]), None);
        assert_eq!(shift(&[1.0], &[f64::NAN, f64::INFINITY]), None);
        assert_eq!(rank(&[Series { service: "a", before: &[f64::NAN], during: &[1.0] }]), []);
        assert_eq!(rank(&[]), []);
    }

    proptest! {
        #[test]
        fn any_values_give_a_finite_score(before in prop::collection::vec(any::<f64>(), 0..30),
                                          during in prop::collection::vec(any::<f64>(), 0..30)) {
            if let Some(score) = shift(&before, &during) {
                prop_assert!(score >= 0.0 && score.is_finite());
            }
        }
    }
}
