//! 묻기 of the made-up nation: conclusions, what is taken for granted, what is asked back and what is out of reach.

use bonghwa_analytics::answer::{Answer, Body, Compared, Endpoints, Measured, Pair, RankRow, Ranked, Reply, Reported};
use bonghwa_analytics::ask::{
    About, Area, Assumption, Kind, Order, Period, Quantity, Question, Reason, Starter, Threshold, Understood,
};
use bonghwa_analytics::format::Lang;
use bonghwa_analytics::time::{DAY, WEEK};
use bonghwa_analytics::view::{CapacityPlan, IncidentsView, Measure, Unit};

use super::sample::{self, NOW, fact};
use super::{LANGS, check, html, text};
use crate::address::Page;
use crate::page;

fn question(kind: Kind, measures: &[Measure]) -> Question {
    let period = Period { from: NOW - 3600, to: NOW, said: String::new() };
    Question { measures: measures.to_vec(), ..Question::new(kind, period) }
}

fn reply(understood: Understood, body: Option<(Question, Body)>) -> Reply {
    let answer = body.map(|(question, body)| Answer {
        as_of: NOW,
        demo: true,
        title: ("전국".into(), "Nation".into()),
        question,
        regions: sample::regions(),
        mode: bonghwa_analytics::identity::IdentityMode::UserCookie,
        body,
        charts: Vec::new(),
        late: vec![("gangwon".into(), NOW - 1380)],
    });
    Reply {
        text: "질문".into(),
        as_of: NOW,
        demo: true,
        title: ("전국".into(), "Nation".into()),
        regions: sample::regions(),
        understood,
        answer,
        runbooks: Vec::new(),
        id: String::new(),
    }
}

fn shown(reply: &Reply, lang: Lang) -> String {
    html("/ask?q=질문&b=먼저", lang, |here, hands| {
        let Page::Ask(query) = &here.address.page else { panic!("another page") };
        page::ask::render(here, reply, query, hands)
    })
}

/// Both languages on the page and in plain text; every figure of the conclusion has its source.
fn said(question: &Question, body: Body) -> [String; 2] {
    let understood = Understood::Question { question: question.clone(), assumptions: vec![Assumption::Period] };
    let reply = reply(understood, Some((question.clone(), body)));
    LANGS.map(|lang| {
        let page = shown(&reply, lang);
        check("/ask", &page);
        for (at, _) in page.match_indices("href=\"#src-") {
            let anchor = page[at + 7..].split('"').next().unwrap_or_default();
            assert!(page.contains(&format!("id=\"{anchor}\"")), "{anchor} has no source");
        }
        let plain = crate::speak(&reply, lang);
        // Whoever puts the answer into other words is given slots for all that has a digit; filled, they are the answer.
        let told = crate::told(&reply, lang).unwrap_or_default();
        let mut filled = told.answer.clone();
        for (at, fact) in told.facts.iter().enumerate().rev() {
            filled = filled.replace(&format!("{{f{}}}", at + 1), &fact.text);
        }
        assert!(plain.starts_with(filled.trim()), "{filled}: {plain}");
        assert!(text(&page).contains(plain.lines().next().unwrap_or_default()), "{plain}");
        plain
    })
}

fn measured(measure: Measure, value: Option<f64>, unit: Unit, id: &str) -> Measured {
    let value = value.map(|value| fact(id, measure, value, unit, None));
    Measured { area: Area { name: String::new(), regions: Vec::new() }, measure, value, peak: None, distinct: None }
}

