//! Sentences of 지금.

use bonghwa_analytics::format::{Lang, clock, moment, same_day, span, weekday};
use bonghwa_analytics::identity::IdentityMode;
use bonghwa_analytics::time::civil;
use bonghwa_analytics::view::{Card, DayChart, Event, EventKind, Measure, NowView, RegionRow, Standing, Unit, Verdict};

use super::verdict;
use crate::app::Here;
use crate::part::facts::{Piece, identity_unit, measure_name};
use crate::particle::{Particle, particle, with};

/// The paragraph under the headline.
pub(crate) fn lead(here: &Here, view: &NowView) -> Vec<Piece> {
    let mut out = Vec::new();
    let users = view.cards.first().and_then(|card| card.now.as_ref());
    match &view.verdict {
        Verdict::NoData => {
            let text = here.lang.pick(
                "계측 자료(OTLP)를 보내거나 접속 기록을 가져오면 몇 초 안에 이 화면이 채워집니다.",
                "Send telemetry (OTLP) or import an access log, and this page fills within seconds.",
            );
            return vec![Piece::Text(text.to_owned())];
        }
        Verdict::Silent { .. } => {
            let text = here.lang.pick(
                "보내는 쪽과 통신망을 확인해 주십시오. 아래는 마지막으로 받은 자료입니다.",
                "Please check the senders and the network. Below is the last that was received.",
            );
            return vec![Piece::Text(text.to_owned())];
        }
        unusual => out.extend(verdict::since(here, unusual, view.as_of).unwrap_or_default()),
    }
    if let Some(users) = users {
        out.extend(verdict::connected(here, users, None));
    }
    let card = view.cards.first();
    if let (Some(now), Some(before)) = (users, card.and_then(|c| c.yesterday.as_ref())) {
        out.extend(verdict::against(here, now, before, card.is_some_and(|c| c.standing == Standing::Usual)));
    }
    if view.verdict == Verdict::TooLittleHistory {
        let text = here.lang.pick(
            "같은 시각의 지난 자료가 더 쌓이면 평소 범위를 함께 보여 드립니다.",
            "Once there are more days of history, the usual range is shown as well.",
        );
        out.push(Piece::Text(text.to_owned()));
    }
    let rest = view.cards.get(2..4).is_some_and(|cards| cards.iter().all(|c| c.standing == Standing::Usual));
    if view.verdict == Verdict::Usual && rest {
        let text = here
            .lang
            .pick("오류와 응답시간도 평소 범위 안입니다. ", "Errors and response times are within theirs too. ");
        out.push(Piece::Text(text.to_owned()));
    }
    out.extend(settled(here, view));
    out
}

/// The last spell of today that is over.
fn settled(here: &Here, view: &NowView) -> Vec<Piece> {
    let over = view.events.iter().rev().find(|e| e.kind == EventKind::Spell && e.to.is_some());
    let Some((event, to)) = over.and_then(|e| e.to.map(|to| (e, to))) else { return Vec::new() };
    let place =
        if event.region.is_empty() { here.lang.pick("전국", "the nation") } else { here.region(&event.region) };
    let name = event.measure.map_or("", |m| measure_name(here, m, Unit::Users));
    let time = Piece::Fact("log".to_owned(), clock(to));
    let template = match here.lang {
        Lang::Ko => {
            let part = match civil(event.from).hour {
                0..6 => "새벽",
                6..12 => "오전",
                12..18 => "오후",
                _ => "저녁",
            };
            format!("{part}에 평소를 벗어났던 {place} {} {{}}에 제자리로 돌아왔습니다.", with(name, Particle::Topic))
        }
        Lang::En => format!("{name} in {place}, unusual from {}, returned to its range at {{}}.", clock(event.from)),
    };
    crate::part::facts::fill(&template, vec![time])
}

/// Heading of a card: users are named by what is counted.
pub(crate) fn card_name(here: &Here, card: &Card, mode: IdentityMode) -> &'static str {
    measure_name(here, card.measure, identity_unit(mode))
}

/// The note under a figure.
pub(crate) fn card_note(here: &Here, card: &Card, view: &NowView) -> String {
    let window = window(here, view.window);
    let t = here.t;
    match (card.measure, here.lang) {
        (Measure::Users, lang) => {
            let by = match view.mode {
                IdentityMode::UserCookie => t.by_user_cookie,
                IdentityMode::SessionCookie => t.by_session,
                IdentityMode::Ip => t.by_address,
            };
            format!("{by}, {}", lang.pick(&window, &window))
        }
        (Measure::Requests, Lang::Ko) => format!("{window} {}", t.sub_requests),
        (Measure::Requests, Lang::En) => format!("{window}, {}", t.sub_requests),
        (Measure::ErrorRate, _) => t.sub_errors.to_owned(),
        _ => t.sub_p95.to_owned(),
    }
}

/// `최근 5분`.
pub(crate) fn window(here: &Here, seconds: i64) -> String {
    match here.lang {
        Lang::Ko => format!("최근 {}", span(seconds, here.lang)),
        Lang::En => format!("last {}", span(seconds, here.lang)),
    }
}

