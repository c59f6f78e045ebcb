//! Small tables of a batch: names by their bytes, values by three numbers.

use std::borrow::Cow;

use bonghwa_analytics::bucket::{Name, OTHER};
use bonghwa_analytics::mask::{Profile, mask};

/// Positions of values by hash: open addressing, linear probing, at most three quarters full.
///
/// The hash is fast, not secret. A sender who makes names collide gains little, because the tables stop growing at the
/// limits of the policy.
#[derive(Debug, Default)]
struct Index {
    /// Position + 1, or 0 where free; a power of two long.
    slots: Vec<u32>,
    hashes: Vec<u64>,
}

impl Index {
    #[inline]
    fn find(&self, hash: u64, same: impl Fn(usize) -> bool) -> Option<usize> {
        let mask = self.slots.len().wrapping_sub(1);
        let mut at = hash as usize & mask;
        while let Some(slot) = self.slots.get(at)
            && *slot != 0
        {
            let position = *slot as usize - 1;
            if self.hashes.get(position) == Some(&hash) && same(position) {
                return Some(position);
            }
            at = (at + 1) & mask;
        }
        None
    }

    /// Adds the next position; the caller pushes its value.
    fn push(&mut self, hash: u64) {
        if (self.hashes.len() + 1) * 4 > self.slots.len() * 3 {
            self.slots = vec![0; (self.slots.len() * 2).max(64)];
            for position in 0..self.hashes.len() {
                self.place(position);
            }
        }
        self.hashes.push(hash);
        self.place(self.hashes.len() - 1);
    }

    fn place(&mut self, position: usize) {
        let mask = self.slots.len() - 1;
        let mut at = self.hashes[position] as usize & mask;
        while self.slots[at] != 0 {
            at = (at + 1) & mask;
        }
        self.slots[at] = position as u32 + 1;
    }
}

/// Odd multiplier with well-spread bits: the golden ratio in 64 bits (Knuth, volume 3, 6.4).
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

#[inline]
fn mix(hash: u64, word: u64) -> u64 {
    let product = (hash ^ word).wrapping_mul(GOLDEN);
    product ^ (product >> 32)
}

#[inline]
fn hash_bytes(bytes: &[u8]) -> u64 {
    let (words, tail) = bytes.as_chunks::<8>();
    let hash = words.iter().fold(bytes.len() as u64, |hash, word| mix(hash, u64::from_le_bytes(*word)));
    mix(hash, tail.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)))
}

/// Distinct names, numbered as they come; number 0 is [`OTHER`], under which all go that come after the limit.
#[derive(Debug)]
pub(super) struct Names {
    index: Index,
    raw: Vec<Box<[u8]>>,
    limit: usize,
    longest: usize,
}

impl Names {
    pub(super) fn new(limit: usize, longest: usize) -> Self {
        Self { index: Index::default(), raw: Vec::new(), limit, longest }
    }

    /// The number of a name, cut to the longest allowed.
    #[inline]
    pub(super) fn number(&mut self, name: &[u8]) -> u32 {
        let name = cut(name, self.longest);
        let hash = hash_bytes(name);
        if let Some(position) =
            self.index.find(hash, |position| self.raw.get(position).is_some_and(|raw| **raw == *name))
        {
            return position as u32 + 1;
        }
        if self.raw.len() >= self.limit {
            return 0;
        }
        self.index.push(hash);
        self.raw.push(name.into());
        self.raw.len() as u32
    }

    /// All names by their numbers, as text: bytes that are not UTF-8 and control characters become U+FFFD. With `masked`, what is
    /// personal or secret in a name is masked: once for each name, not for each record.
    pub(super) fn finish(&self, masked: bool) -> Vec<Name> {
        let mut names = Vec::with_capacity(self.raw.len() + 1);
        names.push(Name::from(OTHER));
        for raw in &self.raw {
            let mut text = text(raw);
            if masked && let Cow::Owned(masked) = mask(&text, Profile::Strict).text {
                // What is put for a value may be longer than the value.
                text =
                    Cow::Owned(masked.get(..masked.floor_char_boundary(self.longest)).unwrap_or_default().to_owned());
            }
            names.push(text.into());
        }
        names
    }
}

