//! Damaged and hostile bodies: a clear error or a bounded batch, never a panic.

use bonghwa_edge::otlp::{Format, OtlpError, Signal, error_status, parse};
use bonghwa_edge::policy::{Limits, Policy};
use opentelemetry_proto::tonic::trace::v1::Span;
use proptest::prelude::*;
use prost::Message;

use crate::make::*;

fn sample() -> (Vec<u8>, Vec<u8>) {
    let attributes = || {
        vec![
            pair("http.request.method", text("GET")),
            pair("http.route", text("/a")),
            pair("client.address", text("203.0.113.9")),
            pair("http.request.header.cookie", list(&["JSESSIONID=abc", "b=c"])),
        ]
    };
    let request = request("shop", vec![span(SERVER, "s", attributes()), span(CLIENT, "c", attributes())]);
    (request.encode_to_vec(), serde_json::to_vec(&request).expect("the official types can be written"))
}

fn all(format: Format, body: &[u8]) -> [Result<u64, OtlpError>; 3] {
    Signal::ALL.map(|signal| {
        let batch = parse(signal, format, body, &policy(), NOW)?;
        assert!(batch.report.accepted + batch.report.rejected <= body.len() as u64);
        Ok(batch.report.accepted)
    })
}

#[test]
fn every_truncation_is_an_error() {
    let (protobuf, json) = sample();
    for end in 0..json.len() {
        assert!(matches!(all(Format::Json, &json[..end])[0], Err(OtlpError::Json { at, .. }) if at <= end), "{end}");
    }
    for end in 1..protobuf.len() {
        let error = parse(Signal::Traces, Format::Protobuf, &protobuf[..end], &policy(), NOW).unwrap_err();
        assert!(matches!(error, OtlpError::Protobuf { at, len, .. } if at <= len && len == end), "{error}");
    }
    assert_eq!(all(Format::Protobuf, b"")[0], Ok(0));
}

#[test]
fn every_flipped_bit_is_survived() {
    let (protobuf, json) = sample();
    for (format, body) in [(Format::Protobuf, protobuf), (Format::Json, json)] {
        for bit in 0..body.len() * 8 {
            let mut damaged = body.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            let _ = all(format, &damaged);
        }
    }
}

#[test]
fn an_error_says_what_and_where() {
    let error =
        |text: &str| parse(Signal::Traces, Format::Json, text.as_bytes(), &policy(), NOW).unwrap_err().to_string();
    assert_eq!(error("[]"), "the body is not valid OTLP/JSON: it is not an object at byte 0 of 2");
    let no_list = "the body is not valid OTLP/JSON: invalid type: integer `1`, expected a list at byte 17 of 19";
    assert_eq!(error("{\"resourceSpans\":1}"), no_list);
    let nested = "{\n \"resourceSpans\": [\n {\"scopeSpans\":[{\"spans\":[\n{\"kind\":\"x\"}]}]}]}";
    let at = nested.find("\"x\"").unwrap() + 2;
    assert!(error(nested).contains(&format!("at byte {at} of")), "{}", error(nested));
    let body = parse(Signal::Traces, Format::Protobuf, &[0x0a, 5, 1], &policy(), NOW).unwrap_err().to_string();
    assert_eq!(body, "the body is not valid protobuf: a length leads past the end of its message at byte 2 of 3");
    let status = error_status(Format::Json, "no \"quotes\"");
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&status).unwrap()["message"], "no \"quotes\"");
    assert_eq!(error_status(Format::Protobuf, "no"), [0x12, 2, b'n', b'o']);
}

