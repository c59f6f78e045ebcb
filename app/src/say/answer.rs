//! Answers in words: the conclusion of each kind, and what is missing in an answer.

use bonghwa_analytics::answer::{Answer, Body, Endpoints, Measured, Needed, Ranked, Reported};
use bonghwa_analytics::ask::Period;
use bonghwa_analytics::format::{Lang, change, exact, join, moment, period, span};
use bonghwa_analytics::view::{IncidentRow, IncidentsView, Measure, Need, Unit, Verdict};

use super::compare::{changed, changed_en};
use super::{compare, question};
use crate::app::Here;
use crate::part::facts::{Piece, anchor, fill, measure_name};
use crate::particle::{Particle, particle, with};

/// The conclusion, in one sentence where that can be.
pub(crate) fn conclusion(here: &Here, answer: &Answer) -> Vec<Piece> {
    match &answer.body {
        Body::Compared(compared) => compare::compared(here, answer, compared),
        Body::Measured(rows) => measured(here, answer, rows),
        Body::Ranked(ranked) => self::ranked(here, answer, ranked),
        Body::Endpoints(endpoints) => self::endpoints(here, answer, endpoints),
        Body::Diagnosed(found) => match (found.incidents.first(), &found.verdict) {
            (Some(row), _) => incident(here, row),
            (None, Some(verdict)) if *verdict != Verdict::Usual => {
                super::verdict::headline(here, verdict, None, false, answer.as_of)
            }
            (None, _) => {
                let when = when(here, &answer.question.period, answer.as_of);
                let area = area_of(here, answer);
                text(match here.lang {
                    Lang::Ko => format!("{when} {} 평소와 같습니다. 사건은 없습니다.", with(&area, Particle::Topic)),
                    Lang::En => format!("{area}, {when}: as usual, no incident."),
                })
            }
        },
        Body::Sessions(view) => super::watch::conclusion(here, answer, view),
        Body::Needed(needed) => self::needed(here, needed),
        Body::Reported(reported) => self::reported(here, answer, reported),
        Body::Incidents(view) => incidents(here, answer, view),
    }
}

pub(super) fn text(text: String) -> Vec<Piece> {
    vec![Piece::Text(text)]
}

/// `어제 이 시간`, as it was said, else the period.
fn when(here: &Here, period_of: &Period, as_of: i64) -> String {
    if period_of.to >= as_of - 60 && period_of.to - period_of.from <= 3600 {
        return here.lang.pick("지금", "now").to_owned();
    }
    period(period_of.from, period_of.to, as_of, here.lang)
}

/// Names of the areas asked about.
pub(super) fn area_of(here: &Here, answer: &Answer) -> String {
    let names: Vec<String> = answer.question.areas.iter().map(|area| question::area_name(here, area)).collect();
    if names.is_empty() { here.t.nation.to_owned() } else { names.join(", ") }
}

pub(super) fn name_of(here: &Here, measured: &Measured) -> String {
    let unit = measured.value.as_ref().map_or(Unit::Users, |fact| fact.unit);
    measure_name(here, measured.measure, unit).to_owned()
}

fn measured(here: &Here, answer: &Answer, rows: &[Measured]) -> Vec<Piece> {
    let lang = here.lang;
    let when = when(here, &answer.question.period, answer.as_of);
    let mut out = Vec::new();
    for (at, row) in rows.iter().take(6).enumerate() {
        let (name, area) = (name_of(here, row), question::area_name(here, &row.area));
        let lead = match (lang, at) {
            (Lang::Ko, 0) => format!("{when} {area} {} ", with(&name, Particle::Topic)),
            (Lang::Ko, _) => format!(" {area} {} ", with(&name, Particle::Topic)),
            (Lang::En, 0) => format!("{area}, {when}: {name} "),
            (Lang::En, _) => format!(" {area}: {name} "),
        };
        let Some(value) = &row.value else {
            let none = lang.pick("받은 자료가 없어 알 수 없습니다.", "cannot be told, nothing was received.");
            out.push(Piece::Text(format!("{lead}{none}")));
            continue;
        };
        let mean = row.peak.is_some();
        let shown = Piece::of(value, lang);
        let about = value.error.is_some() && value.measure == Measure::Users;
        let template = match (lang, mean) {
            (Lang::Ko, true) => format!("{lead}평균 {{}}이고"),
            (Lang::Ko, false) => format!("{lead}{}{{}}입니다.", if about { "약 " } else { "" }),
            (Lang::En, true) => format!("{lead}{{}} on average"),
            (Lang::En, false) => format!("{lead}{}{{}}.", if about { "about " } else { "" }),
        };
        let template = if lang == Lang::Ko && mean {
            template.replace("이고", if particle(shown.text(), Particle::Copula).is_empty() { "고" } else { "이고" })
        } else {
            template
        };
        out.extend(fill(&template, vec![shown]));
        if let Some(peak) = &row.peak {
            let at = moment(peak.from, lang);
            let high = match (lang, row.measure) {
                (Lang::Ko, Measure::Users | Measure::Requests) => "많았던",
                (Lang::Ko, Measure::LatencyP50 | Measure::LatencyP95 | Measure::LatencyP99) => "길었던",
                _ => "높았던",
            };
            let template = match lang {
                Lang::Ko => format!(", 가장 {high} 때는 {at}의 {{}}입니다."),
                Lang::En => format!(", at its highest {{}} at {at}."),
            };
            out.extend(fill(&template, vec![Piece::of(peak, lang)]));
        }
    }
    if out.is_empty() { text(here.t.none_in_period.to_owned()) } else { out }
}

