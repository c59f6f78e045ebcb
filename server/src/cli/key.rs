//! `bonghwa key`

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::json;

use super::{Failure, Place};
use crate::folder::{Folder, signing_key};
use crate::keys::{self, Use};
use crate::output::say;

/// Make keys for senders and readers.
#[derive(Subcommand)]
pub(super) enum Key {
    /// Make a key; it is shown once and only its SHA-256 is stored
    ///
    /// As soon as a key of a kind is set, that kind is needed: an ingest key for telemetry, a read or admin key for
    /// pages and data. A running server takes a new key within two seconds.
    New {
        /// What it is for
        #[arg(long = "use", value_name = "USE", value_enum)]
        purpose: Use,
        /// Region whose telemetry is sent with it (ingest keys only)
        #[arg(long, value_name = "CODE", required_if_eq("purpose", "ingest"))]
        region: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Show the keys there are, without the keys themselves
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Withdraw a key; a running server refuses it within two seconds
    Remove {
        /// Its id, the eight digits after `bonghwa_`
        id: String,
        #[command(flatten)]
        place: Place,
    },
    /// Print the public key of this console, with which whoever gets its files can check who signed them
    Signing {
        #[command(flatten)]
        place: Place,
    },
    /// Print the fleet key, for an edge that runs elsewhere
    ///
    /// Identities of all regions are hashed with this key, so that a person who uses two regions counts once. Whoever
    /// has it could test whether a known address or cookie was counted: hand it to edges of your own only.
    Fleet {
        /// Take over the fleet key of a file, such as that of another centre; the data folder must hold no data yet
        #[arg(long, value_name = "FILE")]
        set: Option<PathBuf>,
        #[command(flatten)]
        place: Place,
    },
}

/// Why no key was made or removed.
#[derive(Debug, thiserror::Error)]
enum Wrong {
    #[error("there is no region {0:?}; choose one of {1}")]
    Unknown(String, String),
    #[error("only an ingest key belongs to a region; leave --region out")]
    Needless,
    #[error("nothing was signed with {0} yet; a server makes its key when it starts")]
    Unsigned(PathBuf),
    #[error("there is no key {0:?}; `bonghwa key list` shows those there are")]
    NoKey(String),
}

impl Key {
    pub(super) fn run(self) -> Result<(), Failure> {
        let (purpose, region, json, place) = match self {
            Self::New { purpose, region, json, place } => (purpose, region, json, place),
            Self::List { json, place } => return list(json, &place),
            Self::Remove { id, place } => return remove(&id, &place),
            Self::Signing { place } => return signing(&place),
            Self::Fleet { set, place } => return fleet(set.as_deref(), &place),
        };
        let loaded = place.load()?;
        let region = region.unwrap_or_default();
        if purpose == Use::Ingest && !loaded.regions.iter().any(|known| known.code == region) {
            let known: Vec<_> = loaded.regions.iter().map(|region| region.code.as_str()).collect();
            return Err(Wrong::Unknown(region, known.join(", ")).into());
        }
        if purpose != Use::Ingest && !region.is_empty() {
            return Err(Wrong::Needless.into());
        }
        let data = &loaded.data;
        std::fs::create_dir_all(data).map_err(|error| crate::folder::FolderError::Access(data.clone(), error))?;
        let (key, token) = keys::create(data, &region, purpose)?;
        if json {
            say!("{:#}", json!({ "id": key.id, "use": purpose, "region": region, "key": token }));
        } else {
            say!("{token}");
            eprintln!(
                "keep this key now, it is not shown again; its hash is in {}",
                data.join(keys::FILE_NAME).display()
            );
        }
        Ok(())
    }
}

fn list(json: bool, place: &Place) -> Result<(), Failure> {
    let keys = keys::list(&place.load()?.data)?;
    if json {
        let keys: Vec<_> =
            keys.iter().map(|key| json!({ "id": key.id, "use": key.purpose, "region": key.region })).collect();
        say!("{:#}", json!({ "keys": keys }));
    } else if keys.is_empty() {
        say!("no key is set");
    } else {
        for key in keys {
            let purpose = format!("{:?}", key.purpose).to_lowercase();
            say!("{}  {purpose:6}  {}", key.id, key.region);
        }
    }
    Ok(())
}

fn remove(id: &str, place: &Place) -> Result<(), Failure> {
    if keys::remove(&place.load()?.data, id)? {
        say!("key {id} is withdrawn");
        Ok(())
    } else {
        Err(Wrong::NoKey(id.to_owned()).into())
    }
}

fn signing(place: &Place) -> Result<(), Failure> {
    let data = place.load()?.data;
    let key = signing_key(&data)?.ok_or(Wrong::Unsigned(data))?;
    say!("{}", bonghwa_file::public_key(&key));
    Ok(())
}

fn fleet(set: Option<&Path>, place: &Place) -> Result<(), Failure> {
    let data = place.load()?.data;
    if let Some(path) = set {
        let text =
            std::fs::read_to_string(path).map_err(|error| crate::folder::FolderError::Access(path.into(), error))?;
        Folder::open(&data)?.set_fleet_key(text.trim())?;
    }
    // Read without the lock: a running server holds it, and the key does not change.
    say!("{}", crate::folder::fleet_key_text(&data)?);
    Ok(())
}
