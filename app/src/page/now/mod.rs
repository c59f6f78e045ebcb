//! 지금: is today as usual, four figures, where, when.

mod cards;
mod map;
mod rank;
mod timeline;

use bonghwa_analytics::view::{Fact, Level, NowView, Verdict};

pub(crate) use map::place as place_of;

use crate::address::Page;
use crate::app::{Here, set_title};
use crate::dom::{IntoNode, Node, markup};
use crate::live::Live;
use crate::page::Hands;
use crate::part::facts::{sentence, sources};
use crate::part::head;
use crate::part::icon::{self, icon};
use crate::say;

/// The page of a view.
pub(crate) fn render(here: &Here, view: &NowView, hands: Hands) -> Node {
    let empty = matches!(view.verdict, Verdict::NoData);
    let body = (!empty).then(|| {
        markup! {
            {cards::cards(here, view)}
            <section class="where grid12" aria-labelledby="where">
                {map::header(here, view)}
                {map::tiles(here, view)}
                {rank::table(here, view)}
            </section>
            {timeline::timeline(here, view, hands.cursor)}
            {sources(here, view.as_of, view.mode, facts(view))}
        }
        .into_node()
    });
    set_title(here, here.t.now);
    markup! {
        {status(here, view, hands.live)}
        {body}
    }
    .into_node()
}

fn status(here: &Here, view: &NowView, live: Live) -> Node {
    let late: Vec<head::LateRegion> =
        view.rows.iter().filter_map(|row| row.late_since.map(|since| (row.code.clone(), since))).collect();
    let out = matches!(view.verdict, Verdict::Unusual { .. } | Verdict::Silent { .. });
    let class = if out && view.level > Level::Normal { "status is-out" } else { "status" };
    let more = match &view.verdict {
        Verdict::NoData => Some((here.link(Page::Connect), here.t.connect_data.to_owned())),
        Verdict::Unusual { region: Some(code), .. } => {
            let name = here.region(code);
            let text = match here.lang {
                bonghwa_analytics::format::Lang::Ko => format!("{name} 자세히 보기"),
                bonghwa_analytics::format::Lang::En => format!("See {name}"),
            };
            Some((here.address.region_page(code).href(), text))
        }
        _ => None,
    };
    let incidents = match &view.verdict {
        Verdict::Unusual { region, .. } => head::to_incidents(here, &view.open, region.as_deref(), true),
        Verdict::NoData => None,
        _ => head::to_incidents(here, &view.open, None, false),
    };
    let more = more.map(|(href, text)| markup! { <a class="btn" href=href>{text}{icon(icon::RIGHT)}</a> }.into_node());
    let more = (more.is_some() || incidents.is_some()).then(|| markup! { <p class="go">{more}{incidents}</p> });
    markup! {
        <section class=class aria-labelledby="verdict">
            <div class="say">
                {head::beacons(here, view.level)}
                <h1 id="verdict">{sentence(say::verdict::headline(here, &view.verdict, None, !view.open.is_empty(), view.as_of))}</h1>
                <p class="lead">{sentence(say::now::lead(here, view))}</p>
                {more}
            </div>
            {head::as_of(here, view.as_of, Some((view.received, view.expected)), &late, live)}
        </section>
    }
    .into_node()
}

/// Every fact that the page shows.
fn facts(view: &NowView) -> Vec<&Fact> {
    let mut out: Vec<&Fact> = Vec::new();
    if let Verdict::Unusual { ratio, .. } = &view.verdict {
        out.push(ratio);
    }
    for card in &view.cards {
        out.extend([&card.now, &card.yesterday, &card.last_week].into_iter().flatten());
    }
    out.extend(&view.users_sum);
    for row in &view.rows {
        out.extend(rank::columns(view.map_measure).into_iter().filter_map(|measure| rank::fact(row, measure)));
    }
    out
}
