//! The list of sessions, from telemetry to the data interface and the page.
use std::time::Duration;

use crate::common::{Scratch, Server, message, start};
use bonghwa_analytics::session::Kind;
use bonghwa_analytics::view::SessionsView;
use reqwest::StatusCode;

/// A request some seconds ago: user, address, path, status.
fn span(ago: i64, user: &str, address: &str, path: &str, status: u16) -> String {
    let at = bonghwa::clock::now() - ago;
    let text = |key: &str, value: &str| format!(r#"{{"key":"{key}","value":{{"stringValue":"{value}"}}}}"#);
    let attributes = [
        text("http.request.method", "POST"),
        text("http.route", path),
        text("client.address", address),
        text("user.id", user),
        format!(r#"{{"key":"http.response.status_code","value":{{"intValue":"{status}"}}}}"#),
    ];
    format!(
        r#"{{"name":"s","kind":2,"startTimeUnixNano":"{at}000000000","endTimeUnixNano":"{at}000000001","attributes":[{}]}}"#,
        attributes.join(",")
    )
}

fn body(spans: &[String]) -> String {
    format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{}]}}]}}]}}"#, spans.join(","))
}

async fn sessions(server: &Server, query: &str, done: impl Fn(&SessionsView) -> bool) -> SessionsView {
    let mut view = None;
    for _ in 0..200 {
        let answer = server.get(&format!("/api/sessions?{query}")).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{query}");
        let read: SessionsView = answer.json().await.unwrap();
        if done(&read) {
            return read;
        }
        view = Some(read);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{query}: {view:#?}")
}

#[tokio::test(flavor = "multi_thread")]
async fn who_stays_and_who_logs_in_by_the_hundred_is_listed_under_a_pseudonym() {
    let scratch = Scratch::new();
    let server = Server::with(start(&scratch.0, |settings| settings.sessions.identities = 30)).await;
    let mut spans: Vec<String> =
        (1..=20).rev().map(|step| span(step * 1000, "kim-stays", "192.0.2.1", "/work", 200)).collect();
    // Ten minutes ago, within one minute of the clock.
    let ago = 600 + bonghwa::clock::now() % 60;
    spans.extend((0..100).map(|n| span(ago - n % 50, "", "192.0.2.66", "/login", if n < 90 { 401 } else { 200 })));
    assert_eq!(server.traces(&body(&spans)).await.status(), StatusCode::OK);

    let view = sessions(&server, "span=24h", |view| view.lists.iter().filter(|list| list.total > 0).count() == 2).await;
    let list = |kind: Kind| view.lists.iter().find(|list| list.kind == kind).unwrap().listed.clone();
    let [burst] = &list(Kind::LogInBurst)[..] else { panic!("{view:#?}") };
    assert_eq!((burst.count, burst.failed, burst.per_minute, burst.exact), (100, 90, 100, true));
    let [long] = &list(Kind::LongLived)[..] else { panic!("{view:#?}") };
    assert_eq!((long.count, long.seconds(), &*long.region), (20, 19_000, "seoul"));
    assert!(view.known.len() == 17 && view.known.iter().filter(|known| known.since.is_some()).count() == 1);
    assert!(view.active.is_some() && view.ages[3] == 1, "{:?}", view.ages);
    let one = sessions(&server, "region=busan&span=1h", |_| true).await;
    assert!(one.known.len() == 1 && one.lists.iter().all(|list| list.total == 0));

    // Neither the interface nor the page gives away who it was.
    let page = server.get("/sessions?lang=en").header("accept", "text/html").send().await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    let page = page.text().await.unwrap();
    assert!(page.contains(&burst.pseudonym) && page.contains("90 failed"), "{page}");
    for secret in ["kim-stays", "192.0.2.66"] {
        assert!(!page.contains(secret) && !serde_json::to_string(&view).unwrap().contains(secret));
    }
    for (query, part) in
        [("region=atlantis", "seoul"), ("span=2y", "24h"), ("from=1&to=9999999", "31 days"), ("who=me", "who")]
    {
        let answer = server.get(&format!("/api/sessions?{query}")).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{query}");
        let text = message(answer).await;
        assert!(text.contains(part), "{query}: {text}");
    }
    server.end().await;
}
