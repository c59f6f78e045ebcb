//! The index of sections: which words stand where, and which section fits best.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::markdown::{Runbook, Section, words};
use super::token::{tokens, wanted};
use crate::mask::{Profile, mask};
use crate::view::{Block, Passage};

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
/// How much more a word of a heading counts than one below it.
const HEADING: f64 = 4.0;
/// Okapi BM25 with the usual parameters (Robertson and Zaragoza, "The probabilistic relevance framework", 2009): how soon more
/// of the same word says nothing new, and how much the length of a section counts.
const K1: f64 = 1.2;
const B: f64 = 0.75;

/// A section of a file by its place, and how many words it has.
struct Place {
    file: String,
    section: usize,
    length: f64,
}

/// Sections by their number among all, ascending, with how often a word stands there; in a heading it counts more.
type Postings = Vec<(usize, f64)>;

/// All sections, and where which words stand.
#[derive(Default)]
pub(super) struct Index {
    places: Vec<Place>,
    postings: BTreeMap<String, Postings>,
}

impl Index {
    /// The index of some runbooks.
    pub(super) fn new(books: &BTreeMap<String, Runbook>) -> Self {
        let mut index = Self::default();
        for (file, book) in books {
            for (at, section) in book.sections().iter().enumerate() {
                index.add(file, at, section);
            }
        }
        index
    }

    fn add(&mut self, file: &str, at: usize, section: &Section<'_>) {
        let number = self.places.len();
        let path: Vec<&str> = section.path.iter().map(|heading| heading.text.as_str()).collect();
        let heading = tokens(&path.join("\n")).into_iter().map(|word| (word, HEADING));
        let body = section.body.iter().flat_map(|(_, block)| tokens(&words(block))).map(|word| (word, 1.0));
        let mut length = 0.0;
        for (word, weight) in heading.chain(body) {
            length += 1.0;
            let postings = self.postings.entry(word).or_default();
            match postings.last_mut() {
                Some((last, times)) if *last == number => *times += weight,
                _ => postings.push((number, weight)),
            }
        }
        self.places.push(Place { file: file.to_owned(), section: at, length });
    }

    /// The sections that fit best.
    pub(super) fn search(&self, books: &BTreeMap<String, Runbook>, asked: &str, limit: usize) -> Vec<Passage> {
        let wanted = wanted(asked, MOST_WORDS);
        let mut found = Vec::new();
        for number in self.ranked(&wanted) {
            let Some(place) = self.places.get(number) else { continue };
            let score = self.share(&wanted, number);
            if score < LEAST {
                continue;
            }
            let sections = books.get(&place.file).map(Runbook::sections).unwrap_or_default();
            found.extend(sections.get(place.section).map(|section| passage(&place.file, section, &wanted, score)));
            if found.len() == limit {
                break;
            }
        }
        found
    }

    /// Numbers of the sections that hold any of the words, the most relevant first.
    fn ranked(&self, wanted: &[String]) -> Vec<usize> {
        let all = self.places.len() as f64;
        let usual = self.places.iter().map(|place| place.length).sum::<f64>() / all.max(1.0);
        let mut relevance: BTreeMap<usize, f64> = BTreeMap::new();
        for word in wanted {
            let standing = self.standing(word);
            let with = standing.len() as f64;
            let rareness = libm::log((all - with + 0.5) / (with + 0.5)).max(1e-6);
            for (number, times) in standing {
                let length = self.places.get(number).map_or(usual, |place| place.length);
                let room = K1 * (1.0 - B + B * length / usual.max(1.0));
                *relevance.entry(number).or_default() += rareness * times * (K1 + 1.0) / (times + room);
            }
        }
        let mut ranked: Vec<(usize, f64)> = relevance.into_iter().collect();
        // Sections that fit alike keep their order.
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
        ranked.into_iter().take(COMPARED).map(|(number, _)| number).collect()
    }

    /// Where a word stands. A single syllable is the beginning of longer words, too.
    fn standing(&self, word: &str) -> BTreeMap<usize, f64> {
        let single = word.chars().count() == 1;
        let from = self.postings.range::<str, _>((Bound::Included(word), Bound::Unbounded));
        let fitting = from.take_while(|(known, _)| *known == word || single && known.starts_with(word));
        let mut out = BTreeMap::new();
        for (number, times) in fitting.flat_map(|(_, postings)| postings) {
            *out.entry(*number).or_default() += times;
        }
        out
    }

    /// How much of what is wanted a section holds. Rare words count more; words that no runbook holds are mostly endings and
    /// count little. One word of several is chance.
    fn share(&self, wanted: &[String], number: usize) -> f64 {
        let all = self.places.len() as f64;
        let (mut held, mut whole, mut count) = (0.0, 0.0, 0);
        for word in wanted {
            let postings = self.postings.get(word);
            let weight = postings.map_or(UNKNOWN, |postings| libm::log(1.0 + all / postings.len() as f64));
            whole += weight;
            if postings.is_some_and(|postings| postings.binary_search_by_key(&number, |(known, _)| *known).is_ok()) {
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
