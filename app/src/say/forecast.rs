//! Sentences of the page 예측·용량.

use bonghwa_analytics::atlas::NATION;
use bonghwa_analytics::format::{Lang, change, count, exact, moment, short_date, span};
use bonghwa_analytics::time::{DAY, civil};
use bonghwa_analytics::view::{
    Ahead, CapacityPlan, CapacityRow, Confidence, Fact, ForecastView, Full, Measure, Need, Origin, Passing,
    PastForecast, Unit, judged,
};

use crate::app::Here;
use crate::part::facts::{Piece, anchor, fill, measure_name};
use crate::particle::{Particle, particle, with};

/// What is forecast: `서울 부하율`, `the load of Seoul`.
pub(crate) fn subject(here: &Here, view: &ForecastView) -> String {
    let name = measure_name(here, view.measure, view.unit);
    let of_use = view.unit == Unit::Ratio && view.measure != Measure::ErrorRate;
    let place = match view.region == NATION {
        // The nation has no servers of its own.
        true if of_use => here.lang.pick("전국에서 가장 바쁜 곳의", "Busiest region"),
        true => here.t.nation,
        false => here.region(&view.region),
    };
    let service = if view.service.is_empty() { String::new() } else { format!(" {}", view.service) };
    match here.lang {
        Lang::Ko => format!("{place}{service} {name}"),
        Lang::En => format!("{place}{service}: {}", name.to_ascii_lowercase()),
    }
}

/// The conclusion in one sentence.
pub(crate) fn headline(here: &Here, view: &ForecastView) -> Vec<Piece> {
    let subject = subject(here, view);
    let Some(ahead) = &view.ahead else {
        return vec![Piece::Text(match here.lang {
            Lang::Ko => format!("{subject}, 앞일을 말하기에는 자료가 모자랍니다"),
            Lang::En => format!("{subject}, too little data to forecast"),
        })];
    };
    let within = span(ahead.until - view.as_of + 300, here.lang);
    let within = if ahead.until - view.as_of >= view.horizon - 3900 { span(view.horizon, here.lang) } else { within };
    let level = exact(ahead.threshold, view.unit, here.lang);
    let slot = match &ahead.highest {
        Some(fact) => Piece::Fact(anchor(fact), level.clone()),
        None => Piece::Text(level.clone()),
    };
    let likely = ahead.over.value;
    let template = match here.lang {
        Lang::Ko => {
            let object = particle(&level, Particle::Object);
            let highest = if ahead.origin == Origin::Highest { "지난 최고치 " } else { "" };
            let end = match likely {
                p if p >= 0.85 => "넘을 것으로 보입니다",
                p if p >= 0.15 => "넘을 수 있습니다",
                _ => "넘지 않을 것으로 보입니다",
            };
            // Without the joiner the line could break between the sign and the particle.
            format!("{} {within} 안에 {highest}{{}}\u{2060}{object} {end}", with(&subject, Particle::Topic))
        }
        Lang::En => {
            let highest = if ahead.origin == Origin::Highest { "its past high of " } else { "" };
            let verb = match likely {
                p if p >= 0.85 => "likely to pass",
                p if p >= 0.15 => "may pass",
                _ => "not likely to pass",
            };
            format!("{subject} {verb} {highest}{{}} within {within}")
        }
    };
    fill(&template, vec![slot])
}

