//! Keys of an edge: random, shown once, stored as their SHA-256.
//!
//! A key names its region, `bonghwa_<region>_<id>_<64 hexadecimal digits>`, so that a router finds the object that
//! decides; nothing is believed because of that name. A key has 256 random bits, so a slow password hash would add
//! nothing. For each region and use two keys are valid at a time: make the second, change the senders, delete the first.

use bonghwa_analytics::codec::hex;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::database::{Database, DatabaseError, Value};
use crate::schema;

/// What every key begins with, so that scanners for leaked secrets can find one.
const PREFIX: &str = "bonghwa_";
/// Keys of one region and use that are valid at a time.
pub const ACTIVE: usize = 2;

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Sending telemetry of one region.
    Ingest,
    /// Reading frames.
    Read,
    /// Making and deleting keys.
    Admin,
}

impl Use {
    /// Its name in requests and tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Read => "read",
            Self::Admin => "admin",
        }
    }

    /// The use of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Ingest, Self::Read, Self::Admin].into_iter().find(|one| one.name() == name)
    }
}

/// A key as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Short name by which it can be found and deleted, eight hexadecimal digits.
    pub id: String,
    /// What it is for.
    pub purpose: Use,
    /// SHA-256 of the whole key.
    pub sha256: [u8; 32],
    /// When it was made, seconds since the epoch.
    pub made: i64,
}

/// Why a key was not stored or not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// It is not one of those that are valid.
    #[error("a key is needed that this server knows")]
    Unknown,
    /// It is valid for something else.
    #[error("this key is not made for {0}")]
    Use(&'static str),
    /// There are as many as can be.
    #[error("this region has {ACTIVE} keys of this use already; delete one that is no longer sent")]
    TooMany,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// A new key from random bytes: its id and the key itself, which is kept nowhere.
pub fn compose(region: &str, id: [u8; 4], secret: [u8; 32]) -> (String, String) {
    let id = hex(&id);
    let key = format!("{PREFIX}{region}_{id}_{}", hex(&secret));
    (id, key)
}

/// The region that a key names; `None` if it has not the form of one.
pub fn region_of(key: &str) -> Option<&str> {
    let mut pieces = key.strip_prefix(PREFIX)?.split('_');
    let (region, id, secret) = (pieces.next()?, pieces.next()?, pieces.next()?);
    let digits =
        |text: &str, count| text.len() == count && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    (pieces.next().is_none() && is_code(region) && digits(id, 8) && digits(secret, 64)).then_some(region)
}

/// Whether a text can be the code of a region: lower-case ASCII letters, digits and `-`, at most 64.
pub fn is_code(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=64).contains(&text.len()) && text.bytes().all(allowed)
}

/// SHA-256 of a key.
pub fn hash(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}

/// Whether two hashes are the same, in a time that does not depend on where they differ.
pub fn same(one: &[u8; 32], other: &[u8; 32]) -> bool {
    one.ct_eq(other).into()
}

/// The keys of a region, oldest first.
pub fn all<D: Database>(db: &D) -> Result<Vec<Key>, DatabaseError> {
    let mut keys = Vec::new();
    db.query(schema::KEY_ALL, &[], &mut |row| {
        let damaged = || DatabaseError::Corrupt("a stored key is damaged".to_owned());
        let purpose = Use::from_name(&row.text(1)?).ok_or_else(damaged)?;
        let sha256 = row.blob(2)?.try_into().map_err(|_| damaged())?;
        keys.push(Key { id: row.text(0)?, purpose, sha256, made: row.integer(3)? });
        Ok(())
    })?;
    Ok(keys)
}

/// Stores a key, unless there are [`ACTIVE`] of its use.
pub fn put<D: Database>(db: &D, key: &Key) -> Result<(), KeyError> {
    if all(db)?.iter().filter(|held| held.purpose == key.purpose).count() >= ACTIVE {
        return Err(KeyError::TooMany);
    }
    let params =
        [Value::Text(&key.id), Value::Text(key.purpose.name()), Value::Blob(&key.sha256), Value::Integer(key.made)];
    db.execute(schema::KEY_PUT, &params)?;
    Ok(())
}

/// Deletes a key and says whether there was one.
pub fn delete<D: Database>(db: &D, id: &str) -> Result<bool, DatabaseError> {
    Ok(db.execute(schema::KEY_DELETE, &[Value::Text(id)])? > 0)
}

/// Whether a key, by its hash, may be used so. Every key is compared, whichever matches.
pub fn check<D: Database>(db: &D, sha256: &[u8; 32], purpose: Use) -> Result<(), KeyError> {
    let mut found = None;
    for key in all(db)? {
        if same(&key.sha256, sha256) {
            found = Some(key.purpose);
        }
    }
    match found {
        Some(held) if held == purpose => Ok(()),
        Some(_) => Err(KeyError::Use(match purpose {
            Use::Ingest => "sending telemetry",
            Use::Read => "reading",
            Use::Admin => "administration",
        })),
        None => Err(KeyError::Unknown),
    }
}
