use proptest::prelude::*;

use super::*;
use crate::format::Lang;
use crate::identity::IdentityMode;
use crate::region::Region;
use crate::time::{DAY, instant};
use crate::view::Measure;

/// Code, Korean and English name, official names, group.
const LIST: [(&str, &str, &str, &str, &str, &str); 6] = [
    ("seoul", "서울", "Seoul", "서울특별시", "Seoul Special Metropolitan City", "capital"),
    ("gyeonggi", "경기", "Gyeonggi", "경기도", "Gyeonggi Province", "capital"),
    ("busan", "부산", "Busan", "부산광역시", "Busan Metropolitan City", "yeongnam"),
    ("gwangju", "광주", "Gwangju", "광주광역시", "Gwangju Metropolitan City", "honam"),
    ("jeonnam", "전남", "Jeonnam", "전라남도", "South Jeolla Province", "honam"),
    ("jeju", "제주", "Jeju", "제주특별자치도", "Jeju Special Self-Governing Province", ""),
];

fn region(row: (&str, &str, &str, &str, &str, &str)) -> Region {
    Region {
        code: row.0.to_owned(),
        ko: row.1.to_owned(),
        en: row.2.to_owned(),
        official_ko: row.3.to_owned(),
        official_en: row.4.to_owned(),
        valid_from: None,
        valid_to: None,
        successor: None,
        row: 1,
        column: 1,
        group: row.5.to_owned(),
        population: 0,
    }
}

fn regions() -> Vec<Region> {
    LIST.map(region).to_vec()
}

fn names(lang: Lang) -> Vec<String> {
    regions().iter().map(|region| lang.pick(&region.ko, &region.en).to_owned()).collect()
}

/// Friday 2026-11-20, 14:07 in Asia/Seoul.
fn at() -> i64 {
    kst(20, 14) + 7 * 60
}

/// An hour of a day of November 2026.
fn kst(day: u8, hour: u8) -> i64 {
    instant(2026, 11, day, hour, 0, 0).expect("a date")
}

fn ask_after(text: &str, previous: Option<&Question>) -> Understood {
    let services = ["was".to_owned(), "web".to_owned()];
    understand(text, &Context { at: at(), regions: &regions(), services: &services, previous })
}

fn ask(text: &str) -> Understood {
    ask_after(text, None)
}

fn question(text: &str) -> Question {
    match ask(text) {
        Understood::Question { question, .. } => question,
        other => panic!("{text}: {other:?}"),
    }
}

fn why(text: &str) -> Reason {
    match ask(text) {
        Understood::Cannot { why, instead } if !instead.is_empty() => why,
        other => panic!("{text}: {other:?}"),
    }
}

fn span(period: &Period) -> (i64, i64) {
    (period.from, period.to)
}

#[test]
fn starters_mean_the_same_in_both_languages() {
    use Kind::{Capacity, Compare, Diagnose, RankRegions, Report, Sessions, SlowEndpoints};
    let mut kinds = Vec::new();
    for starter in Starter::ALL {
        let [ko, en] = [Lang::Ko, Lang::En].map(|lang| question(starter.text(lang)).bare());
        assert_eq!(ko, en, "{starter:?}");
        kinds.push(ko.kind);
    }
    let expected = [Compare, Compare, Diagnose, Sessions, Capacity, Report, RankRegions, SlowEndpoints, Capacity];
    assert_eq!(kinds, expected);
}

#[test]
fn a_comparison_is_fair() {
    let q = question("어제 같은 시간대 동시접속자와 시스템 사용률 비교해줘");
    assert_eq!(q.measures, [Measure::Users, Measure::Load]);
    assert_eq!(span(&q.period), (at() - 3600, at()));
    assert_eq!(q.against.as_ref().map(span), Some((at() - 3600 - DAY, at() - DAY)));
    assert_eq!(q.against.map(|against| against.said).as_deref(), Some("어제 같은 시간대"));
    // As much of last week as has passed of this one.
    let q = question("users this week vs last week");
    assert_eq!(span(&q.period), (kst(16, 0), at()));
    assert_eq!(q.against.as_ref().map(span), Some((kst(9, 0), at() - 7 * DAY)));
}

