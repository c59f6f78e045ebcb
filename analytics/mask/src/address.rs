//! Addresses of machines.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::context::among;
use super::fold::Page;
use super::scan::Scanner;
use super::{Profile, Rule, Span};

/// Words before four numbers that make them a version.
const VERSIONS: &str = "v ver rev jdk jre java jeus edge edg opr build patch 버전 릴리스 릴리즈 패치 chrome tibero oracle \
    tomcat driver webtob safari openssl firefox release version firmware weblogic chromium";

/// The longest form of an IPv6 address.
const LONGEST: usize = 45;

/// An address of either kind.
pub(super) enum Address {
    Four(Ipv4Addr),
    Six(Ipv6Addr),
}

impl Address {
    /// Reads a whole address.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        text.parse().map(Self::Four).or_else(|_| text.parse().map(Self::Six)).ok()
    }

    /// Writes the network that the address is in: 24 bits of IPv4, 48 of IPv6.
    pub(super) fn network(&self, out: &mut String) {
        let four = |address: &Ipv4Addr, out: &mut String| {
            let [a, b, c, _] = address.octets();
            let _ = write!(out, "{a}.{b}.{c}.*");
        };
        match self {
            Self::Four(address) => four(address, out),
            Self::Six(address) => {
                if let Some(address) = address.to_ipv4_mapped() {
                    out.push_str("::ffff:");
                    four(&address, out);
                } else {
                    let [a, b, c, ..] = address.segments();
                    let _ = write!(out, "{a:x}:{b:x}:{c:x}::*");
                }
            }
        }
    }

    /// Whether it may stay: no machine (unspecified, a network, a group) or this one, and in Balanced one of a private network.
    fn stays(&self, profile: Profile) -> bool {
        let balanced = profile == Profile::Balanced;
        match self {
            Self::Four(address) => {
                let [a, b, _, d] = address.octets();
                let shared = a == 100 && (64..128).contains(&b);
                let own = address.is_private() || address.is_link_local() || shared;
                a == 0 || d == 0 || a >= 224 || address.is_loopback() || (balanced && own)
            }
            Self::Six(address) => {
                if let Some(four) = address.to_ipv4_mapped() {
                    return Self::Four(four).stays(profile);
                }
                let [first, ..] = address.segments();
                let own = first & 0xfe00 == 0xfc00 || first & 0xffc0 == 0xfe80;
                // Other first words are of no machine, and often no address at all (`a::b`).
                !(own || first & 0xe000 == 0x2000) || (balanced && own)
            }
        }
    }
}

impl Scanner<'_, '_> {
    /// An IPv4 address that begins with the digits at `at`.
    pub(super) fn four(&self, at: usize) -> Option<Span> {
        let page = self.page;
        let to = page.while_at(at, 16, |byte| byte.is_ascii_digit() || byte == b'.');
        let to = to - usize::from(page.back(to, 1) == b'.');
        let address = Address::read(page.slice(at, to)).filter(|address| matches!(address, Address::Four(_)))?;
        let (next, then) = (page.byte(to), page.byte(to + 1));
        let goes_on = next.is_ascii_alphanumeric()
            || matches!(next, b'_' | b'*')
            || (matches!(next, b'.' | b'-') && (then.is_ascii_alphanumeric() || then == b'*'));
        if goes_on || address.stays(self.profile) || self.is_version(at) {
            return None;
        }
        Some(Span { rule: Rule::Address, from: at, to })
    }

    /// An IPv6 address that begins at `at`.
    pub(super) fn six(&self, at: usize) -> Option<Span> {
        let page = self.page;
        let inside = |byte: u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.');
        let last = page.back(at, 1);
        if last.is_ascii_alphanumeric() || matches!(last, b':' | b'.' | b'_' | b'*') || !looks_like(page, at) {
            return None;
        }
        let mut to = page.while_at(at, LONGEST + 1, inside);
        while to > at && (page.back(to, 1) == b'.' || (page.back(to, 1) == b':' && page.back(to, 2) != b':')) {
            to -= 1;
        }
        let next = page.byte(to);
        if next.is_ascii_alphanumeric() || matches!(next, b'_' | b'*') || (next == b'.' && page.byte(to + 1) == b'*') {
            return None;
        }
        let address = Address::read(page.slice(at, to)).filter(|address| matches!(address, Address::Six(_)))?;
        (!address.stays(self.profile)).then_some(Span { rule: Rule::Address, from: at, to })
    }

    /// Whether what stands before four numbers makes them a version.
    fn is_version(&self, at: usize) -> bool {
        let page = self.page;
        let letter = |byte: u8| byte.is_ascii_alphabetic() || byte >= 0x80;
        let end = page.while_before(at, self.after, 4, |byte| {
            matches!(byte, b' ' | b':' | b'=' | b'/' | b'"' | b'\'' | b'.' | b'-')
        });
        let from = page.while_before(end, self.after, 32, letter);
        let word = page.slice(from, end);
        let is = |words: &str| among(words, &mut |known| known.eq_ignore_ascii_case(word));
        match page.slice(end, at) {
            // "jeus-8.5.0.1" is a package, "Chrome/120.0.0.1" a product.
            b"-" => !is("ip host addr node server"),
            b"/" if word.first().is_some_and(u8::is_ascii_uppercase) => true,
            b"." => true,
            _ => is(VERSIONS),
        }
    }
}

/// Whether the first group of hexadecimal digits is followed by a colon.
fn looks_like(page: &Page<'_>, at: usize) -> bool {
    let end = page.while_at(at, 5, |byte| byte.is_ascii_hexdigit());
    end - at <= 4 && page.byte(end) == b':' && (end > at || page.byte(end + 1) == b':')
}
