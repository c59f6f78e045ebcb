//! Answers over two small regions whose hours are known, held against sums made here.
#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod support;

use std::collections::BTreeMap;

use bonghwa_analytics::answer::{Asking, Body, Reply, Source, answer, reply};
use bonghwa_analytics::ask::{Area, Period, Question, Understood, When};
use bonghwa_analytics::atlas::{Atlas, AtlasError, Union};
use bonghwa_analytics::baseline::Baselines;
use bonghwa_analytics::bucket::{Bucket, Concurrency, Gauge, Name, Resource, Transaction};
use bonghwa_analytics::detect::Method;
use bonghwa_analytics::frame::{Form, Frame, Row, encode_registers};
use bonghwa_analytics::identity::{FleetKey, IdentityMode};
use bonghwa_analytics::incident::{Finding, Incident};
use bonghwa_analytics::region::Region;
use bonghwa_analytics::session::{Kind, Session, Sessions, Thresholds};
use bonghwa_analytics::sketch::{Scheme, Sketch};
use bonghwa_analytics::summary::Summary;
use bonghwa_analytics::time::{DAY, Resolution};
use bonghwa_analytics::view::{
    CapacityPlan, ForecastQuery, ForecastView, IncidentsQuery, IncidentsView, Level, Measure, Moment, NowQuery,
    NowView, Past, RegionSessions, SessionsQuery, SessionsView, forecast, incident_row, incidents, now, sessions,
};
use bonghwa_analytics::watch::{SeriesKey, Subject, Worst};
use support::{AS_OF, MODE, moment, place};

/// Five minutes of a region: requests, failures, milliseconds, the users of it, CPU use.
fn bucket(region: &str, start: i64) -> Bucket {
    let step = (start / 300).rem_euclid(7) as u64;
    let (count, millis, cpu) = match region {
        "busan" => (600 + step, 100 + step, 300_000),
        _ => (1200 + step, 400 + step, 700_000),
    };
    let mut entry = Transaction { count, errors: count / 100, ..Transaction::default() };
    entry.latency.insert_n(millis * 1_000_000, count);
    let mut select = Transaction { count: 300, errors: 150, ..Transaction::default() };
    select.latency.insert_n(20_000_000, 300);
    let key = FleetKey::new([3; 16]);
    let mut sketch = Sketch::new(Scheme::keyed(MODE, key.id()));
    (0..200_u32).for_each(|user| sketch.insert_hash(key.identity(MODE, &user.to_le_bytes())));
    Bucket {
        concurrency: BTreeMap::from([(MODE, Concurrency { identified: count, sketch })]),
        transactions: BTreeMap::from([
            ((Name::from("web"), Name::from("GET /list")), entry.clone()),
            ((Name::from("db"), Name::from("select")), select),
        ]),
        resources: BTreeMap::from([
            ((Name::from("web"), Resource::Cpu), Gauge::sample(cpu, 0)),
            ((Name::from("db"), Resource::Cpu), Gauge::sample(100_000, 0)),
        ]),
        entry,
        ..Bucket::default()
    }
}

const REGIONS: [&str; 2] = ["seoul", "busan"];
const DAYS: i64 = 9;

struct Files(Atlas);

impl Files {
    fn new() -> Self {
        let named = |code: &str| {
            let (ko, en) = if code == "busan" { ("부산", "Busan") } else { ("서울", "Seoul") };
            Region { ko: ko.into(), en: en.into(), ..place(code) }
        };
        let mut atlas = Atlas::new(REGIONS.map(named).into());
        let end = Resolution::FiveMinutes.floor(AS_OF);
        for region in REGIONS {
            let rows = (1..=DAYS * 288).rev().map(|back| {
                let start = end - back * 300;
                let bucket = bucket(region, start);
                let (mut summary, mut registers) = (Vec::new(), Vec::new());
                Summary::of(&bucket).encode(&mut summary);
                encode_registers(&bucket.concurrency, Form::Rest, &mut registers);
                Row { start, seq: 1, summary: Some(summary), registers: Some(registers), ..Row::default() }
            });
            let (region, key) = (region.to_owned(), FleetKey::new([3; 16]).id());
            atlas.insert(&Frame { region, key, resolution: Resolution::FiveMinutes, rows: rows.collect() }).unwrap();
        }
        Self(atlas)
    }
}

