//! What a sentence says of the figures beside naming them: higher, usual, a cause, not. It may say only what the answer says.
//!
//! Words are put together in groups that say the same. A sentence with a word of a group passes if the answer has a word of
//! that group. This reads no meaning; it is a net under the slots, and refuses rather more than it must.

use bonghwa_analytics::format::Lang;

use super::guard::Refusal;

/// Korean words and stems, found anywhere in a word.
const KO: [&[&str]; 32] = [
    &[
        "높",
        "많",
        "길고",
        "깁니다",
        "길어",
        "길었",
        "늘어",
        "늘었",
        "증가",
        "상승",
        "올라",
        "올랐",
        "오르",
        "커졌",
        "커지",
        "큽니다",
        "크고",
    ],
    &[
        "낮", "적습", "적고", "적은", "적었", "적어", "짧", "줄어", "줄었", "감소", "하락", "떨어", "내려", "내렸",
        "작아", "작습",
    ],
    &["같", "비슷", "동일", "차이가 없", "변화가 없", "변함", "유지"],
    &["급증", "급감", "급등", "급락", "치솟", "폭증", "폭주", "급격", "크게", "매우", "심하", "훨씬", "대폭", "현저"],
    &["가장", "최고", "최대", "제일", "으뜸", "최다", "최악"],
    &["최저", "최소", "최단"],
    &["평소"],
    &["정상", "안정", "양호", "문제없", "문제가 없", "문제 없", "원활", "괜찮"],
    &["이상"],
    &["장애", "고장", "마비"],
    &["중단", "멈췄", "멈추", "멎"],
    &["오류", "실패", "에러"],
    &["사건", "사고"],
    &["원인", "때문", "탓", "인해", "말미암", "비롯", "까닭", "영향", "따라서", "그래서"],
    &["예상", "예측", "전망", "것으로 보", "것입니다", "확률", "가능성", "추정", "우려"],
    &["느려", "느린", "느립", "지연", "더디"],
    &["빨라", "빠르", "빠른", "빠릅", "빨리"],
    &["필요", "늘려야", "증설", "확충", "확장"],
    &["부족", "모자라", "모자랍"],
    &["충분", "여유", "넉넉"],
    &["개선", "회복", "나아", "호전", "해결", "복구"],
    &["악화", "나빠", "심각", "위험", "위급", "긴급", "치명"],
    &["모든", "모두", "전부", "항상", "언제나", "전체", "전국"],
    &["배포", "버전"],
    &["어제", "전날", "하루 전"],
    &["지난주", "한 주 전", "일주일"],
    &["오늘"],
    &["이번 주", "금주"],
    &["지난달", "이번 달", "분기", "작년", "올해", "내일", "모레", "다음"],
    &["넘", "초과", "웃돌", "돌파", "벗어"],
    &["포화", "고갈", "가득", "꽉"],
    &["공격", "침입", "해킹", "유출", "악성", "의심"],
];
/// English words; `*` stands for any ending.
const EN: [&[&str]; 26] = [
    &[
        "higher", "more", "longer", "rose", "rise", "rises", "risen", "increas*", "grew", "grow*", "above", "larger",
        "greater", "up",
    ],
    &[
        "lower", "less", "shorter", "fewer", "fell", "fall*", "decreas*", "declin*", "drop*", "below", "smaller",
        "down", "reduc*",
    ],
    &["same", "similar*", "unchanged", "equal*", "steady"],
    &[
        "surg*",
        "spik*",
        "soar*",
        "sharp*",
        "dramatic*",
        "plung*",
        "significant*",
        "much",
        "far",
        "very",
        "strong*",
        "considerabl*",
    ],
    &[
        "highest", "most", "longest", "largest", "top", "peak*", "maximum", "worst", "busiest", "greatest", "best",
        "first",
    ],
    &["lowest", "least", "shortest", "smallest", "fewest", "minimum", "last"],
    &["usual*"],
    &["normal*", "stabl*", "healthy", "fine", "good", "ok", "well"],
    &["abnormal*", "unusual*", "anomal*", "odd"],
    &["fail*", "error*"],
    &["outage*", "interrupt*", "unavailab*", "crash*"],
    &["incident*"],
    &[
        "cause*",
        "because",
        "due",
        "reason*",
        "result*",
        "therefore",
        "led",
        "lead*",
        "driven",
        "since",
        "impact*",
        "affect*",
    ],
    &["forecast*", "expect*", "likel*", "probab*", "predict*", "possib*", "may", "might", "could", "will", "would"],
    &["slow*", "delay*", "latenc*"],
    &["fast*", "quick*"],
    &["need*", "requir*", "necess*", "capacity"],
    &["enough", "sufficien*", "spare", "headroom"],
    &["improv*", "recover*", "better", "resolv*", "fixed"],
    &["critical*", "severe*", "serious*", "danger*", "risk*", "worse*", "deteriorat*"],
    &["all", "every*", "always", "entire*", "nation*", "whole"],
    &["deploy*", "version*", "release*"],
    &["yesterday*", "day", "days", "daily"],
    &["week*"],
    &["today*", "tomorrow*", "month*", "quarter*", "year*", "next", "previous*"],
    &[
        "attack*",
        "intrusion*",
        "breach*",
        "leak*",
        "malicious*",
        "suspicious*",
        "exceed*",
        "pass*",
        "satur*",
        "exhaust*",
    ],
];
/// English words that turn what follows into its opposite; "without" and its like take it away.
const NOT_EN: [&str; 10] = ["not", "no", "never", "none", "without", "nothing", "nor", "cannot", "neither", "hardly"];
/// Korean stems that turn what stands before them into its opposite.
const NOT_KO: [&str; 4] = ["않", "없", "아니", "못"];
/// Ways to tell somebody to do something.
const ORDERS_KO: [&str; 34] = [
    "세요",
    "십시오",
    "시오",
    "바랍니다",
    "바람",
    "해 주",
    "해주",
    "권장",
    "권고",
    "권합",
    "해야",
    "하자",
    "하시",
    "재시작",
    "재부팅",
    "재기동",
    "종료",
    "삭제",
    "차단",
    "롤백",
    "되돌",
    "접속하",
    "클릭",
    "연락",
    "문의",
    "실행",
    "중지",
    "조치",
    "점검",
    "확인하세",
    "늘리",
    "옮기",
    "누르",
    "입력",
];
const ORDERS_EN: [&str; 37] = [
    "please",
    "should",
    "must",
    "recommend*",
    "advis*",
    "restart*",
    "reboot*",
    "kill*",
    "delet*",
    "remov*",
    "block*",
    "roll*",
    "scale",
    "click*",
    "visit*",
    "contact*",
    "run",
    "execut*",
    "stop*",
    "try",
    "ensure",
    "consider*",
    "check*",
    "call*",
    "send",
    "let",
    "add",
    "shut",
    "disabl*",
    "enabl*",
    "ignore*",
    "open",
    "enter",
    "type",
    "go",
    "have",
    "investigat*",
];

