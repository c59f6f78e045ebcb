//! Questions in plain words: `POST /api/ask`, `POST /api/ask/stream`, `GET /api/suggest`.

use std::convert::Infallible;
use std::pin::pin;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::{HeaderName, HeaderValue, Uri};
use axum::response::sse::{Event as SseEvent, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use bonghwa_analytics::answer::{Asking, Reply};
use bonghwa_analytics::ask::{Suggestion, suggest};
use bonghwa_analytics::format::Lang;
use bonghwa_app::address::{Address, Page};
use futures_util::stream::{self, StreamExt};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::mpsc;

use super::demo::wrong;
use super::error::ApiError;
use super::query::Parameters;
use super::{App, refused_by_centre};
use crate::centre::CentreError;
use crate::model::conversation::{Event, Proposal, Told, converse};
use crate::model::phrase::Line;

/// Time between comments that keep a silent connection open through proxies.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// What comes back, with what a model added where it was asked for.
#[derive(Serialize, JsonSchema)]
pub(super) struct Answered {
    #[serde(flatten)]
    told: Told,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<Added>,
}

/// The events of a question, as they happen.
type Telling = mpsc::UnboundedReceiver<Result<Event, CentreError>>;

/// What a model added.
#[derive(Serialize, JsonSchema)]
struct Added {
    proposal: Option<Box<Proposal>>,
    lines: Vec<Line>,
    #[serde(flatten)]
    done: Value,
}

/// What is asked, whether of a model too, and in which language it is to write.
struct Wish {
    asking: Asking,
    model: Option<bool>,
    lang: Lang,
    /// The answer that is shown already, which a model is to go on from.
    shown: Option<String>,
}

impl Wish {
    /// `model`, `lang` and `shown` (the `id` of an answer) stand beside the fields of the question; a field that is not known is an error that names it.
    fn read(body: Result<Json<Value>, JsonRejection>) -> Result<Self, ApiError> {
        let Json(mut body) = body.map_err(wrong)?;
        let mut take = |name: &str| body.as_object_mut().and_then(|fields| fields.remove(name));
        let model = match take("model") {
            None => None,
            Some(Value::Bool(model)) => Some(model),
            Some(other) => return Err(ApiError::Body(format!("model: {other} is neither true nor false"))),
        };
        let lang = match take("lang") {
            None => None,
            Some(tag) => Some(tag.as_str().and_then(Lang::from_tag).ok_or_else(|| unknown_lang(&tag.to_string()))?),
        };
        let shown = take("shown").and_then(|id| id.as_str().map(str::to_owned));
        let asking: Asking = serde_json::from_value(body).map_err(|error| ApiError::Body(error.to_string()))?;
        let lang = lang.unwrap_or_else(|| Lang::of_text(&asking.text));
        Ok(Self { asking, model, lang, shown })
    }
}

fn unknown_lang(given: &str) -> ApiError {
    ApiError::Parameter(format!("lang = {given} is no language here; give ko or en"))
}

/// Understands and answers. The body is `{"text": "…"}`, with `previous` (a question) where the text goes on from it, or with
/// `question` in its place. No model is asked unless `"model": true` says so.
pub(super) async fn ask(
    State(app): State<App>,
    body: Result<Json<Value>, JsonRejection>,
) -> Result<Json<Answered>, ApiError> {
    let Wish { asking, model, lang, shown } = Wish::read(body)?;
    if model != Some(true) {
        let reply = app.ready()?.ask(move |centre| centre.ask_and_keep(&asking)).await?;
        return Ok(Json(Answered { told: reply.into(), model: None }));
    }
    let (mut answer, mut proposal, mut lines, mut end) = (None, None, Vec::new(), Value::Null);
    let mut told = conversation(&app, Wish { asking, model, lang, shown }, ())?;
    while let Some(event) = told.recv().await {
        match event.map_err(refused_by_centre)? {
            Event::Answer(told) => answer = Some(told),
            Event::Proposal(made) => proposal = Some(made),
            Event::Line(line) => lines.push(line),
            done @ Event::Done(_) => (_, end) = done.parts(),
            Event::Understood(_) => {}
        }
    }
    let (told, done) = (*answer.ok_or_else(|| ApiError::Internal("a question came to no answer".into()))?, end);
    Ok(Json(Answered { told, model: Some(Added { proposal, lines, done }) }))
}

/// The same as events: `understood`, `answer`, `proposal` if a model made one, `line` for each sentence of a model that passed
/// every check, `done`. `"model": false` asks none. Closing the connection ends what is under way.
pub(super) async fn converse_live(
    State(app): State<App>,
    body: Result<Json<Value>, JsonRejection>,
) -> Result<Response, ApiError> {
    let wish = Wish::read(body)?;
    let place = app.admission.live()?;
    let told = conversation(&app, wish, place)?;
    let told = stream::unfold(told, |mut told| async { told.recv().await.map(|event| (event, told)) });
    let events = told.map(|event| {
        let (name, data) = event.map_or_else(|error| ("error", refused_by_centre(error).body()), |event| event.parts());
        Ok::<_, Infallible>(SseEvent::default().event(name).data(data.to_string()))
    });
    let mut response = Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response();
    // Proxies that collect answers before they pass them on would hold the events back.
    response.headers_mut().insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(response)
}

/// What happens to a question, in order. The work is a task of its own: when the reader has gone, which drops what this gives, or
/// the server closes, it ends what a model does and keeps what came and was used until then. It holds `place` meanwhile.
fn conversation(app: &App, wish: Wish, place: impl Send + 'static) -> Result<Telling, ApiError> {
    let Wish { asking, model, lang, shown } = wish;
    let (centre, model) = (app.ready()?.centre.clone(), app.model.clone().filter(|_| model != Some(false)));
    let (tell, told) = mpsc::unbounded_channel();
    let mut closing = app.closing.clone();
    tokio::spawn(async move {
        let _place = place;
        let mut gone = pin!(async {
            tokio::select! {
                () = tell.closed() => {}
                _ = closing.wait_for(|closing| *closing) => {}
            }
        });
        let mut hear = |event| {
            // Whoever has gone hears nothing any more.
            let _ = tell.send(Ok(event));
        };
        let ended = converse(&centre, model.as_deref(), (asking, shown), lang, &mut hear, gone.as_mut()).await;
        if let Err(error) = ended {
            let _ = tell.send(Err(error));
        }
    });
    Ok(told)
}

/// The page 묻기: takes the keys of its address (`q`, `b` for what was asked before, `pick`).
pub(super) async fn page(State(app): State<App>, uri: Uri) -> Result<Json<Reply>, ApiError> {
    let Page::Ask(query) = Address::parse("/ask", uri.query().unwrap_or_default()).page else {
        return Err(ApiError::Internal("the address of a question is not one".into()));
    };
    app.ready()?.ask(move |centre| centre.ask_and_keep(&query.into())).await.map(Json)
}

/// What can be asked, while somebody types.
pub(super) async fn suggestions(State(app): State<App>, uri: Uri) -> Result<Json<Vec<Suggestion>>, ApiError> {
    let parameters = Parameters::read(&uri, &["q", "lang"])?;
    let lang = match parameters.get("lang") {
        None => Lang::Ko,
        Some(tag) => Lang::from_tag(tag).ok_or_else(|| unknown_lang(tag))?,
    };
    let typed = parameters.get("q").unwrap_or_default();
    let regions = app.ready()?.centre.regions();
    let names: Vec<&str> = regions.iter().map(|region| lang.pick(&region.ko, &region.en)).collect();
    Ok(Json(suggest(typed, &names, lang)))
}
