//! From moments to instants, in Asia/Seoul, as of an instant.
//!
//! The conventions: now is the hour up to the instant; what still runs ends at the instant; a week begins on Monday, and the
//! first week of a month is the one with its first Thursday (ISO 8601); an hour named alone is that hour, a time with minutes
//! five minutes; hours up to six without more are of the afternoon; a date without a year, a weekday or a month is the
//! latest that has begun.

use super::moment::{Moment, Role};
use super::sense::Unit;
use crate::calendar::{self, quarter};
use crate::time::{DAY, WEEK, civil, day_start, days_in_month, instant, week_start};

const HOUR: i64 = 3600;
/// How far back a holiday is looked for, days.
const YEARS: i64 = 400;

/// A period before it is known what becomes of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Span {
    pub(super) from: i64,
    /// Its end, also where that lies ahead.
    pub(super) to: i64,
    pub(super) shape: Shape,
}

/// What kind of period it is: what it can be compared with follows from that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// The hour up to now, or the same so much earlier.
    Now,
    /// Hours of a day.
    Hours,
    Day,
    Week,
    Month,
    Quarter,
    Year,
    /// So long up to now.
    Rolling,
    Range,
}

impl Span {
    const fn new(from: i64, to: i64, shape: Shape) -> Self {
        Self { from, to, shape }
    }

    /// The hour up to an instant.
    pub(super) const fn now(at: i64) -> Self {
        Self::new(at - HOUR, at, Shape::Now)
    }

    pub(super) fn day(at: i64) -> Self {
        let day = day_start(at);
        Self::new(day, day + DAY, Shape::Day)
    }

    pub(super) fn week(at: i64) -> Self {
        let week = week_start(at);
        Self::new(week, week + WEEK, Shape::Week)
    }

    /// As much of it as has passed.
    pub(super) fn past(self, at: i64) -> Self {
        if self.from < at && self.to > at { Self { to: at, ..self } } else { self }
    }

    pub(super) fn is_running(&self, at: i64) -> bool {
        self.from < at && self.to > at
    }

    pub(super) fn is_ahead(&self, at: i64) -> bool {
        self.from >= at
    }

    fn shifted(self, seconds: i64) -> Self {
        Self { from: self.from + seconds, to: self.to + seconds, ..self }
    }
}

/// First midnight of the month so many months from the one of an instant.
pub(super) fn month_start(at: i64, off: i32) -> i64 {
    let date = civil(at);
    let whole = date.year * 12 + i32::from(date.month) - 1 + off;
    instant(whole.div_euclid(12), whole.rem_euclid(12) as u8 + 1, 1, 0, 0, 0).unwrap_or(at)
}

/// The same day and time so many months earlier, or the last day of that month.
fn months_back(at: i64, months: i32) -> i64 {
    let date = civil(at);
    let first = civil(month_start(at, -months));
    let day = date.day.min(days_in_month(first.year, first.month));
    instant(first.year, first.month, day, date.hour, date.minute, date.second).unwrap_or(at)
}

fn quarter_start(at: i64, off: i32) -> i64 {
    month_start(quarter(at).0, 3 * off)
}

fn year_start(year: i32) -> Option<i64> {
    instant(year, 1, 1, 0, 0, 0)
}

/// So long before an instant; months and years by the calendar.
fn back(at: i64, length: (f64, Unit)) -> i64 {
    let (n, unit) = (length.0.clamp(0.0, 100_000.0), length.1);
    match unit {
        Unit::Month => months_back(at, n.min(1200.0) as i32),
        Unit::Quarter => months_back(at, n.min(400.0) as i32 * 3),
        Unit::Year => months_back(at, n.min(100.0) as i32 * 12),
        _ => at - seconds((n, unit)),
    }
}

/// Seconds of a length; months have thirty days.
pub(super) fn seconds((n, unit): (f64, Unit)) -> i64 {
    let one = match unit {
        Unit::Minute => 60,
        Unit::Hour => HOUR,
        Unit::Day => DAY,
        Unit::Week => WEEK,
        Unit::Month => 30 * DAY,
        Unit::Quarter => 91 * DAY,
        Unit::Year => 365 * DAY,
    };
    (n.clamp(0.0, 100_000.0) * one as f64) as i64
}

