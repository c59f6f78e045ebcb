//! The task *propose*: what somebody may have meant whom the grammar did not understand.
//!
//! A model gives a [`Question`] in the form that everything here uses. It passes only if each slot is one that this console
//! knows: regions and services that there are, a period of bounded length, no number but one that the text holds. It is shown
//! to the person as a proposal, and answered by our own code.

use bonghwa_analytics::ask::{About, Area, Kind, Question, Reason, Understood};
use bonghwa_analytics::calendar::quarter;
use bonghwa_analytics::region::Region;
use bonghwa_analytics::time::{DAY, WEEK, civil, day_start, instant, week_start};
use bonghwa_analytics::view::Measure;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Tool;

/// Tokens of a proposal.
pub const MOST_TOKENS: u64 = 700;
/// Names of regions, and of services, that a model is told.
const MOST_NAMES: usize = 200;
/// Characters of a text that a model is told.
const MOST_TEXT: usize = 500;
/// The longest period, and how far back.
const LONGEST: i64 = 800 * DAY;
/// The farthest that capacity looks ahead.
const FARTHEST: i64 = 92 * DAY;
/// Measures, and areas, of a question.
const MOST_SLOTS: usize = 8;

/// What a proposal is held against.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// What was asked.
    pub text: &'a str,
    /// The instant of the newest data.
    pub as_of: i64,
    /// Regions by settings.
    pub regions: &'a [Region],
    /// Services that report.
    pub services: &'a [String],
}

/// Why a proposal was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// The model says that it is no question about these systems.
    None,
    /// It is no question of the form that everything here uses.
    Form,
    /// It names a region, a group or a service that there is not.
    Name,
    /// Its period is none that can be answered.
    Period,
    /// It holds a number that the text does not hold.
    Number,
    /// Its kind does not go with its slots.
    Slots,
}

/// Whether a model may be asked what a text means. What was refused for a reason stays refused.
pub fn is_open(understood: &Understood) -> bool {
    match understood {
        Understood::Question { .. } => false,
        // Which of two places of one name is meant, only the person knows.
        Understood::Ambiguous { about, .. } => !matches!(about, About::Region { .. }),
        Understood::Cannot { why, .. } => matches!(why, Reason::NotUnderstood),
    }
}

/// What a model is told.
pub fn content(known: &Known<'_>, before: Option<&str>) -> Value {
    let cut = |text: &str| text.chars().take(MOST_TEXT).collect::<String>();
    let areas: Map<String, Value> = groups(known.regions)
        .map(|group| (group.to_owned(), json!("group")))
        .chain(known.regions.iter().take(MOST_NAMES).map(|region| (region.code.clone(), json!([region.ko, region.en]))))
        .collect();
    let periods: Vec<Value> = periods(known.as_of)
        .into_iter()
        .map(|(name, from, to)| json!({ "name": name, "from": from, "to": to }))
        .collect();
    json!({
        "text": cut(known.text),
        "before": before.map(cut),
        "now": known.as_of,
        "periods": periods,
        "areas": areas,
        "services": known.services.iter().take(MOST_NAMES).collect::<Vec<_>>(),
    })
}

/// The tool whose arguments are the question.
pub fn tool() -> Tool {
    let names = |all: Vec<Value>| json!({ "type": "string", "enum": all });
    let kinds = Kind::ALL.iter().map(|kind| json!(kind)).collect();
    let measures = Measure::ALL.iter().map(|measure| json!(measure)).collect();
    let period = json!({
        "type": "object",
        "properties": { "from": { "type": "integer" }, "to": { "type": "integer" } },
        "required": ["from", "to"],
    });
    let area = json!({ "type": "object", "properties": { "name": { "type": "string" } }, "required": ["name"] });
    let schema = json!({
        "type": "object",
        "properties": {
            "kind": names(kinds),
            "measures": { "type": "array", "items": names(measures) },
            "areas": { "type": "array", "items": area },
            "service": { "type": "string" },
            "period": period,
            "against": period,
            "limit": { "type": "integer" },
            "order": { "type": "string", "enum": ["highest", "lowest", "slowest"] },
            "horizon": { "type": "integer", "description": "seconds from now; for capacity" },
            "after_deployment": { "type": "boolean" },
            "none": { "type": "boolean" },
        },
    });
    Tool { name: "question", description: "The question that is meant.", schema }
}

/// Reads a proposal; a question that can be answered, or why it is none.
pub fn read(raw: &str, known: &Known<'_>) -> Result<Question, Refusal> {
    let mut given: Value = serde_json::from_str(raw.trim()).map_err(|_| Refusal::Form)?;
    let fields = given.as_object_mut().ok_or(Refusal::Form)?;
    match fields.remove("none") {
        None | Some(Value::Bool(false) | Value::Null) => {}
        Some(_) => return Err(Refusal::None),
    }
    fields.retain(|_, value| !value.is_null());
    for area in fields.get_mut("areas").and_then(Value::as_array_mut).into_iter().flatten() {
        let name = area.get("name").and_then(Value::as_str).ok_or(Refusal::Form)?;
        // Which regions a name stands for is ours to say.
        *area = json!(area_of(name, known.regions).ok_or(Refusal::Name)?);
    }
    let question: Question = serde_json::from_value(given).map_err(|_| Refusal::Form)?;
    let question = question.bare();
    check(&question, known)?;
    Ok(question)
}

