//! A text as the rules read it: full-width forms as ASCII, every dash as `-`, every blank as a space, and without characters
//! of no width, which would otherwise hide a number from every rule.

use std::borrow::Cow;

/// A folded text and where each of its bytes stood.
pub(super) struct Page<'t> {
    pub(super) text: &'t str,
    /// What rules read. Only characters that are folded differ from `text`.
    pub(super) bytes: Cow<'t, [u8]>,
    /// Where each byte stood in `text`; empty if nothing was folded.
    places: Vec<usize>,
}

impl<'t> Page<'t> {
    /// Folds a text. One without anything to fold is not copied.
    pub(super) fn new(text: &'t str) -> Self {
        // Leading bytes of the blocks in which the characters stand that are folded.
        let plain = !text.bytes().any(|byte| matches!(byte, 0xc2 | 0xe2 | 0xe3 | 0xef));
        if plain || text.chars().all(|c| matches!(fold(c), Folded::Same)) {
            return Self { text, bytes: Cow::Borrowed(text.as_bytes()), places: Vec::new() };
        }
        let mut bytes = Vec::with_capacity(text.len());
        let mut places = Vec::with_capacity(text.len() + 1);
        for (at, c) in text.char_indices() {
            match fold(c) {
                Folded::Same => {
                    let slice = text.as_bytes().get(at..at + c.len_utf8()).unwrap_or_default();
                    bytes.extend_from_slice(slice);
                    places.extend(at..at + slice.len());
                }
                Folded::To(byte) => {
                    bytes.push(byte);
                    places.push(at);
                }
                Folded::Nothing => {}
            }
        }
        places.push(text.len());
        Self { text, bytes: Cow::Owned(bytes), places }
    }

    /// Where a byte of the folded text stood in the text.
    pub(super) fn place(&self, at: usize) -> usize {
        if self.places.is_empty() { at } else { self.places.get(at).copied().unwrap_or(self.text.len()) }
    }

    /// The byte at a place, 0 outside.
    pub(super) fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    /// The byte so many places before another, 0 outside.
    pub(super) fn back(&self, at: usize, by: usize) -> u8 {
        at.checked_sub(by).map_or(0, |at| self.byte(at))
    }

    /// The bytes of a range, empty if it is none.
    pub(super) fn slice(&self, from: usize, to: usize) -> &[u8] {
        self.bytes.get(from..to).unwrap_or_default()
    }

    /// Whether another text goes on at a place, ASCII letters of any case.
    pub(super) fn has(&self, at: usize, what: &[u8]) -> bool {
        self.slice(at, at + what.len()).eq_ignore_ascii_case(what)
    }

    /// The first place from `at` on whose byte does not satisfy `test`, at most `most` bytes on.
    pub(super) fn while_at(&self, at: usize, most: usize, mut test: impl FnMut(u8) -> bool) -> usize {
        self.forwards(at, most, &mut test)
    }

    /// The place after the last byte before `at` that does not satisfy `test`, at most `most` bytes back and not before `from`.
    pub(super) fn while_before(&self, at: usize, from: usize, most: usize, mut test: impl FnMut(u8) -> bool) -> usize {
        self.backwards(at, from, most, &mut test)
    }

    // The loops stand once: a copy for each of the many tests would be a good part of the Worker.
    #[inline(never)]
    fn forwards(&self, at: usize, most: usize, test: &mut dyn FnMut(u8) -> bool) -> usize {
        let rest = self.bytes.get(at..).unwrap_or_default();
        at + rest.iter().take(most).take_while(|byte| test(**byte)).count()
    }

    #[inline(never)]
    fn backwards(&self, at: usize, from: usize, most: usize, test: &mut dyn FnMut(u8) -> bool) -> usize {
        let head = self.bytes.get(from.min(at)..at).unwrap_or_default();
        at - head.iter().rev().take(most).take_while(|byte| test(**byte)).count()
    }
}

enum Folded {
    Same,
    To(u8),
    Nothing,
}

fn fold(c: char) -> Folded {
    match c {
        // Full-width forms of ASCII.
        '\u{ff01}'..='\u{ff5e}' => Folded::To((u32::from(c) - 0xfee0) as u8),
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' => Folded::To(b'-'),
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => Folded::To(b' '),
        '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2064}'
        | '\u{2066}'..='\u{2069}'
        | '\u{feff}' => Folded::Nothing,
        _ => Folded::Same,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_and_finds_back() {
        let page = Page::new("번호 ０１０–1\u{200b}2");
        assert_eq!(&*page.bytes, "번호 010-12".as_bytes());
        assert_eq!(page.place(7), 7);
        assert_eq!(page.place(10), 16);
        assert_eq!(page.place(12), 23);
        assert_eq!(page.place(13), page.text.len());
        assert!(matches!(Page::new("plain … text").bytes, Cow::Borrowed(_)));
    }
}
