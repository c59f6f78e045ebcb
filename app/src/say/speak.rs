//! A reply, and an incident, as plain text.

use bonghwa_analytics::answer::{Body, Reply};
use bonghwa_analytics::ask::Understood;
use bonghwa_analytics::format::Lang;
use bonghwa_analytics::region::Region;
use bonghwa_analytics::view::{IncidentRow, IncidentView, IncidentsView};

use super::answer::{conclusion, notes};
use super::incident::{headline, lasting, list_headline};
use super::question::{assumed, cannot, choice_text, open, understood};
use super::template::plain;
use super::{cause, watch};
use crate::address::Address;
use crate::app::Here;
use crate::part::passages::cited;
use crate::text::words;

/// How the question of a reply was understood, slot by slot; empty if it is none.
pub fn slots(reply: &Reply, lang: Lang) -> Vec<String> {
    let Understood::Question { question, .. } = &reply.understood else { return Vec::new() };
    understood(&here(&reply.regions, lang), question, reply.as_of)
}

/// A reply as plain text, for a terminal, a program or another model.
pub fn speak(reply: &Reply, lang: Lang) -> String {
    let here = here(&reply.regions, lang);
    let mut lines = Vec::new();
    match (&reply.understood, &reply.answer) {
        (Understood::Question { question, assumptions }, Some(answer)) => {
            lines.push(plain(&conclusion(&here, answer)));
            if let Body::Sessions(view) = &answer.body {
                lines.extend(watch::spoken(&here, answer, view));
            }
            lines.extend(notes(&here, answer));
            lines.push(format!("({})", understood(&here, question, answer.as_of).join(", ")));
            lines.extend(assumptions.iter().map(|assumption| assumed(&here, assumption)));
        }
        (Understood::Ambiguous { about, choices }, _) => {
            lines.push(open(&here, about));
            lines.extend(choices.iter().map(|choice| format!("- {}", choice_text(&here, choice, reply.as_of))));
        }
        (Understood::Cannot { why, instead }, _) => {
            lines.push(cannot(&here, why));
            lines.extend(instead.iter().map(|starter| format!("- {}", starter.text(lang))));
        }
        (Understood::Question { .. }, None) => {}
    }
    lines.extend(
        reply.runbooks.iter().map(|passage| format!("{}: {}. {}", here.t.runbooks, cited(passage), passage.excerpt)),
    );
    lines.retain(|line| !line.is_empty());
    lines.join("\n")
}

/// An incident as plain text: what users feel, why, how sure that is, and what points at it. `None` if there is none.
pub fn tell(view: &IncidentView, lang: Lang) -> Option<String> {
    let here = here(&view.regions, lang);
    let row = view.incident.as_ref()?;
    let mut lines = vec![summary(&here, row, view.as_of)];
    let explanation = row.explanation.as_ref();
    lines.extend(cause::missing(&here, explanation).into_iter().map(str::to_owned));
    for cause in explanation.iter().flat_map(|explanation| &explanation.causes) {
        let evidence = cause.evidence.iter().map(|evidence| plain(&cause::evidence(&here, evidence, "")));
        lines.extend(evidence.map(|line| format!("- {line}")));
    }
    for acquitted in explanation.iter().flat_map(|explanation| &explanation.acquitted) {
        lines.push(format!("- {}: {}", cause::suspect(acquitted), cause::check(&here, acquitted.check)));
    }
    let usual = explanation.and_then(|explanation| explanation.causes.first());
    lines.extend(usual.map(|cause| cause::helps(&cause.kind, lang).to_owned()));
    Some(lines.join("\n"))
}

/// Incidents as plain text, a line each.
pub fn list(view: &IncidentsView, lang: Lang) -> String {
    let here = here(&view.regions, lang);
    let mut lines = vec![list_headline(&here, view)];
    lines.extend(view.rows.iter().map(|row| format!("{}: {}", row.id, summary(&here, row, view.as_of))));
    lines.join("\n")
}

fn summary(here: &Here, row: &IncidentRow, as_of: i64) -> String {
    let mut parts = vec![format!("{}. {}.", lasting(here, row, as_of), plain(&headline(here, row, "")))];
    if let Some(cause) = row.explanation.as_ref().and_then(|explanation| explanation.causes.first()) {
        parts.push(plain(&cause::because(here, cause)));
        parts.push(format!("({})", cause::confidence(here, cause.confidence)));
    }
    parts.join(" ")
}

fn here(regions: &[Region], lang: Lang) -> Here {
    Here { address: Address::home(), lang, t: words(lang), regions: regions.into() }
}
