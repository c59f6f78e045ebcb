//! One incident in the list.

use bonghwa_analytics::view::IncidentRow;

use crate::address::Page;
use crate::app::Here;
use crate::dom::{IntoNode, Node, markup};
use crate::page::incident::shown;
use crate::part::facts::{Source, in_prose, link};
use crate::part::head;
use crate::say;

/// Anchor of the source of the headline's figure.
pub(super) fn anchor(row: &IncidentRow) -> String {
    format!("src-{}", row.id)
}

/// Anchor of the source of the number of users.
fn users_anchor(row: &IncidentRow) -> String {
    format!("src-{}-users", row.id)
}

/// The source of the number of users.
pub(super) fn users(here: &Here, row: &IncidentRow, as_of: i64) -> Option<Source> {
    Some(Source { anchor: users_anchor(row), ..shown::users(here, row, as_of)? })
}

/// An incident: level, what users feel, why, where, since when, who is affected, who takes care of it.
pub(super) fn row(here: &Here, row: &IncidentRow, as_of: i64) -> Node {
    let t = here.t;
    let to = here.link(Page::Incident(row.id.clone()));
    let cause = row.explanation.as_ref().map(|explanation| match explanation.causes.first() {
        Some(cause) => {
            let sure = say::cause::confidence(here, cause.confidence);
            markup! { <b>{say::cause::short(cause, here.lang)}</b><span class="tag">{sure}</span> }.into_node()
        }
        None => t.no_cause.into_node(),
    });
    let cause = cause.unwrap_or_else(|| t.finding_cause.into_node());
    let users = row.users.as_ref().map(|fact| {
        let about = here.lang.pick("약 ", "about ");
        markup! { <div><dt>{t.affected}</dt><dd>{about}{link(&users_anchor(row), in_prose(fact, here.lang))}</dd></div> }
    });
    let (name, figure) = say::incident::figure(here, row);
    let standing = match row.standing() {
        Some(mark) => say::incident::standing(here, mark, as_of),
        None if row.to.is_none() => t.nobody.to_owned(),
        None => bonghwa_analytics::format::MISSING.to_owned(),
    };
    markup! {
        <li class=if row.to.is_none() { "case is-out" } else { "case" }>
            {head::level_line(here, row.level, say::incident::lasting(here, row, as_of))}
            <h3><a href=to>{say::incident::title(here, row)}</a></h3>
            <p class="why">{cause}</p>
            <dl>
                {users}
                <div><dt>{t.findings}</dt><dd>{say::incident::counted(here, row.findings)}</dd></div>
                <div><dt>{name}</dt><dd>{link(&anchor(row), figure)}</dd></div>
                <div><dt>{t.owner}</dt><dd>{standing}</dd></div>
            </dl>
        </li>
    }
    .into_node()
}

/// A weak sign: where, what, since when; its page says why it was flagged.
pub(super) fn sign(here: &Here, row: &IncidentRow, as_of: i64) -> Node {
    let to = here.link(Page::Incident(row.id.clone()));
    let count = say::incident::counted(here, row.findings);
    markup! {
        <li>
            <a href=to>{say::incident::title(here, row)}</a>
            <span>{say::incident::lasting(here, row, as_of)}", "{here.t.findings}" "{count}</span>
        </li>
    }
    .into_node()
}
