//! A day of a made-up nation, as the pages get it.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

use bonghwa_analytics::bucket::Severity;
use bonghwa_analytics::identity::IdentityMode;
use bonghwa_analytics::logs::change::ChangeKind;
use bonghwa_analytics::objective::{Budget, Goal, Objective, Spent, WINDOWS};
use bonghwa_analytics::region::Region;
use bonghwa_analytics::session::{Kind, Listed, Thresholds};
use bonghwa_analytics::time::{DAY, Resolution};
use bonghwa_analytics::view::{
    Card, CombineView, DayChart, Event, EventKind, Fact, Known, Level, Line, List, LogRow, Measure, Method, NowView,
    Pair, Part, PeriodChart, RegionRow, RegionView, Series, SessionsView, Standing, TransactionRow, Unit, Verdict,
};

/// Thursday 18 June 2026, 14:05 in Seoul.
pub(crate) const NOW: i64 = 1_781_759_100;
const MIDNIGHT: i64 = 1_781_708_400;

const REGIONS: [(&str, &str, &str, u8, u8, &str, f64); 17] = [
    ("incheon", "인천", "Incheon", 1, 1, "capital", 0.58),
    ("seoul", "서울", "Seoul", 1, 2, "capital", 0.64),
    ("gyeonggi", "경기", "Gyeonggi", 1, 3, "capital", 0.71),
    ("gangwon", "강원", "Gangwon", 1, 4, "", 0.4),
    ("chungnam", "충남", "Chungnam", 2, 1, "chungcheong", 0.46),
    ("sejong", "세종", "Sejong", 2, 2, "chungcheong", 0.52),
    ("chungbuk", "충북", "Chungbuk", 2, 3, "chungcheong", 0.43),
    ("gyeongbuk", "경북", "Gyeongbuk", 2, 4, "yeongnam", 0.49),
    ("jeonbuk", "전북", "Jeonbuk", 3, 1, "honam", 0.44),
    ("daejeon", "대전", "Daejeon", 3, 2, "chungcheong", 0.55),
    ("daegu", "대구", "Daegu", 3, 3, "yeongnam", 0.51),
    ("ulsan", "울산", "Ulsan", 3, 4, "yeongnam", 0.39),
    ("jeonnam", "전남", "Jeonnam", 4, 1, "honam", 0.41),
    ("gwangju", "광주", "Gwangju", 4, 2, "honam", 0.45),
    ("gyeongnam", "경남", "Gyeongnam", 4, 3, "yeongnam", 0.53),
    ("busan", "부산", "Busan", 4, 4, "yeongnam", 0.6),
    ("jeju", "제주", "Jeju", 5, 1, "", 0.36),
];

pub(crate) fn regions() -> Vec<Region> {
    let region = |(code, ko, en, row, column, group, _): (&str, &str, &str, u8, u8, &str, f64)| Region {
        code: code.into(),
        ko: ko.into(),
        en: en.into(),
        official_ko: format!("{ko} 지방"),
        official_en: format!("{en} Province"),
        valid_from: None,
        valid_to: None,
        successor: None,
        row,
        column,
        group: group.into(),
        population: 1_000_000,
    };
    REGIONS.into_iter().map(region).collect()
}

pub(crate) fn fact(id: &str, measure: Measure, value: f64, unit: Unit, region: Option<&str>) -> Fact {
    let (method, error) = match unit {
        Unit::Users => (Method::HyperLogLog, Some(value * 0.008)),
        Unit::Ratio if measure == Measure::ErrorRate => (Method::Share, None),
        Unit::Ratio => (Method::BusiestTierMean, None),
        Unit::Seconds => (Method::QuantileSketch, Some(value * 0.01)),
        _ => (Method::Count, None),
    };
    Fact {
        id: id.into(),
        measure,
        value,
        unit,
        error,
        regions: region.map(str::to_owned).into_iter().collect(),
        region_count: if region.is_some() { 1 } else { 16 },
        from: NOW - 300,
        to: NOW,
        resolution: Resolution::TwoSeconds,
        method,
    }
}

/// A day's rhythm, 0 to 1.
fn rhythm(i: usize) -> f64 {
    let hour = i as f64 / 12.0;
    let bump = |centre: f64, width: f64| 1.0 / (1.0 + ((hour - centre) / width).powi(4));
    0.06 + 0.8 * bump(10.8, 2.4).max(0.97 * bump(15.0, 2.6)) + 0.2 * bump(20.0, 2.5)
}

