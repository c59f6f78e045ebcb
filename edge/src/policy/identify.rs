//! Who made a request: finds an identity of each mode in what the request carried and hashes it at once.

use bonghwa_analytics::identity::{IdentityMode, canonical_cookie, canonical_ip, canonical_session};
use bonghwa_analytics::session::Visit;

use super::Policy;

/// Gathers the identities of one request. Of each mode the first that is found counts, so whoever calls offers the most
/// trustworthy sign first.
#[derive(Debug)]
pub struct Identifier<'p> {
    policy: &'p Policy,
    found: [Option<u64>; 3],
}

impl<'p> Identifier<'p> {
    /// For a request read under `policy`.
    pub const fn new(policy: &'p Policy) -> Self {
        Self { policy, found: [None; 3] }
    }

    /// An address, or a list of them as `X-Forwarded-For` writes it, the client first. What is no address (`unknown`, a
    /// host's name) is passed over.
    pub fn addresses(&mut self, list: &[u8]) {
        if self.found[IdentityMode::Ip as usize].is_some() {
            return;
        }
        let mut buffer = [0; 8];
        for piece in list.split(|byte| *byte == b',') {
            let text = std::str::from_utf8(piece).unwrap_or_default();
            if let Some(address) = canonical_ip(text, &mut buffer) {
                return self.note(IdentityMode::Ip, address);
            }
        }
    }

    /// A `Cookie` header.
    pub fn cookies(&mut self, header: &[u8]) {
        for (name, value) in cookies(header) {
            if self.policy.session_cookies.iter().any(|wanted| wanted.as_bytes() == name) {
                self.session(value);
            } else if self.policy.user_cookies.iter().any(|wanted| wanted.as_bytes() == name) {
                self.user(value);
            }
        }
    }

    /// A session id that the client sent.
    pub fn session(&mut self, id: &[u8]) {
        if let Some(id) = std::str::from_utf8(id).ok().and_then(canonical_session) {
            self.note(IdentityMode::SessionCookie, id.as_bytes());
        }
    }

    /// A user's id or lasting cookie.
    pub fn user(&mut self, id: &[u8]) {
        if let Some(id) = std::str::from_utf8(id).ok().and_then(canonical_cookie) {
            self.note(IdentityMode::UserCookie, id);
        }
    }

    /// The hashes found, in the order of [`IdentityMode::ALL`].
    pub const fn identities(&self) -> [Option<u64>; 3] {
        self.found
    }

    fn note(&mut self, mode: IdentityMode, canonical: &[u8]) {
        let place = &mut self.found[mode as usize];
        if place.is_none() {
            *place = Some(self.policy.key.identity(mode, canonical));
        }
    }
}

/// What a request with these identities says of sessions: its user is told by the user's cookie, else by the session's.
pub const fn visit(instant: i64, identities: [Option<u64>; 3], login: Option<bool>) -> Visit {
    let [address, session, user] = identities;
    let identity = match user {
        Some(_) => user,
        None => session,
    };
    Visit { instant, identity, address, login }
}

/// The cookies of a `Cookie` header, as RFC 6265 section 4.2 writes them: names and values, quotes taken off. Pieces
/// without a name are passed over.
fn cookies(header: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    header.split(|byte| *byte == b';').filter_map(|piece| {
        let equals = piece.iter().position(|byte| *byte == b'=')?;
        let (name, value) = piece.split_at_checked(equals)?;
        let value = value.get(1..)?.trim_ascii();
        let value = value.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")).unwrap_or(value);
        Some((name.trim_ascii(), value))
    })
}

#[cfg(test)]
mod tests {
    use bonghwa_analytics::identity::FleetKey;

    use super::*;

    fn found(give: impl Fn(&mut Identifier<'_>)) -> [Option<u64>; 3] {
        let policy = Policy::new(FleetKey::new([7; 16]));
        let mut identifier = Identifier::new(&policy);
        give(&mut identifier);
        identifier.identities()
    }

    #[test]
    fn the_first_identity_of_a_mode_counts() {
        let one = found(|i| i.cookies(b"JSESSIONID=0123456789ABCDEF.node1; bonghwa_uid=u1"));
        let two = found(|i| {
            i.cookies(b"JSESSIONID=0123456789ABCDEF.node2; JSESSIONID=other; bonghwa_uid=u1");
            i.session(b"another");
            i.user(b"u2");
        });
        assert_eq!(one, two);
        assert!(one[0].is_none() && one[1].is_some() && one[2].is_some() && one[1] != one[2]);
    }

    #[test]
    fn cookies_are_split_as_browsers_send_them() {
        let header = b"theme=dark; SID=\"AB12.node1\";empty=; broken; a=b=c";
        let pairs: [(&[u8], &[u8]); 4] =
            [(b"theme", b"dark"), (b"SID", b"AB12.node1"), (b"empty", b""), (b"a", b"b=c")];
        assert!(cookies(header).eq(pairs));
        assert_eq!(found(|i| i.cookies(b"JSESSIONID=; jsessionid=0123456789ABCDEF; \xff=1")), [None; 3]);
    }

    #[test]
    fn the_client_is_the_first_address_of_a_list() {
        let client = found(|i| i.addresses(b"203.0.113.9"));
        assert!(client[0].is_some());
        assert_eq!(client, found(|i| i.addresses(b"unknown, 203.0.113.9:4711, 10.0.0.1")));
        assert_eq!(found(|i| i.addresses(b"\xff, host.example")), [None; 3]);
    }
}
