//! The tile map: equal tiles, each with name, value and a gauge; shade is a second channel, never the only one.

use bonghwa_analytics::format::{Lang, figure, span};
use bonghwa_analytics::region::Region;
use bonghwa_analytics::view::{Measure, NowQuery, NowView, RegionRow, Standing, Unit};

use super::rank::{fact, full};
use crate::address::{MAP_MEASURES, Page};
use crate::app::Here;
use crate::chart::geometry::pct;
use crate::dom::{IntoNode, Node, markup};
use crate::order::order;
use crate::part::icon::{self, icon};
use crate::say;

pub(super) fn header(here: &Here, view: &NowView) -> Node {
    let t = here.t;
    let tabs: Vec<_> = MAP_MEASURES
        .into_iter()
        .map(|(measure, _)| {
            let to = match &here.address.page {
                Page::Now(query, line) => here.link(Page::Now(NowQuery { map: measure, ..query.clone() }, *line)),
                _ => here.address.href(),
            };
            let current = measure == view.map_measure;
            markup! { <a href=to data-noscroll="" aria-current=current.then_some("true")>{say::now::map_name(here, measure)}</a> }
        })
        .collect();
    markup! {
        <header>
            <h2 id="where">{say::now::map_finding(here, view)}</h2>
            <p>{say::now::map_scope(here, view)}</p>
            <div class="tabs" role="group" aria-label=t.map_measure>{tabs}</div>
        </header>
    }
    .into_node()
}

pub(super) fn tiles(here: &Here, view: &NowView) -> Node {
    let full = full(view);
    let rows: Vec<(&Region, &RegionRow)> = view
        .regions
        .iter()
        .filter_map(|region| view.rows.iter().find(|row| row.code == region.code).map(|row| (region, row)))
        .collect();
    let last = rows.iter().map(|(region, _)| region.row).max().unwrap_or(1);
    // Reading order is that of the map: by row, then column.
    let mut rows = rows;
    order(&mut rows, |(a, _), (b, _)| (a.row, a.column) < (b.row, b.column));
    let islands = rows.iter().filter(|(r, _)| r.code == "gyeongbuk").count() == 1;
    let tiles: Vec<_> = rows
        .into_iter()
        .map(|(region, row)| {
            let isles = (islands && region.code == "gyeongbuk").then(|| {
                markup! {
                    <span class="isles">
                        <svg viewBox="0 0 30 16" aria-hidden="true"><circle cx="6" cy="7" r="4.5"/><circle cx="22" cy="10" r="2.5"/></svg>
                        <span>{here.t.isles}</span>
                    </span>
                }
            });
            markup! { <li class=place(region)>{tile(here, view, row, full)}{isles}</li> }
        })
        .collect();
    markup! {
        <div class="map">
            <ul class="tiles">
                {tiles}
                {legend(here, view, last)}
            </ul>
        </div>
    }
    .into_node()
}

/// Classes of a tile's row and column: the policy on styles leaves no room for a `grid-area` of its own.
pub(crate) fn place(region: &Region) -> String {
    format!("r{} c{}", region.row.clamp(1, 12), region.column.clamp(1, 8))
}

fn tile(here: &Here, view: &NowView, row: &RegionRow, full: f64) -> Node {
    let name = here.region(&row.code).to_owned();
    let href = here.address.region_page(&row.code).href();
    if let Some(since) = row.late_since {
        let age = match (since, here.lang) {
            (0, _) => here.t.never.to_owned(),
            (since, Lang::Ko) => format!("{}째", span(view.as_of - since, here.lang)),
            (since, Lang::En) => format!("for {}", span(view.as_of - since, here.lang)),
        };
        let late = (since != 0).then(|| markup! { {here.t.late}<br/> });
        return markup! { <a class="tile none" href=href><b>{name}</b><span class="why">{late}{age}</span></a> }
            .into_node();
    }
    let Some(fact) = fact(row, view.map_measure) else {
        return markup! { <a class="tile none" href=href><b>{name}</b><span class="why">{here.t.no_value}</span></a> }
            .into_node();
    };
    let hot = matches!(row.standing, Standing::Above | Standing::Below);
    let (number, unit) = figure(fact.value, fact.unit, here.lang);
    // The unit of a big number is long in English; the scope line above names it.
    let unit = if matches!(fact.unit, Unit::Ratio | Unit::Seconds) || here.lang == Lang::Ko { unit } else { "" };
    let rank = if hot {
        // Beside the region's name there is room for the ratio; the table and the label of the link say the rest.
        let usual = row.usual.map_or(fact.value, |(low, high)| f64::midpoint(low, high));
        let text = say::verdict::times(fact.value / usual.max(f64::MIN_POSITIVE), here.lang);
        let text = markup! { {icon(icon::TRIANGLE)}{text} };
        Some(markup! { <span class="rk hi">{text}</span> }.into_node())
    } else {
        let rank = row.rank.filter(|rank| *rank <= 5);
        rank.map(|rank| {
            let text = if here.lang == Lang::Ko { format!("{rank}위") } else { format!("#{rank}") };
            markup! { <span class="rk">{text}</span> }.into_node()
        })
    };
    let class = if hot { "tile hot".to_owned() } else { format!("tile s{}", row.shade.clamp(1, 5)) };
    markup! {
        <a class=class href=href>
            <b>{name}</b>
            {rank}
            <span class="num">{number}<i>{unit}</i></span>
            <svg class="gauge" aria-hidden="true"><rect x="0" y="0" width=pct(fact.value / full * 100.0) height="100%"/></svg>
        </a>
    }
    .into_node()
}

fn legend(here: &Here, view: &NowView, last: u8) -> Node {
    let unit = view.rows.iter().find_map(|row| fact(row, view.map_measure)).map_or(Unit::Ratio, |f| f.unit);
    let name = say::now::map_name(here, view.map_measure);
    let symbol = match unit {
        Unit::Ratio => " %",
        Unit::Seconds => " ms",
        _ => "",
    };
    let edge = |i: usize| {
        let (number, _) = figure(view.shade_edges[i], unit, here.lang);
        markup! { <text x=pct(20.0 * (i + 1) as f64) y="30" text-anchor="middle">{number}</text> }
    };
    let boxes: Vec<_> = (0..5)
        .map(|i| markup! { <rect class=format!("s{}", i + 1) x=pct(20.0 * f64::from(i)) y="0" width="20%" height="14"/> })
        .collect();
    let edges: Vec<_> = (0..4).map(edge).collect();
    let gauge = match here.lang {
        Lang::Ko => format!("칸 아래 막대도 {name}"),
        Lang::En => format!("bar: {name} too"),
    };
    markup! {
        <li class=format!("legend r{}", last.clamp(1, 12)) aria-hidden="true">
            <b>{name}{symbol}</b>
            <svg class="strip">{boxes}{edges}</svg>
            <span class="more"><i class="none"></i>{here.t.late}<i class="gaugekey"></i><span class="gtext">{gauge}</span></span>
        </li>
    }
    .into_node()
}

/// Measures that the map and the table can be ordered by.
pub(super) const fn shown(measure: Measure) -> Measure {
    match measure {
        Measure::Users | Measure::PerCapita | Measure::LatencyP95 => measure,
        _ => Measure::Load,
    }
}
