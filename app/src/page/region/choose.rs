//! What of a region is shown: period, comparison, service, identity; all of it links and a form.

use bonghwa_analytics::format::local;
use bonghwa_analytics::view::{RegionQuery, RegionView};

use crate::address::{COMPARISONS, MODES, Page, SPANS};
use crate::app::Here;
use crate::dom::{IntoNode, Node, markup};
use crate::order::order;
use crate::page::combine::submit;

pub(super) fn choose(here: &Here, view: &RegionView) -> Node {
    let Page::Region(query) = &here.address.page else { return Node::Empty };
    let t = here.t;
    let link = |changed: RegionQuery, name: String, current: bool| {
        let href = here.link(Page::Region(changed));
        markup! { <a href=href data-noscroll="" aria-current=current.then_some("true")>{name}</a> }.into_node()
    };
    let fixed = query.from.is_some();
    let mut spans = SPANS.map(|(span, _)| span);
    order(&mut spans, |a, b| a < b);
    let names = [t.span_1h, t.span_6h, t.span_24h, t.span_7d];
    let spans: Vec<_> = spans
        .into_iter()
        .zip(names)
        .map(|(span, name)| {
            let changed = RegionQuery { span, from: None, to: None, ..query.clone() };
            link(changed, name.to_owned(), !fixed && query.span == span)
        })
        .collect();
    let comparisons: Vec<_> = COMPARISONS
        .into_iter()
        .zip([t.vs_day, t.vs_week, t.vs_none])
        .map(|((compare, _), name)| {
            link(RegionQuery { compare, ..query.clone() }, name.to_owned(), query.compare == compare)
        })
        .collect();
    let modes: Vec<_> = MODES
        .into_iter()
        .zip([t.ip_address, t.session_cookie, t.user_cookie])
        .map(|((mode, _), name)| {
            link(RegionQuery { mode: Some(mode), ..query.clone() }, name.to_owned(), view.mode == mode)
        })
        .collect();
    let mut services: Vec<&str> = view.services.iter().map(|s| s.service.as_str()).collect();
    if !query.service.is_empty() && !services.contains(&query.service.as_str()) {
        services.push(&query.service);
    }
    let all = link(
        RegionQuery { service: String::new(), ..query.clone() },
        t.all_services.to_owned(),
        query.service.is_empty(),
    );
    let services: Vec<_> = services
        .into_iter()
        .take(24)
        .map(|service| {
            let changed = RegionQuery { service: service.to_owned(), ..query.clone() };
            link(changed, service.to_owned(), query.service == service)
        })
        .collect();
    markup! {
        <section class="choices" aria-label=t.period>
            {group(t.period, spans)}
            {form(here, (view.from, view.to))}
            {group(t.compare, comparisons)}
            <div class="choice" role="group" aria-label=t.service><h2>{t.service}</h2><p class="tabs">{all}{services}</p></div>
            {group(t.identity, modes)}
            <div class="choice" role="group" aria-label=t.choose_region><h2>{t.region}</h2>{switcher(here, &query.region)}</div>
        </section>
    }
    .into_node()
}

pub(crate) fn group(name: &'static str, links: Vec<Node>) -> Node {
    markup! { <div class="choice" role="group" aria-label=name><h2>{name}</h2><p class="tabs">{links}</p></div> }
        .into_node()
}

/// Two fields and a button; the rest of the address travels in hidden fields.
pub(crate) fn form(here: &Here, (from, to): (i64, i64)) -> Node {
    let t = here.t;
    let hidden: Vec<_> = here
        .address
        .pairs()
        .into_iter()
        .filter(|(key, _)| !matches!(*key, "from" | "to" | "span"))
        .map(|(key, value)| markup! { <input type="hidden" name=key value=value/> })
        .collect();
    markup! {
        <form class="choice fromto" action=here.address.path() on:submit=submit>
            {hidden}
            <label>{t.from}<input type="datetime-local" name="from" required value=local(from)/></label>
            <label>{t.to}<input type="datetime-local" name="to" required value=local(to)/></label>
            <button class="btn">{t.apply}</button>
        </form>
    }
    .into_node()
}

/// Links to all regions.
pub(super) fn switcher(here: &Here, current: &str) -> Node {
    let links: Vec<_> = here
        .regions
        .iter()
        .map(|region| {
            let href = here.address.region_page(&region.code).href();
            let name = here.lang.pick(&region.ko, &region.en).to_owned();
            markup! { <a href=href data-noscroll="" aria-current=(region.code == current).then_some("true")>{name}</a> }
        })
        .collect();
    markup! { <p class="tabs">{links}</p> }.into_node()
}
