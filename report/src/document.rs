//! A document: what stands in a report, in order, before anybody lays it out.
//!
//! Every number in it is text that was formatted once and the number of its source; writers copy both.

use serde::{Deserialize, Serialize};

use crate::xml::clean;

/// A report as a document.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// BCP 47 tag of its language.
    pub lang: String,
    /// Title.
    pub title: String,
    /// Line above the title: the system.
    pub system: String,
    /// Name of a file of it, without an ending.
    pub name: String,
    /// The instant that it stands for, seconds since the epoch.
    pub as_of: i64,
    /// That the data is a demonstration, where it is.
    pub demo: Option<String>,
    /// Period, regions and instant: name and value.
    pub head: Vec<(String, String)>,
    /// Headings of the lists of sources and words that writers need.
    pub labels: Labels,
    /// What it says, in order.
    pub blocks: Vec<Block>,
    /// The last line of the body: `붙임  산출 근거 1부.  끝.`
    pub closing: String,
    /// Where its numbers come from; a number names its source by its place here, from 1.
    pub sources: Vec<Source>,
}

/// Words that a writer needs beside what the document says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Labels {
    /// Heading of the list of sources.
    pub sources: String,
    /// One line below it.
    pub sources_lead: String,
    /// Columns of the list: number, what, where, when, how, error.
    pub source_columns: [String; 6],
    /// Name of the sheet with the text of a workbook.
    pub text_sheet: String,
}

/// A part of a document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// A chapter: `□ 요약`.
    Heading(String),
    /// A paragraph of the outline.
    Point(Outline, Vec<Run>),
    /// A table.
    Table(Table),
    /// A chart of the columns of a table, and that table.
    Figure(Chart, Table),
}

/// Marks of the outline of an official document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outline {
    /// `○`
    Circle,
    /// `-`
    Dash,
    /// `※`, a note.
    Note,
}

impl Outline {
    /// The mark.
    pub const fn mark(self) -> &'static str {
        match self {
            Self::Circle => "○",
            Self::Dash => "-",
            Self::Note => "※",
        }
    }
}

/// A piece of a paragraph.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Run {
    /// Words.
    Words(String),
    /// A number as it reads, with its unit, and its source.
    Number {
        /// `18.4만명`
        text: String,
        /// Place in the list of sources, from 1.
        source: u32,
    },
}

/// A table. Its first column names the rows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// What it shows.
    pub caption: String,
    /// Columns.
    pub columns: Vec<Column>,
    /// Rows, with a cell for each column.
    pub rows: Vec<Vec<Cell>>,
}

/// A column of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Whether it holds numbers, which stand to the right.
    pub numeric: bool,
    /// Its share of the width, in parts of all columns.
    pub width: u16,
    /// Sources of its numbers.
    pub sources: Vec<u32>,
}

/// A cell of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cell {
    /// Words, with the sources of the numbers of their row where those are not named by columns.
    Words(String, Vec<u32>),
    /// A number.
    Number(Quantity),
    /// No value.
    Missing,
}

/// A number in a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quantity {
    /// As it reads, with its unit.
    pub text: String,
    /// The value that is read, before its unit: of `45.7 %` 45.7.
    pub value: f64,
    /// Decimals that are shown.
    pub decimals: u8,
    /// Its unit: `%`, `명`, `ms`; may be empty.
    pub unit: String,
    /// Whether its sign is always shown.
    pub signed: bool,
    /// Place of its source in the list, from 1.
    pub source: u32,
}

/// A chart of columns of the table below it, lines over its rows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Chart {
    /// The finding that is its heading.
    pub title: String,
    /// Measure, scope, step and unit.
    pub subtitle: String,
    /// Unit of the axis.
    pub unit: String,
    /// The columns that it draws, the one that matters first.
    pub series: Vec<usize>,
    /// The column that it is drawn over.
    pub over: usize,
    /// What somebody is told who cannot see it.
    pub alt: String,
}

/// Where numbers come from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// What is measured.
    pub what: String,
    /// Regions.
    pub place: String,
    /// Period.
    pub when: String,
    /// Method and buckets.
    pub how: String,
    /// Error, where there is one.
    pub error: String,
}

impl Quantity {
    /// Reads a number that was formatted: digits with commas and decimals, a sign, a unit. `None` if there is no number
    /// in front.
    pub fn read(text: &str, source: u32) -> Option<Self> {
        let (sign, rest) = match text.chars().next()? {
            '−' | '-' => (-1.0, &text[text.chars().next()?.len_utf8()..]),
            '+' => (1.0, &text[1..]),
            _ => (1.0, text),
        };
        let end = rest.find(|c: char| !(c.is_ascii_digit() || c == ',' || c == '.')).unwrap_or(rest.len());
        let (digits, unit) = rest.split_at(end);
        let value: f64 = digits.replace(',', "").parse().ok()?;
        let decimals = digits.split_once('.').map_or(0, |(_, decimals)| decimals.len() as u8);
        let unit = unit.trim_matches(['\u{a0}', ' ']).to_owned();
        // A unit that multiplies would make the value another one.
        if ["만", "억", "조"].iter().any(|size| unit.starts_with(size)) {
            return None;
        }
        // Zero has no sign.
        let value = if value == 0.0 { 0.0 } else { sign * value };
        Some(Self { text: text.to_owned(), value, decimals, unit, signed: text.starts_with('+'), source })
    }
}

