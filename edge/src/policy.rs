//! How arriving telemetry is read: what identifies a user, what counts as an entry, and how much is taken at most.

mod identify;

use bonghwa_analytics::identity::FleetKey;
use bonghwa_analytics::time::DAY;

pub use identify::{Identifier, visit};

/// How the paths of log-ins end, by default: what portals, Spring Security, servlet containers and eGovFrame use.
pub const LOGINS: [&str; 14] = [
    "login",
    "log-in",
    "logon",
    "signin",
    "sign-in",
    "sign_in",
    "auth",
    "authenticate",
    "j_spring_security_check",
    "j_security_check",
    "loginProc",
    "loginProcess",
    "loginAction",
    "actionLogin",
];

/// Settings of a parser.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Key under which identities are hashed.
    pub key: FleetKey,
    /// Names of cookies that hold a session, compared exactly.
    pub session_cookies: Vec<String>,
    /// Names of lasting cookies that stand for a user, compared exactly.
    pub user_cookies: Vec<String>,
    /// Services of which every SERVER span is an entry request, whether it has a parent span or not. Meant for services
    /// behind a traced gateway or a traced browser.
    pub entry_services: Vec<String>,
    /// How paths end whose requests are log-ins: whole segments, without what follows their first dot, case aside.
    pub logins: Vec<String>,
    /// How far the end of a span may lie ahead of the edge's clock, seconds.
    pub max_future: i64,
    /// How far it may lie back, seconds.
    pub max_past: i64,
    /// What one request may hold.
    pub limits: Limits,
}

impl Policy {
    /// Whether a request is an attempt to log in: not one that asks for the form, but one that sends it. `route` is a
    /// method, a space and a path or route.
    pub fn is_login(&self, route: &[u8]) -> bool {
        let space = route.iter().position(|byte| *byte == b' ');
        let (method, path) = space.and_then(|at| route.split_at_checked(at)).unwrap_or((b"", route));
        if [&b"GET"[..], b"HEAD", b"OPTIONS"].contains(&method) {
            return false;
        }
        let start = path.iter().rposition(|byte| *byte == b'/').map_or(0, |at| at + 1);
        let dot = path.iter().skip(start).position(|byte| *byte == b'.').map_or(path.len(), |at| start + at);
        let path = path.get(..dot).unwrap_or(path).trim_ascii_start();
        self.logins.iter().any(|login| {
            path.len().checked_sub(login.len()).is_some_and(|begin| {
                let whole = begin == 0 || path.get(begin - 1) == Some(&b'/');
                whole && path.get(begin..).is_some_and(|end| end.eq_ignore_ascii_case(login.as_bytes()))
            })
        })
    }

    /// The default policy under a key.
    pub fn new(key: FleetKey) -> Self {
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        Self {
            key,
            session_cookies: names(&["JSESSIONID", "SESSION", "PHPSESSID", "connect.sid", "ASP.NET_SessionId"]),
            user_cookies: names(&["bonghwa_uid"]),
            entry_services: Vec::new(),
            logins: names(&LOGINS),
            max_future: 600,
            max_past: 35 * DAY,
            limits: Limits::default(),
        }
    }
}

/// Upper bounds on what one request may hold or cause to be held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a body after decompression.
    pub max_bytes: usize,
    /// Decompressed bytes for each compressed byte, once more than [`ratio_floor`](Self::ratio_floor) came out.
    pub max_ratio: usize,
    /// Decompressed bytes up to which the ratio is not looked at.
    pub ratio_floor: usize,
    /// Window of a zstd frame, bytes: what the decoder allocates before it has read anything.
    pub zstd_window: u64,
    /// Attributes looked at of a resource, span or data point; further ones are skipped.
    pub attributes: usize,
    /// Bytes of an attribute's value; longer values are treated as absent.
    pub value: usize,
    /// Bytes of a service, route, callee or version name; longer names are cut between two characters.
    pub name: usize,
    /// Distinct services in a batch; further ones are kept under [`OTHER`](bonghwa_analytics::bucket::OTHER).
    pub services: usize,
    /// Distinct routes in a batch, and as many callees and versions; further ones are kept under
    /// [`OTHER`](bonghwa_analytics::bucket::OTHER) and, if routes, counted.
    pub routes: usize,
    /// Distinct log templates in a batch; further ones are kept under [`OTHER`](bonghwa_analytics::bucket::OTHER).
    pub lines: usize,
    /// Bytes of a log line that are read; what follows is cut off.
    pub line: usize,
    /// Distinct buckets in a batch; what falls into further ones is rejected.
    pub buckets: usize,
    /// Distinct series (service and route, or caller and callee, in a bucket) in a batch; further ones are rejected.
    pub series: usize,
    /// Depth to which JSON values and protobuf groups may be nested.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_bytes: 20 << 20,
            max_ratio: 100,
            ratio_floor: 1 << 20,
            zstd_window: 8 << 20,
            attributes: 128,
            value: 16 << 10,
            name: 200,
            services: 256,
            routes: 1_000,
            lines: 500,
            line: 4_096,
            buckets: 4_096,
            series: 100_000,
            depth: 64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_ins_are_known_by_how_their_paths_end() {
        let policy =
            Policy { logins: vec!["login".into(), "oauth/token".into()], ..Policy::new(FleetKey::new([1; 16])) };
        for route in ["POST /login", "POST /a/LOGIN", "POST /login.do", "PUT /v1/oauth/token", "login", "POST login"] {
            assert!(policy.is_login(route.as_bytes()), "{route}");
        }
        for route in
            ["GET /login", "POST /login/form", "POST /relogin", "POST /token", "POST /v1.login/x", "", "POST ", "/"]
        {
            assert!(!policy.is_login(route.as_bytes()), "{route}");
        }
        let default = Policy::new(FleetKey::new([1; 16]));
        for route in ["POST /j_spring_security_check", "POST /cmm/loginProc.do", "POST /uat/uia/actionLogin.do"] {
            assert!(default.is_login(route.as_bytes()), "{route}");
        }
    }
}
