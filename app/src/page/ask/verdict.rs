//! Whether an answer was right, in the reader's opinion; it goes to the server's record and from there to the evaluation.

use bonghwa_analytics::answer::Reply;
use leptos::prelude::{Get, RwSignal};
use leptos::web_sys::Event;

use crate::app::Here;
use crate::dom::{IntoNode, Node, markup};
use crate::page::Hands;
use crate::part::icon::{self, icon};

/// What became of the last verdict, and on which answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) id: String,
    /// Whether it was found right.
    pub(crate) right: bool,
    /// Whether the server kept it.
    pub(crate) kept: bool,
}

/// The question whether it was right, with the number under which the answer is kept; nothing where nobody keeps it.
pub(super) fn section(here: &Here, reply: &Reply, hands: Hands) -> Node {
    let t = here.t;
    if reply.id.is_empty() {
        return Node::Empty;
    }
    let said = Some(hands.verdict.get()).filter(|said| said.id == reply.id);
    let told = match &said {
        None => "",
        Some(said) if said.kept => t.rated,
        Some(_) => t.not_kept,
    };
    let button = |right: bool| {
        let pressed = said.as_ref().is_some_and(|said| said.kept && said.right == right);
        let id = reply.id.clone();
        let (name, path) = if right { (t.right, icon::CHECK) } else { (t.wrong, icon::CROSS) };
        let say = move |_: Event| send(&id, right, hands.verdict);
        let (mark, pressed) = (if right { "right" } else { "wrong" }, if pressed { "true" } else { "false" });
        markup! { <button type="button" class="btn" data-verdict=mark aria-pressed=pressed on:click=say>{icon(path)}{name}</button> }
    };
    markup! {
        <section class="part verdict">
            <h3>{t.rate}</h3>
            <div class="wasm" role="group" aria-labelledby="verdict">
                <p id="verdict">{t.rate_question}</p>
                <label class="by">{t.rate_note}<input id="note" name="note" autocomplete="off" maxlength="500"/></label>
                <p class="acts">{button(true)}{button(false)}</p>
            </div>
            <p class="small" role="status">{told}</p>
            <p class="small">{t.answer_number}" "<code>{reply.id.clone()}</code></p>
        </section>
    }
    .into_node()
}

fn send(id: &str, right: bool, verdict: RwSignal<Said>) {
    #[cfg(feature = "hydrate")]
    crate::browser::mark::judge(id, right, verdict);
    let _ = (id, right, verdict);
}
