//! The question box on every page: a form that works without scripts, and with them a combobox (WAI-ARIA, manual selection)
//! of what can be asked and what was asked before.

use leptos::ev::SubmitEvent;
use leptos::prelude::{Get, untrack};
use leptos::web_sys::{Event, FocusEvent, KeyboardEvent, PointerEvent};

use crate::address::{AskQuery, Page};
use crate::app::{Here, Place};
use crate::dom::{IntoNode, Node, markup};
use crate::part::form::{hidden, submit};
use crate::part::icon::{self, icon};

/// What stands below the box.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Hints {
    /// Questions, those of a group side by side.
    pub(crate) options: Vec<Hint>,
    /// The one that the arrow keys lead to.
    pub(crate) at: Option<usize>,
    /// Whether they are shown.
    pub(crate) open: bool,
}

/// A question that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hint {
    pub(crate) group: Group,
    pub(crate) query: AskQuery,
}

/// Why a question is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    /// It was asked in this browser before.
    Past,
    /// It is one of those that the console is made for.
    Starter,
    /// It is like what is being typed.
    Similar,
}

impl Hints {
    /// The next one down, or up: past the last comes the box itself, and then the first.
    pub(crate) fn step(&mut self, down: bool) {
        let (first, last) = (Some(0), self.options.len().checked_sub(1));
        self.at = match (self.at, down) {
            _ if last.is_none() => None,
            (None, true) => first,
            (None, false) => last,
            (at, true) if at == last => None,
            (at, false) if at == first => None,
            (Some(at), true) => Some(at + 1),
            (Some(at), false) => Some(at - 1),
        };
    }
}

/// The box. What was asked before goes with the form, so that a question can go on.
pub(crate) fn askbox(here: &Here, place: Place) -> Node {
    let t = here.t;
    let hints = shown(place);
    let asked = if let Page::Ask(query) = &here.address.page { query.next("").pairs() } else { Vec::new() };
    let display = here.address.to(Page::Help).pairs();
    let hidden = hidden(display.into_iter().chain(asked));
    let active = hints.at.map(option_id);
    let open = if hints.open { "true" } else { "false" };
    markup! {
        <form class="askbox" role="search" action="/ask" on:submit=move |event: SubmitEvent| sent(place, event) on:focusout=move |event: FocusEvent| left(place, &event)>
            {icon(icon::SEARCH)}
            <label class="vh" for="q">{t.question}</label>
            <input
                id="q"
                name="q"
                type="text"
                role="combobox"
                maxlength="500"
                placeholder=t.ask_hint
                autocomplete="off"
                enterkeyhint="search"
                aria-keyshortcuts="Control+K"
                aria-autocomplete="list"
                aria-controls="hints"
                aria-expanded=open
                aria-activedescendant=active
                on:input=move |_: Event| typed(place)
                on:focus=move |_: Event| typed(place)
                on:keydown=move |event: KeyboardEvent| key(place, &event)
            />
            <kbd aria-hidden="true">"Ctrl K"</kbd>
            <button class="send" aria-label=t.ask>{icon(icon::RIGHT)}</button>
            {hidden}
            {list(here, place, &hints)}
        </form>
    }
    .into_node()
}

/// What stands below the box; nothing before the page runs.
fn shown(place: Place) -> Hints {
    let _ = place.box_changes.get();
    #[cfg(all(feature = "hydrate", not(feature = "ssr")))]
    return crate::browser::hints::shown();
    #[cfg(not(all(feature = "hydrate", not(feature = "ssr"))))]
    Hints::default()
}

/// Changes what stands below the box.
fn change(place: Place, change: impl FnOnce(&mut Hints)) {
    #[cfg(all(feature = "hydrate", not(feature = "ssr")))]
    crate::browser::hints::change(place, change);
    #[cfg(not(all(feature = "hydrate", not(feature = "ssr"))))]
    let _ = (place, change);
}

fn option_id(at: usize) -> String {
    format!("hint-{at}")
}

