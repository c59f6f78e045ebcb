//! The left side: which regions, which period.

use std::sync::Arc;

use bonghwa_analytics::format::{Lang, clock, headline, local as local_time, moment, same_day};
use bonghwa_analytics::view::{CombineView, Measure, Unit};

use super::Local;
use crate::address::{CombineQuery, Page, Window};
use crate::app::Here;
use crate::chart::geometry::{Scale, line_path, pct, tick_labels, time_marks};
use crate::chart::{Chart, Role, Stroke, plot_id, take, values};
use crate::data::CombineData;
use crate::dom::{IntoNode, Node, markup};
use crate::order::order;
use crate::page::now::place_of;
use crate::part::facts::identity_unit;
use crate::part::icon::{self, icon};
use crate::say;

pub(super) fn choose(
    here: &Here,
    data: &CombineData,
    query: &CombineQuery,
    chosen: &[String],
    view: Option<&CombineView>,
    local: Option<&Local>,
) -> Node {
    let t = here.t;
    let users = |code: &str| {
        let tile = local.and_then(|l| l.tiles.iter().find(|(c, _)| c == code)).map(|(_, users)| *users);
        tile.or_else(|| view?.parts.iter().find(|p| p.region == code).map(|p| p.users.value))
    };
    let mut regions: Vec<_> = data.regions.iter().collect();
    order(&mut regions, |a, b| (a.row, a.column) < (b.row, b.column));
    let last = regions.iter().map(|r| r.row).max().unwrap_or(1);
    let tiles: Vec<_> = regions
        .into_iter()
        .map(|region| {
            let late = data.late.iter().find(|(code, _)| *code == region.code).map(|(_, since)| *since);
            let ticked = chosen.contains(&region.code);
            markup! { <li class=place_of(region)>{tile(here, data, region, ticked, users(&region.code), late)}</li> }
        })
        .collect();
    let hidden: Vec<_> = here
        .address
        .pairs()
        .into_iter()
        .filter(|(key, _)| !matches!(*key, "r" | "w" | "from" | "to"))
        .map(|(key, value)| markup! { <input type="hidden" name=key value=value/> })
        .collect();
    markup! {
        <section class="choose" aria-labelledby="c1">
            {hidden}
            // An empty choice is a choice: this tells it from an address without any.
            <input type="hidden" name="r" value=""/>
            <h2 id="c1">{t.choose_regions}" "<span>{say::combine::chosen_of(here, chosen.len(), data.regions.len())}</span></h2>
            {sets(here, data, query)}
            <fieldset>
                <legend class="vh">{t.region}</legend>
                <ul class="tiles picks17">
                    {tiles}
                    <li class=format!("hint r{}", last.clamp(1, 12))>{t.hint_tiles}</li>
                </ul>
            </fieldset>
            <h2 id="c2">{t.choose_period}</h2>
            {windows(here, query)}
            {view.map(|view| brush(here, data, view))}
            {fields(here, data, query)}
            <p class="nowasm"><button class="btn main">{t.do_combine}</button></p>
        </section>
    }
    .into_node()
}

fn tile(
    here: &Here,
    data: &CombineData,
    region: &bonghwa_analytics::region::Region,
    ticked: bool,
    users: Option<f64>,
    late: Option<i64>,
) -> Node {
    let name = here.lang.pick(&region.ko, &region.en).to_owned();
    let number = users.map(|users| {
        let text = headline(users, here.lang);
        let cut = text.find(|c: char| !(c.is_ascii_digit() || ".,".contains(c))).unwrap_or(text.len());
        let (digits, unit) = text.split_at(cut);
        markup! { <span class="num">{digits.to_owned()}<i>{unit.to_owned()}</i></span> }
    });
    let until = late.map(|since| {
        let text = match (since, here.lang) {
            (0, _) => here.t.never.to_owned(),
            (since, lang) => {
                let time = if same_day(since, data.as_of) { clock(since) } else { moment(since, lang) };
                if lang == Lang::Ko { format!("{time}까지") } else { format!("to {time}") }
            }
        };
        markup! { <span class="til">{text}</span> }
    });
    markup! {
        <label class=if late.is_some() { "tile pick late" } else { "tile pick" }>
            <input type="checkbox" name="r" value=region.code.clone() checked=ticked prop:checked=ticked/>
            <b>{name}</b>
            <span class="box">{icon(icon::CHECK)}</span>
            {until}
            {number}
        </label>
    }
    .into_node()
}

/// Groups of regions that exist, all, and none; links, so that they work without scripts.
fn sets(here: &Here, data: &CombineData, query: &CombineQuery) -> Node {
    let t = here.t;
    let groups = [("capital", t.capital), ("chungcheong", t.chungcheong), ("honam", t.honam), ("yeongnam", t.yeongnam)];
    let of = |group: &str| data.regions.iter().filter(|r| r.group == group).map(|r| r.code.clone()).collect::<Vec<_>>();
    let mut sets: Vec<(&str, Vec<String>)> = groups.into_iter().map(|(group, name)| (name, of(group))).collect();
    sets.retain(|(_, codes)| !codes.is_empty());
    sets.push((t.nation, data.regions.iter().map(|r| r.code.clone()).collect()));
    sets.push((t.clear, Vec::new()));
    let links: Vec<_> = sets
        .into_iter()
        .map(|(name, regions)| {
            let to = here.link(Page::Combine(CombineQuery { regions, chosen: true, ..query.clone() }));
            markup! { <li><a href=to data-noscroll="">{name}</a></li> }
        })
        .collect();
    markup! { <ul class="sets" aria-label=t.sets>{links}</ul> }.into_node()
}

