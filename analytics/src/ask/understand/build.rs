//! From a kind and the slots that were said to a question with every slot resolved.

use super::sense::Cue;
use super::slots::{Said, Slots};
use super::span::{Shape, Span, before, fair, running};
use super::{Assumption, Context};
use crate::ask::question::{Area, Kind, Order, Period, Question};
use crate::view::Measure;

/// How far ahead capacity looks if nothing is said, seconds.
const HORIZON: i64 = 3 * 3600;
/// Endpoints that are listed if nothing is said.
const ENDPOINTS: u32 = 5;

/// A question, and what it takes for granted.
pub(super) struct Built {
    pub(super) question: Question,
    pub(super) assumptions: Vec<Assumption>,
}

/// Fills the slots of a kind; `previous` gives what is not said.
pub(super) fn build(
    kind: Kind,
    slots: &Slots,
    areas: &[Area],
    context: &Context<'_>,
    previous: Option<&Question>,
) -> Built {
    // "In two hours" is how far ahead capacity looks.
    let ahead = |said: &Said| kind == Kind::Capacity && said.bare_length;
    let horizon =
        slots.periods.iter().find(|said| ahead(said)).map(|said| said.span.to - said.span.from).or(slots.horizon);
    let slots = &Slots {
        horizon,
        periods: slots.periods.iter().filter(|said| !ahead(said)).cloned().collect(),
        ..slots.clone()
    };
    let mut assumptions = Vec::new();
    let (period, against) = times(kind, slots, areas, context.at, previous, &mut assumptions);
    let measures = measures(kind, slots, previous, &mut assumptions);
    let order = order(kind, slots, previous, &measures);
    let limit = slots.limit.or(previous.filter(|p| p.kind == kind).and_then(|p| p.limit));
    let limit = match kind {
        Kind::SlowEndpoints if limit.is_none() => {
            assumptions.push(Assumption::Limit);
            Some(ENDPOINTS)
        }
        _ => limit,
    };
    let kept = previous.filter(|p| p.kind == kind);
    let lasting_future = slots.periods.iter().any(|said| !said.against);
    let horizon = match kind {
        Kind::Capacity => slots.horizon.or(kept.and_then(|p| p.horizon).filter(|_| !lasting_future)).or_else(|| {
            // A time that was said, now or in the question before, is looked at instead.
            (!lasting_future && kept.is_none() || slots.says_now()).then(|| {
                assumptions.push(Assumption::Horizon);
                HORIZON
            })
        }),
        _ => None,
    };
    if slots.afternoon {
        assumptions.push(Assumption::Afternoon);
    }
    let areas = if slots.nation && (kind != Kind::Compare || areas.is_empty()) {
        if areas.is_empty() { Vec::new() } else { areas.to_vec() }
    } else if slots.nation {
        let mut all = areas.to_vec();
        all.push(Area { name: "nation".to_owned(), regions: Vec::new() });
        all
    } else if areas.is_empty() {
        previous.map(|p| p.areas.clone()).unwrap_or_default()
    } else {
        areas.to_vec()
    };
    let question = Question {
        kind,
        measures,
        areas,
        service: slots.service.clone().or_else(|| previous.and_then(|p| p.service.clone())),
        period,
        against,
        limit,
        threshold: slots.threshold.or(kept.and_then(|p| p.threshold)),
        horizon,
        order,
        after_deployment: slots.deployed && !matches!(kind, Kind::Capacity | Kind::Report | Kind::Sessions)
            || kept.is_some_and(|p| p.after_deployment),
        format: (kind == Kind::Report).then(|| slots.format.or(kept.and_then(|p| p.format))).flatten(),
        mode: slots.mode.or(previous.and_then(|p| p.mode)),
    };
    Built { question, assumptions }
}

fn measures(kind: Kind, slots: &Slots, previous: Option<&Question>, assumptions: &mut Vec<Assumption>) -> Vec<Measure> {
    let said = || if slots.measures.is_empty() { slots.hints.clone() } else { slots.measures.clone() };
    let kept = || previous.map(|p| p.measures.clone()).unwrap_or_default();
    let mut found = match kind {
        // These decide themselves what they look at, unless a measure is named.
        Kind::Sessions | Kind::Report | Kind::Incidents => return Vec::new(),
        Kind::Diagnose | Kind::Capacity => {
            return if slots.measures.is_empty() { kept() } else { slots.measures.clone() };
        }
        Kind::SlowEndpoints => endpoint_measures(&slots.measures),
        _ => said(),
    };
    if found.is_empty() {
        found = kept();
    }
    if found.is_empty() && kind == Kind::RankRegions && slots.order == Some(Order::Slowest) {
        found = vec![Measure::LatencyP95];
    }
    if found.is_empty() {
        found = match kind {
            Kind::Compare => vec![Measure::Users, Measure::Load],
            Kind::RankRegions => vec![Measure::Load],
            Kind::SlowEndpoints => vec![Measure::LatencyP95],
            _ => vec![Measure::Users],
        };
        if kind != Kind::SlowEndpoints {
            assumptions.push(Assumption::Measures);
        }
    }
    found
}

/// What endpoints can be ordered by.
fn endpoint_measures(said: &[Measure]) -> Vec<Measure> {
    let of = |measure: &Measure| {
        matches!(
            measure,
            Measure::Requests | Measure::ErrorRate | Measure::LatencyP50 | Measure::LatencyP95 | Measure::LatencyP99
        )
    };
    said.iter().copied().filter(of).collect()
}

