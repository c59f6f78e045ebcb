//! What an engine keeps for its [`Watcher`]: a sheet of every day that is over, and the days whose rows changed since
//! they were judged.
//!
//! A day is judged as it passes, minute by minute. When rows of a past day change (an import, history in bulk, a sender
//! that was away), its sheet is made anew and the day is judged again from its rows, in the same order. Today is too
//! when its rows came in bulk, when a day before it was, and after a start: what it was held against has changed.

use std::collections::{BTreeMap, BTreeSet};

use bonghwa_analytics::bucket::Bucket;
use bonghwa_analytics::frame::Sections;
use bonghwa_analytics::summary::Summary;
use bonghwa_analytics::time::{DAY, Resolution};
use bonghwa_analytics::watch::{Alarms, CARRY, DAYS, Identities, Sheet, Source, Watcher, Which, merge_alarms};

use super::EngineError;
use super::memory::{Key, Memory};
use crate::database::{Database, DatabaseError, Value};
use crate::schema;
use crate::store::{LIVE, Store, StoreError, bucket_of_row};

/// Seconds after which a day that changed is judged again, so that a late sender can finish.
const SETTLE: i64 = 30;

/// A bucket without sketches, and what its summary says of them.
type Read = (i64, Bucket, Identities);

const ROWS: Sections = Sections { summary: true, cells: true, registers: false, sessions: false };

/// Learns the bands of a day, unless they are at hand.
pub(super) fn learn<D: Database>(store: &Store<D>, watcher: &mut Watcher, day: i64) -> Result<(), EngineError> {
    if watcher.day() != Some(day) {
        let sheets = before(store, day)?;
        watcher.begin(day, &sheets);
    }
    Ok(())
}

/// Notes the days up to `last` whose rows change; they are judged again some seconds after `since`.
pub(super) fn mark<D: Database>(
    store: &Store<D>,
    days: &BTreeSet<i64>,
    last: i64,
    since: i64,
) -> Result<(), DatabaseError> {
    for day in days.iter().filter(|day| **day <= last) {
        store.db().execute(schema::STALE_PUT, &[Value::Integer(*day), Value::Integer(since)])?;
        store.db().execute(schema::SHEET_DELETE, &[Value::Integer(*day)])?;
    }
    Ok(())
}

/// Number of days that are to be judged again.
pub(super) fn waiting<D: Database>(store: &Store<D>) -> Result<i64, DatabaseError> {
    let mut days = 0;
    store.db().query(schema::STALE_COUNT, &[], &mut |row| {
        days = row.integer(0)?;
        Ok(())
    })?;
    Ok(days)
}

/// A day that was judged again.
pub(super) struct Again {
    /// Its midnight.
    pub(super) day: i64,
    /// Bands and state at the end of what was judged.
    pub(super) watcher: Watcher,
    /// Alarms of the buckets that are open.
    pub(super) open: BTreeMap<Key, Alarms>,
}

/// Judges the oldest day again whose rows changed, if there is one, as far as its buckets are closed.
pub(super) fn judge_again<D: Database>(
    store: &Store<D>,
    memory: &Memory,
    now: i64,
) -> Result<Option<Again>, EngineError> {
    let mut day = None;
    store.db().query(schema::STALE_FIRST, &[Value::Integer(now.saturating_sub(SETTLE))], &mut |row| {
        day = Some(row.integer(0)?);
        Ok(())
    })?;
    let Some(day) = day else { return Ok(None) };
    let mut watcher = Watcher::default();
    judge(store, memory, &mut watcher, day - CARRY, day)?;
    learn(store, &mut watcher, day)?;
    let alarms = judge(store, memory, &mut watcher, day, day + DAY)?;
    let mut parents: BTreeMap<Key, Alarms> = BTreeMap::new();
    for ((resolution, start), judged) in &alarms {
        let parent = if *resolution == Resolution::Minute { Resolution::FiveMinutes } else { Resolution::Hour };
        merge_alarms(parents.entry((parent, parent.floor(*start))).or_default(), judged);
    }
    let open: BTreeMap<Key, Alarms> = parents.extract_if(.., |key, _| !memory.is_closed(*key)).collect();
    store.transaction(|store| {
        for ((resolution, start), judged) in alarms.into_iter().chain(parents) {
            put_alarms(store, resolution, start, judged, now)?;
        }
        store.db().execute(schema::STALE_DELETE, &[Value::Integer(day)])?;
        Ok::<_, EngineError>(())
    })?;
    Ok(Some(Again { day, watcher, open }))
}

