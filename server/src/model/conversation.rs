//! A question with a model beside it: the answer of rules at once, then what a model adds that passes every check.

use std::collections::BTreeMap;

use bonghwa_analytics::answer::{Asking, Reply};
use bonghwa_analytics::ask::{Question, Understood};
use bonghwa_analytics::format::Lang;
use bonghwa_app::{slots, speak};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::phrase::{self, Facts, Line, Reader};
use super::prompt::Task;
use super::propose::{self, Known};
use super::{Call, Gateway, Gone, ModelError, ModelUse};
use crate::centre::{Centre, CentreError};
use crate::output::log;

/// A reply as data, and in words.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Told {
    /// As data.
    #[serde(flatten)]
    pub reply: Reply,
    /// Korean and English.
    pub words: [String; 2],
}

impl From<Reply> for Told {
    fn from(reply: Reply) -> Self {
        let words = [Lang::Ko, Lang::En].map(|lang| speak(&reply, lang));
        Self { reply, words }
    }
}

/// What a model took a text for, and the answer of rules to that.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Proposal {
    /// The question as it was proposed, and checked.
    pub question: Question,
    /// The same in words, slot by slot.
    pub slots: Vec<String>,
    /// The answer in words.
    pub words: String,
    /// The answer.
    pub told: Told,
}

/// How it ended.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Done {
    /// Sentences of a model that were shown.
    pub shown: u32,
    /// Sentences and proposals that were refused.
    pub refused: u32,
    /// How many for each reason.
    pub refusals: BTreeMap<String, u32>,
    /// Why nothing of a model is shown, or why it broke off: `off` (none is configured), `unanswered`, `refused`, or the code of
    /// a failed call; empty if it went well.
    pub why: String,
    /// The calls that were made, for the record; to a reader without what the model said.
    pub uses: Vec<ModelUse>,
}

/// What happens, in order.
#[derive(Clone, Debug)]
pub enum Event {
    /// What became of the words.
    Understood(Understood),
    /// The answer of rules, or why there is none.
    Answer(Box<Told>),
    /// What a model took the words for.
    Proposal(Box<Proposal>),
    /// A sentence of a model that passed every check.
    Line(Line),
    /// The end.
    Done(Done),
}

impl Event {
    /// Its name and its data, as they are sent.
    pub fn parts(&self) -> (&'static str, Value) {
        let (name, data) = match self {
            Self::Understood(understood) => ("understood", serde_json::to_value(understood)),
            Self::Answer(told) => ("answer", serde_json::to_value(told)),
            Self::Proposal(proposal) => ("proposal", serde_json::to_value(proposal)),
            Self::Line(line) => ("line", serde_json::to_value(line)),
            Self::Done(done) => ("done", serde_json::to_value(done.public())),
        };
        // These types have no keys but texts, the only thing that could fail.
        (name, data.unwrap_or(Value::Null))
    }
}

impl Done {
    /// Without what the model said: refused sentences are not handed on.
    fn public(&self) -> Self {
        let mut done = self.clone();
        done.uses.iter_mut().for_each(|used| used.raw.clear());
        done
    }

    fn refuse(&mut self, reason: impl Serialize) {
        let name = serde_json::to_value(reason).ok().and_then(|name| name.as_str().map(str::to_owned));
        *self.refusals.entry(name.unwrap_or_default()).or_default() += 1;
        self.refused += 1;
    }
}

/// Answers, and tells what happens as it happens. Where the name of an answer stands beside the question, that answer is gone
/// on from, so that a model's sentences have the figures that the reader sees. `gone` ends what a model does, which is kept as far
/// as it came.
pub async fn converse(
    centre: &Centre,
    gateway: Option<&Gateway>,
    (asking, shown): (Asking, Option<String>),
    lang: Lang,
    tell: &mut (dyn FnMut(Event) + Send),
    mut gone: Gone<'_>,
) -> Result<Done, CentreError> {
    let mut reply = answer(centre, asking.clone(), shown).await?;
    tell(Event::Understood(reply.understood.clone()));
    tell(Event::Answer(Box::new(reply.clone().into())));
    let mut done = Done::default();
    let Some(gateway) = gateway else {
        "off".clone_into(&mut done.why);
        tell(Event::Done(done.clone()));
        return Ok(done);
    };
    if propose::is_open(&reply.understood)
        && let Some(question) = proposed(centre, gateway, &asking, &reply, &mut done, gone.as_mut()).await?
    {
        reply = answer(centre, Asking { question: Some(question.clone()), ..asking.clone() }, None).await?;
        let slots = slots(&reply, lang);
        let words = speak(&reply, lang);
        tell(Event::Proposal(Box::new(Proposal { question, slots, words, told: reply.clone().into() })));
    }
    let mut lines = Vec::new();
    if let Some(facts) = Facts::of(&reply, lang).filter(|_| done.why != ModelError::Ended.code()) {
        lines = phrased(gateway, &facts, &asking.text, &mut done, tell, gone).await;
    } else if done.why.is_empty() {
        "unanswered".clone_into(&mut done.why);
    }
    keep(centre, &reply.id, lang, &done.uses, lines).await;
    tell(Event::Done(done.clone()));
    Ok(done)
}

