//! What was asked in this browser before, with a way to forget it.

use leptos::prelude::{Get, RwSignal};
use leptos::web_sys::Event;

use crate::address::{AskQuery, Page};
use crate::app::Here;
use crate::dom::{IntoNode, Node, markup};
use crate::part::icon::{self, icon};

/// Earlier questions but the one at hand; nothing where there are none, as before the page runs.
pub(super) fn list(here: &Here, query: &AskQuery, past: RwSignal<Vec<AskQuery>>) -> Node {
    let t = here.t;
    let items: Vec<Node> = past
        .get()
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
                    <button class="quiet" type="button" aria-label=name on:click=move |_: Event| forget(past, Some(&text))>{icon(icon::CROSS)}</button>
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
        <p class="small">{t.past_here}</p>
        <button class="quiet" type="button" on:click=move |_: Event| forget(past, None)>{t.past_clear}</button>
    }
    .into_node()
}

fn forget(past: RwSignal<Vec<AskQuery>>, text: Option<&str>) {
    #[cfg(feature = "hydrate")]
    crate::browser::hints::forget(past, text);
    let _ = (past, text);
}
