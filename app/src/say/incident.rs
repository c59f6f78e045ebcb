//! Sentences of 사건: the list, and one.

use bonghwa_analytics::detect::Method;
use bonghwa_analytics::format::{Lang, clock, decimal, exact, moment, period, same_day, short_date, span};
use bonghwa_analytics::time::DAY;
use bonghwa_analytics::view::{
    FindingRow, IncidentRow, IncidentView, IncidentsView, Mark, MarkKind, Measure, SubjectKind, Unit,
};

use super::template::{plain, speak, word};
use super::verdict::times;
use crate::app::Here;
use crate::part::facts::{Piece, measure_name};

/// A multiple of the usual beyond which the value itself says more.
const TELLING: f64 = 50.0;
/// A multiple of the usual below which something counts as gone.
const GONE: f64 = 0.05;

/// `부산`, `부산·대구`, `부산 등 5개 지역`.
pub(crate) fn places(here: &Here, regions: &[String]) -> String {
    let names: Vec<&str> = regions.iter().take(2).map(|code| here.region(code)).collect();
    match (here.lang, regions.len()) {
        (_, 0..=2) => names.join(here.lang.pick("·", " and ")),
        (Lang::Ko, n) => format!("{} 등 {n}개 지역", names[0]),
        (Lang::En, n) => format!("{} and {} more", names[0], n - 1),
    }
}

/// Whether a measure is a response time.
const fn is_time(measure: Measure) -> bool {
    matches!(measure, Measure::LatencyP50 | Measure::LatencyP95 | Measure::LatencyP99)
}

/// What users feel: `부산의 응답이 평소보다 3.2배 느립니다`, in the past once it is over. Its figure leads to `anchor`.
pub(crate) fn headline(here: &Here, row: &IncidentRow, anchor: &str) -> Vec<Piece> {
    let symptom = &row.symptom;
    let name = match (here.lang, symptom.measure) {
        (Lang::Ko, Measure::Users) => "접속자",
        (Lang::Ko, Measure::LatencyP50 | Measure::LatencyP95 | Measure::LatencyP99) => here.t.response,
        _ => measure_name(here, symptom.measure, Unit::Users),
    };
    let mut place = places(here, &row.regions);
    if !symptom.service.is_empty() {
        place = match here.lang {
            Lang::Ko => format!("{place} {}", symptom.service),
            Lang::En => format!("{} in {place}", symptom.service),
        };
    }
    let ratio = row.ratio.value;
    let open = row.to.is_none();
    let both = if is_beyond(row) {
        ("{p}의 {m이} {v}까지 올랐습니다", "{m} of {p} rose to {v}")
    } else if !symptom.above && ratio < GONE {
        ("{p}의 {m이} 끊겼습니다", "{m} of {p} stopped")
    } else if is_time(symptom.measure) && symptom.above {
        if open {
            ("{p}의 응답이 평소보다 {r} 느립니다", "Responses of {p} take {r} as long as usual")
        } else {
            ("{p}의 응답이 평소보다 {r} 느렸습니다", "Responses of {p} took {r} as long as usual")
        }
    } else if open {
        ("{p}의 {m이} 평소의 {r}입니다", "{m} of {p} is {r} the usual")
    } else {
        ("{p}의 {m이} 평소의 {r}였습니다", "{m} of {p} was {r} the usual")
    };
    let fact = |name, text| (name, Piece::Fact(anchor.to_owned(), text));
    let slots = [
        word('p', &place),
        word('m', name),
        fact('r', times(ratio, here.lang)),
        fact('v', exact(symptom.value, symptom.unit, here.lang)),
    ];
    speak(here.lang.pick(both.0, both.1), &slots)
}

/// Whether a multiple of the usual says nothing, because there is hardly any of it on usual days.
fn is_beyond(row: &IncidentRow) -> bool {
    row.symptom.above && (row.ratio.value > TELLING || row.symptom.middle <= 0.0)
}

/// The figure of the headline with its name: how many times the usual, or the value where a multiple says nothing.
pub(crate) fn figure(here: &Here, row: &IncidentRow) -> (&'static str, String) {
    if is_beyond(row) {
        (here.t.value, exact(row.symptom.value, row.symptom.unit, here.lang))
    } else {
        (here.t.times_usual, times(row.ratio.value, here.lang))
    }
}

/// The headline as plain text.
pub(crate) fn title(here: &Here, row: &IncidentRow) -> String {
    plain(&headline(here, row, ""))
}

/// `13:21`, with the date unless it is of the day shown.
pub(crate) fn at(here: &Here, instant: i64, as_of: i64) -> String {
    if same_day(instant, as_of) { clock(instant) } else { moment(instant, here.lang) }
}

