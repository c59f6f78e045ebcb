//! `bonghwa ask`

use bonghwa_analytics::format::parse_local;
use clap::Args;
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::Failure;
use super::demo::ServerArgs;
use crate::output::say;

/// Ask a running server in plain Korean or English.
#[derive(Args)]
pub(super) struct Ask {
    /// The question, in quotes
    question: String,
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

fn instant(text: &str) -> Result<i64, String> {
    let read = text.parse().ok().or_else(|| parse_local(text));
    read.ok_or_else(|| "give 2026-11-20T14:05 or seconds since 1970".to_owned())
}

impl Ask {
    pub(super) fn run(self) -> Result<(), Failure> {
        let mut body = json!({ "text": self.question, "before": self.before });
        if let Some(at) = self.at {
            body["at"] = at.into();
        }
        let reply = self.server.ask(Method::POST, "/api/ask", Some(&body))?;
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
}
