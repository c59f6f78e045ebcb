//! The interface of forecasts: what it takes, what it refuses, and the page that it stands behind.

use crate::common::{Scratch, Server, message, span};
use reqwest::StatusCode;
use serde_json::Value;

#[tokio::test(flavor = "multi_thread")]
async fn too_little_data_is_an_answer() {
    let scratch = Scratch::new();
    let server = Server::new(&scratch.0).await;
    assert_eq!(server.traces(&span(20, 1)).await.status(), StatusCode::OK);
    let answer = server.get("/api/forecast?region=seoul&measure=requests&horizon=7d").send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let view: Value = answer.json().await.unwrap();
    assert_eq!(
        (&view["region"], &view["measure"], &view["horizon"]),
        (&"seoul".into(), &"requests".into(), &604_800.into())
    );
    assert!(view["ahead"].is_null() && view["confidence"] == "unknown", "{view}");
    let plan = &view["plan"];
    assert_eq!(plan["counts"][2], plan["rows"].as_array().unwrap().len(), "nothing can be told of any region: {plan}");
    assert_eq!(plan["counts"][0], 0);
    // Without a region it is about the nation, and the page says the same.
    let nation: Value = server.get("/api/forecast").send().await.unwrap().json().await.unwrap();
    assert_eq!((&nation["region"], &nation["measure"]), (&"all".into(), &"load".into()));
    let page = server.get("/forecast?lang=en").send().await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    assert!(page.text().await.unwrap().contains("too little data to forecast"));
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_named() {
    let scratch = Scratch::new();
    let server = Server::new(&scratch.0).await;
    for (query, word) in [
        ("measure=heat", "heat"),
        ("measure=per_capita", "per_capita"),
        ("horizon=9y", "9y"),
        ("threshold=much", "much"),
        ("threshold=-1", "-1"),
        ("threshold=NaN", "NaN"),
        ("mode=face", "face"),
        ("reigon=seoul", "reigon"),
        ("region=seoul&region=busan", "twice"),
    ] {
        let refused = server.get(&format!("/api/forecast?{query}")).send().await.unwrap();
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "{query}");
        assert!(message(refused).await.contains(word), "{query}");
    }
    let unknown = server.get("/api/forecast?region=atlantis").send().await.unwrap();
    assert_eq!(unknown.status(), StatusCode::BAD_REQUEST);
    assert!(message(unknown).await.contains("seoul"), "those that there are are named");
    server.end().await;
}
