//! How arriving telemetry is read: what identifies a user, what counts as an entry, and how much is taken at most.

mod identify;

use bonghwa_analytics::identity::FleetKey;
use bonghwa_analytics::time::DAY;

pub use identify::Identifier;

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
    /// How far the end of a span may lie ahead of the edge's clock, seconds.
    pub max_future: i64,
    /// How far it may lie back, seconds.
    pub max_past: i64,
    /// What one request may hold.
    pub limits: Limits,
}

impl Policy {
    /// The default policy under a key.
    pub fn new(key: FleetKey) -> Self {
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        Self {
            key,
            session_cookies: names(&["JSESSIONID", "SESSION", "PHPSESSID", "connect.sid", "ASP.NET_SessionId"]),
            user_cookies: names(&["bonghwa_uid"]),
            entry_services: Vec::new(),
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
