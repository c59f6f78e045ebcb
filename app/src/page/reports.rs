//! 보고서: a form that asks for one, and the list of those there are. Everything is a form or a link, so it works without
//! scripts; with them the list follows what is being made.

use bonghwa_analytics::ask::Format;
use bonghwa_analytics::format::{Lang, count, decimal, local, moment, short_date, weekday};
use bonghwa_analytics::region::Region;
use bonghwa_analytics::report::{
    LONGEST_REASON, ReportEntry, ReportFiles, ReportKind, ReportProgress, ReportState, ReportsView,
};
use bonghwa_analytics::time::{DAY, WEEK, week_start};

use crate::address::{OFFLINE, Page, ReportsQuery};
use crate::app::{Here, set_title};
use crate::dom::{IntoNode, Node, markup};
use crate::part::form::hidden;
use crate::part::table::{chapter, table};

/// The page of a view.
pub(crate) fn render(here: &Here, view: &ReportsView, query: &ReportsQuery) -> Node {
    let t = here.t;
    set_title(here, t.reports);
    if OFFLINE {
        return offline(here, view, query);
    }
    let busy = view.entries.iter().any(|entry| !entry.state.is_over());
    let reload = busy.then(|| markup! { <p class="nowasm"><a class="btn" href=here.address.href()>{t.reload}</a></p> });
    let list = if view.entries.is_empty() {
        markup! { <p>{t.no_reports}</p> }.into_node()
    } else {
        let rows: Vec<Vec<Node>> = view.entries.iter().map(|entry| row(here, view, entry)).collect();
        let heads = [t.report, t.period, t.asked_by, t.report_why, t.state];
        table(here, t.reports_made, heads.len(), &heads, rows)
    };
    markup! {
        <article class="document reports">
            <h1>{t.reports}</h1>
            <p class="small">{t.reports_lead}</p>
            {order(here, view, query)}
        </article>
        {chapter("list", t.reports_made, markup! { {reload}{list}<p class="subt">{kept(here, view)}</p> }.into_node())}
        {chapter("take", t.take_away, take(here, view))}
    }
    .into_node()
}

/// Without a server a report is made in the browser, and goes to the reader's own folder.
fn offline(here: &Here, view: &ReportsView, query: &ReportsQuery) -> Node {
    markup! {
        <article class="document reports">
            <h1>{here.t.reports}</h1>
            <p class="small">{here.t.reports_offline}</p>
            {order(here, view, query)}
        </article>
    }
    .into_node()
}

/// The form.
fn order(here: &Here, view: &ReportsView, query: &ReportsQuery) -> Node {
    let kinds: Vec<_> = ReportKind::ALL
        .into_iter()
        .filter(|kind| *kind != ReportKind::Incident || !query.incident.is_empty())
        .map(|kind| {
            let chosen = kind == query.kind;
            markup! {
                <label><input type="radio" name="kind" value=kind.name() checked=chosen.then_some("")/>{name(here, kind)}</label>
            }
        })
        .collect();
    let regions = regions(here);
    let formats: Vec<_> = Format::ALL
        .into_iter()
        .filter(|format| !OFFLINE || matches!(format, Format::Html | Format::Xlsx))
        .map(|format| {
            markup! { <label><input type="checkbox" name="format" value=format.name() checked=""/>{format.name().to_uppercase()}</label> }
        })
        .collect();
    let about = (!query.incident.is_empty()).then(|| {
        markup! { <p class="small">{here.t.report_incident}" "<code>{query.incident.clone()}</code></p> }
    });
    let unseen =
        [("lang", here.lang.tag().to_owned()), ("back", here.address.href()), ("incident", query.incident.clone())];
    let until = local(view.as_of);
    let reason = (!OFFLINE).then(|| {
        markup! { <label class="reason">{here.t.report_why}<input name="why" maxlength=LONGEST_REASON.to_string()/></label> }
    });
    markup! {
        <form class="order" method="post" action="/api/reports" data-report=OFFLINE>
            {hidden(unseen)}
            <fieldset><legend>{here.t.kind}</legend>{kinds}{about}</fieldset>
            <fieldset>
                <legend>{here.t.report_at}</legend>
                <input type="datetime-local" name="at" max=until aria-describedby="at-hint"/>
                <p class="hint" id="at-hint">{here.t.report_at_hint}</p>
            </fieldset>
            <fieldset class="many"><legend>{here.t.report_regions}</legend>{regions}</fieldset>
            <fieldset><legend>{here.t.report_files}</legend>{formats}</fieldset>
            {reason}
            <button class="btn main">{here.t.make_report}</button>
            {OFFLINE.then(|| markup! { <p role="status"></p> })}
        </form>
    }
    .into_node()
}

