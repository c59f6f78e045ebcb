//! Answers that were judged, as lines of a question set; `benches/eval/ask/README.md` explains the form.

use bonghwa_analytics::answer::Reply;
use bonghwa_analytics::ask::{Question, Understood};
use bonghwa_analytics::format::Lang;
use serde_json::{Value, json};

use super::{Asked, Judgement, Verdict};

/// The line of an answer: what it must become again if it was right, and must not if it was wrong. None where the words did not
/// decide what it became.
pub(super) fn line(reply: &Reply, asked: &Asked, judgement: &Judgement) -> Option<String> {
    if asked.as_data {
        return None;
    }
    let became = match &reply.understood {
        Understood::Question { question, .. } => data(question),
        // Not a question, or none yet: it must not be answered outright.
        _ => Value::Null,
    };
    let mut line = json!({
        "text": reply.text,
        "lang": Lang::of_text(&reply.text).tag(),
        "style": "asked",
        "at": asked.at,
        "services": asked.services,
    });
    line[if judgement.verdict == Verdict::Right { "expect" } else { "not" }] = became;
    if let Some(previous) = &asked.previous {
        line["previous"] = data(previous);
    }
    if !judgement.note.is_empty() {
        line["note"] = judgement.note.clone().into();
    }
    Some(line.to_string())
}

fn data(question: &Question) -> Value {
    // A question has no keys but texts, the only thing that could fail.
    serde_json::to_value(question.bare()).unwrap_or(Value::Null)
}