#[test]
fn times_in_words_and_numbers() {
    let cases = [
        ("11월 3일 오후 2시부터 4시까지 오류율", kst(3, 14), kst(3, 16)),
        ("오류율 어제 열두 시", kst(19, 12), kst(19, 13)),
        ("최근 구십 분 오류율", at() - 5400, at()),
        ("사흘 전 오류율", kst(17, 0), kst(18, 0)),
        ("error rate last Tuesday", kst(17, 0), kst(18, 0)),
        ("error rate past ninety minutes", at() - 5400, at()),
        ("11월 둘째 주 오류율", kst(9, 0), kst(16, 0)),
        ("어젯밤 오류율", kst(19, 21), kst(20, 6)),
        ("어제 이 시간 오류율", at() - DAY - 3600, at() - DAY),
        ("오류율 9~11시", kst(20, 9), kst(20, 11)),
    ];
    for (text, from, to) in cases {
        let q = question(text);
        assert_eq!((q.kind, span(&q.period)), (Kind::Value, (from, to)), "{text}");
        assert_eq!(q.measures, [Measure::ErrorRate], "{text}");
    }
    assert_eq!(why("2월 30일 오류율"), Reason::NoSuchTime);
}

#[test]
fn thresholds_limits_and_horizons() {
    let q = question("3시간 안에 메모리가 85 percent 넘을까?");
    assert_eq!((q.kind, q.horizon), (Kind::Capacity, Some(3 * 3600)));
    assert_eq!(q.threshold, Some(Threshold { value: 0.85, unit: Quantity::Ratio }));
    let q = question("2초 넘는 API 다섯 개");
    assert_eq!((q.kind, q.limit), (Kind::SlowEndpoints, Some(5)));
    assert_eq!(q.threshold, Some(Threshold { value: 2.0, unit: Quantity::Seconds }));
    let q = question("이번 분기 증설이 필요한 시스템을 정리해줘");
    let end = instant(2027, 1, 1, 0, 0, 0).expect("a date");
    assert_eq!((q.period.to, q.horizon), (end, None), "a quarter is planned to its end");
    let q = question("지난주 보고서를 한글 파일로");
    assert_eq!((q.kind, q.format), (Kind::Report, Some(Format::Hwpx)));
    assert_eq!(question("IP 기준 동시접속자").mode, Some(IdentityMode::Ip));
}

#[test]
fn regions_by_every_name_and_groups() {
    for text in [
        "부산 오류율",
        "부산시 오류율",
        "부산광역시의 오류율",
        "error rate in BUSAN",
        "부산오류율",
        "ㅂㅜㅅㅏㄴ 오류율",
    ] {
        assert_eq!(question(text).regions(), ["busan"], "{text}");
    }
    assert_eq!(question("전라남도 오류율").regions(), ["jeonnam"]);
    let q = question("호남 오류율");
    assert_eq!(q.areas, [Area { name: "honam".into(), regions: vec!["gwangju".into(), "jeonnam".into()] }]);
    assert_eq!(question("전국 오류율").regions(), [""; 0]);
    assert_eq!(question("was 오류율").service.as_deref(), Some("was"));
    assert_eq!(question("what was the error rate").service, None, "a verb");
    assert_eq!(why("대구 오류율"), Reason::UnknownPlace { name: "대구".into() }, "known, and not in the list");
    assert_eq!(why("도쿄 오류율"), Reason::UnknownPlace { name: "도쿄".into() });
}

#[test]
fn what_may_mean_two_things_is_asked_back() {
    let mut two = regions();
    two.push(region(("gwangju-si", "광주", "Gwangju-si", "광주시", "Gwangju City", "capital")));
    let context = Context { at: at(), regions: &two, services: &[], previous: None };
    let Understood::Ambiguous { about: About::Region { name }, choices } = understand("광주 동시접속자", &context)
    else {
        panic!("two places have this name");
    };
    assert_eq!(name, "광주");
    assert_eq!(choices.iter().map(Question::regions).collect::<Vec<_>>(), [["gwangju"], ["gwangju-si"]]);
    let whole = understand("광주광역시 동시접속자", &context);
    assert!(matches!(&whole, Understood::Question { question, .. } if question.regions() == ["gwangju"]), "{whole:?}");
    assert!(
        matches!(ask("부산 지금 몇이야?"), Understood::Ambiguous { about: About::Measure, choices } if choices.len() == 4)
    );
    assert!(matches!(ask("부산"), Understood::Ambiguous { about: About::Kind, .. }));
    assert!(matches!(ask("users' favourite colour"), Understood::Ambiguous { about: About::Words { .. }, .. }));
}

