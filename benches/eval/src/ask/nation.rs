//! The nation of `ask/nation.md` as rows of frames, by the formulas that stand there.

#![expect(clippy::many_single_char_names, reason = "the letters are those of the specification")]

use anyhow::Result;
use bonghwa_analytics::bucket::{Bucket, Concurrency, Gauge, Name, Resource, Transaction};
use bonghwa_analytics::desk::{Files, Manifest};
use bonghwa_analytics::detect::Method;
use bonghwa_analytics::frame::{Form, Frame, Row, encode_registers};
use bonghwa_analytics::identity::{FleetKey, IdentityMode};
use bonghwa_analytics::region::Region;
use bonghwa_analytics::session::{Carry, GAP, Sessions, Visit};
use bonghwa_analytics::sketch::{Scheme, Sketch};
use bonghwa_analytics::summary::Summary;
use bonghwa_analytics::time::Resolution;
use bonghwa_analytics::view::Measure;
use bonghwa_analytics::watch::{Alarm, SeriesKey, Subject, Worst};

/// Monday 2026-11-02 00:00 in Asia/Seoul.
const BEGIN: i64 = 1_793_545_200;
/// Minutes that are over.
const MINUTES: i64 = 26_767;
/// The first minute of which a row of its own is kept.
const KEPT: i64 = 23_885;
const DAY: i64 = 1440;
const KEY: FleetKey = FleetKey::new(*b"reference nation");
const MODE: IdentityMode = IdentityMode::UserCookie;

const ACTIVITY: [i64; 24] = [2, 1, 1, 1, 1, 2, 3, 5, 8, 11, 14, 12, 9, 11, 12, 11, 10, 9, 7, 6, 5, 4, 3, 2];
const WEEKDAYS: [i64; 7] = [11, 10, 9, 10, 8, 4, 3];
/// In the order of the settings.
const WEIGHTS: [i64; 17] = [13, 40, 36, 6, 11, 3, 8, 14, 9, 10, 18, 7, 5, 12, 22, 28, 2];
const SERVICES: [&str; 3] = ["web", "was", "db"];
/// Service, route and share.
const ROUTES: [(&str, &str, i64); 13] = [
    ("web", "/", 3),
    ("web", "/login", 1),
    ("web", "/search", 4),
    ("web", "/apply", 2),
    ("was", "/api/auth", 1),
    ("was", "/api/list", 5),
    ("was", "/api/apply", 2),
    ("was", "/api/pay", 1),
    ("was", "/api/file", 1),
    ("was", "/api/stat", 2),
    ("was", "/api/code", 3),
    ("db", "select", 6),
    ("db", "insert", 2),
];
/// Region, service, version, first minute.
const DEPLOYED: [(&str, &str, &str, i64); 3] =
    [("busan", "web", "2.0", 21_780), ("daegu", "was", "1.1", 26_405), ("gyeonggi", "was", "1.1", 26_480)];
/// Region, first minute, end, failing tenths, times as slow, value of the alarm.
const DISTURBED: [(&str, i64, i64, i64, i64, f32); 4] = [
    ("incheon", 13_080, 13_100, 3, 2, 0.25),
    ("busan", 21_080, 21_110, 4, 3, 0.375),
    ("busan", 25_860, 25_880, 3, 2, 0.25),
    ("gwangju", 26_520, 26_580, 6, 4, 0.625),
];
/// Region, who, first and last minute, minutes between, whether every request comes from another address.
const GUESTS: [(&str, &str, i64, i64, i64, bool); 8] = [
    ("gyeonggi", "long-1", 25_020, 25_560, 10, false),
    ("gwangju", "long-2", 25_680, 26_040, 10, false),
    ("busan", "long-3", 25_950, 26_610, 15, false),
    ("jeju", "long-4", 26_220, 26_760, 20, false),
    ("seoul", "long-5", 26_400, 26_760, 10, false),
    ("seoul", "long-6", 26_460, 26_670, 10, false),
    ("daegu", "long-7", 26_500, 26_760, 5, false),
    ("daejeon", "many-1", 26_580, 26_600, 4, true),
];
/// Region, first minute, minutes, log-ins a minute, how many of them fail.
const BURSTS: [(&str, i64, i64, u32, u32); 2] = [("incheon", 26_110, 5, 100, 90), ("ulsan", 25_800, 3, 70, 0)];

