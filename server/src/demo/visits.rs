//! Visits of users and the requests they consist of.
//!
//! Who arrives in a minute, for how long and with which requests depends on nothing but the stream and the minute, so
//! any window can be computed alone, and the requests of a long bucket are exactly those of the short ones in it.

use super::nation::{Place, Stream};
use super::noise::{join, mix, name_key, normal_strata, scatter, unit};
use super::regulars::{self, Part};
use super::rhythm::activity;

/// Number of equally likely lengths of a visit.
const LENGTHS: usize = 64;
/// Median length of a visit, seconds; lengths are log-normal.
const MEDIAN_VISIT: f64 = 480.0;
const SIGMA_VISIT: f64 = 0.7;
/// Mean length of a visit, seconds: the median times `exp(SIGMA_VISIT^2 / 2)`, the tail cut off by the strata.
pub(super) const MEAN_VISIT: f64 = 609.0;
/// Share of the visits without a cookie of any kind (blocked, or not a browser), in 256ths.
const NO_COOKIE: u64 = 8;
/// Share of the users behind a shared address (mobile carriers, offices), in 256ths.
const SHARED_ADDRESS: u64 = 77;

/// One visit of a user to a region.
#[derive(Clone, Copy, Debug)]
pub(super) struct Visit {
    /// First request, milliseconds since the epoch.
    start: i64,
    /// Time between requests, milliseconds, before jitter.
    gap: i64,
    /// Number of requests.
    pub(super) requests: u32,
    bits: u64,
    /// Key of everything that is drawn for its requests.
    pub(super) key: u64,
    person: u64,
    /// What the address follows from.
    home: u64,
    /// Whether it is out of the ordinary.
    pub(super) is_regular: bool,
    /// The part of a session at several addresses.
    pub(super) part: Option<Part>,
}

impl Visit {
    /// A visit that is out of the ordinary.
    pub(super) fn regular(key: u64, person: u64, home: u64, start: i64, gap: i64, requests: u32) -> Self {
        Self { start, gap, requests, bits: mix(key), key, person, home, is_regular: true, part: None }
    }

    /// Whether a request of it may lie from `from` to `to` (exclusive, milliseconds).
    pub(super) fn overlaps(&self, from: i64, to: i64) -> bool {
        self.start < to && self.at(self.requests - 1) >= from
    }

    /// Instant of its request number `k`, milliseconds since the epoch; ascending in `k`.
    pub(super) fn at(&self, k: u32) -> i64 {
        let jitter = (self.bits >> (3 * (k % 20))) & 7;
        self.start + i64::from(k) * self.gap + ((jitter as i64 * self.gap) >> 4)
    }

    /// Number of its first request not before an instant; the number of requests if there is none.
    pub(super) fn first_from(&self, from: i64) -> u32 {
        if from <= self.start {
            return 0;
        }
        // Jitter is less than a gap, so no request before the last but one gap can be late enough.
        let mut k = ((from - self.start) / self.gap - 1).clamp(0, i64::from(self.requests)) as u32;
        while k < self.requests && self.at(k) < from {
            k += 1;
        }
        k
    }

    /// Its requests from `from` to `to` (exclusive): number and instant, in milliseconds since the epoch.
    pub(super) fn between(&self, from: i64, to: i64) -> impl Iterator<Item = (u32, i64)> {
        (self.first_from(from)..self.requests).map(|k| (k, self.at(k))).take_while(move |(_, at)| *at < to)
    }

    /// Value of the lasting cookie, 16 hexadecimal digits, if the user keeps cookies.
    pub(super) fn user_cookie(&self) -> Option<[u8; 16]> {
        self.keeps_cookies().then(|| hex(self.person))
    }

    /// Value of the session cookie, 32 hexadecimal digits. A client returns it from its second request on.
    pub(super) fn session_cookie(&self, k: u32) -> Option<[u8; 32]> {
        (k > 0 && self.keeps_cookies()).then(|| {
            let mut value = [0; 32];
            value[..16].copy_from_slice(&hex(self.key));
            value[16..].copy_from_slice(&hex(mix(self.key)));
            value
        })
    }

    /// The user's address, out of 100.64.0.0/10 (RFC 6598, shared address space), which is nobody's.
    pub(super) fn address(&self) -> [u8; 4] {
        let own = mix(self.home);
        let host = if own & 0xff < SHARED_ADDRESS { mix(own >> 53) } else { own >> 20 };
        shared_space(host)
    }