#[test]
fn a_comparison_is_one_sentence() {
    let mut asked = question(Kind::Compare, &[Measure::Users, Measure::Load]);
    asked.against = Some(Period { from: NOW - DAY - 3600, to: NOW - DAY, said: "같은 시간대".into() });
    let pair = |measure, unit, now: Option<f64>, then: Option<f64>| Pair {
        now: measured(measure, now, unit, &format!("{measure:?}-now")),
        then: Some(measured(measure, then, unit, &format!("{measure:?}-then"))),
    };
    let compared = |pairs| Body::Compared(Compared { pairs, times: true });
    let load = pair(Measure::Load, Unit::Ratio, Some(0.54), Some(0.51));
    let [ko, en] =
        said(&asked, compared(vec![pair(Measure::Users, Unit::Users, Some(88.0), Some(100.0)), load.clone()]));
    assert!(
        ko.starts_with("동시접속자는 어제 같은 시간보다 12.0\u{a0}% 적고, 부하율은 3.00\u{a0}%p 높습니다."),
        "{ko}"
    );
    assert!(
        en.starts_with(
            "Against the same time yesterday: Concurrent users 12.0\u{a0}% fewer, Load 3.00\u{a0}%p higher."
        ),
        "{en}"
    );
    let [ko, _] = said(&asked, compared(vec![pair(Measure::Users, Unit::Users, Some(100.0), Some(100.0))]));
    assert!(ko.starts_with("동시접속자는 어제 같은 시간과 거의 같습니다."), "{ko}");
    let [ko, en] = said(&asked, compared(vec![pair(Measure::Users, Unit::Users, Some(100.0), None), load]));
    assert!(ko.starts_with("동시접속자는 견줄 자료가 없고, 부하율은 3.00\u{a0}%p 높습니다."), "{ko}");
    assert!(en.contains("data is missing"), "{en}");
    assert!(ko.contains("강원에서 새 자료가 오지 않아") && en.contains("Nothing new arrives from Gangwon"));
}

#[test]
fn rankings_values_and_endpoints_say_what_cannot_be_told() {
    let mut asked = question(Kind::RankRegions, &[Measure::Load]);
    let row = |region: &str, value| RankRow {
        region: region.into(),
        value: fact(&format!("load-{region}"), Measure::Load, value, Unit::Ratio, Some(region)),
    };
    let ranked = |rows: Vec<RankRow>, passing| {
        let total = rows.len() as u16;
        Body::Ranked(Ranked { measure: Measure::Load, ascending: false, rows, total, passing })
    };
    let [ko, en] = said(&asked, ranked(vec![row("gyeonggi", 0.71), row("seoul", 0.64)], None));
    assert!(ko.starts_with("지금 부하율이 가장 높은 지역은 경기, 71\u{a0}%입니다."), "{ko}");
    assert!(en.starts_with("The highest Load now is in Gyeonggi: 71\u{a0}%."), "{en}");
    let [ko, _] = said(&asked, ranked(Vec::new(), None));
    assert!(ko.contains("알 수 없습니다"), "{ko}");
    asked.threshold = Some(Threshold { value: 0.8, unit: Quantity::Ratio });
    let [ko, en] = said(&asked, ranked(vec![row("gyeonggi", 0.71)], Some(0)));
    assert!(ko.contains("넘는 지역은 없습니다") && en.starts_with("0 regions"), "{ko} {en}");
    let users = question(Kind::Value, &[Measure::Users]);
    let [ko, en] = said(&users, Body::Measured(vec![measured(Measure::Users, None, Unit::Users, "users")]));
    assert!(ko.contains("알 수 없습니다") && en.contains("cannot be told"), "{ko} {en}");
    let mut deployed = question(Kind::SlowEndpoints, &[Measure::LatencyP95]);
    (deployed.after_deployment, deployed.order) = (true, Some(Order::Slowest));
    let none = Endpoints {
        measure: Measure::LatencyP95,
        rows: Vec::new(),
        total: 0,
        period: (NOW - 3600, NOW),
        before: None,
        deployment: None,
    };
    let [ko, _] = said(&deployed, Body::Endpoints(none.clone()));
    assert!(ko.contains("배포한 기록이 없어 알 수 없습니다"), "{ko}");
    let found = Endpoints { deployment: Some(("seoul".into(), "was".into(), "2.5.0".into(), NOW - 3600)), ..none };
    let [ko, en] = said(&deployed, Body::Endpoints(found));
    assert!(ko.contains("느려진 API는 없습니다") && en.starts_with("Nothing became slower"), "{ko} {en}");
}

