//! What passes between the router and the objects, and how a refusal becomes a response: the one place for that.

use bonghwa_analytics::codec::unhex;
use bonghwa_analytics::frame::{Frame, Sections};
use bonghwa_analytics::time::Resolution;
use bonghwa_edge::error::ApiError;
use bonghwa_edge::key::{self, Key, Use};
use js_sys::Uint8Array;
use worker::{Date, Env, Headers, Method, Request, RequestInit, Response, Stub};

use crate::database::Sql;

/// Header with the place to read on from.
pub(crate) const CURSOR: &str = "bonghwa-cursor";
/// Header with the rows that an object wrote since its last answer.
pub(crate) const WRITTEN: &str = "bonghwa-rows-written";
const REFUSAL: &str = "bonghwa-refusal";
/// Binding and name of the nation's object.
const NATION_BINDING: &str = "NATION";
const REGION_BINDING: &str = "REGION";

/// An answer of an object.
pub(crate) struct Reply {
    /// Headers.
    pub(crate) headers: Headers,
    /// Body.
    pub(crate) body: Vec<u8>,
}

impl Reply {
    /// A header with a number; 0 if it is not there.
    pub(crate) fn number(&self, name: &str) -> u64 {
        self.headers.get(name).ok().flatten().and_then(|value| value.parse().ok()).unwrap_or(0)
    }

    /// The body as frames.
    pub(crate) fn frames(&self) -> Result<Vec<Frame>, ApiError> {
        Frame::decode_all(&self.body).map_err(|error| ApiError::Internal(error.to_string()))
    }
}

/// Seconds since the epoch.
pub(crate) fn now() -> i64 {
    (Date::now().as_millis() / 1000) as i64
}

/// A fault of the runtime.
#[expect(clippy::needless_pass_by_value, reason = "so that it can stand in map_err")]
pub(crate) fn fault(error: worker::Error) -> ApiError {
    ApiError::Storage(format!("the runtime failed: {error}"))
}

/// The object of a part of a region.
pub(crate) fn region(env: &Env, region: &str, part: usize) -> Result<Stub, ApiError> {
    let objects = env.durable_object(REGION_BINDING).map_err(fault)?;
    objects.get_by_name(&format!("{region}#{part}")).map_err(fault)
}

/// The object of the nation.
pub(crate) fn nation(env: &Env) -> Result<Stub, ApiError> {
    env.durable_object(NATION_BINDING).map_err(fault)?.get_by_name("all").map_err(fault)
}

/// Asks an object. A refusal of its own comes back as it was.
pub(crate) async fn ask(stub: &Stub, method: Method, path: &str, body: Option<&[u8]>) -> Result<Reply, ApiError> {
    let mut init = RequestInit::new();
    init.with_method(method).with_body(body.map(|bytes| Uint8Array::from(bytes).into()));
    let request = Request::new_with_init(&format!("http://object{path}"), &init).map_err(fault)?;
    let mut response = stub.fetch_with_request(request).await.map_err(fault)?;
    let headers = response.headers().clone();
    let body = response.bytes().await.map_err(fault)?;
    match headers.get(REFUSAL).ok().flatten() {
        Some(code) => Err(ApiError::from_parts(&code, String::from_utf8_lossy(&body).into_owned())),
        None if response.status_code() < 400 => Ok(Reply { headers, body }),
        None => Err(ApiError::Storage(format!("an object answered {}", response.status_code()))),
    }
}

/// What an object answers.
pub(crate) fn answer(result: Result<Response, ApiError>) -> worker::Result<Response> {
    result.or_else(|error| {
        let response = Response::from_bytes(error.to_string().into_bytes())?;
        response.headers().set(REFUSAL, error.code())?;
        Ok(response.with_status(error.status()))
    })
}

/// A refusal on its way out, with a body of the caller's.
pub(crate) fn refuse(error: &ApiError, content_type: &str, body: Vec<u8>) -> worker::Result<Response> {
    let response = Response::from_bytes(body)?.with_status(error.status());
    response.headers().set("content-type", content_type)?;
    if let Some(seconds) = error.retry_after() {
        response.headers().set("retry-after", &seconds.to_string())?;
    }
    if matches!(error, ApiError::Unauthenticated) {
        response.headers().set("www-authenticate", "Bearer")?;
    }
    Ok(response)
}

