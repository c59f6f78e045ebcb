//! "자세히 보기": every value of a period on a canvas, to zoom and to move in. Buttons do what dragging does.

use std::cell::RefCell;

use bonghwa_analytics::format::{Lang, local};
use bonghwa_analytics::view::PeriodChart;
use leptos::ev::{KeyboardEvent, MouseEvent, PointerEvent, WheelEvent};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::HtmlCanvasElement;

use super::{fetch, plot};
use crate::app::Here;
use crate::dom::{Node, live, markup};

/// The id of the canvas: there is one.
const CANVAS: &str = "long-series";
/// Values that the narrowest view holds.
const LEAST: f64 = 12.0;

/// Which series is held, and which part of it is shown (in values).
struct Held {
    key: (String, i64, i64),
    chart: Option<PeriodChart>,
    first: f64,
    last: f64,
    pointers: Vec<(i32, f64)>,
}

thread_local! {
    static HELD: RefCell<Option<Held>> = const { RefCell::new(None) };
}

/// The canvas with its buttons. When the page beneath is exchanged the canvas stays, and what is held is drawn again.
pub(crate) fn panel(here: &Here, region: &str, from: i64, to: i64) -> Node {
    let (t, lang) = (here.t, here.lang);
    let failed = RwSignal::new(None::<String>);
    // The canvas stands in the document by the time that the task begins.
    spawn_local(show((region.to_owned(), from, to), lang, failed));
    let zoom = move |factor: f64, at: f64| act(lang, |held| zoomed(held, factor, at));
    let pan = move |share: f64| act(lang, |held| moved(held, share));
    let on_wheel = move |event: WheelEvent| {
        event.prevent_default();
        zoom(if event.delta_y() > 0.0 { 1.25 } else { 0.8 }, place(event.offset_x()));
    };
    let on_key = move |event: KeyboardEvent| {
        match event.key().as_str() {
            "ArrowLeft" => pan(-0.2),
            "ArrowRight" => pan(0.2),
            "+" | "=" => zoom(0.5, 0.5),
            "-" => zoom(2.0, 0.5),
            "Home" => zoom(1e9, 0.5),
            _ => return,
        }
        event.prevent_default();
    };
    let on_down = move |event: PointerEvent| {
        if let Some(canvas) = canvas() {
            // Refused only for a pointer that is gone.
            let _ = canvas.set_pointer_capture(event.pointer_id());
        }
        change(|held| held.pointers.push((event.pointer_id(), place(event.offset_x()))));
    };
    let on_move = move |event: PointerEvent| {
        let dragged = HELD.with_borrow_mut(|held| drag(held.as_mut()?, event.pointer_id(), place(event.offset_x())));
        if dragged.is_some() {
            redraw(lang);
        }
    };
    let on_up = |event: PointerEvent| change(|held| held.pointers.retain(|(id, _)| *id != event.pointer_id()));
    let button = |name: &'static str, act: Box<dyn Fn() + Send>| {
        markup! { <button type="button" class="btn" on:click=move |_: MouseEvent| act()>{name}</button> }
    };
    markup! {
        <p class="small">{t.detail_hint}</p>
        <canvas
            id=CANVAS
            class="long"
            tabindex="0"
            role="img"
            aria-label=format!("{}. {}", t.users, t.detail_hint)
            on:wheel=on_wheel
            on:keydown=on_key
            on:pointerdown=on_down
            on:pointermove=on_move
            on:pointerup=on_up
            on:pointercancel=on_up
        ></canvas>
        <p class="acts">
            {button(t.zoom_in, Box::new(move || zoom(0.5, 0.5)))}
            {button(t.zoom_out, Box::new(move || zoom(2.0, 0.5)))}
            {button(t.pan_left, Box::new(move || pan(-0.5)))}
            {button(t.pan_right, Box::new(move || pan(0.5)))}
            {button(t.whole, Box::new(move || zoom(1e9, 0.5)))}
        </p>
        <p class="small" role="status">{live(move || failed.get())}</p>
    }
}

/// Draws a series, fetched first unless it is held.
async fn show(key: (String, i64, i64), lang: Lang, failed: RwSignal<Option<String>>) {
    let known = HELD.with_borrow(|held| held.as_ref().is_some_and(|held| held.key == key));
    if !known {
        let held = Held { key: key.clone(), chart: None, first: 0.0, last: 0.0, pointers: Vec::new() };
        HELD.set(Some(held));
        let url = format!("/api/series?region={}&measure=users&from={}&to={}", key.0, local(key.1), local(key.2));
        match fetch::json::<PeriodChart>(&url).await {
            Ok(chart) => HELD.with_borrow_mut(|held| {
                // Meanwhile another period may have been asked for.
                if let Some(held) = held.as_mut().filter(|held| held.key == key) {
                    held.last = length(&chart);
                    held.chart = Some(chart);
                }
            }),
            Err(reason) => {
                HELD.set(None);
                failed.set(Some(reason));
            }
        }
    }
    redraw(lang);
}

fn canvas() -> Option<HtmlCanvasElement> {
    document().get_element_by_id(CANVAS)?.dyn_into().ok()
}

/// Where a pixel of the canvas lies, as a share of its width.
fn place(x: i32) -> f64 {
    let width = canvas().map_or(1, |canvas| canvas.client_width()).max(1);
    f64::from(x) / f64::from(width)
}

fn length(chart: &PeriodChart) -> f64 {
    chart.series.iter().map(|s| s.line.values.len()).max().unwrap_or(0) as f64
}

fn redraw(lang: Lang) {
    HELD.with_borrow(|held| {
        let Some(held) = held else { return };
        if let (Some(canvas), Some(chart)) = (canvas(), &held.chart) {
            // A canvas that cannot be drawn on stays blank; the table above holds the values.
            let _ = plot::draw(&canvas, chart, held.first as usize, held.last.ceil() as usize, lang);
        }
    });
}

fn change(change: impl FnOnce(&mut Held)) {
    HELD.with_borrow_mut(|held| held.as_mut().map(change));
}

/// Changes which part is shown, and shows it.
fn act(lang: Lang, change_part: impl FnOnce(&mut Held)) {
    change(change_part);
    redraw(lang);
}

/// Makes the shown part `factor` times as wide, with the place `at` (0 to 1) held still.
fn zoomed(held: &mut Held, factor: f64, at: f64) {
    let all = held.chart.as_ref().map_or(0.0, length);
    let width = held.last - held.first;
    let wide = (width * factor).clamp(LEAST.min(all), all);
    held.first = (held.first + (width - wide) * at).clamp(0.0, all - wide);
    held.last = held.first + wide;
}

/// Moves the shown part by a share of its width.
fn moved(held: &mut Held, share: f64) {
    let all = held.chart.as_ref().map_or(0.0, length);
    let width = held.last - held.first;
    held.first = (held.first + width * share).clamp(0.0, (all - width).max(0.0));
    held.last = held.first + width;
}

/// One pointer moves, two pinch. `None` if the pointer is not down.
fn drag(held: &mut Held, id: i32, x: f64) -> Option<()> {
    let at = held.pointers.iter().position(|(known, _)| *known == id)?;
    let before = held.pointers.get(at)?.1;
    match held.pointers.iter().find(|(known, _)| *known != id).map(|(_, other)| *other) {
        Some(other) => zoomed(held, ((before - other).abs() / (x - other).abs().max(0.01)).clamp(0.2, 5.0), other),
        None => moved(held, before - x),
    }
    held.pointers.get_mut(at)?.1 = x;
    Some(())
}
