//! Runbooks: a folder of Markdown files, read again when they change.

mod folder;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bonghwa_analytics::runbook::{Library, MOST_BYTES};

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
        let known = self.library.texts();
        let mut changed = known.keys().any(|file| !found.contains_key(file));
        let mut fresh = BTreeMap::new();
        for (file, seen) in &found {
            if before.get(file) == Some(seen) && seen.is_sound() {
                continue;
            }
            let text = folder::text(folder, file).map_err(|trouble| troubles.push(trouble)).ok();
            changed |= text.as_ref() != known.get(file);
            fresh.insert(file, text);
        }
        // Nothing is copied, let alone read anew, while the folder rests.
        if changed {
            let mut texts = known.clone();
            texts.retain(|file, _| found.contains_key(file));
            for (file, text) in fresh {
                match text {
                    Some(text) => drop(texts.insert(file.clone(), text)),
                    None => drop(texts.remove(file)),
                }
            }
            let given = texts.len();
            self.library = Arc::new(Library::new(texts));
            if self.library.texts().len() < given {
                troubles.push(format!(
                    "runbooks: {} holds more than {} MiB; the first by name are read",
                    folder.display(),
                    MOST_BYTES >> 20
                ));
            }
        }
        self.seen = found;
        let new = troubles.iter().filter(|trouble| !self.troubles.contains(trouble)).cloned().collect();
        self.troubles = troubles;
        new
    }
}
