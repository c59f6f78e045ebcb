//! Templates of two periods against each other: what appeared, vanished or multiplied.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::group::group;
use crate::bucket::{Bucket, LogLines, Name, OTHER, Severity};

/// How the records of a template changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// There were none before.
    Appeared,
    /// There are none any more.
    Vanished,
    /// They come at least [`RATIO`] times as often.
    Multiplied,
}

/// A template whose records changed more than chance explains.
#[derive(Clone, Debug, PartialEq)]
pub struct TemplateChange {
    /// Service that wrote it.
    pub service: Name,
    /// Highest severity it was written with.
    pub severity: Severity,
    /// The template.
    pub template: String,
    /// What happened to it.
    pub kind: ChangeKind,
    /// Records in the period before.
    pub before: u64,
    /// Records in the period asked about.
    pub during: u64,
    /// Rate during / rate before; `None` where there was none before.
    pub ratio: Option<f64>,
}

/// A template and its records in two periods.
#[derive(Clone, Debug, PartialEq)]
pub struct TemplateCount {
    /// Service that wrote it.
    pub service: Name,
    /// Highest severity it was written with in either period.
    pub severity: Severity,
    /// The template.
    pub template: String,
    /// Records in the period before.
    pub before: u64,
    /// Records in the period asked about.
    pub during: u64,
}

/// What a template must come more often by to have multiplied, whatever chance says: logs come in bursts, so a Poisson
/// test alone would call every busy hour a change.
pub const RATIO: f64 = 2.0;
/// Standard deviations beyond which a change is not chance. Chosen beforehand: four leave one false change in thirty
/// thousand templates.
const SURE: f64 = 4.0;
/// The same for a template that is new or gone: about three records where none was expected.
const SURE_OF_NONE: f64 = 3.0;
/// The same for an error that is new: a single record, if there was none in a period at least as long.
const SURE_OF_ERROR: f64 = 1.0;

/// Masked lines of two periods that are compared; rarer ones count as [`OTHER`].
const MOST_LINES: usize = 2000;

/// All templates of two periods, similar ones merged over both, so that the same template has the same text in each.
pub fn counts(before: Option<&Bucket>, during: &Bucket) -> Vec<TemplateCount> {
    let mut services: BTreeMap<&Name, BTreeMap<&str, [Option<LogLines>; 2]>> = BTreeMap::new();
    let rare = rarest(before, during);
    for (period, bucket) in [before, Some(during)].into_iter().enumerate() {
        for (key, lines) in bucket.iter().flat_map(|bucket| &bucket.templates) {
            let line = if rare.contains(key) { OTHER } else { &*key.1 };
            let sum = &mut services.entry(&key.0).or_default().entry(line).or_default()[period];
            match sum {
                Some(sum) => sum.merge(lines),
                None => *sum = Some(*lines),
            }
        }
    }
    let mut all = Vec::new();
    for (service, lines) in services {
        let texts: Vec<&str> = lines.keys().copied().collect();
        let (numbers, templates) = group(&texts);
        let fresh = |template| TemplateCount {
            service: service.clone(),
            severity: Severity::Debug,
            template,
            before: 0,
            during: 0,
        };
        let mut counts: Vec<TemplateCount> = templates.into_iter().map(fresh).collect();
        for ([before, during], number) in lines.into_values().zip(numbers) {
            let Some(count) = counts.get_mut(number) else { continue };
            let records = |lines: Option<LogLines>| lines.map_or(0, |lines| lines.count);
            count.before = count.before.saturating_add(records(before));
            count.during = count.during.saturating_add(records(during));
            for lines in [before, during].into_iter().flatten() {
                count.severity = count.severity.max(lines.severity);
            }
        }
        all.extend(counts);
    }
    all
}

/// The rarest lines beyond [`MOST_LINES`]: comparing all with all takes the square of their number.
fn rarest<'b>(before: Option<&'b Bucket>, during: &'b Bucket) -> BTreeSet<&'b (Name, Name)> {
    let mut counts: BTreeMap<&(Name, Name), u64> = BTreeMap::new();
    for (key, lines) in before.iter().flat_map(|bucket| &bucket.templates).chain(&during.templates) {
        let count = counts.entry(key).or_default();
        *count = count.saturating_add(lines.count);
    }
    let mut order: Vec<_> = counts.into_iter().collect();
    order.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    order.into_iter().skip(MOST_LINES).map(|(key, _)| key).collect()
}

/// Templates that changed from a period before to a period asked about, of so many seconds each; the most striking
/// first. What could not be kept apart ([`OTHER`]) says nothing and is left out.
///
/// The test is for two Poisson rates, on square roots, which have a nearly constant variance: with `b` and `d` records
/// and a ratio `r` of the lengths, `z = 2 (√(d + 3/8) − √(r (b + 3/8))) / √(1 + r)`. Source: Gu et al., "Testing the
/// ratio of two Poisson rates", Biometrical Journal 50 (2008); Anscombe (1948).
pub fn changes(before: &Bucket, before_seconds: i64, during: &Bucket, during_seconds: i64) -> Vec<TemplateChange> {
    let mut ranked: Vec<(f64, TemplateChange)> = Vec::new();
    for count in counts(Some(before), during) {
        if let Some(kind) = kind(&count, before_seconds, during_seconds) {
            let ratio = during_seconds.max(1) as f64 / before_seconds.max(1) as f64;
            let weight = [0.5, 1.0, 1.5, 2.0][count.severity as usize];
            let rank = weight * libm::fabs(deviation(count.before, count.during, ratio));
            let ratio = (count.before > 0).then(|| count.during as f64 / (count.before as f64 * ratio));
            let TemplateCount { service, severity, template, before, during } = count;
            ranked.push((rank, TemplateChange { service, severity, template, kind, before, during, ratio }));
        }
    }
    // Equal ranks stay in the order of services and templates.
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    ranked.into_iter().map(|(_, change)| change).collect()
}

