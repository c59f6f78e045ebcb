//! Numbers in words, Korean and English.

use bonghwa_analytics::format::Lang;

const SINO: &str = "영공일이삼사오육륙칠팔구";
const PLACES: &str = "십백천만억조";
/// Counters behind a number in Korean.
const COUNTERS: [&str; 35] = [
    "퍼센트포인트",
    "퍼센트",
    "프로",
    "밀리초",
    "시간",
    "개월",
    "개소",
    "가지",
    "군데",
    "지역",
    "번째",
    "차례",
    "갑절",
    "곱절",
    "배",
    "명",
    "건",
    "개",
    "초",
    "분",
    "일",
    "월",
    "년",
    "위",
    "차",
    "원",
    "대",
    "곳",
    "번",
    "회",
    "주",
    "달",
    "쪽",
    "점",
    "할",
];
/// Native numbers that are no part of other words.
const NATIVE: [&str; 21] = [
    "하나",
    "다섯",
    "여섯",
    "일곱",
    "여덟",
    "아홉",
    "열하나",
    "열둘",
    "열두",
    "스물",
    "스무",
    "서른",
    "마흔",
    "쉰",
    "예순",
    "일흔",
    "여든",
    "아흔",
    "절반",
    "과반",
    "대다수",
];
/// Native numbers that count only before a counter, or as a word of their own.
const SHORT: [&str; 9] = ["한", "두", "세", "네", "둘", "셋", "넷", "열", "반"];
/// Amounts without a number.
const VAGUE: [&str; 10] = ["수십", "수백", "수천", "수만", "수억", "몇", "여러 배", "대부분", "갑절", "곱절"];
/// Particles, and what else follows a figure within its word whether it stands in a slot or is written out.
pub(super) const PARTICLES: [&str; 21] = [
    "은",
    "는",
    "이",
    "가",
    "을",
    "를",
    "과",
    "와",
    "으로",
    "로",
    "의",
    "에",
    "도",
    "까지",
    "부터",
    "보다",
    "입니다",
    "이며",
    "이고",
    "정도",
    "씩",
];
/// What may follow a number within its word beside them.
const ABOUT: [&str; 3] = ["만", "쯤", "나"];
/// Words that begin like a number with its counter and are none.
const OTHERS: [&str; 14] =
    ["사건", "사회", "사원", "사명", "오차", "구분", "조건", "조회", "조명", "조달", "만일", "이번", "이달", "영점"];
const ENGLISH: [&str; 54] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "seventy",
    "eighty",
    "ninety",
    "hundred",
    "hundreds",
    "thousand",
    "thousands",
    "million",
    "millions",
    "billion",
    "dozen",
    "dozens",
    "half",
    "halved",
    "twice",
    "thrice",
    "double",
    "doubled",
    "doubling",
    "triple",
    "tripled",
    "quarter",
    "quarters",
    "third",
    "thirds",
    "fourth",
    "fifth",
    "tenth",
    "majority",
];

/// Whether words hold a number. Where it is not sure they do: a sentence that is refused costs little.
pub(super) fn has_number(text: &str, lang: Lang) -> bool {
    let english = text
        .split(|c: char| !c.is_ascii_alphabetic())
        .any(|word| ENGLISH.contains(&word.to_ascii_lowercase().as_str()));
    english || (lang == Lang::Ko && korean(text))
}

fn korean(text: &str) -> bool {
    let words: Vec<&str> = text.split(|c: char| !('가'..='힣').contains(&c)).filter(|word| !word.is_empty()).collect();
    if VAGUE.iter().any(|vague| begins_word(text, vague)) {
        return true;
    }
    words.iter().enumerate().any(|(at, word)| {
        let next = words.get(at + 1).copied().unwrap_or_default();
        sino(word, next) || native(word, next)
    })
}

/// 삼십, 이백만, 오 퍼센트.
fn sino(word: &str, next: &str) -> bool {
    if OTHERS.iter().any(|other| word.starts_with(other)) {
        return false;
    }
    let chars: Vec<char> = word.chars().collect();
    let is_number = |c: &char| SINO.contains(*c) || PLACES.contains(*c);
    for start in 0..chars.len() {
        let run = chars.iter().skip(start).take_while(|c| is_number(c)).count();
        if run == 0 || (start > 0 && chars.get(start - 1).is_some_and(is_number)) {
            continue;
        }
        let number: String = chars.iter().skip(start).take(run).collect();
        let rest: String = chars.iter().skip(start + run).collect();
        let digit = number.chars().any(|c| SINO.contains(c));
        let place = number.chars().any(|c| PLACES.contains(c));
        // 이 is "this" as well: 이 시간, 이 지역, 이번.
        let sure = number != "이" && number != "일"
            || matches!(counter(&rest).or(counter(next)), Some("퍼센트" | "프로" | "배"));
        if start == 0 && digit && place && (rest.is_empty() || ends(&rest) || counter(&rest).is_some()) {
            return true;
        }
        if rest.is_empty() && start == 0 && sure && counter(next).is_some() {
            return true;
        }
        if sure && (start == 0 || run > 1) && counter(&rest).is_some() {
            return true;
        }
        if start == 0 && number.chars().count() == 1 && place && "백천만억조".contains(&number) && rest.is_empty()
        {
            return true;
        }
    }
    false
}

