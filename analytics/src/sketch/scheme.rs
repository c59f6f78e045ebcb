//! What must agree before two sketches may be merged.

use super::{PRECISION, SketchError};
use crate::codec::{CodecError, Reader};
use crate::identity::{IdentityMode, KeyId};

/// The hash behind a sketch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashScheme {
    /// SipHash-1-3 under a fleet key: ours.
    Keyed,
    /// MurmurHash64A, seed `0xadc83b19`, as Redis has it.
    Redis,
    /// 128-bit MurmurHash3, seed 9001, as Apache DataSketches has it.
    DataSketches,
}

impl HashScheme {
    const ALL: [Self; 3] = [Self::Keyed, Self::Redis, Self::DataSketches];

    const fn name(self) -> &'static str {
        match self {
            Self::Keyed => "keyed SipHash-1-3",
            Self::Redis => "Redis MurmurHash64A",
            Self::DataSketches => "DataSketches MurmurHash3",
        }
    }
}

/// What a sketch counts and how: sketches of different schemes never merge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scheme {
    /// Two to this power is the number of registers; always [`PRECISION`].
    pub precision: u8,
    /// The hash.
    pub hash: HashScheme,
    /// The sign by which users were told apart.
    pub mode: IdentityMode,
    /// The key of the hash; 0 for the public hashes.
    pub key: KeyId,
}

impl Scheme {
    /// Our own scheme: identities of `mode` hashed with the key that has this id.
    pub const fn keyed(mode: IdentityMode, key: KeyId) -> Self {
        Self { precision: PRECISION, hash: HashScheme::Keyed, mode, key }
    }

    /// The scheme of a sketch that came from Redis or DataSketches, which use no key.
    pub const fn foreign(hash: HashScheme, mode: IdentityMode) -> Self {
        Self { precision: PRECISION, hash, mode, key: KeyId(0) }
    }

    /// Fails, naming the first difference, unless sketches of the two schemes may be merged.
    pub fn check(&self, other: &Self) -> Result<(), SketchError> {
        let differ = |what, ours: String, theirs: String| Err(SketchError::Mismatch { what, ours, theirs });
        if self.mode != other.mode {
            return differ("identity mode", format!("{:?}", self.mode), format!("{:?}", other.mode));
        }
        if self.hash != other.hash {
            return differ("hash", self.hash.name().into(), other.hash.name().into());
        }
        if self.key != other.key {
            return differ("fleet key", self.key.to_string(), other.key.to_string());
        }
        if self.precision != other.precision {
            return differ("precision", self.precision.to_string(), other.precision.to_string());
        }
        Ok(())
    }

    /// Appends the scheme: 11 bytes.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.extend([self.precision, self.hash as u8, self.mode.code()]);
        out.extend(self.key.0.to_le_bytes());
    }

    /// Reads what [`encode`](Self::encode) wrote.
    pub fn decode(r: &mut Reader<'_>) -> Result<Self, CodecError> {
        let precision = r.u8("sketch precision")?;
        if precision != PRECISION {
            return Err(r.invalid("sketch precision"));
        }
        let code = r.u8("hash scheme")?;
        let hash = *HashScheme::ALL.get(usize::from(code)).ok_or(r.invalid("hash scheme"))?;
        let mode = IdentityMode::from_code(r.u8("identity mode")?).ok_or(r.invalid("identity mode"))?;
        let mut key = [0; 8];
        key.copy_from_slice(r.take(8, "key id")?);
        let key = KeyId(u64::from_le_bytes(key));
        if hash != HashScheme::Keyed && key != KeyId(0) {
            return Err(r.invalid("key id"));
        }
        Ok(Self { precision, hash, mode, key })
    }
}
