//! 세션: who is listed and why, how many go on, and what is known.

use bonghwa_analytics::format::{Lang, MISSING, count};
use bonghwa_analytics::session::Kind;
use bonghwa_analytics::view::{AGES, Level, List, SessionsQuery, SessionsView};

use super::region::choose::{form, group};
use super::region::tables::chapter;
use crate::address::{Page, SPANS};
use crate::app::{Here, set_title};
use crate::dom::{IntoNode, Node, markup};
use crate::order::order;
use crate::page::Hands;
use crate::part::facts::{anchor, sentence, sources};
use crate::part::head;
use crate::part::table::table;
use crate::say::sessions as say;

/// The page of a view.
pub(crate) fn render(here: &Here, view: &SessionsView, hands: Hands) -> Node {
    let t = here.t;
    set_title(here, t.session);
    let burst = view.lists.iter().any(|list| list.kind == Kind::LogInBurst && list.total > 0);
    let lists: Vec<_> = view.lists.iter().map(|list| self::list(here, view, list)).collect();
    let active = view.active.iter();
    markup! {
        <section class=if burst { "status region is-out" } else { "status region" } aria-labelledby="verdict">
            <div class="say">
                {head::beacons(here, if burst { Level::Abnormal } else { Level::Normal })}
                <h1 id="verdict">{say::headline(here, view)}</h1>
                <p class="lead">{sentence(say::lead(here, view))}</p>
            </div>
            {head::as_of(here, view.as_of, None, &[], hands.live)}
        </section>
        {choose(here, view)}
        {lists}
        {chapter("ages", t.session_ages, ages(here, view))}
        {chapter("known", t.session_known, known(here, view))}
        {sources(here, view.as_of, view.mode, active)}
    }
    .into_node()
}

fn choose(here: &Here, view: &SessionsView) -> Node {
    let Page::Sessions(query) = &here.address.page else { return Node::Empty };
    let t = here.t;
    let link = |changed: SessionsQuery, name: String, current: bool| {
        let href = here.link(Page::Sessions(changed));
        markup! { <a href=href data-noscroll="" aria-current=current.then_some("true")>{name}</a> }.into_node()
    };
    let mut spans = SPANS.map(|(span, _)| span);
    order(&mut spans, |a, b| a < b);
    let names = [t.span_1h, t.span_6h, t.span_24h, t.span_7d];
    let spans = spans.into_iter().zip(names).map(|(span, name)| {
        let changed = SessionsQuery { span, from: None, to: None, ..query.clone() };
        link(changed, name.to_owned(), query.from.is_none() && query.span == span)
    });
    let of_region = |code: &str, name: &str| {
        link(SessionsQuery { region: code.to_owned(), ..query.clone() }, name.to_owned(), query.region == code)
    };
    let mut regions = vec![of_region("", t.nation)];
    regions.extend(here.regions.iter().map(|region| of_region(&region.code, here.region(&region.code))));
    markup! {
        <section class="choices" aria-label=t.period>
            {group(t.period, spans.collect())}
            {form(here, (view.from, view.to))}
            <div class="choice" role="group" aria-label=t.choose_region><h2>{t.region}</h2><p class="tabs">{regions}</p></div>
        </section>
    }
    .into_node()
}

fn list(here: &Here, view: &SessionsView, list: &List) -> Node {
    let (t, lang) = (here.t, here.lang);
    let name = say::kind(lang, list.kind);
    let id = match list.kind {
        Kind::LogInBurst => "bursts",
        Kind::ManyIdentities => "crowds",
        Kind::ManyAddresses => "roamers",
        Kind::LongLived => "long",
    };
    let at = |instant| say::instant(instant, view.as_of, lang).into_node();
    let rows: Vec<Vec<Node>> = list
        .listed
        .iter()
        .map(|listed| {
            let pseudonym = markup! { <code>{listed.pseudonym.clone()}</code> }.into_node();
            let region = here.region(&listed.region).to_owned().into_node();
            vec![pseudonym, region, say::why(lang, listed).into_node(), at(listed.from), at(listed.to)]
        })
        .collect();
    let shown = list.listed.len() as u64;
    let cut = (list.total > shown).then(|| {
        let all = count(list.total as f64);
        let text = match lang {
            Lang::Ko => format!("가장 두드러진 {shown}건만 보여 드립니다. 모두 {all}건입니다."),
            Lang::En => format!("The {shown} that stand out most, of {all}."),
        };
        markup! { <p class="small">{text}</p> }
    });
    let head = [t.pseudonym, t.region, t.why, t.from, t.to];
    let body = if rows.is_empty() { Node::Empty } else { table(here, name, 3, &head, rows) };
    let none = (list.total == 0).then_some(t.nobody_listed);
    markup! {
        <section class="chapter listed" aria-labelledby=id>
            <h2 id=id>{name}" "<span>{count(list.total as f64)}</span></h2>
            <p class="small">{none}{none.map(|_| " ")}{say::threshold(lang, list.kind, &view.thresholds)}</p>
            {body}
            {cut}
        </section>
    }
    .into_node()
}

/// Sessions that go on, by age.
fn ages(here: &Here, view: &SessionsView) -> Node {
    let most = view.ages.iter().copied().max().unwrap_or(0).max(1);
    let rows: Vec<_> = view
        .ages
        .iter()
        .enumerate()
        .map(|(class, number)| {
            let name = say::age(here.lang, AGES[class.min(AGES.len() - 1)], AGES.get(class + 1).copied());
            let estimate = class == 0;
            let shown = count(*number as f64);
            let value = match (estimate, &view.active) {
                (true, Some(active)) => {
                    let about = here.lang.pick("약 ", "about ").to_owned() + &shown;
                    markup! { <a class="fact" rel="external" href=format!("#{}", anchor(active))>{about}</a> }.into_node()
                }
                _ => shown.into_node(),
            };
            // One and a hundred thousand both show on a scale of doublings.
            let doublings = |number: u64| u64::BITS - number.leading_zeros();
            let width = doublings(*number) * 1000 / doublings(most);
            markup! {
                <li>
                    <span>{name}</span>
                    <svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true"><rect width=width.to_string() height="10"/></svg>
                    <b>{value}</b>
                </li>
            }
        })
        .collect();
    if rows.is_empty() {
        return markup! { <p class="small">{here.t.session_past}</p> }.into_node();
    }
    markup! { <p class="small">{here.t.session_ages_note}</p><ol class="ages">{rows}</ol> }.into_node()
}

fn known(here: &Here, view: &SessionsView) -> Node {
    let t = here.t;
    let at = |instant: Option<i64>| {
        instant.map_or_else(|| MISSING.to_owned(), |at| say::instant(at, view.as_of, here.lang)).into_node()
    };
    let rows = view
        .known
        .iter()
        .map(|known| vec![here.region(&known.region).to_owned().into_node(), at(known.since), at(known.until)])
        .collect();
    markup! {
        <p class="small">{say::bounds(here, view)}" "{t.pseudonymous}</p>
        <details class="known"><summary>{t.session_by_region}</summary>{table(here, t.session_known, 1, &[t.region, t.known_since, t.known_until], rows)}</details>
    }
    .into_node()
}
