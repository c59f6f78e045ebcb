//! `bonghwa ask`

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use bonghwa_analytics::answer::{Asking, reply};
use bonghwa_analytics::atlas::AtlasError;
use bonghwa_analytics::desk::{Files, Manifest};
use bonghwa_analytics::format::{Lang, parse_local};
use bonghwa_analytics::frame::{Frame, FrameError};
use bonghwa_app::speak;
use clap::Args;
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::Failure;
use super::demo::ServerArgs;
use crate::output::say;
use crate::settings::bundled_regions;

/// Bytes of files that are read together.
const MOST_BYTES: u64 = 1 << 30;

/// Ask a running server, or files of frames, in plain Korean or English.
#[derive(Args)]
pub(super) struct Ask {
    /// The question, in quotes
    question: String,
    /// A file of frames to answer from, in the place of a server; may be given several times
    #[arg(long, value_name = "FILE", conflicts_with = "server")]
    file: Vec<PathBuf>,
    /// What was asked before, where the question goes on from it; may be given several times
    #[arg(long, value_name = "QUESTION")]
    before: Vec<String>,
    /// The instant that "now" is: 2026-11-20T14:05 in Asia/Seoul, or seconds since 1970 [default: the newest data]
    #[arg(long, value_name = "TIME", value_parser = instant)]
    at: Option<i64>,
    /// Language of the answer [default: that of the question]
    #[arg(long, value_name = "ko|en", value_parser = ["ko", "en"])]
    lang: Option<String>,
    /// Print the question as it was understood and the answer, as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: ServerArgs,
}

/// Why files cannot be answered from.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refused {
    #[error("cannot read {0}: {1}; check the path and its permissions")]
    File(PathBuf, std::io::Error),
    #[error("the files hold more than {MOST_BYTES} bytes; give fewer regions or days")]
    TooLarge,
    #[error("{0} is no file of frames ({1}); make one with GET /api/frames")]
    Frames(PathBuf, FrameError),
    #[error("the files do not go together: {0}")]
    Atlas(#[from] AtlasError),
}

pub(super) fn instant(text: &str) -> Result<i64, String> {
    let read = text.parse().ok().or_else(|| parse_local(text));
    read.ok_or_else(|| "give 2026-11-20T14:05 or seconds since 1970".to_owned())
}

impl Ask {
    pub(super) fn run(self) -> Result<(), Failure> {
        let reply = if self.file.is_empty() { self.of_server()? } else { self.of_files()? };
        if self.json {
            let mut out = Map::new();
            out.insert("question".into(), reply.pointer("/understood").cloned().unwrap_or(Value::Null));
            out.insert("answer".into(), reply.get("answer").cloned().unwrap_or(Value::Null));
            say!("{:#}", Value::Object(out));
            return Ok(());
        }
        let hangul = |text: &str| text.chars().any(|c| ('가'..='힣').contains(&c));
        let korean = self.lang.as_deref().map_or_else(|| hangul(&self.question), |lang| lang == "ko");
        let words = reply.pointer(if korean { "/words/0" } else { "/words/1" }).and_then(Value::as_str);
        say!("{}", words.unwrap_or_default());
        Ok(())
    }

    fn of_server(&self) -> Result<Value, Failure> {
        let mut body = json!({ "text": self.question, "before": self.before });
        if let Some(at) = self.at {
            body["at"] = at.into();
        }
        self.server.ask(Method::POST, "/api/ask", Some(&body))
    }

    /// What the server says to the same question, made here.
    fn of_files(&self) -> Result<Value, Failure> {
        let desk = open(&self.file, Manifest { regions: bundled_regions(), ..Manifest::default() })?;
        let asking =
            Asking { text: self.question.clone(), before: self.before.clone(), at: self.at, ..Asking::default() };
        let reply = reply(&desk, &asking).map_err(Refused::Atlas)?;
        let words = [Lang::Ko, Lang::En].map(|lang| speak(&reply, lang));
        let mut told = serde_json::to_value(&reply)?;
        told["words"] = json!(words);
        Ok(told)
    }
}

/// A desk of the frames of some files.
pub(super) fn open(files: &[PathBuf], manifest: Manifest) -> Result<Files, Refused> {
    let mut left = MOST_BYTES;
    let mut frames = Vec::new();
    for file in files {
        let bytes = read(file, left)?;
        left -= bytes.len() as u64;
        frames.extend(Frame::decode_all(&bytes).map_err(|error| Refused::Frames(file.clone(), error))?);
    }
    Ok(Files::open(manifest, frames)?)
}

fn read(path: &Path, most: u64) -> Result<Vec<u8>, Refused> {
    let failed = |error| Refused::File(path.to_path_buf(), error);
    let mut bytes = Vec::new();
    File::open(path).map_err(failed)?.take(most + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > most { Err(Refused::TooLarge) } else { Ok(bytes) }
}
