//! The gateway to language models: by hand over HTTP, with every bound that a call needs.
//!
//! A model is never trusted with a number or an action. It may propose a question (`propose`), which is shown and answered
//! by our own code, and put an answer into words (`phrase`) round slots that our renderer fills. What it says passes
//! checks here; what fails them is dropped, and the answer of rules stands.

mod breaker;
mod budget;
pub mod conversation;
mod error;
pub mod phrase;
pub mod prompt;
pub mod propose;
mod protocol;
mod provider;
mod sse;

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::sync::Semaphore;

use self::budget::Budget;
pub use self::error::ModelError;
use self::prompt::{Prompt, Task};
use self::provider::Provider;
use crate::egress::Egress;
use crate::settings::{DataClass, ModelSettings, PromptVersions};

/// Bytes that stand for a token where a provider has not counted yet; less than texts in Korean and English need.
const BYTES_PER_TOKEN: usize = 3;

/// Hears the words of an answer as they come.
pub type Hear<'a> = dyn FnMut(&str) + Send + 'a;

/// Comes when nobody waits for an answer any more.
pub type Gone<'a> = Pin<&'a mut (dyn Future<Output = ()> + Send)>;

/// What a model is asked.
#[derive(Clone, Debug)]
pub struct Call<'a> {
    /// What it is told to do.
    pub prompt: &'a Prompt,
    /// With what; masked on its way.
    pub content: Value,
    /// The tool that it must call, where the answer is data.
    pub tool: Option<Tool>,
    /// Tokens of the answer at most.
    pub most_tokens: u64,
}

/// A tool: how a model gives data of a form.
#[derive(Clone, Debug)]
pub struct Tool {
    /// Its name.
    pub name: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// JSON schema of its arguments.
    pub schema: Value,
}

/// Tokens of a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    /// Sent.
    pub input: u64,
    /// Received.
    pub output: u64,
}

/// What a model answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// Its words.
    pub text: String,
    /// The arguments with which it called the tool.
    pub tool: String,
    /// What the provider says that was used.
    pub tokens: Tokens,
}

/// A call that was made, with all that is needed to understand and to repeat what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelUse {
    /// What was asked for.
    pub task: Task,
    /// Prompt, such as `phrase/1`.
    pub prompt_id: String,
    /// SHA-256 of the prompt's file.
    pub prompt_hash: String,
    /// Provider, by its name in the settings; empty if none was reached.
    pub provider: String,
    /// Model, by the name that the provider gives it.
    pub model_id: String,
    /// Parameters of the call.
    pub parameters: Map<String, Value>,
    /// What the model said, to be read again by [`phrase::replay`]; at most 32 KiB.
    pub raw: String,
    /// What was used.
    pub tokens: Tokens,
    /// How many of its lines or proposals were refused.
    pub refused: u32,
    /// Why nothing came, or why it broke off ([`ModelError::code`]); empty if the call went well.
    pub failed: String,
}

/// The gateway; `None` of it where no provider is configured.
#[derive(Debug)]
pub struct Gateway {
    class: DataClass,
    prompts: PromptVersions,
    providers: Vec<Provider>,
    budget: Budget,
    places: Semaphore,
    egress: Egress,
    counts: Mutex<BTreeMap<(String, &'static str), u64>>,
    tokens: Mutex<Tokens>,
}

impl Gateway {
    /// A gateway by the settings, if they name a provider.
    pub fn new(settings: &ModelSettings, egress: Egress) -> Result<Option<Arc<Self>>, reqwest::Error> {
        if settings.providers.is_empty() {
            return Ok(None);
        }
        let providers = settings.providers.iter().cloned().map(Provider::new).collect::<Result<_, _>>()?;
        Ok(Some(Arc::new(Self {
            class: settings.class,
            prompts: settings.prompts.clone(),
            providers,
            budget: Budget::new(settings.tokens_per_hour, settings.tokens_per_day),
            places: Semaphore::new(settings.concurrent),
            egress,
            counts: Mutex::default(),
            tokens: Mutex::default(),
        })))
    }

    /// The prompt of a task, as the settings choose it.
    pub fn prompt(&self, task: Task) -> Option<Prompt> {
        let version = match task {
            Task::Propose => &self.prompts.propose,
            Task::Phrase => &self.prompts.phrase,
        };
        prompt::find(task, version)
    }

