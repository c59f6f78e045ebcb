//! 판정 근거 of the made-up nation: every reason there is, in both languages, and the objectives of a region.

use bonghwa_analytics::contribution::{Part, Quantity};
use bonghwa_analytics::detect::{Method, Why};
use bonghwa_analytics::format::Lang;
use bonghwa_analytics::view::{IncidentChart, Line, Measure, PartRow, SubjectKind, Unit, WhyReading, WhyView};

use super::sample::{self, NOW};
use super::{LANGS, check, html, text};
use crate::address::Page;
use crate::page;

const AT: i64 = NOW - 600;

fn view(why: Why, flagged: bool) -> WhyView {
    let line = |value: f64| Line { values: vec![Some(value); 48] };
    WhyView {
        as_of: NOW,
        demo: true,
        title: ("전국 민원 시스템".into(), "National services".into()),
        regions: sample::regions(),
        region: "busan".into(),
        subject: SubjectKind::Call,
        service: "minwon-was".into(),
        detail: "web".into(),
        measure: Measure::LatencyP95,
        unit: Unit::Seconds,
        at: AT,
        reading: Some(WhyReading {
            start: AT + 60,
            width: 60,
            value: 1.25,
            requests: Some(1840.0),
            band: Some((0.2, 0.31, 0.42)),
            score: 8.5,
            method: Method::Season,
            why,
            flagged,
        }),
        learned: Some(10),
        chart: IncidentChart {
            measure: Measure::LatencyP95,
            unit: Unit::Seconds,
            region: "busan".into(),
            start: AT - 3 * 3600,
            step: 300,
            line: line(0.3),
            low: line(0.2),
            high: line(0.42),
        },
        services: vec!["minwon-was".into(), "web".into()],
        routes: vec!["GET /minwon".into()],
        callers: vec!["web".into()],
        quantity: Some(Quantity::SlowTime),
        parts: vec![PartRow {
            part: Part::Route,
            service: "minwon-was".into(),
            name: "GET /minwon".into(),
            before: 0.0,
            during: 31.2,
            share: 1.0,
        }],
        during: (AT - 600, AT + 300),
        before: (AT - 4200, AT - 600),
    }
}

fn shown(view: &WhyView, lang: Lang) -> String {
    html("/why?region=busan&service=minwon-was&caller=web", lang, |here, hands| {
        let Page::Why(query) = &here.address.page else { panic!("another page") };
        page::why::render(here, view, query, hands)
    })
}

pub(crate) fn sample() -> WhyView {
    view(Why::Far, true)
}

#[test]
fn every_reason_is_said() {
    let reasons = [
        (Why::Far, true, "알렸습니다", "flagged, out"),
        (Why::Sustained, true, "알렸습니다", "flagged, out"),
        (Why::Held, false, "이어지는 것으로", "still stands"),
        (Why::Inside, false, "평소 범위 안이라", "in its usual range"),
        (Why::Harmless, false, "나쁜 쪽이 아니라", "does no harm"),
        (Why::Brief, false, "잠깐", "not for long"),
        (Why::NoBand, false, "아직 몰라", "not known yet"),
        (Why::Missing, false, "값이 없어", "no value"),
    ];
    for (why, flagged, ko, en) in reasons {
        for (lang, words) in LANGS.into_iter().zip([ko, en]) {
            let page = shown(&view(why, flagged), lang);
            check("/why", &page);
            assert!(text(&page).contains(words), "{why:?}: {words}");
            assert_eq!(page.contains("is-out"), flagged, "{why:?}");
        }
    }
}

#[test]
fn what_was_seen_and_expected_is_on_the_page() {
    let page = text(&shown(&sample(), Lang::Ko));
    for words in
        ["1,250\u{a0}ms", "200\u{a0}ms–420\u{a0}ms", "1,840", "같은 종류의 날 10일", "web → minwon-was", "100\u{a0}%"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    let unknown = WhyView { reading: None, learned: None, parts: Vec::new(), quantity: None, ..sample() };
    for (lang, words) in LANGS.into_iter().zip(["받은 것이 없습니다", "nothing was received"]) {
        let page = shown(&unknown, lang);
        check("/why, nothing", &page);
        assert!(text(&page).contains(words));
    }
}

#[test]
fn objectives_say_what_is_left() {
    let region =
        |lang| text(&html("/region/seoul", lang, |here, hands| page::region::render(here, &sample::region(), hands)));
    let (ko, en) = (region(Lang::Ko), region(Lang::En));
    // 60 of 10,000 failed where 50 may: a fifth more than the budget, slowly for three days.
    for words in [
        "99.5\u{a0}% 이상 성공",
        "조금씩 닳는 중, 이미 다 씀",
        "−20\u{a0}%",
        "1.2배",
        "여유 있음",
        "자료가 있는 기간은 20일",
    ] {
        assert!(ko.contains(words), "{words}");
    }
    for words in ["95\u{a0}% within 2\u{a0}s", "burning slowly: spent already", "within its budget"] {
        assert!(en.contains(words), "{words}");
    }
}

#[test]
fn a_share_is_never_rounded_up() {
    let shown = [0.995, 0.95, 0.999, 0.99999, 0.998_001, 1.0, 0.999_999_9, 0.5];
    let texts = ["99.5", "95", "99.9", "99.999", "99.8", "100", "99.999", "50"];
    for (share, text) in shown.into_iter().zip(texts) {
        assert_eq!(crate::say::objective::share(share), format!("{text}\u{a0}%"));
    }
}
