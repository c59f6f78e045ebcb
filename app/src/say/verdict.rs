//! The one sentence on top of a page, and the sentence after it.

use bonghwa_analytics::format::{Lang, change, clock, decimal, join, moment, same_day, span};
use bonghwa_analytics::view::{Fact, Measure, Standing, Unit, Verdict};

use crate::app::Here;
use crate::part::facts::{Piece, anchor, fill, measure_name};
use crate::particle::{Particle, with};

/// The headline. `place` is the region of a region's page, or nothing for the nation; `open` is whether an incident goes on
/// there: figures may be back in their range before it is over.
pub(crate) fn headline(here: &Here, verdict: &Verdict, place: Option<&str>, open: bool, as_of: i64) -> Vec<Piece> {
    let ko = here.lang == Lang::Ko;
    let text = match (verdict, place) {
        (Verdict::NoData, None) => {
            here.lang.pick("아직 받은 자료가 없습니다", "Nothing has been received yet").to_owned()
        }
        (Verdict::NoData, Some(p)) if ko => format!("{p}에서 받은 자료가 없습니다"),
        (Verdict::NoData, Some(p)) => format!("Nothing has been received from {p}"),
        (Verdict::TooLittleHistory, None) => {
            here.lang.pick("평소를 말하기에는 아직 이릅니다", "It is too early to say what is usual").to_owned()
        }
        (Verdict::TooLittleHistory, Some(p)) if ko => format!("{p}의 평소를 말하기에는 아직 이릅니다"),
        (Verdict::TooLittleHistory, Some(p)) => format!("It is too early to say what is usual in {p}"),
        (Verdict::Silent { since }, place) => silent(here, *since, place, as_of),
        (Verdict::Usual, None) if open => here
            .lang
            .pick(
                "수치는 평소와 같지만, 끝나지 않은 사건이 있습니다",
                "Figures are as usual, but an incident is still open",
            )
            .to_owned(),
        (Verdict::Usual, Some(p)) if open && ko => format!("{p}의 수치는 평소와 같지만, 끝나지 않은 사건이 있습니다"),
        (Verdict::Usual, Some(p)) if open => format!("Figures of {p} are as usual, but an incident is still open"),
        (Verdict::Usual, None) => here.lang.pick("오늘은 평소와 같습니다", "Today is an ordinary day").to_owned(),
        (Verdict::Usual, Some(p)) if ko => format!("{} 평소와 같습니다", with(p, Particle::Topic)),
        (Verdict::Usual, Some(p)) => format!("{p} is as usual"),
        (Verdict::Unusual { region, service, measure, standing, ratio, .. }, place) => {
            let region = region.as_deref().map(|code| here.region(code)).or(place);
            return unusual(here, region, service.as_deref(), *measure, *standing, ratio);
        }
    };
    vec![Piece::Text(text)]
}

fn silent(here: &Here, since: i64, place: Option<&str>, as_of: i64) -> String {
    let time = if same_day(since, as_of) { clock(since) } else { moment(since, here.lang) };
    match (here.lang, place) {
        (Lang::Ko, None) => format!("{time}부터 들어온 자료가 없습니다"),
        (Lang::Ko, Some(p)) => format!("{p}에서 {time}부터 들어온 자료가 없습니다"),
        (Lang::En, None) => format!("Nothing has arrived since {time}"),
        (Lang::En, Some(p)) => format!("Nothing has arrived from {p} since {time}"),
    }
}

fn unusual(
    here: &Here,
    region: Option<&str>,
    service: Option<&str>,
    measure: Measure,
    standing: Standing,
    ratio: &Fact,
) -> Vec<Piece> {
    let times = decimal(ratio.value, u32::from(ratio.value < 10.0));
    let latency = matches!(measure, Measure::LatencyP50 | Measure::LatencyP95 | Measure::LatencyP99);
    let name = measure_name(here, measure, Unit::Users);
    match here.lang {
        Lang::Ko => {
            let mut of = region.unwrap_or("전국").to_owned();
            if let Some(service) = service {
                of = format!("{of} {service}");
            }
            let times = Piece::Fact(anchor(ratio), format!("{times}배"));
            if latency && standing == Standing::Above {
                fill(&format!("{of}의 응답이 평소보다 {{}} 느립니다"), vec![times])
            } else {
                let name = if measure == Measure::Users { "접속자" } else { name };
                fill(&format!("{of}의 {} 평소의 {{}}입니다", with(name, Particle::Subject)), vec![times])
            }
        }
        Lang::En => {
            let mut of = region.unwrap_or("the nation").to_owned();
            if let Some(service) = service {
                of = format!("{service} in {of}");
            }
            let times = Piece::Fact(anchor(ratio), format!("{times}×"));
            if latency && standing == Standing::Above {
                fill(&format!("Responses of {of} take {{}} as long as usual"), vec![times])
            } else {
                fill(&format!("{name} of {of}: {{}} the usual"), vec![times])
            }
        }
    }
}

