//! What a report of a day, a week, a month or an incident holds, as data; documents lay it out and compute nothing.
//!
//! A report stands for an instant: the same rows, query and instant give the same report, whenever it is made. Its parts are
//! those of an answer of the kind `report` ([`Reported`]), with what a document needs beside them.

mod course;
mod list;
mod quality;

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

pub use course::{Course, RegionLine, Slot};
pub use list::{LONGEST_REASON, ReportEntry, ReportFiles, ReportOrder, ReportProgress, ReportState, ReportsView};
pub use quality::{Quality, RegionQuality};

use crate::answer::{Asked, Reported, sessions};
use crate::ask::{Area, Kind, Period, Question};
use crate::desk::{self, At, Desk};
use crate::identity::IdentityMode;
use crate::region::Region;
use crate::time::{DAY, WEEK, civil, day_start, days_in_month, instant, week_start};
use crate::view::{IncidentView, SessionsView};

/// Seconds until the rows of a time have closed.
const GRACE: i64 = 60;

/// Which period a report is of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReportKind {
    /// A day of Asia/Seoul.
    Day,
    /// A week from Monday.
    #[default]
    Week,
    /// A month.
    Month,
    /// An incident, from its onset to its end.
    Incident,
}

impl ReportKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Day, Self::Week, Self::Month, Self::Incident];

    /// Its name in addresses and commands.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Incident => "incident",
        }
    }

    /// The kind of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The period that an instant lies in or ends, up to that instant: at midnight of a Monday the whole week before.
    /// Empty for an incident, which has its own.
    pub fn period(self, at: i64) -> (i64, i64) {
        let last = at - 1;
        let (from, length) = match self {
            Self::Day => (day_start(last), DAY),
            Self::Week => (week_start(last), WEEK),
            Self::Month => {
                let day = civil(last);
                let from = instant(day.year, day.month, 1, 0, 0, 0).unwrap_or_else(|| day_start(last));
                (from, i64::from(days_in_month(day.year, day.month)) * DAY)
            }
            Self::Incident => (at, 0),
        };
        (from, (from + length).min(at))
    }
}

/// What a report is wanted of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ReportQuery {
    /// Which period.
    pub kind: ReportKind,
    /// Name of the incident, for a report of one.
    pub incident: String,
    /// Codes of the regions; empty for all. An incident has its own.
    pub regions: Vec<String>,
    /// An instant of the period: what is later is not in the report; absent for the newest data.
    pub at: Option<i64>,
}

/// What a report holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Report {
    /// Which period it is of.
    pub kind: ReportKind,
    /// The instant that it stands for.
    pub as_of: i64,
    /// Whether any of it is demonstration data.
    pub demo: bool,
    /// Name of the system, Korean and English.
    pub title: (String, String),
    /// Regions by settings, for their names.
    pub regions: Vec<Region>,
    /// Codes of the regions that it is about, in the order of the settings.
    pub codes: Vec<String>,
    /// Whether those are all there are.
    pub whole: bool,
    /// What tells users apart in it.
    pub mode: IdentityMode,
    /// Start of the period.
    pub from: i64,
    /// Its end (exclusive), or the instant of the report if that is earlier.
    pub to: i64,
    /// Whether the period has ended.
    pub complete: bool,
    /// What an answer to the same question holds.
    pub parts: Reported,
    /// Measures step by step, beside those of the period before.
    pub courses: Vec<Course>,
    /// Regions by load, with their other measures.
    pub lines: Vec<RegionLine>,
    /// Sessions that stood out; how many went on is not told.
    pub sessions: SessionsView,
    /// How complete the data is.
    pub quality: Quality,
    /// The incident, for a report of one.
    pub incident: Option<IncidentView>,
}

/// What is being made, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Measures of the period and of the one before.
    Measures,
    /// Incidents and their causes.
    Incidents,
    /// Regions by load.
    Ranking,
    /// What needs more before the quarter ends.
    Capacity,
    /// Measures step by step.
    Courses,
    /// Sessions that stood out.
    Sessions,
    /// How complete the data is.
    Quality,
}

