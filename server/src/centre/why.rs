//! Why something was, or was not, flagged: the rows of a region from which that is told.

use std::sync::Arc;

use bonghwa_analytics::baseline::Baselines;
use bonghwa_analytics::frame::{Frame, Row, Sections, bucket_of};
use bonghwa_analytics::summary::Summary;
use bonghwa_analytics::time::Resolution;
use bonghwa_analytics::view::{self, WhyDetail, WhyPeriods, WhyQuery, WhyRow, WhyView};
use bonghwa_analytics::watch::{Sheet, Source};

use super::edge::Edge;
use super::{Centre, CentreError, lock, read};

/// Days of a region whose sheets are kept: a reader looks at several series and instants of a day.
const SHEETS_KEPT: usize = 4;

const ROWS: Sections = Sections { summary: true, cells: true, registers: false, sessions: false };

impl Centre {
    /// The page 판정 근거.
    pub fn why(&self, query: &WhyQuery) -> Result<WhyView, CentreError> {
        let edge = self.edge(&query.region)?;
        let as_of = *self.0.ticks.borrow();
        let periods = query.periods(as_of);
        let detail = WhyDetail {
            sheets: self.sheets(edge, &periods)?,
            rows: rows(&edge.frame(Resolution::FiveMinutes, periods.rows.0, periods.rows.1, ROWS)?),
            minutes: rows(&edge.frame(Resolution::Minute, periods.rows.0, periods.rows.1, ROWS)?),
            before: self.merged(edge, periods.before.0, periods.before.1)?,
            during: self.merged(edge, periods.during.0, periods.during.1)?,
        };
        let baselines = Baselines::default();
        let moment = self.moment(as_of, &baselines);
        Ok(view::why(&read(&self.0.atlas), &moment, query, &detail))
    }

    /// The days before a day. Read a day at a time, so that what arrives meanwhile does not wait.
    fn sheets(&self, edge: &Edge, periods: &WhyPeriods) -> Result<Arc<Vec<Sheet>>, CentreError> {
        let known = (edge.region().to_owned(), periods.day);
        if let Some((_, sheets)) = lock(&self.0.extras).sheets.iter().find(|(held, _)| *held == known) {
            return Ok(sheets.clone());
        }
        let mut sheets = Vec::new();
        for (day, end) in periods.days() {
            let mut sheet = Sheet::new(day);
            for row in edge.frame(Resolution::FiveMinutes, day, end, ROWS)?.rows {
                let summary = Summary::decode(row.summary.as_deref().unwrap_or_default());
                let Ok(summary) = summary else { continue };
                // A damaged row is left out; its region's tick reports it.
                let _ = sheet.take(row.start, Source::Row(&summary, row.cells.as_deref().unwrap_or_default()));
            }
            sheets.push(sheet);
        }
        let sheets = Arc::new(sheets);
        let kept = &mut lock(&self.0.extras).sheets;
        kept.truncate(SHEETS_KEPT - 1);
        kept.insert(0, (known, sheets.clone()));
        Ok(sheets)
    }
}

/// Rows of a frame without their sketches. A damaged row is left out; its region's tick reports it.
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
