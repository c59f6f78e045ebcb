//! 묻기: the question, how it was understood, the conclusion, the numbers, the course, what to ask next; sources in the margin.

pub(crate) mod fluent;
mod numbers;
mod past;
mod period;
pub(crate) mod share;
pub(crate) mod sources;
pub(crate) mod verdict;

use std::sync::Arc;

use bonghwa_analytics::answer::{Answer, Reply};
use bonghwa_analytics::ask::{Assumption, Starter, Understood};
use bonghwa_analytics::format::{Lang, moment};
use bonghwa_analytics::view::PeriodChart;

use crate::address::{AskQuery, Earlier, Page};
use crate::app::{Here, set_title};
use crate::chart::{self, Chart, Role, Stroke, values};
use crate::dom::{IntoNode, Node, markup};
use crate::page::Hands;
use crate::part::facts::{measure_name, sentence};
use crate::part::icon::{self, icon};
use crate::part::passages::passages;
use crate::say::picture::title;
use crate::say::{answer as say, question};

/// The page of a reply.
pub(crate) fn render(here: &Here, reply: &Reply, query: &AskQuery, hands: Hands) -> Node {
    let t = here.t;
    set_title(here, if query.text.is_empty() { t.ask } else { &query.text });
    let article = match (&reply.understood, &reply.answer) {
        _ if query.text.is_empty() => welcome(here, hands),
        (Understood::Question { question: asked_for, assumptions }, Some(answer)) => {
            let slots = question::understood(here, asked_for, reply.as_of);
            let slots: Vec<_> = slots.into_iter().map(|slot| markup! { <b>{slot}</b> }).collect();
            let without = !question::has_period(asked_for);
            let assumed = assumptions.iter().filter(|one| !(without && **one == Assumption::Period));
            let taken: Vec<_> =
                assumed.map(|one| markup! { <p class="small">{question::assumed(here, one)}</p> }).collect();
            markup! {
                <article class="qa" id="answer">
                    {asked(here, reply, query)}
                    <p class="understood"><span>{t.understood_as}</span>{slots}</p>
                    {taken}
                    {answered(here, reply, answer, query, hands)}
                </article>
            }
            .into_node()
        }
        (Understood::Ambiguous { about, choices }, _) => {
            let picks: Vec<_> = choices
                .iter()
                .enumerate()
                .map(|(at, choice)| {
                    let href = here.link(Page::Ask(AskQuery { pick: Some(at as u8), ..query.clone() }));
                    let text = question::choice_text(here, choice, reply.as_of);
                    markup! { <li><a href=href><b>{text}</b>{icon(icon::RIGHT)}</a></li> }
                })
                .collect();
            markup! {
                <article class="qa" id="answer">
                    {asked(here, reply, query)}
                    <section class="part concl"><h3>{t.asked_back}</h3><p>{question::open(here, about)}</p><ul class="picks">{picks}</ul></section>
                    {fluent::section(here, hands)}
                </article>
            }
            .into_node()
        }
        (Understood::Cannot { why, instead }, _) => markup! {
            <article class="qa" id="answer">
                {asked(here, reply, query)}
                <section class="part concl"><h3>{t.conclusion}</h3><p>{question::cannot(here, why)}</p></section>
                {runbooks(here, reply)}
                {fluent::section(here, hands)}
                <section class="part"><h3>{t.instead}</h3>{starters(here, instead)}</section>
            </article>
        }
        .into_node(),
        (Understood::Question { .. }, None) => Node::Empty,
    };
    let margin = reply.answer.as_ref().map(|answer| sources::sources(here, answer));
    markup! {
        <h1 class="vh">{t.ask}</h1>
        <div class="ask">
            {list(here, query, hands)}
            {article}
            {margin}
        </div>
        {reply.answer.as_ref().map(|_| share::printed(here, query, reply.as_of))}
    }
    .into_node()
}

fn asked(here: &Here, reply: &Reply, query: &AskQuery) -> Node {
    let line = instant_line(here, query.at.unwrap_or(reply.as_of));
    // A fixed instant is said, and can be left.
    let now = query.at.map(|_| {
        let href = here.link(Page::Ask(AskQuery { at: None, ..query.clone() }));
        markup! { " "<a href=href>{here.t.as_of_now}</a> }.into_node()
    });
    markup! { <p class="asked">{line}{now}</p><h2 class="qh">{query.text.clone()}</h2> }.into_node()
}

/// `11. 20. 14:07 기준`.
fn instant_line(here: &Here, at: i64) -> String {
    let at = moment(at, here.lang);
    match here.lang {
        Lang::Ko => format!("{at} 기준"),
        Lang::En => format!("as of {at}"),
    }
}

/// Before anything is asked.
fn welcome(here: &Here, hands: Hands) -> Node {
    let t = here.t;
    markup! {
        <article class="qa">
            <h2 class="qh">{t.ask_title}</h2>
            <section class="part"><h3>{t.ask_now}</h3>{starters(here, &Starter::ALL)}</section>
            {hands.fluent.map(|_| markup! { <p class="small">{t.ai_notice}</p> })}
        </article>
    }
    .into_node()
}

fn starters(here: &Here, starters: &[Starter]) -> Node {
    let items: Vec<_> = starters
        .iter()
        .map(|starter| {
            let text = starter.text(here.lang);
            let href = here.link(Page::Ask(AskQuery::new(text)));
            markup! { <li><a href=href><b>{text}</b>{icon(icon::RIGHT)}</a></li> }
        })
        .collect();
    markup! { <ul class="picks">{items}</ul> }.into_node()
}

