//! Pages rendered from sample views: what every page must hold, in both languages.

mod ask;
mod cases;
mod fluent;
mod forecast;
mod reports;
mod runbook;
pub(crate) mod sample;
mod why;

#[cfg(test)]
pub(crate) use why::sample as why_sample;

use bonghwa_analytics::view::{NowView, OpenIncident, RegionView, SessionsView, Verdict};
use leptos::prelude::*;
use leptos_meta::provide_meta_context;

use crate::address::{Address, Page};
use crate::app::Here;
use crate::data::CombineData;
use crate::dom::Node;
use crate::live::Live;
use crate::page::{self, Hands};
use crate::text::words;

/// Renders with everything that a page takes from its context.
fn html(address: &str, lang: bonghwa_analytics::format::Lang, page: impl FnOnce(&Here, Hands) -> Node) -> String {
    let owner = Owner::new();
    owner.with(|| {
        provide_meta_context();
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let address = Address::parse(path, query);
        let here = Here { address, lang, t: words(lang), regions: sample::regions().into() };
        page(&here, Hands::new(Live::provide(0))).to_html()
    })
}

const LANGS: [bonghwa_analytics::format::Lang; 2] =
    [bonghwa_analytics::format::Lang::Ko, bonghwa_analytics::format::Lang::En];

fn now(view: &NowView, address: &str, lang: bonghwa_analytics::format::Lang) -> String {
    html(address, lang, |here, hands| page::now::render(here, view, hands))
}

fn region(view: &RegionView, address: &str, lang: bonghwa_analytics::format::Lang) -> String {
    html(address, lang, |here, hands| page::region::render(here, view, hands))
}

fn sessions(view: &SessionsView, address: &str, lang: bonghwa_analytics::format::Lang) -> String {
    html(address, lang, |here, hands| page::sessions::render(&here.with(&view.regions), view, hands))
}

fn combine(view: Option<bonghwa_analytics::view::CombineView>, lang: bonghwa_analytics::format::Lang) -> String {
    let now = sample::now();
    let data = CombineData {
        as_of: now.as_of,
        demo: true,
        title: now.title,
        mode: now.mode,
        regions: now.regions,
        late: vec![("gangwon".into(), sample::NOW - 1380)],
        looked: view.is_some(),
        view,
    };
    html("/combine?r=seoul,gyeonggi,sejong", lang, |here, _| {
        let Page::Combine(query) = &here.address.page else { panic!("another page") };
        page::combine::render(here, &data, query, &page::combine::Progress::Waiting)
    })
}

/// Text between tags.
fn text(html: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if !inside => out.push(c),
            _ => {}
        }
    }
    out
}

fn values_of<'a>(html: &'a str, attribute: &'a str) -> impl Iterator<Item = &'a str> {
    html.split(attribute).skip(1).filter_map(|rest| rest.split('"').next())
}

/// What the policy on styles, the sources and the readers of every page demand.
fn check(name: &str, html: &str) {
    assert!(!html.contains(" style="), "{name}: an inline style");
    assert!(!html.contains("<style"), "{name}: a style element");
    for word in ["NaN", "inf", "None", "Some("] {
        assert!(!text(html).contains(word), "{name}: {word}");
    }
    let mut ids: Vec<&str> = values_of(html, " id=\"").collect();
    ids.sort_unstable();
    let twice: Vec<_> = ids.windows(2).filter(|pair| pair[0] == pair[1]).collect();
    assert!(twice.is_empty(), "{name}: ids that stand twice: {twice:?}");
    for anchor in values_of(html, "href=\"#") {
        assert!(ids.contains(&anchor), "{name}: #{anchor} leads nowhere");
    }
    assert_eq!(html.matches("<h1").count(), 1, "{name}: one main heading");
    assert_eq!(html.matches("<tr").count(), html.matches("</tr>").count());
    assert_eq!(html.matches("<table").count(), html.matches("<tbody").count(), "{name}: tables need a body to hydrate");
}

#[test]
fn every_page_holds_its_rules() {
    for lang in LANGS {
        for address in
            ["/", "/?map=users&line=errors", "/?map=p95&line=p95", "/?map=per_capita&line=requests&lang=en&theme=dark"]
        {
            let mut view = sample::now();
            view.map_measure = crate::address::now_query(address.split_once('?').map_or("", |a| a.1)).map;
            check(address, &now(&view, address, lang));
            check(address, &now(&sample::incident(), address, lang));
        }
        for address in ["/region/seoul", "/region/seoul?span=7d&vs=none&service=was"] {
            check(address, &region(&sample::region(), address, lang));
        }
        for address in ["/sessions", "/sessions?region=seoul&span=7d&lang=en"] {
            check(address, &sessions(&sample::sessions(), address, lang));
        }
        check("/combine", &combine(Some(sample::combine()), lang));
        check("/combine, browser", &combine(None, lang));
    }
}

#[test]
fn an_ordinary_day_is_said_in_one_sentence() {
    let [ko, en] = LANGS.map(|lang| text(&now(&sample::now(), "/", lang)));
    for sentence in [
        "오늘은 평소와 같습니다",
        "전국에서 약 18.4만\u{a0}명이 접속해 있습니다.",
        "2.1\u{a0}% 많지만 평소 범위 안입니다.",
        "새벽에 평소를 벗어났던 대전 오류율은 02:31에 제자리로 돌아왔습니다.",
        "17개 지역 중 16개 수신",
        "강원 23분 지연, 마지막 13:42",
        "경기가 가장 바쁘지만 평소 범위 안입니다",
        "접속자는 0시부터 줄곧 평소 범위 안입니다",
        "그냥 더하면 19.0만\u{a0}명이지만",
    ] {
        assert!(ko.contains(sentence), "{sentence}\n{ko}");
    }
    for sentence in [
        "Today is an ordinary day",
        "About 184,000\u{a0}people are connected",
        "Gyeonggi is busiest, within its usual range",
    ] {
        assert!(en.contains(sentence), "{sentence}\n{en}");
    }
}

