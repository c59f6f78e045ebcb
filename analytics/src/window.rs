//! Windows: which buckets of the pyramid make up a span of time.

use crate::time::{DAY, Resolution};

/// The buckets at hand that make up `from..to`, in order of time: as coarse as alignment and `coarsest` allow.
///
/// `present(resolution, from, to)` lists the starts of the buckets at hand in a range. Where a coarse one is missing (it
/// is still open, or was never written) its children are looked for; a gap at every resolution stays a gap. Each
/// instant is covered once at most.
pub fn decompose(
    from: i64,
    to: i64,
    coarsest: Resolution,
    present: &dyn Fn(Resolution, i64, i64) -> Vec<i64>,
) -> Vec<(Resolution, i64)> {
    let mut parts = Vec::new();
    descend(from, to, coarsest, present, &mut parts);
    parts
}

fn descend(
    from: i64,
    to: i64,
    resolution: Resolution,
    present: &dyn Fn(Resolution, i64, i64) -> Vec<i64>,
    parts: &mut Vec<(Resolution, i64)>,
) {
    if from >= to {
        return;
    }
    let width = resolution.seconds();
    let finer = Resolution::from_code(resolution.code().wrapping_sub(1));
    // Without anything finer the edges are widened to whole buckets of two seconds.
    let first = if finer.is_some() { resolution.floor(from + width - 1) } else { resolution.floor(from) };
    let last = if finer.is_some() { resolution.floor(to) } else { resolution.floor(to + width - 1) };
    let mut at = from;
    if first < last {
        for start in present(resolution, first, last) {
            if let Some(finer) = finer {
                descend(at, start, finer, present, parts);
            }
            parts.push((resolution, start));
            at = start + width;
        }
    }
    if let Some(finer) = finer {
        descend(at, to, finer, present, parts);
    }
}

/// The coarsest buckets to fetch for a window that is shown with a line in it: five minutes up to a day and a half,
/// hours beyond.
pub const fn coarsest(from: i64, to: i64) -> Resolution {
    if to - from <= DAY + DAY / 2 { Resolution::FiveMinutes } else { Resolution::Hour }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(resolution: Resolution, from: i64, to: i64) -> Vec<i64> {
        let width = resolution.seconds();
        (from.div_euclid(width)..to.div_euclid(width)).map(|n| n * width).collect()
    }

    #[test]
    fn a_long_window_takes_few_buckets() {
        let week = decompose(2, 2 + 7 * 86_400, Resolution::Hour, &all);
        assert!(week.len() <= 212, "{}", week.len());
        assert_eq!(decompose(300, 600, Resolution::Hour, &all), vec![(Resolution::FiveMinutes, 300)]);
    }

    proptest! {
        #[test]
        fn complete_rows_tile_the_window(from in 0_i64..100_000, len in 0_i64..200_000) {
            let mut at = Resolution::TwoSeconds.floor(from);
            for (resolution, start) in decompose(from, from + len, Resolution::Hour, &all) {
                prop_assert_eq!(start, at);
                at += resolution.seconds();
            }
            prop_assert!(len == 0 || (at >= from + len && at < from + len + 2));
        }

        #[test]
        fn gaps_are_never_covered_twice(from in 0_i64..50_000, len in 0_i64..50_000, holes in any::<u64>()) {
            let some = |r: Resolution, from: i64, to: i64| {
                let mut starts = all(r, from, to);
                starts.retain(|s| (holes >> ((s / r.seconds()) as u64 % 60)) & 1 == 1);
                starts
            };
            let mut at = i64::MIN;
            for (resolution, start) in decompose(from, from + len, Resolution::Hour, &some) {
                prop_assert!(start >= at && start >= from - 1);
                at = start + resolution.seconds();
            }
            prop_assert!(at <= from + len + 1);
        }
    }
}
