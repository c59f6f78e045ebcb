//! Files that answers and reports are made from, in the place of a server.

use std::cell::RefCell;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use bonghwa_analytics::atlas::AtlasError;
use bonghwa_analytics::desk::{Files, Manifest};
use bonghwa_analytics::identity::FleetKey;
use bonghwa_analytics::session::GAP;
use bonghwa_edge::intake::{Intake, IntakeError, region_of};
use bonghwa_edge::policy::Policy;
use bonghwa_file::{Bytes, FileError, Heap, is_known};

use crate::random::RandomError;
use crate::{clock, random};

/// Why files cannot be answered from.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refused {
    #[error("cannot read {0}: {1}; check the path and its permissions")]
    File(PathBuf, std::io::Error),
    #[error("{0}: {1}")]
    Wrong(PathBuf, FileError),
    #[error(transparent)]
    Apart(#[from] FileError),
    #[error("{0}: {1}")]
    Taken(PathBuf, IntakeError),
    #[error(transparent)]
    Together(IntakeError),
    #[error(transparent)]
    Key(#[from] RandomError),
    #[error("the files cannot be answered from: {0}")]
    Atlas(#[from] AtlasError),
}

/// A desk of some files; the manifest says what none of them does. Logs, tables of requests and OTLP are taken in as an edge
/// does it.
pub(super) fn open(files: &[PathBuf], manifest: Manifest) -> Result<Files, Refused> {
    let mut heap = Heap::default();
    let mut intake = None;
    for path in files {
        let unread = |error| Refused::File(path.clone(), error);
        let bytes = OnDisk::open(path).map_err(unread)?;
        if !is_known(&bytes).map_err(|error| Refused::Wrong(path.clone(), error))? {
            let intake = match &mut intake {
                Some(intake) => intake,
                None => intake.insert(Intake::new(Policy::new(drawn_key()?), clock::now())),
            };
            let region = region_of(&path.to_string_lossy());
            intake
                .read(&region, File::open(path).map_err(unread)?)
                .map_err(|error| Refused::Taken(path.clone(), error))?;
            continue;
        }
        let wrong = |error| Refused::Wrong(path.clone(), error);
        let known = heap.volumes.len();
        heap.add(Box::new(bytes), &mut |_, _| ()).map_err(wrong)?;
        // Also what no answer needs: a file that was changed anywhere is not to be trusted.
        for volume in heap.volumes.iter().skip(known) {
            (0..volume.blocks()).try_for_each(|number| volume.check(number)).map_err(wrong)?;
        }
    }
    if let Some(intake) = intake {
        heap.take(intake.finish(GAP).map_err(Refused::Together)?);
    }
    Ok(heap.desk(manifest)?)
}

/// A key for identities that nobody else will count.
fn drawn_key() -> Result<FleetKey, Refused> {
    Ok(FleetKey::new(random::bytes()?))
}

/// A file that is read where it is asked for: it may be larger than memory.
pub(super) struct OnDisk {
    file: RefCell<File>,
    length: u64,
}

impl OnDisk {
    pub(super) fn open(path: &Path) -> std::io::Result<Self> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        Ok(Self { file: RefCell::new(file), length })
    }
}

impl Bytes for OnDisk {
    fn length(&self) -> u64 {
        self.length
    }

    fn read(&self, at: u64, length: u64) -> Result<Vec<u8>, FileError> {
        let mut file = self.file.borrow_mut();
        let mut bytes = Vec::new();
        let read = file.seek(SeekFrom::Start(at)).and_then(|_| (&mut *file).take(length).read_to_end(&mut bytes));
        read.map_err(|error| FileError::Read(error.to_string()))?;
        if (bytes.len() as u64) < length { Err(FileError::Truncated) } else { Ok(bytes) }
    }
}
