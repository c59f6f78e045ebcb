//! The words of pages for documents: a report says an incident, a cause or a source as a page does.

use bonghwa_analytics::cause::{Acquittal, Cause, Confidence, Evidence, Explanation};
use bonghwa_analytics::format::Lang;
use bonghwa_analytics::identity::IdentityMode;
use bonghwa_analytics::region::Region;
use bonghwa_analytics::session::{Kind, Listed, Thresholds};
use bonghwa_analytics::view::{CapacityPlan, CapacityRow, Fact, IncidentRow, Level, Mark, Measure, SessionsView, Unit};

use super::{cause, forecast, incident, sessions};
use crate::address::Address;
use crate::app::Here;
use crate::part::facts::{self, Piece};
use crate::part::head;
use crate::text::words;

/// A piece of a sentence of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// Words.
    Words(String),
    /// A figure, as it reads.
    Figure(String),
}

/// Words in one language, for a system with these regions.
pub struct Speaker {
    here: Here,
}

impl Speaker {
    /// A speaker of a language.
    pub fn new(regions: &[Region], lang: Lang) -> Self {
        Self { here: Here { address: Address::home(), lang, t: words(lang), regions: regions.into() } }
    }

    /// Short name of a region, or its code if it has none.
    pub fn region<'a>(&'a self, code: &'a str) -> &'a str {
        self.here.region(code)
    }

    /// Some regions: `부산`, `부산·대구`, `부산 등 5개 지역`.
    pub fn places(&self, regions: &[String]) -> String {
        incident::places(&self.here, regions)
    }

    /// Name of a measure; of users by what is counted.
    pub fn measure(&self, measure: Measure, unit: Unit) -> &'static str {
        facts::measure_name(&self.here, measure, unit)
    }

    /// A fact as a sentence says it: rounded, with its unit.
    pub fn prose(&self, fact: &Fact) -> String {
        facts::in_prose(fact, self.here.lang)
    }

    /// How a fact was made, without its error.
    pub fn method(&self, fact: &Fact, mode: IdentityMode) -> String {
        facts::made(self.here.lang, fact, mode)
    }

    /// A factor: `1.3배` or `1.3 times`.
    pub fn times(&self, fact: &Fact) -> String {
        facts::times(fact, self.here.lang)
    }

    /// A change in percentage points with its sign.
    pub fn points(&self, fact: &Fact) -> String {
        forecast::points(fact, self.here.lang)
    }

    /// Name of a level of beacons.
    pub const fn level(&self, level: Level) -> &'static str {
        head::level_name(level, self.here.lang)
    }

    /// What users felt of an incident.
    pub fn headline(&self, row: &IncidentRow) -> Vec<Said> {
        said(incident::headline(&self.here, row, ""))
    }

    /// How the figure of that was made: `992 ms ÷ 평소 310 ms`.
    pub fn figure_method(&self, row: &IncidentRow) -> String {
        incident::figure_method(&self.here, row)
    }

    /// What somebody said of an incident: `확인함, 김주무관 11. 18. 13:24`.
    pub fn mark(&self, mark: &Mark) -> String {
        // No day is today in a document, which is read later.
        incident::standing(&self.here, mark, 0)
    }

    /// A cause in a few words: `데이터베이스 지연, minwon-db`.
    pub fn cause(&self, cause: &Cause) -> String {
        cause::short(cause, self.here.lang)
    }

    /// A cause in a sentence.
    pub fn because(&self, cause: &Cause) -> Vec<Said> {
        said(cause::because(&self.here, cause))
    }

    /// How sure a statement is.
    pub fn confidence(&self, confidence: Confidence) -> &'static str {
        cause::confidence(&self.here, confidence)
    }

    /// What a piece of evidence says.
    pub fn evidence(&self, evidence: &Evidence) -> Vec<Said> {
        said(cause::evidence(&self.here, evidence, ""))
    }

    /// Who was cleared, and by what.
    pub fn acquitted(&self, acquittal: &Acquittal) -> String {
        format!("{}: {}", cause::suspect(acquittal), cause::check(&self.here, acquittal.check))
    }

    /// Why no cause is stated, one sentence each.
    pub fn missing(&self, explanation: Option<&Explanation>) -> Vec<&'static str> {
        cause::missing(&self.here, explanation)
    }

    /// What usually helps.
    pub fn helps(&self, of: &Cause) -> &'static str {
        cause::helps(&of.kind, self.here.lang)
    }

    /// Why a row of the plan has its answer.
    pub fn plan_reason(&self, row: &CapacityRow, plan: &CapacityPlan, as_of: i64) -> String {
        forecast::reason_of(&self.here, row, plan, as_of)
    }

    /// Name of a list of sessions.
    pub const fn sessions(&self, kind: Kind) -> &'static str {
        sessions::kind(self.here.lang, kind)
    }

    /// From where on someone is on that list.
    pub fn threshold(&self, kind: Kind, thresholds: &Thresholds) -> String {
        sessions::threshold(self.here.lang, kind, thresholds)
    }

    /// Why someone is listed.
    pub fn listed(&self, listed: &Listed) -> String {
        sessions::why(self.here.lang, listed)
    }

    /// What the lists of sessions do not tell.
    pub fn bounds(&self, view: &SessionsView) -> String {
        sessions::bounds(&self.here, view)
    }

    /// That the data is a demonstration.
    pub const fn demo(&self) -> &'static str {
        self.here.t.demo
    }

    /// That too little history is known for bands.
    pub const fn learning(&self) -> &'static str {
        self.here.t.learning
    }

    /// That the past is still being judged.
    pub const fn judging(&self) -> &'static str {
        self.here.t.judging
    }

    /// That a cause is not known.
    pub const fn no_cause(&self) -> &'static str {
        self.here.t.no_cause
    }
}

fn said(pieces: Vec<Piece>) -> Vec<Said> {
    let one = |piece| match piece {
        Piece::Text(text) => Said::Words(text),
        Piece::Fact(_, text) => Said::Figure(text),
    };
    pieces.into_iter().map(one).collect()
}
