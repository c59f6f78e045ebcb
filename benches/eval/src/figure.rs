//! A figure beside its target.

use serde::Serialize;

/// One line of the table and of `eval.json`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Figure {
    /// What was measured (`nab/standard`).
    pub(crate) name: String,
    /// The value.
    pub(crate) value: f64,
    /// Its unit, empty for a share.
    pub(crate) unit: &'static str,
    /// How many cases it was scored on.
    pub(crate) n: usize,
    /// What was aimed at.
    pub(crate) target: Target,
    /// Whether it is reached.
    pub(crate) holds: bool,
}

/// What is aimed at, both ends included.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Target {
    /// At least so much.
    AtLeast(f64),
    /// At most so much.
    AtMost(f64),
    /// In a range.
    Within(f64, f64),
    /// Told for the record.
    None,
}

impl Figure {
    pub(crate) fn new(name: &str, value: f64, unit: &'static str, n: usize, target: Target) -> Self {
        let holds = match target {
            Target::AtLeast(least) => value >= least,
            Target::AtMost(most) => value <= most,
            Target::Within(low, high) => (low..=high).contains(&value),
            Target::None => true,
        };
        Self { name: name.to_owned(), value, unit, n, target, holds }
    }
}

/// Prints the table.
pub(crate) fn print(figures: &[Figure]) {
    println!("{:<34} {:>10} {:>6}  {:<14} holds", "figure", "value", "n", "target");
    for figure in figures {
        let target = match figure.target {
            Target::AtLeast(least) => format!(">= {least}"),
            Target::AtMost(most) => format!("<= {most}"),
            Target::Within(low, high) => format!("{low} to {high}"),
            Target::None => String::new(),
        };
        let holds = match figure.target {
            Target::None => "",
            _ if figure.holds => "yes",
            _ => "NO",
        };
        let value = format!("{:.3}{}", figure.value, figure.unit);
        println!("{:<34} {value:>10} {:>6}  {target:<14} {holds}", figure.name, figure.n);
    }
}
