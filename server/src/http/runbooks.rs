//! Runbooks: `GET /api/runbooks`, `GET /api/runbook`.

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use bonghwa_analytics::desk::{self, Desk as _};
use bonghwa_analytics::view::{Passage, RunbookFile, RunbookView};
use schemars::JsonSchema;
use serde::Serialize;

use super::App;
use super::error::ApiError;
use super::query::Parameters;

/// Passages that are given unless a number is asked for, and at most; characters of words that are read.
const USUAL: usize = 5;
const MOST: usize = 20;
const LONGEST: usize = 500;

/// What comes back.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "Runbooks")]
pub(super) enum Told {
    /// Passages that fit, best first.
    Passages(Vec<Passage>),
    /// All runbooks.
    Files(Vec<RunbookFile>),
}

/// Passages for the words in `q`, at most `limit` of them; without `q` all runbooks with their headings.
pub(super) async fn list(State(app): State<App>, uri: Uri) -> Result<Json<Told>, ApiError> {
    let parameters = Parameters::read(&uri, &["q", "limit"])?;
    let limit = match parameters.get("limit") {
        None => USUAL,
        Some(text) => text
            .parse()
            .ok()
            .filter(|limit| (1..=MOST).contains(limit))
            .ok_or_else(|| ApiError::Parameter(format!("limit = {text:?} is out of range; give 1 to {MOST}")))?,
    };
    let words: Option<String> = parameters.get("q").map(|words| words.chars().take(LONGEST).collect());
    let told = move |centre: &crate::centre::Centre| match words {
        Some(words) => Ok(Told::Passages(centre.runbooks().search(&words, limit))),
        None => Ok(Told::Files(centre.runbooks().files())),
    };
    app.ready()?.ask(told).await.map(Json)
}

/// One runbook, by its file; without `file` the page of all.
pub(super) async fn one(State(app): State<App>, uri: Uri) -> Result<Json<RunbookView>, ApiError> {
    let parameters = Parameters::read(&uri, &["file"])?;
    let file = parameters.get("file").unwrap_or_default().to_owned();
    app.ready()?.ask(move |centre| Ok(desk::runbook(centre, &file))).await.map(Json)
}
