//! The right side: how many in all, how much they overlap, region by region.

use bonghwa_analytics::format::{Lang, MISSING, exact, headline, percent, tick};
use bonghwa_analytics::view::{CombineView, Pair, Part};

use super::{Local, Progress};
use crate::app::Here;
use crate::chart::geometry::{Scale, pct};
use crate::data::CombineData;
use crate::dom::{IntoNode, Node, markup};
use crate::order::order;
use crate::part::facts::{band, cell, identity_unit, sentence};
use crate::part::head::late_line;
use crate::part::icon::{self, icon};
use crate::say;

pub(super) fn result(
    here: &Here,
    data: &CombineData,
    chosen: &[String],
    view: Option<&CombineView>,
    local: Option<&Local>,
    progress: &Progress,
) -> Node {
    let t = here.t;
    let body = match (view, progress) {
        _ if chosen.is_empty() => said(t.choose_first, t.choose_first_lead, Node::Empty),
        (Some(view), _) => full(here, data, view, local),
        (None, Progress::Failed(reason)) => {
            let retry = markup! { <p class="fine">{reason.clone()}</p><p class="go"><a class="btn" rel="external" href=here.address.href()>{icon(icon::RELOAD)}{t.retry}</a></p> };
            said(t.failed, t.failed_do, retry.into_node())
        }
        (None, Progress::Waiting) if data.looked => said(t.none_in_period, "", Node::Empty),
        (None, Progress::Done(_)) => said(t.none_in_period, "", Node::Empty),
        (None, _) => said(t.fetching, t.loading, Node::Empty),
    };
    markup! { <section class="result" aria-labelledby="verdict" aria-live="polite" aria-busy=(*progress == Progress::Fetching).then_some("true")>{body}</section> }.into_node()
}

fn said(title: &'static str, lead: &'static str, more: Node) -> Node {
    markup! { <h1 id="verdict">{title}</h1><p class="lead">{lead}</p>{more} }.into_node()
}

fn full(here: &Here, data: &CombineData, view: &CombineView, local: Option<&Local>) -> Node {
    let t = here.t;
    let how = match local {
        Some(local) => say::combine::merged_in(here, local.millis),
        None => t.merged_on_server.to_owned(),
    };
    let what = say::combine::merged_what(here, view.sketches, local.map(|l| l.bytes));
    let error = band(&view.union).map(|error| markup! { <span>{t.error_band}" "{error}</span> });
    let late: Vec<_> = view
        .late
        .iter()
        .map(|(code, since)| markup! { <p class="lateline">{icon(icon::LATE)}{late_line(here, code, *since, data.as_of)}</p> })
        .collect();
    let several = view.regions.len() > 1;
    let bars = several.then(|| bars(here, view));
    let pairs = several.then(|| pairs(here, view));
    markup! {
        <p class="asked">{say::combine::asked(here, view, data.as_of)}</p>
        <h1 id="verdict">{sentence(say::combine::headline(here, view))}</h1>
        <p class="lead">{sentence(say::combine::lead(here, view))}</p>
        <p class="perf">{icon(icon::LATE)}<b>{how}</b><span>{what}</span>{error}</p>
        {late}
        {bars}
        {table(here, view)}
        {pairs}
        <p class="small privacy">{icon(icon::LOCK)}{t.privacy}</p>
    }
    .into_node()
}