/// The period that a moment means; `None` if there is no such date. `like` are the
/// hours of another one, in seconds of its day, for 같은 시간.
pub(super) fn span(moment: &Moment, at: i64, like: Option<(i64, i64)>) -> Option<Span> {
    if let Some(length) = moment.length {
        if moment.ago {
            return ago(moment, length, at);
        }
        if !moment.has_date() || moment.recent {
            return Some(Span::new(back(at, length), at, Shape::Rolling));
        }
    }
    let whole = whole(moment, at)?;
    if moment.same_time {
        let day = whole.unwrap_or(Span::day(at));
        // 지난주 이 시간 is on the same weekday.
        let off = match day.shape {
            Shape::Week => day.from - week_start(at),
            _ => day_start(day.from) - day_start(at),
        };
        if let Some((from, to)) = like {
            let day = day_start(at) + off;
            return Some(Span::new(day + from, day + to, Shape::Hours));
        }
        return Some(Span::now(at).shifted(off));
    }
    if moment.overnight {
        let day = whole.map_or(day_start(at) - DAY, |day| day.from);
        return Some(Span::new(day + 21 * HOUR, day + 30 * HOUR, Shape::Hours));
    }
    match whole {
        Some(day) if day.shape == Shape::Day => match hours(moment, day.from, at) {
            Some((from, to)) => Some(Span::new(from, to, Shape::Hours)),
            None => Some(day),
        },
        Some(other) => Some(other),
        None if moment.has_hours() => {
            // Hours without a day are of today, or of yesterday while they have not begun.
            let today = day_start(at);
            let (from, to) = hours(moment, today, at)?;
            let off = if from >= at { DAY } else { 0 };
            Some(Span::new(from - off, to - off, Shape::Hours))
        }
        None => Some(Span::now(at)),
    }
}

fn ago(moment: &Moment, length: (f64, Unit), at: i64) -> Option<Span> {
    let (n, unit) = length;
    let n = n.clamp(0.0, 10_000.0) as i32;
    let then = back(at, length);
    match unit {
        Unit::Minute | Unit::Hour if moment.role == Role::Start => Some(Span::new(then, at, Shape::Range)),
        Unit::Minute | Unit::Hour => Some(Span::now(then)),
        Unit::Day => Some(on_day(moment, day_start(then), at)),
        Unit::Week if moment.same_weekday || moment.same_time => Some(on_day(moment, day_start(then), at)),
        Unit::Week => match moment.weekday {
            Some(weekday) => Some(on_day(moment, week_start(then) + i64::from(weekday) * DAY, at)),
            None => Some(Span::week(then)),
        },
        Unit::Month => Some(Span::new(month_start(at, -n), month_start(at, 1 - n), Shape::Month)),
        Unit::Quarter => Some(Span::new(quarter_start(at, -n), quarter_start(at, 1 - n), Shape::Quarter)),
        Unit::Year => {
            let year = civil(at).year - n;
            Some(Span::new(year_start(year)?, year_start(year + 1)?, Shape::Year))
        }
    }
}

fn on_day(moment: &Moment, day: i64, at: i64) -> Span {
    if moment.same_time {
        return Span::now(at).shifted(day - day_start(at));
    }
    match hours(moment, day, at) {
        Some((from, to)) => Span::new(from, to, Shape::Hours),
        None => Span::day(day),
    }
}

