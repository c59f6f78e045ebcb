//! Questions in plain words: are they understood, are those that cannot be answered refused, and does nothing hostile
//! have an effect?
//!
//! The sets stand beside this crate in `ask/`, whose README explains them. Expected questions, and the numbers of their answers
//! in the nation of `ask/nation.md`, are computed there, apart from the program.

mod nation;
mod numbers;
mod told;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use bonghwa::demo::regions;
use bonghwa_analytics::ask::{Context, LONGEST, Question, Understood, understand};
use bonghwa_analytics::region::Region;
use serde::{Deserialize, Serialize};

use crate::data::text;
use crate::figure::{Figure, Target};
use numbers::{Number, Reference};

/// A question and what it should be understood as.
#[derive(Deserialize)]
struct Asked {
    text: String,
    lang: String,
    style: String,
    at: i64,
    /// Number of the named question that it words.
    #[serde(default)]
    named: Option<u8>,
    #[serde(default)]
    previous: Option<Question>,
    /// Services that report, where they are not those of the project's sets.
    #[serde(default)]
    services: Option<Vec<String>>,
    /// The numbers that the answer has to tell, if they were counted.
    #[serde(default)]
    numbers: Option<Vec<Number>>,
    #[serde(flatten)]
    wanted: Wanted,
}

/// What is wanted of a text.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum Wanted {
    /// What it should become; no question if there is none.
    Expect(Option<Question>),
    /// What it must not become, for an answer that somebody found wrong.
    Not(Option<Question>),
}

impl Wanted {
    /// The question that it is about.
    fn question(&self) -> Option<&Question> {
        let (Self::Expect(question) | Self::Not(question)) = self;
        question.as_ref()
    }

    /// Whether what became of the text is right.
    fn holds(&self, outcome: &Understood) -> bool {
        let became = match outcome {
            Understood::Question { question, .. } => Some(question.bare()),
            _ => None,
        };
        match self {
            Self::Expect(expect) => became == *expect,
            Self::Not(not) => became != *not,
        }
    }
}

/// A text that must not be answered.
#[derive(Deserialize)]
struct Other {
    text: String,
    #[serde(default)]
    at: Option<i64>,
    /// How often the text is repeated.
    #[serde(default)]
    times: Option<usize>,
}

/// Friday 2026-11-20 14:07 in Asia/Seoul.
const AT: i64 = 1_795_151_220;

/// The folder of the sets.
pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("ask")
}

/// Scores the project's sets in a folder, or one set in a file.
pub(crate) fn run(at: &Path) -> Result<Vec<Figure>> {
    let regions = regions();
    let services: Vec<String> = ["web", "was", "db"].map(str::to_owned).to_vec();
    let world = World { regions: &regions, services: &services };
    let reference = Reference::new(&regions)?;
    let scored = |set: &str, asked: &[Asked]| -> Result<Vec<Figure>> {
        let mut figures = world.questions(set, asked);
        figures.extend(reference.score(set, asked)?);
        Ok(figures)
    };
    if at.is_file() {
        return scored("given", &read(at)?);
    }
    let own: Vec<Asked> = read(&at.join("questions.jsonl"))?;
    let mut figures = scored("own", &own)?;
    for set in ["heldout", "blind", "blind2", "blind3"] {
        figures.extend(scored(set, &read::<Asked>(&at.join(format!("{set}.jsonl")))?)?);
    }
    figures.push(world.unanswerable(&read(&at.join("unanswerable.jsonl"))?));
    figures.push(world.hostile(&read(&at.join("hostile.jsonl"))?, &own));
    Ok(figures)
}

fn read<T: for<'a> Deserialize<'a>>(path: &Path) -> Result<Vec<T>> {
    let lines = text(path)?;
    let parse = |(number, line): (usize, &str)| {
        serde_json::from_str(line).with_context(|| format!("{}:{}", path.display(), number + 1))
    };
    lines.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).map(parse).collect()
}

struct World<'a> {
    regions: &'a [Region],
    services: &'a [String],
}

