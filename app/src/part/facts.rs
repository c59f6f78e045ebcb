//! Sentences with figures that open their source, and the table of sources.

use bonghwa_analytics::format::{Lang, count, decimal, exact, figure, join, period, prose, span, unit_name};
use bonghwa_analytics::identity::IdentityMode;
use bonghwa_analytics::time::Resolution;
use bonghwa_analytics::view::{Fact, Measure, Method, Unit};

use crate::app::Here;
use crate::dom::{IntoNode, Node, markup};
use crate::part::icon::{self, icon};

/// A piece of a sentence.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Piece {
    /// Words.
    Text(String),
    /// A figure: anchor of its source (without `#`) and how it reads.
    Fact(String, String),
}

impl Piece {
    /// A fact as it reads in a sentence.
    pub(crate) fn of(fact: &Fact, lang: Lang) -> Self {
        Self::Fact(anchor(fact), in_prose(fact, lang))
    }

    /// How it reads.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Fact(_, text) => text,
        }
    }
}

/// Puts pieces into the `{}` of a template, in order.
pub(crate) fn fill(template: &str, slots: Vec<Piece>) -> Vec<Piece> {
    let mut out = Vec::new();
    let mut slots = slots.into_iter();
    for (i, text) in template.split("{}").enumerate() {
        if i > 0 {
            out.extend(slots.next());
        }
        if !text.is_empty() {
            out.push(Piece::Text(text.to_owned()));
        }
    }
    out
}

/// Anchor of a fact's row among the sources.
pub(crate) fn anchor(fact: &Fact) -> String {
    format!("src-{}", fact.id)
}

/// A fact as a sentence says it: rounded, with its unit.
pub(crate) fn in_prose(fact: &Fact, lang: Lang) -> String {
    match fact.unit {
        Unit::Users | Unit::Sessions | Unit::Addresses | Unit::Requests => {
            join(&prose(fact.value, lang), prose_unit(fact.unit, lang))
        }
        unit => {
            let (number, name) = figure(fact.value, unit, lang);
            join(&number, name)
        }
    }
}

fn prose_unit(unit: Unit, lang: Lang) -> &'static str {
    match (unit, lang) {
        (Unit::Users, Lang::En) => "people",
        _ => unit_name(unit, lang),
    }
}

/// The error band of an estimate: `± 0.8 %`.
pub(crate) fn band(fact: &Fact) -> Option<String> {
    let error = fact.error?;
    (fact.value > 0.0).then(|| format!("±\u{a0}{}\u{a0}%", decimal(error / fact.value * 100.0, 1)))
}

/// A sentence.
pub(crate) fn sentence(pieces: Vec<Piece>) -> Vec<Node> {
    let piece = |piece| match piece {
        Piece::Text(text) => text.into_node(),
        Piece::Fact(anchor, text) => link(&anchor, text),
    };
    pieces.into_iter().map(piece).collect()
}

/// A figure that opens its source. `rel="external"` leaves the jump to the browser, which also opens the closed
/// table of sources.
pub(crate) fn link(anchor: &str, text: String) -> Node {
    markup! { <a class="fact" rel="external" href=format!("#{anchor}")>{text}</a> }.into_node()
}

/// A value in a table: full digits, quiet until pointed at.
pub(crate) fn cell(fact: Option<&Fact>, lang: Lang) -> Node {
    match fact {
        Some(fact) => {
            let text = match fact.unit {
                // The head of the column says what is counted.
                Unit::Users | Unit::Sessions | Unit::Addresses | Unit::Requests => count(fact.value),
                unit => exact(fact.value, unit, lang),
            };
            quiet(&anchor(fact), text)
        }
        None => bonghwa_analytics::format::MISSING.into_node(),
    }
}

/// What opens its source, quiet until pointed at.
pub(crate) fn quiet(anchor: &str, text: String) -> Node {
    markup! { <a class="fact calm" rel="external" href=format!("#{anchor}")>{text}</a> }.into_node()
}

/// A row of the table of sources.
pub(crate) struct Source {
    /// Its anchor.
    pub(crate) anchor: String,
    /// What it is.
    pub(crate) name: String,
    /// The value.
    pub(crate) value: String,
    /// Regions and period.
    pub(crate) scope: String,
    /// How it was made, and its error.
    pub(crate) method: String,
}

impl Source {
    /// The source of a fact.
    pub(crate) fn of(here: &Here, fact: &Fact, as_of: i64, mode: IdentityMode) -> Self {
        Self {
            anchor: anchor(fact),
            name: label(here, fact),
            value: exact(fact.value, fact.unit, here.lang),
            scope: scope(here, fact, as_of),
            method: method(here.lang, fact, mode),
        }
    }
}

