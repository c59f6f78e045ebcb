//! Telemetry that is over, without a store: rows of every resolution, judged day by day as an engine judges them.

use std::collections::{BTreeMap, BTreeSet};

use bonghwa_analytics::bucket::Bucket;
use bonghwa_analytics::codec::CodecError;
use bonghwa_analytics::frame::Frame;
use bonghwa_analytics::identity::KeyId;
use bonghwa_analytics::session::Carry;
use bonghwa_analytics::sketch::SketchError;
use bonghwa_analytics::summary::Summary;
use bonghwa_analytics::time::{DAY, Resolution, day_start};
use bonghwa_analytics::watch::{Alarms, CARRY, DAYS, Identities, Sheet, Source, Watcher, merge_alarms};

use crate::engine::EngineConfig;
use crate::store::full_row;

/// Buckets by resolution and start.
pub type Rows = BTreeMap<(Resolution, i64), Bucket>;

/// Rolls buckets up into rows of every coarser resolution. Sessions end after `gap` seconds without a request and go on
/// from bucket to bucket as live ones do; a row holds at most `max_cells` names of a kind.
pub fn roll_up(mut rows: Rows, gap: i64, max_cells: usize) -> Result<Rows, SketchError> {
    for row in rows.values_mut() {
        let mut bounded = Bucket::default();
        bounded.merge_limited(row, max_cells)?;
        *row = bounded;
    }
    let mut carry = Carry::new(gap);
    let mut lifted = BTreeMap::new();
    for (key, bucket) in &mut rows {
        let Some(sessions) = &mut bucket.sessions else { continue };
        let told = carry.take(sessions);
        if key.0 > Resolution::TwoSeconds {
            sessions.lift(&told);
        } else {
            lifted.insert(key.1, told);
        }
    }
    for (resolution, parent) in Resolution::ALL.into_iter().filter_map(|finer| Some((finer, finer.parent()?))) {
        let starts: Vec<i64> = starts(&rows, resolution).collect();
        for start in starts {
            let Some(row) = rows.get_mut(&(resolution, start)) else { continue };
            if let (Resolution::Minute, Some(sessions)) = (resolution, &mut row.sessions) {
                sessions.mark_minute();
            }
            let row = row.clone();
            let up = rows.entry((parent, parent.floor(start))).or_default();
            up.merge_limited(&row, max_cells)?;
            if let (Resolution::TwoSeconds, Some(sessions), Some(told)) =
                (resolution, &mut up.sessions, lifted.get(&start))
            {
                sessions.lift(told);
            }
        }
    }
    for (_, row) in rows.iter_mut().filter(|((resolution, _), _)| *resolution > Resolution::TwoSeconds) {
        if let Some(sessions) = &mut row.sessions {
            sessions.settle();
        }
    }
    Ok(rows)
}

/// Judges rows of five minutes with their minutes, each day against the days before it, and gives them and their hours
/// the alarms.
pub fn judge(rows: &mut Rows) -> Result<(), CodecError> {
    let users: BTreeMap<(Resolution, i64), Identities> = rows
        .iter()
        .filter(|((resolution, _), _)| matches!(resolution, Resolution::Minute | Resolution::FiveMinutes))
        .map(|(key, bucket)| (*key, Summary::of(bucket).users))
        .collect();
    let five: Vec<i64> = starts(rows, Resolution::FiveMinutes).collect();
    let days: BTreeSet<i64> = five.iter().map(|start| day_start(*start)).collect();
    let (mut sheets, mut judged): (Vec<Sheet>, Vec<(i64, Alarms)>) = (Vec::new(), Vec::new());
    for day in days {
        let mut watcher = Watcher::default();
        let mut sheet = Sheet::new(day);
        let first = five.partition_point(|start| *start < day - CARRY);
        let mut begun = false;
        for start in five.iter().skip(first).copied().take_while(|start| *start < day + DAY) {
            if start >= day && !begun {
                watcher.begin(day, &sheets);
                begun = true;
            }
            let source = |key| Some(Source::Bucket(rows.get(&key)?, users.get(&key)?));
            let Some(whole) = source((Resolution::FiveMinutes, start)) else { continue };
            let range = (Resolution::Minute, start)..(Resolution::Minute, start + Resolution::FiveMinutes.seconds());
            let minutes: Vec<_> =
                rows.range(range).filter_map(|((_, at), _)| Some((*at, source((Resolution::Minute, *at))?))).collect();
            let alarms = watcher.judge_again(start, whole, &minutes)?;
            if start >= day {
                judged.push((start, alarms));
                sheet.take(start, whole)?;
            }
        }
        sheets.retain(|sheet| sheet.day > day - DAYS * DAY);
        sheets.push(sheet);
    }
    for (start, alarms) in judged {
        let hour = Resolution::Hour;
        if let Some(row) = rows.get_mut(&(hour, hour.floor(start))) {
            merge_alarms(&mut row.alarms, &alarms);
        }
        if let Some(row) = rows.get_mut(&(Resolution::FiveMinutes, start)) {
            row.alarms = alarms;
        }
    }
    Ok(())
}

/// The frames of a region, one a resolution. Of fine rows there are those that an engine would still keep at the end of the
/// newest row.
pub fn frames(region: &str, key: KeyId, rows: &Rows) -> Vec<Frame> {
    let end = rows.keys().map(|(resolution, start)| start + resolution.seconds()).max().unwrap_or_default();
    let of = |resolution: Resolution| {
        let kept = EngineConfig::RETENTION[resolution.code() as usize];
        let ours = rows.range((resolution, end - kept)..=(resolution, i64::MAX));
        let rows = ours.zip(1..).map(|(((_, start), bucket), seq)| full_row(*start, seq, bucket)).collect();
        Frame { region: region.to_owned(), key, resolution, rows }
    };
    Resolution::ALL.map(of).into_iter().filter(|frame| !frame.rows.is_empty()).collect()
}

fn starts(rows: &Rows, resolution: Resolution) -> impl Iterator<Item = i64> + '_ {
    rows.range((resolution, i64::MIN)..=(resolution, i64::MAX)).map(|((_, start), _)| *start)
}
