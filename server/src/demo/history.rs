//! The past of the demonstration, as deltas for the engine: the same visits as the live traffic, counted instead of
//! sent.

use bonghwa_analytics::hash::siphash13_128;
use bonghwa_analytics::time::{DAY, Resolution};
use bonghwa_edge::batch::Batch;

use super::faults::{Effect, Incident};
use super::model::Model;
use super::nation::Place;
use super::regulars::Told;
use super::services::SCRAPE;
use super::tally::{Crowd, Signature, Stretch, Tally};

/// Seconds of history that a demonstration starts with.
pub const HISTORY: i64 = 15 * DAY;
/// Older than this, buckets are five minutes long.
const MINUTES: i64 = 48 * 3600;
/// Older than this (and younger than the above), buckets are a minute long.
const TWO_SECONDS: i64 = 3600;

/// What a region did in consecutive spans of time; see [`Demo::history`](super::Demo::history).
#[derive(Debug)]
pub struct History<'a> {
    model: &'a Model,
    place: &'a Place,
    at: i64,
    to: i64,
}

impl<'a> History<'a> {
    pub(super) fn new(model: &'a Model, place: &'a Place, from: i64, to: i64) -> Self {
        // Rounded up: the bucket in which `from` lies has been stored in part already.
        let two = Resolution::TwoSeconds;
        Self { model, place, at: two.floor(from + 1), to: two.floor(to) }
    }

    /// Resolution and end of the next span.
    fn next_span(&self) -> (Resolution, i64) {
        let minutes = Resolution::Hour.floor(self.to - MINUTES);
        let two_seconds = Resolution::FiveMinutes.floor(self.to - TWO_SECONDS);
        let (coarsest, until) = match self.at {
            at if at < minutes => (Resolution::FiveMinutes, minutes),
            at if at < two_seconds => (Resolution::Minute, two_seconds),
            _ => (Resolution::TwoSeconds, self.to),
        };
        // A gap may begin inside a coarse bucket: finer ones lead to its end.
        let whole = |resolution: &Resolution| *resolution <= coarsest && resolution.floor(self.at) == self.at;
        let resolution = Resolution::ALL.into_iter().rfind(whole).unwrap_or(Resolution::TwoSeconds);
        let next = |width: i64| self.at - self.at.rem_euclid(width) + width;
        let end = match resolution.parent() {
            Some(parent) if resolution < coarsest => next(parent.seconds()),
            _ => next(chunk(resolution)),
        };
        (resolution, end.min(until))
    }
}

/// Seconds that one batch covers.
const fn chunk(resolution: Resolution) -> i64 {
    match resolution {
        Resolution::TwoSeconds => 3600,
        Resolution::Minute => 3 * 3600,
        Resolution::FiveMinutes | Resolution::Hour => 8 * 3600,
    }
}

impl Iterator for History<'_> {
    type Item = Batch;

    fn next(&mut self) -> Option<Batch> {
        if self.at >= self.to {
            return None;
        }
        let (resolution, end) = self.next_span();
        let batch = batch(self.model, self.place, resolution, self.at, end, self.to);
        self.at = end;
        Some(batch)
    }
}

/// What one place did from `from` to `to`, in buckets of a resolution of whose width both are multiples. Incidents
/// stand as many days before the day of `today` as their list says.
pub(super) fn batch(model: &Model, place: &Place, resolution: Resolution, from: i64, to: i64, today: i64) -> Batch {
    let width = resolution.seconds();
    // While something is wrong requests are counted by the minute, so that it acts on those of its own time only.
    let wrong = incidents(model, place).any(|incident| incident.overlaps(today, from, to));
    let cell = if wrong { width.min(60) } else { width };
    let cells = (width / cell) as usize;
    let mut counts = vec![0_u64; ((to - from) / cell) as usize];
    let mut crowds: Vec<Crowd> = Vec::new();
    crowds.resize_with(counts.len() / cells, Crowd::default);
    let mut told: Vec<Told> = Vec::new();
    told.resize_with(crowds.len(), Told::default);
    let (from_ms, to_ms, cell_ms) = (from * 1000, to * 1000, cell * 1000);
    model.visits.to(place, from_ms, to_ms, |visit| {
        let mut k = visit.first_from(from_ms);
        if k == visit.requests || visit.at(k) >= to_ms {
            return;
        }
        let signature = Signature::new(&model.key, visit);
        let mut cell = ((visit.at(k) - from_ms) / cell_ms) as usize;
        let mut end = from_ms + (cell as i64 + 1) * cell_ms;
        while k < visit.requests && cell < counts.len() {
            let first = k;
            while k < visit.requests && visit.at(k) < end {
                k += 1;
            }
            if k > first {
                counts[cell] += u64::from(k - first);
                signature.add(&mut crowds[cell / cells], u64::from(k - first), first == 0);
                told[cell / cells].add(resolution, signature.hashes, visit, (first, k));
            }
            (cell, end) = (cell + 1, end + cell_ms);
        }
    });

    let mut batch = Batch { digest: digest(model, place, resolution, from, to), ..Batch::default() };
    let mut start = from;
    for ((crowd, told), counts) in crowds.into_iter().zip(told).zip(counts.chunks(cells)) {
        let mut tally = Tally::new(model, place, crowd);
        for stretch in stretches(model, place, start, cell, counts, today) {
            tally.requests(&stretch);
        }
        for instant in scrapes(start, start + width) {
            tally.scrape(instant, &past_effect(model, place, instant, today));
        }
        let logins = tally.logins.clone();
        let mut bucket = tally.finish();
        told.finish(logins, &mut bucket);
        batch.report.accepted += bucket.entry.count;
        if !bucket.is_empty() {
            batch.buckets.insert((resolution, start), bucket);
        }
        start += width;
    }
    batch
}

