//! A server that speaks both interfaces of language models, well and badly, and a console that asks it.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use bonghwa::settings::{ProviderKind, ProviderSettings, Seconds, Settings};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use super::{Scratch, Server, span, start};

/// What the server of a provider does next.
#[derive(Clone)]
pub(crate) enum Act {
    /// Streams these lines as words, in small pieces.
    Say(String),
    /// Calls the tool with these arguments, in small pieces.
    Call(Value),
    /// Answers with a status and `Retry-After`.
    Refuse(u16, Option<u64>),
    /// Says this and closes without an end.
    BreakOff(String),
    /// Says this and never ends.
    Hang(String),
    /// Answers nothing at all.
    Silence,
    /// Sends these bytes as an event stream.
    Raw(String),
    /// Leads elsewhere.
    Redirect(String),
}

#[derive(Clone, Default)]
pub(crate) struct Fake {
    pub(crate) acts: Arc<Mutex<VecDeque<Act>>>,
    pub(crate) seen: Arc<Mutex<Vec<(String, HeaderMap, Value)>>>,
    /// Answers that hang and were not given up yet.
    pub(crate) open: Arc<AtomicUsize>,
}

struct Held(Arc<AtomicUsize>);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Fake {
    pub(crate) async fn start(acts: impl IntoIterator<Item = Act>) -> (Self, SocketAddr) {
        let fake = Self { acts: Arc::new(Mutex::new(acts.into_iter().collect())), ..Self::default() };
        let router = Router::new()
            .route("/v1/chat/completions", post(answer))
            .route("/v1/messages", post(answer))
            .with_state(fake.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        (fake, address)
    }

    pub(crate) fn seen(&self) -> Vec<(String, HeaderMap, Value)> {
        self.seen.lock().unwrap().clone()
    }

    /// What the user's turn of a call held.
    pub(crate) fn content(&self, at: usize) -> Value {
        let (_, _, body) = &self.seen()[at];
        let messages = body["messages"].as_array().unwrap();
        serde_json::from_str(messages.last().unwrap()["content"].as_str().unwrap()).unwrap()
    }
}

async fn answer(State(fake): State<Fake>, uri: Uri, headers: HeaderMap, Json(body): Json<Value>) -> Response {
    fake.seen.lock().unwrap().push((uri.path().to_owned(), headers, body));
    let act = fake.acts.lock().unwrap().pop_front().unwrap_or(Act::Refuse(500, None));
    let openai = uri.path().ends_with("/completions");
    match act {
        Act::Say(words) => events(format!("{}{}", pieces(openai, &words, false), end(openai)), None),
        Act::Call(arguments) => {
            events(format!("{}{}", pieces(openai, &arguments.to_string(), true), end(openai)), None)
        }
        Act::Refuse(status, after) => {
            let mut response = (StatusCode::from_u16(status).unwrap(), "{\"error\":{}}").into_response();
            if let Some(after) = after {
                response.headers_mut().insert(header::RETRY_AFTER, after.into());
            }
            response
        }
        Act::BreakOff(words) => events(pieces(openai, &words, false), None),
        Act::Hang(words) => {
            fake.open.fetch_add(1, Ordering::SeqCst);
            events(pieces(openai, &words, false), Some(Held(fake.open.clone())))
        }
        Act::Silence => std::future::pending().await,
        Act::Raw(text) => events(text, None),
        Act::Redirect(to) => (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, to)]).into_response(),
    }
}

/// The events of words, three characters each.
fn pieces(openai: bool, words: &str, tool: bool) -> String {
    let letters: Vec<char> = words.chars().collect();
    let event = |piece: &[char]| {
        let text: String = piece.iter().collect();
        let data = match (openai, tool) {
            (true, false) => json!({ "choices": [{ "index": 0, "delta": { "content": text } }] }),
            (true, true) => {
                json!({ "choices": [{ "delta": { "tool_calls": [{ "index": 0, "function": { "arguments": text } }] } }] })
            }
            (false, false) => json!({ "type": "content_block_delta", "delta": { "type": "text_delta", "text": text } }),
            (false, true) => {
                json!({ "type": "content_block_delta", "delta": { "type": "input_json_delta", "partial_json": text } })
            }
        };
        format!("event: x\r\ndata: {data}\r\n\r\n")
    };
    letters.chunks(3).map(event).collect()
}

