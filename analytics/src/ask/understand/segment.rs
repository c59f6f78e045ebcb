//! Cutting a text into words: the cheapest path through a lattice of everything that the lexicon knows.
//!
//! Neither spaces nor particles are relied on. Every word costs the same, so few long words beat many short ones; what is
//! in no lexicon costs by the character; an ending costs little behind a word and much without one; a misspelling costs
//! extra. The time is bounded by the length of a text ([`LONGEST`](super::text::LONGEST)) times the size of the lexicon.

use super::hangul::{key, split};
use super::lexicon::{ENDINGS, FILLERS, LEXICON, PROVINCES, VETOES};
use super::number::number;
use super::place::Gazetteer;
use super::sense::{Sense, Veto};
use super::text::Text;

/// Cost of a word.
const WORD: u32 = 20;
/// Cost of a particle or an ending behind a word: two of them cost more than a word.
const SUFFIX: u32 = 12;
/// What an ending costs more where no word stands before it.
const LOOSE: u32 = 16;
/// Cost of a character that no word covers.
const UNKNOWN: u32 = 50;
/// What a word costs more that begins where an unknown one ends, without a space.
const CLEFT: u32 = 30;
/// What a word costs more that is only spelled alike, and one that is a letter off.
const ALIKE: u32 = 6;
const OFF: u32 = 24;
/// The same of a word of at least so many letters, which is seldom another one.
const OFF_LONG: u32 = 16;
const LONG: usize = 6;
/// Endings to which the last consonant of a word is drawn where it is written as it sounds: 지여근 for 지역은.
const DRAWN: [char; 5] = ['은', '을', '이', '에', '의'];

/// A word of the text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) sense: Sense,
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether it was read with a misspelling.
    pub(super) guessed: bool,
}

#[derive(Clone, Copy)]
struct Arc {
    token: Token,
    cost: u32,
}

/// Cuts a text into words.
pub(super) fn segment(text: &Text, places: &Gazetteer, services: &[String]) -> Vec<Token> {
    let mut lattice: Vec<Vec<Arc>> = vec![Vec::new(); text.len()];
    words(places, services, &mut |word, sense| {
        let word: Vec<char> = word.chars().filter(|c| !c.is_whitespace()).collect();
        for start in 0..text.len() {
            exact(text, start, &word, sense, &mut lattice);
        }
    });
    for start in 0..text.len() {
        if let Some((end, found)) = number(text, start) {
            let cost = WORD + text.spaces(start, end) as u32;
            put(&mut lattice, start, end, Sense::Number(found), cost, false);
        }
    }
    let tokens = cheapest(text, &lattice);
    if !tokens.iter().any(|token| is_doubtful(text, token)) {
        return tokens;
    }
    guess(text, &tokens, places, services, &mut lattice);
    cheapest(text, &lattice)
}

/// Hands every word with its meaning to `f`.
fn words(places: &Gazetteer, services: &[String], f: &mut dyn FnMut(&str, Sense)) {
    for (at, (name, _)) in places.names.iter().enumerate() {
        f(name, Sense::Place(at));
    }
    for (at, name) in services.iter().enumerate() {
        f(&name.to_ascii_lowercase(), Sense::Service(at));
    }
    let groups = LEXICON
        .iter()
        .map(|(sense, words)| (*sense, *words))
        .chain(VETOES.iter().map(|(veto, words)| (Sense::Veto(*veto), *words)))
        .chain([(Sense::Filler, FILLERS), (Sense::Ending, ENDINGS), (Sense::Veto(Veto::Place), PROVINCES)]);
    for (sense, words) in groups {
        words.split('|').filter(|word| !word.is_empty()).for_each(|word| f(word, sense));
    }
}

fn put(lattice: &mut [Vec<Arc>], start: usize, end: usize, sense: Sense, cost: u32, guessed: bool) {
    if let Some(arcs) = lattice.get_mut(start) {
        arcs.push(Arc { token: Token { sense, start, end, guessed }, cost });
    }
}

/// Enters a word where it stands in the text.
fn exact(text: &Text, start: usize, word: &[char], sense: Sense, lattice: &mut [Vec<Arc>]) {
    let end = start + word.len();
    if text.chars.get(start..end) == Some(word) && fits(text, start, end) {
        put(lattice, start, end, sense, cost(text, start, end, sense), false);
    }
}

/// Whether a word may begin and end there: Latin letters and digits are never cut.
fn fits(text: &Text, start: usize, end: usize) -> bool {
    text.is_border(start) && text.is_border(end)
}

fn cost(text: &Text, start: usize, end: usize, sense: Sense) -> u32 {
    // A word of one syllable is more often a piece of another one.
    let short = u32::from(end - start == 1) * 4;
    match sense {
        Sense::Filler if end - start == 1 => WORD + short + 4,
        Sense::Ending => SUFFIX + if text.is_spaced(start) { LOOSE } else { 0 } + text.spaces(start, end) as u32 * 2,
        _ => WORD + short + text.spaces(start, end) as u32,
    }
}

