//! From values to positions: the same bytes on the server and in the browser.
//!
//! Paths lie in a box of 1,440 by 100 that the page stretches; words and dots are placed in percent.

use bonghwa_analytics::format::{Lang, clock, decimal, short_date, tick};
use bonghwa_analytics::time::{DAY, civil, day_start};
use bonghwa_analytics::view::Unit;

/// Width of the box of paths.
pub(crate) const WIDTH: f64 = 1440.0;

/// The vertical scale, from zero.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Scale {
    /// Value at the top.
    pub(crate) max: f64,
    /// Values with a line, from zero up.
    pub(crate) ticks: Vec<f64>,
}

impl Scale {
    /// A scale that holds `max` with some room above and about `steps` lines at round values.
    pub(crate) fn to(max: f64, steps: f64) -> Self {
        let max = if max.is_finite() && max > 0.0 { max } else { 1.0 };
        let step = round_step(max / steps);
        let mut ticks = vec![0.0];
        while let Some(next) = ticks.last().map(|last| last + step).filter(|next| *next <= max * 1.06) {
            ticks.push(next);
        }
        Self { max: max * 1.1, ticks }
    }

    /// Distance from the top in percent, 0 to 100.
    pub(crate) fn y(&self, value: f64) -> f64 {
        (100.0 - value / self.max * 100.0).clamp(0.0, 100.0)
    }
}

/// The smallest of 1, 2, 2.5 and 5 times a power of ten that is at least `least`.
fn round_step(least: f64) -> f64 {
    let mut power = 1.0;
    while power * 10.0 <= least {
        power *= 10.0;
    }
    while power > least {
        power /= 10.0;
    }
    [1.0, 2.0, 2.5, 5.0].into_iter().map(|m| m * power).find(|step| *step >= least * 0.999_999).unwrap_or(power * 10.0)
}

/// Labels of the ticks; the top one carries the unit.
pub(crate) fn tick_labels(scale: &Scale, unit: Unit, lang: Lang) -> Vec<String> {
    let last = scale.ticks.len() - 1;
    let label = |value: f64| match unit {
        Unit::Ratio => {
            let decimals = [0.004, 0.04].iter().filter(|edge| scale.max < **edge).count() as u32;
            decimal(value * 100.0, decimals)
        }
        Unit::Seconds => decimal(value * 1000.0, u32::from(scale.max < 0.004)),
        Unit::PerSecond if scale.max < 4.0 => decimal(value, 1),
        _ => tick(value, lang),
    };
    let name = bonghwa_analytics::format::unit_name(unit, lang);
    let with_unit = |(i, &value): (usize, &f64)| match (i, value == 0.0) {
        (_, true) => "0".to_owned(),
        (i, _) if i == last => bonghwa_analytics::format::join(&label(value), name),
        _ => label(value),
    };
    scale.ticks.iter().enumerate().map(with_unit).collect()
}

/// A number with one decimal at most, appended to a path or an attribute.
pub(crate) fn put(out: &mut String, value: f64) {
    let tenths = (value * 10.0 + 0.5).floor() as i64;
    out.push_str(&(tenths / 10).to_string());
    if tenths % 10 != 0 {
        out.push('.');
        out.push(char::from(b'0' + (tenths % 10).unsigned_abs() as u8));
    }
}

/// A percentage for an attribute: `58.7%`, held between 0 and 100.
pub(crate) fn pct(value: f64) -> String {
    let mut out = String::new();
    put(&mut out, if value.is_finite() { value.clamp(0.0, 100.0) } else { 0.0 });
    out.push('%');
    out
}

/// Path of a line. A value that is missing parts it; a value alone becomes a dot (round line caps show it).
pub(crate) fn line_path(values: &[Option<f64>], slots: usize, scale: &Scale) -> String {
    let mut out = String::new();
    for (start, run) in runs(values) {
        for (i, value) in run.iter().enumerate() {
            out.push(if i == 0 { 'M' } else { 'L' });
            point(&mut out, start + i, slots, scale.y(*value));
        }
        if run.len() == 1 {
            out.push_str("h0");
        }
    }
    out
}

/// Closed path between two lines, where both have values.
pub(crate) fn band_path(low: &[Option<f64>], high: &[Option<f64>], slots: usize, scale: &Scale) -> String {
    let both: Vec<Option<f64>> = low.iter().zip(high).map(|(l, h)| l.and(*h)).collect();
    let mut out = String::new();
    for (start, run) in runs(&both) {
        for (i, value) in run.iter().enumerate() {
            out.push(if i == 0 { 'M' } else { 'L' });
            point(&mut out, start + i, slots, scale.y(*value));
        }
        for i in (0..run.len()).rev() {
            out.push('L');
            point(&mut out, start + i, slots, scale.y(low.get(start + i).copied().flatten().unwrap_or_default()));
        }
        out.push('Z');
    }
    out
}

fn point(out: &mut String, index: usize, slots: usize, y: f64) {
    put(out, x(index, slots) * WIDTH / 100.0);
    out.push(' ');
    put(out, y);
}

/// Place of a value in percent of the width: a bucket's value stands at its end, the instant that it is known.
pub(crate) fn x(index: usize, slots: usize) -> f64 {
    (index + 1) as f64 / slots.max(1) as f64 * 100.0
}

/// Index of the value nearest to a place in percent.
pub(crate) fn index_at(percent: f64, slots: usize) -> usize {
    ((percent / 100.0 * slots as f64 - 0.5).max(0.0).floor() as usize).min(slots.saturating_sub(1))
}

