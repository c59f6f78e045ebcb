//! A desk of frames at hand: what a file holds, or several of them together. Summaries are held, from which pages are made; the
//! other sections, which are most of the bytes, may stay where they lie until they are asked for.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Desk, Links, Looked, Settings};
use crate::atlas::{Atlas, AtlasError, NATION};
use crate::baseline::Baselines;
use crate::frame::{Form, Frame, Row, Sections, encode_registers};
use crate::identity::{IdentityMode, KeyId};
use crate::incident::Incident;
use crate::nation::{self, Gather};
use crate::objective::Objective;
use crate::region::Region;
use crate::runbook::Library;
use crate::session::Thresholds;
use crate::summary::Summary;
use crate::time::{DAY, Resolution, day_start};
use crate::view::{self, CapacityPlan, ForecastQuery, ForecastView, Mark, Moment};

/// Seconds before the instant shown of which registers are held ready.
const RECENT: i64 = 2400;
/// National rows made in one go: bounds the accumulators in memory.
const CHUNK: usize = 64;

/// What is known of the system beside its rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Manifest {
    /// Regions, in the order in which they are shown.
    pub regions: Vec<Region>,
    /// Identity mode shown by default.
    pub mode: IdentityMode,
    /// Seconds that rows were kept, by resolution.
    pub retention: [i64; 4],
    /// Seconds without data after which a region counts as late.
    pub late_after: i64,
    /// Name of the system, Korean and English.
    pub title: (String, String),
    /// Whether the data is a demonstration.
    pub demo: bool,
    /// From where on sessions are listed, and when they are over.
    pub sessions: Thresholds,
    /// Service-level objectives of every region.
    pub objectives: Vec<Objective>,
    /// The instant that pages stand for; absent for the end of the newest row.
    pub as_of: Option<i64>,
    /// What people said of incidents, by the names of those.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub marks: BTreeMap<String, Vec<Mark>>,
    /// Texts of runbooks by their files.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub runbooks: BTreeMap<String, String>,
}

impl Default for Manifest {
    fn default() -> Self {
        Self {
            regions: Vec::new(),
            mode: IdentityMode::UserCookie,
            retention: [3600, 2 * DAY, 35 * DAY, 800 * DAY],
            late_after: 120,
            title: ("시스템".to_owned(), "System".to_owned()),
            demo: false,
            sessions: Thresholds::default(),
            objectives: Vec::new(),
            as_of: None,
            marks: BTreeMap::new(),
            runbooks: BTreeMap::new(),
        }
    }
}

/// What was made of the rows, which do not change.
#[derive(Default)]
struct Kept {
    baselines: BTreeMap<(i64, IdentityMode), Arc<Baselines>>,
    links: Option<(i64, Arc<Links>)>,
    looks: BTreeMap<(String, i64), Looked>,
    plan: Option<(i64, CapacityPlan)>,
    forecasts: Vec<(ForecastQuery, ForecastView)>,
}

/// Where sections lie that a desk does not hold.
pub trait Shelf {
    /// Gives frames that hold the sections wanted of a region's rows that begin in `from..to`; rows beside them may come along.
    fn fetch(&self, wanted: &Part<'_>, give: &mut dyn FnMut(&Frame)) -> Result<(), AtlasError>;

    /// Whether it has the summaries of all rows, too, so that they need not be held.
    fn has_summaries(&self) -> bool {
        false
    }
}

/// Sections of some rows.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    /// Region code.
    pub region: &'a str,
    /// Width of the rows.
    pub resolution: Resolution,
    /// Start of the first row.
    pub from: i64,
    /// Behind the start of the last one.
    pub to: i64,
    /// Which sections.
    pub sections: Sections,
}

/// Nothing lies elsewhere.
impl Shelf for () {
    fn fetch(&self, _: &Part<'_>, _: &mut dyn FnMut(&Frame)) -> Result<(), AtlasError> {
        Ok(())
    }
}

/// Rows of one region and resolution, by start.
type Rows = BTreeMap<i64, Row>;

/// See the module.
pub struct Files {
    manifest: Manifest,
    key: KeyId,
    rows: BTreeMap<(String, Resolution), Rows>,
    shelf: Box<dyn Shelf>,
    atlas: RefCell<Atlas>,
    kept: RefCell<Kept>,
    runbooks: Arc<Library>,
    as_of: i64,
}

impl Files {
    /// Opens frames. A row that is there several times is the one of the highest sequence. Regions that the manifest does not
    /// name come after those that it does; national rows that are missing are made.
    ///
    /// Fails if the identities of the frames were hashed under different keys, or a row cannot be read.
    pub fn open(manifest: Manifest, frames: impl IntoIterator<Item = Frame>) -> Result<Self, AtlasError> {
        Self::over(manifest, frames, Box::new(()))
    }

