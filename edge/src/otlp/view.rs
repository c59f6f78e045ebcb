//! What is read of a span, a data point and a log record, borrowed from the body. Both formats are turned into these,
//! and everything behind works on these alone.

use crate::policy::Limits;

/// The value of an attribute, as far as anything here has a use for it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Value<'a> {
    /// Absent, or of a type that is not used.
    #[default]
    None,
    Text(&'a [u8]),
    Int(i64),
}

impl<'a> Value<'a> {
    /// The text; empty if there is none.
    #[inline]
    pub(super) const fn text(self) -> &'a [u8] {
        match self {
            Self::Text(text) => text,
            _ => b"",
        }
    }

    /// The whole number, also if it was sent as text.
    #[inline]
    pub(super) fn int(self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(value),
            Self::Text(text) => std::str::from_utf8(text).ok()?.trim().parse().ok(),
            Self::None => None,
        }
    }
}

/// Attributes by meaning. Old and new names of the semantic conventions have the same meaning; of several values of one
/// meaning the first counts. The elements of a list are read like repeated attributes.
pub(super) trait Attributes<'a> {
    /// Takes note of an attribute.
    fn set(&mut self, key: &[u8], value: Value<'a>);
}

/// What is read of a resource.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ResourceView<'a> {
    /// `service.name`, empty if absent.
    pub(super) service: &'a [u8],
    /// `service.version`, empty if absent.
    pub(super) version: &'a [u8],
}

impl<'a> Attributes<'a> for ResourceView<'a> {
    fn set(&mut self, key: &[u8], value: Value<'a>) {
        match key {
            b"service.name" if self.service.is_empty() => self.service = value.text(),
            b"service.version" if self.version.is_empty() => self.version = value.text(),
            _ => {}
        }
    }
}

/// Kind of a span, as OTLP numbers them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum SpanKind {
    /// Unspecified, internal or unknown.
    #[default]
    Internal,
    Server,
    Client,
    Producer,
    Consumer,
}

impl SpanKind {
    #[inline]
    pub(super) const fn from_code(code: u64) -> Self {
        match code {
            2 => Self::Server,
            3 => Self::Client,
            4 => Self::Producer,
            5 => Self::Consumer,
            _ => Self::Internal,
        }
    }
}

/// Status code of a failed span.
pub(super) const STATUS_ERROR: u64 = 2;

/// What is read of a span.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SpanView<'a> {
    pub(super) kind: SpanKind,
    pub(super) has_parent: bool,
    /// Nanoseconds since the epoch; 0 if absent.
    pub(super) start: u64,
    pub(super) end: u64,
    /// Whether its status is an error.
    pub(super) failed: bool,
    pub(super) name: &'a [u8],
    pub(super) attributes: SpanAttributes<'a>,
}

/// Cookie headers kept of one request: HTTP/2 may send the cookies in several.
const COOKIE_HEADERS: usize = 4;

/// What is read of a span's attributes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SpanAttributes<'a> {
    pub(super) method: Value<'a>,
    pub(super) route: Value<'a>,
    pub(super) path: Value<'a>,
    pub(super) status: Value<'a>,
    pub(super) peer_service: Value<'a>,
    pub(super) db_system: Value<'a>,
    pub(super) db_name: Value<'a>,
    pub(super) server: Value<'a>,
    pub(super) port: Value<'a>,
    pub(super) messaging: Value<'a>,
    pub(super) rpc: Value<'a>,
    pub(super) client: Value<'a>,
    pub(super) forwarded: Value<'a>,
    pub(super) peer: Value<'a>,
    pub(super) session: Value<'a>,
    pub(super) user: Value<'a>,
    pub(super) cookies: [Value<'a>; COOKIE_HEADERS],
}

