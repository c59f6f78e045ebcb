//! A day judged again from frames, as its edge judged it: the same bands, alarms and findings to the byte.
//!
//! Frames of the days before are taken first, in any order, then those of the day in the order of time, as many at once
//! as whoever calls likes: between two calls progress can be told and the work be given up. Rows are dropped once they
//! are in a sheet or judged, so memory holds the 28 sheets of one region and one call's frames.

use std::collections::{BTreeMap, BTreeSet};

use crate::bucket::Name;
use crate::codec::{CodecError, Reader, put_i64, put_str, put_u64};
use crate::frame::{Frame, FrameError, Row};
use crate::incident::{Finding, findings_of};
use crate::summary::Summary;
use crate::time::{DAY, Resolution, day_start};
use crate::watch::{Alarms, CARRY, DAYS, SLOT, Sheet, Source, Watcher, Which, decode_alarms, encode_alarms};

/// A region's day that is being judged again.
#[derive(Clone, Debug)]
pub struct Recompute {
    sheets: BTreeMap<i64, Sheet>,
    watcher: Watcher,
    /// Everything before this instant was judged.
    reached: i64,
    judged: Judged,
}

/// What was found of a day.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Judged {
    /// Region code.
    pub region: String,
    /// Midnight in Asia/Seoul.
    pub day: i64,
    /// End of the last row.
    pub end: i64,
    /// Days that the bands were learned from.
    pub days: usize,
    /// Series that are watched.
    pub series: usize,
    /// Values that were held against a band, or found to have none yet.
    pub steps: u64,
    /// By start of five minutes; of the last ones, whose row is not there yet, by the minute.
    pub rows: BTreeMap<i64, Alarms>,
    /// The same as the rows carry it.
    pub received: BTreeMap<i64, Alarms>,
    /// Calls between services on that day: (caller, callee).
    pub links: BTreeSet<(Name, Name)>,
}

impl Recompute {
    /// Nothing yet of the day of a region that starts at `day`, a midnight in Asia/Seoul.
    pub fn new(region: &str, day: i64) -> Self {
        let judged = Judged { region: region.to_owned(), day, end: day, ..Judged::default() };
        Self { sheets: BTreeMap::new(), watcher: Watcher::default(), reached: i64::MIN, judged }
    }

    /// Takes rows of five minutes of the [`DAYS`] days before, with their summaries and cells. Other rows, and those of
    /// other regions, are passed over.
    pub fn learn(&mut self, frames: &[u8]) -> Result<(), FrameError> {
        let first = self.judged.day - DAYS * DAY;
        for row in self.rows(frames, |resolution, start| {
            resolution == Resolution::FiveMinutes && (first..self.judged.day).contains(&start)
        })? {
            let row = row.1;
            let sheet = self.sheets.entry(day_start(row.start)).or_insert_with_key(|day| Sheet::new(*day));
            sheet.take(row.start, source(&row, &summary(&row)?))?;
        }
        Ok(())
    }

    /// Judges a stretch of the day, or of the two hours before it ([`CARRY`]), from its rows of five minutes and of a
    /// minute, with their summaries and cells. A stretch ends where five minutes end; what lies before the end of an
    /// earlier one is passed over.
    pub fn judge(&mut self, frames: &[u8]) -> Result<(), FrameError> {
        let (day, reached) = (self.judged.day, self.reached);
        let rows = self.rows(frames, |resolution, start| {
            matches!(resolution, Resolution::FiveMinutes | Resolution::Minute)
                && (day - CARRY..day + DAY).contains(&start)
                && start >= reached
        })?;
        let mut stretches: BTreeMap<i64, (Option<Row>, BTreeMap<i64, Row>)> = BTreeMap::new();
        for (resolution, row) in rows {
            let stretch = stretches.entry(Resolution::FiveMinutes.floor(row.start)).or_default();
            if resolution == Resolution::FiveMinutes {
                stretch.0 = Some(row);
            } else {
                stretch.1.insert(row.start, row);
            }
        }
        for (start, (whole, minutes)) in stretches {
            if start >= day {
                self.begin();
            }
            self.stretch(start, whole.as_ref(), &minutes)?;
        }
        Ok(())
    }

    /// What was found.
    pub fn finish(mut self) -> Judged {
        self.begin();
        self.judged.series = self.watcher.len();
        self.judged.links = self.watcher.calls();
        self.judged
    }

