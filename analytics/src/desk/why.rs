//! Why something was, or was not, flagged: the rows of a region from which that is told.

use super::rows::{CELLS, merged};
use super::{Desk, moment};
use crate::baseline::Baselines;
use crate::frame::{Frame, Row, bucket_of};
use crate::summary::Summary;
use crate::time::Resolution;
use crate::view::{self, WhyDetail, WhyPeriods, WhyQuery, WhyRow, WhyView};
use crate::watch::{Sheet, Source};

/// The page 판정 근거.
pub fn why<D: Desk>(desk: &D, query: &WhyQuery) -> Result<WhyView, D::Error> {
    let region = &query.region;
    desk.known(region)?;
    let as_of = desk.as_of();
    let periods = query.periods(as_of);
    let detail = WhyDetail {
        sheets: desk.sheets(region, &periods)?,
        rows: rows(&desk.frame(region, Resolution::FiveMinutes, periods.rows.0, periods.rows.1, CELLS)?),
        minutes: rows(&desk.frame(region, Resolution::Minute, periods.rows.0, periods.rows.1, CELLS)?),
        before: merged(desk, region, periods.before.0, periods.before.1)?,
        during: merged(desk, region, periods.during.0, periods.during.1)?,
    };
    let baselines = Baselines::default();
    let moment = moment(desk, as_of, &baselines);
    Ok(desk.read(|atlas| view::why(atlas, &moment, query, &detail)))
}

/// The days before a day. Read a day at a time, so that what arrives meanwhile does not wait.
pub fn sheets<D: Desk>(desk: &D, region: &str, periods: &WhyPeriods) -> Result<Vec<Sheet>, D::Error> {
    let mut sheets = Vec::new();
    for (day, end) in periods.days() {
        let mut sheet = Sheet::new(day);
        for row in desk.frame(region, Resolution::FiveMinutes, day, end, CELLS)?.rows {
            let Ok(summary) = Summary::decode(row.summary.as_deref().unwrap_or_default()) else { continue };
            // A damaged row is left out; whoever reads it in reports it.
            let _ = sheet.take(row.start, Source::Row(&summary, row.cells.as_deref().unwrap_or_default()));
        }
        sheets.push(sheet);
    }
    Ok(sheets)
}

/// Rows of a frame without their sketches. A damaged row is left out; whoever reads it in reports it.
fn rows(frame: &Frame) -> Vec<WhyRow> {
    let width = frame.resolution.seconds();
    let row = |row: &Row| {
        let summary = row.summary.as_deref()?;
        let users = Summary::decode(summary).ok()?.users;
        let mut bucket = bucket_of(frame.key, summary, row.cells.as_deref()?, &[]).ok()?;
        bucket.concurrency.clear();
        Some((row.start, width, bucket, users))
    };
    frame.rows.iter().filter_map(row).collect()
}
