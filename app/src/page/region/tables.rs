//! Services, routes, calls and events of a period.

use bonghwa_analytics::bucket::Severity;
use bonghwa_analytics::format::{Lang, MISSING, change, count, decimal, exact};
use bonghwa_analytics::logs::change::ChangeKind;
use bonghwa_analytics::view::{LogRow, Measure, RegionQuery, RegionView, TransactionRow, Unit, WhyQuery};

use crate::address::Page;
use crate::app::Here;
use crate::dom::{IntoNode, Node, markup};
use crate::part::table::{chapter, table};
use crate::say;

/// Routes that are listed.
const MOST: usize = 100;

pub(super) fn tables(here: &Here, view: &RegionView) -> Node {
    let t = here.t;
    markup! {
        {chapter("services", t.services, services(here, view))}
        {chapter("routes", t.routes, routes(here, view))}
        {chapter("calls", t.calls, calls(here, view))}
        {chapter("logs", t.logs, logs(here, view))}
        {chapter("events", t.events, events(here, view))}
    }
    .into_node()
}

fn or_missing(value: Option<f64>, unit: Unit, lang: Lang) -> Node {
    value.map_or_else(|| MISSING.to_owned(), |v| exact(v, unit, lang)).into_node()
}

/// A link to why a series was, or was not, flagged at the end of the period.
fn why(here: &Here, view: &RegionView, service: &str, route: &str, caller: &str) -> Node {
    let text = |name: &str| name.to_owned();
    let query = WhyQuery {
        region: view.region.as_ref().map(|region| region.code.clone()).unwrap_or_default(),
        service: text(service),
        route: text(route),
        caller: text(caller),
        measure: Measure::LatencyP95,
        at: (view.to < view.as_of).then_some(view.to - 300),
    };
    let name = [service, route, caller].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    let label = format!("{name}, {}", here.t.why_page);
    markup! { <a href=here.link(Page::Why(query)) aria-label=label>{here.t.to_why}</a> }.into_node()
}

/// Count, rate, errors, median and p95.
fn common(row: &TransactionRow, lang: Lang) -> Vec<Node> {
    vec![
        count(row.count as f64).into_node(),
        decimal(row.per_second, if row.per_second < 10.0 { 2 } else { 0 }).into_node(),
        or_missing((row.count > 0).then_some(row.error_rate), Unit::Ratio, lang),
        or_missing(row.p50, Unit::Seconds, lang),
        or_missing(row.p95, Unit::Seconds, lang),
    ]
}

fn services(here: &Here, view: &RegionView) -> Node {
    let t = here.t;
    let head = [t.service, t.count, t.per_second, t.error_rate, "p50", "p95", "p99", "CPU", t.memory, t.heap, t.to_why];
    let rows = view
        .services
        .iter()
        .map(|row| {
            let link = match &here.address.page {
                Page::Region(query) => {
                    here.link(Page::Region(RegionQuery { service: row.service.clone(), ..query.clone() }))
                }
                _ => here.address.href(),
            };
            let mut cells = vec![markup! { <a href=link data-noscroll="">{row.service.clone()}</a> }.into_node()];
            cells.extend(common(row, here.lang));
            cells.push(or_missing(row.p99, Unit::Seconds, here.lang));
            cells.extend([row.cpu, row.memory, row.heap].map(|v| or_missing(v, Unit::Ratio, here.lang)));
            cells.push(why(here, view, &row.service, "", ""));
            cells
        })
        .collect();
    table(here, t.services, 1, &head, rows)
}

/// `p95 전` with the change, where the compared period has one.
fn before(here: &Here, row: &TransactionRow) -> Node {
    let (Some(now), Some(before)) = (row.p95, row.p95_before) else { return MISSING.into_node() };
    let c = change(now, before, Unit::Seconds, here.lang);
    let (class, word) = match c.direction {
        1 => ("up", here.t.up),
        -1 => ("dn", here.t.down),
        _ => return format!("{} {}", exact(before, Unit::Seconds, here.lang), here.t.same).into_node(),
    };
    markup! { {exact(before, Unit::Seconds, here.lang)}" "<span class=class><span class="vh">{word}</span></span>{c.size} }.into_node()
}

