//! A question as the characters that count.

use super::hangul::Composer;

/// Characters of a question at most; anything longer is no question, and nothing behind them is read.
pub const LONGEST: usize = 500;

/// The text without spaces, and where they stood.
pub(super) struct Text {
    /// Lower-case characters without spaces and without punctuation that carries no meaning.
    pub(super) chars: Vec<char>,
    /// Whether a space stood before the character; true for the first.
    pub(super) spaced: Vec<bool>,
}

impl Text {
    /// Normalises a text: full-width forms, case, decomposed and loose jamo, invisible characters, punctuation. `None` if
    /// it is longer than [`LONGEST`]; the time taken does not depend on how much longer.
    pub(super) fn new(text: &str) -> Option<Self> {
        if text.chars().nth(LONGEST * 4).is_some() {
            return None;
        }
        let mut composer = Composer::default();
        let seen: Vec<char> = text.chars().filter(|c| !is_invisible(*c)).collect();
        for (at, &c) in seen.iter().enumerate() {
            if is_hump(&seen, at) {
                composer.push(' ');
            }
            composer.push(plain(c));
        }
        let raw = composer.finish();
        let mut out = Self { chars: Vec::with_capacity(raw.len()), spaced: Vec::with_capacity(raw.len()) };
        let mut space = true;
        for (at, &c) in raw.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|at| raw.get(at)).copied();
            if counts(before, c, raw.get(at + 1).copied()) {
                out.chars.push(c);
                out.spaced.push(space);
                space = false;
            } else {
                // A comma that groups digits joins them; whatever else is left out parts words.
                space |= !(c == ',' && digit(before) && digit(raw.get(at + 1).copied()));
            }
        }
        (out.chars.len() <= LONGEST).then_some(out)
    }

    /// Number of characters.
    pub(super) fn len(&self) -> usize {
        self.chars.len()
    }

    /// The character at a place.
    pub(super) fn at(&self, at: usize) -> Option<char> {
        self.chars.get(at).copied()
    }

    /// Whether a space (or the border of the text) stands before a place.
    pub(super) fn is_spaced(&self, at: usize) -> bool {
        self.spaced.get(at).copied().unwrap_or(true)
    }

    /// Whether a word may begin or end here: not inside a run of Latin letters, nor inside one of digits.
    pub(super) fn is_border(&self, at: usize) -> bool {
        if self.is_spaced(at) {
            return true;
        }
        match (at.checked_sub(1).and_then(|before| self.at(before)), self.at(at)) {
            (Some(a), Some(b)) => {
                !(a.is_ascii_alphabetic() && b.is_ascii_alphabetic() || a.is_ascii_digit() && b.is_ascii_digit())
            }
            _ => true,
        }
    }

    /// How many spaces stand inside a span.
    pub(super) fn spaces(&self, start: usize, end: usize) -> usize {
        (start + 1..end).filter(|at| self.is_spaced(*at)).count()
    }

    /// A span as it may be shown, with single spaces.
    pub(super) fn show(&self, start: usize, end: usize) -> String {
        let mut out = String::new();
        for at in start..end.min(self.len()) {
            if at > start && self.is_spaced(at) {
                out.push(' ');
            }
            out.extend(self.at(at));
        }
        out
    }

    /// Whether any Hangul is in it.
    pub(super) fn is_korean(&self) -> bool {
        self.chars.iter().any(|c| ('가'..='힣').contains(c))
    }
}

fn digit(c: Option<char>) -> bool {
    c.is_some_and(|c| c.is_ascii_digit())
}

/// Whether a word begins with this capital without a space: the T of APITop.
fn is_hump(text: &[char], at: usize) -> bool {
    let is = |at: usize, upper: bool| {
        text.get(at).is_some_and(|c| if upper { c.is_ascii_uppercase() } else { c.is_ascii_lowercase() })
    };
    at > 0
        && text.get(at - 1).is_some_and(char::is_ascii_alphabetic)
        && is(at, true)
        && is(at + 1, false)
        && is(at + 2, false)
}

/// The character in the form in which the lexicon is written.
fn plain(c: char) -> char {
    let c = match c {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '〜' | '∼' => '~',
        '–' | '—' | '−' => '-',
        '’' | '‘' => '\'',
        c => c,
    };
    c.to_ascii_lowercase()
}

/// Marks that are not seen: zero width, direction, variation, tags; they hide words and carry none.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether a character carries meaning, between its neighbours.
fn counts(before: Option<char>, c: char, after: Option<char>) -> bool {
    match c {
        '.' | ':' | '/' | '-' => digit(before) && digit(after),
        // Laughter and tears: ㅋㅋ, ㅠㅠ.
        '\u{3131}'..='\u{318e}' => false,
        // Beside the two that are signs, symbols of code and markup count as unknown words.
        '%' | '~' | ';' | '=' | '<' | '>' | '*' | '{' | '}' | '\\' | '`' | '$' | '|' | '#' | '_' | '@' => true,
        c if c.is_ascii() => c.is_ascii_alphanumeric(),
        c => !c.is_whitespace() && !c.is_control() && !"·…“”「」、。•¿¡".contains(c),
    }
}
