//! Simulated nations with faults of five kinds and without: is every fault found once, is its cause named, and is
//! nothing named where nothing is wrong?
//!
//! A seed decides region, hour, duration and kind of fault; one in six has none. Two weeks of five-minute buckets go
//! before the day that is judged by the minute. Everything from the buckets on is what the product runs: sheets, bands,
//! alarms, findings, incidents, explanation.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result};
use bonghwa::demo::{Demo, Fault, Incident as Planted, regions};
use bonghwa_analytics::atlas::Atlas;
use bonghwa_analytics::bucket::{Bucket, Name};
use bonghwa_analytics::cause::{Cause, CauseKind};
use bonghwa_analytics::frame::{Frame, Row};
use bonghwa_analytics::hash::siphash13;
use bonghwa_analytics::identity::FleetKey;
use bonghwa_analytics::incident::{Incident, findings, incidents};
use bonghwa_analytics::session::{Span, Thresholds, suspects};
use bonghwa_analytics::summary::Summary;
use bonghwa_analytics::time::{DAY, Resolution, day_start};
use bonghwa_analytics::view::{self, Periods};
use bonghwa_analytics::watch::{Sheet, Watcher, Which};

use crate::figure::{Figure, Target};

/// Nations.
const SEEDS: u64 = 200;
/// Days before the one that is judged.
const DAYS: i64 = 14;
/// A Thursday, midnight in Asia/Seoul.
const DAY_ONE: i64 = 1_789_657_200;
const KEY: FleetKey = FleetKey::new(*b"simulated nation");

#[derive(Default)]
struct Score {
    faults: usize,
    right: usize,
    lost: usize,
    incidents: usize,
    quiet: usize,
    silent: usize,
}

pub(crate) fn run(_: &Path) -> Result<Vec<Figure>> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from) as u64;
    let scores = std::thread::scope(|scope| {
        let work = |first| move || (first..SEEDS).step_by(threads as usize).map(judge).collect::<Result<Vec<Score>>>();
        let running: Vec<_> = (0..threads).map(|first| scope.spawn(work(first))).collect();
        running.into_iter().map(|thread| thread.join().expect("a simulation panicked")).collect::<Result<Vec<_>>>()
    })?;
    let mut all = Score::default();
    for score in scores.into_iter().flatten() {
        all.faults += score.faults;
        all.right += score.right;
        all.lost += score.lost;
        all.incidents += score.incidents;
        all.quiet += score.quiet;
        all.silent += score.silent;
    }
    let share = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
    Ok(vec![
        Figure::new("nation/cause top-1", share(all.right, all.faults), "", all.faults, Target::AtLeast(0.95)),
        Figure::new("nation/abstention", share(all.silent, all.quiet), "", all.quiet, Target::AtLeast(0.95)),
        Figure::new(
            "nation/incidents per fault",
            share(all.incidents, all.faults),
            "",
            all.faults,
            Target::AtMost(1.2),
        ),
        Figure::new("nation/lost faults", all.lost as f64, "", all.faults, Target::AtMost(0.0)),
    ])
}

/// What a seed plants.
fn plan(seed: u64) -> (String, Option<(Fault, i64, i64)>) {
    let draw = |what: u8, below: u64| siphash13(&KEY, &[&seed.to_le_bytes()[..], &[what]].concat()) % below;
    let all = regions();
    let region = all[draw(0, all.len() as u64) as usize].code.clone();
    let start = 8 * 3600 + draw(1, 10 * 3600) as i64;
    let duration = 30 * 60 + draw(2, 90 * 60) as i64;
    let kind = draw(3, 6) as usize;
    (region, Fault::ALL.get(kind).map(|fault| (*fault, start, duration)))
}

fn judge(seed: u64) -> Result<Score> {
    let (region, planted) = plan(seed);
    let today = DAY_ONE + (seed as i64 % 7) * DAY;
    let end = today + DAY;
    let incidents_planted = planted.iter().map(|(fault, start, duration)| Planted {
        region: Cow::Owned(region.clone()),
        fault: *fault,
        days_before: 1,
        start: *start,
        duration: *duration,
    });
    let demo = Demo::with_incidents(seed, KEY, &regions(), incidents_planted.collect());
    // "Now" is the end of the day that is judged, so that it is the day before today's and counted by the minute.
    let (sheets, minutes) = simulate(&demo, &region, today - DAYS * DAY, today, end)?;
    let rows = watch(&sheets, today, minutes);
    let found = group(&region, &rows, end)?;
    let mut score = Score { incidents: found.iter().filter(|i| i.is_grave()).count(), ..Score::default() };
    let grave = found.iter().filter(|incident| incident.is_grave());
    match planted {
        None => {
            score.quiet = 1;
            let causes = grave.filter_map(|incident| cause(incident, &region, &rows)).count();
            score.silent = usize::from(causes == 0);
        }
        Some((fault, start, duration)) => {
            score.faults = 1;
            let (from, to) = (today + start, today + start + duration);
            let ours = grave.filter(|incident| incident.from < to && incident.to.is_none_or(|end| end > from));
            let ours: Vec<&Incident> = ours.collect();
            score.lost = usize::from(ours.is_empty());
            let named = ours.iter().max_by_key(|i| i.findings.len()).and_then(|i| cause(i, &region, &rows));
            let right = named.as_ref().is_some_and(|cause| matches(fault, cause));
            score.right = usize::from(right);
            if std::env::var_os("EVAL_TRACE").is_some() && !right {
                let (n, all) = (score.incidents, found.len());
                eprintln!("seed {seed} {region} {fault} {start}+{duration}: {named:?}; grave {n} of {all}");
            }
        }
    }
    if std::env::var_os("EVAL_TRACE").is_some() && score.incidents > score.faults {
        for incident in found.iter().filter(|incident| incident.is_grave()) {
            let about = incident.symptom().map(|f| (f.key.clone(), f.worst, f.from - today, f.seconds));
            eprintln!("seed {seed} {region} {planted:?}: {} {about:?}", incident.id);
        }
    }
    Ok(score)
}