#[test]
fn what_cannot_be_answered_says_why() {
    assert_eq!(why(""), Reason::Empty);
    assert_eq!(why(" \u{200b}\n"), Reason::Empty);
    assert_eq!(why(&"부산 ".repeat(50_000)), Reason::TooLong);
    assert_eq!(why("서버 재시작해줘"), Reason::Action);
    assert_eq!(why("접속자 전화번호 알려줘"), Reason::Personal);
    assert_eq!(why("사용자 IP로 집 위치 찾아줘"), Reason::Personal);
    assert_eq!(why("오늘 날씨 어때?"), Reason::OtherSubject);
    assert_eq!(why("디스크 사용률 알려줘"), Reason::NotMeasured);
    assert_eq!(why("내일 동시접속자 몇 명일까?"), Reason::Future);
    assert_eq!(why("블라블라"), Reason::NotUnderstood);
}

#[test]
fn only_what_is_said_changes_in_a_follow_up() {
    let first = question("어제 서울 동시접속자는?");
    let next = |text: &str| match ask_after(text, Some(&first)) {
        Understood::Question { question, .. } => question,
        other => panic!("{text}: {other:?}"),
    };
    let busan = next("그럼 부산은?");
    assert_eq!(Question { areas: busan.areas.clone(), ..first.clone() }, busan);
    assert_eq!(busan.regions(), ["busan"]);
    let week = next("지난주는?");
    assert_eq!((span(&week.period), week.regions()), ((kst(9, 0), kst(16, 0)), vec!["seoul"]));
    let cause = next("왜?");
    assert_eq!((cause.kind, &cause.period, cause.regions()), (Kind::Diagnose, &first.period, vec!["seoul"]));
    assert_eq!(next("what about Busan?").regions(), ["busan"]);
    assert_eq!(next("전국 시스템 중 가장 부하가 높은 지역은?").regions(), [""; 0], "a question of its own");
}

#[test]
fn misspellings_are_read_and_told() {
    let outcome = ask("어재 동시접속쟈");
    let Understood::Question { question, assumptions } = outcome else { panic!("{outcome:?}") };
    assert_eq!((question.kind, question.measures), (Kind::Value, vec![Measure::Users]));
    assert_eq!(span(&question.period), (kst(19, 0), kst(20, 0)));
    assert!(assumptions.contains(&Assumption::Spelling { typed: "동시접속쟈".into() }), "{assumptions:?}");
    assert!(
        matches!(ask("compare users with yesteday"), Understood::Question { question, .. } if question.kind == Kind::Compare)
    );
}

#[test]
fn endings_as_they_sound_and_neighbouring_vowels_are_read() {
    assert_eq!(question("부하가 가장 높은 지여근?").kind, Kind::RankRegions);
    assert_eq!(question("이번 주 오류율 츠이").kind, Kind::Trend);
}

#[test]
fn whatever_is_asked_can_be_reported() {
    let kind = |text: &str| question(text).kind;
    assert_eq!(kind("금분기 내 자원 확충이 필요한 시스템을 보고해 주시기 바랍니다"), Kind::Capacity);
    assert_eq!(kind("오늘 장애를 보고해 주세요"), Kind::Incidents);
    assert_eq!(kind("지금 서울 동시접속자를 보고해줘"), Kind::Value);
    assert_eq!(kind("이번 주 성능을 보고해줘"), Kind::Report);
    assert_eq!(kind("주간 보고해 주세요"), Kind::Report);
}

#[test]
fn now_adds_nothing_to_a_longer_time_that_runs() {
    for text in ["what are the slowest APIs right now in terms of today", "지금 오늘 가장 느린 API는?"] {
        assert_eq!(span(&question(text).period), (kst(20, 0), at()), "{text}");
    }
    assert_eq!(span(&question("지금 가장 느린 API는?").period), (at() - 3600, at()));
}

