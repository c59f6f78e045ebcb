//! SipHash-1-3, keyed, over bytes that we build ourselves.
//!
//! Never `core::hash::Hash`: slices, addresses, options and `usize` hash differently on wasm32 and x86-64, and one user
//! would be counted as two.
//!
//! Source: Aumasson and Bernstein, "SipHash: a fast short-input PRF" (2012), with one compression and three
//! finalisation rounds; the 128-bit variant is the one of the authors' reference implementation.

use crate::identity::FleetKey;

/// The 64-bit hash of `bytes`.
pub fn siphash13(key: &FleetKey, bytes: &[u8]) -> u64 {
    let mut state = State::new(key);
    let tail = state.absorb(bytes);
    state.finish(last_word(tail, bytes.len()))
}

/// The 64-bit hash of `prefix` followed by `bytes`, without copying them together.
#[inline]
pub(crate) fn siphash13_prefixed(key: &FleetKey, prefix: [u8; 4], bytes: &[u8]) -> u64 {
    let mut state = State::new(key);
    let len = prefix.len() + bytes.len();
    let mut word = [0; 8];
    word[..4].copy_from_slice(&prefix);
    let Some((head, rest)) = bytes.split_first_chunk::<4>() else {
        word[4..4 + bytes.len()].copy_from_slice(bytes);
        return state.finish(u64::from_le_bytes(word) | length_byte(len));
    };
    word[4..].copy_from_slice(head);
    state.compress(u64::from_le_bytes(word));
    let tail = state.absorb(rest);
    state.finish(last_word(tail, len))
}

/// The 128-bit hash of `bytes`, for digests.
pub fn siphash13_128(key: &FleetKey, bytes: &[u8]) -> [u8; 16] {
    let mut state = State::new(key);
    state.v[1] ^= 0xee;
    let tail = state.absorb(bytes);
    state.compress(last_word(tail, bytes.len()));
    state.v[2] ^= 0xee;
    let first = state.squeeze();
    state.v[1] ^= 0xdd;
    let second = state.squeeze();
    (u128::from(first) | u128::from(second) << 64).to_le_bytes()
}

struct State {
    v: [u64; 4],
}

impl State {
    #[inline]
    fn new(key: &FleetKey) -> Self {
        let (k0, k1) = key.words();
        let v = [
            k0 ^ 0x736f_6d65_7073_6575,
            k1 ^ 0x646f_7261_6e64_6f6d,
            k0 ^ 0x6c79_6765_6e65_7261,
            k1 ^ 0x7465_6462_7974_6573,
        ];
        Self { v }
    }

    #[inline]
    fn round(&mut self) {
        let [mut v0, mut v1, mut v2, mut v3] = self.v;
        v0 = v0.wrapping_add(v1);
        v1 = v1.rotate_left(13) ^ v0;
        v0 = v0.rotate_left(32);
        v2 = v2.wrapping_add(v3);
        v3 = v3.rotate_left(16) ^ v2;
        v0 = v0.wrapping_add(v3);
        v3 = v3.rotate_left(21) ^ v0;
        v2 = v2.wrapping_add(v1);
        v1 = v1.rotate_left(17) ^ v2;
        v2 = v2.rotate_left(32);
        self.v = [v0, v1, v2, v3];
    }

    #[inline]
    fn compress(&mut self, word: u64) {
        self.v[3] ^= word;
        self.round();
        self.v[0] ^= word;
    }

    /// Compresses all whole words and returns the bytes left over.
    #[inline]
    fn absorb<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let (words, tail) = bytes.as_chunks::<8>();
        for word in words {
            self.compress(u64::from_le_bytes(*word));
        }
        tail
    }

    #[inline]
    fn finish(mut self, last: u64) -> u64 {
        self.compress(last);
        self.v[2] ^= 0xff;
        self.squeeze()
    }

    #[inline]
    fn squeeze(&mut self) -> u64 {
        for _ in 0..3 {
            self.round();
        }
        self.v[0] ^ self.v[1] ^ self.v[2] ^ self.v[3]
    }
}

/// The closing word: up to seven bytes and, in the top byte, the length modulo 256.
#[inline]
fn last_word(tail: &[u8], len: usize) -> u64 {
    let bytes = tail.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
    bytes | length_byte(len)
}

#[inline]
fn length_byte(len: usize) -> u64 {
    (len as u64) << 56
}

#[cfg(test)]
mod tests {
    use std::hash::Hasher;

    use super::*;
    use proptest::prelude::*;

    /// Length of the input 0, 1, 2, ..., and its hashes under the key 0, 1, ..., 15, as the crate `siphasher` 1.0 gives
    /// them; the first also stands in the tests of Rust's standard library.
    const VECTORS: [(usize, u64, u128); 7] = [
        (0, 0xabac_0158_050f_c4dc, 0x0130_30dd_6adb_62fd_bea5_8827_b2bc_7ee7),
        (1, 0xc9f4_9bf3_7d57_ca93, 0x63f0_2f2b_cc73_055e_a8ed_d360_0437_6ffc),
        (7, 0xd392_7d98_9bb1_1140, 0x77ab_4808_c82e_2fa6_c3e0_aaf2_23b9_8410),
        (8, 0x3690_9511_8d29_9a8e, 0x99c7_f935_ab16_4f72_b4da_e3d5_e1fe_12aa),
        (15, 0xd320_d86d_2a51_9956, 0x0901_7e1e_eccd_2129_6c52_bdb2_0555_7ec1),
        (16, 0xcc4f_dd1a_7d90_8b66, 0x9317_9e3d_f8b0_13b5_eb8e_5115_57d9_a8d0),
        (63, 0x9d19_9062_b7bb_b3a8, 0xad60_52a7_0a6b_9f07_6f42_fe4e_e300_584c),
    ];

    #[test]
    fn known_answers() {
        let key = FleetKey::new(std::array::from_fn(|i| i as u8));
        let message: Vec<u8> = (0..64).collect();
        for (len, short, long) in VECTORS {
            assert_eq!(siphash13(&key, &message[..len]), short, "{len} bytes");
            assert_eq!(u128::from_le_bytes(siphash13_128(&key, &message[..len])), long, "{len} bytes");
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_standard_library(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            // Its default hasher is SipHash-1-3 under the key 0.
            let mut theirs = std::collections::hash_map::DefaultHasher::new();
            theirs.write(&bytes);
            prop_assert_eq!(siphash13(&FleetKey::new([0; 16]), &bytes), theirs.finish());
        }

        #[test]
        fn a_prefix_is_hashed_as_if_it_were_copied(
            key: [u8; 16],
            prefix: [u8; 4],
            bytes in proptest::collection::vec(any::<u8>(), 0..40),
        ) {
            let key = FleetKey::new(key);
            prop_assert_eq!(
                siphash13_prefixed(&key, prefix, &bytes),
                siphash13(&key, &[&prefix[..], &bytes].concat())
            );
        }
    }
}
