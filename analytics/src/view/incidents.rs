//! The page 사건: incidents and findings as rows, and what people said of them.

use serde::{Deserialize, Serialize};

use super::now::{Moment, unit_of, users_fact};
use super::{Fact, Level, Measure, Method, Unit};
use crate::atlas::{Atlas, Union};
use crate::cause::Explanation;
use crate::detect;
use crate::incident::{Finding, Incident};
use crate::region::Region;
use crate::time::Resolution;
use crate::watch::Subject;

/// What the address of 사건 holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct IncidentsQuery {
    /// Region code; empty for all.
    pub region: String,
    /// Length of the period that ends now, seconds.
    pub span: i64,
}

/// What somebody said of an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MarkKind {
    /// Somebody takes care of it.
    Acknowledged,
    /// It is over for those who take care of it.
    Resolved,
    /// It is not.
    Reopened,
    /// The cause that was named is right.
    Right,
    /// It is wrong.
    Wrong,
}

/// What somebody said of an incident, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Mark {
    /// When it was said.
    pub at: i64,
    /// What was said.
    pub kind: MarkKind,
    /// By whom, in their own words; may be empty.
    pub by: String,
}

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    /// What users of the region meet.
    Entry,
    /// A service.
    Service,
    /// A route of a service.
    Route,
    /// Calls to a service.
    Call,
}

impl SubjectKind {
    /// What a series is about.
    pub const fn of(subject: &Subject) -> Self {
        match subject {
            Subject::Entry => Self::Entry,
            Subject::Service(_) => Self::Service,
            Subject::Route(..) => Self::Route,
            Subject::Call(..) => Self::Call,
        }
    }
}

/// A finding as a page shows it: what was seen, what was expected, and how that was known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FindingRow {
    /// Region code.
    pub region: String,
    /// What it is about.
    pub subject: SubjectKind,
    /// Service, as telemetry gave it; for a call the one that is called; empty for the entry.
    pub service: String,
    /// Route, or for a call the caller.
    pub detail: String,
    /// What is measured.
    pub measure: Measure,
    /// Unit of the values.
    pub unit: Unit,
    /// Whether it is above its band.
    pub above: bool,
    /// Onset.
    pub from: i64,
    /// End; absent while it goes on.
    pub to: Option<i64>,
    /// Seconds out of the band.
    pub seconds: u64,
    /// The value that was furthest out, and when.
    pub value: f64,
    /// Its instant.
    pub at: i64,
    /// The band at that instant.
    pub low: f64,
    /// Its middle.
    pub middle: f64,
    /// Upper edge.
    pub high: f64,
    /// How far out, in widths of the band.
    pub score: f64,
    /// How the band was made.
    pub method: detect::Method,
}

/// An incident in the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct IncidentRow {
    /// Its name, part of its address.
    pub id: String,
    /// Codes of the regions it is in.
    pub regions: Vec<String>,
    /// Beacons.
    pub level: Level,
    /// Onset.
    pub from: i64,
    /// End; absent while it goes on.
    pub to: Option<i64>,
    /// What users feel of it.
    pub symptom: FindingRow,
    /// The symptom over what is usual.
    pub ratio: Fact,
    /// Distinct identities that were in its regions while it went on.
    pub users: Option<Fact>,
    /// Findings in it.
    pub findings: u32,
    /// Why, as far as it is known.
    pub explanation: Option<Explanation>,
    /// What was said of it, oldest first.
    pub marks: Vec<Mark>,
}

impl IncidentRow {
    /// The last mark that says where it stands, if anybody took care of it.
    pub fn standing(&self) -> Option<&Mark> {
        let matters = |mark: &&Mark| !matches!(mark.kind, MarkKind::Right | MarkKind::Wrong);
        self.marks.iter().rev().find(matters).filter(|mark| mark.kind != MarkKind::Reopened)
    }

    /// Whether the cause was judged right or wrong, as said last.
    pub fn judged(&self) -> Option<bool> {
        let judgement = self.marks.iter().rev().find(|mark| matches!(mark.kind, MarkKind::Right | MarkKind::Wrong))?;
        Some(judgement.kind == MarkKind::Right)
    }
}