#[test]
fn deep_nesting_is_refused_or_never_entered() {
    let deep = format!("{{\"x\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(all(Format::Json, deep.as_bytes()).iter().all(Result::is_err));
    assert_eq!(all(Format::Json, b"{\"x\":\"[[[[[[[\\\"[[[[\"}")[0], Ok(0));
    let groups = vec![0x0b; 1_000_000];
    assert!(all(Format::Protobuf, &groups).iter().all(Result::is_err));
    // A list in a list in a list: only the outermost is looked into.
    let mut value = vec![0x0a, 1, b'x'];
    for _ in 0..5000 {
        let mut list = vec![0x0a];
        list.extend(varint(value.len()));
        list.append(&mut value);
        value.push(0x2a);
        value.extend(varint(list.len()));
        value.append(&mut list);
    }
    let mut body = value;
    for tag in [0x12, 0x4a, 0x12, 0x12, 0x0a] {
        let mut outer = vec![tag];
        outer.extend(varint(body.len()));
        outer.append(&mut body);
        body = outer;
    }
    let batch = parse(Signal::Traces, Format::Protobuf, &body, &policy(), NOW).unwrap();
    assert_eq!((batch.report.rejected, batch.report.reason.as_deref()), (1, Some("it has no time")));
}

fn varint(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

#[test]
fn ten_megabytes_in_an_attribute_are_passed_over() {
    let huge = "a".repeat(10 << 20);
    let attributes = vec![pair("http.route", text(&huge)), pair("session.id", text(&huge)), pair("note", text(&huge))];
    let batch = parse(
        Signal::Traces,
        Format::Protobuf,
        &request("shop", vec![span(SERVER, "short", attributes)]).encode_to_vec(),
        &policy(),
        NOW,
    )
    .unwrap();
    let bucket = only(&batch);
    assert_eq!((&*bucket.transactions.keys().next().unwrap().1, bucket.concurrency.len()), ("short", 0));
    let batch = traces("shop", vec![span(SERVER, &huge, vec![])]);
    assert_eq!(only(&batch).transactions.keys().next().unwrap().1.len(), Limits::default().name);
}

#[test]
fn attributes_beyond_the_limit_are_not_looked_at() {
    let filler = |count| (0..count).map(|n| pair(&format!("k{n}"), text("v"))).collect::<Vec<_>>();
    let with = |count| {
        let attributes = [filler(count), vec![pair("http.route", text("/late"))]].concat();
        let policy = Policy { limits: Limits { attributes: 10, ..Limits::default() }, ..policy() };
        let batch = read(Signal::Traces, &request("shop", vec![span(SERVER, "name", attributes)]), &policy);
        only(&batch).transactions.keys().next().unwrap().1.to_string()
    };
    assert_eq!((with(9), with(10)), ("/late".to_owned(), "name".to_owned()));
    let listed = vec![pair("x", list(&["v"; 9])), pair("http.route", text("/late"))];
    let policy = Policy { limits: Limits { attributes: 10, ..Limits::default() }, ..policy() };
    let batch = read(Signal::Traces, &request("shop", vec![span(SERVER, "name", listed)]), &policy);
    assert_eq!(&*only(&batch).transactions.keys().next().unwrap().1, "name");
}

#[test]
fn text_that_is_not_utf8_is_repaired_or_passed_over() {
    let (protobuf, json) = sample();
    let replace = |body: &[u8], from: &[u8], to: &[u8]| {
        let at = body.windows(from.len()).position(|window| window == from).unwrap();
        [&body[..at], to, &body[at + from.len()..]].concat()
    };
    let named = replace(&protobuf, b"shop", b"sh\xff\xfe");
    let batch = parse(Signal::Traces, Format::Protobuf, &named, &policy(), NOW).unwrap();
    assert_eq!(&*only(&batch).transactions.keys().next().unwrap().0, "sh\u{fffd}\u{fffd}");
    let client = replace(&protobuf, b"203.0.113.9", b"203.0.113.\xff");
    let batch = parse(Signal::Traces, Format::Protobuf, &client, &policy(), NOW).unwrap();
    assert_eq!(only(&batch).concurrency.len(), 1, "the session is still there");
    let error =
        parse(Signal::Traces, Format::Json, &replace(&json, b"shop", b"sh\xff\xfe"), &policy(), NOW).unwrap_err();
    assert!(error.to_string().contains("it is not UTF-8"), "{error}");
}

#[test]
fn json_as_other_senders_write_it() {
    let body = format!(
        r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{"name":"a\u0062c","kind":"SPAN_KIND_SERVER","unknown":{{"x":[1,2]}},
        "startTimeUnixNano":{start},"endTimeUnixNano":"{end}","status":{{"code":"STATUS_CODE_ERROR"}},"parentSpanId":"0000000000000000",
        "attributes":[{{"key":"http\u002emethod","value":{{"stringValue":"G\u0045T"}}}},{{"key":"x"}},{{"value":null}},
        {{"key":"http.target","value":{{"stringValue":"\/p\/1"}}}},{{"key":"enduser.id","value":{{"intValue":"7"}}}}]}}]}}],
        "resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"상점"}}}}]}}}}],"later":true}}"#,
        start = nanos(NOW - 3),
        end = nanos(NOW - 2),
    );
    let batch = parse(Signal::Traces, Format::Json, body.as_bytes(), &policy(), NOW).unwrap();
    let bucket = only(&batch);
    let (service, route) = bucket.transactions.keys().next().unwrap();
    assert_eq!((&**service, &**route), ("상점", "GET /p/{id}"));
    assert_eq!((bucket.entry.count, bucket.entry.errors, bucket.concurrency.len()), (1, 1, 1));
    let empty =
        [r"{}", r#"{"resourceSpans":null}"#, r#"{"resourceSpans":[]}"#, r#"{"resourceSpans":[{"resource":null}]}"#];
    assert!(empty.iter().all(|body| all(Format::Json, body.as_bytes())[0] == Ok(0)));
}

