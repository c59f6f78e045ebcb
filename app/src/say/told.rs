//! An answer as slots and facts: what somebody who puts it into other words is given in the place of numbers.

use bonghwa_analytics::answer::{Answer, Body, Reply};
use bonghwa_analytics::format::Lang;

use super::answer::{conclusion, notes};
use crate::address::Address;
use crate::app::Here;
use crate::page::ask::sources::list;
use crate::part::facts::{Piece, Source};
use crate::particle::{Particle, particle};
use crate::text::words;

/// Facts that are told at most.
const MOST_FACTS: usize = 40;
/// Counters that belong to the number before them.
const COUNTERS: [&str; 14] = ["개월", "시간", "곳", "건", "개", "명", "위", "번", "배", "대", "주", "분", "초", "%"];

/// An answer with a slot, `{f1}`, for everything in it that has a digit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// The conclusion, with slots.
    pub answer: String,
    /// What limits it, with slots.
    pub notes: Vec<String>,
    /// What the slots stand for, by their numbers from 1.
    pub facts: Vec<ToldFact>,
    /// Names of all regions, in the language of the answer.
    pub regions: Vec<String>,
}

/// What a slot stands for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToldFact {
    /// What it is; empty for a time, a name or a count that stands in the answer as it is.
    pub what: String,
    /// Regions and period.
    pub scope: String,
    /// How it reads, with its unit.
    pub text: String,
    /// Anchor of its source on the page, without `#`.
    pub anchor: Option<String>,
}

/// The answer of a reply, if it has one. The figures are those of the page: its conclusion and its list of sources.
pub fn told(reply: &Reply, lang: Lang) -> Option<Told> {
    let answer = reply.answer.as_ref()?;
    let here = Here { address: Address::home(), lang, t: words(lang), regions: reply.regions.as_slice().into() };
    let sources = list(&here, answer);
    let mut out = Told { regions: names(&here, answer), ..Told::default() };
    for piece in conclusion(&here, answer) {
        let slot = match &piece {
            Piece::Text(text) => out.slotted(text),
            Piece::Fact(anchor, text) => {
                let source = sources.iter().find(|source| source.anchor == *anchor);
                // In a comparison the conclusion says by how much a value differs, and leads to the value.
                let differs = matches!(answer.body, Body::Compared(_)) && source.is_some_and(|s| s.value != *text);
                out.slot(ToldFact {
                    what: source.map_or_else(String::new, |source| {
                        if differs {
                            format!("{}, {}", source.name, here.t.difference_short)
                        } else {
                            source.name.clone()
                        }
                    }),
                    scope: source.map_or_else(String::new, |source| source.scope.clone()),
                    text: text.clone(),
                    anchor: Some(anchor.clone()),
                })
            }
        };
        out.answer.push_str(&slot);
    }
    for note in notes(&here, answer) {
        let note = out.slotted(&note);
        out.notes.push(note);
    }
    let labels: Vec<String> = sources.iter().map(|source| source.name.clone()).collect();
    for Source { anchor, name, value, scope, .. } in sources {
        let known = out.facts.iter().any(|fact| fact.anchor.as_ref() == Some(&anchor));
        // Of two values with one name, of now and of then, nobody could tell which a sentence means.
        let alone = labels.iter().filter(|label| **label == name).count() == 1;
        if !known && alone && out.facts.len() < MOST_FACTS {
            out.slot(ToldFact { what: name, scope, text: value, anchor: Some(anchor) });
        }
    }
    Some(out)
}

fn names(here: &Here, answer: &Answer) -> Vec<String> {
    answer.regions.iter().map(|region| here.lang.pick(&region.ko, &region.en).to_owned()).collect()
}

impl Told {
    /// A new slot.
    fn slot(&mut self, fact: ToldFact) -> String {
        self.facts.push(fact);
        format!("{{f{}}}", self.facts.len())
    }

    /// A text with a slot for every word that has a digit, so that nobody has to write one to repeat it.
    fn slotted(&mut self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((start, end)) = next_number(rest) {
            let (before, after) = (rest.get(..start).unwrap_or_default(), rest.get(end..).unwrap_or_default());
            // Braces of a name from telemetry must not look like a slot.
            out.push_str(&without_braces(before));
            let word = rest.get(start..end).unwrap_or_default().to_owned();
            out.push_str(&self.slot(ToldFact { text: word, ..ToldFact::default() }));
            rest = after;
        }
        out.push_str(&without_braces(rest));
        out
    }
}

fn without_braces(text: &str) -> String {
    text.chars().map(|c| if matches!(c, '{' | '}') { ' ' } else { c }).collect()
}