fn ranked(here: &Here, answer: &Answer, ranked: &Ranked) -> Vec<Piece> {
    let lang = here.lang;
    let unit = ranked.rows.first().map_or(Unit::Ratio, |row| row.value.unit);
    let name = measure_name(here, ranked.measure, unit);
    let when = when(here, &answer.question.period, answer.as_of);
    let Some(first) = ranked.rows.first() else {
        return text(match lang {
            Lang::Ko => format!("{when} {} 보낸 지역이 없어 알 수 없습니다.", with(name, Particle::Object)),
            Lang::En => format!("Cannot tell: no region sent {name}, {when}."),
        });
    };
    if let (Some(threshold), Some(passing)) = (&answer.question.threshold, ranked.passing) {
        let level = exact(threshold.value, unit, lang);
        return match lang {
            Lang::Ko if passing == 0 => fill(
                &format!(
                    "{when} {} {level}를 넘는 지역은 없습니다. 가장 높은 {}이 {{}}입니다.",
                    with(name, Particle::Subject),
                    here.region(&first.region)
                ),
                vec![Piece::of(&first.value, lang)],
            ),
            Lang::Ko => fill(
                &format!(
                    "{when} {} {level}를 넘는 지역은 {passing}곳이고, 가장 높은 곳은 {}, {{}}입니다.",
                    with(name, Particle::Subject),
                    here.region(&first.region)
                ),
                vec![Piece::of(&first.value, lang)],
            ),
            Lang::En => fill(
                &format!(
                    "{passing} {} {name} of {level} or more, {when}; the highest is {}: {{}}.",
                    if passing == 1 { "region has" } else { "regions have" },
                    here.region(&first.region)
                ),
                vec![Piece::of(&first.value, lang)],
            ),
        };
    }
    let most = match (lang, ranked.ascending, ranked.measure) {
        (Lang::Ko, false, Measure::LatencyP50 | Measure::LatencyP95 | Measure::LatencyP99) => "가장 긴",
        (Lang::Ko, true, Measure::LatencyP50 | Measure::LatencyP95 | Measure::LatencyP99) => "가장 짧은",
        (Lang::Ko, false, Measure::Users | Measure::Requests | Measure::PerCapita) => "가장 많은",
        (Lang::Ko, true, Measure::Users | Measure::Requests | Measure::PerCapita) => "가장 적은",
        (Lang::Ko, false, _) => "가장 높은",
        (Lang::Ko, true, _) => "가장 낮은",
        (Lang::En, false, _) => "highest",
        (Lang::En, true, _) => "lowest",
    };
    let region = here.region(&first.region);
    let template = match lang {
        Lang::Ko => format!("{when} {} {most} 지역은 {region}, {{}}입니다.", with(name, Particle::Subject)),
        Lang::En => format!("The {most} {name} {when} is in {region}: {{}}."),
    };
    fill(&template, vec![Piece::of(&first.value, lang)])
}

