//! The template of one line, from the line alone: what varies from line to line, or may name a person, is cut out.
//!
//! A hand-written scanner. A *chunk* is what stands between white space, brackets, quotes and the marks `= , ; |`; chunks
//! are split at colons into *pieces*, and a piece is a variable if anything in it varies: a digit, an address, a path.
//! Masking by rules before any clustering is what decides a Drain-like parser's accuracy (He et al., "Drain", ICWS 2017;
//! Zhu et al., "Tools and benchmarks for automated log parsing", ICSE-SEIP 2019).

use super::words::{self, Class};

/// What stands for a variable.
pub const HOLE: &str = "<*>";

/// A quoted value is looked for within so many bytes.
const LONGEST_QUOTE: usize = 512;
/// A word without digits that is longer than this is a variable.
const LONGEST_WORD: usize = 64;

/// White space, quotes and marks: what ends a chunk.
const END: u8 = 1;
const DOT: u8 = 2;
const DIGIT: u8 = 8;
const COLON: u8 = 16;
const SLASH: u8 = 32;
const WHOLE: u8 = 64;
const WIDE: u8 = 128;

/// What each byte is.
const KINDS: [u8; 256] = {
    let mut kinds = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        kinds[byte] = match byte as u8 {
            0..=b' '
            | 0x7f
            | b'"'
            | b'\''
            | b'`'
            | b'('
            | b')'
            | b'['
            | b']'
            | b'{'
            | b'}'
            | b'<'
            | b'>'
            | b'='
            | b','
            | b';'
            | b'|' => END,
            b'.' => DOT,
            b'0'..=b'9' => DIGIT,
            b':' => COLON,
            b'/' => SLASH,
            b'@' | b'\\' => WHOLE,
            0x80.. => WIDE,
            _ => 0,
        };
        byte += 1;
    }
    kinds
};

/// What stood between the last word and here.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gap {
    None,
    Space,
    Colon,
    Equals,
    EqualsSpaced,
    Other,
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
    out: &'t mut String,
    /// Where this line begins in `out`.
    begin: usize,
    gap: Gap,
    /// What the last word says of what follows.
    class: Class,
    /// Whether the last word was cut out because it names a person.
    named: bool,
}

/// Appends the template of the first line of `text` that is not blank; at most `longest` bytes of text are read and
/// about `template` bytes written.
pub fn mask(text: &str, longest: usize, template: usize, out: &mut String) {
    let text = text.trim_ascii_start();
    let text = text.get(..text.floor_char_boundary(longest)).unwrap_or(text);
    let text = text.split(['\n', '\r']).next().unwrap_or(text);
    let begin = out.len();
    let mut scanner = Scanner { text, at: 0, out, begin, gap: Gap::Other, class: Class::Plain, named: false };
    while scanner.at < text.len() && scanner.out.len() - begin <= template {
        scanner.step();
    }
    if out.len() - begin > template {
        let end = out.floor_char_boundary(begin + template);
        let space = out.get(begin..end).and_then(|kept| kept.rfind(' ')).map_or(end, |space| begin + space);
        out.truncate(space);
        out.push('…');
    }
    let trimmed = out.get(begin..).map_or(0, |kept| kept.trim_end().len());
    out.truncate(begin + trimmed);
}