/// The day, week or longer that is named; `Some(None)` if none is, `None` if it does not exist.
#[allow(clippy::option_option)]
fn whole(moment: &Moment, at: i64) -> Option<Option<Span>> {
    let today = day_start(at);
    if let Some(name) = moment.holiday {
        let year = moment.in_year.or(moment.year.map(|off| civil(at).year + i32::from(off)));
        let days = (0..YEARS * 3).map(|back| today - back * DAY);
        let is = |day: i64| {
            calendar::name(day).is_some_and(|(_, en)| en.starts_with(name))
                && year.is_none_or(|year| civil(day).year == year)
        };
        let last = days.into_iter().find(|day| is(*day))?;
        let mut first = last;
        while is(first - DAY) {
            first -= DAY;
        }
        let shape = if first == last { Shape::Day } else { Shape::Range };
        return Some(Some(Span::new(first, last + DAY, shape)));
    }
    if let Some(nth) = moment.nth_week {
        return nth_week(moment, nth, at).map(Some);
    }
    if moment.in_month.is_some() || moment.on_day.is_some() {
        return date(moment, at).map(Some);
    }
    if let Some(n) = moment.in_quarter {
        let year = year_of(moment, at);
        let start = |year: i32| instant(year, (n.clamp(1, 4) - 1) * 3 + 1, 1, 0, 0, 0);
        let now = civil(at).year;
        let from = match year {
            Some(year) => start(year)?,
            None => start(now).filter(|from| *from <= at).or_else(|| start(now - 1))?,
        };
        return Some(Some(Span::new(from, month_start(from, 3), Shape::Quarter)));
    }
    if let Some(off) = moment.quarter {
        let off = i32::from(off);
        return Some(Some(Span::new(quarter_start(at, off), quarter_start(at, off + 1), Shape::Quarter)));
    }
    if let Some(half) = moment.half {
        let year = year_of(moment, at).unwrap_or(civil(at).year);
        let from = instant(year, half * 6 + 1, 1, 0, 0, 0)?;
        return Some(Some(Span::new(from, month_start(from, 6), Shape::Range)));
    }
    if let Some(off) = moment.month {
        let off = i32::from(off);
        return Some(Some(Span::new(month_start(at, off), month_start(at, off + 1), Shape::Month)));
    }
    if let Some(year) = year_of(moment, at) {
        return Some(Some(Span::new(year_start(year)?, year_start(year + 1)?, Shape::Year)));
    }
    if let Some(off) = moment.week {
        let week = week_start(at) + i64::from(off) * WEEK;
        return Some(Some(if moment.same_weekday {
            Span::day(today + i64::from(off) * WEEK)
        } else if let Some(weekday) = moment.weekday {
            Span::day(week + i64::from(weekday) * DAY)
        } else if moment.weekend {
            Span::new(week + 5 * DAY, week + WEEK, Shape::Range)
        } else {
            Span::week(week)
        }));
    }
    if moment.same_weekday {
        return Some(Some(Span::day(today - WEEK)));
    }
    if moment.weekend {
        // The weekend that has begun last; "last weekend" on one is the one before.
        let this = week_start(at) + 5 * DAY;
        let from = if this > at || moment.recent { this - WEEK } else { this };
        return Some(Some(Span::new(from, from + 2 * DAY, Shape::Range)));
    }
    if let Some(weekday) = moment.weekday {
        let back = (i64::from(civil(at).weekday) - i64::from(weekday)).rem_euclid(7);
        let back = if back == 0 && moment.recent { 7 } else { back };
        return Some(Some(Span::day(today - back * DAY)));
    }
    if let Some(off) = moment.day {
        return Some(Some(Span::day(today + i64::from(off) * DAY)));
    }
    Some(None)
}

fn year_of(moment: &Moment, at: i64) -> Option<i32> {
    moment.in_year.or(moment.year.map(|off| civil(at).year + i32::from(off)))
}

/// A month, or a day of one.
fn date(moment: &Moment, at: i64) -> Option<Span> {
    let now = civil(at);
    let year = year_of(moment, at);
    let Some(day) = moment.on_day else {
        let month = moment.in_month?;
        let start = |year: i32| instant(year, month, 1, 0, 0, 0);
        let from = match year {
            Some(year) => start(year)?,
            None => start(now.year).filter(|from| *from <= at).or_else(|| start(now.year - 1))?,
        };
        return Some(Span::new(from, month_start(from, 1), Shape::Month));
    };
    let exact = |year: i32, month: u8| instant(year, month, day, 0, 0, 0);
    let from = match (moment.in_month, moment.month, year) {
        (Some(month), _, Some(year)) => exact(year, month)?,
        (Some(month), _, None) => {
            exact(now.year, month).filter(|from| *from <= at).or_else(|| exact(now.year - 1, month))?
        }
        (None, Some(off), _) => {
            let month = civil(month_start(at, i32::from(off)));
            exact(month.year, month.month)?
        }
        // The latest such day; a month without it is passed over.
        (None, None, _) => (0..4).find_map(|off| {
            let month = civil(month_start(at, -off));
            exact(month.year, month.month).filter(|from| *from <= at)
        })?,
    };
    Some(Span::day(from))
}

