//! What cannot work is said at the start, in one line that names it, with a status that is not zero.

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use bonghwa_tests::otlp::{now, protobuf, server_span, traces};
use bonghwa_tests::server::{Server, free_address, run};
use bonghwa_tests::{Scratch, files_below};

/// The server refuses to start and its message holds all of these.
fn assert_refused(arguments: &[&str], environment: &[(&str, &str)], parts: &[&str]) {
    let output = run(&[&["serve", "--empty"], arguments].concat(), environment);
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "`{}` was accepted: {message}", arguments.join(" "));
    for part in parts {
        assert!(message.contains(part), "{part:?} is not in: {message}");
    }
    assert!(!message.contains("panicked"), "{message}");
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

#[test]
fn a_port_in_use() {
    let scratch = Scratch::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    assert_refused(&["--listen", &address, "--data", text(scratch.path())], &[], &[&address, "in use"]);
}

#[test]
fn a_wrong_setting() {
    let scratch = Scratch::new();
    let (file, data) = (scratch.path().join("wrong.toml"), scratch.path().join("data"));
    fs::write(&file, "listen = \"127.0.0.1:0\"\n[limits]\nration = 3\n").unwrap();
    assert_refused(&["--config", text(&file), "--data", text(&data)], &[], &["wrong.toml:3", "ration"]);
    let listen = free_address().to_string();
    let arguments = ["--listen", &listen, "--data", text(&data)];
    assert_refused(&arguments, &[("BONGHWA_LISSEN", "x")], &["BONGHWA_LISSEN"]);
    assert_refused(&arguments, &[("BONGHWA_LIMITS_RATIO", "many")], &["BONGHWA_LIMITS_RATIO", "many"]);
}

#[test]
fn a_data_folder_that_cannot_be_written() {
    let scratch = Scratch::new();
    let listen = free_address().to_string();
    let file = scratch.path().join("file");
    fs::write(&file, "not a folder").unwrap();
    assert_refused(&["--listen", &listen, "--data", text(&file)], &[], &[text(&file)]);
    assert_eq!(fs::read_to_string(&file).unwrap(), "not a folder");
    // Not even root may make a folder there.
    assert_refused(&["--listen", &listen, "--data", "/proc/bonghwa"], &[], &["/proc/bonghwa"]);
}

#[test]
fn a_data_folder_in_use() {
    let scratch = Scratch::new();
    let data = scratch.path().join("data");
    let first = Server::start(&data);
    let listen = free_address().to_string();
    assert_refused(&["--listen", &listen, "--data", text(&data)], &[], &[text(&data), "in use"]);
    assert_eq!(first.get("/healthz").status, 200);
}

#[test]
fn a_corrupted_data_folder() {
    let scratch = Scratch::new();
    let data = scratch.path().join("data");
    let server = Server::start(&data);
    let body = protobuf(&traces("web", vec![server_span("/", now() - 30, 1)]));
    assert_eq!(server.post_traces("seoul", &body).status, 200);
    server.kill();
    let mut spoilt = 0;
    for file in files_below(&data) {
        let name = file.to_string_lossy();
        if name.ends_with("-wal") || name.ends_with("-shm") {
            // SQLite would restore a database from these.
            fs::remove_file(&file).unwrap();
        } else if fs::read(&file).unwrap().starts_with(b"SQLite format 3\0") {
            fs::write(&file, b"SQLite format 3\0 and then nothing that makes sense").unwrap();
            spoilt += 1;
        }
    }
    assert!(spoilt > 0, "there is a database to spoil");
    let listen = free_address().to_string();
    assert_refused(&["--listen", &listen, "--data", text(&data)], &[], &[text(&data)]);
}

#[test]
fn a_public_address_without_a_key() {
    let scratch = Scratch::new();
    let port = free_address().port();
    let listen = format!("0.0.0.0:{port}");
    assert_refused(&["--listen", &listen, "--data", text(scratch.path())], &[], &["0.0.0.0", "key"]);
}
