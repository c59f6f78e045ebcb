//! Start, end, what is kept between, and the data interface.

use std::time::Duration;

use crate::common::{Scratch, Server, message, span, start};
use bonghwa::run::{RunError, serve};
use bonghwa_analytics::frame::Frame;
use futures_util::StreamExt;
use reqwest::StatusCode;
use serde_json::Value;

async fn refused(data: &std::path::Path, change: impl FnOnce(&mut bonghwa::settings::Settings)) -> String {
    match serve(start(data, change), std::future::pending(), |_| {}).await {
        Err(error) => error.to_string(),
        Ok(()) => panic!("the server started"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_is_there_after_a_restart() {
    let scratch = Scratch::new();
    let server = Server::new(&scratch.0).await;
    for id in 1..=3 {
        assert_eq!(server.traces(&span(20, id)).await.status(), StatusCode::OK);
    }
    server.end().await;
    let server = Server::new(&scratch.0).await;
    assert_eq!(server.traces(&span(20, 9)).await.status(), StatusCode::OK);
    let mut seen = Value::Null;
    for _ in 0..100 {
        let view = server.get("/api/region?region=seoul&span=1h&vs=none").send().await.unwrap();
        let view: Value = view.json().await.unwrap();
        seen = view["services"][0]["count"].clone();
        if seen == 4 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(seen, 4);
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_that_follow_live_do_not_hold_up_the_end() {
    let scratch = Scratch::new();
    let server = Server::with(start(&scratch.0, |settings| settings.limits.live_connections = 1)).await;
    let response = server.get("/api/live").send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut events = response.bytes_stream();
    for _ in 0..2 {
        let event = String::from_utf8(events.next().await.unwrap().unwrap().to_vec()).unwrap();
        assert!(event.starts_with("event: tick\ndata: {\"as_of\":"), "{event}");
    }
    let full = server.get("/api/live").send().await.unwrap();
    assert_eq!((full.status(), full.headers().contains_key("retry-after")), (StatusCode::TOO_MANY_REQUESTS, true));
    server.end().await;
    while let Some(event) = events.next().await {
        event.expect("the stream ends whole");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_work_is_said_at_the_start() {
    let scratch = Scratch::new();
    let server = Server::new(&scratch.0).await;
    let text = refused(&scratch.0, |_| {}).await;
    assert!(text.contains("in use") && text.contains(&server.url("")), "{text}");
    let other = Scratch::new();
    let taken = server.address;
    let text = refused(&other.0, |settings| settings.listen = taken).await;
    assert!(text.contains("in use") && text.contains(&taken.to_string()), "{text}");
    server.end().await;
    for entry in std::fs::read_dir(scratch.0.join("nation")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            std::fs::write(path, "SQLite format 3\0 and then nothing that makes sense").unwrap();
        }
    }
    let text = refused(&scratch.0, |_| {}).await;
    assert!(text.contains(scratch.0.to_str().unwrap()) && text.contains("region"), "{text}");
    assert!(!text.contains('\n'), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_are_answered_or_refused_by_name() {
    let scratch = Scratch::new();
    let server = Server::new(&scratch.0).await;
    assert_eq!(server.traces(&span(20, 1)).await.status(), StatusCode::OK);
    let now = bonghwa::clock::now();
    for (path, part) in [
        ("/api/now?windo=300".to_owned(), "windo"),
        ("/api/now?w=7".to_owned(), "300"),
        ("/api/region".to_owned(), "region"),
        ("/api/region?region=atlantis".to_owned(), "seoul"),
        (format!("/api/series?region=seoul&measure=joy&from={}&to={now}", now - 60), "joy"),
        ("/api/series?region=seoul&measure=users&from=2&to=1".to_owned(), "before"),
        (format!("/api/frames?from=1&to={now}"), "800 days"),
        (format!("/api/frames?from={}&to={now}&sections=soul", now - 60), "soul"),
        (format!("/api/combine?from={}&to={now}", now - 60), "regions"),
        (format!("/api/chart.png?region=seoul&measure=users&from={}&to={now}&lang=xx", now - 60), "xx"),
    ] {
        let response = server.get(&path).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{path}");
        let text = message(response).await;
        assert!(text.contains(part), "{path}: {part} is not in {text}");
    }
    let view: Value = server.get("/api/now?w=60&mode=ip").send().await.unwrap().json().await.unwrap();
    assert_eq!((view["demo"].as_bool(), view["regions"].as_array().map(Vec::len)), (Some(false), Some(17)));
    let regions: Value = server.get("/api/regions").send().await.unwrap().json().await.unwrap();
    assert_eq!(regions["default"], "seoul");
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_travel_with_a_tag() {
    let scratch = Scratch::new();
    let server = Server::new(&scratch.0).await;
    assert_eq!(server.traces(&span(20, 1)).await.status(), StatusCode::OK);
    let (from, to) = (bonghwa::clock::now() - 600, bonghwa::clock::now());
    let path = format!("/api/frames?from={from}&to={to}&sections=summary,registers&coarsest=two_seconds");
    let mut frames = Vec::new();
    let mut tag = String::new();
    for _ in 0..100 {
        let response = server.get(&path).send().await.unwrap();
        assert_eq!(response.headers()["content-type"], "application/vnd.bonghwa.frames");
        tag = response.headers()["etag"].to_str().unwrap().to_owned();
        frames = Frame::decode_all(&response.bytes().await.unwrap()).unwrap();
        if !frames.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!((frames.len(), frames[0].region.as_str()), (1, "seoul"));
    let again = server.get(&path).header("if-none-match", &tag).send().await.unwrap();
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    let other = server.get(&path).header("if-none-match", "\"other\"").send().await.unwrap();
    assert_eq!(other.status(), StatusCode::OK);
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_is_imported_while_it_arrives() {
    let scratch = Scratch::new();
    // A key that is drawn misses a band of 95 % in one run of twenty.
    std::fs::write(scratch.0.join("fleet.key"), "5b1f0c6e9a3d47288c5e7f9012ab34cd").unwrap();
    let server = Server::new(&scratch.0).await;
    let line = |n: u32| {
        let (address, minute) = (n % 200, n % 60);
        format!("10.0.0.{address} - - [18/May/2015:10:{minute:02}:00 +0000] \"GET /p HTTP/1.1\" 200 5 \"-\" \"-\"\n")
    };
    let log: String = (0..5000).map(line).collect::<String>() + "not a line of a log\n";
    let send = async |log: String| {
        let request = server.post("/api/import/access-log?region=busan&identity=ip&service=shop").body(log);
        request.send().await.unwrap()
    };
    let first: Value = send(log.clone()).await.json().await.unwrap();
    assert_eq!((first["taken"].as_u64(), first["refused"].as_u64()), (Some(5000), Some(1)), "{first}");
    assert_eq!(first["first_refused"][0]["line"], 5001);
    let (distinct, error) = (first["distinct"].as_f64().unwrap(), first["error"].as_f64().unwrap());
    assert!((distinct - 200.0).abs() <= error.max(1.0), "{distinct} ± {error}");
    assert_eq!(first["outcome"], "new");
    let again: Value = send(log.clone()).await.json().await.unwrap();
    assert_eq!(again["outcome"], "unchanged");
    let grown: Value = send(log.clone() + &line(7)).await.json().await.unwrap();
    assert_eq!((grown["outcome"].as_str(), grown["taken"].as_u64()), (Some("updated"), Some(5001)));
    let shorter: Value = send(log).await.json().await.unwrap();
    assert_eq!(shorter["outcome"], "shorter");
    for (body, part) in [("", "empty"), ("hello\nworld\n", "line 1")] {
        let response = send(body.to_owned()).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
        let text = message(response).await;
        assert!(text.contains(part), "{text}");
    }
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chart_is_drawn_as_a_picture() {
    let scratch = Scratch::new();
    let server = Server::new(&scratch.0).await;
    assert_eq!(server.traces(&span(20, 1)).await.status(), StatusCode::OK);
    let now = bonghwa::clock::now();
    let query = format!("region=seoul&measure=requests&from={}&to={now}", now - 3600);
    let png = server.get(&format!("/api/chart.png?{query}")).send().await.unwrap();
    assert_eq!(png.headers()["content-type"], "image/png");
    assert!(png.bytes().await.unwrap().starts_with(b"\x89PNG\r\n\x1a\n"));
    let svg = server.get(&format!("/api/chart.svg?{query}")).send().await.unwrap();
    assert_eq!(svg.headers()["content-type"], "image/svg+xml");
    let svg = svg.text().await.unwrap();
    for part in ["<svg", "서울특별시", "초당 요청", "KST", "출처"] {
        assert!(svg.contains(part), "{part} is not in {svg}");
    }
    let english = server.get(&format!("/api/chart.svg?{query}&lang=en")).send().await.unwrap().text().await.unwrap();
    assert!(english.contains("Seoul") && english.contains("Source"), "{english}");
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_demonstration_nothing_can_be_broken() {
    let scratch = Scratch::new();
    let server = Server::new(&scratch.0).await;
    let body = serde_json::json!({ "region": "seoul", "fault": "slow-db" });
    let response = server.post("/api/demo/break").json(&body).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    assert!(message(response).await.contains("--empty"));
    server.end().await;
}

#[test]
fn errors_of_the_start_are_one_line() {
    let error = RunError::Public("0.0.0.0:80".parse().unwrap());
    assert!(!error.to_string().contains('\n') && error.to_string().contains("0.0.0.0"), "{error}");
}