fn runs(values: &[Option<f64>]) -> Vec<(usize, Vec<f64>)> {
    let mut out: Vec<(usize, Vec<f64>)> = Vec::new();
    let mut open = false;
    for (i, value) in values.iter().enumerate() {
        match value.filter(|v| v.is_finite()) {
            Some(value) if open => {
                if let Some((_, run)) = out.last_mut() {
                    run.push(value);
                }
            }
            Some(value) => out.push((i, vec![value])),
            None => {}
        }
        open = value.is_some_and(f64::is_finite);
    }
    out
}

/// Thins a line to at most `most` values by keeping, of each group, its last.
pub(crate) fn thin(values: &[Option<f64>], most: usize) -> Vec<Option<f64>> {
    let group = values.len().div_ceil(most.max(1)).max(1);
    values
        .chunks(group)
        .map(|chunk| {
            chunk
                .iter()
                .rev()
                .find_map(|v| *v)
                .filter(|_| chunk.len() == group || chunk.last().is_some_and(Option::is_some))
        })
        .collect()
}

/// A mark of the time axis: place in percent, label, and whether a narrow screen may leave it out.
pub(crate) type Mark = (f64, String, bool);

/// Marks of a period, at round instants of the day in Asia/Seoul.
pub(crate) fn time_marks(from: i64, to: i64, lang: Lang) -> Vec<Mark> {
    let length = (to - from).max(1);
    let steps = [60, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, DAY, 2 * DAY, 7 * DAY, 14 * DAY];
    let step = steps.into_iter().find(|step| length / step <= 8).unwrap_or(28 * DAY);
    let origin = day_start(from);
    let mut at = origin + (from - origin + step - 1).div_euclid(step) * step;
    let mut marks = Vec::new();
    while at <= to {
        let percent = (at - from) as f64 / length as f64 * 100.0;
        let midnight = day_start(at) == at;
        let label = if midnight && at == to && length <= DAY {
            lang.pick("24시", "24:00").to_owned()
        } else if midnight && length > DAY {
            short_date(at, lang)
        } else if lang == Lang::Ko && civil(at).minute == 0 {
            format!("{}시", civil(at).hour)
        } else {
            clock(at)
        };
        marks.push((percent, label, marks.len() % 2 == 1));
        at += step;
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_are_round_and_hold_their_maximum() {
        for (max, ticks) in [
            (184_312.0, vec![0.0, 50_000.0, 100_000.0, 150_000.0]),
            (0.0031, vec![0.0, 0.001, 0.002, 0.003]),
            (1.0, vec![0.0, 0.25, 0.5, 0.75, 1.0]),
            (0.0, vec![0.0, 0.25, 0.5, 0.75, 1.0]),
            (f64::NAN, vec![0.0, 0.25, 0.5, 0.75, 1.0]),
        ] {
            let scale = Scale::to(max, 4.0);
            assert_eq!(scale.ticks.len(), ticks.len(), "{max}: {:?}", scale.ticks);
            assert!(scale.ticks.iter().zip(&ticks).all(|(a, b)| (a - b).abs() < 1e-9), "{max}: {:?}", scale.ticks);
            assert!(max.is_nan() || scale.y(max) > 0.0);
        }
        assert!((Scale::to(100.0, 4.0).y(-5.0) - 100.0).abs() < 1e-9);
    }

    #[test]
    fn paths_part_where_values_are_missing() {
        let scale = Scale { max: 100.0, ticks: vec![0.0] };
        let values = [Some(0.0), Some(50.0), None, Some(100.0), None];
        assert_eq!(line_path(&values, 5, &scale), "M288 100L576 50M1152 0h0");
        assert_eq!(line_path(&[None, Some(f64::NAN)], 2, &scale), "");
        let (low, high) = ([Some(10.0), Some(20.0), None], [Some(30.0), Some(40.0), Some(50.0)]);
        assert_eq!(band_path(&low, &high, 3, &scale), "M480 70L960 60L960 80L480 90Z");
    }

    #[test]
    fn numbers_keep_one_decimal() {
        let text = |value| {
            let mut out = String::new();
            put(&mut out, value);
            out
        };
        assert_eq!(
            (text(58.68), text(100.0), text(0.04), text(99.96)),
            ("58.7".into(), "100".into(), "0".into(), "100".into())
        );
        assert_eq!((pct(-3.0), pct(f64::NAN), pct(120.0)), ("0%".into(), "0%".into(), "100%".into()));
    }

    #[test]
    fn a_pointer_finds_the_value_under_it() {
        for slots in [1, 2, 288, 1000] {
            for i in 0..slots {
                assert_eq!(index_at(x(i, slots), slots), i.min(slots - 1), "{i} of {slots}");
            }
        }
        assert_eq!((index_at(-5.0, 288), index_at(500.0, 288), index_at(0.0, 0)), (0, 287, 0));
    }

    #[test]
    fn a_day_is_marked_every_three_hours() {
        let midnight = day_start(1_781_758_800);
        let marks = time_marks(midnight, midnight + DAY, Lang::Ko);
        let labels: Vec<_> = marks.iter().map(|m| m.1.as_str()).collect();
        assert_eq!(labels, ["0시", "3시", "6시", "9시", "12시", "15시", "18시", "21시", "24시"]);
        let week = time_marks(midnight - 6 * DAY, midnight + DAY, Lang::En);
        assert_eq!(week.len(), 8);
        assert!(week.iter().all(|m| m.1.contains(' ')));
        assert!(time_marks(5, 5, Lang::Ko).len() <= 10);
    }

    #[test]
    fn thinning_keeps_the_newest_of_each_group() {
        let values: Vec<_> = (0..10).map(|i| Some(f64::from(i))).collect();
        assert_eq!(thin(&values, 5), [Some(1.0), Some(3.0), Some(5.0), Some(7.0), Some(9.0)]);
        assert_eq!(thin(&[], 5), []);
    }
}
