//! An answer on the clipboard and on paper.
//!
//! The text and the table are taken from the page, so that what is pasted is what was read. The command `copy` needs no
//! permission and works on addresses without TLS, where browsers hide `navigator.clipboard`; it is asked first.

use js_sys::{Function, Promise, Reflect};
use leptos::prelude::*;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ClipboardEvent, Element, HtmlDocument, HtmlElement, HtmlTextAreaElement};

use crate::address::OFFLINE;
use crate::page::ask::share::Copied;

/// Copies the answer: as text for a message, and with its tables for a document.
pub(crate) fn copy(copied: RwSignal<Copied>, href: &str) {
    let Some(answer) = document().get_element_by_id("answer") else { return };
    let (mut text, mut html) = (Vec::new(), Vec::new());
    for part in all(&answer, ".qh, .asked, .concl > p, .part:not(.concl) > h4, table, .cands > li") {
        // Charts have their tables behind a button; what is not seen is not copied.
        if part.closest("details").ok().flatten().is_some() {
            continue;
        }
        if part.tag_name() == "TABLE" {
            let (lines, table) = rows(&part);
            text.extend(lines);
            html.push(table);
        } else {
            text.push(read(&part));
            html.push(format!("<p>{}</p>", escaped(&read(&part))));
        }
    }
    let margin = document().query_selector(".srcs").ok().flatten();
    let sources: Vec<String> = margin.map_or_else(Vec::new, |margin| all(&margin, "h2, li").iter().map(read).collect());
    html.extend(sources.iter().map(|source| format!("<p>{}</p>", escaped(source))));
    text.extend(sources);
    let address = absolute(href);
    html.push(format!("<p><a href=\"{0}\">{0}</a></p>", escaped(&address)));
    text.push(address);
    put(copied, Copied::Answer, text.join("\n"), Some(html.concat()));
}

/// Copies the address that shows the same for good.
pub(crate) fn copy_link(copied: RwSignal<Copied>, href: &str) {
    put(copied, Copied::Link, absolute(href), None);
}

/// Opens the browser's dialogue for printing.
pub(crate) fn print() {
    // Refused by a browser without printers, which says so itself.
    let _ = window().print();
}

/// Puts the origin into the address at the foot of what is printed, however printing was begun.
pub(crate) fn follow() {
    let fill = Closure::<dyn Fn()>::new(|| {
        if let Some(place) = document().get_element_by_id("origin") {
            place.set_text_content(Some(&absolute("")));
        }
    });
    // Refused only for what is no function.
    let _ = window().add_event_listener_with_callback("beforeprint", fill.as_ref().unchecked_ref());
    fill.forget();
}

fn absolute(href: &str) -> String {
    let location = window().location();
    if OFFLINE {
        let whole = location.href().unwrap_or_default();
        return whole.split('#').next().unwrap_or_default().to_owned() + href;
    }
    location.origin().unwrap_or_default() + href
}

fn all(within: &Element, selector: &str) -> Vec<Element> {
    let Ok(found) = within.query_selector_all(selector) else { return Vec::new() };
    (0..found.length()).filter_map(|at| found.item(at)?.dyn_into().ok()).collect()
}

/// The text of an element as it is shown, on one line.
fn read(part: &Element) -> String {
    let text = part.dyn_ref::<HtmlElement>().map(HtmlElement::inner_text).unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A table as lines with tabs, and as plain HTML.
fn rows(table: &Element) -> (Vec<String>, String) {
    let (mut lines, mut html) = (Vec::new(), String::from("<table border=\"1\">"));
    for row in all(table, "tr") {
        let cells: Vec<(bool, String)> =
            all(&row, "th, td").iter().map(|cell| (cell.tag_name() == "TH", read(cell))).collect();
        lines.push(cells.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join("\t"));
        html.push_str("<tr>");
        for (head, text) in &cells {
            let tag = if *head { "th" } else { "td" };
            html.extend(["<", tag, ">", &escaped(text), "</", tag, ">"]);
        }
        html.push_str("</tr>");
    }
    html.push_str("</table>");
    (lines, html)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Puts it on the clipboard, and says whether that was done.
fn put(copied: RwSignal<Copied>, what: Copied, text: String, html: Option<String>) {
    if command(&text, html) {
        copied.set(what);
        return;
    }
    wasm_bindgen_futures::spawn_local(async move {
        let done = match written(&text) {
            Some(promise) => JsFuture::from(promise).await.is_ok(),
            None => false,
        };
        copied.set(if done { what } else { Copied::Refused });
    });
}

/// By the command, of a field that is there for as long as it takes.
fn command(text: &str, html: Option<String>) -> bool {
    let Some(body) = document().body() else { return false };
    let Ok(field) = document().create_element("textarea") else { return false };
    let field: HtmlTextAreaElement = field.unchecked_into();
    field.set_class_name("vh");
    field.set_value(text);
    let text = text.to_owned();
    let fill = Closure::<dyn Fn(ClipboardEvent)>::new(move |event: ClipboardEvent| {
        let Some(data) = event.clipboard_data() else { return };
        let plain = data.set_data("text/plain", &text);
        let rich = html.as_ref().map_or(Ok(()), |html| data.set_data("text/html", html));
        if plain.and(rich).is_ok() {
            event.prevent_default();
        }
    });
    let focus = document().active_element();
    // Each of these fails only where the command would.
    let _ = field.add_event_listener_with_callback("copy", fill.as_ref().unchecked_ref());
    let _ = body.append_child(&field);
    field.select();
    let done = document().dyn_into::<HtmlDocument>().is_ok_and(|page| page.exec_command("copy").unwrap_or(false));
    field.remove();
    if let Some(focus) = focus.and_then(|focus| focus.dyn_into::<HtmlElement>().ok()) {
        let _ = focus.focus();
    }
    done
}

/// By `navigator.clipboard`, where there is one.
fn written(text: &str) -> Option<Promise> {
    let clipboard = Reflect::get(&window().navigator(), &"clipboard".into()).ok()?;
    let write: Function = Reflect::get(&clipboard, &"writeText".into()).ok()?.dyn_into().ok()?;
    write.call1(&clipboard, &JsValue::from_str(text)).ok()?.dyn_into().ok()
}
