//! What the reader says of an incident or of an answer, on its way to the server.

use js_sys::{JSON, Object, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::HtmlInputElement;

use super::fetch::post;
use crate::page::Hands;
#[cfg(feature = "answers")]
use crate::page::ask::verdict::Said;

/// Sends a mark with the name that stands in the field, then asks for the page again.
pub(crate) fn send(incident: &str, kind: &'static str, hands: Hands) {
    let Some(said) = object(&[("incident", incident), ("kind", kind), ("by", &field("by"))]) else { return };
    wasm_bindgen_futures::spawn_local(async move {
        let kept = post("/api/incident/mark", &said).await;
        // The page is asked for again.
        hands.said.update(|(times, well)| (*times, *well) = (*times + 1, kept.is_ok()));
    });
}

/// Sends whether an answer was right, with the note that stands in the field.
#[cfg(feature = "answers")]
pub(crate) fn judge(id: &str, right: bool, verdict: RwSignal<Said>) {
    let word = if right { "right" } else { "wrong" };
    let Some(said) = object(&[("id", id), ("verdict", word), ("note", &field("note"))]) else { return };
    let id = id.to_owned();
    wasm_bindgen_futures::spawn_local(async move {
        let kept = post("/api/answer/verdict", &said).await.is_ok();
        verdict.set(Said { id, right, kept });
    });
}

/// What stands in a field, without spaces round it.
fn field(id: &str) -> String {
    let field = document().get_element_by_id(id).and_then(|field| field.dyn_into::<HtmlInputElement>().ok());
    field.map(|field| field.value().trim().to_owned()).unwrap_or_default()
}

/// An object of texts as JSON.
fn object(fields: &[(&str, &str)]) -> Option<JsValue> {
    let said = Object::new();
    for (name, value) in fields {
        // Refused only for what is no object.
        let _ = Reflect::set(&said, &(*name).into(), &(*value).into());
    }
    JSON::stringify(&said).ok().map(JsValue::from)
}