#[test]
fn nothing_of_the_starters_is_left_aside() {
    for starter in Starter::ALL {
        for lang in [Lang::Ko, Lang::En] {
            let Understood::Question { assumptions, .. } = ask(starter.text(lang)) else { panic!("{starter:?}") };
            let ignored = assumptions.iter().any(|assumption| matches!(assumption, Assumption::Ignored { .. }));
            assert!(!ignored, "{starter:?} {lang:?}: {assumptions:?}");
        }
    }
}

#[test]
fn a_question_survives_json() {
    for starter in Starter::ALL {
        let q = question(starter.text(Lang::Ko));
        let text = serde_json::to_string(&q).expect("JSON");
        assert_eq!(serde_json::from_str::<Question>(&text).expect("a question"), q, "{text}");
    }
}

#[test]
fn suggestions_by_syllables_and_initials() {
    let first = |typed: &str, lang| suggest(typed, &names(lang), lang).into_iter().next().map(|s| s.text);
    assert_eq!(suggest("", &names(Lang::Ko), Lang::Ko).len(), 9);
    assert_eq!(first("ㅇㅈ 같은", Lang::Ko).as_deref(), Some(Starter::CompareYesterday.text(Lang::Ko)));
    assert!(first("ㅂㅅ", Lang::Ko).is_some_and(|text| text.starts_with("부산")));
    assert_eq!(first("보곳", Lang::Ko), first("보고서", Lang::Ko), "an unfinished syllable");
    assert_eq!(first("which reg", Lang::En).as_deref(), Some(Starter::Busiest.text(Lang::En)));
    assert!(
        suggest("제주", &names(Lang::Ko), Lang::Ko).iter().any(|s| s.text.starts_with("제주는 ")),
        "the particle fits"
    );
    assert!(suggest("zzz", &names(Lang::En), Lang::En).is_empty());
    for lang in [Lang::Ko, Lang::En] {
        for typed in ["", "부", "B", "오", "w", "ㅇ", "t"] {
            for suggestion in suggest(typed, &names(lang), lang) {
                assert!(matches!(ask(&suggestion.text), Understood::Question { .. }), "{}", suggestion.text);
            }
        }
    }
}

/// Pieces from which texts are thrown together.
const PIECES: [&str; 34] = [
    "어제",
    "오늘",
    "지난주",
    "같은 시간",
    "같은 요일",
    "11월",
    "3일",
    "오후 2시",
    "30분",
    "부터",
    "까지",
    "전",
    "최근",
    "이번 분기",
    "첫째 주",
    "부산",
    "호남",
    "동시접속자",
    "부하",
    "보다",
    "와",
    "왜",
    "비교",
    "API",
    "80%",
    "이상",
    "증설",
    "보고서",
    "yesterday",
    "from",
    "to",
    "last",
    "31",
    "week",
];

proptest! {
    #[test]
    fn never_panics_on_rubbish(text in "\\PC{0,80}", at in proptest::num::i64::ANY) {
        let regions = regions();
        let context = Context { at, regions: &regions, services: &[], previous: None };
        prop_assert_eq!(understand(&text, &context), understand(&text, &context));
        let _ = suggest(&text, &names(Lang::Ko), Lang::Ko);
    }

    #[test]
    fn words_in_any_order_give_sound_periods(picks in proptest::collection::vec(0..PIECES.len(), 1..9), spaced in proptest::bool::ANY) {
        let words: Vec<&str> = picks.iter().map(|pick| PIECES[*pick]).collect();
        let text = words.join(if spaced { " " } else { "" });
        let first = question("부산 동시접속자 어제");
        for previous in [None, Some(&first)] {
            if let Understood::Question { question, .. } = ask_after(&text, previous) {
                prop_assert!(question.period.from < question.period.to, "{}: {:?}", text, question);
                prop_assert!(question.against.as_ref().is_none_or(|a| a.from < a.to), "{}: {:?}", text, question);
                prop_assert!(question.kind == Kind::Capacity || question.period.from < at(), "{}: {:?}", text, question);
            }
        }
    }
}