fn day(measure: Measure, unit: Unit, top: f64, until: usize) -> DayChart {
    let line = |scale: f64, wave: f64, to: usize| Line {
        values: (0..288)
            .map(|i| (i < to).then(|| top * scale * rhythm(i) * (1.0 + wave * ((i * 7 % 11) as f64 - 5.0) / 5.0)))
            .collect(),
    };
    DayChart {
        measure,
        unit,
        start: MIDNIGHT,
        step: 300,
        today: line(1.0, 0.01, until),
        yesterday: line(0.98, 0.01, 288),
        last_week: line(0.95, 0.02, 288),
        low: line(0.9, 0.0, 288),
        high: line(1.08, 0.0, 288),
    }
}

pub(crate) fn now() -> NowView {
    let card = |id: &str, measure, value: f64, unit, standing| Card {
        measure,
        now: Some(fact(id, measure, value, unit, None)),
        yesterday: Some(fact(&format!("{id}-yesterday"), measure, value / 1.021, unit, None)),
        last_week: Some(fact(&format!("{id}-last-week"), measure, value / 0.99, unit, None)),
        standing,
        day: day(measure, unit, value * 1.1, 169),
    };
    let mut rows: Vec<RegionRow> = REGIONS
        .iter()
        .map(|&(code, .., load)| {
            let late = code == "gangwon";
            let value = |measure, value: f64, unit| {
                (!late).then(|| {
                    fact(
                        &format!("{}-{code}", serde_json::to_string(&measure).unwrap().trim_matches('"')),
                        measure,
                        value,
                        unit,
                        Some(code),
                    )
                })
            };
            RegionRow {
                code: code.into(),
                rank: None,
                load: value(Measure::Load, load, Unit::Ratio),
                users: value(Measure::Users, load * load * 90_000.0, Unit::Users),
                per_capita: value(Measure::PerCapita, load * 60.0, Unit::PerTenThousand),
                requests: value(Measure::Requests, load * 500.0, Unit::PerSecond),
                error_rate: value(Measure::ErrorRate, 0.0018, Unit::Ratio),
                p95: value(Measure::LatencyP95, 0.2 + load / 10.0, Unit::Seconds),
                usual: Some((load - 0.08, load + 0.03)),
                standing: if late { Standing::Unknown } else { Standing::Usual },
                shade: (((load - 0.3) * 10.0) as u8).clamp(1, 5),
                late_since: late.then_some(NOW - 1380),
            }
        })
        .collect();
    rows.sort_by(|a, b| {
        let load = |r: &RegionRow| r.load.as_ref().map_or(-1.0, |f| f.value);
        load(b).total_cmp(&load(a))
    });
    for (rank, row) in (1..).zip(rows.iter_mut()).take(16) {
        row.rank = Some(rank);
    }
    let event = |kind, region: &str, label: &str, from: i64, to: Option<i64>| Event {
        kind,
        region: region.into(),
        service: if kind == EventKind::Deployment { "민원".into() } else { String::new() },
        measure: (kind == EventKind::Spell).then_some(Measure::ErrorRate),
        label: label.into(),
        from: MIDNIGHT + from,
        to: to.map(|to| MIDNIGHT + to),
    };
    NowView {
        as_of: NOW,
        demo: true,
        title: ("전국 민원 시스템".into(), "National civil services".into()),
        mode: IdentityMode::UserCookie,
        window: 300,
        regions: regions(),
        expected: 17,
        received: 16,
        level: Level::Normal,
        verdict: Verdict::Usual,
        open: Vec::new(),
        cards: vec![
            card("users", Measure::Users, 184_312.0, Unit::Users, Standing::Usual),
            card("requests", Measure::Requests, 3_120.0, Unit::PerSecond, Standing::Usual),
            card("errors", Measure::ErrorRate, 0.0018, Unit::Ratio, Standing::Usual),
            card("p95", Measure::LatencyP95, 0.246, Unit::Seconds, Standing::Usual),
        ],
        map_measure: Measure::Load,
        rows,
        shade_edges: [0.4, 0.5, 0.6, 0.7],
        users_sum: Some(Fact {
            method: Method::SumOfEstimates,
            error: None,
            ..fact("users-sum", Measure::Users, 190_400.0, Unit::Users, None)
        }),
        events: vec![
            event(EventKind::Spell, "daejeon", "", 7800, Some(9060)),
            event(EventKind::Deployment, "daejeon", "2.41", 23_400, Some(23_400)),
            event(EventKind::Late, "gangwon", "", 49_320, None),
        ],
    }
}