fn end(openai: bool) -> String {
    let events = if openai {
        vec![
            json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": "stop" }] }).to_string(),
            json!({ "choices": [], "usage": { "prompt_tokens": 900, "completion_tokens": 40 } }).to_string(),
            "[DONE]".to_owned(),
        ]
    } else {
        vec![
            json!({ "type": "message_start", "message": { "usage": { "input_tokens": 900, "output_tokens": 1 } } })
                .to_string(),
            json!({ "type": "message_delta", "usage": { "output_tokens": 40 } }).to_string(),
            json!({ "type": "message_stop" }).to_string(),
        ]
    };
    format!("data: {}\n\n", events.join("\n\ndata: "))
}

/// A body that comes in pieces of seven bytes, and ends or hangs.
fn events(text: String, held: Option<Held>) -> Response {
    let pieces: Vec<_> = text.into_bytes().chunks(7).map(Bytes::copy_from_slice).collect();
    let hangs = held.is_some();
    let tail = stream::once(async move {
        let _held = held;
        if hangs {
            std::future::pending::<()>().await;
        }
        Bytes::new()
    });
    let body = stream::iter(pieces).chain(tail).map(Ok::<_, std::convert::Infallible>);
    ([(header::CONTENT_TYPE, "text/event-stream; charset=utf-8")], Body::from_stream(body)).into_response()
}

pub(crate) fn provider(name: &str, kind: ProviderKind, address: SocketAddr) -> ProviderSettings {
    let url = match kind {
        ProviderKind::Openai => format!("http://{address}/v1"),
        ProviderKind::Anthropic => format!("http://{address}"),
    };
    ProviderSettings {
        name: name.into(),
        kind,
        url,
        model: format!("model-of-{name}"),
        key: Some("sk-test".into()),
        key_file: None,
        external: false,
        classified: false,
        connect_timeout: Seconds(1),
        first_timeout: Seconds(1),
        timeout: Seconds(5),
        parameters: serde_json::Map::new(),
    }
}

/// A console with these providers, and something to ask about.
pub(crate) async fn console(
    data: &Scratch,
    providers: Vec<ProviderSettings>,
    change: impl FnOnce(&mut Settings),
) -> Server {
    let server = Server::with(start(&data.0, |settings| {
        settings.model.providers = providers;
        change(settings);
    }))
    .await;
    for id in 1..=9 {
        assert!(server.traces(&span(20, id)).await.status().is_success());
    }
    for _ in 0..50 {
        let now: Value = server.get("/api/now").send().await.unwrap().json().await.unwrap();
        if now["received"] == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    server
}

/// Every event of a stream, by name and data.
pub(crate) async fn talk(server: &Server, body: &Value) -> Vec<(String, Value)> {
    let answer = server.post("/api/ask/stream").json(body).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let text = answer.text().await.unwrap();
    let event = |block: &str| {
        let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        Some((field("event:")?.to_owned(), serde_json::from_str(field("data:")?).ok()?))
    };
    text.split("\n\n").filter_map(event).collect()
}

pub(crate) fn names(events: &[(String, Value)]) -> Vec<&str> {
    events.iter().map(|(name, _)| name.as_str()).collect()
}

pub(crate) fn of<'a>(events: &'a [(String, Value)], name: &str) -> Vec<&'a Value> {
    events.iter().filter(|(known, _)| known == name).map(|(_, data)| data).collect()
}

pub(crate) fn done(events: &[(String, Value)]) -> &Value {
    of(events, "done")[0]
}

pub(crate) fn line(text: &str) -> String {
    format!("{}\n", json!({ "text": text }))
}
