//! From log records to counts and templates. What a body says is kept without its variables only.

use std::borrow::Cow;

use bonghwa_analytics::bucket::Severity;

use super::view::LogView;
use super::{Origin, Sink};

/// Takes a log record.
pub(super) fn take(sink: &mut Sink<'_>, origin: &Origin, log: &LogView<'_>) {
    let instant = (log.time / 1_000_000_000) as i64;
    match sink.builder.bucket(instant) {
        Ok(bucket) => {
            sink.builder.report.accepted += 1;
            let severity = severity(log.severity);
            sink.builder.log(bucket, origin.service, severity);
            let text = text(log, sink.limits().line);
            if !text.is_empty() {
                sink.builder.line(bucket, origin.service, severity, &text);
            }
            sink.seen(bucket, origin, instant);
        }
        Err(refusal) => sink.builder.report.reject(&refusal),
    }
}

/// What a record says: the first line of its body, and the exception unless the body names it; at most `longest` bytes
/// of each.
fn text<'a>(log: &LogView<'a>, longest: usize) -> Cow<'a, str> {
    let cut = |text: &'a [u8]| {
        let text = text.get(..longest).unwrap_or(text).trim_ascii();
        String::from_utf8_lossy(text.split(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or(text))
    };
    let body = cut(log.body);
    let mut exception = cut(log.attributes.exception.text());
    let message = cut(log.attributes.message.text());
    if (exception.is_empty() && message.is_empty()) || (!exception.is_empty() && body.contains(&*exception)) {
        return body;
    }
    if !exception.is_empty() && !message.is_empty() {
        exception += ": ";
    }
    exception += message;
    if body.is_empty() { exception } else { body + ": " + exception }
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
