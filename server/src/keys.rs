//! Keys: who may send telemetry, and who may read.
//!
//! A key is shown once, when it is made; `keys.toml` in the data folder holds its SHA-256. A key has 256 random bits, so
//! a slow password hash would add nothing, and the comparison is constant in time.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use bonghwa_analytics::codec::{hex, unhex};
use bonghwa_edge::key::{ACTIVE, hash, same};
use serde::{Deserialize, Serialize};

use crate::random;

/// Name of the file in the data folder.
pub const FILE_NAME: &str = "keys.toml";
/// What every key begins with, so that scanners for leaked secrets can find one.
const PREFIX: &str = "bonghwa_";

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Use {
    /// Sending telemetry of one region.
    Ingest,
    /// Reading pages and data.
    Read,
    /// Reading, importing files and steering the demonstration.
    Admin,
}

/// A key as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// Short name by which it can be found and removed.
    pub id: String,
    /// What it is for.
    #[serde(rename = "use")]
    pub purpose: Use,
    /// Region of the telemetry it sends; empty for other uses.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub region: String,
    /// SHA-256 of the whole key, in hexadecimal.
    pub sha256: String,
}

/// Why keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("cannot use {0}: {1}; check its permissions")]
    File(PathBuf, std::io::Error),
    /// The file has a wrong entry.
    #[error("{0}: {1}; correct the entry or remove it and make a new key with `bonghwa key new`")]
    Parse(PathBuf, String),
    /// A region has as many keys as can be.
    #[error(
        "region {0} has {ACTIVE} keys already ({1}); change its senders to the newer one, then `bonghwa key remove` the \
         older"
    )]
    TooMany(String, String),
    /// No random numbers.
    #[error(transparent)]
    Random(#[from] random::RandomError),
}

/// The keys of a data folder; follows the file as it changes.
#[derive(Clone)]
pub struct Keys(Arc<Store>);

struct Store {
    path: PathBuf,
    held: RwLock<Held>,
}

struct Held {
    keys: Vec<Key>,
    stamp: Option<(SystemTime, u64)>,
}

impl Keys {
    /// Reads the keys of a data folder; none if the file is not there.
    pub fn open(data: &Path) -> Result<Self, KeyError> {
        let path = data.join(FILE_NAME);
        let held = RwLock::new(read(&path)?);
        Ok(Self(Arc::new(Store { path, held })))
    }

    /// Reads the file again if it changed. With a wrong file the keys stay as they were.
    pub fn refresh(&self) -> Result<(), KeyError> {
        let held = self.0.held.read().unwrap_or_else(PoisonError::into_inner).stamp;
        if stamp(&self.0.path)? != held {
            let fresh = read(&self.0.path)?;
            *self.0.held.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        }
        Ok(())
    }

    /// The key that a token is, if it is one. Every key is compared, whichever matches.
    pub fn find(&self, token: &str) -> Option<Key> {
        let hash = hash(token);
        let held = self.0.held.read().unwrap_or_else(PoisonError::into_inner);
        let mut found = None;
        for key in &held.keys {
            if unhex(&key.sha256).is_some_and(|held| same(&held, &hash)) {
                found = Some(key);
            }
        }
        found.cloned()
    }

    /// The key with this id, if it is still held.
    pub fn by_id(&self, id: &str) -> Option<Key> {
        self.0.held.read().unwrap_or_else(PoisonError::into_inner).keys.iter().find(|key| key.id == id).cloned()
    }

    /// Whether there is any key at all.
    pub fn is_empty(&self) -> bool {
        !self.any(|_| true)
    }

    /// Whether a key for sending telemetry is set.
    pub fn any_for_ingest(&self) -> bool {
        self.any(|key| key.purpose == Use::Ingest)
    }

    /// Whether a key for reading is set.
    pub fn any_for_reading(&self) -> bool {
        self.any(|key| key.purpose != Use::Ingest)
    }

    fn any(&self, test: impl Fn(&Key) -> bool) -> bool {
        self.0.held.read().unwrap_or_else(PoisonError::into_inner).keys.iter().any(test)
    }
}

/// The keys of a data folder, oldest first.
pub fn list(data: &Path) -> Result<Vec<Key>, KeyError> {
    Ok(read(&data.join(FILE_NAME))?.keys)
}

/// Removes a key and says whether there was one.
pub fn remove(data: &Path, id: &str) -> Result<bool, KeyError> {
    let path = data.join(FILE_NAME);
    let mut keys = read(&path)?.keys;
    let before = keys.len();
    keys.retain(|key| key.id != id);
    if keys.len() == before {
        return Ok(false);
    }
    write(&path, &keys).map_err(|error| KeyError::File(path, error))?;
    Ok(true)
}

/// Makes a key, stores its hash and returns the key itself, which is kept nowhere. A region has at most [`ACTIVE`] keys
/// at a time: make the second, change the senders, remove the first.
pub fn create(data: &Path, region: &str, purpose: Use) -> Result<(Key, String), KeyError> {
    let path = data.join(FILE_NAME);
    let mut keys = read(&path)?.keys;
    let held: Vec<&str> = keys.iter().filter(|key| key.region == region).map(|key| key.id.as_str()).collect();
    if purpose == Use::Ingest && held.len() >= ACTIVE {
        return Err(KeyError::TooMany(region.to_string(), held.join(", ")));
    }
    let id = hex(&random::bytes::<4>()?);
    let token = format!("{PREFIX}{id}_{}", hex(&random::bytes::<32>()?));
    let sha256 = hex(&hash(&token));
    let key = Key { id, purpose, region: region.to_string(), sha256 };
    keys.push(key.clone());
    write(&path, &keys).map_err(|error| KeyError::File(path, error))?;
    Ok((key, token))
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    key: Vec<Key>,
}