/// Sheets of the days before, and buckets of a minute of the day itself.
fn simulate(demo: &Demo, region: &str, from: i64, today: i64, end: i64) -> Result<(Vec<Sheet>, BTreeMap<i64, Bucket>)> {
    let mut sheets: BTreeMap<i64, Sheet> = BTreeMap::new();
    let mut minutes = BTreeMap::new();
    for batch in demo.history(region, from, end)? {
        for ((resolution, start), bucket) in batch.buckets {
            let day = day_start(start);
            if day < today && resolution == Resolution::FiveMinutes {
                let users = Summary::of(&bucket).users;
                sheets.entry(day).or_insert_with(|| Sheet::new(day)).put(start, &bucket, &users);
            } else if day == today {
                let start = Resolution::Minute.floor(start);
                minutes.entry(start).or_insert_with(Bucket::default).merge(&bucket)?;
            }
        }
    }
    Ok((sheets.into_values().collect(), minutes))
}

/// Buckets of five minutes with their alarms.
fn watch(sheets: &[Sheet], today: i64, minutes: BTreeMap<i64, Bucket>) -> BTreeMap<i64, Bucket> {
    let mut watcher = Watcher::default();
    watcher.begin(today, sheets);
    let mut fives: BTreeMap<i64, Bucket> = BTreeMap::new();
    for (start, mut bucket) in minutes {
        watcher.judge(start, 60, &mut bucket, &BTreeMap::new(), Which::Minute);
        let five = fives.entry(Resolution::FiveMinutes.floor(start)).or_default();
        five.merge(&bucket).expect("one key hashed all of them");
    }
    for (start, bucket) in &mut fives {
        let users = Summary::of(bucket).users;
        watcher.judge(*start, 300, bucket, &users, Which::Users);
    }
    fives
}

fn group(region: &str, rows: &BTreeMap<i64, Bucket>, end: i64) -> Result<Vec<Incident>> {
    let mut links: BTreeSet<(Name, Name)> = BTreeSet::new();
    for bucket in rows.values() {
        links.extend(bucket.calls.keys().cloned());
    }
    let atlas = atlas_of(region, rows)?;
    let track = atlas.track(region).context("the region has rows")?;
    Ok(incidents(findings(track, region, end - DAY, end, end), &links, end))
}

fn atlas_of(region: &str, rows: &BTreeMap<i64, Bucket>) -> Result<Atlas> {
    let rows = rows.iter().map(|(start, bucket)| {
        let mut summary = Vec::new();
        Summary::of(bucket).encode(&mut summary);
        Row { start: *start, seq: 1, summary: Some(summary), ..Row::default() }
    });
    let frame =
        Frame { region: region.to_owned(), key: KEY.id(), resolution: Resolution::FiveMinutes, rows: rows.collect() };
    let mut atlas = Atlas::new(regions());
    atlas.insert(&frame)?;
    Ok(atlas)
}

/// The first cause that the product names for an incident.
fn cause(incident: &Incident, region: &str, rows: &BTreeMap<i64, Bucket>) -> Option<Cause> {
    let atlas = atlas_of(region, rows).ok()?;
    let periods = Periods::of(incident, incident.to?);
    let merged = |(from, to): (i64, i64)| {
        let mut bucket = Bucket::default();
        for (_, row) in rows.range(Resolution::FiveMinutes.floor(from)..to) {
            let row = Bucket { concurrency: BTreeMap::new(), alarms: BTreeMap::new(), ..row.clone() };
            bucket.merge(&row).ok()?;
        }
        Some(bucket)
    };
    let (before, during) = (merged(periods.before)?, merged(periods.during)?);
    let (first, last) = periods.during;
    let spans = rows.range(Resolution::FiveMinutes.floor(first)..last);
    let spans =
        spans.filter_map(|(start, row)| Some(Span { start: *start, width: 300, sessions: row.sessions.as_ref()? }));
    let listed = suspects(region, &spans.collect::<Vec<_>>(), &Thresholds::default());
    let look = view::explain(incident, atlas.track(region)?, &periods, (&before, &during), &listed);
    look.explanation.causes.into_iter().next()
}

/// Whether a cause says what was planted. The places are those of the simulated system.
fn matches(fault: Fault, cause: &Cause) -> bool {
    let service = cause.service.as_str();
    match (fault, &cause.kind) {
        (Fault::HeapLeak, CauseKind::HeapExhaustion) | (Fault::BadDeploy, CauseKind::Deployment { .. }) => {
            service.contains("was")
        }
        (Fault::SlowDb, CauseKind::SlowDatabase | CauseKind::SlowService) => service.contains("db"),
        (Fault::SlowNetwork, CauseKind::NetworkBetween { callee, .. }) => callee.contains("was"),
        (Fault::LoginBurst, CauseKind::LogInBurst | CauseKind::RequestBurst) => true,
        _ => false,
    }
}
