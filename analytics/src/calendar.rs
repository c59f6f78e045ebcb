//! The Korean calendar: public holidays with their substitute days, as data and rules.
//!
//! Sources: the Act on Public Holidays (공휴일에 관한 법률, as amended on 2026-02-10) and the Regulations on Holidays of
//! Government Offices (관공서의 공휴일에 관한 규정). Days of the lunar calendar stand in a table, for the years
//! [`FIRST_YEAR`] to [`LAST_YEAR`]; outside it those days are unknown and only fixed days are named. Election days at the
//! end of a term follow the Public Official Election Act, article 34. Days that the government grants at short notice
//! after this was written are a list that the caller gives.

use crate::time::{DAY, civil, day_start, instant};

/// First year whose lunar days are known.
pub const FIRST_YEAR: i32 = 2024;
/// Last year whose lunar days are known.
pub const LAST_YEAR: i32 = 2031;

/// How a day is worked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DayKind {
    /// Monday to Friday that is no holiday.
    Working,
    /// Saturday that is no holiday.
    Saturday,
    /// Sunday, a public holiday or its substitute.
    Holiday,
}

/// A name in Korean and English.
pub type Name = (&'static str, &'static str);

/// When a day that falls on a day off is made up for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Substitute {
    Never,
    /// On a Sunday or another holiday (Seollal and Chuseok).
    Sunday,
    /// On a Saturday, a Sunday or another holiday.
    Weekend,
}

struct Fixed {
    month: u8,
    day: u8,
    since: i32,
    substitute: Substitute,
    name: Name,
}

const fn fixed(month: u8, day: u8, since: i32, substitute: Substitute, name: Name) -> Fixed {
    Fixed { month, day, since, substitute, name }
}

const FIXED: [Fixed; 10] = [
    fixed(1, 1, 0, Substitute::Never, ("신정", "New Year's Day")),
    fixed(3, 1, 0, Substitute::Weekend, ("3·1절", "Independence Movement Day")),
    // A day off for everybody, offices included, since 2026.
    fixed(5, 1, 2026, Substitute::Weekend, ("노동절", "Labour Day")),
    fixed(5, 5, 0, Substitute::Weekend, ("어린이날", "Children's Day")),
    fixed(6, 6, 0, Substitute::Never, ("현충일", "Memorial Day")),
    // A public holiday again since 2026.
    fixed(7, 17, 2026, Substitute::Weekend, ("제헌절", "Constitution Day")),
    fixed(8, 15, 0, Substitute::Weekend, ("광복절", "Liberation Day")),
    fixed(10, 3, 0, Substitute::Weekend, ("개천절", "National Foundation Day")),
    fixed(10, 9, 0, Substitute::Weekend, ("한글날", "Hangul Day")),
    fixed(12, 25, 0, Substitute::Weekend, ("성탄절", "Christmas Day")),
];

const SEOLLAL: Name = ("설날", "Seollal");
const CHUSEOK: Name = ("추석", "Chuseok");
const BUDDHA: Name = ("부처님오신날", "Buddha's Birthday");
const SUBSTITUTE: Name = ("대체공휴일", "substitute holiday");
const ELECTION: Name = ("선거일", "election day");
const GRANTED: Name = ("임시공휴일", "temporary holiday");

/// Days over which what is owed is followed; longer than any run of days off.
const LONGEST_RUN: i64 = 14;

/// Seollal, Buddha's birthday and Chuseok of each year from [`FIRST_YEAR`] on, as (month, day).
const LUNAR: [[(u8, u8); 3]; 8] = [
    [(2, 10), (5, 15), (9, 17)],
    [(1, 29), (5, 5), (10, 6)],
    [(2, 17), (5, 24), (9, 25)],
    [(2, 7), (5, 13), (9, 15)],
    [(1, 27), (5, 2), (10, 3)],
    [(2, 13), (5, 20), (9, 22)],
    [(2, 3), (5, 9), (9, 12)],
    [(1, 23), (5, 28), (10, 1)],
];

/// Elections at the end of a term and days that the government granted.
const SINGLE: [(i32, u8, u8, Name); 8] = [
    (2024, 4, 10, ELECTION),
    (2024, 10, 1, GRANTED),
    (2025, 1, 27, GRANTED),
    (2025, 6, 3, ELECTION),
    (2026, 6, 3, ELECTION),
    (2028, 4, 12, ELECTION),
    (2030, 3, 27, ELECTION),
    (2030, 6, 12, ELECTION),
];

