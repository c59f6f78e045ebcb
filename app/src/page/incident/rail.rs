//! Beside the chapters: what usually helps, what happened so far, and what was alike before.

use bonghwa_analytics::cause::Cause;
use bonghwa_analytics::view::{IncidentRow, IncidentView};

use crate::address::Page;
use crate::app::Here;
use crate::dom::{IntoNode, Node, markup};
use crate::order::order;
use crate::part::passages::passages;
use crate::say;

pub(super) fn rail(here: &Here, view: &IncidentView, row: &IncidentRow, cause: Option<&Cause>) -> Node {
    let t = here.t;
    let helps = cause.map(|cause| {
        markup! {
            <h2>{t.helps}</h2>
            <p class="helps">{say::cause::helps(&cause.kind, here.lang)}</p>
            <p class="fine">{t.helps_note}</p>
        }
    });
    let runbooks = (!view.runbooks.is_empty()).then(|| {
        markup! {
            <h2>{t.runbooks}</h2>
            {passages(here, &view.runbooks)}
            <p class="fine">{t.runbooks_note}</p>
        }
    });
    markup! {
        <aside class="rail" aria-label=t.course>
            {helps}
            {runbooks}
            <h2>{t.course}</h2>
            {course(here, view, row)}
            <h2>{t.similar}</h2>
            {similar(here, view)}
        </aside>
    }
    .into_node()
}

/// What happened, one after the other; the last line is the end, or now.
fn course(here: &Here, view: &IncidentView, row: &IncidentRow) -> Node {
    let t = here.t;
    let mut steps: Vec<(i64, String)> = Vec::new();
    if let Some(first) = view.findings.first() {
        steps.push((first.from, format!("{}, {}", t.first_sign, say::incident::subject(here, first))));
    }
    steps.push((row.symptom.from, format!("{}: {}", t.out_of_range, say::incident::subject(here, &row.symptom))));
    for acquittal in row.explanation.iter().flat_map(|explanation| &explanation.acquitted) {
        if let Some(at) = acquittal.at {
            let name = say::cause::name(&acquittal.kind, here.lang);
            steps.push((at, format!("{name}, {}", say::cause::suspect(acquittal))));
        }
    }
    for mark in &row.marks {
        let by = if mark.by.is_empty() { String::new() } else { format!(", {}", mark.by) };
        steps.push((mark.at, say::incident::marked(here, mark.kind).to_owned() + &by));
    }
    steps.extend(row.to.map(|to| (to, t.ended.to_owned())));
    order(&mut steps, |a, b| a.0 < b.0);
    let line = |(at, text): (i64, String), class: Option<&'static str>| {
        markup! { <li class=class><time>{say::incident::at(here, at, view.as_of)}</time><span>{text}</span></li> }
    };
    let mut lines: Vec<_> = steps.into_iter().map(|step| line(step, None)).collect();
    if row.to.is_none() {
        let count = say::incident::counted(here, row.findings);
        lines.push(line((view.as_of, format!("{} {count}, {}", t.findings, t.goes_on)), Some("here")));
    }
    markup! { <ol class="course">{lines}</ol> }.into_node()
}

fn similar(here: &Here, view: &IncidentView) -> Node {
    if view.similar.is_empty() {
        return markup! { <p class="small">{here.t.no_similar}</p> }.into_node();
    }
    let items: Vec<_> = view
        .similar
        .iter()
        .map(|row| {
            let link = here.link(Page::Incident(row.id.clone()));
            let cause = super::first_cause(row)
                .map_or_else(|| here.t.no_cause.to_owned(), |cause| say::cause::short(cause, here.lang));
            let standing = row.standing().map(|mark| format!(", {}", say::incident::marked(here, mark.kind)));
            markup! {
                <li>
                    <a href=link>{say::incident::earlier(here, row, view.as_of)}</a>
                    <span>{cause}{standing}</span>
                </li>
            }
        })
        .collect();
    markup! { <ul class="like">{items}</ul> }.into_node()
}
