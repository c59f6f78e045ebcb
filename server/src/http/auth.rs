//! Who may do what: keys in `Authorization: Bearer`, and for browsers a session that a key opens.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{Form, Query, Request, State};
use axum::http::header::{self, HeaderMap};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use bonghwa_analytics::codec::hex;
use bonghwa_edge::key::{hash, same};
use serde::Deserialize;

use super::App;
use super::error::ApiError;
use super::notice::{Notice, notice};
use super::percent::percent;
use crate::keys::{Key, Keys, Use};
use crate::random;

/// How long a session lasts.
const SESSION: Duration = Duration::from_hours(8);
/// Sessions held at once; the oldest makes room.
const MOST_SESSIONS: usize = 10_000;
/// Cookie of a session; over TLS it has the prefix that binds it to this host.
const COOKIE: &str = "bonghwa_session";
const COOKIE_TLS: &str = "__Host-bonghwa_session";

/// Who is let in.
#[derive(Clone)]
pub struct Gate {
    keys: Keys,
    public: bool,
    demo: Option<[u8; 32]>,
    sessions: Arc<Mutex<HashMap<[u8; 32], Session>>>,
}

struct Session {
    key: String,
    until: Instant,
}

impl Gate {
    /// A gate for an address that others can reach (`public`) or only this machine.
    pub fn new(keys: Keys, public: bool) -> Self {
        Self { keys, public, demo: None, sessions: Arc::default() }
    }

    /// Lets in the live traffic of a demonstration, which comes from this process and carries a token that it made for
    /// itself.
    #[must_use]
    pub fn with_demo(self, token: &str) -> Self {
        Self { demo: Some(hash(token)), ..self }
    }

    /// The keys behind it.
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// The region of the key that telemetry comes with. `Ok(None)` if none is needed: then the sender names the region.
    pub(super) fn ingest(&self, headers: &HeaderMap) -> Result<Option<String>, ApiError> {
        let token = bearer(headers);
        if token.is_some_and(|token| self.is_demo(token)) {
            return Ok(None);
        }
        match token.and_then(|token| self.keys.find(token)) {
            Some(key) if key.purpose == Use::Ingest => Ok(Some(key.region)),
            Some(_) => Err(ApiError::Forbidden("this key is not made for sending telemetry".into())),
            None if self.public || self.keys.any_for_ingest() => Err(ApiError::Unauthenticated),
            None => Ok(None),
        }
    }

    fn is_demo(&self, token: &str) -> bool {
        self.demo.is_some_and(|demo| same(&demo, &hash(token)))
    }

    /// Whether pages and data may be read.
    fn read(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        match self.reader(headers) {
            Some(Key { purpose: Use::Read | Use::Admin, .. }) => Ok(()),
            None if !self.closed() => Ok(()),
            Some(_) => Err(ApiError::Forbidden("this key is not made for reading".into())),
            None => Err(ApiError::Unauthenticated),
        }
    }

    /// Whether files may be imported and the demonstration steered.
    fn steer(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        match self.reader(headers) {
            Some(Key { purpose: Use::Admin, .. }) => Ok(()),
            None if !self.closed() => Ok(()),
            Some(_) => Err(ApiError::Forbidden("an admin key is needed for this".into())),
            None => Err(ApiError::Unauthenticated),
        }
    }

    /// Who asks: the name of their key, or this machine.
    pub(super) fn who(&self, headers: &HeaderMap) -> String {
        self.reader(headers).map_or_else(|| crate::reports::LOCAL.to_owned(), |key| key.id)
    }

    fn closed(&self) -> bool {
        self.public || self.keys.any_for_reading()
    }

    fn reader(&self, headers: &HeaderMap) -> Option<Key> {
        if let Some(token) = bearer(headers) {
            return self.keys.find(token);
        }
        let hash = hash(session_cookie(headers)?);
        let sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        let session = sessions.get(&hash).filter(|session| session.until > Instant::now())?;
        self.keys.by_id(&session.key)
    }

    /// Opens a session with a key for reading; its token.
    fn open(&self, token: &str) -> Result<String, ApiError> {
        let key = self.keys.find(token.trim()).filter(|key| key.purpose != Use::Ingest);
        let key = key.ok_or(ApiError::Unauthenticated)?;
        let secret = hex(&random::bytes::<32>().map_err(|error| ApiError::Internal(error.to_string()))?);
        let now = Instant::now();
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.retain(|_, session| session.until > now);
        if sessions.len() >= MOST_SESSIONS {
            let oldest = sessions.iter().min_by_key(|(_, session)| session.until).map(|(hash, _)| *hash);
            oldest.map(|hash| sessions.remove(&hash));
        }
        sessions.insert(hash(&secret), Session { key: key.id, until: now + SESSION });
        Ok(secret)
    }

    fn close(&self, headers: &HeaderMap) {
        if let Some(token) = session_cookie(headers) {
            let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
            sessions.remove(&hash(token));
        }
    }
}

