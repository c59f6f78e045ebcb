//! Questions in words: how one was understood, what was taken for granted, what is asked back, and what is out of reach.

use bonghwa_analytics::answer::Answer;
use bonghwa_analytics::ask::{About, Area, Assumption, Kind, Quantity, Question, Reason, Starter};
use bonghwa_analytics::format::{Lang, count, exact, period, span};
use bonghwa_analytics::view::Unit;

use crate::app::Here;
use crate::part::facts::measure_name;

/// Name of an area: of a region, of a group, of all.
pub(crate) fn area_name(here: &Here, area: &Area) -> String {
    match (area.name.as_str(), area.regions.as_slice()) {
        ("capital", _) => here.t.capital.to_owned(),
        ("chungcheong", _) => here.t.chungcheong.to_owned(),
        ("honam", _) => here.t.honam.to_owned(),
        ("yeongnam", _) => here.t.yeongnam.to_owned(),
        ("" | "nation", _) => here.t.nation.to_owned(),
        (_, [code]) => here.region(code).to_owned(),
        (name, _) => here.region(name).to_owned(),
    }
}

/// The areas that a question is about.
pub(crate) fn areas(here: &Here, question: &Question) -> String {
    let areas: Vec<String> = question.areas.iter().map(|area| area_name(here, area)).collect();
    if areas.is_empty() { here.t.nation.to_owned() } else { areas.join("·") }
}

/// How a question was understood: kind, measures, areas, times and the rest.
pub(crate) fn understood(here: &Here, question: &Question, as_of: i64) -> Vec<String> {
    let lang = here.lang;
    let mut out = vec![kind(lang, question.kind).to_owned()];
    let names = question.measures.iter().map(|measure| measure_name(here, *measure, Unit::Users).to_owned());
    out.extend(Some(names.collect::<Vec<_>>().join("·")).filter(|names| !names.is_empty()));
    out.push(areas(here, question));
    out.extend(question.service.clone());
    if has_period(question) {
        out.push(period(question.period.from, question.period.to, as_of, lang));
    }
    if let Some(against) = &question.against {
        let times = period(against.from, against.to, as_of, lang);
        out.push(match lang {
            Lang::Ko => format!("비교: {times}"),
            Lang::En => format!("against {times}"),
        });
    }
    if let Some(horizon) = question.horizon {
        let ahead = span(horizon, lang);
        out.push(match lang {
            Lang::Ko => format!("앞으로 {ahead}"),
            Lang::En => format!("next {ahead}"),
        });
    }
    if let Some(threshold) = question.threshold {
        let unit = match threshold.unit {
            Quantity::Ratio => Unit::Ratio,
            Quantity::Seconds => Unit::Seconds,
            Quantity::Count => Unit::Users,
        };
        out.push(format!("{} {}", here.t.threshold, exact(threshold.value, unit, lang)));
    }
    if let Some(limit) = question.limit {
        out.push(match lang {
            Lang::Ko => format!("{}개", count(f64::from(limit))),
            Lang::En => format!("{} entries", count(f64::from(limit))),
        });
    }
    if question.after_deployment {
        out.push(lang.pick("최근 배포 뒤", "since the latest deployment").to_owned());
    }
    out
}

/// Whether the answer is of the question's period: after a deployment it is of the time since, and a forecast is of what
/// lies ahead.
pub(crate) fn has_period(question: &Question) -> bool {
    !question.after_deployment && question.horizon.is_none()
}

/// A kind of question as a word.
pub(crate) const fn kind(lang: Lang, kind: Kind) -> &'static str {
    match kind {
        Kind::Compare => lang.pick("비교", "compare"),
        Kind::Diagnose => lang.pick("원인", "what is wrong"),
        Kind::Sessions => lang.pick("세션", "sessions"),
        Kind::Capacity => lang.pick("증설", "capacity"),
        Kind::Report => lang.pick("보고서", "report"),
        Kind::RankRegions => lang.pick("지역 순위", "rank regions"),
        Kind::SlowEndpoints => lang.pick("API 순위", "rank APIs"),
        Kind::Value => lang.pick("값", "value"),
        Kind::Trend => lang.pick("추이", "trend"),
        Kind::Incidents => lang.pick("사건 목록", "incidents"),
    }
}

/// One of several meanings.
pub(crate) fn choice_text(here: &Here, choice: &Question, as_of: i64) -> String {
    understood(here, choice, as_of).join(", ")
}

/// What was taken for granted.
pub(crate) fn assumed(here: &Here, assumption: &Assumption) -> String {
    let lang = here.lang;
    match assumption {
        Assumption::Period => {
            lang.pick("때를 말씀하지 않아 알맞은 기간으로 보았습니다.", "No time was said; a fitting one was taken.")
        }
        Assumption::Against => lang.pick(
            "견줄 때를 말씀하지 않아 바로 앞 같은 때로 보았습니다.",
            "Nothing was said to compare with; the time before was taken.",
        ),
        Assumption::Measures => lang.pick(
            "무엇을 볼지 말씀하지 않아 기본 수치로 보았습니다.",
            "No measure was said; the usual ones were taken.",
        ),
        Assumption::Horizon => lang.pick(
            "얼마나 앞을 볼지 말씀하지 않아 3시간으로 보았습니다.",
            "It was not said how far ahead; 3 hours were taken.",
        ),
        Assumption::Limit => {
            lang.pick("몇 개인지 말씀하지 않아 5개만 적었습니다.", "It was not said how many; 5 are listed.")
        }
        Assumption::SameElapsed => lang.pick(
            "아직 끝나지 않은 기간이라 같은 길이만큼만 견주었습니다.",
            "The period still runs, so equal lengths are compared.",
        ),
        Assumption::Afternoon => lang.pick("시각은 오후로 보았습니다.", "The hour was taken for one of the afternoon."),
        Assumption::Spelling { typed } => {
            return match lang {
                Lang::Ko => format!("‘{typed}’은(는) 비슷한 말로 고쳐 읽었습니다."),
                Lang::En => format!("“{typed}” was read as a similar word."),
            };
        }
        Assumption::Ignored { words } => {
            return match lang {
                Lang::Ko => format!("‘{words}’은(는) 알아듣지 못해 빼고 답했습니다."),
                Lang::En => format!("“{words}” was not understood and left aside."),
            };
        }
    }
    .to_owned()
}

