//! Where daily peaks go in weeks and months: a line that a few odd days cannot bend.
//!
//! Method: the median of the slopes between all pairs of points, with the range in which the slope lies (Sen, "Estimates
//! of the Regression Coefficient Based on Kendall's Tau", 1968), and the spread of what is left. Unlike
//! [`forecast`](super::forecast) it may be asked beyond what could be tested on the past; it then says how far.

use crate::column::median;

/// Points below which no line is drawn.
pub const LEAST: usize = 7;
/// Newest points that are used.
const MOST: usize = 120;
/// How many times the length of the past a line may be continued.
pub const REACH: f64 = 4.0;
/// Quantile of the normal distribution for ranges of 85 %.
const Z: f64 = 1.439_5;

/// A line through points, and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trend {
    /// Value of the line at the last point.
    pub level: f64,
    /// Change for one unit of the points' place.
    pub slope: f64,
    /// Range of the slope, 85 %.
    pub slopes: (f64, f64),
    /// What is left: 85 of 100 points lie above the first and under the second, so that one odd day in ten decides
    /// nothing.
    pub rest: (f64, f64),
    /// Distance from the first point to the last.
    pub span: f64,
}

/// Fits points of a place and a value, places ascending. `None` for fewer than [`LEAST`], or all at one place.
pub fn trend(points: &[(f64, f64)]) -> Option<Trend> {
    let points: Vec<(f64, f64)> = points.iter().copied().filter(|p| p.0.is_finite() && p.1.is_finite()).collect();
    let points = &points[points.len().saturating_sub(MOST)..];
    let n = points.len();
    let (first, last) = (points.first()?.0, points.last()?.0);
    if n < LEAST || last <= first {
        return None;
    }
    let mut slopes = Vec::with_capacity(n * (n - 1) / 2);
    for (at, a) in points.iter().enumerate() {
        slopes.extend(points[at + 1..].iter().filter(|b| b.0 > a.0).map(|b| (b.1 - a.1) / (b.0 - a.0)));
    }
    let slope = median(&mut slopes)?;
    let (count, n) = (slopes.len() as f64, n as f64);
    let width = Z * libm::sqrt(n * (n - 1.0) * (2.0 * n + 5.0) / 18.0);
    let at = |rank: f64| slopes[(libm::round(rank).max(0.0) as usize).min(slopes.len() - 1)];
    let range = (at(f64::midpoint(count, -width)), at(f64::midpoint(count, width)));
    let mut rest: Vec<f64> = points.iter().map(|p| p.1 - slope * (p.0 - last)).collect();
    let level = median(&mut rest)?;
    // Ranks of a value still to come among those that came.
    let edge = |share: f64| {
        let rank = libm::floor(share * (n + 1.0)) - 1.0;
        rest[(rank.max(0.0) as usize).min(rest.len() - 1)] - level
    };
    Some(Trend { level, slope, slopes: range, rest: (edge(0.15).min(0.0), edge(0.85).max(0.0)), span: last - first })
}

impl Trend {
    /// Lower edge, middle and upper edge so far behind the last point.
    pub fn at(&self, ahead: f64) -> (f64, f64, f64) {
        let middle = self.level + self.slope * ahead;
        let low = self.level + self.slopes.0.min(self.slope) * ahead + self.rest.0;
        (low, middle, self.level + self.slopes.1.max(self.slope) * ahead + self.rest.1)
    }

    /// Whether the past is long enough to be continued so far.
    pub fn reaches(&self, ahead: f64) -> bool {
        ahead <= REACH * self.span
    }

    /// First whole distance at which upper edge, middle and lower edge are at a limit, each within `most`.
    pub fn passes(&self, limit: f64, most: usize) -> [Option<usize>; 3] {
        let first = |edge: fn((f64, f64, f64)) -> f64| (0..=most).find(|ahead| edge(self.at(*ahead as f64)) >= limit);
        [first(|range| range.2), first(|range| range.1), first(|range| range.0)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(n: usize, slope: f64) -> Vec<(f64, f64)> {
        (0..n).map(|at| (at as f64, 0.4 + slope * at as f64 + (at * 7919 % 101) as f64 / 5000.0 - 0.01)).collect()
    }

    #[test]
    fn a_rising_line_passes_a_limit_in_a_range_of_days() {
        let mut points = line(21, 0.01);
        points[5].1 = 0.99;
        let trend = trend(&points).expect("21 points");
        assert!(libm::fabs(trend.slope - 0.01) < 0.001, "one odd day changes nothing: {trend:?}");
        let [earliest, likely, latest] = trend.passes(0.8, 90);
        // 0.6 at the end and 0.01 a day.
        let likely = likely.expect("it is reached");
        assert!((17..=23).contains(&likely), "{likely}");
        assert!(earliest.expect("before") <= likely && latest.expect("after") >= likely);
    }

    #[test]
    fn a_level_line_passes_nothing() {
        let trend = trend(&line(21, 0.0)).expect("21 points");
        assert_eq!(trend.passes(0.8, 60), [None; 3]);
        assert!(trend.at(30.0).2 > trend.at(0.0).2, "farther is less certain");
        assert!(trend.reaches(80.0) && !trend.reaches(81.0));
    }

    #[test]
    fn too_little_is_none() {
        assert_eq!(trend(&line(6, 0.1)), None);
        assert_eq!(trend(&[(1.0, 2.0); 9]), None);
        assert_eq!(trend(&[(f64::NAN, 2.0); 9]), None);
    }

    proptest::proptest! {
        #[test]
        fn never_panics(points in proptest::collection::vec((proptest::num::f64::ANY, proptest::num::f64::ANY), 0..30)) {
            if let Some(trend) = trend(&points) {
                let _ = (trend.at(1e9), trend.passes(0.8, 30));
            }
        }
    }
}
