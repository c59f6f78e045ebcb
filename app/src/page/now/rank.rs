//! The ranked table beside the map; it tells the same numbers.

use bonghwa_analytics::format::{MISSING, decimal, figure, tick};
use bonghwa_analytics::view::{Fact, Measure, NowView, RegionRow, Standing, Unit};

use super::map::shown;
use crate::app::Here;
use crate::chart::geometry::{Scale, pct};
use crate::dom::{IntoNode, Node, markup};
use crate::part::facts::{anchor, cell, identity_unit, measure_name, sentence};
use crate::part::icon::{self, icon};
use crate::say;

/// Load at which more capacity is due, drawn as a line.
const LIMIT: f64 = 0.8;

/// The measure of the map and the two beside it.
pub(super) const fn columns(measure: Measure) -> [Measure; 3] {
    match shown(measure) {
        Measure::Users | Measure::PerCapita => [shown(measure), Measure::Load, Measure::LatencyP95],
        Measure::LatencyP95 => [Measure::LatencyP95, Measure::Users, Measure::Load],
        _ => [Measure::Load, Measure::Users, Measure::LatencyP95],
    }
}

/// The value of a measure in a row.
pub(super) fn fact(row: &RegionRow, measure: Measure) -> Option<&Fact> {
    match measure {
        Measure::Users => row.users.as_ref(),
        Measure::PerCapita => row.per_capita.as_ref(),
        Measure::Requests => row.requests.as_ref(),
        Measure::ErrorRate => row.error_rate.as_ref(),
        Measure::LatencyP95 => row.p95.as_ref(),
        _ => row.load.as_ref(),
    }
}

/// The value at the right end of bars and gauges.
pub(super) fn full(view: &NowView) -> f64 {
    if shown(view.map_measure) == Measure::Load {
        return 1.0;
    }
    let values = view.rows.iter().filter_map(|row| fact(row, view.map_measure)).map(|fact| fact.value);
    Scale::to(values.fold(0.0, f64::max), 4.0).max
}

pub(super) fn table(here: &Here, view: &NowView) -> Node {
    let t = here.t;
    let full = full(view);
    let [main, second, third] = columns(view.map_measure);
    let unit = identity_unit(view.mode);
    let name = |measure| match measure {
        Measure::LatencyP95 => "p95",
        Measure::Users => t.users_short,
        _ => measure_name(here, measure, unit),
    };
    let caption = match here.lang {
        bonghwa_analytics::format::Lang::Ko => format!("지역별 {}, 높은 순", name(main)),
        bonghwa_analytics::format::Lang::En => format!("Regions by {}, highest first", name(main)),
    };
    let rows: Vec<_> = view.rows.iter().map(|r| row(here, view, r, full, [main, second, third])).collect();
    let all = match here.lang {
        bonghwa_analytics::format::Lang::Ko => format!("{}개 지역 모두 보기", view.rows.len()),
        bonghwa_analytics::format::Lang::En => format!("Show all {} regions", view.rows.len()),
    };
    markup! {
        <div class="rank">
            <input class="vh" type="checkbox" id="all"/>
            <table>
                <caption class="vh">{caption}</caption>
                <thead>
                    <tr>
                        <th scope="col"><span class="vh">{t.rank}</span></th>
                        <th scope="col">{t.region}</th>
                        <th scope="col" class="scale"><span class="vh">{t.bar}</span>{scale(here, view, full)}</th>
                        <th scope="col" class="n">{name(main)}</th>
                        <th scope="col" class="n x">{name(second)}</th>
                        <th scope="col" class="n x2">{name(third)}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            <label class="all" for="all">{icon(icon::DOWN)}{all}</label>
            <p class="key">
                <svg class="kbar" aria-hidden="true"><rect class="usual" x="1" y="0" width="24" height="13"/></svg>
                {t.key_range}
                {sentence(say::now::sum_and_union(here, view))}
            </p>
        </div>
    }
    .into_node()
}

