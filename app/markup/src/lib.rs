//! `markup!`: pages written as HTML, in the syntax of Leptos' own `view!`, built as data of one type.
//!
//! `view!` gives each piece of HTML a type of its own, and with it its own code to build, hydrate and rebuild; for the
//! pages of Bonghwa that is more than the whole budget of bytes. `markup!` expands to calls that build a `Node` (see
//! `app/src/dom`), whose code exists once. Reactive places and components remain Leptos views: any view can be a child.

use proc_macro::TokenStream;
use proc_macro2::TokenStream as Tokens;
use quote::{quote, quote_spanned};
use rstml::node::{KeyedAttribute, Node, NodeAttribute, NodeBlock, NodeElement};
use syn::Stmt;

/// Builds a `Node` from HTML: elements, attributes (`name=value`, `on:event=handler`, `prop:name=value`), text in
/// quotes and `{values}` as children. Several pieces side by side become one node without an element of its own.
#[proc_macro]
pub fn markup(input: TokenStream) -> TokenStream {
    match rstml::parse2(input.into()) {
        Ok(nodes) => match nodes.as_slice() {
            [Node::Element(element)] => expand(element),
            nodes => {
                let children = nodes.iter().map(child);
                quote!(crate::dom::fragment()#(#children)*.into_node())
            }
        },
        Err(error) => error.to_compile_error(),
    }
    .into()
}

fn expand(element: &NodeElement<rstml::Infallible>) -> Tokens {
    let tag = element.name().to_string();
    let attributes = element.attributes().iter().map(attribute);
    let children = element.children.iter().map(child);
    quote!(crate::dom::element(#tag)#(#attributes)*#(#children)*.into_node())
}

fn attribute(attribute: &NodeAttribute) -> Tokens {
    let NodeAttribute::Attribute(attribute) = attribute else {
        return quote_spanned!(span(attribute)=> .compile_error!("a block is no attribute; write name={value}"));
    };
    let KeyedAttribute { key, .. } = attribute;
    let name = key.to_string();
    let value = attribute.value().map_or_else(|| quote!(true), |value| quote!(#value));
    if let Some(event) = name.strip_prefix("on:") {
        quote!(.on(#event, #value))
    } else if let Some(property) = name.strip_prefix("prop:") {
        quote!(.property(#property, #value))
    } else {
        quote!(.attribute(#name, #value))
    }
}

fn child(node: &Node<rstml::Infallible>) -> Tokens {
    match node {
        Node::Element(element) => {
            let element = expand(element);
            quote!(.child(#element))
        }
        Node::Text(text) => {
            let text = &text.value;
            quote!(.child(#text))
        }
        Node::Block(NodeBlock::ValidBlock(block)) => {
            // Braces round a single value are those of the markup.
            if let [Stmt::Expr(value, None)] = block.stmts.as_slice() {
                quote!(.child(#value))
            } else {
                quote!(.child(#block))
            }
        }
        Node::Comment(_) => Tokens::new(),
        other => {
            let message = "only elements, text in quotes and blocks can stand here";
            quote_spanned!(span(other)=> .child(compile_error!(#message)))
        }
    }
}

fn span(tokens: &impl quote::ToTokens) -> proc_macro2::Span {
    tokens.to_token_stream().into_iter().next().map_or_else(proc_macro2::Span::call_site, |token| token.span())
}