/// The paragraph under the headline.
pub(crate) fn lead(here: &Here, view: &ForecastView) -> Vec<Piece> {
    let lang = here.lang;
    let Some(ahead) = &view.ahead else {
        let hours = view.hours;
        return vec![Piece::Text(match lang {
            Lang::Ko => format!(
                "최근 42일 가운데 {hours}시간의 자료가 있습니다. 적어도 이틀, 제대로는 두 주의 자료가 이어져 있어야 합니다."
            ),
            Lang::En => format!(
                "There are {hours} hours of data in the last 42 days. Two unbroken days are needed at least, two weeks to do well."
            ),
        })];
    };
    let fact = |fact: &Fact| Piece::Fact(anchor(fact), exact(fact.value, fact.unit, lang));
    let (number, unit) = probability(&ahead.over, lang);
    let over = Piece::Fact(anchor(&ahead.over), bonghwa_analytics::format::join(&number, unit));
    let slots = vec![over, fact(&ahead.peak), fact(&ahead.low), fact(&ahead.high)];
    let at = moment(ahead.peak_at, lang);
    let template = match lang {
        Lang::Ko => format!(
            "넘을 확률은 {{}}입니다. 가장 높을 때는 {at}의 약 {{}}이고, 그때 85 % 구간은 {{}}에서 {{}}까지입니다. "
        ),
        Lang::En => format!(
            "The probability is {{}}. It is highest at {at}, about {{}}, with an 85 % interval from {{}} to {{}}. "
        ),
    };
    let mut out = fill(&template, slots);
    if ahead.until + 3900 < view.as_of + view.horizon {
        let until = moment(ahead.until, lang);
        out.push(Piece::Text(match lang {
            Lang::Ko => format!("자료가 짧아 {until}까지만 내다봅니다."),
            Lang::En => format!("The past is too short to look further than {until}."),
        }));
    }
    out
}

/// How sure it is, and what that rests on.
pub(crate) fn confidence(here: &Here, view: &ForecastView) -> String {
    let word = super::cause::confidence(here, view.confidence);
    let why = match (view.confidence, judged(&view.past, view.horizon), here.lang) {
        (Confidence::Unknown, _, Lang::Ko) => "견줄 과거가 없습니다".to_owned(),
        (Confidence::Unknown, _, Lang::En) => "there is no past to compare with".to_owned(),
        (_, Some(past), Lang::Ko) => {
            let share = exact(past.covered.value, Unit::Ratio, Lang::Ko);
            let ahead = if past.ahead <= DAY { "하루" } else { "한 주" };
            format!("지난 {ahead} 예측 {}번에서 실제의 {share}가 85 % 구간에 들었습니다", past.forecasts)
        }
        (_, Some(past), Lang::En) => {
            let share = exact(past.covered.value, Unit::Ratio, Lang::En);
            let ahead = if past.ahead <= DAY { "a day" } else { "a week" };
            let n = past.forecasts;
            format!("forecasts of {ahead} so far: {n}; {share} of what came was inside their 85 % intervals")
        }
        (_, None, Lang::Ko) => "지난 예측과 견줄 만큼 자료가 길지 않습니다".to_owned(),
        (_, None, Lang::En) => "the past is too short to check forecasts".to_owned(),
    };
    match here.lang {
        Lang::Ko => format!("{}: {word}. {why}.", here.t.sure),
        Lang::En => format!("{}: {word} ({why}).", here.t.sure),
    }
}

/// A probability as number and unit: whole percent, because it is not known better, and open ends.
pub(crate) fn probability(fact: &Fact, lang: Lang) -> (String, &'static str) {
    match fact.value {
        p if p <= 0.01 => (lang.pick("1", "under 1").to_owned(), lang.pick("% 미만", "%")),
        p if p >= 0.99 => (lang.pick("99", "over 99").to_owned(), lang.pick("% 넘음", "%")),
        p => (count(p * 100.0), "%"),
    }
}

/// Below the probability: the threshold.
pub(crate) fn over(here: &Here, view: &ForecastView, ahead: &Ahead) -> String {
    let level = exact(ahead.threshold, view.unit, here.lang);
    match (here.lang, ahead.origin) {
        (Lang::Ko, Origin::Highest) => format!("지난 최고치 {level}"),
        (Lang::En, Origin::Highest) => format!("past high {level}"),
        (Lang::Ko, _) => format!("임계값 {level}"),
        (Lang::En, _) => format!("threshold {level}"),
    }
}

/// Below the peak: when, and the interval.
pub(crate) fn peak(here: &Here, view: &ForecastView, ahead: &Ahead) -> String {
    let show = |fact: &Fact| exact(fact.value, view.unit, here.lang);
    format!("{}, {} {}–{}", moment(ahead.peak_at, here.lang), here.t.interval, show(&ahead.low), show(&ahead.high))
}

/// A day with its year where that is another one.
fn day(instant: i64, as_of: i64, lang: Lang) -> String {
    if civil(instant).year == civil(as_of).year {
        return short_date(instant, lang);
    }
    match lang {
        Lang::Ko => format!("{}. {}", civil(instant).year, short_date(instant, lang)),
        Lang::En => format!("{} {}", short_date(instant, lang), civil(instant).year),
    }
}