/// Zero, half, the limit of load, and the end of the bars.
fn scale(here: &Here, view: &NowView, full: f64) -> Node {
    let main = shown(view.map_measure);
    let label = |value: f64| match main {
        Measure::Load => decimal(value * 100.0, 0),
        Measure::LatencyP95 => decimal(value * 1000.0, 0),
        _ => tick(value, here.lang),
    };
    let marks: Vec<(f64, String, &str)> = if main == Measure::Load {
        vec![
            (0.0, "0".into(), ""),
            (0.5, label(0.5), "half"),
            (LIMIT, here.t.limit.into(), "lim"),
            (1.0, label(1.0), "last"),
        ]
    } else {
        let ticks = Scale::to(full / 1.1, 2.0).ticks;
        ticks
            .into_iter()
            .filter(|v| *v <= full)
            .map(|v| (v / full, label(v), if v == 0.0 { "" } else { "half" }))
            .collect()
    };
    let marks: Vec<_> = marks
        .into_iter()
        .map(|(at, text, class)| {
            let anchor = if at == 0.0 {
                "start"
            } else if at > 0.95 {
                "end"
            } else {
                "middle"
            };
            markup! { <text class=class x=pct(at * 100.0) y="14" text-anchor=anchor>{text}</text> }
        })
        .collect();
    markup! { <svg class="scalebar" aria-hidden="true">{marks}</svg> }.into_node()
}

fn row(here: &Here, view: &NowView, row: &RegionRow, full: f64, columns: [Measure; 3]) -> Node {
    let name = here.region(&row.code).to_owned();
    let href = here.address.region_page(&row.code).href();
    let [main, second, third] = columns;
    let id = format!("r-{}", row.code);
    if let Some(since) = row.late_since {
        return markup! {
            <tr id=id class="none">
                <td>{MISSING}</td>
                <th scope="row"><a href=href>{name}</a></th>
                <td colspan="2" class="why">{icon(icon::LATE)}{say::now::late_row(here, since, view.as_of)}</td>
                <td class="n x">{MISSING}</td>
                <td class="n x2">{MISSING}</td>
            </tr>
        }
        .into_node();
    }
    let out = matches!(row.standing, Standing::Above | Standing::Below);
    let value = fact(row, main).map(|fact| {
        let (number, unit) = figure(fact.value, fact.unit, here.lang);
        let unit = if matches!(fact.unit, Unit::Ratio | Unit::Seconds) { unit } else { "" };
        markup! { <a class="fact calm" rel="external" href=format!("#{}", anchor(fact))><b>{number}</b>" "{unit}</a> }
    });
    let rank = row.rank.map_or_else(|| MISSING.to_owned(), |rank| rank.to_string());
    markup! {
        <tr id=id class=out.then_some("is-out")>
            <td>{rank}</td>
            <th scope="row"><a href=href>{name}</a></th>
            <td>{bar(fact(row, main), row.usual, full, main == Measure::Load)}</td>
            <td class="n">{value}</td>
            <td class="n x">{cell(fact(row, second), here.lang)}</td>
            <td class="n x2">{cell(fact(row, third), here.lang)}</td>
        </tr>
    }
    .into_node()
}

/// The bar, the usual range behind it, and the limit.
fn bar(fact: Option<&Fact>, usual: Option<(f64, f64)>, full: f64, limit: bool) -> Node {
    let at = |value: f64| pct(value / full * 100.0);
    let usual = usual.map(|(low, high)| {
        let high = high.min(full);
        markup! {
            <rect class="usual" x=at(low) y="1" width=pct((high - low).max(0.0) / full * 100.0) height="16"/>
            <line class="edge" x1=at(low) y1="1" x2=at(low) y2="17"/>
            <line class="edge" x1=at(high) y1="1" x2=at(high) y2="17"/>
        }
    });
    let value = fact.map(|f| markup! { <rect class="val" x="0" y="5" width=at(f.value) height="8"/> });
    let limit = limit.then(|| markup! { <line class="lim" x1=at(LIMIT) y1="-7" x2=at(LIMIT) y2="25"/> });
    markup! { <svg class="bar" aria-hidden="true">{usual}{limit}{value}</svg> }.into_node()
}
