//! What only the browser does.

#[cfg(feature = "rooms")]
pub(crate) mod again;
#[cfg(feature = "offline")]
mod desk;
#[cfg(feature = "front")]
pub(crate) mod detail;
pub(crate) mod fetch;
#[cfg(feature = "answers")]
pub(crate) mod fluent;
#[cfg(feature = "front")]
pub(crate) mod frames;
pub(crate) mod hints;
pub(crate) mod json;
#[cfg(any(feature = "rooms", feature = "answers"))]
pub(crate) mod mark;
#[cfg(feature = "front")]
mod plot;
pub(crate) mod route;
#[cfg(feature = "answers")]
pub(crate) mod share;
#[cfg(not(feature = "offline"))]
mod stream;

use bonghwa_analytics::format::Lang;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{Element, Event, FormData, HtmlFormElement, HtmlInputElement, UrlSearchParams};

use crate::address::{Address, NORMAL_SIZE, Theme};
use crate::app::{App, Here, Place, Site};
use crate::live::Live;

/// Takes over the page that the server rendered.
#[wasm_bindgen]
pub fn hydrate() {
    start();
    leptos::mount::hydrate_body(App);
}

/// Starts on an empty page, without a server's rendering.
#[wasm_bindgen]
pub fn mount() {
    start();
    leptos::mount::mount_to_body(App);
}

/// From here on the page answers to scripts: what serves only without them is hidden (style sheet).
fn start() {
    console_error_panic_hook::set_once();
    if let Some(root) = document().document_element() {
        // Refused only for a class name with a space in it.
        let _ = root.class_list().add_1("live");
    }
}

fn data(root: &Element, name: &str) -> Option<String> {
    root.get_attribute(&format!("data-{name}")).filter(|value| !value.is_empty())
}

/// What the server wrote into the attributes of `<html>`; without a server the browser's own language.
pub(crate) fn site() -> Site {
    let root = document().document_element();
    let read = |name: &str| root.as_ref().and_then(|root| data(root, name));
    let lang = read("lang").or_else(|| window().navigator().language());
    Site {
        lang: lang.as_deref().and_then(Lang::from_tag).unwrap_or_default(),
        demo: read("demo").is_some(),
        model: read("model").is_some(),
        sent: read("sent").and_then(|sent| sent.parse().ok()).unwrap_or(0),
        regions: read("regions").map(|names| pairs(&names)).unwrap_or_default(),
        title: (read("title-ko").unwrap_or_default(), read("title-en").unwrap_or_default()),
    }
}

/// Names of regions: a line each, Korean and English with a tab between them.
fn pairs(names: &str) -> Vec<(String, String)> {
    let pair = |line: &str| line.split_once('\t').map(|(ko, en)| (ko.to_owned(), en.to_owned()));
    names.lines().filter_map(pair).collect()
}

/// Keeps the page in step with what happens round it: the reader's navigation and choices, the server's ticks.
pub(crate) fn follow(place: Place, live: Live) {
    route::follow(place.address);
    #[cfg(not(feature = "offline"))]
    stream::follow(live);
    #[cfg(feature = "offline")]
    desk::follow(place, live);
    #[cfg(feature = "answers")]
    share::follow();
    Effect::new(move || {
        apply_display(&place.here());
        hints::remember(place);
    });
}

/// Sets the title of the document.
pub(crate) fn set_title(text: &str) {
    if document().title() != text {
        document().set_title(text);
    }
}

/// Applies the language of the page; applies and remembers theme and text size, and remembers the language, when the address names them.
fn apply_display(here: &Here) {
    let Some(root) = document().document_element() else { return };
    let _ = root.set_attribute("lang", here.lang.tag());
    let store = window().local_storage().ok().flatten();
    // A browser that forbids storage still shows what was asked for.
    let set = |key: &str, value: &str| {
        let _ = root.set_attribute(&format!("data-{key}"), value);
        if let Some(store) = &store {
            let _ = store.set_item(key, value);
        }
    };
    if let Some(theme) = here.address.theme.map(Theme::name) {
        set("theme", theme);
    }
    if let Some(size) = here.address.size {
        set("size", &size.to_string());
        if size == NORMAL_SIZE {
            let _ = root.remove_attribute("data-size");
        }
    }
    if let (Some(lang), Some(page)) = (here.address.lang, document().dyn_ref::<web_sys::HtmlDocument>()) {
        let _ = page.set_cookie(&format!("lang={};path=/;max-age=31536000;samesite=lax", lang.tag()));
    }
}

/// Sends a GET form through the router.
pub(crate) fn submit(event: &SubmitEvent) {
    let form = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok());
    if form.is_some_and(|form| send(&form, None)) {
        event.prevent_default();
    }
}

/// Sends the form of a field that changed. A change of `from` or `to` chooses the period they give.
pub(crate) fn changed(event: &Event) {
    let Some(field) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else { return };
    let window = matches!(field.name().as_str(), "from" | "to").then_some("fixed");
    if let Some(form) = field.form() {
        send(&form, window);
    }
}

fn send(form: &HtmlFormElement, window: Option<&str>) -> bool {
    let query = FormData::new_with_form(form).and_then(|data| UrlSearchParams::new_with_str_sequence_sequence(&data));
    let (Ok(query), Some(action)) = (query, form.get_attribute("action")) else { return false };
    if let Some(window) = window {
        query.set("w", window);
    }
    route::go(Address::parse(&action, &String::from(query.to_string())));
    true
}