    fn keeps_cookies(&self) -> bool {
        Self::keeps_cookies_of(self.person)
    }

    /// Whether a person keeps cookies.
    pub(super) fn keeps_cookies_of(person: u64) -> bool {
        mix(person ^ 1) & 0xff >= NO_COOKIE
    }
}

/// The address that log-in bursts of a region come from.
pub(super) fn burst_address(key: u64) -> [u8; 4] {
    shared_space(name_key(key, "burst"))
}

fn shared_space(host: u64) -> [u8; 4] {
    let [_, a, b, c] = (host as u32).to_be_bytes();
    [100, 64 | (a & 0x3f), b, c]
}

/// Sixteen lower-case hexadecimal digits.
fn hex(value: u64) -> [u8; 16] {
    let mut digits = [0; 16];
    digits[..8].copy_from_slice(&hex_half((value >> 32) as u32));
    digits[8..].copy_from_slice(&hex_half(value as u32));
    digits
}

/// Eight hexadecimal digits, made side by side in one word: history writes some thirty million of these.
const fn hex_half(value: u32) -> [u8; 8] {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let spread = value as u64;
    let spread = (spread | spread << 16) & 0x0000_ffff_0000_ffff;
    let spread = (spread | spread << 8) & 0x00ff_00ff_00ff_00ff;
    let nibbles = (spread | spread << 4) & (0x0f * ONES);
    let letters = ((nibbles + 6 * ONES) >> 4) & ONES;
    (nibbles + ONES * b'0' as u64 + letters * (b'a' - b'9' - 1) as u64).to_be_bytes()
}

/// Lengths of visits, and what follows from them.
#[derive(Clone, Debug)]
pub(super) struct Visits {
    /// Milliseconds, ascending.
    lengths: [i64; LENGTHS],
    /// Key of the national rhythm.
    nation: u64,
}

impl Visits {
    pub(super) fn new(seed: u64) -> Self {
        let lengths = normal_strata::<LENGTHS>().map(|z| (MEDIAN_VISIT * (SIGMA_VISIT * z).exp() * 1e3) as i64);
        Self { lengths, nation: name_key(seed, "nation") }
    }

    /// Activity of the nation at an instant, 1 at its busiest.
    pub(super) fn activity(&self, instant: i64) -> f64 {
        activity(self.nation, instant)
    }

    /// Calls `each` with every visit to a place that has a request from `from` to `to` (exclusive, both in
    /// milliseconds), and with a few that have not.
    pub(super) fn to(&self, place: &Place, from: i64, to: i64, mut each: impl FnMut(&Visit)) {
        self.each(&place.streams, from, to, &mut each);
        regulars::each(place, from, to, each);
    }

    /// Calls `each` with every visit of the streams that has a request from `from` to `to` (exclusive, both in
    /// milliseconds), and with a few that have not.
    pub(super) fn each(&self, streams: &[Stream], from: i64, to: i64, mut each: impl FnMut(&Visit)) {
        let longest = self.lengths[LENGTHS - 1] + 60_000;
        for minute in (from - longest).div_euclid(60_000)..=(to - 1).div_euclid(60_000) {
            let activity = self.activity(minute * 60 + 30);
            for stream in streams {
                let key = join(stream.key, minute as u64);
                for number in 0..scatter(stream.rate * 60.0 * activity, key) {
                    let visit = self.visit(stream, minute, mix(key.wrapping_add(number)));
                    if visit.overlaps(from, to) {
                        each(&visit);
                    }
                }
            }
        }
    }