/// 다섯, 두 배, 열한 곳.
fn native(word: &str, next: &str) -> bool {
    if NATIVE.iter().any(|number| word.contains(number)) {
        return true;
    }
    SHORT.iter().any(|number| {
        let Some(rest) = word.strip_prefix(number) else { return false };
        if rest.is_empty() {
            // 한 and 반 are words of their own only before a counter.
            return counter(next).is_some() || !matches!(*number, "한" | "반" | "세" | "네" | "두" | "열");
        }
        counter(rest).is_some()
            || (matches!(*number, "둘" | "셋" | "넷") && ends(rest))
            || *number == "열" && tail(rest, next)
    })
}

/// The second half of 열한, 열세.
fn tail(rest: &str, next: &str) -> bool {
    ["한", "두", "세", "네"].iter().any(|unit| {
        rest.strip_prefix(unit)
            .is_some_and(|rest| counter(rest).is_some() || rest.is_empty() && counter(next).is_some())
    })
}

/// The counter at the beginning of a word, if only a particle follows it: 배로, not 배포.
fn counter(word: &str) -> Option<&'static str> {
    COUNTERS.into_iter().find(|counter| word.strip_prefix(counter).is_some_and(|rest| rest.is_empty() || ends(rest)))
}

fn ends(rest: &str) -> bool {
    PARTICLES.iter().chain(&ABOUT).any(|form| rest.starts_with(form))
}

/// Whether a word of the text begins like this.
fn begins_word(text: &str, start: &str) -> bool {
    text.match_indices(start).any(|(at, _)| {
        text.get(..at).and_then(|before| before.chars().next_back()).is_none_or(|c| !('가'..='힣').contains(&c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_words_are_found() {
        for text in [
            "삼십 퍼센트 높습니다",
            "약 삼십퍼센트입니다",
            "약삼십퍼센트 높습니다",
            "두 배로 늘었습니다",
            "두배입니다",
            "세 곳에서",
            "이천 명이",
            "이십만 명",
            "오 퍼센트포인트",
            "이 배로",
            "절반이",
            "사건은 둘입니다",
            "사건은 다섯 건",
            "열한 개",
            "열세 곳",
            "백 건",
            "수백 건",
            "몇 배나",
            "일곱 지역",
            "한 곳에서만",
            "대부분의 지역",
            "십 분 동안",
            "십이월 이십일",
            "사 건입니다",
            "오 건으로",
        ] {
            assert!(has_number(text, Lang::Ko), "{text}");
        }
        for text in ["it doubled", "about thirty percent", "Half of them", "two regions", "a third of it", "One region"]
        {
            assert!(has_number(text, Lang::En), "{text}");
        }
        assert!(has_number("twenty 지역", Lang::Ko));
    }

    #[test]
    fn other_words_are_not() {
        for text in [
            "어제 이 시간보다 많고 부하율은 높습니다",
            "이 지역의 이번 배포 뒤 느려졌습니다",
            "동시접속자는 어제 같은 시간보다 적고, 부하율은 높습니다",
            "전국 시스템은 지금 평소와 같습니다",
            "서울의 응답시간이 가장 깁니다",
            "사건은 없습니다",
            "원인은 데이터베이스일 가능성이 높습니다",
            "일부 자료가 오지 않아 빠져 있습니다",
            "오늘 오후에는 오류율이 평소보다 높았습니다",
            "구간 안에 있습니다",
            "세종과 제주, 한편 세션은 비슷합니다",
            "두드러진 차이만 적었습니다",
            "사용률이 조금 높습니다",
            "천안과 만나는",
            "오차와 조건과 구분",
            "사건의 영향",
        ] {
            assert!(!has_number(text, Lang::Ko), "{text}");
        }
        for text in ["Concurrent users are fewer than yesterday", "the tenant often asks", "someone"] {
            assert!(!has_number(text, Lang::En), "{text}");
        }
    }
}