fn routes(here: &Here, view: &RegionView) -> Node {
    let t = here.t;
    let head = [t.route, t.service, t.count, t.per_second, t.error_rate, "p50", "p95", t.before, t.to_why];
    let rows = view
        .routes
        .iter()
        .take(MOST)
        .map(|row| {
            let mut cells = vec![row.name.clone().into_node(), row.service.clone().into_node()];
            cells.extend(common(row, here.lang));
            cells.push(before(here, row));
            cells.push(why(here, view, &row.service, &row.name, ""));
            cells
        })
        .collect();
    let cut = (view.routes.len() > MOST).then(|| match here.lang {
        Lang::Ko => format!("느린 {MOST}개만 보여 드립니다. 모두 {}개입니다.", count(view.routes.len() as f64)),
        Lang::En => format!("The slowest {MOST} of {}.", count(view.routes.len() as f64)),
    });
    let other = (view.other_routes > 0).then(|| match here.lang {
        Lang::Ko => format!("경로가 한도보다 많아 요청 {}건은 (other)로 모았습니다.", count(view.other_routes as f64)),
        Lang::En => format!(
            "{} requests went under (other): there were more routes than the limit.",
            count(view.other_routes as f64)
        ),
    });
    markup! {
        {table(here, t.routes, 2, &head, rows)}
        {cut.map(|text| markup! { <p class="small">{text}</p> })}
        {other.map(|text| markup! { <p class="small">{text}</p> })}
    }
    .into_node()
}

fn calls(here: &Here, view: &RegionView) -> Node {
    let t = here.t;
    let head = [t.caller, t.callee, t.count, t.per_second, t.error_rate, "p50", "p95", t.before, t.to_why];
    let rows = view
        .calls
        .iter()
        .take(MOST)
        .map(|row| {
            let mut cells = vec![row.service.clone().into_node(), row.name.clone().into_node()];
            cells.extend(common(row, here.lang));
            cells.push(before(here, row));
            cells.push(why(here, view, &row.name, "", &row.service));
            cells
        })
        .collect();
    table(here, t.calls, 2, &head, rows)
}

fn logs(here: &Here, view: &RegionView) -> Node {
    let t = here.t;
    let head = [t.log_line, t.service, t.severity, t.count, t.compared];
    let rows: Vec<Vec<Node>> = view.logs.iter().map(|row| log_cells(here, row)).collect();
    let hint = (!rows.is_empty()).then(|| markup! { <p class="small">{t.log_hint}</p> });
    markup! { {table(here, t.logs, 3, &head, rows)}{hint} }.into_node()
}

fn log_cells(here: &Here, row: &LogRow) -> Vec<Node> {
    let t = here.t;
    let severity = match row.severity {
        Severity::Debug => t.debug,
        Severity::Info => t.information,
        Severity::Warn => t.warning,
        Severity::Error => t.severe,
    };
    let before = row.before.map_or_else(|| MISSING.to_owned(), |before| count(before as f64));
    let before = match row.change {
        None => before.into_node(),
        Some(change) => {
            let (class, word) = match change {
                ChangeKind::Appeared => ("up", t.appeared),
                ChangeKind::Multiplied => ("up", t.multiplied),
                ChangeKind::Vanished => ("dn", t.vanished),
            };
            markup! { {before}" "<span class=class>{word}</span> }.into_node()
        }
    };
    vec![
        row.template.clone().into_node(),
        row.service.clone().into_node(),
        severity.into_node(),
        count(row.count as f64).into_node(),
        before,
    ]
}

fn events(here: &Here, view: &RegionView) -> Node {
    if view.events.is_empty() {
        return markup! { <p class="small">{here.t.no_events_period}</p> }.into_node();
    }
    let items: Vec<_> = view
        .events
        .iter()
        .map(|event| {
            let (what, when) = say::now::event(here, event, view.as_of);
            markup! { <li><b>{what}</b><span>{when}</span></li> }
        })
        .collect();
    markup! { <ol class="log always">{items}</ol> }.into_node()
}