impl<'t> Scanner<'t> {
    fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(b' ')
    }

    fn kind(&self, at: usize) -> u8 {
        KINDS[usize::from(self.byte(at))]
    }

    fn slice(&self, from: usize, to: usize) -> &'t str {
        self.text.get(from..to).unwrap_or_default()
    }

    /// End of the chunk that begins at `from`, and the kinds of its bytes together.
    fn chunk(&self, from: usize) -> (usize, u8) {
        let mut kinds = 0;
        let bytes = self.text.as_bytes();
        let mut at = from;
        while let Some(byte) = bytes.get(at) {
            let kind = KINDS[usize::from(*byte)];
            if kind & END != 0 {
                break;
            }
            kinds |= kind;
            at += 1;
        }
        (at, kinds)
    }

    fn step(&mut self) {
        match self.byte(self.at) {
            0..=b' ' | 0x7f => self.space(),
            b'"' | b'\'' | b'`' => self.quote(),
            byte if KINDS[usize::from(byte)] & END != 0 => self.mark(),
            _ => self.word(),
        }
    }

    fn space(&mut self) {
        if self.byte(self.at) == 0x1b && self.byte(self.at + 1) == b'[' {
            // A terminal's colour, up to its final letter, is no space.
            self.at += 2;
            while self.byte(self.at).is_ascii_digit() || self.byte(self.at) == b';' {
                self.at += 1;
            }
            self.at += usize::from(self.byte(self.at).is_ascii_alphabetic());
            return;
        }
        self.at += 1;
        if self.out.len() > self.begin && !self.out.ends_with(' ') {
            self.out.push(' ');
        }
        self.gap = match self.gap {
            Gap::None => Gap::Space,
            Gap::Equals => Gap::EqualsSpaced,
            gap => gap,
        };
    }

    fn mark(&mut self) {
        let byte = self.byte(self.at);
        self.at += 1;
        if byte == b'=' {
            self.gap = match self.gap {
                Gap::None if !matches!(self.byte(self.at), b'=' | b'>') => Gap::Equals,
                Gap::Space if self.byte(self.at) == b' ' => Gap::EqualsSpaced,
                _ => Gap::Other,
            };
        } else {
            // "<1 s" is a quantity like "1 s".
            if byte == b'<' && self.kind(self.at) & DIGIT != 0 {
                let (end, _) = self.chunk(self.at);
                if self.byte(end) != b'>' {
                    return;
                }
            }
            if !(self.gap == Gap::Colon && matches!(byte, b'[' | b'(' | b'<')) {
                self.gap = Gap::Other;
            }
        }
        self.named = false;
        self.out.push(char::from(byte));
    }

    /// A quoted value, a quoted key, or a mark that quotes nothing.
    fn quote(&mut self) {
        let quote = self.byte(self.at);
        let after_letter = self.at > 0 && self.kind(self.at - 1) & (END | COLON | SLASH) == 0;
        let close = if after_letter { None } else { self.closing(quote) };
        let reads_on = self.class == Class::Text && matches!(self.gap, Gap::Colon | Gap::Equals);
        let Some(close) = close.filter(|_| !reads_on) else {
            self.out.push(char::from(quote));
            self.at += 1;
            self.gap = if self.gap == Gap::None || reads_on { Gap::Other } else { self.gap };
            return;
        };
        let inner = self.slice(self.at + 1, close);
        self.at = close + 1;
        self.out.push(char::from(quote));
        if self.byte(self.at) == b':' && is_key(inner) {
            self.out.push_str(inner);
            self.class = words::class(inner);
            self.gap = Gap::None;
        } else {
            let stays = self.class == Class::Constant
                && matches!(self.gap, Gap::Colon | Gap::Equals | Gap::EqualsSpaced)
                && is_constant(inner);
            if stays {
                self.out.push_str(inner);
            } else {
                self.out.push_str(method_of(inner));
                self.out.push_str(HOLE);
            }
            self.class = Class::Plain;
            self.gap = Gap::Other;
        }
        self.named = false;
        self.out.push(char::from(quote));
    }

    /// Where the value that is quoted from here ends.
    fn closing(&self, quote: u8) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let rest = bytes.get(self.at + 1..)?;
        let mut escaped = false;
        for (offset, byte) in rest.iter().take(LONGEST_QUOTE).enumerate() {
            match *byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                byte if byte == quote => {
                    let at = self.at + 1 + offset;
                    // An apostrophe inside a word closes nothing.
                    if quote != b'\'' || self.kind(at + 1) & (END | COLON) != 0 || self.byte(at + 1) == b'.' {
                        return Some(at);
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// One chunk, or a piece of one up to a colon.
    fn word(&mut self) {
        let start = self.at;
        let (mut end, kinds) = self.chunk(start);
        let chunk = self.slice(start, end);
        let value = self.gap == Gap::Equals && !matches!(self.class, Class::Text);
        if value && !(self.class == Class::Constant && kinds & (DIGIT | WIDE) == 0 && is_constant(chunk)) {
            self.at = end;
            let named = matches!(self.class, Class::Person | Class::Private);
            self.hole();
            self.named = named;
            return;
        }
        if kinds & SLASH != 0 && (chunk.contains("://") || chunk.starts_with('/')) && chunk.len() > 1 {
            // An address or a path goes on over marks that a chunk does not.
            while end < self.text.len() && (self.kind(end) & END == 0 || matches!(self.byte(end), b'=' | b',' | b';')) {
                end += 1;
            }
            self.at = self.without_tail(start, end);
            self.hole();
            return;
        }
        if kinds & WHOLE != 0 || (kinds & (DIGIT | COLON) == DIGIT | COLON && is_address(chunk)) {
            self.at = self.without_tail(start, end);
            if self.at > start {
                self.hole();
                return;
            }
        }
        let mut kinds = kinds;
        if kinds & DOT != 0
            && let Some(dots) = chunk.find("..")
        {
            // A row of dots leads from a name to its value (`state.....0`).
            if dots == 0 {
                let row = chunk.len() - chunk.trim_start_matches('.').len();
                self.at += row;
                self.out.push_str("..");
                self.gap = Gap::Other;
                return;
            }
            end = start + dots;
            kinds = kinds_of(self.slice(start, end));
        }
        if kinds & COLON != 0
            && let Some(colon) = self.slice(start, end).find(':')
        {
            end = start + colon;
            if colon == 0 {
                self.at += 1;
                self.out.push(':');
                self.gap = if matches!(self.gap, Gap::None | Gap::Space) { Gap::Colon } else { Gap::Other };
                return;
            }
            kinds = kinds_of(self.slice(start, end));
        }
        let tail = self.without_tail(start, end);
        self.piece(start, if tail > start { tail } else { end }, kinds);
    }

    /// `end` without the marks that end a sentence.
    fn without_tail(&self, start: usize, mut end: usize) -> usize {
        while end > start && matches!(self.byte(end - 1), b'.' | b':' | b'!' | b'?' | b',' | b';') {
            end -= 1;
        }
        end
    }

    fn piece(&mut self, start: usize, end: usize, kinds: u8) {
        let word = self.slice(start, end);
        self.at = end;
        if self.is_personal(word) {
            self.hole();
            self.named = true;
            return;
        }
        if kinds & DIGIT != 0 && !words::is_code(word) && !is_error(word) {
            let signed = word.trim_start_matches(['-', '+', '~', '$', '.']);
            self.hole();
            if signed.starts_with(|c: char| c.is_ascii_digit()) {
                self.unit();
            }
            return;
        }
        let port = self.byte(end) == b':' && self.kind(end + 1) & DIGIT != 0 && word.contains('.');
        if port || is_variable(word, kinds) || (words::is_date(word) && self.date_goes_on(end)) {
            self.hole();
            return;
        }
        self.out.push_str(word);
        self.class = words::class(word);
        self.gap = Gap::None;
        self.named = false;
    }

    /// Whether what stands before this word makes it personal.
    fn is_personal(&self, word: &str) -> bool {
        match (self.class, self.gap) {
            (Class::Person | Class::Private, Gap::Colon | Gap::EqualsSpaced) => true,
            (Class::Person, Gap::Space) => words::is_name(word),
            // The rest of a name of several words.
            (Class::Plain, Gap::Space) if self.named => words::goes_on(word),
            (Class::Plain, Gap::Space) => self.out.ends_with(" password for ") && words::is_name(word),
            _ => false,
        }
    }

    /// Writes a variable, or lets the one before go on over a mark that joins numbers.
    fn hole(&mut self) {
        let written = self.out.get(self.begin..).unwrap_or_default();
        let marks = written.bytes().rev().take_while(|byte| matches!(byte, b',' | b':' | b'.' | b'/' | b'-')).count();
        let joined = written.len() - marks;
        if marks <= 2 && written.as_bytes().get(..joined).is_some_and(|joined| joined.ends_with(HOLE.as_bytes())) {
            self.out.truncate(self.begin + joined);
        } else {
            self.out.push_str(HOLE);
        }
        self.class = Class::Plain;
        self.gap = Gap::None;
        self.named = false;
    }

    /// Takes the unit of the number just written, and a second form of the same quantity in brackets.
    fn unit(&mut self) {
        let mut at = self.at;
        if self.byte(at) == b' ' {
            let (end, kinds) = self.chunk(at + 1);
            let end = self.without_tail(at + 1, end);
            if kinds & (DIGIT | COLON) == 0 && words::is_unit(self.slice(at + 1, end)) {
                self.at = end;
                at = end;
            }
        }
        if self.byte(at) == b' ' && self.byte(at + 1) == b'(' && self.kind(at + 2) & DIGIT != 0 {
            let (number, _) = self.chunk(at + 2);
            let (end, _) = self.chunk(number + 1);
            let with_unit = self.byte(number) == b' ' && words::is_unit(self.slice(number + 1, end));
            if with_unit && self.byte(end) == b')' {
                self.at = end + 1;
            }
        }
    }

    /// Whether a date's next part follows: a number or another name.
    fn date_goes_on(&self, end: usize) -> bool {
        let mut at = end;
        while self.byte(at) == b' ' && at < self.text.len() {
            at += 1;
        }
        let (next, _) = self.chunk(at);
        self.kind(at) & DIGIT != 0 || words::is_date(self.slice(at, next))
    }
}

/// The kinds of all bytes of a word together.
fn kinds_of(word: &str) -> u8 {
    word.bytes().fold(0, |kinds, byte| kinds | KINDS[usize::from(byte)])
}

/// Whether a quoted text before a colon is the name of a field.
fn is_key(inner: &str) -> bool {
    (1..=40).contains(&inner.len())
        && inner.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'-' | b'.'))
}

