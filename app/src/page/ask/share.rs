//! Taking an answer along: copied as text and table, as a link that shows the same for good, or on paper.

use leptos::prelude::{Get, RwSignal, Set};
use leptos::web_sys::Event;

use crate::address::{AskQuery, Page};
use crate::app::Here;
use crate::dom::{IntoNode, Node, markup};
use crate::page::Hands;

/// What became of the last copy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Copied {
    /// Nothing was copied.
    #[default]
    Nothing,
    /// The answer.
    Answer,
    /// Its address.
    Link,
    /// The browser refused.
    Refused,
}

/// The row of buttons. Without scripts the link is one that can be followed and kept.
pub(super) fn section(here: &Here, query: &AskQuery, as_of: i64, hands: Hands) -> Node {
    let at = query.at.or(Some(as_of));
    let fixed = here.link(Page::Ask(AskQuery { at, ..query.clone() }));
    let link = fixed.clone();
    let said = match hands.copied.get() {
        Copied::Nothing => "",
        Copied::Answer => here.t.copied,
        Copied::Link => here.t.copied_link,
        Copied::Refused => here.t.not_copied,
    };
    let answer = fixed.clone();
    markup! {
        <section class="part share">
            <h3>{here.t.take_along}</h3>
            <p class="acts">
                <button class="btn wasm" type="button" on:click=move |_: Event| copy(hands.copied, &answer)>{here.t.copy_answer}</button>
                <button class="btn wasm" type="button" on:click=move |_: Event| copy_link(hands.copied, &link)>{here.t.copy_link}</button>
                <button class="btn wasm" type="button" on:click=|_: Event| print()>{here.t.print}</button>
                <a class="btn nowasm" href=fixed>{here.t.fixed_address}</a>
            </p>
            <p class="small" role="status">{said}</p>
        </section>
    }
    .into_node()
}

/// What stands at the foot of a printed answer: the instant and the address, whose first part only the browser knows.
pub(super) fn printed(here: &Here, query: &AskQuery, as_of: i64) -> Node {
    let at = query.at.unwrap_or(as_of);
    let path = here.link(Page::Ask(AskQuery { at: Some(at), ..query.clone() }));
    let line = super::instant_line(here, at);
    markup! { <p class="printed">{line}<br/><span id="origin"></span>{path}</p> }.into_node()
}

fn copy(copied: RwSignal<Copied>, href: &str) {
    copied.set(Copied::Nothing);
    #[cfg(all(feature = "hydrate", not(feature = "ssr")))]
    crate::browser::share::copy(copied, href);
    let _ = href;
}

fn copy_link(copied: RwSignal<Copied>, href: &str) {
    copied.set(Copied::Nothing);
    #[cfg(all(feature = "hydrate", not(feature = "ssr")))]
    crate::browser::share::copy_link(copied, href);
    let _ = href;
}

fn print() {
    #[cfg(all(feature = "hydrate", not(feature = "ssr")))]
    crate::browser::share::print();
}