/// A range of days: from the earliest to the latest, as far as those are in sight.
fn range(when: &Passing, as_of: i64, lang: Lang) -> String {
    let from = day(when.earliest, as_of, lang);
    match when.latest {
        Some(latest) if latest == when.earliest => from,
        Some(latest) => format!("{from} – {}", day(latest, as_of, lang)),
        None => match lang {
            Lang::Ko => format!("{from} 이후"),
            Lang::En => format!("after {from}"),
        },
    }
}

/// When it is full, and the line below.
pub(crate) fn full(here: &Here, full: &Full, as_of: i64) -> (String, String) {
    let lang = here.lang;
    let now = exact(full.now.value, Unit::Ratio, lang);
    let weekly = points(&full.weekly, lang);
    let below = match lang {
        Lang::Ko => format!("바쁜 시간 {now}, 한 주에 {weekly}"),
        Lang::En => format!("busy hour {now}, {weekly} a week"),
    };
    let Some(when) = &full.when else {
        let seen = day(full.seen, as_of, lang);
        return match lang {
            Lang::Ko => ("보이지 않음".to_owned(), format!("{below}. {seen}까지 내다봄")),
            Lang::En => ("Not in sight".to_owned(), format!("{below}; looked until {seen}")),
        };
    };
    let likely = when.likely.map(|likely| day(likely, as_of, lang)).map(|likely| match lang {
        Lang::Ko => format!(", 한가운데 {likely}"),
        Lang::En => format!(", middle {likely}"),
    });
    (range(when, as_of, lang), below + &likely.unwrap_or_default())
}

/// The finding over the chart.
pub(crate) fn finding(here: &Here, view: &ForecastView, ahead: &Ahead) -> String {
    let value = exact(ahead.peak.value, view.unit, here.lang);
    let at = moment(ahead.peak_at, here.lang);
    let name = measure_name(here, view.measure, view.unit);
    match here.lang {
        Lang::Ko => format!("{} {at}에 가장 높아 {value}쯤 됩니다", with(name, Particle::Topic)),
        Lang::En => format!("{name} is highest at {at}, about {value}"),
    }
}

/// Measure, step and how it was made.
pub(crate) fn scope(here: &Here, view: &ForecastView, ahead: &Ahead) -> String {
    let step = span(ahead.chart.step, here.lang);
    let name = measure_name(here, view.measure, view.unit);
    let origins = ahead.origins;
    match here.lang {
        Lang::Ko => format!(
            "{name}, {step} 단위. 짙은 띠부터 50, 85, 95 % 구간이며, 지난 {origins}개 시점에서 예측해 본 오차로 정했습니다"
        ),
        Lang::En => format!(
            "{name}, {step} steps. Bands from dark to light: 50, 85 and 95 %, from the errors of forecasts made at {origins} past instants"
        ),
    }
}

/// Holidays within the horizon.
pub(crate) fn holidays(here: &Here, view: &ForecastView) -> String {
    let days = if here.lang == Lang::Ko { &view.holidays_ko } else { &view.holidays_en };
    let names: Vec<_> = days.iter().map(|(name, at)| format!("{} {name}", short_date(*at, here.lang))).collect();
    format!("{}: {}.", here.t.holidays_in, names.join(", "))
}

/// The title of a past forecast.
pub(crate) fn record_title(here: &Here, past: &PastForecast) -> &'static str {
    if past.ahead == DAY {
        here.lang.pick("하루 전 예측과 실제", "Forecast of a day ago and what came")
    } else {
        here.lang.pick("한 주 전 예측과 실제", "Forecast of a week ago and what came")
    }
}

/// How past forecasts did.
pub(crate) fn record(here: &Here, past: &PastForecast) -> Vec<Piece> {
    let piece = |fact: &Fact, text: String| Piece::Fact(anchor(fact), text);
    let share = exact(past.covered.value, Unit::Ratio, here.lang);
    // Shares differ by points, not by percent.
    let error = match past.error.unit {
        Unit::Ratio => change(past.error.value, 0.0, Unit::Ratio, here.lang).size,
        unit => exact(past.error.value, unit, here.lang),
    };
    let times = past.forecasts;
    let template = match here.lang {
        Lang::Ko => format!("예측 {times}번을 견주니 실제의 {{}}가 85 % 구간에 들었고, 평균 {{}} 빗나갔습니다"),
        Lang::En => {
            format!("{{}} of what came was inside the 85 % interval, off by {{}} on average (forecasts: {times})")
        }
    };
    fill(&template, vec![piece(&past.covered, share), piece(&past.error, error)])
}

