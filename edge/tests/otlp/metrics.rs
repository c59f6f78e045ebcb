//! Data points become gauges, log records become counts.

use std::collections::BTreeMap;

use bonghwa_analytics::bucket::{Name, Resource, Severity};
use bonghwa_edge::batch::Batch;
use bonghwa_edge::otlp::Signal;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::AnyValue;
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value;
use opentelemetry_proto::tonic::metrics::v1::{
    Gauge, Histogram, HistogramDataPoint, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum,
};

use crate::make::*;

const DELTA: i32 = 1;
const CUMULATIVE: i32 = 2;

fn point(attributes: &[(&str, &str)], value: f64) -> NumberDataPoint {
    NumberDataPoint {
        start_time_unix_nano: nanos(NOW - 12),
        time_unix_nano: nanos(NOW - 2),
        value: Some(Value::AsDouble(value)),
        attributes: attributes.iter().map(|(key, value)| pair(key, text(value))).collect(),
        ..NumberDataPoint::default()
    }
}

fn gauge(name: &str, points: Vec<NumberDataPoint>) -> Metric {
    Metric { name: name.to_owned(), data: Some(Data::Gauge(Gauge { data_points: points })), ..Metric::default() }
}

fn sum(name: &str, temporality: i32, points: Vec<NumberDataPoint>) -> Metric {
    let sum = Sum { data_points: points, aggregation_temporality: temporality, is_monotonic: true };
    Metric { name: name.to_owned(), data: Some(Data::Sum(sum)), ..Metric::default() }
}

fn batch(metrics: Vec<Metric>) -> Batch {
    let scope_metrics = vec![ScopeMetrics { metrics, ..ScopeMetrics::default() }];
    let resource_metrics =
        ResourceMetrics { resource: Some(resource("was")), scope_metrics, ..ResourceMetrics::default() };
    read(Signal::Metrics, &ExportMetricsServiceRequest { resource_metrics: vec![resource_metrics] }, &policy())
}

/// The newest sample of every gauge.
fn shown(metrics: Vec<Metric>) -> BTreeMap<Resource, i64> {
    let batch = batch(metrics);
    let gauges = batch.buckets.values().flat_map(|bucket| &bucket.resources);
    gauges
        .map(|((service, kind), gauge)| {
            assert_eq!(&**service, "was");
            (*kind, gauge.last)
        })
        .collect()
}

#[test]
fn processor_use_is_what_is_not_idle() {
    for state in ["state", "system.cpu.state", "cpu.mode"] {
        let points = |idle: f64, cpu: &'static str| {
            [("idle", idle), ("user", 0.2), ("system", 0.1)]
                .map(|(name, value)| point(&[(state, name), ("cpu", cpu)], value))
        };
        let metric = gauge("system.cpu.utilization", [points(0.7, "0"), points(0.5, "1")].concat());
        let batch = batch(vec![metric]);
        assert_eq!(only(&batch).resources[&(Name::from("was"), Resource::Cpu)].last, 400_000);
        assert_eq!((batch.report.accepted, batch.report.unshown), (6, 0));
    }
    let process =
        gauge("process.cpu.utilization", vec![point(&[("state", "user")], 0.25), point(&[("state", "system")], 0.05)]);
    assert_eq!(shown(vec![process.clone()]), [(Resource::Cpu, 300_000)].into());
    // The host comes before the process, whatever the order.
    let host = gauge("jvm.system.cpu.utilization", vec![point(&[], 0.6)]);
    assert_eq!(shown(vec![process, host]), [(Resource::Cpu, 600_000)].into());
    assert_eq!(
        shown(vec![gauge("jvm.cpu.recent_utilization", vec![point(&[], 0.125)])]),
        [(Resource::Cpu, 125_000)].into()
    );
    assert_eq!(
        shown(vec![gauge("process.cpu.utilization", vec![point(&[], 3.5)])]),
        [(Resource::Cpu, 1_000_000)].into()
    );
}

#[test]
fn heap_is_a_share_where_the_limit_is_known() {
    let used = |name: &str, kind: &'static str| {
        let mut points =
            vec![point(&[(kind, "heap"), ("pool", "eden")], 100.0), point(&[(kind, "heap"), ("pool", "old")], 300.0)];
        points.push(point(&[(kind, "non_heap")], 5000.0));
        sum(name, CUMULATIVE, points)
    };
    let limit = |name: &str, kind: &'static str| sum(name, CUMULATIVE, vec![point(&[(kind, "heap")], 1600.0)]);
    let metrics = vec![limit("jvm.memory.limit", "jvm.memory.type"), used("jvm.memory.used", "jvm.memory.type")];
    assert_eq!(shown(metrics), [(Resource::Heap, 250_000)].into());
    let metrics =
        vec![used("process.runtime.jvm.memory.usage", "type"), limit("process.runtime.jvm.memory.limit", "type")];
    assert_eq!(shown(metrics), [(Resource::Heap, 250_000)].into());
    assert_eq!(shown(vec![used("jvm.memory.used", "jvm.memory.type")]), [(Resource::HeapBytes, 400)].into());
    let spaces =
        |name: &str, value| gauge(name, vec![point(&[("v8js.heap.space.name", "old")], value), point(&[], value)]);
    let metrics = vec![spaces("v8js.memory.heap.used", 30.0), spaces("v8js.memory.heap.limit", 40.0)];
    assert_eq!(shown(metrics), [(Resource::Heap, 750_000)].into());
}

