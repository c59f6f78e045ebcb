//! A chart with axes, labels, marks, cursor and readout.

use leptos::ev::{FocusEvent, PointerEvent};

use super::geometry::{Scale, band_path, line_path, pct, tick_labels, time_marks, x};
use super::{Chart, Cursor, Role, Shared, plot_id, read};
use crate::app::Here;
use crate::dom::{IntoNode, Node, live, markup};

/// A spell to shade, in percent of the width, and whether it goes on.
pub(crate) type Shade = (f64, f64, bool);

/// The plot and the line below it that reads values. One tab stop: arrows move, Escape leaves.
pub(crate) fn plot(here: &Here, chart: &Shared, size: &'static str, shades: &[Shade], cursor: Cursor) -> Node {
    let scale = Scale::to(chart.max(), 4.0);
    let t = here.t;
    let (keyed, pointed, read_here) = (chart.clone(), chart.clone(), here.clone());
    let read_chart = chart.clone();
    let id = chart.id;
    let readout = live(move || match cursor.at(id) {
        Some(index) => {
            markup! { <p class="read on" role="status">{read::sentence(&read_here, &read_chart, index)}</p> }
        }
        None => markup! { <p class="read" role="status">{t.keys_hint}</p> },
    });
    let leave = move || {
        if cursor.at(id).is_some() {
            cursor.set(None);
        }
    };
    markup! {
        <div
            id=plot_id(chart)
            class=format!("plot {size}")
            tabindex="0"
            role="application"
            aria-label=format!("{}. {}", chart.label, t.keys_label)
            on:keydown=move |event| read::key(&event, &keyed, cursor)
            on:pointermove=move |event| read::point(&event, &pointed, cursor)
            on:pointerleave=move |_: PointerEvent| leave()
            on:blur=move |_: FocusEvent| leave()
        >
            {paths(chart, &scale, shades)}
            {words(here, chart, &scale)}
            {pointer(chart, &scale, cursor)}
        </div>
        {readout}
    }
}

fn paths(chart: &Chart, scale: &Scale, shades: &[Shade]) -> Node {
    let mut grid = String::new();
    for tick in scale.ticks.iter().skip(1) {
        grid.push_str("M0 ");
        super::geometry::put(&mut grid, scale.y(*tick));
        grid.push_str("H1440");
    }
    let shades: Vec<_> = shades
        .iter()
        .map(|(from, to, open)| {
            let width = (to - from).max(0.2);
            markup! { <rect class=if *open { "span" } else { "span past" } x=pct(*from) y="0" width=pct(width) height="100"/> }
        })
        .collect();
    let band = (!chart.high.is_empty()).then(|| {
        markup! {
            <path class="band" d=band_path(&chart.low, &chart.high, chart.slots, scale)/>
            <path class="bedge" d=line_path(&chart.low, chart.slots, scale)/>
            <path class="bedge" d=line_path(&chart.high, chart.slots, scale)/>
        }
    });
    let fan = chart.fan.as_ref().map(|fan| {
        let level = fan.level.as_ref().map(|level| {
            let mut path = "M0 ".to_owned();
            super::geometry::put(&mut path, scale.y(level.0));
            path.push_str("H1440");
            markup! { <path class="level" d=path/> }
        });
        markup! { <path class="core" d=band_path(&fan.narrow.0, &fan.narrow.1, chart.slots, scale)/>{level} }
    });
    let wide = chart
        .fan
        .as_ref()
        .map(|fan| markup! { <path class="widest" d=band_path(&fan.wide.0, &fan.wide.1, chart.slots, scale)/> });
    let strokes: Vec<_> = chart
        .strokes
        .iter()
        .map(|s| markup! { <path class=s.role.class() d=line_path(&s.values, chart.slots, scale)/> })
        .collect();
    markup! {
        <svg viewBox="0 0 1440 100" preserveAspectRatio="none" aria-hidden="true">
            {shades}
            <path class="grid" d=grid/>
            {wide}
            {band}
            {fan}
            {strokes}
            <path class="zero" d="M0 100H1440"/>
        </svg>
    }
    .into_node()
}