/// What is asked back.
pub(crate) fn open(here: &Here, about: &About) -> String {
    match (about, here.lang) {
        (About::Region { name }, Lang::Ko) => format!("‘{name}’은(는) 어느 곳을 말씀하시나요?"),
        (About::Region { name }, Lang::En) => format!("Which “{name}” is meant?"),
        (About::Measure, Lang::Ko) => "어떤 수치를 말씀하시나요?".to_owned(),
        (About::Measure, Lang::En) => "Which measure is meant?".to_owned(),
        (About::Words { words }, Lang::Ko) => {
            format!("‘{words}’은(는) 모르는 말입니다. 이 가운데 무엇을 말씀하시나요?")
        }
        (About::Words { words }, Lang::En) => format!("“{words}” is not known. Which of these is meant?"),
        (About::Kind, Lang::Ko) => "무엇을 알고 싶으신가요?".to_owned(),
        (About::Kind, Lang::En) => "What would you like to know?".to_owned(),
    }
}

/// Why there is no answer, and what is missing.
pub(crate) fn cannot(here: &Here, why: &Reason) -> String {
    let lang = here.lang;
    match why {
        Reason::Empty => lang.pick("무엇이 궁금하신지 적어 주십시오.", "Please write what you would like to know."),
        Reason::TooLong => lang.pick(
            "질문이 너무 깁니다. 한 문장으로 적어 주십시오.",
            "The question is too long. Please write one sentence.",
        ),
        Reason::Action => lang.pick(
            "봉화는 시스템을 바꾸지 않습니다. 조치는 사람이 합니다.",
            "Bonghwa does not change systems. People act.",
        ),
        Reason::Personal => lang.pick(
            "개인을 알아볼 수 있는 정보는 보관하지 않아 알 수 없습니다.",
            "Cannot tell: nothing that identifies a person is kept.",
        ),
        Reason::OtherSubject => lang.pick(
            "시스템 운영 밖의 일은 알 수 없습니다.",
            "Cannot tell: that is not about the operation of these systems.",
        ),
        Reason::NotMeasured => {
            lang.pick("그 수치는 여기서 재지 않아 알 수 없습니다.", "Cannot tell: that is not measured here.")
        }
        Reason::UnknownPlace { name } => {
            return match lang {
                Lang::Ko => format!("‘{name}’은(는) 등록된 지역이 아니라 알 수 없습니다."),
                Lang::En => format!("Cannot tell: “{name}” is not one of the regions."),
            };
        }
        Reason::Future => lang.pick(
            "아직 일어나지 않은 일이라 알 수 없습니다. 앞일은 증설과 예측으로 물어 주십시오.",
            "Cannot tell what has not happened. Ask for a forecast instead.",
        ),
        Reason::NoSuchTime => lang.pick("없는 날짜나 시각입니다.", "There is no such date or time."),
        Reason::NotUnderstood => {
            lang.pick("알아듣지 못했습니다. 아래처럼 물어 주십시오.", "It was not understood. You can ask like this.")
        }
    }
    .to_owned()
}

/// What can be asked next, in words that are understood with this question before them.
pub(crate) fn next(here: &Here, answer: &Answer) -> Vec<&'static str> {
    let pick = |ko, en| here.lang.pick(ko, en);
    match answer.question.kind {
        Kind::Compare => vec![
            pick("왜 그런가요?", "Why?"),
            pick("지역별 순위는?", "Rank the regions"),
            pick("추이를 보여줘", "Show the trend"),
        ],
        Kind::Diagnose | Kind::Incidents => vec![
            pick("어제는?", "And yesterday?"),
            pick("가장 느린 API 5개는?", "The 5 slowest APIs?"),
            pick("어제 같은 시간과 비교해줘", "Compare with the same time yesterday"),
        ],
        Kind::Value | Kind::Trend => vec![
            pick("어제 같은 시간과 비교해줘", "Compare with the same time yesterday"),
            pick("지역별 순위는?", "Rank the regions"),
            pick("왜 그런가요?", "Why?"),
        ],
        Kind::RankRegions => {
            vec![pick("가장 낮은 지역은?", "And the lowest?"), pick("추이를 보여줘", "Show the trend")]
        }
        Kind::SlowEndpoints => {
            vec![pick("오류율이 높은 API는?", "APIs with the highest error rate?"), pick("왜 그런가요?", "Why?")]
        }
        _ => vec![Starter::Diagnose.text(here.lang), Starter::Busiest.text(here.lang)],
    }
}

/// What the button beside an earlier question does.
pub(crate) fn forget(lang: Lang, text: &str) -> String {
    match lang {
        Lang::Ko => format!("‘{text}’ 지우기"),
        Lang::En => format!("Forget “{text}”"),
    }
}