fn endpoints(here: &Here, answer: &Answer, found: &Endpoints) -> Vec<Piece> {
    let lang = here.lang;
    let ko = lang == Lang::Ko;
    if answer.question.after_deployment {
        let Some((region, service, version, at)) = &found.deployment else {
            return text(
                lang.pick(
                    "최근 14일 동안 배포한 기록이 없어 알 수 없습니다.",
                    "Cannot tell: no deployment was seen in the last 14 days.",
                )
                .to_owned(),
            );
        };
        let (region, at) = (here.region(region), moment(*at, lang));
        let Some(first) = found.rows.first() else {
            return text(if ko {
                format!("{at} {region} {service} {version} 배포 뒤 느려진 API는 없습니다.")
            } else {
                format!("Nothing became slower after {service} {version} was deployed in {region} at {at}.")
            });
        };
        let (n, route) = (found.rows.len(), format!("{} {}", first.service, first.route));
        let times = first.before.as_ref().map_or(1.0, |before| first.now.value / before.value.max(1e-9));
        let times = super::verdict::times(times, lang);
        let template = if ko {
            format!(
                "{at} {region} {service} {version} 배포 뒤 느려진 API는 {n}개이고, 가장 느려진 것은 {route}, {{}}(그 전날의 {times})입니다."
            )
        } else {
            let apis = if n == 1 { "API" } else { "APIs" };
            format!(
                "{n} {apis} became slower after {service} {version} was deployed in {region} at {at}; the most {route}: {{}}, {times} of the day before."
            )
        };
        return fill(&template, vec![Piece::of(&first.now, lang)]);
    }
    let Some(first) = found.rows.first() else {
        return text(
            lang.pick(
                "이 기간에 30건 넘게 요청받은 API가 없어 알 수 없습니다.",
                "Cannot tell: no API had 30 requests in this period.",
            )
            .to_owned(),
        );
    };
    let name = measure_name(here, found.measure, first.now.unit);
    let route = format!("{} {}", first.service, first.route);
    let template = if ko {
        format!("{} 가장 높은 API는 {route}, {{}}입니다.", with(name, Particle::Subject))
    } else {
        format!("The API with the highest {name} is {route}: {{}}.")
    };
    fill(&template, vec![Piece::of(&first.now, lang)])
}

/// What users feel, and why.
fn incident(here: &Here, row: &IncidentRow) -> Vec<Piece> {
    let mut out = super::incident::headline(here, row, &incident_anchor(row));
    out.push(Piece::Text(". ".to_owned()));
    match row.explanation.as_ref().and_then(|explanation| explanation.causes.first()) {
        Some(cause) => {
            out.extend(super::cause::because(here, cause));
            out.push(Piece::Text(format!(" ({})", super::cause::confidence(here, cause.confidence))));
        }
        None if row.explanation.is_some() => out.push(Piece::Text(here.t.no_cause.to_owned())),
        None => out.push(Piece::Text(here.t.finding_cause.to_owned())),
    }
    out
}

/// Anchor of the source of an incident's figure.
pub(crate) fn incident_anchor(row: &IncidentRow) -> String {
    format!("src-{}", row.id)
}

fn incidents(here: &Here, answer: &Answer, view: &IncidentsView) -> Vec<Piece> {
    let when = period(answer.question.period.from, answer.question.period.to, answer.as_of, here.lang);
    let area = area_of(here, answer);
    let n = view.rows.len();
    let Some(first) = view.rows.first() else {
        return text(match here.lang {
            Lang::Ko => format!("{when} {area}에는 사건이 없습니다."),
            Lang::En => format!("{area}, {when}: no incident."),
        });
    };
    let mut out = text(match here.lang {
        Lang::Ko => format!("{when} {area}의 사건은 {n}건입니다. "),
        Lang::En => format!("{area}, {when}: {}. ", incidents_en(n)),
    });
    out.extend(incident(here, first));
    out
}

fn incidents_en(n: usize) -> String {
    if n == 1 { "1 incident".to_owned() } else { format!("{n} incidents") }
}

