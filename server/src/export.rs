//! Files to take away: what of the centre goes into one, masked, counted and signed.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::Arc;

use bonghwa_analytics::codec::hex;
use bonghwa_analytics::desk::Desk;
use bonghwa_analytics::format::local;
use bonghwa_analytics::time::DAY;
use bonghwa_analytics::view::Mark;
use bonghwa_file::{FileError, Index, Made, SigningKey, Wanted, Writer, blocks, manifest};

use crate::centre::{Centre, CentreError};
use crate::egress::{Destination, Egress};
use crate::{clock, folder, random};

/// Longest period of a file, seconds: as long as anything is kept.
const LONGEST: i64 = 800 * DAY;

/// Who signs files, and where they are put together.
#[derive(Clone)]
pub struct Exporter {
    key: Arc<SigningKey>,
    folder: PathBuf,
    egress: Egress,
}

/// Why no file was made.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The rows could not be read.
    #[error(transparent)]
    Centre(#[from] CentreError),
    /// The place where files are put together.
    #[error("cannot write {0}: {1}; check its permissions and the space on its disk")]
    File(PathBuf, std::io::Error),
    /// The index does not fit.
    #[error(transparent)]
    Index(#[from] FileError),
    /// Nobody said why.
    #[error("say why the file is taken away; the reason stands in it")]
    Reason,
    /// The period is none.
    #[error("the period must end after it begins, and within {} days", LONGEST / DAY)]
    Period,
    /// There is nothing.
    #[error("these regions have no rows in this period; choose another one")]
    Empty,
}

/// A file that was made, ready to be read from its beginning; nobody else can open it, and it goes with this value.
pub struct Exported {
    /// The bytes.
    pub file: File,
    /// How many there are.
    pub length: u64,
    /// A name for it.
    pub name: String,
}

/// Who takes a file away, and why; both stand in it.
#[derive(Clone, Debug, Default)]
pub struct Purpose {
    /// In their own words; may be empty.
    pub by: String,
    /// In their own words.
    pub reason: String,
}

impl Exporter {
    /// An exporter that signs with a key and puts files together in a folder.
    pub fn new(key: SigningKey, folder: PathBuf, egress: Egress) -> Self {
        Self { key: Arc::new(key), folder, egress }
    }

    /// Makes a file.
    pub fn make(&self, centre: &Centre, wanted: &Wanted, purpose: &Purpose) -> Result<Exported, ExportError> {
        if !wanted.to.checked_sub(wanted.from).is_some_and(|length| (1..=LONGEST).contains(&length)) {
            return Err(ExportError::Period);
        }
        let mask = |text: &str| self.egress.masked(Destination::Export, text);
        let [by, reason] = [&purpose.by, &purpose.reason].map(|text| mask(text.trim()));
        if reason.is_empty() {
            return Err(ExportError::Reason);
        }
        wanted.regions.iter().try_for_each(|code| centre.known(code))?;
        let mut manifest = manifest(centre, wanted)?;
        for Mark { by, .. } in manifest.marks.values_mut().flatten() {
            *by = mask(by);
        }
        let mut writer = Writer::default();
        let mut spool = self.scratch()?;
        let mut length: u64 = 0;
        blocks(centre, wanted, &mut writer, &mut |bytes: Vec<u8>| {
            length += bytes.len() as u64;
            spool.write_all(&bytes).map_err(|error| self.failed(error))
        })?;
        if length == 0 {
            return Err(ExportError::Empty);
        }
        let program = format!("bonghwa {}", env!("CARGO_PKG_VERSION"));
        let made = Made { at: clock::now(), by, reason, program };
        let name = name(&manifest.title.1, wanted);
        let index = Index { made, from: wanted.from, to: wanted.to, manifest, blocks: Vec::new() };
        let head = writer.head(index, &self.key)?;
        let mut file = self.scratch()?;
        let copied = (|| {
            file.write_all(&head)?;
            spool.seek(SeekFrom::Start(0))?;
            std::io::copy(&mut spool, &mut file)?;
            file.seek(SeekFrom::Start(0))
        })();
        copied.map_err(|error| self.failed(error))?;
        let length = length + head.len() as u64;
        self.egress.count(Destination::Export, length);
        Ok(Exported { file, length, name })
    }

    /// A file without a name: it goes when it is closed.
    fn scratch(&self) -> Result<File, ExportError> {
        let number = random::bytes::<8>().map_err(|error| self.failed(std::io::Error::other(error.to_string())))?;
        let path = self.folder.join(format!("export-{}.tmp", hex(&number)));
        let make = || {
            let file = folder::private_file(&path)?;
            std::fs::remove_file(&path)?;
            Ok(file)
        };
        make().map_err(|error| ExportError::File(path.clone(), error))
    }

    fn failed(&self, error: std::io::Error) -> ExportError {
        ExportError::File(self.folder.clone(), error)
    }
}

/// A name that says what is in it: `bonghwa-20261120-20261121.bonghwa`, with the region if it is one.
fn name(title: &str, wanted: &Wanted) -> String {
    let day = |at: i64| local(at).chars().take(10).filter(char::is_ascii_digit).collect::<String>();
    let of = match wanted.regions.as_slice() {
        [one] => one.clone(),
        _ => title.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase(),
    };
    format!("{of}-{}-{}.bonghwa", day(wanted.from), day(wanted.to - 1))
}
