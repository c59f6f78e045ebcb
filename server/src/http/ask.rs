//! Questions in plain words: `POST /api/ask`, `GET /api/suggest`.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::Uri;
use bonghwa_analytics::answer::{Asking, Reply};
use bonghwa_analytics::ask::{Suggestion, suggest};
use bonghwa_analytics::format::Lang;
use bonghwa_app::address::{Address, Page};
use bonghwa_app::speak;
use schemars::JsonSchema;
use serde::Serialize;

use super::App;
use super::demo::wrong;
use super::error::ApiError;
use super::query::Parameters;

/// What comes back: the reply as data, and in words.
#[derive(Serialize, JsonSchema)]
pub(super) struct Told {
    #[serde(flatten)]
    reply: Reply,
    /// Korean and English.
    words: [String; 2],
}

/// Understands and answers. The body is `{"text": "…"}`, with `previous` (a question) where the text goes on from it, or with
/// `question` in its place.
pub(super) async fn ask(
    State(app): State<App>,
    body: Result<Json<Asking>, JsonRejection>,
) -> Result<Json<Told>, ApiError> {
    let Json(asking) = body.map_err(wrong)?;
    let reply = app.ready()?.ask(move |centre| centre.ask(&asking)).await?;
    let words = [Lang::Ko, Lang::En].map(|lang| speak(&reply, lang));
    Ok(Json(Told { reply, words }))
}

/// The page 묻기: takes the keys of its address (`q`, `b` for what was asked before, `pick`).
pub(super) async fn page(State(app): State<App>, uri: Uri) -> Result<Json<Reply>, ApiError> {
    let Page::Ask(query) = Address::parse("/ask", uri.query().unwrap_or_default()).page else {
        return Err(ApiError::Internal("the address of a question is not one".into()));
    };
    app.ready()?.ask(move |centre| centre.ask(&query.into())).await.map(Json)
}

/// What can be asked, while somebody types.
pub(super) async fn suggestions(State(app): State<App>, uri: Uri) -> Result<Json<Vec<Suggestion>>, ApiError> {
    let parameters = Parameters::read(&uri, &["q", "lang"])?;
    let lang = match parameters.get("lang") {
        None => Lang::Ko,
        Some(tag) => Lang::from_tag(tag)
            .ok_or_else(|| ApiError::Parameter(format!("lang = {tag:?} is no language here; give ko or en")))?,
    };
    let typed = parameters.get("q").unwrap_or_default();
    Ok(Json(suggest(typed, app.ready()?.centre.regions(), lang)))
}