/// A desk of all that happened.
pub(super) fn desk(regions: &[Region]) -> Result<Files> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let frames = std::thread::scope(|scope| {
        let part = |first: usize| {
            let ours = regions.iter().enumerate().skip(first).step_by(threads);
            scope.spawn(move || ours.map(|(r, region)| frames(r as i64, &region.code)).collect::<Result<Vec<_>>>())
        };
        let running: Vec<_> = (0..threads).map(part).collect();
        running
            .into_iter()
            .map(|thread| thread.join().expect("the nation is made without panics"))
            .collect::<Result<Vec<_>>>()
    })?;
    let manifest = Manifest { regions: regions.to_vec(), as_of: Some(BEGIN + 60 * MINUTES), ..Manifest::default() };
    Ok(Files::open(manifest, frames.into_iter().flatten().flatten())?)
}

/// The rows of a region: minutes, five minutes, hours.
fn frames(r: i64, code: &str) -> Result<[Frame; 3]> {
    let names = Names::default();
    let mut rows = [Vec::new(), Vec::new(), Vec::new()];
    let (mut five, mut hour) = (Bucket::default(), Bucket::default());
    let mut carry = Carry::new(GAP);
    for m in 0..MINUTES {
        let sessions = sessions(code, m, &mut carry);
        if m >= KEPT {
            let mut minute = Bucket { sessions: sessions.clone(), ..Bucket::default() };
            happen(&names, r, code, m, &mut minute);
            rows[0].push(row(m, &minute));
        }
        if let Some(sessions) = &sessions {
            five.sessions.get_or_insert_default().merge(sessions);
        }
        happen(&names, r, code, m, &mut five);
        if (m + 1) % 5 == 0 {
            notice(code, m - 4, &mut five);
            hour.merge(&five)?;
            rows[1].push(row(m - 4, &std::mem::take(&mut five)));
        }
        if (m + 1) % 60 == 0 {
            rows[2].push(row(m - 59, &std::mem::take(&mut hour)));
        }
    }
    let [minutes, fives, hours] = rows;
    let frame = |resolution, rows| Frame { region: code.to_owned(), key: KEY.id(), resolution, rows };
    Ok([frame(Resolution::Minute, minutes), frame(Resolution::FiveMinutes, fives), frame(Resolution::Hour, hours)])
}

fn row(m: i64, bucket: &Bucket) -> Row {
    let (mut summary, mut cells, mut registers, mut sessions) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    Summary::of(bucket).encode(&mut summary);
    bucket.encode_cells(&mut cells);
    encode_registers(&bucket.concurrency, Form::Rest, &mut registers);
    if let Some(known) = &bucket.sessions {
        let mut known = known.clone();
        known.settle();
        known.encode(&mut sessions);
    }
    Row {
        start: BEGIN + 60 * m,
        seq: 1,
        summary: Some(summary),
        cells: Some(cells),
        registers: Some(registers),
        sessions: Some(sessions),
    }
}

/// Names of services and routes, made once.
struct Names {
    services: [Name; 3],
    routes: [(Name, Name); 13],
    first: Name,
}

impl Default for Names {
    fn default() -> Self {
        let routes = ROUTES.map(|(service, route, _)| (service.into(), route.into()));
        Self { services: SERVICES.map(Into::into), routes, first: "1.0".into() }
    }
}

/// Adds what happened in a minute, but for sessions.
fn happen(names: &Names, r: i64, code: &str, m: i64, bucket: &mut Bucket) {
    for (j, name) in (0_i64..).zip(&names.routes) {
        let (count, errors, durations) = requests(r, code, j, m);
        let add = |cell: &mut Transaction| {
            cell.count += count;
            cell.errors += errors;
            for (ms, n) in &durations {
                cell.latency.insert_n(ms * 1_000_000, *n);
            }
        };
        add(bucket.transactions.entry(name.clone()).or_default());
        if name.0 == names.services[0] {
            add(&mut bucket.entry);
        }
    }
    let start = BEGIN + 60 * m;
    for (s, service) in (0_i64..).zip(&names.services) {
        for kind in [Resource::Cpu, Resource::Memory, Resource::Heap] {
            let Some(value) = gauge(kind, r, s, m) else { continue };
            let sample = Gauge::sample(value, start * 1000);
            bucket.resources.entry((service.clone(), kind)).and_modify(|g| g.merge(&sample)).or_insert(sample);
        }
        let newer = DEPLOYED.iter().find(|(of, what, _, at)| *of == code && **what == **service && *at <= m);
        let version = newer.map_or_else(|| names.first.clone(), |(_, _, version, _)| (*version).into());
        let seen = bucket.versions.entry((service.clone(), version)).or_insert((start, start));
        seen.1 = start + 59;
    }
    let identified = bucket.entry.count;
    let nobody = || Concurrency { identified: 0, sketch: Sketch::new(Scheme::keyed(MODE, KEY.id())) };
    let users = bucket.concurrency.entry(MODE).or_insert_with(nobody);
    users.identified = identified;
    for x in people(r, m).filter(|x| (x + m) % 4 == 0) {
        let who = if x % 5 == 0 { format!("all {x}") } else { format!("{r} {x}") };
        users.sketch.insert_hash(KEY.identity(MODE, who.as_bytes()));
    }
    visits(code, m).iter().filter_map(|visit| visit.identity).for_each(|hash| users.sketch.insert_hash(hash));
}

