//! Runbooks: a folder of Markdown files, read again when they change, and searched by words.
//!
//! What a runbook says is text for people: it is shown and cited, and nothing in it is ever followed, whatever it asks for.
//! Markup that is none of ours stays text, and characters that cannot be seen are left out when a file is read.

mod folder;
mod index;
mod markdown;
#[cfg(test)]
mod tests;
mod token;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bonghwa_analytics::view::{Block, Passage, RunbookFile};

use self::folder::Seen;
use self::index::Index;
use self::markdown::Runbook;

/// The folder is looked at again after so long.
const PAUSE: Duration = Duration::from_secs(5);

/// Why runbooks cannot be searched.
#[derive(Debug, thiserror::Error)]
pub enum RunbookError {
    /// The index in memory failed.
    #[error("the index of runbooks: {0}; start the server again")]
    Index(#[from] rusqlite::Error),
}

/// Where runbooks come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RunbookSource {
    /// There are none.
    #[default]
    None,
    /// Those of the demonstration.
    Demo,
    /// A folder.
    Folder(PathBuf),
}

/// All runbooks. Cheap to clone.
#[derive(Clone)]
pub struct Runbooks(Arc<Mutex<State>>);

struct State {
    source: RunbookSource,
    /// What the folder held when it was last looked at.
    seen: BTreeMap<String, Seen>,
    books: BTreeMap<String, Runbook>,
    index: Index,
    looked: Option<Instant>,
    /// What was wrong with the folder at the last look.
    troubles: Vec<String>,
}

impl Runbooks {
    /// Reads the runbooks of a source. What is wrong with a folder or a file is told by [`refresh`](Self::refresh).
    pub fn open(source: RunbookSource) -> Result<Self, RunbookError> {
        let mut books = BTreeMap::new();
        if source == RunbookSource::Demo {
            books.extend(crate::demo::RUNBOOKS.map(|(file, text)| (file.to_owned(), Runbook::read(file, text))));
        }
        let index = Index::new(&books)?;
        let (seen, troubles) = (BTreeMap::new(), Vec::new());
        Ok(Self(Arc::new(Mutex::new(State { source, seen, books, index, looked: None, troubles }))))
    }

    /// Looks at the folder, unless that was done a moment ago, and reads what changed; what is newly wrong, a line each.
    pub fn refresh(&self) -> Result<Vec<String>, RunbookError> {
        let mut state = self.state();
        let RunbookSource::Folder(folder) = state.source.clone() else { return Ok(Vec::new()) };
        if state.looked.is_some_and(|looked| looked.elapsed() < PAUSE) {
            return Ok(Vec::new());
        }
        state.looked = Some(Instant::now());
        state.read(&folder)
    }

    /// Passages that fit some words, best first.
    pub fn search(&self, words: &str, limit: usize) -> Result<Vec<Passage>, RunbookError> {
        let state = self.state();
        state.index.search(&state.books, words, limit)
    }

    /// All runbooks with their headings, by file.
    pub fn files(&self) -> Vec<RunbookFile> {
        self.state().books.iter().map(|(file, book)| book.listed(file)).collect()
    }

    /// What a runbook holds.
    pub fn read(&self, file: &str) -> Option<Vec<Block>> {
        self.state().books.get(file).map(Runbook::blocks)
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        // Everything in it is replaced whole, so a panic elsewhere left nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Reads the files that changed and makes the index again if any did.
    fn read(&mut self, folder: &Path) -> Result<Vec<String>, RunbookError> {
        let (found, mut troubles) = folder::look(folder);
        let before = std::mem::take(&mut self.seen);
        let mut changed = before.keys().any(|file| !found.contains_key(file));
        self.books.retain(|file, _| found.contains_key(file));
        for (file, seen) in &found {
            if before.get(file) == Some(seen) && seen.is_sound() {
                continue;
            }
            changed = true;
            match folder::text(folder, file) {
                Ok(text) => {
                    self.books.insert(file.clone(), Runbook::read(file, &text));
                }
                Err(trouble) => {
                    self.books.remove(file);
                    troubles.push(trouble);
                }
            }
        }
        self.seen = found;
        if changed {
            self.index = Index::new(&self.books)?;
        }
        let new = troubles.iter().filter(|trouble| !self.troubles.contains(trouble)).cloned().collect();
        self.troubles = troubles;
        Ok(new)
    }
}
