//! One bucket of the past, while it is being filled.

use bonghwa_analytics::bucket::{Bucket, Concurrency, Gauge, Name, Severity, Transaction};
use bonghwa_analytics::identity::{FleetKey, IdentityMode};
use bonghwa_analytics::sketch::{Scheme, Sketch};

use super::faults::Effect;
use super::model::{Model, identity};
use super::nation::Place;
use super::noise::{join, mix, round};
use super::services::{
    self, BURST_ERROR_RATE, DB, ERROR_RATE, LOGIN, Pace, ROUTES, SERVICES, STRATA, WAS, WEB, version,
};
use super::visits::{Visit, burst_address};

/// Who was there: by mode, requests that carried an identity, and the identities.
#[derive(Debug, Default)]
pub(super) struct Crowd([Option<Concurrency>; IdentityMode::ALL.len()]);

impl Crowd {
    /// Adds `requests` that carry an identity.
    fn add(&mut self, key: &FleetKey, mode: IdentityMode, hash: u64, requests: u64) {
        let empty = || Concurrency { identified: 0, sketch: Sketch::new(Scheme::keyed(mode, key.id())) };
        let concurrency = self.0[mode as usize].get_or_insert_with(empty);
        concurrency.identified += requests;
        concurrency.sketch.insert_hash(hash);
    }
}

/// The identities of one visit, each hashed once and put once into each bucket.
pub(super) struct Signature<'a> {
    key: &'a FleetKey,
    visit: &'a Visit,
    modes: [Sign; IdentityMode::ALL.len()],
}

#[derive(Clone, Copy, Default)]
struct Sign {
    hash: Option<u64>,
    /// Bucket (plus one) that it was put into last; visits go forward in time.
    last: usize,
}

impl<'a> Signature<'a> {
    pub(super) fn new(key: &'a FleetKey, visit: &'a Visit) -> Self {
        Self { key, visit, modes: [Sign::default(); 3] }
    }

    /// Counts request number `k` in the bucket with this index.
    pub(super) fn count(&mut self, k: u32, crowds: &mut [Crowd], bucket: usize) {
        for (mode, sign) in IdentityMode::ALL.into_iter().zip(&mut self.modes) {
            if sign.hash.is_none() {
                sign.hash = identity(self.key, self.visit, mode, k);
            }
            let Some(hash) = sign.hash else { continue };
            match &mut crowds[bucket].0[mode as usize] {
                Some(concurrency) if sign.last == bucket + 1 => concurrency.identified += 1,
                _ => crowds[bucket].add(self.key, mode, hash, 1),
            }
            sign.last = bucket + 1;
        }
    }
}

/// Requests of some seconds under one effect.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    /// Start, seconds since the epoch.
    pub(super) start: i64,
    /// Length in seconds.
    pub(super) seconds: i64,
    /// Requests of users.
    pub(super) requests: u64,
    /// What is wrong.
    pub(super) effect: Effect,
}

/// A bucket being filled.
pub(super) struct Tally<'a> {
    model: &'a Model,
    place: &'a Place,
    bucket: Bucket,
    crowd: Crowd,
    web: [Transaction; ROUTES.len()],
    was: [Transaction; ROUTES.len()],
    /// Calls from web server to WAS.
    call: Transaction,
    /// Calls from WAS to database.
    db: Transaction,
}

impl<'a> Tally<'a> {
    pub(super) fn new(model: &'a Model, place: &'a Place, crowd: Crowd) -> Self {
        let none = || std::array::from_fn(|_| Transaction::default());
        let (call, db) = (Transaction::default(), Transaction::default());
        Self { model, place, bucket: Bucket::default(), crowd, web: none(), was: none(), call, db }
    }

    /// Adds the requests of a stretch: divided over the routes by weight, over durations by strata.
    pub(super) fn requests(&mut self, stretch: &Stretch) {
        let Stretch { start, seconds, requests, effect } = *stretch;
        let activity = self.model.visits.activity(start + seconds / 2);
        let key = join(join(self.place.key, start as u64), seconds as u64);
        let logins = round(effect.logins_per_minute * seconds as f64 / 60.0, mix(key));
        if requests + logins == 0 {
            return;
        }
        let offset = key % 1000;
        let mut weight = 0;
        for (index, route) in ROUTES.iter().enumerate() {
            let before = (weight * requests + offset) / 1000;
            weight += route.weight;
            let ordinary = (weight * requests + offset) / 1000 - before;
            let burst = if index == LOGIN { logins } else { 0 };
            let key = join(key, index as u64);
            let extra = if route.is_passed_on() { effect.errors } else { 0.0 };
            let errors = round(ordinary as f64 * (ERROR_RATE + extra), key) + round(burst as f64 * BURST_ERROR_RATE, key);
            let pace = Pace::new(self.place.key, index, activity, &effect);
            self.route(index, &pace, ordinary + burst, errors.min(ordinary + burst), effect.db > 1.0, mix(key));
        }
        if logins > 0 {
            let (key, mode) = (&self.model.key, IdentityMode::Ip);
            self.crowd.add(key, mode, key.identity(mode, &burst_address(self.place.key)), logins);
        }
        for service in SERVICES {
            let version = Name::from(version(service, effect.deployed));
            let seen = self.bucket.versions.entry((self.name(service), version)).or_insert((start, start));
            *seen = (seen.0.min(start), seen.1.max(start + seconds - 1));
        }
    }

