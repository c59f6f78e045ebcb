//! The list of incidents: how many are open, which there were, and the small signs that belong to none.

pub(crate) mod again;
mod filter;
mod row;

use bonghwa_analytics::view::{IncidentsQuery, IncidentsView, Level};

use crate::address::{INCIDENT_SPANS, OFFLINE, Page};
use crate::app::{Here, set_title};
use crate::dom::{IntoNode, Node, markup};
use crate::page::Hands;
use crate::page::incident::shown;
use crate::part::facts::source_table;
use crate::part::head;
use crate::part::icon::{self, icon};
use crate::say;

/// Signs that are listed; of more it says how many there are.
const SIGNS: usize = 200;

/// The page of a view.
pub(crate) fn render(here: &Here, view: &IncidentsView, query: &IncidentsQuery, hands: Hands) -> Node {
    let t = here.t;
    set_title(here, t.incidents);
    let worst = view.rows.iter().filter(|row| row.to.is_none()).map(|row| row.level).max();
    let sources = view.rows.iter().flat_map(|row| {
        [Some(shown::ratio(here, row, view.as_of, row::anchor(row))), row::users(here, row, view.as_of)]
    });
    let sources = (!view.rows.is_empty()).then(|| source_table(here, sources.flatten().collect()));
    markup! {
        <section class=if worst.is_some() { "status region is-out" } else { "status region" } aria-labelledby="verdict">
            <div class="say">
                {head::beacons(here, worst.unwrap_or(Level::Normal))}
                <h1 id="verdict">{say::incident::list_headline(here, view)}</h1>
                <p class="lead">{say::incident::list_lead(here, view)}</p>
            </div>
            {head::as_of(here, view.as_of, None, &view.late, hands.live)}
        </section>
        {filter::filter(here, view, query)}
        <section class="chapter" aria-labelledby="list">
            <h2 id="list">{format!("{}, {}", t.incidents, say::incident::last(here, view.to - view.from))}</h2>
            <p class="subt">{t.cause_judged}": "{say::incident::judged(here, view.judged)}</p>
            {list(here, view, query)}
        </section>
        {signs(here, view)}
        {(!OFFLINE).then(|| again::again(here, view, query, hands))}
        {sources}
    }
    .into_node()
}

fn list(here: &Here, view: &IncidentsView, query: &IncidentsQuery) -> Node {
    let t = here.t;
    if view.rows.is_empty() {
        let longest = INCIDENT_SPANS.iter().map(|(span, _)| *span).fold(0, i64::max);
        let longer = (query.span < longest).then(|| {
            let to = here.link(Page::Incidents(IncidentsQuery { span: longest, ..query.clone() }));
            markup! { <p><a class="btn" href=to data-noscroll="">{t.longer_period}{icon(icon::RIGHT)}</a></p> }
        });
        return markup! { <p class="small">{t.none_open}</p>{longer} }.into_node();
    }
    let rows: Vec<_> = view.rows.iter().map(|row| row::row(here, row, view.as_of)).collect();
    markup! { <ol class="cases">{rows}</ol> }.into_node()
}

/// Weak signs that belong to no incident, folded.
fn signs(here: &Here, view: &IncidentsView) -> Node {
    let t = here.t;
    if view.signs.is_empty() {
        return Node::Empty;
    }
    let count = say::incident::counted(here, view.signs.len() as u32);
    let rows: Vec<_> = view.signs.iter().take(SIGNS).map(|row| row::sign(here, row, view.as_of)).collect();
    let rest = view.signs.len().saturating_sub(SIGNS);
    let rest = (rest > 0).then(|| {
        let text = here.lang.pick(
            "새것부터 적었습니다. 기간이나 지역을 좁히면 나머지도 볼 수 있습니다: ",
            "Newest first; narrow the period or the region for the rest: ",
        );
        markup! { <p class="small">{text}{rest.to_string()}</p> }
    });
    markup! {
        <section class="chapter" aria-labelledby="signs">
            <h2 id="signs">{format!("{}{}{count}", t.small_signs, here.lang.pick(" ", ": "))}</h2>
            <p class="subt">{t.signs_note}</p>
            <details>
                <summary>{icon(icon::DOWN)}{t.see_signs}</summary>
                <ol class="signs">{rows}</ol>
                {rest}
            </details>
        </section>
    }
    .into_node()
}