fn text(raw: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(raw);
    if text.chars().any(char::is_control) { text.replace(char::is_control, "\u{fffd}").into() } else { text }
}

/// At most `longest` bytes of `name`, not ending inside a character.
fn cut(name: &[u8], longest: usize) -> &[u8] {
    if name.len() <= longest {
        return name;
    }
    let is_boundary = |at: &usize| name.get(*at).is_none_or(|byte| byte & 0xc0 != 0x80);
    // A character has at most four bytes; what has no boundary among them is not UTF-8 and may be cut anywhere.
    let end = (longest.saturating_sub(3)..=longest).rev().find(is_boundary).unwrap_or(longest);
    name.get(..end).unwrap_or(name)
}

/// Values by (bucket, service, other number).
#[derive(Debug, Default)]
pub(super) struct Cells<V> {
    index: Index,
    cells: Vec<([u32; 3], V)>,
}

impl<V: Default> Cells<V> {
    pub(super) fn len(&self) -> usize {
        self.cells.len()
    }

    /// The value of a key; a default one is added if `room` allows, else `None`.
    #[inline]
    pub(super) fn value(&mut self, key: [u32; 3], room: usize) -> Option<&mut V> {
        let hash = mix(mix(u64::from(key[0]) << 32 | u64::from(key[1]), u64::from(key[2])), 0);
        let found = self.index.find(hash, |position| self.cells.get(position).is_some_and(|cell| cell.0 == key));
        let position = match found {
            Some(position) => position,
            None if self.cells.len() >= room => return None,
            None => {
                self.index.push(hash);
                self.cells.push((key, V::default()));
                self.cells.len() - 1
            }
        };
        self.cells.get_mut(position).map(|cell| &mut cell.1)
    }

    pub(super) fn into_cells(self) -> Vec<([u32; 3], V)> {
        self.cells
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_numbered_up_to_the_limit() {
        let mut names = Names::new(300, 10);
        for round in 0..2 {
            for number in 0..300_u32 {
                assert_eq!(names.number(format!("n{number}").as_bytes()), number + 1, "round {round}");
            }
        }
        assert_eq!(names.number(b"late"), 0);
        let texts = names.finish(false);
        assert_eq!((texts.len(), &*texts[0], &*texts[300]), (301, OTHER, "n299"));
    }

    #[test]
    fn names_are_cut_between_characters() {
        assert_eq!(cut("민원신청".as_bytes(), 10), "민원신".as_bytes());
        assert_eq!(cut(b"abc", 3), b"abc");
        assert_eq!(cut(&[0x80; 20], 10).len(), 10);
        let mut names = Names::new(5, 20);
        names.number(b"a\xffb\n");
        assert_eq!(&*names.finish(false)[1], "a\u{fffd}b\u{fffd}");
    }

    #[test]
    fn masked_names_keep_their_numbers_and_their_limit() {
        let mut names = Names::new(5, 30);
        names.number(b"GET /users/hong@korea.kr/orders");
        names.number("민원 목록".as_bytes());
        assert_eq!(
            names.finish(true).iter().map(|name| &**name).collect::<Vec<_>>()[1..],
            ["GET /users/***@***/order", "민원 목록"]
        );
    }

    #[test]
    fn cells_keep_keys_apart() {
        let mut cells = Cells::<u32>::default();
        for key in 0..1000_u32 {
            *cells.value([key % 7, key % 11, key % 13], usize::MAX).unwrap() += 1;
        }
        assert_eq!(cells.len(), 1000);
        assert!(cells.value([99, 0, 0], 1000).is_none());
        assert!(cells.into_cells().iter().all(|(_, count)| *count == 1));
    }
}