#[test]
fn what_is_open_and_what_is_out_of_reach_is_said_in_both_languages() {
    let word = || "광주".to_owned();
    let reasons = [
        Reason::Empty,
        Reason::TooLong,
        Reason::Action,
        Reason::Personal,
        Reason::OtherSubject,
        Reason::NotMeasured,
        Reason::UnknownPlace { name: word() },
        Reason::Future,
        Reason::NoSuchTime,
        Reason::NotUnderstood,
    ];
    for why in reasons {
        let reply = reply(Understood::Cannot { why: why.clone(), instead: Starter::ALL.to_vec() }, None);
        let [ko, en] = LANGS.map(|lang| {
            check("/ask", &shown(&reply, lang));
            crate::speak(&reply, lang)
        });
        assert!(ko.lines().count() > 9 && en.lines().count() > 9 && ko != en, "{why:?}");
    }
    let choices = vec![question(Kind::Value, &[Measure::Users]), question(Kind::Diagnose, &[])];
    for about in [About::Region { name: word() }, About::Measure, About::Kind, About::Words { words: word() }] {
        let reply = reply(Understood::Ambiguous { about, choices: choices.clone() }, None);
        for lang in LANGS {
            let page = shown(&reply, lang);
            check("/ask", &page);
            assert!(page.contains("pick=0") && page.contains("pick=1"), "{page}");
        }
    }
    let assumptions = vec![
        Assumption::Period,
        Assumption::Against,
        Assumption::Measures,
        Assumption::Horizon,
        Assumption::Limit,
        Assumption::SameElapsed,
        Assumption::Afternoon,
        Assumption::Spelling { typed: word() },
        Assumption::Ignored { words: word() },
    ];
    let asked = question(Kind::Value, &[Measure::Users]);
    let body = Body::Measured(vec![measured(Measure::Users, Some(184_000.0), Unit::Users, "users")]);
    let count = assumptions.len();
    let reply = reply(Understood::Question { question: asked.clone(), assumptions }, Some((asked, body)));
    for lang in LANGS {
        assert!(crate::speak(&reply, lang).lines().count() >= count + 2, "{lang:?}");
    }
}

#[test]
fn long_and_suspicious_sessions_are_both_told_whichever_was_asked_for() {
    let body = || Body::Sessions(Box::new(sample::sessions()));
    let [ko, en] = said(&question(Kind::Sessions, &[]), body());
    for sentence in [
        "전국의 장시간 접속은 64건이고, 가장 긴 것은 강원에서 5시간 42분 이어졌습니다.",
        "수상한 접속은 한 주소의 로그인 집중 1건, 한 주소를 쓰는 여러 이용자 1건입니다.",
        "가장 두드러진 것은 강원의 한 주소에서 1분에 243번 로그인을 시도한 것입니다.",
        "장시간 접속 64건:",
        "1분에 최대 243번, 모두 2,880번 시도해 2,860번 실패",
    ] {
        assert!(ko.contains(sentence), "{sentence}\n{ko}");
    }
    for sentence in
        ["Nationwide, ", "64 long sessions, the longest in Gangwon for 5 h 42 min.", "243 log-ins in a minute"]
    {
        assert!(en.contains(sentence), "{sentence}\n{en}");
    }
    // A number of log-ins asks for what is suspicious first; nothing of the other is lost.
    let mut bursts = question(Kind::Sessions, &[]);
    bursts.threshold = Some(Threshold { value: 100.0, unit: Quantity::Count });
    let [turned, _] = said(&bursts, body());
    assert!(turned.starts_with("수상한 접속은") && turned.contains("장시간 접속은 64건"), "{turned}");
    let mut quiet = sample::sessions();
    quiet.lists.iter_mut().for_each(|list| (list.total, list.listed) = (0, Vec::new()));
    let [ko, en] = said(&question(Kind::Sessions, &[]), Body::Sessions(Box::new(quiet)));
    assert!(ko.contains("장시간 접속은 없습니다. 수상한 접속은 없습니다."), "{ko}");
    assert!(en.contains("no long session. Nothing looks suspicious."), "{en}");
}

