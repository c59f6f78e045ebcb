//! How long requests took: a histogram whose bins grow with the value, so that any quantile is known to 1.6 %.
//!
//! Durations are counted in units of 1,024 ns. Below 32 units every unit has its bin; above, every octave has 32, as in
//! HdrHistogram (Gil Tene). Merging adds integers, so the order of arrival and of merging does not show.

use crate::codec::{CodecError, Reader, put_bytes};
use crate::sketch::bits::{BitReader, BitWriter};

/// Greatest relative error of a quantile: half a bin over its lower end. Holds from 32.8 us to 73 minutes; below, the
/// error is at most 512 ns, above, a duration counts as 73 minutes.
pub const RELATIVE_ERROR: f64 = 1.0 / 64.0;

/// Durations below this power of two, in nanoseconds, share the first bin.
const UNIT_BITS: u32 = 10;
/// Bins an octave, as a power of two.
const OCTAVE_BITS: u32 = 5;
const OCTAVE: usize = 1 << OCTAVE_BITS;
/// Longest duration that has a bin, in units.
const LONGEST: u64 = (1 << 32) - 1;
/// Number of bins.
const BINS: usize = bin(u64::MAX) + 1;

/// A mergeable histogram of durations.
#[derive(Clone, Default)]
pub struct LatencySketch {
    /// Bin of the first count; a multiple of [`OCTAVE`].
    first: usize,
    /// Counts of neighbouring bins, as far as durations were seen; whole octaves.
    counts: Vec<u64>,
}

impl LatencySketch {
    /// Adds a duration in nanoseconds.
    #[inline]
    pub fn insert(&mut self, ns: u64) {
        self.insert_n(ns, 1);
    }

    /// Adds `n` equal durations.
    #[inline]
    pub fn insert_n(&mut self, ns: u64, n: u64) {
        self.add(bin(ns), n);
    }

    /// Adds all durations of another sketch.
    pub fn merge(&mut self, other: &Self) {
        if other.counts.is_empty() {
            return;
        }
        self.cover(other.first, other.first + other.counts.len());
        for (ours, theirs) in self.counts[other.first - self.first..].iter_mut().zip(&other.counts) {
            *ours = ours.saturating_add(*theirs);
        }
    }

    /// Forgets all durations and keeps their room.
    pub(crate) fn clear(&mut self) {
        self.counts.clear();
    }

    /// Number of durations.
    pub fn count(&self) -> u64 {
        // There are less than 2^16 bins, so counts below 2^48 cannot overflow; without a check they add up by the vector.
        let (sum, any) = self.counts.iter().fold((0_u64, 0), |(sum, any), c| (sum.wrapping_add(*c), any | c));
        if any >> 48 == 0 { sum } else { self.counts.iter().fold(0, |sum, count| sum.saturating_add(*count)) }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.counts.iter().all(|count| *count == 0)
    }

    /// The duration in seconds that the share `q` (0 to 1) of all durations does not exceed: the middle of the bin of
    /// the nearest rank. `None` if there are no durations.
    pub fn quantile(&self, q: f64) -> Option<f64> {
        self.quantile_of(q, self.count())
    }

    /// [`quantile`](Self::quantile) of what is known to hold `count` durations.
    pub(crate) fn quantile_of(&self, q: f64, count: u64) -> Option<f64> {
        if count == 0 {
            return None;
        }
        let rank = (libm::ceil(q.clamp(0.0, 1.0) * count as f64) as u64).clamp(1, count);
        let mut seen = 0_u64;
        let mut reaches = |count: &u64, least: u64| {
            seen = seen.saturating_add(*count);
            seen >= least
        };
        // From the nearer end. The bin of a rank is the first from below with as many up to it, and the first from above
        // with more than lie above it. A count that is full says nothing of what lies above.
        let at = if q > 0.5 && count < u64::MAX {
            self.counts.iter().rposition(|n| reaches(n, count - rank + 1))
        } else {
            self.counts.iter().position(|n| reaches(n, rank))
        };
        let (from, to) = edges(self.first + at?);
        Some((from + to) as f64 / 2.0 / 1e9)
    }

