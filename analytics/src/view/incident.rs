//! The page of an incident: its symptom, the way to its cause, its findings by service, and the other regions meanwhile.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::explain::PathStep;
use super::incidents::{FindingRow, IncidentRow, SubjectKind, finding_row};
use super::now::{Moment, exists_on, unit_of};
use super::runbook::Passage;
use super::{Line, Measure, Unit};
use crate::atlas::Atlas;
use crate::incident::Incident;
use crate::region::Region;
use crate::time::Resolution;

/// Findings that a page lists one by one; of more it says how many there are.
const MAX_LISTED: usize = 500;

/// A lane of an incident: the findings of a service by minute.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Lane {
    /// Service; empty for the entry.
    pub service: String,
    /// Findings in it.
    pub count: u32,
    /// When the first began.
    pub from: i64,
    /// Findings that began in each step.
    pub line: Line,
}

/// A small chart that goes with an incident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct IncidentChart {
    /// What is drawn.
    pub measure: Measure,
    /// Unit of the values.
    pub unit: Unit,
    /// Region code.
    pub region: String,
    /// First instant.
    pub start: i64,
    /// Seconds a value stands for.
    pub step: i64,
    /// Values.
    pub line: Line,
    /// Lower edge of the usual range.
    pub low: Line,
    /// Upper edge.
    pub high: Line,
}

/// The page of an incident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct IncidentView {
    /// The instant that everything on the page stands for.
    pub as_of: i64,
    /// Whether any of it is demonstration data.
    pub demo: bool,
    /// Name of the system, Korean and English.
    pub title: (String, String),
    /// Regions by settings.
    pub regions: Vec<Region>,
    /// The name that was asked for.
    pub id: String,
    /// The incident; absent if there is none of that name.
    pub incident: Option<IncidentRow>,
    /// The symptom from before the onset to the end.
    pub chart: Option<IncidentChart>,
    /// The way from where users come in to the first cause; empty without one.
    pub steps: Vec<PathStep>,
    /// Findings by service.
    pub lanes: Vec<Lane>,
    /// First instant of the lanes.
    pub lanes_start: i64,
    /// Seconds a value of a lane stands for.
    pub lanes_step: i64,
    /// Findings one by one, by onset.
    pub findings: Vec<FindingRow>,
    /// Other regions in the same minutes: the symptom's measure over what is usual there, where that is known.
    pub elsewhere: Vec<(String, Option<f64>)>,
    /// Earlier incidents with the same kind of cause, or else the same symptom, newest first.
    pub similar: Vec<IncidentRow>,
    /// What runbooks say to its first cause, best first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runbooks: Vec<Passage>,
}

/// Makes the page of an incident.
pub fn incident(
    atlas: &Atlas,
    moment: &Moment<'_>,
    id: &str,
    found: Option<(&Incident, IncidentRow, Vec<PathStep>)>,
    similar: Vec<IncidentRow>,
) -> IncidentView {
    let regions = moment.regions(atlas);
    let mut view = IncidentView {
        as_of: moment.as_of,
        demo: moment.demo,
        title: moment.title.clone(),
        regions,
        id: id.to_owned(),
        incident: None,
        chart: None,
        steps: Vec::new(),
        lanes: Vec::new(),
        lanes_start: 0,
        lanes_step: 60,
        findings: Vec::new(),
        elsewhere: Vec::new(),
        similar,
        runbooks: Vec::new(),
    };
    let Some((incident, row, steps)) = found else { return view };
    view.steps = steps;
    view.chart = chart(atlas, moment, &row);
    (view.lanes, view.lanes_start, view.lanes_step) = lanes(incident, moment.as_of);
    view.findings = incident.findings.iter().take(MAX_LISTED).map(|finding| finding_row(finding, moment)).collect();
    view.elsewhere = elsewhere(atlas, moment, incident, &row);
    view.incident = Some(row);
    view
}

/// Findings by service and step, the one that began first on top.
fn lanes(incident: &Incident, as_of: i64) -> (Vec<Lane>, i64, i64) {
    let end = incident.to.unwrap_or(as_of);
    let step = if end - incident.from > 6 * 3600 { 300 } else { 60 };
    let start = incident.from - 15 * step - (incident.from - 15 * step).rem_euclid(step);
    let steps = usize::try_from((end - start).div_euclid(step) + 1).unwrap_or(1).min(2000);
    let mut by_service: BTreeMap<String, Lane> = BTreeMap::new();
    for finding in &incident.findings {
        let service = finding.key.subject.service().map(|name| name.as_ref().to_owned()).unwrap_or_default();
        let lane = by_service.entry(service.clone()).or_insert_with(|| Lane {
            service,
            count: 0,
            from: finding.from,
            line: Line { values: vec![Some(0.0); steps] },
        });
        lane.count += 1;
        lane.from = lane.from.min(finding.from);
        let slot = usize::try_from((finding.from - start).div_euclid(step)).unwrap_or(0);
        if let Some(Some(value)) = lane.line.values.get_mut(slot) {
            *value += 1.0;
        }
    }
    let mut lanes: Vec<Lane> = by_service.into_values().collect();
    lanes.sort_by(|a, b| (a.from, &a.service).cmp(&(b.from, &b.service)));
    (lanes, start, step)
}

/// The symptom as users of its region meet it, from an hour before the onset to half an hour after the end.
fn chart(atlas: &Atlas, moment: &Moment<'_>, row: &IncidentRow) -> Option<IncidentChart> {
    let region = row.symptom.region.as_str();
    let track = atlas.track(region)?;
    let measure = if row.symptom.subject == SubjectKind::Entry { row.symptom.measure } else { Measure::LatencyP95 };
    let until = row.to.map_or(moment.as_of, |to| (to + 1800).min(moment.as_of));
    let from = row.from - 3600;
    let fine = track.table(Resolution::Minute).starts().first().is_some_and(|first| *first <= from);
    let resolution = if fine && until - from <= 12 * 3600 && measure != Measure::Users {
        Resolution::Minute
    } else {
        Resolution::FiveMinutes
    };
    let start = resolution.floor(from);
    let line = super::region::line(track, measure, moment.mode, resolution, start, until);
    let steps = (0..line.values.len() as i64).map(|n| start + n * resolution.seconds());
    let (low, high) = moment.baselines.edges(region, measure, steps);
    Some(IncidentChart {
        measure,
        unit: unit_of(measure, moment.mode),
        region: region.to_owned(),
        start,
        step: resolution.seconds(),
        line,
        low,
        high,
    })
}

/// The same measure in the other regions over the incident, as a multiple of what is usual there.
fn elsewhere(atlas: &Atlas, moment: &Moment<'_>, incident: &Incident, row: &IncidentRow) -> Vec<(String, Option<f64>)> {
    let measure = row.symptom.measure;
    let (from, to) = (incident.from, incident.to.unwrap_or(moment.as_of));
    let others = atlas.regions.iter().filter(|r| exists_on(r, from) && !incident.regions.contains(&r.code));
    others
        .map(|region| {
            let ratio = || {
                let table = atlas.track(&region.code)?.table(Resolution::FiveMinutes);
                let (mut sum, mut n) = (0.0, 0.0);
                for index in table.range(from, to) {
                    let band = moment.baselines.at(&region.code, measure, table.starts()[index]);
                    if let (Some(value), Some(band)) = (table.value(index, measure, moment.mode, 300), band)
                        && band.middle > 0.0
                    {
                        sum += value / band.middle;
                        n += 1.0;
                    }
                }
                (n > 0.0).then(|| sum / n)
            };
            (region.code.clone(), ratio())
        })
        .collect()
}
