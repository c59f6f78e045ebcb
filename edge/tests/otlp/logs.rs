//! Log records become templates: what they say without the variables, bounded, whatever arrives.

use bonghwa_analytics::bucket::{LogLines, OTHER, Severity};
use bonghwa_edge::batch::Batch;
use bonghwa_edge::otlp::Signal;
use bonghwa_edge::policy::Limits;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValueList};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};

use crate::make::*;

fn record(body: Option<Value>, severity: i32) -> LogRecord {
    LogRecord {
        time_unix_nano: nanos(NOW - 2),
        severity_number: severity,
        body: body.map(|value| AnyValue { value: Some(value) }),
        ..LogRecord::default()
    }
}

fn request(log_records: Vec<LogRecord>) -> ExportLogsServiceRequest {
    let scope_logs = vec![ScopeLogs { log_records, ..ScopeLogs::default() }];
    let resource_logs = vec![ResourceLogs { resource: Some(resource("was")), scope_logs, ..ResourceLogs::default() }];
    ExportLogsServiceRequest { resource_logs }
}

fn logs(records: Vec<LogRecord>) -> Batch {
    read(Signal::Logs, &request(records), &policy())
}

/// Templates and their records.
fn templates(batch: &Batch) -> Vec<(String, LogLines)> {
    let mut all: Vec<_> = only(batch).templates.iter().map(|((_, line), lines)| (line.to_string(), *lines)).collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

#[test]
fn bodies_are_kept_without_their_variables() {
    let batch = logs(vec![
        record(Some(text("Connection to 10.0.0.7:5432 timed out after 3000 ms")), 13),
        record(Some(text("Connection to 10.0.0.8:5432 timed out after 12 s")), 17),
        record(Some(text("로그인 실패: 사용자=hong 주소=203.0.113.7")), 13),
        record(Some(text("\n  first line\nat second.line(3)")), 9),
    ]);
    let lines = |count, severity| LogLines { count, severity };
    assert_eq!(
        templates(&batch),
        [
            ("Connection to <*> timed out after <*>".to_owned(), lines(2, Severity::Error)),
            ("first line".to_owned(), lines(1, Severity::Info)),
            ("로그인 실패: 사용자=<*> 주소=<*>".to_owned(), lines(1, Severity::Warn)),
        ]
    );
    assert!(only(&batch).templates.keys().all(|(service, _)| &**service == "was"));
}

#[test]
fn exceptions_are_named_once() {
    let exception = |body: Option<&str>, attributes: &[(&str, &str)]| LogRecord {
        attributes: attributes.iter().map(|(key, value)| pair(key, text(value))).collect(),
        ..record(body.map(text), 17)
    };
    let kind = ("exception.type", "java.lang.OutOfMemoryError");
    let message = ("exception.message", "Java heap space, 12 MB wanted by hong@example.kr");
    let stack = ("exception.stacktrace", "at secret.place(File.java:1)");
    let batch = logs(vec![
        exception(Some("request 7 failed"), &[kind, message, stack]),
        exception(None, &[kind, message]),
        exception(None, &[message]),
        exception(Some("java.lang.OutOfMemoryError in thread 5"), &[kind, message]),
        exception(None, &[stack, ("user.id", "hong")]),
    ]);
    let templates: Vec<String> = templates(&batch).into_iter().map(|(line, _)| line).collect();
    assert_eq!(
        templates,
        [
            "Java heap space, <*> wanted by <*>",
            "java.lang.OutOfMemoryError in thread <*>",
            "java.lang.OutOfMemoryError: Java heap space, <*> wanted by <*>",
            "request <*> failed: java.lang.OutOfMemoryError: Java heap space, <*> wanted by <*>",
        ]
    );
}

#[test]
fn bodies_that_are_no_text_are_counted_only() {
    let map = Value::KvlistValue(KeyValueList { values: vec![pair("message", text("secret"))] });
    let batch = logs(vec![
        record(Some(map), 9),
        record(Some(Value::IntValue(5)), 9),
        record(Some(list(&["secret"])), 9),
        record(Some(text("")), 9),
        record(Some(text(" \u{0}\u{7} \n")), 9),
        record(None, 9),
    ]);
    assert_eq!(only(&batch).templates.len(), 0);
    assert_eq!(only(&batch).logs.values().sum::<u64>(), 6);
}

#[test]
fn a_giant_line_and_control_characters_are_harmless() {
    let giant = format!("fatal: {}", "out of memory ".repeat(300_000));
    let hostile = "\u{1b}[31mERROR\u{1b}[0m\u{0} a\u{202e}b <script>alert('x')</script> \u{7f}\t end";
    let batch = logs(vec![record(Some(text(&giant)), 17), record(Some(text(hostile)), 17)]);
    let all = templates(&batch);
    assert_eq!(all.len(), 2);
    for (line, _) in all {
        assert!(line.len() <= Limits::default().name && !line.contains(char::is_control), "{line:?}");
        assert!(!line.contains('\u{202e}') && (line.starts_with("fatal: out of memory") || line.starts_with("ERROR ")));
    }
}

#[test]
fn a_hundred_thousand_distinct_lines_stay_bounded() {
    let word = |number: u32| -> String {
        (0..6).map(|place| char::from(b'g' + ((number >> (place * 3)) & 7) as u8)).collect()
    };
    let records: Vec<_> = (0..100_000).map(|number| record(Some(text(&word(number))), 13)).collect();
    let batch = logs(records);
    let bucket = only(&batch);
    assert!(bucket.templates.len() <= Limits::default().lines + 1);
    assert_eq!(bucket.templates.values().map(|lines| lines.count).sum::<u64>(), 100_000);
    assert!(bucket.templates.iter().any(|((_, line), lines)| &**line == OTHER && lines.count > 99_000));

    // Batches of ever new lines do not grow a bucket either.
    let mut whole = bonghwa_analytics::bucket::Bucket::default();
    for part in 0..20 {
        let records: Vec<_> = (0..400).map(|number| record(Some(text(&word(part * 400 + number))), 13)).collect();
        whole.merge_limited(only(&logs(records)), 1000).expect("there are no identities");
    }
    assert!(whole.templates.len() <= 501);
    assert_eq!(whole.templates.values().map(|lines| lines.count).sum::<u64>(), 8000);
}
