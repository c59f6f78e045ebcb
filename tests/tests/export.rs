//! Tables to take away: read by what people open them with, DuckDB, Polars and a reader of CSV, and answers from the very
//! files that were taken in.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use bonghwa_tests::Scratch;
use bonghwa_tests::server::{Server, root, run};
use serde_json::{Value, json};

/// 2026-11-19T09:00 in Asia/Seoul.
const START: i64 = 1_795_046_400;
const HEADINGS: &str = "시각,방식,경로,상태,응답시간(ms),접속IP,서비스\n";

/// Requests of two hours to two services, as CSV, and what each of the services got: requests and errors.
fn requests() -> (String, BTreeMap<&'static str, (u64, u64)>) {
    let (mut table, mut counted) = (HEADINGS.to_owned(), BTreeMap::new());
    for n in 0..7200_i64 {
        let service = if n % 3 == 0 { "민원, 포털" } else { "=결제" };
        let status = if n % 50 == 0 { 503 } else { 200 };
        let took = 20 + n % 100;
        let time = START + n;
        let _ = writeln!(table, "{time},GET,/p/{},{status},{took},10.0.{}.7,\"{service}\"", n % 5, n % 40);
        let (requests, errors) = counted.entry(service).or_insert((0, 0));
        *requests += 1;
        *errors += u64::from(status == 503);
    }
    (table, counted)
}

#[test]
fn a_table_opens_in_what_people_use() {
    let scratch = Scratch::new();
    let (data, log) = (scratch.path().join("data"), scratch.path().join("seoul-requests.csv"));
    let (table, counted) = requests();
    fs::write(&log, table).expect("a table");
    let server = Server::start(&data);
    let [log, data] = [&log, &data].map(|path| path.to_str().expect("a path in UTF-8"));
    let taken = run(&["import", "access-log", log, "--region", "seoul", "--data", data, "--json"], &[]);
    let taken: Value = serde_json::from_slice(&taken.stdout).expect("JSON");
    assert_eq!((taken["taken"].as_u64(), taken["refused"].as_u64()), (Some(7200), Some(0)), "{taken}");

    let url = format!("http://{}", server.address);
    let (from, to) = (START.to_string(), (START + 7200).to_string());
    let mut files = Vec::new();
    for ending in ["csv", "parquet"] {
        let out = scratch.path().join(format!("table.{ending}"));
        let out = out.to_str().expect("a path in UTF-8").to_owned();
        let period = ["--from", &from, "--to", &to, "--every", "5m", "--reason", "점검 010-1234-5678"];
        let made = run(&[&["export", &out, "--server", &url][..], &period].concat(), &[]);
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        files.push(out);
    }
    let text = fs::read_to_string(&files[0]).expect("CSV");
    assert!(
        text.starts_with("\u{feff}시각(KST),") && text.contains("2026-11-19 09:00,300,seoul,서울특별시,,300,6,"),
        "{text}"
    );
    assert!(text.contains(",\"민원, 포털\",") && text.contains(",'=결제,"), "{text}");

    let Some(python) = std::env::var_os("XTASK_PYTHON") else {
        println!("XTASK_PYTHON is not set: the tables were not read back");
        return;
    };
    let script = root().join("tests/python/table.py");
    let read = Command::new(python).arg(script).args(&files).output().expect("Python runs");
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    let read: Value = serde_json::from_slice(&read.stdout).expect("JSON");
    for (reader, told) in read.as_object().expect("an object") {
        let guard = if reader == "csv" { "'" } else { "" };
        for (service, (requests, errors)) in &counted {
            let name = if service.starts_with('=') { format!("{guard}{service}") } else { (*service).to_owned() };
            assert_eq!(told["services"][name], json!([requests, errors]), "{reader}: {told}");
        }
        assert_eq!(told["whole"], json!([7200, 144]), "{reader}");
        assert_eq!(told["lines"], 72, "{reader}");
        assert_eq!(told["first"], "2026-11-19T00:00:00Z", "{reader}");
        // Forty addresses in every five minutes, within 3 %; 95 of 100 requests take 20 to 114 ms.
        let close = |key: &str, wanted: f64| {
            let value = told[key].as_f64().unwrap_or_default();
            assert!((value / wanted - 1.0).abs() < 0.05, "{reader}: {key} {value}");
        };
        close("users", 40.0);
        close("p95", 115.0);
    }
    assert_eq!(read["parquet"]["reason"].as_str().map(|reason| reason.contains("1234")), Some(false), "{read}");
}

#[test]
fn a_question_is_answered_from_a_table_or_a_log() {
    let scratch = Scratch::new();
    let log = scratch.path().join("seoul-requests.csv");
    fs::write(&log, requests().0).expect("a table");
    let log = log.to_str().expect("a path in UTF-8");
    let asked = run(&["ask", "오늘 서울 요청 수는?", "--file", log, "--json"], &[]);
    assert!(asked.status.success(), "{}", String::from_utf8_lossy(&asked.stderr));
    let told: Value = serde_json::from_slice(&asked.stdout).expect("JSON");
    let measured = &told["answer"]["body"]["measured"][0];
    let [value, from, to] = ["value", "from", "to"].map(|key| measured["value"][key].as_f64().unwrap_or_default());
    assert_eq!((measured["area"]["name"].as_str(), (value * (to - from)).round()), (Some("seoul"), 7200.0), "{told}");

    let rubbish = scratch.path().join("notes.txt");
    fs::write(&rubbish, "hello\n").expect("a file");
    let refused = run(&["ask", "오늘은 왜 이래?", "--file", rubbish.to_str().expect("a path")], &[]);
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && said.contains("notes.txt") && said.contains("headings"), "{said}");
}
