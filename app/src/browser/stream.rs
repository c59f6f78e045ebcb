//! Follows the server's ticks.

use std::cell::Cell;

use js_sys::{JSON, Reflect};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Event, EventSource, MessageEvent};

use crate::live::Live;

/// Seconds between two looks at the data: a page is exchanged as a whole, and figures that change more often than
/// this cannot be read.
const PACE: i64 = 4;
/// Milliseconds until a stream that the server ended is opened again.
const AGAIN: i32 = 5000;

/// Opens the stream and keeps it open while the app lives. A hidden or paused page does not look.
pub(crate) fn follow(live: Live) {
    Effect::new(move || {
        open(live);
    });
}

fn open(live: Live) {
    let Ok(source) = EventSource::new("/api/live") else { return };
    let last = Cell::new(0);
    let tick = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let Some((as_of, sent)) = instant(&event) else { return };
        if live.sent.get_untracked() != sent {
            live.sent.set(sent);
        }
        if live.lost.get_untracked() {
            live.lost.set(false);
        }
        // The first tick is the instant that the page was rendered at, or just after.
        let first = last.get() == 0;
        if first {
            last.set(as_of);
        } else if as_of - last.get() >= PACE && !live.paused.get_untracked() && !document().hidden() {
            last.set(as_of);
            live.tick.set(as_of);
        }
    });
    let closed = source.clone();
    let error = Closure::<dyn Fn(Event)>::new(move |_: Event| {
        live.lost.set(true);
        // The browser reconnects by itself unless the server refused; then the source is closed for good.
        if closed.ready_state() == EventSource::CLOSED {
            closed.set_onerror(None);
            let again = Closure::once_into_js(move || open(live));
            let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(again.unchecked_ref(), AGAIN);
        }
    });
    let _ = source.add_event_listener_with_callback("tick", tick.as_ref().unchecked_ref());
    source.set_onerror(Some(error.as_ref().unchecked_ref()));
    // The stream lives as long as the page.
    tick.forget();
    error.forget();
}

/// The instant of a tick and what was sent outside, `{"as_of":1750223100,"sent":0}`.
fn instant(event: &MessageEvent) -> Option<(i64, u64)> {
    let tick = JSON::parse(&event.data().as_string()?).ok()?;
    let number = |name: &str| Reflect::get(&tick, &name.into()).ok()?.as_f64();
    Some((number("as_of")? as i64, number("sent").unwrap_or(0.0) as u64))
}