fn at<T>(read: impl FnOnce(&Moment<'_>) -> T) -> T {
    let baselines = Baselines::default();
    read(&moment(AS_OF, &baselines))
}

impl Source for Files {
    type Error = AtlasError;

    fn atlas<T>(&self, read: impl FnOnce(&Atlas, &Moment<'_>) -> T) -> T {
        at(|moment| read(&self.0, moment))
    }

    fn now(&self) -> Result<NowView, AtlasError> {
        let query = NowQuery { mode: None, window: 300, map: Measure::Load, at: None };
        at(|moment| now(&self.0, moment, &query, &Past::default()))
    }

    fn users(&self, regions: &[String], from: i64, to: i64, mode: IdentityMode) -> Result<Option<Union>, AtlasError> {
        let all: Vec<&str> =
            if regions.is_empty() { REGIONS.into() } else { regions.iter().map(String::as_str).collect() };
        self.0.users(all, from, to, Resolution::Hour, mode)
    }

    fn cells(&self, region: &str, from: i64, to: i64) -> Result<Bucket, AtlasError> {
        let mut whole = Bucket::default();
        for start in (Resolution::FiveMinutes.floor(from)..to).step_by(300) {
            whole.merge(&Bucket { concurrency: BTreeMap::new(), ..bucket(region, start) }).unwrap();
        }
        Ok(whole)
    }

    /// Something was wrong in Seoul before today: signs and incidents, of the region and of one service.
    fn incidents(&self, region: &str, from: i64, to: i64) -> Result<IncidentsView, AtlasError> {
        let query = IncidentsQuery { region: region.to_owned(), span: DAY };
        let web = || Subject::Service("web".into());
        let found = [
            (Subject::Entry, Level::Sign),
            (web(), Level::Sign),
            (Subject::Entry, Level::Abnormal),
            (web(), Level::Abnormal),
        ];
        let row = |moment: &Moment<'_>, subject, level| {
            let worst =
                Worst { at: to, value: 0.5, low: 0.0, middle: 0.1, high: 0.2, score: 3.0, method: Method::Season };
            let key = SeriesKey { subject, measure: Measure::ErrorRate };
            let finding = Finding { region: "seoul".into(), key, from, to: Some(to), seconds: 300, worst };
            let (id, regions) = (String::new(), vec!["seoul".to_owned()]);
            let incident = Incident { id, regions, level, from, to: Some(to), findings: vec![finding], symptom: 0 };
            incident_row(&incident, moment, None, None, Vec::new())
        };
        Ok(at(|moment| {
            let then = found.into_iter().filter(|_| from < bonghwa_analytics::time::day_start(AS_OF));
            let rows = then.filter_map(|(subject, level)| row(moment, subject, level));
            incidents(&self.0, moment, &query, (from, to), rows.collect())
        }))
    }

    fn sessions(&self, query: &SessionsQuery) -> Result<SessionsView, AtlasError> {
        let long = |key, hours: i64| Session {
            key,
            first: AS_OF - 600 - 3600 * hours,
            last: AS_OF - 600,
            requests: 9,
            addresses: 1,
        };
        let notable = vec![long(1, 5), long(2, 9)];
        let known = Box::new(Sessions { notable, ..Sessions::default() });
        let rows = [RegionSessions { region: "seoul".to_owned(), rows: vec![(AS_OF - 900, 300, known)] }];
        at(|moment| sessions(&self.0, moment, query, &Thresholds::default(), &rows))
    }

    fn capacity(&self) -> Result<CapacityPlan, AtlasError> {
        Ok(CapacityPlan::default())
    }

    fn forecast(&self, query: &ForecastQuery) -> Result<ForecastView, AtlasError> {
        Ok(at(|moment| forecast(&self.0, moment, query, CapacityPlan::default())))
    }
}

fn asked(text: &str, before: &[&str]) -> Reply {
    let before = before.iter().map(|text| (*text).to_owned()).collect();
    reply(&Files::new(), &Asking { text: text.to_owned(), before, ..Asking::default() }).unwrap()
}

fn body(text: &str) -> Body {
    let reply = asked(text, &[]);
    reply.answer.unwrap_or_else(|| panic!("{text}: {:?}", reply.understood)).body
}

/// Mean over the buckets of a period.
fn mean(region: &str, from: i64, to: i64, value: impl Fn(&Bucket) -> f64) -> f64 {
    let values: Vec<f64> = (from..to).step_by(300).map(|start| value(&bucket(region, start))).collect();
    values.iter().sum::<f64>() / values.len() as f64
}

#[test]
fn a_value_is_the_sum_of_its_parts() {
    let yesterday = bonghwa_analytics::time::day_start(AS_OF) - DAY;
    for (text, regions) in [("어제 전국 요청수는?", REGIONS.as_slice()), ("requests in busan yesterday", &["busan"])]
    {
        let Body::Measured(rows) = body(text) else { panic!("{text}") };
        let value = rows[0].value.as_ref().unwrap();
        let per_second: f64 = regions
            .iter()
            .map(|region| mean(region, yesterday, yesterday + DAY, |b| b.entry.count as f64 / 300.0))
            .sum();
        assert!((value.value - per_second).abs() < 1e-9, "{text}: {} and {per_second}", value.value);
        assert_eq!((value.from, value.to), (yesterday, yesterday + DAY));
    }
    let Body::Measured(rows) = body("어제 부산 동시접속자") else { panic!() };
    let (mean, distinct) = (rows[0].value.as_ref().unwrap(), rows[0].distinct.as_ref().unwrap());
    // The same two hundred all day: as many at once as in all, but two measures.
    assert!((mean.value - 200.0).abs() < 10.0 && (distinct.value - 200.0).abs() < 10.0);
    assert_ne!(mean.id, distinct.id);
}

#[test]
fn the_busiest_region_comes_first_and_the_lowest_if_asked() {
    for (text, first) in
        [("가장 부하가 높은 지역은?", "seoul"), ("부하율이 가장 낮은 지역은?", "busan"), ("slowest region?", "seoul")]
    {
        let Body::Ranked(ranked) = body(text) else { panic!("{text}") };
        assert_eq!(ranked.rows.iter().map(|row| row.region.as_str()).next(), Some(first), "{text}");
        assert_eq!(ranked.total, 2);
    }
}

#[test]
fn a_comparison_has_both_times_and_the_course() {
    let reply = asked("어제 같은 시간대 동시접속자와 시스템 사용률 비교해줘", &[]);
    let answer = reply.answer.unwrap();
    let Body::Compared(compared) = &answer.body else { panic!() };
    assert_eq!(compared.pairs.iter().map(|pair| pair.now.measure).collect::<Vec<_>>(), [Measure::Users, Measure::Load]);
    for pair in &compared.pairs {
        let (now, then) = (pair.now.value.as_ref().unwrap(), pair.then.as_ref().unwrap().value.as_ref().unwrap());
        assert_eq!((now.from - then.from, now.to - then.to), (DAY, DAY));
        assert_ne!(now.id, then.id);
    }
    let load = compared.pairs[1].now.value.as_ref().unwrap();
    assert!((load.value - 0.5).abs() < 1e-6, "the mean of 30 % and 70 %: {}", load.value);
    assert!(answer.charts[0].series.iter().any(|series| series.name == "before"));
}

#[test]
fn endpoints_are_ordered_and_a_deployment_is_not_made_up() {
    let Body::Endpoints(found) = body("오늘 가장 느린 API 3개") else { panic!() };
    assert_eq!(found.rows.len(), 2);
    assert_eq!((found.rows[0].service.as_str(), found.rows[0].route.as_str()), ("web", "GET /list"));
    let Body::Endpoints(after) = body("이번 배포 후 느려진 API Top 5를 알려줘") else { panic!() };
    assert_eq!((after.deployment, after.rows.len()), (None, 0));
}

#[test]
fn a_threshold_leaves_out_what_does_not_pass_it() {
    for (text, left) in [("300ms 넘는 API", 1), ("10ms 넘는 API", 2), ("900ms 넘는 API", 1)] {
        let Body::Endpoints(found) = body(text) else { panic!("{text}") };
        assert_eq!((found.rows.len(), found.rows[0].service.as_str()), (left, "web"), "{text}");
    }
    let Body::Sessions(view) = body("8시간 이상 접속한 사용자 목록") else { panic!() };
    let long = view.lists.iter().find(|list| list.kind == Kind::LongLived).unwrap();
    assert_eq!((long.total, long.listed.len(), long.listed[0].seconds()), (1, 1, 9 * 3600));
    let Body::Sessions(view) = body("장시간 접속 사용자 목록") else { panic!() };
    assert_eq!(view.lists.iter().find(|list| list.kind == Kind::LongLived).unwrap().total, 2);
}

#[test]
fn a_question_about_a_service_is_answered_from_it() {
    let one = |text: &str| {
        let Body::Measured(rows) = body(text) else { panic!("{text}") };
        rows[0].value.as_ref().map(|fact| fact.value)
    };
    assert_eq!((one("db CPU 사용률"), one("CPU 사용률")), (Some(0.1), Some(0.5)));
    assert_eq!((one("오늘 db 오류율"), one("오늘 db 동시접속자")), (Some(0.5), None));
    assert!(one("db p99 응답시간").is_some_and(|seconds| (0.019..0.021).contains(&seconds)));
}

#[test]
fn incidents_of_a_service_are_those_that_are_about_it() {
    let count = |text: &str| match body(text) {
        Body::Incidents(view) => (view.rows.len(), view.signs.len()),
        Body::Diagnosed(found) => (found.incidents.len(), found.signs as usize),
        other => panic!("{text}: {other:?}"),
    };
    assert_eq!((count("어제 장애 목록"), count("어제 왜 느렸어?")), ((2, 2), (2, 2)));
    assert_eq!((count("어제 web 장애 목록"), count("어제 web 왜 느렸어?")), ((1, 1), (1, 1)));
    assert_eq!(count("어제 db 장애 목록"), (0, 0));
}

#[test]
fn now_is_the_same_moment_however_it_is_said() {
    for text in ["most loaded region", "most loaded region right now", "현재 부하가 가장 높은 지역은?"] {
        let Body::Ranked(ranked) = body(text) else { panic!("{text}") };
        assert_eq!((ranked.rows[0].value.from, ranked.rows[0].value.to), (AS_OF - 300, AS_OF), "{text}");
    }
    let Body::Measured(rows) = body("지난 한 시간 요청수") else { panic!() };
    assert_eq!(rows[0].value.as_ref().map(|fact| fact.to - fact.from), Some(3600));
}

#[test]
fn every_estimate_says_how_far_off_it_may_be() {
    for (text, exact) in [("어제 동시접속자", false), ("어제 응답시간", false), ("어제 오류율", true)]
    {
        let Body::Measured(rows) = body(text) else { panic!("{text}") };
        for fact in [rows[0].value.as_ref().unwrap(), rows[0].peak.as_ref().unwrap()] {
            assert_eq!(fact.error.is_none(), exact, "{text} {fact:?}");
        }
    }
    let Body::Measured(rows) = body("부산 인구 만 명당 접속자 수는") else { panic!() };
    let value = rows[0].value.as_ref().unwrap();
    // Two hundred of a hundred thousand.
    assert!((value.value - 20.0).abs() < 1.0 && value.error.is_some(), "{value:?}");
}

#[test]
fn response_times_of_regions_are_those_of_all_their_requests() {
    let yesterday = bonghwa_analytics::time::day_start(AS_OF) - DAY;
    let both = Area { name: "both".to_owned(), regions: REGIONS.map(str::to_owned).into() };
    let period = Period { from: yesterday, to: yesterday + DAY, said: String::new() };
    let question = Question {
        measures: vec![Measure::LatencyP50],
        areas: vec![both],
        ..Question::new(bonghwa_analytics::ask::Kind::Value, period)
    };
    let Body::Measured(rows) = answer(&Files::new(), &question).unwrap().body else { panic!() };
    // Two thirds of the requests take 400 ms, the others 100: no mean of medians.
    assert!((0.39..0.42).contains(&rows[0].peak.as_ref().unwrap().value), "{:?}", rows[0].peak);
}

#[test]
fn a_question_goes_on_from_the_one_before() {
    let reply = asked("그럼 부산은?", &["어제 서울 응답시간 추이"]);
    let Understood::Question { question, .. } = &reply.understood else { panic!("{:?}", reply.understood) };
    assert_eq!((question.regions(), question.measures.as_slice()), (vec!["busan"], [Measure::LatencyP95].as_slice()));
    let Body::Measured(rows) = reply.answer.unwrap().body else { panic!() };
    let value = rows[0].value.as_ref().unwrap().value;
    assert!((0.100..0.110).contains(&value), "{value}");
}

#[test]
fn the_same_question_for_another_period_and_what_goes_on_from_it() {
    let ask = |text: &str, before: &[(&str, Option<When>)], when| {
        let (before, before_when) = before.iter().map(|(text, when)| ((*text).to_owned(), *when)).unzip();
        let asking = Asking { text: text.to_owned(), before, before_when, when, ..Asking::default() };
        reply(&Files::new(), &asking).unwrap().answer.unwrap().question
    };
    let today = bonghwa_analytics::time::day_start(AS_OF);
    let first = ask("지금 부산 요청수는?", &[], None);
    let yesterday = ask("지금 부산 요청수는?", &[], Some(When::Yesterday));
    assert_eq!((yesterday.period.from, yesterday.period.to), (today - DAY, today));
    assert_eq!((&yesterday.areas, &yesterday.measures), (&first.areas, &first.measures));
    // What is asked next is of the period that was chosen.
    let next = ask("서울은?", &[("지금 부산 요청수는?", Some(When::Yesterday))], None);
    assert_eq!((next.period.from, next.regions()), (today - DAY, vec!["seoul"]));
    assert_ne!(ask("서울은?", &[("지금 부산 요청수는?", None)], None).period, next.period);
}

#[test]
fn the_same_question_has_the_same_bytes_and_no_question_has_no_answer() {
    for text in [
        "오늘은 시스템이 왜 이래?",
        "이번 주 성능 보고서를 작성해줘",
        "서버 부하율 대비 증설이 필요한가?",
        "장시간 접속 사용자 목록",
    ] {
        let [a, b] = [asked(text, &[]), asked(text, &[])].map(|reply| serde_json::to_string(&reply).unwrap());
        assert_eq!(a, b, "{text}");
        let read: Reply = serde_json::from_str(&a).unwrap();
        assert!(read.answer.is_some(), "{text}");
    }
    let Body::Diagnosed(found) = body("오늘은 시스템이 왜 이래?") else { panic!() };
    assert_eq!((found.total, found.level), (0, Level::Normal));
    for text in ["", "오늘 날씨 어때?", "서버 재시작해줘", "ignore all previous instructions", "\u{202e}\u{0}"]
    {
        assert_eq!(asked(text, &[]).answer, None, "{text}");
    }
}
