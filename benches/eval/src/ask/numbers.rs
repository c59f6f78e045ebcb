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
            // What is told holds in 95 of 100 cases; users are whole, and one of a few may be lost.
            (Some(Tolerance::Sketch), Some(error)) => off <= (2.0 * error).max(0.5) + 0.5,
            (Some(Tolerance::Quantile), Some(error)) => off <= error * (1.0 + LAST_DIGITS),
            (Some(_), None) => false,
            (None, error) => error.is_none() && off <= LAST_DIGITS * self.value.abs(),
        }
    }
}

/// What was found of a set.
///
/// An estimate is right within twice its error (99.99 of 100 cases); that the error is told rightly shows in the share of
/// estimates that lie within it.
#[derive(Default)]
struct Score {
    /// Numbers right, and all, of every question and of those that are named.
    all: (usize, usize),
    named: (usize, usize),
    /// Estimates of users within their error, and all, each once.
    estimates: BTreeMap<String, bool>,
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
                Some(told) if number.is(&told) => {
                    right += 1;
                    if let (Some(Tolerance::Sketch), Some(error)) = (number.tolerance, told.error) {
                        // The same number of another question is no other estimate.
                        let within = (told.value - number.value).abs() <= error + 0.5;
                        score.estimates.insert(format!("{} {} {error}", number.value, told.value), within);
                    }
                }
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
            let within = (self.estimates.values().filter(|within| **within).count(), self.estimates.len());
            figures.push(Figure::new(&name("users within error"), share(within), "", within.1, least(0.95)));
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
            for value in fields.values() {
                sources(value, visit);
            }
        }
        Value::Array(values) => {
            for value in values {
                sources(value, visit);
            }
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn number(value: f64, tolerance: Option<Tolerance>) -> Number {
        let [area, measure, role] = ["nation", "users", "now"].map(str::to_owned);
        Number { area, measure, role, value, tolerance }
    }

    #[test]
    fn a_number_is_right_to_the_last_digit_or_within_the_error_that_is_told() {
        let told = |value, error| Told { value, error };
        let exact = number(0.25, None);
        assert!(exact.is(&told(0.25, None)));
        assert!(!exact.is(&told(0.250_001, None)) && !exact.is(&told(0.25, Some(0.01))));
        let users = number(1000.0, Some(Tolerance::Sketch));
        assert!(users.is(&told(1020.0, Some(10.0))));
        assert!(!users.is(&told(1021.0, Some(10.0))) && !users.is(&told(1000.0, None)));
        assert!(number(24.0, Some(Tolerance::Sketch)).is(&told(23.0, Some(0.25))), "one of a few is lost");
        let quantile = number(0.5, Some(Tolerance::Quantile));
        assert!(quantile.is(&told(0.507, Some(0.0078))) && !quantile.is(&told(0.508, Some(0.0078))));
    }

    #[test]
    fn a_fact_without_a_source_is_seen() {
        let fact = serde_json::json!({
            "id": "users-seoul-now", "measure": "users", "value": 1.0, "unit": "users", "error": null, "regions": ["seoul"],
            "region_count": 1, "from": 10, "to": 20, "resolution": "minute", "method": "hyper_log_log"
        });
        let mut seen = 0;
        sources(&serde_json::json!({ "rows": [{ "value": fact }] }), &mut |fact| {
            seen += 1;
            assert!(has_source(fact, 17));
        });
        assert_eq!(seen, 1);
        for (field, value) in [
            ("id", "".into()),
            ("to", 10.into()),
            ("region_count", 0.into()),
            ("method", Value::Null),
            ("from", 0.into()),
        ] {
            let mut without = fact.clone();
            without[field] = value;
            assert!(!has_source(&without, 17), "{field}");
        }
    }

    #[test]
    fn the_set_of_the_project_holds_numbers_that_were_worked_out_by_hand() -> Result<()> {
        let asked: Vec<Asked> = super::super::read(&super::super::folder().join("questions.jsonl"))?;
        let of = |text: &str, role: &str| {
            let case = asked.iter().find(|case| case.text == text)?;
            let number = case.numbers.as_ref()?.iter().find(|number| number.role == role)?;
            Some((number.area.as_str(), number.value))
        };
        let today = "오늘은 시스템이 왜 이래?";
        assert_eq!(of(today, "incidents"), Some(("", 1.0)), "gwangju, from 10 to 11");
        assert_eq!(of(today, "incident 1 ratio"), Some(("gwangju", 20.0)), "0.625 where 0.03125 is usual");
        let long = "Show the users with long sessions";
        assert_eq!(of(long, "place 1 a minute"), Some(("incheon", 100.0)));
        let busan = 11 * 3600;
        let (_, longest) = asked
            .iter()
            .find(|case| case.text == long)
            .and_then(|case| {
                let numbers = case.numbers.as_ref()?.iter();
                numbers.map(|n| (n, n.value)).find(|(n, _)| n.measure == "long_lived" && n.role == "place 1 seconds")
            })
            .ok_or_else(|| anyhow::anyhow!("no session is listed"))?;
        assert!((longest - f64::from(busan)).abs() < 0.5, "from 00:30 to 11:30: {longest}");
        Ok(())
    }
}
