//! Follows what a language model adds to an answer: a stream of events that begins with the page and ends with it.

use std::cell::RefCell;

use bonghwa_analytics::ask::When;
use js_sys::{JSON, Object, Reflect, Uint8Array};
use leptos::prelude::*;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, ReadableStreamDefaultReader, RequestInit, Response};

use crate::address::{AskQuery, Page};
use crate::app::Place;
use crate::page::ask::fluent::{Fluent, State};
use crate::page::{Content, Data};

/// Bytes of an event that are kept; the answer of rules, which the page has already, may be longer and is passed over.
const MOST_BYTES: usize = 4 << 20;

/// How it ended.
#[derive(Deserialize)]
struct Done {
    why: String,
    uses: Vec<Used>,
}

#[derive(Deserialize)]
struct Used {
    model_id: String,
}

thread_local! {
    /// Ends the stream under way.
    static UNDER_WAY: RefCell<Option<AbortController>> = const { RefCell::new(None) };
}

/// Asks for each question that the page shows; one that is left is given up.
pub(crate) fn follow(place: Place, data: Data, fluent: RwSignal<Fluent>) {
    let asked = Memo::new(move |_| {
        let Page::Ask(query) = place.address().page else { return None };
        let shared = data.get()?.ok()?;
        let Content::Ask(reply) = &*shared.0 else { return None };
        // As of the same instant as the answer on the page, so that both have the same figures.
        let shown = !query.text.is_empty() && reply.text == query.text;
        shown.then(|| (query, (reply.as_of, reply.id.clone()), place.here().lang.tag()))
    });
    Effect::new(move || {
        abort();
        let Some((query, shown, lang)) = asked.get() else {
            fluent.set(Fluent::default());
            return;
        };
        fluent.set(Fluent { state: State::Writing, ..Fluent::default() });
        let Ok(controller) = AbortController::new() else { return };
        UNDER_WAY.set(Some(controller.clone()));
        wasm_bindgen_futures::spawn_local(async move {
            let ended = read((&query, shown, lang), &controller, fluent).await;
            // What was given up says nothing any more.
            if !controller.signal().aborted() && ended.is_err() {
                fluent.update(|fluent| fluent.state = State::Broke);
            }
        });
    });
}

/// The reader has had enough.
pub(crate) fn stop(fluent: RwSignal<Fluent>) {
    abort();
    fluent.update(|fluent| fluent.state = State::Stopped);
}

fn abort() {
    if let Some(controller) = UNDER_WAY.take() {
        controller.abort();
    }
}

async fn read(
    (query, (as_of, id), lang): (&AskQuery, (i64, String), &str),
    controller: &AbortController,
    fluent: RwSignal<Fluent>,
) -> Result<(), JsValue> {
    let body = Object::new();
    let before: js_sys::Array = query.before.iter().map(|earlier| JsValue::from_str(&earlier.text)).collect();
    let name = |when: Option<When>| when.map_or(JsValue::NULL, |when| JsValue::from_str(&when.name()));
    let before_when: js_sys::Array = query.before.iter().map(|earlier| name(earlier.when)).collect();
    Reflect::set(&body, &"text".into(), &query.text.as_str().into())?;
    Reflect::set(&body, &"before".into(), &before)?;
    Reflect::set(&body, &"before_when".into(), &before_when)?;
    Reflect::set(&body, &"when".into(), &name(query.when))?;
    Reflect::set(&body, &"lang".into(), &lang.into())?;
    Reflect::set(&body, &"at".into(), &(query.at.unwrap_or(as_of) as f64).into())?;
    // A server that kept the answer goes on from that very one.
    if !id.is_empty() {
        Reflect::set(&body, &"shown".into(), &id.as_str().into())?;
    }
    if let Some(pick) = query.pick {
        Reflect::set(&body, &"pick".into(), &pick.into())?;
    }
    let kind = Object::new();
    Reflect::set(&kind, &"content-type".into(), &"application/json".into())?;
    let request = RequestInit::new();
    request.set_method("POST");
    request.set_headers(&kind);
    request.set_body(&JSON::stringify(&body)?.into());
    request.set_signal(Some(&controller.signal()));
    let answer = JsFuture::from(window().fetch_with_str_and_init("/api/ask/stream", &request)).await?;
    let answer: Response = answer.dyn_into()?;
    let stream = answer.body().filter(|_| answer.ok()).ok_or(JsValue::NULL)?;
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    let mut bytes: Vec<u8> = Vec::new();
    loop {
        let piece = JsFuture::from(reader.read()).await?;
        if Reflect::get(&piece, &"done".into())?.is_truthy() {
            // Without its last event it broke off.
            return Err(JsValue::NULL);
        }
        bytes.extend(Uint8Array::new(&Reflect::get(&piece, &"value".into())?).to_vec());
        while let Some(end) = bytes.windows(2).position(|pair| pair == b"\n\n") {
            let event: Vec<u8> = bytes.drain(..end + 2).collect();
            if controller.signal().aborted() || take(&String::from_utf8_lossy(&event), fluent) {
                return Ok(());
            }
        }
        if bytes.len() > MOST_BYTES {
            return Err(JsValue::NULL);
        }
    }
}

/// Takes an event; whether it was the last.
fn take(event: &str, fluent: RwSignal<Fluent>) -> bool {
    let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let (Some(name), Some(data)) = (field("event:"), field("data:")) else { return false };
    match name {
        "line" => {
            if let Some(line) = parsed(data) {
                fluent.update(|fluent| fluent.lines.push(line));
            }
        }
        "proposal" => {
            let proposal = parsed(data);
            fluent.update(|fluent| fluent.proposal = proposal);
        }
        "done" => {
            let done: Option<Done> = parsed(data);
            fluent.update(|fluent| {
                let good = done
                    .as_ref()
                    .is_some_and(|done| matches!(done.why.as_str(), "" | "off" | "refused" | "unanswered"));
                fluent.state = if good { State::Ended } else { State::Broke };
                fluent.model =
                    done.and_then(|done| done.uses.into_iter().last()).map_or_else(String::new, |used| used.model_id);
            });
            return true;
        }
        "error" => {
            fluent.update(|fluent| fluent.state = State::Broke);
            return true;
        }
        _ => {}
    }
    false
}

fn parsed<T: DeserializeOwned>(data: &str) -> Option<T> {
    super::json::parse(data).ok()
}