impl World<'_> {
    fn understand(&self, text: &str, at: i64, previous: Option<&Question>) -> Understood {
        understand(text, &Context { at, regions: self.regions, services: self.services, previous })
    }

    /// Share of questions with the right kind and the right slots, together and by kind, language and style.
    fn questions(&self, set: &str, asked: &[Asked]) -> Vec<Figure> {
        let mut parts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        for case in asked {
            let services = case.services.as_deref().unwrap_or(self.services);
            let world = World { regions: self.regions, services };
            let outcome = world.understand(&case.text, case.at, case.previous.as_ref());
            let right = case.wanted.holds(&outcome);
            if !right && std::env::var_os("EVAL_TRACE").is_some() {
                let wanted = serde_json::to_string(&case.wanted).unwrap_or_default();
                let got = serde_json::to_string(&outcome).unwrap_or_default();
                eprintln!("{set} {}\n    want {wanted}\n    got  {got}", case.text);
            }
            let kind = case.wanted.question().and_then(|question| serde_json::to_value(question.kind).ok());
            let kind = kind.as_ref().and_then(|kind| kind.as_str()).unwrap_or("none");
            let named = if case.named.is_some() { "nine named questions" } else { "others" };
            let keys = [
                String::new(),
                format!("kind {kind}"),
                format!("language {}", case.lang),
                format!("style {}", case.style),
                named.to_owned(),
            ];
            for key in keys {
                let part = parts.entry(key).or_default();
                part.0 += usize::from(right);
                part.1 += 1;
            }
        }
        let figure = |(key, (right, n)): (&String, &(usize, usize))| {
            let target = match (set, key.as_str()) {
                ("heldout" | "blind" | "blind2" | "blind3", "") => Target::AtLeast(0.90),
                (_, "") => Target::AtLeast(0.98),
                ("own", "nine named questions") => Target::AtLeast(1.0),
                _ => Target::None,
            };
            let name = if key.is_empty() { "all" } else { key };
            Figure::new(&format!("ask/{set}, {name}"), *right as f64 / *n as f64, "", *n, target)
        };
        let mut figures: Vec<Figure> = parts.iter().map(figure).collect();
        if figures.is_empty() {
            figures.push(Figure::new(&format!("ask/{set}, all"), 0.0, "", 0, Target::AtLeast(0.98)));
        }
        figures
    }

    /// Share of texts that were answered although they cannot be.
    fn unanswerable(&self, texts: &[Other]) -> Figure {
        let answered = texts.iter().filter(|other| {
            let outcome = self.understand(&other.text, other.at.unwrap_or(AT), None);
            let answered = matches!(outcome, Understood::Question { .. });
            if answered && std::env::var_os("EVAL_TRACE").is_some() {
                eprintln!("answered: {}\n    {}", other.text, serde_json::to_string(&outcome).unwrap_or_default());
            }
            answered
        });
        let share = answered.count() as f64 / texts.len().max(1) as f64;
        Figure::new("ask/unanswerable, answered", share, "", texts.len(), Target::AtMost(0.02))
    }

    /// Hostile texts with an effect: one that changes what a question before or after it means, that gets into a slot other
    /// than as the words of a period, or that is read beyond what is allowed. A panic ends the run.
    fn hostile(&self, texts: &[Other], asked: &[Asked]) -> Figure {
        let mut effects = 0;
        for (at, other) in texts.iter().enumerate() {
            let text = other.text.repeat(other.times.unwrap_or(1));
            let outcome = self.understand(&text, AT, None);
            let too_long = text.chars().count() > 4 * LONGEST;
            let known = |question: &Question| {
                question.regions().iter().all(|code| self.regions.iter().any(|region| region.code == *code))
                    && question.service.as_ref().is_none_or(|service| self.services.contains(service))
                    && question.period.from < question.period.to
            };
            let harmless = match &outcome {
                Understood::Question { question, .. } => !too_long && known(question),
                Understood::Ambiguous { choices, .. } => !too_long && choices.iter().all(known),
                Understood::Cannot { .. } => true,
            };
            // The same text as a name of a service, and between two askings of another question.
            let case = asked.get(at % asked.len().max(1));
            let steady = case.is_none_or(|case| {
                let services: Vec<String> = self.services.iter().cloned().chain([text.clone()]).collect();
                let beside = World { regions: self.regions, services: &services };
                let before = self.understand(&case.text, case.at, case.previous.as_ref());
                beside.understand(&case.text, case.at, case.previous.as_ref()) == before
                    && self.understand(&text, AT, None) == outcome
            });
            if !(harmless && steady) {
                effects += 1;
                eprintln!("hostile text {at} has an effect: {outcome:?}");
            }
        }
        Figure::new("ask/hostile, with an effect", f64::from(effects), "", texts.len(), Target::AtMost(0.0))
    }
}
