//! The index: SQLite's FTS5 in memory, a row for each section.

use std::collections::{BTreeMap, BTreeSet};

use bonghwa_analytics::mask::{Profile, mask};
use bonghwa_analytics::view::{Block, Passage};
use rusqlite::{Connection, params};

use super::RunbookError;
use super::markdown::{Runbook, Section, words};
use super::token::{tokens, wanted};

/// Words of a query that are looked for.
const MOST_WORDS: usize = 64;
/// Sections that are compared before the best are given.
const COMPARED: usize = 40;
/// What fits less is not given.
const LEAST: f64 = 0.2;
/// What a word counts that no runbook holds; one that a section in ten holds counts 2.4.
const UNKNOWN: f64 = 0.6;
/// Characters of an excerpt.
const EXCERPT: usize = 240;

/// A section of a file by its place.
struct Place {
    file: String,
    section: usize,
    /// The words in it, each once.
    words: BTreeSet<String>,
}

/// All sections.
pub(super) struct Index {
    database: Connection,
    places: Vec<Place>,
    /// How many sections hold a word.
    known: BTreeMap<String, u32>,
}

impl Index {
    /// The index of some runbooks.
    pub(super) fn new(books: &BTreeMap<String, Runbook>) -> Result<Self, RunbookError> {
        let mut database = Connection::open_in_memory()?;
        // The words are ours: the tokeniser of the table has only to part them.
        database.execute_batch(
            "CREATE VIRTUAL TABLE section USING fts5(heading, body, tokenize = 'unicode61 remove_diacritics 0')",
        )?;
        let (mut places, mut known) = (Vec::new(), BTreeMap::<String, u32>::new());
        let transaction = database.transaction()?;
        for (file, book) in books {
            for (at, section) in book.sections().iter().enumerate() {
                let path: Vec<&str> = section.path.iter().map(|heading| heading.text.as_str()).collect();
                let heading = tokens(&path.join("\n"));
                let body = section.body.iter().flat_map(|(_, block)| tokens(&words(block))).collect::<Vec<_>>();
                transaction
                    .prepare_cached("INSERT INTO section (rowid, heading, body) VALUES (?1, ?2, ?3)")?
                    .execute(params![places.len() as i64, heading.join(" "), body.join(" ")])?;
                let words: BTreeSet<String> = heading.into_iter().chain(body).collect();
                for word in &words {
                    *known.entry(word.clone()).or_default() += 1;
                }
                places.push(Place { file: file.clone(), section: at, words });
            }
        }
        transaction.commit()?;
        Ok(Self { database, places, known })
    }

    /// The sections that fit best. Headings count four times as much as what stands below them.
    pub(super) fn search(
        &self,
        books: &BTreeMap<String, Runbook>,
        asked: &str,
        limit: usize,
    ) -> Result<Vec<Passage>, RunbookError> {
        let wanted = wanted(asked, MOST_WORDS);
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let begins = |word: &String| if word.chars().count() == 1 { "*" } else { "" };
        let query: Vec<String> = wanted.iter().map(|word| format!("\"{word}\"{}", begins(word))).collect();
        let mut statement = self.database.prepare_cached(
            "SELECT rowid FROM section WHERE section MATCH ?1 ORDER BY bm25(section, 4.0, 1.0), rowid LIMIT ?2",
        )?;
        let rows = statement.query_map(params![query.join(" OR "), COMPARED as i64], |row| row.get::<_, i64>(0))?;
        let mut found = Vec::new();
        for row in rows {
            let Some(place) = self.places.get(row? as usize) else { continue };
            let score = self.share(&wanted, place);
            let sections = books.get(&place.file).map(Runbook::sections).unwrap_or_default();
            if score >= LEAST
                && let Some(section) = sections.get(place.section)
            {
                found.push(passage(&place.file, section, &wanted, score));
            }
            if found.len() == limit {
                break;
            }
        }
        Ok(found)
    }

    /// How much of what is wanted a section holds. Rare words count more; words that no runbook holds are mostly endings and
    /// count little. One word of several is chance.
    fn share(&self, wanted: &[String], place: &Place) -> f64 {
        let all = self.places.len() as f64;
        let (mut held, mut whole, mut count) = (0.0, 0.0, 0);
        for word in wanted {
            let weight = self.known.get(word).map_or(UNKNOWN, |known| (1.0 + all / f64::from(*known)).ln());
            whole += weight;
            if place.words.contains(word) {
                held += weight;
                count += 1;
            }
        }
        if count < wanted.len().min(2) { 0.0 } else { held / whole }
    }
}

fn passage(file: &str, section: &Section<'_>, wanted: &[String], score: f64) -> Passage {
    let hits = |block: &Block| tokens(&words(block)).iter().filter(|word| wanted.contains(word)).count();
    // Of blocks that hold as many of the words, the first.
    let best = section.body.iter().rev().max_by_key(|(_, block)| hits(block));
    let heading = section.path.last();
    let line = best.map_or(1, |(line, _)| *line);
    Passage {
        file: file.to_owned(),
        heading: section.path.iter().map(|heading| heading.text.clone()).collect(),
        anchor: heading.map(|heading| heading.anchor.clone()).unwrap_or_default(),
        line: heading.map_or(line, |heading| if section.body.is_empty() { heading.line } else { line }),
        excerpt: best.map(|(_, block)| excerpt(&words(block))).unwrap_or_default(),
        score,
    }
}

/// Plain text of one line, masked and cut.
fn excerpt(text: &str) -> String {
    let line: Vec<&str> = text.split_whitespace().collect();
    let line = line.join(" ");
    let masked = mask(&line, Profile::Balanced).text;
    let mut out: String = masked.chars().take(EXCERPT).collect();
    if out.len() < masked.len() {
        out.push('…');
    }
    out
}
