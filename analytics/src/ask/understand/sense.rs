//! What words can mean.

use crate::ask::question::{Format, Order, Quantity};
use crate::identity::IdentityMode;
use crate::view::Measure;

/// The meaning of a word or of a run of words.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Sense {
    /// A measure by its name.
    Measure(Measure),
    /// A word that hints at a measure where none is named.
    Hint(Measure),
    /// A name of the gazetteer, by its index.
    Place(usize),
    /// A service, by its index.
    Service(usize),
    /// Speaks for a kind of question.
    Cue(Cue),
    /// A piece of a time.
    Time(Time),
    /// A number with its unit.
    Number(Number),
    /// Marks what stands before it as what is compared with (보다).
    Against,
    /// Marks what stands behind it as what is compared with (than).
    Than,
    /// Sets what stands on both sides against each other (vs).
    Versus,
    /// Joins two things (와, and).
    With,
    /// What comes first.
    Order(Order),
    /// 한가한: little load first.
    Idle,
    /// 가장.
    Most,
    /// 상위, top: a number that follows is a limit.
    Top,
    /// 이상, over: a number beside it is a threshold.
    Over,
    /// 배포 후.
    Deployed,
    /// A file format.
    Format(Format),
    /// What tells users apart.
    Mode(IdentityMode),
    /// A word of our subject without a meaning of its own (시스템, 서버).
    Anchor,
    /// All regions.
    Nation,
    /// Opens a question that goes on from the one before it (그럼).
    Further,
    /// A word that makes it none of ours.
    Veto(Veto),
    /// A word that says nothing here.
    Filler,
    /// A particle or an ending.
    Ending,
    /// Not in the lexicon.
    Unknown,
}

/// Features that speak for kinds of questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cue {
    /// 왜.
    Why,
    /// 괜찮아? 문제 있어?
    Health,
    /// 상태, 어때: weakly of health.
    State,
    /// 느린.
    Slow,
    /// API.
    Endpoint,
    /// 비교.
    Compare,
    /// 늘었다, 줄었다.
    Change,
    /// 추이.
    Trend,
    /// 세션, 로그인.
    Session,
    /// 오래, 누구: weakly of sessions.
    Lasting,
    /// 증설.
    Capacity,
    /// 넘을까, 버틸까: of what comes.
    Ahead,
    /// 보고서.
    Report,
    /// 보고해 줘: weakly of reports, for whatever is asked can be reported.
    Tell,
    /// 지역.
    Region,
    /// 지역별.
    EachRegion,
    /// 어디.
    Where,
    /// 장애.
    Incident,
    /// 얼마.
    HowMuch,
}

/// Pieces of times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Time {
    /// 지금.
    Now,
    /// 오늘 (0), 어제 (-1).
    Day(i8),
    /// 이번 주 (0), 지난주 (-1).
    Week(i8),
    /// Months from this one.
    Month(i8),
    /// Quarters from this one.
    Quarter(i8),
    /// Years from this one.
    Year(i8),
    /// Half of the year, 0 or 1.
    Half(u8),
    /// 0 is Monday.
    Weekday(u8),
    /// Saturday and Sunday.
    Weekend,
    /// A month by its English name.
    MonthName(u8),
    /// Hours of a day.
    Part(u8, u8),
    /// 오전, 오후, as parts and as what an hour is counted from.
    Half12(bool),
    /// 정오, 자정.
    Clock(u8),
    /// From 21:00 to 06:00 of the next day.
    Overnight,
    /// 이 시간, 같은 시간대.
    SameHour,
    /// 같은 요일.
    SameWeekday,
    /// 같은 기간: as much of the earlier period as has passed of this one.
    SamePeriod,
    /// 최근, 지난.
    Recent,
    /// 전, ago.
    Ago,
    /// 뒤, in.
    Hence,
    /// 안에, within.
    Within,
    /// 동안.
    During,
    /// 부터.
    From,
    /// since.
    Since,
    /// from, between: a beginning if an end follows.
    Between,
    /// 까지, until.
    To,
    /// `-`, `~`, "to".
    Dash,
    /// 첫째 주: weeks of a month from 1; 0 is the last.
    NthWeek(u8),
    /// 추석, by the first letters of the calendar's English name.
    Holiday(&'static str),
    /// An English unit without a number (hour in "last hour").
    Unit(Unit),
}

/// Units of durations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

/// A number with what it counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    /// A number alone.
    Plain(f64),
    /// A percentage, as a share.
    Percent(f64),
    /// So many of a unit that only lasts (시간, 분, 개월, 이틀).
    Lasting(f64, Unit),
    /// 3일: a day of the month, or days.
    DayOrDays(u8),
    /// A month by its number.
    Month(u8),
    /// A year by its number.
    Year(i32),
    /// A quarter by its number.
    Quarter(u8),
    /// A time of the day: hour, minute (255 if only the hour was said), whether 24 hours are counted.
    Clock(u8, u8, bool),
    /// Year (0 if not said), month and day.
    Date(i32, u8, u8),
    /// So many things: a limit, or a threshold.
    Count(f64),
    /// Milliseconds and seconds.
    Brief(f64),
}

impl Number {
    /// The threshold that it is, if it can be one.
    pub(super) fn threshold(self) -> Option<(f64, Quantity)> {
        Some(match self {
            Self::Percent(share) => (share, Quantity::Ratio),
            Self::Brief(seconds) => (seconds, Quantity::Seconds),
            Self::Lasting(n, Unit::Minute) => (n * 60.0, Quantity::Seconds),
            Self::Lasting(n, Unit::Hour) => (n * 3600.0, Quantity::Seconds),
            Self::Lasting(n, Unit::Day) => (n * 86_400.0, Quantity::Seconds),
            Self::Count(n) => (n, Quantity::Count),
            _ => return None,
        })
    }
}

/// Why a word makes a question none of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Veto {
    /// An order to act.
    Action,
    /// Of persons.
    Personal,
    /// Another subject.
    Subject,
    /// Something that is not measured here.
    NotMeasured,
    /// A place that is not in the list.
    Place,
    /// An order to whoever reads.
    Instruction,
}
