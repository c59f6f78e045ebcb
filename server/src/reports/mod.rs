//! Reports that are made on request and kept: who asked for what, when and why, with the files.
//!
//! One is made at a time, because each reads weeks of rows; others wait their turn. A report that was under way when the
//! server ended counts as failed.

mod make;
mod schedule;
mod store;

use std::collections::{BTreeSet, VecDeque};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use bonghwa_analytics::ask::Format;
use bonghwa_analytics::format::local;
use bonghwa_analytics::report::{
    LONGEST_REASON, ReportEntry, ReportFiles, ReportKind, ReportOrder, ReportProgress, ReportState, instant_of,
};

pub use make::{Files, MakeError, make};
pub use schedule::{Weekly, run as run_schedule};

use crate::centre::Centre;
use crate::output::log;
use store::Store;

/// Reports that wait at most.
const WAITING: usize = 16;
/// Name of the file with the document as data.
const DOCUMENT: &str = "document.json";
/// Who asks where no key is needed.
pub const LOCAL: &str = "local";
/// Who asks when nobody does.
pub const SCHEDULE: &str = "schedule";

/// Why a report cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The folder cannot be used.
    #[error("cannot use the folder of reports: {0}; check its permissions and the space on its disk")]
    Folder(#[from] std::io::Error),
    /// There is no such report.
    #[error("there is no report {0:?}; the list of reports has the names")]
    Unknown(String),
    /// It has no such file.
    #[error("the report {0:?} has no such file; its entry names those it has")]
    NoFile(String),
    /// The order makes no sense.
    #[error("{0}")]
    Order(String),
    /// Too many wait.
    #[error("{WAITING} reports wait already; cancel one or try again when they are made")]
    Full,
}

/// The reports of a server; a cheap clone.
#[derive(Clone)]
pub struct Reports(Arc<Inner>);

struct Inner {
    store: Store,
    most: usize,
    work: Mutex<Work>,
    /// Rings when there is something to make.
    bell: Condvar,
}

#[derive(Default)]
struct Work {
    /// The newest last.
    entries: Vec<ReportEntry>,
    waiting: VecDeque<String>,
    /// Names of reports that are to stop.
    stopped: BTreeSet<String>,
    ended: bool,
}

impl Reports {
    /// Reads the list of a folder; at most `most` reports are kept there.
    pub fn open(folder: &Path, most: usize) -> Result<Self, ReportError> {
        let store = Store::open(folder)?;
        let mut entries = store.read()?;
        entries.sort_by(|a, b| a.when.cmp(&b.when).then_with(|| a.id.cmp(&b.id)));
        for entry in entries.iter_mut().filter(|entry| !entry.state.is_over()) {
            entry.state = ReportState::Failed("the server ended while it was made; ask for it again".to_owned());
            store.put(entry)?;
        }
        let work = Mutex::new(Work { entries, ..Work::default() });
        Ok(Self(Arc::new(Inner { store, most: most.max(1), work, bell: Condvar::new() })))
    }

    /// Makes what is asked for, one after the other, until [`end`](Self::end). Blocks: it wants a thread of its own.
    pub fn work(&self, centre: &Centre) {
        while let Some((id, order)) = self.next() {
            let began = Instant::now();
            let mut progress = |progress: ReportProgress| self.advance(&id, progress);
            let state = match make(centre, &order, &mut progress) {
                Ok(files) => self.keep(&id, &files, began).unwrap_or_else(|error| {
                    log(&error.to_string());
                    ReportState::Failed(error.to_string())
                }),
                Err(MakeError::Stopped) => ReportState::Cancelled,
                Err(error) => ReportState::Failed(error.to_string()),
            };
            self.settle(&id, state);
        }
    }

    /// Lets the worker end; what it makes is stopped.
    pub fn end(&self) {
        let mut work = self.lock();
        work.ended = true;
        work.waiting.clear();
        drop(work);
        self.0.bell.notify_all();
    }

    /// Takes an order. Its instant is that of the newest data where it names none.
    pub fn create(&self, centre: &Centre, order: ReportOrder, who: &str, now: i64) -> Result<ReportEntry, ReportError> {
        let order = settled(centre, order)?;
        let mut work = self.lock();
        if work.waiting.len() >= WAITING {
            return Err(ReportError::Full);
        }
        let stamp: String = local(now).chars().filter(char::is_ascii_digit).collect();
        let stem = format!("{}-{stamp}", order.query.kind.name());
        let taken = |id: &String| work.entries.iter().any(|entry| entry.id == *id);
        let id = (1..=work.entries.len() + 1).map(|n| format!("{stem}-{n}")).find(|id| !taken(id)).unwrap_or(stem);
        let entry = ReportEntry { id, order, who: who.to_owned(), when: now, state: ReportState::Waiting };
        self.0.store.put(&entry)?;
        work.entries.push(entry.clone());
        work.waiting.push_back(entry.id.clone());
        self.forget(&mut work);
        drop(work);
        self.0.bell.notify_all();
        Ok(entry)
    }

    /// All reports, the newest first.
    pub fn list(&self) -> Vec<ReportEntry> {
        self.lock().entries.iter().rev().cloned().collect()
    }

    /// How many are kept.
    pub fn most(&self) -> usize {
        self.0.most
    }

