//! Words as the index knows them: pairs of Korean syllables over a text without its spaces, and other words in lower case.
//!
//! Pairs need no dictionary, and neither spaces nor particles change most of them: "디비 커넥션 풀이" and "DB커넥션풀" share
//! 커넥, 넥션 and 션풀 (Foo and Li, "Chinese word segmentation and its effect on information retrieval", 2004, find the same for
//! Chinese).

/// Words longer than this name nothing that is looked for.
const LONGEST: usize = 40;

/// Pairs that begin a word which is written in both alphabets, and the other spelling.
const SPELLINGS: [(&str, &str); 14] = [
    ("디비", "db"),
    ("데이", "database"),
    ("커넥", "connection"),
    ("메모", "memory"),
    ("배포", "deployment"),
    ("그인", "login"),
    ("쿼리", "query"),
    ("캐시", "cache"),
    ("네트", "network"),
    ("디스", "disk"),
    ("트래", "traffic"),
    ("용량", "capacity"),
    ("롤백", "rollback"),
    ("오류", "error"),
];

/// Pairs of which questions and requests are made, whatever they are about.
const ASKING: [&str; 40] = [
    "어떻", "떻게", "게하", "하나", "나요", "해야", "야하", "하면", "되면", "으면", "면어", "면뭐", "면무", "무엇",
    "뭐해", "뭐하", "엇을", "주세", "세요", "알려", "려줘", "해줘", "하지", "할까", "까요", "인가", "가요", "때는",
    "때어", "때뭐", "합니", "니까", "니다", "려주", "해주", "어야", "야해", "야되", "하는", "는지",
];

/// The words that are looked for when somebody asks: each once, without those that only ask. At most `most`.
pub(super) fn wanted(text: &str, most: usize) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for word in tokens(text) {
        if out.len() < most && !out.contains(&word) && !ASKING.contains(&word.as_str()) {
            out.push(word);
        }
    }
    out
}

/// The words of a text, in order, each as often as it stands there.
pub(super) fn tokens(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut hangul: Vec<char> = Vec::new();
    let mut word = String::new();
    for c in text.chars() {
        if ('가'..='힣').contains(&c) {
            take_word(&mut word, &mut out);
            hangul.push(c);
        } else if c.is_alphanumeric() {
            take_pairs(&mut hangul, &mut out);
            word.extend(c.to_lowercase());
        } else {
            take_word(&mut word, &mut out);
            // A space does not end what belongs together in Korean; a mark or a new line does.
            if c != ' ' {
                take_pairs(&mut hangul, &mut out);
            }
        }
    }
    take_word(&mut word, &mut out);
    take_pairs(&mut hangul, &mut out);
    out
}

fn take_word(word: &mut String, out: &mut Vec<String>) {
    if !word.is_empty() && word.len() <= LONGEST {
        out.push(std::mem::take(word));
    }
    word.clear();
}

fn take_pairs(hangul: &mut Vec<char>, out: &mut Vec<String>) {
    if let [one] = hangul.as_slice() {
        out.push(one.to_string());
    }
    for pair in hangul.windows(2) {
        let pair: String = pair.iter().collect();
        let spelling = SPELLINGS.iter().find(|(known, _)| *known == pair);
        out.push(pair);
        out.extend(spelling.map(|(_, other)| (*other).to_owned()));
    }
    hangul.clear();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_and_case_do_not_matter() {
        assert_eq!(tokens("커넥션 풀"), tokens("커넥션풀"));
        assert_eq!(tokens("DB Pool"), ["db", "pool"]);
        assert_eq!(tokens("풀"), ["풀"]);
        assert!(tokens("디비").contains(&"db".to_owned()));
        assert_eq!(tokens("힙, 부족\n재기동"), ["힙", "부족", "재기", "기동"]);
        assert!(tokens(&"a".repeat(100)).is_empty());
    }
}
