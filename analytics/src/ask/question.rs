//! The question that every wording of it becomes.

use serde::{Deserialize, Serialize};

use crate::identity::IdentityMode;
use crate::view::Measure;

/// What is asked, with every slot resolved: no word of it depends on when or how it is read.
///
/// As JSON a slot that is empty is left out. Instants are seconds since the epoch, and periods exclude their end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// What kind of answer is wanted.
    pub kind: Kind,
    /// What is measured, in the order said; empty where the kind decides itself (diagnose, sessions, report, …).
    #[serde(default)]
    pub measures: Vec<Measure>,
    /// Regions and groups of regions, in the order said; empty means all regions together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub areas: Vec<Area>,
    /// The service asked about, by the name under which it reports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// The time asked about. It lies in the future for capacity only.
    pub period: Period,
    /// The time it is compared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against: Option<Period>,
    /// How many entries are wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// The value to pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<Threshold>,
    /// How far ahead to look, seconds from now; for capacity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub horizon: Option<i64>,
    /// What comes first in a ranking.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<Order>,
    /// Whether the time since the latest deployment is set against the time before it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub after_deployment: bool,
    /// The file in which a report is wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    /// What tells users apart, if said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<IdentityMode>,
}

/// How many entries of a list are wanted.
pub type Limit = u32;

impl Question {
    /// A question of a kind about all regions, with every other slot empty.
    pub const fn new(kind: Kind, period: Period) -> Self {
        Self {
            kind,
            measures: Vec::new(),
            areas: Vec::new(),
            service: None,
            period,
            against: None,
            limit: None,
            threshold: None,
            horizon: None,
            order: None,
            after_deployment: false,
            format: None,
            mode: None,
        }
    }

    /// The question without the words in which its periods were said, which do not decide its answer.
    #[must_use]
    pub fn bare(&self) -> Self {
        let mut question = self.clone();
        question.period.said.clear();
        if let Some(against) = &mut question.against {
            against.said.clear();
        }
        question
    }

    /// The codes of all regions of all areas, each once, in the order said; empty means all regions.
    pub fn regions(&self) -> Vec<&str> {
        let mut codes: Vec<&str> = Vec::new();
        for code in self.areas.iter().flat_map(|area| &area.regions) {
            if !codes.contains(&code.as_str()) {
                codes.push(code);
            }
        }
        codes
    }
}

/// What kind of answer is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// One time beside another, or regions beside each other.
    Compare,
    /// What is wrong and why.
    Diagnose,
    /// Long and suspicious sessions.
    Sessions,
    /// Whether and where more is needed.
    Capacity,
    /// A report as a document.
    Report,
    /// Regions in order.
    RankRegions,
    /// Endpoints in order.
    SlowEndpoints,
    /// A number.
    Value,
    /// A course over time.
    Trend,
    /// Incidents of a time.
    Incidents,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 10] = [
        Self::Compare,
        Self::Diagnose,
        Self::Sessions,
        Self::Capacity,
        Self::Report,
        Self::RankRegions,
        Self::SlowEndpoints,
        Self::Value,
        Self::Trend,
        Self::Incidents,
    ];
}

/// A region, or regions taken together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Area {
    /// Code of the region or of the group (`busan`, `capital`); `nation` for all, where that is set against a part.
    pub name: String,
    /// Codes of its regions, in the order of the settings; empty for all.
    pub regions: Vec<String>,
}

impl Area {
    /// The area of one region, which has its code for a name.
    pub fn region(code: &str) -> Self {
        Self { name: code.to_owned(), regions: vec![code.to_owned()] }
    }
}

/// A span of time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Period {
    /// First second.
    pub from: i64,
    /// End (exclusive).
    pub to: i64,
    /// How it was said (`지난주 화요일`); empty where it was assumed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub said: String,
}

/// The value to pass.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Threshold {
    /// In the unit beside it.
    pub value: f64,
    /// Its unit.
    pub unit: Quantity,
}

/// Unit of a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// A share, 0 to 1 (80 % is 0.8).
    Ratio,
    /// Seconds.
    Seconds,
    /// A number of people, requests or log-ins.
    Count,
}

/// What comes first in a ranking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// The largest value.
    Highest,
    /// The smallest value.
    Lowest,
    /// The longest response time.
    Slowest,
}

/// The file in which a report is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// PDF.
    Pdf,
    /// The open format of Hangul documents.
    Hwpx,
    /// A workbook.
    Xlsx,
    /// One HTML file.
    Html,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 4] = [Self::Hwpx, Self::Pdf, Self::Xlsx, Self::Html];

    /// Its name, and how its files end.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Hwpx => "hwpx",
            Self::Xlsx => "xlsx",
            Self::Html => "html",
        }
    }

    /// The format of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }
}

// serde's `skip_serializing_if` hands over a reference.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_false(value: &bool) -> bool {
    !value
}