/// What comes first. Of response times the highest is the slowest.
fn order(kind: Kind, slots: &Slots, previous: Option<&Question>, measures: &[Measure]) -> Option<Order> {
    let fallback = match kind {
        Kind::RankRegions | Kind::SlowEndpoints => Order::Highest,
        _ => return None,
    };
    let order = slots.order.or(previous.filter(|p| p.kind == kind).and_then(|p| p.order)).unwrap_or(fallback);
    let latency = matches!(measures.first(), Some(Measure::LatencyP50 | Measure::LatencyP95 | Measure::LatencyP99));
    Some(match order {
        Order::Highest if latency => Order::Slowest,
        Order::Slowest if !latency => Order::Highest,
        order => order,
    })
}

/// The period and what it is compared with.
fn times(
    kind: Kind,
    slots: &Slots,
    areas: &[Area],
    at: i64,
    previous: Option<&Question>,
    assumptions: &mut Vec<Assumption>,
) -> (Period, Option<Period>) {
    let own: Vec<&Said> = slots.periods.iter().filter(|said| !said.against).collect();
    let other: Vec<&Said> = slots.periods.iter().filter(|said| said.against).collect();
    if kind == Kind::Compare || !other.is_empty() && kind != Kind::Capacity {
        return compared(kind, slots, &own, &other, areas, at, previous, assumptions);
    }
    // "What is slow right now, today": now adds nothing to a longer time that still runs.
    let longer = own.iter().find(|said| said.span.shape != Shape::Now && said.span.is_running(at));
    if let Some(said) = longer.filter(|_| slots.says_now()).or(own.first()) {
        // Capacity looks at the whole of a period that still runs.
        let span = if kind == Kind::Capacity { said.span } else { said.span.past(at) };
        return (shown(span, &said.words), None);
    }
    if let Some(previous) = previous.filter(|p| p.kind != Kind::Capacity || kind == Kind::Capacity) {
        return (previous.period.clone(), None);
    }
    assumptions.push(Assumption::Period);
    let span = match kind {
        Kind::Diagnose | Kind::Sessions | Kind::SlowEndpoints | Kind::Trend | Kind::Incidents => Span::day(at),
        Kind::Report => Span::week(at),
        _ => Span::now(at),
    };
    (shown(span.past(at), ""), None)
}

#[allow(clippy::too_many_arguments)]
fn compared(
    kind: Kind,
    slots: &Slots,
    own: &[&Said],
    other: &[&Said],
    areas: &[Area],
    at: i64,
    previous: Option<&Question>,
    assumptions: &mut Vec<Assumption>,
) -> (Period, Option<Period>) {
    let pair = |period: (Span, &str), against: (Span, &str), assumptions: &mut Vec<Assumption>| {
        let cut = period.0.is_running(at) && period.0.shape == against.0.shape && period.0.shape != Shape::Now;
        if cut && !against.0.is_running(at) {
            assumptions.push(Assumption::SameElapsed);
        }
        let (first, second) = fair(period.0, against.0, at);
        (shown(first, period.1), Some(shown(second, against.1)))
    };
    match (own, other) {
        // 지난주를 오늘과 비교: what runs is what is asked about.
        ([period, ..], [against, ..]) if against.span.is_running(at) && !period.span.is_running(at) => {
            pair((against.span, &against.words), (period.span, &period.words), assumptions)
        }
        ([period, ..], [against, ..]) => {
            pair((period.span, &period.words), (against.span, &against.words), assumptions)
        }
        // Of two times the later is asked about.
        ([a, b, ..], []) => {
            let (period, against) = if a.span.from >= b.span.from { (a, b) } else { (b, a) };
            pair((period.span, &period.words), (against.span, &against.words), assumptions)
        }
        ([], [against, ..]) => {
            assumptions.push(Assumption::Period);
            let period = running(against.span, at);
            pair((period, ""), (against.span, &against.words), assumptions)
        }
        ([said], []) => {
            let runs = said.span.is_running(at) || said.span.to == at && said.span.shape != Shape::Range;
            if areas.len() + usize::from(slots.nation) >= 2 {
                return (shown(said.span.past(at), &said.words), None);
            }
            if runs {
                assumptions.push(Assumption::Against);
                let against = before(said.span, at, slots.same_weekday);
                (shown(said.span.past(at), &said.words), Some(shown(against, "")))
            } else {
                assumptions.push(Assumption::Period);
                pair((running(said.span, at), ""), (said.span, &said.words), assumptions)
            }
        }
        ([], []) => {
            if let Some(previous) = previous.filter(|p| p.against.is_some() || p.kind == kind) {
                return (previous.period.clone(), previous.against.clone());
            }
            if areas.len() + usize::from(slots.nation) >= 2 {
                let span = previous.map_or_else(|| shown(Span::now(at), ""), |p| p.period.clone());
                return (span, None);
            }
            assumptions.push(Assumption::Against);
            if let Some(previous) = previous {
                let span = Span { from: previous.period.from, to: previous.period.to, shape: Shape::Range };
                return (previous.period.clone(), Some(shown(before(span, at, false), "")));
            }
            let period = Span::now(at);
            (shown(period, ""), Some(shown(before(period, at, slots.same_weekday), "")))
        }
    }
}

fn shown(span: Span, words: &str) -> Period {
    Period { from: span.from, to: span.to, said: words.to_owned() }
}

/// Cues that need no other word to go on from a question.
pub(super) const CONTINUING: [Cue; 4] = [Cue::Why, Cue::Trend, Cue::Compare, Cue::Health];
