//! What the reader says of an incident, on its way to the server.

use js_sys::{JSON, Object, Reflect};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use super::fetch::post;
use crate::page::Hands;

/// Sends a mark with the name that stands in the field, then asks for the page again.
pub(crate) fn send(incident: &str, kind: &'static str, hands: Hands) {
    let field = document().get_element_by_id("by").and_then(|field| field.dyn_into::<HtmlInputElement>().ok());
    let by = field.map(|field| field.value()).unwrap_or_default();
    let said = Object::new();
    for (name, value) in [("incident", incident), ("kind", kind), ("by", by.trim())] {
        // Refused only for what is no object.
        let _ = Reflect::set(&said, &name.into(), &value.into());
    }
    let Ok(text) = JSON::stringify(&said) else { return };
    wasm_bindgen_futures::spawn_local(async move {
        let kept = post("/api/incident/mark", &text).await;
        // The page is asked for again.
        hands.said.update(|(times, well)| (*times, *well) = (*times + 1, kept.is_ok()));
    });
}
