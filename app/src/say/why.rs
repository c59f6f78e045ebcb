//! Sentences of the page 판정 근거.

use bonghwa_analytics::contribution::{Part, Quantity};
use bonghwa_analytics::detect::Why;
use bonghwa_analytics::format::{Lang, decimal, exact, join, period, span};
use bonghwa_analytics::view::{PartRow, Unit, WhyView};

use crate::app::Here;
use crate::part::facts::measure_name;
use crate::particle::{Particle, with};

/// What the series is about, with its region.
pub(crate) fn place(here: &Here, view: &WhyView) -> String {
    super::incident::place(here, &view.region, view.subject, &view.service, &view.detail)
}

/// Whether it was flagged, in one sentence.
pub(crate) fn headline(here: &Here, view: &WhyView) -> String {
    let place = place(here, view);
    let name = measure_name(here, view.measure, view.unit);
    let at = super::incident::at(here, view.at, view.as_of);
    let ko = here.lang == Lang::Ko;
    let Some(reading) = &view.reading else {
        return if ko {
            format!("{at} {place}의 {} 받은 것이 없습니다", with(name, Particle::Topic))
        } else {
            format!("{at}: nothing was received of {name}, {place}")
        };
    };
    let tail = match (reading.why, ko) {
        (Why::Far | Why::Sustained, true) => "평소 범위를 벗어나 알렸습니다",
        (Why::Far | Why::Sustained, false) => "flagged, out of its usual range",
        (Why::Held, true) => "먼저 알린 일이 이어지는 것으로 보아 따로 알리지 않았습니다",
        (Why::Held, false) => "not flagged again, an earlier alarm still stands",
        (Why::Inside, true) => "평소 범위 안이라 알리지 않았습니다",
        (Why::Inside, false) => "not flagged, in its usual range",
        (Why::Harmless, true) => "범위 밖이지만 나쁜 쪽이 아니라 알리지 않았습니다",
        (Why::Harmless, false) => "not flagged: out of range, but on the side that does no harm",
        (Why::Brief, true) => "범위를 조금, 잠깐 벗어나 알리지 않았습니다",
        (Why::Brief, false) => "not flagged: out of range, but not far and not for long",
        (Why::NoBand, true) => "평소 범위를 아직 몰라 판단하지 않았습니다",
        (Why::NoBand, false) => "not judged, its usual range is not known yet",
        (Why::Missing | Why::Ignored, true) => "그때 값이 없어 판단하지 않았습니다",
        (Why::Missing | Why::Ignored, false) => "not judged, there was no value",
    };
    if ko {
        format!("{at} {place}의 {} {tail}", with(name, Particle::Topic))
    } else {
        format!("{at}, {place}, {name}: {tail}")
    }
}

/// Value and range.
pub(crate) fn lead(here: &Here, view: &WhyView) -> String {
    let Some(reading) = &view.reading else { return here.t.why_nothing.to_owned() };
    let show = |value: f64| exact(value, view.unit, here.lang);
    let value = show(reading.value);
    match (reading.band, here.lang) {
        (Some((low, _, high)), Lang::Ko) => {
            format!("값은 {value}, 그때의 평소 범위는 {}–{}입니다.", show(low), show(high))
        }
        (Some((low, _, high)), Lang::En) => {
            format!("It was {value}; its usual range then is {}–{}.", show(low), show(high))
        }
        (None, Lang::Ko) => format!("값은 {value}입니다."),
        (None, Lang::En) => format!("It was {value}."),
    }
}

/// The step that was judged.
pub(crate) fn step(here: &Here, view: &WhyView, start: i64, width: i64) -> String {
    format!("{} ({})", period(start, start + width, view.as_of, here.lang), span(width, here.lang))
}

/// What the band was learned from.
pub(crate) fn learned(here: &Here, view: &WhyView) -> String {
    match (view.learned, here.lang) {
        (Some(days), Lang::Ko) => format!("최근 28일 가운데 같은 종류의 날 {days}일"),
        (Some(1), Lang::En) => "one day of the same kind in the last 28".to_owned(),
        (Some(days), Lang::En) => format!("{days} days of the same kind in the last 28"),
        (None, Lang::Ko) => "아직 없습니다. 같은 종류의 날(평일, 토요일, 쉬는 날)을 더 보아야 합니다.".to_owned(),
        (None, Lang::En) => {
            "none yet; more days of the same kind (working days, Saturdays, days off) are needed".to_owned()
        }
    }
}

/// What the parts are of.
pub(crate) fn parts(here: &Here, view: &WhyView, quantity: Quantity) -> String {
    let during = period(view.during.0, view.during.1, view.as_of, here.lang);
    let before = period(view.before.0, view.before.1, view.as_of, here.lang);
    let (ko, en) = match quantity {
        Quantity::Requests => ("초당 요청 수", "requests a second"),
        Quantity::Errors => ("초당 실패한 요청 수", "failed requests a second"),
        Quantity::SlowTime => ("1초마다 더 기다린 시간", "seconds of extra waiting a second"),
        Quantity::Complaints => ("초당 경고·오류 기록", "warnings and errors logged a second"),
    };
    match here.lang {
        Lang::Ko => format!("{ko}: {during} 동안을 {before} 동안과 견주었습니다."),
        Lang::En => format!("{en}: {during} against {before}."),
    }
}

/// An amount of what is divided.
pub(crate) fn amount(here: &Here, value: f64, quantity: Quantity) -> String {
    match quantity {
        Quantity::SlowTime => exact(value, Unit::Seconds, here.lang),
        _ => join(&decimal(value, if value < 10.0 { 2 } else { 0 }), here.lang.pick("/초", "/s")),
    }
}

/// Name of a part.
pub(crate) fn part(row: &PartRow) -> String {
    match row.part {
        Part::Service => row.service.clone(),
        Part::Route => format!("{}, {}", row.service, row.name),
        Part::Call => format!("{} → {}", row.service, row.name),
    }
}

/// What a part is.
pub(crate) const fn kind(here: &Here, part: Part) -> &'static str {
    match part {
        Part::Service => here.t.service,
        Part::Route => here.t.route,
        Part::Call => here.t.call,
    }
}
