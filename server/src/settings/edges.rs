//! Where the edge of each region runs, if not in this server.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bonghwa_analytics::region::Region;
use serde::{Deserialize, Serialize};

use super::{Seconds, SettingsError};

/// The edge of a region as the settings name it: an address with a key, or a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EdgeSettings {
    /// Address of a Worker or of another Bonghwa, up to and without `/api`.
    pub url: Option<String>,
    /// Its key for reading.
    pub key: Option<Secret>,
    /// File with that key.
    pub key_file: Option<PathBuf>,
    /// File of frames.
    pub file: Option<PathBuf>,
    /// Time between two questions, 2 s unless said: rarer questions cost less where an edge is paid by the request.
    pub every: Option<Seconds>,
}

/// Text that is never printed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// The text, to be sent.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// Settings are printed for support; a key must not be.
impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(set)")
    }
}

/// Where frames of a region come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// An edge that answers over HTTP.
    Remote {
        /// Its address, without a slash at the end.
        url: String,
        /// Key for reading.
        key: Secret,
        /// Time between two questions.
        every: Duration,
    },
    /// A file of frames, read again when it changes.
    File(PathBuf),
}

impl Origin {
    /// Seconds without an answer after which the edge counts as away: two questions and a little more.
    pub fn patience(&self) -> i64 {
        match self {
            Self::Remote { every, .. } => 2 * every.as_secs() as i64 + 2,
            Self::File(_) => 6,
        }
    }
}

impl EdgeSettings {
    /// Paths of a settings file mean places beside it.
    pub(super) fn beside(&mut self, folder: &Path) {
        for place in [&mut self.key_file, &mut self.file].into_iter().flatten() {
            *place = folder.join(&place);
        }
    }
}

/// Reads keys and checks every entry.
pub(super) fn origins(
    edges: &BTreeMap<String, EdgeSettings>,
    regions: &[Region],
) -> Result<BTreeMap<String, Origin>, SettingsError> {
    let wrong =
        |code: &str, message: &str| Err(SettingsError::Value { key: "edges", message: format!("{code}: {message}") });
    let mut origins = BTreeMap::new();
    for (code, edge) in edges {
        if !regions.iter().any(|region| region.code == *code) {
            return wrong(code, "there is no such region; use the code of one of the file of regions");
        }
        let origin = match (&edge.url, &edge.file) {
            (None, Some(file)) if (&edge.key, &edge.key_file, edge.every) == (&None, &None, None) => {
                Origin::File(file.clone())
            }
            (Some(url), None) => {
                let url = url.trim_end_matches('/').to_owned();
                if !url.starts_with("https://") && !url.starts_with("http://") {
                    return wrong(code, "the url must begin with https:// (or http:// within one's own network)");
                }
                let key = match (&edge.key, &edge.key_file) {
                    (Some(key), None) => key.expose().to_owned(),
                    (None, Some(path)) => super::read_text(path)?,
                    _ => return wrong(code, "an edge with a url needs its key for reading: give key or key_file"),
                };
                let key = key.trim();
                if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
                    return wrong(code, "the key is empty or holds characters that no key has");
                }
                let every = edge.every.map_or(2, |every| every.0);
                if !(1..=3600).contains(&every) {
                    return wrong(code, "every is out of range; give 1s to 1h");
                }
                Origin::Remote { url, key: key.into(), every: Duration::from_secs(every.unsigned_abs()) }
            }
            _ => return wrong(code, "give either url with key or key_file, or file alone"),
        };
        origins.insert(code.clone(), origin);
    }
    Ok(origins)
}

/// Sets what the variable `BONGHWA_EDGES_<CODE>_<URL|KEY|KEY_FILE|FILE>` says.
pub(super) fn set(edges: &mut BTreeMap<String, EdgeSettings>, name: &str, value: &str) -> Option<()> {
    let (code, field) = ["_KEY_FILE", "_FILE", "_URL", "_KEY"]
        .into_iter()
        .find_map(|field| name.strip_suffix(field).map(|code| (code, field)))?;
    let code = code.to_ascii_lowercase().replace('_', "-");
    let edge = edges.entry(code).or_default();
    match field {
        "_URL" => edge.url = Some(value.into()),
        "_KEY" => edge.key = Some(value.into()),
        "_KEY_FILE" => edge.key_file = Some(value.into()),
        _ => edge.file = Some(value.into()),
    }
    Some(())
}