fn list(here: &Here, place: Place, hints: &Hints) -> Node {
    let t = here.t;
    let mut groups: Vec<Node> = Vec::new();
    for (group, id, name) in [
        (Group::Past, "hints-past", t.past),
        (Group::Similar, "hints-similar", t.like_this),
        (Group::Starter, "hints-starter", t.ask_now),
    ] {
        let options: Vec<Node> = hints
            .options
            .iter()
            .enumerate()
            .filter(|(_, hint)| hint.group == group)
            .map(|(at, hint)| option(at, hint, hints.at == Some(at), place))
            .collect();
        if !options.is_empty() {
            groups.push(
                markup! { <div role="group" aria-labelledby=id><span role="presentation" id=id>{name}</span>{options}</div> }
                    .into_node(),
            );
        }
    }
    // The pointer leaves the focus in the box, so that a click is a click on what was pointed at.
    markup! {
        <div class="hints" hidden=!hints.open on:pointerdown=|event: PointerEvent| event.prevent_default()>
            <div id="hints" role="listbox" aria-label=t.ask_now>{groups}</div>
            <button class="quiet" type="button" tabindex="-1" on:click=move |_: Event| close(place)>{t.close}</button>
        </div>
    }
    .into_node()
}

fn option(at: usize, hint: &Hint, active: bool, place: Place) -> Node {
    let query = hint.query.clone();
    let selected = if active { "true" } else { "false" };
    markup! {
        <div role="option" id=option_id(at) aria-selected=selected on:click=move |_: Event| choose(place, &query)>
            {hint.query.text.clone()}
        </div>
    }
    .into_node()
}

/// Shows nothing below the box any more.
pub(crate) fn close(place: Place) {
    change(place, |hints| *hints = Hints::default());
}

fn sent(place: Place, event: SubmitEvent) {
    let (form, event) = (event.clone(), event);
    submit(event);
    // Sent by the browser, the form still needs what stands in it.
    if form.default_prevented() {
        close(place);
        #[cfg(all(feature = "hydrate", not(feature = "ssr")))]
        crate::browser::hints::asked();
    }
}

fn choose(place: Place, query: &AskQuery) {
    close(place);
    #[cfg(all(feature = "hydrate", not(feature = "ssr")))]
    crate::browser::hints::ask(place, query);
    let _ = query;
}

fn typed(place: Place) {
    #[cfg(all(feature = "hydrate", not(feature = "ssr")))]
    crate::browser::hints::typed(place);
    let _ = place;
}

fn left(place: Place, event: &FocusEvent) {
    #[cfg(all(feature = "hydrate", not(feature = "ssr")))]
    crate::browser::hints::left(place, event);
    let _ = (place, event);
}

fn key(place: Place, event: &KeyboardEvent) {
    // Keys that put a syllable together are not ours.
    if event.is_composing() || event.key_code() == 229 {
        return;
    }
    let hints = untrack(|| shown(place));
    match event.key().as_str() {
        "ArrowDown" | "ArrowUp" if !hints.open => typed(place),
        "ArrowDown" => change(place, |hints| hints.step(true)),
        "ArrowUp" => change(place, |hints| hints.step(false)),
        "Escape" if hints.open => close(place),
        "Enter" => match hints.at.and_then(|at| hints.options.get(at)) {
            Some(hint) if hints.open => choose(place, &hint.query),
            _ => return,
        },
        _ => return,
    }
    event.prevent_default();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_go_round_by_way_of_the_box() {
        let hint = |text: &str| Hint { group: Group::Starter, query: AskQuery::new(text) };
        let mut hints = Hints { options: vec![hint("a"), hint("b")], at: None, open: true };
        let mut seen = Vec::new();
        for down in [true, true, true, true, false, false, false] {
            hints.step(down);
            seen.push(hints.at);
        }
        assert_eq!(seen, [Some(0), Some(1), None, Some(0), None, Some(1), Some(0)]);
        let mut none = Hints::default();
        none.step(true);
        none.step(false);
        assert_eq!(none.at, None);
    }
}
