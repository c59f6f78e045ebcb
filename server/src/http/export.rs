//! `POST /api/export`: a file to take away.

use std::io::Read;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use bonghwa_analytics::format::{Lang, parse_local};
use bonghwa_analytics::time::Resolution;
use bonghwa_file::Wanted;
use futures_util::stream;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::demo::wrong;
use super::error::ApiError;
use super::percent::disposition;
use super::reports::is_form;
use super::{App, refused_by_centre};
use crate::export::{ExportError, Exported, Format, Purpose};

/// Content type of a file.
pub(super) const FILE: &str = "application/vnd.bonghwa.file";
/// Bytes of a piece of the body.
const PIECE: usize = 1 << 18;

/// Body of `POST /api/export`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
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
    /// What kind of file: `bonghwa` (frames, signed), or a table as `csv` or `parquet`.
    #[serde(default)]
    format: Format,
    /// Span of a line of a table: `1m`, `5m` or `1h`; absent for what gives some hundred lines.
    #[serde(default)]
    every: Option<Every>,
    /// Language of the headings of CSV and of the names of regions, `ko` or `en`.
    #[serde(default)]
    lang: String,
    /// Why it is taken away; stands in the file, unless it is CSV.
    reason: String,
    /// Who takes it away, in their own words.
    #[serde(default)]
    by: String,
}

/// Span of a line.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
pub(super) enum Every {
    /// A minute.
    #[serde(rename = "1m")]
    Minute,
    /// Five minutes.
    #[serde(rename = "5m")]
    FiveMinutes,
    /// An hour.
    #[serde(rename = "1h")]
    Hour,
}

impl Every {
    const fn resolution(self) -> Resolution {
        match self {
            Self::Minute => Resolution::Minute,
            Self::FiveMinutes => Resolution::FiveMinutes,
            Self::Hour => Resolution::Hour,
        }
    }
}

/// Makes a file and sends it. What is wanted comes as JSON, or from the form of a page.
pub(super) async fn file(State(app): State<App>, headers: HeaderMap, body: Bytes) -> Result<Response, ApiError> {
    let wanted = if is_form(&headers) { of_form(&body)? } else { Json::from_bytes(&body).map_err(wrong)?.0 };
    let Export { from, to, regions, registers, format, every, lang, reason, by } = wanted;
    let ready = app.ready()?;
    let (centre, exporter) = (ready.centre.clone(), ready.exporter.clone());
    let wanted = Wanted { from, to, regions, registers };
    let (every, lang) = (every.map(Every::resolution), Lang::from_tag(&lang).unwrap_or(Lang::Ko));
    let purpose = Purpose { by, reason };
    let made = tokio::task::spawn_blocking(move || match format {
        Format::Bonghwa => exporter.make(&centre, &wanted, &purpose),
        table => exporter.table(&centre, &wanted, every, table, lang, &purpose),
    })
    .await;
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
        (header::CONTENT_TYPE, content_type(format).to_owned()),
        (header::CONTENT_LENGTH, length.to_string()),
        (header::CONTENT_DISPOSITION, disposition("attachment", &name, &format!("export.{}", format.name()))),
    ];
    Ok((headers, Body::from_stream(pieces)).into_response())
}

const fn content_type(format: Format) -> &'static str {
    match format {
        Format::Bonghwa => FILE,
        Format::Csv => "text/csv;charset=utf-8",
        Format::Parquet => "application/vnd.apache.parquet",
    }
}

/// What a form wants: dates and times in Asia/Seoul.
fn of_form(body: &[u8]) -> Result<Export, ApiError> {
    let mut wanted = Export::default();
    for (key, value) in form_urlencoded::parse(body) {
        let instant = || {
            parse_local(&value)
                .ok_or_else(|| ApiError::Body(format!("{key} = {value:?} is no instant; give 2026-11-20T14:05")))
        };
        match &*key {
            "from" => wanted.from = instant()?,
            "to" => wanted.to = instant()?,
            "region" if value.is_empty() => {}
            "region" => wanted.regions.push(value.into_owned()),
            "registers" => wanted.registers = true,
            "format" => {
                let known = Format::from_name(&value);
                wanted.format = known.ok_or_else(|| ApiError::Body(format!("there is no format {value:?}")))?;
            }
            "lang" => wanted.lang = value.into_owned(),
            "reason" => wanted.reason = value.into_owned(),
            "by" => wanted.by = value.into_owned(),
            _ => return Err(ApiError::Body(format!("there is no field {key:?}"))),
        }
    }
    Ok(wanted)
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
