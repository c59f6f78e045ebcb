//! The numbered list of where numbers come from.

use bonghwa_analytics::format::decimal;
use bonghwa_analytics::view::Fact;

use super::Maker;
use crate::document::{Quantity, Source};
use crate::words;

/// Sources so far, each once.
#[derive(Default)]
pub(super) struct Sources {
    /// With the largest error of the numbers that name it, as a share of the value.
    list: Vec<(Source, f64)>,
}

impl Sources {
    /// The number of a source, from 1.
    pub(super) fn cite(&mut self, source: Source, error: Option<f64>) -> u32 {
        let at = self.list.iter().position(|(known, _)| *known == source).unwrap_or_else(|| {
            self.list.push((source, 0.0));
            self.list.len() - 1
        });
        self.list[at].1 = self.list[at].1.max(error.unwrap_or(0.0));
        at as u32 + 1
    }

    pub(super) fn finish(self) -> Vec<Source> {
        let with_error = |(source, error): (Source, f64)| {
            let error =
                if error > 0.0 { format!("±\u{a0}{}\u{a0}%", decimal(error * 100.0, 1)) } else { String::new() };
            Source { error, ..source }
        };
        self.list.into_iter().map(with_error).collect()
    }
}

impl Maker<'_> {
    /// The source of a fact: `what` names the figure, `place` its regions where they differ by row.
    pub(super) fn cite(&mut self, fact: &Fact, what: &str, place: Option<&str>, when: Option<String>) -> u32 {
        let how = self.say.method(fact, self.report.mode);
        let when = when.unwrap_or_else(|| words::period(fact.from, fact.to, self.lang));
        let place = place.map_or_else(|| self.place(fact), str::to_owned);
        let error = fact.error.filter(|_| fact.value > 0.0).map(|error| error / fact.value);
        self.sources.cite(Source { what: what.to_owned(), place, when, how, error: String::new() }, error)
    }

    /// The source of a count or of what was made of other values.
    pub(super) fn cite_made(&mut self, what: &str, how: &str) -> u32 {
        let (place, when) = (self.area(), words::period(self.report.from, self.report.to, self.lang));
        let source = Source { what: what.to_owned(), place, when, how: how.to_owned(), error: String::new() };
        self.sources.cite(source, None)
    }

    fn place(&self, fact: &Fact) -> String {
        if fact.regions.is_empty() || fact.regions == self.report.codes {
            return self.area();
        }
        self.say.places(&fact.regions)
    }
}

/// Adds a source to those of a column, unless it is one of them.
pub(super) fn note(sources: &mut Vec<u32>, source: u32) {
    if !sources.contains(&source) {
        sources.push(source);
    }
}

/// A number of a table, or none where it does not read as one.
pub(super) fn quantity(text: &str, source: u32) -> crate::document::Cell {
    Quantity::read(text, source).map_or(crate::document::Cell::Missing, crate::document::Cell::Number)
}
