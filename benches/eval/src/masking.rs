//! Masking of personal data: is what lines hold found, with its extent and its rule, and is nothing else?
//!
//! The sets stand beside this crate in `masking/`, whose README explains them. What a line holds was written into it by
//! hand or by a script, never by the recogniser.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use bonghwa_analytics::mask::{Profile, Rule, find, mask};
use serde::Deserialize;

use crate::data::text;
use crate::figure::{Figure, Target};

/// A line and the values in it.
#[derive(Deserialize)]
struct Line {
    text: String,
    spans: Vec<Value>,
}

/// A value in a line, by bytes.
#[derive(Deserialize)]
struct Value {
    rule: String,
    from: usize,
    to: usize,
    profile: String,
}

/// Values found rightly, values that are there, findings.
#[derive(Clone, Copy, Default)]
struct Score {
    right: usize,
    there: usize,
    found: usize,
}

/// The folder of the sets.
pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("masking")
}

/// Scores the project's sets, or one set in a file.
pub(crate) fn run(at: &Path) -> Result<Vec<Figure>> {
    if at.is_file() {
        return Ok(figures("given", &read(at)?));
    }
    let mut all = Vec::new();
    for set in ["generated", "awkward", "heldout", "blind"] {
        all.extend(figures(set, &read(&at.join(format!("{set}.jsonl")))?));
    }
    Ok(all)
}

fn read(path: &Path) -> Result<Vec<Line>> {
    let lines = text(path)?;
    let parse = |(number, line): (usize, &str)| {
        serde_json::from_str(line).with_context(|| format!("{}:{}", path.display(), number + 1))
    };
    lines.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).map(parse).collect()
}

/// Recall and precision of a set, of all its rules and of each, with the ends of their 95 % intervals.
fn figures(set: &str, lines: &[Line]) -> Vec<Figure> {
    let mut scores: BTreeMap<String, Score> = BTreeMap::new();
    let mut unsteady = 0;
    for line in lines {
        for profile in [Profile::Balanced, Profile::Strict] {
            let once = mask(&line.text, profile).text;
            unsteady += usize::from(mask(&once, profile).text != once);
            score(set, line, profile, &mut scores);
        }
    }
    let mut out = Vec::new();
    for (rule, score) in &scores {
        let target = if rule == "all" { Target::AtLeast(0.99) } else { Target::None };
        for (what, n) in [("recall", score.there), ("precision", score.found)] {
            let share = score.right as f64 / n.max(1) as f64;
            out.push(Figure::new(&format!("masking/{set}, {rule} {what}"), share, "", n, target));
            if rule == "all" {
                let (low, high) = wilson(score.right, n);
                out.push(Figure::new(&format!("masking/{set}, {what}, lower end"), low, "", n, Target::None));
                out.push(Figure::new(&format!("masking/{set}, {what}, upper end"), high, "", n, Target::None));
            }
        }
    }
    let lower = |rule: &str| scores.get(rule).map_or(0.0, |score| wilson(score.right, score.there.max(score.found)).0);
    for rule in Rule::ALL.map(name) {
        let n = scores.get(rule).map_or(0, |score| score.there);
        out.push(Figure::new(&format!("masking/{set}, {rule} lower end"), lower(rule), "", n, Target::None));
    }
    let steady = Target::AtMost(0.0);
    out.push(Figure::new(&format!("masking/{set}, changed by a second run"), unsteady as f64, "", lines.len(), steady));
    out
}

/// Compares one line with what is in it.
fn score(set: &str, line: &Line, profile: Profile, scores: &mut BTreeMap<String, Score>) {
    let there: Vec<(&str, usize, usize)> = line
        .spans
        .iter()
        .filter(|value| profile == Profile::Strict || value.profile == "both")
        .map(|value| (value.rule.as_str(), value.from, value.to))
        .collect();
    let found: Vec<_> = find(&line.text, profile).iter().map(|span| (name(span.rule), span.from, span.to)).collect();
    let mut add = |rule: &str, count: fn(&mut Score)| {
        for key in ["all", rule] {
            count(scores.entry(key.to_owned()).or_default());
        }
    };
    for value in &there {
        add(value.0, |score| score.there += 1);
        if found.contains(value) {
            add(value.0, |score| score.right += 1);
        }
    }
    for value in &found {
        add(value.0, |score| score.found += 1);
    }
    if there != found && std::env::var_os("EVAL_TRACE").is_some() {
        let show = |values: &[(&str, usize, usize)]| {
            let show = |(rule, from, to): &(&str, usize, usize)| {
                format!("{rule} '{}'", line.text.get(*from..*to).unwrap_or_default())
            };
            values.iter().map(show).collect::<Vec<_>>().join(", ")
        };
        eprintln!("{set} {profile:?} {}\n    want {}\n    got  {}", line.text, show(&there), show(&found));
    }
}

/// The name of a rule in the sets.
fn name(rule: Rule) -> &'static str {
    match rule {
        Rule::ResidentNumber => "resident",
        Rule::ForeignerNumber => "foreigner",
        Rule::Mobile => "mobile",
        Rule::Landline => "landline",
        Rule::Email => "email",
        Rule::Card => "card",
        Rule::Account => "account",
        Rule::Passport => "passport",
        Rule::Licence => "licence",
        Rule::Address => "address",
        Rule::Token => "token",
    }
}

/// The 95 % interval of a share. Source: Wilson, "Probable inference, the law of succession, and statistical inference"
/// (JASA 22, 1927).
fn wilson(right: usize, n: usize) -> (f64, f64) {
    let z = 1.959_963_985;
    let (n, share) = (n.max(1) as f64, right as f64 / n.max(1) as f64);
    let centre = share + z * z / (2.0 * n);
    let spread = z * libm::sqrt(share * (1.0 - share) / n + z * z / (4.0 * n * n));
    let scale = 1.0 + z * z / n;
    ((centre - spread) / scale, (centre + spread) / scale)
}