fn windows(here: &Here, query: &CombineQuery) -> Node {
    let t = here.t;
    let names = [t.w_5m, t.w_1h, t.w_24h, t.w_today, t.w_yesterday, t.w_week, t.w_7d];
    let fixed = matches!(query.window, Window::Fixed(..));
    let mut windows: Vec<_> = Window::NAMED
        .into_iter()
        .zip(names)
        .map(|((window, value), name)| radio(value, name, query.window == window))
        .collect();
    windows.push(radio("fixed", t.w_fixed, fixed));
    markup! { <fieldset class="window"><legend class="vh">{t.period}</legend>{windows}</fieldset> }.into_node()
}

fn radio(value: &'static str, name: &'static str, chosen: bool) -> Node {
    markup! { <label><input type="radio" name="w" value=value checked=chosen prop:checked=chosen/>{name}</label> }
        .into_node()
}

fn fields(here: &Here, data: &CombineData, query: &CombineQuery) -> Node {
    let (from, to) = query.window.resolve(data.as_of);
    let (from, to) = (local_time(from), local_time(to));
    markup! {
        <div class="fromto">
            <label>{here.t.from}<input type="datetime-local" name="from" value=from.clone() prop:value=from/></label>
            <label>{here.t.to}<input type="datetime-local" name="to" value=to.clone() prop:value=to/></label>
        </div>
    }
    .into_node()
}

/// The day of the period (or the period, if it is longer), with the chosen part marked.
fn brush(here: &Here, data: &CombineData, view: &CombineView) -> Node {
    let line = &view.line.values;
    let slots = line.len();
    let present = line.iter().flatten().count();
    if present < 2 {
        return Node::Empty;
    }
    let max = line.iter().flatten().copied().fold(0.0, f64::max);
    let scale = Scale::to(max, 2.0);
    let unit = identity_unit(view.mode);
    let end = view.line_start + slots as i64 * view.line_step;
    let length = (end - view.line_start).max(1) as f64;
    let at = |instant: i64| (instant - view.line_start) as f64 / length * 100.0;
    let (left, right) = (at(view.from).clamp(0.0, 100.0), at(view.to).clamp(0.0, 100.0));
    let marks: Vec<_> = time_marks(view.line_start, end, here.lang)
        .into_iter()
        .map(|(at, label, minor)| {
            let anchor = if at < 2.0 { "start" } else if at > 98.0 { "end" } else { "middle" };
            markup! { <text class=if minor { "xt mid" } else { "xt" } x=pct(at) y="100%" dy="19" text-anchor=anchor>{label}</text> }
        })
        .collect();
    let labels = tick_labels(&scale, unit, here.lang);
    let ticks: Vec<_> = scale
        .ticks
        .iter()
        .zip(labels)
        .skip(1)
        .map(|(tick, label)| markup! { <text class="yt" x="10" y=pct(scale.y(*tick)) dy="-4">{label}</text> })
        .collect();
    let (of, what) = match here.lang {
        Lang::Ko if unit == Unit::Users => ("고른 지역의", "접속자, 한 번만 셈"),
        Lang::Ko => ("고른 지역의", "접속, 한 번만 셈"),
        Lang::En if unit == Unit::Users => ("Chosen regions:", "users, each counted once"),
        Lang::En => ("Chosen regions:", "each counted once"),
    };
    let name = format!("{of} {what}");
    let chart = Arc::new(Chart {
        id: 90,
        label: name.clone(),
        measure: Measure::Users,
        unit,
        start: view.line_start,
        step: view.line_step.max(1),
        slots,
        strokes: vec![Stroke { role: Role::Now, name: here.t.counted_once.to_owned(), values: values(&view.line) }],
        low: Vec::new(),
        high: Vec::new(),
        fan: None,
        now: None,
        labels: false,
    });
    let chosen: Vec<&str> = view.parts.iter().map(|part| here.region(&part.region)).collect();
    let chosen = if chosen.len() == data.regions.len() { here.t.nation.to_owned() } else { chosen.join("·") };
    markup! {
        <figure class="brush">
            <figcaption class="small">{name.clone()}</figcaption>
            <div id=plot_id(&chart) class="plot low" role="img" aria-label=name>
                <svg viewBox="0 0 1440 100" preserveAspectRatio="none" aria-hidden="true">
                    <rect class="sel" x=pct(left) y="0" width=pct(right - left) height="100"/>
                    <path class="arealine" d=line_path(line, slots, &scale)/>
                    <path class="zero" d="M0 100H1440"/>
                </svg>
                <svg class="over" aria-hidden="true">
                    {ticks}
                    {marks}
                    <line class="grip" x1=pct(left) y1="-4" x2=pct(left) y2="100%"/>
                    <line class="grip" x1=pct(right) y1="-4" x2=pct(right) y2="100%"/>
                </svg>
            </div>
            {take(here, &chart, &say::picture::title(&chosen, what, here.lang))}
        </figure>
    }
    .into_node()
}
