//! What a page shows, as data: pure functions of an atlas and a query, rendered the same by every surface.

mod capacity;
mod combine;
mod events;
mod explain;
mod fact;
mod forecast;
mod incident;
mod incidents;
mod logs;
pub(crate) mod now;
pub(crate) mod region;
mod runbook;
mod sessions;
mod unfamiliar;
mod why;

pub use capacity::{CapacityPlan, CapacityRow, Need, Passing, capacity};
pub use combine::combine;
pub use explain::{Look, PathStep, Periods, explain};
pub use fact::{Confidence, Fact, Level, Measure, Method, Unit};
pub use forecast::{Ahead, ForecastQuery, ForecastView, Full, Origin, PastForecast, TARGET_USE, forecast, judged};
pub use incident::{IncidentChart, IncidentView, Lane, incident};
pub use incidents::{
    FindingRow, IncidentRow, IncidentsQuery, IncidentsView, Mark, MarkKind, SubjectKind, finding_row, incident_row,
    incidents,
};
pub use logs::LogRow;
pub use now::{Moment, Past, now, past_window};
pub use region::{RegionDetail, period_of, region, series};
pub use runbook::{Block, Inline, Passage, RunbookFile, RunbookHeading, RunbookView, near_best, runbook_words};
pub use sessions::{AGES, Known, List, RegionSessions, SessionsQuery, SessionsView, sessions, sessions_period};

pub use unfamiliar::unfamiliar;
pub use why::{PartRow, WhyDetail, WhyPeriods, WhyQuery, WhyReading, WhyRow, WhyView, why};

use serde::{Deserialize, Serialize};

use crate::identity::IdentityMode;
use crate::objective::Budget;
use crate::region::Region;
use crate::time::Resolution;

/// Where a value stands to its usual range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Inside.
    Usual,
    /// Above the range.
    Above,
    /// Below the range.
    Below,
    /// Too little history to tell.
    Unknown,
}

/// The one sentence on top of a page, as data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing was ever received.
    NoData,
    /// Data, but too little history to know what is usual.
    TooLittleHistory,
    /// Nothing has arrived from any region for a while; the last instant with data.
    Silent {
        /// Last instant with data.
        since: i64,
    },
    /// Everything is in its usual range.
    Usual,
    /// One thing stands out most.
    Unusual {
        /// The region in which it is, or the nation.
        region: Option<String>,
        /// The service in which it is, where one stands out.
        service: Option<String>,
        /// What is unusual.
        measure: Measure,
        /// Above or below.
        standing: Standing,
        /// The value now over its usual middle (3.2 means 3.2 times).
        ratio: Fact,
        /// Start of the first five-minute bucket out of range.
        since: i64,
    },
}

/// One value a step, from `start` on; `None` where nothing was received.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Line {
    /// Values, in the unit of the chart.
    pub values: Vec<Option<f64>>,
}

/// A day: today beside yesterday, last week and the usual range. All lines have `86_400 / step` values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DayChart {
    /// What is drawn.
    pub measure: Measure,
    /// Unit of the values.
    pub unit: Unit,
    /// Midnight in Asia/Seoul.
    pub start: i64,
    /// Seconds a value stands for (300).
    pub step: i64,
    /// Today, up to now.
    pub today: Line,
    /// The day before.
    pub yesterday: Line,
    /// The same weekday of last week.
    pub last_week: Line,
    /// Lower edge of the usual range.
    pub low: Line,
    /// Upper edge.
    pub high: Line,
}

/// One of the four figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Card {
    /// What is measured.
    pub measure: Measure,
    /// The value now; absent if nothing was received.
    pub now: Option<Fact>,
    /// The same time yesterday.
    pub yesterday: Option<Fact>,
    /// The same time on the same weekday last week.
    pub last_week: Option<Fact>,
    /// Where it stands.
    pub standing: Standing,
    /// The day.
    pub day: DayChart,
}

