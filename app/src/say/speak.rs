//! A reply as plain text.

use bonghwa_analytics::answer::Reply;
use bonghwa_analytics::ask::Understood;
use bonghwa_analytics::format::Lang;

use super::answer::{conclusion, notes};
use super::question::{assumed, cannot, choice_text, open, understood};
use crate::address::Address;
use crate::app::Here;
use crate::text::words;

/// How the question of a reply was understood, slot by slot; empty if it is none.
pub fn slots(reply: &Reply, lang: Lang) -> Vec<String> {
    let Understood::Question { question, .. } = &reply.understood else { return Vec::new() };
    understood(&here(reply, lang), question, reply.as_of)
}

fn here(reply: &Reply, lang: Lang) -> Here {
    Here { address: Address::home(), lang, t: words(lang), regions: reply.regions.as_slice().into() }
}

/// A reply as plain text, for a terminal, a program or another model.
pub fn speak(reply: &Reply, lang: Lang) -> String {
    let here = here(reply, lang);
    let mut lines = Vec::new();
    match (&reply.understood, &reply.answer) {
        (Understood::Question { question, assumptions }, Some(answer)) => {
            lines.push(super::template::plain(&conclusion(&here, answer)));
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
    lines.retain(|line| !line.is_empty());
    lines.join("\n")
}
