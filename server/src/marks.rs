//! What people said of incidents: acknowledged, resolved, the cause right or wrong.
//!
//! One line of JSON a mark in `marks.jsonl`, appended and synced before it counts, never rewritten: what was said stays
//! on record. A last line that a crash cut off is left out.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use bonghwa_analytics::view::{Mark, MarkKind};
use serde::{Deserialize, Serialize};

/// Name of the file in the data folder.
const FILE_NAME: &str = "marks.jsonl";
/// Most letters of a name.
pub const LONGEST_NAME: usize = 40;
/// Most marks that are kept of one incident.
const MOST: usize = 200;

/// Why a mark was not kept.
#[derive(Debug, thiserror::Error)]
pub enum MarkError {
    /// The file cannot be read or written.
    #[error("cannot use {0}: {1}; check its permissions and the space on its disk")]
    File(PathBuf, std::io::Error),
    /// The name is too long or is no text.
    #[error("the name has more than {LONGEST_NAME} letters or holds control characters; give a shorter one")]
    Name,
    /// The incident has been marked too often.
    #[error("this incident carries {MOST} marks already; no more are kept")]
    TooMany,
}

/// The marks of all incidents.
pub struct Marks {
    path: PathBuf,
    kept: Mutex<Kept>,
}

struct Kept {
    file: File,
    by_incident: BTreeMap<String, Vec<Mark>>,
}

#[derive(Serialize, Deserialize)]
struct Line {
    incident: String,
    at: i64,
    kind: MarkKind,
    #[serde(default)]
    by: String,
}

impl Marks {
    /// Reads what was said so far.
    pub fn open(folder: &Path) -> Result<Self, MarkError> {
        let path = folder.join(FILE_NAME);
        let failed = |error| MarkError::File(path.clone(), error);
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(&path).map_err(failed)?;
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(0)).and_then(|_| file.read_to_end(&mut bytes)).map_err(failed)?;
        if bytes.last().is_some_and(|last| *last != b'\n') {
            // What follows must not become part of the line that was cut off.
            file.write_all(b"\n").map_err(failed)?;
        }
        let mut by_incident: BTreeMap<String, Vec<Mark>> = BTreeMap::new();
        for line in bytes.split(|byte| *byte == b'\n') {
            if let Ok(Line { incident, at, kind, by }) = serde_json::from_slice(line) {
                by_incident.entry(incident).or_default().push(Mark { at, kind, by });
            }
        }
        Ok(Self { path, kept: Mutex::new(Kept { file, by_incident }) })
    }

    /// Keeps a mark. When it returns the mark is durable.
    pub fn add(&self, incident: &str, mark: Mark) -> Result<(), MarkError> {
        if mark.by.chars().count() > LONGEST_NAME || mark.by.chars().any(char::is_control) {
            return Err(MarkError::Name);
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.by_incident.get(incident).is_some_and(|marks| marks.len() >= MOST) {
            return Err(MarkError::TooMany);
        }
        let line = Line { incident: incident.to_owned(), at: mark.at, kind: mark.kind, by: mark.by.clone() };
        let failed = |error| MarkError::File(self.path.clone(), error);
        let mut bytes = serde_json::to_vec(&line).map_err(|error| failed(error.into()))?;
        bytes.push(b'\n');
        kept.file.write_all(&bytes).and_then(|()| kept.file.sync_data()).map_err(failed)?;
        kept.by_incident.entry(line.incident).or_default().push(mark);
        Ok(())
    }

    /// What was said of an incident, oldest first.
    pub fn of(&self, incident: &str) -> Vec<Mark> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.by_incident.get(incident).cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(kind: MarkKind) -> Mark {
        Mark { at: 1_795_212_000, kind, by: "김봉화".into() }
    }

    #[test]
    fn marks_outlive_the_program_and_a_line_cut_off() {
        let folder = folder("kept");
        Marks::open(&folder).unwrap().add("a", mark(MarkKind::Acknowledged)).unwrap();
        OpenOptions::new()
            .append(true)
            .open(folder.join(FILE_NAME))
            .unwrap()
            .write_all(b"{\"incident\":\"a\"")
            .unwrap();
        let marks = Marks::open(&folder).unwrap();
        marks.add("a", mark(MarkKind::Right)).unwrap();
        let again = Marks::open(&folder).unwrap();
        assert_eq!(again.of("a"), vec![mark(MarkKind::Acknowledged), mark(MarkKind::Right)]);
        assert!(again.of("b").is_empty());
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn names_and_numbers_of_marks_are_bounded() {
        let folder = folder("bounds");
        let marks = Marks::open(&folder).unwrap();
        let long = Mark { by: "가".repeat(LONGEST_NAME + 1), ..mark(MarkKind::Right) };
        assert!(matches!(marks.add("a", long), Err(MarkError::Name)));
        let hostile = Mark { by: "a\nb".into(), ..mark(MarkKind::Right) };
        assert!(matches!(marks.add("a", hostile), Err(MarkError::Name)));
        (0..MOST).for_each(|_| marks.add("a", mark(MarkKind::Right)).unwrap());
        assert!(matches!(marks.add("a", mark(MarkKind::Right)), Err(MarkError::TooMany)));
        std::fs::remove_dir_all(folder).unwrap();
    }

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("bonghwa-marks-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }
}