#[test]
fn a_day_with_an_open_incident_is_not_called_ordinary() {
    let open = OpenIncident { id: "x".to_owned(), regions: vec!["busan".to_owned()] };
    let view = NowView { open: vec![open.clone()], ..sample::now() };
    let [ko, en] = LANGS.map(|lang| text(&now(&view, "/", lang)));
    assert!(ko.contains("수치는 평소와 같지만, 끝나지 않은 사건이 있습니다"), "{ko}");
    assert!(en.contains("Figures are as usual, but an incident is still open"), "{en}");
    assert!(!ko.contains("오늘은 평소와 같습니다") && !en.contains("Today is an ordinary day"));
    let seoul = RegionView { open: vec![open], verdict: Verdict::Usual, ..sample::region() };
    let [ko, en] = LANGS.map(|lang| text(&region(&seoul, "/region/seoul", lang)));
    assert!(ko.contains("서울의 수치는 평소와 같지만, 끝나지 않은 사건이 있습니다"), "{ko}");
    assert!(en.contains("Figures of Seoul are as usual, but an incident is still open"), "{en}");
}

#[test]
fn what_is_unusual_is_said_first() {
    let html = now(&sample::incident(), "/?map=p95&line=p95", LANGS[0]);
    let page = text(&html);
    assert!(page.contains("부산의 응답이 평소보다 3.2배 느립니다"), "{page}");
    assert!(page.contains("13:21에 시작해 44분째입니다."), "{page}");
    assert!(page.contains("부산의 응답시간이 평소 범위를 벗어났습니다"), "{page}");
    assert!(page.contains("부산 자세히 보기") && html.contains("/region/busan"), "{page}");
}

#[test]
fn whoever_is_listed_is_listed_with_the_reason() {
    let [ko, en] = LANGS.map(|lang| text(&sessions(&sample::sessions(), "/sessions", lang)));
    for sentence in [
        "한 주소에서 1분에 243번 로그인을 시도했습니다",
        "최근 30분 안에 움직인 이용자는 약 10.6만\u{a0}명이고, 1시간 넘게 이어지는 접속은 160건입니다.",
        "1분에 최대 243번, 모두 2,880번 시도해 2,860번 실패",
        "약 이용자 130명",
        "가장 두드러진 50건만 보여 드립니다. 모두 64건입니다.",
        "목록에서 빠진 주소는 한 구간에 많아야 3번 로그인했습니다.",
        "해당하는 접속이 없습니다.",
    ] {
        assert!(ko.contains(sentence), "{sentence}\n{ko}");
    }
    for sentence in ["One address tried 243 log-ins in a minute", "about 130 users", "97 requests in 5 h 42 min"] {
        assert!(en.contains(sentence), "{sentence}\n{en}");
    }
    let mut quiet = sample::sessions();
    quiet.lists.iter_mut().for_each(|list| (list.total, list.listed) = (0, Vec::new()));
    (quiet.active, quiet.ages) = (None, Vec::new());
    assert!(text(&sessions(&quiet, "/sessions", LANGS[0])).contains("눈에 띄는 접속이 없습니다"));
}

#[test]
fn an_empty_system_says_what_to_do() {
    let mut view = sample::now();
    view.verdict = Verdict::NoData;
    view.rows.clear();
    view.cards.clear();
    let page = now(&view, "/", LANGS[0]);
    assert!(text(&page).contains("아직 받은 자료가 없습니다") && page.contains("href=\"/connect\""));
    view.verdict = Verdict::Silent { since: sample::NOW - 3600 };
    assert!(text(&now(&view, "/", LANGS[0])).contains("13:05부터 들어온 자료가 없습니다"));
    let mut nowhere = sample::region();
    nowhere.region = None;
    assert!(text(&region(&nowhere, "/region/atlantis", LANGS[0])).contains("그런 지역이 없습니다"));
}

#[test]
fn an_overlap_below_its_error_cannot_be_told() {
    let page = text(&combine(Some(sample::combine()), LANGS[0]));
    for sentence in [
        "세 지역을 쓴 사람은 모두 86.8만\u{a0}명입니다",
        "그냥 더하면 91.9만\u{a0}명이지만, 여러 지역을 함께 쓴 사람을 한 번만 세면 5.1만\u{a0}명이 줄어듭니다.",
        "서울과 세종오차보다 작아서 알 수 없습니다",
        "강원 23분 지연",
    ] {
        assert!(page.contains(sentence), "{sentence}\n{page}");
    }
    let mut view = sample::combine();
    view.overlap.value = 3_000.0;
    assert!(text(&combine(Some(view), LANGS[0])).contains("겹친 수는 오차보다 작아서 알 수 없습니다"));
}

#[test]
fn names_from_outside_are_text() {
    let mut view = sample::region();
    view.routes[0].name = "<script>alert(1)</script>".into();
    view.services[0].service = "\"><img src=x>".into();
    let page = region(&view, "/region/seoul", LANGS[0]);
    assert!(!page.contains("<script") && !page.contains("<img"));
}
