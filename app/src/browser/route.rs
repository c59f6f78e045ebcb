//! Going from page to page without loading a document: links, forms, back and forward.
//!
//! Every page follows from its [`Address`] alone, so this is one signal that is kept in step with the browser's
//! history. A link that the browser is to follow by itself says so with `rel="external"`.

use std::cell::{Cell, RefCell};

use leptos::prelude::*;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Event, HtmlAnchorElement, MouseEvent, PopStateEvent};

use crate::address::Address;

/// Links of which a click is a change of the address, if they lead to this site.
const LINK: &str = "a[href]:not([target],[download],[rel~=external])";

/// Which part of a page is to be seen once it is shown.
#[derive(PartialEq)]
enum View {
    /// What is seen now.
    Same,
    /// The element with this id, or the top if there is none.
    Part(String),
    /// So many pixels below the top.
    Below(f64),
}

thread_local! {
    /// Handlers of events run outside of any component, so the signal is kept for them here.
    static ADDRESS: Cell<Option<RwSignal<Address>>> = const { Cell::new(None) };
    static NEXT: RefCell<View> = const { RefCell::new(View::Same) };
}

/// The address of the document.
pub(crate) fn current() -> Address {
    let location = window().location();
    Address::parse(&location.pathname().unwrap_or_default(), &location.search().unwrap_or_default())
}

/// Keeps the address in step with the browser for as long as the page lives.
pub(crate) fn follow(address: RwSignal<Address>) {
    ADDRESS.set(Some(address));
    listen("click", |event| click(event.unchecked_ref()));
    listen("popstate", |event| {
        let to = current();
        if !to.page.is_here() {
            let _ = window().location().reload();
            return;
        }
        // Within a page, and where nothing was noted, the browser's own restoration does.
        if is_another(&to) {
            let noted = event.unchecked_ref::<PopStateEvent>().state().as_f64();
            change(to, noted.map_or(View::Same, View::Below));
        }
    });
}

/// Goes to an address and keeps the view: what a form does.
pub(crate) fn go(address: Address) {
    let href = address.href();
    if !address.page.is_here() {
        // Another module has that page: the document brings it.
        let _ = window().location().set_href(&href);
        return;
    }
    push(&href);
    change(address, View::Same);
}

/// Says that the page of the new address is about to stand in the document.
pub(crate) fn shown() {
    let next = NEXT.replace(View::Same);
    if next != View::Same {
        let scroll = Closure::once_into_js(move || scroll(&next));
        // Refused only for what is no function.
        let _ = window().request_animation_frame(scroll.unchecked_ref());
    }
}

fn listen(event: &str, handler: fn(Event)) {
    let handler = Closure::<dyn Fn(Event)>::new(handler);
    // Refused only for what is no function.
    let _ = window().add_event_listener_with_callback(event, handler.as_ref().unchecked_ref());
    handler.forget();
}

fn click(event: &MouseEvent) {
    let modified = event.meta_key() || event.ctrl_key() || event.shift_key() || event.alt_key();
    if modified || event.button() != 0 || event.default_prevented() {
        return;
    }
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let link = target.and_then(|target| target.closest(LINK).ok().flatten());
    let Some(link) = link.and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok()) else { return };
    let to = Address::parse(&link.pathname(), &link.search());
    if window().location().origin().is_ok_and(|origin| origin == link.origin()) && to.page.is_here() {
        event.prevent_default();
        push(&[link.pathname(), link.search(), link.hash()].concat());
        let part = || View::Part(link.hash().trim_start_matches('#').to_owned());
        let view = if link.has_attribute("data-noscroll") { View::Same } else { part() };
        change(current(), view);
    }
}

/// Adds an entry to the history, unless the document is there already, and notes in the old one what was seen of it.
fn push(to: &str) {
    let location = window().location();
    let parts = [location.pathname(), location.search(), location.hash()].map(Result::unwrap_or_default);
    if let (Ok(history), true) = (window().history(), parts.concat() != to) {
        // A browser refuses when a script does this hundreds of times in a few seconds.
        let _ = history.replace_state(&JsValue::from(window().scroll_y().unwrap_or_default()), "");
        let _ = history.push_state_with_url(&JsValue::NULL, "", Some(to));
    }
}

fn is_another(to: &Address) -> bool {
    ADDRESS.get().is_some_and(|address| address.with_untracked(|address| address != to))
}

fn change(to: Address, view: View) {
    NEXT.set(view);
    match ADDRESS.get() {
        Some(address) if is_another(&to) => address.set(to),
        _ => shown(),
    }
}

fn scroll(view: &View) {
    match view {
        View::Same => {}
        View::Part(id) => match document().get_element_by_id(id) {
            Some(part) => part.scroll_into_view(),
            None => window().scroll_to_with_x_and_y(0.0, 0.0),
        },
        View::Below(pixels) => window().scroll_to_with_x_and_y(0.0, *pixels),
    }
}
