//! What a document says of a report that is known.
#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

use std::ops::ControlFlow;

use bonghwa_analytics::desk::{Files, Manifest};
use bonghwa_analytics::format::Lang;
use bonghwa_analytics::region::Region;
use bonghwa_analytics::report::{Made, Report, ReportQuery, report};
use bonghwa_report::document;
use bonghwa_report::document::{Block, Document};

/// Monday 16 November 2026, midnight in Asia/Seoul.
const MONDAY: i64 = 1_794_754_800;

/// A week of so many regions of `all`, which sent nothing.
fn silent(all: usize, of: usize) -> Report {
    let regions: Vec<Region> = (0..all).map(|n| Region::unnamed(&format!("region-{n}"))).collect();
    let query = ReportQuery {
        regions: regions.iter().take(of).map(|region| region.code.clone()).collect(),
        at: Some(MONDAY),
        ..ReportQuery::default()
    };
    let desk = Files::open(Manifest { regions, as_of: Some(MONDAY + 3600), ..Manifest::default() }, []).unwrap();
    match report(&desk, &query, &mut |_| ControlFlow::Continue(())).unwrap() {
        Made::Report(report) => *report,
        other => panic!("{other:?}"),
    }
}

/// The paragraphs of a document.
fn said(document: &Document) -> String {
    let line = |block: &Block| match block {
        Block::Point(_, runs) => runs.iter().map(bonghwa_report::document::Run::text).collect(),
        _ => String::new(),
    };
    document.blocks.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_plan_of_some_regions_counts_all_of_them_however_many_rows_it_lists() {
    let report = silent(80, 70);
    assert!(!report.whole && report.parts.plan.rows.len() < 70);
    let said = said(&document(&report, Lang::Ko));
    assert!(said.contains("알 수 없는 곳은 70곳입니다"), "{said}");
}

#[test]
fn one_place_is_spoken_of_as_one_in_english() {
    let said = said(&document(&silent(3, 1), Lang::En));
    assert!(said.contains("more is needed in 0 places, nothing in 0 places; in 1 place it cannot be told."), "{said}");
}
