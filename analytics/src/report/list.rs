//! Reports that were asked for: who, when, why, and what became of each.

use serde::{Deserialize, Serialize};

use super::ReportQuery;
use crate::ask::Format;
use crate::region::Region;

/// Most letters of a stated reason.
pub const LONGEST_REASON: usize = 200;

/// A report that somebody wants.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ReportOrder {
    /// Of what.
    pub query: ReportQuery,
    /// Whether it is wanted in English; else in Korean.
    pub english: bool,
    /// In which files; none means all four.
    pub formats: Vec<Format>,
    /// Why it is wanted, in their own words; may be empty.
    pub why: String,
}

/// A report in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReportEntry {
    /// Its name, part of addresses.
    pub id: String,
    /// What was asked for, with its instant.
    pub order: ReportOrder,
    /// Who asked: the name of a key, `local` for this machine, `schedule`.
    pub who: String,
    /// When, seconds since the epoch.
    pub when: i64,
    /// What became of it.
    pub state: ReportState,
}

/// What became of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReportState {
    /// Others are made first.
    Waiting,
    /// It is being made.
    Running(ReportProgress),
    /// Its files are there.
    Done(ReportFiles),
    /// It could not be made.
    Failed(String),
    /// Somebody stopped it.
    Cancelled,
}

/// How far a report is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReportProgress {
    /// What is being made: a step (`measures`), or a file (`pdf`).
    pub step: String,
    /// Steps that are done.
    pub done: u32,
    /// Steps in all.
    pub of: u32,
}

/// The files of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReportFiles {
    /// Their name, without an ending.
    pub name: String,
    /// Format and bytes of each.
    pub files: Vec<(Format, u64)>,
    /// Milliseconds that they took.
    pub took: u64,
}

impl ReportState {
    /// Whether it is over.
    pub const fn is_over(&self) -> bool {
        matches!(self, Self::Done(_) | Self::Failed(_) | Self::Cancelled)
    }
}

/// The page 보고서.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReportsView {
    /// The instant of the newest data.
    pub as_of: i64,
    /// Whether any of it is demonstration data.
    pub demo: bool,
    /// Name of the system, Korean and English.
    pub title: (String, String),
    /// Regions by settings.
    pub regions: Vec<Region>,
    /// Reports, the newest first.
    pub entries: Vec<ReportEntry>,
    /// When reports are made by themselves: `mon 08:00`; empty for never.
    pub weekly: String,
    /// How many are kept.
    pub kept: u32,
}
