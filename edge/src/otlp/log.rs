//! From log records to counts. Bodies are not read.

use bonghwa_analytics::bucket::Severity;

use super::view::LogView;
use super::{Origin, Sink};

/// Takes a log record.
pub(super) fn take(sink: &mut Sink<'_>, origin: &Origin, log: LogView) {
    let instant = (log.time / 1_000_000_000) as i64;
    match sink.builder.bucket(instant) {
        Ok(bucket) => {
            sink.builder.report.accepted += 1;
            sink.builder.log(bucket, origin.service, severity(log.severity));
            sink.seen(bucket, origin, instant);
        }
        Err(refusal) => sink.builder.report.reject(&refusal),
    }
}

/// The severity of a severity number (OpenTelemetry logs data model, `SeverityNumber`).
const fn severity(number: u64) -> Severity {
    match number {
        9..=12 => Severity::Info,
        13..=16 => Severity::Warn,
        17..=24 => Severity::Error,
        _ => Severity::Debug,
    }
}

#[cfg(test)]
mod tests {
    use Severity::{Debug, Error, Info, Warn};

    use super::*;

    #[test]
    fn severities_follow_the_ranges() {
        let names: Vec<Severity> = [0, 1, 8, 9, 12, 13, 16, 17, 24, 25].into_iter().map(severity).collect();
        assert_eq!(names, [Debug, Debug, Debug, Info, Info, Warn, Warn, Error, Error, Debug]);
    }
}
