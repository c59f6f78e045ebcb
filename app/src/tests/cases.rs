//! Incidents of the made-up nation, and the pages made of them: every word there is for a cause is said in both languages.

use bonghwa_analytics::cause::{
    Acquittal, Cause, CauseKind, Check, Confidence, Evidence, EvidenceKind, Explanation, Missing, Outcome, Quantity,
};
use bonghwa_analytics::detect::Method as BandMethod;
use bonghwa_analytics::format::Lang;
use bonghwa_analytics::view::{
    FindingRow, IncidentChart, IncidentRow, IncidentView, IncidentsView, Lane, Level, Line, Mark, MarkKind, Measure,
    Method, PathStep, SubjectKind, Unit,
};

use super::sample::{self, NOW, fact};
use super::{LANGS, check, html, text};
use crate::address::Page;
use crate::page;

const FROM: i64 = NOW - 2640;

fn finding(subject: SubjectKind, service: &str, measure: Measure, value: f64, middle: f64) -> FindingRow {
    let unit = match measure {
        Measure::LatencyP95 => Unit::Seconds,
        Measure::Requests => Unit::PerSecond,
        Measure::Users => Unit::Users,
        _ => Unit::Ratio,
    };
    FindingRow {
        region: "busan".into(),
        subject,
        service: service.into(),
        detail: if matches!(subject, SubjectKind::Route | SubjectKind::Call) {
            "POST /minwon".into()
        } else {
            String::new()
        },
        measure,
        unit,
        above: value >= middle,
        from: FROM,
        to: None,
        seconds: 2640,
        value,
        at: NOW - 600,
        low: middle * 0.8,
        middle,
        high: middle * 1.25,
        score: 4.2,
        method: BandMethod::Season,
    }
}

fn evidence(
    kind: EvidenceKind,
    quantity: Quantity,
    subject: &str,
    before: Option<f64>,
    during: Option<f64>,
) -> Evidence {
    Evidence {
        kind,
        service: "minwon-db".into(),
        subject: subject.into(),
        quantity,
        before,
        during,
        at: Some(FROM - 60),
    }
}

fn cause(kind: CauseKind, confidence: Confidence) -> Cause {
    Cause {
        service: "minwon-db".into(),
        kind,
        route: None,
        confidence,
        share: 0.96,
        evidence: vec![
            evidence(EvidenceKind::Call, Quantity::MeanLatency, "mysql", Some(0.15), Some(0.805)),
            evidence(EvidenceKind::Saturation, Quantity::Cpu, "", Some(0.31), Some(0.97)),
            evidence(EvidenceKind::Template, Quantity::Count, "잠금 대기 시간 초과: <*>", None, Some(1284.0)),
        ],
        path: vec![("was".into(), "minwon-db".into()), ("web".into(), "was".into())],
    }
}

pub(crate) fn explanation() -> Explanation {
    let acquit = |kind, check| Acquittal { service: "was".into(), kind, at: Some(FROM - 900), check };
    Explanation {
        causes: vec![
            cause(CauseKind::SlowDatabase, Confidence::Likely),
            Cause { route: Some("GET /minwon".into()), ..cause(CauseKind::SlowService, Confidence::Possible) },
        ],
        acquitted: vec![acquit(CauseKind::Deployment { version: "2.41.0".into() }, Check::RanWell(840))],
        outcome: Outcome::Found,
    }
}

pub(crate) fn row(id: &str) -> IncidentRow {
    let symptom = finding(SubjectKind::Entry, "", Measure::LatencyP95, 0.992, 0.31);
    IncidentRow {
        id: id.into(),
        regions: vec!["busan".into()],
        level: Level::Abnormal,
        from: FROM,
        to: None,
        ratio: bonghwa_analytics::view::Fact {
            method: Method::Share,
            ..fact("ratio", Measure::LatencyP95, 3.2, Unit::Ratio, Some("busan"))
        },
        symptom,
        users: Some(fact("affected", Measure::Users, 3420.0, Unit::Users, Some("busan"))),
        findings: 312,
        explanation: Some(explanation()),
        marks: Vec::new(),
    }
}

fn over(id: &str, days: i64) -> IncidentRow {
    let mut row = row(id);
    row.from -= days * 86_400;
    row.to = Some(row.from + 2280);
    row.symptom.from = row.from;
    row.symptom.to = row.to;
    row.symptom.at = row.from + 600;
    row.marks = vec![
        Mark { at: row.from + 300, kind: MarkKind::Acknowledged, by: "김주무관".into() },
        Mark { at: row.from + 2400, kind: MarkKind::Resolved, by: String::new() },
        Mark { at: row.from + 2500, kind: MarkKind::Right, by: String::new() },
    ];
    row
}

