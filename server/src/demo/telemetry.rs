//! The live traffic as a region's services would report it: requests of users become spans, gauges become metrics,
//! failures become log records.

use prost::Message;

use bonghwa_analytics::bucket::{Resource as Kind, Severity};

use super::faults::Effect;
use super::history::scrapes;
use super::lines::Line;
use super::model::Model;
use super::nation::Place;
use super::noise::{join, mix, round, unit};
use super::otlp_messages as otlp;
use super::services::{
    self, BURST_ERROR_RATE, DB, ERROR_RATE, LOGIN, Pace, ROUTES, SERVICES, STRATA, Timing, WAS, WEB, version,
};
use super::visits::burst_address;

/// Heap limit that the WAS reports, bytes.
const HEAP_LIMIT: i64 = 2 << 30;
/// Kinds of span, as OTLP numbers them.
const SERVER: i32 = 2;
const CLIENT: i32 = 3;

/// A request of a user, with all that happened behind it.
#[derive(Clone, Debug)]
pub(super) struct Request {
    /// Nanoseconds since the epoch.
    start: u64,
    route: usize,
    timing: Timing,
    /// Status code of the response.
    status: u16,
    /// Whether it failed because the database did.
    db_failed: bool,
    address: [u8; 4],
    user: Option<[u8; 16]>,
    session: Option<[u8; 32]>,
    key: u64,
}

impl Request {
    /// When the user had the answer, nanoseconds since the epoch.
    pub(super) fn end(&self) -> u64 {
        self.start + self.timing.web
    }

    fn failed(&self) -> bool {
        self.status >= 400
    }
}

/// Requests that users make in a place from `from` to `to` (exclusive, milliseconds since the epoch).
pub(super) fn requests(model: &Model, place: &Place, from: i64, to: i64, effect: &Effect) -> Vec<Request> {
    let activity = model.visits.activity(from / 1000);
    let paces: [Pace; ROUTES.len()] = std::array::from_fn(|route| Pace::new(place.key, route, activity, effect));
    let request = |at_ms: i64, route: usize, key: u64| Request {
        start: at_ms as u64 * 1_000_000 + key % 1_000_000,
        route,
        timing: paces[route].at((mix(key) % STRATA as u64) as usize),
        status: 200,
        db_failed: false,
        address: [0; 4],
        user: None,
        session: None,
        key,
    };
    let mut all = Vec::new();
    model.visits.to(place, from, to, |visit| {
        for (k, at) in visit.between(from, to) {
            let key = join(visit.key, u64::from(k));
            let route = route(key);
            let chance = unit(join(key, 1));
            let extra = if ROUTES[route].is_passed_on() { effect.errors } else { 0.0 };
            let failed = chance < ERROR_RATE + extra;
            all.push(Request {
                status: if failed { 500 } else { 200 },
                db_failed: failed && effect.db > 1.0 && ROUTES[route].is_passed_on(),
                address: visit.address(),
                user: visit.user_cookie(),
                session: visit.session_cookie(k),
                ..request(at, route, key)
            });
        }
    });
    let key = join(place.key, from as u64);
    let logins = round(effect.logins_per_minute * (to - from) as f64 / 60_000.0, key);
    for i in 0..logins {
        let key = join(key, i);
        let at = from + (to - from) * i as i64 / logins as i64;
        let failed = unit(join(key, 1)) < BURST_ERROR_RATE;
        let status = if failed { 401 } else { 200 };
        all.push(Request { status, address: burst_address(place.key), ..request(at, LOGIN, key) });
    }
    all
}

/// The route of a request, by the weights of the routes.
fn route(key: u64) -> usize {
    let mut place = (key >> 20) % 1000;
    for (index, route) in ROUTES.iter().enumerate() {
        if place < route.weight {
            return index;
        }
        place -= route.weight;
    }
    0
}

/// The body of a trace export: the spans of these requests.
pub(super) fn traces(requests: &[Request], effect: &Effect) -> Vec<u8> {
    let (mut web, mut was) = (Vec::with_capacity(requests.len() * 2), Vec::with_capacity(requests.len() * 2));
    for request in requests {
        spans(request, &mut web, &mut was);
    }
    let services = [(WEB, web), (WAS, was)].into_iter().filter(|(_, spans)| !spans.is_empty());
    let resource_spans = services
        .map(|(service, spans)| otlp::ResourceSpans {
            resource: Some(resource(service, effect)),
            scope_spans: vec![otlp::ScopeSpans { spans }],
        })
        .collect();
    otlp::TraceRequest { resource_spans }.encode_to_vec()
}

