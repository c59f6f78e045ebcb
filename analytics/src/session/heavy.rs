//! Heavy hitters: the keys with most events, in bounded memory, with the bound on what is not told.
//!
//! Space-Saving (Metwally, Agrawal and El Abbadi, "Efficient Computation of Frequent and Top-k Elements in Data
//! Streams", 2005) in its mergeable form (Agarwal et al., "Mergeable Summaries", 2012; Cafaro, Pulimeno and Tempesta,
//! "A parallel space saving algorithm for frequent items", 2016). Counts are what was seen, and each says beside it how
//! many more there may have been, so that what is exact can be told from what is not.
//!
//! Guarantee of a table of at most N keys that was fed n events, in whatever order it was merged: a key that is absent
//! had at most [`floor`](Table::floor) events, and floor <= n / N; the events of a key that is present are at least
//! `count` and at most `count + missed`, with missed <= n / N. With no more than N keys ever seen, both are zero.

use crate::codec::{CodecError, Reader, put_u64};

/// Fingerprints that are kept of the others a key was seen with. Up to as many they are counted exactly.
pub const DISTINCT: usize = 64;

/// What was seen of one key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Hash of an identity.
    pub key: u64,
    /// Events seen.
    pub count: u64,
    /// Those of them that failed.
    pub failed: u64,
    /// Most of them in one minute; zero where minutes were not told apart.
    pub peak: u64,
    /// How many more there may have been.
    pub missed: u64,
    /// The smallest fingerprints of others that the key was seen with, ascending (bottom-k: Bar-Yossef et al.,
    /// "Counting Distinct Elements in a Data Stream", 2002).
    pub others: Vec<u32>,
}

impl Entry {
    /// Distinct others, and whether that is exact.
    pub fn distinct(&self) -> (u64, bool) {
        match self.others.get(DISTINCT - 1) {
            None => (self.others.len() as u64, true),
            Some(largest) => ((DISTINCT as u64 - 1) * (1 << 32) / (u64::from(*largest) + 1), false),
        }
    }

    /// Notes an other.
    pub fn meet(&mut self, fingerprint: u32) {
        if let Err(place) = self.others.binary_search(&fingerprint)
            && place < DISTINCT
        {
            self.others.insert(place, fingerprint);
            self.others.truncate(DISTINCT);
        }
    }

    /// By what keys are ranked: distinct others, or events where others are not noted.
    pub fn weight(&self) -> u64 {
        if self.others.is_empty() { self.count } else { self.distinct().0 }
    }

    fn most(&self) -> u64 {
        self.weight().saturating_add(self.missed)
    }

    fn add(&mut self, other: &Self) {
        self.count = self.count.saturating_add(other.count);
        self.failed = self.failed.saturating_add(other.failed);
        self.peak = self.peak.max(other.peak);
        self.missed = self.missed.saturating_add(other.missed);
        for fingerprint in &other.others {
            self.meet(*fingerprint);
        }
    }
}

/// Keys with what was seen of each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    entries: Vec<Entry>,
    floor: u64,
}

impl Table {
    /// A table of entries in any order, those of one key together; at most `limit` keys.
    pub fn of(mut entries: Vec<Entry>, limit: usize) -> Self {
        entries.sort_by_key(|entry| entry.key);
        entries.dedup_by(|next, entry| {
            let same = next.key == entry.key;
            if same {
                entry.add(next);
            }
            same
        });
        let mut table = Self { entries, floor: 0 };
        table.trim(limit);
        table
    }

    /// Keys, ascending.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// For changes that leave the keys as they are.
    pub(crate) fn entries_mut(&mut self) -> &mut [Entry] {
        &mut self.entries
    }

    /// The entry of a key.
    pub fn get(&self, key: u64) -> Option<&Entry> {
        let place = self.entries.binary_search_by_key(&key, |entry| entry.key).ok()?;
        self.entries.get(place)
    }

    /// What a key that is absent weighs at most.
    pub const fn floor(&self) -> u64 {
        self.floor
    }

