//! Frames of a region with 1,000 series: some days of five minutes and a day of minutes.

use bonghwa_analytics::bucket::{Bucket, Gauge, Name, Resource, Transaction};
use bonghwa_analytics::frame::{Frame, Row};
use bonghwa_analytics::identity::{IdentityMode, KeyId};
use bonghwa_analytics::summary::{Summary, Users};
use bonghwa_analytics::time::{DAY, Resolution};

use crate::noise;

/// Code of the region.
pub const REGION: &str = "bench";
/// Midnight of the day that is judged, a Thursday.
pub const TODAY: i64 = 1_789_657_200;
/// Series of the region: of the entry 3 and its users, 3 of each route and service, 2 of each call, 1 of each gauge.
pub const SERIES: usize = 4 + 3 * SERVICES * (ROUTES + 1) + 2 * CALLS + 2 * SERVICES + HEAPS;

const SERVICES: usize = 55;
const ROUTES: usize = 3;
const CALLS: usize = 90;
const HEAPS: usize = 46;

/// Rows of `from..to` with summaries and cells, as they travel.
pub fn frames(resolution: Resolution, from: i64, to: i64) -> Vec<u8> {
    let rows = (resolution.floor(from)..to).step_by(resolution.seconds() as usize);
    let rows = rows.map(|start| row(resolution, start)).collect();
    let mut out = Vec::new();
    Frame { region: REGION.to_owned(), key: KeyId(1), resolution, rows }.encode(&mut out);
    out
}

fn row(resolution: Resolution, start: i64) -> Row {
    let second = (start - TODAY).rem_euclid(DAY) as f64;
    // Quiet at night, busy by day.
    let rhythm = 1.2 - libm::cos(second / DAY as f64 * std::f64::consts::TAU);
    let minutes = resolution.seconds() as f64 / 60.0;
    let cell = |number: usize| {
        let shake = 0.9 + 0.2 * noise(number as u64, (start / 60) as u64);
        let count = (30.0 + (number % 40) as f64) * rhythm * shake * minutes;
        // An hour in which every service is slow.
        let slow = if start >= TODAY && (36_000.0..39_600.0).contains(&second) { 4.0 } else { 1.0 };
        transaction(number, count as u64, 40.0 * slow * shake, start)
    };
    let mut bucket = Bucket { entry: cell(9999), ..Bucket::default() };
    let service = |n: usize| Name::from(format!("service-{n:02}"));
    for n in 0..SERVICES {
        for route in 0..ROUTES {
            let key = (service(n), Name::from(format!("GET /of/{n}/route/{route}")));
            bucket.transactions.insert(key, cell(n * ROUTES + route));
        }
        for (at, resource) in [Resource::Cpu, Resource::Memory, Resource::Heap].into_iter().enumerate() {
            if resource != Resource::Heap || n < HEAPS {
                let part = 0.3 + 0.1 * rhythm + 0.05 * noise((n * 3 + at) as u64, (start / 60) as u64);
                bucket.resources.insert((service(n), resource), Gauge::sample((part * 1e6) as i64, start * 1000));
            }
        }
    }
    for call in 0..CALLS {
        bucket
            .calls
            .insert((service(call % SERVICES), service((call * 7 + 1 + call / SERVICES) % SERVICES)), cell(500 + call));
    }
    let mut summary = Summary::of(&bucket);
    summary.users.insert(IdentityMode::UserCookie, Users { identified: 5000, estimate: libm::floor(900.0 * rhythm) });
    let (mut bytes, mut cells) = (Vec::new(), Vec::new());
    summary.encode(&mut bytes);
    bucket.encode_cells(&mut cells);
    Row { start, seq: 1, summary: Some(bytes), cells: Some(cells), ..Row::default() }
}

fn transaction(number: usize, count: u64, ms: f64, start: i64) -> Transaction {
    let mut transaction = Transaction { count, errors: count / 200, ..Transaction::default() };
    let seen = count.clamp(1, 24);
    for i in 0..seen {
        let share = 0.4 + 1.2 * noise(number as u64 ^ start as u64, i);
        transaction.latency.insert_n((ms * share * 1e6) as u64, (count / seen).max(1));
    }
    transaction
}
