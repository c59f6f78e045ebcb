use bonghwa_analytics::answer::{Answer, Body};
use bonghwa_analytics::ask::{Kind, Period, Reason, Starter, Understood};
use bonghwa_analytics::identity::IdentityMode;
use serde_json::Value;

use super::*;
use crate::model::prompt::{self, Task};

const NOW: i64 = 1_795_151_220;

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("bonghwa-answers-{}-{name}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn question() -> Question {
    Question::new(Kind::Incidents, Period { from: NOW - 3600, to: NOW, said: "최근 한 시간".into() })
}

fn reply(text: &str) -> Reply {
    let question = question();
    let body = Body::Measured(Vec::new());
    let title = ("전국".to_owned(), "Nation".to_owned());
    Reply {
        text: text.into(),
        as_of: NOW,
        demo: false,
        title: title.clone(),
        regions: Vec::new(),
        understood: Understood::Question { question: question.clone(), assumptions: Vec::new() },
        answer: Some(Answer {
            as_of: NOW,
            demo: false,
            title,
            question,
            regions: Vec::new(),
            mode: IdentityMode::UserCookie,
            body,
            charts: Vec::new(),
            late: Vec::new(),
        }),
        runbooks: Vec::new(),
        id: String::new(),
    }
}

fn asked() -> Asked {
    Asked { at: NOW, ..Asked::default() }
}

fn judgement(verdict: Verdict) -> Judgement {
    Judgement { at: NOW + 5, verdict, note: String::new(), by: "김봉화".into() }
}