/// Which groups a text has a word of.
pub(super) fn groups(text: &str, lang: Lang) -> Vec<usize> {
    let text = text.to_lowercase();
    let said = |group: &&[&str]| group.iter().any(|form| holds(&text, form, lang));
    table(lang).iter().enumerate().filter(|(_, group)| said(group)).map(|(at, _)| at).collect()
}

const fn table(lang: Lang) -> &'static [&'static [&'static str]] {
    match lang {
        Lang::Ko => &KO,
        Lang::En => &EN,
    }
}

fn holds(text: &str, form: &str, lang: Lang) -> bool {
    match lang {
        Lang::Ko => text.contains(form),
        Lang::En => words(text).any(|word| form.strip_suffix('*').map_or(word == form, |stem| word.starts_with(stem))),
    }
}

/// Whether a sentence says no more than the answer.
pub(super) fn check(text: &str, base: &str, lang: Lang) -> Result<(), Refusal> {
    let orders: &[&str] = match lang {
        Lang::Ko => &ORDERS_KO,
        Lang::En => &ORDERS_EN,
    };
    let (text, base) = (text.to_lowercase(), base.to_lowercase());
    if orders.iter().any(|order| holds(&text, order, lang) && !holds(&base, order, lang)) {
        return Err(Refusal::Action);
    }
    let denied = negations(&base, lang);
    let alike =
        |a: &(&str, &str), b: &(&str, &str)| a.1 == b.1 && begin_alike(a.0, b.0) && (lang == Lang::Ko || a.0 == b.0);
    if negations(&text, lang).iter().any(|negation| !denied.iter().any(|known| alike(negation, known))) {
        return Err(Refusal::Claim);
    }
    let backed = groups(&base, lang);
    if groups(&text, lang).iter().all(|group| backed.contains(group)) { Ok(()) } else { Err(Refusal::Claim) }
}

