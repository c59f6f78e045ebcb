//! What stands below the question box, and what was asked in this browser before.
//!
//! Suggestions are made here, of the names that came with the document: nothing that is typed leaves the browser before it
//! is asked.

use std::cell::RefCell;

use bonghwa_analytics::ask::{begins_a_word, suggest};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, FocusEvent, HtmlElement, HtmlInputElement, Node, Storage};

use super::route;
use crate::address::{AskQuery, Page};
use crate::app::Place;
use crate::part::askbox::{Group, Hint, Hints, close};
use crate::past;

/// Where the browser keeps what was asked.
const KEY: &str = "asked";
/// Earlier questions below an empty box, and beside suggestions.
const BELOW: [usize; 2] = [6, 3];

thread_local! {
    static HINTS: RefCell<Hints> = RefCell::default();
    static PAST: RefCell<Vec<AskQuery>> = const { RefCell::new(Vec::new()) };
}

/// What stands below the box.
pub(crate) fn shown() -> Hints {
    HINTS.with_borrow(Hints::clone)
}

/// Changes what stands below the box.
pub(crate) fn change(place: Place, change: impl FnOnce(&mut Hints)) {
    HINTS.with_borrow_mut(change);
    changed(place.box_changes);
}

fn changed(changes: RwSignal<u64>) {
    changes.update(|number| *number += 1);
}

/// What was asked in this browser before.
#[cfg(feature = "answers")]
pub(crate) fn past() -> Vec<AskQuery> {
    PAST.with_borrow(Vec::clone)
}

/// Reads what was asked before, and keeps what this page asks.
pub(crate) fn remember(place: Place) {
    let stored = store().and_then(|store| store.get_item(KEY).ok().flatten());
    let mut known = stored.map_or_else(Vec::new, |text| past::read(&text));
    if let Page::Ask(query) = place.address_now().page
        && !query.text.is_empty()
    {
        past::add(&mut known, &query);
        keep(&known);
    }
    PAST.set(known);
    changed(place.box_changes);
}

/// Forgets a question, or all.
#[cfg(feature = "answers")]
pub(crate) fn forget(changes: RwSignal<u64>, text: Option<&str>) {
    PAST.with_borrow_mut(|past| {
        past.retain(|query| text.is_some_and(|text| query.text != text));
        keep(past);
    });
    changed(changes);
}

/// The store, unless the browser forbids it.
fn store() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

fn keep(past: &[AskQuery]) {
    let Some(store) = store() else { return };
    // A full store keeps what it has.
    let _ = if past.is_empty() { store.remove_item(KEY) } else { store.set_item(KEY, &past::write(past)) };
}

/// Shows what fits what stands in the box.
pub(crate) fn typed(place: Place) {
    let Some(input) = input() else { return };
    let text = input.value();
    let text = text.trim();
    let lang = place.here().lang;
    let names = place.names(lang);
    let mut options: Vec<Hint> = PAST.with_borrow(|past| {
        let fits = |query: &&AskQuery| text.is_empty() || query.text != text && begins_a_word(text, &query.text);
        let most = BELOW[usize::from(!text.is_empty())];
        past.iter().filter(fits).take(most).map(|query| Hint { group: Group::Past, query: query.clone() }).collect()
    });
    // What is chosen goes on from what the page answers, as what is typed does.
    let before = if let Page::Ask(query) = place.address_now().page { query } else { AskQuery::default() };
    let known: Vec<String> = options.iter().map(|hint| hint.query.text.clone()).collect();
    let mut found: Vec<Hint> = suggest(text, &names, lang)
        .into_iter()
        .filter(|suggestion| !known.contains(&suggestion.text) && suggestion.text != text)
        .map(|suggestion| match suggestion.starter {
            Some(_) => Hint { group: Group::Starter, query: AskQuery::new(suggestion.text) },
            None => Hint { group: Group::Similar, query: before.next(&suggestion.text) },
        })
        .collect();
    // In the order in which the groups stand.
    crate::order::order(&mut found, |a, b| a.group == Group::Similar && b.group != Group::Similar);
    options.extend(found);
    change(place, |hints| *hints = Hints { open: !options.is_empty(), options, at: None });
}

/// Asks a question that was chosen.
pub(crate) fn ask(place: Place, query: &AskQuery) {
    route::go(place.address_now().to(Page::Ask(query.clone())));
    asked();
}

/// The box after a question was sent: empty, and the reader at the answer, which a phone's keyboard would cover.
pub(crate) fn asked() {
    if let Some(input) = input() {
        input.set_value("");
    }
    let main = document().get_element_by_id("main").and_then(|main| main.dyn_into::<HtmlElement>().ok());
    if let Some(main) = main {
        // Refused only for what cannot have the focus.
        let _ = main.focus();
    }
}

/// Closes when the focus leaves the form.
pub(crate) fn left(place: Place, event: &FocusEvent) {
    let form = event.current_target().and_then(|form| form.dyn_into::<Element>().ok());
    let next = event.related_target().and_then(|next| next.dyn_into::<Node>().ok());
    if !form.is_some_and(|form| form.contains(next.as_ref())) {
        close(place);
    }
}

fn input() -> Option<HtmlInputElement> {
    document().get_element_by_id("q").and_then(|input| input.dyn_into().ok())
}