/// A region on the map and in the ranked table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RegionRow {
    /// Region code.
    pub code: String,
    /// Rank by the chosen measure, from 1; absent when it is late.
    pub rank: Option<u16>,
    /// CPU use of the busiest tier.
    pub load: Option<Fact>,
    /// Distinct identities.
    pub users: Option<Fact>,
    /// Distinct identities for every 10,000 inhabitants.
    pub per_capita: Option<Fact>,
    /// Requests a second.
    pub requests: Option<Fact>,
    /// Error rate.
    pub error_rate: Option<Fact>,
    /// 95th percentile.
    pub p95: Option<Fact>,
    /// Usual range of the chosen measure.
    pub usual: Option<(f64, f64)>,
    /// Where the chosen measure stands.
    pub standing: Standing,
    /// Load step of the tile, 1 to 5.
    pub shade: u8,
    /// Last instant with data, if it is late or was never heard of (`Some(0)`).
    pub late_since: Option<i64>,
}

/// Something that happened, on the timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Event {
    /// Its kind.
    pub kind: EventKind,
    /// Region code, or empty for the nation.
    pub region: String,
    /// Service, or empty.
    pub service: String,
    /// What it was about, for a spell; absent otherwise.
    pub measure: Option<Measure>,
    /// Version or name, as telemetry gave it (shown as plain text), or empty.
    pub label: String,
    /// When it began.
    pub from: i64,
    /// When it ended; absent if it goes on, equal to `from` for a moment.
    pub to: Option<i64>,
}

/// Kind of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// A spell out of the usual range.
    Spell,
    /// A deployment: a new `service.version` began to report.
    Deployment,
    /// A region stopped reporting.
    Late,
    /// A gauge did what it had not done before in such a context.
    Unfamiliar,
}

/// An incident that goes on, as other pages lead to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OpenIncident {
    /// Its name.
    pub id: String,
    /// Codes of the regions it is in.
    pub regions: Vec<String>,
}

/// The page 지금.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NowView {
    /// The instant that everything on the page stands for.
    pub as_of: i64,
    /// Whether any of it is demonstration data.
    pub demo: bool,
    /// Name of the system, from the settings, Korean and English.
    pub title: (String, String),
    /// Identity mode shown.
    pub mode: IdentityMode,
    /// Trailing window of the figures, seconds.
    pub window: i64,
    /// Regions by settings.
    pub regions: Vec<Region>,
    /// How many regions count on this day.
    pub expected: u16,
    /// How many were received.
    pub received: u16,
    /// Beacons.
    pub level: Level,
    /// The sentence.
    pub verdict: Verdict,
    /// Incidents that go on.
    pub open: Vec<OpenIncident>,
    /// Users, requests, error rate, p95: in this order.
    pub cards: Vec<Card>,
    /// The measure by which map and table are ordered.
    pub map_measure: Measure,
    /// Regions, ranked; late ones last.
    pub rows: Vec<RegionRow>,
    /// Edges between the five shades, in the unit of the map measure.
    pub shade_edges: [f64; 4],
    /// Sum of the regions' users, beside the union.
    pub users_sum: Option<Fact>,
    /// What happened since midnight, oldest first.
    pub events: Vec<Event>,
}

/// A service, route or call in a region's tables.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TransactionRow {
    /// Service name, as telemetry gave it.
    pub service: String,
    /// Route (or callee for a call), or empty for the whole service.
    pub name: String,
    /// Requests in the period.
    pub count: u64,
    /// Requests a second.
    pub per_second: f64,
    /// Error rate, 0 to 1.
    pub error_rate: f64,
    /// Quantiles in seconds; absent when no duration was reported.
    pub p50: Option<f64>,
    /// 95th percentile.
    pub p95: Option<f64>,
    /// 99th percentile.
    pub p99: Option<f64>,
    /// 95th percentile in the compared period.
    pub p95_before: Option<f64>,
    /// Mean CPU, memory and heap use of the service, 0 to 1 (whole services only).
    pub cpu: Option<f64>,
    /// Memory.
    pub memory: Option<f64>,
    /// Heap.
    pub heap: Option<f64>,
}

/// A chart of a chosen period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PeriodChart {
    /// What is drawn.
    pub measure: Measure,
    /// Unit of the values.
    pub unit: Unit,
    /// First instant.
    pub start: i64,
    /// Seconds a value stands for.
    pub step: i64,
    /// One line a series.
    pub series: Vec<Series>,
    /// Usual range, empty if unknown.
    pub low: Line,
    /// Upper edge.
    pub high: Line,
}

/// A named line of a chart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Series {
    /// Role: `now`, `before` (the compared period), or the name of a service or quantile (`p50`, `p95`, `p99`).
    pub name: String,
    /// Values.
    pub line: Line,
}

