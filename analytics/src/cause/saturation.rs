//! Resources that ran full, and services that were restarted.

use super::evidence::{Evidence, EvidenceKind, Quantity};
use super::scene::{GaugeSeries, Scene};
use super::shift::{ascending, quantile};
use crate::bucket::{Bucket, Name, Resource};

/// Share from which on a resource counts as full.
const FULL: f64 = 0.9;
/// A heap presses before: collections come ever more often long before there is no room left.
const PRESSING: f64 = 0.75;
/// Least rise over its usual high for a resource that is measured as a share.
const RISE: f64 = 0.1;
/// Least growth over its usual high for one that is measured in bytes, where nobody knows how much would be full.
const GROWTH: f64 = 1.6;
/// A fall below this share of the peak, and below all that was usual, is a restart.
const FALL: f64 = 0.5;
/// The earliest part of a series is its usual, unless the onset comes sooner.
const EARLY: f64 = 1.0 / 3.0;
/// Fewest points that make a usual.
const FEWEST: usize = 3;

/// A resource of a service that ran full.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Saturation {
    pub(super) resource: Resource,
    pub(super) evidence: Vec<Evidence>,
}

/// What resource of a service ran full, if any: heap and memory first, for a machine that is short of memory is busy, too.
pub(super) fn find(scene: &Scene<'_>, service: &str) -> Option<Saturation> {
    const ORDER: [Resource; 6] =
        [Resource::Heap, Resource::HeapBytes, Resource::Memory, Resource::MemoryBytes, Resource::Disk, Resource::Cpu];
    ORDER.into_iter().find_map(|resource| {
        let evidence = match scene.gauges.iter().find(|series| series.resource == resource && series.service == service)
        {
            Some(series) => of_series(scene, series)?,
            None => of_buckets(scene, service, resource)?,
        };
        Some(Saturation { resource, evidence })
    })
}

/// Whether such a high is a change: as a share, full now and not before; in bytes, far above all before.
fn is_full(resource: Resource, usual: f64, peak: f64) -> bool {
    match resource {
        Resource::HeapBytes | Resource::MemoryBytes | Resource::Network => usual > 0.0 && peak >= GROWTH * usual,
        Resource::Heap => peak >= PRESSING && peak >= usual + RISE,
        _ => peak >= FULL && peak >= usual + RISE,
    }
}

fn of_series(scene: &Scene<'_>, series: &GaugeSeries<'_>) -> Option<Vec<Evidence>> {
    let known = |(at, value): &&(i64, f64)| value.is_finite() && *at < scene.end;
    let points: Vec<(i64, f64)> = series.points.iter().filter(known).copied().collect();
    let calm = points.iter().take_while(|(at, _)| *at < scene.onset).count();
    let early = calm.min((points.len() as f64 * EARLY) as usize).max(FEWEST.min(calm));
    if early < FEWEST {
        return None;
    }
    let (usual, rest) = points.split_at(early);
    let usual = ascending(&usual.iter().map(|(_, value)| *value).collect::<Vec<_>>());
    let (low, high) = (*usual.first()?, *usual.last()?);
    // A busy moment is not a busy machine: what lasts counts for the processor, the highest point for what fills up.
    let values = ascending(&rest.iter().filter(|(at, _)| *at >= scene.onset).map(|(_, v)| *v).collect::<Vec<_>>());
    let peak = if series.resource == Resource::Cpu { quantile(&values, 0.75)? } else { *values.last()? };
    if !is_full(series.resource, high, peak) {
        return None;
    }
    let began = rest.iter().find(|(_, value)| *value > high).map(|(at, _)| *at);
    let evidence = |kind, before, during, at| piece(kind, series.service, series.resource, Some(before), during, at);
    let mut found = vec![evidence(EvidenceKind::Saturation, quantile(&usual, 0.5)?, peak, began)];
    let top = rest.iter().position(|(_, value)| *value >= peak).unwrap_or(rest.len());
    let fallen = rest.iter().skip(top).find(|(_, value)| *value < FALL * peak && *value < low);
    if let Some((at, value)) = fallen.filter(|_| series.resource != Resource::Cpu) {
        found.push(evidence(EvidenceKind::Restart, peak, *value, Some(*at)));
    }
    Some(found)
}

fn of_buckets(scene: &Scene<'_>, service: &str, resource: Resource) -> Option<Vec<Evidence>> {
    let key = (Name::from(service), resource);
    let gauge = |bucket: &Bucket| bucket.resources.get(&key).filter(|gauge| gauge.count > 0).copied();
    let (before, during) = (gauge(scene.before.bucket)?, gauge(scene.during.bucket)?);
    let unit =
        if matches!(resource, Resource::HeapBytes | Resource::MemoryBytes | Resource::Network) { 1.0 } else { 1e6 };
    let peak = if resource == Resource::Cpu { during.mean() } else { during.max as f64 } / unit;
    is_full(resource, before.max as f64 / unit, peak)
        .then(|| vec![piece(EvidenceKind::Saturation, service, resource, Some(before.mean() / unit), peak, None)])
}

fn piece(
    kind: EvidenceKind,
    service: &str,
    resource: Resource,
    before: Option<f64>,
    during: f64,
    at: Option<i64>,
) -> Evidence {
    let quantity = match resource {
        Resource::Cpu => Quantity::Cpu,
        Resource::Memory => Quantity::Memory,
        Resource::Heap => Quantity::Heap,
        Resource::Disk => Quantity::Disk,
        Resource::Network | Resource::HeapBytes | Resource::MemoryBytes => Quantity::Bytes,
    };
    Evidence::new(kind, (service, ""), quantity, before, Some(during), at)
}
