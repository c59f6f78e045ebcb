//! The same question for another period.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::span::{Shape, Span, before, month_start};
use crate::ask::question::{Kind, Period, Question};
use crate::format::{local, parse_local};
use crate::time::{DAY, WEEK, day_start};

/// The longest period that can be chosen, seconds: as far back as hours are kept.
const LONGEST: i64 = 800 * DAY;
/// The last instant that an address can hold: the year 2100.
const LAST: i64 = 4_102_444_799;
/// The shortest and the farthest that can be looked ahead, seconds.
const AHEAD: std::ops::RangeInclusive<i64> = 3600..=28 * DAY;

/// A period that a question can be asked for again. In addresses and JSON it is a word: `yesterday`,
/// `2026-11-20T09:00~2026-11-20T18:00`, `+3h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum When {
    /// The hour up to now.
    Hour,
    /// Since midnight.
    Today,
    /// The day before.
    Yesterday,
    /// Seven days up to now.
    SevenDays,
    /// Since Monday.
    Week,
    /// The week before.
    LastWeek,
    /// Since the first of the month.
    Month,
    /// The month before.
    LastMonth,
    /// From an instant to another (exclusive), seconds since the epoch.
    Between(i64, i64),
    /// So many seconds ahead, whole hours, for capacity.
    Ahead(i64),
}

/// Periods that have a name.
const NAMED: [(When, &str); 8] = [
    (When::Hour, "hour"),
    (When::Today, "today"),
    (When::Yesterday, "yesterday"),
    (When::SevenDays, "7d"),
    (When::Week, "week"),
    (When::LastWeek, "last-week"),
    (When::Month, "month"),
    (When::LastMonth, "last-month"),
];

impl When {
    /// What an address calls it.
    pub fn name(self) -> String {
        match self {
            Self::Between(from, to) => format!("{}~{}", local(from), local(to)),
            Self::Ahead(seconds) => format!("+{}h", seconds / 3600),
            named => NAMED.iter().find(|(when, _)| *when == named).map_or("", |(_, name)| *name).to_owned(),
        }
    }

    /// Reads what [`When::name`] writes; nothing for what makes no sense.
    pub fn read(name: &str) -> Option<Self> {
        if let Some((from, to)) = name.split_once('~') {
            return Self::between(parse_local(from)?, parse_local(to)?);
        }
        if let Some(hours) = name.strip_prefix('+').and_then(|rest| rest.strip_suffix('h')) {
            let seconds = i64::from(hours.parse::<u16>().ok()?) * 3600;
            return AHEAD.contains(&seconds).then_some(Self::Ahead(seconds));
        }
        NAMED.iter().find(|(_, known)| *known == name).map(|(when, _)| *when)
    }

    /// From an instant to a later one, on whole minutes; nothing if it is not later, or longer than is kept.
    pub fn between(from: i64, to: i64) -> Option<Self> {
        let [from, to] = [from, to].map(|instant| instant.clamp(0, LAST).div_euclid(60) * 60);
        (from < to && to - from <= LONGEST).then_some(Self::Between(from, to))
    }
}

impl Serialize for When {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.name())
    }
}

impl<'de> Deserialize<'de> for When {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::read(&name).ok_or_else(|| serde::de::Error::custom(format!("{name} is no period to ask for again")))
    }
}

/// The question for another period, as of an instant: what it is compared with moves along, and all else stays. Capacity
/// looks so far ahead instead; what the period does not fit is asked as it was.
pub fn again(question: &Question, when: When, at: i64) -> Question {
    let mut out = question.clone();
    if (question.kind == Kind::Capacity) != matches!(when, When::Ahead(_)) || question.after_deployment {
        return out;
    }
    let day = day_start(at);
    let span = match when {
        When::Ahead(seconds) => {
            out.horizon = Some(seconds);
            return out;
        }
        When::Hour => Span::now(at),
        When::Today => Span::day(at),
        When::Yesterday => Span::day(day - DAY),
        When::SevenDays => Span { from: at - WEEK, to: at, shape: Shape::Rolling },
        When::Week => Span::week(at),
        When::LastWeek => Span::week(at - WEEK),
        When::Month => month(at, 0),
        When::LastMonth => month(at, -1),
        When::Between(from, to) => Span { from, to, shape: Shape::Range },
    };
    if let Some(against) = &mut out.against {
        let by_week = (question.period.from - against.from) % WEEK == 0;
        *against = period(before(span, at, by_week), String::new());
    }
    // A name keeps "this moment" from being taken of an hour that was chosen.
    out.period = period(span.past(at), when.name());
    out
}