/// The table of sources: one row a fact, each once, in the order given.
pub(crate) fn sources<'a>(
    here: &Here,
    as_of: i64,
    mode: IdentityMode,
    facts: impl IntoIterator<Item = &'a Fact>,
) -> Node {
    source_table(here, facts.into_iter().map(|fact| Source::of(here, fact, as_of, mode)).collect())
}

/// The table of these sources.
pub(crate) fn source_table(here: &Here, sources: Vec<Source>) -> Node {
    let t = here.t;
    let mut seen: Vec<String> = Vec::new();
    let mut rows = Vec::new();
    for source in sources {
        if seen.contains(&source.anchor) {
            continue;
        }
        seen.push(source.anchor.clone());
        rows.push(markup! {
            <tr id=source.anchor>
                <th scope="row">{source.name}</th>
                <td>{source.value}</td>
                <td>{source.scope}</td>
                <td>{source.method}</td>
            </tr>
        });
    }
    markup! {
        <details class="sources" id="sources">
            <summary>{icon(icon::DOWN)}{t.sources}</summary>
            <div class="scroll" tabindex="0" role="region" aria-label=t.source>
                <table class="plain">
                    <caption class="vh">{t.source}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{t.src_figure}</th>
                            <th scope="col">{t.src_value}</th>
                            <th scope="col">{t.src_scope}</th>
                            <th scope="col">{t.src_method}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    }
    .into_node()
}

/// What a fact is a value of: the measure, with the region where it is one region's.
fn label(here: &Here, fact: &Fact) -> String {
    let measure = measure_name(here, fact.measure, fact.unit);
    match fact.regions.as_slice() {
        [one] => [here.region(one), " ", measure, kind(here, fact)].concat(),
        _ => match (fact.method, here.lang) {
            (Method::SumOfEstimates, Lang::Ko) => format!("{measure}, 지역 합"),
            (Method::SumOfEstimates, Lang::En) => format!("{measure}, sum of regions"),
            (Method::InclusionExclusion, Lang::Ko) => format!("{measure}, 겹친 수"),
            (Method::InclusionExclusion, Lang::En) => format!("{measure}, overlap"),
            _ => [measure, kind(here, fact)].concat(),
        },
    }
}

/// The value of a fact in the table.
fn value(here: &Here, fact: &Fact) -> String {
    if fact.method == Method::Times { times(fact, here.lang) } else { exact(fact.value, fact.unit, here.lang) }
}

/// A factor: `1.3배` or `1.3 times`.
pub(crate) fn times(fact: &Fact, lang: Lang) -> String {
    decimal(fact.value, 1) + lang.pick("배", " times")
}

/// What a fact of a forecast says of its measure.
fn kind(here: &Here, fact: &Fact) -> &'static str {
    let begins = |text: &str| fact.id.starts_with(text);
    let (ko, en) = match fact.method {
        Method::Forecast if begins("peak") => (", 예측한 최고치", ", forecast peak"),
        Method::Forecast => (", 85 % 구간의 끝", ", edge of the 85 % interval"),
        Method::Probability => (", 임계값을 넘을 확률", ", probability of passing the threshold"),
        Method::PastForecasts if begins("covered") => (", 구간에 든 비율", ", share inside the interval"),
        Method::PastForecasts => (", 예측과 실제의 차이", ", forecast less what came"),
        Method::Trend if begins("weekly") => (", 한 주의 변화", ", change in a week"),
        Method::Trend if begins("edge") => (", 분기 말 상한", ", edge at the quarter’s end"),
        Method::Trend => (", 바쁜 시간", ", busy hour"),
        Method::Times => (", 필요한 배수", ", factor needed"),
        _ => return "",
    };
    here.lang.pick(ko, en)
}

/// Name of a measure; of users by what is counted.
pub(crate) fn measure_name(here: &Here, measure: Measure, unit: Unit) -> &'static str {
    let t = here.t;
    match measure {
        Measure::Users => match unit {
            Unit::Sessions => t.sessions,
            Unit::Addresses => t.addresses,
            Unit::PerTenThousand => t.per_capita,
            _ => t.users,
        },
        Measure::PerCapita => t.per_capita,
        Measure::Requests => t.requests,
        Measure::ErrorRate => t.error_rate,
        Measure::LatencyP50 => t.p50,
        Measure::LatencyP95 => t.p95,
        Measure::LatencyP99 => t.p99,
        Measure::Load => t.load,
        Measure::Cpu => t.cpu,
        Measure::Memory => t.memory,
        Measure::Heap => t.heap,
    }
}

