//! What a sentence of a model must not hold, and the one way in.

use std::collections::BTreeSet;

use bonghwa_analytics::format::Lang;
use bonghwa_app::{Told, ToldFact};
use serde::{Deserialize, Serialize};

use super::{Part, claim, numeral};

/// Characters of a sentence, slots included.
const LONGEST: usize = 240;
/// Signs that may stand beside letters and spaces. None of them makes markup, a link or a number.
const SIGNS: &str = " .,;:!?()'’‘“”\"-·–…";
/// What may follow a slot within the same word in Korean beside particles: endings. 만 is no part of it, which makes ten thousand
/// times as much of a number.
const ENDINGS: [&str; 6] = ["인", "였", "이었", "라", "며", "고"];
/// What would make another number of the one in a slot, as the word behind it.
const SCALES: [&str; 30] = [
    "만",
    "억",
    "조",
    "천",
    "백",
    "십",
    "배",
    "퍼센트",
    "프로",
    "명",
    "건",
    "개",
    "초",
    "분",
    "시간",
    "일",
    "점",
    "times",
    "percent",
    "per",
    "point",
    "points",
    "hundred",
    "thousand",
    "million",
    "billion",
    "k",
    "m",
    "fold",
    "x",
];

/// Why a sentence was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// It is no JSON object with one text.
    Form,
    /// It is longer than a sentence is.
    TooLong,
    /// There were enough sentences.
    TooMany,
    /// It names a fact that there is not.
    UnknownFact,
    /// It holds a digit or a number word of its own, or makes another number of a slot.
    Number,
    /// It holds a sign that is no part of a sentence: markup, a link, a character that cannot be seen.
    Sign,
    /// It is not in the language of the answer.
    Language,
    /// It names something that does not stand in the answer.
    Name,
    /// It says of the figures what the answer does not say.
    Claim,
    /// It tells somebody to do something.
    Action,
    /// It puts a figure where another one belongs.
    Misplaced,
}

/// The checks for one answer.
pub(super) struct Guard<'a> {
    lang: Lang,
    facts: &'a [ToldFact],
    regions: &'a [String],
    /// The answer and its notes: what may be said.
    base: String,
    /// Words with Latin letters that may stand in a sentence, in lower case.
    names: BTreeSet<String>,
    /// Everything that the model was told, for names.
    told: String,
    /// What each fact is a value of, without its region.
    measures: Vec<String>,
    /// Where each slot stands in the answer, if it does.
    places: Vec<Option<Place>>,
}

/// What stands round a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    /// The word before it.
    before: String,
    /// The word behind it, with what is joined to the slot.
    after: String,
}

impl<'a> Guard<'a> {
    pub(super) fn new(told: &'a Told, lang: Lang) -> Self {
        let base = format!("{}\n{}", told.answer, told.notes.join("\n"));
        let labels = told.facts.iter().map(|fact| format!("{}\n{}", fact.what, fact.scope)).collect::<Vec<_>>();
        let all = format!("{base}\n{}", labels.join("\n"));
        let names = latin_words(&all).map(str::to_lowercase).collect();
        let measures: Vec<String> = told.facts.iter().map(|fact| measure(fact, &told.regions)).collect();
        let mut guard = Self {
            lang,
            facts: &told.facts,
            regions: &told.regions,
            base,
            names,
            told: all,
            measures,
            places: Vec::new(),
        };
        let mut places = vec![None; told.facts.len()];
        for text in std::iter::once(&told.answer).chain(&told.notes) {
            // Our own texts have no slot but those that there are.
            let parts = guard.parts(text).unwrap_or_default();
            for (at, part) in parts.iter().enumerate() {
                if let Part::Slot(slot) = part
                    && let Some(place) = places.get_mut(*slot)
                {
                    *place = Some(Place::of(&parts, at));
                }
            }
        }
        guard.places = places;
        guard
    }

