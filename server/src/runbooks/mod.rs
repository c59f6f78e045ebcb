//! Runbooks: a folder of Markdown files, read again when they change.

mod folder;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bonghwa_analytics::runbook::Library;

use self::folder::Seen;

/// The folder is looked at again after so long.
const PAUSE: Duration = Duration::from_secs(5);

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
    library: Arc<Library>,
    looked: Option<Instant>,
    /// What was wrong with the folder at the last look.
    troubles: Vec<String>,
}

impl Runbooks {
    /// Reads the runbooks of a source. What is wrong with a folder or a file is told by [`refresh`](Self::refresh).
    pub fn open(source: RunbookSource) -> Self {
        let mut texts = BTreeMap::new();
        if source == RunbookSource::Demo {
            texts.extend(crate::demo::RUNBOOKS.map(|(file, text)| (file.to_owned(), text.to_owned())));
        }
        let (seen, troubles) = (BTreeMap::new(), Vec::new());
        let library = Arc::new(Library::new(texts));
        Self(Arc::new(Mutex::new(State { source, seen, library, looked: None, troubles })))
    }

    /// Looks at the folder, unless that was done a moment ago, and reads what changed; what is newly wrong, a line each.
    pub fn refresh(&self) -> Vec<String> {
        let mut state = self.state();
        let RunbookSource::Folder(folder) = state.source.clone() else { return Vec::new() };
        if state.looked.is_some_and(|looked| looked.elapsed() < PAUSE) {
            return Vec::new();
        }
        state.looked = Some(Instant::now());
        state.read(&folder)
    }

    /// Those that there are now.
    pub fn library(&self) -> Arc<Library> {
        self.state().library.clone()
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        // Everything in it is replaced whole, so a panic elsewhere left nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Reads the files that changed, and makes the library again if any did.
    fn read(&mut self, folder: &Path) -> Vec<String> {
        let (found, mut troubles) = folder::look(folder);
        let before = std::mem::take(&mut self.seen);
        let mut changed = before.keys().any(|file| !found.contains_key(file));
        let mut texts = self.library.texts().clone();
        texts.retain(|file, _| found.contains_key(file));
        for (file, seen) in &found {
            if before.get(file) == Some(seen) && seen.is_sound() {
                continue;
            }
            changed = true;
            match folder::text(folder, file) {
                Ok(text) => drop(texts.insert(file.clone(), text)),
                Err(trouble) => {
                    texts.remove(file);
                    troubles.push(trouble);
                }
            }
        }
        self.seen = found;
        if changed {
            self.library = Arc::new(Library::new(texts));
        }
        let new = troubles.iter().filter(|trouble| !self.troubles.contains(trouble)).cloned().collect();
        self.troubles = troubles;
        new
    }
}
