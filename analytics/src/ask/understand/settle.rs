//! What only neighbours tell of a word.

use super::segment::Token;
use super::sense::{Number, Sense, Time};
use super::text::Text;
use crate::view::Measure;

/// Gives words the meaning that they have between their neighbours.
pub(super) fn settle(text: &Text, tokens: &mut [Token], services: &[String]) {
    for at in 0..tokens.len() {
        if let Some(sense) = settled(text, tokens, at, services)
            && let Some(token) = tokens.get_mut(at)
        {
            token.sense = sense;
        }
    }
}

fn settled(text: &Text, tokens: &[Token], at: usize, services: &[String]) -> Option<Sense> {
    let token = tokens.get(at)?;
    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
    let after = tokens.get(at + 1);
    let words = |token: &Token| text.show(token.start, token.end);
    match token.sense {
        // 이상 is "above" behind a number, and "something wrong" elsewhere.
        Sense::Cue(_) if is_number(before) && words(token).starts_with("이상") => Some(Sense::Over),
        // "from 2 to 4 pm", "9-12시": a number beside an hour is one.
        Sense::Number(Number::Plain(hour)) if (0.0..=24.0).contains(&hour) && is_hour(tokens, at) => {
            Some(Sense::Number(Number::Clock(hour as u8, u8::MAX, false)))
        }
        // "At 8 this morning".
        Sense::Number(Number::Plain(hour)) if (1.0..=12.0).contains(&hour) && is_part(after) => {
            Some(Sense::Number(Number::Clock(hour as u8, u8::MAX, false)))
        }
        // 메모리 사용률 is one measure, also where the second word is misspelled.
        Sense::Measure(Measure::Load) if token.guessed && is_resource(before) => Some(Sense::Filler),
        // "March 5", "5 March 2026".
        Sense::Number(Number::Plain(day)) if (1.0..=31.0).contains(&day) && (is_month(before) || is_month(after)) => {
            Some(Sense::Number(Number::DayOrDays(day as u8)))
        }
        Sense::Number(Number::Plain(year)) if (1990.0..2200.0).contains(&year) => {
            (is_month(before) || is_day(before)).then_some(Sense::Number(Number::Year(year as i32)))
        }
        // `was` is a service, and a verb.
        Sense::Service(service) if services.get(service).is_some_and(|name| name.eq_ignore_ascii_case("was")) => {
            const BESIDE: [&str; 7] = ["of", "for", "in", "on", "service", "server", "tier"];
            let named = |token: Option<&Token>| token.is_some_and(|token| BESIDE.contains(&words(token).as_str()));
            (!text.is_korean() && !named(before) && !named(after)).then_some(Sense::Filler)
        }
        _ => None,
    }
}

fn is_number(token: Option<&Token>) -> bool {
    token.is_some_and(|token| matches!(token.sense, Sense::Number(_)))
}

fn is_month(token: Option<&Token>) -> bool {
    token.is_some_and(|token| matches!(token.sense, Sense::Time(Time::MonthName(_))))
}

fn is_part(token: Option<&Token>) -> bool {
    token.is_some_and(|token| matches!(token.sense, Sense::Time(Time::Part(..) | Time::Half12(_))))
}

fn is_resource(token: Option<&Token>) -> bool {
    let resource = |sense| matches!(sense, Sense::Measure(Measure::Cpu | Measure::Memory | Measure::Heap));
    token.is_some_and(|token| resource(token.sense))
}

fn is_day(token: Option<&Token>) -> bool {
    token.is_some_and(|token| matches!(token.sense, Sense::Number(Number::DayOrDays(_))))
}

/// Whether a number, a sign of a range and an hour follow each other.
fn is_hour(tokens: &[Token], at: usize) -> bool {
    let sense = |at: usize| tokens.get(at).map(|token| token.sense);
    matches!(sense(at + 1), Some(Sense::Time(Time::Dash | Time::To) | Sense::With))
        && matches!(sense(at + 2), Some(Sense::Number(Number::Clock(..))))
}
