//! Language models: which may be asked, with what, and how much.
//!
//! Nothing is sent to a model unless a provider stands here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Seconds, Secret, SettingsError};
use crate::model::prompt;

/// Providers at most.
const MOST_PROVIDERS: usize = 8;
/// What this program writes into the body of a request by itself.
const OWN_KEYS: [&str; 8] =
    ["model", "messages", "system", "stream", "stream_options", "tools", "tool_choice", "functions"];

/// Everything about language models that can be set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ModelSettings {
    /// Class of this console's data.
    pub class: DataClass,
    /// Tokens, sent and received, in any hour.
    pub tokens_per_hour: u64,
    /// Tokens in any 24 hours.
    pub tokens_per_day: u64,
    /// Calls under way at once; one more is not made.
    pub concurrent: usize,
    /// Version of the prompt of each task; the one before is a roll-back.
    pub prompts: PromptVersions,
    /// Who is asked, in order of preference.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub providers: Vec<ProviderSettings>,
}

/// Classes of data by N2SF, the security guideline for national and public networks (National Intelligence Service, 2025).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum DataClass {
    /// Open: may leave to any provider.
    O,
    /// Sensitive: never leaves to an external provider. Logs of systems belong here unless somebody decided otherwise.
    S,
    /// Classified: besides, only to a provider that the settings clear for it.
    C,
}

/// Which version of a prompt is used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PromptVersions {
    /// Reading a question that the grammar cannot.
    pub propose: String,
    /// Putting an answer into fluent words.
    pub phrase: String,
}

/// The interface that a provider speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProviderKind {
    /// `POST {url}/chat/completions` as OpenAI defined it; spoken by vLLM, Ollama, llama.cpp and others.
    Openai,
    /// `POST {url}/v1/messages` of Anthropic.
    Anthropic,
}

/// Somebody who can be asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderSettings {
    /// Name, for answers and metrics.
    pub name: String,
    /// Its interface.
    pub kind: ProviderKind,
    /// Address, up to and without `/chat/completions` or `/v1/messages`.
    pub url: String,
    /// Model, by the name that the provider gives it.
    pub model: String,
    /// Key, if the provider wants one.
    #[serde(default)]
    pub key: Option<Secret>,
    /// File with that key.
    #[serde(default)]
    pub key_file: Option<PathBuf>,
    /// Whether it runs outside of one's own network; so it counts unless said otherwise.
    #[serde(default = "yes")]
    pub external: bool,
    /// Whether it is cleared for data of class C.
    #[serde(default)]
    pub classified: bool,
    /// Time to connect.
    #[serde(default = "five_seconds")]
    pub connect_timeout: Seconds,
    /// Time until the first words.
    #[serde(default = "twenty_seconds")]
    pub first_timeout: Seconds,
    /// Time of a whole call.
    #[serde(default = "a_minute")]
    pub timeout: Seconds,
    /// What else goes into the body of a request, such as `temperature`.
    #[serde(default)]
    pub parameters: Map<String, Value>,
}

const fn yes() -> bool {
    true
}

const fn five_seconds() -> Seconds {
    Seconds(5)
}

const fn twenty_seconds() -> Seconds {
    Seconds(20)
}

const fn a_minute() -> Seconds {
    Seconds(60)
}

impl Default for ModelSettings {
    fn default() -> Self {
        Self {
            class: DataClass::S,
            tokens_per_hour: 200_000,
            tokens_per_day: 2_000_000,
            concurrent: 4,
            prompts: PromptVersions::default(),
            providers: Vec::new(),
        }
    }
}

impl Default for PromptVersions {
    fn default() -> Self {
        Self { propose: "1".into(), phrase: "1".into() }
    }
}

impl ProviderSettings {
    /// Whether data of a class may be sent to it.
    pub const fn may_have(&self, class: DataClass) -> bool {
        match class {
            DataClass::O => true,
            DataClass::S => !self.external,
            DataClass::C => !self.external && self.classified,
        }
    }
}

impl ModelSettings {
    /// Paths of a settings file mean places beside it.
    pub(super) fn beside(&mut self, folder: &Path) {
        for path in self.providers.iter_mut().filter_map(|provider| provider.key_file.as_mut()) {
            *path = folder.join(&path);
        }
    }

    /// Reads keys from their files and checks every value.
    pub(super) fn settle(&mut self) -> Result<(), SettingsError> {
        let wrong = |key, message: String| Err(SettingsError::Value { key, message });
        for (key, value) in
            [("model.tokens_per_hour", self.tokens_per_hour), ("model.tokens_per_day", self.tokens_per_day)]
        {
            if value > 1 << 40 {
                return wrong(key, format!("{value} is out of range; give at most 2^40, 0 for no calls at all"));
            }
        }
        if !(1..=64).contains(&self.concurrent) {
            return wrong("model.concurrent", format!("{} is out of range; give 1 to 64", self.concurrent));
        }
        for (key, task, version) in [
            ("model.prompts.propose", prompt::Task::Propose, &self.prompts.propose),
            ("model.prompts.phrase", prompt::Task::Phrase, &self.prompts.phrase),
        ] {
            if prompt::find(task, version).is_none() {
                let known = prompt::versions(task).join(", ");
                return wrong(key, format!("there is no version {version:?}; give one of {known}"));
            }
        }
        if self.providers.len() > MOST_PROVIDERS {
            return wrong(
                "model.providers",
                format!("{} of them; give at most {MOST_PROVIDERS}", self.providers.len()),
            );
        }
        let mut names: Vec<String> = Vec::new();
        for provider in &mut self.providers {
            provider.settle()?;
            if names.contains(&provider.name) {
                return wrong("model.providers", format!("the name {:?} stands twice", provider.name));
            }
            names.push(provider.name.clone());
        }
        Ok(())
    }
}

