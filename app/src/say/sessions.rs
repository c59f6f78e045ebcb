//! Sentences of the page 세션.

use bonghwa_analytics::format::{Lang, clock, count, moment, same_day, span};
use bonghwa_analytics::session::{Kind, Listed, Thresholds};
use bonghwa_analytics::view::{List, SessionsView, Unit};

use crate::app::Here;
use crate::part::facts::{Piece, fill};

/// What stands out most.
pub(crate) fn headline(here: &Here, view: &SessionsView) -> String {
    let Some(List { kind, total, listed }) = view.lists.iter().find(|list| list.total > 0) else {
        return here.lang.pick("눈에 띄는 접속이 없습니다", "No session stands out").to_owned();
    };
    let most = listed.first().map_or(0, Listed::rank);
    match (kind, here.lang) {
        (Kind::LogInBurst, Lang::Ko) => {
            format!("한 주소에서 1분에 {}번 로그인을 시도했습니다", count(most as f64))
        }
        (Kind::LogInBurst, Lang::En) => format!("One address tried {} log-ins in a minute", count(most as f64)),
        (Kind::ManyIdentities, Lang::Ko) => format!("한 주소에서 이용자 {}명이 접속했습니다", count(most as f64)),
        (Kind::ManyIdentities, Lang::En) => format!("{} users came from one address", count(most as f64)),
        (Kind::ManyAddresses, Lang::Ko) => {
            format!("한 이용자가 30분 안에 주소 {}곳에서 접속했습니다", count(most as f64))
        }
        (Kind::ManyAddresses, Lang::En) => format!("One user came from {} addresses in 30 minutes", count(most as f64)),
        (Kind::LongLived, Lang::Ko) => format!("오래 이어진 접속이 {}건 있습니다", count(*total as f64)),
        (Kind::LongLived, Lang::En) => format!("{} long sessions", count(*total as f64)),
    }
}

/// How many go on now, and how many of them for how long.
pub(crate) fn lead(here: &Here, view: &SessionsView) -> Vec<Piece> {
    let Some(active) = &view.active else {
        let note = here.lang.pick(
            "지난 기간에 기록된 접속입니다. 지금 이어지는 접속 수는 끝이 지금인 기간에서 보여 드립니다.",
            "Sessions of a period of the past. How many go on now is shown for periods that end now.",
        );
        return vec![Piece::Text(note.to_owned())];
    };
    let older: u64 = view.ages.iter().skip(1).sum();
    let gap = span(view.thresholds.gap, here.lang);
    let older = count(older as f64) + if view.overflowed { here.lang.pick(" 이상", " or more") } else { "" };
    let template = match (here.lang, active.unit) {
        (Lang::Ko, Unit::Users) => format!("최근 {gap} 안에 움직인 이용자는 약 {{}}"),
        (Lang::Ko, Unit::Sessions) => format!("최근 {gap} 안에 움직인 세션은 약 {{}}"),
        (Lang::Ko, _) => format!("최근 {gap} 안에 움직인 주소는 약 {{}}"),
        (Lang::En, _) => format!("About {{}} were active within the last {gap}"),
    };
    let rest = match here.lang {
        Lang::Ko => format!("이고, 1시간 넘게 이어지는 접속은 {older}건입니다."),
        Lang::En => format!("; {older} sessions have lasted for more than an hour."),
    };
    fill(&(template + &rest), vec![Piece::of(active, here.lang)])
}

/// Name of a list.
pub(crate) const fn kind(lang: Lang, kind: Kind) -> &'static str {
    match (kind, lang) {
        (Kind::LogInBurst, Lang::Ko) => "한 주소의 로그인 집중",
        (Kind::LogInBurst, Lang::En) => "Log-in bursts from one address",
        (Kind::ManyIdentities, Lang::Ko) => "한 주소를 쓰는 여러 이용자",
        (Kind::ManyIdentities, Lang::En) => "Many users at one address",
        (Kind::ManyAddresses, Lang::Ko) => "여러 주소를 쓰는 한 이용자",
        (Kind::ManyAddresses, Lang::En) => "One user at many addresses",
        (Kind::LongLived, Lang::Ko) => "장시간 접속",
        (Kind::LongLived, Lang::En) => "Long sessions",
    }
}

