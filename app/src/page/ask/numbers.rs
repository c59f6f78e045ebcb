//! The numbers of an answer as a table, its causes, and the pages that say more.

use bonghwa_analytics::answer::{Answer, Body, Compared, Endpoints, Needed};
use bonghwa_analytics::format::{Lang, MISSING, change, count, exact, join, moment};
use bonghwa_analytics::report::ReportKind;
use bonghwa_analytics::time::{DAY, WEEK};
use bonghwa_analytics::view::{ForecastQuery, IncidentRow, Need, SessionsView, Unit};

use crate::address::{Page, forecast_query};
use crate::app::Here;
use crate::dom::{IntoNode, Node, markup};
use crate::part::facts::{anchor, cell, measure_name, quiet};
use crate::part::icon::{self, icon};
use crate::part::table::table;
use crate::say;

/// Entries of a list of sessions.
const SESSIONS: usize = 10;

/// The table of an answer, if its kind has one.
pub(super) fn numbers(here: &Here, answer: &Answer) -> Option<Node> {
    let (t, lang) = (here.t, here.lang);
    let area = |measured: &bonghwa_analytics::answer::Measured| say::question::area_name(here, &measured.area);
    match &answer.body {
        Body::Compared(compared) => Some(self::compared(here, compared)),
        Body::Reported(reported) => Some(self::compared(here, &reported.compared)),
        Body::Measured(rows) => {
            let head = [t.region, t.measure, t.value, t.highest, t.distinct];
            let cells = rows.iter().map(|row| {
                let unit = row.value.as_ref().map_or(Unit::Users, |fact| fact.unit);
                vec![
                    area(row).into_node(),
                    measure_name(here, row.measure, unit).into_node(),
                    cell(row.value.as_ref(), lang),
                    cell(row.peak.as_ref(), lang),
                    cell(row.distinct.as_ref(), lang),
                ]
            });
            Some(table(here, t.figures, 2, &head, cells.collect()))
        }
        Body::Ranked(ranked) => {
            let head = [t.rank, t.region, t.value];
            let cells = ranked.rows.iter().enumerate().map(|(at, row)| {
                let href = here.address.region_page(&row.region).href();
                let name = here.region(&row.region).to_owned();
                vec![
                    (at + 1).to_string().into_node(),
                    markup! { <a href=href>{name}</a> }.into_node(),
                    cell(Some(&row.value), lang),
                ]
            });
            Some(table(here, t.figures, 2, &head, cells.collect()))
        }
        Body::Endpoints(found) => Some(endpoints(here, found)),
        Body::Needed(needed) => Some(self::needed(here, needed)),
        Body::Sessions(view) => sessions(here, answer, view),
        Body::Diagnosed(_) | Body::Incidents(_) => None,
    }
}

/// Who is connected for long and who looks suspicious, a table each.
fn sessions(here: &Here, answer: &Answer, view: &SessionsView) -> Option<Node> {
    let (t, lang) = (here.t, here.lang);
    let head = [t.pseudonym, t.region, t.why, t.from];
    let tables: Vec<_> = say::watch::lists(answer, view)
        .into_iter()
        .filter(|list| !list.listed.is_empty())
        .map(|list| {
            let rows = list.listed.iter().take(SESSIONS).map(|listed| {
                vec![
                    markup! { <code>{listed.pseudonym.clone()}</code> }.into_node(),
                    here.region(&listed.region).to_owned().into_node(),
                    quiet(say::watch::anchor(list.kind), say::sessions::why(lang, listed)),
                    moment(listed.from, lang).into_node(),
                ]
            });
            let name = say::sessions::kind(lang, list.kind);
            let shown = list.listed.len().min(SESSIONS) as u64;
            let cut = (list.total > shown).then(|| {
                let (shown, all) = (count(shown as f64), count(list.total as f64));
                let text = match lang {
                    Lang::Ko => format!("모두 {all}건 가운데 {shown}건"),
                    Lang::En => format!("{shown} of {all}"),
                };
                markup! { <p class="small">{text}</p> }
            });
            let table = table(here, name, 3, &head, rows.collect());
            markup! { <h4>{name}</h4>{table}{cut} }
        })
        .collect();
    (!tables.is_empty()).then(|| tables.into_node())
}

fn compared(here: &Here, compared: &Compared) -> Node {
    let (t, lang) = (here.t, here.lang);
    let head = [t.region, t.measure, t.this_period, t.compared, t.difference_short];
    let rows = compared.pairs.iter().map(|pair| {
        let now = pair.now.value.as_ref();
        let then = pair.then.as_ref().and_then(|then| then.value.as_ref());
        let difference = match (now, then) {
            (Some(now), Some(then)) => {
                let change = change(now.value, then.value, now.unit, lang);
                let (class, word) = match change.direction {
                    1 => ("up", t.up),
                    -1 => ("dn", t.down),
                    _ => ("", ""),
                };
                if change.direction == 0 {
                    t.same.into_node()
                } else {
                    markup! { <span class=class><span class="vh">{word}</span></span>{change.size} }.into_node()
                }
            }
            _ => MISSING.into_node(),
        };
        let unit = now.map_or(Unit::Users, |fact| fact.unit);
        vec![
            say::question::area_name(here, &pair.now.area).into_node(),
            measure_name(here, pair.now.measure, unit).into_node(),
            cell(now, lang),
            cell(then, lang),
            difference,
        ]
    });
    table(here, t.figures, 2, &head, rows.collect())
}

