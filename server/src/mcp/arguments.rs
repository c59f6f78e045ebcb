//! What the tools take. The comments are what a program reads of them, so they are short.

use bonghwa_analytics::view::Measure;
use schemars::JsonSchema;
use serde::Deserialize;

// Language of an answer; ko unless said.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub(super) enum Language {
    #[default]
    Ko,
    En,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Ask {
    /// The question, Korean or English.
    pub question: String,
    /// Earlier questions of the same conversation, oldest first.
    #[serde(default)]
    pub before: Vec<String>,
    #[serde(default)]
    pub lang: Language,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct QueryMeasures {
    /// What is measured.
    #[schemars(with = "Vec<MeasureName>")]
    pub measures: Vec<Measure>,
    /// Region codes; empty for all together.
    #[serde(default)]
    pub regions: Vec<String>,
    /// Service, as telemetry names it.
    #[serde(default)]
    pub service: Option<String>,
    /// 2026-11-20T14:05 (Asia/Seoul).
    pub from: String,
    /// End, exclusive.
    pub to: String,
    #[serde(default)]
    pub lang: Language,
}

// The measures by name alone: what each is stands in the tool's description once.
#[derive(JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
#[allow(dead_code, reason = "only its schema is used")]
enum MeasureName {
    Users,
    Requests,
    ErrorRate,
    LatencyP50,
    LatencyP95,
    LatencyP99,
    Load,
    Cpu,
    Memory,
    Heap,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ListIncidents {
    /// Region code; empty for all.
    #[serde(default)]
    pub region: String,
    /// Days back from now, 1 to 62.
    #[serde(default = "week")]
    pub days: u32,
    #[serde(default)]
    pub lang: Language,
}

const fn week() -> u32 {
    7
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ExplainIncident {
    /// Id from list_incidents.
    pub id: String,
    #[serde(default)]
    pub lang: Language,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ListRegions {
    #[serde(default)]
    pub lang: Language,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SearchRunbooks {
    /// What is wrong, in words.
    pub query: String,
    /// Most passages, 1 to 20.
    #[serde(default = "five")]
    pub limit: u32,
}

const fn five() -> u32 {
    5
}
