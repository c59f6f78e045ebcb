//! A server in this process, with a listener and a data folder of its own.

pub(crate) mod provider;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bonghwa::run::{Content, RunError, Start, serve};
use bonghwa::settings::{Loaded, Settings, bundled_regions};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use reqwest::{Client, RequestBuilder, Response};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) client: Client,
    end: oneshot::Sender<()>,
    task: JoinHandle<Result<(), RunError>>,
}

/// A folder that goes with the test.
pub(crate) struct Scratch(pub PathBuf);

impl Scratch {
    pub(crate) fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("bonghwa-server-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn start(data: &Path, change: impl FnOnce(&mut Settings)) -> Start {
    let mut settings = Settings {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        dist: data.join("dist"),
        data: Some(data.to_path_buf()),
        ..Settings::default()
    };
    change(&mut settings);
    let loaded =
        Loaded { settings, file: None, data: data.to_path_buf(), regions: bundled_regions(), origins: BTreeMap::new() };
    Start { loaded, content: Content::Empty, seed: 1, history: 0 }
}

impl Server {
    pub(crate) async fn new(data: &Path) -> Self {
        Self::with(start(data, |_| {})).await
    }

    pub(crate) async fn with(start: Start) -> Self {
        let (end, ended) = oneshot::channel();
        let (tell, told) = oneshot::channel();
        let mut task = tokio::spawn(async move {
            let end = async {
                let _ = ended.await;
            };
            let notify = |address| {
                let _ = tell.send(address);
            };
            serve(start, end, notify).await
        });
        let address = tokio::select! {
            address = told => address.unwrap(),
            ended = &mut task => panic!("the server did not start: {ended:?}"),
        };
        let client = bonghwa::outgoing::local().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { address, client, end, task }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(self.url(path))
    }

    pub(crate) fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(self.url(path))
    }

    /// Sends spans as JSON.
    pub(crate) async fn traces(&self, body: &str) -> Response {
        self.post("/v1/traces").header("content-type", "application/json").body(body.to_owned()).send().await.unwrap()
    }

    /// The number behind a line of `/metrics`.
    pub(crate) async fn metric(&self, line: &str) -> u64 {
        let text = self.get("/metrics").send().await.unwrap().text().await.unwrap();
        let found = text.lines().find_map(|row| row.strip_prefix(line)?.trim().parse().ok());
        found.unwrap_or_else(|| panic!("{line} is not in {text}"))
    }

    pub(crate) async fn end(self) {
        let _ = self.end.send(());
        let ended = tokio::time::timeout(Duration::from_secs(2), self.task).await;
        ended.expect("the server ends within two seconds").unwrap().unwrap();
    }
}

/// One server span that ended so many seconds ago.
pub(crate) fn span(ago: i64, id: u64) -> String {
    let end = (bonghwa::clock::now() - ago) * 1_000_000_000;
    format!(
        r#"{{"resourceSpans":[{{"resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"web"}}}}]}},
        "scopeSpans":[{{"spans":[{{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"{id:016x}","name":"GET /a",
        "kind":2,"startTimeUnixNano":"{}","endTimeUnixNano":"{end}","attributes":[
        {{"key":"http.request.method","value":{{"stringValue":"GET"}}}},
        {{"key":"http.route","value":{{"stringValue":"/a"}}}},
        {{"key":"client.address","value":{{"stringValue":"203.0.113.9"}}}}]}}]}}]}}]}}"#,
        end - 5_000_000
    )
}

/// The same as protobuf.
pub(crate) fn protobuf(json: &str) -> Vec<u8> {
    serde_json::from_str::<ExportTraceServiceRequest>(json).unwrap().encode_to_vec()
}

/// The message in a `google.rpc.Status` or an error of the data interface.
pub(crate) async fn message(response: Response) -> String {
    let json: serde_json::Value = response.json().await.unwrap();
    let text = json.get("message").or_else(|| json.pointer("/error/message"));
    text.and_then(|text| text.as_str()).unwrap_or_default().to_owned()
}