/// The cheapest way through, by the place reached and whether the last piece was unknown.
fn cheapest(text: &Text, lattice: &[Vec<Arc>]) -> Vec<Token> {
    const FAR: u32 = u32::MAX / 2;
    let n = text.len();
    let mut best = vec![[FAR; 2]; n + 1];
    let mut from: Vec<[Option<(Token, usize)>; 2]> = vec![[None; 2]; n + 1];
    if let Some(first) = best.first_mut() {
        first[0] = 0;
    }
    for start in 0..n {
        let (Some(reached), Some(arcs)) = (best.get(start).copied(), lattice.get(start)) else { continue };
        let unknown = Arc {
            token: Token { sense: Sense::Unknown, start, end: run(text, start), guessed: false },
            cost: UNKNOWN * (run(text, start) - start).min(3) as u32,
        };
        for arc in arcs.iter().chain([&unknown]) {
            let is_unknown = usize::from(arc.token.sense == Sense::Unknown);
            for (before, reached) in reached.into_iter().enumerate() {
                let cleft = before == 1 && is_unknown == 0 && !text.is_spaced(start);
                let cost = reached + arc.cost + u32::from(cleft) * CLEFT;
                let (Some(best), Some(from)) = (best.get_mut(arc.token.end), from.get_mut(arc.token.end)) else {
                    continue;
                };
                if cost < best[is_unknown] {
                    best[is_unknown] = cost;
                    from[is_unknown] = Some((arc.token, before));
                }
            }
        }
    }
    let mut tokens: Vec<Token> = Vec::new();
    let (mut at, mut state) = (n, usize::from(best.last().is_some_and(|last| last[1] < last[0])));
    while let Some((token, before)) = from.get(at).and_then(|from| from[state]) {
        // Neighbouring unknown characters are one word.
        match tokens.last_mut() {
            Some(next)
                if token.sense == Sense::Unknown && next.sense == Sense::Unknown && !text.is_spaced(next.start) =>
            {
                next.start = token.start;
            }
            _ => tokens.push(token),
        }
        (at, state) = (token.start, before);
    }
    tokens.reverse();
    tokens
}

/// Where an unknown piece ends: a whole run of Latin letters or digits, else one character.
fn run(text: &Text, start: usize) -> usize {
    let mut end = start + 1;
    while end < text.len() && !text.is_border(end) {
        end += 1;
    }
    end
}

/// Whether something else may be meant: an unknown word, or pieces of one syllable that say nothing.
fn is_doubtful(text: &Text, token: &Token) -> bool {
    let syllable = token.end - token.start == 1 && text.at(token.start).is_some_and(|c| split(c).is_some());
    match token.sense {
        Sense::Unknown => true,
        Sense::Filler => syllable,
        Sense::Ending => syllable && text.is_spaced(token.start),
        _ => false,
    }
}

/// Enters words that are spelled nearly like what stands in pieces of the text which hold unknown words.
fn guess(text: &Text, tokens: &[Token], places: &Gazetteer, services: &[String], lattice: &mut [Vec<Arc>]) {
    let mut starts = Vec::new();
    let sound = key(text.chars.iter().copied(), &mut starts);
    // Only what stands near an unknown word is looked at: three characters before it to where it ends.
    let mut wanted = vec![false; text.len()];
    for token in tokens.iter().filter(|token| is_doubtful(text, token)) {
        for at in token.start.saturating_sub(4)..token.end {
            let inside = at >= token.start || (at + 1..=token.start).all(|later| !text.is_spaced(later));
            if let Some(wanted) = wanted.get_mut(at) {
                *wanted |= inside;
            }
        }
    }
    let mut unused = Vec::new();
    let drawn = DRAWN.map(|ending| key(std::iter::once(ending), &mut Vec::new()));
    words(places, services, &mut |word, sense| {
        let length = word.chars().count();
        if length < 2 || matches!(sense, Sense::Ending) {
            return;
        }
        unused.clear();
        let word_key = key(word.chars().filter(|c| !c.is_whitespace()), &mut unused);
        let hangul = word.chars().next().is_some_and(|c| split(c).is_some());
        let off = !matches!(sense, Sense::Filler | Sense::Veto(_))
            && if hangul { word_key.len() >= LONG } else { word_key.len() >= 5 && word.is_ascii() };
        for start in (0..text.len()).filter(|start| wanted.get(*start) == Some(&true)) {
            let Some(rest) = starts.get(start).and_then(|from| sound.get(*from..)) else { continue };
            let mut enter = |taken: usize, extra: u32| {
                let reached = starts.get(start).map_or(0, |from| from + taken);
                let end = starts.binary_search(&reached).or_else(|end| {
                    let rest = starts.get(end).and_then(|end| sound.get(reached..*end));
                    rest.filter(|rest| drawn.iter().any(|ending| ending == rest)).map(|_| end).ok_or(end)
                });
                if let Ok(end) = end
                    && end > start
                    && fits(text, start, end)
                {
                    put(lattice, start, end, sense, cost(text, start, end, sense) + extra, true);
                }
            };
            if hangul && word_key.len() >= 3 && rest.starts_with(&word_key) {
                enter(word_key.len(), ALIKE);
            } else if off && let Some(lengths) = nearly(rest, &word_key) {
                let extra = if word_key.len() >= LONG { OFF_LONG } else { OFF };
                lengths.into_iter().flatten().for_each(|taken| enter(taken, extra));
            }
        }
    });
}

/// How much of the beginning of `rest` is `word` with one letter changed, left out, put in or swapped with the next.
fn nearly(rest: &[u8], word: &[u8]) -> Option<[Option<usize>; 4]> {
    let same = rest.iter().zip(word).take_while(|(a, b)| a == b).count();
    // The first letter is seldom wrong, and a word without it is another word.
    if same == 0 {
        return None;
    }
    let tail = |text: usize, of: usize| rest.get(text..).zip(word.get(of..)).is_some_and(|(a, b)| a.starts_with(b));
    let swapped = rest.get(same) == word.get(same + 1) && rest.get(same + 1) == word.get(same);
    let n = word.len();
    Some([
        (same < n && tail(same + 1, same + 1)).then_some(n),
        (same < n && tail(same, same + 1)).then(|| n - 1),
        tail(same + 1, same).then_some(n + 1),
        (same + 1 < n && swapped && tail(same + 2, same + 2)).then_some(n),
    ])
}
