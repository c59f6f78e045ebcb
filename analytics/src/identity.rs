//! Identities: which sign tells one user from another, and the keyed hash that stands for it from arrival on.
//!
//! Invariant: nothing personal leaves the edge. An identity is hashed with the fleet key on arrival and forgotten.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

use crate::codec::unhex;
use crate::hash::{siphash13, siphash13_128, siphash13_prefixed};

/// The sign by which users are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum IdentityMode {
    /// Network address; IPv6 is cut to its /64. Counts addresses, never users.
    Ip,
    /// Session cookie that the client returned (for example `JSESSIONID`), routing suffix stripped.
    SessionCookie,
    /// A lasting cookie of the service's own.
    UserCookie,
}

impl IdentityMode {
    /// All modes, in the order of their codes.
    pub const ALL: [Self; 3] = [Self::Ip, Self::SessionCookie, Self::UserCookie];

    /// The code that is hashed and written: 1, 2 or 3.
    pub const fn code(self) -> u8 {
        self as u8 + 1
    }

    /// The mode with this code.
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::Ip),
            2 => Some(Self::SessionCookie),
            3 => Some(Self::UserCookie),
            _ => None,
        }
    }
}

/// The secret under which a fleet hashes identities: all edges of one installation share it, nobody else has it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct FleetKey([u8; 16]);

impl FleetKey {
    /// A key from its bytes, which should be random.
    pub const fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// A key from 32 hexadecimal digits; `None` if the text is anything else.
    pub fn from_hex(text: &str) -> Option<Self> {
        unhex(text).map(Self)
    }

    /// The name of this key, which may be shown and stored: nothing about the key follows from it.
    pub fn id(&self) -> KeyId {
        // No identity starts like this: their first byte is 1.
        KeyId(siphash13(self, b"bonghwa key id"))
    }

    /// The hash that stands for an identity: SipHash-1-3 over `0x01`, the mode's code, the length (u16, little endian)
    /// and the canonical bytes.
    #[inline]
    pub fn identity(&self, mode: IdentityMode, canonical: &[u8]) -> u64 {
        let [low, high] = (canonical.len() as u16).to_le_bytes();
        siphash13_prefixed(self, [1, mode.code(), low, high], canonical)
    }

    /// A 128-bit digest by which a batch that comes again is recognised: SipHash-1-3-128 of the bytes.
    pub fn digest(&self, bytes: &[u8]) -> [u8; 16] {
        siphash13_128(self, bytes)
    }

    /// The two halves as SipHash takes them.
    pub(crate) fn words(&self) -> (u64, u64) {
        let whole = u128::from_le_bytes(self.0);
        (whole as u64, (whole >> 64) as u64)
    }
}

impl std::fmt::Debug for FleetKey {
    /// Never shows the key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FleetKey(..)")
    }
}

/// Which key hashed the identities of a sketch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub u64);

impl std::fmt::Display for KeyId {
    /// Sixteen hexadecimal digits.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// Longest identity that is accepted, in bytes: browsers send no longer cookie.
pub const MAX_IDENTITY: usize = 4096;

/// The bytes that stand for an address: four of IPv4 (also when it comes mapped into IPv6), the first eight of IPv6,
/// because the other half changes daily on its own.
///
/// Takes an address alone, with a port (`192.0.2.1:443`, `[2001:db8::1]:443`), in brackets or with a zone
/// (`fe80::1%eth0`); `None` for anything else.
pub fn canonical_ip<'b>(text: &str, buffer: &'b mut [u8; 8]) -> Option<&'b [u8]> {
    match parse_ip(text.trim_ascii())? {
        IpAddr::V4(address) => Some(put(&address.octets(), buffer)),
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(address) => Some(put(&address.octets(), buffer)),
            None => Some(put(&address.octets()[..8], buffer)),
        },
    }
}

/// The part of a session id that stays the same when a balancer moves the session to another server; `None` if the
/// value is empty, `-` (an access log's "none") or longer than [`MAX_IDENTITY`].
///
/// Strips what servlet containers append or prepend: `.route` (Tomcat, Jetty, JBoss, JEUS), `!server!server` (WebLogic),
/// four digits in front and `:clone` behind (WebSphere). Signed and JSON tokens, which use the same marks, stay whole.
pub fn canonical_session(value: &str) -> Option<&str> {
    let value = accepted(value)?;
    // A JSON token starts with the Base64 of `{"`; what stands before its first dot is the same for everybody.
    if value.starts_with("eyJ") {
        return Some(value);
    }
    let cut = value.find(['.', '!', ':']).unwrap_or(value.len());
    let (id, suffix) = value.split_at(cut);
    let plain =
        id.len() >= SHORTEST_SESSION_ID && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_+*/".contains(&b));
    if !plain || suffix.len() > LONGEST_ROUTE {
        return Some(value);
    }
    if suffix.starts_with(':') {
        return Some(match id.split_at_checked(4) {
            Some((cache, rest)) if cache.bytes().all(|b| b.is_ascii_digit()) => rest,
            _ => value,
        });
    }
    Some(id)
}

/// The bytes of a cookie that identifies a user: exactly those that came; `None` as for [`canonical_session`].
pub fn canonical_cookie(value: &str) -> Option<&[u8]> {
    accepted(value).map(str::as_bytes)
}

/// Shorter values before a separator are not session ids: no container makes them with less than 64 bits.
const SHORTEST_SESSION_ID: usize = 12;
/// Longest routing suffix that is stripped.
const LONGEST_ROUTE: usize = 128;

fn accepted(value: &str) -> Option<&str> {
    (!value.is_empty() && value != "-" && value.len() <= MAX_IDENTITY).then_some(value)
}

