//! The margin: where every number of an answer comes from.

use bonghwa_analytics::answer::{Answer, Body, Compared, Measured};
use bonghwa_analytics::view::{Fact, IncidentRow, Need, Verdict};

use crate::app::Here;
use crate::dom::{IntoNode, Node, markup};
use crate::page::incident::shown;
use crate::part::facts::Source;
use crate::say::answer::incident_anchor;
use crate::say::watch;

/// Where the figures of an answer come from, each once.
pub(crate) fn list(here: &Here, answer: &Answer) -> Vec<Source> {
    let mut facts: Vec<&Fact> = Vec::new();
    let mut all: Vec<Source> = Vec::new();
    let of = |row: &IncidentRow| shown::ratio(here, row, answer.as_of, incident_anchor(row));
    match &answer.body {
        Body::Compared(compared) => facts.extend(pairs(compared)),
        Body::Reported(reported) => {
            facts.extend(pairs(&reported.compared));
            all.extend(reported.incidents.rows.iter().map(of));
        }
        Body::Measured(rows) => facts.extend(rows.iter().flat_map(values)),
        Body::Ranked(ranked) => facts.extend(ranked.rows.iter().map(|row| &row.value)),
        Body::Endpoints(found) => {
            facts.extend(found.rows.iter().flat_map(|row| std::iter::once(&row.now).chain(&row.before)));
        }
        Body::Needed(needed) => {
            facts.extend(needed.ahead.iter().filter_map(|row| row.ahead.as_ref()).flat_map(|a| [&a.over, &a.peak]));
            // Of the plan the answer shows what needs more.
            let more = needed.plan.rows.iter().filter(|row| row.need == Need::More);
            facts.extend(more.flat_map(|row| row.now.iter().chain(&row.times)));
        }
        Body::Diagnosed(found) => {
            if let Some(Verdict::Unusual { ratio, .. }) = &found.verdict {
                facts.push(ratio);
            }
            all.extend(found.incidents.iter().map(of));
        }
        Body::Incidents(view) => all.extend(view.rows.iter().map(of)),
        Body::Sessions(view) => {
            all.extend(watch::sources(here, answer, view));
            facts.extend(&view.active);
        }
    }
    all.extend(facts.into_iter().map(|fact| Source::of(here, fact, answer.as_of, answer.mode)));
    let mut out: Vec<Source> = Vec::new();
    for source in all {
        if !out.iter().any(|known| known.anchor == source.anchor) {
            out.push(source);
        }
    }
    out
}

pub(super) fn sources(here: &Here, answer: &Answer) -> Node {
    let item = |source: Source| {
        markup! { <li id=source.anchor><b>{source.value}</b>{source.name}", "{source.scope}". "{source.method}</li> }
    };
    let items: Vec<_> = list(here, answer).into_iter().map(item).collect();
    if items.is_empty() {
        return Node::Empty;
    }
    markup! {
        <aside class="srcs" tabindex="0" aria-labelledby="srch">
            <h2 id="srch">{here.t.source_list}</h2>
            <ol>{items}</ol>
            <p class="small">{here.t.sources_hint}</p>
        </aside>
    }
    .into_node()
}

fn values(row: &Measured) -> impl Iterator<Item = &Fact> {
    row.value.iter().chain(&row.peak).chain(&row.distinct)
}

fn pairs(compared: &Compared) -> impl Iterator<Item = &Fact> {
    compared.pairs.iter().flat_map(|pair| values(&pair.now).chain(pair.then.iter().flat_map(values)))
}
