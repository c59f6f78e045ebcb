//! A region: how it stands, figures of a chosen period, charts, services, routes and calls.

mod charts;
pub(super) mod choose;
mod objectives;
pub(super) mod tables;

use crate::app::{Here, set_title};
use crate::dom::{IntoNode, Node, markup};
use crate::page::Hands;
use crate::part::facts::{anchor, band, sentence, sources};
use crate::part::{head, state};
use crate::say;
use bonghwa_analytics::format::figure;
use bonghwa_analytics::view::{Fact, Level, RegionView, Verdict};

/// The page of a view.
pub(crate) fn render(here: &Here, view: &RegionView, hands: Hands) -> Node {
    let t = here.t;
    let Some(region) = &view.region else {
        crate::page::not_found();
        let list = choose::switcher(here, "");
        set_title(here, t.no_region);
        return state::notice(t.no_region, t.no_region_lead, list);
    };
    let name = here.region(&region.code).to_owned();
    let late: Vec<head::LateRegion> = view.late_since.map(|since| (region.code.clone(), since)).into_iter().collect();
    let out = matches!(view.verdict, Verdict::Unusual { .. } | Verdict::Silent { .. }) && view.level > Level::Normal;
    let ratio = match &view.verdict {
        Verdict::Unusual { ratio, .. } => Some(ratio),
        _ => None,
    };
    let facts: Vec<&Fact> = ratio.into_iter().chain(&view.figures).collect();
    let body = if view.verdict == Verdict::NoData {
        Node::Empty
    } else {
        markup! {
            {figures(here, view)}
            {charts::charts(here, view, hands)}
            {objectives::objectives(here, view)}
            {tables::tables(here, view)}
            {sources(here, view.as_of, view.mode, facts)}
        }
        .into_node()
    };
    set_title(here, &name);
    let incidents =
        head::to_incidents(here, &view.open, Some(&region.code), out).map(|link| markup! { <p class="go">{link}</p> });
    markup! {
        <nav class="crumb" aria-label=t.choose_region>
            <a href=here.address.now_page().href()>{t.now}</a><span aria-hidden="true">"/"</span><span>{here.lang.pick(&region.official_ko, &region.official_en).to_owned()}</span>
        </nav>
        <section class=if out { "status region is-out" } else { "status region" } aria-labelledby="verdict">
            <div class="say">
                {head::beacons(here, view.level)}
                <h1 id="verdict">{sentence(say::verdict::headline(here, &view.verdict, Some(&name), !view.open.is_empty(), view.as_of))}</h1>
                <p class="lead">{sentence(say::region::lead(here, view, &name))}</p>
                {incidents}
            </div>
            {head::as_of(here, view.as_of, None, &late, hands.live)}
        </section>
        {choose::choose(here, view)}
        {body}
    }
    .into_node()
}

fn figures(here: &Here, view: &RegionView) -> Node {
    let items: Vec<_> = view
        .figures
        .iter()
        .map(|fact| {
            let (number, unit) = figure(fact.value, fact.unit, here.lang);
            let error = band(fact).map(|error| markup! { <span class="err">{error}</span> });
            markup! {
                <div>
                    <dt>{say::region::figure_name(here, fact)}</dt>
                    <dd class="fig"><a rel="external" href=format!("#{}", anchor(fact))><b>{number}</b><i>{unit}</i></a>{error}</dd>
                </div>
            }
        })
        .collect();
    markup! { <dl class="figs" aria-label=here.t.figures>{items}</dl> }.into_node()
}
