//! 판정 근거: why a measure was, or was not, flagged at an instant, and where its change comes from.

use std::sync::Arc;

use bonghwa_analytics::contribution::Quantity;
use bonghwa_analytics::detect::{FAR, OPEN, Watch};
use bonghwa_analytics::format::{MISSING, count, decimal, exact, local, percent, span};
use bonghwa_analytics::view::{Level, Measure, PartRow, SubjectKind, WhyQuery, WhyReading, WhyView};

use crate::address::{Page, WHY_MEASURES};
use crate::app::{Here, set_title};
use crate::chart::{self, Chart, Role, Stroke, values};
use crate::dom::{IntoNode, Node, markup};
use crate::page::Hands;
use crate::part::facts::measure_name;
use crate::part::form::{group, hidden, submit};
use crate::part::table::{chapter, table};
use crate::part::{head, state};
use crate::say;

/// The page of a view.
pub(crate) fn render(here: &Here, view: &WhyView, query: &WhyQuery, hands: Hands) -> Node {
    let t = here.t;
    set_title(here, t.why_page);
    let flagged = view.reading.as_ref().is_some_and(|reading| reading.flagged);
    markup! {
        <section class=if flagged { "status region is-out" } else { "status region" } aria-labelledby="verdict">
            <div class="say">
                {head::beacons(here, if flagged { Level::Sign } else { Level::Normal })}
                <h1 id="verdict">{say::why::headline(here, view)}</h1>
                <p class="lead">{say::why::lead(here, view)}</p>
            </div>
            {head::as_of(here, view.as_of, None, &[], hands.live)}
        </section>
        {choose(here, view, query)}
        {chapter("course", t.around, chart(here, view, hands))}
        {chapter("judged", t.judged_by, judged(here, view))}
        {chapter("parts", t.where_from, parts(here, view))}
    }
    .into_node()
}

/// The page of a region that does not exist.
pub(crate) fn unknown(here: &Here) -> Node {
    crate::page::not_found();
    let t = here.t;
    set_title(here, t.no_region);
    let home = markup! { <p class="go"><a class="btn" href=here.address.now_page().href()>{t.home}</a></p> };
    state::notice(t.no_region, t.no_region_lead, home.into_node())
}

/// Measures of a kind of series.
fn measures(subject: SubjectKind) -> Vec<Measure> {
    let fits = |measure: &Measure| match measure {
        Measure::Users => subject == SubjectKind::Entry,
        Measure::Cpu | Measure::Memory | Measure::Heap => subject == SubjectKind::Service,
        Measure::Requests => subject != SubjectKind::Call,
        _ => true,
    };
    WHY_MEASURES.into_iter().map(|(measure, _)| measure).filter(fits).collect()
}

fn choose(here: &Here, view: &WhyView, query: &WhyQuery) -> Node {
    let t = here.t;
    let link = |changed: WhyQuery, name: &str, current: bool| {
        let href = here.link(Page::Why(changed));
        markup! { <a href=href data-noscroll="" aria-current=current.then_some("true")>{name.to_owned()}</a> }
            .into_node()
    };
    // A measure that the new choice does not have gives way to the first.
    let of = |service: &str, route: &str, caller: &str| {
        let subject = match (service, route, caller) {
            ("", ..) => SubjectKind::Entry,
            (_, "", "") => SubjectKind::Service,
            (_, "", _) => SubjectKind::Call,
            _ => SubjectKind::Route,
        };
        let measure = if measures(subject).contains(&query.measure) { query.measure } else { WHY_MEASURES[0].0 };
        let (service, route, caller) = (service.to_owned(), route.to_owned(), caller.to_owned());
        WhyQuery { service, route, caller, measure, ..query.clone() }
    };
    let measures = measures(view.subject).into_iter().map(|measure| {
        let changed = WhyQuery { measure, ..query.clone() };
        link(changed, measure_name(here, measure, view.unit), query.measure == measure)
    });
    let mut services = vec![link(of("", "", ""), t.entry, query.service.is_empty())];
    services.extend(view.services.iter().map(|name| link(of(name, "", ""), name, query.service == *name)));
    let within = (!query.service.is_empty()).then(|| {
        let service = query.service.as_str();
        let mut links = vec![link(of(service, "", ""), t.all_of_it, query.route.is_empty() && query.caller.is_empty())];
        links.extend(view.routes.iter().map(|route| link(of(service, route, ""), route, query.route == *route)));
        let called = query.route.is_empty();
        links.extend(view.callers.iter().map(|caller| {
            link(of(service, "", caller), &format!("{caller} → {service}"), called && query.caller == *caller)
        }));
        group(t.route, links)
    });
    let regions = here.regions.iter().map(|region| {
        let name = here.lang.pick(&region.ko, &region.en).to_owned();
        link(WhyQuery { region: region.code.clone(), ..query.clone() }, &name, query.region == region.code)
    });
    let pairs = here.address.pairs().into_iter().filter(|(key, _)| *key != "at");
    markup! {
        <section class="choices" aria-label=t.measure>
            {group(t.measure, measures.collect())}
            <form class="choice fromto" action=here.address.path() on:submit=submit>
                {hidden(pairs)}
                <label>{t.time}<input type="datetime-local" name="at" required value=local(view.at)/></label>
                <button class="btn">{t.apply_at}</button>
            </form>
            {group(t.service, services)}
            {within}
            {group(t.region, regions.collect())}
        </section>
    }
    .into_node()
}

