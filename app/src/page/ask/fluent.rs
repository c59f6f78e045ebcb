//! What a language model adds to an answer, marked as such: sentences that the server checked, and how it took words that
//! were not understood.
//!
//! The mark beside the sentences and the notice before anything is asked are what the AI Basic Act (Article 31) wants.

use leptos::prelude::{Get, RwSignal};
use serde::Deserialize;

use crate::app::Here;
use crate::dom::{IntoNode, Node, markup};
use crate::page::Hands;
use crate::part::facts::link;

/// What there is of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Fluent {
    pub(crate) state: State,
    pub(crate) proposal: Option<Proposal>,
    pub(crate) lines: Vec<Line>,
    /// The model that wrote, by the name that its provider gives it.
    pub(crate) model: String,
}

/// How far it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum State {
    /// Nobody was asked.
    #[default]
    Idle,
    /// More may come.
    Writing,
    /// The reader ended it.
    Stopped,
    /// It ended by itself.
    Ended,
    /// It broke off.
    Broke,
}

/// How a model took the words, and the answer of rules to that.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Proposal {
    pub(crate) slots: Vec<String>,
    pub(crate) words: String,
}

/// A sentence.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Line {
    pub(crate) pieces: Vec<Span>,
}

/// Words of the model, or a figure of ours.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Span {
    pub(crate) text: String,
    #[serde(default)]
    pub(crate) anchor: Option<String>,
}

/// The part of the page that shows it.
pub(crate) fn section(here: &Here, hands: Hands) -> Node {
    let Some(signal) = hands.fluent else { return Node::Empty };
    let fluent = signal.get();
    if fluent.state == State::Idle {
        return Node::Empty;
    }
    let proposal = fluent.proposal.as_ref().map(|proposal| {
        let slots: Vec<_> = proposal.slots.iter().map(|slot| markup! { <b>{slot.clone()}</b> }).collect();
        let words: Vec<_> = proposal.words.lines().map(|line| markup! { <p>{line.to_owned()}</p> }).collect();
        markup! { <p class="understood"><span>{here.t.ai_proposed}</span>{slots}</p>{words} }.into_node()
    });
    // The figures of a proposal have no list of sources on this page.
    let linked = fluent.proposal.is_none();
    let lines: Vec<_> = fluent.lines.iter().map(|line| sentence(line, linked)).collect();
    let mark = (!lines.is_empty()).then(|| {
        let model = (!fluent.model.is_empty()).then(|| format!(" {}", fluent.model));
        markup! { <p class="ai"><span class="aimark">{here.t.by_ai}</span>{model}</p> }
    });
    let nothing = lines.is_empty() && proposal.is_none();
    let state = match fluent.state {
        State::Writing => markup! {
            <p class="small" role="status">{here.t.ai_writing}</p>
            <p class="acts"><button class="btn" type="button" on:click=move |_: leptos::web_sys::Event| stop(signal)>{here.t.ai_stop}</button></p>
        }
        .into_node(),
        State::Stopped => said(here.t.ai_stopped),
        State::Broke if !nothing => said(here.t.ai_broke),
        State::Ended if !nothing => Node::Empty,
        _ => said(here.t.ai_none),
    };
    markup! { <section class="part fluent"><h3>{here.t.ai_part}</h3>{proposal}{mark}{lines}{state}</section> }
        .into_node()
}

fn said(text: &'static str) -> Node {
    markup! { <p class="small" role="status">{text}</p> }.into_node()
}

fn sentence(line: &Line, linked: bool) -> Node {
    let pieces: Vec<Node> = line
        .pieces
        .iter()
        .map(|piece| match &piece.anchor {
            Some(anchor) if linked => link(anchor, piece.text.clone()),
            _ => piece.text.clone().into_node(),
        })
        .collect();
    markup! { <p>{pieces}</p> }.into_node()
}

/// By whom the answer was written.
pub(crate) fn made(here: &Here, hands: Hands) -> &'static str {
    let wrote = hands.fluent.is_some_and(|signal| {
        let fluent = signal.get();
        !fluent.lines.is_empty() || fluent.proposal.is_some()
    });
    if wrote { here.t.by_both } else { here.t.by_rules }
}

fn stop(signal: RwSignal<Fluent>) {
    #[cfg(all(feature = "hydrate", not(feature = "ssr")))]
    crate::browser::fluent::stop(signal);
    #[cfg(not(all(feature = "hydrate", not(feature = "ssr"))))]
    let _ = signal;
}