/// What was asked before in this conversation, and the starters.
fn list(here: &Here, query: &AskQuery, hands: Hands) -> Node {
    let t = here.t;
    let mut earlier: Vec<Node> = Vec::new();
    for (at, Earlier { text, when }) in query.before.iter().enumerate() {
        let before = query.before.get(..at).unwrap_or_default().to_vec();
        let href = here.link(Page::Ask(AskQuery { before, when: *when, at: query.at, ..AskQuery::new(text) }));
        earlier.push(markup! { <li><a href=href>{text.clone()}</a></li> }.into_node());
    }
    if !query.text.is_empty() {
        let href = here.address.href();
        earlier.push(markup! { <li><a href=href aria-current="true">{query.text.clone()}</a></li> }.into_node());
    }
    // Alone it says no more than the heading beside it, for which a narrow screen has no place.
    let class = (earlier.len() < 2).then_some("wide");
    let history =
        (!earlier.is_empty()).then(|| markup! { <h2 class=class>{t.asked_so_far}</h2><ol class=class>{earlier}</ol> });
    let starters: Vec<_> = Starter::ALL
        .into_iter()
        .map(|starter| {
            let text = starter.text(here.lang);
            let href = here.link(Page::Ask(AskQuery::new(text)));
            markup! { <li><a href=href>{text}</a></li> }
        })
        .collect();
    markup! { <nav class="asklist" aria-label=t.ask>{history}{past::list(here, query, hands.box_changes)}<h2 class="wide">{t.ask_now}</h2><ul class="wide">{starters}</ul></nav> }.into_node()
}

fn answered(here: &Here, reply: &Reply, answer: &Answer, query: &AskQuery, hands: Hands) -> Node {
    let t = here.t;
    let notes: Vec<_> =
        say::notes(here, answer).into_iter().map(|note| markup! { <p class="small">{note}</p> }).collect();
    let numbers = numbers::numbers(here, answer)
        .map(|table| markup! { <section class="part"><h3>{t.numbers}</h3>{table}</section> });
    let causes = numbers::causes(here, answer)
        .map(|list| markup! { <section class="part"><h3>{t.reasons}</h3>{list}</section> });
    let charts: Vec<_> =
        answer.charts.iter().enumerate().map(|(id, data)| chart(here, answer, data, id as u8, hands)).collect();
    let charts = (!charts.is_empty())
        .then(|| markup! { <section class="part"><h3>{t.picture}</h3><div class="pair">{charts}</div></section> });
    let next: Vec<_> = question::next(here, answer)
        .into_iter()
        .map(|text| {
            let href = here.link(Page::Ask(query.next(text)));
            markup! { <li><a href=href>{text}</a></li> }
        })
        .collect();
    markup! {
        <section class="part concl"><h3>{t.conclusion}</h3><p>{sentence(say::conclusion(here, answer))}</p>{notes}</section>
        {fluent::section(here, hands)}
        {numbers}
        {charts}
        {causes}
        {runbooks(here, reply)}
        {period::others(here, answer, query)}
        {numbers::pages(here, answer)}
        {share::section(here, query, reply.as_of, hands)}
        {verdict::section(here, reply, hands)}
        <footer class="made"><p>{fluent::made(here, hands)}</p></footer>
        <ul class="next" aria-label=t.ask_on>{next}</ul>
    }
    .into_node()
}

/// What runbooks say to it.
fn runbooks(here: &Here, reply: &Reply) -> Option<Node> {
    let t = here.t;
    (!reply.runbooks.is_empty()).then(|| {
        markup! {
            <section class="part">
                <h3>{t.runbooks}</h3>
                {passages(here, &reply.runbooks)}
                <p class="small">{t.runbooks_note}</p>
            </section>
        }
        .into_node()
    })
}

/// A course; `before` behind `now`, or a line for each area.
fn chart(here: &Here, answer: &Answer, data: &PeriodChart, id: u8, hands: Hands) -> Node {
    let t = here.t;
    let name = measure_name(here, data.measure, data.unit);
    let strokes: Vec<Stroke> = data
        .series
        .iter()
        .enumerate()
        .rev()
        .map(|(at, series)| {
            let (role, name) = match series.name.as_str() {
                "now" => (Role::Now, t.this_period.to_owned()),
                "before" => (Role::Before, t.compared.to_owned()),
                "nation" => (Role::Series(at as u8), t.nation.to_owned()),
                code => (Role::Series(at as u8), here.region(code).to_owned()),
            };
            Stroke { role, name, values: values(&series.line) }
        })
        .collect();
    let slots = strokes.iter().map(|stroke| stroke.values.len()).max().unwrap_or(1).max(1);
    let chart = Arc::new(Chart {
        id,
        label: name.to_owned(),
        measure: data.measure,
        unit: data.unit,
        start: data.start,
        step: data.step,
        slots,
        strokes,
        low: values(&data.low),
        high: values(&data.high),
        fan: None,
        now: None,
        labels: false,
    });
    let title = title(&question::areas(here, &answer.question), name, here.lang);
    markup! {
        <figure class="period">
            <figcaption><b>{name}</b></figcaption>
            {chart::figure(here, &chart, &title, &[], hands.cursor)}
        </figure>
    }
    .into_node()
}
