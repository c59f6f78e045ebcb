//! How a [`Node`] becomes HTML on the server and a piece of the document in the browser.

use std::borrow::Cow;

use leptos::tachys::html::attribute::Attribute;
use leptos::tachys::html::attribute::any_attribute::AnyAttribute;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::renderer::Rndr;
use leptos::tachys::renderer::types::{Element as DomElement, Node as DomNode, Placeholder};
use leptos::tachys::view::add_attr::AddAnyAttr;
use leptos::tachys::view::any_view::AnyViewState;
use leptos::tachys::view::{Mountable, Position, PositionState, Render, RenderHtml};
use leptos::wasm_bindgen::closure::Closure;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::{Event, Text};

use super::{Handler, Node, Parts, Property};

const SVG: &str = "http://www.w3.org/2000/svg";
/// Elements that have no end tag.
const VOID: [&str; 4] = ["br", "img", "input", "link"];

/// What of a node stands in the document.
pub(crate) enum State {
    Empty(Placeholder),
    Text(Text, Cow<'static, str>),
    Element(Box<ElementState>),
    Many(Vec<State>, Placeholder),
    View(AnyViewState),
}

/// A name of an event and what it calls.
type Listener = (&'static str, Closure<dyn FnMut(Event)>);

/// An element in the document, with what it was made from.
pub(crate) struct ElementState {
    dom: DomElement,
    tag: &'static str,
    attributes: Vec<(&'static str, Cow<'static, str>)>,
    properties: Vec<(&'static str, Property)>,
    listeners: Vec<Listener>,
    children: Vec<State>,
}

impl Node {
    /// Builds it for a place in an SVG drawing or outside of one.
    fn build_in(self, svg: bool) -> State {
        match self {
            Self::Empty => State::Empty(Rndr::create_placeholder()),
            Self::Text(text) => State::Text(Rndr::create_text_node(&text), text),
            Self::Element(element) => State::Element(Box::new(element.build(svg))),
            Self::Many(nodes) => {
                State::Many(nodes.into_iter().map(|node| node.build_in(svg)).collect(), Rndr::create_placeholder())
            }
            Self::View(view) => State::View(view.build_or_empty()),
        }
    }

    fn rebuild_in(self, state: &mut State, svg: bool) {
        match (self, &mut *state) {
            (Self::Empty, State::Empty(_)) => {}
            (Self::Text(new), State::Text(dom, old)) => {
                if new != *old {
                    Rndr::set_text(dom, &new);
                    *old = new;
                }
            }
            (Self::Element(new), State::Element(old)) if new.tag == old.tag => new.rebuild(old, svg),
            (Self::Many(new), State::Many(old, end)) => {
                let missing = rebuild_each(new, old, svg);
                for node in missing {
                    let mut state = node.build_in(svg);
                    Rndr::mount_before(&mut state, end.as_ref());
                    old.push(state);
                }
            }
            (Self::View(Some(new)), State::View(old)) => new.rebuild(old),
            (new, old) => {
                let mut built = new.build_in(svg);
                old.insert_before_this(&mut built);
                old.unmount();
                *state = built;
            }
        }
    }
}

/// Rebuilds place by place and removes what is too many; gives back the nodes that are too many to be placed.
fn rebuild_each(new: Vec<Node>, old: &mut Vec<State>, svg: bool) -> Vec<Node> {
    let mut nodes = new.into_iter();
    let mut kept = 0;
    for state in old.iter_mut() {
        let Some(node) = nodes.next() else { break };
        node.rebuild_in(state, svg);
        kept += 1;
    }
    for state in &mut old[kept..] {
        state.unmount();
    }
    old.truncate(kept);
    nodes.collect()
}

trait BuildOrEmpty {
    fn build_or_empty(self) -> AnyViewState;
}

impl BuildOrEmpty for Option<leptos::prelude::AnyView> {
    /// A view is taken out of its node only to be resolved, and put back at once.
    fn build_or_empty(self) -> AnyViewState {
        use leptos::prelude::IntoAny;
        self.unwrap_or_else(|| ().into_any()).build()
    }
}

impl Parts {
    fn is_svg(tag: &str, parent: bool) -> bool {
        // `g` may be the root of a reactive place in a drawing.
        parent || tag == "svg" || tag == "g"
    }

    fn build(self, svg: bool) -> ElementState {
        let svg = Self::is_svg(self.tag, svg);
        let dom = Rndr::create_element(self.tag, svg.then_some(SVG));
        for (name, value) in &self.attributes {
            Rndr::set_attribute(&dom, name, value);
        }
        let children = self
            .children
            .into_iter()
            .map(|child| {
                let mut state = child.build_in(svg);
                state.mount(&dom, None);
                state
            })
            .collect();
        // After the children: the value of a select is one of its options.
        for (name, value) in &self.properties {
            set_property(&dom, name, value);
        }
        let listeners = self.listeners.into_iter().map(|(event, handler)| listen(&dom, event, handler)).collect();
        ElementState {
            dom,
            tag: self.tag,
            attributes: self.attributes,
            properties: self.properties,
            listeners,
            children,
        }
    }

    fn rebuild(self, old: &mut ElementState, svg: bool) {
        let svg = Self::is_svg(self.tag, svg);
        for (name, _) in old.attributes.iter().filter(|(name, _)| !self.attributes.iter().any(|(n, _)| n == name)) {
            Rndr::remove_attribute(&old.dom, name);
        }
        for (name, value) in self.attributes.iter().filter(|new| !old.attributes.contains(new)) {
            Rndr::set_attribute(&old.dom, name, value);
        }
        old.attributes = self.attributes;
        for node in rebuild_each(self.children, &mut old.children, svg) {
            let mut state = node.build_in(svg);
            state.mount(&old.dom, None);
            old.children.push(state);
        }
        // Set even if the page said the same before: the reader may have changed it.
        for (name, value) in &self.properties {
            set_property(&old.dom, name, value);
        }
        old.properties = self.properties;
        for (event, closure) in old.listeners.drain(..) {
            let _ = old.dom.remove_event_listener_with_callback(event, closure.as_ref().unchecked_ref());
        }
        old.listeners = self.listeners.into_iter().map(|(event, handler)| listen(&old.dom, event, handler)).collect();
    }

    fn hydrate(self, cursor: &Cursor, position: &PositionState) -> ElementState {
        match position.get() {
            Position::FirstChild => cursor.child(),
            Position::Current => {}
            _ => cursor.sibling(),
        }
        // A node of another kind can only come from markup that the parser had to mend; a fresh element keeps the rest
        // of the page working.
        let dom = cursor.current().dyn_into::<DomElement>().unwrap_or_else(|_| Rndr::create_element(self.tag, None));
        let children = if self.children.is_empty() {
            Vec::new()
        } else {
            position.set(Position::FirstChild);
            let children = self.children.into_iter().map(|child| child.hydrate::<true>(cursor, position)).collect();
            let back: &DomNode = dom.as_ref();
            cursor.set(back.clone());
            children
        };
        position.set(Position::NextChild);
        let listeners = self.listeners.into_iter().map(|(event, handler)| listen(&dom, event, handler)).collect();
        ElementState {
            dom,
            tag: self.tag,
            attributes: self.attributes,
            properties: self.properties,
            listeners,
            children,
        }
    }

    fn write(self, out: &mut String, mark_branches: bool) {
        out.push('<');
        out.push_str(self.tag);
        for (name, value) in &self.attributes {
            out.push(' ');
            out.push_str(name);
            if !value.is_empty() {
                out.push_str("=\"");
                escape(out, value, true);
                out.push('"');
            }
        }
        out.push('>');
        if !VOID.contains(&self.tag) {
            let mut position = Position::FirstChild;
            for child in self.children {
                child.to_html_with_buf(out, &mut position, true, mark_branches, Vec::new());
            }
            out.push_str("</");
            out.push_str(self.tag);
            out.push('>');
        }
    }
}

fn escape(out: &mut String, text: &str, quoted: bool) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' if quoted => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
}

fn set_property(dom: &DomElement, name: &str, value: &Property) {
    let value = match value {
        Property::Flag(flag) => JsValue::from_bool(*flag),
        Property::Text(text) => JsValue::from_str(text),
    };
    Rndr::set_property(dom, name, &value);
}

fn listen(dom: &DomElement, event: &'static str, handler: Handler) -> (&'static str, Closure<dyn FnMut(Event)>) {
    let handler: Box<dyn FnMut(Event)> = handler;
    let closure = Closure::wrap(handler);
    // Refused only for an element that is none.
    let _ = dom.add_event_listener_with_callback(event, closure.as_ref().unchecked_ref());
    (event, closure)
}

impl Render for Node {
    type State = State;

    fn build(self) -> State {
        self.build_in(false)
    }

    fn rebuild(self, state: &mut State) {
        self.rebuild_in(state, false);
    }
}

impl AddAnyAttr for Node {
    type Output<SomeNewAttr: Attribute> = Self;

    fn add_any_attr<NewAttr: Attribute>(self, _attr: NewAttr) -> Self {
        self
    }
}

impl RenderHtml for Node {
    type AsyncOutput = Self;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {
        match self {
            Self::Element(element) => element.children.iter_mut().for_each(Self::dry_resolve),
            Self::Many(nodes) => nodes.iter_mut().for_each(Self::dry_resolve),
            Self::View(Some(view)) => view.dry_resolve(),
            _ => {}
        }
    }

    async fn resolve(mut self) -> Self {
        resolve_all(&mut self).await;
        self
    }

    fn to_html_with_buf(
        self,
        out: &mut String,
        position: &mut Position,
        escaped: bool,
        mark_branches: bool,
        extra: Vec<AnyAttribute>,
    ) {
        match self {
            Self::Empty => {
                out.push_str("<!>");
                *position = Position::NextChild;
            }
            Self::Text(text) => {
                // The parser would join two texts into one; and it makes no node of an empty one.
                if *position == Position::NextChildAfterText {
                    out.push_str("<!>");
                }
                if text.is_empty() {
                    out.push(' ');
                }
                escape(out, &text, false);
                *position = Position::NextChildAfterText;
            }
            Self::Element(element) => {
                element.write(out, mark_branches);
                *position = Position::NextChild;
            }
            Self::Many(nodes) => {
                for node in nodes {
                    node.to_html_with_buf(out, position, escaped, mark_branches, Vec::new());
                }
                out.push_str("<!>");
                *position = Position::NextChild;
            }
            Self::View(Some(view)) => view.to_html_with_buf(out, position, escaped, mark_branches, extra),
            Self::View(None) => {}
        }
    }

    fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> State {
        match self {
            Self::Empty => State::Empty(cursor.next_placeholder(position)),
            Self::Text(text) => {
                let after_text = position.get() == Position::NextChildAfterText;
                if position.get() == Position::FirstChild {
                    cursor.child();
                } else {
                    cursor.sibling();
                }
                if after_text {
                    cursor.sibling();
                }
                position.set(Position::NextChildAfterText);
                let dom = cursor.current().dyn_into::<Text>().unwrap_or_else(|_| Rndr::create_text_node(&text));
                State::Text(dom, text)
            }
            Self::Element(element) => State::Element(Box::new(element.hydrate(cursor, position))),
            Self::Many(nodes) => {
                let states = nodes.into_iter().map(|node| node.hydrate::<FROM_SERVER>(cursor, position)).collect();
                State::Many(states, cursor.next_placeholder(position))
            }
            Self::View(Some(view)) => State::View(view.hydrate::<FROM_SERVER>(cursor, position)),
            Self::View(None) => State::View(None.build_or_empty()),
        }
    }

    fn into_owned(self) -> Self {
        self
    }
}

/// Waits for the views among the nodes, in order.
fn resolve_all(node: &mut Node) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send + '_>> {
    Box::pin(async move {
        match node {
            Node::Element(element) => {
                for child in &mut element.children {
                    resolve_all(child).await;
                }
            }
            Node::Many(nodes) => {
                for child in nodes {
                    resolve_all(child).await;
                }
            }
            Node::View(view) => {
                if let Some(taken) = view.take() {
                    *view = Some(taken.resolve().await);
                }
            }
            Node::Empty | Node::Text(_) => {}
        }
    })
}

impl Mountable for State {
    fn unmount(&mut self) {
        match self {
            Self::Empty(dom) => dom.unmount(),
            Self::Text(dom, _) => dom.unmount(),
            Self::Element(element) => element.dom.unmount(),
            Self::Many(states, end) => {
                states.iter_mut().for_each(Mountable::unmount);
                end.unmount();
            }
            Self::View(view) => view.unmount(),
        }
    }

    fn mount(&mut self, parent: &DomElement, before: Option<&DomNode>) {
        match self {
            Self::Empty(dom) => dom.mount(parent, before),
            Self::Text(dom, _) => dom.mount(parent, before),
            Self::Element(element) => element.dom.mount(parent, before),
            Self::Many(states, end) => {
                for state in states {
                    state.mount(parent, before);
                }
                end.mount(parent, before);
            }
            Self::View(view) => view.mount(parent, before),
        }
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        match self {
            Self::Empty(dom) => dom.insert_before_this(child),
            Self::Text(dom, _) => dom.insert_before_this(child),
            Self::Element(element) => element.dom.insert_before_this(child),
            Self::Many(states, end) => {
                states.first().is_some_and(|state| state.insert_before_this(child)) || end.insert_before_this(child)
            }
            Self::View(view) => view.insert_before_this(child),
        }
    }

    fn elements(&self) -> Vec<DomElement> {
        match self {
            Self::Empty(_) | Self::Text(..) => Vec::new(),
            Self::Element(element) => vec![element.dom.clone()],
            Self::Many(states, _) => states.iter().flat_map(Mountable::elements).collect(),
            Self::View(view) => view.elements(),
        }
    }
}