fn stamp(path: &Path) -> Result<Option<(SystemTime, u64)>, KeyError> {
    match std::fs::metadata(path).and_then(|meta| Ok((meta.modified()?, meta.len()))) {
        Ok(stamp) => Ok(Some(stamp)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(KeyError::File(path.to_path_buf(), error)),
    }
}

fn read(path: &Path) -> Result<Held, KeyError> {
    let Some(stamp) = stamp(path)? else { return Ok(Held { keys: Vec::new(), stamp: None }) };
    let text = std::fs::read_to_string(path).map_err(|error| KeyError::File(path.to_path_buf(), error))?;
    let wrong = |message: String| KeyError::Parse(path.to_path_buf(), message.replace('\n', " "));
    let file: File = toml::from_str(&text).map_err(|error| wrong(error.message().to_string()))?;
    for key in &file.key {
        if key.sha256.len() != 64 || !key.sha256.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(wrong(format!("the sha256 of key {} is not 64 lower-case hexadecimal digits", key.id)));
        }
        if (key.purpose == Use::Ingest) == key.region.is_empty() {
            return Err(wrong(format!("key {}: an ingest key names its region, another key names none", key.id)));
        }
    }
    Ok(Held { keys: file.key, stamp: Some(stamp) })
}

/// Writes beside the file and renames, so that a crash leaves either the old keys or the new ones.
fn write(path: &Path, keys: &[Key]) -> std::io::Result<()> {
    let text = toml::to_string(&File { key: keys.to_vec() }).map_err(std::io::Error::other)?;
    let fresh = path.with_extension("toml.new");
    let mut file = crate::folder::private_file(&fresh)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(fresh, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("bonghwa-keys-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        path
    }

    #[test]
    fn a_key_is_found_by_itself_only_and_never_stored() {
        let data = scratch("found");
        let (key, token) = create(&data, "seoul", Use::Ingest).unwrap();
        let (_, other) = create(&data, "", Use::Read).unwrap();
        let keys = Keys::open(&data).unwrap();
        assert_eq!(keys.find(&token), Some(key));
        assert_eq!(keys.find(&other).map(|key| key.purpose), Some(Use::Read));
        assert_eq!(keys.find(&token[..token.len() - 1]), None);
        assert_eq!(keys.find(""), None);
        let text = std::fs::read_to_string(data.join(FILE_NAME)).unwrap();
        assert!(!text.contains(&token));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(data.join(FILE_NAME)).unwrap().permissions().mode() & 0o777, 0o600);
        }
        std::fs::remove_dir_all(data).unwrap();
    }

    #[test]
    fn a_region_has_two_keys_while_its_senders_change() {
        let data = scratch("rotation");
        let (first, _) = create(&data, "busan", Use::Ingest).unwrap();
        let (_, second) = create(&data, "busan", Use::Ingest).unwrap();
        let refused = create(&data, "busan", Use::Ingest).unwrap_err().to_string();
        assert!(refused.contains(&first.id) && refused.contains("busan"), "{refused}");
        create(&data, "seoul", Use::Ingest).unwrap();
        for _ in 0..3 {
            create(&data, "", Use::Read).unwrap();
        }
        assert!(remove(&data, &first.id).unwrap());
        assert!(!remove(&data, &first.id).unwrap());
        assert_eq!(list(&data).unwrap().len(), 5);
        assert!(Keys::open(&data).unwrap().find(&second).is_some());
        create(&data, "busan", Use::Ingest).unwrap();
        std::fs::remove_dir_all(data).unwrap();
    }

    #[test]
    fn the_file_is_followed() {
        let data = scratch("followed");
        let keys = Keys::open(&data).unwrap();
        assert!(keys.is_empty());
        let (key, token) = create(&data, "busan", Use::Ingest).unwrap();
        assert_eq!(keys.find(&token), None);
        keys.refresh().unwrap();
        assert!(keys.find(&token).is_some() && keys.any_for_ingest() && !keys.any_for_reading());
        std::fs::write(data.join(FILE_NAME), "[[key]]\nid = 3\n").unwrap();
        assert!(keys.refresh().is_err());
        assert!(keys.by_id(&key.id).is_some(), "a wrong file locks nobody out");
        std::fs::remove_file(data.join(FILE_NAME)).unwrap();
        keys.refresh().unwrap();
        assert!(keys.is_empty());
        std::fs::remove_dir_all(data).unwrap();
    }

    #[test]
    fn wrong_entries_are_refused() {
        let data = scratch("wrong");
        let sha = "0".repeat(64);
        for text in [
            format!("[[key]]\nid = \"a\"\nuse = \"ingest\"\nsha256 = \"{sha}\"\n"),
            format!("[[key]]\nid = \"a\"\nuse = \"read\"\nregion = \"seoul\"\nsha256 = \"{sha}\"\n"),
            "[[key]]\nid = \"a\"\nuse = \"read\"\nsha256 = \"00\"\n".to_string(),
            "[[keys]]\n".to_string(),
        ] {
            std::fs::write(data.join(FILE_NAME), &text).unwrap();
            assert!(Keys::open(&data).is_err(), "{text}");
        }
        std::fs::remove_dir_all(data).unwrap();
    }
}
