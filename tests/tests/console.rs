//! A console with seventeen Workers' regions behind it beside one with seventeen embedded edges: the same rows, the same
//! answers; and what becomes of it when workerd goes away.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use bonghwa_tests::otlp::now;
use bonghwa_tests::server::Server;
use bonghwa_tests::worker::{FLEET_KEY, Rows, Worker, cpu_ms, rows_of_program};
use bonghwa_tests::{Scratch, corpus, eventually};
use serde_json::Value;

const REGIONS: [&str; 17] = [
    "seoul",
    "busan",
    "daegu",
    "incheon",
    "gwangju",
    "daejeon",
    "ulsan",
    "sejong",
    "gyeonggi",
    "gangwon",
    "chungbuk",
    "chungnam",
    "jeonbuk",
    "jeonnam",
    "gyeongbuk",
    "gyeongnam",
    "jeju",
];

/// A data folder with the fleet key of these tests and these settings.
fn folder(data: &Path, settings: &str) {
    fs::create_dir_all(data).expect("a data folder");
    fs::write(data.join("fleet.key"), FLEET_KEY).expect("a fleet key");
    fs::write(data.join("bonghwa.toml"), settings).expect("settings");
}

fn json(server: &Server, path: &str) -> Value {
    let answer = server.get(path);
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    serde_json::from_slice(&answer.body).expect("JSON")
}

#[test]
fn seventeen_workers_look_like_seventeen_embedded_edges() {
    let scratch = Scratch::new();
    let [near, far] = ["near", "far"].map(|name| scratch.path().join(name));
    let worker = Worker::start(&scratch.path().join("worker"), &REGIONS.join(","));
    let mut settings = String::from("[edges]\n");
    for region in REGIONS {
        let (_, reader) = worker.key(region, "read");
        writeln!(settings, "{region} = {{ url = \"http://{}\", key = \"{reader}\" }}", worker.address).expect("text");
    }
    folder(&near, "");
    folder(&far, &settings);
    let embedded = Server::start(&near);
    let console = Server::start(&far);

    let mut keys = Vec::new();
    let end = (now() - 2 * 3600) / 3600 * 3600;
    for (number, region) in (1..).zip(REGIONS) {
        let corpus = corpus::requests(number * 200, 100, end, 3600);
        corpus::send(embedded.address, &[("bonghwa-region", region)], &corpus);
        let (_, key) = worker.key(region, "ingest");
        keys.push(key.clone());
        corpus::send(worker.address, &[("Authorization", &format!("Bearer {key}"))], &corpus);
    }
    // Two ticks, after which everything of an hour that is over has its rows.
    std::thread::sleep(Duration::from_secs(5));
    for region in REGIONS {
        let expected = rows_of_program(&near, &format!("region-{region}.db"));
        assert!(!expected.is_empty());
        let copied = eventually(|| rows_of_program(&far, &format!("mirror-{region}.db")), |rows| *rows == expected);
        assert!(copied == expected, "{region}: {} rows, {} expected", copied.len(), expected.len());
    }
    let nation = |data: &Path| -> Rows { rows_of_program(data, "nation.db") };
    let expected = nation(&near);
    assert!(!expected.is_empty());
    assert!(eventually(|| nation(&far), |rows| *rows == expected) == expected, "the national rows");
    let (from, to) = (end - 3600, end);
    for path in [
        format!("/api/combine?regions={}&from={from}&to={to}&mode=ip", REGIONS.join(",")),
        format!("/api/series?region=all&measure=users&from={from}&to={to}"),
        format!("/api/series?region=jeju&measure=latency_p95&from={from}&to={to}"),
    ] {
        assert_eq!(json(&console, &path), json(&embedded, &path), "{path}");
    }

    for key in &keys {
        let lately = corpus::requests(100, 100, now(), 30);
        corpus::send(worker.address, &[("Authorization", &format!("Bearer {key}"))], &lately);
    }
    let seen = eventually(|| json(&console, "/api/now"), |now| now["received"] == REGIONS.len());
    assert_eq!(seen["received"], REGIONS.len(), "{seen}");

    let (before, started) = (cpu_ms(console.id()), Instant::now());
    std::thread::sleep(Duration::from_secs(6));
    let share = (cpu_ms(console.id()) - before) as f64 / started.elapsed().as_secs_f64() * 2.0;
    println!("{share:.0} ms of CPU every two seconds to follow seventeen Workers");

    let late =
        |now: &Value| now["rows"].as_array().into_iter().flatten().filter(|row| !row["late_since"].is_null()).count();
    worker.kill();
    let killed = Instant::now();
    let seen = eventually(|| json(&console, "/api/now"), |now| late(now) == REGIONS.len());
    println!("seventeen regions are late {:.1} s after workerd was killed", killed.elapsed().as_secs_f64());
    assert_eq!((late(&seen), &seen["received"]), (REGIONS.len(), &Value::from(0)));
}
