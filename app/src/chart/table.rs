//! The table behind a chart.

use bonghwa_analytics::format::{MISSING, clock, exact, moment, same_day, span};

use super::Chart;
use crate::app::Here;
use crate::dom::{IntoNode, Node, markup};

/// Rows that a table has at most.
const MOST: usize = 50;

/// The values of a chart at round instants, and its newest.
pub(crate) fn table(here: &Here, chart: &Chart, caption: &str) -> Node {
    let last = chart.strokes.iter().rev().find_map(|s| s.values.iter().rposition(Option::is_some));
    let rows: Vec<_> = rows(chart, last).into_iter().map(|i| row(here, chart, i)).collect();
    let names: Vec<_> = columns(chart).map(|s| markup! { <th scope="col">{s.name.clone()}</th> }).collect();
    let range = (!chart.high.is_empty()).then(|| markup! { <th scope="col">{chart.range(here)}</th> });
    let step = every(chart) as i64 * chart.step;
    let caption = format!("{caption}, {}{}", span(step, here.lang), here.lang.pick(" 간격", " steps"));
    markup! {
        <div class="scroll" tabindex="0" role="region" aria-label=caption.clone()>
            <table class="plain nums">
                <caption>{caption.clone()}</caption>
                <thead><tr><th scope="col">{here.t.time}</th>{names}{range}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_node()
}

/// Lines in the order a reader expects: the front one first.
fn columns(chart: &Chart) -> impl Iterator<Item = &super::Stroke> {
    chart.strokes.iter().rev()
}

fn every(chart: &Chart) -> usize {
    let steps = [60, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];
    let step =
        steps.into_iter().find(|step| step % chart.step == 0 && chart.slots as i64 * chart.step / step <= MOST as i64);
    step.map_or_else(|| chart.slots.div_ceil(MOST), |step| (step / chart.step) as usize).max(1)
}

fn rows(chart: &Chart, last: Option<usize>) -> Vec<usize> {
    let every = every(chart) as i64 * chart.step;
    // Round instants of the day are chosen, not every n-th value: a period may start at any minute.
    let round = |i: &usize| (chart.instant(*i) + bonghwa_analytics::time::KST).rem_euclid(every) == 0;
    let mut rows: Vec<usize> = (0..chart.slots).filter(round).collect();
    if let Some(last) = last.filter(|last| !rows.contains(last)) {
        rows.insert(rows.partition_point(|row| *row < last), last);
    }
    rows
}

fn row(here: &Here, chart: &Chart, i: usize) -> Node {
    let at = chart.instant(i);
    let time =
        if chart.slots as i64 * chart.step <= bonghwa_analytics::time::DAY || same_day(chart.start, chart.end() - 1) {
            clock(at)
        } else {
            moment(at, here.lang)
        };
    let show = |value: Option<f64>| value.map_or_else(|| MISSING.to_owned(), |v| exact(v, chart.unit, here.lang));
    let cells: Vec<_> =
        columns(chart).map(|s| markup! { <td>{show(s.values.get(i).copied().flatten())}</td> }).collect();
    let range = (!chart.high.is_empty()).then(|| {
        let edge = |line: &[Option<f64>]| line.get(i).copied().flatten();
        let text = match (edge(&chart.low), edge(&chart.high)) {
            (Some(low), Some(high)) => {
                format!("{}–{}", exact(low, chart.unit, here.lang), exact(high, chart.unit, here.lang))
            }
            _ => MISSING.to_owned(),
        };
        markup! { <td>{text}</td> }
    });
    markup! { <tr><th scope="row">{time}</th>{cells}{range}</tr> }.into_node()
}
