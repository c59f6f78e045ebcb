//! Incidents: findings of all regions grouped, with their causes, and what people said of them.

use std::collections::BTreeSet;

use super::rows::{merged, sessions, union};
use super::{Desk, Links, mode, moment};
use crate::atlas::Union;
use crate::incident::{self, Incident};
use crate::time::{DAY, Resolution};
use crate::view::{
    self, IncidentRow, IncidentView, IncidentsQuery, IncidentsView, Look, Moment, OpenIncident, Periods, near_best,
    runbook_words,
};

/// Incidents in a list for which a cause is looked for.
const EXPLAINED: usize = 40;
/// Days looked back for similar incidents.
const SIMILAR_DAYS: i64 = 14;
/// Similar incidents that are shown.
const SIMILAR: usize = 5;
/// Passages of runbooks beside an incident.
const CITED: usize = 3;

/// The cause of an incident, and the distinct identities of its regions while it went on.
pub type Looked = (Option<Look>, Option<Union>);

/// The page 사건: an hour to two months up to the present.
pub fn incidents_page<D: Desk>(desk: &D, query: &IncidentsQuery) -> Result<IncidentsView, D::Error> {
    let as_of = desk.as_of();
    incidents(desk, query, as_of - query.span.clamp(3600, 62 * DAY), as_of)
}

/// Incidents that touch a period.
pub fn incidents<D: Desk>(desk: &D, query: &IncidentsQuery, from: i64, to: i64) -> Result<IncidentsView, D::Error> {
    if !query.region.is_empty() {
        desk.known(&query.region)?;
    }
    let as_of = desk.as_of();
    let baselines = desk.baselines(as_of, mode(desk, None));
    let moment = moment(desk, as_of, &baselines);
    let mut found = found(desk, from, to, as_of)?;
    found.retain(|incident| query.region.is_empty() || incident.regions.contains(&query.region));
    let mut rows = Vec::with_capacity(found.len());
    let mut explained = 0;
    for incident in &found {
        let look = incident.is_grave() && explained < EXPLAINED;
        explained += usize::from(look);
        rows.extend(row(desk, incident, &moment, look)?);
    }
    let judging = desk.judging()?;
    let view = desk.read(|atlas| view::incidents(atlas, &moment, query, (from, to), rows));
    Ok(IncidentsView { judging, ..view })
}

/// The page of an incident.
pub fn incident<D: Desk>(desk: &D, id: &str) -> Result<IncidentView, D::Error> {
    let as_of = desk.as_of();
    let found = match incident::day_of(id) {
        Some(day) => found(desk, day - SIMILAR_DAYS * DAY, (day + 2 * DAY).min(as_of), as_of)?,
        None => Vec::new(),
    };
    let at = found.iter().position(|incident| incident.id == id);
    let baselines = desk.baselines(at.map_or(as_of, |at| found[at].from), mode(desk, None));
    let moment = moment(desk, as_of, &baselines);
    let mut similar = Vec::new();
    let shown = match at {
        None => None,
        Some(at) => {
            let incident = &found[at];
            let before = found.iter().filter(|other| other.from < incident.from && other.is_grave());
            let mut before: Vec<&Incident> = before.filter(|other| incident::alike(incident, other)).collect();
            before.sort_by_key(|other| std::cmp::Reverse(other.from));
            for other in before.into_iter().take(SIMILAR) {
                similar.extend(row(desk, other, &moment, true)?);
            }
            let steps = looked(desk, incident, &moment)?.0.map(|look| look.steps).unwrap_or_default();
            row(desk, incident, &moment, true)?.map(|row| (incident, row, steps))
        }
    };
    let view = desk.read(|atlas| view::incident(atlas, &moment, id, shown, similar));
    let explanation = view.incident.as_ref().and_then(|row| row.explanation.as_ref());
    let cause = explanation.and_then(|explanation| explanation.causes.first());
    let mut runbooks = cause.map(|cause| desk.runbooks().search(&runbook_words(cause), CITED)).unwrap_or_default();
    near_best(&mut runbooks);
    Ok(IncidentView { runbooks, ..view })
}

