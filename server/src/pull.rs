//! Frames of the edges that run elsewhere: fetched page by page from a cursor, or read from a file.
//!
//! Each region has a task of its own, so one that is down holds up nobody. A page is stored together with the cursor
//! that it ends at, so after an outage, on either side, pulling goes on where it was, in pages of bounded size.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use bonghwa_analytics::frame::{Frame, FrameError};
use reqwest::header::{ETAG, HeaderMap, IF_NONE_MATCH};
use reqwest::{Client, StatusCode, Url};
use tokio::task::JoinSet;

use crate::centre::{Centre, CentreError};
use crate::settings::{Origin, Secret};

/// Header that names the cursor to go on from.
pub const CURSOR_HEADER: &str = "bonghwa-cursor";
/// Time between two looks at a file.
const PERIOD: Duration = Duration::from_secs(2);
/// Longest time between two questions to an edge that does not answer.
const LONGEST_WAIT: Duration = Duration::from_secs(16);
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Rows of a page.
const ROWS: usize = 512;
/// Bytes of a page, and of a file.
const MOST_BYTES: usize = 64 << 20;
const MOST_FILE_BYTES: u64 = 256 << 20;

/// Why frames did not come.
#[derive(Debug, thiserror::Error)]
enum PullError {
    #[error("the edge cannot be reached ({}); check that it runs and that its address is right", cause(.0))]
    Network(#[from] reqwest::Error),
    #[error("the edge answered {0}: {1}")]
    Status(StatusCode, String),
    #[error("the answer is larger than {MOST_BYTES} bytes; check that the address is that of an edge")]
    TooLarge,
    #[error("the answer names no cursor; check that the address is that of an edge")]
    NoCursor,
    #[error(transparent)]
    Frames(#[from] FrameError),
    #[error(transparent)]
    Centre(#[from] CentreError),
    #[error("{0}: {1}; check the path and its permissions")]
    File(PathBuf, std::io::Error),
    #[error("{0} holds more than {MOST_FILE_BYTES} bytes; export a shorter period")]
    LongFile(PathBuf),
    #[error("the address cannot be read: {0}")]
    Address(String),
}

/// Pulls from every origin until the future is dropped.
pub async fn run(centre: Centre, origins: impl IntoIterator<Item = (String, Origin)>) {
    let mut tasks = JoinSet::new();
    for (region, origin) in origins {
        let centre = centre.clone();
        tasks.spawn(async move {
            match origin {
                Origin::Remote { url, key, every } => follow_edge(&centre, &region, (&url, &key), every).await,
                Origin::File(path) => follow_file(&centre, &region, &path).await,
            }
        });
    }
    while tasks.join_next().await.is_some() {}
}

async fn follow_edge(centre: &Centre, region: &str, (url, key): (&str, &Secret), every: Duration) {
    let mut wait = every;
    let edge = loop {
        match Edge::new(region, url, key) {
            Ok(edge) => break edge,
            Err(error) => {
                report(centre, region, Err(&error));
                tokio::time::sleep(LONGEST_WAIT).await;
            }
        }
    };
    loop {
        match edge.page(centre).await {
            // There may be more at once: pages follow each other until there is nothing new.
            Ok(true) => {
                report(centre, region, Ok(()));
                wait = every;
                continue;
            }
            Ok(false) => {
                report(centre, region, Ok(()));
                wait = every;
            }
            Err(error) => {
                report(centre, region, Err(&error));
                wait = (wait * 2).min(LONGEST_WAIT.max(every));
            }
        }
        tokio::time::sleep(wait).await;
    }
}

/// Tells the centre; a trouble that is new is said once.
fn report(centre: &Centre, region: &str, answer: Result<(), &PullError>) {
    let trouble = answer.err().map(ToString::to_string).unwrap_or_default();
    if centre.note_contact(region, &trouble) {
        let text = if trouble.is_empty() { "answers again" } else { &trouble };
        crate::output::log(&format!("region {region}: {text}"));
    }
}

/// An edge that answers over HTTP.
struct Edge {
    region: String,
    client: Client,
    url: Url,
    key: Secret,
}

impl Edge {
    fn new(region: &str, url: &str, key: &Secret) -> Result<Self, PullError> {
        let url = Url::parse(&format!("{url}/api/frames")).map_err(|error| PullError::Address(error.to_string()))?;
        let client = crate::outgoing::remote().timeout(PATIENCE).build()?;
        Ok(Self { region: region.to_owned(), client, url, key: key.clone() })
    }

    /// Fetches and keeps the next page; whether it held anything, so that there may be more.
    async fn page(&self, centre: &Centre) -> Result<bool, PullError> {
        let from = position(centre, &self.region).await?;
        let limit = ROWS.to_string();
        let mut request = self
            .client
            .get(self.url.clone())
            .query(&[("region", self.region.as_str()), ("since", &from), ("limit", &limit)])
            .bearer_auth(self.key.expose());
        if !from.is_empty() {
            request = request.header(IF_NONE_MATCH, format!("\"{from}\""));
        }
        let mut answer = request.send().await?;
        let status = answer.status();
        if status == StatusCode::NOT_MODIFIED {
            return Ok(false);
        }
        let next = cursor(answer.headers());
        let mut bytes = Vec::new();
        while let Some(piece) = answer.chunk().await? {
            if bytes.len() + piece.len() > MOST_BYTES {
                return Err(PullError::TooLarge);
            }
            bytes.extend_from_slice(&piece);
        }
        if status != StatusCode::OK {
            return Err(PullError::Status(status, refusal(&bytes)));
        }
        let next = next.ok_or(PullError::NoCursor)?;
        if next == from {
            return Ok(false);
        }
        let frames = Frame::decode_all(&bytes)?;
        let more = !frames.is_empty();
        keep(centre, &self.region, frames, next).await?;
        Ok(more)
    }
}

/// What lies beneath an error of the client, such as "connection refused".
fn cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

/// The message of a refusal of ours; of any other the beginning of its text.
fn refusal(body: &[u8]) -> String {
    let message = serde_json::from_slice::<serde_json::Value>(body).ok();
    let message = message.as_ref().and_then(|json| json.pointer("/error/message")?.as_str());
    let text = String::from_utf8_lossy(body);
    message.unwrap_or(&text).chars().take(200).collect()
}

fn cursor(headers: &HeaderMap) -> Option<String> {
    let header = headers.get(CURSOR_HEADER).or_else(|| headers.get(ETAG))?.to_str().ok()?;
    let cursor = header.trim_matches('"');
    (!cursor.is_empty() && cursor.len() <= 4096).then(|| cursor.to_owned())
}

async fn position(centre: &Centre, region: &str) -> Result<String, PullError> {
    let (centre, region) = (centre.clone(), region.to_owned());
    let task = tokio::task::spawn_blocking(move || centre.position(&region));
    Ok(task.await.map_err(|_| CentreError::Stopping)??)
}

async fn keep(centre: &Centre, region: &str, frames: Vec<Frame>, position: String) -> Result<(), PullError> {
    let (centre, region) = (centre.clone(), region.to_owned());
    let task = tokio::task::spawn_blocking(move || centre.take_blocking(&region, &frames, &position));
    Ok(task.await.map_err(|_| CentreError::Stopping)??)
}

async fn follow_file(centre: &Centre, region: &str, path: &Path) {
    loop {
        let read = read_file(centre, region, path).await;
        report(centre, region, read.as_ref().copied());
        tokio::time::sleep(PERIOD).await;
    }
}

/// Reads a file if it is not the one that was read last.
async fn read_file(centre: &Centre, region: &str, path: &Path) -> Result<(), PullError> {
    let failed = |error| PullError::File(path.to_path_buf(), error);
    let meta = tokio::fs::metadata(path).await.map_err(failed)?;
    if meta.len() > MOST_FILE_BYTES {
        return Err(PullError::LongFile(path.to_path_buf()));
    }
    let changed = meta.modified().map_err(failed)?.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let stamp = format!("{}-{}", changed.as_nanos(), meta.len());
    if position(centre, region).await? == stamp {
        return Ok(());
    }
    let bytes = tokio::fs::read(path).await.map_err(failed)?;
    let mut frames = Frame::decode_all(&bytes)?;
    // A file may hold several regions; each is named by the settings for itself.
    frames.retain(|frame| frame.region == region);
    keep(centre, region, frames, stamp).await
}
