//! Deployments: suspects from the start, until a check clears them.

use super::evidence::{Check, Evidence, EvidenceKind, Quantity};
use super::order::order;
use super::scene::{Change, Scene};
use crate::bucket::Name;

/// A version that arrived so many seconds after the onset may still have caused it: onsets are known to a five-minute
/// step.
const SLACK: i64 = 300;
/// A version that ran well for so many seconds is no longer suspected.
const PROVEN: i64 = 1800;
/// Changes looked back, seconds.
const LOOK_BACK: i64 = 6 * 3600;

/// The changes near an incident, and those that only the buckets show: a version that came after another one.
pub(super) fn changes<'a>(scene: &Scene<'a>) -> Vec<Change<'a>> {
    let near = |change: &&Change<'_>| change.at < scene.end && change.at >= scene.onset.saturating_sub(LOOK_BACK);
    let mut all: Vec<Change<'a>> = scene.changes.iter().filter(near).copied().collect();
    let (before, during) = (&scene.before.bucket.versions, &scene.during.bucket.versions);
    for (key, (seen, _)) in before.iter().chain(during) {
        let first = before.get(key).map_or(*seen, |(first, _)| *first);
        // A service that was not there before has not changed, it is new.
        let mut of_service = before.range((key.0.clone(), Name::from(""))..).take_while(|(other, _)| other.0 == key.0);
        let older = of_service.any(|(other, (since, _))| other.1 != key.1 && *since < first);
        let listed = all.iter().any(|change| change.service == &*key.0 && change.version == &*key.1);
        let change = Change { service: &key.0, version: &key.1, at: first };
        if older && !listed && near(&&change) {
            all.push(change);
        }
    }
    let key = |at: usize| (all[at].at, all[at].service, all[at].version);
    order(all.len(), &|a, b| key(a).cmp(&key(b))).into_iter().map(|at| all[at]).collect()
}

/// What clears a change, going by time alone.
pub(super) fn cleared_by_time(scene: &Scene<'_>, change: &Change<'_>) -> Option<Check> {
    let ran = scene.onset.saturating_sub(change.at);
    if ran < -SLACK {
        Some(Check::CameAfter)
    } else if ran > PROVEN {
        Some(Check::RanWell(ran))
    } else {
        None
    }
}

/// A change as evidence.
pub(super) fn evidence(change: &Change<'_>) -> Evidence {
    let what = (change.service, change.version);
    Evidence::new(EvidenceKind::Change, what, Quantity::Count, None, None, Some(change.at))
}
