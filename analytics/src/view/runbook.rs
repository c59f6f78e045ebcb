//! Runbooks: what people wrote down of how to help, as data.

use serde::{Deserialize, Serialize};

use crate::cause::{Cause, CauseKind, EvidenceKind};
use crate::region::Region;

/// A place in a runbook that fits some words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Passage {
    /// The file, from the folder of runbooks (`db/slow.md`).
    pub file: String,
    /// The headings that lead to it, the outermost first.
    pub heading: Vec<String>,
    /// Anchor of the last of them on the runbook's page.
    pub anchor: String,
    /// Its line in the file, from 1.
    pub line: u32,
    /// What stands there: plain text, cut, with personal data masked.
    pub excerpt: String,
    /// How much of the words it holds, rare ones counting more, 0 to 1.
    pub score: f64,
}

/// A runbook in the list of all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RunbookFile {
    /// The file, from the folder of runbooks.
    pub file: String,
    /// Its first heading, or the file's name.
    pub title: String,
    /// Its headings.
    pub headings: Vec<RunbookHeading>,
}

/// A heading of a runbook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RunbookHeading {
    /// 1 to 6.
    pub level: u8,
    /// What it says.
    pub text: String,
    /// Its anchor on the page.
    pub anchor: String,
    /// Its line in the file, from 1.
    pub line: u32,
}

/// A part of a runbook. There is no markup in it: what is none of these stands as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// A heading.
    Heading(RunbookHeading),
    /// A paragraph.
    Paragraph(Vec<Inline>),
    /// A list.
    List {
        /// Whether its items are numbered.
        numbered: bool,
        /// The items.
        items: Vec<Vec<Inline>>,
    },
    /// Lines of a program or a command.
    Code(String),
}

/// A part of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Inline {
    /// Words.
    Text(String),
    /// A name of a program, a command, a value.
    Code(String),
}

/// The page of a runbook, or of all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RunbookView {
    /// The instant that the page stands for.
    pub as_of: i64,
    /// Whether the data beside it is a demonstration.
    pub demo: bool,
    /// Name of the system, Korean and English.
    pub title: (String, String),
    /// Regions by settings.
    pub regions: Vec<Region>,
    /// The file that was asked for; empty for the list of all.
    pub file: String,
    /// All runbooks.
    pub files: Vec<RunbookFile>,
    /// What the file holds; empty if there is none of that name.
    pub blocks: Vec<Block>,
}

/// What fits so much less than the best is there by chance.
const BESIDE: f64 = 0.7;

/// Leaves the passages that fit nearly as well as the best of them.
pub fn near_best(passages: &mut Vec<Passage>) {
    let best = passages.iter().fold(0.0, |best: f64, passage| best.max(passage.score));
    passages.retain(|passage| passage.score >= BESIDE * best);
}

/// The words by which a cause is looked up in runbooks: its kind in both languages, its service, and what logs said.
pub fn runbook_words(cause: &Cause) -> String {
    let kind = match &cause.kind {
        CauseKind::SlowDatabase => "데이터베이스 지연 느린 쿼리 slow database",
        CauseKind::SlowService => "서비스 응답 지연 느려짐 slow service",
        CauseKind::Errors => "서비스 오류 증가 5xx errors",
        CauseKind::HeapExhaustion => "힙 메모리 부족 누수 OutOfMemoryError heap memory",
        CauseKind::CpuSaturation => "CPU 사용률 포화 cpu saturation",
        CauseKind::DiskFull => "디스크 용량 부족 disk full",
        CauseKind::NetworkBetween { .. } => "구간 네트워크 지연 network",
        CauseKind::Deployment { .. } => "배포 되돌리기 롤백 deployment rollback",
        CauseKind::LogInBurst => "로그인 시도 폭주 차단 login burst",
        CauseKind::RequestBurst => "요청 폭주 트래픽 급증 request burst",
        CauseKind::Outage => "서비스 중단 응답 없음 기동 outage",
        CauseKind::NothingArrives => "요청이 들어오지 않음 유입 없음 연결 no requests",
    };
    let mut words = format!("{kind} {}", cause.service);
    let templates = cause.evidence.iter().filter(|evidence| evidence.kind == EvidenceKind::Template);
    for evidence in templates.take(1) {
        words.push(' ');
        words.push_str(&evidence.subject);
    }
    words
}
