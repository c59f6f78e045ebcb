//! The import of access logs, on a piece of a real one.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufReader, Cursor};

use bonghwa_analytics::bucket::{Bucket, Name, OTHER};
use bonghwa_analytics::identity::{FleetKey, IdentityMode};
use bonghwa_analytics::time::Resolution;
use bonghwa_edge::access_log::{Import, Importer, LineError, Options, Refused};
use bonghwa_edge::policy::Policy;

const SAMPLE: &[u8] = include_bytes!("data/access_log_sample.log");
const NOW: i64 = 1_795_212_000;

fn import(log: &[u8], identity: IdentityMode) -> Import {
    let policy = Policy::new(FleetKey::new([7; 16]));
    let mut importer = Importer::new(&policy, Options { identity, ..Options::new(NOW) });
    // A tiny buffer, so that lines fall across its ends.
    importer.read(BufReader::with_capacity(7, log)).expect("memory can be read");
    importer.finish()
}

fn merged(import: &Import) -> Bucket {
    let mut whole = Bucket::default();
    for bucket in import.buckets.values() {
        whole.merge(bucket).expect("all were hashed alike");
    }
    whole
}

#[test]
fn the_sample_is_taken_but_for_its_broken_line() {
    let import = import(SAMPLE, IdentityMode::Ip);
    let report = &import.report;
    assert_eq!((report.taken, report.refused), (302, 1));
    assert_eq!(report.first_refused, [Refused { line: 224, reason: LineError::Unclosed("the user agent") }]);
    assert_eq!((report.bytes, report.identified), (SAMPLE.len() as u64, 302));
    assert_eq!(report.range, Some((1_431_857_103, 1_432_155_916)));

    // Counted here a second way: by splitting at the first space and by the text of the hour.
    let lines = || SAMPLE.split(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\""));
    let addresses: BTreeSet<&[u8]> = lines().filter_map(|line| line.split(|byte| *byte == b' ').next()).collect();
    let whole = merged(&import);
    let users = &whole.concurrency[&IdentityMode::Ip];
    let error = (users.sketch.estimate() - addresses.len() as f64).abs() / addresses.len() as f64;
    assert!(error <= users.sketch.relative_error_95(), "{error}");
    assert_eq!((users.identified, whole.entry.count, whole.entry.errors), (302, 302, 3));

    let mut by_hour: BTreeMap<i64, u64> = BTreeMap::new();
    for ((resolution, start), bucket) in &import.buckets {
        assert_eq!(*resolution, Resolution::FiveMinutes);
        *by_hour.entry(Resolution::Hour.floor(*start)).or_default() += bucket.entry.count;
    }
    let mut by_text: BTreeMap<&[u8], u64> = BTreeMap::new();
    for line in lines() {
        let at = line.iter().position(|byte| *byte == b'[').unwrap();
        *by_text.entry(&line[at + 1..at + 15]).or_default() += 1;
    }
    assert!(by_hour.values().eq(by_text.values()), "{by_hour:?}");
}

#[test]
fn the_same_log_is_the_same_import() {
    let once = import(SAMPLE, IdentityMode::Ip);
    assert_eq!(once, import(SAMPLE, IdentityMode::Ip));
    assert_ne!(once.digest, import(SAMPLE, IdentityMode::SessionCookie).digest);
    assert_ne!(once.digest, import(&SAMPLE[..SAMPLE.len() - 1], IdentityMode::Ip).digest);
    let dos = String::from_utf8_lossy(SAMPLE).replace('\n', "\r\n\r\n");
    let dos = import(dos.as_bytes(), IdentityMode::Ip);
    assert_eq!((dos.buckets, dos.report.taken), (once.buckets, once.report.taken));
}

fn line(second: u32, target: &str, more: &str) -> String {
    format!(
        "192.0.2.{} - - [20/Nov/2026:10:00:{:02} +0900] \"GET {target} HTTP/1.1\" 200 1 \"-\" \"-\" {more}\n",
        second % 9,
        second % 60
    )
}