/// The sheets of the days before a day. Those that are missing are made of rows and kept.
fn before<D: Database>(store: &Store<D>, day: i64) -> Result<Vec<Sheet>, EngineError> {
    let mut sheets: BTreeMap<i64, Sheet> = BTreeMap::new();
    let first = day - DAYS * DAY;
    store.db().query(schema::SHEET_RANGE, &[Value::Integer(first), Value::Integer(day)], &mut |row| {
        // A sheet that cannot be read is made anew.
        if let Ok(sheet) = Sheet::decode(&row.blob(0)?) {
            sheets.insert(sheet.day, sheet);
        }
        Ok(())
    })?;
    for past in (1..=DAYS).map(|n| day - n * DAY) {
        if sheets.contains_key(&past) {
            continue;
        }
        let mut sheet = Sheet::new(past);
        for (start, bucket, users) in rows(store, Resolution::FiveMinutes, past, past + DAY)? {
            sheet.put(start, &bucket, &users);
        }
        if sheet.keys().next().is_some() {
            let mut bytes = Vec::new();
            sheet.encode(&mut bytes);
            store.db().execute(schema::SHEET_PUT, &[Value::Integer(past), Value::Blob(&bytes)])?;
            sheets.insert(past, sheet);
        }
    }
    Ok(sheets.into_values().collect())
}

/// The alarms of the closed buckets of `from..to`: of five minutes, and of the minutes after the last of these.
fn judge<D: Database>(
    store: &Store<D>,
    memory: &Memory,
    watcher: &mut Watcher,
    from: i64,
    to: i64,
) -> Result<BTreeMap<Key, Alarms>, EngineError> {
    let (five, minute) = (Resolution::FiveMinutes, Resolution::Minute);
    let mut stretches: BTreeMap<i64, (Option<Read>, Vec<Read>)> = BTreeMap::new();
    for row in rows(store, minute, from, to.min(memory.closed(minute)))? {
        stretches.entry(five.floor(row.0)).or_default().1.push(row);
    }
    for row in rows(store, five, from, to.min(memory.closed(five)))? {
        let start = row.0;
        stretches.entry(start).or_default().0 = Some(row);
    }
    let mut alarms = BTreeMap::new();
    let readable = |error| EngineError::from(StoreError::Row(error));
    for (start, (whole, minutes)) in stretches {
        let sources: Vec<_> = minutes.iter().map(|(at, bucket, users)| (*at, Source::Bucket(bucket, users))).collect();
        if let Some((_, bucket, users)) = whole {
            let whole = Source::Bucket(&bucket, &users);
            alarms.insert((five, start), watcher.judge_again(start, whole, &sources).map_err(readable)?);
            continue;
        }
        for (at, source) in sources {
            let judged = alarms.entry((minute, at)).or_default();
            watcher.take(at, minute.seconds(), source, Which::Minute, judged).map_err(readable)?;
        }
    }
    Ok(alarms)
}

/// Rows of all sources together, without their sketches.
fn rows<D: Database>(store: &Store<D>, resolution: Resolution, from: i64, to: i64) -> Result<Vec<Read>, EngineError> {
    let mut buckets = Vec::new();
    for row in store.rows(resolution, from, to, ROWS)? {
        let summary = Summary::decode(row.summary.as_deref().unwrap_or_default()).map_err(StoreError::Row)?;
        let mut bucket = bucket_of_row(store.key(), &row)?;
        bucket.concurrency.clear();
        buckets.push((row.start, bucket, summary.users));
    }
    Ok(buckets)
}

/// Puts alarms into the row of live telemetry, where they differ.
fn put_alarms<D: Database>(
    store: &Store<D>,
    resolution: Resolution,
    start: i64,
    judged: Alarms,
    now: i64,
) -> Result<(), EngineError> {
    let stored = store.get(resolution, start, LIVE)?;
    if stored.as_ref().map_or(judged.is_empty(), |bucket| bucket.alarms == judged) {
        return Ok(());
    }
    let mut bucket = stored.unwrap_or_default();
    bucket.alarms = judged;
    Ok::<_, StoreError>(store.put(resolution, start, LIVE, &bucket, now)?).map_err(Into::into)
}