/// The cells of a bucket, neighbours under the same effect taken together: almost always one stretch.
fn stretches(model: &Model, place: &Place, start: i64, cell: i64, counts: &[u64], today: i64) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::with_capacity(1);
    for (start, requests) in (start..).step_by(cell as usize).zip(counts) {
        let effect = past_effect(model, place, start + cell / 2, today);
        match stretches.last_mut() {
            Some(last) if last.effect == effect => {
                last.seconds += cell;
                last.requests += requests;
            }
            _ => stretches.push(Stretch { start, seconds: cell, requests: *requests, effect }),
        }
    }
    stretches
}

/// Instants at which gauges are sampled.
pub(super) fn scrapes(from: i64, to: i64) -> impl Iterator<Item = i64> {
    (from + (-from).rem_euclid(SCRAPE)..to).step_by(SCRAPE as usize)
}

fn past_effect(model: &Model, place: &Place, instant: i64, today: i64) -> Effect {
    incidents(model, place).find_map(|incident| incident.effect(today, instant)).unwrap_or(Effect::NORMAL)
}

fn incidents<'a>(model: &'a Model, place: &'a Place) -> impl Iterator<Item = &'a Incident> {
    model.incidents.iter().filter(|incident| incident.region == place.code)
}

fn digest(model: &Model, place: &Place, resolution: Resolution, from: i64, to: i64) -> [u8; 16] {
    let mut name = b"bonghwa demo".to_vec();
    name.extend_from_slice(&model.seed.to_le_bytes());
    for word in [i64::from(resolution.code()), from, to] {
        name.extend_from_slice(&word.to_le_bytes());
    }
    name.extend_from_slice(place.code.as_bytes());
    siphash13_128(&model.key, &name)
}

#[cfg(test)]
mod tests {
    use bonghwa_analytics::identity::FleetKey;

    use super::*;

    #[test]
    fn spans_follow_one_another_and_get_finer_towards_now() {
        let model = Model::new(1, FleetKey::new([1; 16]), &crate::demo::regions());
        let to = 1_795_212_000;
        for now in [to, to + 1, to + 298, to + 3599] {
            for from in [now - HISTORY, now - 3 * DAY - 1234, now - MINUTES - 3601, now - 1001, now - 1, now, now + 9] {
                let mut history = History::new(&model, &model.places[0], from, now);
                assert!(history.at >= from && history.at - from < 2);
                let mut widths: Vec<i64> = Vec::new();
                while history.at < history.to {
                    let (resolution, end) = history.next_span();
                    let width = resolution.seconds();
                    assert!(end > history.at && end <= history.to);
                    assert_eq!((history.at % width, end % width), (0, 0));
                    let age = now - history.at;
                    assert!(width <= 60 || age > MINUTES);
                    assert!(width == 2 || age > TWO_SECONDS);
                    widths.push(width);
                    history.at = end;
                }
                // After the way to the first whole bucket, which takes less than five minutes, widths only fall.
                let whole = widths.iter().position(|width| Some(width) == widths.iter().max()).unwrap_or(0);
                assert!(whole <= 2 && widths[whole..].is_sorted_by(|a, b| a >= b), "{widths:?}");
            }
        }
    }

    #[test]
    fn scrapes_divide_time_without_gap_or_overlap() {
        let all: Vec<i64> = scrapes(0, 100).collect();
        let parts: Vec<i64> = (0..100).step_by(2).flat_map(|start| scrapes(start, start + 2)).collect();
        assert_eq!((all.len(), &all), (10, &parts));
    }
}
