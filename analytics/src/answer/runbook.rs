//! What runbooks say to what was asked.

use super::{Answer, Body, Source};
use crate::ask::Understood;
use crate::cause::Cause;
use crate::view::{Passage, near_best, runbook_words};

/// Passages that an answer shows.
const MOST: usize = 3;
/// How well a passage must fit a text that is no question.
const WELL: f64 = 0.5;

/// The passages that go with a reply: for its causes, or for the words themselves where they cannot be answered.
pub(super) fn passages<S: Source>(
    source: &S,
    text: &str,
    understood: &Understood,
    answer: Option<&Answer>,
) -> Vec<Passage> {
    let mut found = fitting(source, text, understood, answer);
    near_best(&mut found);
    found
}

fn fitting<S: Source>(source: &S, text: &str, understood: &Understood, answer: Option<&Answer>) -> Vec<Passage> {
    match (understood, answer.map(|answer| &answer.body)) {
        (Understood::Cannot { .. }, _) => {
            let mut found = source.runbooks(text, MOST);
            found.retain(|passage| passage.score >= WELL);
            found
        }
        (_, Some(Body::Diagnosed(found))) => {
            let explained = found.incidents.iter().filter_map(|row| row.explanation.as_ref());
            let first: Option<&Cause> = explained.flat_map(|explanation| &explanation.causes).next();
            first.map_or_else(Vec::new, |cause| source.runbooks(&runbook_words(cause), MOST))
        }
        (_, Some(Body::Endpoints(found))) if !found.rows.is_empty() => {
            source.runbooks("느린 응답 느린 쿼리 배포 slow response", MOST)
        }
        (_, Some(Body::Needed(_))) => source.runbooks("용량 증설 부하 판단 capacity", MOST),
        _ => Vec::new(),
    }
}