/// Since when, and how long it has lasted or lasted.
pub(crate) fn lasting(here: &Here, row: &IncidentRow, as_of: i64) -> String {
    let length = span((row.to.unwrap_or(as_of) - row.from).max(60), here.lang);
    match (row.to, here.lang) {
        (None, Lang::Ko) => format!("{}에 시작해 {length}째", at(here, row.from, as_of)),
        (None, Lang::En) => format!("since {}, for {length}", at(here, row.from, as_of)),
        (Some(to), Lang::Ko) => format!("{}, {length} 동안", period(row.from, to, as_of, here.lang)),
        (Some(to), Lang::En) => format!("{}, for {length}", period(row.from, to, as_of, here.lang)),
    }
}

/// How that figure was made: `992 ms ÷ 평소 310 ms`, `평소 0.02 %`.
pub(crate) fn figure_method(here: &Here, row: &IncidentRow) -> String {
    let symptom = &row.symptom;
    let show = |value: f64| exact(value, symptom.unit, here.lang);
    let usual = format!("{} {}", here.t.usual, show(symptom.middle));
    if is_beyond(row) { usual } else { format!("{} ÷ {usual}", show(symptom.value)) }
}

/// Who stands for an incident: `확인함, 김주무관 13:24`.
pub(crate) fn standing(here: &Here, mark: &Mark, as_of: i64) -> String {
    let word = marked(here, mark.kind);
    let time = at(here, mark.at, as_of);
    if mark.by.is_empty() { format!("{word}, {time}") } else { format!("{word}, {} {time}", mark.by) }
}

/// What a mark says.
pub(crate) fn marked(here: &Here, kind: MarkKind) -> &'static str {
    let t = here.t;
    match kind {
        MarkKind::Acknowledged => t.acknowledged,
        MarkKind::Resolved => t.resolved,
        MarkKind::Reopened => t.reopened,
        MarkKind::Right => t.judged_right,
        MarkKind::Wrong => t.judged_wrong,
    }
}

/// What a finding is about: `부산 minwon-was`, `부산 minwon-was, POST /minwon`, `부산 was → db`.
pub(crate) fn subject(here: &Here, row: &FindingRow) -> String {
    place(here, &row.region, row.subject, &row.service, &row.detail)
}

/// What a series is about, with its region; `detail` is the route, or for a call the caller.
pub(crate) fn place(here: &Here, region: &str, subject: SubjectKind, service: &str, detail: &str) -> String {
    let region = here.region(region);
    match subject {
        SubjectKind::Entry => format!("{region} {}", here.t.entry),
        SubjectKind::Service => format!("{region} {service}"),
        SubjectKind::Route => format!("{region} {service}, {detail}"),
        SubjectKind::Call => format!("{region} {detail} → {service}"),
    }
}

/// The usual range of a finding: `180 ms–310 ms`.
pub(crate) fn band(here: &Here, row: &FindingRow) -> String {
    let show = |value: f64| exact(value, row.unit, here.lang);
    format!("{}–{}", show(row.low), show(row.high))
}

/// How far out of its band: `범위 너비의 2.3배 위`.
pub(crate) fn distance(here: &Here, row: &FindingRow) -> String {
    let score = decimal(row.score, 1);
    match (here.lang, row.above) {
        (Lang::Ko, true) => format!("너비의 {score}배 위"),
        (Lang::Ko, false) => format!("너비의 {score}배 아래"),
        (Lang::En, true) => format!("{score} widths above"),
        (Lang::En, false) => format!("{score} widths below"),
    }
}

/// How the band of a finding was made.
pub(crate) fn method(here: &Here, method: Method) -> &'static str {
    match method {
        Method::Season => here.t.by_season,
        Method::Local => here.t.by_local,
        Method::None => here.t.by_nothing,
    }
}

/// The one sentence over the list.
pub(crate) fn list_headline(here: &Here, view: &IncidentsView) -> String {
    let open = view.rows.iter().filter(|row| row.to.is_none()).count();
    match (here.lang, open, view.learning) {
        (lang, 0, true) if view.rows.is_empty() => {
            lang.pick("아직 평소를 배우는 중입니다", "What is usual is still being learned").to_owned()
        }
        (lang, 0, _) => lang.pick("열린 사건이 없습니다", "No incident is open").to_owned(),
        (Lang::Ko, n, _) => format!("열린 사건이 {n}건 있습니다"),
        (Lang::En, 1, _) => "One incident is open".to_owned(),
        (Lang::En, n, _) => format!("{n} incidents are open"),
    }
}

/// `지난 7일`.
pub(crate) fn last(here: &Here, seconds: i64) -> String {
    match (here.lang, seconds) {
        (Lang::Ko, DAY) => "지난 24시간".to_owned(),
        (Lang::Ko, seconds) => format!("지난 {}일", seconds / DAY),
        (Lang::En, DAY) => "the last 24 hours".to_owned(),
        (Lang::En, seconds) => format!("the last {} days", seconds / DAY),
    }
}

