//! A runbook, or the list of all. Its parts are written as elements one by one: there is no markup in it that a browser could
//! take for its own, no link leads out of it, and nothing is loaded.

use bonghwa_analytics::view::{Block, Inline, RunbookFile, RunbookHeading, RunbookView};

use crate::address::Page;
use crate::app::{Here, set_title};
use crate::dom::{IntoNode, Node, markup};
use crate::part::icon::{self, icon};
use crate::part::state;

/// The page of a view.
pub(crate) fn render(here: &Here, view: &RunbookView) -> Node {
    let t = here.t;
    if view.file.is_empty() {
        set_title(here, t.runbooks);
        return all(here, view);
    }
    let list = here.link(Page::Runbook(String::new()));
    let Some(file) = view.files.iter().find(|file| file.file == view.file) else {
        crate::page::not_found();
        set_title(here, t.no_runbook);
        let back = markup! { <p class="go"><a class="btn" href=list>{t.to_runbooks}{icon(icon::RIGHT)}</a></p> };
        return state::notice(t.no_runbook, t.no_runbook_lead, back.into_node());
    };
    set_title(here, &file.title);
    let blocks: Vec<_> = view.blocks.iter().map(block).collect();
    markup! {
        <nav class="crumb" aria-label=t.crumbs>
            <a href=here.address.now_page().href()>{t.now}</a><span aria-hidden="true">"/"</span>
            <a href=list>{t.runbooks}</a><span aria-hidden="true">"/"</span>
            <span>{file.file.clone()}</span>
        </nav>
        <article class="document runbook">{blocks}</article>
    }
    .into_node()
}

fn all(here: &Here, view: &RunbookView) -> Node {
    let t = here.t;
    let files: Vec<_> = view.files.iter().map(|file| entry(here, file)).collect();
    let body = if files.is_empty() {
        markup! { <p>{t.no_runbooks}</p> }.into_node()
    } else {
        markup! { <ul class="books">{files}</ul> }.into_node()
    };
    markup! { <article class="document runbook"><h1>{t.runbooks}</h1><p class="small">{t.runbooks_lead}</p>{body}</article> }.into_node()
}

fn entry(here: &Here, file: &RunbookFile) -> Node {
    let page = here.link(Page::Runbook(file.file.clone()));
    let parts: Vec<_> = file
        .headings
        .iter()
        .skip(1)
        .filter(|heading| heading.level <= 2)
        .map(|heading| markup! { <li><a href=format!("{page}#{}", heading.anchor)>{heading.text.clone()}</a></li> })
        .collect();
    let parts = (!parts.is_empty()).then(|| markup! { <ul>{parts}</ul> });
    markup! { <li><a href=page><b>{file.title.clone()}</b></a>" "<span class="small">{file.file.clone()}</span>{parts}</li> }.into_node()
}

fn block(block: &Block) -> Node {
    match block {
        Block::Heading(heading) => titled(heading),
        Block::Paragraph(parts) => markup! { <p>{inline(parts)}</p> }.into_node(),
        Block::List { numbered, items } => {
            let items: Vec<_> = items.iter().map(|item| markup! { <li>{inline(item)}</li> }).collect();
            if *numbered { markup! { <ol>{items}</ol> }.into_node() } else { markup! { <ul>{items}</ul> }.into_node() }
        }
        Block::Code(code) => markup! { <pre tabindex="0"><code>{code.clone()}</code></pre> }.into_node(),
    }
}

/// A heading; what is deeper than the third level is shown as the fourth.
fn titled(heading: &RunbookHeading) -> Node {
    let (id, text) = (heading.anchor.clone(), heading.text.clone());
    match heading.level {
        1 => markup! { <h1 id=id>{text}</h1> }.into_node(),
        2 => markup! { <h2 id=id>{text}</h2> }.into_node(),
        3 => markup! { <h3 id=id>{text}</h3> }.into_node(),
        _ => markup! { <h4 id=id>{text}</h4> }.into_node(),
    }
}

fn inline(parts: &[Inline]) -> Vec<Node> {
    parts
        .iter()
        .map(|part| match part {
            Inline::Text(text) => text.clone().into_node(),
            Inline::Code(code) => markup! { <code>{code.clone()}</code> }.into_node(),
        })
        .collect()
}