/// When something unusual began and how long it has lasted.
pub(crate) fn since(here: &Here, verdict: &Verdict, as_of: i64) -> Option<Vec<Piece>> {
    let Verdict::Unusual { since, ratio, .. } = verdict else { return None };
    let began = if same_day(*since, as_of) { clock(*since) } else { moment(*since, here.lang) };
    let slots =
        vec![Piece::Fact(anchor(ratio), began), Piece::Fact(anchor(ratio), span((as_of - since).max(60), here.lang))];
    let template = match here.lang {
        Lang::Ko => "{}에 시작해 {}째입니다. ",
        Lang::En => "It began at {} and has lasted {}. ",
    };
    Some(fill(template, slots))
}

/// How many are connected: `전국에서 약 18.4만 명이 접속해 있습니다. `.
pub(crate) fn connected(here: &Here, users: &Fact, place: Option<&str>) -> Vec<Piece> {
    let fact = Piece::of(users, here.lang);
    let template = match (here.lang, users.unit) {
        (Lang::Ko, unit) => {
            let at = place.unwrap_or("전국");
            let subject = crate::particle::particle(fact.text(), Particle::Subject);
            match unit {
                Unit::Sessions => format!("{at}에서 세션 약 {{}}{subject} 이어져 있습니다. "),
                Unit::Addresses => format!("{at}에서 주소 약 {{}}{subject} 접속해 있습니다. "),
                _ => format!("{at}에서 약 {{}}{subject} 접속해 있습니다. "),
            }
        }
        (Lang::En, unit) => {
            let at = place.map_or_else(|| "nationwide".to_owned(), |p| format!("in {p}"));
            match unit {
                Unit::Users => format!("About {{}} are connected {at}. "),
                _ => format!("About {{}} are open {at}. "),
            }
        }
    };
    fill(&template, vec![fact])
}

/// The change of users against an earlier time, as the first half of a sentence that goes on with the usual range.
pub(crate) fn against(here: &Here, now: &Fact, before: &Fact, usual: bool) -> Vec<Piece> {
    let c = change(now.value, before.value, now.unit, here.lang);
    let size = Piece::Fact(anchor(before), c.size);
    let template = match (here.lang, c.direction, usual) {
        (Lang::Ko, 0, _) => return vec![Piece::Text("어제 이 시간과 같습니다. ".to_owned())],
        (Lang::Ko, 1, true) => "어제 이 시간보다 {} 많지만 평소 범위 안입니다. ",
        (Lang::Ko, _, true) => "어제 이 시간보다 {} 적지만 평소 범위 안입니다. ",
        (Lang::Ko, 1, false) => "어제 이 시간보다 {} 많습니다. ",
        (Lang::Ko, _, false) => "어제 이 시간보다 {} 적습니다. ",
        (Lang::En, 0, _) => return vec![Piece::Text("The same as this time yesterday. ".to_owned())],
        (Lang::En, 1, true) => "That is {} more than this time yesterday and within the usual range. ",
        (Lang::En, _, true) => "That is {} fewer than this time yesterday and within the usual range. ",
        (Lang::En, 1, false) => "That is {} more than this time yesterday. ",
        (Lang::En, _, false) => "That is {} fewer than this time yesterday. ",
    };
    fill(template, vec![size])
}

/// `ratio` as a fact of its own reads as "3.2배" among the sources.
pub(crate) fn times(ratio: f64, lang: Lang) -> String {
    let number = decimal(ratio, u32::from(ratio < 10.0));
    match lang {
        Lang::Ko => format!("{number}배"),
        Lang::En => join(&format!("{number}×"), ""),
    }
}
