//! What an explanation says, as data: a page phrases it in its own language.

use serde::{Deserialize, Serialize};

pub use crate::view::Confidence;

/// Why an incident happened, as far as can be told.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Explanation {
    /// Causes, the one that explains most first; empty unless one was found.
    pub causes: Vec<Cause>,
    /// Suspects that a check cleared.
    pub acquitted: Vec<Acquittal>,
    /// Whether there is an answer.
    pub outcome: Outcome,
}

impl Explanation {
    /// The way from the first cause to the symptom as pairs of caller and callee, the call next to the cause first. Empty
    /// if the cause is where the symptom is, or if there is no cause.
    pub fn path(&self) -> &[(String, String)] {
        self.causes.first().map_or(&[], |cause| &cause.path)
    }
}

/// Whether there is an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// At least one cause is stated.
    Found,
    /// None can be stated, for these reasons.
    CannotTell(Vec<Missing>),
}

impl Default for Outcome {
    fn default() -> Self {
        Self::CannotTell(Vec::new())
    }
}

/// Why no cause can be stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// Nothing says what is out of its usual range.
    Symptom,
    /// The period to compare with holds no requests.
    Before,
    /// Nothing arrived during the incident.
    During,
    /// The service or route of the symptom sent nothing that could be compared.
    Service,
    /// What the symptom names is not further from its usual than chance allows.
    Excess,
    /// Something is out of the ordinary, but no single place adds enough of it.
    Culprit,
}

/// One cause.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Cause {
    /// The service; for a network the one that was called.
    pub service: String,
    /// What is wrong with it.
    pub kind: CauseKind,
    /// The route, if it is in one only.
    pub route: Option<String>,
    /// How sure it is.
    pub confidence: Confidence,
    /// Share of what the symptom shows that it explains, 0 to 1.
    pub share: f64,
    /// What points at it, the strongest first.
    pub evidence: Vec<Evidence>,
    /// The way to the symptom as pairs of caller and callee, the call next to the cause first; every call was seen during
    /// the incident. Empty if the cause is where the symptom is.
    pub path: Vec<(String, String)>,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CauseKind {
    /// A database takes longer to answer its callers.
    SlowDatabase,
    /// A service takes longer by itself.
    SlowService,
    /// A service fails by itself.
    Errors,
    /// The heap, or the memory, ran full.
    HeapExhaustion,
    /// The processors were busy.
    CpuSaturation,
    /// The disk ran full.
    DiskFull,
    /// Calls are slow or fail, while the callee answers well those that reach it.
    NetworkBetween {
        /// Who called.
        caller: String,
        /// Who was called.
        callee: String,
    },
    /// A new version.
    Deployment {
        /// The version.
        version: String,
    },
    /// One source, or few, logs in over and over.
    LogInBurst,
    /// Requests to one route, or to all, multiplied.
    RequestBurst,
    /// The service stopped answering.
    Outage,
    /// The service lives, but hardly any requests reach it.
    NothingArrives,
}

/// One piece of evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Evidence {
    /// What it is.
    pub kind: EvidenceKind,
    /// The service it was seen in; for a call the caller.
    pub service: String,
    /// The callee, route, version, log template or pseudonym it is about, by kind; else empty.
    pub subject: String,
    /// What the values measure.
    pub quantity: Quantity,
    /// The value before.
    pub before: Option<f64>,
    /// The value during the incident.
    pub during: Option<f64>,
    /// When it began or was seen, seconds since the epoch.
    pub at: Option<i64>,
}

impl Evidence {
    /// Evidence of two values. Not inlined: it is made in many places, and every copy is code in the browser.
    #[inline(never)]
    pub(super) fn new(
        kind: EvidenceKind,
        (service, subject): (&str, &str),
        quantity: Quantity,
        before: Option<f64>,
        during: Option<f64>,
        at: Option<i64>,
    ) -> Self {
        Self { kind, service: service.to_owned(), subject: subject.to_owned(), quantity, before, during, at }
    }
}

/// Kind of evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum EvidenceKind {
    /// The service takes longer, or fails more often (see the quantity).
    Service,
    /// The call to the subject takes longer, or fails more often.
    Call,
    /// The service answers as before: what is wrong is before it.
    Unchanged,
    /// A resource ran full, or grew and grew.
    Saturation,
    /// A resource fell to the floor: the service was restarted.
    Restart,
    /// The version in the subject arrived.
    Change,
    /// The log template in the subject appeared or multiplied.
    Template,
    /// The source in the subject stands out.
    Source,
    /// Requests to the route in the subject (or to all) multiplied or stopped.
    Requests,
}

/// What values measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// Mean response time, seconds.
    MeanLatency,
    /// Failed of all, 0 to 1.
    ErrorRate,
    /// Requests a second.
    RequestsPerSecond,
    /// A count.
    Count,
    /// CPU use, 0 to 1.
    Cpu,
    /// Memory use, 0 to 1.
    Memory,
    /// Heap use, 0 to 1.
    Heap,
    /// Disk use, 0 to 1.
    Disk,
    /// Bytes.
    Bytes,
}

/// A suspect that a check cleared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Acquittal {
    /// The service.
    pub service: String,
    /// What it was suspected of.
    pub kind: CauseKind,
    /// When that happened, seconds since the epoch.
    pub at: Option<i64>,
    /// What cleared it.
    pub check: Check,
}

/// What clears a suspect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// The service adds nothing to what the symptom shows.
    AddsNothing,
    /// The symptom was there before.
    CameAfter,
    /// It had run well for so many seconds before the symptom.
    RanWell(i64),
}
