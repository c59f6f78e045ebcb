//! Which incidents are listed: period and region, all of it links.

use bonghwa_analytics::view::{IncidentsQuery, IncidentsView};

use crate::address::{INCIDENT_SPANS, Page};
use crate::app::Here;
use crate::dom::{IntoNode, Node, markup};
use crate::order::order;

pub(super) fn filter(here: &Here, view: &IncidentsView, query: &IncidentsQuery) -> Node {
    let t = here.t;
    let link = |changed: IncidentsQuery, name: &str, current: bool| {
        let href = here.link(Page::Incidents(changed));
        markup! { <a href=href data-noscroll="" aria-current=current.then_some("true")>{name.to_owned()}</a> }
            .into_node()
    };
    let mut spans = INCIDENT_SPANS.map(|(span, _)| span);
    order(&mut spans, |a, b| a < b);
    let spans: Vec<_> = spans
        .into_iter()
        .zip([t.span_24h, t.span_7d, t.span_14d, t.span_31d])
        .map(|(span, name)| link(IncidentsQuery { span, ..query.clone() }, name, query.span == span))
        .collect();
    let mut regions =
        vec![link(IncidentsQuery { region: String::new(), ..query.clone() }, t.all_regions, view.region.is_empty())];
    for region in &view.regions {
        let changed = IncidentsQuery { region: region.code.clone(), ..query.clone() };
        regions.push(link(changed, here.lang.pick(&region.ko, &region.en), view.region == region.code));
    }
    markup! {
        <section class="choices" aria-label=t.period>
            <div class="choice" role="group" aria-label=t.period><h2>{t.period}</h2><p class="tabs">{spans}</p></div>
            <div class="choice" role="group" aria-label=t.region><h2>{t.region}</h2><p class="tabs">{regions}</p></div>
        </section>
    }
    .into_node()
}