/// Frames one after the other, with the place to read on from.
pub(crate) fn frames(frames: &[Frame], cursor: &str) -> Result<Response, ApiError> {
    let mut body = Vec::new();
    for frame in frames {
        frame.encode(&mut body);
    }
    let response = Response::from_bytes(body).map_err(fault)?;
    response.headers().set(CURSOR, cursor).map_err(fault)?;
    Ok(response)
}

/// Spans of time to read of a region: code of the resolution, start and end, as in `1.60.180,2.0.300`.
pub(crate) fn runs_text(runs: &[(Resolution, i64, i64)]) -> String {
    let each: Vec<String> =
        runs.iter().map(|(resolution, from, to)| format!("{}.{from}.{to}", resolution.code())).collect();
    each.join(",")
}

/// Reads what [`runs_text`] wrote.
pub(crate) fn runs_of(text: &str) -> Option<Vec<(Resolution, i64, i64)>> {
    let run = |piece: &str| {
        let mut numbers = piece.split('.').map(|number| number.parse::<i64>().ok());
        let (code, from, to) = (numbers.next()??, numbers.next()??, numbers.next()??);
        Some((Resolution::from_code(u8::try_from(code).ok()?)?, from, to))
    };
    text.split(',').filter(|piece| !piece.is_empty()).map(run).collect()
}

/// The parameters of an address.
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Those of a request.
    pub(crate) fn of(request: &Request) -> Self {
        // The runtime has parsed the address already; parsing it again as a URL would cost a tenth of the module.
        let url = request.inner().url();
        let query = url.split_once('?').map_or("", |(_, query)| query);
        let query = query.split_once('#').map_or(query, |(query, _)| query);
        Self(form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    /// The value of a parameter; empty if it is not there.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// A number, or another one if it is not there.
    pub(crate) fn number(&self, name: &str, otherwise: u64) -> Result<u64, ApiError> {
        match self.get(name) {
            "" => Ok(otherwise),
            text => text.parse().map_err(|_| ApiError::Parameter(format!("{name} = {text:?} is no whole number"))),
        }
    }

    /// Sections for a reader inside of the Worker.
    pub(crate) fn sections(&self) -> Sections {
        match self.get("sections") {
            "summary" => Sections::SUMMARY,
            "nation" => bonghwa_edge::nation::SECTIONS,
            _ => Sections::ALL,
        }
    }

    /// The key that a request comes with, as its hash, if it comes with one.
    pub(crate) fn key(&self) -> Option<[u8; 32]> {
        unhex(self.get("key"))
    }

    /// The use of a key.
    pub(crate) fn purpose(&self) -> Result<Use, ApiError> {
        Use::from_name(self.get("use")).ok_or_else(|| ApiError::Parameter("use is ingest or read".to_owned()))
    }
}

/// What every object does with keys: `/allow`, and `/keys` to list, put and delete. `None` for other addresses.
pub(crate) fn keys(db: &Sql, request: &Request, query: &Query) -> Option<Result<Response, ApiError>> {
    let done = |()| Response::empty().map_err(fault);
    let missing = || ApiError::Parameter("the hash of the key is missing".to_owned());
    match (request.method(), request.path().as_str()) {
        (Method::Get, "/allow") => Some(query.key().ok_or_else(missing).and_then(|hash| {
            key::check(db, &hash, query.purpose()?)?;
            done(())
        })),
        (Method::Post, "/keys") => Some(query.key().ok_or_else(missing).and_then(|sha256| {
            let id = query.get("id").to_owned();
            key::put(db, &Key { id, purpose: query.purpose()?, sha256, made: now() })?;
            done(())
        })),
        (Method::Delete, "/keys") => Some(key::delete(db, query.get("id")).map_err(ApiError::from).and_then(|found| {
            let id = query.get("id").chars().take(64).collect::<String>();
            if found { done(()) } else { Err(ApiError::NotFound(format!("there is no key {id:?} of this region"))) }
        })),
        (Method::Get, "/keys") => Some(key::all(db).map_err(ApiError::from).and_then(|keys| {
            let list: Vec<_> = keys
                .iter()
                .map(|key| serde_json::json!({ "id": key.id, "use": key.purpose.name(), "made": key.made }))
                .collect();
            Response::from_bytes(serde_json::Value::from(list).to_string().into_bytes()).map_err(fault)
        })),
        _ => None,
    }
}