#[test]
fn memory_disk_and_network() {
    let states = |name: &str, of: f64| {
        let states = [("used", 0.25), ("free", 0.5), ("cached", 0.25)];
        gauge(name, states.iter().map(|(state, share)| point(&[("system.memory.state", state)], share * of)).collect())
    };
    assert_eq!(shown(vec![states("system.memory.utilization", 1.0)]), [(Resource::Memory, 250_000)].into());
    assert_eq!(shown(vec![states("system.memory.usage", 16e9)]), [(Resource::Memory, 250_000)].into());
    assert_eq!(
        shown(vec![gauge("process.memory.usage", vec![point(&[], 5e8)])]),
        [(Resource::MemoryBytes, 500_000_000)].into()
    );
    assert_eq!(
        shown(vec![gauge("container.memory.percent", vec![point(&[], 12.5)])]),
        [(Resource::Memory, 125_000)].into()
    );
    let disks = batch(vec![gauge("system.filesystem.utilization", vec![point(&[], 0.9), point(&[], 0.1)])]);
    let disk = &only(&disks).resources[&(Name::from("was"), Resource::Disk)];
    assert_eq!((disk.min, disk.max, disk.count), (100_000, 900_000, 2));
    let io = |temporality| {
        let points =
            [("eth0", 700.0), ("eth0", 300.0), ("lo", 9e9)].map(|(device, value)| point(&[("device", device)], value));
        batch(vec![sum("system.network.io", temporality, points.to_vec())])
    };
    let rate = io(DELTA);
    assert_eq!(only(&rate).resources[&(Name::from("was"), Resource::Network)].last, 100);
    let cumulative = io(CUMULATIVE);
    assert_eq!((cumulative.buckets.len(), cumulative.report.accepted, cumulative.report.unshown), (0, 3, 3));
}

#[test]
fn what_cannot_be_shown_is_accepted_and_said() {
    let histogram = Histogram { data_points: vec![HistogramDataPoint::default(); 3], aggregation_temporality: DELTA };
    let duration = Metric {
        name: "http.server.request.duration".to_owned(),
        data: Some(Data::Histogram(histogram)),
        ..Metric::default()
    };
    let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.5, 1e300].map(|value| point(&[], value));
    let none = NumberDataPoint { flags: 1, ..point(&[], 0.5) };
    let unread = NumberDataPoint { value: None, ..point(&[], 0.5) };
    let metrics = vec![
        duration,
        gauge("system.cpu.utilization", odd.to_vec()),
        gauge("system.memory.utilization", vec![none, unread]),
        gauge("nodejs.eventloop.utilization", vec![point(&[], 0.5)]),
        Metric { name: "empty".to_owned(), ..Metric::default() },
    ];
    let batch = batch(metrics);
    assert!(batch.buckets.values().all(|bucket| bucket.resources.is_empty()));
    assert_eq!((batch.report.accepted, batch.report.rejected), (11, 0));
    assert!(batch.report.unshown >= 10);
}

#[test]
fn points_far_away_are_rejected() {
    let late = NumberDataPoint { time_unix_nano: 0, ..point(&[], 0.5) };
    let batch = batch(vec![gauge("jvm.cpu.recent_utilization", vec![late, point(&[], 0.5)])]);
    assert_eq!((batch.report.accepted, batch.report.rejected), (1, 1));
}

#[test]
fn logs_are_counted_by_severity() {
    let record = |number: i32, observed_only: bool| LogRecord {
        time_unix_nano: if observed_only { 0 } else { nanos(NOW - 2) },
        observed_time_unix_nano: nanos(NOW - 2),
        severity_number: number,
        body: Some(AnyValue { value: Some(text("주민등록번호 000000-0000000")) }),
        ..LogRecord::default()
    };
    let log_records = [0, 5, 9, 9, 13, 17, 21].into_iter().map(|number| record(number, number == 9)).collect();
    let scope_logs = vec![ScopeLogs { log_records, ..ScopeLogs::default() }];
    let resource_logs = vec![ResourceLogs { resource: Some(resource("was")), scope_logs, ..ResourceLogs::default() }];
    let batch = read(Signal::Logs, &ExportLogsServiceRequest { resource_logs }, &policy());
    let counts: Vec<(Severity, u64)> =
        only(&batch).logs.iter().map(|((_, severity), count)| (*severity, *count)).collect();
    assert_eq!(counts, [(Severity::Debug, 2), (Severity::Info, 2), (Severity::Warn, 1), (Severity::Error, 2)]);
    let mut kept = Vec::new();
    only(&batch).encode(&mut kept);
    assert!(!kept.windows(6).any(|window| window == b"000000"));
}
