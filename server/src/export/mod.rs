//! Files to take away: what of the centre goes into one, masked and counted; files of frames are signed.

mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::Arc;

use bonghwa_analytics::bucket::Name;
use bonghwa_analytics::codec::hex;
use bonghwa_analytics::desk::Desk;
use bonghwa_analytics::format::{Lang, local};
use bonghwa_analytics::table::{Line, TableQuery, lines};
use bonghwa_analytics::time::{DAY, Resolution};
use bonghwa_analytics::view::Mark;
use bonghwa_file::{FileError, Index, Made, SigningKey, Wanted, Writer, blocks, manifest};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
    #[error("these regions have no rows of this span in this period; choose another one")]
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

/// What kind of file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Frames, signed: opens without a server as the whole console.
    #[default]
    Bonghwa,
    /// A table for spreadsheets.
    Csv,
    /// The same table for databases and data frames.
    Parquet,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Bonghwa, Self::Csv, Self::Parquet];

    /// Its name, which is how its files end.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bonghwa => "bonghwa",
            Self::Csv => "csv",
            Self::Parquet => "parquet",
        }
    }

    /// The format of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }
}

/// Who takes a file away, and why; both stand in it, unless it is CSV.
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

    /// Makes a file of frames.
    pub fn make(&self, centre: &Centre, wanted: &Wanted, purpose: &Purpose) -> Result<Exported, ExportError> {
        let Purpose { by, reason } = self.allowed(centre, wanted, purpose)?;
        let mut manifest = manifest(centre, wanted)?;
        for Mark { by, .. } in manifest.marks.values_mut().flatten() {
            *by = self.masked(by);
        }
        for text in manifest.runbooks.values_mut() {
            *text = self.masked(text);
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
        let name = name(&manifest.title.1, wanted, Format::Bonghwa);
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

    /// Makes a table of rows of a span; without one, of that which gives some hundred lines. It is CSV unless Parquet is asked
    /// for.
    pub fn table(
        &self,
        centre: &Centre,
        wanted: &Wanted,
        every: Option<Resolution>,
        format: Format,
        lang: Lang,
        purpose: &Purpose,
    ) -> Result<Exported, ExportError> {
        let Purpose { by, reason } = self.allowed(centre, wanted, purpose)?;
        let (settings, from, to) = (centre.settings(), wanted.from, wanted.to);
        let mut regions = wanted.regions.clone();
        if regions.is_empty() {
            regions.extend(settings.regions.iter().map(|region| region.code.clone()));
        }
        let mut seen = BTreeSet::new();
        regions.retain(|code| seen.insert(code.clone()));
        let every = every.unwrap_or_else(|| TableQuery::span_kept(centre, &regions, from, to));
        let query = TableQuery { regions, from, to, every };
        let file = self.scratch()?;
        let writer = if format == Format::Parquet {
            let said = [("reason", reason), ("by", by), ("made", clock::now().to_string())];
            table::Writer::parquet(file, lang, settings.regions, &said)
        } else {
            table::Writer::csv(file, lang, settings.regions)
        };
        let mut writer = writer.map_err(|error| self.failed(error))?;
        // The same few names again and again.
        let mut names: BTreeMap<Name, Name> = BTreeMap::new();
        lines(centre, &query, &mut |mut line: Line| {
            let masked = || Name::from(self.masked(&line.service));
            line.service = names.entry(line.service.clone()).or_insert_with(masked).clone();
            writer.put(line).map_err(|error| self.failed(error))
        })?;
        let mut file = writer.finish().map_err(|error| self.failed(error))?.ok_or(ExportError::Empty)?;
        let length = file.stream_position().map_err(|error| self.failed(error))?;
        file.seek(SeekFrom::Start(0)).map_err(|error| self.failed(error))?;
        self.egress.count(Destination::Export, length);
        Ok(Exported { file, length, name: name(&settings.title.1, wanted, format) })
    }

    /// Who takes away and why, masked; refused are a period and regions that there are not, and no reason.
    fn allowed(&self, centre: &Centre, wanted: &Wanted, purpose: &Purpose) -> Result<Purpose, ExportError> {
        if !wanted.to.checked_sub(wanted.from).is_some_and(|length| (1..=LONGEST).contains(&length)) {
            return Err(ExportError::Period);
        }
        let [by, reason] = [&purpose.by, &purpose.reason].map(|text| self.masked(text.trim()));
        if reason.is_empty() {
            return Err(ExportError::Reason);
        }
        wanted.regions.iter().try_for_each(|code| centre.known(code))?;
        Ok(Purpose { by, reason })
    }

    fn masked(&self, text: &str) -> String {
        self.egress.masked(Destination::Export, text)
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
fn name(title: &str, wanted: &Wanted, format: Format) -> String {
    let day = |at: i64| local(at).chars().take(10).filter(char::is_ascii_digit).collect::<String>();
    let of = match wanted.regions.as_slice() {
        [one] => one.clone(),
        _ => title.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase(),
    };
    format!("{of}-{}-{}.{}", day(wanted.from), day(wanted.to - 1), format.name())
}