fn chart(here: &Here, view: &WhyView, hands: Hands) -> Node {
    let data = &view.chart;
    let name = measure_name(here, data.measure, data.unit);
    let flagged = view.reading.as_ref().is_some_and(|reading| reading.flagged);
    let role = if flagged { Role::Out } else { Role::Now };
    let chart = Arc::new(Chart {
        id: 0,
        label: format!("{}, {name}", say::why::place(here, view)),
        measure: data.measure,
        unit: data.unit,
        start: data.start,
        step: data.step,
        slots: data.line.values.len().max(1),
        strokes: vec![Stroke { role, name: name.to_owned(), values: values(&data.line) }],
        low: values(&data.low),
        high: values(&data.high),
        fan: None,
        now: None,
        labels: false,
    });
    if chart.is_empty() {
        return markup! { <p class="small">{here.t.none_in_period}</p> }.into_node();
    }
    let length = (chart.end() - chart.start).max(1) as f64;
    let percent = |instant: i64| ((instant - chart.start) as f64 / length * 100.0).clamp(0.0, 100.0);
    let shade = (percent(view.at), percent(view.at + data.step), flagged);
    markup! {
        <figure class="period">
            {chart::figure(here, &chart, &chart.label, &[shade], hands.cursor)}
        </figure>
    }
    .into_node()
}

/// What was seen, what was expected, and the rules.
fn judged(here: &Here, view: &WhyView) -> Node {
    let (t, lang) = (here.t, here.lang);
    let show = |value: f64| exact(value, view.unit, lang);
    let mut rows: Vec<[String; 2]> = Vec::new();
    if let Some(WhyReading { start, width, value, requests, band, score, method, .. }) = &view.reading {
        rows.push([t.value.into(), format!("{}, {}", show(*value), say::why::step(here, view, *start, *width))]);
        if let Some(requests) = requests {
            rows.push([t.requests.into(), count(*requests)]);
        }
        if let Some((low, middle, high)) = band {
            rows.push([
                t.usual_range.into(),
                format!("{}–{}, {} {}", show(*low), show(*high), t.middle, show(*middle)),
            ]);
            rows.push([t.out_by.into(), format!("{}, {}", decimal(*score, 2), t.score_note)]);
        }
        rows.push([t.how_band.into(), say::incident::method(here, *method).into()]);
    }
    rows.push([t.learned_from.into(), say::why::learned(here, view)]);
    let spell = |seconds| span(seconds, lang);
    let (twice, open, far) = (spell(Watch::TWICE), decimal(OPEN, 1), decimal(FAR, 1));
    let (sustain, hold) = (spell(Watch::SUSTAIN), spell(Watch::HOLD));
    let rules = match lang {
        bonghwa_analytics::format::Lang::Ko => [
            format!("벗어난 정도가 {far} 이상이면 한 번이라도 알립니다."),
            format!("{twice} 안에 {open} 이상이 두 번이면 알립니다."),
            format!("{sustain} 넘게 계속 범위 밖이면 알립니다."),
            format!("{hold} 동안 그런 까닭이 없으면 끝난 것으로 봅니다."),
        ],
        bonghwa_analytics::format::Lang::En => [
            format!("At {far} widths out, one step is flagged."),
            format!("At {open} widths out, two steps within {twice} are flagged."),
            format!("Out of range without a break for {sustain} is flagged."),
            format!("After {hold} without any of these it is over."),
        ],
    };
    let rows: Vec<_> =
        rows.into_iter().map(|[name, text]| markup! { <div><dt>{name}</dt><dd>{text}</dd></div> }).collect();
    let rules: Vec<_> = rules.into_iter().map(|rule| markup! { <li>{rule}</li> }).collect();
    markup! { <dl class="terms">{rows}</dl><h3>{t.rules}</h3><ul class="rules">{rules}</ul> }.into_node()
}

fn parts(here: &Here, view: &WhyView) -> Node {
    let t = here.t;
    let Some(quantity) = view.quantity else {
        return markup! { <p class="small">{t.no_parts}</p> }.into_node();
    };
    let head = [t.where_, t.kind, t.hour_before, t.then, t.change, t.share_of_change];
    let rows: Vec<Vec<Node>> = view.parts.iter().map(|part| row(here, part, quantity)).collect();
    markup! {
        <p class="small">{say::why::parts(here, view, quantity)}</p>
        {table(here, t.where_from, 2, &head, rows)}
    }
    .into_node()
}

fn row(here: &Here, part: &PartRow, quantity: Quantity) -> Vec<Node> {
    let show = |value: f64| say::why::amount(here, value, quantity);
    let change = part.during - part.before;
    let signed = format!("{}{}", if change >= 0.0 { "+" } else { "−" }, show(change.abs()));
    let share = if part.share.is_finite() { format!("{}\u{a0}%", percent(part.share)) } else { MISSING.to_owned() };
    vec![
        say::why::part(part).into_node(),
        say::why::kind(here, part.part).into_node(),
        show(part.before).into_node(),
        show(part.during).into_node(),
        signed.into_node(),
        share.into_node(),
    ]
}