    /// The same with sections that lie on a shelf. A section there belongs to the row at hand of the same start and sequence.
    pub fn over(
        mut manifest: Manifest,
        frames: impl IntoIterator<Item = Frame>,
        shelf: Box<dyn Shelf>,
    ) -> Result<Self, AtlasError> {
        let mut rows: BTreeMap<(String, Resolution), Rows> = BTreeMap::new();
        let mut key = None;
        for frame in frames {
            if *key.get_or_insert(frame.key) != frame.key {
                return Err(AtlasError::Key { region: frame.region });
            }
            if frame.region != NATION && !manifest.regions.iter().any(|region| region.code == frame.region) {
                manifest.regions.push(Region::unnamed(&frame.region));
            }
            let known = rows.entry((frame.region, frame.resolution)).or_default();
            for row in frame.rows {
                match known.get_mut(&row.start) {
                    Some(held) if held.seq > row.seq => {}
                    // The same row with other sections: a file may hold its parts one after the other.
                    Some(held) if held.seq == row.seq => complete(held, row),
                    _ => drop(known.insert(row.start, row)),
                }
            }
        }
        // From fine to coarse: a coarse row that began before the end of what finer ones tell may not be over yet.
        let mut ends: BTreeMap<&str, i64> = BTreeMap::new();
        for ((region, resolution), rows) in &rows {
            let Some(last) = rows.keys().next_back() else { continue };
            let end = ends.entry(region).or_insert(i64::MIN);
            if last >= end {
                *end = last + resolution.seconds();
            }
        }
        let newest = ends.into_values().max().unwrap_or(0);
        let as_of = Resolution::TwoSeconds.floor(manifest.as_of.unwrap_or(newest));
        let atlas = RefCell::new(Atlas::new(manifest.regions.clone()));
        let (key, kept) = (key.unwrap_or_default(), RefCell::default());
        let runbooks = Arc::new(Library::new(std::mem::take(&mut manifest.runbooks)));
        let mut files = Self { manifest, key, rows, shelf, atlas, kept, runbooks, as_of };
        files.unite()?;
        files.fill()?;
        Ok(files)
    }

    /// Makes the national rows that are missing.
    fn unite(&mut self) -> Result<(), AtlasError> {
        for resolution in [Resolution::Minute, Resolution::FiveMinutes, Resolution::Hour] {
            let all = || self.rows.iter().filter(|((region, of), _)| *of == resolution && region != NATION);
            let nation = self.rows.get(&(NATION.to_owned(), resolution));
            let mut starts: Vec<i64> = all().flat_map(|(_, rows)| rows.keys().copied()).collect();
            starts.sort_unstable();
            starts.dedup();
            starts.retain(|start| !nation.is_some_and(|rows| rows.contains_key(start)));
            let mut made = Rows::new();
            for chunk in starts.chunks(CHUNK) {
                let (Some(first), Some(last)) = (chunk.first(), chunk.last()) else { continue };
                let mut gather = Gather::new(self.key, resolution, chunk);
                for ((region, _), _) in all() {
                    gather.add(region, &self.frame(region, resolution, *first, last + 1, nation::SECTIONS)?.rows)?;
                }
                for (start, bucket) in gather.finish() {
                    let (mut summary, mut registers) = (Vec::new(), Vec::new());
                    Summary::of(&bucket).encode(&mut summary);
                    encode_registers(&bucket.concurrency, Form::Rest, &mut registers);
                    made.insert(
                        start,
                        Row { start, seq: 0, summary: Some(summary), registers: Some(registers), ..Row::default() },
                    );
                }
            }
            if !made.is_empty() {
                self.rows.entry((NATION.to_owned(), resolution)).or_default().append(&mut made);
            }
        }
        Ok(())
    }

    /// Puts the summaries of all rows into the atlas, and the registers of the last of them. Summaries that lie on the shelf are
    /// let go then: they are most of what would be held, and seldom asked for again.
    fn fill(&mut self) -> Result<(), AtlasError> {
        let elsewhere = self.shelf.has_summaries();
        for ((region, resolution), rows) in &mut self.rows {
            self.atlas.get_mut().insert_summaries(region, self.key, *resolution, rows.values())?;
            // National rows may have been made here.
            if elsewhere && region != NATION {
                for row in rows.values_mut() {
                    row.summary = None;
                }
            }
        }
        let (from, to) = (self.as_of - RECENT, self.as_of);
        let fine =
            |(region, resolution): &&(String, Resolution)| region != NATION && *resolution <= Resolution::FiveMinutes;
        for (region, resolution) in self.rows.keys().filter(fine) {
            let recent = self.frame(region, *resolution, from, to, Sections::REGISTERS)?;
            self.atlas.borrow_mut().insert(&recent)?;
        }
        Ok(())
    }

    fn rows_of(&self, region: &str, resolution: Resolution, from: i64, to: i64, sections: Sections) -> Frame {
        let rows = self.rows.get(&(region.to_owned(), resolution)).filter(|_| from < to);
        let rows = rows.into_iter().flat_map(|rows| rows.range(from..to)).map(|(_, row)| taken(row, sections));
        Frame { region: region.to_owned(), key: self.key, resolution, rows: rows.collect() }
    }
}