fn spans(request: &Request, web: &mut Vec<otlp::Span>, was: &mut Vec<otlp::Span>) {
    let Request { start, route, timing, status, .. } = *request;
    let name = ROUTES[route].name;
    let (method, path) = name.split_once(' ').unwrap_or(("GET", name));
    let http = || vec![text("http.request.method", method), int("http.response.status_code", i64::from(status))];
    let id = |part: u64| join(request.key, part).to_be_bytes().to_vec();
    let trace_id = [request.key.to_be_bytes(), mix(request.key).to_be_bytes()].concat();
    let span =
        |part: u64, parent: Option<u64>, name: &str, kind: i32, start: u64, length: u64, failed: bool| otlp::Span {
            trace_id: trace_id.clone(),
            id: id(part),
            parent_id: parent.map(id).unwrap_or_default(),
            name: name.to_owned(),
            kind,
            start_time_unix_nano: start,
            end_time_unix_nano: start + length,
            attributes: Vec::new(),
            status: failed.then_some(otlp::Status { code: 2 }),
        };
    let failed = request.failed();

    let mut attributes = http();
    attributes.extend([
        text("http.route", path),
        text("url.path", path),
        text("client.address", &dotted(request.address)),
    ]);
    attributes.extend(cookie_header(request).map(|header| list("http.request.header.cookie", header)));
    web.push(otlp::Span { attributes, ..span(10, None, name, SERVER, start, timing.web, failed) });
    if !ROUTES[route].is_passed_on() {
        return;
    }
    // Each part lies in the middle of the one around it.
    let call = start + (timing.web - timing.call) / 2;
    let mut attributes = http();
    attributes.push(text("peer.service", WAS));
    web.push(otlp::Span { attributes, ..span(11, Some(10), method, CLIENT, call, timing.call, failed) });
    let inside = call + (timing.call - timing.was) / 2;
    let mut attributes = http();
    attributes.push(text("http.route", path));
    was.push(otlp::Span { attributes, ..span(12, Some(11), name, SERVER, inside, timing.was, failed) });
    let query = inside + (timing.was - timing.db) / 2;
    let attributes = vec![text("peer.service", DB), text("db.system.name", "postgresql")];
    was.push(otlp::Span {
        attributes,
        ..span(13, Some(12), "SELECT minwon", CLIENT, query, timing.db, request.db_failed)
    });
}

fn cookie_header(request: &Request) -> Option<String> {
    let ascii = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    let user = request.user.map(|user| format!("bonghwa_uid={}", ascii(&user)));
    let session = request.session.map(|session| format!("JSESSIONID={}.was1", ascii(&session)));
    match (user, session) {
        (Some(user), Some(session)) => Some(format!("{user}; {session}")),
        (user, session) => user.or(session),
    }
}

/// The body of a metrics export: the gauges at the instants of sampling from `from` to `to` (exclusive, seconds since
/// the epoch); `None` if there is none.
pub(super) fn metrics(model: &Model, place: &Place, from: i64, to: i64, effect: &Effect) -> Option<Vec<u8>> {
    let mut metrics: [Vec<otlp::Metric>; SERVICES.len()] = Default::default();
    for instant in scrapes(from, to) {
        let activity = model.visits.activity(instant);
        let time = instant as u64 * 1_000_000_000;
        for (service, kind, millionths) in services::gauges(place.key, place.peak, instant, activity, effect) {
            let share = millionths as f64 / 1e6;
            for (metrics, _) in metrics.iter_mut().zip(SERVICES).filter(|(_, name)| *name == service) {
                match kind {
                    Kind::Cpu => metrics.push(gauge("system.cpu.utilization", share, time)),
                    Kind::Memory => metrics.push(gauge("system.memory.utilization", share, time)),
                    Kind::Disk => metrics.push(gauge("system.filesystem.utilization", share, time)),
                    Kind::Heap => {
                        metrics.push(heap("jvm.memory.used", (share * HEAP_LIMIT as f64) as i64, time));
                        metrics.push(heap("jvm.memory.limit", HEAP_LIMIT, time));
                    }
                    Kind::Network | Kind::HeapBytes | Kind::MemoryBytes => {}
                }
            }
        }
    }
    let filled = SERVICES.into_iter().zip(metrics).filter(|(_, metrics)| !metrics.is_empty());
    let resource_metrics: Vec<otlp::ResourceMetrics> = filled
        .map(|(service, metrics)| otlp::ResourceMetrics {
            resource: Some(resource(service, effect)),
            scope_metrics: vec![otlp::ScopeMetrics { metrics }],
        })
        .collect();
    (!resource_metrics.is_empty()).then(|| otlp::MetricsRequest { resource_metrics }.encode_to_vec())
}

