//! PetShop: which node of a call graph broke the objective of another, and whether days without a fault stay unaccused.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use bonghwa_analytics::cause::flow::{Attribution, Callees, Excess, Kind, Step, attribute};

use crate::data;
use crate::figure::{Figure, Target};

/// Scores `test` and all incidents of the folder, and windows of the second half of `noissue`.
pub(crate) fn run(folder: &Path) -> Result<Vec<Figure>> {
    let graph = Graph::read(&folder.join("graph.csv"))?;
    let usual = Metrics::read(&folder.join("noissue/metrics.csv"))?;
    let mut outcomes = Vec::new();
    for part in data::entries(folder)?.into_iter().filter(|path| path.is_dir()) {
        for issue in data::entries(&part)? {
            if issue.join("target.json").is_file() {
                let outcome = incident(&graph, &usual, &issue).with_context(|| issue.display().to_string())?;
                outcomes.push((part.ends_with("test"), outcome));
            }
        }
    }
    let mut figures = Vec::new();
    for (name, only_test) in [("petshop/test", true), ("petshop/all", false)] {
        let scored: Vec<&Outcome> = outcomes.iter().filter(|(test, _)| *test || !only_test).map(|(_, o)| o).collect();
        let share = |what: &dyn Fn(&Outcome) -> bool| {
            scored.iter().filter(|outcome| what(outcome)).count() as f64 / scored.len().max(1) as f64
        };
        let aim = |least: f64| if only_test { Target::AtLeast(least) } else { Target::None };
        let top = |depth: usize| share(&|outcome| outcome.rank.is_some_and(|rank| rank < depth));
        figures.push(Figure::new(&format!("{name} top-1"), top(1), "", scored.len(), aim(0.75)));
        figures.push(Figure::new(&format!("{name} top-3"), top(3), "", scored.len(), aim(0.90)));
        let stated = share(&|outcome| outcome.stated && outcome.rank == Some(0));
        figures.push(Figure::new(&format!("{name} top-1 and stated"), stated, "", scored.len(), Target::None));
        let wrong = share(&|outcome| outcome.stated && outcome.rank != Some(0));
        figures.push(Figure::new(&format!("{name} wrong and stated"), wrong, "", scored.len(), Target::None));
    }
    figures.extend(no_fault(&graph, &usual, &outcomes.into_iter().map(|(_, outcome)| outcome).collect::<Vec<_>>()));
    Ok(figures)
}

/// What was said of one incident.
struct Outcome {
    symptom: usize,
    kind: Kind,
    rows: usize,
    /// Place of the true cause, from 0.
    rank: Option<usize>,
    /// Whether the first one is stated as the cause.
    stated: bool,
}

fn incident(graph: &Graph, usual: &Metrics, issue: &Path) -> Result<Outcome> {
    let target: serde_json::Value = serde_json::from_str(&data::text(&issue.join("target.json"))?)?;
    let node = |pointer: &str| graph.node(target.pointer(pointer)?.as_str()?);
    let symptom = node("/target/node").context("the symptom is not in the graph")?;
    let cause = node("/root_cause/node").context("the root cause is not in the graph")?;
    let kind = match target.pointer("/target/metric").and_then(|metric| metric.as_str()) {
        Some("latency") => Kind::Latency,
        _ => Kind::Errors,
    };
    let incident = Metrics::read(&issue.join("metrics.csv"))?;
    let found = explain(graph, usual, 0..usual.rows, &incident, 0..incident.rows, kind, symptom);
    Ok(Outcome {
        symptom,
        kind,
        rows: incident.rows,
        rank: found.ranked.iter().position(|share| share.node == cause),
        stated: found.ranked.first().is_some_and(|first| first.stands_out),
    })
}

