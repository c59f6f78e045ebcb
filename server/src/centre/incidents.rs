//! Incidents: findings of all regions grouped, with their causes, and what people said of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use bonghwa_analytics::atlas::Union;
use bonghwa_analytics::bucket::{Bucket, Name};
use bonghwa_analytics::frame::Sections;
use bonghwa_analytics::incident::{self, Incident};
use bonghwa_analytics::time::{DAY, Resolution};
use bonghwa_analytics::view::{
    self, IncidentRow, IncidentView, IncidentsQuery, IncidentsView, Look, Mark, MarkKind, Moment, OpenIncident, Periods,
};

use super::edge::Edge;
use super::pages::merge_row;
use super::{Centre, CentreError, clock, lock, read, sessions};

/// Seconds for which the links between services are taken as known.
const LINKS_AGE: i64 = 300;
/// Incidents of which causes are kept.
const CAUSES_KEPT: usize = 256;
/// Incidents in a list for which a cause is looked for.
const EXPLAINED: usize = 40;
/// Days looked back for similar incidents.
const SIMILAR_DAYS: i64 = 14;
/// Similar incidents that are shown.
const SIMILAR: usize = 5;

/// What was found out and stays true for a while.
#[derive(Default)]
pub(super) struct Found {
    /// Calls between services, and when they were read.
    links: (i64, Arc<BTreeSet<(Name, Name)>>),
    /// Causes and identities, by incident and the instant up to which it was looked at.
    causes: std::collections::BTreeMap<(String, i64), Looked>,
}

/// The cause of an incident, and the distinct identities of its regions while it went on.
type Looked = (Option<Look>, Option<Union>);

impl Centre {
    /// The page 사건.
    pub fn incidents(&self, query: &IncidentsQuery) -> Result<IncidentsView, CentreError> {
        let as_of = *self.0.ticks.borrow();
        self.incidents_between(query, as_of - query.span.clamp(3600, 62 * DAY), as_of)
    }

    /// Incidents that touch a period.
    pub(super) fn incidents_between(
        &self,
        query: &IncidentsQuery,
        from: i64,
        to: i64,
    ) -> Result<IncidentsView, CentreError> {
        if !query.region.is_empty() {
            self.edge(&query.region)?;
        }
        let as_of = *self.0.ticks.borrow();
        let baselines = self.baselines(as_of, self.mode(None));
        let moment = self.moment(as_of, &baselines);
        let mut found = self.found(from, to, as_of)?;
        found.retain(|incident| query.region.is_empty() || incident.regions.contains(&query.region));
        let mut rows = Vec::with_capacity(found.len());
        let mut explained = 0;
        for incident in &found {
            let look = incident.is_grave() && explained < EXPLAINED;
            explained += usize::from(look);
            rows.extend(self.row(incident, &moment, look)?);
        }
        let mut judging = 0;
        for edge in self.0.edges.values() {
            judging += edge.waiting()?;
        }
        let view = view::incidents(&read(&self.0.atlas), &moment, query, (from, to), rows);
        Ok(IncidentsView { judging, ..view })
    }

    /// The page of an incident.
    pub fn incident(&self, id: &str) -> Result<IncidentView, CentreError> {
        let as_of = *self.0.ticks.borrow();
        let found = match incident::day_of(id) {
            Some(day) => self.found(day - SIMILAR_DAYS * DAY, (day + 2 * DAY).min(as_of), as_of)?,
            None => Vec::new(),
        };
        let at = found.iter().position(|incident| incident.id == id);
        let baselines = self.baselines(at.map_or(as_of, |at| found[at].from), self.mode(None));
        let moment = self.moment(as_of, &baselines);
        let mut similar = Vec::new();
        let shown = match at {
            None => None,
            Some(at) => {
                let incident = &found[at];
                let row = self.row(incident, &moment, true)?;
                let before = found.iter().filter(|other| other.from < incident.from && other.is_grave());
                let mut before: Vec<&Incident> = before.filter(|other| incident::alike(incident, other)).collect();
                before.sort_by_key(|other| std::cmp::Reverse(other.from));
                for other in before.into_iter().take(SIMILAR) {
                    similar.extend(self.row(other, &moment, true)?);
                }
                let steps = self.look_into(incident, &moment)?.0.map(|look| look.steps).unwrap_or_default();
                row.map(|row| (incident, row, steps))
            }
        };
        let runbooks = shown.as_ref().map(|(_, row, _)| self.beside(row)).transpose()?.unwrap_or_default();
        let view = view::incident(&read(&self.0.atlas), &moment, id, shown, similar);
        Ok(IncidentView { runbooks, ..view })
    }