/// Whether two words are one, but for their particles: 사건은, 사건도.
pub(super) fn begin_alike(a: &str, b: &str) -> bool {
    let long = |word: &str| word.chars().count() > 2;
    let (short, whole) = if a.len() < b.len() { (a, b) } else { (b, a) };
    let within = short.chars().count() > 1 && whole.starts_with(short);
    a == b || !a.is_ascii() && (within || long(a) && long(b) && a.chars().take(2).eq(b.chars().take(2)))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty())
}

/// What is said not to be: `(높지, 않)`, `(not, higher)`. A negation turns round what the answer says, so it must stand there
/// with the same word.
fn negations(text: &str, lang: Lang) -> Vec<(&str, &str)> {
    let all: Vec<&str> = words(text).collect();
    let mut out = Vec::new();
    for (at, word) in all.iter().enumerate() {
        match lang {
            Lang::Ko => {
                let Some((start, stem)) = NOT_KO.iter().find_map(|stem| Some((word.find(stem)?, *stem))) else {
                    continue;
                };
                let within = word.get(..start).unwrap_or_default();
                let before = at.checked_sub(1).and_then(|before| all.get(before)).copied().unwrap_or_default();
                out.push((if within.is_empty() { before } else { within }, stem));
            }
            Lang::En if NOT_EN.contains(word) => {
                out.push((*word, all.get(at + 1).copied().unwrap_or_default()));
            }
            Lang::En => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_answer_says_may_be_said() {
        let base = "동시접속자는 어제 같은 시간보다 {f1} 적고, 부하율은 {f2} 높습니다.";
        let ko = |text| check(text, base, Lang::Ko);
        assert_eq!(ko("어제보다 접속자가 줄었습니다"), Ok(()));
        assert_eq!(ko("부하율이 급증했습니다"), Err(Refusal::Claim));
        assert_eq!(ko("지난주보다 높습니다"), Err(Refusal::Claim));
        assert_eq!(ko("부하율은 높지 않습니다"), Err(Refusal::Claim));
        let noted = format!("{base} 강원에서 새 자료가 오지 않아 빠져 있습니다.");
        assert_eq!(check("부하율은 높지 않습니다", &noted, Lang::Ko), Err(Refusal::Claim));
        assert_eq!(check("강원의 새 자료가 오지 않습니다", &noted, Lang::Ko), Ok(()));
        assert_eq!(ko("데이터베이스 때문입니다"), Err(Refusal::Claim));
        assert_eq!(ko("서버를 재시작하세요"), Err(Refusal::Action));
        let base = "Against the same time yesterday: Concurrent users {f1} fewer, Load {f2} higher.";
        let en = |text| check(text, base, Lang::En);
        assert_eq!(en("There were fewer users than yesterday, while load rose"), Ok(()));
        assert_eq!(en("Load surged"), Err(Refusal::Claim));
        assert_eq!(en("Load is not higher"), Err(Refusal::Claim));
        assert_eq!(en("Please restart the server"), Err(Refusal::Action));
    }
}
