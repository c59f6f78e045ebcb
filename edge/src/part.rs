//! A region that is split over several objects because it is too much for one. Every part keeps a share of the batches;
//! what they hold together are the same bytes as if one object had held it all, as long as no bucket reaches its bound of
//! names.

use std::collections::{BTreeMap, BTreeSet};

use bonghwa_analytics::atlas::NATION;
use bonghwa_analytics::bucket::Bucket;
use bonghwa_analytics::frame::{Frame, Row};
use bonghwa_analytics::identity::KeyId;
use bonghwa_analytics::time::Resolution;

use crate::key::is_code;
use crate::store::{StoreError, bucket_of_row, full_row};

/// Largest sequence that a Durable Object can carry.
const LARGEST: u64 = (1 << 53) - 1;

/// The part that keeps a batch, of so many: always the same, so that a retry meets its own digest.
pub fn part_of(digest: &[u8; 16], parts: usize) -> usize {
    let (word, _) = digest.split_first_chunk::<8>().unwrap_or((&[0; 8], &[]));
    (u64::from_le_bytes(*word) % parts.max(1) as u64) as usize
}

/// The regions of a fleet and the number of their parts, from text such as `seoul,busan:4`; what is wrong with it
/// otherwise.
pub fn regions(text: &str) -> Result<BTreeMap<String, usize>, String> {
    let mut regions = BTreeMap::new();
    for piece in text.split(',').map(str::trim).filter(|piece| !piece.is_empty()) {
        let (code, parts) = piece.split_once(':').unwrap_or((piece, "1"));
        let parts = parts.parse().ok().filter(|parts| (1..=64).contains(parts));
        let parts = parts.ok_or_else(|| format!("{piece:?} has no number of parts from 1 to 64"))?;
        if !is_code(code) || code == NATION {
            return Err(format!("{code:?} is no code of a region: use lower-case letters, digits and \"-\""));
        }
        if regions.insert(code.to_owned(), parts).is_some() {
            return Err(format!("{code:?} stands twice"));
        }
    }
    if regions.is_empty() { Err("it names no region".to_owned()) } else { Ok(regions) }
}

/// How far the changes of every part were read. As text the numbers stand with dots between them: `12.55.3`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(pub Vec<u64>);

impl Cursor {
    /// Reads a cursor of a region with so many parts; empty text is the beginning. A cursor from before parts were added
    /// begins with the new ones at their beginning. `None` if it is no cursor of this region.
    pub fn parse(text: &str, parts: usize) -> Option<Self> {
        let number = |piece: &str| {
            let digits = !piece.is_empty() && piece.len() <= 16 && piece.bytes().all(|byte| byte.is_ascii_digit());
            piece.parse().ok().filter(|number| digits && *number <= LARGEST)
        };
        let mut numbers =
            if text.is_empty() { Vec::new() } else { text.split('.').map(number).collect::<Option<_>>()? };
        (numbers.len() <= parts).then(|| {
            numbers.resize(parts, 0);
            Self(numbers)
        })
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, number) in self.0.iter().enumerate() {
            write!(f, "{}{number}", if index > 0 { "." } else { "" })?;
        }
        Ok(())
    }
}

/// Runs of neighbouring buckets among those of some frames, as `(resolution, from, to)`: what has to be read of every part
/// when one of them changed.
pub fn runs<'a>(frames: impl IntoIterator<Item = &'a Frame>) -> Vec<(Resolution, i64, i64)> {
    let starts: BTreeSet<(Resolution, i64)> =
        frames.into_iter().flat_map(|frame| frame.rows.iter().map(move |row| (frame.resolution, row.start))).collect();
    let mut runs: Vec<(Resolution, i64, i64)> = Vec::new();
    for (resolution, start) in starts {
        let end = start + resolution.seconds();
        match runs.last_mut() {
            Some(run) if run.0 == resolution && run.2 == start => run.2 = end,
            _ => runs.push((resolution, start, end)),
        }
    }
    runs
}

/// Merges the rows of the parts of a region, whole rows of one resolution. The sequence of a merged row is the sum of
/// theirs, which grows with every change of any of them.
pub fn merge(region: &str, key: KeyId, resolution: Resolution, parts: &[Vec<Row>]) -> Result<Frame, StoreError> {
    let mut by_start: BTreeMap<i64, Vec<&Row>> = BTreeMap::new();
    for row in parts.iter().flatten() {
        by_start.entry(row.start).or_default().push(row);
    }
    let mut rows = Vec::with_capacity(by_start.len());
    for (start, held) in by_start {
        let seq = held.iter().map(|row| row.seq).sum();
        rows.push(match held.as_slice() {
            // What one part holds alone is in its canonical form already.
            [only] => Row { seq, ..(*only).clone() },
            held => {
                let mut merged = Bucket::default();
                for row in held {
                    merged.merge(&bucket_of_row(key, row)?)?;
                }
                full_row(start, seq, &merged)
            }
        });
    }
    Ok(Frame { region: region.to_owned(), key, resolution, rows })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cursors_grow_with_their_region_and_never_shrink() {
        assert_eq!(Cursor::parse("", 3), Some(Cursor(vec![0, 0, 0])));
        assert_eq!(Cursor::parse("12.55.3", 3).map(|cursor| cursor.to_string()), Some("12.55.3".to_owned()));
        assert_eq!(Cursor::parse("12", 2), Some(Cursor(vec![12, 0])));
        for wrong in ["1.2", "-1", "+1", "x", "1.", "9007199254740992", " 1"] {
            assert_eq!(Cursor::parse(wrong, 1), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_fleet_is_a_list_of_codes() {
        let fleet = regions("seoul, busan:4").unwrap();
        assert_eq!(fleet.into_iter().collect::<Vec<_>>(), [("busan".to_owned(), 4), ("seoul".to_owned(), 1)]);
        for wrong in ["", " , ", "Seoul", "busan:0", "busan:x", "busan:65", "a,a", "all", "a_b"] {
            assert!(regions(wrong).is_err(), "{wrong:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_cursor_or_none(text in ".{0,40}", parts in 1_usize..5) {
            if let Some(cursor) = Cursor::parse(&text, parts) {
                prop_assert_eq!(Cursor::parse(&cursor.to_string(), parts), Some(cursor));
            }
        }

        #[test]
        fn a_batch_has_one_part(digest: [u8; 16], parts in 1_usize..9) {
            prop_assert!(part_of(&digest, parts) < parts);
            prop_assert_eq!(part_of(&digest, 1), 0);
        }
    }
}