impl<'a> Attributes<'a> for SpanAttributes<'a> {
    #[inline]
    fn set(&mut self, key: &[u8], value: Value<'a>) {
        // Comparing lengths first leaves one or two candidates for most keys, which is what makes this cheap.
        let place = match key.len() {
            7 => match key {
                b"db.name" => &mut self.db_name,
                b"user.id" => &mut self.user,
                _ => return,
            },
            8 if key == b"url.path" => &mut self.path,
            9 if key == b"db.system" => &mut self.db_system,
            10 => match key {
                b"http.route" => &mut self.route,
                b"session.id" => &mut self.session,
                b"enduser.id" => &mut self.user,
                _ => return,
            },
            11 => match key {
                b"http.method" => &mut self.method,
                b"http.target" => &mut self.path,
                b"server.port" => &mut self.port,
                b"net.peer.ip" => &mut self.peer,
                b"rpc.service" => &mut self.rpc,
                _ => return,
            },
            12 => match key {
                b"peer.service" => &mut self.peer_service,
                b"db.namespace" => &mut self.db_name,
                _ => return,
            },
            13 => match key {
                b"net.peer.name" => &mut self.server,
                b"net.peer.port" => &mut self.port,
                _ => return,
            },
            14 => match key {
                b"server.address" => &mut self.server,
                b"client.address" | b"http.client_ip" => &mut self.client,
                b"db.system.name" => &mut self.db_system,
                _ => return,
            },
            16 => match key {
                b"http.status_code" => &mut self.status,
                b"messaging.system" => &mut self.messaging,
                _ => return,
            },
            17 if key == b"enduser.pseudo.id" => &mut self.user,
            18 if key == b"net.sock.peer.addr" => &mut self.peer,
            19 if key == b"http.request.method" => &mut self.method,
            20 if key == b"network.peer.address" => &mut self.peer,
            25 if key == b"http.response.status_code" => &mut self.status,
            26 if key == b"http.request.header.cookie" => {
                match self.cookies.iter_mut().find(|place| **place == Value::None) {
                    Some(place) => place,
                    None => return,
                }
            }
            35 if matches!(key, b"http.request.header.x-forwarded-for" | b"http.request.header.x_forwarded_for") => {
                &mut self.forwarded
            }
            _ => return,
        };
        if *place == Value::None {
            *place = value;
        }
    }
}

/// What is read of a data point of a gauge or a sum.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PointView<'a> {
    /// Nanoseconds since the epoch; 0 if absent.
    pub(super) start: u64,
    pub(super) time: u64,
    /// The value; absent if none was recorded.
    pub(super) value: Option<f64>,
    pub(super) attributes: PointAttributes<'a>,
}

/// What is read of a data point's attributes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PointAttributes<'a> {
    /// State of a processor or of memory: `idle`, `used` and so on.
    pub(super) state: Value<'a>,
    /// Type of memory: `heap`, `rss` and so on.
    pub(super) memory: Value<'a>,
    /// Network device.
    pub(super) device: Value<'a>,
}

impl<'a> Attributes<'a> for PointAttributes<'a> {
    fn set(&mut self, key: &[u8], value: Value<'a>) {
        let place = match key {
            b"state"
            | b"cpu.mode"
            | b"cpu.state"
            | b"system.cpu.state"
            | b"process.cpu.state"
            | b"system.memory.state" => &mut self.state,
            b"type" | b"jvm.memory.type" => &mut self.memory,
            b"device" | b"network.interface.name" | b"system.network.device" => &mut self.device,
            _ => return,
        };
        if *place == Value::None {
            *place = value;
        }
    }
}

/// What a metric's data points are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MetricKind {
    Gauge,
    /// A sum since the last report.
    DeltaSum,
    /// A sum since the start, or of unknown temporality.
    CumulativeSum,
}

/// Code of delta temporality.
pub(super) const TEMPORALITY_DELTA: u64 = 1;

/// Bit of a data point's flags that says nothing was recorded.
pub(super) const NO_RECORDED_VALUE: u64 = 1;

/// What is read of a log record.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LogView<'a> {
    /// When it happened, else when it was observed; nanoseconds since the epoch, 0 if absent.
    pub(super) time: u64,
    /// 1 to 24; 0 if absent.
    pub(super) severity: u64,
    /// The text; empty if the body is no text.
    pub(super) body: &'a [u8],
    pub(super) attributes: LogAttributes<'a>,
}

/// What is read of a log record's attributes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LogAttributes<'a> {
    /// `exception.type`.
    pub(super) exception: Value<'a>,
    /// `exception.message`.
    pub(super) message: Value<'a>,
}

impl<'a> Attributes<'a> for LogAttributes<'a> {
    fn set(&mut self, key: &[u8], value: Value<'a>) {
        let place = match key {
            b"exception.type" => &mut self.exception,
            b"exception.message" => &mut self.message,
            _ => return,
        };
        if *place == Value::None {
            *place = value;
        }
    }
}

/// Takes attributes up to the limits and passes them on.
#[derive(Debug)]
pub(super) struct Budget<'l> {
    left: usize,
    limits: &'l Limits,
}

impl<'l> Budget<'l> {
    #[inline]
    pub(super) const fn new(limits: &'l Limits) -> Self {
        Self { left: limits.attributes, limits }
    }

    /// Whether one more attribute may be looked at.
    #[inline]
    pub(super) const fn take(&mut self) -> bool {
        let some = self.left > 0;
        self.left = self.left.saturating_sub(1);
        some
    }

    /// A text, unless it is too long.
    #[inline]
    pub(super) const fn text<'a>(&self, text: &'a [u8]) -> Value<'a> {
        if text.is_empty() || text.len() > self.limits.value { Value::None } else { Value::Text(text) }
    }
}