fn words(here: &Here, chart: &Chart, scale: &Scale) -> Node {
    let ticks: Vec<_> = scale
        .ticks
        .iter()
        .zip(tick_labels(scale, chart.unit, here.lang))
        .map(|(tick, label)| markup! { <text class="yt" x="0" y=pct(scale.y(*tick)) dy="-4">{label}</text> })
        .collect();
    let marks = time_marks(chart.start, chart.end(), here.lang);
    // A date at the very end would be pushed over the one before it.
    let dense = marks.len() > 6 && chart.end() - chart.start > bonghwa_analytics::time::DAY;
    let marks: Vec<_> = marks
        .into_iter()
        .filter(|mark| !dense || mark.0 <= 97.0)
        .map(|(at, label, minor)| {
            let anchor = if at < 2.0 { "start" } else if at > 98.0 { "end" } else { "middle" };
            markup! { <text class=if minor { "xt mid" } else { "xt" } x=pct(at) y="100%" dy="19" text-anchor=anchor>{label}</text> }
        })
        .collect();
    let newest = chart.strokes.last().and_then(|front| {
        let i = front.values.iter().rposition(Option::is_some)?;
        let at = x(i, chart.slots);
        // A label to the left of the point stands clear of the line that leads there.
        let beside =
            if at > 80.0 { front.values.get(i.saturating_sub(chart.slots / 6)..=i)? } else { &front.values[i..=i] };
        let heights = beside.iter().flatten().map(|value| scale.y(*value));
        let (high, low) = heights.fold((f64::MAX, f64::MIN), |(high, low), y| (y.min(high), y.max(low)));
        Some((at, scale.y(front.values.get(i).copied()??), (high, low), front.role == Role::Out))
    });
    let dot = chart.now.as_ref().zip(newest).map(|(label, (at, y, (high, low), out))| {
        let (anchor, dx) = if at > 80.0 { ("end", "6") } else { ("start", "-6") };
        // Near the top the label goes below the line.
        let (above, dy) = if high < 12.0 { (low, "24") } else { (high, "-14") };
        markup! {
            <circle class=if out { "dot out" } else { "dot" } cx=pct(at) cy=pct(y) r="6"/>
            <text class=if out { "lab end out" } else { "lab end" } x=pct(at) y=pct(above) dx=dx dy=dy text-anchor=anchor>{label.clone()}</text>
        }
    });
    let fan = chart.fan.as_ref().map(|fan| {
        let level = fan.level.as_ref().filter(|level| level.0 <= scale.max).map(|(value, name)| {
            markup! { <text class="lab level" x="100%" y=pct(scale.y(*value)) dy="-6" text-anchor="end">{name.clone()}</text> }
        });
        let since = fan.since.map(|(at, name)| {
            markup! {
                <line class="since" x1=pct(at) y1="0" x2=pct(at) y2="100%"/>
                <text class="xt" x=pct(at) y="0" dx="6" dy="-6">{name}</text>
            }
        });
        markup! { {level}{since} }
    });
    let leaders = chart.labels.then(|| leaders(here, chart, scale, newest.map_or(0.0, |n| n.0)));
    markup! { <svg class="over" aria-hidden="true">{ticks}{marks}{leaders}{fan}{dot}</svg> }.into_node()
}

/// Names of the expectation and of past days, each on a hairline down to its line, on the side with more room.
fn leaders(here: &Here, chart: &Chart, scale: &Scale, now: f64) -> Node {
    let mut lines: Vec<(&str, &[Option<f64>])> = Vec::new();
    if !chart.high.is_empty() {
        lines.push((chart.range(here), &chart.high));
    }
    for stroke in chart.strokes.iter().rev().filter(|s| matches!(s.role, Role::Before | Role::Week)) {
        lines.push((&stroke.name, &stroke.values));
    }
    // Far enough apart for the words on a chart of 700 px, the narrowest that has labels.
    let places = if now < 55.0 { [61.0, 73.5, 84.0] } else { [5.0, 17.5, 28.0] };
    let left = places[0] < 50.0;
    // The labels share one height, above everything drawn below them.
    let from = super::geometry::index_at(places[0] - 1.0, chart.slots);
    let to = super::geometry::index_at(if left { 41.0 } else { 97.0 }, chart.slots);
    let all = chart.strokes.iter().map(|s| s.values.as_slice()).chain([chart.high.as_slice()]);
    let peak = all.flat_map(|v| v.get(from..to).unwrap_or_default()).flatten().copied().fold(0.0, f64::max);
    let height = (scale.y(peak) - 9.0).max(5.0);
    let drawn: Vec<_> = lines
        .into_iter()
        .zip(places)
        .filter_map(|((name, values), at)| {
            let value = values.get(super::geometry::index_at(at, chart.slots)).copied().flatten()?;
            let y = scale.y(value);
            Some(markup! {
                <line class="wire" x1=pct(at) y1=pct(height + 1.5) x2=pct(at) y2=pct(y)/>
                <circle class="pin" cx=pct(at) cy=pct(y) r="2.5"/>
                <text class="lab at" x=pct(at) y=pct(height) dx="-3">{name.to_owned()}</text>
            })
        })
        .collect();
    markup! { {drawn} }.into_node()
}

fn pointer(chart: &Shared, scale: &Scale, cursor: Cursor) -> Node {
    let (chart, scale) = (chart.clone(), scale.clone());
    let drawn = live(move || {
        cursor.at(chart.id).map(|index| {
            let at = pct(x(index, chart.slots));
            let dots: Vec<_> = chart
                .strokes
                .iter()
                .filter_map(|s| s.values.get(index).copied().flatten())
                .map(|value| markup! { <circle class="read-dot" cx=at.clone() cy=pct(scale.y(value)) r="4"/> })
                .collect();
            markup! { <g><line class="read-line" x1=at.clone() y1="0" x2=at.clone() y2="100%"/>{dots}</g> }
        })
    });
    markup! { <svg class="over" aria-hidden="true">{drawn}</svg> }.into_node()
}
