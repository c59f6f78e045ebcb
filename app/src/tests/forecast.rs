//! The page 예측·용량 from sample views.

use bonghwa_analytics::view::{
    Ahead, CapacityPlan, CapacityRow, Confidence, Fact, ForecastView, Full, Line, Measure, Method, Need, Origin,
    Passing, PastForecast, PeriodChart, Series, Unit,
};

use super::{LANGS, check, html, sample, text};
use crate::address::Page;
use crate::page;

fn fact(id: &str, value: f64, method: Method) -> Fact {
    Fact { method, error: None, ..sample::fact(id, Measure::Load, value, Unit::Ratio, Some("seoul")) }
}

fn line(values: impl IntoIterator<Item = f64>) -> Line {
    Line { values: values.into_iter().map(|v| (!v.is_nan()).then_some(v)).collect() }
}

fn chart(start: i64, lines: Vec<(&str, Line)>, (low, high): (Line, Line)) -> PeriodChart {
    let series = lines.into_iter().map(|(name, line)| Series { name: name.into(), line }).collect();
    PeriodChart { measure: Measure::Load, unit: Unit::Ratio, start, step: 3600, series, low, high }
}

fn view(probability: f64) -> ForecastView {
    let now = sample::now();
    let hour = sample::NOW - sample::NOW.rem_euclid(3600);
    let fan = |up: f64| line((0..8).map(|i| if i < 3 { f64::NAN } else { 0.5 + up * f64::from(i - 3) }));
    let row = |need: Need, confidence, when| CapacityRow {
        region: "seoul".into(),
        service: "was".into(),
        measure: Measure::Heap,
        now: Some(fact("busy-seoul-was-heap", 0.7, Method::Trend)),
        weekly: Some(fact("weekly-seoul-was-heap", 0.012, Method::Trend)),
        edge: Some(fact("edge-seoul-was-heap", 0.91, Method::Trend)),
        need,
        times: Some(fact("times-seoul-was-heap", 1.2, Method::Times)),
        days: 0,
        days_needed: 0,
        confidence,
        when,
    };
    ForecastView {
        as_of: sample::NOW,
        demo: true,
        title: now.title,
        mode: now.mode,
        regions: now.regions,
        region: "seoul".into(),
        measure: Measure::Load,
        unit: Unit::Ratio,
        service: String::new(),
        services: vec!["web".into(), "was".into()],
        horizon: 86_400,
        ahead: Some(Ahead {
            chart: chart(
                hour - 4 * 3600,
                vec![
                    ("came", line([0.4, 0.45, 0.5, 0.5, f64::NAN, f64::NAN, f64::NAN, f64::NAN])),
                    ("middle", fan(0.01)),
                    ("low50", fan(-0.01)),
                    ("high50", fan(0.02)),
                    ("low95", fan(-0.03)),
                    ("high95", fan(0.06)),
                ],
                (fan(-0.02), fan(0.04)),
            ),
            until: hour + 86_400,
            peak: fact("peak-load", 0.62, Method::Forecast),
            peak_at: hour + 7200,
            low: fact("low-load", 0.51, Method::Forecast),
            high: fact("high-load", 0.73, Method::Forecast),
            threshold: 0.8,
            origin: Origin::Target,
            highest: None,
            over: fact("over-load", probability, Method::Probability),
            origins: 120,
        }),
        hours: 360,
        full: Some(Full {
            now: fact("busy-load", 0.6, Method::Trend),
            weekly: fact("weekly-load", 0.02, Method::Trend),
            when: Some(Passing { earliest: hour + 86_400 * 30, likely: Some(hour + 86_400 * 60), latest: None }),
            seen: hour + 86_400 * 90,
        }),
        past: vec![PastForecast {
            ahead: 86_400,
            forecasts: 7,
            covered: fact("record-day-covered-load", 0.86, Method::PastForecasts),
            error: fact("record-day-error-load", 0.03, Method::PastForecasts),
            chart: chart(hour - 86_400, vec![("came", line([0.4; 8])), ("said", fan(0.01))], (fan(-0.02), fan(0.04))),
        }],
        confidence: Confidence::Likely,
        holidays_ko: vec![("성탄절".into(), hour)],
        holidays_en: vec![("Christmas Day".into(), hour)],
        plan: CapacityPlan {
            until: hour + 86_400 * 12,
            target: 0.8,
            rows: vec![row(
                Need::More,
                Confidence::Possible,
                Some(Passing { earliest: hour, likely: None, latest: None }),
            )],
            counts: [1, 0, 0],
        },
    }
}

fn render(view: &ForecastView, address: &str, lang: bonghwa_analytics::format::Lang) -> String {
    html(address, lang, |here, hands| {
        let Page::Forecast(query) = &here.address.page else { panic!("another page") };
        page::forecast::render(here, view, query, hands)
    })
}

#[test]
fn the_page_keeps_the_rules_of_every_page() {
    for lang in LANGS {
        for address in ["/forecast", "/forecast?region=seoul&measure=users&threshold=5000&service=web"] {
            check(address, &render(&view(0.3), address, lang));
            let nothing = ForecastView { ahead: None, full: None, past: vec![], services: vec![], ..view(0.3) };
            check(address, &render(&nothing, address, lang));
        }
    }
}

#[test]
fn the_sentence_follows_the_probability() {
    for (probability, ko, en) in [
        (0.92, "80\u{a0}%\u{2060}를 넘을 것으로 보입니다", "likely to pass 80\u{a0}% within 24 h"),
        (0.3, "80\u{a0}%\u{2060}를 넘을 수 있습니다", "may pass 80\u{a0}% within 24 h"),
        (0.01, "80\u{a0}%\u{2060}를 넘지 않을 것으로 보입니다", "not likely to pass 80\u{a0}% within 24 h"),
    ] {
        let [korean, english] = LANGS.map(|lang| text(&render(&view(probability), "/forecast?region=seoul", lang)));
        assert!(korean.contains(&format!("서울 부하율은 24시간 안에 {ko}")), "{korean}");
        assert!(english.contains(en), "{english}");
    }
}

#[test]
fn what_needs_more_is_said_with_its_reason() {
    let [korean, english] = LANGS.map(|lang| text(&render(&view(0.3), "/forecast", lang)));
    for words in ["늘려야 할 곳이 1곳 있습니다", "1.2배", "+1.20\u{a0}%p", "가능성 있음"] {
        assert!(korean.contains(words), "{words}: {korean}");
    }
    for words in ["1 need more", "1.2 times", "Possible"] {
        assert!(english.contains(words), "{words}: {english}");
    }
}