fn month(at: i64, off: i32) -> Span {
    Span { from: month_start(at, off), to: month_start(at, off + 1), shape: Shape::Month }
}

fn period(span: Span, said: String) -> Period {
    Period { from: span.from, to: span.to, said }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ask::{Context, Understood, understand};
    use crate::time::instant;

    /// Thursday, 18 June 2026, 14:05.
    fn at() -> i64 {
        instant(2026, 6, 18, 14, 5, 0).unwrap_or_default()
    }

    fn question(text: &str) -> Question {
        let context = Context { at: at(), regions: &[], services: &[], previous: None };
        match understand(text, &context) {
            Understood::Question { question, .. } => question,
            other => panic!("{text}: {other:?}"),
        }
    }

    fn days(period: &Period) -> (String, String) {
        (local(period.from), local(period.to))
    }

    #[test]
    fn the_period_is_another_and_all_else_stays() {
        let first = question("지금 동시접속자와 오류율은?");
        for (when, from, to) in [
            (When::Hour, "2026-06-18T13:05", "2026-06-18T14:05"),
            (When::Today, "2026-06-18T00:00", "2026-06-18T14:05"),
            (When::Yesterday, "2026-06-17T00:00", "2026-06-18T00:00"),
            (When::SevenDays, "2026-06-11T14:05", "2026-06-18T14:05"),
            (When::Week, "2026-06-15T00:00", "2026-06-18T14:05"),
            (When::LastWeek, "2026-06-08T00:00", "2026-06-15T00:00"),
            (When::Month, "2026-06-01T00:00", "2026-06-18T14:05"),
            (When::LastMonth, "2026-05-01T00:00", "2026-06-01T00:00"),
        ] {
            let second = again(&first, when, at());
            assert_eq!(days(&second.period), (from.to_owned(), to.to_owned()), "{when:?}");
            assert_eq!(Question { period: first.period.clone(), ..second }, first);
        }
    }

    #[test]
    fn what_is_compared_moves_along() {
        let day = question("어제 같은 시간대 동시접속자 비교해줘");
        let second = again(&day, When::Yesterday, at());
        let against = second.against.as_ref().map(days);
        assert_eq!(against, Some(("2026-06-16T00:00".to_owned(), "2026-06-17T00:00".to_owned())));
        let weekday = question("지난주 같은 요일 동시접속자 비교해줘");
        let second = again(&weekday, When::Today, at());
        // Today still runs, so as much of the day a week ago.
        let against = second.against.as_ref().map(days);
        assert_eq!(against, Some(("2026-06-11T00:00".to_owned(), "2026-06-11T14:05".to_owned())));
    }

    #[test]
    fn capacity_looks_ahead_and_nothing_else_does() {
        let capacity = question("서버 부하율 대비 증설이 필요한가?");
        assert_eq!(again(&capacity, When::Ahead(DAY), at()).horizon, Some(DAY));
        assert_eq!(again(&capacity, When::Yesterday, at()), capacity);
        let value = question("지금 동시접속자는?");
        assert_eq!(again(&value, When::Ahead(DAY), at()), value);
        let deployed = question("이번 배포 후 느려진 API Top 5를 알려줘");
        assert_eq!(again(&deployed, When::Yesterday, at()), deployed);
    }

    #[test]
    fn what_makes_no_sense_is_no_period() {
        for name in
            ["", "tomorrow", "~", "2026-06-18T10:00~2026-06-18T09:00", "+0h", "+9999h", "+-3h", "1990-01-01~2026-01-01"]
        {
            assert_eq!(When::read(name), None, "{name}");
        }
        assert_eq!(When::between(i64::MIN, i64::MAX), None);
    }

    proptest! {
        #[test]
        fn names_are_read_as_they_are_written(name in "[a-z0-9+~T:-]{0,40}", from in 0_i64..2_000_000, minutes in 1_i64..1_000_000, hours in 1_i64..=672) {
            let known = [When::read(&name), When::between(from * 60, (from + minutes) * 60)];
            for when in known.into_iter().flatten().chain([When::Ahead(hours * 3600)]) {
                prop_assert_eq!(When::read(&when.name()), Some(when));
            }
        }

        #[test]
        fn no_instant_panics(from in any::<i64>(), length in any::<i64>(), at in 631_152_000_i64..7_258_118_400) {
            let first = question("어제 같은 시간대 동시접속자 비교해줘");
            if let Some(when) = When::between(from, from.saturating_add(length)) {
                let _ = again(&first, when, at);
            }
        }
    }
}