#[test]
fn many_empty_objects_cost_no_more_than_their_bytes() {
    let spans = vec!["{}"; 300_000].join(",");
    let body = format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{spans}]}}]}}]}}"#);
    let batch = parse(Signal::Traces, Format::Json, body.as_bytes(), &policy(), NOW).unwrap();
    assert_eq!((batch.report.rejected, batch.buckets.len()), (300_000, 0));
}

#[test]
fn the_digest_tells_signals_and_bodies_apart() {
    let digest = |signal, body: &[u8]| parse(signal, Format::Protobuf, body, &policy(), NOW).unwrap().digest;
    let body = request("shop", vec![Span::default()]).encode_to_vec();
    assert_eq!(digest(Signal::Traces, &body), digest(Signal::Traces, &body));
    assert_ne!(digest(Signal::Traces, &body), digest(Signal::Logs, &body));
    assert_ne!(digest(Signal::Traces, &body), digest(Signal::Traces, b""));
}

proptest! {
    #[test]
    fn random_bytes(body in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = all(Format::Protobuf, &body);
        let _ = all(Format::Json, &body);
    }

    #[test]
    fn random_json(body in r#"\{"resource(Spans|Metrics|Logs)":[\[\]{}",:a-z0-9]{0,60}\}"#) {
        let _ = all(Format::Json, body.as_bytes());
    }

    #[test]
    fn random_messages(pieces in prop::collection::vec((1_u32..16, 0_u8..6, prop::collection::vec(any::<u8>(), 0..12)), 0..12)) {
        let mut body = Vec::new();
        for (number, kind, mut bytes) in pieces {
            body.extend(varint((number << 3 | u32::from(kind)) as usize));
            if kind == 2 {
                body.extend(varint(bytes.len()));
            }
            body.append(&mut bytes);
        }
        for tag in [0x12, 0x12, 0x0a] {
            let mut outer = vec![tag];
            outer.extend(varint(body.len()));
            outer.append(&mut body);
            body = outer;
            let _ = all(Format::Protobuf, &body);
        }
    }
}
