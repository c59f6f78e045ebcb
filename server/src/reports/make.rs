//! From a desk to the files of a report.

use std::ops::ControlFlow;

use bonghwa_analytics::ask::Format;
use bonghwa_analytics::desk::Desk;
use bonghwa_analytics::format::Lang;
use bonghwa_analytics::report::{Made, ReportOrder, ReportProgress, Step, report};
use bonghwa_report::document::Document;
use bonghwa_report::{WriteError, document, write};

/// A report, laid out.
pub struct Files {
    /// What all of them say.
    pub document: Document,
    /// Each with its bytes.
    pub files: Vec<(Format, Vec<u8>)>,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum MakeError<E: std::fmt::Display> {
    /// Rows cannot be read, or a region is not known.
    #[error("{0}")]
    Rows(E),
    /// There is no such incident.
    #[error("there is no incident {0:?}; the list of incidents has the names")]
    NoIncident(String),
    /// A file could not be written.
    #[error("{0}")]
    Write(#[from] WriteError),
    /// Somebody stopped it.
    #[error("the report was stopped")]
    Stopped,
}

/// Makes the files that an order wants. `progress` hears what is made next, and may stop it.
pub fn make<D: Desk>(
    desk: &D,
    order: &ReportOrder,
    progress: &mut dyn FnMut(ReportProgress) -> ControlFlow<()>,
) -> Result<Files, MakeError<D::Error>>
where
    D::Error: std::fmt::Display,
{
    let formats = formats(order);
    let of = (Step::ALL.len() + formats.len()) as u32;
    let made = report(desk, &order.query, &mut |step| {
        let done = Step::ALL.iter().position(|known| *known == step).unwrap_or_default() as u32;
        progress(ReportProgress { step: step.name().to_owned(), done, of })
    });
    let report = match made.map_err(MakeError::Rows)? {
        Made::Report(report) => report,
        Made::Stopped => return Err(MakeError::Stopped),
        Made::NoIncident => return Err(MakeError::NoIncident(order.query.incident.clone())),
    };
    let document = document(&report, if order.english { Lang::En } else { Lang::Ko });
    let mut files = Vec::new();
    for (at, format) in formats.into_iter().enumerate() {
        let done = (Step::ALL.len() + at) as u32;
        if progress(ReportProgress { step: format.name().to_owned(), done, of }).is_break() {
            return Err(MakeError::Stopped);
        }
        files.push((format, write(&document, format)?));
    }
    Ok(Files { document, files })
}

/// The formats that are wanted, each once; all if none was named.
fn formats(order: &ReportOrder) -> Vec<Format> {
    let wanted = |format: &Format| order.formats.is_empty() || order.formats.contains(format);
    Format::ALL.into_iter().filter(wanted).collect()
}
