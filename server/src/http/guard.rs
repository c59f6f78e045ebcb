//! What every request must pass, and the headers that every response carries.
//!
//! Sources: Fetch Metadata (W3C), Content Security Policy Level 3, OWASP on DNS rebinding.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{Request, State};
use axum::http::header::{self, HeaderMap, HeaderName};
use axum::http::{HeaderValue, Method, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::App;
use super::error::ApiError;

/// Policy of everything that is no page: nothing may run, nothing may frame it.
const CLOSED: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// Headers of every response.
const ALWAYS: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
];

/// Which names a server answers to.
#[derive(Clone, Debug)]
pub struct Hosts {
    listen: IpAddr,
    allowed: Vec<String>,
}

impl Hosts {
    /// The address listened on, this machine's own names, and those of the settings.
    pub fn new(listen: SocketAddr, allowed: &[String]) -> Self {
        Self { listen: listen.ip(), allowed: allowed.iter().map(|name| name.to_ascii_lowercase()).collect() }
    }

    /// Whether a request may name this host. A page of another site whose name was made to point here (DNS rebinding)
    /// names its own. On a public address any name is taken unless some are set, because keys stand guard there.
    fn admit(&self, host: &str) -> bool {
        let name = without_port(host).to_ascii_lowercase();
        let address: Option<IpAddr> = name.trim_start_matches('[').trim_end_matches(']').parse().ok();
        name == "localhost"
            || address.is_some_and(|address| address.is_loopback() || address == self.listen)
            || self.allowed.contains(&name)
            || (!self.listen.is_loopback() && self.allowed.is_empty())
    }
}

/// Checks host and origin, and adds the headers.
pub(super) async fn stand(State(app): State<App>, request: Request, next: Next) -> Response {
    let verdict = check(&app.hosts, request.method(), request.uri(), request.headers());
    let mut response = match verdict {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    };
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CLOSED));
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

fn check(hosts: &Hosts, method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<(), ApiError> {
    let host = host(uri, headers).ok_or_else(|| ApiError::Body("the header Host is missing".into()))?;
    if !hosts.admit(host) {
        return Err(ApiError::Forbidden(format!(
            "this server does not answer to the name {host:?}; add it to `allowed_hosts` in the settings if it is yours"
        )));
    }
    if matches!(*method, Method::GET | Method::HEAD) { Ok(()) } else { same_origin(host, headers) }
}

/// A browser says where a request comes from; programs say nothing and pass.
fn same_origin(host: &str, headers: &HeaderMap) -> Result<(), ApiError> {
    let text = |name| headers.get(name).map(|value: &HeaderValue| value.to_str().unwrap_or("?"));
    let forbidden = || ApiError::Forbidden("the request comes from a page of another site".into());
    match text(HeaderName::from_static("sec-fetch-site")) {
        Some("same-origin" | "none") => return Ok(()),
        Some(_) => return Err(forbidden()),
        None => {}
    }
    match text(header::ORIGIN) {
        None => Ok(()),
        Some(origin) if origin.split_once("://").is_some_and(|(_, rest)| rest.eq_ignore_ascii_case(host)) => Ok(()),
        Some(_) => Err(forbidden()),
    }
}

fn host<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> Option<&'a str> {
    match headers.get(header::HOST) {
        Some(value) => value.to_str().ok(),
        None => uri.authority().map(axum::http::uri::Authority::as_str),
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port))
            if port.bytes().all(|b| b.is_ascii_digit()) && (!name.contains(':') || name.ends_with(']')) =>
        {
            name
        }
        _ => host,
    }
}

/// The policy of a page: scripts with this response's nonce only, and WebAssembly.
pub(super) fn page_policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'strict-dynamic' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self' \
         'nonce-{nonce}'; font-src 'self'; img-src 'self' data:; connect-src 'self'; worker-src 'self'; manifest-src \
         'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    )
}

/// The policy of the browser's workers, which a response brings along: their own scripts and module, this server's data.
pub(super) const WORKER: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; \
                                 frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// The policy of the offline page and its worker: their own parts; what is opened there goes nowhere else.
pub(super) const OFFLINE: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; font-src 'self'; \
                                  img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; \
                                  frame-ancestors 'none'; base-uri 'none'; form-action 'none'; object-src 'none'";

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(listen: &str, allowed: &[&str]) -> Hosts {
        Hosts::new(listen.parse().unwrap(), &allowed.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    #[test]
    fn only_own_names_are_answered_on_loopback() {
        let own = hosts("127.0.0.1:8080", &["Console.example"]);
        for name in ["127.0.0.1:8080", "localhost:8080", "LOCALHOST", "[::1]:8080", "[::1]", "console.EXAMPLE:443"] {
            assert!(own.admit(name), "{name}");
        }
        for name in ["evil.example:8080", "localhost.evil.example", "10.0.0.1", "", "127.0.0.1.nip.io", "::1:x"] {
            assert!(!own.admit(name), "{name}");
        }
    }

    #[test]
    fn a_public_address_takes_any_name_until_some_are_set() {
        assert!(hosts("0.0.0.0:80", &[]).admit("console.example"));
        assert!(!hosts("0.0.0.0:80", &["console.example"]).admit("evil.example"));
        assert!(hosts("10.1.2.3:80", &["console.example"]).admit("10.1.2.3:80"));
    }

    #[test]
    fn other_sites_may_not_post() {
        let own = hosts("127.0.0.1:8080", &[]);
        let post = |extra: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static("127.0.0.1:8080"));
            for (name, value) in extra {
                headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
            }
            check(&own, &Method::POST, &Uri::from_static("/"), &headers)
        };
        assert!(post(&[]).is_ok(), "programs say nothing");
        assert!(post(&[("sec-fetch-site", "same-origin"), ("origin", "http://127.0.0.1:8080")]).is_ok());
        assert!(post(&[("origin", "http://127.0.0.1:8080")]).is_ok());
        for foreign in [
            [("sec-fetch-site", "cross-site"), ("origin", "http://127.0.0.1:8080")],
            [("sec-fetch-site", "same-site"), ("accept", "*/*")],
            [("origin", "http://127.0.0.1:8081"), ("accept", "*/*")],
            [("origin", "null"), ("accept", "*/*")],
        ] {
            assert!(matches!(post(&foreign), Err(ApiError::Forbidden(_))), "{foreign:?}");
        }
    }
}
