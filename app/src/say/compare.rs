//! Comparisons in words: a time beside an earlier one, areas beside each other.

use bonghwa_analytics::answer::{Answer, Compared, Measured};
use bonghwa_analytics::ask::{Period, Question};
use bonghwa_analytics::format::{Lang, change, period};
use bonghwa_analytics::time::{DAY, WEEK};
use bonghwa_analytics::view::{Fact, Measure};

use super::answer::{name_of, text};
use super::question;
use crate::app::Here;
use crate::part::facts::{Piece, anchor, fill};
use crate::particle::{Particle, with};

/// How each measure of a time stands to that of an earlier one; areas beside each other where no earlier time was asked about.
pub(super) fn compared(here: &Here, answer: &Answer, compared: &Compared) -> Vec<Piece> {
    let ko = here.lang == Lang::Ko;
    if !compared.times {
        return beside(here, compared);
    }
    let against = answer.question.against.as_ref();
    let then_name = against.map_or_else(String::new, |against| earlier(here, &answer.question, against, answer.as_of));
    let area = answer.question.areas.first().map(|area| question::area_name(here, area));
    let known: Vec<_> = compared.pairs.iter().filter(|pair| pair.now.area == compared.pairs[0].now.area).collect();
    let mut out = Vec::new();
    for (at, pair) in known.iter().enumerate() {
        let last = at + 1 == known.len();
        let name = name_of(here, &pair.now);
        let topic = if ko { with(&name, Particle::Topic) } else { name };
        let lead = match (at, &area, ko) {
            (0, Some(area), true) => format!("{area}의 {topic} {then_name}보다 "),
            (0, None, true) => format!("{topic} {then_name}보다 "),
            (0, Some(area), false) => format!("{area}, against {then_name}: {topic} "),
            (0, None, false) => format!("Against {then_name}: {topic} "),
            _ => format!(" {topic} "),
        };
        let then = pair.then.as_ref().and_then(|then| then.value.as_ref());
        let (Some(now), Some(then)) = (&pair.now.value, then) else {
            let tail = match (ko, last) {
                (true, true) => "견줄 자료가 없습니다.",
                (true, false) => "견줄 자료가 없고,",
                (false, true) => "cannot be compared, data is missing.",
                (false, false) => "cannot be compared, data is missing,",
            };
            // Nothing stands before "than" then.
            let lead = if ko { lead.replace(&format!(" {then_name}보다"), "") } else { lead };
            out.push(Piece::Text(format!("{lead}{tail}")));
            continue;
        };
        let change = change(now.value, then.value, now.unit, here.lang);
        out.push(Piece::Text(lead));
        if change.direction != 0 {
            out.push(Piece::Fact(anchor(now), change.size));
            out.push(Piece::Text(" ".to_owned()));
        }
        let same_ko = if last { "거의 같습니다" } else { "거의 같고" };
        let mut word = match (ko, change.direction) {
            (true, 0) => same_ko.to_owned(),
            (true, direction) => changed(now.measure, direction, last).to_owned(),
            (false, direction) => changed_en(now.measure, direction).to_owned(),
        };
        if ko && change.direction == 0 && at == 0 {
            // "보다" does not go with "같다".
            if let Some(Piece::Text(lead)) = out.last_mut() {
                *lead = lead.replacen(&format!("{then_name}보다"), &with(&then_name, Particle::And), 1);
            }
        }
        word.push(if last { '.' } else { ',' });
        out.push(Piece::Text(word));
    }
    if out.is_empty() { text(here.t.none_in_period.to_owned()) } else { out }
}

/// The compared time: by its distance where that has a name, else the period.
fn earlier(here: &Here, question: &Question, against: &Period, as_of: i64) -> String {
    let same_length = question.period.to - question.period.from == against.to - against.from;
    match question.period.from - against.from {
        DAY if same_length => here.lang.pick("어제 같은 시간", "the same time yesterday").to_owned(),
        WEEK if same_length => here.lang.pick("지난주 같은 때", "the same time last week").to_owned(),
        _ => period(against.from, against.to, as_of, here.lang),
    }
}

