//! Regions whose edge runs elsewhere: copied, late when it is away, whole again when it is back.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::common::{Scratch, Server, message, span, start};
use bonghwa::run::{Content, Start};
use bonghwa::settings::Origin;
use reqwest::StatusCode;
use serde_json::Value;

/// A centre that shares its fleet key with the edge and reads these regions from it.
fn centre_of(edge: &Path, address: SocketAddr, data: &Path, regions: &[&str]) -> Start {
    std::fs::copy(edge.join("fleet.key"), data.join("fleet.key")).unwrap();
    let mut centre = start(data, |_| {});
    let origin = Origin::Remote {
        url: format!("http://{address}"),
        key: "no key is set there".into(),
        every: Duration::from_secs(2),
    };
    centre.loaded.origins = regions.iter().map(|region| ((*region).to_owned(), origin.clone())).collect();
    centre
}

async fn json(server: &Server, path: &str) -> Value {
    server.get(path).send().await.unwrap().json().await.unwrap()
}

/// Asks until the answer suits, for at most so many seconds.
async fn eventually(server: &Server, path: &str, seconds: u64, suits: impl Fn(&Value) -> bool) -> Value {
    let mut seen = Value::Null;
    for _ in 0..seconds * 5 {
        seen = json(server, path).await;
        if suits(&seen) {
            return seen;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("{path} never came to suit within {seconds} s: {seen}");
}

fn late(now: &Value, region: &str) -> bool {
    let row = now["rows"].as_array().into_iter().flatten().find(|row| row["code"] == region);
    row.is_some_and(|row| !row["late_since"].is_null())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edge_that_goes_away_is_late_and_catches_up() {
    let (there, here) = (Scratch::new(), Scratch::new());
    let edge = Server::new(&there.0).await;
    assert_eq!(edge.traces(&span(20, 1)).await.status(), StatusCode::OK);
    let address = edge.address;
    let centre = Server::with(centre_of(&there.0, address, &here.0, &["seoul"])).await;
    let page = "/api/region?region=seoul&span=1h&vs=none";
    let counts = |wanted: u64| move |view: &Value| view["services"][0]["count"] == wanted;
    eventually(&centre, page, 10, counts(1)).await;
    let now = json(&centre, "/api/now").await;
    assert!(!late(&now, "seoul"), "{now}");

    let refused = centre.traces(&span(10, 7)).await;
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    assert!(message(refused).await.contains("edge of its own"));

    edge.end().await;
    let now = eventually(&centre, "/api/now", 10, |now| late(now, "seoul")).await;
    assert_eq!(now["received"], 0);
    eventually(&centre, page, 1, counts(1)).await;

    let mut again = start(&there.0, |settings| settings.listen = address);
    again.content = Content::Empty;
    let edge = Server::with(again).await;
    assert_eq!(edge.traces(&span(6, 2)).await.status(), StatusCode::OK);
    eventually(&centre, page, 25, counts(2)).await;
    let now = eventually(&centre, "/api/now", 5, |now| !late(now, "seoul")).await;
    assert_eq!(now["received"], 1);
    centre.end().await;
    edge.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_centre_with_remote_edges_shows_what_one_with_embedded_edges_shows() {
    let (there, here) = (Scratch::new(), Scratch::new());
    let edges =
        Server::with(Start { content: Content::Demo, seed: 7, history: 3 * 3600, ..start(&there.0, |_| {}) }).await;
    let regions = json(&edges, "/api/regions").await;
    let codes: Vec<&str> = regions["regions"].as_array().unwrap().iter().filter_map(|r| r["code"].as_str()).collect();
    assert_eq!(codes.len(), 17);
    let mut centre = centre_of(&there.0, edges.address, &here.0, &codes);
    centre.loaded.settings.identity = bonghwa_analytics::identity::IdentityMode::UserCookie;
    let centre = Server::with(centre).await;
    let all = eventually(&centre, "/api/now", 60, |now| now["received"] == 17).await;
    // A past window, so that what arrives meanwhile plays no part.
    let to = all["as_of"].as_i64().unwrap() / 300 * 300 - 600;
    let from = to - 3600;
    for path in [
        format!("/api/combine?regions=seoul,busan,jeju&from={from}&to={to}&mode=user"),
        format!("/api/series?region=all&measure=users&from={from}&to={to}"),
        format!("/api/series?region=daegu&measure=latency_p95&from={from}&to={to}"),
    ] {
        let wanted = json(&edges, &path).await;
        eventually(&centre, &path, 30, |seen| *seen == wanted).await;
    }
    let frames = format!("/api/frames?regions=gwangju&from={from}&to={to}&sections=summary,cells,registers");
    let [a, b] = [&edges, &centre].map(|server| server.get(&frames).send());
    let [a, b] = [a.await.unwrap().bytes().await.unwrap(), b.await.unwrap().bytes().await.unwrap()];
    let rows = |bytes: &[u8]| {
        let frames = bonghwa_analytics::frame::Frame::decode_all(bytes).unwrap();
        let rows = frames.into_iter().flat_map(|frame| frame.rows);
        // The sequence is each one's own.
        rows.map(|row| (row.start, row.summary, row.cells, row.registers)).collect::<Vec<_>>()
    };
    assert!(!rows(&a).is_empty() && rows(&a) == rows(&b), "the same bytes");
    centre.end().await;
    edges.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_frames_is_a_region() {
    let (there, here) = (Scratch::new(), Scratch::new());
    let edge = Server::new(&there.0).await;
    assert_eq!(edge.traces(&span(20, 1)).await.status(), StatusCode::OK);
    let mut bytes = Vec::new();
    for _ in 0..50 {
        bytes = edge.get("/api/frames?region=seoul").send().await.unwrap().bytes().await.unwrap().to_vec();
        if !bytes.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let file = here.0.join("seoul.frames");
    std::fs::write(&file, &bytes[..bytes.len() - 3]).unwrap();
    let mut centre = centre_of(&there.0, edge.address, &here.0, &[]);
    centre.loaded.origins.insert("seoul".into(), Origin::File(file.clone()));
    let centre = Server::with(centre).await;
    std::fs::write(&file, &bytes).unwrap();
    let page = "/api/region?region=seoul&span=1h&vs=none";
    eventually(&centre, page, 10, |view| view["services"][0]["count"] == 1).await;
    centre.end().await;
    edge.end().await;
}

/// Answers every question for frames with a body that suits its address, and a cursor that is always new.
async fn nonsense(
    uri: axum::http::Uri,
    asked: axum::extract::State<Arc<AtomicU64>>,
) -> ([(&'static str, String); 1], String) {
    let number = asked.fetch_add(1, Ordering::Relaxed);
    let query = uri.query().unwrap_or_default();
    let body = if query.contains("region=busan") { "<!doctype html><title>log in</title>" } else { "" };
    ([("bonghwa-cursor", number.to_string())], body.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edge_that_answers_nonsense_is_late_and_not_pressed() {
    let (there, here) = (Scratch::new(), Scratch::new());
    let asked = Arc::new(AtomicU64::new(0));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = axum::Router::new().fallback(nonsense).with_state(asked.clone());
    tokio::spawn(async move { axum::serve(listener, app).await });
    std::fs::write(there.0.join("fleet.key"), "000102030405060708090a0b0c0d0e0f").unwrap();
    let centre = Server::with(centre_of(&there.0, address, &here.0, &["busan", "jeju"])).await;
    assert_eq!(centre.traces(&span(6, 1)).await.status(), StatusCode::OK);
    let now = eventually(&centre, "/api/now", 15, |now| late(now, "busan") && !late(now, "seoul")).await;
    assert_eq!(now["received"], 1, "{now}");
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert!(centre.metric("bonghwa_edge_silence_seconds{region=\"busan\"}").await > 4, "no frames, no answer");
    assert!(centre.metric("bonghwa_edge_silence_seconds{region=\"jeju\"}").await < 5, "an empty page is an answer");
    assert!((2..20).contains(&asked.load(Ordering::Relaxed)), "asked {} times", asked.load(Ordering::Relaxed));
    centre.end().await;
}