/// A box to tick for each region.
fn regions(here: &Here) -> Vec<Node> {
    let one = |region: &Region| {
        let name = here.region(&region.code).to_owned();
        let value = region.code.clone();
        markup! { <label><input type="checkbox" name="region" value=value/>{name}</label> }.into_node()
    };
    here.regions.iter().map(one).collect()
}

/// The form that gives a signed file, which opens without a server.
fn take(here: &Here, view: &ReportsView) -> Node {
    let t = here.t;
    let (from, to) = (local(view.as_of - WEEK), local(view.as_of));
    let file = |(value, name): (&'static str, &'static str)| {
        let first = (value == "bonghwa").then_some("");
        markup! { <label><input type="radio" name="format" value=value checked=first/>{name}</label> }.into_node()
    };
    let files: Vec<Node> =
        [("bonghwa", t.take_signed), ("csv", t.take_csv), ("parquet", t.take_parquet)].into_iter().map(file).collect();
    markup! {
        <p class="subt">{t.take_lead}" "<a href="/offline/index.html" rel="external">{t.open_files}</a></p>
        <form class="order" method="post" action="/api/export">
            <fieldset>
                <legend>{t.period}</legend>
                <label>{t.from}<input type="datetime-local" name="from" required value=from/></label>
                <label>{t.to}<input type="datetime-local" name="to" required value=to/></label>
            </fieldset>
            <fieldset class="many"><legend>{t.report_regions}</legend>{regions(here)}</fieldset>
            <fieldset><legend>{t.report_files}</legend>{files}</fieldset>
            <label><input type="checkbox" name="registers" value="1"/>{t.take_registers}</label>
            <input type="hidden" name="lang" value=here.lang.tag()/>
            <label class="reason">{t.take_why}<input name="reason" required maxlength="500"/></label>
            <label class="reason">{t.take_by}<input name="by" autocomplete="name" maxlength="100"/></label>
            <button class="btn">{t.take_file}</button>
        </form>
    }
    .into_node()
}

/// A report in the list.
fn row(here: &Here, view: &ReportsView, entry: &ReportEntry) -> Vec<Node> {
    let query = &entry.order.query;
    let what = match query.kind {
        ReportKind::Incident => format!("{} {}", name(here, query.kind), query.incident),
        kind => name(here, kind).to_owned(),
    };
    let places = match query.regions.as_slice() {
        [] => here.t.nation.to_owned(),
        some => crate::say::incident::places(here, some),
    };
    let asked = markup! { {who(here, &entry.who)}<br/>{moment(entry.when, here.lang)} };
    vec![
        markup! { <b>{what}</b><br/>{places} }.into_node(),
        period(here, entry).into_node(),
        asked.into_node(),
        entry.order.why.clone().into_node(),
        state(here, view, entry),
    ]
}

/// What became of it: how far it is with a way to stop it, or its files.
fn state(here: &Here, view: &ReportsView, entry: &ReportEntry) -> Node {
    let path = format!("/api/reports/{}", entry.id);
    let act = |name: &'static str| {
        markup! {
            <form class="act1" method="post" action=format!("{path}/cancel")>
                {hidden([("back", here.address.href())])}
                <button class="btn">{name}</button>
            </form>
        }
    };
    match &entry.state {
        ReportState::Waiting => {
            // The newest stand first, so those behind it in the list were asked for before.
            let earlier = view.entries.iter().skip_while(|other| other.id != entry.id).skip(1);
            let text = match (earlier.filter(|other| !other.state.is_over()).count(), here.lang) {
                (0, _) => here.t.next_in_turn.to_owned(),
                (n, Lang::Ko) => format!("앞선 {n}건 뒤에 만듭니다"),
                (1, Lang::En) => "after one other".to_owned(),
                (n, Lang::En) => format!("after {n} others"),
            };
            markup! { <p>{text}</p>{act(here.t.cancel)} }.into_node()
        }
        ReportState::Running(ReportProgress { step, done, of }) => {
            let text = format!("{} ({}/{of})", doing(here, step), done + 1);
            markup! { <p role="status">{text}</p><progress value=done.to_string() max=of.to_string() aria-label=here.t.state></progress>{act(here.t.cancel)} }
                .into_node()
        }
        ReportState::Done(ReportFiles { files, took, .. }) => {
            let links: Vec<_> = files
                .iter()
                .map(|(format, bytes)| {
                    let name =
                        format!("{} ({} KB)", format.name().to_uppercase(), count((*bytes as f64 / 1024.0).max(1.0)));
                    markup! { <li><a rel="external" href=format!("{path}/file.{}", format.name())>{name}</a></li> }
                })
                .collect();
            let seconds = decimal(*took as f64 / 1000.0, 1);
            let took = match here.lang {
                Lang::Ko => format!("{seconds}초 걸림"),
                Lang::En => format!("took {seconds} s"),
            };
            markup! { <ul class="files">{links}</ul><p class="small">{took}</p>{act(here.t.delete)} }.into_node()
        }
        ReportState::Failed(why) => {
            markup! { <p class="lateline">{here.t.report_failed}</p><p class="small">{why.clone()}</p>{act(here.t.delete)} }
                .into_node()
        }
        ReportState::Cancelled => markup! { <p>{here.t.cancelled}</p>{act(here.t.delete)} }.into_node(),
    }
}