    /// Whether nothing is known of anyone.
    pub const fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.floor == 0
    }

    /// Adds another's events, and keeps at most `limit` keys.
    pub fn merge(&mut self, other: &Self, limit: usize) {
        if other.is_empty() {
            return;
        }
        let mut merged = Vec::with_capacity(self.entries.len() + other.entries.len());
        let mut theirs = other.entries.iter().peekable();
        let alone = |entry: &Entry, floor: u64| Entry { missed: entry.missed.saturating_add(floor), ..entry.clone() };
        for mut ours in std::mem::take(&mut self.entries) {
            while let Some(entry) = theirs.next_if(|entry| entry.key < ours.key) {
                merged.push(alone(entry, self.floor));
            }
            match theirs.next_if(|entry| entry.key == ours.key) {
                Some(entry) => ours.add(entry),
                None => ours.missed = ours.missed.saturating_add(other.floor),
            }
            merged.push(ours);
        }
        merged.extend(theirs.map(|entry| alone(entry, self.floor)));
        self.entries = merged;
        self.floor = self.floor.saturating_add(other.floor);
        self.trim(limit);
    }

    /// Leaves out what a row need not tell: keys beyond the `limit` heaviest and those of a single event.
    pub fn settle(&mut self, limit: usize) {
        self.trim(limit);
        let before = self.entries.len();
        self.entries.retain(|entry| entry.most() > 1);
        if self.entries.len() < before {
            self.floor = self.floor.max(1);
        }
    }

    /// Keeps the heaviest; of equals those of the smallest keys.
    fn trim(&mut self, limit: usize) {
        if self.entries.len() <= limit {
            return;
        }
        let mut ranks: Vec<(u64, u64)> =
            self.entries.iter().map(|entry| (u64::MAX - entry.most(), entry.key)).collect();
        let (_, first_left_out, _) = ranks.select_nth_unstable(limit);
        let first_left_out = *first_left_out;
        self.floor = self.floor.max(u64::MAX - first_left_out.0);
        self.entries.retain(|entry| (u64::MAX - entry.most(), entry.key) < first_left_out);
    }

    /// Appends the table.
    pub fn encode(&self, out: &mut Vec<u8>) {
        put_u64(out, self.floor);
        put_u64(out, self.entries.len() as u64);
        for entry in &self.entries {
            out.extend_from_slice(&entry.key.to_le_bytes());
            for number in [entry.count, entry.failed, entry.peak, entry.missed, entry.others.len() as u64] {
                put_u64(out, number);
            }
            for fingerprint in &entry.others {
                out.extend_from_slice(&fingerprint.to_le_bytes());
            }
        }
    }

    /// Reads what [`encode`](Self::encode) wrote.
    pub fn decode(r: &mut Reader<'_>) -> Result<Self, CodecError> {
        let floor = r.u64("floor")?;
        let mut entries: Vec<Entry> = Vec::new();
        for _ in 0..r.count(13, "keys")? {
            let key = take_key(r)?;
            if entries.last().is_some_and(|last| last.key >= key) {
                return Err(r.invalid("key"));
            }
            let count = r.u64("events")?;
            let failed = r.u64_at_most(count, "failed events")?;
            let (peak, missed) = (r.u64("peak")?, r.u64("missed events")?);
            let others = take_fingerprints(r, DISTINCT)?;
            entries.push(Entry { key, count, failed, peak, missed, others });
        }
        Ok(Self { entries, floor })
    }
}

pub(super) fn take_key(r: &mut Reader<'_>) -> Result<u64, CodecError> {
    let mut key = [0; 8];
    key.copy_from_slice(r.take(8, "key")?);
    Ok(u64::from_le_bytes(key))
}