/// How the day that starts at a midnight in Asia/Seoul is worked.
pub fn kind(day: i64) -> DayKind {
    kind_with(day, &[])
}

/// The same with further days off, as midnights in Asia/Seoul.
pub fn kind_with(day: i64, extra: &[i64]) -> DayKind {
    match civil(day).weekday {
        _ if extra.contains(&day_start(day)) || name(day).is_some() => DayKind::Holiday,
        6 => DayKind::Holiday,
        5 => DayKind::Saturday,
        _ => DayKind::Working,
    }
}

/// The name of the public holiday, if the day that starts at a midnight in Asia/Seoul is one.
pub fn name(day: i64) -> Option<Name> {
    let day = day_start(day);
    own_name(day).or_else(|| is_substitute(day).then_some(SUBSTITUTE))
}

/// Whether the lunar holidays of the year of this instant are known.
pub fn is_known(instant: i64) -> bool {
    (FIRST_YEAR..=LAST_YEAR).contains(&civil(instant).year)
}

/// Start and end (exclusive) of the quarter of the calendar year that holds an instant, as midnights in Asia/Seoul.
pub fn quarter(at: i64) -> (i64, i64) {
    let date = civil(at);
    let first = (date.month - 1) / 3 * 3 + 1;
    let start = instant(date.year, first, 1, 0, 0, 0).unwrap_or(at);
    let (year, month) = if first == 10 { (date.year.saturating_add(1), 1) } else { (date.year, first + 3) };
    (start, instant(year, month, 1, 0, 0, 0).unwrap_or(start))
}

/// The holiday that falls on this day itself; substitutes apart.
fn own_name(day: i64) -> Option<Name> {
    holidays_on(day).0
}

/// The first holiday on this day, how many there are, and whether one of them is made up for where the day is off
/// anyway.
fn holidays_on(day: i64) -> (Option<Name>, usize, Substitute) {
    let date = civil(day);
    let mut found = (None, 0, Substitute::Never);
    let mut add = |name: Name, substitute: Substitute| {
        found.0 = found.0.or(Some(name));
        found.1 += 1;
        if substitute != Substitute::Never && found.2 != Substitute::Weekend {
            found.2 = substitute;
        }
    };
    let lunar = usize::try_from(date.year - FIRST_YEAR).ok().and_then(|at| LUNAR.get(at));
    if let Some([seollal, buddha, chuseok]) = lunar {
        let distance = |(month, of_month): (u8, u8)| {
            instant(date.year, month, of_month, 0, 0, 0).map_or(i64::MAX, |midnight| (midnight - day) / DAY)
        };
        for (date, name) in [(*seollal, SEOLLAL), (*chuseok, CHUSEOK)] {
            if (-1..=1).contains(&distance(date)) {
                add(name, Substitute::Sunday);
            }
        }
        if distance(*buddha) == 0 {
            add(BUDDHA, Substitute::Weekend);
        }
    }
    for fixed in &FIXED {
        if (fixed.month, fixed.day) == (date.month, date.day) && date.year >= fixed.since {
            add(fixed.name, fixed.substitute);
        }
    }
    for (year, month, of_month, name) in SINGLE {
        if (year, month, of_month) == (date.year, date.month, date.day) {
            add(name, Substitute::Never);
        }
    }
    found
}

/// Whether a holiday before this day is made up for on it: each that is owed takes the next day that is not off.
fn is_substitute(day: i64) -> bool {
    if !is_workday(day) {
        return false;
    }
    let mut owed = 0_usize;
    for before in (1..=LONGEST_RUN).rev().map(|days| day - days * DAY) {
        if is_workday(before) {
            owed = owed.saturating_sub(1);
        } else {
            owed += usize::from(is_owed(before));
        }
    }
    owed > 0
}

/// Monday to Friday, and no holiday of its own.
fn is_workday(day: i64) -> bool {
    civil(day).weekday < 5 && own_name(day).is_none()
}

