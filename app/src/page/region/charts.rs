//! The charts of a period.

use std::sync::Arc;

use bonghwa_analytics::format::{figure, join, same_day, span};
use bonghwa_analytics::view::{Measure, PeriodChart, RegionView, Series};
use leptos::ev::MouseEvent;
use leptos::prelude::{Get, RwSignal, Update};

use crate::app::Here;
use crate::chart::{self, Chart, Role, Stroke, values};
use crate::dom::{IntoNode, Node, live, markup};
use crate::order::order;
use crate::page::Hands;
use crate::part::facts::measure_name;
use crate::say;

/// Lines that a chart of several services can hold apart.
const MOST: usize = 4;

pub(super) fn charts(here: &Here, view: &RegionView, hands: Hands) -> Node {
    let charts: Vec<_> = (1_u8..).zip(&view.charts).map(|(id, data)| one(here, view, id, data, hands)).collect();
    markup! { <section class="charts">{charts}</section> }.into_node()
}

fn one(here: &Here, view: &RegionView, id: u8, data: &PeriodChart, hands: Hands) -> Node {
    let (chart, dropped) = chart(here, view, id, data);
    let chart = Arc::new(chart);
    let one_day = same_day(view.from, view.to - 1);
    let name = measure_name(here, chart.measure, chart.unit);
    let name = if chart.strokes.iter().any(|s| s.name == "p95") { here.t.response } else { name };
    let finding = say::region::finding(here, &chart, one_day);
    let step = span(data.step, here.lang);
    let more = (dropped > 0).then(|| match here.lang {
        bonghwa_analytics::format::Lang::Ko => format!(", 높은 {MOST}개만 그림(나머지 {dropped}개는 아래 표)"),
        bonghwa_analytics::format::Lang::En => format!(", the {MOST} highest (the other {dropped} are in the table)"),
    });
    let scope = match here.lang {
        bonghwa_analytics::format::Lang::Ko => format!("{name}, {step} 단위"),
        bonghwa_analytics::format::Lang::En => format!("{name}, {step} steps"),
    };
    if chart.is_empty() {
        return markup! { <figure class="period"><h2>{name}</h2><p class="subt">{here.t.none_in_period}</p></figure> }
            .into_node();
    }
    let place = view.region.as_ref().map_or(here.t.nation, |region| here.region(&region.code));
    let detail = (id == 1).then(|| detail(here, view, hands.detail));
    markup! {
        <figure class="period">
            <h2>{finding}</h2>
            <p class="subt">{scope}{more}</p>
            {chart::figure(here, &chart, &say::picture::title(place, name, here.lang), &[], hands.cursor)}
            {detail}
        </figure>
    }
    .into_node()
}

/// The long series on a canvas, in the browser only: a button, and what it opens.
fn detail(here: &Here, view: &RegionView, open: RwSignal<bool>) -> Node {
    let t = here.t;
    let (here, region) = (here.clone(), view.region.as_ref().map_or_else(String::new, |r| r.code.clone()));
    let (from, to) = (view.from, view.to);
    let panel = live(move || {
        open.get().then(|| {
            #[cfg(feature = "hydrate")]
            return crate::browser::detail::panel(&here, &region, from, to);
            // On the server it never opens.
            #[cfg(not(feature = "hydrate"))]
            format!("{} {from} {to}", here.region(&region))
        })
    });
    let button = live(move || {
        let (expanded, name) = if open.get() { ("true", t.detail_hide) } else { ("false", t.detail_view) };
        let toggle = move |_: MouseEvent| open.update(|open| *open = !*open);
        markup! { <button type="button" class="btn" aria-expanded=expanded on:click=toggle>{name}</button> }
    });
    markup! { <div class="detail wasm">{button}{panel}</div> }
}

/// The chart, and how many series had no room.
fn chart(here: &Here, view: &RegionView, id: u8, data: &PeriodChart) -> (Chart, usize) {
    let t = here.t;
    let mut series: Vec<&Series> = data.series.iter().collect();
    let quantiles = data.series.iter().any(|s| s.name == "p95");
    let by_role = data.series.iter().any(|s| s.name == "now" || s.name == "before");
    if !quantiles && !by_role {
        let mean = |s: &Series| {
            let (sum, n) = s.line.values.iter().flatten().fold((0.0, 0.0), |(sum, n), v| (sum + v, n + 1.0));
            if n > 0.0 { sum / n } else { 0.0 }
        };
        order(&mut series, |a, b| mean(a) > mean(b));
    }
    let dropped = series.len().saturating_sub(MOST);
    series.truncate(MOST);
    let stroke = |(i, s): (usize, &&Series)| {
        let (role, name) = match s.name.as_str() {
            "now" => (Role::Now, t.this_period.to_owned()),
            "before" => (Role::Before, t.compared.to_owned()),
            // The middle quantile is the one that matters: it is drawn thick.
            "p95" => (Role::Series(0), "p95".to_owned()),
            "p50" => (Role::Series(2), "p50".to_owned()),
            "p99" => (Role::Series(1), "p99".to_owned()),
            name => (Role::Series(i as u8), name.to_owned()),
        };
        Stroke { role, name, values: values(&s.line) }
    };
    let mut strokes: Vec<Stroke> = series.iter().enumerate().map(stroke).collect();
    // The front line comes last.
    let front = |s: &Stroke| matches!(s.role, Role::Now | Role::Series(0));
    order(&mut strokes, |a, b| !front(a) && front(b));
    let slots = ((view.to - view.from) / data.step.max(1)).max(1) as usize;
    let slots = slots.max(strokes.iter().map(|s| s.values.len()).max().unwrap_or(0));
    let front = strokes.last().and_then(|s| s.values.iter().rev().find_map(|v| *v));
    let now = front.map(|value| {
        let (number, unit) = figure(value, data.unit, here.lang);
        join(&number, unit)
    });
    let chart = Chart {
        id,
        label: measure_name(here, data.measure, data.unit).to_owned(),
        measure: if quantiles { Measure::LatencyP95 } else { data.measure },
        unit: data.unit,
        start: data.start,
        step: data.step,
        slots,
        strokes,
        low: values(&data.low),
        high: values(&data.high),
        fan: None,
        now,
        labels: false,
    };
    (chart, dropped)
}