/// Whether there is an incident of this name.
pub fn exists<D: Desk>(desk: &D, id: &str) -> Result<bool, D::Error> {
    let as_of = desk.as_of();
    let Some(day) = incident::day_of(id) else { return Ok(false) };
    Ok(found(desk, day, (day + 2 * DAY).min(as_of), as_of)?.iter().any(|incident| incident.id == id))
}

/// Grave incidents that go on at an instant, those of the last day.
pub fn open_incidents<D: Desk>(desk: &D, as_of: i64) -> Result<Vec<OpenIncident>, D::Error> {
    let found = found(desk, as_of - DAY, as_of, as_of)?;
    let open = found.into_iter().filter(|incident| incident.to.is_none() && incident.is_grave());
    Ok(open.map(|incident| OpenIncident { id: incident.id, regions: incident.regions }).collect())
}

/// Incidents of all regions that touch `from..to`.
fn found<D: Desk>(desk: &D, from: i64, to: i64, as_of: i64) -> Result<Vec<Incident>, D::Error> {
    let links = desk.links(as_of)?;
    let settings = desk.settings();
    let mut findings = Vec::new();
    desk.read(|atlas| {
        // By code, as incidents were always grouped: the order decides between findings that are alike.
        let codes: BTreeSet<&str> = settings.regions.iter().map(|region| region.code.as_str()).collect();
        for region in codes {
            if let Some(track) = atlas.track(region) {
                findings.extend(incident::findings(track, region, from, to, as_of));
            }
        }
    });
    Ok(incident::incidents(findings, &links, as_of))
}

/// A row of the list; the cause is looked for only if asked.
fn row<D: Desk>(
    desk: &D,
    incident: &Incident,
    moment: &Moment<'_>,
    look: bool,
) -> Result<Option<IncidentRow>, D::Error> {
    let (look, users) = if look { looked(desk, incident, moment)? } else { (None, None) };
    let marks = desk.marks(&incident.id);
    Ok(view::incident_row(incident, moment, users, look.map(|look| look.explanation), marks))
}

/// What was found out of an incident up to its end, or up to the last whole minute.
fn looked<D: Desk>(desk: &D, incident: &Incident, moment: &Moment<'_>) -> Result<Looked, D::Error> {
    desk.look(incident, incident.to.unwrap_or_else(|| Resolution::Minute.floor(moment.as_of)))
}

/// Looks into an incident: its cause, in the region that shows its symptom, and who was there.
pub fn look<D: Desk>(desk: &D, incident: &Incident, until: i64) -> Result<Looked, D::Error> {
    let (from, until) = (incident.from, until.max(incident.from + 60));
    let users = union(desk, &incident.regions, from, until, mode(desk, None))?;
    Ok((explain(desk, incident, until)?, users))
}

fn explain<D: Desk>(desk: &D, incident: &Incident, until: i64) -> Result<Option<Look>, D::Error> {
    let Some(symptom) = incident.symptom() else { return Ok(None) };
    let region = &symptom.region;
    let periods = Periods::of(incident, until);
    let merged = |(from, to)| merged(desk, region, from, to);
    let (before, during) = (merged(periods.before)?, merged(periods.during)?);
    let sessions = sessions(desk, region, Resolution::FiveMinutes, periods.during.0, periods.during.1)?;
    let listed = sessions.suspects(desk.settings().sessions);
    Ok(desk.read(|atlas| {
        let track = atlas.track(region)?;
        Some(view::explain(incident, track, &periods, (&before, &during), &listed))
    }))
}

/// Calls between services, as the last hours of all regions show them.
pub fn links<D: Desk>(desk: &D, as_of: i64) -> Result<Links, D::Error> {
    let mut links = Links::new();
    for region in desk.settings().regions {
        links.extend(merged(desk, &region.code, as_of - 2 * 3600, as_of)?.calls.into_keys());
    }
    Ok(links)
}
