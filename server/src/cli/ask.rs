//! `bonghwa ask`

use std::path::PathBuf;

use bonghwa_analytics::answer::{Asking, reply};
use bonghwa_analytics::desk::Manifest;
use bonghwa_analytics::format::{Lang, parse_local};
use bonghwa_app::speak;
use clap::Args;
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::Failure;
use super::client::ServerArgs;
use super::files::{Refused, open};
use crate::output::say;
use crate::settings::bundled_regions;

/// Ask a running server, or files, in plain Korean or English.
#[derive(Args)]
pub(super) struct Ask {
    /// The question, in quotes
    #[arg(required_unless_present_any = ["replay", "judged"])]
    question: Option<String>,
    /// What to answer from in the place of a server: a .bonghwa file, frames, an access log, a CSV of requests or OTLP JSON; may be
    /// given several times
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
    /// Tell an answer again that a server gave, by the number at its foot: the same words, from the facts that were kept
    #[arg(long, value_name = "NUMBER", conflicts_with_all = ["question", "file", "before", "at", "judged"])]
    replay: Option<String>,
    /// Print every answer that was judged right or wrong, as a set of questions for `cargo xtask eval ask --questions`
    #[arg(long, conflicts_with_all = ["question", "file", "before", "at"])]
    judged: bool,
    /// Print the question as it was understood and the answer, as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: ServerArgs,
}

pub(super) fn instant(text: &str) -> Result<i64, String> {
    parse_local(text).ok_or_else(|| "give 2026-11-20T14:05 or seconds since 1970".to_owned())
}

impl Ask {
    pub(super) fn run(self) -> Result<(), Failure> {
        if let Some(id) = &self.replay {
            return self.again(id);
        }
        if self.judged {
            say!("{}", String::from_utf8_lossy(&self.server.bytes("/api/answers/judged")?).trim_end());
            return Ok(());
        }
        let reply = if self.file.is_empty() { self.of_server()? } else { self.of_files()? };
        if self.json {
            let mut out = Map::new();
            out.insert("question".into(), reply.pointer("/understood").cloned().unwrap_or(Value::Null));
            out.insert("answer".into(), reply.get("answer").cloned().unwrap_or(Value::Null));
            say!("{:#}", Value::Object(out));
            return Ok(());
        }
        say!("{}", self.words(&reply, self.question()));
        Ok(())
    }

    fn question(&self) -> &str {
        self.question.as_deref().unwrap_or_default()
    }

    /// The words of a reply in the language asked for, else in that of the question.
    fn words<'a>(&self, reply: &'a Value, question: &str) -> &'a str {
        let lang = self.lang.as_deref().and_then(Lang::from_tag).unwrap_or_else(|| Lang::of_text(question));
        let words = reply.pointer(lang.pick("/words/0", "/words/1")).and_then(Value::as_str);
        words.unwrap_or_default()
    }

    /// Prints an answer that was given, and whether it still says the same.
    fn again(&self, id: &str) -> Result<(), Failure> {
        let id: String = form_urlencoded::byte_serialize(id.as_bytes()).collect();
        let record = self.server.ask(Method::GET, &format!("/api/answer?id={id}"), None)?;
        if self.json {
            say!("{record:#}");
            return Ok(());
        }
        let text = |pointer: &str| record.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let holds = |pointer: &str| record.pointer(pointer) == Some(&Value::Bool(true));
        say!("{}", self.words(&record, text("/text")));
        for line in record.pointer("/model/lines").and_then(Value::as_array).into_iter().flatten() {
            say!("[AI] {}", line.get("text").and_then(Value::as_str).unwrap_or_default());
        }
        let said = |same| if same { "the same words as then" } else { "NOT the words of then" };
        say!("");
        say!("{}: facts {}", said(holds("/same")), text("/facts"));
        let engine = if holds("/engine/same") { "this program" } else { "another program" };
        say!("made by {engine}: {} {}", text("/engine/version"), text("/engine/hash"));
        for call in record.pointer("/model/calls").and_then(Value::as_array).into_iter().flatten() {
            let text = |key: &str| call.get(key).and_then(Value::as_str).unwrap_or_default();
            say!("prompt {} {}, model {} {}", text("prompt"), text("prompt_hash"), text("model"), text("model_hash"));
        }
        if record.pointer("/model/same").is_some() {
            say!("{} of the model", said(holds("/model/same")));
        }
        Ok(())
    }

    fn of_server(&self) -> Result<Value, Failure> {
        let mut body = json!({ "text": self.question(), "before": self.before });
        if let Some(at) = self.at {
            body["at"] = at.into();
        }
        self.server.ask(Method::POST, "/api/ask", Some(&body))
    }

    /// What the server says to the same question, made here.
    fn of_files(&self) -> Result<Value, Failure> {
        let desk = open(&self.file, Manifest { regions: bundled_regions(), ..Manifest::default() })?;
        let asking =
            Asking { text: self.question().to_owned(), before: self.before.clone(), at: self.at, ..Asking::default() };
        let reply = reply(&desk, &asking).map_err(Refused::Atlas)?;
        let words = [Lang::Ko, Lang::En].map(|lang| speak(&reply, lang));
        let mut told = serde_json::to_value(&reply)?;
        told["words"] = json!(words);
        Ok(told)
    }
}
