//! What the browser's worker calls: [`recompute`](bonghwa_analytics::recompute) behind a few functions that take and
//! give bytes and numbers. `worker.js` fetches the frames and talks to the page.

use std::collections::BTreeSet;

use bonghwa_analytics::incident::incidents;
use bonghwa_analytics::recompute::{Judged, Recompute};
use wasm_bindgen::prelude::wasm_bindgen;

/// A day of a region that is being judged again.
#[wasm_bindgen]
pub struct Day(Recompute);

#[wasm_bindgen]
impl Day {
    /// Of the region with this code, from `day` on, a midnight in Asia/Seoul in seconds since 1970.
    #[wasm_bindgen(constructor)]
    pub fn new(region: &str, day: f64) -> Self {
        Self(Recompute::new(region, day as i64))
    }

    /// Takes frames of days before.
    pub fn learn(&mut self, frames: &[u8]) -> Result<(), String> {
        self.0.learn(frames).map_err(|error| error.to_string())
    }

    /// Judges a stretch of the day, or of the hours before it.
    pub fn judge(&mut self, frames: &[u8]) -> Result<(), String> {
        self.0.judge(frames).map_err(|error| error.to_string())
    }

    /// What was found.
    pub fn finish(self) -> Found {
        Found(self.0.finish())
    }
}

/// What was found of a day.
#[wasm_bindgen]
pub struct Found(Judged);

#[wasm_bindgen]
impl Found {
    /// Series that were watched.
    pub fn series(&self) -> u32 {
        self.0.series as u32
    }

    /// Values that were judged.
    pub fn steps(&self) -> f64 {
        self.0.steps as f64
    }

    /// Days that bands were learned from.
    pub fn days(&self) -> u32 {
        self.0.days as u32
    }

    /// Rows that were judged.
    pub fn rows(&self) -> u32 {
        self.0.rows.len() as u32
    }

    /// Rows whose alarms are not those that they came with.
    pub fn differing(&self) -> u32 {
        self.0.differing() as u32
    }

    /// All that findings follow from, as bytes in their one form.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.0.encode(&mut out);
        out
    }
}

/// The findings of several regions together, and the incidents that they are.
#[wasm_bindgen]
#[derive(Default)]
pub struct Whole {
    judged: Vec<Judged>,
}

#[wasm_bindgen]
impl Whole {
    /// Of no region yet.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the [`bytes`](Found::bytes) of a region.
    pub fn add(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.judged.push(Judged::decode(bytes).map_err(|error| error.to_string())?);
        Ok(())
    }

    /// How many findings, incidents, and small signs that belong to none.
    pub fn count(&self) -> Vec<u32> {
        let findings: Vec<_> = self.judged.iter().flat_map(Judged::findings).collect();
        let links: BTreeSet<_> = self.judged.iter().flat_map(|judged| judged.links.iter().cloned()).collect();
        let as_of = self.judged.iter().map(|judged| judged.end).max().unwrap_or_default();
        let found = findings.len();
        let groups = incidents(findings, &links, as_of);
        let grave = groups.iter().filter(|incident| incident.is_grave()).count();
        [found, grave, groups.len() - grave].map(|n| n as u32).to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_frame_is_refused_with_a_reason() {
        let mut day = Day::new("busan", 1_789_657_200.0);
        assert!(day.learn(b"<!doctype html>").is_err_and(|reason| reason.contains("not a Bonghwa frame")));
        assert!(day.judge(b"<!doctype html>").is_err());
        let found = day.finish();
        assert_eq!((found.series(), found.differing(), found.steps() as u32), (0, 0, 0));
        let mut whole = Whole::new();
        assert!(whole.add(&found.bytes()).is_ok());
        assert!(whole.add(b"\xff").is_err());
        assert_eq!(whole.count(), [0, 0, 0]);
    }
}
