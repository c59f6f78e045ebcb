//! One bucket of the past, while it is being filled.

use std::collections::BTreeMap;

use bonghwa_analytics::bucket::{Bucket, Concurrency, Gauge, LogLines, Name, Resource, Transaction};
use bonghwa_analytics::identity::{FleetKey, IdentityMode};
use bonghwa_analytics::session::heavy::Entry;
use bonghwa_analytics::sketch::{MAX_RANK, PRECISION, REGISTERS, Scheme, Sketch};

use super::faults::Effect;
use super::lines::Line;
use super::model::{Model, identity};
use super::nation::Place;
use super::noise::{join, mix, round};
use super::services::{
    self, BURST_ERROR_RATE, DB, ERROR_RATE, GAUGES, LOGIN, Pace, ROUTES, SERVICES, STRATA, WAS, WEB, version,
};
use super::visits::{Visit, burst_address};

/// Who was there, by mode: requests that carried an identity, and hashes of the identities.
#[derive(Debug, Default)]
pub(super) struct Crowd([(u64, Vec<u64>); IdentityMode::ALL.len()]);

impl Crowd {
    /// Adds `requests` that carry an identity.
    fn add(&mut self, mode: IdentityMode, hash: u64, requests: u64) {
        let (identified, hashes) = &mut self.0[mode as usize];
        *identified += requests;
        hashes.push(hash);
    }

    fn into_concurrency(self, key: &FleetKey) -> BTreeMap<IdentityMode, Concurrency> {
        let some = IdentityMode::ALL.into_iter().zip(self.0).filter(|(_, (identified, _))| *identified > 0);
        some.map(|(mode, (identified, hashes))| (mode, Concurrency { identified, sketch: sketch(key, mode, &hashes) }))
            .collect()
    }
}

/// The sketch of a set of hashes.
fn sketch(key: &FleetKey, mode: IdentityMode, hashes: &[u64]) -> Sketch {
    let scheme = Scheme::keyed(mode, key.id());
    if hashes.len() > MANY {
        // Registers that fit into the nearest cache are filled much faster than a small sketch grows.
        let mut registers = [0_u8; REGISTERS];
        for hash in hashes {
            let rank = (hash >> PRECISION).trailing_zeros().min(u32::from(MAX_RANK) - 1) as u8 + 1;
            let register = &mut registers[(hash % REGISTERS as u64) as usize];
            *register = rank.max(*register);
        }
        if let Ok(sketch) = Sketch::from_registers(scheme, &registers) {
            return sketch;
        }
    }
    let mut sketch = Sketch::new(scheme);
    for hash in hashes {
        sketch.insert_hash(*hash);
    }
    sketch
}

/// Identities from which on a sketch is filled by registers.
const MANY: usize = 400;

/// The identities of one visit, each hashed once.
pub(super) struct Signature {
    /// In the order of [`IdentityMode::ALL`].
    pub(super) hashes: [Option<u64>; IdentityMode::ALL.len()],
}

impl Signature {
    pub(super) fn new(key: &FleetKey, visit: &Visit) -> Self {
        // The last request carries every identity that any of them carries.
        Self { hashes: IdentityMode::ALL.map(|mode| identity(key, visit, mode, visit.requests - 1)) }
    }