fn gauge(name: &str, share: f64, time: u64) -> otlp::Metric {
    let point = otlp::Point { time_unix_nano: time, value: Some(otlp::Number::Double(share)), attributes: Vec::new() };
    let data = otlp::Data::Gauge(otlp::Points { data_points: vec![point] });
    otlp::Metric { name: name.to_owned(), unit: "1".to_owned(), data: Some(data) }
}

/// The Java agent reports heaps as sums that go up and down, one point a pool; here the pools are one.
fn heap(name: &str, bytes: i64, time: u64) -> otlp::Metric {
    let attributes = vec![text("jvm.memory.type", "heap"), text("jvm.memory.pool.name", "heap")];
    let point = otlp::Point { time_unix_nano: time, value: Some(otlp::Number::Int(bytes)), attributes };
    let data = otlp::Data::Sum(otlp::Sum { data_points: vec![point], aggregation_temporality: 2 });
    otlp::Metric { name: name.to_owned(), unit: "By".to_owned(), data: Some(data) }
}

/// The body of a log export: a line for each failed request, and at the instants of sampling a sign of life of each
/// service, and warnings while something is wrong; `None` if there is nothing to say.
pub(super) fn logs(requests: &[Request], from: i64, to: i64, effect: &Effect) -> Option<Vec<u8>> {
    let mut records: [Vec<otlp::LogRecord>; SERVICES.len()] = Default::default();
    let mut log = |line: Line, record: otlp::LogRecord| {
        for (records, _) in records.iter_mut().zip(SERVICES).filter(|(_, name)| *name == line.service()) {
            records.push(record.clone());
        }
    };
    for request in requests.iter().filter(|request| request.failed()) {
        let line = Line::failure(effect, ROUTES[request.route].is_passed_on(), request.status == 401);
        let body = line.text(request.key, request.timing.web / 1_000_000);
        let trace_id = [request.key.to_be_bytes(), mix(request.key).to_be_bytes()].concat();
        log(line, otlp::LogRecord { trace_id, ..record(line.severity(), request.end(), body) });
    }
    for instant in scrapes(from, to) {
        let time = instant as u64 * 1_000_000_000;
        let beats = Line::BEATS.map(|line| (line, 0));
        for (line, ms) in beats.into_iter().chain(Line::warning(effect)) {
            let key = join(instant as u64, line as u64);
            log(line, record(line.severity(), time, line.text(key, ms + mix(key) % 90)));
        }
    }
    let filled = SERVICES.into_iter().zip(records).filter(|(_, records)| !records.is_empty());
    let resource_logs: Vec<otlp::ResourceLogs> = filled
        .map(|(service, log_records)| otlp::ResourceLogs {
            resource: Some(resource(service, effect)),
            scope_logs: vec![otlp::ScopeLogs { log_records }],
        })
        .collect();
    (!resource_logs.is_empty()).then(|| otlp::LogsRequest { resource_logs }.encode_to_vec())
}

fn record(severity: Severity, time: u64, body: String) -> otlp::LogRecord {
    let (severity_number, severity_text) = match severity {
        Severity::Debug => (5, "DEBUG"),
        Severity::Info => (9, "INFO"),
        Severity::Warn => (13, "WARN"),
        Severity::Error => (17, "ERROR"),
    };
    otlp::LogRecord {
        time_unix_nano: time,
        severity_number,
        severity_text: severity_text.to_owned(),
        body: Some(otlp::AnyValue { value: Some(otlp::Any::Text(body)) }),
        trace_id: Vec::new(),
    }
}

fn resource(service: &str, effect: &Effect) -> otlp::Resource {
    let version = version(service, effect.deployed);
    otlp::Resource { attributes: vec![text("service.name", service), text("service.version", version)] }
}

fn text(key: &str, value: &str) -> otlp::KeyValue {
    attribute(key, otlp::Any::Text(value.to_owned()))
}

fn int(key: &str, value: i64) -> otlp::KeyValue {
    attribute(key, otlp::Any::Int(value))
}

fn list(key: &str, value: String) -> otlp::KeyValue {
    let values = vec![otlp::AnyValue { value: Some(otlp::Any::Text(value)) }];
    attribute(key, otlp::Any::List(otlp::List { values }))
}

fn attribute(key: &str, value: otlp::Any) -> otlp::KeyValue {
    otlp::KeyValue { key: key.to_owned(), value: Some(otlp::AnyValue { value: Some(value) }) }
}

fn dotted([a, b, c, d]: [u8; 4]) -> String {
    format!("{a}.{b}.{c}.{d}")
}