/// Unit of the identities of a mode.
pub(crate) const fn identity_unit(mode: IdentityMode) -> Unit {
    match mode {
        IdentityMode::Ip => Unit::Addresses,
        IdentityMode::SessionCookie => Unit::Sessions,
        IdentityMode::UserCookie => Unit::Users,
    }
}

/// Mode by which a unit of identities was counted.
pub(crate) const fn mode_of(unit: Unit) -> IdentityMode {
    match unit {
        Unit::Addresses => IdentityMode::Ip,
        Unit::Sessions => IdentityMode::SessionCookie,
        _ => IdentityMode::UserCookie,
    }
}

fn scope(here: &Here, fact: &Fact, as_of: i64) -> String {
    let regions = match fact.regions.as_slice() {
        [] => match here.lang {
            Lang::Ko => format!("{}개 지역", fact.region_count),
            Lang::En => format!("{} regions", fact.region_count),
        },
        some if some.len() <= 4 => {
            some.iter().map(|code| here.region(code)).collect::<Vec<_>>().join(here.lang.pick("·", ", "))
        }
        many => match here.lang {
            Lang::Ko => format!("{} 등 {}개 지역", here.region(&many[0]), many.len()),
            Lang::En => format!("{} and {} more", here.region(&many[0]), many.len() - 1),
        },
    };
    format!("{regions}, {}", period(fact.from, fact.to, as_of, here.lang))
}

fn method(lang: Lang, fact: &Fact, mode: IdentityMode) -> String {
    let error = fact.error.map(|error| match fact.method {
        Method::InclusionExclusion => format!(", ±\u{a0}{}", exact(error, fact.unit, lang)),
        _ => band(fact).map(|band| format!(", {band}")).unwrap_or_default(),
    });
    format!("{}{}{}", method_name(lang, fact, mode), error.unwrap_or_default(), step(lang, fact))
}

/// How a fact was made, without its error.
pub(crate) fn made(lang: Lang, fact: &Fact, mode: IdentityMode) -> String {
    method_name(lang, fact, mode) + &step(lang, fact)
}

/// The buckets that it was made from.
fn step(lang: Lang, fact: &Fact) -> String {
    if fact.resolution == Resolution::TwoSeconds && fact.to - fact.from <= 2 {
        return String::new();
    }
    let step = span(fact.resolution.seconds(), lang);
    lang.pick(", ", ", from ").to_owned() + &step + lang.pick(" 단위", " buckets")
}

fn method_name(lang: Lang, fact: &Fact, mode: IdentityMode) -> String {
    match fact.method {
        Method::HyperLogLog => {
            let mode = match mode {
                IdentityMode::Ip => lang.pick("IP 주소", "IP address"),
                IdentityMode::SessionCookie => lang.pick("세션 쿠키", "session cookie"),
                IdentityMode::UserCookie => lang.pick("이용자 쿠키", "user cookie"),
            };
            format!("{mode}, HyperLogLog")
        }
        Method::SumOfEstimates => lang.pick("지역별 값을 그대로 더함", "regions simply added").to_owned(),
        Method::InclusionExclusion => lang.pick("추정의 차", "difference of estimates").to_owned(),
        Method::Count => lang.pick("개수, 오차 없음", "exact count").to_owned(),
        Method::Share => lang.pick("실패한 요청 ÷ 모든 요청", "failed ÷ all requests").to_owned(),
        Method::QuantileSketch => lang.pick("분위수 요약", "quantile sketch").to_owned(),
        Method::BusiestTierMean => lang.pick("가장 바쁜 층의 평균", "mean of the busiest tier").to_owned(),
        Method::Mean => lang.pick("평균", "mean").to_owned(),
        Method::Forecast => lang.pick("계절 예측 여럿의 가중 평균", "weighted mean of seasonal forecasters").to_owned(),
        Method::Probability => lang.pick("지난 예측의 오차로 셈", "from what past forecasts missed by").to_owned(),
        Method::PastForecasts => lang.pick("지난 예측과 실제를 견줌", "past forecasts against what came").to_owned(),
        Method::Trend => lang.pick("근무일 최고치의 추세(Sen)", "trend of working days’ peaks (Sen)").to_owned(),
        Method::Times => lang.pick("85 % 상한 ÷ 목표", "85 % edge ÷ target").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_filled_in_order() {
        let pieces = fill("약 {}이 {} 많다", vec![Piece::Fact("a".into(), "3명".into()), Piece::Text("아주".into())]);
        let text: String = pieces.iter().map(Piece::text).collect();
        assert_eq!(text, "약 3명이 아주 많다");
        assert_eq!(pieces.len(), 5);
        assert_eq!(fill("{}", vec![]), vec![]);
    }
}