pub(crate) fn list() -> IncidentsView {
    let now = sample::now();
    let mut unknown = over("20260612-0200-incheon", 6);
    unknown.regions = ["incheon", "seoul", "gyeonggi"].map(str::to_owned).to_vec();
    unknown.symptom.measure = Measure::ErrorRate;
    unknown.symptom.unit = Unit::Ratio;
    (unknown.symptom.value, unknown.symptom.middle, unknown.ratio.value) = (0.24, 0.0, 2.4e8);
    unknown.explanation =
        Some(Explanation { outcome: Outcome::CannotTell(vec![Missing::Culprit]), ..Explanation::default() });
    let mut sign = over("20260617-0310-jeju", 1);
    sign.level = Level::Sign;
    sign.symptom = finding(SubjectKind::Service, "was", Measure::Heap, 0.91, 0.6);
    (sign.ratio.value, sign.users, sign.explanation) = (1.5, None, None);
    IncidentsView {
        as_of: NOW,
        demo: true,
        title: now.title,
        regions: now.regions,
        region: String::new(),
        from: NOW - 7 * 86_400,
        to: NOW,
        rows: vec![row("20260618-1321-busan"), over("20260616-1000-daejeon", 2), unknown],
        signs: vec![sign],
        findings: 702,
        judged: (7, 1),
        late: vec![("gangwon".into(), NOW - 1380)],
        learning: false,
        judging: 0,
    }
}

pub(crate) fn one() -> IncidentView {
    let now = sample::now();
    let step = |service: &str, own: (f64, f64), call: Option<(f64, f64)>| PathStep {
        service: service.into(),
        own_before: Some(own.0),
        own_during: Some(own.1),
        call_before: call.map(|call| call.0),
        call_during: call.map(|call| call.1),
    };
    let line = |low: f64, high: f64, n: usize, at: usize| Line {
        values: (0..n)
            .map(|i| Some(if i < at { low } else { high } * (1.0 + ((i * 7 % 11) as f64 - 5.0) / 60.0)))
            .collect(),
    };
    let findings_of = |service: &str, count: u32, at: usize| Lane {
        service: service.into(),
        count,
        from: FROM,
        line: Line { values: (0..59).map(|i| Some(if i < at { 0.0 } else { ((i * 5) % 7) as f64 })).collect() },
    };
    IncidentView {
        runbooks: Vec::new(),
        as_of: NOW,
        demo: true,
        title: now.title,
        regions: now.regions,
        id: "20260618-1321-busan".into(),
        incident: Some(row("20260618-1321-busan")),
        chart: Some(IncidentChart {
            measure: Measure::LatencyP95,
            unit: Unit::Seconds,
            region: "busan".into(),
            start: FROM - 3600,
            step: 60,
            line: line(0.31, 0.99, 104, 60),
            low: line(0.25, 0.25, 104, 0),
            high: line(0.39, 0.39, 104, 0),
        }),
        steps: vec![
            step("web", (0.042, 0.053), None),
            step("was", (0.118, 0.134), Some((0.268, 0.939))),
            step("minwon-db", (0.15, 0.805), Some((0.15, 0.805))),
        ],
        lanes: vec![findings_of("minwon-db", 148, 14), findings_of("was", 97, 16), findings_of("", 52, 18)],
        lanes_start: FROM - 900,
        lanes_step: 60,
        findings: vec![
            finding(SubjectKind::Call, "minwon-db", Measure::LatencyP95, 0.805, 0.15),
            finding(SubjectKind::Entry, "", Measure::LatencyP95, 0.992, 0.31),
            FindingRow {
                to: Some(NOW - 60),
                method: BandMethod::Local,
                ..finding(SubjectKind::Route, "was", Measure::ErrorRate, 0.02, 0.001)
            },
            finding(SubjectKind::Service, "was", Measure::Heap, 0.3, 0.6),
        ],
        elsewhere: ["seoul", "gyeonggi", "daejeon", "jeju", "gangwon"]
            .into_iter()
            .zip([Some(1.0), Some(1.1), Some(0.9), Some(1.0), None])
            .map(|(code, ratio)| (code.to_owned(), ratio))
            .collect(),
        similar: vec![over("20260611-0900-daejeon", 7)],
    }
}

pub(crate) fn list_html(view: &IncidentsView, address: &str, lang: Lang) -> String {
    html(address, lang, |here, hands| {
        let Page::Incidents(query) = &here.address.page else { panic!("another page") };
        page::incidents::render(here, view, query, hands)
    })
}

pub(crate) fn one_html(view: &IncidentView, address: &str, lang: Lang) -> String {
    html(address, lang, |here, hands| page::incident::render(here, view, hands))
}