/// How often nothing is accused where nothing happened: windows as long as the incidents, cut out of the second half of
/// the days without a fault, held against the first half, with the symptoms of the incidents.
fn no_fault(graph: &Graph, usual: &Metrics, outcomes: &[Outcome]) -> Vec<Figure> {
    let mut symptoms: Vec<(Kind, usize, usize)> = outcomes.iter().map(|o| (o.kind, o.symptom, o.rows.max(1))).collect();
    symptoms.sort_unstable();
    symptoms.dedup();
    let half = usual.rows / 2;
    let mut counts: BTreeMap<Kind, (usize, usize)> = BTreeMap::new();
    for (kind, symptom, rows) in symptoms {
        for start in (half..=usual.rows.saturating_sub(rows)).step_by(rows) {
            let found = explain(graph, usual, 0..half, usual, start..start + rows, kind, symptom);
            let (silent, all) = counts.entry(kind).or_default();
            *silent += usize::from(!found.ranked.first().is_some_and(|first| first.stands_out));
            *all += 1;
        }
    }
    let figure = |(kind, (silent, all)): (Kind, (usize, usize))| {
        let name = match kind {
            Kind::Latency => "petshop/no fault, silent: latency",
            Kind::Errors => "petshop/no fault, silent: errors",
        };
        Figure::new(name, silent as f64 / all.max(1) as f64, "", all, Target::AtLeast(0.95))
    };
    counts.into_iter().map(figure).collect()
}

fn explain(
    graph: &Graph,
    usual: &Metrics,
    usual_rows: std::ops::Range<usize>,
    incident: &Metrics,
    rows: std::ops::Range<usize>,
    kind: Kind,
    symptom: usize,
) -> Attribution {
    let excess = |name: &String| {
        let (usual, incident) = (usual.steps(name, kind)?, incident.steps(name, kind)?);
        Excess::of(kind, usual.get(usual_rows.clone())?, incident.get(rows.clone())?)
    };
    let nodes: Vec<Option<Excess>> = graph.names.iter().map(excess).collect();
    // Load balancers stand in the graph beside the services behind them.
    attribute(&nodes, &graph.calls, symptom, Callees::Largest)
}

/// Nodes, and pairs of caller and callee.
struct Graph {
    names: Vec<String>,
    calls: Vec<(usize, usize)>,
}

impl Graph {
    /// Reads a matrix: a row a caller, a column a callee.
    fn read(path: &Path) -> Result<Self> {
        let text = data::text(path)?;
        let mut lines = text.lines();
        let names: Vec<String> =
            data::fields(lines.next().context("graph.csv is empty")?).into_iter().skip(1).collect();
        let mut graph = Self { names, calls: Vec::new() };
        for line in lines {
            let fields = data::fields(line);
            let Some(caller) = graph.node(&fields[0]) else { continue };
            let is_call = |field: &String| field.parse::<f64>().is_ok_and(|value| value > 0.0);
            let callees = fields.iter().skip(1).take(graph.names.len()).enumerate().filter(|(_, field)| is_call(field));
            graph.calls.extend(callees.map(|(callee, _)| (caller, callee)).collect::<Vec<_>>());
        }
        Ok(graph)
    }

    fn node(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| known == name)
    }
}

/// A table of metrics: columns by node, metric and statistic.
struct Metrics {
    columns: BTreeMap<[String; 3], Vec<f64>>,
    rows: usize,
}

impl Metrics {
    fn read(path: &Path) -> Result<Self> {
        let text = data::text(path)?;
        let mut lines = text.lines();
        let mut head = || lines.next().map(data::fields).with_context(|| format!("{}: no head", path.display()));
        let (nodes, metrics, statistics) = (head()?, head()?, head()?);
        // The fourth line names the index.
        head()?;
        let rows: Vec<Vec<String>> = lines.map(data::fields).collect();
        let mut columns = BTreeMap::new();
        for (at, ((node, metric), statistic)) in nodes.into_iter().zip(metrics).zip(statistics).enumerate().skip(1) {
            let value = |row: &Vec<String>| row.get(at).and_then(|field| field.parse().ok()).unwrap_or(f64::NAN);
            columns.insert([node, metric, statistic], rows.iter().map(value).collect());
        }
        Ok(Self { columns, rows: rows.len() })
    }

    fn column(&self, node: &str, metric: &str, statistic: &str) -> Option<&Vec<f64>> {
        self.columns.get(&[node.to_owned(), metric.to_owned(), statistic.to_owned()])
    }

    /// What a node measured, a step a row.
    fn steps(&self, node: &str, kind: Kind) -> Option<Vec<Step>> {
        let requests = self.column(node, "requests", "Sum")?;
        let levels = match kind {
            Kind::Latency => self.column(node, "latency", "Average")?,
            Kind::Errors => self.column(node, "availability", "Average")?,
        };
        let level = |value: f64| if kind == Kind::Errors { 1.0 - value / 100.0 } else { value };
        let step = |(requests, value): (&f64, &f64)| Step { requests: *requests, level: level(*value) };
        Some(requests.iter().zip(levels).map(step).collect())
    }
}
