//! The way from where users come in to the cause, and where the time goes on it.

use bonghwa_analytics::cause::Cause;
use bonghwa_analytics::format::{Lang, exact, period};
use bonghwa_analytics::view::{IncidentRow, IncidentView, PathStep, Unit};

use crate::app::Here;
use crate::chart::geometry::{Scale, pct};
use crate::dom::{IntoNode, Node, markup};
use crate::part::facts::{Piece, link, sentence};
use crate::part::icon::{self, icon};
use crate::say;

/// Anchor of the source of the share that the cause explains.
pub(super) const SHARE: &str = "src-share";
/// Seconds of an incident that its cause is read from.
const LOOKED_AT: i64 = 3600;
/// Share of the width from which a segment has room for its name.
const ROOM: f64 = 16.0;

/// Anchor of the source of the time of a call, by place on the path.
pub(super) fn anchor(place: usize) -> String {
    format!("src-p{place}")
}

/// The part of an incident that its cause was read from.
pub(super) fn looked_at(view: &IncidentView, row: &IncidentRow) -> (i64, i64) {
    (row.from, row.to.unwrap_or(view.as_of).min(row.from + LOOKED_AT))
}

/// What was added between two means; absent unless both are known.
pub(super) fn added(before: Option<f64>, during: Option<f64>) -> Option<f64> {
    Some(during? - before?)
}

/// `+655 ms`, `−3 ms`.
pub(super) fn signed(value: f64, lang: Lang) -> String {
    let text = exact(value, Unit::Seconds, lang);
    if value >= 0.0 && !text.starts_with('−') { format!("+{text}") } else { text }
}

pub(super) fn path(here: &Here, view: &IncidentView, row: &IncidentRow, cause: Option<&Cause>) -> Node {
    let Some(cause) = cause.filter(|_| !view.steps.is_empty()) else { return Node::Empty };
    let t = here.t;
    let share = Piece::Fact(SHARE.to_owned(), exact(cause.share.clamp(0.0, 1.0), Unit::Ratio, here.lang));
    let (from, to) = looked_at(view, row);
    let scope =
        format!("{}, {}, {}", t.path_step, here.region(&row.symptom.region), period(from, to, view.as_of, here.lang));
    let most = view.steps.iter().filter_map(|s| added(s.call_before, s.call_during)).fold(0.0, f64::max);
    let last = view.steps.len() - 1;
    let mut cells = vec![
        markup! {
            <li class="node user"><span class="o">{icon(icon::USER)}</span><b>{t.user}</b></li>
        }
        .into_node(),
    ];
    for (place, step) in view.steps.iter().enumerate() {
        cells.push(edge(here, place, step, most));
        cells.push(node(here, step, place == last));
    }
    let class = if last > 2 { "path long" } else { "path" };
    markup! {
        <section class="chap" aria-labelledby="path">
            <h2 id="path">{sentence(say::cause::share(here, cause, row.symptom.measure, share))}</h2>
            <p class="subt">{scope}</p>
            <ol class=class>{cells}</ol>
            {stack(here, &view.steps)}
        </section>
    }
    .into_node()
}

/// The call that leads to a step; as thick as what it adds.
fn edge(here: &Here, place: usize, step: &PathStep, most: f64) -> Node {
    let more = added(step.call_before, step.call_during);
    let width = more.map_or(1.0, |more| (more / most.max(1e-9) * 3.0).clamp(0.0, 3.0) + 1.0) as u8;
    let text = more.map(|more| markup! { <b>{link(&anchor(place), signed(more, here.lang))}</b> });
    markup! { <li class=format!("edge w{width}")>{text}</li> }.into_node()
}

/// Time of a step by itself, before and during. Of one that reports nothing, such as most databases, that is the time of
/// the call as its caller measured it.
fn own(step: &PathStep) -> (Option<f64>, Option<f64>) {
    if step.own_during.is_none() && step.own_before.is_none() {
        (step.call_before, step.call_during)
    } else {
        (step.own_before, step.own_during)
    }
}

