//! A value that can be shown, and the words for what it is, how it came about, how grave and how sure it is.

use serde::{Deserialize, Serialize};

use crate::time::Resolution;

/// A quantity that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Distinct identities in the window (users, sessions or addresses, by mode).
    Users,
    /// Distinct identities for every 10,000 inhabitants (a measure of the map).
    PerCapita,
    /// Requests a second.
    Requests,
    /// Failed requests / all requests, 0 to 1.
    ErrorRate,
    /// Median response time, seconds.
    LatencyP50,
    /// 95th percentile of the response time, seconds.
    LatencyP95,
    /// 99th percentile of the response time, seconds.
    LatencyP99,
    /// CPU use of the busiest tier, 0 to 1.
    Load,
    /// CPU use, 0 to 1.
    Cpu,
    /// Memory use, 0 to 1.
    Memory,
    /// Heap use, 0 to 1.
    Heap,
}

impl Measure {
    /// All measures, in the order of their codes.
    pub const ALL: [Self; 11] = [
        Self::Users,
        Self::PerCapita,
        Self::Requests,
        Self::ErrorRate,
        Self::LatencyP50,
        Self::LatencyP95,
        Self::LatencyP99,
        Self::Load,
        Self::Cpu,
        Self::Memory,
        Self::Heap,
    ];
}

/// Unit of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Distinct people (user cookie).
    Users,
    /// Distinct sessions.
    Sessions,
    /// Distinct network addresses.
    Addresses,
    /// Requests a second.
    PerSecond,
    /// A count of requests.
    Requests,
    /// A share, 0 to 1; shown in percent.
    Ratio,
    /// Seconds; shown in ms below ten.
    Seconds,
    /// Distinct identities for every 10,000 inhabitants.
    PerTenThousand,
}

/// How a value came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Union of HyperLogLog sketches; `error` is set.
    HyperLogLog,
    /// Sum of the regions' own estimates, people in several regions counted several times.
    SumOfEstimates,
    /// Inclusion and exclusion of two or more unions; `error` is set and large.
    InclusionExclusion,
    /// Exact count.
    Count,
    /// Failed divided by all.
    Share,
    /// Quantile of a mergeable log-linear sketch; `error` is set.
    QuantileSketch,
    /// Mean of the samples of the busiest tier.
    BusiestTierMean,
    /// Mean of the samples.
    Mean,
    /// A weighted pool of seasonal forecasters; `error` is half its 95 % interval.
    Forecast,
    /// Share of the past forecasts' misses with which the forecast passes a threshold.
    Probability,
    /// Past forecasts against what came.
    PastForecasts,
    /// Trend of the busy hour of working days (Sen's slope).
    Trend,
    /// Upper edge of a trend over the target: how many times what is there now.
    Times,
}

/// A value that can be shown, with all that its source line needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Fact {
    /// Anchor of its source row, unique on the page (`users`, `users-yesterday`, `load-seoul`).
    pub id: String,
    /// What is measured.
    pub measure: Measure,
    /// The value, in `unit`.
    pub value: f64,
    /// Unit of the value.
    pub unit: Unit,
    /// Half-width of the 95 % interval, in the unit of the value; absent for exact values.
    pub error: Option<f64>,
    /// Codes of the regions it covers; empty means all that were received.
    pub regions: Vec<String>,
    /// How many regions it covers.
    pub region_count: u16,
    /// Start of the period, seconds since the epoch.
    pub from: i64,
    /// End of the period (exclusive).
    pub to: i64,
    /// Finest bucket it was computed from.
    pub resolution: Resolution,
    /// How it was computed.
    pub method: Method,
}

/// Five beacons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// 평소
    Normal,
    /// 조짐
    Sign,
    /// 이상
    Abnormal,
    /// 장애
    Failure,
    /// 중단
    Outage,
}

/// How sure a statement is. Each word has one definition for causes and one for forecasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// 알 수 없음. No cause is stated; there is no past to judge a forecast by.
    Unknown,
    /// 가능성 있음. A cause adds more than any other place to what the symptom shows, beyond its own yardstick, and there is a
    /// path from it to the symptom; but it explains less than half, or what points at it has other readings. A forecast
    /// has little past, or past forecasts did not hold what they promised.
    Possible,
    /// 가능성 높음. Besides, the cause explains at least half of what the symptom shows. Past forecasts held what they
    /// promised.
    Likely,
    /// 확인됨. Besides, evidence of a second, independent kind points at the same place: a resource that ran full, a new
    /// version that arrived with the onset, new or multiplied log templates, a suspicious source, the excess of the other
    /// measure, or the far end of a slow call that answers as fast as ever. What was forecast has happened.
    Confirmed,
}
