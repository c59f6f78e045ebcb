//! Who is connected for long and who looks suspicious: the answer to a question about sessions.

use bonghwa_analytics::answer::Answer;
use bonghwa_analytics::ask::Quantity;
use bonghwa_analytics::format::{Lang, count, moment, period, span};
use bonghwa_analytics::session::{Kind, Listed};
use bonghwa_analytics::view::{List, SessionsView};

use super::answer::area_of;
use super::sessions::{bounds, kind, threshold, why};
use crate::app::Here;
use crate::part::facts::{Piece, Source, fill};

/// Entries of a kind that are spoken.
const SPOKEN: usize = 5;

/// Anchor of the source of a list; that of its first entry ends with `-most`.
pub(crate) const fn anchor(kind: Kind) -> &'static str {
    match kind {
        Kind::LogInBurst => "src-bursts",
        Kind::ManyIdentities => "src-crowds",
        Kind::ManyAddresses => "src-roamers",
        Kind::LongLived => "src-long",
    }
}

/// The lists of an answer in the order of what was asked: long sessions first, unless a number of log-ins was named.
pub(crate) fn lists<'a>(answer: &Answer, view: &'a SessionsView) -> Vec<&'a List> {
    let log_ins = answer.question.threshold.is_some_and(|threshold| threshold.unit == Quantity::Count);
    let is_first = |list: &&List| (list.kind == Kind::LongLived) != log_ins;
    view.lists.iter().filter(is_first).chain(view.lists.iter().filter(|list| !is_first(list))).collect()
}

/// Both, whichever was asked for: how many sessions are long and the longest, how many are suspicious and the worst.
pub(crate) fn conclusion(here: &Here, answer: &Answer, view: &SessionsView) -> Vec<Piece> {
    let lists = lists(answer, view);
    let long_first = lists.first().is_none_or(|list| list.kind == Kind::LongLived);
    let (long, suspicious) = (long(here, answer, view), suspicious(here, view));
    let (mut out, last) = if long_first { (long, suspicious) } else { (suspicious, long) };
    out.push(Piece::Text(" ".to_owned()));
    out.extend(last);
    out
}

fn long(here: &Here, answer: &Answer, view: &SessionsView) -> Vec<Piece> {
    let lang = here.lang;
    let (when, area) = (period(view.from, view.to, answer.as_of, lang), area_of(here, answer));
    let list = view.lists.iter().find(|list| list.kind == Kind::LongLived);
    let Some((list, first)) = list.and_then(|list| Some((list, list.listed.first()?))) else {
        return vec![Piece::Text(match lang {
            Lang::Ko => format!("{when} {area}에 장시간 접속은 없습니다."),
            Lang::En => format!("{area}, {when}: no long session."),
        })];
    };
    let region = here.region(&first.region);
    let template = match (lang, list.total) {
        (Lang::Ko, 1) => format!("{when} {area}의 장시간 접속은 {{}}이고, {region}에서 {{}} 이어졌습니다."),
        (Lang::Ko, _) => {
            format!("{when} {area}의 장시간 접속은 {{}}이고, 가장 긴 것은 {region}에서 {{}} 이어졌습니다.")
        }
        (Lang::En, 1) => format!("{area}, {when}: {{}} long session, in {region} for {{}}."),
        (Lang::En, _) => format!("{area}, {when}: {{}} long sessions, the longest in {region} for {{}}."),
    };
    fill(&template, vec![total(list, lang), most(first, lang)])
}

