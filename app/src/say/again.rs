//! What is said of a day that the browser judges again.

use bonghwa_analytics::format::{Lang, count, decimal, short_date};

use super::incident::{counted, places};
use crate::app::Here;
use crate::page::incidents::again::Outcome;

pub(crate) fn title(here: &Here) -> &'static str {
    here.lang.pick("이 브라우저에서 다시 판정", "Judge again in this browser")
}

pub(crate) fn about(here: &Here, regions: &[String]) -> String {
    let place = place(here, regions);
    match here.lang {
        Lang::Ko => format!(
            "{place}의 오늘 자료와 앞선 28일 자료를 받아 여기서 같은 방법으로 판정하고 서버의 판정과 견주어 봅니다. \
             어디에도 보내지 않습니다."
        ),
        Lang::En => format!(
            "Fetches today’s rows of {place} and those of the 28 days before, judges them here by the same method, \
             and compares the outcome with the server’s. Nothing is sent anywhere."
        ),
    }
}

/// A region by name, several as what they are on this page: all.
fn place(here: &Here, regions: &[String]) -> String {
    match regions {
        [_] => places(here, regions),
        _ => here.lang.pick("모든 지역", "all regions").to_owned(),
    }
}

pub(crate) fn start(here: &Here) -> &'static str {
    here.lang.pick("다시 판정하기", "Judge again")
}

pub(crate) fn stop(here: &Here) -> &'static str {
    here.lang.pick("그만두기", "Stop")
}

pub(crate) fn stopped(here: &Here) -> &'static str {
    here.lang.pick("그만두었습니다. 판정하던 것은 버렸습니다.", "Stopped. What was judged so far is dropped.")
}

pub(crate) fn how_far(share: f64) -> String {
    decimal((share * 100.0).floor(), 0) + "\u{a0}%"
}

/// `서버와 같음`, or how many rows are not.
pub(crate) fn verdict(here: &Here, outcome: &Outcome) -> String {
    let differing = count(outcome.differing);
    match (here.lang, outcome.rows, outcome.differing) {
        (_, 0.0, _) => here.lang.pick("오늘 자료가 아직 없습니다", "There is nothing of today yet").to_owned(),
        (Lang::Ko, _, 0.0) => "서버와 같음".to_owned(),
        (Lang::En, _, 0.0) => "Same as the server".to_owned(),
        (Lang::Ko, ..) => format!("서버와 다른 구간 {differing}개"),
        (Lang::En, _, 1.0) => "One row differs from the server’s".to_owned(),
        (Lang::En, ..) => format!("{differing} rows differ from the server’s"),
    }
}

pub(crate) fn why_other(here: &Here) -> &'static str {
    here.lang.pick(
        "서버가 판정한 뒤에 늦게 들어온 자료가 있으면 다를 수 있습니다.",
        "Rows may differ where data arrived late, after the server had judged them.",
    )
}

/// Names and values of what came out.
pub(crate) fn figures(here: &Here, outcome: &Outcome) -> Vec<(&'static str, String)> {
    let (lang, t) = (here.lang, here.t);
    let time = |seconds: f64| decimal(seconds, 1) + lang.pick("초", "\u{a0}s");
    let pieces = |value: f64, unit: &'static str| count(value) + lang.pick(unit, "");
    let learned = match lang {
        Lang::Ko => format!("앞선 {}일", count(outcome.days)),
        Lang::En => format!("{} days before", count(outcome.days)),
    };
    let took = match lang {
        Lang::Ko => format!("{} (그중 판정 {})", time(outcome.seconds), time(outcome.busy)),
        Lang::En => format!("{}, {} of it judging", time(outcome.seconds), time(outcome.busy)),
    };
    vec![
        (t.region, place(here, &outcome.regions)),
        (lang.pick("날", "Day"), short_date(outcome.day, lang)),
        (lang.pick("배운 날", "Learned from"), learned),
        (lang.pick("지표", "Series"), pieces(outcome.series, "개")),
        (lang.pick("판정한 값", "Values judged"), pieces(outcome.steps, "개")),
        (lang.pick("걸린 시간", "Time"), took),
        (lang.pick("받은 자료", "Received"), decimal(outcome.bytes / 1e6, 1) + "\u{a0}MB"),
        (t.findings, counted(here, outcome.findings as u32)),
        (t.incidents, counted(here, outcome.incidents as u32)),
        (t.small_signs, counted(here, outcome.signs as u32)),
    ]
}