/// Kinds of causes, one of each.
fn kinds() -> Vec<CauseKind> {
    vec![
        CauseKind::SlowDatabase,
        CauseKind::SlowService,
        CauseKind::Errors,
        CauseKind::HeapExhaustion,
        CauseKind::CpuSaturation,
        CauseKind::DiskFull,
        CauseKind::NetworkBetween { caller: "was".into(), callee: "auth".into() },
        CauseKind::Deployment { version: "2.41.0".into() },
        CauseKind::LogInBurst,
        CauseKind::RequestBurst,
        CauseKind::Outage,
        CauseKind::NothingArrives,
    ]
}

#[test]
fn both_pages_hold_the_rules_of_every_page() {
    for lang in LANGS {
        for address in ["/incidents", "/incidents?region=busan&span=31d&theme=dark"] {
            check(address, &list_html(&list(), address, lang));
        }
        check("one", &one_html(&one(), "/incidents/20260618-1321-busan", lang));
    }
}

#[test]
fn an_incident_is_said_in_sentences() {
    let [ko, en] = LANGS.map(|lang| text(&one_html(&one(), "/incidents/20260618-1321-busan", lang)));
    for sentence in [
        "부산의 응답이 평소보다 3.2배 느립니다",
        "13:21에 시작해 44분째, 14:05 기준",
        "minwon-db 데이터베이스에서 시작한 지연입니다.",
        "약 3,420",
        "±\u{a0}0.8\u{a0}%",
        "늘어난 시간의 96\u{a0}%가 minwon-db에서 생겼습니다",
        "+655\u{a0}ms",
        "minwon-db에서 mysql을 부르는 시간이 150\u{a0}ms에서 805\u{a0}ms로 길어졌습니다.",
        "그 뒤 14분 동안 평소와 같다가 증상이 나왔습니다.",
        "징후 312건을 이 사건 하나로 묶었습니다",
        "다른 4개 지역의 같은 수치는 평소의 0.9–1.1배였습니다. 자료가 없어 확인하지 못한 곳: 강원.",
        "992\u{a0}ms ÷ 평소 310\u{a0}ms",
        "잠금을 쥔 작업",
    ] {
        assert!(ko.contains(sentence), "{sentence}\n{ko}");
    }
    for sentence in ["Responses of Busan take 3.2× as long as usual", "It starts in the database minwon-db", "Likely"]
    {
        assert!(en.contains(sentence), "{sentence}\n{en}");
    }
}

#[test]
fn every_kind_of_cause_has_words() {
    for lang in LANGS {
        for kind in kinds() {
            for confidence in [Confidence::Possible, Confidence::Likely, Confidence::Confirmed] {
                let mut view = one();
                let shown = view.incident.as_mut().and_then(|row| row.explanation.as_mut());
                if let Some(shown) = shown {
                    shown.causes = vec![cause(kind.clone(), confidence)];
                }
                let html = one_html(&view, "/incidents/x", lang);
                check("cause", &html);
                assert!(!text(&html).contains('{'), "{kind:?}");
            }
        }
    }
}

#[test]
fn every_kind_of_evidence_has_words() {
    use EvidenceKind as Kind;
    let kinds = [
        Kind::Service,
        Kind::Call,
        Kind::Unchanged,
        Kind::Saturation,
        Kind::Restart,
        Kind::Change,
        Kind::Template,
        Kind::Source,
        Kind::Requests,
    ];
    let quantities = [
        Quantity::MeanLatency,
        Quantity::ErrorRate,
        Quantity::RequestsPerSecond,
        Quantity::Count,
        Quantity::Cpu,
        Quantity::Memory,
        Quantity::Heap,
        Quantity::Disk,
        Quantity::Bytes,
    ];
    let values = [(Some(0.1), Some(0.9)), (Some(0.9), Some(0.1)), (None, Some(0.5)), (Some(0.5), None), (None, None)];
    for lang in LANGS {
        let mut view = one();
        let mut all = Vec::new();
        for kind in kinds {
            for quantity in quantities {
                all.extend(values.map(|(before, during)| evidence(kind, quantity, "x", before, during)));
            }
        }
        if let Some(shown) = view.incident.as_mut().and_then(|row| row.explanation.as_mut()) {
            shown.causes[0].evidence = all;
        }
        let html = one_html(&view, "/incidents/x", lang);
        check("evidence", &html);
        assert!(!text(&html).contains('{'));
    }
}