    /// The parts of a sentence, if it may be shown.
    pub(super) fn check<'t>(&self, text: &'t str) -> Result<Vec<Part<'t>>, Refusal> {
        if text.chars().count() > LONGEST {
            return Err(Refusal::TooLong);
        }
        let parts = self.parts(text)?;
        for (at, part) in parts.iter().enumerate() {
            let after_slot = at.checked_sub(1).and_then(|before| parts.get(before)).is_some();
            match part {
                Part::Words(words) => Self::words(words, after_slot, at + 1 < parts.len())?,
                Part::Slot(_) if after_slot && matches!(parts.get(at - 1), Some(Part::Slot(_))) => {
                    return Err(Refusal::Number);
                }
                Part::Slot(_) => {}
            }
        }
        // Words that stand on both sides of a slot are read as one sentence, too.
        let words: Vec<&str> =
            parts.iter().map(|part| if let Part::Words(words) = part { words } else { " " }).collect();
        let whole = words.concat();
        if numeral::has_number(&whole, self.lang) {
            return Err(Refusal::Number);
        }
        self.language(&whole)?;
        self.names(&whole)?;
        claim::check(&whole, &self.base, self.lang)?;
        self.places(&parts)?;
        Ok(parts)
    }

    /// Cuts a sentence at its slots.
    fn parts<'t>(&self, text: &'t str) -> Result<Vec<Part<'t>>, Refusal> {
        let mut out = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            if !before.is_empty() {
                out.push(Part::Words(before));
            }
            let (slot, after) = after.split_once('}').ok_or(Refusal::Form)?;
            let digits = slot.strip_prefix('f').filter(|id| id.len() <= 3 && id.bytes().all(|b| b.is_ascii_digit()));
            let number: usize = digits.and_then(|id| id.parse().ok()).ok_or(Refusal::UnknownFact)?;
            let at = number.checked_sub(1).filter(|at| *at < self.facts.len()).ok_or(Refusal::UnknownFact)?;
            out.push(Part::Slot(at));
            rest = after;
        }
        if !rest.is_empty() {
            out.push(Part::Words(rest));
        }
        Ok(out)
    }

    /// Checks the words between slots by themselves.
    fn words(words: &str, after_slot: bool, before_slot: bool) -> Result<(), Refusal> {
        let hangul = |c: char| ('가'..='힣').contains(&c);
        for c in words.chars() {
            if c.is_numeric() {
                return Err(Refusal::Number);
            }
            if !(c.is_ascii_alphabetic() || hangul(c) || SIGNS.contains(c)) {
                return Err(if c.is_alphabetic() { Refusal::Language } else { Refusal::Sign });
            }
        }
        // What looks like the name of a host, `a.b`, is a link to some readers.
        let dots = words.match_indices('.').map(|(at, _)| words.get(at + 1..).unwrap_or_default());
        if dots.into_iter().any(|rest| rest.starts_with(char::is_alphabetic)) {
            return Err(Refusal::Sign);
        }
        if before_slot && words.ends_with(|c: char| c.is_ascii_alphabetic() || "-.,–".contains(c)) {
            return Err(Refusal::Number);
        }
        if after_slot {
            let sticks = words.chars().next().is_some_and(char::is_alphabetic);
            if sticks && !forms().any(|form| words.starts_with(form)) {
                return Err(Refusal::Number);
            }
            if words.starts_with(|c: char| "-–·:'’".contains(c)) {
                return Err(Refusal::Number);
            }
            let next = words.trim_start();
            let word: String = next.chars().take_while(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect();
            let scaled = |scale: &str| {
                word == scale || (hangul_only(scale) && word.starts_with(scale) && is_counted(&word, scale))
            };
            if !sticks && SCALES.iter().any(|scale| scaled(scale)) {
                return Err(Refusal::Number);
            }
        }
        Ok(())
    }

    fn language(&self, text: &str) -> Result<(), Refusal> {
        let hangul = text.chars().filter(|c| ('가'..='힣').contains(c)).count();
        let good = match self.lang {
            Lang::Ko => hangul >= 4,
            Lang::En => hangul == 0 && text.chars().filter(char::is_ascii_alphabetic).count() >= 4,
        };
        if good { Ok(()) } else { Err(Refusal::Language) }
    }

    /// Regions, services and abbreviations must stand in what the model was told.
    fn names(&self, text: &str) -> Result<(), Refusal> {
        if self.regions.iter().any(|region| text.contains(region.as_str()) && !self.told.contains(region.as_str())) {
            return Err(Refusal::Name);
        }
        let mut begins = true;
        for word in latin_words(text) {
            let plain = self.lang == Lang::En
                && !word.contains('-')
                && !word.chars().skip(1).any(|c| c.is_ascii_uppercase())
                && (begins || !word.starts_with(|c: char| c.is_ascii_uppercase()));
            begins = false;
            if !plain && !self.names.contains(&word.to_lowercase()) {
                return Err(Refusal::Name);
            }
        }
        Ok(())
    }

    /// A figure must stand where the answer has it, or behind the name of what it is a value of; never behind the name of
    /// another measure or of another region.
    fn places(&self, parts: &[Part<'_>]) -> Result<(), Refusal> {
        let mut before = String::new();
        for (at, part) in parts.iter().enumerate() {
            let slot = match part {
                Part::Words(words) => {
                    before.push_str(&words.to_lowercase());
                    continue;
                }
                Part::Slot(slot) => *slot,
            };
            let fact = self.facts.get(slot).ok_or(Refusal::UnknownFact)?;
            let (here, there) = (Place::of(parts, at), self.places.get(slot).and_then(Option::as_ref));
            // "12 % fewer" must not become "12 %", nor "184 people" "184 people fewer".
            let said = there.map_or_else(Vec::new, |there| claim::groups(&there.after, self.lang));
            if claim::groups(&here.after, self.lang) != said {
                return Err(Refusal::Misplaced);
            }
            let own = self.measures.get(slot).map(String::as_str).unwrap_or_default();
            let last = last_named(&before, self.measures.iter().map(String::as_str));
            let named = !own.is_empty() && last == Some(own);
            let [before_too, after_too] = there.map_or([false; 2], |there| here.like(there));
            // A count or a time has no name of its own: the word before it or behind it says what it is.
            let good = if fact.what.is_empty() { before_too || after_too } else { named || before_too && after_too };
            if !good {
                return Err(Refusal::Misplaced);
            }
            if fact.what.is_empty() {
                continue;
            }
            let region = last_named(&before, self.regions.iter().map(String::as_str));
            // A figure of several regions names them in its scope, one of all regions names none.
            if region.is_some_and(|region| !fact.what.contains(region) && !fact.scope.contains(region)) {
                return Err(Refusal::Misplaced);
            }
        }
        Ok(())
    }
}

impl Place {
    /// Whether the word before and the word behind are those of another place. Words that say nothing (입니다, is) are like
    /// none.
    fn like(&self, other: &Self) -> [bool; 2] {
        let after = |place: &Self| {
            let joined = forms().filter_map(|form| place.after.strip_prefix(form)).min_by_key(|rest| rest.len());
            joined.unwrap_or(&place.after).trim().to_owned()
        };
        [same(&self.before, &other.before), same(&after(self), &after(other))]
    }

    fn of(parts: &[Part<'_>], at: usize) -> Self {
        let words = |at: Option<usize>| match at.and_then(|at| parts.get(at)) {
            Some(Part::Words(words)) => *words,
            _ => "",
        };
        let (before, after) = (words(at.checked_sub(1)), words(Some(at + 1)));
        // What is joined to the slot is a particle or nothing; the word that says something may be the next.
        let clause = after.split(['.', ',', ';', ':', '!', '?', '(']).next().unwrap_or_default();
        let after = clause.split(' ').take(2).collect::<Vec<_>>().join(" ");
        let plain = |text: &str| text.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        Self { before: plain(before.split_whitespace().next_back().unwrap_or_default()), after: plain(&after) }
    }
}

/// What a fact is a value of, without its region, what kind of value it is, and words with a digit (`p95`), which nobody may
/// write.
fn measure(fact: &ToldFact, regions: &[String]) -> String {
    let name = fact.what.split(", ").next().unwrap_or_default();
    let region = regions.iter().find_map(|region| name.strip_prefix(region.as_str())?.strip_prefix(' '));
    let words = region.unwrap_or(name).split(' ').filter(|word| !word.contains(char::is_numeric));
    words.collect::<Vec<_>>().join(" ")
}

/// Whether two words that say something are one, but for their particles.
fn same(a: &str, b: &str) -> bool {
    let says = |word: &str| word.chars().count() > if word.is_ascii() { 3 } else { 1 };
    says(a) && says(b) && claim::begin_alike(a, b)
}

/// Which of these names stands last in a text.
fn last_named<'n>(text: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let found = names.filter(|name| !name.is_empty()).filter_map(|name| {
        let at = text.rfind(&name.to_lowercase())?;
        Some((at + name.len(), name.len(), name))
    });
    found.max_by_key(|(end, length, _)| (*end, *length)).map(|(.., name)| name)
}

/// Words of Latin letters and hyphens.
fn latin_words(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !(c.is_ascii_alphabetic() || c == '-')).map(|word| word.trim_matches('-'));
    words.filter(|word| !word.is_empty())
}

fn hangul_only(word: &str) -> bool {
    word.chars().all(|c| ('가'..='힣').contains(&c))
}

/// Whether a Korean word is this counter with nothing or with a particle behind it: 배로, 명이, not 배포.
fn is_counted(word: &str, counter: &str) -> bool {
    let rest = word.strip_prefix(counter).unwrap_or_default();
    rest.is_empty() || forms().any(|form| rest.starts_with(form)) || SCALES.contains(&rest)
}

/// What may follow a slot within its word.
fn forms() -> impl Iterator<Item = &'static str> {
    numeral::PARTICLES.into_iter().chain(ENDINGS)
}