/// Fingerprints, ascending, at most `most` of them.
pub(super) fn take_fingerprints(r: &mut Reader<'_>, most: usize) -> Result<Vec<u32>, CodecError> {
    let count = r.u64_at_most(most as u64, "fingerprints")? as usize;
    let (words, _) = r.take(count * 4, "fingerprints")?.as_chunks::<4>();
    let all: Vec<u32> = words.iter().map(|word| u32::from_le_bytes(*word)).collect();
    if all.is_sorted_by(|a, b| a < b) { Ok(all) } else { Err(r.invalid("fingerprints")) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn event(key: u64) -> Entry {
        Entry { key, count: 1, ..Entry::default() }
    }

    proptest! {
        /// Whatever the order of merging: the guarantee holds against an exact count.
        #[test]
        fn the_guarantee_holds(
            batches in proptest::collection::vec(proptest::collection::vec(0_u64..60, 0..80), 1..12),
            limit in 1_usize..20,
            right in any::<bool>(),
        ) {
            let mut exact: BTreeMap<u64, u64> = BTreeMap::new();
            for key in batches.iter().flatten() {
                *exact.entry(*key).or_default() += 1;
            }
            let tables = batches.iter().map(|keys| Table::of(keys.iter().map(|key| event(*key)).collect(), limit));
            let mut whole = Table::default();
            for mut table in tables {
                if right {
                    table.merge(&whole, limit);
                    whole = table;
                } else {
                    whole.merge(&table, limit);
                }
            }
            let n: u64 = exact.values().sum();
            prop_assert!(whole.entries().len() <= limit);
            prop_assert!(whole.floor() * limit as u64 <= n);
            for (key, count) in &exact {
                match whole.get(*key) {
                    None => prop_assert!(*count <= whole.floor()),
                    Some(entry) => {
                        prop_assert!(entry.count <= *count && *count <= entry.count + entry.missed);
                        prop_assert!(entry.missed * limit as u64 <= n);
                    }
                }
            }
            if exact.len() <= limit {
                prop_assert!(whole.floor() == 0 && whole.entries().iter().all(|entry| entry.missed == 0));
            }
        }

        #[test]
        fn merging_is_commutative_and_the_order_within_a_batch_is_nothing(
            keys in proptest::collection::vec(0_u64..40, 0..60),
            others in proptest::collection::vec(0_u64..40, 0..60),
            limit in 1_usize..50,
        ) {
            let table = |keys: &[u64]| Table::of(keys.iter().map(|key| event(*key)).collect(), limit);
            let reversed: Vec<u64> = keys.iter().rev().copied().collect();
            prop_assert_eq!(table(&keys), table(&reversed));
            let (mut ab, mut ba) = (table(&keys), table(&others));
            let (a, b) = (ab.clone(), ba.clone());
            ab.merge(&b, limit);
            ba.merge(&a, limit);
            prop_assert_eq!(ab, ba);
        }

        #[test]
        fn tables_survive_as_bytes(keys in proptest::collection::vec((any::<u64>(), any::<u32>()), 0..60)) {
            let mut entries = Vec::new();
            for (key, fingerprint) in keys {
                let mut entry = event(key);
                entry.meet(fingerprint);
                entries.push(entry);
            }
            let table = Table::of(entries, 40);
            let mut bytes = Vec::new();
            table.encode(&mut bytes);
            let mut r = Reader::new(&bytes);
            prop_assert_eq!(Table::decode(&mut r), Ok(table));
            prop_assert!(r.is_empty());
        }
    }

    #[test]
    fn distinct_others_are_exact_up_to_a_bound_and_estimated_beyond() {
        let mut entry = event(7);
        let fingerprint = |index: u32| index.wrapping_mul(0x9e37_79b9);
        for index in 0..63 {
            entry.meet(fingerprint(index));
            entry.meet(fingerprint(index));
        }
        assert_eq!(entry.distinct(), (63, true));
        for index in 63..5000 {
            entry.meet(fingerprint(index));
        }
        let (estimate, exact) = entry.distinct();
        assert!(!exact && (3500..6500).contains(&estimate) && entry.others.len() == DISTINCT, "{estimate}");
    }

    #[test]
    fn a_row_leaves_single_events_out_and_says_so() {
        let mut table = Table::of([1, 1, 2, 3, 3, 3].map(event).into(), 10);
        table.settle(10);
        assert_eq!(table.entries().iter().map(|entry| (entry.key, entry.count)).collect::<Vec<_>>(), [(1, 2), (3, 3)]);
        assert_eq!(table.floor(), 1);
        table.settle(1);
        assert_eq!((table.entries().len(), table.floor()), (1, 2));
    }
}