/// Requests, failed ones, and (milliseconds, requests).
fn requests(r: i64, code: &str, j: i64, m: i64) -> (u64, u64, [(u64, u64); 3]) {
    let (d, h) = (m / DAY, (m % DAY / 60) as usize);
    let (service, _, share) = ROUTES[j as usize];
    let crowd = WEIGHTS[r as usize] * ACTIVITY[h] * WEEKDAYS[(d % 7) as usize];
    let n = share * crowd / 1500 + (r + 3 * j + 7 * m + 11 * d) % 3;
    let every = 25 + (5 * r + 7 * j + 3 * d) % 31;
    let mut errors = (n + (13 * r + 5 * j + 3 * m + 7 * d) % every) / every;
    let odd = if service == "web" { d % 3 / 2 * 4 } else { 0 };
    let mut length = (10 + 9 * j + ACTIVITY[h] + odd) * (20 + 3 * (7 * r % 17)) / 20;
    let slower: Option<[i64; 7]> = match code {
        "gyeonggi" if m >= 26_480 => Some([10, 30, 17, 40, 10, 22, 13]),
        "daegu" if m >= 26_405 => Some([10, 10, 50, 10, 25, 10, 10]),
        _ => None,
    };
    if let Some(tenths) = slower.filter(|_| service == "was") {
        length = length * tenths[j as usize - 4] / 10;
    }
    let disturbed = DISTURBED.iter().find(|(of, from, to, ..)| *of == code && (*from..*to).contains(&m));
    if let Some((_, _, _, tenths, times, _)) = disturbed.filter(|_| service == "web") {
        errors = n * tenths / 10;
        length *= times;
    }
    let slowest = n.min((n + (m + 2 * r + j) % 40) / 40);
    let slow = (n - slowest + (m + r) % 10) / 10;
    let parts = [(length, n - slowest - slow), (5 * length, slow), (20 * length, slowest)];
    (n as u64, errors as u64, parts.map(|(ms, n)| (ms as u64, n as u64)))
}

/// A sample in millionths.
fn gauge(kind: Resource, r: i64, s: i64, m: i64) -> Option<i64> {
    let (d, h, k) = (m / DAY, m % DAY / 60, m % 60);
    let activity = ACTIVITY[h as usize];
    match kind {
        Resource::Cpu => {
            let busiest = s == r % 3;
            let base =
                if busiest { 250_000 + 23_000 * (5 * r % 17) } else { 60_000 + 5000 * s + 4000 * ((3 * r + s) % 11) };
            let swing = if d % 7 < 5 { 12_000 } else { 6000 };
            let odd = if h == 10 { 0 } else { 900 * ((d * d + 2 * r + s) % 7) };
            let growth = 300 * (1 + (5 * r + 3 * s) % 7) * d;
            Some(base + growth + swing * activity + odd + 400 * ((7 * m + 3 * r + 5 * s) % 12))
        }
        Resource::Memory => {
            let base = 300_000 + 20_000 * ((7 * r + 2 * s) % 17) + 200 * (1 + (r + s) % 5) * d;
            Some(base + 3000 * activity + 150 * ((5 * m + r) % 6))
        }
        Resource::Heap if s == 1 => {
            Some(350_000 + 15_000 * (11 * r % 17) + 100 * (r % 4) * d + 2000 * activity + 1000 * k)
        }
        _ => None,
    }
}

/// Numbers of the people of the twenty minutes in which a minute lies.
fn people(r: i64, m: i64) -> std::ops::Range<i64> {
    let t = m / 20;
    let (d, h) = (20 * t / DAY, (20 * t % DAY / 60) as usize);
    let first = t * (1 + r % 2) + t * t / 4000;
    let crowd = WEIGHTS[r as usize] * ACTIVITY[h] * WEEKDAYS[(d % 7) as usize];
    first..first + 4 + crowd * (20 + d) / 1800
}

