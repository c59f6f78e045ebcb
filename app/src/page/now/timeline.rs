//! The day: today beside yesterday, last week and the usual range, with what happened.

use std::sync::Arc;

use bonghwa_analytics::format::{Lang, clock, figure, join};
use bonghwa_analytics::time::DAY;
use bonghwa_analytics::view::{Card, Event, EventKind, NowView, Standing};

use crate::address::{LINE_MEASURES, Page};
use crate::app::Here;
use crate::chart::geometry::pct;
use crate::chart::{Chart, Cursor, Role, Stroke, plot, swatches, take, values};
use crate::dom::{IntoNode, Node, markup};
use crate::part::icon::{self, icon};
use crate::say;

pub(super) fn timeline(here: &Here, view: &NowView, cursor: Cursor) -> Node {
    let chosen = match &here.address.page {
        Page::Now(_, line) => *line,
        _ => LINE_MEASURES[0].0,
    };
    let Some(card) = view.cards.iter().find(|c| c.measure == chosen).or(view.cards.first()) else {
        return Node::Empty;
    };
    let chart = Arc::new(chart(here, view, card));
    let tabs: Vec<_> = LINE_MEASURES
        .into_iter()
        .zip([here.t.users_short, here.t.requests, here.t.error_rate, here.t.response])
        .map(|((measure, _), name)| {
            let to = match &here.address.page {
                Page::Now(query, _) => here.link(Page::Now(query.clone(), measure)),
                _ => here.address.href(),
            };
            markup! { <a href=to data-noscroll="" aria-current=(measure == card.measure).then_some("true")>{name}</a> }
        })
        .collect();
    let spells: Vec<_> = view.events.iter().filter_map(|e| shade(e, view.as_of, card.day.start)).collect();
    let caption = format!("{}, {}", say::now::card_name(here, card, view.mode), here.t.nation);
    markup! {
        <section class="when" aria-labelledby="when">
            <header>
                <h2 id="when">{say::now::line_finding(here, card, view.mode)}</h2>
                <p>{say::now::line_scope(here, card, view)}</p>
                <div class="tabs" role="group" aria-label=here.t.line_measure>{tabs}</div>
            </header>
            {swatches(here, &chart)}
            <div class="tl">
                {marks(here, view, card.day.start)}
                {plot(here, &chart, "tall", &spells, cursor)}
            </div>
            {log(here, view)}
            {take(here, &chart, &caption)}
        </section>
    }
    .into_node()
}

fn chart(here: &Here, view: &NowView, card: &Card) -> Chart {
    let day = &card.day;
    let t = here.t;
    let out = matches!(card.standing, Standing::Above | Standing::Below);
    let now = card.now.as_ref().map(|fact| {
        let (number, unit) = figure(fact.value, fact.unit, here.lang);
        match here.lang {
            Lang::Ko => format!("지금 {}", join(&number, unit)),
            Lang::En => format!("Now {}", join(&number, unit)),
        }
    });
    let stroke = |role, name: String, line| Stroke { role, name, values: values(line) };
    Chart {
        id: 0,
        label: say::now::line_finding(here, card, view.mode),
        measure: card.measure,
        unit: day.unit,
        start: day.start,
        step: day.step,
        slots: (DAY / day.step.max(1)) as usize,
        strokes: vec![
            stroke(Role::Week, say::now::last_weekday(here, view.as_of), &day.last_week),
            stroke(Role::Before, t.yesterday.to_owned(), &day.yesterday),
            stroke(if out { Role::Out } else { Role::Now }, t.today.to_owned(), &day.today),
        ],
        low: values(&day.low),
        high: values(&day.high),
        fan: None,
        now,
        labels: true,
    }
}

fn shade(event: &Event, as_of: i64, start: i64) -> Option<(f64, f64, bool)> {
    let percent = |instant: i64| (instant - start) as f64 / DAY as f64 * 100.0;
    (event.kind == EventKind::Spell)
        .then(|| (percent(event.from), percent(event.to.unwrap_or(as_of)), event.to.is_none()))
}

fn mark_of(event: &Event) -> (&'static str, &'static str) {
    match event.kind {
        EventKind::Deployment => ("dep", icon::DIAMOND),
        EventKind::Late => ("late", icon::LATE),
        EventKind::Spell if event.to.is_none() => ("alarm", icon::TRIANGLE),
        EventKind::Spell | EventKind::Unfamiliar => ("past", icon::TRIANGLE),
    }
}

/// Marks above the chart. A label that has no room gives way to the number of the list below.
fn marks(here: &Here, view: &NowView, start: i64) -> Node {
    let mut free = 0.0;
    let mut marks: Vec<_> = Vec::new();
    for (i, event) in view.events.iter().enumerate() {
        let at = ((event.from - start) as f64 / DAY as f64 * 100.0).clamp(0.0, 100.0);
        let (what, when) = say::now::event(here, event, view.as_of);
        let wide = |text: &str| text.chars().map(|c| if c.is_ascii() { 0.56 } else { 0.98 }).sum::<f64>();
        let width = 1.6 + wide(&what).max(wide(&when));
        // To the right of its mark, else to the left, else only as a number.
        let place = if at >= free && at + width <= 100.0 {
            Some(("start", "15"))
        } else if at - width >= free {
            Some(("end", "-15"))
        } else {
            None
        };
        free = match place {
            Some(("start", _)) => at + width,
            _ => free.max(at + 1.5),
        };
        let (class, path) = mark_of(event);
        let at = pct(at);
        let words = place.map(|(anchor, dx)| {
            markup! {
                <text class="what" x=at.clone() y="15" dx=dx text-anchor=anchor>{what}</text>
                <text class="date" x=at.clone() y="33" dx=dx text-anchor=anchor>{when}</text>
            }
        });
        let number = if place.is_some() { "no" } else { "no shown" };
        marks.push(markup! {
            <g class=format!("ev {class}")>
                <line x1=at.clone() y1="24" x2=at.clone() y2="100%"/>
                <svg x=at.clone() y="2" width="18" height="18" viewBox="0 0 20 20" class="sym"><path d=path/></svg>
                {words}
                <text class=number x=at.clone() y="16" dx="13">{(i + 1).to_string()}</text>
            </g>
        });
    }
    markup! { <svg class="evs" aria-hidden="true">{marks}</svg> }.into_node()
}

fn log(here: &Here, view: &NowView) -> Node {
    if view.events.is_empty() {
        return markup! { <p class="small" id="log">{here.t.no_events}</p> }.into_node();
    }
    let items: Vec<_> = view
        .events
        .iter()
        .map(|event| {
            let (class, path) = mark_of(event);
            let (what, when) = say::now::event(here, event, view.as_of);
            markup! { <li class=class>{icon(path)}<b>{what}</b><span>{when}</span></li> }
        })
        .collect();
    let crowded = view.events.len() > 5;
    markup! { <ol class=if crowded { "log always" } else { "log" } id="log" aria-label=format!("{} {}", here.t.events, clock(view.as_of))>{items}</ol> }.into_node()
}