fn check(question: &Question, known: &Known<'_>) -> Result<(), Refusal> {
    if question.areas.len() > MOST_SLOTS || question.measures.len() > MOST_SLOTS {
        return Err(Refusal::Slots);
    }
    if question.service.as_ref().is_some_and(|service| !known.services.contains(service)) {
        return Err(Refusal::Name);
    }
    let ahead = if question.kind == Kind::Capacity { FARTHEST } else { 60 };
    let oldest = known.as_of.saturating_sub(LONGEST);
    let sound = |period: &bonghwa_analytics::ask::Period, latest: i64| {
        period.from < period.to && period.from >= oldest && period.to <= latest
    };
    let latest = known.as_of.saturating_add(ahead);
    if !sound(&question.period, latest) || question.against.as_ref().is_some_and(|p| !sound(p, known.as_of + 60)) {
        return Err(Refusal::Period);
    }
    if question.horizon.is_some_and(|horizon| !(600..=FARTHEST).contains(&horizon)) {
        return Err(Refusal::Period);
    }
    let stands = |value: f64| value.is_finite() && numbers(known.text).any(|number| (number - value).abs() < 1e-9);
    // "80 %" is .8 as a share.
    let threshold = question.threshold.is_none_or(|level| stands(level.value) || stands(level.value * 100.0));
    if !threshold || question.limit.is_some_and(|limit| limit == 0 || limit > 100 || !stands(f64::from(limit))) {
        return Err(Refusal::Number);
    }
    let measured = matches!(question.kind, Kind::Compare | Kind::Value | Kind::Trend | Kind::RankRegions);
    let compares = question.kind == Kind::Compare && question.against.is_none() && question.areas.len() < 2;
    let wrong = measured && question.measures.is_empty()
        || compares
        || question.against.is_some() && !matches!(question.kind, Kind::Compare | Kind::SlowEndpoints | Kind::Report)
        || question.horizon.is_some() && question.kind != Kind::Capacity
        || question.format.is_some() && question.kind != Kind::Report
        || question.after_deployment && question.kind != Kind::SlowEndpoints;
    if wrong { Err(Refusal::Slots) } else { Ok(()) }
}

/// Groups of the settings, each once.
fn groups(regions: &[Region]) -> impl Iterator<Item = &str> {
    let mut seen: Vec<&str> = Vec::new();
    for region in regions {
        if !region.group.is_empty() && !seen.contains(&region.group.as_str()) {
            seen.push(&region.group);
        }
    }
    seen.into_iter()
}

fn area_of(name: &str, regions: &[Region]) -> Option<Area> {
    let codes: Vec<String> =
        regions.iter().filter(|region| region.code == name || region.group == name).map(|r| r.code.clone()).collect();
    let all = name == "nation";
    (all || !codes.is_empty() && !name.is_empty()).then(|| Area { name: name.to_owned(), regions: codes })
}

/// Numbers that stand in a text as digits.
fn numbers(text: &str) -> impl Iterator<Item = f64> + '_ {
    text.split(|c: char| !(c.is_ascii_digit() || c == '.')).filter_map(|word| word.trim_matches('.').parse().ok())
}

