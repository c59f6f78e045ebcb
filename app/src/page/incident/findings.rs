//! Every finding of an incident: how they came one after the other, and why each was flagged.

use bonghwa_analytics::cause::{Cause, CauseKind};
use bonghwa_analytics::format::{exact, period, span};
use bonghwa_analytics::view::{FindingRow, IncidentRow, IncidentView, Lane, SubjectKind, WhyQuery};

use crate::address::Page;
use crate::app::Here;
use crate::chart::bars::bars;
use crate::chart::geometry::{pct, time_marks};
use crate::dom::{IntoNode, Node, markup};
use crate::part::facts::measure_name;
use crate::part::icon::{self, icon};
use crate::part::table::table;
use crate::say;

/// Lanes that are drawn; the table has them all.
const MOST: usize = 12;

pub(super) fn findings(here: &Here, view: &IncidentView, row: &IncidentRow, cause: Option<&Cause>) -> Node {
    let t = here.t;
    let step = span(view.lanes_step, here.lang);
    let note = format!("{step}{}{}", here.lang.pick("마다 ", " steps: "), t.lanes_note);
    markup! {
        <section class="chap" aria-labelledby="findings">
            <h2 id="findings">{say::incident::gathered(here, row.findings)}</h2>
            <p class="subt">{note}</p>
            {lanes(here, view, row, cause)}
            <details>
                <summary>{icon(icon::DOWN)}{t.why_flagged}", "{say::incident::counted(here, row.findings)}</summary>
                {why(here, &view.findings, view.as_of)}
                {rest(here, view, row)}
            </details>
        </section>
    }
    .into_node()
}

/// Why each finding was flagged: value, band, distance, duration and method.
pub(crate) fn why(here: &Here, findings: &[FindingRow], as_of: i64) -> Node {
    let t = here.t;
    let head = [t.where_, t.measure, t.value, t.usual_range, t.out_by, t.spell, t.how_band];
    let rows = findings
        .iter()
        .map(|finding| {
            let when = match finding.to {
                Some(to) => period(finding.from, to, as_of, here.lang),
                None => format!("{}–, {}", say::incident::at(here, finding.from, as_of), t.goes_on),
            };
            let value = exact(finding.value, finding.unit, here.lang);
            vec![
                subject(here, finding),
                measure_name(here, finding.measure, finding.unit).into_node(),
                format!("{value}, {}", say::incident::at(here, finding.at, as_of)).into_node(),
                say::incident::band(here, finding).into_node(),
                say::incident::distance(here, finding).into_node(),
                when.into_node(),
                say::incident::method(here, finding.method).into_node(),
            ]
        })
        .collect();
    table(here, t.why_flagged, 2, &head, rows)
}

/// What a finding is about; it leads to the series at that instant.
fn subject(here: &Here, finding: &FindingRow) -> Node {
    let name = |wanted: SubjectKind| if finding.subject == wanted { finding.detail.clone() } else { String::new() };
    let query = WhyQuery {
        region: finding.region.clone(),
        service: finding.service.clone(),
        route: name(SubjectKind::Route),
        caller: name(SubjectKind::Call),
        measure: finding.measure,
        at: Some(finding.at),
    };
    markup! { <a href=here.link(Page::Why(query))>{say::incident::subject(here, finding)}</a> }.into_node()
}

/// How many findings there was no room for.
fn rest(here: &Here, view: &IncidentView, row: &IncidentRow) -> Option<Node> {
    let rest = (row.findings as usize).checked_sub(view.findings.len()).filter(|rest| *rest > 0)?;
    let text = here.lang.pick("먼저 시작한 것부터 적었습니다. 나머지: ", "By onset; not listed: ");
    Some(markup! { <p class="small">{text}{rest.to_string()}</p> }.into_node())
}

fn lanes(here: &Here, view: &IncidentView, row: &IncidentRow, cause: Option<&Cause>) -> Node {
    let shown = view.lanes.get(..MOST).unwrap_or(&view.lanes);
    let Some(slots) = shown.iter().map(|lane| lane.line.values.len()).max().filter(|slots| *slots > 0) else {
        return Node::Empty;
    };
    let top = shown.iter().flat_map(|lane| &lane.line.values).flatten().copied().fold(1.0, f64::max);
    let (start, end) = (view.lanes_start, view.lanes_start + slots as i64 * view.lanes_step);
    let items: Vec<_> = shown.iter().map(|lane| one(here, view, lane, top, cause)).collect();
    let at = |instant: i64| (instant - start) as f64 / (end - start).max(1) as f64 * 100.0;
    let ticks: Vec<_> = time_marks(start, end, here.lang)
        .into_iter()
        .map(|(at, label, minor)| {
            let anchor = if at < 4.0 {
                "start"
            } else if at > 96.0 {
                "end"
            } else {
                "middle"
            };
            markup! { <text class=minor.then_some("mid") x=pct(at) y="16" text-anchor=anchor>{label}</text> }
        })
        .collect();
    let mut marks = vec![mark("root", icon::TRIANGLE, at(row.from), say::incident::at(here, row.from, view.as_of))];
    for acquittal in row.explanation.iter().flat_map(|explanation| &explanation.acquitted) {
        if let (CauseKind::Deployment { .. }, Some(when)) = (&acquittal.kind, acquittal.at)
            && (start..end).contains(&when)
        {
            marks.push(mark("dep", icon::DIAMOND, at(when), here.t.deployment.to_owned()));
        }
    }
    markup! {
        <div class="lanes">
            <svg class="marks" aria-hidden="true">{marks}</svg>
            <ol>{items}</ol>
            <svg class="ticks-x" aria-hidden="true">{ticks}</svg>
        </div>
    }
    .into_node()
}

fn mark(class: &'static str, path: &'static str, at: f64, words: String) -> Node {
    let (anchor, dx) = if at > 75.0 { ("end", "-14") } else { ("start", "14") };
    let at = pct(at);
    markup! {
        <g class=class>
            <line x1=at.clone() y1="18" x2=at.clone() y2="100%"/>
            <svg x=at.clone() y="2" width="16" height="16" viewBox="0 0 20 20" class="sym"><path d=path/></svg>
            <text x=at y="15" dx=dx text-anchor=anchor>{words}</text>
        </g>
    }
    .into_node()
}

fn one(here: &Here, view: &IncidentView, lane: &Lane, top: f64, cause: Option<&Cause>) -> Node {
    let name = say::incident::lane(here, &lane.service);
    let root = cause.is_some_and(|cause| cause.service == lane.service);
    let count = say::incident::counted(here, lane.count);
    let first = say::incident::at(here, lane.from, view.as_of);
    let label = format!("{name}, {}: {count}, {first}{}", here.t.findings, here.lang.pick("부터", " on"));
    markup! {
        <li class=root.then_some("root")>
            <b>{name}</b><span class="cnt">{count}</span>{bars(&lane.line.values, top, root, label)}
        </li>
    }
    .into_node()
}
