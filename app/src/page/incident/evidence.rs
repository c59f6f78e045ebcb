//! What points at the cause, what was suspected and cleared, and how the other regions fared.

use bonghwa_analytics::cause::{Cause, EvidenceKind};
use bonghwa_analytics::format::{Lang, decimal};
use bonghwa_analytics::view::{IncidentRow, IncidentView};

use crate::app::Here;
use crate::dom::{IntoNode, Node, markup};
use crate::part::facts::sentence;
use crate::part::icon::{self, icon};
use crate::say;

/// Anchor of the source of a piece of evidence, by place.
pub(super) fn anchor(place: usize) -> String {
    format!("src-e{place}")
}

pub(super) fn evidence(here: &Here, row: &IncidentRow, cause: Option<&Cause>, as_of: i64) -> Node {
    let Some(cause) = cause.filter(|cause| !cause.evidence.is_empty()) else { return Node::Empty };
    let items: Vec<_> = cause
        .evidence
        .iter()
        .enumerate()
        .map(|(place, evidence)| {
            let path = match evidence.kind {
                EvidenceKind::Service | EvidenceKind::Call | EvidenceKind::Unchanged => icon::TRACE,
                EvidenceKind::Saturation | EvidenceKind::Restart | EvidenceKind::Requests => icon::METRIC,
                EvidenceKind::Change => icon::DIAMOND,
                EvidenceKind::Template => icon::LINES,
                EvidenceKind::Source => icon::USER,
            };
            let said = say::cause::evidence(here, evidence, &anchor(place));
            let at = evidence.at.map(|at| {
                let at = say::incident::at(here, at, as_of);
                let text = match here.lang {
                    Lang::Ko => format!("{at}부터"),
                    Lang::En => format!("from {at}"),
                };
                markup! { <p class="from">{text}</p> }
            });
            markup! {
                <li>
                    <p class="kind">{icon(path)}{say::cause::evidence_kind(here, evidence.kind)}</p>
                    <div><p class="st">{sentence(said)}</p>{at}</div>
                </li>
            }
        })
        .collect();
    markup! {
        <section class="chap" aria-labelledby="evidence">
            <h2 id="evidence">{say::incident::evidence_count(here, cause.evidence.len())}</h2>
            <ul class="evidence">{items}</ul>
            {others(here, row)}
        </section>
    }
    .into_node()
}

/// Causes after the first: they explain less, and are not hidden.
fn others(here: &Here, row: &IncidentRow) -> Node {
    let rest = row.explanation.iter().flat_map(|explanation| explanation.causes.iter().skip(1));
    let items: Vec<_> = rest
        .map(|cause| {
            let sure = say::cause::confidence(here, cause.confidence);
            markup! { <li><b>{say::cause::short(cause, here.lang)}</b><span>{sure}</span></li> }
        })
        .collect();
    if items.is_empty() {
        return Node::Empty;
    }
    markup! { <h3 class="also">{here.t.other_causes}</h3><ul class="others">{items}</ul> }.into_node()
}

pub(super) fn suspects(here: &Here, row: &IncidentRow, as_of: i64) -> Node {
    let t = here.t;
    let cleared: Vec<_> = row
        .explanation
        .iter()
        .flat_map(|explanation| &explanation.acquitted)
        .map(|acquittal| {
            let name = say::cause::name(&acquittal.kind, here.lang);
            let when = acquittal.at.map(|at| say::incident::at(here, at, as_of) + " ").unwrap_or_default();
            markup! {
                <li class="suspect">
                    <p class="kind">{icon(icon::DIAMOND)}{when}{name}</p>
                    <div>
                        <p class="st"><b>{say::cause::suspect(acquittal)}</b>" "<span class="clear">{icon(icon::CHECK)}{t.cleared}</span></p>
                        <p>{say::cause::check(here, acquittal.check)}</p>
                    </div>
                </li>
            }
        })
        .collect();
    if cleared.is_empty() {
        return Node::Empty;
    }
    markup! {
        <section class="chap" aria-labelledby="suspects"><h2 id="suspects">{t.suspects}</h2><ul>{cleared}</ul></section>
    }
    .into_node()
}

pub(super) fn elsewhere(here: &Here, view: &IncidentView) -> Node {
    let known: Vec<_> = view
        .elsewhere
        .iter()
        .filter_map(|(code, ratio)| {
            let ratio = decimal((*ratio)?, 1);
            let ratio = ratio + here.lang.pick("배", "×");
            Some(markup! { <li>{here.region(code).to_owned()}" "<span>{ratio}</span></li> })
        })
        .collect();
    if view.elsewhere.is_empty() {
        return Node::Empty;
    }
    markup! {
        <section class="chap" aria-labelledby="elsewhere">
            <h2 id="elsewhere">{here.t.other_regions}</h2>
            <div class="suspect">
                <p class="kind">{icon(icon::COMPARE)}{here.t.comparison}</p>
                <div>
                    <p><a class="fact" rel="external" href="#src-elsewhere">{say::incident::elsewhere(here, view)}</a></p>
                    <ul class="regs">{known}</ul>
                </div>
            </div>
        </section>
    }
    .into_node()
}
