//! PDF/UA-1, set by typst: tagged, in the font that comes with the program, without a time stamp.

use std::sync::OnceLock;

use bonghwa_analytics::format::Lang;
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Feature, Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use crate::chart;
use crate::document::{Block, Document};

const TEMPLATE: &str = include_str!("report.typ");
const FAMILY: &str = "Bonghwa Sans";
static FONTS: [&[u8]; 2] =
    [include_bytes!("../../fonts/BonghwaSans-Regular.otf"), include_bytes!("../../fonts/BonghwaSans-Bold.otf")];
/// Documents after which what typst keeps of earlier ones is forgotten.
const KEPT: usize = 2;

/// Why no PDF could be made.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// The document could not be handed over.
    #[error("the document cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The layout failed.
    #[error("the document cannot be laid out: {0}")]
    Layout(String),
}

/// Writes a document as PDF. A character that the font does not have becomes `□`.
pub fn pdf(document: &Document) -> Result<Vec<u8>, PdfError> {
    let json = serde_json::to_string(document)?;
    let covered = covered(&json);
    let lang = Lang::from_tag(&document.lang).unwrap_or_default();
    let mut files = vec![(path("/document.json")?, Bytes::from_string(covered))];
    for (at, block) in document.blocks.iter().enumerate() {
        if let Block::Figure(chart, table) = block {
            let drawn = self::covered(&chart::svg(chart, table, lang, FAMILY));
            files.push((path(&format!("/chart-{at}.svg"))?, Bytes::from_string(drawn)));
        }
    }
    let world = Desk { main: Source::new(path("/report.typ")?, TEMPLATE.to_owned()), files };
    let set = typst::compile::<PagedDocument>(&world).output.map_err(refused);
    let standards =
        PdfStandards::new(&[PdfStandard::Ua_1]).map_err(|error| PdfError::Layout(error.message().to_string()))?;
    let options = PdfOptions {
        ident: Smart::Custom(document.name.clone()),
        creator: Smart::Custom(Some("Bonghwa".to_owned())),
        timestamp: None,
        standards,
        ..PdfOptions::default()
    };
    let written = set.and_then(|set| typst_pdf::pdf(&set, &options).map_err(refused));
    typst::comemo::evict(KEPT);
    written
}

fn refused(errors: impl IntoIterator<Item = SourceDiagnostic>) -> PdfError {
    let messages: Vec<String> = errors.into_iter().map(|error| error.message.to_string()).collect();
    PdfError::Layout(messages.join("; "))
}

fn path(name: &str) -> Result<FileId, PdfError> {
    let path = VirtualPath::new(name).map_err(|_| PdfError::Layout(format!("{name} is no path")))?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

/// A text with `□` for what the font cannot show.
fn covered(text: &str) -> String {
    let known = |c: char| c.is_ascii() || fonts().iter().all(|font| font.info().coverage.contains(c as u32));
    text.chars().map(|c| if known(c) { c } else { '□' }).collect()
}

fn fonts() -> &'static [Font] {
    static LOADED: OnceLock<Vec<Font>> = OnceLock::new();
    LOADED.get_or_init(|| FONTS.iter().filter_map(|font| Font::new(Bytes::new(*font), 0)).collect())
}

fn book() -> &'static LazyHash<FontBook> {
    static BOOK: OnceLock<LazyHash<FontBook>> = OnceLock::new();
    BOOK.get_or_init(|| LazyHash::new(FontBook::from_fonts(fonts())))
}

/// The row headers of tables are tagged as such by a function that typst still calls an extra.
fn library() -> &'static LazyHash<Library> {
    static LIBRARY: OnceLock<LazyHash<Library>> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        LazyHash::new(Library::builder().with_features([Feature::A11yExtras].into_iter().collect()).build())
    })
}

/// All that typst may read: the template, the document and its charts.
struct Desk {
    main: Source,
    files: Vec<(FileId, Bytes)>,
}

impl World for Desk {
    fn library(&self) -> &LazyHash<Library> {
        library()
    }

    fn book(&self) -> &LazyHash<FontBook> {
        book()
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main.id() { Ok(self.main.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let file = self.files.iter().find(|(known, _)| *known == id);
        file.map(|(_, bytes)| bytes.clone()).ok_or(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        fonts().get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
