//! Access logs: what the program takes, refuses and counts, beside a reference script that shares no code with it.

use std::path::{Path, PathBuf};
use std::process::Command;

use bonghwa_tests::otlp::gzip;
use bonghwa_tests::server::{Server, root, run};
use bonghwa_tests::{Scratch, eventually};
use serde_json::Value;

/// A data folder with a fleet key of its own, so that the estimates are the same in every run: a band of 95 % is missed
/// by one random key in twenty.
fn data_folder(scratch: &Scratch) -> PathBuf {
    let data = scratch.path().join("data");
    std::fs::create_dir_all(&data).expect("a data folder");
    std::fs::write(data.join("fleet.key"), "5b1f0c6e9a3d47288c5e7f9012ab34cd").expect("a fleet key");
    data
}

/// Imports a log and returns what the program says of it.
fn import(file: &Path, data: &Path) -> Value {
    let [file, data] = [file, data].map(|path| path.to_str().expect("a path in UTF-8"));
    let output =
        run(&["import", "access-log", file, "--region", "seoul", "--identity", "ip", "--data", data, "--json"], &[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// The same log, counted by the reference script.
fn reference(file: &Path) -> Value {
    let script = root().join("tests/reference/access_log.py");
    let output = Command::new("python3").arg(script).arg(file).arg("--json").output().expect("python3 runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// Lines taken and refused, requests of every hour and distinct addresses agree.
fn assert_agrees(imported: &Value, reference: &Value) {
    assert_eq!(imported["taken"], reference["taken"]);
    let refused: Vec<_> = list(&imported["first_refused"]).iter().map(|line| line["line"].clone()).collect();
    assert_eq!(imported["refused"].as_u64(), Some(list(&reference["refused"]).len() as u64));
    assert_eq!(&refused, list(&reference["refused"]), "the same lines are refused");
    let hours =
        list(&reference["hours"]).iter().map(|hour| Value::from(vec![hour["start"].clone(), hour["requests"].clone()]));
    assert_eq!(list(&imported["hours"]), &hours.collect::<Vec<_>>(), "requests by hour");
    let [distinct, error] = ["distinct", "error"].map(|key| imported[key].as_f64().expect("a number"));
    let counted = reference["addresses"].as_f64().expect("a number");
    assert!((distinct - counted).abs() <= error, "{distinct} ± {error} addresses, {counted} counted");
    assert!(error < counted * 0.03, "the band {error} is narrow beside {counted}");
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().expect("a list")
}

/// The region's page holds the same requests and addresses for the whole time of the log.
fn assert_page_agrees(data: &Path, reference: &Value) {
    let server = Server::start(data);
    let hours = list(&reference["hours"]);
    let [first, last] =
        [hours.first(), hours.last()].map(|hour| hour.and_then(|hour| hour["start"].as_i64()).expect("an hour"));
    let period = format!("from={}&to={}&mode=ip", first, last + 3600);
    let count =
        |view: &Value| list(&view["services"]).iter().filter_map(|service| service["count"].as_u64()).sum::<u64>();
    let view = eventually(|| server.region("seoul", &period), |view| count(view) > 0);
    assert_eq!(Some(count(&view)), reference["taken"].as_u64());
    let users = list(&view["figures"]).iter().find(|fact| fact["measure"] == "users").expect("a figure of users");
    let [value, error] = ["value", "error"].map(|key| users[key].as_f64().expect("a number"));
    let counted = reference["addresses"].as_f64().expect("a number");
    assert!((value - counted).abs() <= error, "{value} ± {error} on the page, {counted} counted");
}

fn import_twice_and_packed(file: &Path) -> Value {
    let scratch = Scratch::new();
    let data = data_folder(&scratch);
    let imported = import(file, &data);
    let counted = reference(file);
    assert_eq!(imported["outcome"], "new");
    assert_agrees(&imported, &counted);
    assert_page_agrees(&data, &counted);

    let again = import(file, &data);
    assert_eq!(again["outcome"], "unchanged");
    let packed = scratch.path().join("log.gz");
    std::fs::write(&packed, gzip(&std::fs::read(file).expect("the log"))).expect("a packed copy");
    assert_eq!(import(&packed, &data)["outcome"], "unchanged", "the same log, packed");
    assert_page_agrees(&data, &counted);
    imported
}

#[test]
fn the_sample_is_counted_as_the_reference_counts_it() {
    let imported = import_twice_and_packed(&root().join("edge/tests/data/access_log_sample.log"));
    assert_eq!((imported["taken"].as_u64(), imported["refused"].as_u64()), (Some(302), Some(1)));
    assert_eq!(imported["first_refused"][0]["line"], 224);
}

#[test]
fn the_full_log_is_counted_where_it_is_at_hand() {
    let full = root().join("../shared/data/access_log/apache_combined.log");
    if !full.exists() {
        println!("the full log is not on this machine; the sample stands for it");
        return;
    }
    let imported = import_twice_and_packed(&full);
    assert_eq!((imported["taken"].as_u64(), imported["refused"].as_u64()), (Some(9_999), Some(1)));
}

#[test]
fn a_running_server_takes_a_log_through_the_same_command() {
    let scratch = Scratch::new();
    let data = data_folder(&scratch);
    let server = Server::start(&data);
    let file = root().join("edge/tests/data/access_log_sample.log");
    let imported = import(&file, &data);
    assert_agrees(&imported, &reference(&file));
    drop(server);
    assert_page_agrees(&data, &reference(&file));
}

#[test]
fn a_short_log_that_grows_is_counted_once() {
    let scratch = Scratch::new();
    let (data, file) = (data_folder(&scratch), scratch.path().join("growing.log"));
    let sample = std::fs::read_to_string(root().join("edge/tests/data/access_log_sample.log")).expect("the sample");
    let beginning = |lines: usize| sample.split_inclusive('\n').take(lines).collect::<String>();
    for (lines, outcome) in
        [(1, "new"), (3, "updated"), (15, "updated"), (16, "updated"), (40, "updated"), (2, "shorter")]
    {
        std::fs::write(&file, beginning(lines)).expect("the log");
        let imported = import(&file, &data);
        assert_eq!(imported["outcome"], outcome, "{lines} lines");
        assert_eq!(imported["taken"], lines);
    }
    std::fs::write(&file, beginning(40)).expect("the log");
    assert_page_agrees(&data, &reference(&file));
}

#[test]
fn a_file_that_is_no_access_log_stores_nothing() {
    let scratch = Scratch::new();
    let (data, file) = (scratch.path().join("data"), scratch.path().join("noise.log"));
    std::fs::write(&file, "this is\nno access log\n").unwrap();
    let [file, data] = [&file, &data].map(|path| path.to_str().unwrap());
    let output = run(&["import", "access-log", file, "--region", "seoul", "--data", data], &[]);
    assert!(!output.status.success());
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(message.contains("line 1") && message.contains("nothing was stored"), "{message}");
    let missing = run(&["import", "access-log", "/nowhere/x.log", "--region", "seoul", "--data", data], &[]);
    assert!(!missing.status.success());
    assert!(String::from_utf8_lossy(&missing.stderr).contains("/nowhere/x.log"));
}
