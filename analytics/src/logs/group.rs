//! Similar masked lines become one template: the step in which a Drain-like parser finds the variables that no rule
//! knows, here as a pure function of a set of masked lines.
//!
//! Lines of equal length and equal first word that share most of their words are a *family*. A family is split at
//! positions that hold few different words, as programs have few states and verbs; a position that holds many is a
//! variable, as people and hosts are many. The first is Drain's tree (He et al., ICWS 2017), the second is IPLoM's
//! partition by the position with the fewest words (Makanju et al., KDD 2009).

use std::collections::{BTreeMap, BTreeSet};

use super::mask::HOLE;

/// Share of words that two lines of a family have in common at least.
///
/// This and the two numbers below were chosen on the development half of Loghub (every other system by name).
const SIMILAR: f64 = 0.6;
/// A position with so many different words is a variable.
const MANY: usize = 4;
/// The same for words in capitals, which are states more often than names.
const MANY_CAPITALS: usize = 12;

/// For each of `lines` (masked, distinct) the number of its template, and the templates.
///
/// A function of the set of lines: their order changes the numbers, never which lines belong together.
pub fn group(lines: &[&str]) -> (Vec<usize>, Vec<String>) {
    let words: Vec<Vec<&str>> = lines.iter().map(|line| line.split(' ').collect()).collect();
    let mut shapes: BTreeMap<(usize, &str), Vec<usize>> = BTreeMap::new();
    for (line, words) in words.iter().enumerate() {
        shapes.entry((words.len(), words.first().copied().unwrap_or_default())).or_default().push(line);
    }
    let mut numbers = vec![0; lines.len()];
    let mut numbered: BTreeMap<String, usize> = BTreeMap::new();
    let mut templates = Vec::new();
    for mut members in shapes.into_values() {
        members.sort_by(|a, b| words[*a].cmp(&words[*b]));
        for family in families(&members, &words) {
            let mut parts = Vec::new();
            let fixed = vec![false; words[family[0]].len()];
            split(family, &words, fixed, &mut parts);
            for part in parts {
                let template = template(&part, &words);
                let number = *numbered.entry(template).or_insert_with_key(|template| {
                    templates.push(template.clone());
                    templates.len() - 1
                });
                for line in part {
                    numbers[line] = number;
                }
            }
        }
    }
    (numbers, templates)
}

/// Lines by their likeness to the first of a family.
fn families(members: &[usize], words: &[Vec<&str>]) -> Vec<Vec<usize>> {
    let mut families: Vec<Vec<usize>> = Vec::new();
    for line in members {
        match families.iter_mut().find(|family| similar(&words[family[0]], &words[*line])) {
            Some(family) => family.push(*line),
            None => families.push(vec![*line]),
        }
    }
    families
}

/// Whether enough of the words that are not variables in both are equal.
fn similar(a: &[&str], b: &[&str]) -> bool {
    let (mut equal, mut all) = (0_usize, 0_usize);
    for (a, b) in a.iter().zip(b) {
        if a != b {
            all += 1;
        } else if !a.contains(HOLE) {
            equal += 1;
            all += 1;
        }
    }
    equal as f64 >= SIMILAR * all as f64
}

/// Splits a family until each position of a part holds one word or is a variable.
fn split(family: Vec<usize>, words: &[Vec<&str>], mut variable: Vec<bool>, parts: &mut Vec<Vec<usize>>) {
    let mut fewest: Option<(usize, usize)> = None;
    for position in 0..variable.len() {
        if variable[position] {
            continue;
        }
        let distinct: BTreeSet<&str> = family.iter().map(|line| words[*line][position]).collect();
        if distinct.len() < 2 {
            continue;
        }
        let capitals = distinct.iter().filter(|word| is_capital(word)).count();
        let many = if capitals * 2 > distinct.len() { MANY_CAPITALS } else { MANY };
        if distinct.len() >= many {
            variable[position] = true;
        } else if fewest.is_none_or(|(_, least)| distinct.len() < least) {
            fewest = Some((position, distinct.len()));
        }
    }
    let Some((position, _)) = fewest else {
        parts.push(family);
        return;
    };
    let mut by_word: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for line in family {
        by_word.entry(words[line][position]).or_default().push(line);
    }
    for part in by_word.into_values() {
        split(part, words, variable.clone(), parts);
    }
}

fn is_capital(word: &str) -> bool {
    word.bytes().any(|byte| byte.is_ascii_uppercase()) && !word.bytes().any(|byte| byte.is_ascii_lowercase())
}

/// The words that all lines share, with variables where they differ.
fn template(part: &[usize], words: &[Vec<&str>]) -> String {
    let first = &words[part[0]];
    let mut out = String::new();
    for (position, word) in first.iter().enumerate() {
        if position > 0 {
            out.push(' ');
        }
        let same = part.iter().all(|line| words[*line][position] == *word);
        out.push_str(if same { word } else { HOLE });
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn templates(lines: &[&str]) -> Vec<String> {
        let mut templates = group(lines).1;
        templates.sort();
        templates
    }

    #[test]
    fn many_words_at_one_position_are_a_variable() {
        let lines = ["login of ann failed", "login of bob failed", "login of cem failed", "login of dan failed"];
        assert_eq!(templates(&lines), ["login of <*> failed"]);
        assert_eq!(templates(&lines[..2]), lines[..2]);
    }

    #[test]
    fn few_words_and_states_keep_templates_apart() {
        let lines = [
            "job moved from NEW to READY",
            "job moved from READY to RUNNING",
            "job moved from RUNNING to DONE",
            "job moved from RUNNING to FAILED",
            "job moved from NEW to FAILED",
        ];
        assert_eq!(templates(&lines).len(), 5);
        assert_eq!(templates(&["disk ada is full now", "disk ada is free now"]).len(), 2);
    }

    #[test]
    fn lines_of_other_length_or_first_word_are_apart() {
        assert_eq!(templates(&["a b c d", "e b c d", "f b c d", "g b c d", "h b c d", "a b c d e"]).len(), 6);
    }

    proptest! {
        #[test]
        fn order_changes_nothing_but_numbers(mut lines in prop::collection::btree_set("([ab] ){0,3}[a-fA-C<*>]{0,3}", 0..40), seed in 0_usize..40) {
            let sorted: Vec<String> = std::mem::take(&mut lines).into_iter().collect();
            let mut turned = sorted.clone();
            turned.rotate_left(seed.min(sorted.len()));
            let of = |lines: &[String]| {
                let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
                let (numbers, templates) = group(&lines);
                let mut pairs: Vec<_> =
                    lines.iter().zip(&numbers).map(|(line, number)| ((*line).to_owned(), templates[*number].clone())).collect();
                pairs.sort();
                pairs
            };
            prop_assert_eq!(of(&sorted), of(&turned));
        }
    }
}
