//! One incident: what users feel, how sure its cause is, the way from the cause to the symptom, and the evidence.

mod act;
mod evidence;
mod findings;
mod path;
mod rail;
pub(super) mod shown;
mod symptom;

use bonghwa_analytics::cause::{Cause, Confidence};
use bonghwa_analytics::view::{IncidentRow, IncidentView};

use crate::app::{Here, set_title};
use crate::dom::{IntoNode, Node, markup};
use crate::page::Hands;
use crate::part::facts::{sentence, source_table};
use crate::part::icon::{self, icon};
use crate::part::{head, state};
use crate::say;

/// Anchor of the source of the figure in the headline.
pub(super) const RATIO: &str = "src-ratio";

/// The page of a view.
pub(crate) fn render(here: &Here, view: &IncidentView, hands: Hands) -> Node {
    let t = here.t;
    let list = here.address.incidents_page("").href();
    let Some(row) = &view.incident else {
        crate::page::not_found();
        set_title(here, t.no_incident);
        let back = markup! { <p class="go"><a class="btn" href=list>{t.to_incidents}{icon(icon::RIGHT)}</a></p> };
        return state::notice(t.no_incident, t.no_incident_lead, back.into_node());
    };
    set_title(here, &say::incident::title(here, row));
    let cause = first_cause(row);
    markup! {
        <nav class="crumb" aria-label=t.crumbs>
            <a href=here.address.now_page().href()>{t.now}</a><span aria-hidden="true">"/"</span>
            <a href=list>{t.incidents}</a><span aria-hidden="true">"/"</span>
            <span>{view.id.clone()}</span>
        </nav>
        <section class=if row.to.is_none() { "incident-head is-out" } else { "incident-head" } aria-labelledby="verdict">
            {said(here, view, row, cause)}
            {act::act(here, view, row, hands)}
        </section>
        <div class=if row.to.is_none() { "incident-body grid12" } else { "incident-body grid12 is-past" }>
            <div class="chaps">
                {path::path(here, view, row, cause)}
                {symptom::symptom(here, view, row, hands)}
                {evidence::evidence(here, row, cause, view.as_of)}
                {evidence::suspects(here, row, view.as_of)}
                {evidence::elsewhere(here, view)}
                {findings::findings(here, view, row, cause)}
            </div>
            {rail::rail(here, view, row, cause)}
        </div>
        {source_table(here, shown::sources(here, view, row, cause))}
    }
    .into_node()
}

/// The first cause, if there is one.
pub(super) fn first_cause(row: &IncidentRow) -> Option<&Cause> {
    row.explanation.as_ref()?.causes.first()
}

/// Level, headline, cause and how sure it is.
fn said(here: &Here, view: &IncidentView, row: &IncidentRow, cause: Option<&Cause>) -> Node {
    let as_of = say::incident::at(here, view.as_of, view.as_of);
    let lasting = say::incident::lasting(here, row, view.as_of);
    let beside = here.lang.pick("{l}, {a} 기준", "{l}, as of {a}");
    let beside = say::template::speak(beside, &[say::template::word('l', &lasting), say::template::word('a', &as_of)]);
    let because: Vec<Node> = match (cause, &row.explanation) {
        (Some(cause), _) => sentence(say::cause::because(here, cause)),
        (None, Some(_)) => vec![here.t.no_cause.into_node()],
        (None, None) => vec![here.t.finding_cause.into_node()],
    };
    markup! {
        <div class="say">
            {head::level_line(here, row.level, say::template::plain(&beside))}
            <h1 id="verdict">{sentence(say::incident::headline(here, row, RATIO))}</h1>
            <p class="because">{because}</p>
            {sure(here, row, cause)}
        </div>
    }
    .into_node()
}

/// The four steps of confidence, what they mean, and why none is reached.
fn sure(here: &Here, row: &IncidentRow, cause: Option<&Cause>) -> Node {
    let at = say::cause::step(cause.map_or(Confidence::Unknown, |cause| cause.confidence));
    let word = |(ko, en): (&'static str, &'static str)| here.lang.pick(ko, en);
    let steps: Vec<_> = say::cause::CONFIDENCE
        .into_iter()
        .enumerate()
        .map(|(i, both)| markup! { <li aria-current=(i == at).then_some("true")>{word(both)}</li> })
        .collect();
    let mut reasons = say::cause::missing(here, row.explanation.as_ref());
    if reasons.is_empty() {
        let known = cause.is_some();
        reasons.push(if known { word(say::cause::DEFINITIONS[at]) } else { here.t.no_cause_why });
    }
    let reasons: Vec<_> = reasons.into_iter().map(|reason| markup! { <p>{reason}</p> }).collect();
    let meanings: Vec<_> = say::cause::CONFIDENCE
        .into_iter()
        .zip(say::cause::DEFINITIONS)
        .map(|(name, meaning)| markup! { <div><dt>{word(name)}</dt><dd>{word(meaning)}</dd></div> })
        .collect();
    markup! {
        <div class="sure">
            <ol aria-label=here.t.sureness>{steps}</ol>
            {reasons}
            <details><summary>{icon(icon::DOWN)}{here.t.sureness_what}</summary><dl>{meanings}</dl></details>
        </div>
    }
    .into_node()
}
