//! Who is affected, who takes care of it, and what the reader says of it.

use bonghwa_analytics::format::figure;
use bonghwa_analytics::report::ReportKind;
use bonghwa_analytics::view::{Fact, IncidentRow, IncidentView, MarkKind, Unit};
use leptos::ev::MouseEvent;
use leptos::prelude::Get;

use crate::address::OFFLINE;
use crate::app::Here;
use crate::dom::{IntoNode, Node, live, markup};
use crate::page::Hands;
use crate::part::facts::{anchor, band};
use crate::part::icon::{self, icon};
use crate::say;

pub(super) fn act(here: &Here, view: &IncidentView, row: &IncidentRow, hands: Hands) -> Node {
    let t = here.t;
    let (owner, standing) = match row.standing() {
        Some(mark) => (say::incident::standing(here, mark, view.as_of), Some(mark.kind)),
        None => (t.nobody.to_owned(), None),
    };
    let button =
        |kind, name, path, main: bool| press(row, hands, kind, name, path, if main { "btn main" } else { "btn" }, None);
    let buttons = match standing {
        Some(MarkKind::Resolved) => vec![button("reopened", t.reopen, icon::RELOAD, false)],
        Some(MarkKind::Acknowledged) => {
            vec![button("resolved", t.resolve, icon::CHECK, true), button("reopened", t.reopen, icon::RELOAD, false)]
        }
        _ => vec![
            button("acknowledged", t.acknowledge, icon::CHECK, true),
            button("resolved", t.resolve, icon::CHECK, false),
        ],
    };
    let unkept = live(move || {
        let text = if hands.said.get().1 { "" } else { t.not_kept };
        markup! { <p class="lateline" role="status">{text}</p> }
    });
    let report = crate::page::reports::link(here, ReportKind::Incident, &view.id);
    let judged = row.judged();
    let judge = row.explanation.as_ref().is_some_and(|explanation| !explanation.causes.is_empty()).then(|| {
        let one = |kind, name, path, pressed| press(row, hands, kind, name, path, "btn", Some(pressed));
        markup! {
            <div class="judge wasm" role="group" aria-labelledby="judge">
                <p id="judge">{t.right_question}</p>
                {one("right", t.right, icon::CHECK, judged == Some(true))}
                {one("wrong", t.wrong, icon::CROSS, judged == Some(false))}
            </div>
        }
    });
    // What is said of an incident is kept by a server.
    let say_so = (!OFFLINE).then(|| {
        markup! {
            <label class="by wasm">{t.by_name}<input id="by" name="by" autocomplete="name" maxlength="40"/></label>
            <div class="btns wasm">{buttons}</div>
            <p class="hint wasm">{t.by_hint}</p>
            {unkept}
            {judge}
        }
    });
    markup! {
        <aside class="act" aria-label=t.actions>
            <dl>
                {affected(here, row.users.as_ref())}
                <div><dt>{t.scope}</dt><dd>{say::incident::places(here, &row.regions)}</dd></div>
                <div><dt>{t.owner}</dt><dd>{owner}</dd></div>
            </dl>
            {say_so}
            <p class="go"><a class="btn" href=report>{icon(icon::REPORT)}{t.report_this_incident}</a></p>
            <p class="hint nowasm">{t.no_script}</p>
        </aside>
    }
    .into_node()
}

/// The identities that were there while it went on: an estimate with its error.
fn affected(here: &Here, users: Option<&Fact>) -> Node {
    let t = here.t;
    let Some(fact) = users else {
        return markup! { <div class="big"><dt>{t.affected}</dt><dd>{t.affected_none}</dd></div> }.into_node();
    };
    let (number, unit) = figure(fact.value, fact.unit, here.lang);
    let number = here.lang.pick("약 ", "about ").to_owned() + &number;
    let error = band(fact).map(|band| format!("{} {band}, {}", t.error_band, t.affected_how));
    markup! {
        <div class="big">
            <dt>{affected_name(here, fact.unit)}</dt>
            <dd><a rel="external" href=format!("#{}", anchor(fact))><b>{number}</b>" "{unit}</a>" "<span>{error}</span></dd>
        </div>
    }
    .into_node()
}

/// What was counted: users, sessions or addresses during the incident.
pub(super) fn affected_name(here: &Here, unit: Unit) -> &'static str {
    let t = here.t;
    match unit {
        Unit::Sessions => t.affected_sessions,
        Unit::Addresses => t.affected_addresses,
        _ => t.affected,
    }
}

fn press(
    row: &IncidentRow,
    hands: Hands,
    kind: &'static str,
    name: &'static str,
    path: &'static str,
    class: &'static str,
    pressed: Option<bool>,
) -> Node {
    let id = row.id.clone();
    let say = move |_: MouseEvent| {
        #[cfg(feature = "hydrate")]
        crate::browser::mark::send(&id, kind, hands);
        let _ = (&id, kind, hands);
    };
    let pressed = pressed.map(|pressed| if pressed { "true" } else { "false" });
    markup! { <button type="button" class=class data-mark=kind aria-pressed=pressed on:click=say>{icon(path)}{name}</button> }
        .into_node()
}
