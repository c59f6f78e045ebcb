//! Reports on disk: a folder each, with what was asked for and the files.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use bonghwa_analytics::report::ReportEntry;

/// Name of the file with the entry.
const ENTRY: &str = "report.json";

/// The folder of all reports.
pub(super) struct Store(PathBuf);

impl Store {
    pub(super) fn open(folder: &Path) -> std::io::Result<Self> {
        fs::create_dir_all(folder)?;
        Ok(Self(folder.to_path_buf()))
    }

    /// All entries. What cannot be read is left out, and stays where it is.
    pub(super) fn read(&self) -> std::io::Result<Vec<ReportEntry>> {
        let mut entries = Vec::new();
        for folder in fs::read_dir(&self.0)? {
            let folder = folder?;
            let Ok(text) = fs::read(folder.path().join(ENTRY)) else { continue };
            let Ok(entry) = serde_json::from_slice::<ReportEntry>(&text) else { continue };
            if folder.file_name().to_str() == Some(entry.id.as_str()) && sound(&entry.id) {
                entries.push(entry);
            }
        }
        Ok(entries)
    }

    /// Keeps an entry; a crash leaves the one before or this one.
    pub(super) fn put(&self, entry: &ReportEntry) -> std::io::Result<()> {
        let text = serde_json::to_vec(entry).map_err(|error| std::io::Error::new(ErrorKind::InvalidData, error))?;
        self.write(&entry.id, ENTRY, &text)
    }

    /// Keeps a file of a report.
    pub(super) fn write(&self, id: &str, name: &str, bytes: &[u8]) -> std::io::Result<()> {
        let folder = self.folder(id)?;
        fs::create_dir_all(&folder)?;
        let fresh = folder.join(format!("{name}.new"));
        let mut file = fs::File::create(&fresh)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(fresh, folder.join(name))
    }

    /// Reads a file of a report.
    pub(super) fn file(&self, id: &str, name: &str) -> std::io::Result<Vec<u8>> {
        fs::read(self.folder(id)?.join(name))
    }

    /// Takes a report away.
    pub(super) fn remove(&self, id: &str) -> std::io::Result<()> {
        match fs::remove_dir_all(self.folder(id)?) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            other => other,
        }
    }

    fn folder(&self, id: &str) -> std::io::Result<PathBuf> {
        if sound(id) { Ok(self.0.join(id)) } else { Err(ErrorKind::InvalidInput.into()) }
    }
}

/// Whether a name is one of ours: it becomes a folder.
pub(super) fn sound(id: &str) -> bool {
    !id.is_empty() && id.len() <= 64 && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}
