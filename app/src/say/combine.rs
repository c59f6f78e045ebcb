//! Sentences of 합쳐 보기.

use bonghwa_analytics::format::{Lang, count, exact, period};
use bonghwa_analytics::view::{CombineView, Fact, Pair, Unit};

use crate::app::Here;
use crate::part::facts::{Piece, fill, in_prose};
use crate::particle::{Particle, with};

/// How many regions, as a word up to ten: `네 지역`.
fn how_many(n: usize, lang: Lang) -> String {
    const KO: [&str; 10] = ["한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉", "열"];
    const EN: [&str; 10] = ["One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten"];
    match (lang, n) {
        (Lang::Ko, 1..=10) => format!("{} 지역", KO[n - 1]),
        (Lang::Ko, _) => format!("{n}개 지역"),
        (Lang::En, 1) => "One region".to_owned(),
        (Lang::En, 2..=10) => format!("{} regions", EN[n - 1]),
        (Lang::En, _) => format!("{n} regions"),
    }
}

/// What was asked: regions and period.
pub(crate) fn asked(here: &Here, view: &CombineView, as_of: i64) -> String {
    let when = period(view.from, view.to, as_of, here.lang);
    let names: Vec<&str> = view.regions.iter().map(|code| here.region(code)).collect();
    let list = match (names.as_slice(), here.lang) {
        (names, _) if names.len() <= 6 => names.join(", "),
        (names, Lang::Ko) => format!("{} 등 {}개 지역", names[..3].join(", "), names.len()),
        (names, Lang::En) => format!("{} and {} more", names[..3].join(", "), names.len() - 3),
    };
    match here.lang {
        Lang::Ko if names.len() == 1 => format!("{list}, {when}"),
        Lang::Ko => format!("{} {when} 동안 합쳤습니다", with(&list, Particle::Object)),
        Lang::En => format!("{list}, {when}"),
    }
}

/// The headline: how many in all.
pub(crate) fn headline(here: &Here, view: &CombineView) -> Vec<Piece> {
    let union = Piece::of(&view.union, here.lang);
    let one = match view.regions.as_slice() {
        [code] => Some(here.region(code)),
        _ => None,
    };
    let template = match (here.lang, view.union.unit, one) {
        (Lang::Ko, Unit::Users, Some(name)) => format!("{} 쓴 사람은 모두 {{}}입니다", with(name, Particle::Object)),
        (Lang::Ko, Unit::Users, None) => {
            format!("{}을 쓴 사람은 모두 {{}}입니다", how_many(view.regions.len(), here.lang))
        }
        (Lang::Ko, Unit::Sessions, _) => {
            format!("{}의 세션은 모두 {{}}입니다", how_many(view.regions.len(), here.lang))
        }
        (Lang::Ko, _, _) => format!("{}에 접속한 주소는 모두 {{}}입니다", how_many(view.regions.len(), here.lang)),
        (Lang::En, _, Some(name)) => format!("{name} saw {{}}"),
        (Lang::En, _, None) => format!("{} together saw {{}}", how_many(view.regions.len(), here.lang)),
    };
    fill(&template, vec![union])
}

/// Sum and overlap, or that the overlap cannot be told.
pub(crate) fn lead(here: &Here, view: &CombineView) -> Vec<Piece> {
    if view.regions.len() < 2 {
        return Vec::new();
    }
    let sum = Piece::of(&view.sum, here.lang);
    if !known(&view.overlap) {
        let template = match here.lang {
            Lang::Ko => "그냥 더하면 {}입니다. 겹친 수는 오차보다 작아서 알 수 없습니다.",
            Lang::En => "Simply added they make {}. The overlap is smaller than its error and cannot be told.",
        };
        return fill(template, vec![sum]);
    }
    let overlap = Piece::of(&view.overlap, here.lang);
    let template = match here.lang {
        Lang::Ko => {
            let copula = crate::particle::particle(sum.text(), Particle::Copula);
            let subject = crate::particle::particle(overlap.text(), Particle::Subject);
            format!("그냥 더하면 {{}}{copula}지만, 여러 지역을 함께 쓴 사람을 한 번만 세면 {{}}{subject} 줄어듭니다.")
        }
        Lang::En => "Simply added they make {}; counting those seen in several regions once takes away {}.".to_owned(),
    };
    fill(&template, vec![sum, overlap])
}

/// Whether a difference is larger than its own error.
pub(crate) fn known(fact: &Fact) -> bool {
    fact.error.is_none_or(|error| fact.value > error)
}

/// `서울과 경기`.
pub(crate) fn pair(here: &Here, pair: &Pair) -> String {
    let (a, b) = (here.region(&pair.a), here.region(&pair.b));
    match here.lang {
        Lang::Ko => format!("{} {b}", with(a, Particle::And)),
        Lang::En => format!("{a} and {b}"),
    }
}

/// `6,480명 ± 5,012명`; in English one unit does for both.
pub(crate) fn with_error(fact: &Fact, lang: Lang) -> String {
    let Some(error) = fact.error else { return in_prose(fact, lang) };
    let value = match lang {
        Lang::Ko => exact(fact.value, fact.unit, lang),
        Lang::En => count(fact.value),
    };
    format!("{value} ±\u{a0}{}", exact(error, fact.unit, lang))
}

/// `브라우저에서 41 ms 만에 합산`.
pub(crate) fn merged_in(here: &Here, millis: f64) -> String {
    let millis = bonghwa_analytics::format::decimal(millis, u32::from(millis < 9.95));
    match here.lang {
        Lang::Ko => format!("브라우저에서 {millis}\u{a0}ms 만에 합산"),
        Lang::En => format!("Merged in this browser in {millis}\u{a0}ms"),
    }
}

/// `요약 676개, 받은 자료 3.9 MB`.
pub(crate) fn merged_what(here: &Here, sketches: u32, bytes: Option<usize>) -> String {
    let count = bonghwa_analytics::format::count(f64::from(sketches));
    let bytes = bytes.map(|bytes| {
        let mega = bytes as f64 / 1e6;
        let size = bonghwa_analytics::format::decimal(mega, if mega < 0.95 { 2 } else { 1 });
        match here.lang {
            Lang::Ko => format!(", 받은 자료 {size}\u{a0}MB"),
            Lang::En => format!(", {size}\u{a0}MB received"),
        }
    });
    match here.lang {
        Lang::Ko => format!("요약 {count}개{}", bytes.unwrap_or_default()),
        Lang::En => format!("{count} summaries{}", bytes.unwrap_or_default()),
    }
}

/// `17개 중 4개`.
pub(crate) fn chosen_of(here: &Here, chosen: usize, all: usize) -> String {
    match here.lang {
        Lang::Ko => format!("{all}개 중 {chosen}개"),
        Lang::En => format!("{chosen} of {all}"),
    }
}
