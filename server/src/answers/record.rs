//! An answer as it is kept, and as it is told again.

use std::io::{Read, Write};

use bonghwa_analytics::answer::Reply;
use bonghwa_analytics::ask::Understood;
use bonghwa_analytics::codec::hex;
use bonghwa_analytics::format::Lang;
use bonghwa_analytics::mask::{Profile, mask};
use bonghwa_app::speak;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{AnswersError, Asked, Judgement, damaged, engine, json};
use crate::egress::each_text;
use crate::model::phrase::{self, Facts, Line};
use crate::model::prompt::{self, Task};
use crate::model::{ModelUse, Tokens};

/// Bytes of an answer once unpacked.
const MOST_BYTES: u64 = 64 << 20;

/// An answer that was given, told again.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Record {
    /// Its name.
    pub id: String,
    /// When it was first given, and last, seconds since the epoch.
    pub first: i64,
    /// See `first`.
    pub last: i64,
    /// How often.
    pub times: i64,
    /// What was asked, with personal data masked.
    pub text: String,
    /// What became of the words.
    pub understood: Understood,
    /// The instant of the newest data.
    pub as_of: i64,
    /// The program that made it.
    pub engine: Engine,
    /// SHA-256 of the facts.
    pub facts: String,
    /// The answer in words, Korean and English, put together from the facts just now.
    pub words: [String; 2],
    /// Whether those words are, to the byte, what was said then.
    pub same: bool,
    /// What a model added, if one was asked.
    pub model: Option<Written>,
    /// What people said of it, oldest first.
    pub judgements: Vec<Judgement>,
}

/// The program that made an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Engine {
    /// Its version.
    pub version: String,
    /// SHA-256 of its file.
    pub hash: String,
    /// Whether it is the one that tells it again.
    pub same: bool,
}

/// What a model added to an answer, read again from what it said.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Written {
    /// Language of its sentences.
    pub lang: String,
    /// Its sentences, checked again just now.
    pub lines: Vec<Line>,
    /// Whether they are, to the byte, what was shown then.
    pub same: bool,
    /// The calls that were made.
    pub calls: Vec<Prompt>,
}

/// A call of a model.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Prompt {
    /// Prompt, such as `phrase/1`.
    pub prompt: String,
    /// SHA-256 of its file.
    pub prompt_hash: String,
    /// Whether this program has that very prompt.
    pub known: bool,
    /// Provider, by its name in the settings.
    pub provider: String,
    /// Model, by the name that the provider gives it.
    pub model: String,
    /// SHA-256 of provider, model and parameters of the call.
    pub model_hash: String,
    /// Tokens sent and received.
    pub tokens: [u64; 2],
    /// Sentences or proposals that were refused.
    pub refused: u32,
    /// Why nothing came, or why it broke off; empty if the call went well.
    pub failed: String,
}

/// A row of the table.
pub(super) struct Kept {
    /// [`Asked`] as JSON.
    pub(super) context: String,
    pub(super) version: String,
    pub(super) engine: String,
    pub(super) facts: String,
    pub(super) words: String,
    /// The reply as JSON, deflated.
    pub(super) reply: Vec<u8>,
    pub(super) first: i64,
    pub(super) last: i64,
    pub(super) times: i64,
}

/// What a model was asked, as it is kept.
#[derive(Serialize, Deserialize)]
pub(super) struct Conversation {
    lang: String,
    calls: Vec<ModelUse>,
    /// SHA-256 of the sentences that were shown.
    lines: String,
}

impl Conversation {
    pub(super) fn of(lang: Lang, calls: &[ModelUse], lines: &[Line]) -> Self {
        Self { lang: lang.tag().to_owned(), calls: calls.to_vec(), lines: sha(&json(&lines)) }
    }
}