/// From where on someone is on a list.
pub(crate) fn threshold(lang: Lang, kind: Kind, thresholds: &Thresholds) -> String {
    let Thresholds { gap, long_lived, logins_per_minute, identities, addresses } = *thresholds;
    match (kind, lang) {
        (Kind::LogInBurst, Lang::Ko) => {
            format!("한 주소에서 1분에 {logins_per_minute}번 이상 로그인을 시도하면 적습니다.")
        }
        (Kind::LogInBurst, Lang::En) => format!("Listed from {logins_per_minute} log-ins a minute from one address."),
        (Kind::ManyIdentities, Lang::Ko) => {
            format!(
                "한 주소에서 5분 안에 이용자 {identities}명 이상이 접속하면 적습니다. 사무실이나 통신사의 공용 주소일 수 있습니다."
            )
        }
        (Kind::ManyIdentities, Lang::En) => {
            format!(
                "Listed from {identities} users within 5 minutes at one address, which may be shared by an office or a carrier."
            )
        }
        (Kind::ManyAddresses, Lang::Ko) => {
            format!("한 이용자가 30분 안에 주소 {addresses}곳 이상에서 접속하면 적습니다.")
        }
        (Kind::ManyAddresses, Lang::En) => format!("Listed from {addresses} addresses of one user within 30 minutes."),
        (Kind::LongLived, Lang::Ko) => {
            format!(
                "{} 이상 이어지면 적습니다. {} 넘게 쉬면 접속이 끝난 것으로 봅니다.",
                span(long_lived, lang),
                span(gap, lang)
            )
        }
        (Kind::LongLived, Lang::En) => {
            format!(
                "Listed from {} on. A pause of more than {} ends a session.",
                span(long_lived, lang),
                span(gap, lang)
            )
        }
    }
}

/// Why someone is listed.
pub(crate) fn why(lang: Lang, listed: &Listed) -> String {
    let number = |value: u64| count(value as f64);
    let all = number(listed.count);
    match (listed.kind, lang) {
        (Kind::LogInBurst, Lang::Ko) => {
            let (most, failed) = (number(listed.per_minute), number(listed.failed));
            format!("1분에 최대 {most}번, 모두 {all}번 시도해 {failed}번 실패")
        }
        (Kind::LogInBurst, Lang::En) => {
            let (most, failed) = (number(listed.per_minute), number(listed.failed));
            format!("up to {most} a minute, {all} in all, {failed} failed")
        }
        (Kind::ManyIdentities, Lang::Ko) => format!("{}이용자 {all}명", if listed.exact { "" } else { "약 " }),
        (Kind::ManyIdentities, Lang::En) => format!("{}{all} users", if listed.exact { "" } else { "about " }),
        (Kind::ManyAddresses, Lang::Ko) => format!("30분 안에 주소 {all}곳{}", if listed.exact { "" } else { " 이상" }),
        (Kind::ManyAddresses, Lang::En) => {
            format!("{all}{} addresses in 30 minutes", if listed.exact { "" } else { " or more" })
        }
        (Kind::LongLived, Lang::Ko) => format!("{} 동안 요청 {all}건", span(listed.seconds(), lang)),
        (Kind::LongLived, Lang::En) => format!("{all} requests in {}", span(listed.seconds(), lang)),
    }
}

/// A class of the distribution, by where it begins and where the next one does.
pub(crate) fn age(lang: Lang, from: i64, to: Option<i64>) -> String {
    let (from, end) = (from / 3600, to.map(|to| to / 3600));
    match (lang, end) {
        (Lang::Ko, Some(end)) if from == 0 => format!("{end}시간 미만"),
        (Lang::Ko, Some(end)) => format!("{from}~{end}시간"),
        (Lang::Ko, None) => format!("{from}시간 이상"),
        (Lang::En, Some(end)) if from == 0 => format!("under {end} h"),
        (Lang::En, Some(end)) => format!("{from} to {end} h"),
        (Lang::En, None) => format!("{from} h or more"),
    }
}

/// What the lists do not tell.
pub(crate) fn bounds(here: &Here, view: &SessionsView) -> String {
    let floor = count(view.floor as f64);
    let mut text = match here.lang {
        Lang::Ko if view.floor == 0 => "로그인한 주소를 빠짐없이 셌습니다.".to_owned(),
        Lang::Ko => {
            format!("로그인 횟수는 정확한 값입니다. 목록에서 빠진 주소는 한 구간에 많아야 {floor}번 로그인했습니다.")
        }
        Lang::En if view.floor == 0 => "Every address that logged in was counted.".to_owned(),
        Lang::En => format!("Log-ins are exact; an address that is not kept had at most {floor} in a row of data."),
    };
    if view.overflowed {
        text += here.lang.pick(
            " 접속이 한도보다 많아 오래된 것부터 남겼습니다.",
            " There were more sessions than are kept; the oldest were.",
        );
    }
    text
}

/// An instant, with its day where that is not the day of `today`.
pub(crate) fn instant(at: i64, today: i64, lang: Lang) -> String {
    if same_day(at, today) { clock(at) } else { moment(at, lang) }
}
