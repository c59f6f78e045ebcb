//! How complete the data of a report is.

use serde::{Deserialize, Serialize};

use crate::answer::Asked;
use crate::atlas::Track;
use crate::desk::Desk;
use crate::time::Resolution;
use crate::view::now::Scope;
use crate::view::{Fact, Measure, Method, Unit};

/// How complete the data of a report is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Quality {
    /// A row for each region.
    pub rows: Vec<RegionQuality>,
    /// Whether rows of five minutes of the period before have expired, so that users cannot be compared.
    pub expired: bool,
}

/// How complete the data of a region is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RegionQuality {
    /// Region code.
    pub region: String,
    /// Share of the period of which data was received.
    pub received: Fact,
    /// Share of requests that carried the identity by which users are told apart; absent without requests.
    pub identified: Option<Fact>,
    /// Gaps within the period.
    pub gaps: u32,
    /// The longest of them: start and end.
    pub longest: Option<(i64, i64)>,
    /// The last instant with data if nothing newer came, 0 if there never was any.
    pub late_since: Option<i64>,
}

/// What is known of the regions asked about at the instant of the desk.
pub(super) fn quality<D: Desk>(desk: &D, asked: &Asked<'_>, before: (i64, i64)) -> Quality {
    let settings = desk.settings();
    let oldest = asked.as_of - settings.retention[Resolution::FiveMinutes as usize];
    let (from, to) = (asked.question.period.from, asked.question.period.to);
    let row = |code: String| {
        desk.read(|atlas| {
            let track = atlas.track(&code);
            let stats = track.map(|track| track.stats(from, to));
            let scope = Scope { regions: vec![code.clone()], count: 1, from, to };
            let share = |id: &str, value: f64, resolution| Fact {
                id: format!("{id}-{code}"),
                measure: Measure::Requests,
                value: value.clamp(0.0, 1.0),
                unit: Unit::Ratio,
                error: None,
                regions: scope.regions.clone(),
                region_count: scope.count,
                from: scope.from,
                to: scope.to,
                resolution,
                method: Method::Count,
            };
            let covered = stats.as_ref().map_or(0, |stats| stats.covered);
            let finest = stats.as_ref().map_or(Resolution::FiveMinutes, |stats| stats.finest);
            let identified = stats.as_ref().filter(|stats| stats.entry.count > 0).map(|stats| {
                let with = stats.identified[asked.mode as usize] as f64;
                share("identified", with / stats.entry.count as f64, stats.finest)
            });
            let resolution = if from >= oldest { Resolution::FiveMinutes } else { Resolution::Hour };
            let gaps = gaps(track, resolution, from, to);
            RegionQuality {
                received: share("received", covered as f64 / (to - from).max(1) as f64, finest),
                identified,
                gaps: gaps.len() as u32,
                longest: gaps.into_iter().max_by_key(|(from, to)| (to - from, -from)),
                late_since: late(track, asked.as_of, settings.late_after),
                region: code.clone(),
            }
        })
    };
    Quality { rows: asked.codes().into_iter().map(row).collect(), expired: before.0 < oldest }
}

/// Runs of steps without data.
fn gaps(track: Option<&Track>, resolution: Resolution, from: i64, to: i64) -> Vec<(i64, i64)> {
    let width = resolution.seconds();
    let table = track.map(|track| track.table(resolution));
    let mut gaps: Vec<(i64, i64)> = Vec::new();
    let mut at = resolution.floor(from + width - 1);
    while at + width <= to {
        if table.is_none_or(|table| table.row(at).is_none()) {
            match gaps.last_mut().filter(|gap| gap.1 == at) {
                Some(gap) => gap.1 = at + width,
                None => gaps.push((at, at + width)),
            }
        }
        at += width;
    }
    gaps
}

/// The end of the last row that had begun by an instant, if that is too long before it.
fn late(track: Option<&Track>, as_of: i64, late_after: i64) -> Option<i64> {
    let last = |resolution: Resolution| {
        let table = track?.table(resolution);
        let row = table.range(i64::MIN, as_of).next_back()?;
        Some((table.starts()[row] + resolution.seconds()).min(as_of))
    };
    // A row of an hour is there from its first minute on, so it says least of when data ended.
    let newest = last(Resolution::FiveMinutes).max(last(Resolution::Minute)).or_else(|| last(Resolution::Hour));
    match newest {
        None => Some(0),
        Some(newest) => (newest < as_of - late_after).then_some(newest),
    }
}
