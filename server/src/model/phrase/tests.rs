use bonghwa_app::{Told, ToldFact};
use proptest::prelude::*;

use super::*;

fn fact(what: &str, scope: &str, text: &str) -> ToldFact {
    ToldFact { what: what.into(), scope: scope.into(), text: text.into(), anchor: Some(format!("src-{text}")) }
}

fn korean() -> Facts {
    let told = Told {
        answer:
            "동시접속자는 어제 같은 시간보다 {f1} 적고, 부하율은 {f2} 높습니다. {f5} 안에 가장 높은 곳은 경기입니다."
                .into(),
        notes: vec!["강원에서 새 자료가 오지 않아 그만큼 빠져 있습니다.".into()],
        facts: vec![
            fact("동시접속자, 차이", "17개 지역, 11월 20일", "12.0\u{a0}%"),
            fact("부하율, 차이", "17개 지역, 11월 20일", "3.00\u{a0}%p"),
            fact("경기 부하율", "경기, 11월 20일", "71\u{a0}%"),
            fact("동시접속자", "17개 지역, 11월 20일", "184,201명"),
            ToldFact { text: "3시간".into(), ..ToldFact::default() },
        ],
        regions: ["서울", "경기", "강원", "부산"].map(String::from).to_vec(),
    };
    Facts { told, lang: Lang::Ko }
}

fn english() -> Facts {
    let told = Told {
        answer: "Against the same time yesterday: Concurrent users {f1} fewer, Load {f2} higher on minwon-was.".into(),
        facts: vec![
            fact("Concurrent users, Difference", "17 regions", "12.0\u{a0}%"),
            fact("Load, Difference", "17 regions", "3.00\u{a0}%p"),
        ],
        regions: ["Seoul", "Busan"].map(String::from).to_vec(),
        ..Told::default()
    };
    Facts { told, lang: Lang::En }
}