fn node(here: &Here, step: &PathStep, root: bool) -> Node {
    let t = here.t;
    let (before, during) = own(step);
    let own = added(before, during).map(|own| format!("{} {}", t.own_time, signed(own, here.lang)));
    let own = own.map(|own| markup! { <i>{own}</i> });
    let mark = root.then(|| markup! { <em>{t.root}</em> });
    let path = if root { icon::TRIANGLE } else { icon::SERVICE };
    markup! {
        <li class=if root { "node cause" } else { "node" }>
            <span class="o">{icon(path)}</span><b>{step.service.clone()}</b>{own}{mark}
        </li>
    }
    .into_node()
}

/// Own times along the path, before and during, end to end on one scale.
fn stack(here: &Here, steps: &[PathStep]) -> Node {
    let t = here.t;
    let times = |pick: fn(&PathStep) -> Option<f64>| -> Vec<f64> {
        steps.iter().map(|step| pick(step).filter(|v| v.is_finite()).unwrap_or(0.0)).collect()
    };
    let rows = [(t.before_it, times(|step| own(step).0)), (t.during_it, times(|step| own(step).1))];
    let most = rows.iter().map(|(_, times)| times.iter().sum::<f64>()).fold(0.0, f64::max);
    if most <= 0.0 {
        return Node::Empty;
    }
    let scale = Scale::to(most, 4.0);
    let show = |value: f64| exact(value, Unit::Seconds, here.lang);
    let spoken: Vec<String> = rows
        .iter()
        .map(|(name, times)| {
            let parts: Vec<String> =
                steps.iter().zip(times).map(|(step, time)| format!("{} {}", step.service, show(*time))).collect();
            format!("{name} {}: {}", show(times.iter().sum()), parts.join(", "))
        })
        .collect();
    let drawn: Vec<_> = rows
        .iter()
        .map(|(name, times)| markup! { <p class="row"><b>{*name}</b>{segments(steps, times, &scale, &show)}</p> })
        .collect();
    let ticks: Vec<_> = scale
        .ticks
        .iter()
        .zip(crate::chart::geometry::tick_labels(&scale, Unit::Seconds, here.lang))
        .map(|(tick, label)| {
            let anchor = if *tick <= 0.0 { "start" } else { "middle" };
            markup! { <text x=pct(tick / scale.max * 100.0) y="18" text-anchor=anchor>{label}</text> }
        })
        .collect();
    markup! {
        <div class="stack" role="img" aria-label=spoken.join(". ")>
            {drawn}
            <svg class="ticks-x" aria-hidden="true"><line x1="0" y1="0.5" x2="100%" y2="0.5"/>{ticks}</svg>
        </div>
        <p class="fine">{t.stack_note}</p>
    }
    .into_node()
}

fn segments(steps: &[PathStep], times: &[f64], scale: &Scale, show: &dyn Fn(f64) -> String) -> Node {
    let mut from = 0.0;
    let last = steps.len() - 1;
    let mut parts = Vec::new();
    for (place, (step, time)) in steps.iter().zip(times).enumerate() {
        let width = time / scale.max * 100.0;
        let class = if place == last {
            "d"
        } else if place % 2 == 0 {
            "a"
        } else {
            "w"
        };
        parts.push(markup! { <rect class=class x=pct(from) y="0" width=pct((width - 0.3).max(0.0)) height="28"/> });
        if width > ROOM {
            let label = format!("{} {}", step.service, show(*time));
            parts.push(markup! { <text class=class x=pct(from) y="19" dx="8">{label}</text> });
        }
        from += width;
    }
    let sum = show(times.iter().sum());
    let total = (from <= 85.0).then(|| markup! { <text class="sum" x=pct(from) y="19" dx="8">{sum}</text> });
    markup! { <svg class="segs" aria-hidden="true">{parts}{total}</svg> }.into_node()
}
