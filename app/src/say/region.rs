//! Sentences of a region's page.

use bonghwa_analytics::format::{Lang, clock, exact, moment, period, same_day, span};
use bonghwa_analytics::view::{Fact, Measure, RegionView, Unit};

use super::verdict;
use crate::app::Here;
use crate::chart::Chart;
use crate::part::facts::{Piece, fill, measure_name};
use crate::particle::{Particle, with};

/// The paragraph under the headline: how it stands, the period, who was connected in it, how sure that is.
pub(crate) fn lead(here: &Here, view: &RegionView, name: &str) -> Vec<Piece> {
    let mut out = verdict::since(here, &view.verdict, view.as_of).unwrap_or_default();
    let users = view.figures.iter().find(|f| f.measure == Measure::Users);
    let when = period(view.from, view.to, view.as_of, here.lang);
    if let Some(users) = users {
        let fact = Piece::of(users, here.lang);
        let template = match (here.lang, users.unit) {
            (Lang::Ko, Unit::Users) => format!("{when}에 {name} 시스템을 쓴 사람은 모두 약 {{}}입니다. "),
            (Lang::Ko, Unit::Sessions) => format!("{when}에 {name} 시스템의 세션은 모두 약 {{}}입니다. "),
            (Lang::Ko, _) => format!("{when}에 {name} 시스템에 접속한 주소는 모두 약 {{}}입니다. "),
            (Lang::En, _) => format!("Over {when}, {name} saw about {{}} in all. "),
        };
        out.extend(fill(&template, vec![fact]));
    }
    if let Some(coverage) = view.coverage.filter(|c| *c < 0.995) {
        let share = exact(coverage, Unit::Ratio, here.lang);
        out.push(Piece::Text(match here.lang {
            Lang::Ko => format!("요청의 {share}에서 이 기준으로 사람을 알아볼 수 있었습니다. "),
            Lang::En => format!("{share} of the requests carried this identity. "),
        }));
    }
    if let Some(since) = view.late_since.filter(|since| *since > 0) {
        let age = span(view.as_of - since, here.lang);
        out.push(Piece::Text(match here.lang {
            Lang::Ko => format!("{age}째 새 자료가 오지 않아 마지막으로 받은 것을 보여 드립니다."),
            Lang::En => format!("Nothing has arrived for {age}; this is the last that was received."),
        }));
    }
    out
}

/// The finding over a chart: when it was highest, and how high.
pub(crate) fn finding(here: &Here, chart: &Chart, one_day: bool) -> String {
    let name = measure_name(here, chart.measure, chart.unit);
    let name = if here.lang == Lang::Ko && chart.unit == Unit::Users { "접속자" } else { name };
    let mut most: Option<(usize, f64, &str)> = None;
    for stroke in chart.strokes.iter().filter(|s| !matches!(s.role, crate::chart::Role::Before)) {
        for (i, value) in stroke.values.iter().enumerate().filter_map(|(i, v)| v.map(|v| (i, v))) {
            if most.is_none_or(|(_, top, _)| value > top) {
                most = Some((i, value, &stroke.name));
            }
        }
    }
    let Some((i, value, series)) = most else {
        return format!("{name}: {}", here.t.none_in_period);
    };
    let at = chart.instant(i);
    let at = if one_day && same_day(chart.start, at) { clock(at) } else { moment(at, here.lang) };
    let shown = exact(value, chart.unit, here.lang);
    let high = match chart.measure {
        Measure::Users | Measure::Requests => "많았던",
        Measure::LatencyP50 | Measure::LatencyP95 | Measure::LatencyP99 => "길었던",
        _ => "높았던",
    };
    let several = matches!(chart.measure, Measure::Cpu | Measure::Memory | Measure::Heap);
    match here.lang {
        Lang::Ko if several => {
            format!("{} 가장 높았던 곳은 {series}, {at}에 {shown}입니다", with(name, Particle::Subject))
        }
        Lang::Ko => format!("{} 가장 {high} 때는 {at}, {shown}입니다", with(name, Particle::Subject)),
        Lang::En if several => format!("{name} peaked in {series} at {at}: {shown}"),
        Lang::En => format!("{name} peaked at {at}: {shown}"),
    }
}

/// A figure of the period under its name.
pub(crate) fn figure_name(here: &Here, fact: &Fact) -> &'static str {
    match fact.measure {
        Measure::Users => match (fact.unit, here.lang) {
            (Unit::Sessions, Lang::Ko) => "세션",
            (Unit::Sessions, Lang::En) => "Sessions",
            (Unit::Addresses, Lang::Ko) => "접속 주소",
            (Unit::Addresses, Lang::En) => "Addresses",
            (_, Lang::Ko) => "이용자",
            (_, Lang::En) => "Users",
        },
        measure => measure_name(here, measure, fact.unit),
    }
}