    /// Asks the first provider that may have the data and answers. `hear` gets the words as they come; once there were
    /// some, nobody else is asked. `gone` ends the request; what came and was used until then is told as of any other.
    pub async fn call(&self, task: Task, call: &Call<'_>, hear: &mut Hear<'_>, gone: Gone<'_>) -> ModelUse {
        let mut used = ModelUse {
            task,
            prompt_id: call.prompt.id.clone(),
            prompt_hash: call.prompt.hash.clone(),
            provider: String::new(),
            model_id: String::new(),
            parameters: Map::new(),
            raw: String::new(),
            tokens: Tokens::default(),
            refused: 0,
            failed: String::new(),
        };
        match self.route(call, &mut used, hear, gone).await {
            Ok(()) => self.count(&used.provider, "answered"),
            Err(error) => error.code().clone_into(&mut used.failed),
        }
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        (tokens.input, tokens.output) = (tokens.input + used.tokens.input, tokens.output + used.tokens.output);
        drop(tokens);
        used
    }

    async fn route(
        &self,
        call: &Call<'_>,
        used: &mut ModelUse,
        hear: &mut Hear<'_>,
        mut gone: Gone<'_>,
    ) -> Result<(), ModelError> {
        let _place = self.places.try_acquire().map_err(|_| ModelError::Busy)?;
        let mut failed = ModelError::Class;
        for provider in self.providers.iter().filter(|provider| provider.settings.may_have(self.class)) {
            let name = &provider.settings.name;
            let parameters = protocol::parameters(&provider.settings, call);
            let most = ["max_tokens", "max_completion_tokens"].iter().find_map(|key| parameters.get(key)?.as_u64());
            let sent = estimate(call);
            let reserved = self.budget.reserve(sent + most.unwrap_or(call.most_tokens), Instant::now())?;
            if !provider.breaker.admits(Instant::now()) {
                reserved.settle(0);
                failed = ModelError::Open;
                continue;
            }
            name.clone_into(&mut used.provider);
            provider.settings.model.clone_into(&mut used.model_id);
            used.parameters = parameters.as_object().cloned().unwrap_or_default();
            let made = provider.call(call, &self.egress, hear, gone.as_mut()).await;
            provider.note(made.failed.as_ref());
            used.tokens = made.tokens(sent);
            // Servers that know no tools answer in words.
            used.raw = if made.reply.tool.is_empty() { made.reply.text } else { made.reply.tool };
            match made.failed {
                None => {
                    reserved.settle(used.tokens.input + used.tokens.output);
                    return Ok(());
                }
                Some(error) => {
                    // What a provider did before it failed is not known once it had taken the call.
                    if matches!(error, ModelError::Connect(_) | ModelError::Throttled(_) | ModelError::Status(_)) {
                        reserved.settle(0);
                    }
                    self.count(name, error.code());
                    failed = error;
                    if made.begun || failed == ModelError::Ended {
                        return Err(failed);
                    }
                }
            }
        }
        Err(failed)
    }

    fn count(&self, provider: &str, outcome: &'static str) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry((provider.to_owned(), outcome)).or_default() += 1;
    }

    /// How calls went, by provider and outcome, since the start.
    pub fn counts(&self) -> Vec<(String, &'static str, u64)> {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.iter().map(|((provider, outcome), count)| (provider.clone(), *outcome, *count)).collect()
    }

    /// Tokens of all calls since the start.
    pub fn tokens(&self) -> Tokens {
        *self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Which providers are left alone at the moment.
    pub fn resting(&self) -> Vec<(&str, bool)> {
        let now = Instant::now();
        self.providers.iter().map(|p| (p.settings.name.as_str(), p.breaker.is_open(now))).collect()
    }
}

/// Tokens that a call sends, before the provider has counted them.
fn estimate(call: &Call<'_>) -> u64 {
    let tool = call.tool.as_ref().map_or(0, |tool| tool.schema.to_string().len() + tool.description.len());
    (call.prompt.text.len() + call.content.to_string().len() + tool).div_ceil(BYTES_PER_TOKEN) as u64
}