/// Lets readers pass. A browser that may not yet is led to the log-in page.
pub(super) async fn readers(State(app): State<App>, request: Request, next: Next) -> Response {
    match app.gate.read(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(ApiError::Unauthenticated) if *request.method() == Method::GET && wants_html(request.headers()) => {
            let path = request.uri().path_and_query().map_or("/", axum::http::uri::PathAndQuery::as_str);
            Redirect::to(&format!("/login?next={}", percent(path, "-._~/"))).into_response()
        }
        Err(error) => error.into_response(),
    }
}

/// Lets those pass who may change things.
pub(super) async fn stewards(State(app): State<App>, request: Request, next: Next) -> Response {
    match app.gate.steer(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

/// Where to go after the log-in.
#[derive(Debug, Default, Deserialize)]
pub(super) struct After {
    #[serde(default)]
    next: String,
}

/// The log-in form.
#[derive(Deserialize)]
pub(super) struct Login {
    key: String,
    #[serde(default)]
    next: String,
}

/// `GET /login`
pub(super) async fn login_page(State(app): State<App>, Query(query): Query<After>) -> Response {
    notice(&app, StatusCode::OK, &Notice::Login { next: local(&query.next), failed: false })
}

/// `POST /login`
pub(super) async fn login(State(app): State<App>, headers: HeaderMap, Form(form): Form<Login>) -> Response {
    let next = local(&form.next);
    let token = match app.gate.open(&form.key) {
        Ok(token) => token,
        Err(error) => {
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::UNAUTHORIZED);
            return notice(&app, status, &Notice::Login { next, failed: true });
        }
    };
    // What a proxy says of TLS decides only how strict the cookie is.
    let tls = headers.get("x-forwarded-proto").is_some_and(|value| value == "https");
    let (name, secure) = if tls { (COOKIE_TLS, "; Secure") } else { (COOKIE, "") };
    let age = SESSION.as_secs();
    let cookie = format!("{name}={token}; Path=/; Max-Age={age}; HttpOnly; SameSite=Strict{secure}");
    with_cookie(Redirect::to(next).into_response(), &cookie)
}

/// `POST /logout`
pub(super) async fn logout(State(app): State<App>, headers: HeaderMap) -> Response {
    app.gate.close(&headers);
    let gone = format!("{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
    let gone_tls = format!("{COOKIE_TLS}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict; Secure");
    with_cookie(with_cookie(Redirect::to("/login").into_response(), &gone), &gone_tls)
}

fn with_cookie(mut response: Response, cookie: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn session_cookie(headers: &HeaderMap) -> Option<&str> {
    let values = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE || *name == COOKIE_TLS)
        .map(|(_, value)| value)
}

fn wants_html(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|value| value.contains("text/html"))
}

/// A path of this server, else the first page.
fn local(next: &str) -> &str {
    let inside =
        next.starts_with('/') && !next.starts_with("//") && next.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    if inside { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_server_follow_a_login() {
        for path in ["/", "/region/seoul?span=1h&vs=day"] {
            assert_eq!(local(path), path);
        }
        for path in ["", "//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nSet-Cookie: x", "region"] {
            assert_eq!(local(path), "/");
        }
    }

    #[test]
    fn a_session_ends_with_its_key() {
        let data = std::env::temp_dir().join(format!("bonghwa-gate-{}", std::process::id()));
        std::fs::create_dir_all(&data).unwrap();
        let (_, reader) = crate::keys::create(&data, "", Use::Read).unwrap();
        let (_, sender) = crate::keys::create(&data, "busan", Use::Ingest).unwrap();
        let gate = Gate::new(Keys::open(&data).unwrap(), false).with_demo("a token");
        let with = |name, value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(name, HeaderValue::from_str(value).unwrap());
            headers
        };
        let none = HeaderMap::new();
        assert_eq!(gate.read(&none), Err(ApiError::Unauthenticated));
        assert_eq!(gate.ingest(&none), Err(ApiError::Unauthenticated));
        let sends = with(header::AUTHORIZATION, &format!("Bearer {sender}"));
        assert_eq!(gate.ingest(&sends), Ok(Some("busan".into())));
        assert!(matches!(gate.read(&sends), Err(ApiError::Forbidden(_))));
        let reads = with(header::AUTHORIZATION, &format!("Bearer {reader}"));
        assert_eq!(gate.read(&reads), Ok(()));
        assert!(matches!(gate.steer(&reads), Err(ApiError::Forbidden(_))));
        let demo = with(header::AUTHORIZATION, "Bearer a token");
        assert_eq!(gate.ingest(&demo), Ok(None), "the demonstration sends for all regions");
        assert_eq!(gate.read(&demo), Err(ApiError::Unauthenticated), "and that is all it may");
        assert!(matches!(gate.ingest(&reads), Err(ApiError::Forbidden(_))));
        assert!(gate.open(&sender).is_err());
        let session = gate.open(&reader).unwrap();
        let cookie = with(header::COOKIE, &format!("a=b; {COOKIE}={session}"));
        assert_eq!(gate.read(&cookie), Ok(()));
        std::fs::remove_file(data.join(crate::keys::FILE_NAME)).unwrap();
        crate::keys::create(&data, "", Use::Read).unwrap();
        gate.keys().refresh().unwrap();
        assert_eq!(gate.read(&cookie), Err(ApiError::Unauthenticated), "the key is gone");
        std::fs::remove_dir_all(data).unwrap();
    }
}
