//! Files to take away: made by a server, checked and answered from by the program.

use std::process::{Command, Output};

use crate::common::Scratch;
use crate::common::provider::console;
use axum::http::StatusCode;
use serde_json::{Value, json};

/// The program with these arguments.
async fn program(arguments: Vec<String>) -> Output {
    let run = move || Command::new(env!("CARGO_BIN_EXE_bonghwa")).args(arguments).output().unwrap();
    tokio::task::spawn_blocking(run).await.unwrap()
}

fn words(line: &[&str]) -> Vec<String> {
    line.iter().map(ToString::to_string).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_made_checked_and_answered_from() {
    let data = Scratch::new();
    let server = console(&data, Vec::new(), |_| {}).await;
    let now: Value = server.get("/api/now").send().await.unwrap().json().await.unwrap();
    let to = now["as_of"].as_i64().unwrap();
    let wanted =
        json!({ "from": to - 3600, "to": to, "registers": true, "reason": "감사 자료 010-1234-5678", "by": "김봉화" });
    let answer = server.post("/api/export").json(&wanted).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["content-type"], "application/vnd.bonghwa.file");
    let name = answer.headers()["content-disposition"].to_str().unwrap().to_owned();
    assert!(name.contains("nationalsystems-20"), "{name}");
    let length: usize = answer.headers()["content-length"].to_str().unwrap().parse().unwrap();
    let bytes = answer.bytes().await.unwrap();
    assert_eq!(bytes.len(), length);
    let (opened, frames) = bonghwa_file::read(&bytes).unwrap();
    let made = &opened.index.made;
    assert!(made.reason.starts_with("감사 자료") && !made.reason.contains("1234") && made.by == "김봉화", "{made:?}");
    assert!(frames.iter().any(|frame| frame.region == "seoul"));

    assert_eq!(server.metric("bonghwa_egress_total{destination=\"export\"}").await, 1);

    for (body, status) in [
        (json!({ "from": to - 60, "to": to, "reason": " " }), StatusCode::BAD_REQUEST),
        (json!({ "from": to, "to": to, "reason": "x" }), StatusCode::BAD_REQUEST),
        (json!({ "from": to - 60, "to": to }), StatusCode::BAD_REQUEST),
        (json!({ "from": to - 60, "to": to, "reason": "x", "regions": ["mars"] }), StatusCode::BAD_REQUEST),
        (json!({ "from": 0, "to": 60, "reason": "x" }), StatusCode::NOT_FOUND),
        (json!({ "from": i64::MIN, "to": i64::MAX, "reason": "x", "regions": ["jeju"] }), StatusCode::BAD_REQUEST),
    ] {
        let answer = server.post("/api/export").json(&body).send().await.unwrap();
        assert_eq!(answer.status(), status, "{body}: {}", answer.text().await.unwrap());
    }
    let left: Vec<_> = std::fs::read_dir(&data.0).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains("export-")), "{left:?}");

    // The same by the command line, which never writes over a file.
    let out = data.0.join("week.bonghwa");
    let url = format!("http://{}", server.address);
    let (from, end) = ((to - 3600).to_string(), to.to_string());
    let line =
        words(&["export", out.to_str().unwrap(), "--from", &from, "--to", &end, "--reason", "점검", "--server", &url]);
    let done = program(line.clone()).await;
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let again = program(line).await;
    assert!(!again.status.success() && String::from_utf8_lossy(&again.stderr).contains("does not exist"));

    let verified = program(words(&["verify", out.to_str().unwrap(), "--signer", &opened.signer, "--json"])).await;
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
    let told: Value = serde_json::from_slice(&verified.stdout).unwrap();
    assert_eq!((&told[0]["signer"], &told[0]["made"]["reason"]), (&json!(opened.signer), &json!("점검")));
    assert_eq!((&told[0]["registers"], told[0]["regions"].as_array().unwrap().len()), (&json!(false), 17));
    let other = program(words(&["verify", out.to_str().unwrap(), "--signer", &"0".repeat(64)])).await;
    assert!(!other.status.success() && String::from_utf8_lossy(&other.stderr).contains("not by"));

    let asked = "지금 서울 요청 수는?";
    let of_file = program(words(&["ask", asked, "--file", out.to_str().unwrap(), "--json"])).await;
    let of_file: Value = serde_json::from_slice(&of_file.stdout).unwrap();
    assert!(of_file["answer"]["as_of"].as_i64() >= now["as_of"].as_i64());
    assert!(of_file["answer"]["body"]["measured"][0]["value"]["value"].is_number(), "{of_file}");

    // A byte that changed is noticed wherever the file is opened, and a reason is given.
    let mut changed = std::fs::read(&out).unwrap();
    let last = changed.len() - 1;
    changed[last] ^= 1;
    std::fs::write(&out, changed).unwrap();
    for line in [vec!["verify", out.to_str().unwrap()], vec!["ask", asked, "--file", out.to_str().unwrap()]] {
        let refused = program(words(&line)).await;
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && said.contains("was changed after it was signed"), "{said}");
    }
    server.end().await;
}