fn say(text: &str, facts: &Facts) -> Result<String, Refusal> {
    let mut reader = Reader::new(facts);
    let lines = reader.push(&format!("{}\n", json!({ "text": text })));
    match (lines.as_slice(), reader.refused.as_slice()) {
        ([line], []) => Ok(line.text.clone()),
        ([], [refusal]) => Err(*refusal),
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn our_figures_fill_the_slots_and_particles_follow_them() {
    let facts = korean();
    let ok = |text| say(text, &facts).unwrap_or_else(|refusal| panic!("{text}: {refusal:?}"));
    assert_eq!(
        ok("어제 같은 시간과 견주면 동시접속자는 {f1} 적고 부하율은 {f2} 높습니다."),
        "어제 같은 시간과 견주면 동시접속자는 12.0\u{a0}% 적고 부하율은 3.00\u{a0}%p 높습니다."
    );
    assert_eq!(ok("동시접속자는 {f4}로, 어제보다 적습니다."), "동시접속자는 184,201명으로, 어제보다 적습니다.");
    assert_eq!(ok("{f5} 안에는 경기가 가장 높습니다."), "3시간 안에는 경기가 가장 높습니다.");
    assert_eq!(ok("경기의 부하율이 {f3}로, 가장 높습니다."), "경기의 부하율이 71\u{a0}%로, 가장 높습니다.");
    assert_eq!(ok("다만 강원의 새 자료가 오지 않아 빠져 있습니다."), "다만 강원의 새 자료가 오지 않아 빠져 있습니다.");
    let english = english();
    assert_eq!(
        say("Compared with the same time yesterday, concurrent users are {f1} fewer while load is {f2} higher.", &english),
        Ok("Compared with the same time yesterday, concurrent users are 12.0\u{a0}% fewer while load is 3.00\u{a0}%p higher.".into())
    );
    assert_eq!(say("Load is higher on minwon-was.", &english), Ok("Load is higher on minwon-was.".into()));
    let line = &replay("{\"text\":\"동시접속자는 {f4}가 됩니다.\"}", &facts)[0];
    let figure = line.pieces.iter().find(|piece| piece.ours).unwrap();
    assert_eq!((figure.text.as_str(), figure.anchor.as_deref()), ("184,201명", Some("src-184,201명")));
    assert_eq!(line.text, "동시접속자는 184,201명이 됩니다.");
}

#[test]
fn what_a_model_must_not_write_is_refused() {
    use Refusal::{Action, Claim, Form, Language, Misplaced, Name, Number, Sign, TooLong, UnknownFact};
    let facts = korean();
    for (text, why) in [
        ("동시접속자는 12 % 적습니다.", Number),
        ("동시접속자는 １２ 퍼센트 적습니다.", Number),
        ("동시접속자는 ١٢ 퍼센트 적습니다.", Number),
        ("동시접속자는 Ⅳ 적습니다.", Number),
        ("동시접속자는 ½ 적습니다.", Number),
        ("동시접속자는 십이 퍼센트 적습니다.", Number),
        ("동시접속자는 두 배 적습니다.", Number),
        ("동시접속자는 {f1}{f2} 적습니다.", Number),
        ("동시접속자는 {f4}만 적습니다.", Number),
        ("동시접속자는 {f4} 만 명 적습니다.", Number),
        ("동시접속자는 {f4} 배로 적습니다.", Number),
        ("동시접속자는 -{f1} 적습니다.", Number),
        ("동시접속자는 x{f1} 적습니다.", Number),
        ("동시접속자는 {f9} 적습니다.", UnknownFact),
        ("동시접속자는 {f0} 적습니다.", UnknownFact),
        ("동시접속자는 {} 적습니다.", UnknownFact),
        ("동시접속자는 {f1 적습니다.", Form),
        ("동시접속자는 **적습니다**.", Sign),
        ("동시접속자는 <b>적습니다</b>.", Sign),
        ("동시접속자는 [적습니다](a).", Sign),
        ("동시접속자는 evil.example 적습니다.", Sign),
        ("동시접속자는 https://a 적습니다.", Sign),
        ("동시접속자는 \u{202e}적습니다.", Sign),
        ("동시접속자는 적\u{200b}습니다.", Sign),
        ("동시접속자는\u{0007} 적습니다.", Sign),
        ("동시접속자는 少ない 적습니다.", Language),
        ("Concurrent users are fewer.", Language),
        ("부산의 부하율이 높습니다.", Name),
        ("부하율은 mysql 높습니다.", Name),
        ("부하율은 급격히 높습니다.", Claim),
        ("부하율은 높지 않습니다.", Claim),
        ("서버를 재시작하세요.", Action),
        ("담당자에게 연락해야 합니다.", Action),
        ("부하율은 {f1} 높습니다.", Misplaced),
        ("동시접속자는 {f1}입니다.", Misplaced),
        ("동시접속자는 {f4} 적고 부하율은 높습니다.", Misplaced),
        ("접속한 사람은 {f4}입니다.", Misplaced),
        ("부하율은 {f5}입니다.", Misplaced),
        ("서울은 {f1} 적고 부하율은 높습니다.", Name),
        ("강원은 {f1} 적고 부하율은 높습니다.", Misplaced),
        ("강원의 부하율은 {f3} 높습니다.", Misplaced),
    ] {
        assert_eq!(say(text, &facts), Err(why), "{text}");
    }
    assert_eq!(say(&"높".repeat(300), &facts), Err(TooLong));
    let mut reader = Reader::new(&facts);
    for line in ["not json", "{\"text\":5}", "{\"text\":\"높습니다 정말로\",\"x\":1}", "[]", "{}", "```json"] {
        assert!(reader.push(&format!("{line}\n")).is_empty(), "{line}");
    }
    assert_eq!(reader.refused, [Form; 6]);
    let english = english();
    for (text, why) in [
        ("Load is thirty percent higher.", Number),
        ("Load doubled.", Number),
        ("Load is {f2} million higher.", Number),
        ("Load is {f2} times higher.", Number),
        ("Busan has a higher load.", Name),
        ("Load is higher on MySQL.", Name),
        ("Load is higher on minwon-db.", Name),
        ("부하율이 높습니다.", Language),
        ("Please restart the server.", Action),
        ("Load surged yesterday.", Claim),
        ("Load is {f1} higher.", Misplaced),
    ] {
        assert_eq!(say(text, &english), Err(why), "{text}");
    }
}

/// Sentences as a careful model writes them: checks that let nothing through would be worth nothing.
#[test]
fn careful_sentences_pass() {
    let count = |text: &str| ToldFact { text: text.into(), ..ToldFact::default() };
    let answers: [(Lang, &str, Vec<ToldFact>, &[&str]); 6] = [
        (
            Lang::Ko,
            "{f1} 전국은 평소와 같습니다. 사건은 없습니다.",
            vec![count("00:00–09:13")],
            &[
                "{f1} 전국은 평소와 같은 상태입니다.",
                "전국은 평소와 비슷하며 사건도 없습니다.",
                "그동안 확인된 사건은 없습니다.",
            ],
        ),
        (
            Lang::Ko,
            "동시접속자는 어제 같은 시간보다 {f1} 적고, 부하율은 {f2} 낮습니다.",
            vec![fact("동시접속자, 차이", "17개 지역", "14.7 %"), fact("부하율, 차이", "17개 지역", "1.44 %p")],
            &[
                "어제 같은 시간과 비교하면 동시접속자는 {f1} 적습니다.",
                "부하율도 어제보다 {f2} 낮습니다.",
                "동시접속자가 어제 같은 시간보다 {f1} 줄었고, 부하율도 {f2} 낮은 편입니다.",
            ],
        ),
        (
            Lang::Ko,
            "지금 부하율이 가장 높은 지역은 경기, {f1}입니다.",
            vec![fact("경기 부하율", "경기, 09:08", "19.8 %")],
            &[
                "현재 부하율이 가장 높은 곳은 경기이며, {f1}입니다.",
                "경기의 부하율은 {f1}로, 지역 가운데 가장 높습니다.",
            ],
        ),
        (
            Lang::Ko,
            "{f1} 안에 경기 부하율이 {f2}를 넘을 확률은 {f3}입니다(가능성 높음). 분기 말까지 늘려야 할 곳은 없습니다.",
            vec![count("3시간"), count("80 %"), fact("경기 부하율, 임계값을 넘을 확률", "경기", "1 % 미만")],
            &[
                "앞으로 {f1} 안에 경기의 부하율이 {f2}를 넘을 확률은 {f3}입니다.",
                "분기 말까지 증설이 필요한 곳은 없습니다.",
            ],
        ),
        (
            Lang::En,
            "The highest Load now is in Gyeonggi: {f1}.",
            vec![fact("Gyeonggi Load", "Gyeonggi", "19.8 %")],
            &["Right now the highest load is in Gyeonggi, at {f1}.", "Gyeonggi has the highest load: {f1}."],
        ),
        (
            Lang::En,
            "All systems, {f1}: as usual, no incident.",
            vec![count("00:00–09:13")],
            &["All systems were as usual, and there was no incident.", "All systems, {f1}, are as usual."],
        ),
    ];
    let mut refused = Vec::new();
    for (lang, answer, facts, lines) in answers {
        let regions = ["경기", "서울", "Gyeonggi"].map(String::from).to_vec();
        let told = Told { answer: answer.into(), facts, regions, ..Told::default() };
        for line in lines {
            let said = say(line, &Facts { told: told.clone(), lang });
            refused.extend(said.err().map(|refusal| (*line, refusal)));
        }
    }
    assert_eq!(refused, []);
}

#[test]
fn a_count_stays_with_what_it_counts() {
    let count = |text: &str| ToldFact { text: text.into(), ..ToldFact::default() };
    let answer = "{f1} 전국의 사건은 {f2}입니다. 분기 말까지 늘려야 할 곳은 {f3}입니다.";
    let told =
        Told { answer: answer.into(), facts: ["11. 16.", "3건", "2곳"].map(count).to_vec(), ..Told::default() };
    let facts = Facts { told, lang: Lang::Ko };
    assert_eq!(say("전국의 사건은 {f2}입니다.", &facts), Ok("전국의 사건은 3건입니다.".into()));
    assert_eq!(
        say("분기 말까지 늘려야 할 곳은 {f3}입니다.", &facts),
        Ok("분기 말까지 늘려야 할 곳은 2곳입니다.".into())
    );
    for text in
        ["징후는 {f2}입니다.", "전국의 사건은 {f3}입니다.", "늘려야 할 곳은 {f2}입니다.", "전국의 사건은 {f1}입니다."]
    {
        assert_eq!(say(text, &facts), Err(Refusal::Misplaced), "{text}");
    }
}

#[test]
fn a_line_is_bounded_and_so_are_lines() {
    let facts = korean();
    let mut reader = Reader::new(&facts);
    assert!(reader.push(&"가".repeat(5000)).is_empty());
    assert!(reader.push("\n").is_empty());
    assert_eq!(reader.refused, [Refusal::TooLong]);
    let line = "{\"text\":\"부하율은 높습니다.\"}\n";
    assert_eq!(reader.push(&line.repeat(9)).len(), 6);
    assert_eq!(reader.refused.len(), 1 + 3);
}

#[test]
fn what_is_sent_has_no_value_in_it() {
    let content = korean().content("왜 이래?").to_string();
    for value in ["12.0", "3.00", "184", "71"] {
        assert!(!content.contains(value), "{value}: {content}");
    }
    assert!(content.contains("{f1}") && content.contains("동시접속자, 차이"));
}

/// A sentence of pieces that a model might write, most of them bad.
fn sentence() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => "\\{f[0-9]{1,2}\\}",
        3 => prop::sample::select(vec![
            "동시접속자는 ", " 적고 ", "부하율은 ", " 높습니다.", "어제 ", " 가장 ", "의 ", "만 ", " 배 ", "경기의 ", "로 ", "% ",
        ]).prop_map(String::from),
        1 => "[0-9０-９٠-٩]{1,3}",
        1 => prop::sample::select(vec!["삼십 퍼센트", "두 배", "절반", "Ⅷ", "½", "三", "४", "𝟗", "{", "}", "<b>", "\u{202e}"])
            .prop_map(String::from),
        1 => "\\PC{0,6}",
    ];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_digit_reaches_a_line_but_from_a_fact(texts in proptest::collection::vec(sentence(), 0..6)) {
        let facts = korean();
        let raw = texts.iter().map(|text| json!({ "text": text }).to_string()).collect::<Vec<_>>().join("\n");
        let lines = replay(&raw, &facts);
        for line in &lines {
            let whole: String = line.pieces.iter().map(|piece| piece.text.as_str()).collect();
            prop_assert_eq!(&whole, &line.text);
            for piece in &line.pieces {
                if piece.ours {
                    prop_assert!(facts.told.facts.iter().any(|fact| fact.text == piece.text));
                } else {
                    prop_assert!(!piece.text.contains(char::is_numeric), "{:?}", line);
                    prop_assert!(!numeral::has_number(&piece.text, Lang::Ko), "{:?}", line);
                    prop_assert!(!piece.text.contains(['<', '[', '`', '*', '{', '}', '\u{202e}']), "{:?}", line);
                }
            }
        }
        prop_assert_eq!(replay(&raw, &facts), lines);
    }

    #[test]
    fn lines_are_the_same_however_they_come(raw in "(\\{\"text\":\"부하율은 (높습니다|\\{f2\\} 높습니다|5)\\.\"\\}|x)?\n?", size in 1_usize..9) {
        let facts = korean();
        let raw = raw.repeat(4);
        let mut reader = Reader::new(&facts);
        let letters: Vec<char> = raw.chars().collect();
        let mut lines: Vec<Line> = letters.chunks(size).flat_map(|piece| reader.push(&String::from_iter(piece))).collect();
        lines.extend(reader.end());
        prop_assert_eq!(lines, replay(&raw, &facts));
    }

    #[test]
    fn rubbish_never_panics(raw in "\\PC{0,200}|[{}\"textf0-9: \n가]{0,200}") {
        let _ = replay(&raw, &korean());
        let _ = replay(&raw, &english());
    }
}
