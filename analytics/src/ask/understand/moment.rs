//! What is said of one time, piece by piece.

use super::sense::{Number, Time, Unit};

// Each flag is a word that was said or not; they meet in any combination.
#[allow(clippy::struct_excessive_bools)]
/// What was said of one time, before it is known which instants it means.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Moment {
    pub(super) now: bool,
    pub(super) day: Option<i8>,
    pub(super) week: Option<i8>,
    pub(super) month: Option<i8>,
    pub(super) quarter: Option<i8>,
    pub(super) year: Option<i8>,
    pub(super) half: Option<u8>,
    pub(super) weekday: Option<u8>,
    pub(super) weekend: bool,
    /// Numbers of a date.
    pub(super) in_year: Option<i32>,
    pub(super) in_quarter: Option<u8>,
    pub(super) in_month: Option<u8>,
    pub(super) on_day: Option<u8>,
    pub(super) nth_week: Option<u8>,
    pub(super) holiday: Option<&'static str>,
    pub(super) part: Option<(u8, u8)>,
    /// Forenoon or afternoon.
    pub(super) half12: Option<bool>,
    /// Hour, minute (255 if not said), whether it is counted to 24.
    pub(super) clock: Option<(u8, u8, bool)>,
    pub(super) overnight: bool,
    pub(super) same_time: bool,
    pub(super) same_weekday: bool,
    pub(super) same_period: bool,
    pub(super) recent: bool,
    /// A number of units whose part is not known yet, and with `ago`, `hence`, `span` it is.
    pub(super) length: Option<(f64, Unit)>,
    /// Whether the length is a unit without a number.
    pub(super) unit_alone: bool,
    pub(super) ago: bool,
    pub(super) hence: bool,
    pub(super) within: bool,
    pub(super) during: bool,
    /// The first and the last token.
    pub(super) first: usize,
    pub(super) last: usize,
    /// What it is to the others.
    pub(super) role: Role,
}

/// What a moment is to the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Role {
    /// A time of its own.
    #[default]
    Itself,
    /// What something is compared with.
    Against,
    /// The beginning of a range whose end is the next moment, or now.
    Start,
    /// Behind "from": the beginning of a range if an end follows, else a time of its own.
    Open,
    /// The end of a range.
    End,
}

impl Moment {
    pub(super) fn is_empty(&self) -> bool {
        let bare = Self {
            recent: self.recent,
            within: self.within,
            during: self.during,
            unit_alone: self.unit_alone,
            first: self.first,
            last: self.last,
            role: self.role,
            ..Self::default()
        };
        *self == bare
    }

    /// Whether it names a day or something longer.
    pub(super) fn has_date(&self) -> bool {
        self.day.is_some()
            || self.week.is_some()
            || self.month.is_some()
            || self.quarter.is_some()
            || self.year.is_some()
            || self.weekday.is_some()
            || self.weekend
            || self.in_year.is_some()
            || self.in_quarter.is_some()
            || self.in_month.is_some()
            || self.on_day.is_some()
            || self.nth_week.is_some()
            || self.holiday.is_some()
            || self.same_weekday
            || self.overnight
    }

    /// Whether it names hours.
    pub(super) fn has_hours(&self) -> bool {
        self.clock.is_some() || self.part.is_some() || self.half12.is_some()
    }