/// A change in percentage points with its sign.
pub(crate) fn points(fact: &Fact, lang: Lang) -> String {
    let change = change(fact.value, 0.0, Unit::Ratio, lang);
    let sign = ["−", "", "+"][usize::try_from(change.direction + 1).unwrap_or(1)];
    format!("{sign}{}", change.size)
}

/// The conclusion of the plan.
pub(crate) fn plan_title(here: &Here, plan: &CapacityPlan) -> String {
    let last = short_date(plan.until - DAY, here.lang);
    let [more, nothing, unknown] = plan.counts;
    match here.lang {
        Lang::Ko if more > 0 => format!("분기 말({last})까지 늘려야 할 곳이 {more}곳 있습니다"),
        Lang::Ko if nothing == 0 && unknown > 0 => format!("분기 말({last})까지 늘려야 하는지 알 수 없습니다"),
        Lang::Ko => format!("분기 말({last})까지 늘려야 할 곳은 없습니다"),
        Lang::En if more > 0 => format!("Before the quarter ends ({last}) {more} need more"),
        Lang::En if nothing == 0 && unknown > 0 => {
            format!("Cannot tell what needs more before the quarter ends ({last})")
        }
        Lang::En => format!("Nothing needs more before the quarter ends ({last})"),
    }
}

/// How many of each answer, and the method in one line.
pub(crate) fn plan_lead(here: &Here, plan: &CapacityPlan) -> String {
    let target = exact(plan.target, Unit::Ratio, here.lang);
    let [more, nothing, unknown] = plan.counts;
    match here.lang {
        Lang::Ko => format!(
            "증설 {more}, 필요 없음 {nothing}, 알 수 없음 {unknown}. 근무일마다 가장 바쁜 한 시간의 사용률을 추세로 늘려, 85 % 상한이 {target} 아래에 있도록 셈합니다."
        ),
        Lang::En => format!(
            "{more} need more, {nothing} need nothing, of {unknown} it cannot be told. The busiest hour of each working day is continued by its trend, so that the 85 % edge stays under {target}."
        ),
    }
}

/// Why a row has its answer.
pub(crate) fn reason(here: &Here, row: &CapacityRow, view: &ForecastView) -> String {
    reason_of(here, row, &view.plan, view.as_of)
}

/// The same of a plan that stands alone.
pub(crate) fn reason_of(here: &Here, row: &CapacityRow, plan: &CapacityPlan, as_of: i64) -> String {
    let lang = here.lang;
    let target = exact(plan.target, Unit::Ratio, lang);
    let ko = lang == Lang::Ko;
    match (row.need, &row.when) {
        (Need::More, _) if row.now.as_ref().is_some_and(|now| now.value > plan.target) => {
            lang.pick("바쁜 시간에 이미 목표를 넘습니다", "the busy hour is over the target already").to_owned()
        }
        (Need::More, Some(when)) => {
            let range = range(when, as_of, lang);
            if ko { format!("{target}를 넘을 때: {range}") } else { format!("passes {target}: {range}") }
        }
        (Need::More | Need::Nothing, _) => {
            if ko {
                format!("상한이 {target} 아래에 머뭅니다")
            } else {
                format!("the edge stays under {target}")
            }
        }
        (Need::TooFewDays, _) if ko => format!("근무일 {}일치뿐, {}일치가 필요합니다", row.days, row.days_needed),
        (Need::TooFewDays, _) => format!("{} working days of data, {} are needed", row.days, row.days_needed),
        (Need::Silent, _) => lang.pick("한 주 동안 자료가 없습니다", "no data for a week").to_owned(),
        (Need::NotReported, _) => {
            lang.pick("사용률을 보내지 않습니다", "it reports no use of CPU, memory or heap").to_owned()
        }
    }
}
