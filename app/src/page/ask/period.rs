//! The same question for another period.

use bonghwa_analytics::answer::Answer;
use bonghwa_analytics::ask::{Kind, When};
use bonghwa_analytics::time::{DAY, WEEK};

use crate::address::{AskQuery, Page};
use crate::app::Here;
use crate::dom::{IntoNode, Node, markup};
use crate::part::form::form;

/// Periods that fit a kind of question, those of most use first.
fn choices(kind: Kind) -> &'static [When] {
    use When::{Ahead, Hour, LastMonth, LastWeek, Month, SevenDays, Today, Week, Yesterday};
    match kind {
        Kind::Capacity => &[Ahead(3 * 3600), Ahead(DAY), Ahead(WEEK), Ahead(4 * WEEK)],
        Kind::Report => &[Today, Yesterday, Week, LastWeek, Month, LastMonth],
        Kind::Incidents | Kind::Diagnose | Kind::Sessions => &[Today, Yesterday, SevenDays, LastWeek, Month],
        _ => &[Hour, Today, Yesterday, SevenDays, LastWeek, Month],
    }
}

/// Name of a period on a link.
fn name(here: &Here, when: When) -> &'static str {
    let t = here.t;
    match when {
        When::Hour => t.w_1h,
        When::Today => t.w_today,
        When::Yesterday => t.w_yesterday,
        When::SevenDays => t.last_7d,
        When::Week => t.w_week,
        When::LastWeek => t.last_week,
        When::Month => t.this_month,
        When::LastMonth => t.last_month,
        When::Ahead(seconds) if seconds <= 3 * 3600 => t.ahead_3h,
        When::Ahead(DAY) => t.span_24h,
        When::Ahead(WEEK) => t.span_7d,
        When::Ahead(_) => t.ahead_28d,
        When::Between(..) => t.w_fixed,
    }
}

/// Links to the same question for other periods, and two fields for one of its own. A question without a period, as after a
/// deployment, has none.
pub(super) fn others(here: &Here, answer: &Answer, query: &AskQuery) -> Node {
    let (t, question) = (here.t, &answer.question);
    if question.after_deployment {
        return Node::Empty;
    }
    let link = |when: Option<When>, name: &'static str| {
        let href = here.link(Page::Ask(AskQuery { when, ..query.clone() }));
        let current = when.is_some() && query.when == when;
        markup! { <a href=href data-noscroll="" aria-current=current.then_some("true")>{name}</a> }.into_node()
    };
    let mut links: Vec<Node> = choices(question.kind).iter().map(|when| link(Some(*when), name(here, *when))).collect();
    // A period that was chosen can be taken back.
    links.extend(query.when.map(|_| link(None, t.as_first_asked)));
    let ahead = question.kind == Kind::Capacity;
    let own = (!ahead).then(|| form(here, (question.period.from, question.period.to)));
    let name = if ahead { t.look_ahead } else { t.another_period };
    markup! { <section class="part redo"><h3>{name}</h3><p class="tabs">{links}</p>{own}</section> }.into_node()
}