    /// Takes a piece; `false` if it is about something that was already said.
    pub(super) fn take(&mut self, time: Time) -> bool {
        fn set<T>(slot: &mut Option<T>, value: T) -> bool {
            let free = slot.is_none();
            if free {
                *slot = Some(value);
            }
            free
        }
        fn flag(slot: &mut bool) -> bool {
            let free = !*slot;
            *slot = true;
            free
        }
        // A day and a week, or a week and a month, are two times, unless one lies in the other.
        let days = self.day.is_some() || self.weekday.is_some() || self.on_day.is_some() || self.now;
        match time {
            Time::Now => !self.has_date() && flag(&mut self.now),
            Time::Day(day) => !self.has_date() && !self.now && set(&mut self.day, day),
            // A weekday may stand before its week: Wednesday of last week.
            Time::Week(week) => self.day.is_none() && self.on_day.is_none() && !self.now && set(&mut self.week, week),
            Time::Month(month) => !days && self.week.is_none() && set(&mut self.month, month),
            Time::Quarter(quarter) => !days && set(&mut self.quarter, quarter),
            Time::Year(year) => !days && set(&mut self.year, year),
            Time::Half(half) => !days && set(&mut self.half, half),
            Time::Weekday(weekday) => self.day.is_none() && set(&mut self.weekday, weekday),
            Time::Weekend => flag(&mut self.weekend),
            Time::MonthName(month) => set(&mut self.in_month, month),
            Time::Part(from, to) => set(&mut self.part, (from, to)),
            Time::Half12(pm) => set(&mut self.half12, pm),
            Time::Clock(hour) => set(&mut self.clock, (hour, u8::MAX, true)),
            Time::Overnight => flag(&mut self.overnight),
            Time::SameHour => flag(&mut self.same_time),
            Time::SameWeekday => flag(&mut self.same_weekday),
            Time::SamePeriod => flag(&mut self.same_period),
            Time::NthWeek(nth) => set(&mut self.nth_week, nth),
            Time::Holiday(name) => set(&mut self.holiday, name),
            Time::Unit(unit) => {
                let free = set(&mut self.length, (1.0, unit));
                self.unit_alone |= free;
                free
            }
            Time::Recent => {
                self.recent = true;
                true
            }
            Time::Ago => self.can_pass() && flag(&mut self.ago),
            Time::Hence => self.can_pass() && flag(&mut self.hence),
            Time::Within => {
                self.within = true;
                true
            }
            Time::During => {
                self.during = true;
                true
            }
            Time::From | Time::Since | Time::Between | Time::To | Time::Dash => true,
        }
    }

    /// Whether something is named that can have passed: hours, or days that look like one of a month.
    fn can_pass(&self) -> bool {
        self.length.is_some() || self.on_day.is_some() && self.in_month.is_none()
    }

    pub(super) fn take_number(&mut self, number: Number) -> bool {
        fn set<T>(slot: &mut Option<T>, value: T) -> bool {
            let free = slot.is_none();
            if free {
                *slot = Some(value);
            }
            free
        }
        match number {
            Number::Lasting(n, unit) => self.length.is_none() && set(&mut self.length, (n, unit)),
            Number::DayOrDays(day) => set(&mut self.on_day, day),
            Number::Month(month) => self.on_day.is_none() && set(&mut self.in_month, month),
            Number::Year(year) => set(&mut self.in_year, year),
            Number::Quarter(quarter) => set(&mut self.in_quarter, quarter),
            Number::Clock(hour, minute, whole) => set(&mut self.clock, (hour, minute, whole)),
            Number::Date(year, month, day) => {
                let free = self.in_month.is_none() && self.on_day.is_none() && !self.has_date();
                if free {
                    self.in_year = (year != 0).then_some(year);
                    (self.in_month, self.on_day) = (Some(month), Some(day));
                }
                free
            }
            _ => false,
        }
    }

    /// Decides what only the whole tells: 3일 is a day of the month, unless what stands around it says that it lasts; "all
    /// day" and "the week" are no time; "from" begins a range of hours, and "alerts from last week" are of it.
    pub(super) fn settle(&mut self) {
        let moves = self.recent || self.ago || self.within || self.hence;
        if self.unit_alone && !moves {
            self.length = None;
        }
        if let Some(day) = self.on_day
            && self.in_month.is_none()
            && self.month.is_none()
            && (moves || self.during)
        {
            self.on_day = None;
            self.length = self.length.or(Some((f64::from(day), Unit::Day)));
        }
        self.role = match self.role {
            Role::Open if self.same_time => Role::Against,
            Role::Open if self.has_hours() => Role::Start,
            Role::Open => Role::Itself,
            role => role,
        };
    }
}
