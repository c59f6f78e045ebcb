//! The head of a page: beacons, and the block that says for which instant and from whom.

use bonghwa_analytics::format::{Lang, clock, date, moment, same_day, span};
use bonghwa_analytics::view::{Level, OpenIncident};
use leptos::prelude::{Get, Update};

use crate::address::{OFFLINE, Page};
use crate::app::Here;
use crate::dom::{IntoNode, Node, markup};
use crate::live::Live;
use crate::part::icon::{self, icon};

/// The five beacons with their word, and which of them that is.
pub(crate) fn beacons(here: &Here, level: Level) -> Node {
    let which = match here.lang {
        Lang::Ko => {
            format!("다섯 단계 중 {}", ["첫 번째", "두 번째", "세 번째", "네 번째", "다섯 번째"][level as usize])
        }
        Lang::En => format!("{} of five levels", ["first", "second", "third", "fourth", "fifth"][level as usize]),
    };
    level_line(here, level, which)
}

/// The five beacons with their word and something to say beside it.
pub(crate) fn level_line(here: &Here, level: Level, beside: String) -> Node {
    let lit = level as usize + 1;
    let one: Vec<_> = (0..5)
        .map(|i| {
            let place = format!("translate({} 0)", i * 15);
            let flame = (i < lit).then(|| markup! { <path class="fl" d="M6 1.4c2.5 2.8 3.5 4.8 3.5 6.6a3.5 3.5 0 0 1-7 0c0-1.8 1-3.8 3.5-6.6z"/> });
            markup! {
                <g class=if i < lit { "on" } else { "off" } transform=place>
                    <path d="M3.6 14.8h4.8L10 25.2H2z"/>
                    {flame}
                </g>
            }
        })
        .collect();
    let word = level_name(level, here.lang);
    let label = match here.lang {
        Lang::Ko => format!("다섯 단계 중 {lit}단계"),
        Lang::En => format!("level {lit} of five"),
    };
    markup! {
        <p class="level">
            <svg class="beacons" viewBox="0 0 73 27" role="img" aria-label=label>{one}</svg>
            <b>{word}</b>
            <span>{beside}</span>
        </p>
    }
    .into_node()
}

/// Name of a level of beacons.
pub(crate) const fn level_name(level: Level, lang: Lang) -> &'static str {
    match level {
        Level::Normal => lang.pick("평소", "Ordinary"),
        Level::Sign => lang.pick("조짐", "Sign"),
        Level::Abnormal => lang.pick("이상", "Abnormal"),
        Level::Failure => lang.pick("장애", "Failure"),
        Level::Outage => lang.pick("중단", "Outage"),
    }
}

/// A button to the incident that goes on in a region, or anywhere; to the list where there are several, or where something is
/// unusual and no incident goes on.
pub(crate) fn to_incidents(here: &Here, open: &[OpenIncident], region: Option<&str>, unusual: bool) -> Option<Node> {
    let there = |open: &&OpenIncident| region.is_none_or(|code| open.regions.iter().any(|region| region == code));
    let mut open = open.iter().filter(there);
    let href = match (open.next(), open.next()) {
        (Some(one), None) => here.link(Page::Incident(one.id.clone())),
        (None, _) if !unusual => return None,
        _ => here.address.incidents_page(region.unwrap_or_default()).href(),
    };
    Some(markup! { <a class="btn" href=href>{here.t.see_incidents}{icon(icon::RIGHT)}</a> }.into_node())
}

/// A region that is late, and its last instant (0 if it was never heard of).
pub(crate) type LateRegion = (String, i64);

/// As-of time, how many were received, who is late, and the pause button.
pub(crate) fn as_of(here: &Here, instant: i64, received: Option<(u16, u16)>, late: &[LateRegion], live: Live) -> Node {
    let t = here.t;
    let time = clock(instant);
    let clock_line = match here.lang {
        Lang::Ko => markup! { <b>{time.clone()}</b>" "{t.as_of} }.into_node(),
        Lang::En => markup! { {t.as_of}" "<b>{time.clone()}</b> }.into_node(),
    };
    let received = received.map(|(received, expected)| {
        let text = match here.lang {
            Lang::Ko => format!("{expected}개 지역 중 {received}개 수신"),
            Lang::En => format!("{received} of {expected} regions received"),
        };
        let ticks: Vec<_> = (0..expected).map(|i| markup! { <i class=(i >= received).then_some("no")></i> }).collect();
        markup! { <p class="recv"><b>{text}</b><span class="ticks" aria-hidden="true">{ticks}</span></p> }
    });
    let lines: Vec<_> = late
        .iter()
        .take(3)
        .map(|(code, since)| markup! { <p class="lateline">{icon(icon::LATE)}{late_line(here, code, *since, instant)}</p> })
        .collect();
    let more = late.len().saturating_sub(3);
    let more = (more > 0).then(|| {
        let text = match here.lang {
            Lang::Ko => format!("그 밖에 {more}개 지역 지연"),
            Lang::En => format!("and {more} more"),
        };
        markup! { <p class="lateline">{text}</p> }
    });
    let lost = {
        let here = here.clone();
        crate::dom::live(move || {
            live.lost.get().then(
                || markup! { <p class="lateline" role="status">{icon(icon::LATE)}{lost_line(&here, instant)}</p> },
            )
        })
    };
    let pause = crate::dom::live(move || {
        let paused = live.paused.get();
        let (path, word) = if paused { (icon::PLAY, t.resume) } else { (icon::PAUSE, t.pause) };
        markup! { {icon(path)}{word} }
    });
    let follow = (!OFFLINE).then(|| {
        markup! {
            <p class="livebox">
                <button type="button" class="quiet wasm" on:click=move |_: leptos::ev::MouseEvent| live.paused.update(|paused| *paused = !*paused)>
                    {pause}
                </button>
                <a class="quiet nowasm" rel="external" href=here.address.href()>{icon(icon::RELOAD)}{t.reload}</a>
            </p>
        }
    });
    markup! {
        <div class="asof">
            <p class="clock">{clock_line}</p>
            <p>{date(instant, here.lang)}</p>
            {received}
            {lines}
            {more}
            {lost}
            {follow}
        </div>
    }
    .into_node()
}

/// `강원 23분 지연, 마지막 13:42`.
pub(crate) fn late_line(here: &Here, code: &str, since: i64, as_of: i64) -> String {
    let name = here.region(code);
    if since == 0 {
        return match here.lang {
            Lang::Ko => format!("{name}, 아직 받은 적 없음"),
            Lang::En => format!("{name}, never received"),
        };
    }
    let age = span(as_of - since, here.lang);
    let last = if same_day(since, as_of) { clock(since) } else { moment(since, here.lang) };
    match here.lang {
        Lang::Ko => format!("{name} {age} 지연, 마지막 {last}"),
        Lang::En => format!("{name} {age} late, last {last}"),
    }
}

fn lost_line(here: &Here, instant: i64) -> String {
    match here.lang {
        Lang::Ko => format!("연결이 끊겼습니다 · {}에 받은 자료", clock(instant)),
        Lang::En => format!("Connection lost · data of {}", clock(instant)),
    }
}
