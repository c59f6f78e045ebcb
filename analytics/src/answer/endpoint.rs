//! Endpoints in order: the slowest, the most failing, or those that a deployment made slower.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::rank::fits;
use super::{Asked, Source};
use crate::bucket::{Bucket, Name, OTHER, Transaction};
use crate::latency::RELATIVE_ERROR;
use crate::time::{DAY, Resolution};
use crate::view::now::{measure_id, unit_of};
use crate::view::{Fact, Measure, Method};

/// Days back in which the latest deployment is looked for.
const LOOK_BACK: i64 = 14;
/// The longest time after a deployment that is looked at.
const AFTER: i64 = DAY;
/// Requests from which on an endpoint is listed.
const FEWEST: u64 = 30;
/// By how much it must be slower to be said to have become so: three times what the sketch cannot tell apart.
const SLOWER: f64 = 1.0 + 3.0 * RELATIVE_ERROR;

/// Endpoints in order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Endpoints {
    /// What they are ordered by.
    pub measure: Measure,
    /// Those asked for, in order.
    pub rows: Vec<EndpointRow>,
    /// How many there are with enough requests.
    pub total: u32,
    /// The period that they are from.
    pub period: (i64, i64),
    /// The period before, if one is compared.
    pub before: Option<(i64, i64)>,
    /// The deployment they are about: region, service, version and instant; absent if none was asked for or none was found.
    pub deployment: Option<(String, String, String, i64)>,
}

/// An endpoint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EndpointRow {
    /// Service, as telemetry gave it.
    pub service: String,
    /// Route.
    pub route: String,
    /// Requests in the period.
    pub count: u64,
    /// The value.
    pub now: Fact,
    /// The value in the compared period.
    pub before: Option<Fact>,
}

type Cells = BTreeMap<(Name, Name), Transaction>;

pub(super) fn endpoints<S: Source>(source: &S, asked: &Asked<'_>) -> Result<Endpoints, S::Error> {
    let question = asked.question;
    let measure = question.measures.first().copied().unwrap_or(Measure::LatencyP95);
    let mut codes = asked.codes();
    let mut period = (question.period.from, question.period.to);
    let mut before = question.against.as_ref().map(|against| (against.from, against.to));
    let mut deployment = None;
    if question.after_deployment {
        deployment = latest(source, asked, &codes);
        let Some((region, _, _, at)) = &deployment else {
            return Ok(Endpoints { measure, rows: Vec::new(), total: 0, period, before: None, deployment });
        };
        period = (*at, (at + AFTER).min(asked.as_of));
        // The same hours of the day before, so that it is not the time of day that is compared.
        before = Some((period.0 - DAY, period.1 - DAY));
        codes = vec![region.clone()];
    }
    let cells = |(from, to): (i64, i64)| -> Result<Cells, S::Error> {
        let mut all = Cells::new();
        for code in &codes {
            merge(&mut all, &source.cells(code, from, to)?, question.service.as_deref());
        }
        Ok(all)
    };
    let now = cells(period)?;
    let then = before.map(cells).transpose()?;
    let mut rows = Vec::new();
    for (key, cell) in now.iter().filter(|(_, cell)| cell.count >= FEWEST) {
        let old = then.as_ref().and_then(|then| then.get(key)).filter(|cell| cell.count >= FEWEST);
        let at = rows.len();
        let fact = |cell: &Transaction, period: (i64, i64), role: &str| {
            let id = format!("{}-{role}-{at}", measure_id(measure));
            fact(cell, measure, &id, &codes, asked, period)
        };
        let Some(value) = fact(cell, period, "now") else { continue };
        let was = old.zip(before).and_then(|(old, before)| fact(old, before, "then"));
        let (service, route) = (key.0.as_ref().to_owned(), key.1.as_ref().to_owned());
        rows.push(EndpointRow { service, route, count: cell.count, now: value, before: was });
    }
    let total = rows.len() as u32;
    if question.after_deployment {
        rows.retain(|row| growth(row) >= SLOWER);
        rows.sort_by(|a, b| growth(b).total_cmp(&growth(a)));
    } else {
        rows.sort_by(|a, b| b.now.value.total_cmp(&a.now.value));
    }
    if let Some(threshold) = question.threshold.filter(|threshold| fits(threshold, measure)) {
        let passes = |row: &EndpointRow| row.now.value >= threshold.value;
        if rows.iter().any(passes) {
            rows.retain(passes);
        } else {
            // The first stays where none passes, so that it can be said how far off it is.
            rows.truncate(1);
        }
    }
    rows.truncate(question.limit.unwrap_or(5) as usize);
    Ok(Endpoints { measure, rows, total, period, before, deployment })
}

/// The value over the one before.
fn growth(row: &EndpointRow) -> f64 {
    row.before.as_ref().map_or(0.0, |before| row.now.value / before.value.max(1e-9))
}

/// The deployment that began last in the period, or where it has none in the last days.
fn latest<S: Source>(source: &S, asked: &Asked<'_>, codes: &[String]) -> Option<(String, String, String, i64)> {
    let period = &asked.question.period;
    source.atlas(|atlas, _| {
        let within = |from: i64, to: i64| {
            let of = |code: &String| {
                let found = atlas.track(code)?.deployments(from, to);
                let ours =
                    found.filter(|(service, ..)| asked.question.service.as_deref().is_none_or(|s| s == &***service));
                ours.max_by_key(|(.., at)| *at).map(|(service, version, at)| {
                    (code.clone(), service.as_ref().to_owned(), version.as_ref().to_owned(), at)
                })
            };
            codes.iter().filter_map(of).max_by_key(|(.., at)| *at)
        };
        within(period.from, period.to).or_else(|| within(period.to - LOOK_BACK * DAY, period.to))
    })
}

fn merge(into: &mut Cells, bucket: &Bucket, only: Option<&str>) {
    let ours = |(service, route): &(Name, Name)| &**route != OTHER && only.is_none_or(|only| **service == *only);
    for (key, cell) in bucket.transactions.iter().filter(|(key, _)| ours(key)) {
        into.entry(key.clone()).or_default().merge(cell);
    }
}

fn fact(
    cell: &Transaction,
    measure: Measure,
    id: &str,
    codes: &[String],
    asked: &Asked<'_>,
    (from, to): (i64, i64),
) -> Option<Fact> {
    let (value, error, method) = match measure {
        Measure::Requests => (cell.count as f64 / (to - from).max(1) as f64, None, Method::Count),
        Measure::ErrorRate => (cell.error_rate()?, None, Method::Share),
        _ => {
            let q = match measure {
                Measure::LatencyP50 => 0.5,
                Measure::LatencyP99 => 0.99,
                _ => 0.95,
            };
            let value = cell.latency.quantile(q)?;
            (value, Some(value * RELATIVE_ERROR), Method::QuantileSketch)
        }
    };
    let all = codes.len() == asked.regions.len();
    Some(Fact {
        id: id.to_owned(),
        measure,
        value,
        unit: unit_of(measure, asked.mode),
        error,
        regions: if all { Vec::new() } else { codes.to_vec() },
        region_count: codes.len() as u16,
        from,
        to,
        resolution: if to - from > 6 * 3600 { Resolution::Hour } else { Resolution::FiveMinutes },
        method,
    })
}
