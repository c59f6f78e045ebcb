//! Reading values off a chart, by keys and by pointing.

use bonghwa_analytics::format::{MISSING, clock, exact, moment, same_day};
use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::Element;

use super::geometry::index_at;
use super::{Chart, Cursor};
use crate::app::Here;

/// What a key does: arrows a step, page keys an hour or twelve steps, Home and End, Escape leaves.
pub(super) fn key(event: &KeyboardEvent, chart: &Chart, cursor: Cursor) {
    let now = cursor.at(chart.id);
    let Some(to) = moved(&event.key(), now, chart.slots, last(chart)) else { return };
    event.prevent_default();
    cursor.set(to.map(|index| (chart.id, index)));
}

/// The newest value of the front line, where reading begins.
fn last(chart: &Chart) -> usize {
    let newest = chart.strokes.last().and_then(|s| s.values.iter().rposition(Option::is_some));
    newest.unwrap_or(chart.slots.saturating_sub(1))
}

/// Where a key leads: `None` if it is not one of ours, `Some(None)` out of the chart.
#[expect(clippy::option_option, reason = "the inner one is the position itself, which may be nowhere")]
fn moved(key: &str, now: Option<usize>, slots: usize, last: usize) -> Option<Option<usize>> {
    let end = slots.saturating_sub(1);
    let step = |by: usize, forward: bool| match now {
        None => last,
        Some(i) if forward => (i + by).min(end),
        Some(i) => i.saturating_sub(by),
    };
    Some(match key {
        "ArrowRight" => Some(step(1, true)),
        "ArrowLeft" => Some(step(1, false)),
        "PageUp" => Some(step(12, false)),
        "PageDown" => Some(step(12, true)),
        "Home" => Some(0),
        "End" => Some(last),
        "Escape" if now.is_some() => None,
        _ => return None,
    })
}

/// The value under the pointer.
pub(super) fn point(event: &PointerEvent, chart: &Chart, cursor: Cursor) {
    let Some(target) = event.current_target().and_then(|t| t.dyn_into::<Element>().ok()) else { return };
    // The drawings in the plot take no pointer events (style sheet), so offsets are those in the plot itself.
    let width = f64::from(target.client_width());
    if width > 0.0 {
        let percent = f64::from(event.offset_x()) / width * 100.0;
        cursor.set(Some((chart.id, index_at(percent, chart.slots))));
    }
}

/// The values at an instant, as one sentence.
pub(super) fn sentence(here: &Here, chart: &Chart, index: usize) -> String {
    let at = chart.instant(index);
    let mut out = if same_day(chart.start, chart.end() - 1) { clock(at) } else { moment(at, here.lang) };
    let show = |value: f64| exact(value, chart.unit, here.lang);
    for stroke in chart.strokes.iter().rev() {
        let value = stroke.values.get(index).copied().flatten().map_or_else(|| MISSING.to_owned(), show);
        out.extend([" · ", &stroke.name, " ", &value]);
    }
    let edge = |line: &[Option<f64>]| line.get(index).copied().flatten();
    if let (Some(low), Some(high)) = (edge(&chart.low), edge(&chart.high)) {
        let value = chart.strokes.last().and_then(|front| edge(&front.values));
        let standing = value.map(|value| if value < low || value > high { here.t.out_word } else { here.t.in_word });
        out.extend([" · ", chart.range(here), " ", &show(low), "–", &show(high)]);
        if let Some(standing) = standing.filter(|_| chart.fan.is_none()) {
            out.extend([". ", standing, ". ", here.t.band_by, here.t.by_season]);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::moved;

    #[test]
    fn keys_move_and_leave() {
        assert_eq!(moved("ArrowLeft", None, 288, 169), Some(Some(169)));
        assert_eq!(moved("ArrowLeft", Some(0), 288, 169), Some(Some(0)));
        assert_eq!(moved("ArrowRight", Some(287), 288, 169), Some(Some(287)));
        assert_eq!(moved("End", Some(3), 288, 169), Some(Some(169)));
        assert_eq!(moved("Home", None, 288, 169), Some(Some(0)));
        assert_eq!(moved("Escape", Some(3), 288, 169), Some(None));
        assert_eq!(moved("Escape", None, 288, 169), None);
        assert_eq!(moved("a", Some(3), 288, 169), None);
    }
}
