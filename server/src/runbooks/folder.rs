//! The files of a folder of runbooks.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::SystemTime;

/// Bounds of what is read: bytes of a file, files, folders below the folder.
const LARGEST: u64 = 256 << 10;
const MOST: usize = 500;
const DEEPEST: usize = 4;

/// What is known of a file without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    changed: Option<SystemTime>,
    bytes: u64,
}

impl Seen {
    /// Whether it says enough to tell that a file is the same: a file that could not be read is tried again.
    pub(super) fn is_sound(&self) -> bool {
        self.changed.is_some() && self.bytes <= LARGEST
    }
}

/// The Markdown files below a folder by their names from there, and what cannot be looked at. Links and hidden files are left
/// out: a runbook is a file that somebody put into the folder.
pub(super) fn look(folder: &Path) -> (BTreeMap<String, Seen>, Vec<String>) {
    let (mut files, mut troubles) = (BTreeMap::new(), Vec::new());
    below(folder, "", 0, &mut files, &mut troubles);
    if files.len() > MOST {
        troubles.push(format!(
            "runbooks: {} holds more than {MOST} files; the first {MOST} by name are read",
            folder.display()
        ));
        files = files.into_iter().take(MOST).collect();
    }
    (files, troubles)
}

fn below(folder: &Path, prefix: &str, depth: usize, files: &mut BTreeMap<String, Seen>, troubles: &mut Vec<String>) {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            troubles.push(format!(
                "runbooks: cannot read {}: {error}; check the path and its permissions",
                folder.display()
            ));
            return;
        }
    };
    for entry in entries.flatten() {
        let Ok(name) = entry.file_name().into_string() else { continue };
        let Ok(kind) = entry.file_type() else { continue };
        if name.starts_with('.') || files.len() > MOST {
            continue;
        }
        let path = format!("{prefix}{name}");
        if kind.is_dir() && depth < DEEPEST {
            below(&entry.path(), &format!("{path}/"), depth + 1, files, troubles);
        } else if kind.is_file() && Path::new(&name).extension().is_some_and(|end| end.eq_ignore_ascii_case("md")) {
            let known = entry.metadata().ok();
            let changed = known.as_ref().and_then(|known| known.modified().ok());
            files.insert(path, Seen { changed, bytes: known.map_or(0, |known| known.len()) });
        }
    }
}

/// The text of a file, or why it is left out.
pub(super) fn text(folder: &Path, file: &str) -> Result<String, String> {
    use std::io::Read as _;

    let path = folder.join(file);
    let mut bytes = Vec::new();
    let read = std::fs::File::open(&path).and_then(|open| open.take(LARGEST + 1).read_to_end(&mut bytes));
    read.map_err(|error| format!("runbooks: cannot read {}: {error}; it is left out", path.display()))?;
    if bytes.len() as u64 > LARGEST {
        return Err(format!("runbooks: {} is over {} KiB; split it, it is left out", path.display(), LARGEST >> 10));
    }
    String::from_utf8(bytes)
        .map_err(|_| format!("runbooks: {} is not UTF-8; save it as UTF-8, it is left out", path.display()))
}
