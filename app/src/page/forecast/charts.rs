//! The fan of the forecast, and past forecasts beside what came.

use std::sync::Arc;

use bonghwa_analytics::format::{exact, figure, join};
use bonghwa_analytics::view::{ForecastView, PastForecast};

use crate::app::Here;
use crate::chart::geometry::x;
use crate::chart::{self, Chart, Fan, Role, Stroke, values};
use crate::dom::{IntoNode, Node, markup};
use crate::page::Hands;
use crate::part::facts::{measure_name, sentence};
use crate::say;

pub(super) fn charts(here: &Here, view: &ForecastView, hands: Hands) -> Node {
    let Some(ahead) = &view.ahead else { return Node::Empty };
    let t = here.t;
    let name = measure_name(here, view.measure, view.unit);
    let subject = say::forecast::subject(here, view);
    let data = &ahead.chart;
    let line = |at: usize| data.series.get(at).map(|series| values(&series.line)).unwrap_or_default();
    let came = line(0);
    let slots = came.len();
    let newest = came.iter().rposition(Option::is_some);
    let now = newest.and_then(|at| came[at]).map(|value| {
        let (number, unit) = figure(value, view.unit, here.lang);
        join(&number, unit)
    });
    let level = (ahead.threshold, format!("{} {}", t.threshold, exact(ahead.threshold, view.unit, here.lang)));
    let chart = Arc::new(Chart {
        id: 1,
        label: name.to_owned(),
        measure: view.measure,
        unit: view.unit,
        start: data.start,
        step: data.step,
        slots,
        strokes: vec![
            Stroke { role: Role::Ahead, name: t.expected.to_owned(), values: line(1) },
            Stroke { role: Role::Now, name: t.measured.to_owned(), values: came },
        ],
        low: values(&data.low),
        high: values(&data.high),
        fan: Some(Fan {
            wide: (line(4), line(5)),
            narrow: (line(2), line(3)),
            level: Some(level),
            since: newest.map(|at| (x(at, slots), t.since_now)),
        }),
        now,
        labels: false,
    });
    let past: Vec<_> = (2_u8..).zip(&view.past).map(|(id, past)| record(here, view, id, past, hands)).collect();
    let none = past.is_empty().then(|| {
        markup! { <figure class="period"><h2>{t.record}</h2><p class="subt">{t.record_none}</p></figure> }
    });
    let holidays = (!view.holidays_ko.is_empty()).then(|| {
        markup! { <p class="small">{say::forecast::holidays(here, view)}</p> }
    });
    markup! {
        <section class="charts">
            <figure class="period">
                <h2>{say::forecast::finding(here, view, ahead)}</h2>
                <p class="subt">{say::forecast::scope(here, view, ahead)}</p>
                {chart::figure(here, &chart, &subject, &[], hands.cursor)}
                {holidays}
            </figure>
            {past}
            {none}
        </section>
    }
    .into_node()
}

/// What was said some time ago, beside what came.
fn record(here: &Here, view: &ForecastView, id: u8, past: &PastForecast, hands: Hands) -> Node {
    let t = here.t;
    let name = measure_name(here, view.measure, view.unit);
    let data = &past.chart;
    let line = |at: usize| data.series.get(at).map(|series| values(&series.line)).unwrap_or_default();
    let (came, said) = (line(0), line(1));
    let chart = Arc::new(Chart {
        id,
        label: format!("{}, {name}", t.record),
        measure: view.measure,
        unit: view.unit,
        start: data.start,
        step: data.step,
        slots: came.len().max(said.len()),
        strokes: vec![
            Stroke { role: Role::Ahead, name: t.said.to_owned(), values: said },
            Stroke { role: Role::Now, name: t.came.to_owned(), values: came },
        ],
        low: values(&data.low),
        high: values(&data.high),
        fan: Some(Fan::default()),
        now: None,
        labels: false,
    });
    markup! {
        <figure class="period">
            <h2>{say::forecast::record_title(here, past)}</h2>
            <p class="subt">{sentence(say::forecast::record(here, past))}</p>
            {chart::figure(here, &chart, &format!("{}, {}", t.record, say::forecast::subject(here, view)), &[], hands.cursor)}
        </figure>
    }
    .into_node()
}
