//! A document in any of the four formats.

use bonghwa_analytics::ask::Format;

use crate::document::Document;
use crate::hwpx::{Hwpx, HwpxError, HwpxWriter};
use crate::pdf::PdfError;

/// Why a file could not be made.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// PDF.
    #[error("no PDF: {0}")]
    Pdf(#[from] PdfError),
    /// HWPX.
    #[error("no HWPX: {0}")]
    Hwpx(#[from] HwpxError),
    /// A workbook.
    #[error("no workbook: {0}")]
    Xlsx(#[from] rust_xlsxwriter::XlsxError),
}

/// Writes a document as a file.
pub fn write(document: &Document, format: Format) -> Result<Vec<u8>, WriteError> {
    Ok(match format {
        Format::Pdf => crate::pdf(document)?,
        Format::Hwpx => Hwpx.write(document)?,
        Format::Xlsx => crate::xlsx(document)?,
        Format::Html => crate::html(document).into_bytes(),
    })
}

/// The media type of a format.
pub const fn media_type(format: Format) -> &'static str {
    match format {
        Format::Pdf => "application/pdf",
        Format::Hwpx => "application/hwp+zip",
        Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Format::Html => "text/html; charset=utf-8",
    }
}
