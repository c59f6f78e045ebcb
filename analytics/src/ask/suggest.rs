//! What can be asked, while somebody types.

use serde::{Deserialize, Serialize};

use super::starter::Starter;
use super::understand::{initial, last, open};
use crate::format::Lang;

/// Suggestions at most.
const MOST: usize = 8;

/// A question that may be meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Suggestion {
    /// The question, in words that `understand` reads.
    pub text: String,
    /// The starter it is, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starter: Option<Starter>,
}

/// What is asked of a region, Korean and English, with `{}` for its name.
const OF_REGION: [(&str, &str); 6] = [
    ("{} 지금 동시접속자 몇 명이야?", "How many users are there in {} right now?"),
    ("{}은 오늘 왜 이래?", "What is wrong in {} today?"),
    ("{} 오늘 응답시간 추이", "Response time trend in {} today"),
    ("{} 이번 주 장애 목록", "Incidents in {} this week"),
    ("{} 어제 같은 시간대 비교", "Compare {} with the same time yesterday"),
    ("{} 증설이 필요한가?", "Does {} need more capacity?"),
];
/// Other questions that come up often.
const MORE: [(&str, &str); 12] = [
    ("오늘 장애 목록을 보여줘", "List today's incidents"),
    ("지금 동시접속자는 몇 명이야?", "How many users are there right now?"),
    ("오류율이 가장 높은 지역은?", "Which region has the highest error rate?"),
    ("응답시간이 가장 느린 지역은?", "Which region is the slowest?"),
    ("어제 동시접속자 추이", "User trend yesterday"),
    ("최근 1시간 오류율 추이", "Error rate trend of the last hour"),
    ("어제 장애 원인이 뭐야?", "What caused the incidents yesterday?"),
    ("지난주 성능 보고서를 작성해줘", "Write last week's performance report"),
    ("지역별 동시접속자 순위", "Rank regions by users"),
    ("3시간 안에 메모리가 80%를 넘을까?", "Will memory pass 80% within 3 hours?"),
    ("이번 주와 지난주 동시접속자 비교", "Compare users this week with last week"),
    ("오늘 가장 느린 API 10개", "The 10 slowest APIs today"),
];

/// Questions that begin with, or hold, what was typed so far: by syllables that may be unfinished (동시저), by initial consonants
/// (ㅇㅈ 같은), or by words. `regions` are their names in the language of the questions. Without anything typed the starters stand alone. At most eight, the closest first.
pub fn suggest<N: AsRef<str>>(typed: &str, regions: &[N], lang: Lang) -> Vec<Suggestion> {
    let regions: Vec<&str> = regions.iter().map(AsRef::as_ref).collect();
    suggestions(&letters(typed), &regions, lang)
}

/// Whether a word of a text begins with what was typed so far, as [`suggest`] takes it.
pub fn begins_a_word(typed: &str, text: &str) -> bool {
    place(&letters(typed), text).is_some()
}

/// What counts of what was typed. Nobody completes a text of more letters.
fn letters(typed: &str) -> Vec<char> {
    typed.chars().take(60).filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_lowercase()).collect()
}

fn suggestions(typed: &[char], regions: &[&str], lang: Lang) -> Vec<Suggestion> {
    let starters = Starter::ALL.map(|starter| (starter.text(lang).to_owned(), Some(starter)));
    if typed.is_empty() {
        return starters.into_iter().map(|(text, starter)| Suggestion { text, starter }).collect();
    }
    let of_regions =
        regions.iter().flat_map(|region| OF_REGION.iter().map(move |(ko, en)| fill(lang.pick(ko, en), region)));
    let more = MORE.iter().map(|(ko, en)| lang.pick(ko, en).to_owned());
    let all = starters.into_iter().chain(more.chain(of_regions).map(|text| (text, None)));
    let (mut first, mut later) = (Vec::new(), Vec::new());
    for (text, starter) in all {
        match place(typed, &text) {
            Some(0) => first.push(Suggestion { text, starter }),
            Some(_) => later.push(Suggestion { text, starter }),
            None => {}
        }
    }
    first.extend(later);
    first.truncate(MOST);
    first
}

/// A template with a name, and the particle that fits it.
fn fill(template: &str, name: &str) -> String {
    let (before, after) = template.split_once("{}").unwrap_or((template, ""));
    let closed = name.chars().last().is_some_and(|c| last(c).is_some());
    match after.strip_prefix('은') {
        Some(rest) if !closed => format!("{before}{name}는{rest}"),
        _ => format!("{before}{name}{after}"),
    }
}

/// The first of the words of a text that begins with what was typed.
fn place(typed: &[char], text: &str) -> Option<usize> {
    let (mut chars, mut words) = (Vec::new(), Vec::new());
    let mut space = true;
    for c in text.chars() {
        if c.is_whitespace() {
            space = true;
            continue;
        }
        if space {
            words.push(chars.len());
        }
        space = false;
        chars.push(c.to_ascii_lowercase());
    }
    words.into_iter().position(|start| chars.get(start..).is_some_and(|rest| begins(rest, typed)))
}

/// Whether a text begins with what was typed.
fn begins(text: &[char], typed: &[char]) -> bool {
    typed.iter().enumerate().all(|(at, typed_char)| {
        let Some(c) = text.get(at).copied() else { return false };
        if c == *typed_char || initial(c) == Some(*typed_char) {
            return true;
        }
        // The last syllable may want its final, or have the next one's initial in its place.
        let is_last = at + 1 == typed.len();
        is_last
            && (open(c) == *typed_char
                || open(*typed_char) == c
                    && last(*typed_char).is_some_and(|end| text.get(at + 1).copied().and_then(initial) == Some(end)))
    })
}
