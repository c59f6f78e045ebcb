//! The list of reports: what is asked for is made, kept, bounded and stopped.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use super::*;

struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        Self(std::env::temp_dir().join(format!("bonghwa-reports-{}-{n}", std::process::id())))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Nothing else is there to be told of it.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn entry(id: &str, when: i64, state: ReportState) -> ReportEntry {
    ReportEntry { id: id.to_owned(), order: ReportOrder::default(), who: LOCAL.to_owned(), when, state }
}

#[test]
fn what_was_under_way_when_the_server_ended_has_failed() {
    let scratch = Scratch::new();
    let store = Store::open(&scratch.0).expect("a folder");
    let running = ReportState::Running(ReportProgress { step: "pdf".to_owned(), done: 8, of: 11 });
    store.put(&entry("week-1", 1, ReportState::Waiting)).expect("an entry");
    store.put(&entry("week-2", 2, running)).expect("an entry");
    store.put(&entry("week-3", 3, ReportState::Cancelled)).expect("an entry");
    let reports = Reports::open(&scratch.0, 10).expect("a list");
    let states: Vec<_> = reports.list().into_iter().map(|entry| (entry.id, entry.state)).collect();
    assert_eq!(states[0], ("week-3".to_owned(), ReportState::Cancelled));
    assert!(states[1..].iter().all(|(_, state)| matches!(state, ReportState::Failed(_))), "{states:?}");
}

#[test]
fn a_damaged_entry_is_left_out_and_hurts_no_other() {
    let scratch = Scratch::new();
    let store = Store::open(&scratch.0).expect("a folder");
    store.put(&entry("week-1", 1, ReportState::Cancelled)).expect("an entry");
    store.write("week-2", "report.json", b"{").expect("a file");
    std::fs::write(scratch.0.join("stray"), b"x").expect("a file");
    let ids: Vec<_> = Reports::open(&scratch.0, 10).expect("a list").list().into_iter().map(|entry| entry.id).collect();
    assert_eq!(ids, ["week-1"]);
}

#[test]
fn the_oldest_that_are_over_make_room_and_are_gone_from_the_disk() {
    let scratch = Scratch::new();
    let store = Store::open(&scratch.0).expect("a folder");
    for n in 0..5 {
        store.put(&entry(&format!("week-{n}"), n, ReportState::Cancelled)).expect("an entry");
    }
    let reports = Reports::open(&scratch.0, 2).expect("a list");
    reports.forget(&mut reports.lock());
    let ids: Vec<_> = reports.list().into_iter().map(|entry| entry.id).collect();
    assert_eq!(ids, ["week-4", "week-3"]);
    assert!(!scratch.0.join("week-0").exists() && scratch.0.join("week-4").exists());
}

#[test]
fn what_is_over_is_taken_away_and_names_stay_inside_the_folder() {
    let scratch = Scratch::new();
    let store = Store::open(&scratch.0).expect("a folder");
    store.put(&entry("week-1", 1, ReportState::Cancelled)).expect("an entry");
    let reports = Reports::open(&scratch.0, 10).expect("a list");
    for id in ["../week-1", "", "WEEK", "a/b", "week-2"] {
        assert!(matches!(reports.get(id), Err(ReportError::Unknown(_))), "{id}");
        assert!(reports.cancel(id).is_err());
        assert!(id == "week-2" || store.file(id, "report.json").is_err());
    }
    assert!(matches!(reports.file("week-1", Format::Pdf), Err(ReportError::NoFile(_))));
    reports.cancel("week-1").expect("a report that is over");
    assert!(reports.list().is_empty() && !scratch.0.join("week-1").exists());
}