fn endpoints(here: &Here, found: &Endpoints) -> Node {
    let (t, lang) = (here.t, here.lang);
    let unit = found.rows.first().map_or(Unit::Seconds, |row| row.now.unit);
    let head = [t.route, t.service, t.count, measure_name(here, found.measure, unit), t.before];
    let rows = found.rows.iter().map(|row| {
        vec![
            row.route.clone().into_node(),
            row.service.clone().into_node(),
            count(row.count as f64).into_node(),
            cell(Some(&row.now), lang),
            cell(row.before.as_ref(), lang),
        ]
    });
    table(here, t.routes, 2, &head, rows.collect())
}

fn needed(here: &Here, needed: &Needed) -> Node {
    let (t, lang) = (here.t, here.lang);
    let ahead = (!needed.ahead.is_empty()).then(|| {
        let head = [t.region, t.measure, t.sure, t.threshold, t.chance, t.highest];
        let rows = needed.ahead.iter().map(|row| {
            let name = measure_name(here, row.measure, Unit::Ratio).to_owned();
            let mut cells = vec![here.region(&row.region).to_owned().into_node(), name.into_node()];
            cells.push(say::cause::confidence(here, row.confidence).into_node());
            match &row.ahead {
                None => cells.extend([MISSING.into_node(), MISSING.into_node(), MISSING.into_node()]),
                Some(ahead) => {
                    let (number, unit) = say::forecast::probability(&ahead.over, lang);
                    cells.push(exact(ahead.threshold, Unit::Ratio, lang).into_node());
                    cells.push(crate::part::facts::link(&anchor(&ahead.over), join(&number, unit)));
                    cells.push(cell(Some(&ahead.peak), lang));
                }
            }
            cells
        });
        table(here, t.forecast, 3, &head, rows.collect())
    });
    let rows: Vec<_> = needed
        .plan
        .rows
        .iter()
        .filter(|row| row.need == Need::More)
        .map(|row| {
            let times = row.times.as_ref().map_or_else(
                || MISSING.into_node(),
                |fact| quiet(&anchor(fact), crate::part::facts::times(fact, lang)),
            );
            vec![
                format!("{} {}", here.region(&row.region), row.service).into_node(),
                measure_name(here, row.measure, Unit::Ratio).to_owned().into_node(),
                cell(row.now.as_ref(), lang),
                times,
                say::cause::confidence(here, row.confidence).into_node(),
            ]
        })
        .collect();
    let plan = (!rows.is_empty())
        .then(|| table(here, t.forecast, 2, &[t.where_, t.measure, t.now, t.times_now, t.sure], rows));
    let lead = say::forecast::plan_lead(here, &needed.plan);
    markup! { {ahead}{plan}<p class="small">{lead}</p> }.into_node()
}

/// Incidents with their causes.
pub(super) fn causes(here: &Here, answer: &Answer) -> Option<Node> {
    let rows: &[IncidentRow] = match &answer.body {
        Body::Diagnosed(found) => &found.incidents,
        Body::Incidents(view) => &view.rows,
        Body::Reported(reported) => &reported.incidents.rows,
        _ => return None,
    };
    if rows.is_empty() {
        return None;
    }
    let items: Vec<_> = rows
        .iter()
        .take(10)
        .map(|row| {
            let to = here.link(Page::Incident(row.id.clone()));
            let first = row.explanation.as_ref().and_then(|explanation| explanation.causes.first());
            let (cause, sure) = match first {
                Some(cause) => (say::cause::short(cause, here.lang), say::cause::confidence(here, cause.confidence)),
                None => (here.t.no_cause.to_owned(), ""),
            };
            let lasting = say::incident::lasting(here, row, answer.as_of);
            markup! {
                <li>
                    <p><b><a href=to>{say::incident::title(here, row)}</a></b><span class="how">{sure}</span></p>
                    <p>{cause}", "{lasting}</p>
                </li>
            }
        })
        .collect();
    Some(markup! { <ol class="cands">{items}</ol> }.into_node())
}

/// Where there is more.
pub(super) fn pages(here: &Here, answer: &Answer) -> Node {
    let t = here.t;
    let region = match answer.question.regions().as_slice() {
        [one] => (*one).to_owned(),
        _ => String::new(),
    };
    let (href, name) = match &answer.body {
        Body::Diagnosed(_) | Body::Incidents(_) => (here.address.incidents_page(&region).href(), t.see_incidents),
        Body::Sessions(_) => (here.address.sessions_page().href(), t.session),
        Body::Needed(_) => {
            let mut query: ForecastQuery = forecast_query("");
            if !region.is_empty() {
                query.region = region;
            }
            (here.link(Page::Forecast(query)), t.forecast)
        }
        Body::Reported(_) => {
            let period = &answer.question.period;
            let length = period.to - period.from;
            let kind = if length <= DAY {
                ReportKind::Day
            } else if length <= WEEK {
                ReportKind::Week
            } else {
                ReportKind::Month
            };
            (crate::page::reports::link(here, kind, ""), t.make_this_report)
        }
        _ if !region.is_empty() => (here.address.region_page(&region).href(), t.see_region),
        _ => (here.address.now_page().href(), t.now),
    };
    markup! { <section class="part"><h3>{t.more}</h3><p class="acts"><a class="btn" href=href>{name}{icon(icon::RIGHT)}</a></p></section> }
        .into_node()
}