impl ProviderSettings {
    fn settle(&mut self) -> Result<(), SettingsError> {
        let name = self.name.clone();
        let wrong = |message: String| {
            Err(SettingsError::Value { key: "model.providers", message: format!("{name:?}: {message}") })
        };
        let sound = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.name.is_empty() || self.name.len() > 32 || !self.name.chars().all(sound) {
            return wrong("a name may hold only a-z, 0-9 and -, at most 32 of them".into());
        }
        self.url = self.url.trim_end_matches('/').to_owned();
        let parsed = reqwest::Url::parse(&self.url);
        let good = |url: &reqwest::Url| {
            matches!(url.scheme(), "http" | "https")
                && url.has_host()
                && url.query().is_none()
                && url.username().is_empty()
        };
        let Some(url) = parsed.ok().filter(good) else {
            return wrong("the url must begin with https:// (or http:// within one's own network)".into());
        };
        if self.external && url.scheme() != "https" && !is_loopback(&url) {
            return wrong("an external provider needs https://; a provider of one's own needs external = false".into());
        }
        if self.external && self.classified {
            return wrong("an external provider cannot be cleared for class C".into());
        }
        if self.model.is_empty() || self.model.len() > 256 || self.model.chars().any(char::is_control) {
            return wrong("the model needs its name, of at most 256 bytes".into());
        }
        let key = match (&self.key, &self.key_file) {
            (Some(_), Some(_)) => return wrong("give either key or key_file".into()),
            (Some(key), None) => Some(key.expose().trim().to_owned()),
            (None, Some(path)) => Some(super::read_text(path)?.trim().to_owned()),
            (None, None) => None,
        };
        if key.as_ref().is_some_and(|key| key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic())) {
            return wrong("the key is empty or holds characters that no key has".into());
        }
        (self.key, self.key_file) = (key.as_deref().map(Secret::from), None);
        for (field, value, most) in [
            ("connect_timeout", self.connect_timeout, 60),
            ("first_timeout", self.first_timeout, 600),
            ("timeout", self.timeout, 600),
        ] {
            if !(1..=most).contains(&value.0) {
                return wrong(format!("{field} = {value} is out of range; give 1s to {}", Seconds(most)));
            }
        }
        match self.parameters.keys().find(|key| OWN_KEYS.contains(&key.as_str())) {
            Some(key) => wrong(format!("{key:?} cannot stand among the parameters; the program sets it")),
            None => Ok(()),
        }
    }
}

fn is_loopback(url: &reqwest::Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

/// Keys that the environment gives to providers of these names: `BONGHWA_MODEL_<NAME>_KEY`.
pub(super) fn apply_keys(
    settings: &mut ModelSettings,
    keys: &BTreeMap<String, (String, Secret)>,
) -> Result<(), SettingsError> {
    for (name, (variable, key)) in keys {
        let Some(provider) = settings.providers.iter_mut().find(|provider| provider.name == *name) else {
            return Err(SettingsError::Environment {
                name: variable.clone(),
                message: format!("there is no provider {name:?} among model.providers"),
            });
        };
        (provider.key, provider.key_file) = (Some(key.clone()), None);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn provider(text: &str) -> Result<ModelSettings, String> {
        let base = "name = \"a\"\nkind = \"openai\"\nurl = \"https://a.example/v1/\"\nmodel = \"m\"\n";
        let mut lines: Vec<&str> = base.lines().collect();
        let given: Vec<&str> = text.lines().map(|line| line.split(' ').next().unwrap_or_default()).collect();
        lines.retain(|line| !given.contains(&line.split(' ').next().unwrap_or_default()));
        let file = format!("[[providers]]\n{}\n{text}\n", lines.join("\n"));
        let mut settings: ModelSettings = toml::from_str(&file).map_err(|error| error.to_string())?;
        settings.settle().map_err(|error| error.to_string())?;
        Ok(settings)
    }

    #[test]
    fn a_provider_is_external_unless_said_otherwise() {
        let settings = provider("key = \"k\"").unwrap();
        let one = &settings.providers[0];
        assert_eq!(one.url, "https://a.example/v1");
        let may = |one: &ProviderSettings| [DataClass::O, DataClass::S, DataClass::C].map(|class| one.may_have(class));
        assert_eq!(may(one), [true, false, false]);
        assert_eq!(may(&provider("external = false").unwrap().providers[0]), [true, true, false]);
        assert_eq!(may(&provider("external = false\nclassified = true").unwrap().providers[0]), [true, true, true]);
        assert!(!format!("{settings:?}").contains("\"k\""), "a key is not printed");
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, part) in [
            ("kind = \"gemini\"", "gemini"),
            ("adress = 1", "adress"),
            ("url = \"a.example\"", "https://"),
            ("url = \"http://a.example\"", "external = false"),
            ("url = \"https://user@a.example\"", "https://"),
            ("classified = true", "class C"),
            ("name = \"A b\"", "a-z"),
            ("model = \"\"", "its name"),
            ("key = \"a b\"", "characters"),
            ("key = \"a\"\nkey_file = \"b\"", "either key"),
            ("timeout = \"20m\"", "timeout"),
            ("parameters = { stream = false }", "stream"),
        ] {
            let message = provider(text).unwrap_err();
            assert!(message.contains(part), "{text}: {message}");
        }
        let settle = |text: &str| toml::from_str::<ModelSettings>(text).unwrap().settle().unwrap_err().to_string();
        assert!(settle("[prompts]\nphrase = \"99\"").contains("`model.prompts.phrase`"));
        assert!(settle("concurrent = 0").contains("`model.concurrent`"));
        assert!(toml::from_str::<ModelSettings>("class = \"X\"").is_err());
    }
}