impl Kept {
    /// A reply as it is kept, and its name.
    pub(super) fn of(reply: &Reply, asked: &Asked) -> Result<(String, Self), AnswersError> {
        let understood = serde_json::to_value(&reply.understood)
            .map(|value| each_text(value, &mut |text| masked(text)))
            .and_then(serde_json::from_value)
            .map_err(|error| damaged("", &error))?;
        let reply = Reply { text: masked(&reply.text), understood, ..reply.clone() };
        let (facts, words, text) = (sha(&json(&reply.answer)), sha(&told(&reply).concat()), json(&reply));
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let id = sha(&format!("{version}\n{text}")).chars().take(16).collect();
        let engine = engine::hash().to_owned();
        let (context, reply) = (json(asked), pack(text.as_bytes()));
        Ok((id, Self { context, version, engine, facts, words, reply, first: 0, last: 0, times: 0 }))
    }

    /// What the words were understood with.
    pub(super) fn asked(&self, id: &str) -> Result<Asked, AnswersError> {
        serde_json::from_str(&self.context).map_err(|error| damaged(id, &error))
    }

    /// The reply.
    pub(super) fn read(&self, id: &str) -> Result<Reply, AnswersError> {
        let text = unpack(&self.reply).map_err(|error| damaged(id, &error))?;
        serde_json::from_str(&text).map_err(|error| damaged(id, &error))
    }

    /// The whole, told again.
    pub(super) fn record(
        self,
        id: &str,
        conversation: Option<Conversation>,
        judgements: Vec<Judgement>,
    ) -> Result<Record, AnswersError> {
        let reply = self.read(id)?;
        let words = told(&reply);
        Ok(Record {
            id: id.to_owned(),
            first: self.first,
            last: self.last,
            times: self.times,
            as_of: reply.as_of,
            same: sha(&words.concat()) == self.words && sha(&json(&reply.answer)) == self.facts,
            engine: Engine { same: self.engine == engine::hash(), version: self.version, hash: self.engine },
            facts: self.facts,
            words,
            model: conversation.map(|conversation| conversation.written(&reply)),
            judgements,
            text: reply.text,
            understood: reply.understood,
        })
    }
}

impl Conversation {
    fn written(self, reply: &Reply) -> Written {
        let lang = Lang::from_tag(&self.lang).unwrap_or_default();
        let raw = self.calls.iter().rfind(|used| used.task == Task::Phrase).map(|used| used.raw.as_str());
        let lines = match (raw, Facts::of(reply, lang)) {
            (Some(raw), Some(facts)) => phrase::replay(raw, &facts),
            _ => Vec::new(),
        };
        let same = sha(&json(&lines)) == self.lines;
        Written { lang: self.lang, lines, same, calls: self.calls.into_iter().map(call).collect() }
    }
}

fn call(used: ModelUse) -> Prompt {
    let version = used.prompt_id.rsplit_once('/').map_or("", |(_, version)| version);
    let known = prompt::find(used.task, version).is_some_and(|prompt| prompt.hash == used.prompt_hash);
    let model_hash = sha(&json(&(&used.provider, &used.model_id, &used.parameters)));
    let Tokens { input, output } = used.tokens;
    Prompt {
        prompt: used.prompt_id,
        prompt_hash: used.prompt_hash,
        known,
        provider: used.provider,
        model: used.model_id,
        model_hash,
        tokens: [input, output],
        refused: used.refused,
        failed: used.failed,
    }
}

/// A text without personal data.
pub(super) fn masked(text: &str) -> String {
    mask(text, Profile::Strict).text.to_string()
}

/// As it lies in the file.
pub(super) fn pack(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    // Writing into memory does not fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

fn unpack(bytes: &[u8]) -> std::io::Result<String> {
    let mut text = String::new();
    DeflateDecoder::new(bytes).take(MOST_BYTES).read_to_string(&mut text)?;
    Ok(text)
}

fn told(reply: &Reply) -> [String; 2] {
    [Lang::Ko, Lang::En].map(|lang| speak(reply, lang))
}

fn sha(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}
