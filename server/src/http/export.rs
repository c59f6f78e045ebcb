//! `POST /api/export`: a signed file to take away.

use std::io::Read;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bonghwa_file::Wanted;
use futures_util::stream;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::demo::wrong;
use super::error::ApiError;
use super::percent::disposition;
use super::{App, refused_by_centre};
use crate::export::{ExportError, Exported, Purpose};

/// Content type of a file.
pub(super) const FILE: &str = "application/vnd.bonghwa.file";
/// Bytes of a piece of the body.
const PIECE: usize = 1 << 18;

/// Body of `POST /api/export`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Export {
    /// First second, since 1970.
    from: i64,
    /// End (exclusive).
    to: i64,
    /// Codes of the regions; empty for all.
    #[serde(default)]
    regions: Vec<String>,
    /// Whether users of any regions and times are to be countable together; makes the file many times as large.
    #[serde(default)]
    registers: bool,
    /// Why it is taken away; stands in the file.
    reason: String,
    /// Who takes it away, in their own words.
    #[serde(default)]
    by: String,
}

/// Makes a file and sends it.
pub(super) async fn file(
    State(app): State<App>,
    body: Result<Json<Export>, JsonRejection>,
) -> Result<Response, ApiError> {
    let Json(Export { from, to, regions, registers, reason, by }) = body.map_err(wrong)?;
    let ready = app.ready()?;
    let (centre, exporter) = (ready.centre.clone(), ready.exporter.clone());
    let wanted = Wanted { from, to, regions, registers };
    let made = tokio::task::spawn_blocking(move || exporter.make(&centre, &wanted, &Purpose { by, reason })).await;
    let made = made.map_err(|error| ApiError::Internal(format!("the export stopped: {error}")))?;
    let Exported { file, length, name } = made.map_err(refused)?;
    let pieces = stream::try_unfold(file, |mut file| async {
        let read = tokio::task::spawn_blocking(move || {
            let mut piece = vec![0; PIECE];
            let count = file.read(&mut piece)?;
            piece.truncate(count);
            Ok::<_, std::io::Error>((file, piece))
        });
        let (file, piece) = read.await.map_err(std::io::Error::other)??;
        Ok::<_, std::io::Error>((!piece.is_empty()).then(|| (Bytes::from(piece), file)))
    });
    let headers = [
        (header::CONTENT_TYPE, FILE.to_owned()),
        (header::CONTENT_LENGTH, length.to_string()),
        (header::CONTENT_DISPOSITION, disposition("attachment", &name, "export.bonghwa")),
    ];
    Ok((headers, Body::from_stream(pieces)).into_response())
}

fn refused(error: ExportError) -> ApiError {
    match error {
        ExportError::Centre(error) => refused_by_centre(error),
        ExportError::Reason | ExportError::Period => ApiError::Body(error.to_string()),
        ExportError::Empty => ApiError::NotFound(error.to_string()),
        ExportError::File(..) => ApiError::Storage(error.to_string()),
        ExportError::Index(_) => ApiError::Internal(error.to_string()),
    }
}
