//! Service-level objectives in words.

use bonghwa_analytics::format::{Lang, count, decimal, exact, join, span};
use bonghwa_analytics::objective::{Budget, Goal, Objective, PERIOD};
use bonghwa_analytics::view::{Level, Unit};

use crate::app::Here;

/// What is promised.
pub(crate) fn promise(here: &Here, objective: &Objective) -> String {
    let share = share(objective.share);
    let seconds = |seconds: f64| {
        let whole = (seconds * 1000.0).round() % 1000.0 == 0.0;
        if whole { join(&count(seconds), here.lang.pick("초", "s")) } else { exact(seconds, Unit::Seconds, here.lang) }
    };
    let promise = match (objective.goal, here.lang) {
        (Goal::Success, Lang::Ko) => format!("{share} 이상 성공"),
        (Goal::Success, Lang::En) => format!("{share} succeed"),
        (Goal::Within(limit), Lang::Ko) => {
            format!("{share} 이상 {} 안에 응답", seconds(limit))
        }
        (Goal::Within(limit), Lang::En) => format!("{share} within {}", seconds(limit)),
    };
    if objective.service.is_empty() { promise } else { format!("{}: {promise}", objective.service) }
}

/// A share near one, in thousandths of a percent at most and never rounded up: 99.999 % is not all.
pub(crate) fn share(share: f64) -> String {
    // What a decimal number lacks to its own value is not its distance to the next one.
    let thousandths = (share * 1e5 + 1e-6).floor();
    let decimals = [1000.0, 100.0, 10.0].iter().take_while(|step| thousandths % **step != 0.0).count() as u32;
    join(&decimal(thousandths / 1000.0, decimals), "%")
}

/// How it stands.
pub(crate) fn standing(here: &Here, budget: &Budget) -> String {
    let Some(left) = budget.left() else { return here.t.no_value.to_owned() };
    let pace = match budget.level {
        Level::Normal if left > 0.0 => return here.lang.pick("여유 있음", "within its budget").to_owned(),
        Level::Normal => return here.lang.pick("다 씀", "budget spent").to_owned(),
        Level::Sign => here.lang.pick("조금씩 닳는 중", "burning slowly"),
        Level::Abnormal => here.lang.pick("빨리 닳는 중", "burning fast"),
        Level::Failure | Level::Outage => here.lang.pick("아주 빨리 닳는 중", "burning very fast"),
    };
    match (budget.lasts(), here.lang) {
        (Some(lasts), Lang::Ko) => format!("{pace}, 이대로면 {} 뒤 바닥", span(lasts, here.lang)),
        (Some(lasts), Lang::En) => format!("{pace}: gone in {} at this pace", span(lasts, here.lang)),
        (None, Lang::Ko) => format!("{pace}, 이미 다 씀"),
        (None, Lang::En) => format!("{pace}: spent already"),
    }
}

/// What the figures mean, and for how much of the period there is data.
pub(crate) fn note(here: &Here, budgets: &[Budget]) -> String {
    let covered = budgets.first().and_then(|budget| budget.window(PERIOD)).map_or(0, |spent| spent.covered);
    let period = span(PERIOD, here.lang);
    let out = match here.lang {
        Lang::Ko => format!(
            "{period} 동안의 약속입니다. 소진 속도 1배는 남은 오류 예산을 그 기간에 딱 맞춰 쓰는 빠르기입니다. 두 기간이 함께 넘을 때만 알립니다: 1시간과 5분이 14.4배, 6시간과 30분이 6배, 3일과 6시간이 1배."
        ),
        Lang::En => format!(
            "Promised over {period}. A burn rate of 1 × spends the error budget in exactly that time. It is flagged only where two windows pass together: 1 h and 5 min at 14.4 ×, 6 h and 30 min at 6 ×, 3 days and 6 h at 1 ×."
        ),
    };
    if covered >= PERIOD - PERIOD / 50 {
        return out;
    }
    let known = span(covered, here.lang);
    match here.lang {
        Lang::Ko => format!("{out} 지금까지 자료가 있는 기간은 {known}입니다."),
        Lang::En => format!("{out} So far there is data for {known}."),
    }
}