/// `지난주 목요일`.
pub(crate) fn last_weekday(here: &Here, as_of: i64) -> String {
    match here.lang {
        Lang::Ko => format!("지난주 {}", weekday(as_of, here.lang)),
        Lang::En => format!("Last {}", weekday(as_of, here.lang)),
    }
}

/// Where a figure stands, as words.
pub(crate) fn standing(here: &Here, measure: Measure, standing: Standing) -> &'static str {
    let t = here.t;
    let time = matches!(measure, Measure::LatencyP50 | Measure::LatencyP95 | Measure::LatencyP99);
    match standing {
        Standing::Usual => t.in_range,
        Standing::Above if time => t.longer,
        Standing::Above => t.above,
        Standing::Below if time => t.shorter,
        Standing::Below => t.below,
        Standing::Unknown => t.range_unknown,
    }
}

/// Name of the map's measure on its tab.
pub(crate) fn map_name(here: &Here, measure: Measure) -> &'static str {
    let t = here.t;
    match measure {
        Measure::Users => t.users_short,
        Measure::PerCapita => t.per_capita,
        Measure::LatencyP95 => t.response,
        _ => t.load,
    }
}

/// The finding over the map.
pub(crate) fn map_finding(here: &Here, view: &NowView) -> String {
    let out: Vec<&RegionRow> =
        view.rows.iter().filter(|r| matches!(r.standing, Standing::Above | Standing::Below)).collect();
    let Some(first) = view.rows.iter().find(|r| r.rank == Some(1)) else {
        return here.lang.pick("받은 지역이 없습니다", "No region was received").to_owned();
    };
    let name = map_name(here, view.map_measure);
    let most = here.region(&first.code);
    let usual = first.standing == Standing::Usual;
    match (here.lang, out.as_slice()) {
        (Lang::Ko, [one]) => {
            format!("{}의 {} 평소 범위를 벗어났습니다", here.region(&one.code), with(name, Particle::Subject))
        }
        (Lang::Ko, [one, ..]) => {
            format!(
                "{} 등 {}개 지역의 {} 평소 범위를 벗어났습니다",
                here.region(&one.code),
                out.len(),
                with(name, Particle::Subject)
            )
        }
        (Lang::En, [one]) => format!("{} of {} is out of its usual range", name, here.region(&one.code)),
        (Lang::En, [_, ..]) => format!("{} of {} regions is out of its usual range", name, out.len()),
        (Lang::Ko, []) => {
            let tail = if usual { "지만 평소 범위 안입니다" } else { "니다" };
            let subject = with(most, Particle::Subject);
            match (view.map_measure, usual) {
                (Measure::Users, true) => format!("접속자는 {subject} 가장 많고 평소 범위 안입니다"),
                (Measure::Users, false) => format!("접속자는 {subject} 가장 많습니다"),
                (Measure::PerCapita, _) => format!("인구에 견주면 {subject} 가장 많이 접속해 있습니다"),
                (Measure::LatencyP95, true) => format!("{subject} 가장 느리{tail}"),
                (Measure::LatencyP95, false) => format!("{subject} 가장 느립니다"),
                (_, true) => format!("{subject} 가장 바쁘{tail}"),
                (_, false) => format!("{subject} 가장 바쁩니다"),
            }
        }
        (Lang::En, []) => {
            let what = match view.map_measure {
                Measure::Users => "has the most users",
                Measure::PerCapita => "has the most users for its population",
                Measure::LatencyP95 => "is slowest",
                _ => "is busiest",
            };
            let tail = if usual { ", within its usual range" } else { "" };
            format!("{most} {what}{tail}")
        }
    }
}

/// The line below: measure, window.
pub(crate) fn map_scope(here: &Here, view: &NowView) -> String {
    let window = window(here, view.window);
    let t = here.t;
    match (view.map_measure, here.lang) {
        (Measure::Load, Lang::Ko) => format!("{}, {window} 평균", t.sub_load),
        (Measure::Load, Lang::En) => format!("{}, mean of the {window}", t.sub_load),
        (Measure::PerCapita, Lang::Ko) => format!("인구 1만 명당 접속자, {window}"),
        (Measure::PerCapita, Lang::En) => format!("Users for every 10,000 inhabitants, {window}"),
        (measure, _) => format!("{}, {window}", measure_name(here, measure, identity_unit(view.mode))),
    }
}

/// The finding over the timeline.
pub(crate) fn line_finding(here: &Here, card: &Card, mode: IdentityMode) -> String {
    let name = match (card.measure, here.lang, mode) {
        (Measure::Users, Lang::Ko, IdentityMode::UserCookie) => "접속자",
        _ => card_name(here, card, mode),
    };
    let topic = with(name, Particle::Topic);
    let ko = here.lang == Lang::Ko;
    match outside(&card.day) {
        _ if card.day.high.values.iter().all(Option::is_none) => {
            if ko {
                format!("{topic} 아직 평소 범위를 알 수 없습니다")
            } else {
                format!("{name}: the usual range is not known yet")
            }
        }
        Outside::Never if ko => format!("{topic} 0시부터 줄곧 평소 범위 안입니다"),
        Outside::Never => format!("{name} stayed in the usual range since midnight"),
        Outside::Since(at) if ko => format!("{topic} {}부터 평소 범위를 벗어났습니다", clock(at)),
        Outside::Since(at) => format!("{name} left the usual range at {}", clock(at)),
        Outside::Once if ko => format!("{topic} 한때 평소 범위를 벗어났다가 돌아왔습니다"),
        Outside::Once => format!("{name} left the usual range for a while and returned"),
    }
}