/// The page 사건.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct IncidentsView {
    /// The instant that everything on the page stands for.
    pub as_of: i64,
    /// Whether any of it is demonstration data.
    pub demo: bool,
    /// Name of the system, Korean and English.
    pub title: (String, String),
    /// Regions by settings.
    pub regions: Vec<Region>,
    /// The region chosen; empty for all.
    pub region: String,
    /// Start of the period.
    pub from: i64,
    /// End of the period (exclusive).
    pub to: i64,
    /// Incidents: open ones first, those that touch most users first among them, then the newest.
    pub rows: Vec<IncidentRow>,
    /// Weak signs that belong to none of them, newest first.
    pub signs: Vec<IncidentRow>,
    /// Findings in all of them.
    pub findings: u32,
    /// Causes judged right, and wrong.
    pub judged: (u32, u32),
    /// Regions that send nothing, with their last instant (0 if never heard of).
    pub late: Vec<(String, i64)>,
    /// Whether there is too little history for bands, so that only gross changes are found.
    pub learning: bool,
    /// Days of regions that are still to be judged: after history was added, incidents of the past may yet come.
    pub judging: u32,
}

/// A finding as a page shows it.
pub fn finding_row(finding: &Finding, moment: &Moment<'_>) -> FindingRow {
    let worst = &finding.worst;
    FindingRow {
        region: finding.region.clone(),
        subject: SubjectKind::of(&finding.key.subject),
        service: finding.key.subject.service().map(|name| name.as_ref().to_owned()).unwrap_or_default(),
        detail: finding.key.subject.detail().to_owned(),
        measure: finding.key.measure,
        unit: unit_of(finding.key.measure, moment.mode),
        above: worst.above(),
        from: finding.from,
        to: finding.to,
        seconds: finding.seconds,
        value: f64::from(worst.value),
        at: worst.at,
        low: f64::from(worst.low),
        middle: f64::from(worst.middle),
        high: f64::from(worst.high),
        score: f64::from(worst.score),
        method: worst.method,
    }
}

/// An incident as a list shows it. `users` is the union of its regions' identities while it went on.
pub fn incident_row(
    incident: &Incident,
    moment: &Moment<'_>,
    users: Option<Union>,
    explanation: Option<Explanation>,
    marks: Vec<Mark>,
) -> Option<IncidentRow> {
    let symptom = incident.symptom()?;
    let scope = super::now::Scope {
        regions: incident.regions.clone(),
        count: incident.regions.len() as u16,
        from: incident.from,
        to: incident.to.unwrap_or(moment.as_of),
    };
    let ratio = Fact {
        id: "ratio".to_owned(),
        measure: symptom.key.measure,
        value: f64::from(symptom.worst.value) / f64::from(symptom.worst.middle).max(1e-9),
        unit: Unit::Ratio,
        error: None,
        regions: vec![symptom.region.clone()],
        region_count: 1,
        from: symptom.worst.at,
        to: symptom.worst.at + 60,
        resolution: Resolution::Minute,
        method: Method::Share,
    };
    Some(IncidentRow {
        id: incident.id.clone(),
        regions: incident.regions.clone(),
        level: incident.level,
        from: incident.from,
        to: incident.to,
        symptom: finding_row(symptom, moment),
        ratio,
        users: users.map(|union| users_fact("affected", union, &scope, moment.mode)),
        findings: incident.findings.len() as u32,
        explanation,
        marks,
    })
}

/// Makes the page 사건 of incidents that were found and rows made of them.
pub fn incidents(
    atlas: &Atlas,
    moment: &Moment<'_>,
    query: &IncidentsQuery,
    (from, to): (i64, i64),
    rows: Vec<IncidentRow>,
) -> IncidentsView {
    let regions = moment.regions(atlas);
    let late = |region: &Region| {
        let since = moment.late_since(atlas.track(&region.code), &region.code)?;
        Some((region.code.clone(), since))
    };
    let judged = |right| rows.iter().filter(|row| row.judged() == Some(right)).count() as u32;
    let learning = !regions.iter().any(|region| {
        moment.baselines.at(&region.code, Measure::Requests, moment.as_of - Resolution::FiveMinutes.seconds()).is_some()
    });
    let judged = (judged(true), judged(false));
    let findings = rows.iter().map(|row| row.findings).sum();
    let late = regions.iter().filter_map(late).collect();
    let (mut rows, signs): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.level >= Level::Abnormal);
    let touched = |row: &IncidentRow| row.users.as_ref().map_or(0.0, |fact| fact.value);
    // The list arrives open ones first and newest first; among open ones those that touch most users come first.
    rows.sort_by(|a, b| match (a.to, b.to) {
        (None, None) => touched(b).total_cmp(&touched(a)),
        _ => a.to.is_some().cmp(&b.to.is_some()),
    });
    IncidentsView {
        as_of: moment.as_of,
        demo: moment.demo,
        title: moment.title.clone(),
        regions,
        region: query.region.clone(),
        from,
        to,
        rows,
        signs,
        findings,
        judged,
        late,
        learning,
        judging: 0,
    }
}
