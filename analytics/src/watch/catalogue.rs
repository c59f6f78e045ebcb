//! Numbers of series, found mostly without a search.

use std::collections::BTreeMap;

use super::series::{Named, SeriesKey};

/// Gives every series a number, from 0 on.
///
/// A bucket names its series in the order in which the one before did, so the series that followed the last one then is
/// tried first; that takes one comparison in place of ten.
#[derive(Clone, Debug, Default)]
pub(super) struct Catalogue {
    numbers: BTreeMap<SeriesKey, usize>,
    /// By number: the series, and the number of the one that followed it last.
    named: Vec<(SeriesKey, usize)>,
    last: usize,
}

impl Catalogue {
    pub(super) const fn new() -> Self {
        Self { numbers: BTreeMap::new(), named: Vec::new(), last: 0 }
    }

    /// How many there are.
    pub(super) const fn len(&self) -> usize {
        self.named.len()
    }

    /// The number of a series, if it has one.
    pub(super) fn get(&self, key: &SeriesKey) -> Option<usize> {
        self.numbers.get(key).copied()
    }

    /// The series of a number.
    pub(super) fn name(&self, number: usize) -> Option<&SeriesKey> {
        self.named.get(number).map(|(key, _)| key)
    }

    /// The number of a series that is named after the one that was named last; `None` if it has none and there are
    /// `most` already.
    pub(super) fn follow(&mut self, named: Named<'_>, most: usize) -> Option<usize> {
        let expected = self.named.get(self.last).map_or(0, |(_, next)| *next);
        let number = match self.named.get(expected) {
            Some((known, _)) if named.is(known) => expected,
            _ => {
                let key = named.to_key();
                let number = match self.get(&key) {
                    Some(number) => number,
                    None if self.named.len() >= most => return None,
                    None => self.add(key),
                };
                if let Some((_, next)) = self.named.get_mut(self.last) {
                    *next = number;
                }
                number
            }
        };
        self.last = number;
        Some(number)
    }

    /// Gives a series that has none the next number.
    pub(super) fn add(&mut self, key: SeriesKey) -> usize {
        let number = self.named.len();
        self.numbers.insert(key.clone(), number);
        self.named.push((key, number + 1));
        number
    }

    /// Series and numbers in the order of the series.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&SeriesKey, usize)> {
        self.numbers.iter().map(|(key, number)| (key, *number))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::view::Measure;
    use crate::watch::series::Place;

    const NAMES: [&str; 12] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];

    proptest! {
        #[test]
        fn numbers_are_those_of_a_map(named in proptest::collection::vec(0_u8..12, 0..200), most in 0_usize..14) {
            let (mut catalogue, mut plain) = (Catalogue::new(), BTreeMap::new());
            for n in named {
                let next = plain.len();
                if next < most || plain.contains_key(&n) {
                    plain.entry(n).or_insert(next);
                }
                let named = Named { place: Place::Service(NAMES[usize::from(n)]), measure: Measure::Cpu };
                prop_assert_eq!(catalogue.follow(named, most), plain.get(&n).copied());
            }
            prop_assert_eq!(catalogue.len(), plain.len());
            let listed: Vec<_> = catalogue.iter().map(|(key, _)| key.clone()).collect();
            prop_assert!(listed.is_sorted());
        }
    }
}
