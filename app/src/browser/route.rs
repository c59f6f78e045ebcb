//! Going from page to page without loading a document: links, forms, back and forward.
//!
//! Every page follows from its [`Address`] alone, so this is one signal that is kept in step with the browser's
//! history. A link that the browser is to follow by itself says so with `rel="external"`.

use std::cell::{Cell, RefCell};

use leptos::prelude::*;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Event, HtmlAnchorElement, MouseEvent, PopStateEvent};

use crate::address::{Address, OFFLINE};

/// Links of which a click is a change of the address, if they lead to this site. Offline those within a page are among them,
/// because the browser would take them for a change of the address.
const LINK: &str = if OFFLINE { "a[href^='#']" } else { "a[href]:not([target],[download],[rel~=external])" };

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
    let [path, query, _] = if OFFLINE {
        parts(&location.hash().unwrap_or_default())
    } else {
        [location.pathname(), location.search(), Ok(String::new())].map(Result::unwrap_or_default)
    };
    Address::parse(&path, &query)
}

/// Path, query string and part of the page that stand behind `#` where there is no server.
fn parts(hash: &str) -> [String; 3] {
    let hash = hash.strip_prefix('#').unwrap_or(hash);
    let (place, part) = hash.split_once('#').unwrap_or((hash, ""));
    let (path, query) = place.split_once('?').unwrap_or((place, ""));
    [path, query, part].map(str::to_owned)
}

/// The same of a link: nothing if it leads elsewhere, and no path if it leads to a part of this page.
fn asked(link: &HtmlAnchorElement) -> Option<[String; 3]> {
    if OFFLINE {
        let href = link.get_attribute("href").unwrap_or_default();
        return Some(match href.strip_prefix("#/") {
            Some(_) => parts(&href),
            None => [String::new(), String::new(), href.trim_start_matches('#').to_owned()],
        });
    }
    let here = window().location().origin().is_ok_and(|origin| origin == link.origin());
    let part = link.hash().trim_start_matches('#').to_owned();
    here.then(|| [link.pathname(), link.search(), part])
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
    let Some([path, query, part]) = asked(&link) else { return };
    if OFFLINE && path.is_empty() {
        event.prevent_default();
        open(&part);
        return;
    }
    let to = Address::parse(&path, &query);
    if to.page.is_here() {
        event.prevent_default();
        let whole = || [link.pathname(), link.search(), link.hash()].concat();
        push(&if OFFLINE { link.hash() } else { whole() });
        let view = if link.has_attribute("data-noscroll") { View::Same } else { View::Part(part) };
        change(to, view);
    }
}

/// Shows a part of the page, as the browser does where it follows a link: what is closed round it opens.
fn open(id: &str) {
    let Some(part) = document().get_element_by_id(id) else { return };
    let mut around = part.closest("details").ok().flatten();
    while let Some(details) = around {
        // Refused only for a name that is none.
        let _ = details.set_attribute("open", "");
        around = details.parent_element().and_then(|outer| outer.closest("details").ok().flatten());
    }
    part.scroll_into_view();
    if let Some(part) = part.dyn_ref::<web_sys::HtmlElement>() {
        let _ = part.focus();
    }
}

/// Adds an entry to the history, unless the document is there already, and notes in the old one what was seen of it.
fn push(to: &str) {
    let location = window().location();
    let [path, query, hash] = [location.pathname(), location.search(), location.hash()].map(Result::unwrap_or_default);
    let here = if OFFLINE { hash } else { [path, query, hash].concat() };
    if let (Ok(history), true) = (window().history(), here != to) {
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
