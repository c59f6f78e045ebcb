//! What a text says, slot by slot, before a kind is chosen.

use super::moment::{Moment, Role};
use super::place::Gazetteer;
use super::segment::Token;
use super::sense::{Cue, Number, Sense};
use super::span::{Shape, Span, range, seconds, span};
use super::text::Text;
use super::timeline::moments;
use crate::ask::question::{Area, Format, Order, Threshold};
use crate::identity::IdentityMode;
use crate::time::{civil, day_start};
use crate::view::Measure;

/// A period as it was said.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Said {
    pub(super) span: Span,
    pub(super) words: String,
    pub(super) against: bool,
    /// A length that nothing says is of the past ("in two hours").
    pub(super) bare_length: bool,
}

// Each flag is a word that was said or not.
#[allow(clippy::struct_excessive_bools)]
/// Everything that a text says.
#[derive(Clone, Debug, Default)]
pub(super) struct Slots {
    pub(super) measures: Vec<Measure>,
    pub(super) hints: Vec<Measure>,
    /// Each place with everything that its name may mean.
    pub(super) places: Vec<Vec<Area>>,
    pub(super) nation: bool,
    pub(super) service: Option<String>,
    pub(super) periods: Vec<Said>,
    /// A time was said that does not exist (30 February).
    pub(super) no_such_time: bool,
    /// 같은 요일, 같은 시간 without a day: how the other period is found.
    pub(super) same_weekday: bool,
    pub(super) same_time: bool,
    pub(super) limit: Option<u32>,
    pub(super) threshold: Option<Threshold>,
    pub(super) horizon: Option<i64>,
    pub(super) order: Option<Order>,
    pub(super) deployed: bool,
    pub(super) format: Option<Format>,
    pub(super) mode: Option<IdentityMode>,
    pub(super) further: bool,
    /// Whether an hour was taken for one of the afternoon.
    pub(super) afternoon: bool,
}

/// Reads the slots.
pub(super) fn slots(text: &Text, tokens: &[Token], places: &Gazetteer, services: &[String], at: i64) -> Slots {
    let mut out = Slots::default();
    let numbers = used_by_time(tokens);
    for (index, token) in tokens.iter().enumerate() {
        match token.sense {
            Sense::Measure(measure) if !out.measures.contains(&measure) => out.measures.push(measure),
            Sense::Hint(measure) if !out.hints.contains(&measure) => out.hints.push(measure),
            Sense::Place(place) => {
                let areas = places.areas(place).to_vec();
                if !out.places.contains(&areas) {
                    out.places.push(areas);
                }
            }
            Sense::Nation => out.nation = true,
            Sense::Service(service) => out.service = out.service.take().or_else(|| services.get(service).cloned()),
            Sense::Order(order) => out.order = out.order.or(Some(order)),
            Sense::Cue(Cue::Slow) => out.order = out.order.filter(|o| *o == Order::Lowest).or(Some(Order::Slowest)),
            Sense::Idle => {
                out.order = out.order.or(Some(Order::Lowest));
                out.hints.push(Measure::Load);
            }
            Sense::Deployed => out.deployed = true,
            Sense::Format(format) => out.format = out.format.or(Some(format)),
            Sense::Mode(mode) => out.mode = out.mode.or(Some(mode)),
            Sense::Further => out.further = true,
            Sense::Number(number) if !numbers.contains(&index) => take_number(&mut out, tokens, index, number),
            _ => {}
        }
    }
    times(&mut out, text, moments(tokens), tokens, at);
    out
}

/// Numbers that moments hold.
fn used_by_time(tokens: &[Token]) -> Vec<usize> {
    let mut out = Vec::new();
    for moment in moments(tokens) {
        let all = moment.first..=moment.last;
        out.extend(all.filter(|at| {
            tokens.get(*at).is_some_and(|token| match token.sense {
                Sense::Number(number) => {
                    !matches!(number, Number::Percent(_) | Number::Count(_) | Number::Plain(_) | Number::Brief(_))
                }
                _ => false,
            })
        }));
    }
    out
}

fn is_over(sense: Sense) -> bool {
    matches!(sense, Sense::Over | Sense::Cue(Cue::Health | Cue::Ahead))
}

fn take_number(out: &mut Slots, tokens: &[Token], index: usize, number: Number) {
    let near = |mut range: std::ops::Range<usize>, is: &dyn Fn(Sense) -> bool| {
        range.any(|at| tokens.get(at).is_some_and(|token| is(token.sense)))
    };
    let after = index + 1..(index + 4).min(tokens.len());
    let before = index.saturating_sub(3)..index;
    let over =
        near(after.clone(), &is_over) || near(before.clone(), &|sense| matches!(sense, Sense::Over | Sense::Than));
    let limit = |value: f64| (1.0..=1000.0).contains(&value).then_some(value as u32);
    match number {
        // 85 % 확률로 is no threshold.
        Number::Percent(_) | Number::Brief(_) | Number::Lasting(..) | Number::Count(_)
            if over || matches!(number, Number::Percent(_) | Number::Brief(_)) =>
        {
            if let Some((value, unit)) = number.threshold() {
                out.threshold = out.threshold.or(Some(Threshold { value, unit }));
            }
        }
        Number::Count(value) => out.limit = out.limit.or(limit(value)),
        Number::Plain(value) => {
            let listed = |sense: Sense| {
                matches!(
                    sense,
                    Sense::Top
                        | Sense::Order(_)
                        | Sense::Most
                        | Sense::Cue(Cue::Slow | Cue::Endpoint | Cue::Region | Cue::Session | Cue::Lasting)
                )
            };
            if near(before, &listed) || near(after, &listed) {
                out.limit = out.limit.or(limit(value));
            }
        }
        _ => {}
    }
}

