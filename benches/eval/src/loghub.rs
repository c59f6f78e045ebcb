//! Loghub: grouping of labelled log lines (Zhu et al., "Tools and benchmarks for automated log parsing", ICSE-SEIP 2019;
//! FGA after Jiang et al., "LogPub", ISSTA 2024). Each system is one pass over its lines with the same limits.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use bonghwa_analytics::logs::miner::{Limits, Miner};

use crate::data;
use crate::figure::{Figure, Target};

/// Scores every system in `folder`: a folder each, with a `*_structured.csv` inside.
///
/// Rules and thresholds were chosen on every other system (the first, third, ... by name); both halves are told apart.
pub(crate) fn run(folder: &Path) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    let mut scores = Vec::new();
    for system in data::entries(folder)?.into_iter().filter(|path| path.is_dir()) {
        for file in data::entries(&system)? {
            let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if !name.ends_with("_structured.csv") {
                continue;
            }
            let lines = lines(&file)?;
            if lines.is_empty() {
                continue;
            }
            let score = score(&lines);
            let short = name.split('_').next().unwrap_or(&name).to_lowercase();
            figures.push(Figure::new(&format!("loghub/{short}/ga"), score.0, "", lines.len(), Target::None));
            figures.push(Figure::new(&format!("loghub/{short}/fga"), score.1, "", lines.len(), Target::None));
            scores.push(score);
        }
    }
    let every =
        |first: usize, step: usize| -> Vec<(f64, f64)> { scores.iter().copied().skip(first).step_by(step).collect() };
    let parts = [("", every(0, 1)), ("/development half", every(0, 2)), ("/other half", every(1, 2))];
    for (part, scores) in parts {
        let n = scores.len();
        let mean = |of: fn(&(f64, f64)) -> f64| scores.iter().map(of).sum::<f64>() / n as f64;
        let target = |least| if part.is_empty() { Target::AtLeast(least) } else { Target::None };
        if n > 0 || part.is_empty() {
            figures.push(Figure::new(&format!("loghub/ga{part}"), mean(|score| score.0), "", n, target(0.88)));
            figures.push(Figure::new(&format!("loghub/fga{part}"), mean(|score| score.1), "", n, target(0.78)));
        }
    }
    Ok(figures)
}

/// Content and label of every line.
fn lines(file: &Path) -> Result<Vec<(String, String)>> {
    let text = data::text(file)?;
    let mut rows = text.lines().map(data::fields);
    let head = rows.next().unwrap_or_default();
    let column = |name: &str| {
        head.iter().position(|field| field == name).with_context(|| format!("{} has no column {name}", file.display()))
    };
    let (content, event) = (column("Content")?, column("EventId")?);
    Ok(rows.filter_map(|row| Some((row.get(content)?.clone(), row.get(event)?.clone()))).collect())
}

/// Grouping accuracy: the share of lines whose group is exactly that of their label; and F1 over groups.
fn score(lines: &[(String, String)]) -> (f64, f64) {
    let mut miner = Miner::new(Limits::default());
    let ids: Vec<_> = lines.iter().map(|(content, _)| miner.insert(content)).collect();
    let grouped = miner.templates();
    let mut ours: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut theirs: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (line, (id, (_, event))) in ids.iter().zip(lines).enumerate() {
        ours.entry(grouped.number(*id).unwrap_or(usize::MAX)).or_default().push(line);
        theirs.entry(event).or_default().push(line);
    }
    let right: Vec<usize> = ours
        .values()
        .filter(|members| {
            members
                .first()
                .and_then(|line| lines.get(*line))
                .is_some_and(|(_, event)| theirs.get(event.as_str()) == Some(members))
        })
        .map(Vec::len)
        .collect();
    let accuracy = right.iter().sum::<usize>() as f64 / lines.len() as f64;
    let (precision, recall) = (right.len() as f64 / ours.len() as f64, right.len() as f64 / theirs.len() as f64);
    let f1 = if right.is_empty() { 0.0 } else { 2.0 * precision * recall / (precision + recall) };
    (accuracy, f1)
}
