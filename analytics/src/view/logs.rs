//! What logs said in a period, for the page of a region.

use serde::{Deserialize, Serialize};

use super::RegionDetail;
use crate::bucket::{Name, Severity};
use crate::logs::change::{ChangeKind, counts, kind};

/// Templates that are listed.
const MOST: usize = 60;

/// A log template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LogRow {
    /// What it says, variables as `<*>`.
    pub template: String,
    /// Service that wrote it.
    pub service: String,
    /// Highest severity it was written with.
    pub severity: Severity,
    /// Records in the period.
    pub count: u64,
    /// Records in the compared period; absent if none was chosen or nothing is known of it.
    pub before: Option<u64>,
    /// How it changed, if by more than chance.
    pub change: Option<ChangeKind>,
}

/// Templates of a period, at most [`MOST`]: what changed first, then by severity and count. Both periods last `seconds`.
pub(super) fn logs(detail: &RegionDetail, filter: &dyn Fn(&Name) -> bool, seconds: i64) -> Vec<LogRow> {
    // A period of which no line is known (before logs were sent) makes nothing new.
    let before = detail.before.as_ref().filter(|before| !before.templates.is_empty());
    let mut rows: Vec<LogRow> = counts(before, &detail.period)
        .into_iter()
        .filter(|count| filter(&count.service))
        .map(|count| LogRow {
            change: before.and_then(|_| kind(&count, seconds, seconds)),
            template: count.template,
            service: count.service.to_string(),
            severity: count.severity,
            count: count.during,
            before: before.map(|_| count.before),
        })
        .filter(|row| row.count > 0 || row.change.is_some())
        .collect();
    let order = |row: &LogRow| {
        (row.change.is_none(), std::cmp::Reverse((row.severity, row.count.max(row.before.unwrap_or(0)))))
    };
    rows.sort_by(|a, b| order(a).cmp(&order(b)).then_with(|| a.template.cmp(&b.template)));
    rows.truncate(MOST);
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bucket::{Bucket, LogLines};

    fn bucket(lines: &[(&str, Severity, u64)]) -> Bucket {
        let mut bucket = Bucket::default();
        for (line, severity, count) in lines {
            let key = (Name::from("was"), Name::from(*line));
            bucket.templates.insert(key, LogLines { count: *count, severity: *severity });
        }
        bucket
    }

    #[test]
    fn what_changed_stands_first() {
        let period = bucket(&[("fine", Severity::Info, 900), ("odd", Severity::Warn, 3), ("new", Severity::Info, 50)]);
        let before = bucket(&[("fine", Severity::Info, 910), ("odd", Severity::Warn, 2), ("gone", Severity::Info, 40)]);
        let mut detail = RegionDetail { period, before: Some(before), ..RegionDetail::default() };
        let rows = logs(&detail, &|_| true, 600);
        let seen: Vec<_> = rows.iter().map(|row| (row.template.as_str(), row.change)).collect();
        let (appeared, vanished) = (Some(ChangeKind::Appeared), Some(ChangeKind::Vanished));
        assert_eq!(seen, [("new", appeared), ("gone", vanished), ("odd", None), ("fine", None)]);
        assert_eq!(rows[2].before, Some(2));
        assert_eq!(logs(&detail, &|service| &**service == "web", 600), []);

        for before in [None, Some(Bucket::default())] {
            detail.before = before;
            let rows = logs(&detail, &|_| true, 600);
            assert!(rows.len() == 3 && rows.iter().all(|row| row.before.is_none() && row.change.is_none()));
        }
    }
}
