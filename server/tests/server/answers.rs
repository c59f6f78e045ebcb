//! Answers that were given: told again to the same text, judged, and with a model beside them.

use crate::common::provider::{Act, Fake, console, done, line, names, of, provider, talk};
use crate::common::{Scratch, Server};
use axum::http::StatusCode;
use bonghwa::settings::{ProviderKind, Seconds};
use bonghwa_analytics::ask::{Context, Question, Understood, understand};
use serde_json::{Value, json};

const ASKED: &str = "지금 서울 요청 수는?";

async fn ask(server: &Server, body: &Value) -> Value {
    server.post("/api/ask").json(body).send().await.unwrap().json().await.unwrap()
}

async fn record(server: &Server, id: &str) -> Value {
    server.get(&format!("/api/answer?id={id}")).send().await.unwrap().json().await.unwrap()
}

async fn judge(server: &Server, body: &Value) -> (StatusCode, Value) {
    let answer = server.post("/api/answer/verdict").json(body).send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_told_again_and_judged() {
    let data = Scratch::new();
    let server = console(&data, Vec::new(), |_| {}).await;
    let told = ask(&server, &json!({ "text": ASKED })).await;
    let id = told["id"].as_str().unwrap().to_owned();
    let again = record(&server, &id).await;
    assert_eq!(again["words"], told["words"]);
    assert_eq!((&again["same"], &again["engine"]["same"], &again["text"]), (&json!(true), &json!(true), &json!(ASKED)));
    assert_eq!((&again["understood"], &again["model"]), (&told["understood"], &Value::Null));
    // The page of the same question has a name at its foot that leads to the same words.
    let page = server.get(&format!(
        "/api/ask?q={}",
        "%EC%A7%80%EA%B8%88%20%EC%84%9C%EC%9A%B8%20%EC%9A%94%EC%B2%AD%20%EC%88%98%EB%8A%94%3F"
    ));
    let page: Value = page.send().await.unwrap().json().await.unwrap();
    assert_eq!(record(&server, page["id"].as_str().unwrap()).await["text"], ASKED);

    assert_eq!(
        judge(&server, &json!({ "id": id, "verdict": "wrong", "note": "어제를 물었음" })).await.0,
        StatusCode::OK
    );
    let (status, said) = judge(&server, &json!({ "id": id, "verdict": "right", "by": "김봉화" })).await;
    assert_eq!((status, said.as_array().unwrap().len(), &said[1]["verdict"]), (StatusCode::OK, 2, &json!("right")));
    for (body, expected) in [
        (json!({ "id": "0000000000000000", "verdict": "right" }), StatusCode::NOT_FOUND),
        (json!({ "id": id, "verdict": "maybe" }), StatusCode::BAD_REQUEST),
        (json!({ "id": id, "verdict": "right", "more": 1 }), StatusCode::BAD_REQUEST),
        (json!({ "id": id, "verdict": "right", "by": "가".repeat(41) }), StatusCode::BAD_REQUEST),
    ] {
        let (status, said) = judge(&server, &body).await;
        assert_eq!(status, expected, "{said}");
        assert!(said["error"]["message"].is_string());
    }
    let missing = server.get("/api/answer?id=../../x").send().await.unwrap();
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);

    // What was judged is a set of questions: the words are understood to what stands there.
    let cannot = ask(&server, &json!({ "text": "오늘 날씨 어때?" })).await;
    assert_eq!(judge(&server, &json!({ "id": cannot["id"], "verdict": "right" })).await.0, StatusCode::OK);
    let set = server.get("/api/answers/judged").send().await.unwrap().text().await.unwrap();
    let lines: Vec<Value> = set.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2, "{set}");
    for line in lines {
        let services: Vec<String> = serde_json::from_value(line["services"].clone()).unwrap();
        let regions = bonghwa::settings::bundled_regions();
        let at = line["at"].as_i64().unwrap();
        let context = Context { at, regions: &regions, services: &services, previous: None };
        let became = match understand(line["text"].as_str().unwrap(), &context) {
            Understood::Question { question, .. } => Some(question.bare()),
            _ => None,
        };
        let expected: Option<Question> = serde_json::from_value(line["expect"].clone()).unwrap();
        assert_eq!(became, expected, "{line}");
    }
    server.end().await;

    // After a restart everything stands; where nothing is kept, nothing is found.
    let server = console(&data, Vec::new(), |_| {}).await;
    let again = record(&server, &id).await;
    assert_eq!((&again["words"], &again["same"]), (&told["words"], &json!(true)));
    assert_eq!(again["judgements"].as_array().unwrap().len(), 2);
    server.end().await;
    let server = console(&data, Vec::new(), |settings| settings.answers.keep = Seconds(0)).await;
    assert!(ask(&server, &json!({ "text": ASKED })).await.get("id").is_none());
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_goes_on_from_the_answer_that_is_shown_and_a_prompt_is_rolled_back_by_one_setting() {
    let data = Scratch::new();
    let (fake, address) = Fake::start([]).await;
    let own = || vec![provider("own", ProviderKind::Openai, address)];
    let server = console(&data, own(), |settings| settings.model.prompts.phrase = "2".into()).await;
    let shown = ask(&server, &json!({ "text": ASKED })).await;
    let id = shown["id"].as_str().unwrap().to_owned();
    let said = line("서울의 요청은 {f1}입니다.") + &line("요청은 12건입니다.");
    fake.acts.lock().unwrap().push_back(Act::Say(said.clone()));
    let events = talk(&server, &json!({ "text": "다른 질문", "shown": id, "lang": "ko" })).await;
    assert_eq!(names(&events), ["understood", "answer", "line", "done"], "{events:?}");
    assert_eq!(of(&events, "answer")[0]["words"], shown["words"], "the answer that the reader sees");
    let first = record(&server, &id).await;
    let model = &first["model"];
    assert_eq!((&model["same"], &model["lines"][0]), (&json!(true), of(&events, "line")[0]));
    let call = &model["calls"][0];
    assert_eq!((&call["prompt"], &call["known"], &call["refused"]), (&json!("phrase/2"), &json!(true), &json!(1)));
    assert_eq!(call["prompt_hash"], done(&events)["uses"][0]["prompt_hash"]);
    let told = |at: usize| fake.seen()[at].2["messages"][0]["content"].as_str().unwrap().to_owned();
    assert!(told(0).contains("Example."));
    server.end().await;

    let server = console(&data, own(), |settings| settings.model.prompts.phrase = "1".into()).await;
    fake.acts.lock().unwrap().push_back(Act::Say(said));
    // Another question: the same within two seconds would be the same answer, with what a model wrote of it last.
    let events = talk(&server, &json!({ "text": "지금 부산 요청 수는?" })).await;
    assert_eq!(done(&events)["uses"][0]["prompt_id"], "phrase/1");
    assert!(!told(1).contains("Example."));
    // What was written with the other version is told again all the same.
    assert_eq!(record(&server, &id).await["model"], first["model"]);
    // An answer that nobody keeps is answered anew.
    fake.acts.lock().unwrap().push_back(Act::Refuse(400, None));
    let events = talk(&server, &json!({ "text": ASKED, "shown": "gone" })).await;
    assert!(of(&events, "answer")[0]["words"][0].as_str().unwrap().contains("서울"));
    server.end().await;
}