async fn answer(centre: &Centre, asking: Asking, shown: Option<String>) -> Result<Reply, CentreError> {
    let centre = centre.clone();
    let task = move || match shown.map(|id| centre.answers().reply(&id)) {
        Some(Ok(reply)) => Ok(reply),
        // Nobody keeps it any more: the same question is answered anew.
        _ => centre.ask_and_keep(&asking),
    };
    tokio::task::spawn_blocking(task).await.map_err(|_| CentreError::Stopping)?
}

/// Keeps what a model added beside the answer; that it could not be kept is no reason not to show it.
async fn keep(centre: &Centre, id: &str, lang: Lang, uses: &[ModelUse], lines: Vec<Line>) {
    let (centre, id, uses) = (centre.clone(), id.to_owned(), uses.to_vec());
    let task = move || centre.answers().add(&id, lang, &uses, &lines);
    if let Ok(Err(error)) = tokio::task::spawn_blocking(task).await {
        log(&format!("what a model added to an answer was not kept: {error}"));
    }
}

/// What a model takes the words for.
async fn proposed(
    centre: &Centre,
    gateway: &Gateway,
    asking: &Asking,
    reply: &Reply,
    done: &mut Done,
    gone: Gone<'_>,
) -> Result<Option<Question>, CentreError> {
    let Some(prompt) = gateway.prompt(Task::Propose) else { return Ok(None) };
    let services = centre.services();
    let known = Known { text: &asking.text, as_of: reply.as_of, regions: &reply.regions, services: &services };
    let content = propose::content(&known, asking.before.last().map(String::as_str));
    let call = Call { prompt: &prompt, content, tool: Some(propose::tool()), most_tokens: propose::MOST_TOKENS };
    let mut used = gateway.call(Task::Propose, &call, &mut |_| (), gone).await;
    let mut question = None;
    if used.failed.is_empty() {
        match propose::read(&used.raw, &known) {
            Ok(read) => question = Some(read),
            Err(refusal) => {
                used.refused = 1;
                done.refuse(refusal);
                "refused".clone_into(&mut done.why);
            }
        }
    } else {
        used.failed.clone_into(&mut done.why);
    }
    done.uses.push(used);
    Ok(question)
}

/// What a model says of the facts, sentence by sentence.
async fn phrased(
    gateway: &Gateway,
    facts: &Facts,
    text: &str,
    done: &mut Done,
    tell: &mut (dyn FnMut(Event) + Send),
    gone: Gone<'_>,
) -> Vec<Line> {
    let mut lines = Vec::new();
    let Some(prompt) = gateway.prompt(Task::Phrase) else { return lines };
    let call = Call { prompt: &prompt, content: facts.content(text), tool: None, most_tokens: phrase::MOST_TOKENS };
    let mut reader = Reader::new(facts);
    let mut used = gateway
        .call(
            Task::Phrase,
            &call,
            &mut |words| {
                for line in reader.push(words) {
                    tell(Event::Line(line.clone()));
                    lines.push(line);
                }
            },
            gone,
        )
        .await;
    if let Some(line) = reader.end() {
        tell(Event::Line(line.clone()));
        lines.push(line);
    }
    used.refused = reader.refused.len() as u32;
    reader.refused.iter().for_each(|refusal| done.refuse(refusal));
    done.shown = lines.len() as u32;
    done.why = match used.failed.as_str() {
        "" if lines.is_empty() => "refused".to_owned(),
        failed => failed.to_owned(),
    };
    done.uses.push(used);
    lines
}
