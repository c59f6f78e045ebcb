//! The four figures.

use bonghwa_analytics::format::{MISSING, change, figure, join};
use bonghwa_analytics::view::{Card, Fact, NowView, Standing, Unit};

use crate::app::Here;
use crate::chart::spark::spark;
use crate::dom::{IntoNode, Node, markup};
use crate::part::facts::{anchor, band};
use crate::part::icon::{self, icon};
use crate::say;

pub(super) fn cards(here: &Here, view: &NowView) -> Node {
    let cards: Vec<_> = view.cards.iter().map(|c| card(here, c, view)).collect();
    markup! { <section class="measures" aria-label=here.t.four>{cards}</section> }.into_node()
}

fn card(here: &Here, card: &Card, view: &NowView) -> Node {
    let t = here.t;
    let out = matches!(card.standing, Standing::Above | Standing::Below);
    let mark = match card.standing {
        Standing::Usual => Some(icon(icon::CHECK)),
        Standing::Unknown => None,
        _ => Some(icon(icon::TRIANGLE)),
    };
    let name = say::now::card_name(here, card, view.mode);
    let weekday = say::now::last_weekday(here, view.as_of);
    let fig = match &card.now {
        Some(fact) => {
            let (number, unit) = figure(fact.value, fact.unit, here.lang);
            let error = (fact.unit != Unit::Seconds).then(|| band(fact)).flatten();
            let error = error.map(|error| markup! { <span class="err">{t.error_band}" "{error}</span> });
            markup! {
                <a rel="external" href=format!("#{}", anchor(fact))><b>{number}</b><i>{unit}</i></a>
                {error}
            }
            .into_node()
        }
        None => markup! { <b>{MISSING}</b><span class="err">{t.no_value}</span> }.into_node(),
    };
    let row = |label: String, before: &Option<Fact>| {
        let (value, moved) = compared(here, card.now.as_ref(), before.as_ref());
        markup! { <div><dt>{label}</dt><dd>{value}</dd><dd>{moved}</dd></div> }
    };
    markup! {
        <article class=if out { "measure is-out" } else { "measure" }>
            <h2>{name}" "<span class="st">{mark}{say::now::standing(here, card.measure, card.standing)}</span></h2>
            <p class="fig">{fig}</p>
            <p class="sub">{say::now::card_note(here, card, view)}</p>
            {spark(&card.day, card.standing, format!("{name}, {}–{}", t.midnight, t.end_of_day))}
            <p class="ends" aria-hidden="true"><span>{t.midnight}</span><span>{t.end_of_day}</span></p>
            <dl>{row(t.yesterday_now.to_owned(), &card.yesterday)}{row(weekday, &card.last_week)}</dl>
        </article>
    }
    .into_node()
}

/// The earlier value and how the present one stands to it.
fn compared(here: &Here, now: Option<&Fact>, before: Option<&Fact>) -> (Node, Node) {
    let Some(before) = before else {
        return (MISSING.into_node(), markup! { <span class="none">{here.t.no_value}</span> }.into_node());
    };
    let (number, unit) = figure(before.value, before.unit, here.lang);
    let unit = if matches!(before.unit, Unit::Ratio | Unit::Seconds) { unit } else { "" };
    let value =
        markup! { <a class="fact calm" rel="external" href=format!("#{}", anchor(before))>{join(&number, unit)}</a> };
    let moved = now.map(|now| moved(here, &change(now.value, before.value, now.unit, here.lang)));
    (value.into_node(), moved.into_node())
}

/// `▲ 2.1 %`, with the direction as a word for those who do not see it.
pub(super) fn moved(here: &Here, c: &bonghwa_analytics::format::Change) -> Node {
    let (class, word) = match c.direction {
        1 => ("up", here.t.up),
        -1 => ("dn", here.t.down),
        _ => return here.t.same.into_node(),
    };
    markup! { <span class=class><span class="vh">{word}</span></span>{c.size.clone()} }.into_node()
}
