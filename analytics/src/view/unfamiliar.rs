//! Gauges in a context in which they were never seen: what a band by the time of day does not say of a machine.

use super::{Event, EventKind, Measure};
use crate::atlas::Track;
use crate::bucket::{Name, Resource};
use crate::contextual::Contextual;
use crate::time::{DAY, Resolution};

/// Days before the period from which contexts are learned.
const LEARNED: i64 = 7;
/// Rows of five minutes of the warm-up: two days.
const WARMUP: usize = 576;
const GAUGES: [(Resource, Measure); 3] =
    [(Resource::Cpu, Measure::Cpu), (Resource::Memory, Measure::Memory), (Resource::Heap, Measure::Heap)];

/// The moments of `from..to` at which a gauge of a service did what it had not done before in such a context, as
/// [`Contextual`] judges rows of five minutes; oldest first. Nothing is said in the first two days of a gauge.
pub fn unfamiliar(track: &Track, region: &str, from: i64, to: i64) -> Vec<Event> {
    let table = track.table(Resolution::FiveMinutes);
    let rows = table.range(from - LEARNED * DAY, to);
    let mut events = Vec::new();
    for (resource, measure) in GAUGES {
        let services: Vec<Name> = table.services(resource).cloned().collect();
        for service in services {
            let mut detector = Contextual::new(WARMUP);
            for row in rows.clone() {
                let Some(value) = table.gauge(row, &service, resource) else { continue };
                let at = table.starts()[row];
                if detector.step(value, at) >= Contextual::ALARM && at >= from {
                    events.push(Event {
                        kind: EventKind::Unfamiliar,
                        region: region.to_owned(),
                        service: service.as_ref().to_owned(),
                        measure: Some(measure),
                        label: String::new(),
                        from: at,
                        to: Some(at),
                    });
                }
            }
        }
    }
    events.sort_by(|a, b| (a.from, &a.service, a.measure).cmp(&(b.from, &b.service, b.measure)));
    events
}