    /// Share (0 to 1) of the durations above `ns` nanoseconds, those in its own bin taken as evenly spread. `None` if
    /// there are no durations.
    pub fn share_above(&self, ns: u64) -> Option<f64> {
        let limit = bin(ns);
        let (from, to) = edges(limit);
        let part = to.saturating_sub(ns.max(from)) as f64 / (to - from) as f64;
        let above = self.occupied().fold(0.0, |sum, (bin, count)| match bin.cmp(&limit) {
            std::cmp::Ordering::Less => sum,
            std::cmp::Ordering::Equal => sum + count as f64 * part,
            std::cmp::Ordering::Greater => sum + count as f64,
        });
        (!self.is_empty()).then(|| above / self.count() as f64)
    }

    /// Mean in seconds, from the middles of the bins; `None` of nothing.
    pub fn mean(&self) -> Option<f64> {
        let (mut sum, mut count) = (0.0, 0);
        for (low, high, n) in self.bins() {
            sum += (low as f64 + high as f64) / 2e9 * n as f64;
            count += n;
        }
        (count > 0).then(|| sum / count as f64)
    }

    /// Bins that hold durations, shortest first: their lower end (inclusive) and upper end (exclusive) in nanoseconds,
    /// and how many they hold.
    pub fn bins(&self) -> impl Iterator<Item = (u64, u64, u64)> {
        self.occupied().map(|(bin, count)| {
            let (from, to) = edges(bin);
            (from, to, count)
        })
    }

    /// Appends the histogram, with its length in front: about 90 bytes for 300 durations.
    ///
    /// Layout of the bits, low ones first: the number of occupied bins (Elias gamma), the parameter `k` (6 bits), then
    /// for each bin the distance to the one before (Elias gamma) and its count less one (exponential Golomb of order
    /// `k`). Source: Elias (1975); Teuhola (1978).
    pub fn encode(&self, out: &mut Vec<u8>) {
        let mut body = Vec::new();
        let occupied = self.occupied().count() as u64;
        if occupied > 0 {
            let mut bits = BitWriter::new(&mut body);
            let k = parameter(self.count(), occupied);
            bits.push_gamma(occupied);
            bits.push(u64::from(k), 6);
            let mut next = 0;
            for (bin, count) in self.occupied() {
                bits.push_gamma((bin - next) as u64 + 1);
                bits.push_gamma(((count - 1) >> k) + 1);
                bits.push_long((count - 1) & ((1 << k) - 1), k);
                next = bin + 1;
            }
            bits.finish();
        }
        put_bytes(out, &body);
    }

    /// Reads what [`encode`](Self::encode) wrote, and nothing else.
    pub fn decode(r: &mut Reader<'_>) -> Result<Self, CodecError> {
        let mut sketch = Self::default();
        sketch.read(r)?;
        Ok(sketch)
    }

    /// [`decode`](Self::decode) in the place of what is here, whose room is used again.
    pub(crate) fn read(&mut self, r: &mut Reader<'_>) -> Result<(), CodecError> {
        let body = r.bytes("latency sketch")?;
        self.counts.clear();
        if body.is_empty() || self.read_body(body).is_some() { Ok(()) } else { Err(r.invalid("latency sketch")) }
    }

    fn read_body(&mut self, body: &[u8]) -> Option<()> {
        let mut bits = BitReader::new(body);
        let occupied = bits.gamma().filter(|occupied| *occupied <= BINS as u64)?;
        let k = bits.take(6) as u32;
        let mut next = 0;
        for _ in 0..occupied {
            let (distance, high, low) = bits.gamma_gamma(k)?;
            let bin = usize::try_from(distance - 1).ok()?.checked_add(next).filter(|bin| *bin < BINS)?;
            let count = ((high - 1).checked_mul(1 << k)? | low).checked_add(1)?;
            self.add(bin, count);
            next = bin + 1;
        }
        (bits.finish() && k == parameter(self.count(), occupied)).then_some(())
    }

    fn occupied(&self) -> impl Iterator<Item = (usize, u64)> {
        (self.first..).zip(&self.counts).filter(|(_, count)| **count > 0).map(|(bin, count)| (bin, *count))
    }

