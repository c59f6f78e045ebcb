//! What is known of an incident, as its explanation reads it.

use crate::bucket::{Bucket, Resource, Severity};
use crate::view::{Measure, Standing};

/// One region, one incident. All instants are seconds since the epoch; everything but the two periods may be empty.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// When the first symptom showed.
    pub onset: i64,
    /// End of the incident, or now (exclusive).
    pub end: i64,
    /// A usual period to compare with: the hour before the onset, or the same time of usual days.
    pub before: Period<'a>,
    /// The incident.
    pub during: Period<'a>,
    /// More usual periods, of the kind and about the length of the incident: what exceeds in these as well is held back.
    pub usual: &'a [Period<'a>],
    /// Gauges from some hours before the onset to the end.
    pub gauges: &'a [GaugeSeries<'a>],
    /// Deployments. Those that the versions in the buckets show need not be listed.
    pub changes: &'a [Change<'a>],
    /// What is out of its usual range, the most important first.
    pub symptoms: &'a [Symptom<'a>],
    /// Log templates that appeared, multiplied or vanished.
    pub templates: &'a [TemplateCount<'a>],
    /// Sources of requests that are suspicious by themselves.
    pub sources: &'a [Source<'a>],
}

/// All that was recorded in a stretch of time, merged, or in several that add up.
#[derive(Clone, Copy, Debug)]
pub struct Period<'a> {
    /// What was recorded.
    pub bucket: &'a Bucket,
    /// How many seconds it covers.
    pub seconds: f64,
}

/// A gauge of a service over time.
#[derive(Clone, Copy, Debug)]
pub struct GaugeSeries<'a> {
    /// The service.
    pub service: &'a str,
    /// What is measured.
    pub resource: Resource,
    /// Instants and means, oldest first, at steps of one or five minutes. Shares are 0 to 1, sizes bytes.
    pub points: &'a [(i64, f64)],
}

/// A deployment: a version of a service that had not been seen before.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    /// The service.
    pub service: &'a str,
    /// The version that arrived.
    pub version: &'a str,
    /// When it was first seen.
    pub at: i64,
}

/// What is out of its usual range.
#[derive(Clone, Copy, Debug)]
pub struct Symptom<'a> {
    /// The measure.
    pub measure: Measure,
    /// Above or below its range.
    pub standing: Standing,
    /// The service, or `None` for the requests of users as they enter.
    pub service: Option<&'a str>,
    /// The route of the service, or `None` for all.
    pub route: Option<&'a str>,
}

/// A log template and how often it was written.
#[derive(Clone, Copy, Debug)]
pub struct TemplateCount<'a> {
    /// The service that wrote it.
    pub service: &'a str,
    /// Its severity.
    pub severity: Severity,
    /// The text with the variables cut out.
    pub text: &'a str,
    /// Records in the period before.
    pub before: u64,
    /// Records during the incident.
    pub during: u64,
}

/// A source of requests that stands out.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// What it does.
    pub kind: SourceKind,
    /// Its pseudonym.
    pub pseudonym: &'a str,
    /// How often it did that during the incident.
    pub count: u64,
}

/// What a suspicious source does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceKind {
    /// Many log-ins from one address.
    LogIns,
    /// Many identities from one address.
    Identities,
    /// Many requests of any kind from one address.
    Requests,
}