fn name(here: &Here, kind: ReportKind) -> &'static str {
    match kind {
        ReportKind::Day => here.t.report_day,
        ReportKind::Week => here.t.report_week,
        ReportKind::Month => here.t.report_month,
        ReportKind::Incident => here.t.report_incident,
    }
}

/// The days that it is about.
fn period(here: &Here, entry: &ReportEntry) -> String {
    let query = &entry.order.query;
    let at = query.at.unwrap_or(entry.when);
    if query.kind == ReportKind::Incident {
        return String::new();
    }
    let (from, to) = query.kind.period(at);
    let (first, last) = (short_date(from, here.lang), short_date(to.max(from + 1) - 1, here.lang));
    if first == last { first } else { format!("{first}–{last}") }
}

fn who(here: &Here, who: &str) -> String {
    match who {
        "local" => here.t.this_computer.to_owned(),
        "schedule" => here.t.scheduled.to_owned(),
        key => format!("{} {key}", here.t.key),
    }
}

/// What is being made, in words.
fn doing(here: &Here, step: &str) -> String {
    let (ko, en) = match step {
        "measures" => ("지표를 셉니다", "counting measures"),
        "incidents" => ("사건과 원인을 찾습니다", "looking for incidents and causes"),
        "ranking" => ("지역을 견줍니다", "comparing regions"),
        "capacity" => ("용량을 내다봅니다", "looking ahead"),
        "courses" => ("추이를 그립니다", "drawing courses"),
        "sessions" => ("접속을 살핍니다", "looking at sessions"),
        "quality" => ("자료의 품질을 봅니다", "looking at data quality"),
        file => {
            let file = file.to_uppercase();
            return match here.lang {
                Lang::Ko => format!("{file} 파일을 만듭니다"),
                Lang::En => format!("writing {file}"),
            };
        }
    };
    here.lang.pick(ko, en).to_owned()
}

/// How long they stay, and when they come by themselves.
fn kept(here: &Here, view: &ReportsView) -> String {
    let n = view.kept;
    let weekly = time_of_week(&view.weekly, here.lang);
    match here.lang {
        Lang::Ko if weekly.is_empty() => format!("최근 {n}건을 보관합니다."),
        Lang::Ko => format!("최근 {n}건을 보관합니다. 지난주 보고서를 매주 {weekly}에 만듭니다."),
        Lang::En if weekly.is_empty() => format!("The last {n} are kept."),
        Lang::En => format!("The last {n} are kept. That of the week before is made every {weekly}."),
    }
}

/// `월요일 08:00` of `mon 08:00`; what is no time of a week stays as it is.
fn time_of_week(text: &str, lang: Lang) -> String {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let parts = text.split_once(' ').and_then(|(day, time)| Some((DAYS.iter().position(|name| *name == day)?, time)));
    parts.map_or_else(
        || text.to_owned(),
        |(day, time)| format!("{} {time}", weekday(week_start(0) + day as i64 * DAY, lang)),
    )
}

/// The way to a report, from an answer or an incident.
pub(crate) fn link(here: &Here, kind: ReportKind, incident: &str) -> String {
    here.link(Page::Reports(ReportsQuery { kind, incident: incident.to_owned() }))
}