    #[inline]
    fn add(&mut self, bin: usize, n: u64) {
        let at = bin.wrapping_sub(self.first);
        match self.counts.get_mut(at) {
            Some(count) => *count = count.saturating_add(n),
            None => self.add_outside(bin, n),
        }
    }

    #[cold]
    fn add_outside(&mut self, bin: usize, n: u64) {
        if n > 0 {
            self.cover(bin, bin + 1);
            self.counts[bin - self.first] = n;
        }
    }

    /// Makes room for the bins `from..to`.
    fn cover(&mut self, from: usize, to: usize) {
        let (from, to) = (from / OCTAVE * OCTAVE, to.next_multiple_of(OCTAVE));
        if self.counts.is_empty() {
            self.first = from;
        } else if from < self.first {
            self.counts.splice(..0, std::iter::repeat_n(0, self.first - from));
            self.first = from;
        }
        if to > self.first + self.counts.len() {
            self.counts.resize(to - self.first, 0);
        }
    }
}

impl PartialEq for LatencySketch {
    /// Equal durations are equal, whatever room was made for others.
    fn eq(&self, other: &Self) -> bool {
        self.occupied().eq(other.occupied())
    }
}

impl Eq for LatencySketch {}

impl std::fmt::Debug for LatencySketch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map().entries(self.bins().map(|(from, to, count)| (from..to, count))).finish()
    }
}

/// The bin of a duration in nanoseconds.
#[inline]
const fn bin(ns: u64) -> usize {
    let units = ns >> UNIT_BITS;
    let units = if units > LONGEST { LONGEST } else { units };
    // Units below an octave's bins are their own bin; above, the leading six bits and the octave name the bin.
    let octave = (units | OCTAVE as u64).ilog2() - OCTAVE_BITS;
    octave as usize * OCTAVE + (units >> octave) as usize
}

/// Lower end (inclusive) and upper end (exclusive) of a bin in nanoseconds.
const fn edges(bin: usize) -> (u64, u64) {
    let octave = (bin / OCTAVE).saturating_sub(1);
    let lead = (bin - octave * OCTAVE) as u64;
    ((lead << octave) << UNIT_BITS, ((lead + 1) << octave) << UNIT_BITS)
}