/// Whether today's line left the usual range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outside {
    Never,
    Once,
    Since(i64),
}

/// A spell is two values in a row or more: a single one may be chance.
fn outside(day: &DayChart) -> Outside {
    let (mut run, mut spell, mut since) = (0, false, None);
    for (i, value) in day.today.values.iter().enumerate() {
        let edge = |line: &[Option<f64>]| line.get(i).copied().flatten();
        let (Some(value), Some(low), Some(high)) = (*value, edge(&day.low.values), edge(&day.high.values)) else {
            continue;
        };
        if value < low || value > high {
            run += 1;
            spell |= run >= 2;
            since = since.or(Some(day.start + i as i64 * day.step));
        } else {
            (run, since) = (0, None);
        }
    }
    match since {
        Some(at) if run >= 2 => Outside::Since(at),
        _ if spell => Outside::Once,
        _ => Outside::Never,
    }
}

/// The line below: scope, step, who is missing.
pub(crate) fn line_scope(here: &Here, card: &Card, view: &NowView) -> String {
    let name = card_name(here, card, view.mode);
    let step = span(card.day.step, here.lang);
    let late: Vec<&str> = view.rows.iter().filter(|r| r.late_since.is_some()).map(|r| here.region(&r.code)).collect();
    let without = match (here.lang, late.as_slice()) {
        (_, []) => String::new(),
        (Lang::Ko, [one]) => format!(", {one} 늦음"),
        (Lang::Ko, many) => format!(", {} 등 {}개 지역 늦음", many[0], many.len()),
        (Lang::En, [one]) => format!(", {one} late"),
        (Lang::En, many) => format!(", {} regions late", many.len()),
    };
    match here.lang {
        Lang::Ko => format!("전국 {name}, {step} 단위{without}"),
        Lang::En => format!("{name} nationwide, {step} steps{without}"),
    }
}

/// What happened and when, for a mark of the timeline.
pub(crate) fn event(here: &Here, event: &Event, as_of: i64) -> (String, String) {
    let t = here.t;
    let place = if event.region.is_empty() { "" } else { here.region(&event.region) };
    let ko = here.lang == Lang::Ko;
    let join = |parts: &[&str]| parts.iter().filter(|p| !p.is_empty()).copied().collect::<Vec<_>>().join(" ");
    let what = match event.kind {
        EventKind::Deployment => join(&[place, t.deployment, &event.service, &event.label]),
        EventKind::Late if ko => format!("{place} 수신 지연"),
        EventKind::Late => format!("{place} late"),
        EventKind::Unfamiliar => {
            let name = event.measure.map_or("", |m| measure_name(here, m, Unit::Ratio));
            let tail = if ko { "전에 없던 움직임" } else { "moved as never before" };
            join(&[place, &event.service, name, tail])
        }
        EventKind::Spell => {
            let name = event.measure.map_or("", |m| measure_name(here, m, Unit::Users));
            let tail = if ko { "평소와 다름" } else { "unusual" };
            join(&[place, &event.service, name, tail])
        }
    };
    let at = |instant: i64| if same_day(instant, as_of) { clock(instant) } else { moment(instant, here.lang) };
    let when = match event.to {
        Some(to) if to == event.from => at(event.from),
        Some(to) => format!("{}–{}", at(event.from), clock(to)),
        None => format!("{}~", at(event.from)),
    };
    (what, when)
}

/// `23분째 받지 못했습니다`.
pub(crate) fn late_row(here: &Here, since: i64, as_of: i64) -> String {
    if since == 0 {
        return here.t.never.to_owned();
    }
    let age = span(as_of - since, here.lang);
    match here.lang {
        Lang::Ko => format!("{age}째 받지 못했습니다"),
        Lang::En => format!("nothing for {age}"),
    }
}

/// Sum and union, told apart.
pub(crate) fn sum_and_union(here: &Here, view: &NowView) -> Vec<Piece> {
    let (Some(sum), Some(users)) = (&view.users_sum, view.cards.first().and_then(|c| c.now.as_ref())) else {
        return Vec::new();
    };
    let (sum, users) = (Piece::of(sum, here.lang), Piece::of(users, here.lang));
    let template = match here.lang {
        Lang::Ko => {
            let copula = particle(sum.text(), Particle::Copula);
            format!(" 접속자를 그냥 더하면 {{}}{copula}지만, 여러 지역을 함께 쓰는 사람을 한 번만 세면 {{}}입니다.")
        }
        Lang::En => " Simply added, users make {}; counting those seen in several regions once gives {}.".to_owned(),
    };
    crate::part::facts::fill(&template, vec![sum, users])
}
