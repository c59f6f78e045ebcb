//! Numbers of an area over a period.

use serde::{Deserialize, Serialize};

use super::{Asked, Source};
use crate::ask::Area;
use crate::atlas::{Atlas, NATION, WindowStats};
use crate::identity::IdentityMode;
use crate::time::Resolution;
use crate::view::now::{Scope, measure_id, stats_fact, unit_of, users_fact};
use crate::view::{Fact, Measure, Method};

/// The longest period that counts as a window of concurrent users; over longer ones they are a mean of such windows.
pub(super) const WINDOW: i64 = 1800;

/// A measure of an area.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Measured {
    /// The area; its name is empty for all regions.
    pub area: Area,
    /// What is measured.
    pub measure: Measure,
    /// Its value over the period: of concurrent users the mean of five-minute windows; absent if nothing was received.
    pub value: Option<Fact>,
    /// The highest five minutes, where the period is longer than [`WINDOW`].
    pub peak: Option<Fact>,
    /// Distinct users over the whole period, where that is longer.
    pub distinct: Option<Fact>,
}

/// Every measure of every area over a period.
pub(super) fn measured<S: Source>(
    source: &S,
    asked: &Asked<'_>,
    from: i64,
    to: i64,
) -> Result<Vec<Measured>, S::Error> {
    let mut rows = Vec::new();
    for area in &asked.areas {
        for measure in &asked.question.measures {
            rows.push(one(source, asked, area, *measure, (from, to), "now")?);
        }
    }
    Ok(rows)
}

/// A measure of an area over a period; `role` tells its facts from those of other periods.
pub(super) fn one<S: Source>(
    source: &S,
    asked: &Asked<'_>,
    area: &Area,
    measure: Measure,
    (from, to): (i64, i64),
    role: &str,
) -> Result<Measured, S::Error> {
    let name = if area.name.is_empty() { "nation" } else { &area.name };
    let id = format!("{}-{name}-{role}", measure_id(measure));
    let codes = asked.codes_of(area);
    let scope = Scope { regions: area.regions.clone(), count: codes.len() as u16, from, to };
    let mode = asked.mode;
    let mut row = Measured { area: area.clone(), measure, value: None, peak: None, distinct: None };
    if measure == Measure::Users {
        let union = source.users(&area.regions, from, to, mode)?;
        if to - from <= WINDOW {
            row.value = union.map(|union| users_fact(&id, union, &scope, mode));
            return Ok(row);
        }
        row.distinct = union.map(|union| users_fact(&format!("{id}-distinct"), union, &scope, mode));
    } else {
        row.value = source.atlas(|atlas, _| stats(atlas, &codes, measure, &scope, &id));
    }
    if to - from > WINDOW {
        let course = source.atlas(|atlas, _| course(atlas, area, &codes, measure, mode, (from, to)));
        let known = || course.iter().enumerate().filter_map(|(slot, value)| value.map(|value| (slot as i64, value)));
        let fact = |id: String, value: f64, from: i64, to: i64, method: Method| Fact {
            id,
            measure,
            value,
            unit: unit_of(measure, mode),
            error: None,
            regions: scope.regions.clone(),
            region_count: scope.count,
            from,
            to,
            resolution: Resolution::FiveMinutes,
            method,
        };
        let nation = source.atlas(|atlas, _| atlas.track(NATION).is_some());
        let summed = measure == Measure::Users && codes.len() > 1 && !(nation && area.regions.is_empty());
        let method = match measure {
            Measure::Users if summed => Method::SumOfEstimates,
            Measure::Users => Method::Mean,
            _ => row.value.as_ref().map_or(Method::Mean, |fact| fact.method),
        };
        let (sum, count) = known().fold((0.0, 0.0), |(sum, count), (_, value)| (sum + value, count + 1.0));
        if row.value.is_none() && count > 0.0 {
            row.value = Some(fact(id.clone(), sum / count, from, to, method));
        }
        let start = Resolution::FiveMinutes.floor(from);
        let highest = known().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
        row.peak = highest.map(|(slot, value)| {
            let at = start + slot * 300;
            fact(format!("{id}-peak"), value, at, at + 300, method)
        });
    }
    Ok(row)
}

/// Figures of several regions: requests are added up, failures and times merged; use is the mean of the regions.
pub(crate) fn stats(atlas: &Atlas, codes: &[String], measure: Measure, scope: &Scope, id: &str) -> Option<Fact> {
    let tracks = || codes.iter().filter_map(|code| atlas.track(code));
    if matches!(measure, Measure::Memory | Measure::Heap | Measure::Cpu | Measure::Load) {
        let of = |track: &crate::atlas::Track| {
            let values: Vec<f64> = if matches!(measure, Measure::Load | Measure::Cpu) {
                track.stats(scope.from, scope.to).load.into_iter().collect()
            } else {
                let table = track.table(Resolution::FiveMinutes);
                let rows = table.range(Resolution::FiveMinutes.floor(scope.from), scope.to);
                rows.filter_map(|row| table.value(row, measure, IdentityMode::Ip, 300)).collect()
            };
            (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
        };
        let means: Vec<f64> = tracks().filter_map(of).collect();
        return (!means.is_empty()).then(|| Fact {
            id: id.to_owned(),
            measure,
            value: means.iter().sum::<f64>() / means.len() as f64,
            unit: unit_of(measure, IdentityMode::Ip),
            error: None,
            regions: scope.regions.clone(),
            region_count: means.len() as u16,
            from: scope.from,
            to: scope.to,
            resolution: Resolution::FiveMinutes,
            method: Method::BusiestTierMean,
        });
    }
    let mut whole: Option<WindowStats> = None;
    for track in tracks() {
        let part = track.stats(scope.from, scope.to);
        match &mut whole {
            None => whole = Some(part),
            Some(whole) => {
                whole.entry.merge(&part.entry);
                whole.covered = whole.covered.max(part.covered);
                whole.finest = whole.finest.min(part.finest);
            }
        }
    }
    stats_fact(id, measure, &whole?, scope)
}

/// Values of five minutes of an area: of all regions as the nation has them; of several the sum of users and requests, the
/// mean of everything else.
pub(crate) fn course(
    atlas: &Atlas,
    area: &Area,
    codes: &[String],
    measure: Measure,
    mode: IdentityMode,
    (from, to): (i64, i64),
) -> Vec<Option<f64>> {
    let of = |code: &str| {
        let track = atlas.track(code)?;
        Some(crate::view::region::line(track, measure, mode, Resolution::FiveMinutes, from, to).values)
    };
    let whole =
        area.regions.is_empty() && !matches!(measure, Measure::Load | Measure::Cpu | Measure::Memory | Measure::Heap);
    if whole && let Some(values) = of(NATION) {
        return values;
    }
    let parts: Vec<Vec<Option<f64>>> = codes.iter().filter_map(|code| of(code)).collect();
    let adds = matches!(measure, Measure::Users | Measure::Requests);
    let slots = parts.iter().map(Vec::len).max().unwrap_or(0);
    (0..slots)
        .map(|slot| {
            let known = parts.iter().filter_map(|part| part.get(slot).copied().flatten());
            let (sum, count) = known.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
            (count > 0.0).then(|| if adds { sum } else { sum / count })
        })
        .collect()
}