/// Whether the holiday on this day falls on a day off and is made up for.
fn is_owed(day: i64) -> bool {
    let (_, count, substitute) = holidays_on(day);
    let weekday = civil(day).weekday;
    // An overlap with another holiday is made up for once.
    let falls_on_day_off = weekday == 6 || count > 1 || (weekday == 5 && substitute == Substitute::Weekend);
    substitute != Substitute::Never && falls_on_day_off
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u8, of_month: u8) -> i64 {
        instant(year, month, of_month, 0, 0, 0).expect("a date")
    }

    /// Days off from Monday to Friday of a year, as month * 100 + day.
    fn off(year: i32) -> Vec<i32> {
        let (mut at, mut found) = (day(year, 1, 1), Vec::new());
        while civil(at).year == year {
            let date = civil(at);
            if date.weekday < 5 && kind(at) == DayKind::Holiday {
                found.push(i32::from(date.month) * 100 + i32::from(date.day));
            }
            at += DAY;
        }
        found
    }

    #[test]
    fn days_off_of_years_that_are_known() {
        // As announced by the Ministry of Personnel Management, substitutes and granted days included.
        assert_eq!(off(2024), [101, 209, 212, 301, 410, 506, 515, 606, 815, 916, 917, 918, 1001, 1003, 1009, 1225]);
        assert_eq!(
            off(2025),
            [101, 127, 128, 129, 130, 303, 505, 506, 603, 606, 815, 1003, 1006, 1007, 1008, 1009, 1225]
        );
        assert_eq!(off(2026), [101, 216, 217, 218, 302, 501, 505, 525, 603, 717, 817, 924, 925, 1005, 1009, 1225]);
    }

    #[test]
    fn days_off_by_the_rules_in_years_to_come() {
        assert_eq!(off(2027), [101, 208, 209, 301, 503, 505, 513, 719, 816, 914, 915, 916, 1004, 1011, 1227]);
        // Chuseok falls on National Foundation Day and is made up for behind its last day.
        assert_eq!(
            off(2028),
            [126, 127, 128, 301, 412, 501, 502, 505, 606, 717, 815, 1002, 1003, 1004, 1005, 1009, 1225]
        );
        assert_eq!(off(2029), [101, 212, 213, 214, 301, 501, 507, 521, 606, 717, 815, 921, 924, 1003, 1009, 1225]);
        assert_eq!(
            off(2030),
            [101, 204, 205, 301, 327, 501, 506, 509, 606, 612, 717, 815, 911, 912, 913, 1003, 1009, 1225]
        );
        assert_eq!(
            off(2031),
            [101, 122, 123, 124, 303, 501, 505, 528, 606, 717, 815, 930, 1001, 1002, 1003, 1009, 1225]
        );
    }

    #[test]
    fn names_and_kinds() {
        assert_eq!(name(day(2026, 3, 1)), Some(("3·1절", "Independence Movement Day")));
        assert_eq!(name(day(2026, 3, 2)), Some(SUBSTITUTE));
        assert_eq!(name(day(2026, 2, 16)), Some(SEOLLAL));
        assert_eq!(name(day(2026, 6, 8)), None, "Memorial Day on a Saturday is not made up for");
        assert_eq!(name(day(2025, 7, 17)), None, "Constitution Day was a working day until 2025");
        assert_eq!(kind(day(2026, 11, 20)), DayKind::Working);
        assert_eq!(kind(day(2026, 11, 21)), DayKind::Saturday);
        assert_eq!(kind(day(2026, 11, 22)), DayKind::Holiday);
        assert_eq!(kind(day(2026, 8, 15)), DayKind::Holiday, "a holiday on a Saturday");
        assert_eq!(kind_with(day(2026, 11, 20), &[day(2026, 11, 20)]), DayKind::Holiday);
        assert!(is_known(day(2031, 12, 31)) && !is_known(day(2032, 1, 1)));
    }

    #[test]
    fn quarters_end_at_midnight_in_seoul() {
        assert_eq!(quarter(day(2026, 11, 21) + 3600), (day(2026, 10, 1), day(2027, 1, 1)));
        assert_eq!(quarter(day(2026, 1, 1)), (day(2026, 1, 1), day(2026, 4, 1)));
    }

    proptest::proptest! {
        #[test]
        fn never_panics(at in proptest::num::i64::ANY) {
            let at = at / 4;
            let _ = (kind(at), name(at), quarter(at), is_known(at));
        }
    }
}