/// Resolves the moments of a text.
fn times(out: &mut Slots, text: &Text, all: Vec<Moment>, tokens: &[Token], at: i64) {
    let words = |first: usize, last: usize| {
        let start = tokens.get(first).map_or(0, |token| token.start);
        let end = tokens.get(last).map_or(start, |token| token.end);
        text.show(start, end)
    };
    let mut all = all;
    share_hours(&mut all);
    let ranges = tie_ranges(&all);
    same_weekday(&mut all, at);
    let resolve = |moment: &Moment, end: Option<&Moment>, like| match moment.role {
        Role::Start => range(moment, end, at),
        _ => span(moment, at, like),
    };
    // 같은 시간 takes the hours of another time that has some.
    let like = ranges.iter().find_map(|(first, second)| {
        let moment = all.get(*first).filter(|moment| moment.has_hours())?;
        resolve(moment, second.and_then(|second| all.get(second)), None)
            .filter(|span| span.shape == Shape::Hours)
            .map(|span| (span.from - day_start(span.from), span.to - day_start(span.from)))
    });
    for (first, second) in ranges {
        let (Some(moment), end) = (all.get(first), second.and_then(|second| all.get(second))) else { continue };
        let last = end.map_or(moment.last, |end| end.last);
        if (moment.within || moment.hence) && moment.length.is_some() {
            out.horizon = moment.length.map(seconds);
            continue;
        }
        if !moment.has_date()
            && moment.length.is_none()
            && !moment.has_hours()
            && (moment.same_time || moment.same_period)
            && !moment.now
            && like.is_none()
        {
            out.same_time |= moment.same_time;
            continue;
        }
        out.same_weekday |= moment.same_weekday;
        out.same_time |= moment.same_time;
        let bare_hour = |m: &Moment| {
            m.clock.is_some_and(|(hour, _, whole)| !whole && (1..=6).contains(&hour))
                && m.half12.is_none()
                && m.part.is_none()
        };
        out.afternoon |= bare_hour(moment);
        match resolve(moment, end, like) {
            Some(span) => out.periods.push(Said {
                span,
                words: words(moment.first, last),
                against: moment.role == Role::Against || end.is_some_and(|end| end.role == Role::Against),
                bare_length: span.shape == Shape::Rolling && !moment.recent && !moment.during,
            }),
            None => out.no_such_time = true,
        }
    }
}

/// 어제와 오늘 오전: hours that only the last of two days has are of both.
fn share_hours(all: &mut [Moment]) {
    if let [first, second] = all
        && first.role == Role::Itself
        && second.role == Role::Itself
        && first.day.is_some()
        && second.has_date()
        && !first.has_hours()
        && !first.same_time
        && second.has_hours()
    {
        (first.clock, first.part, first.half12) = (second.clock, second.part, second.half12);
    }
}

/// 어제와 지난주 같은 요일: the weekday is that of the other day.
fn same_weekday(all: &mut [Moment], at: i64) {
    let other = all.iter().find(|moment| moment.has_date() && !moment.same_weekday && moment.role == Role::Itself);
    let day =
        other.and_then(|other| span(other, at, None)).filter(|span| matches!(span.shape, Shape::Day | Shape::Hours));
    if let Some(day) = day {
        for moment in all.iter_mut().filter(|moment| moment.same_weekday && moment.week.is_some()) {
            moment.same_weekday = false;
            moment.weekday = Some(civil(day.from).weekday);
        }
    }
}

/// Beginnings with their ends, and what stands alone.
fn tie_ranges(all: &[Moment]) -> Vec<(usize, Option<usize>)> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(moment) = all.get(at) {
        let end = (moment.role == Role::Start && all.get(at + 1).is_some_and(|next| next.role == Role::End))
            .then_some(at + 1);
        out.push((at, end));
        at = end.unwrap_or(at) + 1;
    }
    out
}

impl Slots {
    /// Whether a slot beside the kind is said.
    pub(super) fn says_something(&self) -> bool {
        !self.measures.is_empty()
            || !self.places.is_empty()
            || self.nation
            || self.service.is_some()
            || !self.periods.is_empty()
            || self.limit.is_some()
            || self.threshold.is_some()
            || self.horizon.is_some()
            || self.mode.is_some()
            || self.format.is_some()
            || self.deployed
    }

    /// Whether two times of the same kind are set beside each other.
    pub(super) fn sets_apart(&self) -> bool {
        self.periods.len() >= 2 || self.periods.iter().any(|said| said.against)
    }

    /// Whether only the time ahead is asked about.
    pub(super) fn is_ahead(&self, at: i64) -> bool {
        self.horizon.is_some() || self.periods.iter().any(|said| said.span.is_ahead(at))
    }

    /// Whether the period said is now.
    pub(super) fn says_now(&self) -> bool {
        self.periods.iter().any(|said| said.span.shape == Shape::Now)
    }
}