impl Column {
    /// A column of words.
    pub fn words(name: &str, width: u16) -> Self {
        Self { name: name.to_owned(), width, ..Self::default() }
    }

    /// A column of numbers.
    pub fn numbers(name: &str, width: u16) -> Self {
        Self { numeric: true, ..Self::words(name, width) }
    }

    /// The column with the sources of its numbers.
    #[must_use]
    pub fn with_sources(self, sources: Vec<u32>) -> Self {
        Self { sources, ..self }
    }
}

impl Run {
    /// How it reads, without the mark of its source.
    pub fn text(&self) -> &str {
        match self {
            Self::Words(text) | Self::Number { text, .. } => text,
        }
    }
}

impl Cell {
    /// Words without a number.
    pub fn words(text: impl Into<String>) -> Self {
        Self::Words(text.into(), Vec::new())
    }

    /// How it reads, without the mark of its source.
    pub fn text(&self) -> &str {
        match self {
            Self::Words(text, _) => text,
            Self::Number(quantity) => &quantity.text,
            Self::Missing => bonghwa_analytics::format::MISSING,
        }
    }

    /// Sources that it names.
    pub fn sources(&self) -> &[u32] {
        match self {
            Self::Words(_, sources) => sources,
            _ => &[],
        }
    }
}

/// The mark of sources: `[3]`, `[3, 4]`, nothing without any.
pub fn mark(sources: &[u32]) -> String {
    if sources.is_empty() {
        return String::new();
    }
    let numbers: Vec<String> = sources.iter().map(ToString::to_string).collect();
    format!("[{}]", numbers.join(", "))
}

impl Document {
    /// The same without what no document may hold: controls, and marks that turn the direction of text.
    #[must_use]
    pub fn cleaned(mut self) -> Self {
        let Self { lang, title, system, name, as_of: _, demo, head, labels: _, blocks, closing, sources } = &mut self;
        let mut texts: Vec<&mut String> = vec![lang, title, system, name, closing];
        texts.extend(demo);
        texts.extend(head.iter_mut().flat_map(|(name, value)| [name, value]));
        for source in sources {
            let Source { what, place, when, how, error } = source;
            texts.extend([what, place, when, how, error]);
        }
        for block in blocks {
            let table = match block {
                Block::Heading(text) => {
                    texts.push(text);
                    continue;
                }
                Block::Point(_, runs) => {
                    texts.extend(runs.iter_mut().map(|run| match run {
                        Run::Words(text) | Run::Number { text, .. } => text,
                    }));
                    continue;
                }
                Block::Table(table) => table,
                Block::Figure(Chart { title, subtitle, unit, alt, .. }, table) => {
                    texts.extend([title, subtitle, unit, alt]);
                    table
                }
            };
            texts.push(&mut table.caption);
            texts.extend(table.columns.iter_mut().map(|column| &mut column.name));
            texts.extend(table.rows.iter_mut().flatten().flat_map(|cell| match cell {
                Cell::Words(text, _) => vec![text],
                Cell::Number(quantity) => vec![&mut quantity.text, &mut quantity.unit],
                Cell::Missing => Vec::new(),
            }));
        }
        for text in texts {
            *text = clean(text);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formatted_numbers_are_read() {
        for (text, value, decimals, unit, signed) in [
            ("184,312명", 184_312.0, 0, "명", false),
            ("45.7\u{a0}%", 45.7, 1, "%", false),
            ("−0.32\u{a0}%p", -0.32, 2, "%p", false),
            ("+2.1\u{a0}%", 2.1, 1, "%", true),
            ("246\u{a0}ms", 246.0, 0, "ms", false),
            ("1.3배", 1.3, 1, "배", false),
            ("−0.0\u{a0}%", 0.0, 1, "%", false),
        ] {
            let read = Quantity::read(text, 4).expect(text);
            assert_eq!((read.value, read.decimals, read.unit.as_str(), read.signed), (value, decimals, unit, signed));
            assert_eq!((read.text.as_str(), read.source), (text, 4));
        }
        for text in ["", "–", "명", "18.4만명", "."] {
            assert_eq!(Quantity::read(text, 1), None, "{text}");
        }
    }

    #[test]
    fn sources_are_marked() {
        assert_eq!(mark(&[]), "");
        assert_eq!(mark(&[3, 12]), "[3, 12]");
    }
}