#[test]
fn what_cannot_be_told_is_a_conclusion_with_its_reasons() {
    let reasons =
        [Missing::Symptom, Missing::Before, Missing::During, Missing::Service, Missing::Excess, Missing::Culprit];
    for lang in LANGS {
        for reason in reasons {
            let mut view = one();
            view.steps.clear();
            if let Some(row) = &mut view.incident {
                let check = Check::AddsNothing;
                let acquitted = vec![
                    Acquittal { service: "was".into(), kind: CauseKind::DiskFull, at: None, check },
                    Acquittal {
                        service: "was".into(),
                        kind: CauseKind::HeapExhaustion,
                        at: None,
                        check: Check::AddsNothing,
                    },
                    Acquittal {
                        service: "was".into(),
                        kind: CauseKind::Errors,
                        at: Some(FROM),
                        check: Check::CameAfter,
                    },
                ];
                let outcome = Outcome::CannotTell(vec![reason]);
                row.explanation = Some(Explanation { causes: Vec::new(), acquitted, outcome });
            }
            let html = one_html(&view, "/incidents/x", lang);
            check("cannot tell", &html);
            let said = text(&html);
            assert!(said.contains(lang.pick("원인은 알 수 없습니다.", "The cause cannot be told.")), "{said}");
            assert!(!html.contains("class=\"path"), "no path without a cause");
        }
    }
    let mut view = one();
    view.incident.as_mut().into_iter().for_each(|row| row.explanation = None);
    assert!(text(&one_html(&view, "/incidents/x", LANGS[0])).contains("원인을 찾고 있습니다."));
    view.incident = None;
    assert!(text(&one_html(&view, "/incidents/x", LANGS[0])).contains("그런 사건이 없습니다"));
}

#[test]
fn the_list_is_headed_by_what_is_open() {
    let mut view = list();
    let ko = text(&list_html(&view, "/incidents", LANGS[0]));
    for sentence in [
        "열린 사건이 1건 있습니다",
        "지난 7일 동안 징후 702건을 사건 3건과 작은 징후 1건으로 묶었습니다.",
        "데이터베이스 지연, minwon-db가능성 높음",
        "인천 등 3개 지역의 오류율이 24\u{a0}%까지 올랐습니다",
        "원인은 알 수 없습니다.",
        "해결됨",
        "강원 23분 지연, 마지막 13:42",
        "맞음 7, 틀림 1",
        "작은 징후 1건",
    ] {
        assert!(ko.contains(sentence), "{sentence}\n{ko}");
    }
    assert!(!ko.contains("240,000,000"), "a multiple of next to nothing says nothing\n{ko}");
    view.rows.retain(|row| row.to.is_some());
    assert!(text(&list_html(&view, "/incidents", LANGS[0])).contains("열린 사건이 없습니다"));
    view.rows.clear();
    view.signs.clear();
    assert!(text(&list_html(&view, "/incidents", LANGS[0])).contains("지난 7일 동안 사건이 없었습니다."));
    assert!(list_html(&view, "/incidents", LANGS[0]).contains("span=31d"));
    view.learning = true;
    check("learning", &list_html(&view, "/incidents", LANGS[1]));
    assert!(text(&list_html(&view, "/incidents", LANGS[0])).contains("아직 평소를 배우는 중입니다"));
}

#[test]
fn what_was_said_of_an_incident_decides_what_can_be_said_next() {
    let mut view = one();
    let mut mark = |kind| {
        if let Some(row) = &mut view.incident {
            row.marks.push(Mark { at: NOW, kind, by: "김주무관".into() });
        }
        one_html(&view, "/incidents/x", LANGS[0])
    };
    let taken = mark(MarkKind::Acknowledged);
    assert!(text(&taken).contains("확인함, 김주무관 14:05") && !taken.contains("data-mark=\"acknowledged\""));
    let done = mark(MarkKind::Resolved);
    assert!(done.contains("data-mark=\"reopened\"") && !done.contains("data-mark=\"resolved\""));
    let again = mark(MarkKind::Reopened);
    assert!(again.contains("data-mark=\"acknowledged\""));
    let right = mark(MarkKind::Right);
    assert_eq!(right.matches("aria-pressed=\"true\"").count(), 1);
}

#[test]
fn a_database_that_reports_nothing_takes_what_its_caller_measured() {
    let mut view = one();
    (view.steps[2].own_before, view.steps[2].own_during) = (None, None);
    let page = text(&one_html(&view, "/incidents/x", LANGS[0]));
    assert!(page.contains("스스로 +655\u{a0}ms"), "{page}");
    let same = view.elsewhere.iter_mut().filter_map(|(_, ratio)| ratio.as_mut());
    same.for_each(|ratio| *ratio = 1.1);
    assert!(text(&one_html(&view, "/incidents/x", LANGS[0])).contains("평소의 1.1배였습니다."));
}

#[test]
fn names_from_outside_are_text_here_too() {
    let mut view = one();
    if let Some(row) = &mut view.incident {
        row.symptom.service = "<script>alert(1)</script>".into();
        row.marks.push(Mark { at: NOW, kind: MarkKind::Acknowledged, by: "<img src=x>".into() });
    }
    view.steps[2].service = "\"><img src=x>".into();
    let page = one_html(&view, "/incidents/x", LANGS[0]);
    assert!(!page.contains("<script") && !page.contains("<img"));
}