/// Periods by their names: what a model may choose from instead of calculating.
fn periods(now: i64) -> Vec<(&'static str, i64, i64)> {
    let (day, week) = (day_start(now), week_start(now));
    let today = civil(now);
    let month = instant(today.year, today.month, 1, 0, 0, 0).unwrap_or(day);
    let before = civil(month - DAY);
    let last_month = instant(before.year, before.month, 1, 0, 0, 0).unwrap_or(month - 30 * DAY);
    let running = |from: i64| from.min(now - 60);
    vec![
        ("지금 now", now - 300, now),
        ("최근 1시간 last hour", now - 3600, now),
        ("어제 이 시간 this time yesterday", now - DAY - 3600, now - DAY),
        ("지난주 이 시간 this time last week", now - WEEK - 3600, now - WEEK),
        ("최근 24시간 last 24 hours", now - DAY, now),
        ("오늘 today", running(day), now),
        ("어제 yesterday", day - DAY, day),
        ("어제 같은 시각까지 yesterday up to this time", day - DAY, now - DAY),
        ("그제 day before yesterday", day - 2 * DAY, day - DAY),
        ("이번 주 this week", running(week), now),
        ("지난주 last week", week - WEEK, week),
        ("최근 7일 last 7 days", now - WEEK, now),
        ("이번 달 this month", running(month), now),
        ("지난달 last month", last_month, month),
        ("이번 분기 this quarter", running(quarter(now).0), now),
    ]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::settings::bundled_regions;

    const NOW: i64 = 1_795_300_000;

    fn read_of(text: &str, raw: &Value) -> Result<Question, Refusal> {
        let (regions, services) = (bundled_regions(), vec!["minwon-was".to_owned()]);
        read(&raw.to_string(), &Known { text, as_of: NOW, regions: &regions, services: &services })
    }

    fn value(extra: Value) -> Value {
        let mut base = json!({ "kind": "value", "measures": ["users"], "period": { "from": NOW - 3600, "to": NOW } });
        if let (Some(base), Value::Object(extra)) = (base.as_object_mut(), extra) {
            base.extend(extra);
        }
        base
    }

    #[test]
    fn a_question_of_known_slots_passes() {
        let question =
            read_of("상위 5개", &value(json!({ "areas": [{ "name": "capital" }, { "name": "busan" }], "limit": 5 })))
                .unwrap();
        assert_eq!(question.areas[0].regions, ["incheon", "seoul", "gyeonggi"]);
        assert_eq!(question.areas[1].regions, ["busan"]);
        let all =
            read_of("", &value(json!({ "period": { "from": NOW - 60, "to": NOW, "said": "<b>" }, "service": null })));
        assert_eq!(all.unwrap().period.said, "", "no words of the model are kept");
        let ratio =
            json!({ "kind": "rank_regions", "measures": ["load"], "threshold": { "value": 0.8, "unit": "ratio" } });
        assert!(read_of("80% 넘는 곳", &value(ratio)).is_ok());
        for (_, from, to) in periods(NOW) {
            assert!(read_of("", &value(json!({ "period": { "from": from, "to": to } }))).is_ok());
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for (extra, why) in [
            (json!({ "none": true }), Refusal::None),
            (json!({ "sql": "drop" }), Refusal::Form),
            (json!({ "kind": "restart" }), Refusal::Form),
            (json!({ "measures": ["password"] }), Refusal::Form),
            (json!({ "areas": [{ "regions": ["seoul"] }] }), Refusal::Form),
            (json!({ "areas": [{ "name": "atlantis" }] }), Refusal::Name),
            (json!({ "areas": [{ "name": "" }] }), Refusal::Name),
            (json!({ "service": "other" }), Refusal::Name),
            (json!({ "period": { "from": NOW, "to": NOW } }), Refusal::Period),
            (json!({ "period": { "from": NOW, "to": NOW + DAY } }), Refusal::Period),
            (json!({ "period": { "from": i64::MIN, "to": i64::MAX } }), Refusal::Period),
            (json!({ "kind": "capacity", "horizon": i64::MAX }), Refusal::Period),
            (json!({ "limit": 7 }), Refusal::Number),
            (json!({ "threshold": { "value": 0.9, "unit": "ratio" } }), Refusal::Number),
            (json!({ "measures": [] }), Refusal::Slots),
            (json!({ "kind": "compare" }), Refusal::Slots),
            (json!({ "horizon": 7200 }), Refusal::Slots),
            (json!({ "measures": vec!["users"; 9] }), Refusal::Slots),
        ] {
            assert_eq!(read_of("상위 5개, 80%", &value(extra.clone())), Err(why), "{extra}");
        }
        assert_eq!(read_of("", &json!([])), Err(Refusal::Form));
        assert_eq!(read_of("", &json!("시스템")), Err(Refusal::Form));
    }

    #[test]
    fn a_model_is_asked_only_where_words_were_not_understood() {
        let cannot = |why| Understood::Cannot { why, instead: Vec::new() };
        assert!(is_open(&cannot(Reason::NotUnderstood)));
        for why in [Reason::Action, Reason::Personal, Reason::OtherSubject, Reason::Future, Reason::TooLong] {
            assert!(!is_open(&cannot(why)));
        }
        assert!(is_open(&Understood::Ambiguous { about: About::Kind, choices: Vec::new() }));
        assert!(!is_open(&Understood::Ambiguous {
            about: About::Region { name: "광주".into() }, choices: Vec::new()
        }));
    }

    proptest! {
        #[test]
        fn rubbish_never_panics_and_never_passes_an_unknown_name(
            raw in "[\\[\\]{}:,\"a-z0-9가 .-]{0,120}", name in "[a-z-]{1,8}", from in any::<i64>(), to in any::<i64>(),
        ) {
            let regions = bundled_regions();
            let known = Known { text: "5", as_of: NOW, regions: &regions, services: &[] };
            let _ = read(&raw, &known);
            let given = value(json!({ "areas": [{ "name": name }], "period": { "from": from, "to": to } }));
            if let Ok(question) = read(&given.to_string(), &known) {
                prop_assert!(question.areas.iter().all(|area| area.regions.iter().all(|c| regions.iter().any(|r| r.code == *c))));
                prop_assert!(question.period.to - question.period.from <= LONGEST + 60);
            }
        }
    }
}
