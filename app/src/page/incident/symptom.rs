//! The symptom as a chart with its band.

use std::sync::Arc;

use bonghwa_analytics::format::span;
use bonghwa_analytics::view::{IncidentRow, IncidentView};

use crate::app::Here;
use crate::chart::{self, Chart, Role, Stroke, values};
use crate::dom::{IntoNode, Node, markup};
use crate::page::Hands;
use crate::part::facts::measure_name;
use crate::say;

pub(super) fn symptom(here: &Here, view: &IncidentView, row: &IncidentRow, hands: Hands) -> Node {
    let Some(data) = &view.chart else { return Node::Empty };
    let name = measure_name(here, data.measure, data.unit);
    let region = here.region(&data.region);
    let open = row.to.is_none();
    let chart = Arc::new(Chart {
        id: 0,
        label: format!("{region} {name}"),
        measure: data.measure,
        unit: data.unit,
        start: data.start,
        step: data.step,
        slots: data.line.values.len().max(1),
        strokes: vec![Stroke {
            role: if open { Role::Out } else { Role::Now },
            name: name.to_owned(),
            values: values(&data.line),
        }],
        low: values(&data.low),
        high: values(&data.high),
        fan: None,
        now: None,
        labels: false,
    });
    if chart.is_empty() {
        return Node::Empty;
    }
    let length = (chart.end() - chart.start).max(1) as f64;
    let percent = |instant: i64| ((instant - chart.start) as f64 / length * 100.0).clamp(0.0, 100.0);
    let shade = (percent(row.from), percent(row.to.unwrap_or(view.as_of)), open);
    let template = here.lang.pick("{m이} {a}부터 평소 범위를 벗어났습니다", "{m} left its usual range at {a}");
    let at = say::incident::at(here, row.symptom.from, view.as_of);
    let measure = if here.lang == bonghwa_analytics::format::Lang::Ko { name.trim_end_matches(" p95") } else { name };
    let heading = say::template::speak(template, &[say::template::word('m', measure), say::template::word('a', &at)]);
    let scope = format!("{region}, {name}, {}", span(data.step, here.lang));
    markup! {
        <section class="chap" aria-labelledby="symptom">
            <h2 id="symptom">{say::template::plain(&heading)}</h2>
            <p class="subt">{scope}{here.lang.pick(" 단위", " steps")}</p>
            <figure class="period">
                {chart::figure(here, &chart, &chart.label, &[shade], hands.cursor)}
            </figure>
        </section>
    }
    .into_node()
}
