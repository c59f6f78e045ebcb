//! Detection: the band of a series, and whether a value stands outside it, as rows arrive.
//!
//! Once a day [`Profile::learn`] makes the band of the day from previous days; [`Watch::step`] takes one row at a time.
//! Two pieces of evidence are weighed, and the stronger one is the score:
//!
//! - **Season.** How far the value is from the median of the same time on previous days, over how far previous days were
//!   from theirs (upwards and downwards apart, because web series are skewed).
//! - **Local.** How far the value jumped from the median of the last minutes, over how far minutes of this series jump.
//!   A jump back towards the usual is no evidence.
//!
//! Both are measured in the 90th percentile of the *series' own* past deviations, not in a deviation of the last minutes:
//! that makes one threshold fit every series (the self-calibration). Scales have floors by [`Nature`], and what few
//! requests vary by chance is added.
//!
//! Method: seasonal median and a running median residual (Tukey, *Exploratory Data Analysis*, 1977), an empirical
//! quantile as the scale, leave-one-day-out residuals so that few days do not look calmer than they are.
//!
//! An alarm opens where two rows within five minutes are well outside, or one is far outside, or rows stay outside for ten
//! minutes; it closes ten minutes after the last such row. [`Reading`] carries what a page needs to say why, and why not:
//! the band, the score, the [`Method`], [`Why`]; [`Profile`] adds how many days it was learned from and whether they are
//! days of the same kind.
//!
//! Everything is a deterministic function of its inputs. A watch remembers one hour at most ([`Watch::MEMORY`]): one
//! that starts an hour before an instant reads the same there as one that ran for days.

mod nature;
mod profile;
mod watch;

pub use crate::calendar::DayKind;
pub use nature::{Nature, chance, floor};
pub use profile::{DAYS, History, Profile, SLOTS, grain};
pub use watch::Watch;

use serde::{Deserialize, Serialize};

/// Half-width of the local band, in 90th percentiles of past jumps.
///
/// About the sensitive operating point (delay-7 F1) of the one-minute web series of WSD. It is a plateau, not a fit:
/// widths a tenth apart, and windows of 15 to 30 minutes, move that F1 by less than 0.01.
pub(crate) const LOCAL_WIDTH: f64 = 4.5;
/// Half-width of the season's band, in 90th percentiles of past deviations (same choice).
pub(crate) const SEASON_WIDTH: f64 = 3.75;
/// Score that opens an alarm if two rows have it within [`Watch::TWICE`] seconds: about the quiet operating point of the
/// same series, at most 0.065 false events a series-day.
pub const OPEN: f64 = 1.2;
/// Score at which one row alone opens an alarm (same choice).
pub const FAR: f64 = 2.4;

/// The largest half-width below a volume, over its middle.
const VANISHED: f64 = 0.9;

/// The usual range at an instant.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Band {
    /// What is expected.
    pub middle: f64,
    /// Lower edge.
    pub low: f64,
    /// Upper edge.
    pub high: f64,
}

impl Band {
    /// A band of half-widths, with floor and chance. A volume that vanishes is always outside, however restless it was,
    /// unless chance makes it vanish.
    fn around(nature: Nature, middle: f64, up: f64, down: f64, count: f64) -> Self {
        let least = floor(nature, middle).max(chance(nature, middle, count));
        let down = if nature == Nature::Volume { down.min(VANISHED * middle.abs()) } else { down };
        Self { middle, low: middle - down.max(least), high: middle + up.max(least) }
    }

    /// The band without the part where no value can be.
    fn shown(self, nature: Nature) -> Self {
        if nature.never_negative() && self.middle >= 0.0 { Self { low: self.low.max(0.0), ..self } } else { self }
    }
}

/// Which evidence a reading rests on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// None: too little was seen, or nothing was received.
    #[default]
    None,
    /// The same time on previous days.
    Season,
    /// The last minutes, [`Watch::LOCAL`] seconds of them.
    Local,
}

/// Why a reading is, or is not, an alarm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// No value was received.
    #[default]
    Missing,
    /// The row is not newer than the last one and was left out.
    Ignored,
    /// There is no band yet.
    NoBand,
    /// Inside the band.
    Inside,
    /// Outside, on the side that does no harm for this kind of quantity.
    Harmless,
    /// Outside, but not far and not long enough.
    Brief,
    /// Alarm: far outside ([`FAR`]), or well outside more than once ([`OPEN`]).
    Far,
    /// Alarm: outside without a break for [`Watch::SUSTAIN`] seconds or more.
    Sustained,
    /// Alarm: it was one in the last [`Watch::HOLD`] seconds and is kept open.
    Held,
}

/// What a row is found to be.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reading {
    /// The band that the value was held against, that of `method`; `None` if there is none.
    pub band: Option<Band>,
    /// 0 in the middle, 1 at the edge, growing with the distance; at most 100.
    pub score: f64,
    /// Whether an alarm is open.
    pub alarm: bool,
    /// Which evidence is the stronger one.
    pub method: Method,
    /// Why it is an alarm, or why not.
    pub why: Why,
}

/// A value that sums and differences of it stay finite with; NaN and infinities are NaN.
fn clean(value: f32) -> f32 {
    if value.is_finite() { value.clamp(-1e30, 1e30) } else { f32::NAN }
}

/// Sorts in place: by insertion, which is the quickest on few values and small in code.
fn sort(values: &mut [f32]) {
    for i in 1..values.len() {
        let value = values[i];
        let mut at = i;
        while at > 0 && values[at - 1] > value {
            values[at] = values[at - 1];
            at -= 1;
        }
        values[at] = value;
    }
}

/// Median of sorted values; NaN if there are none.
fn median(sorted: &[f32]) -> f32 {
    let n = sorted.len();
    match (n, n % 2) {
        (0, _) => f32::NAN,
        (_, 1) => sorted[n / 2],
        _ => between(sorted[n / 2 - 1], sorted[n / 2]),
    }
}

/// The middle of two values; `f32::midpoint` is written differently for different machines.
fn between(a: f32, b: f32) -> f32 {
    0.5 * a + 0.5 * b
}

/// Quantile `q` (nearest rank from below) of values without NaN, which are reordered; NaN if there are none.
fn quantile(values: &mut [f32], q: f64) -> f32 {
    if values.is_empty() {
        return f32::NAN;
    }
    let rank = (q * (values.len() - 1) as f64) as usize;
    *values.select_nth_unstable_by(rank, f32::total_cmp).1
}

#[cfg(test)]
mod tests;