/// Requests of those who are named, and log-ins of nobody who is known, in the first second of a minute.
fn visits(code: &str, m: i64) -> Vec<Visit> {
    let instant = BEGIN + 60 * m;
    let identity = |who: &str| KEY.identity(MODE, who.as_bytes());
    let address = |name: &str| Some(KEY.identity(IdentityMode::Ip, name.as_bytes()));
    let mut all = Vec::new();
    for (region, who, first, last, every, moves) in GUESTS {
        if region == code && (first..=last).contains(&m) && (m - first) % every == 0 {
            let from = if moves { format!("{who} at {m}") } else { who.to_owned() };
            all.push(Visit { instant, identity: Some(identity(who)), address: address(&from), login: None });
        }
    }
    if code == "gangwon" && m == 26_525 {
        let one = |n| Visit {
            instant,
            identity: Some(identity(&format!("crowd-{n}"))),
            address: address("crowd"),
            login: None,
        };
        all.extend((0..25).map(one));
    }
    for (region, first, minutes, each, failing) in BURSTS {
        if region == code && (first..first + minutes).contains(&m) {
            let one = |n| Visit { instant, identity: None, address: address("burst"), login: Some(n < failing) };
            all.extend((0..each).map(one));
        }
    }
    all
}

/// What the row of a minute knows of sessions, as an edge makes it.
fn sessions(code: &str, m: i64, carry: &mut Carry) -> Option<Box<Sessions>> {
    let mut known = Sessions::of(&visits(code, m))?;
    let lifted = carry.take(&known);
    known.lift(&lifted);
    known.mark_minute();
    Some(known)
}

/// Adds the alarms that the edge raised in five minutes.
fn notice(code: &str, m: i64, bucket: &mut Bucket) {
    let start = BEGIN + 60 * m;
    let mut raise = |measure, value, [low, middle, high]: [f32; 3]| {
        let worst = Worst { at: start, value, low, middle, high, score: 3.0, method: Method::Season };
        let alarm = Alarm { from: start, to: start + 300, seconds: 300, worst };
        bucket.alarms.insert(SeriesKey { subject: Subject::Entry, measure }, alarm);
    };
    let ours = DISTURBED.iter().find(|(of, from, to, ..)| *of == code && (*from..*to).contains(&m));
    if let Some((.., value)) = ours {
        raise(Measure::ErrorRate, *value, [0.0, 0.031_25, 0.0625]);
    }
    if code == "ulsan" && (26_640..26_660).contains(&m) {
        raise(Measure::LatencyP95, 0.5, [0.3, 0.4, 0.45]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Worked out by hand from `ask/nation.md`.
    #[test]
    fn formulas_give_what_the_page_says() {
        // Seoul, `/`, the first minute: 3 · 40 · 2 · 11 // 1500 + 1 requests of (10 + 2) · 41 // 20 ms.
        assert_eq!(requests(1, "seoul", 0, 0), (2, 0, [(24, 2), (120, 0), (480, 0)]));
        // Gwangju, `/search`, in the hour of its disturbance: n = 4 · 12 · 14 · 8 // 1500 + (13 + 6 + 185 640 + 198) % 3 = 3 + 1;
        // L = (10 + 18 + 14 + 0) · (20 + 3 · 6) // 20 · 4 = 79 · 4.
        assert_eq!(requests(13, "gwangju", 2, 26_520), (4, 2, [(316, 4), (1580, 0), (6320, 0)]));
        assert_eq!(gauge(Resource::Cpu, 1, 1, 0), Some(250_000 + 115_000 + 24_000 + 2700 + 3200));
        assert_eq!(gauge(Resource::Memory, 0, 0, 600), Some(300_000 + 3000 * 14));
        assert_eq!(
            (gauge(Resource::Heap, 2, 0, 0), gauge(Resource::Heap, 0, 1, 59)),
            (None, Some(350_000 + 4000 + 59_000))
        );
        assert_eq!((people(1, 19), people(1, 20)), (0..13, 2..15));
    }

    #[test]
    fn those_who_stay_and_those_who_log_in_are_seen() {
        let mut carry = Carry::new(GAP);
        let mut seconds = Vec::new();
        for m in 26_400..=26_760 {
            let known = sessions("seoul", m, &mut carry);
            seconds.extend(
                known.iter().flat_map(|known| &known.notable).map(bonghwa_analytics::session::Session::seconds).max(),
            );
        }
        assert_eq!(seconds.last(), Some(&(6 * 3600)), "long-5");
        let burst = sessions("incheon", 26_112, &mut carry).unwrap_or_default();
        let entry = &burst.logins.entries()[0];
        assert_eq!((entry.count, entry.failed, entry.peak), (100, 90, 100));
        assert_eq!(sessions("incheon", 26_115, &mut carry), None);
    }
}