fn parse_ip(text: &str) -> Option<IpAddr> {
    if let Some(rest) = text.strip_prefix('[') {
        let (inside, port) = rest.split_once(']')?;
        let port_is_fine = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
        return if port_is_fine { parse_v6(inside) } else { None };
    }
    match text.split_once(':') {
        None => text.parse::<Ipv4Addr>().ok().map(IpAddr::V4),
        Some((address, port)) if is_port(port) && address.contains('.') => address.parse().ok().map(IpAddr::V4),
        Some(_) => parse_v6(text),
    }
}

fn parse_v6(text: &str) -> Option<IpAddr> {
    let address = text.split_once('%').map_or(text, |(address, _zone)| address);
    address.parse::<Ipv6Addr>().ok().map(IpAddr::V6)
}

fn is_port(text: &str) -> bool {
    !text.is_empty() && text.len() <= 5 && text.bytes().all(|b| b.is_ascii_digit())
}

fn put<'b>(bytes: &[u8], buffer: &'b mut [u8; 8]) -> &'b [u8] {
    let place = &mut buffer[..bytes.len()];
    place.copy_from_slice(bytes);
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> Option<Vec<u8>> {
        canonical_ip(text, &mut [0; 8]).map(<[u8]>::to_vec)
    }

    #[test]
    fn addresses_in_all_spellings() {
        let v4 = Some(vec![192, 0, 2, 7]);
        for text in [
            "192.0.2.7",
            " 192.0.2.7 ",
            "192.0.2.7:51234",
            "::ffff:192.0.2.7",
            "[::ffff:192.0.2.7]:443",
            "::ffff:c000:207",
        ] {
            assert_eq!(ip(text), v4, "{text}");
        }
        let v6 = Some(vec![0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 2]);
        for text in [
            "2001:db8:1:2::1",
            "2001:DB8:1:2:ffff::",
            "[2001:db8:1:2::9]",
            "[2001:db8:1:2::9]:8080",
            "2001:db8:1:2::3%eth0",
        ] {
            assert_eq!(ip(text), v6, "{text}");
        }
        for text in [
            "",
            "-",
            "unknown",
            "192.0.2",
            "192.0.2.7:",
            "192.0.2.7:port",
            "192.0.2.7:123456",
            "192.0.2.256",
            "[192.0.2.7]",
            "[2001:db8::1]x",
            "[2001:db8::1",
            "2001:db8::1::",
            "host.example:80",
            "%eth0",
        ] {
            assert_eq!(ip(text), None, "{text}");
        }
    }

    #[test]
    fn session_ids_lose_their_routes() {
        let id = "8F2A6C0B9D4E4F1EA7C3B5D60718293A";
        for value in
            [format!("{id}.node1"), format!("{id}.node1.backup"), format!("{id}!-1184393206!152379432"), id.to_owned()]
        {
            assert_eq!(canonical_session(&value), Some(id), "{value}");
        }
        // WebSphere: the cache id in front and the clones behind both change when a session moves.
        let moved = ["0000sWf3lVYUMFCxvEg0ycVlXYz:16cv2q1dk", "0001sWf3lVYUMFCxvEg0ycVlXYz:17aa2q1dk:16cv2q1dk"];
        assert_eq!(moved.map(canonical_session), [Some("sWf3lVYUMFCxvEg0ycVlXYz"); 2]);
    }

    #[test]
    fn tokens_stay_whole() {
        for value in [
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc",
            "s:Zr3pXkq1vN0aYtGm.U8mJr0Zq",
            "12:34",
            "a.b",
            "v1.local.abcdef",
            "abcdefghijklmnop:value",
            "%7B%22id%22%3A1%7D.rest-of-a-value",
        ] {
            assert_eq!(canonical_session(value), Some(value));
        }
        let long_tail = format!("abcdefghijklmnop.{}", "x".repeat(200));
        assert_eq!(canonical_session(&long_tail), Some(&*long_tail));
    }

    #[test]
    fn nobody_is_nobody() {
        let too_long = "x".repeat(MAX_IDENTITY + 1);
        for value in ["", "-", &too_long] {
            assert_eq!((canonical_session(value), canonical_cookie(value)), (None, None));
        }
        assert_eq!(canonical_cookie(" a.b "), Some(&b" a.b "[..]));
    }

    #[test]
    fn hashes_depend_on_key_mode_and_bytes() {
        let key = FleetKey::from_hex("000102030405060708090a0b0c0d0e0F").unwrap();
        assert_eq!(key, FleetKey::new(std::array::from_fn(|i| i as u8)));
        let hash = key.identity(IdentityMode::Ip, &[192, 0, 2, 7]);
        assert_eq!(hash, siphash13(&key, &[1, 1, 4, 0, 192, 0, 2, 7]));
        assert_ne!(hash, key.identity(IdentityMode::UserCookie, &[192, 0, 2, 7]));
        assert_ne!(hash, FleetKey::new([9; 16]).identity(IdentityMode::Ip, &[192, 0, 2, 7]));
        assert_ne!(key.id(), FleetKey::new([9; 16]).id());
    }

    #[test]
    fn keys_are_read_exactly_and_never_shown() {
        for wrong in [
            "",
            "00",
            "000102030405060708090a0b0c0d0e0",
            "000102030405060708090a0b0c0d0e0g",
            "000102030405060708090a0b0c0d0e0f00",
        ] {
            assert_eq!(FleetKey::from_hex(wrong), None, "{wrong}");
        }
        assert_eq!(format!("{:?}", FleetKey::new([0xab; 16])), "FleetKey(..)");
        assert_eq!(KeyId(0xab).to_string(), "00000000000000ab");
    }
}