/// The page of a region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RegionView {
    /// The instant that everything on the page stands for.
    pub as_of: i64,
    /// Whether any of it is demonstration data.
    pub demo: bool,
    /// Name of the system, Korean and English.
    pub title: (String, String),
    /// Identity mode shown.
    pub mode: IdentityMode,
    /// Regions by settings (for the switcher).
    pub regions: Vec<Region>,
    /// The region shown; absent if there is no such region.
    pub region: Option<Region>,
    /// Period.
    pub from: i64,
    /// End of the period (exclusive).
    pub to: i64,
    /// Seconds that the compared period lies before, or 0 for none.
    pub compare: i64,
    /// Bucket the charts were made from.
    pub resolution: Resolution,
    /// Beacons.
    pub level: Level,
    /// The sentence.
    pub verdict: Verdict,
    /// Incidents that go on.
    pub open: Vec<OpenIncident>,
    /// Last instant with data, if the region is late.
    pub late_since: Option<i64>,
    /// Share of requests that carried the identity, 0 to 1.
    pub coverage: Option<f64>,
    /// Figures of the whole period: users, requests, error rate, p95, load.
    pub figures: Vec<Fact>,
    /// Users, requests, error rate, latency (p50, p95, p99), CPU, memory, heap by service.
    pub charts: Vec<PeriodChart>,
    /// Whole services.
    pub services: Vec<TransactionRow>,
    /// Routes, slowest p95 first.
    pub routes: Vec<TransactionRow>,
    /// Calls between services.
    pub calls: Vec<TransactionRow>,
    /// What logs said, what changed first.
    pub logs: Vec<LogRow>,
    /// What happened in the period.
    pub events: Vec<Event>,
    /// Service-level objectives, and what is left of each error budget.
    pub objectives: Vec<Budget>,
    /// Requests whose route went under "other" because the limit of distinct routes was reached.
    pub other_routes: u64,
}

/// The result of combining regions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CombineView {
    /// Regions combined.
    pub regions: Vec<String>,
    /// Period.
    pub from: i64,
    /// End of the period (exclusive).
    pub to: i64,
    /// Identity mode.
    pub mode: IdentityMode,
    /// Distinct identities of all together.
    pub union: Fact,
    /// Sum of the parts.
    pub sum: Fact,
    /// Sum less union: how often somebody was counted again.
    pub overlap: Fact,
    /// Each region alone, in the order of `regions`.
    pub parts: Vec<Part>,
    /// Pairs, largest overlap first.
    pub pairs: Vec<Pair>,
    /// Union a step, for the brush chart.
    pub line: Line,
    /// First instant of the line.
    pub line_start: i64,
    /// Seconds a value of the line stands for.
    pub line_step: i64,
    /// Sketches that were merged.
    pub sketches: u32,
    /// Regions of which a part of the window is missing, with the last instant received.
    pub late: Vec<(String, i64)>,
}

/// One region of a combination.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Part {
    /// Region code.
    pub region: String,
    /// Distinct identities in it.
    pub users: Fact,
    /// Identities seen here and in no other chosen region; `None` when it is below its own error.
    pub only: Option<Fact>,
}

/// Two regions and what they share.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Pair {
    /// First region.
    pub a: String,
    /// Second region.
    pub b: String,
    /// Shared identities; `None` when it is below its own error ("cannot tell").
    pub shared: Option<Fact>,
    /// The error bound that decided.
    pub error: f64,
}

/// What the address of 지금 holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NowQuery {
    /// Identity mode; absent takes the settings' own.
    pub mode: Option<IdentityMode>,
    /// Trailing window in seconds: 60, 300 or 1800.
    pub window: i64,
    /// Measure of the map.
    pub map: Measure,
    /// Instant to look at; absent means now.
    pub at: Option<i64>,
}

/// What the address of a region's page holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RegionQuery {
    /// Region code.
    pub region: String,
    /// Identity mode.
    pub mode: Option<IdentityMode>,
    /// Period in seconds that ends now (3600, 21600, 86400, 604800), if `from` and `to` are absent.
    pub span: i64,
    /// Start of a fixed period.
    pub from: Option<i64>,
    /// End of a fixed period (exclusive).
    pub to: Option<i64>,
    /// Compared period: seconds before (86400, 604800) or 0.
    pub compare: i64,
    /// Only this service, or empty.
    pub service: String,
}
