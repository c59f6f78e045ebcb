//! The task *phrase*: an answer in more fluent words, with our own figures in their slots.
//!
//! The model is given the answer of rules with a slot for every figure and a list of what the slots stand for. It is not
//! given the values: it needs none to write round them, and what it does not have it cannot get wrong or give away. What
//! comes back is checked line by line ([`guard`]), so lines can be shown as they come; one that fails is dropped.

mod claim;
mod guard;
mod numeral;

use bonghwa_analytics::answer::Reply;
use bonghwa_analytics::format::Lang;
use bonghwa_app::{Told, ToldFact, agree, told};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use self::guard::Guard;
pub use self::guard::Refusal;

/// Tokens of an answer.
pub const MOST_TOKENS: u64 = 900;
/// Lines that are taken; more only repeat.
const MOST_LINES: usize = 6;
/// Bytes of a line as it comes.
const MOST_LINE: usize = 2048;

/// A sentence that a model wrote and that passed every check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Line {
    /// As plain text.
    pub text: String,
    /// Its pieces: words of the model, figures of ours.
    pub pieces: Vec<Span>,
}

/// A piece of a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Span {
    /// How it reads.
    pub text: String,
    /// Anchor of its source on the page, without `#`, if it is a figure that has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anchor: Option<String>,
    /// Whether it is ours: what fills a slot.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ours: bool,
}

/// What an answer is put into words from.
#[derive(Clone, Debug)]
pub struct Facts {
    told: Told,
    lang: Lang,
}

impl Facts {
    /// The facts of a reply; none if it answers nothing.
    pub fn of(reply: &Reply, lang: Lang) -> Option<Self> {
        Some(Self { told: told(reply, lang)?, lang })
    }

    /// What the model is given.
    pub fn content(&self, question: &str) -> Value {
        let fact = |(at, fact): (usize, &ToldFact)| {
            let what = if fact.what.is_empty() { "as it stands in the answer" } else { &fact.what };
            json!({ "id": format!("f{}", at + 1), "what": what, "scope": fact.scope, "unit": unit(&fact.text) })
        };
        json!({
            "language": self.lang.tag(),
            "question": question.chars().take(500).collect::<String>(),
            "answer": self.told.answer,
            "notes": self.told.notes,
            "facts": self.told.facts.iter().enumerate().map(fact).collect::<Vec<_>>(),
        })
    }
}

/// What stands behind the number of a value.
fn unit(text: &str) -> &str {
    let number = |c: char| c.is_numeric() || ".,+-±\u{a0} ".contains(c);
    if text.starts_with(|c: char| c.is_numeric()) { text.trim_start_matches(number) } else { "" }
}

/// Reads the words of a model as they come.
pub struct Reader<'a> {
    facts: &'a Facts,
    guard: Guard<'a>,
    rest: String,
    taken: usize,
    skipping: bool,
    /// Why lines were refused, in order.
    pub refused: Vec<Refusal>,
}

impl<'a> Reader<'a> {
    /// A reader of what is said of these facts.
    pub fn new(facts: &'a Facts) -> Self {
        let guard = Guard::new(&facts.told, facts.lang);
        Self { facts, guard, rest: String::new(), taken: 0, skipping: false, refused: Vec::new() }
    }

    /// Takes some words; the sentences that they complete and that pass.
    pub fn push(&mut self, words: &str) -> Vec<Line> {
        let mut out = Vec::new();
        for piece in words.split_inclusive('\n') {
            if self.rest.len() + piece.len() > MOST_LINE {
                self.rest.clear();
                self.skipping = true;
            } else {
                self.rest.push_str(piece);
            }
            if piece.ends_with('\n') {
                out.extend(self.line());
            }
        }
        out
    }

    /// Takes what stands behind the last line break.
    pub fn end(&mut self) -> Option<Line> {
        self.line()
    }

    fn line(&mut self) -> Option<Line> {
        let line = std::mem::take(&mut self.rest);
        if std::mem::take(&mut self.skipping) {
            self.refused.push(Refusal::TooLong);
            return None;
        }
        if line.trim().is_empty() {
            return None;
        }
        match self.read(line.trim()) {
            Ok(line) => {
                self.taken += 1;
                Some(line)
            }
            Err(refusal) => {
                self.refused.push(refusal);
                None
            }
        }
    }

    fn read(&self, line: &str) -> Result<Line, Refusal> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Written {
            text: String,
        }
        if self.taken >= MOST_LINES {
            return Err(Refusal::TooMany);
        }
        let written: Written = serde_json::from_str(line).map_err(|_| Refusal::Form)?;
        let parts = self.guard.check(written.text.trim())?;
        Ok(self.fill(&parts))
    }

    /// Puts figures into slots, and particles behind them right.
    fn fill(&self, parts: &[Part<'_>]) -> Line {
        let mut pieces: Vec<Span> = Vec::new();
        for part in parts {
            match part {
                Part::Slot(at) => {
                    let fact = self.facts.told.facts.get(*at).cloned().unwrap_or_default();
                    pieces.push(Span { text: fact.text, anchor: fact.anchor, ours: true });
                }
                Part::Words(words) => {
                    let after = pieces.last().filter(|_| self.facts.lang == Lang::Ko);
                    let text = match after.and_then(|figure| agree(&figure.text, words)) {
                        Some((particle, bytes)) => format!("{particle}{}", words.get(bytes..).unwrap_or_default()),
                        None => (*words).to_owned(),
                    };
                    pieces.push(Span { text, anchor: None, ours: false });
                }
            }
        }
        Line { text: pieces.iter().map(|piece| piece.text.as_str()).collect(), pieces }
    }
}

/// A part of a sentence as a model writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part<'a> {
    /// Words.
    Words(&'a str),
    /// The number of a fact, from 0.
    Slot(usize),
}

/// The sentences of what a model once said of these facts: the same, whenever it is read.
pub fn replay(raw: &str, facts: &Facts) -> Vec<Line> {
    let mut reader = Reader::new(facts);
    let mut lines = reader.push(raw);
    lines.extend(reader.end());
    lines
}

#[cfg(test)]
mod tests;