fn suspicious(here: &Here, view: &SessionsView) -> Vec<Piece> {
    let lang = here.lang;
    let found = || view.lists.iter().filter(|list| list.kind != Kind::LongLived && list.total > 0);
    let Some(first) = found().next().and_then(|list| list.listed.first()) else {
        return vec![Piece::Text(lang.pick("수상한 접속은 없습니다.", "Nothing looks suspicious.").to_owned())];
    };
    let counts: Vec<String> = found().map(|list| format!("{} {{}}", kind(lang, list.kind))).collect();
    let region = here.region(&first.region);
    let worst = match (first.kind, lang) {
        (Kind::LogInBurst, Lang::Ko) => format!("{region}의 한 주소에서 1분에 {{}} 로그인을 시도한 것"),
        (Kind::LogInBurst, Lang::En) => format!("one address in {region} tried {{}} log-ins in a minute"),
        (Kind::ManyIdentities, Lang::Ko) => format!("{region}의 한 주소에서 이용자 {{}}이 접속한 것"),
        (Kind::ManyIdentities, Lang::En) => format!("{{}} users came from one address in {region}"),
        (_, Lang::Ko) => format!("{region}의 한 이용자가 30분 안에 주소 {{}}에서 접속한 것"),
        (_, Lang::En) => format!("one user in {region} came from {{}} addresses in 30 minutes"),
    };
    let counts = counts.join(", ");
    let template = match lang {
        Lang::Ko => format!("수상한 접속은 {counts}입니다. 가장 두드러진 것은 {worst}입니다."),
        Lang::En => format!("Suspicious: {}. What stands out most: {worst}.", counts.to_lowercase()),
    };
    let mut slots: Vec<Piece> = found().map(|list| total(list, lang)).collect();
    slots.push(most(first, lang));
    fill(&template, slots)
}

fn total(list: &List, lang: Lang) -> Piece {
    Piece::Fact(anchor(list.kind).to_owned(), how_many(list, lang))
}

fn how_many(list: &List, lang: Lang) -> String {
    count(list.total as f64) + lang.pick("건", "")
}

fn most(listed: &Listed, lang: Lang) -> Piece {
    Piece::Fact(format!("{}-most", anchor(listed.kind)), figure(listed, lang))
}

/// What someone is listed for, as a number.
fn figure(listed: &Listed, lang: Lang) -> String {
    let counter = match listed.kind {
        Kind::LongLived => return span(listed.seconds(), lang),
        Kind::LogInBurst => "번",
        Kind::ManyIdentities => "명",
        Kind::ManyAddresses => "곳",
    };
    count(listed.rank() as f64) + lang.pick(counter, "")
}

/// Where the figures come from: each list with what is listed and from where on, and its first entry.
pub(crate) fn sources(here: &Here, answer: &Answer, view: &SessionsView) -> Vec<Source> {
    let lang = here.lang;
    let mut out = Vec::new();
    for list in lists(answer, view) {
        let Some(first) = list.listed.first() else { continue };
        let name = kind(lang, list.kind);
        let when = |from, to| period(from, to, answer.as_of, lang);
        let limit = threshold(lang, list.kind, &view.thresholds);
        let known = if list.kind == Kind::LogInBurst { bounds(here, view) } else { String::new() };
        out.push(Source {
            anchor: anchor(list.kind).to_owned(),
            name: name.to_owned(),
            value: how_many(list, lang),
            scope: format!("{}, {}", area_of(here, answer), when(view.from, view.to)),
            method: format!("{limit} {known}").trim().to_owned(),
        });
        out.push(Source {
            anchor: format!("{}-most", anchor(list.kind)),
            name: name.to_owned() + lang.pick(", 가장 두드러진 것", ", what stands out most"),
            value: figure(first, lang),
            scope: format!("{}, {}", here.region(&first.region), when(first.from, first.to)),
            method: why(lang, first),
        });
    }
    out
}

/// The lists as lines of text, for a terminal.
pub(crate) fn spoken(here: &Here, answer: &Answer, view: &SessionsView) -> Vec<String> {
    let lang = here.lang;
    let mut out = Vec::new();
    for list in lists(answer, view).into_iter().filter(|list| list.total > 0) {
        out.push(format!("{} {}:", kind(lang, list.kind), how_many(list, lang)));
        out.extend(list.listed.iter().take(SPOKEN).map(|listed| {
            let from = moment(listed.from, lang);
            let from = match lang {
                Lang::Ko => format!("{from}부터"),
                Lang::En => format!("from {from}"),
            };
            format!("- {} {}, {from}: {}", here.region(&listed.region), listed.pseudonym, why(lang, listed))
        }));
    }
    out
}
