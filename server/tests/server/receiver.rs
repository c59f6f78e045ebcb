//! What a sender of telemetry gets to hear.

use std::io::Write;
use std::time::Duration;

use crate::common::{Scratch, Server, message, protobuf, span, start};
use reqwest::StatusCode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_form_is_taken_once() {
    let scratch = Scratch::new();
    let server = Server::new(&scratch.0).await;
    let send = async |kind: &str, encoding: Option<&str>, body: Vec<u8>| {
        let mut request = server.post("/v1/traces").header("content-type", kind.to_owned());
        if let Some(encoding) = encoding {
            request = request.header("content-encoding", encoding.to_owned());
        }
        request.body(body).send().await.unwrap()
    };
    let (json, proto) = ("application/json; charset=utf-8", "application/x-protobuf");
    let zstd = |bytes: &[u8]| ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest);
    for (number, (kind, encoding)) in [
        (json, None),
        (proto, None),
        (json, Some("gzip")),
        (proto, Some("gzip")),
        (json, Some("zstd")),
        (proto, Some("zstd")),
    ]
    .into_iter()
    .enumerate()
    {
        let text = span(20, number as u64 + 1);
        let plain = if kind == proto { protobuf(&text) } else { text.into_bytes() };
        let body = match encoding {
            Some("gzip") => gzip(&plain),
            Some(_) => zstd(&plain),
            None => plain,
        };
        let response = send(kind, encoding, body.clone()).await;
        assert_eq!(response.status(), StatusCode::OK, "{kind} {encoding:?}");
        assert_eq!(response.headers()["content-type"], kind.split(';').next().unwrap());
        let answer = response.bytes().await.unwrap();
        assert_eq!(&answer[..], if kind == proto { &b""[..] } else { b"{}" });
        // A retry is acknowledged and changes nothing.
        assert_eq!(send(kind, encoding, body).await.status(), StatusCode::OK);
    }
    assert_eq!(server.metric("bonghwa_otlp_requests_total{signal=\"traces\",outcome=\"stored\"}").await, 6);
    assert_eq!(server.metric("bonghwa_otlp_requests_total{signal=\"traces\",outcome=\"duplicate\"}").await, 6);
    assert_eq!(server.metric("bonghwa_otlp_items_total{signal=\"traces\",outcome=\"accepted\"}").await, 6);
    for path in ["/v1/traces", "/v1/metrics", "/v1/logs"] {
        let empty = server.post(path).header("content-type", proto).send().await.unwrap();
        assert_eq!(empty.status(), StatusCode::OK, "{path}");
    }
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_says_why() {
    let scratch = Scratch::new();
    let server = Server::new(&scratch.0).await;
    let send = async |kind: &str, encoding: &str, region: &str, body: Vec<u8>| {
        let request = server.post("/v1/traces").header("content-type", kind.to_owned());
        let request =
            request.header("content-encoding", encoding.to_owned()).header("bonghwa-region", region.to_owned());
        request.body(body).send().await.unwrap()
    };
    let json = "application/json";
    let good = span(20, 1).into_bytes();
    for (kind, encoding, region, body, status, part) in [
        ("text/plain", "", "seoul", good.clone(), 415, "text/plain"),
        (json, "br", "seoul", good.clone(), 415, "br"),
        (json, "gzip, gzip", "seoul", good.clone(), 415, "gzip"),
        (json, "", "atlantis", good.clone(), 400, "busan"),
        (json, "", "seoul", b"{\"resourceSpans\":[".to_vec(), 400, "JSON"),
        (json, "gzip", "seoul", b"not gzip".to_vec(), 400, "gzip"),
        (json, "", "seoul", vec![b' '; (4 << 20) + 1], 413, "4194304"),
        (json, "gzip", "seoul", gzip(&vec![b' '; 30 << 20]), 413, "times"),
    ] {
        let response = send(kind, encoding, region, body).await;
        assert_eq!(response.status().as_u16(), status, "{kind} {encoding} {region}");
        let text = message(response).await;
        assert!(text.contains(part), "{part} is not in {text}");
    }
    let broken = send("application/x-protobuf", "", "seoul", vec![0x0a, 0xff, 0xff]).await;
    assert_eq!(
        (broken.status().as_u16(), &broken.headers()["content-type"]),
        (400, &"application/x-protobuf".parse().unwrap())
    );
    let status = broken.bytes().await.unwrap();
    assert!(String::from_utf8_lossy(&status).contains("protobuf"), "{status:?}");
    assert_eq!(server.get("/v1/traces").send().await.unwrap().status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(server.metric("bonghwa_refused_total{reason=\"media_type\"}").await, 3);
    assert_eq!(server.metric("bonghwa_refused_total{reason=\"too_large\"}").await, 2);
    assert_eq!(server.metric("bonghwa_refused_total{reason=\"unknown_region\"}").await, 1);
    assert_eq!(server.metric("bonghwa_otlp_requests_total{signal=\"traces\",outcome=\"refused\"}").await, 9);
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_kept_is_a_partial_success() {
    let scratch = Scratch::new();
    let server = Server::new(&scratch.0).await;
    let response = server.traces(&span(-86_400, 1)).await;
    assert_eq!(response.status(), StatusCode::OK);
    let answer: serde_json::Value = response.json().await.unwrap();
    assert_eq!(answer["partialSuccess"]["rejectedSpans"], "1");
    assert_ne!(answer["partialSuccess"]["errorMessage"], "");
    assert_eq!(server.metric("bonghwa_otlp_items_total{signal=\"traces\",outcome=\"rejected\"}").await, 1);
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_without_a_length_is_bounded() {
    let scratch = Scratch::new();
    let server = Server::with(start(&scratch.0, |settings| settings.limits.compressed_bytes = 1 << 16)).await;
    let pieces = futures_util::stream::iter((0..40).map(|_| Ok::<_, std::io::Error>(vec![b' '; 4096])));
    let request = server.post("/v1/logs").header("content-type", "application/json");
    let response = request.body(reqwest::Body::wrap_stream(pieces)).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn under_pressure_senders_are_told_to_wait() {
    let scratch = Scratch::new();
    let server = Server::with(start(&scratch.0, |settings| settings.limits.in_flight_requests = 1)).await;
    let body = span(20, 1);
    // Somebody has the only place and is slow to send.
    let mut slow = TcpStream::connect(server.address).await.unwrap();
    let head = format!(
        "POST /v1/traces HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        server.address,
        body.len()
    );
    slow.write_all(head.as_bytes()).await.unwrap();
    let mut waited = 0;
    while server.metric("bonghwa_in_flight_requests").await == 0 {
        waited += 1;
        assert!(waited < 100, "the slow request never took its place");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let response = server.traces(&body).await;
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(response.headers()["retry-after"], "1");
    slow.write_all(body.as_bytes()).await.unwrap();
    let mut answer = [0; 15];
    slow.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200 OK");
    assert_eq!(server.traces(&span(20, 2)).await.status(), StatusCode::OK);
    drop(slow);
    server.end().await;
}