/// A week of a month by ISO 8601: the first is the one with the month's first Thursday.
fn nth_week(moment: &Moment, nth: u8, at: i64) -> Option<Span> {
    let month = match (moment.in_month, moment.month) {
        (Some(_), _) => date(&Moment { on_day: None, ..moment.clone() }, at)?,
        (None, off) => {
            let off = i32::from(off.unwrap_or(0));
            Span::new(month_start(at, off), month_start(at, off + 1), Shape::Month)
        }
    };
    let first = week_start(month.from + 3 * DAY);
    let from = match nth {
        0 => week_start(month.to - 4 * DAY),
        nth => first + (i64::from(nth) - 1) * WEEK,
    };
    // A fifth week that the month does not have.
    (from + 3 * DAY < month.to).then_some(Span::week(from))
}

/// The hours of a day that a moment names.
fn hours(moment: &Moment, day: i64, at: i64) -> Option<(i64, i64)> {
    if let Some((hour, minute, whole)) = moment.clock {
        let hour = hour_of(moment, hour, whole, day, at);
        let from = day + i64::from(hour) * HOUR;
        return Some(match minute {
            u8::MAX => (from, from + HOUR),
            minute => (from + i64::from(minute) * 60, from + i64::from(minute) * 60 + 300),
        });
    }
    let (from, to) = moment.part.or(moment.half12.map(|pm| if pm { (12, 24) } else { (0, 12) }))?;
    Some((day + i64::from(from) * HOUR, day + i64::from(to) * HOUR))
}

/// The hour of the day: 오후 2시 is 14, 밤 12시 is 24; without more, one to six are of the afternoon unless that lies ahead.
fn hour_of(moment: &Moment, hour: u8, whole: bool, day: i64, at: i64) -> u8 {
    if whole && moment.half12.is_none() && moment.part.is_none() || hour > 12 || hour == 0 {
        return hour;
    }
    let pm = match (moment.half12, moment.part) {
        (Some(pm), _) => pm,
        // In the night, the hours up to five are of its second half.
        (None, Some((21, _))) if hour == 12 => return 24,
        (None, Some((21, _))) => hour > 5,
        (None, Some((from, _))) => return if from >= 12 || from == 9 && hour < 9 { hour % 12 + 12 } else { hour % 12 },
        (None, None) if hour == 12 => true,
        (None, None) => hour <= 6 && day + i64::from(hour + 12) * HOUR < at,
    };
    hour % 12 + if pm { 12 } else { 0 }
}