    /// One report.
    pub fn get(&self, id: &str) -> Result<ReportEntry, ReportError> {
        let found = self.lock().entries.iter().find(|entry| entry.id == id).cloned();
        found.ok_or_else(|| ReportError::Unknown(clipped(id)))
    }

    /// Stops a report that is being made or waits; takes one away that is over.
    pub fn cancel(&self, id: &str) -> Result<ReportEntry, ReportError> {
        let mut work = self.lock();
        let at = work.entries.iter().position(|entry| entry.id == id);
        let Some(at) = at else { return Err(ReportError::Unknown(clipped(id))) };
        if work.entries[at].state.is_over() {
            // What cannot be taken from the disk stays in the list.
            self.0.store.remove(id)?;
            return Ok(work.entries.remove(at));
        }
        if matches!(work.entries[at].state, ReportState::Waiting) {
            work.waiting.retain(|waiting| waiting != id);
            work.entries[at].state = ReportState::Cancelled;
            self.0.store.put(&work.entries[at])?;
        } else {
            work.stopped.insert(id.to_owned());
        }
        Ok(work.entries[at].clone())
    }

    /// A file of a report with its name.
    pub fn file(&self, id: &str, format: Format) -> Result<(String, Vec<u8>), ReportError> {
        let entry = self.get(id)?;
        let ReportState::Done(done) = &entry.state else { return Err(ReportError::NoFile(entry.id)) };
        if !done.files.iter().any(|(known, _)| *known == format) {
            return Err(ReportError::NoFile(entry.id));
        }
        let bytes = self.0.store.file(id, &file_name(format))?;
        Ok((format!("{}.{}", done.name, format.name()), bytes))
    }

    /// What the files of a report say, as JSON.
    pub fn document(&self, id: &str) -> Result<Vec<u8>, ReportError> {
        let entry = self.get(id)?;
        if !matches!(entry.state, ReportState::Done(_)) {
            return Err(ReportError::NoFile(entry.id));
        }
        Ok(self.0.store.file(id, DOCUMENT)?)
    }

    fn lock(&self) -> MutexGuard<'_, Work> {
        self.0.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for an order.
    fn next(&self) -> Option<(String, ReportOrder)> {
        let mut work = self.lock();
        loop {
            if work.ended {
                return None;
            }
            if let Some(id) = work.waiting.pop_front() {
                let found = work.entries.iter().find(|entry| entry.id == id);
                if let Some(order) = found.map(|entry| entry.order.clone()) {
                    return Some((id, order));
                }
                continue;
            }
            work = self.0.bell.wait(work).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn advance(&self, id: &str, progress: ReportProgress) -> ControlFlow<()> {
        let mut work = self.lock();
        if work.ended || work.stopped.contains(id) {
            return ControlFlow::Break(());
        }
        if let Some(entry) = work.entries.iter_mut().find(|entry| entry.id == id) {
            entry.state = ReportState::Running(progress);
        }
        ControlFlow::Continue(())
    }

    fn keep(&self, id: &str, made: &Files, began: Instant) -> Result<ReportState, ReportError> {
        let document = serde_json::to_vec(&made.document).map_err(std::io::Error::other)?;
        self.0.store.write(id, DOCUMENT, &document)?;
        let mut files = Vec::new();
        for (format, bytes) in &made.files {
            self.0.store.write(id, &file_name(*format), bytes)?;
            files.push((*format, bytes.len() as u64));
        }
        let took = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        Ok(ReportState::Done(ReportFiles { name: made.document.name.clone(), files, took }))
    }

    fn settle(&self, id: &str, state: ReportState) {
        let mut work = self.lock();
        work.stopped.remove(id);
        let Some(entry) = work.entries.iter_mut().find(|entry| entry.id == id) else { return };
        entry.state = state;
        if let Err(error) = self.0.store.put(entry) {
            log(&ReportError::Folder(error).to_string());
        }
    }

    /// Takes the oldest reports away that are over and more than are kept.
    fn forget(&self, work: &mut Work) {
        while work.entries.len() > self.0.most {
            let Some(at) = work.entries.iter().position(|entry| entry.state.is_over()) else { return };
            let entry = work.entries.remove(at);
            if let Err(error) = self.0.store.remove(&entry.id) {
                log(&ReportError::Folder(error).to_string());
            }
        }
    }
}

/// An order that can be carried out, with its instant. Whoever takes orders has checked the names of regions.
fn settled(centre: &Centre, order: ReportOrder) -> Result<ReportOrder, ReportError> {
    let wrong = |message: String| Err(ReportError::Order(message));
    let mut order = order;
    let why: String = order.why.trim().to_owned();
    if why.chars().count() > LONGEST_REASON || why.chars().any(char::is_control) {
        return wrong(format!("the reason has more than {LONGEST_REASON} letters or control characters; shorten it"));
    }
    order.why = why;
    let incident = order.query.kind == ReportKind::Incident;
    if incident == order.query.incident.is_empty() {
        return wrong(
            "`incident` names the incident of a report of the kind `incident`, and stands with no other".into(),
        );
    }
    // The list names the period by it, so it is the very instant that the files will stand for.
    order.query.at = Some(instant_of(centre, order.query.at));
    Ok(order)
}

fn file_name(format: Format) -> String {
    format!("file.{}", format.name())
}

fn clipped(id: &str) -> String {
    id.chars().take(64).collect()
}

#[cfg(test)]
mod tests;