/// A row with some of its sections.
fn taken(row: &Row, sections: Sections) -> Row {
    let take = |wanted: bool, section: &Option<Vec<u8>>| section.as_ref().filter(|_| wanted).cloned();
    Row {
        start: row.start,
        seq: row.seq,
        summary: take(sections.summary, &row.summary),
        cells: take(sections.cells, &row.cells),
        registers: take(sections.registers, &row.registers),
        sessions: take(sections.sessions, &row.sessions),
    }
}

fn complete(held: &mut Row, row: Row) {
    let Row { summary, cells, registers, sessions, .. } = row;
    for (section, other) in [
        (&mut held.summary, summary),
        (&mut held.cells, cells),
        (&mut held.registers, registers),
        (&mut held.sessions, sessions),
    ] {
        if section.is_none() {
            *section = other;
        }
    }
}

impl Desk for Files {
    type Error = AtlasError;

    fn settings(&self) -> Settings<'_> {
        let manifest = &self.manifest;
        Settings {
            regions: &manifest.regions,
            key: self.key,
            mode: manifest.mode,
            retention: manifest.retention,
            late_after: manifest.late_after,
            title: &manifest.title,
            demo: manifest.demo,
            sessions: &manifest.sessions,
            objectives: &manifest.objectives,
        }
    }

    fn as_of(&self) -> i64 {
        self.as_of
    }

    fn read<T>(&self, read: impl FnOnce(&Atlas) -> T) -> T {
        read(&self.atlas.borrow())
    }

    fn frame(
        &self,
        region: &str,
        resolution: Resolution,
        from: i64,
        to: i64,
        sections: Sections,
    ) -> Result<Frame, AtlasError> {
        let mut frame = self.rows_of(region, resolution, from, to, sections);
        // What is held is not fetched again.
        let lacking = frame.rows.iter().map(|row| sections.without(Sections::of(row)));
        let lacking = lacking.fold(Sections::NONE, Sections::or);
        if lacking.any() {
            self.shelf.fetch(&Part { region, resolution, from, to, sections: lacking }, &mut |other| {
                for row in &other.rows {
                    let held = frame.rows.binary_search_by_key(&row.start, |held| held.start).ok();
                    let held = held.and_then(|at| frame.rows.get_mut(at)).filter(|held| held.seq == row.seq);
                    if let Some(held) = held {
                        complete(held, taken(row, sections));
                    }
                }
            })?;
        }
        Ok(frame)
    }

    fn recall(&self, frame: &Frame) -> Result<(), AtlasError> {
        self.atlas.borrow_mut().insert(frame)
    }

    fn known(&self, region: &str) -> Result<(), AtlasError> {
        let mut regions = self.manifest.regions.iter();
        if regions.any(|known| known.code == region) { Ok(()) } else { Err(AtlasError::Region(region.to_owned())) }
    }

    fn marks(&self, incident: &str) -> Vec<Mark> {
        self.manifest.marks.get(incident).cloned().unwrap_or_default()
    }

    fn runbooks(&self) -> Arc<Library> {
        self.runbooks.clone()
    }

    fn baselines(&self, instant: i64, mode: IdentityMode) -> Arc<Baselines> {
        let key = (day_start(instant), mode);
        if let Some(known) = self.kept.borrow().baselines.get(&key) {
            return known.clone();
        }
        let fresh = Arc::new(super::baselines(self, instant, mode));
        self.kept.borrow_mut().baselines.insert(key, fresh.clone());
        fresh
    }

    fn links(&self, as_of: i64) -> Result<Arc<Links>, AtlasError> {
        if let Some((_, links)) = self.kept.borrow().links.as_ref().filter(|(at, _)| *at == as_of) {
            return Ok(links.clone());
        }
        let links = Arc::new(super::links(self, as_of)?);
        self.kept.borrow_mut().links = Some((as_of, links.clone()));
        Ok(links)
    }

    fn look(&self, incident: &Incident, until: i64) -> Result<Looked, AtlasError> {
        let key = (incident.id.clone(), until);
        if let Some(known) = self.kept.borrow().looks.get(&key) {
            return Ok(known.clone());
        }
        let looked = super::look(self, incident, until)?;
        self.kept.borrow_mut().looks.insert(key, looked.clone());
        Ok(looked)
    }

    fn plan(&self, moment: &Moment<'_>) -> CapacityPlan {
        if let Some((_, plan)) = self.kept.borrow().plan.as_ref().filter(|(at, _)| *at == moment.as_of) {
            return plan.clone();
        }
        let plan = self.read(|atlas| view::capacity(atlas, moment));
        self.kept.borrow_mut().plan = Some((moment.as_of, plan.clone()));
        plan
    }

    fn forecast_page(&self, query: &ForecastQuery) -> Result<ForecastView, AtlasError> {
        if let Some((_, page)) = self.kept.borrow().forecasts.iter().find(|(known, _)| known == query) {
            return Ok(page.clone());
        }
        let page = super::forecast(self, query)?;
        self.kept.borrow_mut().forecasts.push((query.clone(), page.clone()));
        Ok(page)
    }
}
