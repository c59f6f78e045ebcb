//! Why: from what differs between a usual period and an incident to the place that did it.
//!
//! [`explain`] turns a [`Scene`] into an [`Explanation`]. Three ways lead to a cause:
//!
//! - [`flow`]: with a call graph, who adds the excess latency or the excess failures that the symptom shows;
//! - [`shift`]: without one, whose series moved furthest for their own spread;
//! - what comes from outside: requests that multiplied, or stopped.
//!
//! What else is known (resources that ran full, new versions, log templates, suspicious sources) does not make a cause,
//! it says what is wrong at the place and how sure that is. A cause is stated only with a path from it to the symptom.

mod burst;
mod change;
mod evidence;
mod explain;
pub mod flow;
mod graph;
mod measure;
mod order;
mod place;
mod saturation;
mod scene;
pub mod shift;
#[cfg(test)]
mod tests;

pub use evidence::{
    Acquittal, Cause, CauseKind, Check, Confidence, Evidence, EvidenceKind, Explanation, Missing, Outcome, Quantity,
};
pub use explain::explain;
pub use scene::{Change, GaugeSeries, Period, Scene, Source, SourceKind, Symptom, TemplateCount};