    /// Learns the bands, once, and drops the sheets.
    fn begin(&mut self) {
        if self.watcher.day().is_none() {
            let sheets: Vec<Sheet> = std::mem::take(&mut self.sheets).into_values().collect();
            self.judged.days = sheets.len();
            self.watcher.begin(self.judged.day, &sheets);
            self.judged.steps = 0;
        }
    }

    fn stretch(&mut self, start: i64, whole: Option<&Row>, minutes: &BTreeMap<i64, Row>) -> Result<(), FrameError> {
        let (is_today, before) = (start >= self.judged.day, self.watcher.steps());
        let mut read = Vec::with_capacity(minutes.len());
        for row in minutes.values() {
            read.push((row, summary(row)?));
        }
        if let Some(row) = whole {
            let own = summary(row)?;
            let sources: Vec<_> = read.iter().map(|(row, summary)| (row.start, source(row, summary))).collect();
            let alarms = self.watcher.judge_again(start, source(row, &own), &sources)?;
            self.reached = start + SLOT;
            if is_today {
                self.keep((start, SLOT), alarms, own.alarms);
            }
        } else {
            let width = Resolution::Minute.seconds();
            for (row, own) in read {
                let mut alarms = Alarms::new();
                self.watcher.take(row.start, width, source(row, &own), Which::Minute, &mut alarms)?;
                self.reached = row.start + width;
                if is_today {
                    self.keep((row.start, width), alarms, own.alarms);
                }
            }
        }
        self.judged.steps += self.watcher.steps() - before;
        Ok(())
    }

    fn keep(&mut self, (start, width): (i64, i64), own: Alarms, received: Alarms) {
        self.judged.rows.insert(start, own);
        self.judged.received.insert(start, received);
        self.judged.end = self.judged.end.max(start + width);
    }

    /// The rows of the region that are wanted. Of several with the same start the last one counts.
    fn rows(
        &self,
        frames: &[u8],
        wanted: impl Fn(Resolution, i64) -> bool,
    ) -> Result<Vec<(Resolution, Row)>, FrameError> {
        let mut rows = Vec::new();
        for frame in Frame::decode_all(frames)?.into_iter().filter(|frame| frame.region == self.judged.region) {
            let kept = frame.rows.into_iter().filter(|row| wanted(frame.resolution, row.start));
            rows.extend(kept.map(|row| (frame.resolution, row)));
        }
        Ok(rows)
    }
}

fn summary(row: &Row) -> Result<Summary, CodecError> {
    Summary::decode(row.summary.as_deref().unwrap_or_default())
}

fn source<'a>(row: &'a Row, summary: &'a Summary) -> Source<'a> {
    Source::Row(summary, row.cells.as_deref().unwrap_or_default())
}

impl Judged {
    /// Rows whose alarms are not those that were received.
    pub fn differing(&self) -> usize {
        self.rows.iter().filter(|(start, own)| self.received.get(start) != Some(own)).count()
    }

    /// The findings of the day, by onset.
    pub fn findings(&self) -> Vec<Finding> {
        findings_of(self.rows.values(), &self.region, self.day, self.end)
    }

    /// Appends all that findings follow from, in its one form: region, day, end, calls, alarms.
    pub fn encode(&self, out: &mut Vec<u8>) {
        put_str(out, &self.region);
        put_i64(out, self.day);
        put_i64(out, self.end);
        put_u64(out, self.links.len() as u64);
        for (caller, callee) in &self.links {
            put_str(out, caller);
            put_str(out, callee);
        }
        put_u64(out, self.rows.len() as u64);
        for (start, alarms) in &self.rows {
            put_i64(out, start - self.day);
            encode_alarms(alarms, out);
        }
    }

    /// Reads what [`encode`](Self::encode) wrote; the rest is empty.
    pub fn decode(bytes: &[u8]) -> Result<Self, CodecError> {
        let mut r = Reader::new(bytes);
        let region = r.str("region")?.to_owned();
        let mut judged = Self { region, day: r.i64("day")?, end: r.i64("end")?, ..Self::default() };
        for _ in 0..r.count(2, "calls")? {
            judged.links.insert((Name::from(r.str("caller")?), Name::from(r.str("callee")?)));
        }
        for _ in 0..r.count(2, "rows")? {
            let start = judged.day.checked_add(r.i64("start")?).ok_or(r.invalid("start"))?;
            judged.rows.insert(start, decode_alarms(&mut r)?);
        }
        r.finish("alarms of a day")?;
        Ok(judged)
    }
}
