//! Time: resolutions of the roll-up pyramid and the calendar of Asia/Seoul.
//!
//! An instant is `i64` seconds since the Unix epoch, UTC; a bucket is named by the instant at which it starts.
//! Korea has had no daylight saving time since 1988, so Asia/Seoul is UTC+9 for every instant this program meets.

use serde::{Deserialize, Serialize};

/// Seconds from UTC to Korean Standard Time.
pub const KST: i64 = 9 * 3600;
/// Seconds in a day.
pub const DAY: i64 = 86_400;
/// Seconds in a week.
pub const WEEK: i64 = 7 * DAY;

/// Width of a bucket. The order is from fine to coarse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Resolution {
    /// Two seconds: what a live screen counts from.
    TwoSeconds,
    /// One minute.
    Minute,
    /// Five minutes: the step of a day's chart.
    FiveMinutes,
    /// One hour: the step of weeks and longer.
    Hour,
}

impl Resolution {
    /// All resolutions, fine to coarse.
    pub const ALL: [Self; 4] = [Self::TwoSeconds, Self::Minute, Self::FiveMinutes, Self::Hour];

    /// Width in seconds.
    pub const fn seconds(self) -> i64 {
        match self {
            Self::TwoSeconds => 2,
            Self::Minute => 60,
            Self::FiveMinutes => 300,
            Self::Hour => 3600,
        }
    }

    /// Start of the bucket that holds `instant`.
    pub const fn floor(self, instant: i64) -> i64 {
        instant - instant.rem_euclid(self.seconds())
    }

    /// The next coarser resolution, if there is one.
    pub const fn parent(self) -> Option<Self> {
        match self {
            Self::TwoSeconds => Some(Self::Minute),
            Self::Minute => Some(Self::FiveMinutes),
            Self::FiveMinutes => Some(Self::Hour),
            Self::Hour => None,
        }
    }

    /// The code in frames and tables, 0 (two seconds) to 3 (an hour).
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The resolution with this code.
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::TwoSeconds),
            1 => Some(Self::Minute),
            2 => Some(Self::FiveMinutes),
            3 => Some(Self::Hour),
            _ => None,
        }
    }
}

/// A civil date and time in Asia/Seoul.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Civil {
    /// Year of the Gregorian calendar.
    pub year: i32,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day of the month, 1 to 31.
    pub day: u8,
    /// Hour, 0 to 23.
    pub hour: u8,
    /// Minute, 0 to 59.
    pub minute: u8,
    /// Second, 0 to 59.
    pub second: u8,
    /// Day of the week, 0 is Monday.
    pub weekday: u8,
}

/// The civil time in Asia/Seoul at an instant.
///
/// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
pub fn civil(instant: i64) -> Civil {
    let local = instant.saturating_add(KST);
    let (days, rest) = (local.div_euclid(DAY), local.rem_euclid(DAY));
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    Civil {
        year: (yoe + era * 400 + i64::from(month <= 2)) as i32,
        month: month as u8,
        day: (doy - (153 * mp + 2) / 5 + 1) as u8,
        hour: (rest / 3600) as u8,
        minute: (rest / 60 % 60) as u8,
        second: (rest % 60) as u8,
        weekday: (days + 3).rem_euclid(7) as u8,
    }
}

/// The instant of a civil date and time in Asia/Seoul; `None` if a field is out of its range.
pub fn instant(year: i32, month: u8, day: u8, hour: u8, minute: u8, second: u8) -> Option<i64> {
    if !(1..=12).contains(&month)
        || day < 1
        || day > days_in_month(year, month)
        || hour > 23
        || minute > 59
        || second > 59
    {
        return None;
    }
    let days = days_from_civil(year, month, day);
    Some(days * DAY + i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second) - KST)
}

/// Days since 1970-01-01 of a proleptic Gregorian date (same source as [`civil`]).
pub fn days_from_civil(year: i32, month: u8, day: u8) -> i64 {
    let y = i64::from(year) - i64::from(month <= 2);
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let shifted = (i64::from(month) + 9) % 12;
    let doy = (153 * shifted + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468
}

/// Number of days in a month.
pub fn days_in_month(year: i32, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 => 29,
        2 => 28,
        _ => 31,
    }
}

/// Midnight in Asia/Seoul of the day that holds `instant`.
pub const fn day_start(instant: i64) -> i64 {
    instant - (instant + KST).rem_euclid(DAY)
}

/// Monday midnight in Asia/Seoul of the week that holds `instant`.
pub fn week_start(instant: i64) -> i64 {
    day_start(instant) - i64::from(civil(instant).weekday) * DAY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_instants() {
        // 2026-11-20 22:00:00 UTC is Saturday 07:00 in Seoul.
        let c = civil(1_795_212_000);
        assert_eq!((c.year, c.month, c.day, c.hour, c.minute, c.weekday), (2026, 11, 21, 7, 0, 5));
        assert_eq!(instant(2026, 11, 21, 7, 0, 0), Some(1_795_212_000));
        assert_eq!(instant(2026, 2, 29, 0, 0, 0), None);
        assert_eq!(civil(week_start(1_795_212_000)).weekday, 0);
    }

    proptest::proptest! {
        #[test]
        fn civil_and_instant_are_inverse(t in -60_000_000_000_i64..250_000_000_000) {
            let c = civil(t);
            proptest::prop_assert_eq!(instant(c.year, c.month, c.day, c.hour, c.minute, c.second), Some(t));
        }

        #[test]
        fn a_bucket_holds_its_instant(t in proptest::num::i64::ANY, code in 0_u8..4) {
            let r = Resolution::from_code(code).unwrap();
            let t = t / 2;
            let start = r.floor(t);
            proptest::prop_assert!(start <= t && t - start < r.seconds());
        }
    }
}