    /// Keeps what somebody says of an incident. It must exist.
    pub fn mark(&self, id: &str, kind: MarkKind, by: &str) -> Result<Vec<Mark>, CentreError> {
        let as_of = *self.0.ticks.borrow();
        let known = match incident::day_of(id) {
            Some(day) => self.found(day, (day + 2 * DAY).min(as_of), as_of)?.iter().any(|incident| incident.id == id),
            None => false,
        };
        if !known {
            return Err(CentreError::UnknownIncident(id.to_owned()));
        }
        self.0.marks.add(id, Mark { at: clock(), kind, by: by.trim().to_owned() }).map_err(Arc::new)?;
        Ok(self.0.marks.of(id))
    }

    /// Grave incidents that go on at an instant, those of the last day.
    pub(super) fn open_incidents(&self, as_of: i64) -> Result<Vec<OpenIncident>, CentreError> {
        let found = self.found(as_of - DAY, as_of, as_of)?;
        let open = found.into_iter().filter(|incident| incident.to.is_none() && incident.is_grave());
        Ok(open.map(|incident| OpenIncident { id: incident.id, regions: incident.regions }).collect())
    }

    /// Incidents of all regions that touch `from..to`.
    fn found(&self, from: i64, to: i64, as_of: i64) -> Result<Vec<Incident>, CentreError> {
        let links = self.links(as_of)?;
        let atlas = read(&self.0.atlas);
        let mut findings = Vec::new();
        for region in self.0.edges.keys() {
            if let Some(track) = atlas.track(region) {
                findings.extend(incident::findings(track, region, from, to, as_of));
            }
        }
        drop(atlas);
        Ok(incident::incidents(findings, &links, as_of))
    }

    /// A row of the list; the cause is looked for only if asked.
    fn row(&self, incident: &Incident, moment: &Moment<'_>, look: bool) -> Result<Option<IncidentRow>, CentreError> {
        let (looked, users) = if look { self.look_into(incident, moment)? } else { (None, None) };
        let marks = self.0.marks.of(&incident.id);
        Ok(view::incident_row(incident, moment, users, looked.map(|look| look.explanation), marks))
    }

    /// Cause of an incident and the distinct identities of its regions while it went on. An open one is looked into once
    /// a minute.
    fn look_into(&self, incident: &Incident, moment: &Moment<'_>) -> Result<Looked, CentreError> {
        let until = incident.to.unwrap_or_else(|| Resolution::Minute.floor(moment.as_of));
        let key = (incident.id.clone(), until);
        if let Some(known) = lock(&self.0.found).causes.get(&key) {
            return Ok(known.clone());
        }
        let (from, until) = (incident.from, until.max(incident.from + 60));
        let users = self.union(&incident.regions, from, until, moment.mode)?;
        let known = (self.explain(incident, until)?, users);
        let causes = &mut lock(&self.0.found).causes;
        while causes.len() >= CAUSES_KEPT {
            causes.pop_first();
        }
        causes.insert(key, known.clone());
        Ok(known)
    }

    /// The cause of an incident in the region that shows its symptom.
    fn explain(&self, incident: &Incident, until: i64) -> Result<Option<Look>, CentreError> {
        let Some(symptom) = incident.symptom() else { return Ok(None) };
        let edge = self.edge(&symptom.region)?;
        let periods = Periods::of(incident, until);
        let merged = |(from, to)| self.merged(edge, from, to);
        let (before, during) = (merged(periods.before)?, merged(periods.during)?);
        let sessions = sessions::rows(edge, Resolution::FiveMinutes, periods.during.0, periods.during.1)?;
        let listed = sessions.suspects(&self.0.config.sessions);
        let atlas = read(&self.0.atlas);
        let Some(track) = atlas.track(&symptom.region) else { return Ok(None) };
        Ok(Some(view::explain(incident, track, &periods, (&before, &during), &listed)))
    }

    /// Everything but identities that a region's rows of a period hold.
    pub(super) fn merged(&self, edge: &Edge, from: i64, to: i64) -> Result<Bucket, CentreError> {
        let sections = Sections { summary: true, cells: true, registers: false, sessions: false };
        let mut bucket = Bucket::default();
        for frame in self.window(edge, from, to, Resolution::Hour, sections)? {
            frame.rows.iter().for_each(|row| merge_row(&mut bucket, &frame, row));
        }
        Ok(bucket)
    }

    /// Calls between services, as the last hours of all regions show them.
    fn links(&self, as_of: i64) -> Result<Arc<BTreeSet<(Name, Name)>>, CentreError> {
        let (made, links) = lock(&self.0.found).links.clone();
        if as_of - made < LINKS_AGE && !links.is_empty() {
            return Ok(links);
        }
        let mut links = BTreeSet::new();
        for edge in self.0.edges.values() {
            links.extend(self.merged(edge, as_of - 2 * 3600, as_of)?.calls.into_keys());
        }
        let links = Arc::new(links);
        lock(&self.0.found).links = (as_of, links.clone());
        Ok(links)
    }
}