/// Sum of the parts over the union, to one scale.
fn bars(here: &Here, view: &CombineView) -> Node {
    let t = here.t;
    let lang = here.lang;
    let unit = bonghwa_analytics::format::unit_name(identity_unit(view.mode), lang);
    let scale = Scale::to(view.sum.value, 4.0);
    let share = |value: f64| value / scale.max * 100.0;
    let total = |value: f64| bonghwa_analytics::format::join(&headline(value, lang), unit);
    let mut parts: Vec<&Part> = view.parts.iter().collect();
    order(&mut parts, |a, b| a.users.value > b.users.value);
    let mut at = 0.0;
    let segments: Vec<_> = parts
        .iter()
        .map(|part| {
            let (x, width) = (at, share(part.users.value));
            at += width;
            let text = format!("{} {}", here.region(&part.region), headline(part.users.value, lang));
            segment("part", x, width, text)
        })
        .collect();
    let overlap = say::combine::known(&view.overlap);
    let only: Option<f64> = view.parts.iter().map(|p| p.only.as_ref().map(|f| f.value)).sum();
    let union = share(view.union.value);
    let mut once = Vec::new();
    match only.filter(|_| overlap) {
        Some(only) => {
            let only = only.min(view.union.value);
            let width = share(only);
            once.push(segment("once", 0.0, width, format!("{} {}", t.only_one, headline(only, lang))));
            once.push(segment(
                "both",
                width,
                union - width,
                format!("{} {}", t.several, headline(view.union.value - only, lang)),
            ));
        }
        None => once.push(segment("once", 0.0, union, total(view.union.value))),
    }
    if overlap {
        let text = format!("{} {}", t.counted_again, headline(view.overlap.value, lang));
        once.push(segment("gone", union, share(view.overlap.value), text));
    }
    let key = overlap.then(|| {
        let several = only.map(|only| {
            let text = format!("{} {}", t.several, headline((view.union.value - only).max(0.0), lang));
            markup! { <span><i class="both"></i>{text}</span> }
        });
        markup! {
            <p class="segkey">
                {several}
                <span><i class="gone"></i>{t.counted_again}" "{headline(view.overlap.value, lang)}</span>
            </p>
        }
    });
    let last = scale.ticks.len() - 1;
    let axis: Vec<_> = scale
        .ticks
        .iter()
        .enumerate()
        .map(|(i, value)| {
            let text = if i == last && i > 0 {
                bonghwa_analytics::format::join(&tick(*value, lang), unit)
            } else {
                tick(*value, lang)
            };
            let anchor = if i == 0 {
                "start"
            } else if share(*value) > 88.0 {
                "end"
            } else {
                "middle"
            };
            markup! { <text x=pct(share(*value)) y="18" text-anchor=anchor>{text}</text> }
        })
        .collect();
    markup! {
        <div class="overlap">
            <div class="orow"><p>{t.simply_added}" "<em>{total(view.sum.value)}</em></p><svg class="segs2" aria-hidden="true">{segments}</svg></div>
            <div class="orow"><p>{t.counted_once}" "<em>{total(view.union.value)}</em></p><svg class="segs2" aria-hidden="true">{stripes()}{once}</svg></div>
            <svg class="axisbar" aria-hidden="true"><line x1="0" y1="0.5" x2="100%" y2="0.5"/>{axis}</svg>
            {key}
        </div>
    }
    .into_node()
}

/// The pattern of "two or more": told from the plain bar without colour.
fn stripes() -> Node {
    markup! {
        <defs>
            <pattern id="stripes" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                <rect class="stripe-bg" width="6" height="6"/>
                <rect class="stripe" width="3" height="6"/>
            </pattern>
        </defs>
    }
    .into_node()
}

/// A segment; its words stand in it if they have room, and give way on a narrow screen.
fn segment(class: &'static str, x: f64, width: f64, text: String) -> Node {
    let need: f64 = text.chars().map(|c| if c.is_ascii() { 1.05 } else { 1.85 }).sum::<f64>() + 2.5;
    let words = (width >= need && class != "both" && class != "gone").then(|| {
        let class = if width >= need * 2.0 { "words" } else { "words wide" };
        markup! { <text class=class x=pct(x) dx="8" y="21">{text}</text> }
    });
    markup! { <rect class=format!("seg {class}") x=pct(x) y="0" width=pct(width.max(0.2)) height="32"/>{words} }
        .into_node()
}

