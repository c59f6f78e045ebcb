//! Incidents: findings that belong together, so that a day of thousands of findings reads as a handful of cases.
//!
//! Within a region findings belong together when they overlap in time and their services are linked by calls; incidents
//! of several regions that began together with the same symptom are one. Weak findings join an incident that they
//! overlap and never hold two apart ones together; those that overlap none are kept as signs. Every finding is in
//! exactly one incident.

mod finding;

use std::collections::BTreeSet;

pub use finding::{Finding, PAUSE, findings, gather as findings_of};

use crate::bucket::Name;
use crate::time::civil;
use crate::view::{Level, Measure};
use crate::watch::Subject;

/// Seconds around an incident within which a weak finding still belongs to it.
const NEAR: i64 = 600;
/// Seconds between the onsets of one happening in several regions.
const TOGETHER: i64 = 180;

/// Findings that belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct Incident {
    /// Date, time of the onset (Asia/Seoul) and first region: `20260619-1321-busan`.
    pub id: String,
    /// Codes of the regions it is in, the first to show it first.
    pub regions: Vec<String>,
    /// How grave it is.
    pub level: Level,
    /// Onset: of the first finding that is more than a sign, where there is one.
    pub from: i64,
    /// End of the last such finding; absent while one goes on.
    pub to: Option<i64>,
    /// By onset.
    pub findings: Vec<Finding>,
    /// Index of the finding that says best what users feel.
    pub symptom: usize,
}

impl Incident {
    /// The finding that says best what users feel.
    pub fn symptom(&self) -> Option<&Finding> {
        self.findings.get(self.symptom)
    }

    /// Whether anything but weak signs is in it.
    pub fn is_grave(&self) -> bool {
        self.level >= Level::Abnormal
    }
}

/// Groups the findings of any regions. `links` are the calls between services: (caller, callee); without any, all
/// services of a region count as linked. Open incidents first, then the newest; graver ones first among equals.
pub fn incidents(findings: Vec<Finding>, links: &BTreeSet<(Name, Name)>, as_of: i64) -> Vec<Incident> {
    let (strong, weak): (Vec<_>, Vec<_>) = findings.into_iter().partition(|f| f.level() >= Level::Abnormal);
    let mut groups = gather(strong, links, as_of, PAUSE);
    let mut alone = Vec::new();
    for finding in weak {
        let home = groups.iter_mut().find(|group| {
            let (from, to) = span(group, as_of);
            group[0].region == finding.region
                && finding.from <= to + NEAR
                && from <= finding.end(as_of) + NEAR
                && group.iter().any(|other| linked(other, &finding, links))
        });
        match home {
            Some(group) => group.push(finding),
            None => alone.push(finding),
        }
    }
    groups = join_regions(groups, as_of);
    groups.extend(gather(alone, links, as_of, PAUSE));
    let mut incidents: Vec<Incident> = groups.into_iter().map(|group| incident(group, as_of)).collect();
    incidents.sort_by(|a, b| {
        let key = |i: &Incident| (i.to.is_some(), std::cmp::Reverse(i.from), std::cmp::Reverse(i.level));
        key(a).cmp(&key(b)).then_with(|| a.id.cmp(&b.id))
    });
    number(&mut incidents);
    incidents
}

/// Groups of findings of a region that overlap, a pause apart at most, and are linked.
fn gather(mut findings: Vec<Finding>, links: &BTreeSet<(Name, Name)>, as_of: i64, pause: i64) -> Vec<Vec<Finding>> {
    findings.sort_by(|a, b| (&a.region, a.from, &a.key).cmp(&(&b.region, b.from, &b.key)));
    let mut groups: Vec<Vec<Finding>> = Vec::new();
    for finding in findings {
        let mut home: Option<usize> = None;
        let mut index = 0;
        while index < groups.len() {
            let group = &groups[index];
            let near = group[0].region == finding.region
                && finding.from <= span(group, as_of).1 + pause
                && group.iter().any(|other| linked(other, &finding, links));
            match home {
                // The finding holds two groups together.
                Some(first) if near => {
                    let group = groups.remove(index);
                    groups[first].extend(group);
                }
                None if near => {
                    home = Some(index);
                    index += 1;
                }
                _ => index += 1,
            }
        }
        match home {
            Some(first) => groups[first].push(finding),
            None => groups.push(vec![finding]),
        }
    }
    groups
}

fn span(group: &[Finding], as_of: i64) -> (i64, i64) {
    let from = group.iter().map(|f| f.from).min().unwrap_or(as_of);
    (from, group.iter().map(|f| f.end(as_of)).max().unwrap_or(as_of))
}

/// Whether two findings of a region can be one happening: the entry is linked with all, services by a call or through
/// the same one.
fn linked(a: &Finding, b: &Finding, links: &BTreeSet<(Name, Name)>) -> bool {
    let (ours, theirs) = (services(&a.key.subject), services(&b.key.subject));
    if ours.is_empty() || theirs.is_empty() || links.is_empty() {
        return true;
    }
    ours.iter().any(|ours| {
        theirs.iter().any(|theirs| {
            ours == theirs
                || links.iter().any(|(from, to)| (from == *ours && to == *theirs) || (from == *theirs && to == *ours))
        })
    })
}