    /// A visit from the bits that were drawn for it.
    fn visit(&self, stream: &Stream, minute: i64, drawn: u64) -> Visit {
        let key = mix(drawn ^ stream.side);
        let length = self.lengths[(key & 63) as usize];
        let gap = 30_000 + ((80_000 * ((key >> 6) & 0xffff)) >> 16) as i64;
        let start = minute * 60_000 + ((60_000 * ((key >> 22) & 0xffff)) >> 16) as i64;
        // Few come often and many seldom: the square favours the low numbers.
        let often = unit(drawn).powi(2);
        let person = join(stream.key, (often * stream.pool as f64) as u64);
        let requests = (length / gap) as u32 + 1;
        Visit { start, gap, requests, bits: mix(key), key, person, home: person, is_regular: false, part: None }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::demo::nation::places;
    use crate::demo::regions;
    use bonghwa_analytics::time;

    /// Distinct users of every region between two instants, and all requests, counted one by one.
    fn count(from: i64, to: i64) -> (Vec<BTreeSet<u64>>, u64) {
        let visits = Visits::new(1);
        let mut requests = 0;
        let users = places(1, &regions())
            .iter()
            .map(|place| {
                let mut users = BTreeSet::new();
                visits.each(&place.streams, from * 1000, to * 1000, |visit| {
                    let n = (0..visit.requests).filter(|k| (from * 1000..to * 1000).contains(&visit.at(*k))).count();
                    assert_eq!(visit.between(from * 1000, to * 1000).count(), n);
                    requests += n as u64;
                    if n > 0 {
                        users.insert(visit.person);
                    }
                });
                users
            })
            .collect();
        (users, requests)
    }

    #[test]
    fn hexadecimal_digits_are_those_of_the_standard_library() {
        for value in [0, 1, 0x0123_4567_89ab_cdef, u64::MAX, mix(1), mix(2)] {
            assert_eq!(hex(value), *format!("{value:016x}").as_bytes());
        }
    }

    #[test]
    fn the_mean_length_is_what_rates_are_computed_from() {
        let mean = Visits::new(1).lengths.iter().sum::<i64>() as f64 / LENGTHS as f64 / 1e3;
        assert!((mean - MEAN_VISIT).abs() < 2.0, "{mean}");
    }

    #[test]
    fn tens_of_thousands_at_the_national_peak_and_some_of_them_twice() {
        let peak = time::instant(2026, 11, 16, 10, 30, 0).unwrap();
        let (regions, requests) = count(peak, peak + 300);
        let union: BTreeSet<u64> = regions.iter().flatten().copied().collect();
        let sum: usize = regions.iter().map(BTreeSet::len).sum();
        assert!((36_000..44_000).contains(&union.len()), "{}", union.len());
        let overlap = (sum - union.len()) as f64 / union.len() as f64;
        assert!((0.04..0.08).contains(&overlap), "{overlap}");
        let rate = requests as f64 / 300.0;
        assert!((380.0..520.0).contains(&rate), "{rate}");

        let distinct = |seconds| count(peak, peak + seconds).0.iter().flatten().collect::<BTreeSet<_>>().len();
        let (two, minute, hour) = (distinct(2), distinct(60), distinct(3600));
        assert!((600..1200).contains(&two), "{two}");
        assert!((16_000..30_000).contains(&minute), "{minute}");
        assert!((120_000..200_000).contains(&hour), "{hour}");
    }

    #[test]
    fn a_window_is_the_sum_of_its_parts() {
        let noon = time::instant(2026, 11, 17, 12, 0, 0).unwrap();
        let (whole, requests) = count(noon, noon + 60);
        let mut users = vec![BTreeSet::new(); whole.len()];
        let mut sum = 0;
        for part in 0..6 {
            let (regions, requests) = count(noon + part * 10, noon + (part + 1) * 10);
            users.iter_mut().zip(regions).for_each(|(all, more)| all.extend(more));
            sum += requests;
        }
        assert_eq!((users, sum), (whole, requests));
    }

    #[test]
    fn identities_look_like_what_a_server_sees() {
        let places = places(1, &regions());
        let (mut addresses, mut people, mut bare, mut all) = (BTreeSet::new(), BTreeSet::new(), 0, 0);
        let peak = time::instant(2026, 11, 16, 10, 30, 0).unwrap() * 1000;
        for place in &places {
            Visits::new(1).each(&place.streams, peak, peak + 300_000, |visit| {
                addresses.insert(visit.address());
                people.insert(visit.person);
                all += 1;
                bare += u32::from(visit.user_cookie().is_none());
                assert!(visit.address()[0] == 100 && (64..128).contains(&visit.address()[1]));
                assert!(visit.session_cookie(0).is_none());
                assert!((1..visit.requests).all(|k| visit.at(k) > visit.at(k - 1)));
            });
        }
        let nat = addresses.len() as f64 / people.len() as f64;
        assert!((0.6..0.85).contains(&nat), "{nat}");
        let coverage = 1.0 - f64::from(bare) / f64::from(all);
        assert!((0.95..0.99).contains(&coverage), "{coverage}");
    }
}