fn table(here: &Here, view: &CombineView) -> Node {
    let t = here.t;
    let lang = here.lang;
    let users = identity_unit(view.mode);
    let error = |fact: &bonghwa_analytics::view::Fact| {
        fact.error.map_or_else(String::new, |e| format!("±\u{a0}{}", exact(e, fact.unit, lang)))
    };
    let several = view.regions.len() > 1;
    let rows: Vec<_> = view
        .parts
        .iter()
        .map(|part| {
            let share = part.only.as_ref().map(|only| only.value / part.users.value.max(1.0));
            let share = match share {
                Some(share) => markup! {
                    <svg class="mbar" aria-hidden="true"><rect class="rest" width="100%" height="8"/><rect class="val" width=pct(share * 100.0) height="8"/></svg>
                    {percent(share)}" %"
                }
                .into_node(),
                None => MISSING.into_node(),
            };
            let only = match &part.only {
                Some(fact) => cell(Some(fact), lang),
                None => here.t.cannot_tell_short.into_node(),
            };
            markup! {
                <tr>
                    <th scope="row">{here.region(&part.region).to_owned()}</th>
                    <td><b>{cell(Some(&part.users), lang)}</b></td>
                    <td>{error(&part.users)}</td>
                    <td>{only}</td>
                    <td>{share}</td>
                </tr>
            }
        })
        .collect();
    let foot = several.then(|| {
        markup! {
            <tfoot>
                <tr><th scope="row">{t.just_added}</th><td>{cell(Some(&view.sum), lang)}</td><td></td><td></td><td></td></tr>
                <tr><th scope="row"><b>{t.once}</b></th><td><b>{cell(Some(&view.union), lang)}</b></td><td>{error(&view.union)}</td><td></td><td></td></tr>
            </tfoot>
        }
    });
    let name = crate::part::facts::measure_name(here, bonghwa_analytics::view::Measure::Users, users);
    let name = if lang == Lang::Ko && users == bonghwa_analytics::view::Unit::Users { t.users_short } else { name };
    markup! {
        <h2>{t.by_region}</h2>
        <div class="scroll" tabindex="0" role="region" aria-label=t.by_region>
            <table class="cmp">
                <caption class="vh">{t.by_region}</caption>
                <thead>
                    <tr>
                        <th scope="col">{t.region}</th>
                        <th scope="col">{name}</th>
                        <th scope="col">{t.error_band}</th>
                        <th scope="col">{t.only_here}</th>
                        <th scope="col">{t.share}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
                {foot}
            </table>
        </div>
        <p class="small">{t.only_note}</p>
    }
    .into_node()
}

fn pairs(here: &Here, view: &CombineView) -> Node {
    let t = here.t;
    if view.pairs.is_empty() {
        return Node::Empty;
    }
    let reach = |pair: &Pair| pair.shared.as_ref().map_or(0.0, |fact| fact.value + fact.error.unwrap_or(0.0));
    let full = view.pairs.iter().map(reach).fold(1.0, f64::max) * 1.05;
    let known: Vec<_> = view
        .pairs
        .iter()
        .filter_map(|pair| pair.shared.as_ref().map(|shared| (pair, shared)))
        .take(10)
        .map(|(pair, shared)| {
            let error = shared.error.unwrap_or(0.0);
            let at = |value: f64| pct(value / full * 100.0);
            let (low, high) = (at(shared.value - error), at(shared.value + error));
            markup! {
                <li>
                    <b>{say::combine::pair(here, pair)}</b>
                    <svg class="pbar" aria-hidden="true">
                        <rect class="val" x="0" y="3" width=at(shared.value) height="12"/>
                        <line x1=low.clone() y1="9" x2=high.clone() y2="9"/>
                        <line x1=low.clone() y1="0" x2=low y2="18"/>
                        <line x1=high.clone() y1="0" x2=high y2="18"/>
                    </svg>
                    <span>{say::combine::with_error(shared, here.lang)}</span>
                </li>
            }
        })
        .collect();
    let unknown = view.pairs.iter().filter(|pair| pair.shared.is_none());
    let unknown: Vec<_> = unknown.take(10).map(|pair| say::combine::pair(here, pair)).collect();
    let unknown = (!unknown.is_empty()).then(|| {
        markup! { <li class="dunno"><b>{unknown.join(", ")}</b><span>{t.cannot_tell}</span></li> }
    });
    markup! {
        <h2>{t.overlaps}</h2>
        <ul class="pairs">{known}{unknown}</ul>
        <p class="small">{t.pair_note}</p>
    }
    .into_node()
}