/// Whether a template changed by more than chance.
pub fn kind(count: &TemplateCount, before_seconds: i64, during_seconds: i64) -> Option<ChangeKind> {
    if &*count.service == OTHER || count.template == OTHER || before_seconds <= 0 || during_seconds <= 0 {
        return None;
    }
    let ratio = during_seconds as f64 / before_seconds as f64;
    let z = deviation(count.before, count.during, ratio);
    match (count.before, count.during) {
        (0, 0) => None,
        (0, _) if count.severity == Severity::Error && z >= SURE_OF_ERROR => Some(ChangeKind::Appeared),
        (0, _) => (z >= SURE_OF_NONE).then_some(ChangeKind::Appeared),
        (_, 0) => (z <= -SURE_OF_NONE).then_some(ChangeKind::Vanished),
        (before, during) => {
            (z >= SURE && during as f64 >= RATIO * ratio * before as f64).then_some(ChangeKind::Multiplied)
        }
    }
}

/// Standard deviations by which `during` exceeds what `before` leads to expect in a period `ratio` times as long.
fn deviation(before: u64, during: u64, ratio: f64) -> f64 {
    let (before, during) = (before as f64, during as f64);
    2.0 * (libm::sqrt(during + 0.375) - libm::sqrt(ratio * (before + 0.375))) / libm::sqrt(1.0 + ratio)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(lines: &[(&str, &str, Severity, u64)]) -> Bucket {
        let mut bucket = Bucket::default();
        for (service, line, severity, count) in lines {
            let key = (Name::from(*service), Name::from(*line));
            bucket.templates.insert(key, LogLines { count: *count, severity: *severity });
        }
        bucket
    }

    #[test]
    fn what_appeared_vanished_and_multiplied_is_named() {
        use Severity::{Error, Info, Warn};
        let before = bucket(&[
            ("was", "is alive", Info, 3600),
            ("was", "slow query after <*>", Warn, 40),
            ("was", "cache refreshed", Info, 300),
            ("was", "rare note", Info, 2),
            ("web", "GET answered <*>", Error, 20),
        ]);
        let during = bucket(&[
            ("was", "is alive", Info, 640),
            ("was", "slow query after <*>", Warn, 900),
            ("was", "java.lang.OutOfMemoryError: Java heap space", Error, 1),
            ("was", "new info", Info, 1),
            ("web", "GET answered <*>", Error, 5),
            (OTHER, OTHER, Error, 100_000),
        ]);
        let changes = changes(&before, 3600, &during, 600);
        let seen: Vec<_> = changes.iter().map(|change| (change.template.as_str(), change.kind)).collect();
        assert_eq!(
            seen,
            [
                ("slow query after <*>", ChangeKind::Multiplied),
                ("cache refreshed", ChangeKind::Vanished),
                ("java.lang.OutOfMemoryError: Java heap space", ChangeKind::Appeared),
            ]
        );
        assert_eq!((changes[0].before, changes[0].during), (40, 900));
        assert!(changes[0].ratio.is_some_and(|ratio| (ratio - 135.0).abs() < 1e-9));
        assert_eq!(changes[2].ratio, None);
    }

    #[test]
    fn chance_is_no_change() {
        let before = bucket(&[("was", "a", Severity::Error, 10), ("was", "b", Severity::Warn, 1000)]);
        let during = bucket(&[("was", "a", Severity::Error, 19), ("was", "b", Severity::Warn, 1200)]);
        assert_eq!(changes(&before, 600, &during, 600), []);
        for (before_seconds, during_seconds) in [(0, 600), (600, 0), (-1, i64::MIN), (i64::MAX, i64::MAX)] {
            assert!(changes(&before, before_seconds, &during, during_seconds).len() <= 2);
        }
    }

    #[test]
    fn ever_new_lines_are_bounded_and_none_is_lost() {
        let word = |n: u64| -> String { (0..6).map(|place| char::from(b'g' + (n >> (3 * place) & 7) as u8)).collect() };
        let lines: Vec<String> = (0..20_000).map(|n| format!("odd {}", word(n))).collect();
        let lines: Vec<_> = lines.iter().map(|line| ("was", line.as_str(), Severity::Warn, 1)).collect();
        let counts = counts(None, &bucket(&lines));
        assert_eq!(counts.iter().map(|count| count.during).sum::<u64>(), 20_000);
        assert!(counts.len() <= MOST_LINES + 1);
    }

    #[test]
    fn similar_lines_are_one_template_in_both_periods() {
        let before =
            bucket(&[("was", "job of ann failed", Severity::Warn, 3), ("was", "job of bob failed", Severity::Warn, 4)]);
        let during = bucket(&[
            ("was", "job of cem failed", Severity::Warn, 2),
            ("was", "job of dan failed", Severity::Error, 1),
        ]);
        let counts = counts(Some(&before), &during);
        let [count] = &counts[..] else { panic!("{counts:?}") };
        assert_eq!((count.template.as_str(), count.before, count.during), ("job of <*> failed", 7, 3));
        assert_eq!(count.severity, Severity::Error);
    }
}