fn services(subject: &Subject) -> Vec<&Name> {
    match subject {
        Subject::Entry => Vec::new(),
        Subject::Service(name) | Subject::Route(name, _) => vec![name],
        Subject::Call(from, to) => vec![from, to],
    }
}

/// One incident of several regions that began within minutes with the same symptom.
fn join_regions(groups: Vec<Vec<Finding>>, as_of: i64) -> Vec<Vec<Finding>> {
    let mut joined: Vec<Vec<Finding>> = Vec::new();
    for group in groups {
        let (from, _) = span(&group, as_of);
        let sign = symptom_of(&group);
        let same = joined.iter_mut().find(|other| {
            let theirs = symptom_of(other);
            other.iter().all(|finding| finding.region != group[0].region)
                && (span(other, as_of).0 - from).abs() <= TOGETHER
                && other[theirs].key == group[sign].key
                && other[theirs].worst.above() == group[sign].worst.above()
        });
        match same {
            Some(other) => other.extend(group),
            None => joined.push(group),
        }
    }
    joined
}

fn incident(mut findings: Vec<Finding>, as_of: i64) -> Incident {
    findings.sort_by(|a, b| (a.from, &a.region, &a.key).cmp(&(b.from, &b.region, &b.key)));
    let level = findings.iter().map(Finding::level).max().unwrap_or(Level::Sign);
    // What is weak may have begun long before and go on long after: onset and end are those of what makes it an incident.
    let makes = |finding: &&Finding| level < Level::Abnormal || finding.level() >= Level::Abnormal;
    let from = findings.iter().filter(makes).map(|finding| finding.from).min().unwrap_or(as_of);
    let open = findings.iter().filter(makes).any(|finding| finding.to.is_none());
    let to = findings.iter().filter(makes).filter_map(|finding| finding.to).max().filter(|_| !open);
    let mut regions: Vec<String> = Vec::new();
    for finding in &findings {
        if !regions.contains(&finding.region) {
            regions.push(finding.region.clone());
        }
    }
    let symptom = symptom_of(&findings);
    Incident { id: String::new(), regions, level, from, to, findings, symptom }
}

/// What users feel comes first: errors, slowness, traffic of the entry; then the same of services; then machines.
fn symptom_of(findings: &[Finding]) -> usize {
    let rank = |finding: &Finding| {
        let place = match finding.key.subject {
            Subject::Entry => 2,
            Subject::Service(_) => 1,
            Subject::Route(..) | Subject::Call(..) => 0,
        };
        let felt = match finding.key.measure {
            Measure::ErrorRate => 4,
            Measure::LatencyP50 | Measure::LatencyP95 | Measure::LatencyP99 => 3,
            Measure::Requests | Measure::Users | Measure::PerCapita => 2,
            Measure::Load | Measure::Cpu | Measure::Memory | Measure::Heap => 1,
        };
        (finding.level(), place, felt)
    };
    let better = |a: &Finding, b: &Finding| {
        rank(a).cmp(&rank(b)).then(a.worst.score.total_cmp(&b.worst.score)).then(b.from.cmp(&a.from))
    };
    (0..findings.len()).max_by(|a, b| better(&findings[*a], &findings[*b])).unwrap_or(0)
}

/// Names incidents by date, time and first region; those that share all three get a number.
fn number(incidents: &mut [Incident]) {
    let mut taken = BTreeSet::new();
    for incident in incidents {
        let at = civil(incident.from);
        let region = incident.regions.first().map_or("", String::as_str);
        let stem = format!("{:04}{:02}{:02}-{:02}{:02}-{region}", at.year, at.month, at.day, at.hour, at.minute);
        let mut id = stem.clone();
        let mut n = 2;
        while !taken.insert(id.clone()) {
            id = format!("{stem}-{n}");
            n += 1;
        }
        incident.id = id;
    }
}

/// The midnight (Asia/Seoul) of the day on which an incident of this name began.
pub fn day_of(id: &str) -> Option<i64> {
    let digits = id.get(..8).filter(|text| text.bytes().all(|b| b.is_ascii_digit()))?;
    let number = |from: usize, to: usize| digits.get(from..to)?.parse::<u16>().ok();
    let (year, month, day) = (number(0, 4)?, number(4, 6)?, number(6, 8)?);
    crate::time::instant(i32::from(year), month as u8, day as u8, 0, 0, 0)
}

/// Whether two incidents show the same symptom of the same thing.
pub fn alike(a: &Incident, b: &Incident) -> bool {
    let key = |incident: &Incident| incident.symptom().map(|f| (f.key.clone(), f.worst.above()));
    let services = |incident: &Incident| -> BTreeSet<Name> {
        let strong = incident.findings.iter().filter(|f| f.level() >= Level::Abnormal);
        strong.filter_map(|f| f.key.subject.service().cloned()).collect()
    };
    key(a) == key(b) && services(a) == services(b)
}
