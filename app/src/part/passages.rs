//! Passages of runbooks: each with its file and headings, leading to where it stands.

use bonghwa_analytics::view::Passage;

use crate::address::Page;
use crate::app::Here;
use crate::dom::{IntoNode, Node, markup};

/// A list of passages.
pub(crate) fn passages(here: &Here, passages: &[Passage]) -> Node {
    let items: Vec<_> = passages
        .iter()
        .map(|passage| {
            let page = here.link(Page::Runbook(passage.file.clone()));
            let href = format!("{page}#{}", passage.anchor);
            markup! { <li><a href=href>{cited(passage)}</a><p>{passage.excerpt.clone()}</p></li> }
        })
        .collect();
    markup! { <ul class="passages">{items}</ul> }.into_node()
}

/// File and headings of a passage: `slow-db.md › 데이터베이스가 느릴 때 › 바로 할 일`.
pub(crate) fn cited(passage: &Passage) -> String {
    let mut out = passage.file.clone();
    for heading in &passage.heading {
        out.push_str(" › ");
        out.push_str(heading);
    }
    out
}
