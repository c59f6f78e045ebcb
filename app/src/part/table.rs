//! A table of names and numbers.

use crate::app::Here;
use crate::dom::{IntoNode, Node, markup};

/// A table in its own scrolling box; the first columns are names, the rest numbers.
pub(crate) fn table(here: &Here, caption: &str, names: usize, head: &[&'static str], rows: Vec<Vec<Node>>) -> Node {
    if rows.is_empty() {
        return markup! { <p class="small">{here.t.none_in_period}</p> }.into_node();
    }
    let head: Vec<_> = head
        .iter()
        .enumerate()
        .map(|(i, name)| markup! { <th scope="col" class=(i >= names).then_some("n")>{*name}</th> })
        .collect();
    let rows: Vec<_> = rows
        .into_iter()
        .map(|cells: Vec<Node>| {
            let cells: Vec<_> = cells
                .into_iter()
                .enumerate()
                .map(|(i, cell)| match i {
                    0 => markup! { <th scope="row">{cell}</th> }.into_node(),
                    i if i < names => markup! { <td class="name">{cell}</td> }.into_node(),
                    _ => markup! { <td class="n">{cell}</td> }.into_node(),
                })
                .collect();
            markup! { <tr>{cells}</tr> }
        })
        .collect();
    markup! {
        <div class="scroll" tabindex="0" role="region" aria-label=format!("{caption}, {}", here.t.table)>
            <table class="plain wide">
                <caption class="vh">{caption.to_owned()}</caption>
                <thead><tr>{head}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_node()
}

/// A chapter of a page with its heading.
pub(crate) fn chapter(id: &'static str, title: &'static str, body: Node) -> Node {
    markup! { <section class="chapter" aria-labelledby=id><h2 id=id>{title}</h2>{body}</section> }.into_node()
}