/// Busan is slow, and three more things happened at once.
pub(crate) fn incident() -> NowView {
    let mut view = now();
    view.level = Level::Abnormal;
    view.verdict = Verdict::Unusual {
        region: Some("busan".into()),
        service: None,
        measure: Measure::LatencyP95,
        standing: Standing::Above,
        ratio: fact("ratio", Measure::LatencyP95, 3.2, Unit::Seconds, Some("busan")),
        since: NOW - 2640,
    };
    view.map_measure = Measure::LatencyP95;
    view.shade_edges = [0.22, 0.24, 0.26, 0.3];
    view.cards[3].standing = Standing::Above;
    for row in &mut view.rows {
        if row.code == "busan" {
            row.standing = Standing::Above;
            row.p95 = Some(fact("latency_p95-busan", Measure::LatencyP95, 0.992, Unit::Seconds, Some("busan")));
        }
    }
    view
}

pub(crate) fn region() -> RegionView {
    let values = |scale: f64| Line { values: (0..288).map(|i| (i != 100).then(|| scale * rhythm(i))).collect() };
    let chart = |measure, unit, series: &[(&str, f64)], band: bool| PeriodChart {
        measure,
        unit,
        start: NOW - DAY,
        step: 300,
        series: series.iter().map(|(name, scale)| Series { name: (*name).into(), line: values(*scale) }).collect(),
        low: if band { values(series[0].1 * 0.9) } else { Line::default() },
        high: if band { values(series[0].1 * 1.1) } else { Line::default() },
    };
    let row = |service: &str, name: &str, p95: f64| TransactionRow {
        service: service.into(),
        name: name.into(),
        count: 1_234_567,
        per_second: 14.3,
        error_rate: 0.0021,
        p50: Some(p95 / 3.0),
        p95: Some(p95),
        p99: Some(p95 * 2.0),
        p95_before: Some(p95 * 0.8),
        cpu: Some(0.5),
        memory: Some(0.6),
        heap: None,
    };
    let services = [("was", 0.64), ("web", 0.4), ("db", 0.5)];
    RegionView {
        as_of: NOW,
        demo: true,
        title: ("전국 민원 시스템".into(), "National civil services".into()),
        mode: IdentityMode::UserCookie,
        regions: regions(),
        region: regions().into_iter().find(|r| r.code == "seoul"),
        from: NOW - DAY,
        to: NOW,
        compare: DAY,
        resolution: Resolution::FiveMinutes,
        level: Level::Normal,
        verdict: Verdict::Usual,
        open: Vec::new(),
        late_since: None,
        coverage: Some(0.93),
        figures: vec![
            fact("users", Measure::Users, 412_300.0, Unit::Users, Some("seoul")),
            fact("requests", Measure::Requests, 820.0, Unit::PerSecond, Some("seoul")),
            fact("errors", Measure::ErrorRate, 0.0021, Unit::Ratio, Some("seoul")),
            fact("p95", Measure::LatencyP95, 0.268, Unit::Seconds, Some("seoul")),
            fact("load", Measure::Load, 0.64, Unit::Ratio, Some("seoul")),
        ],
        charts: vec![
            chart(Measure::Users, Unit::Users, &[("now", 41_200.0), ("before", 40_000.0)], true),
            chart(Measure::Requests, Unit::PerSecond, &[("now", 820.0), ("before", 790.0)], false),
            chart(Measure::ErrorRate, Unit::Ratio, &[("now", 0.003)], false),
            chart(Measure::LatencyP95, Unit::Seconds, &[("p50", 0.08), ("p95", 0.26), ("p99", 0.5)], false),
            chart(Measure::Cpu, Unit::Ratio, &services, false),
            chart(Measure::Memory, Unit::Ratio, &services, false),
            chart(Measure::Heap, Unit::Ratio, &services[..1], false),
        ],
        services: vec![row("was", "", 0.268), row("web", "", 0.021), row("db", "", 0.009)],
        routes: vec![row("was", "GET /minwon/{id}", 0.61), row("was", "POST /minwon", 0.44)],
        calls: vec![row("was", "mysql/minwon", 0.03)],
        logs: vec![
            LogRow {
                template: "java.lang.OutOfMemoryError: Java heap space, 접수번호 <*> 처리 중단".into(),
                service: "was".into(),
                severity: Severity::Error,
                count: 31,
                before: Some(0),
                change: Some(ChangeKind::Appeared),
            },
            LogRow {
                template: "health check ok, <*> open connections".into(),
                service: "web".into(),
                severity: Severity::Info,
                count: 360,
                before: None,
                change: None,
            },
        ],
        events: vec![Event {
            kind: EventKind::Deployment,
            region: "seoul".into(),
            service: "was".into(),
            measure: None,
            label: "2.41.0".into(),
            from: NOW - 9000,
            to: Some(NOW - 9000),
        }],
        objectives: objectives(),
        other_routes: 12,
    }
}

