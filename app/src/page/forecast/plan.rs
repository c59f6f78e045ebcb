//! The capacity plan as a table.

use bonghwa_analytics::format::{Lang, MISSING, exact};
use bonghwa_analytics::view::{CapacityPlan, CapacityRow, Fact, ForecastView, Need};

use crate::app::Here;
use crate::dom::{IntoNode, Node, markup};
use crate::part::facts::{anchor, measure_name, times};
use crate::say;

/// Rows that are shown of each answer that asks for nothing.
const MOST: usize = 8;

/// The rows that the page shows: all that need more, and some of the others.
pub(super) fn shown(plan: &CapacityPlan) -> Vec<&CapacityRow> {
    let mut left = [40, MOST, MOST];
    plan.rows
        .iter()
        .filter(|row| {
            let left = match row.need {
                Need::More => &mut left[0],
                Need::Nothing => &mut left[1],
                _ => &mut left[2],
            };
            let fits = *left > 0;
            *left -= usize::from(fits);
            fits
        })
        .collect()
}

pub(super) fn plan(here: &Here, view: &ForecastView, shown: &[&CapacityRow]) -> Node {
    let t = here.t;
    let plan = &view.plan;
    let rows: Vec<_> = shown.iter().map(|row| line(here, view, row)).collect();
    let names = [t.region, t.service, t.resource, t.answer];
    let numbers = [t.busy_now, t.weekly, t.edge];
    let table = (!rows.is_empty()).then(|| {
        let names: Vec<_> = names.into_iter().map(|name| markup! { <th scope="col">{name}</th> }).collect();
        let numbers: Vec<_> =
            numbers.into_iter().map(|name| markup! { <th scope="col" class="n">{name}</th> }).collect();
        markup! {
            <div class="scroll" tabindex="0" role="region" aria-label=format!("{}, {}", t.capacity, t.table)>
                <table class="plain wide plan">
                    <caption class="vh">{t.capacity}</caption>
                    <thead><tr>{names}{numbers}<th scope="col">{t.reason}</th><th scope="col">{t.sure}</th></tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
    });
    markup! {
        <section class="chapter" aria-labelledby="capacity">
            <h2 id="capacity">{say::forecast::plan_title(here, plan)}</h2>
            <p class="subt">{say::forecast::plan_lead(here, plan)}</p>
            {table}
        </section>
    }
    .into_node()
}

fn line(here: &Here, view: &ForecastView, row: &CapacityRow) -> Node {
    let number = |fact: &Option<Fact>, show: &dyn Fn(&Fact, Lang) -> String| match fact {
        Some(fact) => linked(fact, show(fact, here.lang)),
        None => MISSING.into_node(),
    };
    let answer = match row.need {
        Need::More => markup! { <b>{number(&row.times, &times)}</b> }.into_node(),
        Need::Nothing => here.t.not_needed.into_node(),
        _ => here.t.cannot_tell_short.into_node(),
    };
    let share = |fact: &Fact, lang| exact(fact.value, fact.unit, lang);
    let service = if row.service.is_empty() { MISSING.to_owned() } else { row.service.clone() };
    markup! {
        <tr>
            <th scope="row">{here.region(&row.region).to_owned()}</th>
            <td class="name">{service}</td>
            <td>{measure_name(here, row.measure, bonghwa_analytics::view::Unit::Ratio)}</td>
            <td>{answer}</td>
            <td class="n">{number(&row.now, &share)}</td>
            <td class="n">{number(&row.weekly, &say::forecast::points)}</td>
            <td class="n">{number(&row.edge, &share)}</td>
            <td class="name">{say::forecast::reason(here, row, view)}</td>
            <td>{say::cause::confidence(here, row.confidence)}</td>
        </tr>
    }
    .into_node()
}

fn linked(fact: &Fact, text: String) -> Node {
    markup! { <a class="fact calm" rel="external" href=format!("#{}", anchor(fact))>{text}</a> }.into_node()
}