#[test]
fn identities_of_each_mode() {
    let log: String = (0..12)
        .map(|n| line(n, "/", &format!("\"JSESSIONID=0123456789AB{}.node{n}; bonghwa_uid=u{}\" 0.25", n % 4, n % 3)))
        .collect();
    for (mode, users) in [(IdentityMode::Ip, 9.0), (IdentityMode::SessionCookie, 4.0), (IdentityMode::UserCookie, 3.0)]
    {
        let import = import(log.as_bytes(), mode);
        let whole = merged(&import);
        assert_eq!(whole.concurrency.keys().collect::<Vec<_>>(), [&mode]);
        assert!((whole.concurrency[&mode].sketch.estimate() - users).abs() < 0.5, "{mode:?}");
        assert_eq!((import.report.identified, whole.entry.latency.count()), (12, 12));
    }
    let log = line(1, "/a;jsessionid=0123456789ABCDEF.n1?x=1", "") + &line(2, "/b;jsessionid=0123456789ABCDEF.n2", "");
    let whole = merged(&import(log.as_bytes(), IdentityMode::SessionCookie));
    let sessions = &whole.concurrency[&IdentityMode::SessionCookie];
    assert!(sessions.identified == 2 && sessions.sketch.estimate() < 1.5);
    let names: Vec<&str> = whole.transactions.keys().map(|(_, route)| &**route).collect();
    assert_eq!(names, ["GET /a", "GET /b"]);
}

#[test]
fn behind_a_proxy_the_client_is_the_forwarded_one() {
    let log: String = (0..8).map(|n| line(1, "/", &format!("\"203.0.113.{n}, 10.0.0.1\""))).collect();
    let whole = merged(&import(log.as_bytes(), IdentityMode::Ip));
    assert!((whole.concurrency[&IdentityMode::Ip].sketch.estimate() - 8.0).abs() < 0.5);
}

#[test]
fn routes_are_bounded() {
    let log: String =
        (0..2000).map(|n| line(n, &format!("/page-{}", char::from_u32(0xac00 + n).unwrap()), "")).collect();
    let whole = merged(&import(log.as_bytes(), IdentityMode::Ip));
    assert_eq!((whole.transactions.len(), whole.other_routes, whole.entry.count), (501, 1500, 2000));
    assert_eq!(whole.transactions[&(Name::from("web"), Name::from(OTHER))].count, 1500);
}

#[test]
fn other_encodings_are_taken_or_refused_with_a_reason() {
    let utf16: Vec<u8> = line(1, "/", "").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let import_utf16 = import(&utf16, IdentityMode::Ip);
    assert_eq!((import_utf16.report.taken, import_utf16.report.first_refused[0].reason), (0, LineError::ZeroBytes));
    let euc_kr = [line(1, "/", "").replace("GET /", "GET /board/").as_bytes(), b""].concat();
    let at = euc_kr.windows(7).position(|window| window == b"/board/").unwrap() + 7;
    let euc_kr = [&euc_kr[..at], b"\xb9\xce\xbf\xf8", &euc_kr[at..]].concat();
    let import_euc_kr = import(&euc_kr, IdentityMode::Ip);
    assert_eq!(import_euc_kr.report.taken, 1);
    let whole = merged(&import_euc_kr);
    assert!(whole.transactions.keys().next().unwrap().1.starts_with("GET /board/\u{fffd}"));
}

#[test]
fn a_byte_order_mark_is_no_part_of_a_line() {
    let table = "시각,경로,상태\n2026-11-20T10:00:01+09:00,/,200\n";
    for file in [line(1, "/", ""), table.to_owned()] {
        let plain = import(file.as_bytes(), IdentityMode::Ip);
        let marked = import(format!("\u{feff}{file}").as_bytes(), IdentityMode::Ip);
        assert_eq!((marked.report.taken, marked.report.refused), (1, 0));
        assert_eq!((marked.buckets, marked.report.table), (plain.buckets, plain.report.table));
    }
    let twice = import(format!("\u{feff}{0}\u{feff}{0}", line(1, "/", "")).as_bytes(), IdentityMode::Ip);
    assert_eq!((twice.report.taken, twice.report.refused), (2, 0));
}

#[test]
fn endless_lines_and_the_future_are_refused() {
    let mut log = line(1, "/", "").into_bytes();
    log.extend(std::iter::repeat_n(b'x', 1 << 20));
    log.push(b'\n');
    log.extend(line(2, "/", "").replace("2026", "2036").bytes());
    log.extend(line(3, "/", "").trim_end().bytes());
    let import = import(&log, IdentityMode::Ip);
    let reasons: Vec<(u64, LineError)> = import.report.first_refused.iter().map(|r| (r.line, r.reason)).collect();
    assert_eq!(reasons, [(2, LineError::TooLong(64 << 10)), (3, LineError::Future)]);
    assert_eq!((import.report.taken, import.report.bytes), (2, log.len() as u64));
}

#[test]
fn a_reader_that_fails_is_an_error() {
    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the disk is gone"))
        }
    }
    let policy = Policy::new(FleetKey::new([7; 16]));
    let mut importer = Importer::new(&policy, Options::new(NOW));
    importer.read(Cursor::new(line(1, "/", ""))).unwrap();
    assert!(importer.read(BufReader::new(Broken)).is_err());
    assert_eq!(importer.finish().report.taken, 1);
}
