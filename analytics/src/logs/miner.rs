//! Templates mined line by line in bounded memory.

use std::collections::BTreeMap;

use super::group::group;
use super::mask::{HOLE, mask};
use crate::bucket::OTHER;

/// How much a miner reads and keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a line that are read; what follows is cut off.
    pub line: usize,
    /// Bytes of a template; a longer one is cut between words and ends in `…`.
    pub template: usize,
    /// Distinct templates; when so many are there similar ones are merged, and if that makes no room new ones count as
    /// [`OTHER`].
    pub templates: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { line: 4096, template: 200, templates: 1000 }
    }
}

/// Names the template of a line for the life of its miner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TemplateId(u32);

/// Merged templates and one id of each, by number of words and first word.
type Patterns = BTreeMap<(usize, String), Vec<(String, u32)>>;

/// Mines templates from lines as they come.
///
/// Memory is bounded by [`Limits`]: as many texts as there may be templates. While there is room every masked line is
/// kept apart; [`templates`](Self::templates) merges the similar ones. Once full, a new masked line joins the merged
/// template that it matches, else it counts as [`OTHER`]: nothing is evicted, so an id is good for the miner's life.
#[derive(Clone, Debug)]
pub struct Miner {
    limits: Limits,
    ids: BTreeMap<String, u32>,
    counts: Vec<u64>,
    /// Made when the miner is full.
    patterns: Option<Patterns>,
    masked: String,
}

/// Templates of all lines so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mined {
    /// Templates and how many lines each stands for.
    pub templates: Vec<(String, u64)>,
    numbers: Vec<usize>,
}

impl Mined {
    /// Number of the template of a line, an index into [`templates`](Self::templates).
    pub fn number(&self, id: TemplateId) -> Option<usize> {
        self.numbers.get(id.0 as usize).copied()
    }
}

impl Miner {
    /// An empty miner.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            ids: BTreeMap::from([(OTHER.to_owned(), 0)]),
            counts: vec![0],
            patterns: None,
            masked: String::new(),
        }
    }

    /// Takes a line.
    pub fn insert(&mut self, text: &str) -> TemplateId {
        self.masked.clear();
        mask(text, self.limits.line, self.limits.template, &mut self.masked);
        let id = self.id();
        if let Some(count) = self.counts.get_mut(id as usize) {
            *count = count.saturating_add(1);
        }
        TemplateId(id)
    }

    fn id(&mut self) -> u32 {
        if let Some(id) = self.ids.get(self.masked.as_str()) {
            return *id;
        }
        if self.counts.len() <= self.limits.templates {
            let id = self.counts.len() as u32;
            self.ids.insert(self.masked.clone(), id);
            self.counts.push(0);
            return id;
        }
        let patterns = self.patterns.get_or_insert_with(|| patterns(&self.ids));
        let words: Vec<&str> = self.masked.split(' ').collect();
        let shape = (words.len(), words.first().copied().unwrap_or_default().to_owned());
        let matches = |pattern: &str| pattern.split(' ').zip(&words).all(|(ours, word)| ours == *word || ours == HOLE);
        patterns.get(&shape).and_then(|all| all.iter().find(|(pattern, _)| matches(pattern))).map_or(0, |found| found.1)
    }

    /// Templates of what came so far, in the order of the masked lines they merge.
    pub fn templates(&self) -> Mined {
        let lines: Vec<&str> = self.ids.keys().map(String::as_str).collect();
        let (groups, texts) = group(&lines);
        let mut templates: Vec<(String, u64)> = texts.into_iter().map(|text| (text, 0)).collect();
        let mut numbers = vec![0; self.counts.len()];
        for (id, group) in self.ids.values().zip(groups) {
            let count = self.counts.get(*id as usize).copied().unwrap_or_default();
            if let (Some(number), Some(template)) = (numbers.get_mut(*id as usize), templates.get_mut(group)) {
                *number = group;
                template.1 = template.1.saturating_add(count);
            }
        }
        Mined { templates, numbers }
    }
}

fn patterns(ids: &BTreeMap<String, u32>) -> Patterns {
    let lines: Vec<&str> = ids.keys().map(String::as_str).collect();
    let (groups, texts) = group(&lines);
    let mut patterns = Patterns::new();
    let mut seen = vec![false; texts.len()];
    for (id, group) in ids.values().zip(groups) {
        if std::mem::replace(&mut seen[group], true) {
            continue;
        }
        let text = texts[group].clone();
        let shape = (text.split(' ').count(), text.split(' ').next().unwrap_or_default().to_owned());
        patterns.entry(shape).or_default().push((text, *id));
    }
    patterns
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A word without digits, another for every number.
    fn word(mut number: usize) -> String {
        let mut word = String::from("w");
        for _ in 0..5 {
            word.push(char::from(b'g' + (number % 20) as u8));
            number /= 20;
        }
        word
    }

    #[test]
    fn lines_are_counted_under_their_templates() {
        let mut miner = Miner::new(Limits::default());
        let first = miner.insert("took 5 ms");
        assert_eq!(first, miner.insert("took 17 ms"));
        let other = miner.insert("done");
        let all = miner.templates();
        let text = |id| all.number(id).map(|number| all.templates[number].clone());
        assert_eq!(text(first), Some(("took <*>".to_owned(), 2)));
        assert_eq!(text(other), Some(("done".to_owned(), 1)));
    }

    #[test]
    fn a_hundred_thousand_distinct_lines_stay_bounded() {
        let limits = Limits { templates: 50, ..Limits::default() };
        let mut miner = Miner::new(limits);
        let known: Vec<_> = (0..10).map(|n| miner.insert(&format!("login of {} failed", word(n)))).collect();
        for number in 0..100_000 {
            miner.insert(&word(number));
        }
        assert!(miner.ids.len() <= limits.templates + 1 && miner.counts.len() == miner.ids.len());
        let late = miner.insert(&format!("login of {} failed", word(77_777)));
        let all = miner.templates();
        assert_eq!(all.number(late), all.number(known[0]), "a new line joins the template that it matches");
        assert_eq!(all.templates.iter().map(|template| template.1).sum::<u64>(), 100_011, "no line is lost");
        let rest = all.templates.iter().find(|template| template.0 == OTHER).map(|template| template.1);
        assert_eq!(rest, Some(100_000 - 40));
    }
}