    /// Adds `requests` of the visit to a crowd, among them the first of all or not: that one comes without a session
    /// cookie.
    pub(super) fn add(&self, crowd: &mut Crowd, requests: u64, with_first: bool) {
        for (mode, hash) in IdentityMode::ALL.into_iter().zip(self.hashes) {
            let bare = u64::from(with_first && mode == IdentityMode::SessionCookie);
            if let Some(hash) = hash
                && requests > bare
            {
                crowd.add(mode, hash, requests - bare);
            }
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
    gauges: [Option<(&'static str, Resource, Gauge)>; GAUGES],
    /// Log records by kind of line.
    lines: [u64; Line::ALL.len()],
    web: [Transaction; ROUTES.len()],
    was: [Transaction; ROUTES.len()],
    /// Calls from web server to WAS.
    call: Transaction,
    /// Calls from WAS to database.
    db: Transaction,
    /// Log-ins of the address that a burst comes from.
    pub(super) logins: Option<Entry>,
}

impl<'a> Tally<'a> {
    pub(super) fn new(model: &'a Model, place: &'a Place, crowd: Crowd) -> Self {
        let none = || std::array::from_fn(|_| Transaction::default());
        let (call, db) = (Transaction::default(), Transaction::default());
        Self {
            model,
            place,
            bucket: Bucket::default(),
            crowd,
            gauges: [None; GAUGES],
            lines: [0; Line::ALL.len()],
            web: none(),
            was: none(),
            call,
            db,
            logins: None,
        }
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
        let (mut weight, mut burst_errors) = (0, 0);
        for (index, route) in ROUTES.iter().enumerate() {
            let before = (weight * requests + offset) / 1000;
            weight += route.weight;
            let ordinary = (weight * requests + offset) / 1000 - before;
            let burst = if index == LOGIN { logins } else { 0 };
            let key = join(key, index as u64);
            let extra = if route.is_passed_on() { effect.errors } else { 0.0 };
            let failed = round(ordinary as f64 * (ERROR_RATE + extra), key).min(ordinary);
            let denied = round(burst as f64 * BURST_ERROR_RATE, key).min(burst);
            burst_errors += denied;
            for (errors, log_in) in [(failed, false), (denied, true)] {
                self.lines[Line::failure(&effect, route.is_passed_on(), log_in) as usize] += errors;
            }
            let pace = Pace::new(self.place.key, index, activity, &effect);
            self.route(index, &pace, ordinary + burst, failed + denied, effect.db > 1.0, mix(key));
        }
        if logins > 0 {
            let (key, mode) = (&self.model.key, IdentityMode::Ip);
            let address = key.identity(mode, &burst_address(self.place.key));
            self.crowd.add(mode, address, logins);
            let burst = self.logins.get_or_insert(Entry { key: address, ..Entry::default() });
            burst.count += logins;
            burst.failed += burst_errors;
            burst.peak = burst.peak.max(logins * 60 / seconds.max(60) as u64);
        }
        for service in SERVICES {
            let version = Name::from(version(service, effect.deployed));
            let seen = self.bucket.versions.entry((self.name(service), version)).or_insert((start, start));
            *seen = (seen.0.min(start), seen.1.max(start + seconds - 1));
        }
    }

    fn route(&mut self, index: usize, pace: &Pace, count: u64, errors: u64, db_fails: bool, bits: u64) {
        let passed_on = ROUTES[index].is_passed_on();
        let add = |part: &mut Transaction, errors: u64| {
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
    }

    /// Samples the gauges at an instant, and writes what services log at the same beat.
    pub(super) fn scrape(&mut self, instant: i64, effect: &Effect) {
        let activity = self.model.visits.activity(instant);
        let samples = services::gauges(self.place.key, self.place.peak, instant, activity, effect);
        for (gauge, (service, kind, value)) in self.gauges.iter_mut().zip(samples) {
            let sample = Gauge::sample(value, instant * 1000);
            match gauge {
                Some((_, _, gauge)) => gauge.merge(&sample),
                None => *gauge = Some((service, kind, sample)),
            }
        }
        for line in Line::BEATS.into_iter().chain(Line::warning(effect).map(|(line, _)| line)) {
            self.lines[line as usize] += 1;
        }
    }

    fn name(&self, service: &str) -> Name {
        self.model.name(service)
    }

    /// The bucket.
    pub(super) fn finish(self) -> Bucket {
        let model = self.model;
        let mut bucket = Bucket { concurrency: self.crowd.into_concurrency(&model.key), ..self.bucket };
        for part in &self.web {
            bucket.entry.merge(part);
        }
        for (service, parts) in [(WEB, self.web), (WAS, self.was)] {
            let parts = model.routes.iter().zip(parts).filter(|(_, part)| part.count > 0);
            bucket.transactions.extend(parts.map(|(route, part)| ((model.name(service), route.clone()), part)));
        }
        for (caller, callee, part) in [(WEB, WAS, self.call), (WAS, DB, self.db)] {
            if part.count > 0 {
                bucket.calls.insert((model.name(caller), model.name(callee)), part);
            }
        }
        for (service, kind, gauge) in self.gauges.into_iter().flatten() {
            bucket.resources.insert((model.name(service), kind), gauge);
        }
        for ((line, template), count) in Line::ALL.into_iter().zip(&model.lines).zip(self.lines) {
            if count > 0 {
                let (service, severity) = (model.name(line.service()), line.severity());
                *bucket.logs.entry((service.clone(), severity)).or_default() += count;
                bucket.templates.insert((service, template.clone()), LogLines { count, severity });
            }
        }
        bucket
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
    fn a_sketch_by_registers_is_the_one_by_insertion() {
        let key = FleetKey::new([3; 16]);
        let mode = IdentityMode::UserCookie;
        for count in [MANY as u64 + 1, 5000] {
            let hashes: Vec<u64> = (0..count).map(mix).chain([0, u64::MAX, 1 << 63]).collect();
            let mut inserted = Sketch::new(Scheme::keyed(mode, key.id()));
            for hash in &hashes {
                inserted.insert_hash(*hash);
            }
            assert_eq!(sketch(&key, mode, &hashes), inserted);
        }
    }

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
        let mut hit: Vec<usize> = (0..STRATA as u64).map(|bits| spread(1, bits).next().unwrap().0).collect();
        hit.sort_unstable();
        assert!(hit.iter().copied().eq(0..STRATA));
    }
}
