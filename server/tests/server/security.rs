//! Headers, origins, names, keys.

use crate::common::{Scratch, Server, message, span, start};
use bonghwa::keys::{Use, create};
use bonghwa::run::{RunError, serve};
use reqwest::{Response, StatusCode};

fn header(response: &Response, name: &str) -> String {
    response.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_response_is_guarded() {
    let scratch = Scratch::new();
    let server = Server::new(&scratch.0).await;
    for path in ["/", "/region/seoul", "/nowhere", "/api/now", "/api/nowhere", "/healthz", "/metrics", "/login"] {
        let response = server.get(path).send().await.unwrap();
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("x-frame-options", "DENY"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(header(&response, name), value, "{name} of {path}");
        }
        let policy = header(&response, "content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
    }
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_runs_its_own_scripts_only() {
    let scratch = Scratch::new();
    let server = Server::new(&scratch.0).await;
    let mut nonces = Vec::new();
    for _ in 0..2 {
        let response = server.get("/").send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        let policy = header(&response, "content-security-policy");
        let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).unwrap().to_owned();
        assert!(policy.contains("'wasm-unsafe-eval'") && !policy.contains("'unsafe-"), "{policy}");
        let page = response.text().await.unwrap();
        let scripts = page.matches("<script").count();
        assert!(scripts > 0, "the page has scripts");
        let marked = format!("nonce=\"{nonce}\"");
        for script in page.split("<script").skip(1) {
            assert!(script.split('>').next().unwrap().contains(&marked), "a script without the nonce in {page}");
        }
        assert!(!page.contains(" style=\""), "an inline style would be blocked");
        nonces.push(nonce);
    }
    assert!(nonces[0].len() >= 20 && nonces[0] != nonces[1], "{nonces:?}");
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_names_and_other_sites_are_refused() {
    let scratch = Scratch::new();
    let server = Server::new(&scratch.0).await;
    let named = |name: &'static str| server.get("/api/now").header("host", name).send();
    assert_eq!(named("evil.example").await.unwrap().status(), StatusCode::FORBIDDEN);
    assert_eq!(named("localhost").await.unwrap().status(), StatusCode::OK);
    let body = span(20, 1);
    let post = |name: &'static str, value: &'static str| {
        let request = server.post("/v1/traces").header("content-type", "application/json").header(name, value);
        request.body(body.clone()).send()
    };
    assert_eq!(post("sec-fetch-site", "cross-site").await.unwrap().status(), StatusCode::FORBIDDEN);
    assert_eq!(post("origin", "https://evil.example").await.unwrap().status(), StatusCode::FORBIDDEN);
    assert_eq!(post("sec-fetch-site", "same-origin").await.unwrap().status(), StatusCode::OK);
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_the_bundle_are_served_as_they_may_be_kept() {
    let scratch = Scratch::new();
    let dist = scratch.0.join("dist");
    std::fs::create_dir_all(&dist).unwrap();
    std::fs::write(scratch.0.join("secret.txt"), "not to be read").unwrap();
    for (name, text) in [
        ("index.html", "<script>mount()</script>"),
        ("app-0123456789abcdef_bg.wasm", "wasm"),
        ("app-0123456789abcdef.js", "js"),
        ("app-0123456789abcdef.js.br", "brotli"),
        ("manifest.json", "{}"),
    ] {
        std::fs::write(dist.join(name), text).unwrap();
    }
    let server = Server::new(&scratch.0).await;
    let wasm = server.get("/app-0123456789abcdef_bg.wasm").send().await.unwrap();
    assert_eq!(header(&wasm, "content-type"), "application/wasm");
    assert_eq!(header(&wasm, "cache-control"), "public, max-age=31536000, immutable");
    let script = server.get("/app-0123456789abcdef.js").header("accept-encoding", "gzip, br").send().await.unwrap();
    assert_eq!(header(&script, "content-encoding"), "br");
    assert_eq!(script.bytes().await.unwrap(), "brotli");
    let manifest = server.get("/manifest.json").send().await.unwrap();
    assert_eq!((manifest.status(), header(&manifest, "cache-control")), (StatusCode::OK, "no-cache".to_owned()));
    assert_eq!(server.get("/index.html").send().await.unwrap().status(), StatusCode::NOT_FOUND);
    for path in ["/..%2fsecret.txt", "/%2e%2e/secret.txt", "/..%5csecret.txt"] {
        let text = server.get(path).send().await.unwrap().text().await.unwrap();
        assert!(!text.contains("not to be read"), "{path}");
    }
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_decide_who_may_do_what() {
    let scratch = Scratch::new();
    let (_, sender) = create(&scratch.0, "busan", Use::Ingest).unwrap();
    let (_, reader) = create(&scratch.0, "", Use::Read).unwrap();
    let (_, admin) = create(&scratch.0, "", Use::Admin).unwrap();
    let server = Server::new(&scratch.0).await;
    assert_eq!(server.traces(&span(20, 1)).await.status(), StatusCode::UNAUTHORIZED);
    let sent = server.post("/v1/traces").bearer_auth(&sender).header("bonghwa-region", "seoul");
    let sent = sent.header("content-type", "application/json").body(span(20, 1)).send().await.unwrap();
    assert_eq!(sent.status(), StatusCode::OK);
    let get = async |path: &str, key: &str| server.get(path).bearer_auth(key).send().await.unwrap();
    assert_eq!(server.get("/api/now").send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
    assert_eq!(get("/api/now", &sender).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(get("/api/now", &reader).await.status(), StatusCode::OK);
    let agent = async |key: Option<&str>| {
        let tools = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;
        let request = server.post("/mcp").header("content-type", "application/json").body(tools);
        let request = request.header("accept", "application/json, text/event-stream");
        let request = if let Some(key) = key { request.bearer_auth(key) } else { request };
        request.send().await.unwrap().status()
    };
    assert_eq!(agent(None).await, StatusCode::UNAUTHORIZED);
    assert_eq!(agent(Some(&sender)).await, StatusCode::FORBIDDEN);
    assert_eq!(agent(Some(&reader)).await, StatusCode::OK);
    assert_eq!(get("/metrics", "bonghwa_00000000_0").await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(server.get("/healthz").send().await.unwrap().status(), StatusCode::OK);
    let import = async |key: &str| {
        let request = server.post("/api/import/access-log?region=seoul").bearer_auth(key).body("no log\n");
        request.send().await.unwrap().status()
    };
    assert_eq!(import(&reader).await, StatusCode::FORBIDDEN);
    assert_eq!(import(&admin).await, StatusCode::BAD_REQUEST);

    // The region is the key's, whatever the header says.
    let lag = get("/metrics", &reader).await.text().await.unwrap();
    let lag = if lag.contains("bonghwa_region_lag_seconds{") { lag } else { wait_for_lag(&server, &reader).await };
    assert!(lag.contains("{region=\"busan\"}") && !lag.contains("{region=\"seoul\"}"), "{lag}");
    server.end().await;
}

/// The metrics once a tick has seen the first data.
async fn wait_for_lag(server: &Server, key: &str) -> String {
    for _ in 0..100 {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        let text = server.get("/metrics").bearer_auth(key).send().await.unwrap().text().await.unwrap();
        if text.contains("bonghwa_region_lag_seconds{") {
            return text;
        }
    }
    panic!("the data was never seen");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_logs_in() {
    let scratch = Scratch::new();
    let (_, reader) = create(&scratch.0, "", Use::Read).unwrap();
    let server = Server::new(&scratch.0).await;
    let page = server.get("/region/seoul?span=1h").header("accept", "text/html").send().await.unwrap();
    assert_eq!(page.status(), StatusCode::SEE_OTHER);
    let login = header(&page, "location");
    assert_eq!(login, "/login?next=/region/seoul%3Fspan%3D1h");
    let form = server.get(&login).send().await.unwrap().text().await.unwrap();
    assert!(form.contains("value=\"/region/seoul?span=1h\"") && form.contains("action=\"/login\""), "{form}");
    let post = async |key: &str, next: &str| {
        let body = format!("key={key}&next={next}");
        let request = server.post("/login").header("content-type", "application/x-www-form-urlencoded").body(body);
        request.send().await.unwrap()
    };
    let wrong = post("guess", "/").await;
    assert_eq!((wrong.status(), header(&wrong, "set-cookie")), (StatusCode::UNAUTHORIZED, String::new()));
    let foreign = post(&reader, "//evil.example").await;
    assert_eq!((foreign.status(), header(&foreign, "location")), (StatusCode::SEE_OTHER, "/".to_owned()));
    let entered = post(&reader, "/combine").await;
    assert_eq!(header(&entered, "location"), "/combine");
    let cookie = header(&entered, "set-cookie");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict") && !cookie.contains(&reader), "{cookie}");
    let pair = cookie.split(';').next().unwrap().to_owned();
    let get = async || server.get("/api/now").header("cookie", pair.clone()).send().await.unwrap().status();
    assert_eq!(get().await, StatusCode::OK);
    server.post("/logout").header("cookie", pair.clone()).send().await.unwrap();
    assert_eq!(get().await, StatusCode::UNAUTHORIZED);
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_server_follows_its_keys() {
    let scratch = Scratch::new();
    let server = Server::new(&scratch.0).await;
    assert_eq!(server.get("/api/now").send().await.unwrap().status(), StatusCode::OK);
    create(&scratch.0, "", Use::Read).unwrap();
    let mut tries = 0;
    while server.get("/api/now").send().await.unwrap().status() != StatusCode::UNAUTHORIZED {
        tries += 1;
        assert!(tries < 100, "the key was never seen");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_address_needs_a_key() {
    let scratch = Scratch::new();
    let public = start(&scratch.0, |settings| settings.listen = "0.0.0.0:0".parse().unwrap());
    let refused = serve(public, std::future::pending(), |_| {}).await;
    assert!(matches!(refused, Err(RunError::Public(_))), "{refused:?}");
    // A key for senders alone opens nothing to readers.
    create(&scratch.0, "seoul", Use::Ingest).unwrap();
    let mut server = Server::with(start(&scratch.0, |settings| settings.listen = "0.0.0.0:0".parse().unwrap())).await;
    server.address.set_ip([127, 0, 0, 1].into());
    let closed = server.get("/api/now").send().await.unwrap();
    assert_eq!(closed.status(), StatusCode::UNAUTHORIZED);
    assert!(message(closed).await.contains("key"));
    server.end().await;
}