/// The bytes of the next word that has a digit, with the counter behind it and with what makes a date or a time of it.
fn next_number(text: &str) -> Option<(usize, usize)> {
    let inner = |c: char| c.is_ascii_alphanumeric() || c.is_numeric() || "._:/-+±,~%".contains(c);
    let joins = |c: char| "년월일시분초 \u{a0}~–:".contains(c);
    let digit = text.find(char::is_numeric)?;
    let before = text.get(..digit)?;
    let start = before.char_indices().rev().take_while(|(_, c)| inner(*c)).last().map_or(digit, |(at, _)| at);
    let mut end = digit;
    loop {
        let rest = text.get(end..)?;
        let word: usize = rest.chars().take_while(|c| inner(*c)).map(char::len_utf8).sum();
        let run = rest.get(..word)?.trim_end_matches(['.', ',', ':', '-', '/', '+', '~']);
        end += run.len();
        let rest = text.get(end..)?;
        let gap: usize = rest.chars().take_while(|c| joins(*c)).map(char::len_utf8).sum();
        if gap > 0 && rest.get(gap..)?.starts_with(char::is_numeric) {
            end += gap;
            continue;
        }
        // 11월 3일: the last part of a date belongs to it, the particle after it does not.
        let counter = COUNTERS.iter().find(|counter| rest.starts_with(**counter)).map(|counter| counter.len());
        let counter = counter.or_else(|| rest.chars().next().filter(|c| "년월일시".contains(*c)).map(char::len_utf8));
        return Some((start, end + counter.unwrap_or(0)));
    }
}

/// What a particle behind a word becomes: its form, and the bytes of `rest` that it replaces. Nothing if no particle that
/// has two forms stands there.
pub fn agree(word: &str, rest: &str) -> Option<(&'static str, usize)> {
    let forms = [
        (Particle::By, "으로"),
        (Particle::By, "로"),
        (Particle::Topic, "은"),
        (Particle::Topic, "는"),
        (Particle::Subject, "이"),
        (Particle::Subject, "가"),
        (Particle::Object, "을"),
        (Particle::Object, "를"),
        (Particle::And, "과"),
        (Particle::And, "와"),
    ];
    let (kind, form) = forms.into_iter().find(|(_, form)| rest.starts_with(form))?;
    let ends = rest.get(form.len()..)?.chars().next().is_none_or(|next| !next.is_alphanumeric());
    ends.then(|| (particle(word, kind), form.len()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn slotted(text: &str) -> (String, Vec<String>) {
        let mut told = Told::default();
        let out = told.slotted(text);
        (out, told.facts.into_iter().map(|fact| fact.text).collect())
    }

    #[test]
    fn every_word_with_a_digit_becomes_a_slot() {
        for (text, wanted, facts) in [
            ("사건은 3건입니다.", "사건은 {f1}입니다.", &["3건"][..]),
            ("11월 20일 14:05의 값", "{f1}의 값", &["11월 20일 14:05"]),
            ("서울 응답시간 p95는", "서울 응답시간 {f1}는", &["p95"]),
            ("was-2 2.5.0 배포 뒤", "{f1} 배포 뒤", &["was-2 2.5.0"]),
            ("GET /api/v1/x, 끝.", "GET {f1}, 끝.", &["/api/v1/x"]),
            ("3시간 안에", "{f1} 안에", &["3시간"]),
            ("in 3 hours.", "in {f1} hours.", &["3"]),
            ("５ and ②.", "{f1} and {f2}.", &["５", "②"]),
            ("{f9}은 그대로", " {f1} 은 그대로", &["f9"]),
            ("없음", "없음", &[]),
        ] {
            let (out, found) = slotted(text);
            assert_eq!(
                (out.as_str(), found.iter().map(String::as_str).collect::<Vec<_>>().as_slice()),
                (wanted, facts)
            );
        }
    }

    #[test]
    fn particles_follow_what_fills_the_slot() {
        assert_eq!(agree("12명", "는 많고"), Some(("은", 3)));
        assert_eq!(agree("2", "으로."), Some(("로", 6)));
        assert_eq!(agree("2", "이며"), None);
        assert_eq!(agree("2", " 은"), None);
    }

    proptest! {
        #[test]
        fn no_digit_is_left_outside_of_slots(text in "[a-z0-9가나월일시.,:%{}５①٣ ]{0,40}|\\PC{0,30}") {
            let (out, facts) = slotted(&text);
            let mut left = out.clone();
            for at in (1..=facts.len()).rev() {
                left = left.replace(&format!("{{f{at}}}"), "");
            }
            prop_assert!(!left.contains(char::is_numeric), "{:?}", out);
        }
    }
}