/// A range from one moment to another; what the second leaves out it has from the first, and an hour's half of the day the
/// first has from the second.
pub(super) fn range(start: &Moment, end: Option<&Moment>, at: i64) -> Option<Span> {
    let Some(end) = end else {
        let from = span(start, at, None)?;
        return Some(Span::new(from.from, at.max(from.from), Shape::Range));
    };
    let (mut start, mut end) = (start.clone(), end.clone());
    if end.now {
        let from = span(&start, at, None)?;
        return Some(Span::new(from.from, at.max(from.from), Shape::Range));
    }
    if start.clock.is_some() && start.half12.is_none() && start.part.is_none() {
        (start.half12, start.part) = (end.half12, end.part);
    } else if end.clock.is_some() && end.half12.is_none() && end.part.is_none() {
        // 오전 9시부터 6시까지 ends in the afternoon.
        let hour = |moment: &Moment| moment.clock.map_or(0, |(hour, _, _)| hour % 12);
        let later = hour(&end) > hour(&start);
        (end.half12, end.part) = if later { (start.half12, start.part) } else { (Some(true), None) };
    }
    // "between 2pm and 4pm yesterday": the day of the end is that of the beginning.
    if !start.has_date() && start.has_hours() && end.has_date() && end.has_hours() {
        let hours = (start.clock, start.part, start.half12);
        start = end.clone();
        (start.clock, start.part, start.half12) = hours;
        start.role = Role::Start;
    }
    if !end.has_date() && end.has_hours() {
        let hours = (end.clock, end.part, end.half12);
        let role = end.role;
        end = start.clone();
        (end.clock, end.part, end.half12) = hours;
        end.role = role;
    } else if end.on_day.is_some() && end.in_month.is_none() && end.month.is_none() {
        (end.in_month, end.month, end.in_year, end.year) = (start.in_month, start.month, start.in_year, start.year);
    }
    let first = span(&start, at, None)?;
    let last = span(&end, at, None)?;
    // An hour named as an end is where it begins.
    let to = if end.clock.is_some() { last.from } else { last.to };
    let shape =
        if day_start(first.from) == day_start(to - 1) && start.has_hours() { Shape::Hours } else { Shape::Range };
    // The night passes midnight.
    let to = if to <= first.from && end.has_hours() { to + DAY } else { to };
    (to > first.from).then_some(Span::new(first.from, to, shape))
}

/// What a period is compared with if nothing is said: the same of the day, week, month, … before. With `weekday`, of the
/// week before.
pub(super) fn before(span: Span, at: i64, weekday: bool) -> Span {
    let back = if weekday { WEEK } else { DAY };
    let to = |from: i64| (from + (span.past(at).to - span.from)).min(span.from);
    match span.shape {
        Shape::Now | Shape::Hours | Shape::Day => span.past(at).shifted(-back),
        Shape::Week => span.past(at).shifted(-WEEK),
        Shape::Month => Span { from: month_start(span.from, -1), to: to(month_start(span.from, -1)), ..span },
        Shape::Quarter => Span { from: quarter_start(span.from, -1), to: to(quarter_start(span.from, -1)), ..span },
        Shape::Year => {
            let from = year_start(civil(span.from).year - 1).unwrap_or(span.from);
            Span { from, to: to(from), ..span }
        }
        Shape::Rolling | Shape::Range if span.to - span.from <= DAY => span.past(at).shifted(-back),
        Shape::Rolling | Shape::Range => span.past(at).shifted(span.from - span.past(at).to),
    }
}

/// The running period that an earlier one is compared with.
pub(super) fn running(span: Span, at: i64) -> Span {
    let today = day_start(at);
    match span.shape {
        Shape::Now => Span::now(at),
        Shape::Hours => {
            let own = span.shifted(today - day_start(span.from));
            // Hours that have not begun today are compared with those of yesterday, or of the day before.
            if own.from < at { own } else { own.shifted(-DAY) }
        }
        Shape::Day | Shape::Rolling | Shape::Range => Span::day(at),
        Shape::Week => Span::week(at),
        Shape::Month => Span::new(month_start(at, 0), month_start(at, 1), Shape::Month),
        Shape::Quarter => Span::new(quarter_start(at, 0), quarter_start(at, 1), Shape::Quarter),
        Shape::Year => {
            let year = civil(at).year;
            Span::new(year_start(year).unwrap_or(at), year_start(year + 1).unwrap_or(at), Shape::Year)
        }
    }
}

/// The two periods of a comparison, fairly: of a period that still runs, only as much of the other as has passed of it.
pub(super) fn fair(period: Span, against: Span, at: i64) -> (Span, Span) {
    // 지금과 어제 is now and the same time yesterday.
    if period.shape == Shape::Now && against.shape == Shape::Day {
        return (period, period.shifted(day_start(against.from) - day_start(period.to)));
    }
    if period.shape == Shape::Day && against.shape == Shape::Now && period.is_running(at) {
        return (Span::now(at), against);
    }
    let against = if period.is_running(at) && period.shape == against.shape {
        Span { to: against.to.min(against.from + (at - period.from)), ..against }
    } else {
        against
    };
    (period.past(at), against)
}
