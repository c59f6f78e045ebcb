//! Answers that were given: `GET /api/answer`, `POST /api/answer/verdict`, `GET /api/answers/judged`.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::{HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::App;
use super::demo::wrong;
use super::error::ApiError;
use super::query::Parameters;
use crate::answers::{Judgement, Record, Verdict};
use crate::clock;

/// Body of `POST /api/answer/verdict`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Said {
    /// Name of the answer.
    id: String,
    /// Right or wrong.
    verdict: Verdict,
    /// What would have been right, in their own words.
    #[serde(default)]
    note: String,
    /// By whom, in their own words.
    #[serde(default)]
    by: String,
}

/// An answer told again from its facts, with what it follows from.
pub(super) async fn one(State(app): State<App>, uri: Uri) -> Result<Json<Record>, ApiError> {
    let id = Parameters::read(&uri, &["id"])?.need("id")?.to_owned();
    app.ready()?.ask(move |centre| centre.with_answers(|answers| answers.record(&id))).await.map(Json)
}

/// Keeps what somebody says of an answer; all that was said of it comes back.
pub(super) async fn judge(
    State(app): State<App>,
    body: Result<Json<Said>, JsonRejection>,
) -> Result<Json<Vec<Judgement>>, ApiError> {
    let Json(Said { id, verdict, note, by }) = body.map_err(wrong)?;
    let judgement = Judgement { at: clock::now(), verdict, note: note.trim().into(), by: by.trim().into() };
    app.ready()?.ask(move |centre| centre.with_answers(|answers| answers.judge(&id, &judgement))).await.map(Json)
}

/// What was judged, as a set of questions for an evaluation: a line of JSON each.
pub(super) async fn judged(State(app): State<App>) -> Result<Response, ApiError> {
    let lines = app.ready()?.ask(|centre| centre.with_answers(crate::answers::Answers::judged)).await?;
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"))], lines).into_response())
}
