//! Does an answer tell the numbers that were counted apart from the program, each with its source, and the same in both
//! languages?

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use bonghwa_analytics::answer::{Asking, reply};
use bonghwa_analytics::desk::Files;
use bonghwa_analytics::region::Region;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::told::{Key, Told, told};
use super::{Asked, nation};
use crate::figure::{Figure, Target};

/// How far a number that is told exactly may lie from the one counted: the last digits of a sum of many.
const LAST_DIGITS: f64 = 1e-9;

/// A number that an answer has to tell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Number {
    area: String,
    measure: String,
    role: String,
    value: f64,
    /// From what it is estimated, if it is: then the number that is told says how far off it may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tolerance: Option<Tolerance>,
}

/// What a number is estimated from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Tolerance {
    /// A sketch of identities.
    Sketch,
    /// A histogram of durations.
    Quantile,
}

impl Number {
    fn key(&self) -> Key {
        (self.area.clone(), self.measure.clone(), self.role.clone())
    }

    /// Whether a number that is told is this one.
    fn is(&self, told: &Told) -> bool {
        let off = (told.value - self.value).abs();
        match (self.tolerance, told.error) {
            // Users are told as whole ones.
            (Some(Tolerance::Sketch), Some(error)) => off <= error + 0.5,
            (Some(Tolerance::Quantile), Some(error)) => off <= error * (1.0 + LAST_DIGITS),
            (Some(_), None) => false,
            (None, error) => error.is_none() && off <= LAST_DIGITS * self.value.abs(),
        }
    }
}

/// What was found of a set.
#[derive(Default)]
struct Score {
    /// Numbers right, and all, of every question and of those that are named.
    all: (usize, usize),
    named: (usize, usize),
    /// Questions with numbers.
    questions: usize,
    /// Facts, and those that do not say where they are from.
    facts: usize,
    unsourced: usize,
    /// What was answered to the same question, by language.
    answers: BTreeMap<String, BTreeMap<String, BTreeSet<String>>>,
}

/// The desk that questions are put to.
pub(super) struct Reference(Files);

impl Reference {
    pub(super) fn new(regions: &[Region]) -> Result<Self> {
        Ok(Self(nation::desk(regions)?))
    }

    /// Scores the numbers of a set; nothing of a set without any.
    pub(super) fn score(&self, set: &str, asked: &[Asked]) -> Result<Vec<Figure>> {
        let mut score = Score::default();
        for case in asked {
            if let Some(numbers) = &case.numbers {
                self.ask(set, case, numbers, &mut score)?;
            }
        }
        Ok(score.figures(set))
    }

    fn ask(&self, set: &str, case: &Asked, numbers: &[Number], score: &mut Score) -> Result<()> {
        let asking = Asking { text: case.text.clone(), previous: case.previous.clone(), ..Asking::default() };
        let answer = reply(&self.0, &asking)?.answer;
        let mut found = answer.as_ref().map(told).unwrap_or_default();
        let (mut right, mut misses) = (0, Vec::new());
        for number in numbers {
            match found.remove(&number.key()) {
                Some(told) if number.is(&told) => right += 1,
                other => misses.push(format!("{number:?} told {other:?}")),
            }
        }
        // What is told beyond it is not right either.
        let all = numbers.len() + found.len();
        misses.extend(found.iter().map(|(key, told)| format!("beyond it {key:?} {told:?}")));
        if !misses.is_empty() && std::env::var_os("EVAL_TRACE").is_some() {
            eprintln!("{set} {}\n    {}", case.text, misses.join("\n    "));
        }
        score.questions += usize::from(!numbers.is_empty());
        let named = case.named.is_some();
        for part in [Some(&mut score.all), Some(&mut score.named).filter(|_| named)].into_iter().flatten() {
            part.0 += right;
            part.1 += all;
        }
        if let Some(answer) = &answer {
            let body = serde_json::to_value(&answer.body)?;
            let known = answer.regions.len() as u64;
            sources(&body, &mut |fact| {
                score.facts += 1;
                if !has_source(fact, known) {
                    score.unsourced += 1;
                    eprintln!("{set} {}: no source: {fact}", case.text);
                }
            });
            // The numbers tell apart what the question alone does not: this hour, and the last hour.
            let question = serde_json::to_string(&(&case.wanted, numbers))?;
            let by_language = score.answers.entry(question).or_default();
            by_language.entry(case.lang.clone()).or_default().insert(serde_json::to_string(&(body, &answer.charts))?);
        }
        Ok(())
    }
}

impl Score {
    fn figures(&self, set: &str) -> Vec<Figure> {
        if self.questions == 0 && set == "given" {
            return Vec::new();
        }
        let own = set == "own";
        let least = |target: f64| if own { Target::AtLeast(target) } else { Target::None };
        let most = |target: f64| if own { Target::AtMost(target) } else { Target::None };
        let share = |(right, all): (usize, usize)| right as f64 / all.max(1) as f64;
        let both = self.answers.values().filter(|by_language| by_language.len() > 1);
        let differ = |by_language: &&BTreeMap<String, BTreeSet<String>>| {
            by_language.values().flatten().collect::<BTreeSet<_>>().len() > 1
        };
        let name = |what: &str| format!("ask/{set}, {what}");
        let mut figures = vec![
            Figure::new(&name("numbers right"), share(self.all), "", self.all.1, least(1.0)),
            Figure::new(&name("questions with numbers"), self.questions as f64, "", self.questions, least(200.0)),
            Figure::new(&name("numbers without a source"), self.unsourced as f64, "", self.facts, most(0.0)),
        ];
        if own {
            figures.push(Figure::new(&name("numbers of the nine"), share(self.named), "", self.named.1, least(1.0)));
            let differing = both.clone().filter(differ).count() as f64;
            figures.push(Figure::new(&name("languages differ"), differing, "", both.count(), most(0.0)));
        }
        figures
    }
}

/// Visits every fact in an answer.
fn sources(value: &Value, visit: &mut impl FnMut(&Value)) {
    match value {
        Value::Object(fields) => {
            if ["measure", "value", "unit", "method", "region_count"].iter().all(|field| fields.contains_key(*field)) {
                visit(value);
            }
            fields.values().for_each(|value| sources(value, visit));
        }
        Value::Array(values) => values.iter().for_each(|value| sources(value, visit)),
        _ => {}
    }
}

/// Whether a fact says which regions, which period, which rows and which method it is from. No regions are all of them.
fn has_source(fact: &Value, known: u64) -> bool {
    let text = |field: &str| fact[field].as_str().is_some_and(|text| !text.is_empty());
    let period = fact["from"].as_i64().zip(fact["to"].as_i64()).is_some_and(|(from, to)| 0 < from && from < to);
    let count = fact["region_count"].as_u64().unwrap_or(0);
    let named = fact["regions"].as_array().map_or(0, Vec::len) as u64;
    let regions = count > 0 && count <= known && (named >= count || named == 0);
    ["id", "measure", "unit", "resolution", "method"].into_iter().all(text) && period && regions
}
