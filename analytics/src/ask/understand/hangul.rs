//! Hangul by arithmetic: syllables to jamo and back, initial consonants, and keys in which common misspellings are equal.

const BASE: u32 = 0xac00;
/// Compatibility jamo of the initial consonants, in the order of the syllable block.
const INITIALS: [char; 19] =
    ['ㄱ', 'ㄲ', 'ㄴ', 'ㄷ', 'ㄸ', 'ㄹ', 'ㅁ', 'ㅂ', 'ㅃ', 'ㅅ', 'ㅆ', 'ㅇ', 'ㅈ', 'ㅉ', 'ㅊ', 'ㅋ', 'ㅌ', 'ㅍ', 'ㅎ'];
/// Compatibility jamo of the final consonants, from the first that is one.
const FINALS: [char; 27] = [
    'ㄱ', 'ㄲ', 'ㄳ', 'ㄴ', 'ㄵ', 'ㄶ', 'ㄷ', 'ㄹ', 'ㄺ', 'ㄻ', 'ㄼ', 'ㄽ', 'ㄾ', 'ㄿ', 'ㅀ', 'ㅁ', 'ㅂ', 'ㅄ', 'ㅅ',
    'ㅆ', 'ㅇ', 'ㅈ', 'ㅊ', 'ㅋ', 'ㅌ', 'ㅍ', 'ㅎ',
];

/// Initial, vowel and final (0 for none) of a syllable.
pub(in crate::ask) fn split(c: char) -> Option<(u32, u32, u32)> {
    let index = (c as u32).checked_sub(BASE).filter(|index| *index < 11_172)?;
    Some((index / 588, index / 28 % 21, index % 28))
}

fn join(initial: u32, vowel: u32, end: u32) -> Option<char> {
    char::from_u32(BASE + (initial * 21 + vowel) * 28 + end)
}

/// The initial consonant of a syllable, as it is typed (`부` gives `ㅂ`).
pub(in crate::ask) fn initial(c: char) -> Option<char> {
    INITIALS.get(split(c)?.0 as usize).copied()
}

/// The final consonant of a syllable, as it is typed.
pub(in crate::ask) fn last(c: char) -> Option<char> {
    FINALS.get((split(c)?.2 as usize).checked_sub(1)?).copied()
}

/// The syllable without its final consonant.
pub(in crate::ask) fn open(c: char) -> char {
    split(c).and_then(|(initial, vowel, _)| join(initial, vowel, 0)).unwrap_or(c)
}

/// Puts syllables together from conjoining jamo (U+1100…) and from loose ones (ㅇㅓㅈㅔ).
#[derive(Default)]
pub(super) struct Composer {
    /// Characters, and whether each was put together here.
    out: Vec<(char, bool)>,
}

impl Composer {
    pub(super) fn push(&mut self, c: char) {
        let before = self.out.last().map(|(c, _)| *c);
        let initial = before.and_then(|before| INITIALS.iter().position(|i| *i == before));
        if let (Some(vowel), Some(initial)) = (vowel(c), initial) {
            self.out.pop();
            self.out.extend(join(initial as u32, vowel, 0).map(|c| (c, true)));
        } else if let ('\u{11a8}'..='\u{11c2}', Some((initial, vowel, 0))) = (c, before.and_then(split)) {
            self.out.pop();
            self.out.extend(join(initial, vowel, c as u32 - 0x11a7).map(|c| (c, true)));
        } else {
            let initial = (c as u32).checked_sub(0x1100).and_then(|at| INITIALS.get(at as usize));
            self.out.push((initial.copied().unwrap_or(c), false));
        }
    }

    /// The characters; a loose consonant left behind a syllable that was put together is its final.
    pub(super) fn finish(self) -> Vec<char> {
        let mut out: Vec<char> = Vec::with_capacity(self.out.len());
        let mut composed = false;
        for (c, here) in self.out {
            let end = FINALS.iter().position(|end| *end == c).filter(|_| composed);
            if let (Some(end), Some((initial, vowel, 0))) = (end, out.last().copied().and_then(split)) {
                out.pop();
                out.extend(join(initial, vowel, end as u32 + 1));
                composed = false;
            } else {
                out.push(c);
                composed = here;
            }
        }
        out
    }
}

fn vowel(c: char) -> Option<u32> {
    match c {
        '\u{314f}'..='\u{3163}' => Some(c as u32 - 0x314f),
        '\u{1161}'..='\u{1175}' => Some(c as u32 - 0x1161),
        _ => None,
    }
}

/// The sound of a text in codes: no silent initial, alike-sounding vowels and doubled finals as one, so that 어재 equals
/// 어제 and 노픈 equals 높은. Latin letters and digits stand for themselves. `starts` gets where each character begins.
pub(super) fn key(text: impl Iterator<Item = char>, starts: &mut Vec<usize>) -> Vec<u8> {
    let mut out = Vec::new();
    for c in text {
        starts.push(out.len());
        if let Some((initial, vowel, _)) = split(c) {
            if initial != 11 {
                out.push(consonant(INITIALS.get(initial as usize).copied().unwrap_or(c)));
            }
            out.push(0x40 + sound(vowel));
            out.extend(last(c).map(|end| match end {
                'ㄲ' => consonant('ㄱ'),
                'ㅆ' => consonant('ㅅ'),
                'ㄳ' | 'ㄵ' | 'ㄶ' | 'ㄺ' | 'ㄻ' | 'ㄼ' | 'ㄽ' | 'ㄾ' | 'ㄿ' | 'ㅀ' | 'ㅄ' => {
                    0xa0 + (end as u8 & 0x1f)
                }
                end => consonant(end),
            }));
        } else if c.is_ascii() {
            out.push(c as u8);
        } else {
            out.push(0xff);
        }
    }
    starts.push(out.len());
    out
}

fn consonant(c: char) -> u8 {
    0x80 + INITIALS.iter().position(|i| *i == c).unwrap_or(0x1f) as u8
}

/// Vowels that are mistaken for each other: ㅐ ㅔ ㅒ ㅖ, ㅙ ㅚ ㅞ, ㅢ ㅣ, and ㅜ ㅡ, which lie side by side on the keyboard.
fn sound(vowel: u32) -> u8 {
    match vowel {
        1 | 3 | 5 | 7 => 1,
        10 | 11 | 15 => 10,
        18 => 13,
        19 => 20,
        other => other as u8,
    }
}