#[test]
fn an_answer_is_told_again_to_the_same_words_after_a_restart() {
    let folder = folder("again");
    let answers = Answers::open(&folder, 90 * DAY).unwrap();
    let mut given = reply("최근 한 시간 사건");
    answers.keep(&mut given, &asked(), NOW).unwrap();
    let id = given.id.clone();
    assert!(id.len() == 16 && id.chars().all(|c| c.is_ascii_hexdigit()));
    // The same answer is one, whenever it is given.
    answers.keep(&mut given, &asked(), NOW + 60).unwrap();
    assert_eq!(given.id, id);
    drop(answers);
    let answers = Answers::open(&folder, 90 * DAY).unwrap();
    assert_eq!(answers.reply(&id).unwrap(), given);
    let record = answers.record(&id).unwrap();
    assert_eq!((record.first, record.last, record.times, record.as_of), (NOW, NOW + 60, 2, NOW));
    assert!(record.same && record.engine.same && record.engine.hash.len() == 64 && record.facts.len() == 64);
    assert_eq!(record.words, [Lang::Ko, Lang::En].map(|lang| bonghwa_app::speak(&given, lang)));
    // Facts that were changed since are noticed.
    let changed = reply("최근 한 시간 사건").answer.map(|answer| Answer { as_of: NOW + 1, ..answer });
    let changed = record::pack(json(&Reply { answer: changed, ..reply("최근 한 시간 사건") }).as_bytes());
    answers.with(|database, _| database.execute("UPDATE answer SET reply = ?1", [changed])).unwrap();
    assert!(!answers.record(&id).unwrap().same);
    answers.with(|database, _| database.execute("UPDATE answer SET reply = x'ff00'", [])).unwrap();
    assert!(matches!(answers.record(&id), Err(AnswersError::Damaged(..))));
    assert!(matches!(answers.record("0123456789abcdef"), Err(AnswersError::Unknown(_))));
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn words_are_masked_before_they_are_written() {
    let folder = folder("masked");
    let answers = Answers::open(&folder, 90 * DAY).unwrap();
    let phone = "010-1234-5678";
    let mut given = reply(&format!("{phone} 왜 느려"));
    given.understood =
        Understood::Cannot { why: Reason::UnknownPlace { name: phone.into() }, instead: vec![Starter::ALL[0]] };
    given.answer = None;
    answers.keep(&mut given, &asked(), NOW).unwrap();
    assert!(given.text.contains(phone), "what is shown stays as it was");
    let note = format!("제 번호는 {phone}");
    answers.judge(&given.id, &Judgement { note, ..judgement(Verdict::Wrong) }).unwrap();
    let all = json(&answers.record(&given.id).unwrap()) + &answers.judged().unwrap();
    assert!(!all.contains(phone) && all.contains("왜 느려") && all.contains("제 번호는"), "{all}");
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn what_a_model_said_is_read_again() {
    let folder = folder("model");
    let answers = Answers::open(&folder, 90 * DAY).unwrap();
    let mut given = reply("최근 한 시간 사건");
    answers.keep(&mut given, &asked(), NOW).unwrap();
    let prompt = prompt::find(Task::Phrase, "1").unwrap();
    let mut used = ModelUse {
        task: Task::Phrase,
        prompt_id: prompt.id,
        prompt_hash: prompt.hash,
        provider: "own".into(),
        model_id: "some".into(),
        parameters: serde_json::Map::new(),
        raw: "{\"text\": \"hostile 5\"}\n".into(),
        tokens: crate::model::Tokens { input: 10, output: 5 },
        refused: 1,
        failed: String::new(),
    };
    answers.add(&given.id, Lang::Ko, &[used.clone()], &[]).unwrap();
    let model = answers.record(&given.id).unwrap().model.unwrap();
    assert!(model.same && model.lines.is_empty() && model.lang == "ko");
    let [call] = model.calls.as_slice() else { panic!("one call was made") };
    assert!(call.known && call.model_hash.len() == 64 && call.tokens == [10, 5] && call.refused == 1);
    // A prompt that this program does not have.
    used.prompt_hash = "0".repeat(64);
    answers.add(&given.id, Lang::Ko, &[used], &[]).unwrap();
    assert!(!answers.record(&given.id).unwrap().model.unwrap().calls[0].known);
    answers.add("0123456789abcdef", Lang::Ko, &[], &[]).unwrap();
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn judgements_become_lines_of_a_set() {
    let folder = folder("judged");
    let answers = Answers::open(&folder, 90 * DAY).unwrap();
    let (mut right, mut wrong, mut data) = (reply("사건 있었어?"), reply("incidents?"), reply("질문"));
    answers.keep(&mut right, &Asked { previous: Some(question()), ..asked() }, NOW).unwrap();
    answers.keep(&mut wrong, &asked(), NOW).unwrap();
    answers.keep(&mut data, &Asked { as_data: true, ..asked() }, NOW).unwrap();
    // The last word counts.
    answers.judge(&right.id, &judgement(Verdict::Wrong)).unwrap();
    assert_eq!(answers.judge(&right.id, &judgement(Verdict::Right)).unwrap().len(), 2);
    answers.judge(&wrong.id, &Judgement { note: "어제를 물었음".into(), ..judgement(Verdict::Wrong) }).unwrap();
    answers.judge(&data.id, &judgement(Verdict::Right)).unwrap();
    let judged = answers.judged().unwrap();
    let lines: Vec<Value> = judged.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2, "{judged}");
    let of = |text: &str| lines.iter().find(|line| line["text"] == text).unwrap();
    assert_eq!((of("사건 있었어?")["lang"].as_str(), of("incidents?")["lang"].as_str()), (Some("ko"), Some("en")));
    assert_eq!(of("사건 있었어?")["expect"], of("incidents?")["not"]);
    assert_eq!(of("incidents?")["note"], "어제를 물었음");
    assert!(of("사건 있었어?")["previous"].is_object() && of("사건 있었어?")["expect"]["period"].get("said").is_none());
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn what_is_old_goes_and_what_was_judged_stays() {
    let folder = folder("old");
    let answers = Answers::open(&folder, 90 * DAY).unwrap();
    let (mut old, mut judged) = (reply("하나"), reply("둘"));
    answers.keep(&mut old, &asked(), NOW).unwrap();
    answers.keep(&mut judged, &asked(), NOW).unwrap();
    answers.judge(&judged.id, &judgement(Verdict::Right)).unwrap();
    answers.with(|database, _| sweep(database, NOW + 1)).unwrap();
    assert!(matches!(answers.reply(&old.id), Err(AnswersError::Unknown(_))));
    assert!(answers.reply(&judged.id).is_ok());
    answers.with(|database, _| sweep(database, NOW + JUDGED + 1)).unwrap();
    assert!(answers.reply(&judged.id).is_err() && answers.judged().unwrap().is_empty());
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn bounds_hold() {
    let folder = folder("bounds");
    let answers = Answers::open(&folder, 0).unwrap();
    let mut given = reply("하나");
    answers.keep(&mut given, &asked(), NOW).unwrap();
    assert_eq!(given.id, "", "nothing is kept where the settings say so");
    let answers = Answers::open(&folder, DAY).unwrap();
    let mut empty = reply("  ");
    answers.keep(&mut empty, &asked(), NOW).unwrap();
    assert_eq!(empty.id, "");
    answers.keep(&mut given, &asked(), NOW).unwrap();
    for bad in [
        Judgement { note: "가".repeat(LONGEST.1 + 1), ..judgement(Verdict::Right) },
        Judgement { by: "a\nb".into(), ..judgement(Verdict::Right) },
    ] {
        assert!(matches!(answers.judge(&given.id, &bad), Err(AnswersError::Words)));
    }
    assert!(matches!(answers.judge("none", &judgement(Verdict::Right)), Err(AnswersError::Unknown(_))));
    for _ in 0..MOST_JUDGEMENTS {
        answers.judge(&given.id, &judgement(Verdict::Right)).unwrap();
    }
    assert!(matches!(answers.judge(&given.id, &judgement(Verdict::Wrong)), Err(AnswersError::TooMany)));
    std::fs::remove_dir_all(folder).unwrap();
}