/// Order of the exponential Golomb code: fits the mean count of the occupied bins.
const fn parameter(count: u64, occupied: u64) -> u32 {
    match ((count - occupied) / occupied).checked_ilog2() {
        Some(log) => log,
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sketch(durations: &[u64]) -> LatencySketch {
        let mut sketch = LatencySketch::default();
        for ns in durations {
            sketch.insert(*ns);
        }
        sketch
    }

    fn bytes(sketch: &LatencySketch) -> Vec<u8> {
        let mut out = Vec::new();
        sketch.encode(&mut out);
        out
    }

    fn durations() -> impl Strategy<Value = Vec<u64>> {
        // Every order of magnitude is as likely.
        let one = (0_u32..64, any::<u64>()).prop_map(|(shift, value)| value >> shift);
        proptest::collection::vec(one, 0..200)
    }

    #[test]
    fn bins_follow_one_another_without_a_gap() {
        let mut expected = 0;
        for bin_index in 0..BINS {
            let (from, to) = edges(bin_index);
            assert_eq!(from, expected);
            assert_eq!((bin(from), bin(to - 1)), (bin_index, bin_index));
            assert!(bin_index < OCTAVE || (to - from) as f64 / 2.0 / from as f64 <= RELATIVE_ERROR);
            expected = to;
        }
        assert_eq!(expected, (LONGEST + 1) << UNIT_BITS);
    }

    #[test]
    fn quantiles_are_within_the_stated_error() {
        let values: Vec<u64> = (1..=10_000_u64).map(|i| i * i * 97 + 40_000).collect();
        let sketch = sketch(&values);
        for q in [0.0, 0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1.0] {
            let rank = ((q * 10_000.0_f64).ceil() as usize).max(1);
            let exact = values[rank - 1] as f64 / 1e9;
            let found = sketch.quantile(q).unwrap();
            assert!((found / exact - 1.0).abs() <= RELATIVE_ERROR, "{q}: {found} for {exact}");
        }
        assert_eq!(LatencySketch::default().quantile(0.5), None);
        assert_eq!(LatencySketch::default().share_above(5), None);
    }

    #[test]
    fn share_above_counts_what_is_slower() {
        let mut sketch = LatencySketch::default();
        sketch.insert_n(2_000_000, 75);
        sketch.insert_n(900_000_000, 25);
        assert_eq!(sketch.share_above(10_000_000), Some(0.25));
        assert_eq!(sketch.share_above(0), Some(1.0));
        assert_eq!(sketch.share_above(u64::MAX), Some(0.0));
        assert_eq!(sketch.count(), 100);
    }

    #[test]
    fn a_cell_of_300_durations_takes_about_100_bytes() {
        // Log-normal with a median of 20 ms and sigma 0.7 (web requests), from a Weyl sequence.
        let normal = |i: u64| (0..12).map(|j| ((i * 12 + j) as f64 * 0.618_033_988_749_895).fract()).sum::<f64>() - 6.0;
        let durations: Vec<u64> = (0..300).map(|i| (20e6 * libm::exp(0.7 * 3.0 * normal(i))) as u64).collect();
        let sketch = sketch(&durations);
        assert!(sketch.occupied().count() > 60, "the durations spread over {} bins", sketch.occupied().count());
        assert!(bytes(&sketch).len() <= 105, "{} bytes", bytes(&sketch).len());
    }

    #[test]
    fn extremes_are_counted() {
        let mut sketch = sketch(&[0, u64::MAX]);
        sketch.insert_n(5, u64::MAX);
        sketch.insert_n(1 << 40, 0);
        assert_eq!(sketch.count(), u64::MAX);
        assert_eq!(LatencySketch::decode(&mut Reader::new(&bytes(&sketch))), Ok(sketch));
    }

    proptest! {
        #[test]
        fn merging_is_inserting_together(a in durations(), b in durations(), c in durations()) {
            let (sa, sb, sc) = (sketch(&a), sketch(&b), sketch(&c));
            let mut left = sa.clone();
            left.merge(&sb);
            left.merge(&sc);
            let mut right = sc;
            right.merge(&sb);
            right.merge(&sa);
            prop_assert_eq!(&left, &right);
            prop_assert_eq!(&left, &sketch(&[a, b, c].concat()));
            prop_assert_eq!(bytes(&left), bytes(&right));
        }

        #[test]
        fn encoding_survives_and_is_canonical(values in durations(), n in any::<u64>()) {
            let mut sketch = sketch(&values);
            sketch.insert_n(n, n >> (n % 64));
            let encoded = bytes(&sketch);
            let mut r = Reader::new(&encoded);
            prop_assert_eq!(LatencySketch::decode(&mut r), Ok(sketch));
            prop_assert!(r.is_empty());
        }

        #[test]
        fn damaged_bytes_are_refused_or_canonical(values in durations(), bit in any::<prop::sample::Index>()) {
            let encoded = bytes(&sketch(&values));
            for len in 0..encoded.len() {
                prop_assert!(LatencySketch::decode(&mut Reader::new(&encoded[..len])).is_err());
            }
            let mut damaged = encoded;
            let bit = bit.index(damaged.len() * 8);
            damaged[bit / 8] ^= 1 << (bit % 8);
            let mut r = Reader::new(&damaged);
            if let Ok(sketch) = LatencySketch::decode(&mut r) {
                let read = damaged.len() - r.remaining();
                prop_assert_eq!(bytes(&sketch), &damaged[..read]);
            }
        }

        #[test]
        fn any_bytes_are_read_or_refused(input in proptest::collection::vec(any::<u8>(), 0..80)) {
            let mut r = Reader::new(&input);
            if let Ok(sketch) = LatencySketch::decode(&mut r) {
                prop_assert_eq!(bytes(&sketch), &input[..input.len() - r.remaining()]);
            }
        }
    }
}
