//! What an engine keeps for its [`Watcher`]: a sheet of every day that is over, and the days whose rows changed since
//! they were judged.
//!
//! A day is judged as it passes, minute by minute. When rows of a past day change (an import, history in bulk, a sender
//! that was away), its sheet is made anew and the day is judged again from its rows, in the same order.

use std::collections::{BTreeMap, BTreeSet};

use bonghwa_analytics::bucket::Bucket;
use bonghwa_analytics::frame::Sections;
use bonghwa_analytics::summary::Summary;
use bonghwa_analytics::time::{DAY, Resolution, day_start};
use bonghwa_analytics::watch::{DAYS, Identities, Sheet, Watcher, Which};

use super::EngineError;
use crate::database::{Database, DatabaseError, Value};
use crate::schema;
use crate::store::{LIVE, Store, StoreError, bucket_of_row};

/// Seconds after which a day that changed is judged again, so that a late sender can finish.
const SETTLE: i64 = 30;
/// Seconds of the day before from which state is carried over midnight.
const CARRY: i64 = 2 * 3600;

const ROWS: Sections = Sections { summary: true, cells: true, registers: false, sessions: false };

/// A bucket without sketches, and what its summary says of them.
type Judged = (i64, Bucket, Identities);

/// Learns the bands of a day, unless they are at hand.
pub(super) fn learn<D: Database>(store: &Store<D>, watcher: &mut Watcher, day: i64) -> Result<(), EngineError> {
    if watcher.day() != Some(day) {
        let sheets = before(store, day)?;
        watcher.begin(day, &sheets);
    }
    Ok(())
}

/// Notes the past days whose rows change; they are judged again some seconds after `since`.
pub(super) fn mark<D: Database>(
    store: &Store<D>,
    days: &BTreeSet<i64>,
    now: i64,
    since: i64,
) -> Result<(), DatabaseError> {
    for day in days.iter().filter(|day| **day < day_start(now)) {
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

/// Judges the oldest day again whose rows changed; says whether there was one.
pub(super) fn judge_again<D: Database>(store: &Store<D>, now: i64) -> Result<bool, EngineError> {
    let mut day = None;
    store.db().query(schema::STALE_FIRST, &[Value::Integer(now.saturating_sub(SETTLE))], &mut |row| {
        day = Some(row.integer(0)?);
        Ok(())
    })?;
    let Some(day) = day else { return Ok(false) };
    let mut watcher = Watcher::default();
    learn(store, &mut watcher, day)?;
    judge(store, &mut watcher, day - CARRY, day)?;
    let alarms = judge(store, &mut watcher, day, day + DAY)?;
    store.transaction(|store| {
        let mut hours: BTreeMap<i64, Bucket> = BTreeMap::new();
        for (start, judged) in alarms {
            hours.entry(Resolution::Hour.floor(start)).or_default().merge(&judged)?;
            put_alarms(store, Resolution::FiveMinutes, start, judged, now)?;
        }
        for (start, judged) in hours {
            put_alarms(store, Resolution::Hour, start, judged, now)?;
        }
        store.db().execute(schema::STALE_DELETE, &[Value::Integer(day)])?;
        Ok::<_, EngineError>(())
    })?;
    Ok(true)
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

/// The alarms of `from..to`, by bucket of five minutes, in buckets that hold nothing else.
fn judge<D: Database>(
    store: &Store<D>,
    watcher: &mut Watcher,
    from: i64,
    to: i64,
) -> Result<BTreeMap<i64, Bucket>, EngineError> {
    let five = Resolution::FiveMinutes;
    let mut minutes: BTreeMap<i64, Vec<Judged>> = BTreeMap::new();
    for row in rows(store, Resolution::Minute, from, to)? {
        minutes.entry(five.floor(row.0)).or_default().push(row);
    }
    let mut alarms = BTreeMap::new();
    for (start, mut bucket, users) in rows(store, five, from, to)? {
        bucket.alarms.clear();
        let judged = minutes.remove(&start);
        let which = if judged.is_some() { Which::Users } else { Which::All };
        for (at, mut minute, users) in judged.into_iter().flatten() {
            minute.alarms.clear();
            watcher.judge(at, Resolution::Minute.seconds(), &mut minute, &users, Which::Minute);
            bucket.merge(&Bucket { alarms: minute.alarms, ..Bucket::default() })?;
        }
        watcher.judge(start, five.seconds(), &mut bucket, &users, which);
        alarms.insert(start, Bucket { alarms: bucket.alarms, ..Bucket::default() });
    }
    Ok(alarms)
}

/// Rows of all sources together, without their sketches.
fn rows<D: Database>(store: &Store<D>, resolution: Resolution, from: i64, to: i64) -> Result<Vec<Judged>, EngineError> {
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
    judged: Bucket,
    now: i64,
) -> Result<(), EngineError> {
    let stored = store.get(resolution, start, LIVE)?;
    if stored.as_ref().map_or(judged.alarms.is_empty(), |bucket| bucket.alarms == judged.alarms) {
        return Ok(());
    }
    let mut bucket = stored.unwrap_or_default();
    bucket.alarms = judged.alarms;
    Ok::<_, StoreError>(store.put(resolution, start, LIVE, &bucket, now)?).map_err(Into::into)
}