/// Whether a value looks like one of a few that a program knows: a word in capitals or the name of a type.
fn is_constant(value: &str) -> bool {
    let letters = |byte: u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'.' | b'$');
    (2..=LONGEST_WORD).contains(&value.len())
        && value.bytes().all(letters)
        && (value.bytes().all(|byte| !byte.is_ascii_lowercase())
            || is_error(value)
            || value.bytes().all(|b| b.is_ascii_lowercase()))
}

/// The method of a request line, with a space; empty for anything else.
fn method_of(inner: &str) -> &'static str {
    const METHODS: [&str; 7] = ["GET ", "POST ", "PUT ", "DELETE ", "HEAD ", "PATCH ", "OPTIONS "];
    METHODS.into_iter().find(|method| inner.starts_with(method)).unwrap_or_default()
}

/// Whether a word is the name of an error with at most two digits in it (`Http2Exception`).
fn is_error(word: &str) -> bool {
    (word.ends_with("Exception") || word.ends_with("Error"))
        && word.len() <= LONGEST_WORD
        && word.bytes().filter(u8::is_ascii_digit).count() <= 2
}

/// Whether a chunk with digits and colons is an address of six or eight groups, or a time.
fn is_address(chunk: &str) -> bool {
    let mut colons = 0;
    chunk.bytes().all(|byte| {
        colons += usize::from(byte == b':');
        byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.' | b'%')
    }) && colons >= 2
}

/// Whether a word without digits is a variable all the same.
fn is_variable(word: &str, kinds: u8) -> bool {
    if word.len() > LONGEST_WORD || (kinds & SLASH != 0 && word.bytes().filter(|byte| *byte == b'/').count() >= 2) {
        return true;
    }
    if kinds & WIDE != 0 {
        let odd = |c: char| {
            matches!(c, '\u{80}'..='\u{9f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fffd}' | '０'..='９')
        };
        // "님" follows a person's name.
        return word.chars().any(odd) || word.contains('님');
    }
    (kinds & DOT != 0 && words::is_host(word)) || (word.len() >= 8 && word.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests;
