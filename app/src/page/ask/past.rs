//! What was asked in this browser before, with a way to forget it.

use leptos::prelude::{Get, RwSignal};
use leptos::web_sys::Event;

use crate::address::{AskQuery, Page};
use crate::app::Here;
use crate::dom::{IntoNode, Node, markup};
use crate::part::icon::{self, icon};

/// Earlier questions but the one at hand; nothing where there are none, as before the page runs.
pub(super) fn list(here: &Here, query: &AskQuery, changes: RwSignal<u64>) -> Node {
    let t = here.t;
    let items: Vec<Node> = known(changes)
        .into_iter()
        .filter(|known| known.text != query.text && query.before.iter().all(|earlier| earlier.text != known.text))
        .map(|known| {
            let href = here.link(Page::Ask(known.clone()));
            let text = known.text;
            let name = crate::say::question::forget(here.lang, &text);
            let shown = text.clone();
            markup! {
                <li>
                    <a href=href>{shown}</a>
                    <button class="quiet" type="button" aria-label=name on:click=move |_: Event| forget(changes, Some(&text))>{icon(icon::CROSS)}</button>
                </li>
            }
            .into_node()
        })
        .collect();
    if items.is_empty() {
        return Node::Empty;
    }
    markup! {
        <h2>{t.past}</h2>
        <ol class="past">{items}</ol>
        <p class="small">{t.past_kept}</p>
        <button class="quiet" type="button" on:click=move |_: Event| forget(changes, None)>{t.clear_all}</button>
    }
    .into_node()
}

fn known(changes: RwSignal<u64>) -> Vec<AskQuery> {
    let _ = changes.get();
    #[cfg(all(feature = "hydrate", not(feature = "ssr")))]
    return crate::browser::hints::past();
    #[cfg(not(all(feature = "hydrate", not(feature = "ssr"))))]
    Vec::new()
}

fn forget(changes: RwSignal<u64>, text: Option<&str>) {
    #[cfg(all(feature = "hydrate", not(feature = "ssr")))]
    crate::browser::hints::forget(changes, text);
    let _ = (changes, text);
}
