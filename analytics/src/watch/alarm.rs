//! Alarms: the steps in which a series was out of its band, kept in the bucket in which they were.
//!
//! An alarm is judged once, when its bucket closes, and then rolls up, travels and expires with the bucket like all
//! that the bucket holds.

use std::collections::BTreeMap;

use super::series::SeriesKey;
use crate::codec::{CodecError, Reader, put_i64, put_u64};
use crate::detect::{Band, Method};

/// Alarms of a bucket, by series.
pub type Alarms = BTreeMap<SeriesKey, Alarm>;

/// Series in alarm that one bucket keeps at most.
pub const MAX_ALARMS: usize = 400;

/// How bands are made, in the order of their codes.
const METHODS: [Method; 3] = [Method::None, Method::Season, Method::Local];

/// A series out of its band.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Alarm {
    /// Start of the first step in alarm.
    pub from: i64,
    /// End of the last one.
    pub to: i64,
    /// Seconds in alarm.
    pub seconds: u64,
    /// The step that was furthest out.
    pub worst: Worst,
}

/// One step, judged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Worst {
    /// Its start.
    pub at: i64,
    /// Its value.
    pub value: f32,
    /// What was expected.
    pub low: f32,
    /// Middle of the band.
    pub middle: f32,
    /// Upper edge.
    pub high: f32,
    /// How far out, in widths of the band: 1 is its edge.
    pub score: f32,
    /// How the band was made.
    pub method: Method,
}

impl Worst {
    /// The band.
    pub fn band(&self) -> Band {
        Band { middle: f64::from(self.middle), low: f64::from(self.low), high: f64::from(self.high) }
    }

    /// Whether the value is above the band.
    pub fn above(&self) -> bool {
        self.value > self.middle
    }
}

impl Alarm {
    /// Adds the steps of another bucket. Commutative and associative.
    pub fn merge(&mut self, other: &Self) {
        self.from = self.from.min(other.from);
        self.to = self.to.max(other.to);
        self.seconds = self.seconds.saturating_add(other.seconds);
        let rank = |worst: &Worst| (worst.score.to_bits(), -worst.at, worst.value.to_bits());
        if rank(&other.worst) > rank(&self.worst) {
            self.worst = other.worst;
        }
    }
}

/// Adds the alarms of a part of a bucket to those of the whole, as far as there is room.
pub fn merge(whole: &mut Alarms, part: &Alarms) {
    for (key, alarm) in part {
        if let Some(known) = whole.get_mut(key) {
            known.merge(alarm);
        } else if whole.len() < MAX_ALARMS {
            whole.insert(key.clone(), *alarm);
        }
    }
}

/// Appends alarms.
pub(crate) fn encode(alarms: &Alarms, out: &mut Vec<u8>) {
    put_u64(out, alarms.len() as u64);
    for (key, alarm) in alarms {
        key.encode(out);
        put_i64(out, alarm.from);
        put_u64(out, alarm.to.wrapping_sub(alarm.from) as u64);
        put_u64(out, alarm.seconds);
        put_i64(out, alarm.worst.at.wrapping_sub(alarm.from));
        let worst = &alarm.worst;
        for value in [worst.value, worst.low, worst.middle, worst.high, worst.score] {
            out.extend_from_slice(&value.to_le_bytes());
        }
        out.push(worst.method as u8);
    }
}

/// Reads what [`encode`] wrote. Values that no detector makes (NaN, infinities, negative scores) are refused.
pub(crate) fn decode(r: &mut Reader<'_>) -> Result<Alarms, CodecError> {
    let mut alarms = Alarms::new();
    for _ in 0..r.count(27, "alarms")? {
        let key = SeriesKey::decode(r)?;
        let from = r.i64("alarm")?;
        let to = from.checked_add_unsigned(r.u64("alarm")?).ok_or(r.invalid("alarm"))?;
        let seconds = r.u64("alarm")?;
        let at = from.checked_add(r.i64("alarm")?).ok_or(r.invalid("alarm"))?;
        let mut values = [0.0; 5];
        for value in &mut values {
            let mut bytes = [0; 4];
            bytes.copy_from_slice(r.take(4, "alarm")?);
            *value = f32::from_le_bytes(bytes);
        }
        let [value, low, middle, high, score] = values;
        if values.iter().any(|v| !v.is_finite()) || score.is_sign_negative() {
            return Err(r.invalid("alarm"));
        }
        let method = *METHODS.get(usize::from(r.u8("alarm")?)).ok_or(r.invalid("alarm"))?;
        let worst = Worst { at, value, low, middle, high, score, method };
        alarms.insert(key, Alarm { from, to, seconds, worst });
    }
    Ok(alarms)
}