/// The paragraph below: how many in the period, of how many findings, what is not in it.
pub(crate) fn list_lead(here: &Here, view: &IncidentsView) -> String {
    let when = last(here, view.to - view.from);
    let (rows, signs) = (view.rows.len(), view.signs.len());
    let mut out = match (here.lang, rows) {
        (Lang::Ko, 0) => format!("{when} 동안 사건이 없었습니다. "),
        (Lang::Ko, n) => {
            format!("{when} 동안 징후 {}건을 사건 {n}건과 작은 징후 {signs}건으로 묶었습니다. ", view.findings)
        }
        (Lang::En, 0) => format!("There was no incident in {when}. "),
        (Lang::En, n) => format!(
            "In {when}, {} findings made {n} {} and {signs} small {}. ",
            view.findings,
            if n == 1 { "incident" } else { "incidents" },
            if signs == 1 { "sign" } else { "signs" },
        ),
    };
    if view.learning {
        out.push_str(here.t.learning);
    }
    if view.judging > 0 {
        out.push_str(here.t.judging);
    }
    out
}

/// How the causes were judged: `원인 판단 8건 가운데 7건이 맞았습니다`.
pub(crate) fn judged(here: &Here, (right, wrong): (u32, u32)) -> String {
    let all = right + wrong;
    match (here.lang, all) {
        (lang, 0) => lang.pick("아직 판단한 것이 없습니다", "no cause was judged yet").to_owned(),
        (Lang::Ko, _) => format!("맞음 {right}, 틀림 {wrong}"),
        (Lang::En, _) => format!("{right} right, {wrong} wrong"),
    }
}

/// Heading over the lanes.
pub(crate) fn gathered(here: &Here, count: u32) -> String {
    match (here.lang, count) {
        (Lang::Ko, n) => format!("징후 {n}건을 이 사건 하나로 묶었습니다"),
        (Lang::En, 1) => "One finding makes this incident".to_owned(),
        (Lang::En, n) => format!("{n} findings make this one incident"),
    }
}

/// `12건`.
pub(crate) fn counted(here: &Here, count: u32) -> String {
    match here.lang {
        Lang::Ko => format!("{count}건"),
        Lang::En => count.to_string(),
    }
}

/// Heading over the evidence.
pub(crate) fn evidence_count(here: &Here, n: usize) -> String {
    const KO: [&str; 10] = ["한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉", "열"];
    match here.lang {
        Lang::Ko if (1..=10).contains(&n) => format!("근거 {} 가지", KO[n - 1]),
        Lang::Ko => format!("근거 {n}가지"),
        Lang::En if n == 1 => "One piece of evidence".to_owned(),
        Lang::En => format!("{n} pieces of evidence"),
    }
}

/// The other regions in one sentence: the span of their multiples, and those that could not be looked at.
pub(crate) fn elsewhere(here: &Here, view: &IncidentView) -> String {
    let known: Vec<f64> = view.elsewhere.iter().filter_map(|(_, ratio)| *ratio).collect();
    let unknown: Vec<&str> =
        view.elsewhere.iter().filter(|(_, ratio)| ratio.is_none()).map(|(code, _)| here.region(code)).collect();
    let low = known.iter().copied().fold(f64::INFINITY, f64::min);
    let high = known.iter().copied().fold(0.0, f64::max);
    let n = known.len();
    let (low, high) = (decimal(low, 1), decimal(high, 1));
    let range = if low == high { high } else { low + here.lang.pick("–", " to ") + &high };
    let mut out = match here.lang {
        _ if n == 0 => String::new(),
        Lang::Ko => format!("다른 {n}개 지역의 같은 수치는 평소의 {range}배였습니다. "),
        Lang::En => format!("In {n} other regions the same measure was {range} times its usual. "),
    };
    if !unknown.is_empty() {
        let some = unknown.iter().take(3).copied().collect::<Vec<_>>().join(", ");
        let more = unknown.len().saturating_sub(3);
        let missing = match (here.lang, more) {
            (Lang::Ko, 0) => format!("자료가 없어 확인하지 못한 곳: {some}."),
            (Lang::Ko, _) => format!("자료가 없어 확인하지 못한 곳: {some} 밖에 {more}곳."),
            (Lang::En, 0) => format!("Without data to tell: {some}."),
            (Lang::En, _) => format!("Without data to tell: {some} and {more} more."),
        };
        out.push_str(&missing);
    }
    out
}

/// An earlier incident in the rail: `4. 3. 대전, 38분`.
pub(crate) fn earlier(here: &Here, row: &IncidentRow, as_of: i64) -> String {
    let length = span((row.to.unwrap_or(as_of) - row.from).max(60), here.lang);
    format!("{} {}, {length}", short_date(row.from, here.lang), places(here, &row.regions))
}

/// Where the findings of a lane are: the entry, or a service.
pub(crate) fn lane(here: &Here, service: &str) -> String {
    if service.is_empty() { here.t.entry.to_owned() } else { service.to_owned() }
}