    fn route(&mut self, index: usize, pace: &Pace, count: u64, errors: u64, db_fails: bool, bits: u64) {
        let passed_on = ROUTES[index].is_passed_on();
        let mut add = |part: &mut Transaction, errors: u64| {
            part.count += count;
            part.errors += errors;
        };
        add(&mut self.web[index], errors);
        if passed_on {
            add(&mut self.was[index], errors);
            add(&mut self.call, errors);
            add(&mut self.db, if db_fails { errors } else { 0 });
        }
        for (stratum, n) in spread(count, bits) {
            let timing = pace.at(stratum);
            self.web[index].latency.insert_n(timing.web, n);
            if passed_on {
                self.was[index].latency.insert_n(timing.was, n);
                self.call.latency.insert_n(timing.call, n);
                self.db.latency.insert_n(timing.db, n);
            }
        }
        if errors > 0 {
            self.log(if passed_on { WAS } else { WEB }, Severity::Error, errors);
        }
    }

    /// Samples the gauges at an instant, and writes what services log at the same beat.
    pub(super) fn scrape(&mut self, instant: i64, effect: &Effect) {
        let activity = self.model.visits.activity(instant);
        for (service, kind, value) in services::gauges(self.place.key, self.place.peak, instant, activity, effect) {
            let sample = Gauge::sample(value, instant * 1000);
            let gauges = &mut self.bucket.resources;
            gauges.entry((self.model.name(service), kind)).and_modify(|gauge| gauge.merge(&sample)).or_insert(sample);
        }
        for service in SERVICES {
            self.log(service, Severity::Info, 1);
        }
        if effect.warns() {
            self.log(WAS, Severity::Warn, 1);
        }
    }

    fn log(&mut self, service: &str, severity: Severity, records: u64) {
        *self.bucket.logs.entry((self.name(service), severity)).or_default() += records;
    }

    fn name(&self, service: &str) -> Name {
        self.model.name(service)
    }

    /// The bucket.
    pub(super) fn finish(mut self) -> Bucket {
        for (service, parts) in [(WEB, &self.web), (WAS, &self.was)] {
            for (route, part) in self.model.routes.iter().zip(parts) {
                if part.count > 0 {
                    self.bucket.transactions.insert((self.model.name(service), route.clone()), part.clone());
                }
            }
        }
        for part in &self.web {
            self.bucket.entry.merge(part);
        }
        for (caller, callee, part) in [(WEB, WAS, self.call), (WAS, DB, self.db)] {
            if part.count > 0 {
                self.bucket.calls.insert((self.model.name(caller), self.model.name(callee)), part);
            }
        }
        for (mode, concurrency) in IdentityMode::ALL.into_iter().zip(self.crowd.0) {
            if let Some(concurrency) = concurrency {
                self.bucket.concurrency.insert(mode, concurrency);
            }
        }
        self.bucket
    }
}

/// Divides `count` requests over the strata: evenly, and where there are fewer requests than strata, those that a
/// random offset hits (systematic sampling).
fn spread(count: u64, bits: u64) -> impl Iterator<Item = (usize, u64)> {
    let strata = STRATA as u64;
    let offset = bits % strata;
    let up_to = move |stratum: u64| (stratum * count + offset) / strata;
    // Below one request a stratum it is quicker to ask each request for its stratum than each stratum for its requests.
    let few = count < strata;
    (0..if few { count } else { strata }).map(move |i| {
        if few {
            let start = (i + 1) * strata - offset;
            (((start.div_ceil(count)).clamp(1, strata) - 1) as usize, 1)
        } else {
            (i as usize, up_to(i + 1) - up_to(i))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_spread_evenly_and_none_is_lost() {
        for count in [0, 1, 2, 3, 50, 127, 128, 129, 1000, 12_345] {
            for bits in [0, 1, 63, 64, 127] {
                let parts: Vec<(usize, u64)> = spread(count, bits).collect();
                assert_eq!(parts.iter().map(|(_, n)| n).sum::<u64>(), count);
                assert!(parts.windows(2).all(|pair| pair[0].0 < pair[1].0));
                assert!(parts.iter().all(|(stratum, _)| *stratum < STRATA));
            }
        }
        // One request alone meets every stratum equally often.
        let mut hit: Vec<usize> = (0..128).map(|bits| spread(1, bits).next().unwrap().0).collect();
        hit.sort_unstable();
        assert!(hit.iter().copied().eq(0..128));
    }
}