fn needed(here: &Here, needed: &Needed) -> Vec<Piece> {
    let lang = here.lang;
    let mut out = Vec::new();
    let likely = needed.ahead.iter().find_map(|row| Some((row, row.ahead.as_ref()?)));
    if let Some(horizon) = needed.horizon {
        let within = span(horizon, lang);
        match likely {
            Some((row, ahead)) => {
                let region = here.region(&row.region);
                let name = measure_name(here, row.measure, Unit::Ratio);
                let level = exact(ahead.threshold, Unit::Ratio, lang);
                let (number, unit) = super::forecast::probability(&ahead.over, lang);
                let chance = Piece::Fact(anchor(&ahead.over), join(&number, unit));
                let sure = super::cause::confidence(here, row.confidence);
                let template = match lang {
                    Lang::Ko => format!(
                        "{within} 안에 {region} {} {level}{} 넘을 확률은 {{}}입니다({sure}). ",
                        with(name, Particle::Subject),
                        particle(&level, Particle::Object)
                    ),
                    Lang::En => {
                        format!(
                            "The probability that {name} in {region} passes {level} within {within} is {{}} ({sure}). "
                        )
                    }
                };
                out.extend(fill(&template, vec![chance]));
            }
            None => out.push(Piece::Text(
                lang.pick("앞일을 말하기에는 자료가 모자랍니다. ", "There is too little data to forecast. ").to_owned(),
            )),
        }
    }
    out.push(Piece::Text(format!("{}.", super::forecast::plan_title(here, &needed.plan))));
    let places: Vec<String> = needed
        .plan
        .rows
        .iter()
        .filter(|row| row.need == Need::More)
        .take(3)
        .map(|row| format!("{} {}", here.region(&row.region), row.service))
        .collect();
    if !places.is_empty() {
        out.push(Piece::Text(format!(" {}", places.join(", "))));
    }
    out
}

fn reported(here: &Here, answer: &Answer, reported: &Reported) -> Vec<Piece> {
    let lang = here.lang;
    let when = period(answer.question.period.from, answer.question.period.to, answer.as_of, lang);
    let area = area_of(here, answer);
    let users = reported.compared.pairs.first();
    let now = users.and_then(|pair| pair.now.value.as_ref());
    let then = users.and_then(|pair| pair.then.as_ref()?.value.as_ref());
    let mut out = text(match lang {
        Lang::Ko => format!("{when} {area} 성능 보고서입니다. "),
        Lang::En => format!("Performance report, {area}, {when}. "),
    });
    if let Some(now) = now {
        let name = measure_name(here, now.measure, now.unit);
        let template = match lang {
            Lang::Ko => format!("{} 평균 {{}}", with(name, Particle::Topic)),
            Lang::En => format!("{name} {{}} on average"),
        };
        out.extend(fill(&template, vec![Piece::of(now, lang)]));
        if let Some(then) = then {
            let change = change(now.value, then.value, now.unit, lang);
            let shift = compare::before(answer.question.period.from - reported.before.0, lang);
            out.push(Piece::Text(match (lang, change.direction) {
                (Lang::Ko, 0) => format!(", {} 거의 같습니다. ", with(&shift, Particle::And)),
                (Lang::Ko, d) => format!(", {shift}보다 {} {}. ", change.size, changed(now.measure, d, true)),
                (Lang::En, 0) => format!(", the same as {shift}. "),
                (Lang::En, d) => format!(", {} {} than {shift}. ", change.size, changed_en(now.measure, d)),
            }));
        } else {
            out.push(Piece::Text(lang.pick("입니다. ", ". ").to_owned()));
        }
    }
    // The plan lists fewer rows than it counts.
    let (n, [more, ..]) = (reported.incidents.rows.len(), reported.plan.counts);
    out.push(Piece::Text(match lang {
        Lang::Ko => format!("사건은 {n}건, 분기 말까지 늘려야 할 곳은 {more}곳입니다."),
        Lang::En => {
            let places = if more == 1 { "place needs" } else { "places need" };
            format!("{}; {more} {places} more before the quarter ends.", incidents_en(n))
        }
    }));
    out
}

/// What is missing in an answer, one sentence each.
pub(crate) fn notes(here: &Here, answer: &Answer) -> Vec<String> {
    let mut out = Vec::new();
    let late: Vec<&str> = answer.late.iter().map(|(code, _)| here.region(code)).collect();
    if !late.is_empty() {
        let names = late.join(", ");
        out.push(match here.lang {
            Lang::Ko => format!("{names}에서 새 자료가 오지 않아 그만큼 빠져 있습니다."),
            Lang::En => format!("Nothing new arrives from {names}; it is missing here."),
        });
    }
    if let Body::Diagnosed(found) = &answer.body
        && found.learning
    {
        out.push(here.t.learning.to_owned());
    }
    let judging = match &answer.body {
        Body::Diagnosed(found) => found.judging,
        Body::Incidents(view) => view.judging,
        Body::Reported(reported) => reported.incidents.judging,
        _ => 0,
    };
    if judging > 0 {
        out.push(here.t.judging.to_owned());
    }
    if let Body::Measured(rows) = &answer.body
        && rows.iter().any(|row| row.measure == Measure::Users && row.peak.is_some())
    {
        out.push(here.t.users_mean.to_owned());
    }
    out
}
