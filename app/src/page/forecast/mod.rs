//! 예측·용량: where a measure goes, how sure that is, how past forecasts did, and what needs more.

mod charts;
mod choose;
mod plan;

use bonghwa_analytics::format::{clock, date, figure};
use bonghwa_analytics::view::{Fact, ForecastQuery, ForecastView};

use crate::app::{Here, set_title};
use crate::dom::{IntoNode, Node, markup};
use crate::page::Hands;
use crate::part::facts::{anchor, sentence, sources};
use crate::part::icon::{self, icon};
use crate::say;

/// The page of a view.
pub(crate) fn render(here: &Here, view: &ForecastView, query: &ForecastQuery, hands: Hands) -> Node {
    let t = here.t;
    set_title(here, t.forecast);
    let shown = plan::shown(&view.plan);
    let mut facts: Vec<&Fact> = Vec::new();
    // Plain loops: every chain of iterators would be code of its own in the browser module.
    if let Some(ahead) = &view.ahead {
        for fact in [Some(&ahead.peak), Some(&ahead.low), Some(&ahead.high), Some(&ahead.over), ahead.highest.as_ref()]
        {
            push(&mut facts, fact);
        }
    }
    if let Some(full) = &view.full {
        push(&mut facts, Some(&full.now));
        push(&mut facts, Some(&full.weekly));
    }
    for past in &view.past {
        push(&mut facts, Some(&past.covered));
        push(&mut facts, Some(&past.error));
    }
    for row in &shown {
        for fact in [&row.times, &row.now, &row.weekly, &row.edge] {
            push(&mut facts, fact.as_ref());
        }
    }
    markup! {
        <section class="status region" aria-labelledby="verdict">
            <div class="say">
                <h1 id="verdict">{sentence(say::forecast::headline(here, view))}</h1>
                <p class="lead">{sentence(say::forecast::lead(here, view))}</p>
                <p class="sure">{say::forecast::confidence(here, view)}</p>
            </div>
            <div class="asof">
                <p class="clock">{as_of(here, view.as_of)}</p>
                <p>{date(view.as_of, here.lang)}</p>
                <p class="livebox"><a class="quiet" rel="external" href=here.address.href()>{icon(icon::RELOAD)}{t.reload}</a></p>
            </div>
        </section>
        {choose::choose(here, view, query)}
        {figures(here, view)}
        {charts::charts(here, view, hands)}
        {plan::plan(here, view, &shown)}
        {sources(here, view.as_of, view.mode, facts)}
    }
    .into_node()
}

fn push<'a>(facts: &mut Vec<&'a Fact>, fact: Option<&'a Fact>) {
    if let Some(fact) = fact {
        facts.push(fact);
    }
}

fn as_of(here: &Here, instant: i64) -> Node {
    let t = here.t;
    match here.lang {
        bonghwa_analytics::format::Lang::Ko => markup! { <b>{clock(instant)}</b>" "{t.as_of} }.into_node(),
        bonghwa_analytics::format::Lang::En => markup! { {t.as_of}" "<b>{clock(instant)}</b> }.into_node(),
    }
}

/// Probability, peak, interval and the date at which it is full.
fn figures(here: &Here, view: &ForecastView) -> Node {
    let t = here.t;
    let big = |name: &'static str, fact: &Fact, number: String, unit: &'static str, below: String| {
        markup! {
            <div>
                <dt>{name}</dt>
                <dd class="fig"><a rel="external" href=format!("#{}", anchor(fact))><b>{number}</b><i>{unit}</i></a><span class="err">{below}</span></dd>
            </div>
        }
        .into_node()
    };
    let mut items = Vec::new();
    if let Some(ahead) = &view.ahead {
        let (number, unit) = say::forecast::probability(&ahead.over, here.lang);
        items.push(big(t.over, &ahead.over, number, unit, say::forecast::over(here, view, ahead)));
        let (number, unit) = figure(ahead.peak.value, view.unit, here.lang);
        items.push(big(t.peak, &ahead.peak, number, unit, say::forecast::peak(here, view, ahead)));
    }
    if let Some(full) = &view.full {
        let (when, below) = say::forecast::full(here, full, view.as_of);
        items.push(big(t.full_on, &full.now, when, "", below));
    }
    if items.is_empty() {
        return Node::Empty;
    }
    markup! { <dl class="figs fore" aria-label=t.forecast>{items}</dl> }.into_node()
}