/// The period so many seconds before, a day or whole weeks: `하루 전`, `지난주 같은 때`.
pub(super) fn before(shift: i64, lang: Lang) -> String {
    match (shift.div_euclid(WEEK), lang) {
        (0, _) => lang.pick("하루 전", "the day before").to_owned(),
        (1, _) => lang.pick("지난주 같은 때", "the same part of last week").to_owned(),
        (weeks, Lang::Ko) => format!("{weeks}주 전 같은 때"),
        (weeks, Lang::En) => format!("the same time {weeks} weeks before"),
    }
}

/// Areas beside each other: the first and the last of the first measure.
fn beside(here: &Here, compared: &Compared) -> Vec<Piece> {
    let Some(first) = compared.pairs.first() else { return text(here.t.none_in_period.to_owned()) };
    let mut rows: Vec<(&Measured, &Fact)> = Vec::new();
    for pair in compared.pairs.iter().filter(|pair| pair.now.measure == first.now.measure) {
        rows.extend(pair.now.value.as_ref().map(|fact| (&pair.now, fact)));
    }
    let name = name_of(here, &first.now);
    let mut best: Option<(&Measured, &Fact)> = None;
    for row in &rows {
        if best.is_none_or(|(_, fact)| row.1.value > fact.value) {
            best = Some(*row);
        }
    }
    let Some((top, fact)) = best else { return text(here.t.none_in_period.to_owned()) };
    let area = question::area_name(here, &top.area);
    let mut out = match here.lang {
        Lang::Ko => fill(
            &format!("{} {area}에서 가장 높아 {{}}", with(&name, Particle::Topic)),
            vec![Piece::of(fact, here.lang)],
        ),
        Lang::En => fill(&format!("{name} is highest in {area}: {{}}"), vec![Piece::of(fact, here.lang)]),
    };
    for (row, fact) in rows.iter().filter(|(row, _)| row.area != top.area) {
        let area = question::area_name(here, &row.area);
        let template = match here.lang {
            Lang::Ko => format!(", {} {{}}", with(&area, Particle::Topic)),
            Lang::En => format!(", {area} {{}}"),
        };
        out.extend(fill(&template, vec![Piece::of(fact, here.lang)]));
    }
    out.push(Piece::Text(here.lang.pick("입니다.", ".").to_owned()));
    out
}

/// `많고`, `적습니다`, `길고`: how a measure that changed is said, within a sentence and at its end.
pub(super) fn changed(measure: Measure, direction: i8, last: bool) -> &'static str {
    let [up, down] = match measure {
        Measure::Users | Measure::Requests | Measure::PerCapita => [("많고", "많습니다"), ("적고", "적습니다")],
        Measure::LatencyP50 | Measure::LatencyP95 | Measure::LatencyP99 => [("길고", "깁니다"), ("짧고", "짧습니다")],
        _ => [("높고", "높습니다"), ("낮고", "낮습니다")],
    };
    let (within, end) = match direction {
        1 => up,
        -1 => down,
        _ => ("같고", "같습니다"),
    };
    if last { end } else { within }
}

pub(super) fn changed_en(measure: Measure, direction: i8) -> &'static str {
    match (measure, direction) {
        (_, 0) => "the same",
        (Measure::Users | Measure::Requests | Measure::PerCapita, 1) => "more",
        (Measure::Users | Measure::Requests | Measure::PerCapita, _) => "fewer",
        (Measure::LatencyP50 | Measure::LatencyP95 | Measure::LatencyP99, 1) => "longer",
        (Measure::LatencyP50 | Measure::LatencyP95 | Measure::LatencyP99, _) => "shorter",
        (_, 1) => "higher",
        _ => "lower",
    }
}
