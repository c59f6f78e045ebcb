//! Pages as data: one type of node, whose code to render, hydrate and rebuild exists once.
//!
//! A [`Node`] is a Leptos view like any other (`render.rs`), so it stands wherever a view can, and any view can be its
//! child. Functions of a page return nodes; when a page is made again from newer data, the new nodes are compared
//! with the old ones place by place and only what differs is changed in the document, so focus, open details and
//! scrolled boxes stay as they are.

mod render;

use std::borrow::Cow;

use leptos::prelude::{AnyView, IntoAny};
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::Event;

pub(crate) use bonghwa_markup::markup;

/// A piece of a page.
pub(crate) enum Node {
    /// Nothing, in a place where something may stand.
    Empty,
    /// Text; escaped wherever it is written.
    Text(Cow<'static, str>),
    /// An element.
    Element(Box<Parts>),
    /// Pieces side by side.
    Many(Vec<Node>),
    /// A Leptos view: a component or a reactive place.
    View(Option<AnyView>),
}

/// An element being put together. It is one pointer: pages consist of calls that hand it on.
pub(crate) struct Element(Box<Parts>);

/// All that an element holds.
pub(crate) struct Parts {
    tag: &'static str,
    attributes: Vec<(&'static str, Cow<'static, str>)>,
    properties: Vec<(&'static str, Property)>,
    listeners: Vec<(&'static str, Handler)>,
    children: Vec<Node>,
}

/// A property that the reader can change and the page sets again.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Property {
    /// `checked`.
    Flag(bool),
    /// `value`.
    Text(String),
}

type Handler = Box<dyn FnMut(Event) + Send>;

/// An element without anything in it yet.
#[inline(never)]
pub(crate) fn element(tag: &'static str) -> Element {
    Element(Box::new(Parts {
        tag,
        attributes: Vec::new(),
        properties: Vec::new(),
        listeners: Vec::new(),
        children: Vec::new(),
    }))
}

/// Pieces side by side, none yet.
pub(crate) fn fragment() -> Fragment {
    Fragment(Vec::new())
}

/// Pieces side by side, being put together.
pub(crate) struct Fragment(Vec<Node>);

impl Fragment {
    pub(crate) fn child(self, child: impl IntoNode) -> Self {
        self.add(child.into_node())
    }

    #[inline(never)]
    fn add(mut self, child: Node) -> Self {
        push(&mut self.0, child);
        self
    }

    pub(crate) fn into_node(self) -> Node {
        Node::Many(self.0)
    }
}

// The bodies stand once; what is generic only converts. Inlined into the pages they would be most of the module.
impl Element {
    /// Sets an attribute; `None` and `false` leave it out, `true` sets it without a value.
    pub(crate) fn attribute(self, name: &'static str, value: impl IntoAttribute) -> Self {
        self.set(name, value.into_attribute())
    }

    #[inline(never)]
    fn set(mut self, name: &'static str, value: Option<Cow<'static, str>>) -> Self {
        if let Some(value) = value {
            self.0.attributes.push((name, value));
        }
        self
    }

    /// Sets a property of the element in the browser.
    pub(crate) fn property(mut self, name: &'static str, value: impl Into<Property>) -> Self {
        self.0.properties.push((name, value.into()));
        self
    }

    /// Calls a handler on an event, in the browser. The type of the event is the handler's to know.
    pub(crate) fn on<E: JsCast>(mut self, event: &'static str, mut handler: impl FnMut(E) + Send + 'static) -> Self {
        self.0.listeners.push((event, Box::new(move |event| handler(event.unchecked_into()))));
        self
    }

    /// Adds a child.
    pub(crate) fn child(self, child: impl IntoNode) -> Self {
        self.add(child.into_node())
    }

    #[inline(never)]
    fn add(mut self, child: Node) -> Self {
        push(&mut self.0.children, child);
        self
    }

    pub(crate) fn into_node(self) -> Node {
        Node::Element(self.0)
    }
}

/// Pieces side by side in another piece are its own.
#[inline(never)]
fn push(children: &mut Vec<Node>, child: Node) {
    match child {
        Node::Many(nodes) => children.extend(nodes),
        node => children.push(node),
    }
}

/// A place that is made again whenever a signal that it reads changes.
pub(crate) fn live<N: IntoNode>(make: impl Fn() -> N + Send + 'static) -> Node {
    let make: Box<dyn Fn() -> Node + Send> = Box::new(move || make().into_node());
    Node::View(Some((move || make()).into_any()))
}

/// What can be a child.
pub(crate) trait IntoNode {
    fn into_node(self) -> Node;
}

impl IntoNode for Node {
    fn into_node(self) -> Node {
        self
    }
}

impl IntoNode for &'static str {
    fn into_node(self) -> Node {
        Node::Text(Cow::Borrowed(self))
    }
}

impl IntoNode for String {
    fn into_node(self) -> Node {
        Node::Text(Cow::Owned(self))
    }
}

impl IntoNode for AnyView {
    fn into_node(self) -> Node {
        Node::View(Some(self))
    }
}

impl<N: IntoNode> IntoNode for Option<N> {
    fn into_node(self) -> Node {
        self.map_or(Node::Empty, IntoNode::into_node)
    }
}

impl<N: IntoNode> IntoNode for Vec<N> {
    fn into_node(self) -> Node {
        let mut children = Vec::with_capacity(self.len());
        for child in self {
            push(&mut children, child.into_node());
        }
        Node::Many(children)
    }
}

/// What can be the value of an attribute.
pub(crate) trait IntoAttribute {
    fn into_attribute(self) -> Option<Cow<'static, str>>;
}

impl IntoAttribute for &'static str {
    fn into_attribute(self) -> Option<Cow<'static, str>> {
        Some(Cow::Borrowed(self))
    }
}

impl IntoAttribute for String {
    fn into_attribute(self) -> Option<Cow<'static, str>> {
        Some(Cow::Owned(self))
    }
}

impl IntoAttribute for bool {
    fn into_attribute(self) -> Option<Cow<'static, str>> {
        self.then_some(Cow::Borrowed(""))
    }
}

impl<A: IntoAttribute> IntoAttribute for Option<A> {
    fn into_attribute(self) -> Option<Cow<'static, str>> {
        self.and_then(IntoAttribute::into_attribute)
    }
}

impl From<bool> for Property {
    fn from(value: bool) -> Self {
        Self::Flag(value)
    }
}

impl From<String> for Property {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}
