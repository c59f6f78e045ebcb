//! Forms and groups of links by which a reader chooses what a page shows.

use bonghwa_analytics::format::local;
use leptos::ev::SubmitEvent;

use crate::app::Here;
use crate::dom::{IntoNode, Node, markup};

/// A group of links of which one is chosen.
pub(crate) fn group(name: &'static str, links: Vec<Node>) -> Node {
    markup! { <div class="choice" role="group" aria-label=name><h2>{name}</h2><p class="tabs">{links}</p></div> }
        .into_node()
}

/// What travels with a form unseen: keys and values of an address.
pub(crate) fn hidden(pairs: impl IntoIterator<Item = (&'static str, String)>) -> Vec<Node> {
    let field = |(key, value)| markup! { <input type="hidden" name=key value=value/> }.into_node();
    pairs.into_iter().map(field).collect()
}

/// Two fields and a button; the rest of the address travels in hidden fields.
pub(crate) fn form(here: &Here, (from, to): (i64, i64)) -> Node {
    let t = here.t;
    let pairs = here.address.pairs().into_iter().filter(|(key, _)| !matches!(*key, "from" | "to" | "span" | "when"));
    markup! {
        <form class="choice fromto" action=here.address.path() on:submit=submit>
            {hidden(pairs)}
            <label>{t.from}<input type="datetime-local" name="from" required value=local(from)/></label>
            <label>{t.to}<input type="datetime-local" name="to" required value=local(to)/></label>
            <button class="btn">{t.apply}</button>
        </form>
    }
    .into_node()
}

/// Sends a form by the router instead of a page load.
#[expect(clippy::needless_pass_by_value, reason = "listeners are given the event")]
pub(crate) fn submit(event: SubmitEvent) {
    #[cfg(feature = "hydrate")]
    crate::browser::submit(&event);
    let _ = event;
}
