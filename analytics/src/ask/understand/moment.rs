//! From words to moments: which pieces of time belong together, and what part each plays.

use super::segment::Token;
use super::sense::{Number, Sense, Time, Unit};

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
    fn take(&mut self, time: Time) -> bool {
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
            Time::SameTime => flag(&mut self.same_time),
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

    fn take_number(&mut self, number: Number) -> bool {
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
}

/// Whether a number is a piece of time, by its neighbours: a number with a unit that a threshold also has is one only
/// where nothing says "above".
fn is_time(tokens: &[Token], at: usize, number: Number) -> bool {
    let next = tokens.get(at + 1..).unwrap_or_default().iter().find(|token| token.sense != Sense::Ending);
    let over = next.is_some_and(|next| next.sense == Sense::Over || is_health_over(next.sense))
        || at
            .checked_sub(1)
            .and_then(|before| tokens.get(before))
            .is_some_and(|token| matches!(token.sense, Sense::Over | Sense::Than));
    match number {
        Number::Lasting(..) => !over,
        Number::DayOrDays(_)
        | Number::Month(_)
        | Number::Year(_)
        | Number::Quarter(_)
        | Number::Clock(..)
        | Number::Date(..) => true,
        Number::Plain(_) | Number::Percent(_) | Number::Count(_) | Number::Brief(_) => false,
    }
}

/// 이상 is "above" behind a number and "something wrong" elsewhere.
fn is_health_over(sense: Sense) -> bool {
    sense == Sense::Cue(super::sense::Cue::Health)
}

/// Groups the pieces of time of a text into moments, in the order said.
pub(super) fn moments(tokens: &[Token]) -> Vec<Moment> {
    let mut out: Vec<Moment> = Vec::new();
    let mut open = Moment::default();
    // The role that the next moment gets.
    let mut next = Role::Itself;
    let mut last_time = None;
    let close = |open: &mut Moment, next: &mut Role, out: &mut Vec<Moment>, role: Option<Role>| {
        let mut moment = std::mem::take(open);
        if moment.is_empty() {
            open.recent = moment.recent;
            open.within = moment.within;
            return;
        }
        moment.role = role.unwrap_or(*next);
        *next = Role::Itself;
        out.push(moment);
    };
    for (at, token) in tokens.iter().enumerate() {
        // Only endings stand between this and the last piece of time.
        let beside = last_time.is_some_and(|last: usize| {
            tokens.get(last + 1..at).unwrap_or_default().iter().all(|t| matches!(t.sense, Sense::Ending))
        });
        match token.sense {
            Sense::Time(Time::Dash) if beside && !open.is_empty() => {
                close(&mut open, &mut next, &mut out, Some(Role::Start));
                next = Role::End;
            }
            Sense::Time(Time::Dash) => {}
            // 부터 stands behind the beginning, "from" before it; a day before "from" is of both its ends.
            Sense::Time(Time::From) if beside && !open.is_empty() => {
                close(&mut open, &mut next, &mut out, Some(Role::Start));
                next = Role::End;
            }
            Sense::Time(Time::From) => {}
            Sense::Time(Time::Since | Time::Between) => {
                if open.has_hours() || open.length.is_some() || open.same_time {
                    close(&mut open, &mut next, &mut out, None);
                }
                next = if token.sense == Sense::Time(Time::Since) { Role::Start } else { Role::Open };
            }
            Sense::Time(Time::To) => {
                if beside && !open.is_empty() && out.last().is_some_and(|m| m.role == Role::Start) {
                    close(&mut open, &mut next, &mut out, Some(Role::End));
                } else if beside
                    && out.last().is_some_and(|m| m.role == Role::Itself && adjoins(tokens, m.last, open.first))
                {
                    // 10일에서 12일까지
                    if let Some(start) = out.last_mut() {
                        start.role = Role::Start;
                    }
                    close(&mut open, &mut next, &mut out, Some(Role::End));
                } else if matches!(next, Role::Start | Role::Open) && !open.is_empty() {
                    close(&mut open, &mut next, &mut out, Some(Role::Start));
                    next = Role::End;
                }
            }
            Sense::With if beside && !open.is_empty() => {
                // "between two and four"
                if matches!(next, Role::Start | Role::Open) {
                    close(&mut open, &mut next, &mut out, Some(Role::Start));
                    next = Role::End;
                } else {
                    close(&mut open, &mut next, &mut out, None);
                }
            }
            // 보다 stands behind what is compared with, "than" before it.
            Sense::Against if beside && !open.is_empty() => {
                close(&mut open, &mut next, &mut out, Some(Role::Against));
                continue;
            }
            Sense::Against => continue,
            Sense::Than => {
                close(&mut open, &mut next, &mut out, None);
                next = Role::Against;
                continue;
            }
            Sense::Versus => {
                close(&mut open, &mut next, &mut out, None);
                continue;
            }
            // "this quarter for lack of capacity": it says nothing of a time that is said.
            Sense::Time(Time::During) if open.length.is_none() && open.on_day.is_none() && !open.is_empty() => continue,
            Sense::Time(time) => {
                let mut fresh = open.clone();
                let fits = fresh.take(time);
                if !fits {
                    close(&mut open, &mut next, &mut out, None);
                    fresh = std::mem::take(&mut open);
                    fresh.take(time);
                }
                if fits || !fresh.is_empty() {
                    let first = open.is_empty() && !open.recent && !open.within && !open.during;
                    mark(&mut fresh, at, first);
                    open = fresh;
                }
            }
            Sense::Number(number) if is_time(tokens, at, number) => {
                let mut fresh = open.clone();
                if !fresh.take_number(number) {
                    close(&mut open, &mut next, &mut out, None);
                    fresh = std::mem::take(&mut open);
                    fresh.take_number(number);
                }
                let first = open.is_empty() && !open.recent && !open.within && !open.during;
                mark(&mut fresh, at, first);
                open = fresh;
            }
            _ => continue,
        }
        last_time = Some(at);
    }
    close(&mut open, &mut next, &mut out, None);
    for at in 0..out.len() {
        if let Some(moment) = out.get_mut(at) {
            settle(moment);
            // "Different from the same hour yesterday" is no range; "alerts from last week" are of it.
            moment.role = match moment.role {
                Role::Open if moment.same_time => Role::Against,
                Role::Open if moment.has_hours() => Role::Start,
                Role::Open => Role::Itself,
                role => role,
            };
        }
    }
    out.retain(|moment| !moment.is_empty());
    out
}

/// Whether only endings stand between two tokens.
fn adjoins(tokens: &[Token], first: usize, second: usize) -> bool {
    tokens.get(first + 1..second).is_some_and(|between| between.iter().all(|token| token.sense == Sense::Ending))
}

/// Notes that a token belongs to a moment; `fresh` if it is the first that does.
fn mark(moment: &mut Moment, at: usize, fresh: bool) {
    if fresh {
        moment.first = at;
    }
    moment.last = at;
}

/// 3일 is a day of the month, unless what stands around it says that it lasts.
fn settle(moment: &mut Moment) {
    // "all day" and "the week" are no time.
    if moment.unit_alone && !(moment.recent || moment.ago || moment.within || moment.hence) {
        moment.length = None;
    }
    if let Some(day) = moment.on_day
        && moment.in_month.is_none()
        && moment.month.is_none()
        && (moment.recent || moment.during || moment.ago || moment.hence || moment.within)
    {
        moment.on_day = None;
        moment.length = moment.length.or(Some((f64::from(day), Unit::Day)));
    }
}
