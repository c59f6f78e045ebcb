//! Numbers of an area over a period.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Asked, Source};
use crate::ask::Area;
use crate::atlas::{Atlas, NATION, WindowStats};
use crate::bucket::{Name, Resource, Transaction};
use crate::column::Table;
use crate::identity::IdentityMode;
use crate::latency::RELATIVE_ERROR;
use crate::sketch::relative_error_95;
use crate::time::Resolution;
use crate::view::now::{Scope, measure_id, stats_fact, unit_of, users_fact};
use crate::view::region::{line, sample};
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
    if measure == Measure::PerCapita {
        let users = one(source, asked, area, Measure::Users, (from, to), role)?;
        return Ok(per_capita(users, asked));
    }
    let name = if area.name.is_empty() { "nation" } else { &area.name };
    let id = format!("{}-{name}-{role}", measure_id(measure));
    let codes = asked.codes_of(area);
    let scope = Scope { regions: area.regions.clone(), count: codes.len() as u16, from, to };
    let mode = asked.mode;
    let mut row = Measured { area: area.clone(), measure, value: None, peak: None, distinct: None };
    if measure == Measure::Users {
        if asked.question.service.is_some() {
            // Who is there is known of regions, not of their services.
            return Ok(row);
        }
        let union = source.users(&area.regions, from, to, mode)?;
        if to - from <= WINDOW {
            row.value = union.map(|union| users_fact(&id, union, &scope, mode));
            return Ok(row);
        }
        row.distinct = union.map(|union| users_fact(&format!("{id}-distinct"), union, &scope, mode));
    } else {
        row.value = value(source, asked, &codes, measure, &scope, &id)?;
    }
    if to - from > WINDOW {
        let course = source.atlas(|atlas, _| course(atlas, asked, area, measure, (from, to)));
        let known = || course.iter().enumerate().filter_map(|(slot, value)| value.map(|value| (slot as i64, value)));
        let fact = |id: String, value: f64, from: i64, to: i64, method: Method| Fact {
            id,
            measure,
            value,
            unit: unit_of(measure, mode),
            error: error(measure, value),
            regions: scope.regions.clone(),
            region_count: scope.count,
            from,
            to,
            resolution: Resolution::FiveMinutes,
            method,
        };
        let method = match measure {
            Measure::Users => source.atlas(|atlas, _| users_method(atlas, area, &codes)),
            _ => row.value.as_ref().map_or(Method::Mean, |fact| fact.method),
        };
        if measure == Measure::Users {
            row.value = mean(&course).map(|mean| fact(id.clone(), mean, from, to, method));
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

/// The mean of the values that are known.
pub(crate) fn mean(course: &[Option<f64>]) -> Option<f64> {
    let (sum, count) = course.iter().flatten().fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    (count > 0.0).then(|| sum / count)
}

/// How users of five minutes of an area are known: of all regions as the nation has them, of several by adding them up.
pub(crate) fn users_method(atlas: &Atlas, area: &Area, codes: &[String]) -> Method {
    let together = area.regions.is_empty() && atlas.track(NATION).is_some();
    if codes.len() > 1 && !together { Method::SumOfEstimates } else { Method::Mean }
}

/// How far off an estimate may be: a mean of estimates of the same people is as uncertain as one of them.
pub(crate) fn error(measure: Measure, value: f64) -> Option<f64> {
    match measure {
        Measure::Users => Some(value * relative_error_95(value)),
        Measure::LatencyP50 | Measure::LatencyP95 | Measure::LatencyP99 => Some(value * RELATIVE_ERROR),
        _ => None,
    }
}

/// Users as so many of every 10,000 inhabitants of their area; nothing where nobody knows how many live there.
fn per_capita(users: Measured, asked: &Asked<'_>) -> Measured {
    let codes = asked.codes_of(&users.area);
    let people: Vec<u32> =
        asked.regions.iter().filter(|region| codes.contains(&region.code)).map(|region| region.population).collect();
    let per = 10_000.0 / people.iter().map(|count| f64::from(*count)).sum::<f64>();
    let known = !people.is_empty() && people.iter().all(|count| *count > 0);
    let scaled = |fact: Option<Fact>| {
        fact.filter(|_| known).map(|fact| Fact {
            id: fact.id.replacen(measure_id(Measure::Users), measure_id(Measure::PerCapita), 1),
            measure: Measure::PerCapita,
            value: fact.value * per,
            unit: unit_of(Measure::PerCapita, asked.mode),
            error: fact.error.map(|error| error * per),
            ..fact
        })
    };
    let (value, peak, distinct) = (scaled(users.value), scaled(users.peak), scaled(users.distinct));
    Measured { area: users.area, measure: Measure::PerCapita, value, peak, distinct }
}

/// A figure of an area; of a service, if one is asked about.
fn value<S: Source>(
    source: &S,
    asked: &Asked<'_>,
    codes: &[String],
    measure: Measure,
    scope: &Scope,
    id: &str,
) -> Result<Option<Fact>, S::Error> {
    let service = asked.question.service.as_deref();
    let Some(name) = service.filter(|_| gauge(measure).is_none()) else {
        return Ok(source.atlas(|atlas, _| stats(atlas, codes, measure, service, scope, id)));
    };
    let mut whole = None;
    for code in codes {
        let part = source.atlas(|atlas, _| Some(atlas.track(code)?.stats(scope.from, scope.to)));
        if let Some(mut part) = part {
            part.entry = source.cells(code, scope.from, scope.to)?.service(name);
            add(&mut whole, part);
        }
    }
    Ok(whole.and_then(|whole| stats_fact(id, measure, &whole, scope)))
}

/// Figures of several regions: requests are added up, failures and times merged; use is the mean of the regions, of a
/// service if one is named.
pub(crate) fn stats(
    atlas: &Atlas,
    codes: &[String],
    measure: Measure,
    service: Option<&str>,
    scope: &Scope,
    id: &str,
) -> Option<Fact> {
    if gauge(measure).is_some() {
        return used(atlas, codes, measure, service, scope, id);
    }
    let mut whole = None;
    for track in codes.iter().filter_map(|code| atlas.track(code)) {
        add(&mut whole, track.stats(scope.from, scope.to));
    }
    stats_fact(id, measure, &whole?, scope)
}

fn add(whole: &mut Option<WindowStats>, part: WindowStats) {
    match whole {
        None => *whole = Some(part),
        Some(whole) => {
            whole.entry.merge(&part.entry);
            whole.covered = whole.covered.max(part.covered);
            whole.finest = whole.finest.min(part.finest);
        }
    }
}

/// The gauge that a measure of use reads.
const fn gauge(measure: Measure) -> Option<Resource> {
    match measure {
        Measure::Load | Measure::Cpu => Some(Resource::Cpu),
        Measure::Memory => Some(Resource::Memory),
        Measure::Heap => Some(Resource::Heap),
        _ => None,
    }
}

/// A measure of use in a row: of one service, or of the busiest.
fn use_in(table: &Table, row: usize, measure: Measure, service: Option<&Name>) -> Option<f64> {
    match (service, gauge(measure)) {
        (Some(service), Some(kind)) => table.gauge(row, service, kind),
        // The width of a row matters to requests only.
        _ => table.value(row, measure, IdentityMode::Ip, 1),
    }
}

fn used(
    atlas: &Atlas,
    codes: &[String],
    measure: Measure,
    service: Option<&str>,
    scope: &Scope,
    id: &str,
) -> Option<Fact> {
    let service: Option<Name> = service.map(Into::into);
    let of = |code: &String| {
        atlas.track(code)?.mean((scope.from, scope.to), |table, row| use_in(table, row, measure, service.as_ref()))
    };
    let means: Vec<(f64, Resolution)> = codes.iter().filter_map(of).collect();
    Some(Fact {
        id: id.to_owned(),
        measure,
        value: means.iter().map(|(mean, _)| mean).sum::<f64>() / means.len() as f64,
        unit: unit_of(measure, IdentityMode::Ip),
        error: None,
        regions: scope.regions.clone(),
        region_count: means.len() as u16,
        from: scope.from,
        to: scope.to,
        resolution: means.iter().map(|(_, finest)| *finest).min()?,
        method: if service.is_some() { Method::Mean } else { Method::BusiestTierMean },
    })
}

/// Values of five minutes of an area: of all regions as the nation has them; of several the sum of users and requests,
/// failures and times merged, the mean of use. Of a service only its use stands in the columns.
pub(crate) fn course(
    atlas: &Atlas,
    asked: &Asked<'_>,
    area: &Area,
    measure: Measure,
    (from, to): (i64, i64),
) -> Vec<Option<f64>> {
    let (codes, mode) = (asked.codes_of(area), asked.mode);
    let service: Option<Name> = asked.question.service.as_deref().map(Into::into);
    let five = Resolution::FiveMinutes;
    let of = |code: &str| {
        let track = atlas.track(code)?;
        Some(match &service {
            None => line(track, measure, mode, five, from, to).values,
            Some(_) => sample(track, five, from, to, |row| use_in(track.table(five), row, measure, service.as_ref())),
        })
    };
    if service.is_some() && gauge(measure).is_none() {
        return Vec::new();
    }
    if area.regions.is_empty()
        && gauge(measure).is_none()
        && let Some(values) = of(NATION)
    {
        return values;
    }
    let adds = matches!(measure, Measure::Users | Measure::Requests);
    if codes.len() > 1 && !adds && gauge(measure).is_none() {
        return merged(atlas, &codes, measure, (from, to));
    }
    let parts: Vec<Vec<Option<f64>>> = codes.iter().filter_map(|code| of(code)).collect();
    let slots = parts.iter().map(Vec::len).max().unwrap_or(0);
    (0..slots)
        .map(|slot| {
            let known = parts.iter().filter_map(|part| part.get(slot).copied().flatten());
            let (sum, count) = known.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
            (count > 0.0).then(|| if adds { sum } else { sum / count })
        })
        .collect()
}

/// Failures or times of several regions as those of one: no mean of shares or quantiles.
fn merged(atlas: &Atlas, codes: &[String], measure: Measure, (from, to): (i64, i64)) -> Vec<Option<f64>> {
    let five = Resolution::FiveMinutes;
    let first = five.floor(from);
    let mut slots: BTreeMap<i64, Transaction> = BTreeMap::new();
    for table in codes.iter().filter_map(|code| atlas.track(code)).map(|track| track.table(five)) {
        for row in table.range(first, to) {
            slots.entry(table.starts()[row]).or_default().merge(&table.entry(row));
        }
    }
    let value = |requests: &Transaction| match measure {
        Measure::ErrorRate => requests.error_rate(),
        Measure::LatencyP50 => requests.latency.quantile(0.5),
        Measure::LatencyP99 => requests.latency.quantile(0.99),
        _ => requests.latency.quantile(0.95),
    };
    let width = five.seconds();
    let count = usize::try_from((to - first + width - 1) / width).unwrap_or(0);
    (0..count as i64).map(|slot| slots.get(&(first + slot * width)).and_then(value)).collect()
}
