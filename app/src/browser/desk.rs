//! The page without a server: a worker answers (`app/offline`), and says when other files were opened.

use js_sys::Promise;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{Event, RequestInit};

use crate::app::Place;
use crate::live::Live;

#[wasm_bindgen]
extern "C" {
    /// As `fetch`; `offline.js` has it.
    #[wasm_bindgen(js_namespace = bonghwa)]
    pub(crate) fn fetch(url: &str, request: &RequestInit) -> Promise;
}

/// What the page hears when other files were opened.
const OPENED: &str = "bonghwa-opened";

/// Asks for the page again whenever other files were opened.
pub(crate) fn follow(place: Place, live: Live) {
    let opened = Closure::<dyn Fn(Event)>::new(move |_: Event| {
        place.look_again(super::site());
        live.tick.update(|tick| *tick += 1);
    });
    // Refused only for what is no function.
    let _ = window().add_event_listener_with_callback(OPENED, opened.as_ref().unchecked_ref());
    opened.forget();
}
