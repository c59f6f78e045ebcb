//! What the tests of the sketch share.

// Each test file is a crate of its own and uses a part of this.
#![allow(dead_code, reason = "every test file uses another part")]

use bonghwa_analytics::identity::{FleetKey, IdentityMode};
use bonghwa_analytics::sketch::{Scheme, Sketch};

/// SplitMix64 (Steele, Lea and Flood, 2014): hashes of identities that nobody has.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

pub(crate) fn key() -> FleetKey {
    FleetKey::new(std::array::from_fn(|i| i as u8))
}

pub(crate) fn scheme() -> Scheme {
    Scheme::keyed(IdentityMode::SessionCookie, key().id())
}

/// A sketch of `n` identities.
pub(crate) fn sketch(seed: u64, n: u64) -> Sketch {
    let mut random = Random(seed.wrapping_mul(0x5851_f42d_4c95_7f2d));
    let mut sketch = Sketch::new(scheme());
    (0..n).for_each(|_| sketch.insert_hash(random.next()));
    sketch
}

pub(crate) fn wire(sketch: &Sketch) -> Vec<u8> {
    let mut out = Vec::new();
    sketch.encode_wire(&mut out);
    out
}

pub(crate) fn rest(sketch: &Sketch) -> Vec<u8> {
    let mut out = Vec::new();
    sketch.encode_rest(&mut out);
    out
}

pub(crate) fn raw(sketch: &Sketch) -> Vec<u8> {
    let mut out = Vec::new();
    sketch.encode_raw(&mut out);
    out
}