impl Step {
    /// All steps, in order.
    pub const ALL: [Self; 7] =
        [Self::Measures, Self::Incidents, Self::Ranking, Self::Capacity, Self::Courses, Self::Sessions, Self::Quality];

    /// Its name in data.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Measures => "measures",
            Self::Incidents => "incidents",
            Self::Ranking => "ranking",
            Self::Capacity => "capacity",
            Self::Courses => "courses",
            Self::Sessions => "sessions",
            Self::Quality => "quality",
        }
    }
}

/// What became of a report.
#[derive(Clone, Debug, PartialEq)]
pub enum Made {
    /// It is there.
    Report(Box<Report>),
    /// It was stopped.
    Stopped,
    /// There is no incident of this name.
    NoIncident,
}

/// The instant that a report of a desk stands for: the one that is asked for, else the newest of which all rows have closed; a
/// whole five minutes, because finer rows expire.
pub fn instant_of<D: Desk>(desk: &D, at: Option<i64>) -> i64 {
    At::new(desk, at.unwrap_or_else(|| desk.as_of() - GRACE)).as_of()
}

/// Makes a report. `step` hears what is made next, and may stop it.
///
/// Fails if a region is not known or rows cannot be read.
pub fn report<D: Desk>(
    desk: &D,
    query: &ReportQuery,
    step: &mut dyn FnMut(Step) -> ControlFlow<()>,
) -> Result<Made, D::Error> {
    let desk = &At::new(desk, instant_of(desk, query.at));
    let as_of = desk.as_of();
    let mut wanted = query.regions.clone();
    let ((from, to), incident) = match query.kind {
        ReportKind::Incident => {
            let view = desk::incident(desk, &query.incident)?;
            let Some(row) = &view.incident else { return Ok(Made::NoIncident) };
            wanted.clone_from(&row.regions);
            let to = row.to.unwrap_or(as_of).min(as_of);
            ((row.from, to.max(row.from + 60)), Some(view))
        }
        kind => (kind.period(as_of), None),
    };
    wanted.iter().try_for_each(|code| desk.known(code))?;
    let question = question(&wanted, from, to);
    let asked = Asked::of(desk, &question);
    let Some(parts) = Reported::of(desk, &asked, step)? else { return Ok(Made::Stopped) };
    if step(Step::Courses).is_break() {
        return Ok(Made::Stopped);
    }
    let symptom = incident.as_ref().and_then(|view| Some(view.incident.as_ref()?.symptom.measure));
    let courses = course::courses(desk, &asked, query.kind, parts.before, symptom);
    let lines = course::lines(desk, &asked, &parts.ranked);
    if step(Step::Sessions).is_break() {
        return Ok(Made::Stopped);
    }
    let mut sessions = sessions(desk, &asked)?;
    // How many go on is only known while registers of that moment are at hand: the same report would not say it later.
    sessions.active = None;
    sessions.ages.clear();
    if step(Step::Quality).is_break() {
        return Ok(Made::Stopped);
    }
    let quality = quality::quality(desk, &asked, parts.before);
    let (codes, settings) = (asked.codes(), desk.settings());
    Ok(Made::Report(Box::new(Report {
        kind: query.kind,
        as_of,
        demo: settings.demo,
        title: settings.title.clone(),
        whole: codes.len() == asked.regions.len(),
        codes,
        mode: asked.mode,
        from,
        to,
        complete: incident.as_ref().map_or_else(
            || query.kind.period(from + 1).0 < query.kind.period(to + 1).0,
            |view| view.incident.as_ref().is_some_and(|row| row.to.is_some()),
        ),
        regions: asked.regions,
        parts,
        courses,
        lines,
        sessions,
        quality,
        incident,
    })))
}

/// The question that the parts of a report answer.
fn question(regions: &[String], from: i64, to: i64) -> Question {
    let areas = regions.iter().map(|code| Area::region(code)).collect();
    Question { areas, ..Question::new(Kind::Report, Period { from, to, said: String::new() }) }
}
