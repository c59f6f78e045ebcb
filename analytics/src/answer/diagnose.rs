//! What is wrong, and why.

use serde::{Deserialize, Serialize};

use super::{Asked, Source};
use crate::view::{Card, IncidentRow, Level, Verdict};

/// Incidents that are told.
const MOST: usize = 3;

/// What was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Diagnosed {
    /// How all regions stand now; absent where a past time or some regions only are asked about.
    pub verdict: Option<Verdict>,
    /// Beacons: of what goes on, or was gravest in the period.
    pub level: Level,
    /// Incidents of the period: open ones first, those that touch most users next.
    pub incidents: Vec<IncidentRow>,
    /// How many there are.
    pub total: u32,
    /// Weak signs beside them.
    pub signs: u32,
    /// The four figures, where the verdict stands.
    pub cards: Vec<Card>,
    /// Whether there is too little history to tell more than gross changes.
    pub learning: bool,
    /// Days of regions that are still to be judged.
    pub judging: u32,
}

pub(super) fn diagnose<S: Source>(source: &S, asked: &Asked<'_>) -> Result<Diagnosed, S::Error> {
    let mut view = asked.incidents(source)?;
    let everything = asked.areas.iter().any(|area| area.regions.is_empty());
    let now = asked.question.period.to >= asked.as_of - 600 && everything && asked.question.service.is_none();
    let page = now.then(|| source.now()).transpose()?;
    let gravest = view.rows.iter().map(|row| row.level).max().unwrap_or(Level::Normal);
    let open = view.rows.iter().filter(|row| row.to.is_none()).map(|row| row.level).max();
    let level = match &page {
        Some(page) => page.level.max(open.unwrap_or(Level::Normal)),
        None => gravest,
    };
    let total = view.rows.len() as u32;
    view.rows.truncate(MOST);
    let (verdict, cards) = page.map_or((None, Vec::new()), |page| (Some(page.verdict), page.cards));
    Ok(Diagnosed {
        verdict,
        level,
        incidents: view.rows,
        total,
        signs: view.signs.len() as u32,
        cards,
        learning: view.learning,
        judging: view.judging,
    })
}
