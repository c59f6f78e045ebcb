//! What the page of a region shows that takes more than a moment to make: error budgets, and gauges that did something new.

use std::collections::BTreeMap;
use std::sync::Arc;

use bonghwa_analytics::bucket::Transaction;
use bonghwa_analytics::objective::{Budget, Spent, WINDOWS};
use bonghwa_analytics::time::Resolution;
use bonghwa_analytics::view::{self, Event};
use bonghwa_analytics::watch::Sheet;

use super::edge::Edge;
use super::{Centre, CentreError, lock, read};

/// Periods of which unfamiliar gauges are kept.
const PERIODS: usize = 64;

/// A region and midnight of a day.
type RegionDay = (String, i64);

/// What was made.
#[derive(Default)]
pub(super) struct Kept {
    /// Budgets by region, and the minute for which they were made.
    budgets: BTreeMap<String, (i64, Vec<Budget>)>,
    /// Unfamiliar gauges by end of the period, region and start.
    unfamiliar: BTreeMap<(i64, String, i64), Vec<Event>>,
    /// The days before a day of a region, the last one asked for first.
    pub(super) sheets: Vec<(RegionDay, Arc<Vec<Sheet>>)>,
}

impl Centre {
    /// Gauges that did something new in a period, up to the last whole five minutes.
    pub(super) fn unfamiliar(&self, region: &str, from: i64, to: i64) -> Vec<Event> {
        let five = Resolution::FiveMinutes;
        let (from, to) = (five.floor(from), five.floor(to));
        let key = (to, region.to_owned(), from);
        if let Some(events) = lock(&self.0.extras).unfamiliar.get(&key) {
            return events.clone();
        }
        let made = read(&self.0.atlas).track(region).map(|track| view::unfamiliar(track, region, from, to));
        let events = made.unwrap_or_default();
        let kept = &mut lock(&self.0.extras).unfamiliar;
        while kept.len() >= PERIODS {
            kept.pop_first();
        }
        kept.insert(key, events.clone());
        events
    }

    /// The budgets of a region, up to the last whole minute.
    pub(super) fn budgets(&self, edge: &Edge, as_of: i64) -> Result<Vec<Budget>, CentreError> {
        let now = Resolution::Minute.floor(as_of);
        if let Some((made, budgets)) = lock(&self.0.extras).budgets.get(edge.region())
            && *made == now
        {
            return Ok(budgets.clone());
        }
        let objectives = &self.0.config.objectives;
        // Columns know what users ask for; of services only the rows themselves know.
        let mut services = Vec::new();
        if objectives.iter().any(|objective| !objective.service.is_empty()) {
            for window in WINDOWS {
                services.push(self.merged(edge, now - window, now)?);
            }
        }
        let mut whole: Vec<(i64, Transaction)> = Vec::new();
        if let Some(track) = read(&self.0.atlas).track(edge.region()) {
            whole.extend(WINDOWS.map(|window| {
                let stats = track.stats(now - window, now);
                (stats.covered, stats.entry)
            }));
        }
        let budgets: Vec<Budget> = objectives
            .iter()
            .map(|objective| {
                let spent = WINDOWS.into_iter().zip(&whole).enumerate().map(|(at, (window, (covered, entry)))| {
                    let of_service = services.get(at).filter(|_| !objective.service.is_empty());
                    let requests = of_service.map(|bucket| bucket.service(&objective.service));
                    Spent::of(objective.goal, window, *covered, requests.as_ref().unwrap_or(entry))
                });
                Budget::of(objective.clone(), spent.collect())
            })
            .collect();
        lock(&self.0.extras).budgets.insert(edge.region().to_owned(), (now, budgets.clone()));
        Ok(budgets)
    }
}