/// One objective that burns, one that is kept.
fn objectives() -> Vec<Budget> {
    let of = |goal, share, bad: f64| {
        let objective = Objective { service: String::new(), goal, share };
        let window = |window| Spent { window, covered: window.min(20 * 86_400), requests: 10_000.0, bad };
        Budget::of(objective, WINDOWS.map(window).into())
    };
    vec![of(Goal::Success, 0.995, 60.0), of(Goal::Within(2.0), 0.95, 12.0)]
}

pub(crate) fn combine() -> CombineView {
    let at = |id: &str, value: f64, method, error: f64, region: Option<&str>| Fact {
        method,
        error: Some(error),
        from: MIDNIGHT,
        resolution: Resolution::FiveMinutes,
        ..fact(id, Measure::Users, value, Unit::Users, region)
    };
    let parts =
        [("seoul", 412_300.0, Some(352_100.0)), ("gyeonggi", 468_900.0, Some(401_700.0)), ("sejong", 38_200.0, None)];
    let part = |(code, users, only): (&str, f64, Option<f64>)| Part {
        region: code.into(),
        users: at(&format!("users-{code}"), users, Method::HyperLogLog, users * 0.008, Some(code)),
        only: only.map(|only| at(&format!("only-{code}"), only, Method::InclusionExclusion, 9_000.0, Some(code))),
    };
    CombineView {
        regions: parts.iter().map(|p| p.0.to_owned()).collect(),
        from: MIDNIGHT,
        to: NOW,
        mode: IdentityMode::UserCookie,
        union: at("union", 868_400.0, Method::HyperLogLog, 7_800.0, None),
        sum: at("sum", 919_400.0, Method::SumOfEstimates, 7_000.0, None),
        overlap: at("overlap", 51_000.0, Method::InclusionExclusion, 9_400.0, None),
        parts: parts.into_iter().map(part).collect(),
        pairs: vec![
            Pair {
                a: "seoul".into(),
                b: "gyeonggi".into(),
                shared: Some(at("pair-seoul-gyeonggi", 49_000.0, Method::InclusionExclusion, 8_000.0, None)),
                error: 8_000.0,
            },
            Pair { a: "seoul".into(), b: "sejong".into(), shared: None, error: 6_000.0 },
        ],
        line: Line { values: (0..288).map(|i| (i < 169).then(|| 96_000.0 * rhythm(i))).collect() },
        line_start: MIDNIGHT,
        line_step: 300,
        sketches: 676,
        late: vec![("gangwon".into(), NOW - 1380)],
    }
}

/// A burst of log-ins, a shared address and many long sessions.
pub(crate) fn sessions() -> SessionsView {
    let listed = |kind, number: u64, count| Listed {
        region: if number.is_multiple_of(2) { "seoul" } else { "gangwon" }.into(),
        pseudonym: format!("{:016x}", number * 0x1234_5678_9abc),
        kind,
        count,
        failed: if kind == Kind::LogInBurst { count - 20 } else { 0 },
        per_minute: if kind == Kind::LogInBurst { 243 } else { 0 },
        from: NOW - 20_000 - number as i64 * 600,
        to: NOW - 60,
        exact: kind != Kind::ManyIdentities,
    };
    let long: Vec<Listed> = (1..=50).map(|number| listed(Kind::LongLived, number, 97)).collect();
    SessionsView {
        as_of: NOW,
        demo: true,
        title: ("전국 민원 시스템".into(), "National civil services".into()),
        mode: IdentityMode::UserCookie,
        regions: regions(),
        from: NOW - DAY,
        to: NOW,
        active: Some(Fact { from: NOW - 1800, ..fact("active", Measure::Users, 106_120.0, Unit::Users, None) }),
        ages: vec![105_960, 96, 41, 20, 3],
        lists: vec![
            List { kind: Kind::LogInBurst, total: 1, listed: vec![listed(Kind::LogInBurst, 1, 2880)] },
            List { kind: Kind::ManyIdentities, total: 1, listed: vec![listed(Kind::ManyIdentities, 2, 130)] },
            List { kind: Kind::ManyAddresses, total: 0, listed: Vec::new() },
            List { kind: Kind::LongLived, total: 64, listed: long },
        ],
        thresholds: Thresholds::default(),
        known: vec![
            Known { region: "seoul".into(), since: Some(NOW - DAY), until: Some(NOW - 60) },
            Known { region: "gangwon".into(), since: None, until: None },
        ],
        floor: 3,
        overflowed: false,
    }
}