#[test]
fn a_report_names_the_period_before_and_counts_the_whole_plan() {
    let told = |length: i64, shift: i64, then: f64, more: u32| {
        let mut asked = question(Kind::Report, &[]);
        asked.period.from = NOW - length;
        let now = measured(Measure::Users, Some(100.0), Unit::Users, "users-now");
        let then = Some(measured(Measure::Users, Some(then), Unit::Users, "users-then"));
        let incidents = IncidentsView { rows: vec![super::cases::row("one")], ..super::cases::list() };
        let body = Body::Reported(Box::new(Reported {
            compared: Compared { pairs: vec![Pair { now, then }], times: true },
            before: (NOW - length - shift, NOW - shift),
            incidents,
            ranked: Vec::new(),
            plan: CapacityPlan { counts: [more, 0, 0], ..CapacityPlan::default() },
        }));
        said(&asked, body)
    };
    for (length, shift, ko, en) in [
        (DAY, DAY, "하루 전과 거의 같습니다", "the same as the day before"),
        (5 * DAY, WEEK, "지난주 같은 때와 거의 같습니다", "the same as the same part of last week"),
        (30 * DAY, 4 * WEEK, "4주 전 같은 때와 거의 같습니다", "the same as the same time 4 weeks before"),
    ] {
        let [told_ko, told_en] = told(length, shift, 100.0, 70);
        assert!(told_ko.contains(ko) && told_ko.contains("늘려야 할 곳은 70곳입니다"), "{told_ko}");
        assert!(told_en.contains(en) && told_en.contains("1 incident; 70 places need more"), "{told_en}");
    }
    assert!(told(30 * DAY, 4 * WEEK, 80.0, 1)[0].contains("4주 전 같은 때보다 25.0"));
    assert!(told(DAY, DAY, 80.0, 1)[1].contains("1 place needs more"));
}

#[test]
fn an_answer_can_be_asked_for_another_period_and_taken_along() {
    let rows = vec![measured(Measure::Users, Some(100.0), Unit::Users, "users")];
    let asked = question(Kind::Value, &[Measure::Users]);
    let understood = Understood::Question { question: asked.clone(), assumptions: Vec::new() };
    let reply = reply(understood, Some((asked, Body::Measured(rows))));
    let page = |query: &str, lang| {
        html(&format!("/ask?q=질문{query}"), lang, |here, hands| {
            let Page::Ask(query) = &here.address.page else { panic!("another page") };
            page::ask::render(here, &reply, query, hands)
        })
    };
    let first = page("&b=먼저", Lang::Ko);
    check("/ask", &first);
    for wanted in
        ["when=yesterday", "when=7d", "when=last-week", "when=month", "name=\"from\"", "name=\"b\" value=\"먼저\""]
    {
        assert!(first.contains(wanted), "{wanted}");
    }
    assert!(!text(&first).contains("처음 물은 대로"));
    let second = page("&when=yesterday", Lang::En);
    assert!(second.contains("when=yesterday\" data-noscroll aria-current=\"true\">Yesterday"), "{second}");
    assert!(text(&second).contains("As first asked"));
    // The link to keep says the instant, and whoever opens it sees that instant and a way out.
    let fixed =
        first.split("href=\"").find(|rest| rest.contains("at=")).and_then(|rest| rest.split('"').next()).unwrap();
    let at = format!("at={}", bonghwa_analytics::format::local(NOW));
    assert!(fixed.contains(&at), "{fixed}");
    assert!(text(&page("&at=2026-06-18T10:00", Lang::Ko)).contains("10:00 기준 지금 기준으로 다시"));
}
