//! Pages: views made of the atlas and of what only edges keep.

use std::collections::BTreeSet;
use std::sync::Arc;

use bonghwa_analytics::atlas::{NATION, Union, Unions};
use bonghwa_analytics::baseline::Baselines;
use bonghwa_analytics::bucket::Bucket;
use bonghwa_analytics::frame::{Sections, bucket_of};
use bonghwa_analytics::identity::IdentityMode;
use bonghwa_analytics::time::{DAY, Resolution, WEEK, day_start};
use bonghwa_analytics::view::{
    self, CombineView, Measure, Moment, NowQuery, NowView, Past, PeriodChart, RegionDetail, RegionQuery, RegionView,
};

use super::{Centre, CentreError, clock, lock, read, write};

/// Seconds after which the usual ranges of a day are made anew.
const BASELINE_AGE: i64 = 600;
/// Days and modes whose usual ranges are kept.
const BASELINES_KEPT: usize = 8;
/// Different queries whose page is kept until the next tick.
const PAGES_KEPT: usize = 64;

impl Centre {
    /// The page 지금. Made once a tick for each query.
    pub fn now(&self, query: &NowQuery) -> Result<Arc<NowView>, CentreError> {
        if let Some(page) = lock(&self.0.pages).get(query) {
            return Ok(page.clone());
        }
        let latest = *self.0.ticks.borrow();
        let at = query.at.filter(|at| *at < latest).map(|at| Resolution::FiveMinutes.floor(at));
        let as_of = at.unwrap_or(latest);
        let mode = self.mode(query.mode);
        let window = query.window.clamp(60, 1800);
        if at.is_some() {
            self.recall(as_of - window, as_of)?;
        }
        let five = Resolution::FiveMinutes;
        let past = Past {
            yesterday: self.national_union(view::past_window(as_of, window, DAY), five, mode)?,
            last_week: self.national_union(view::past_window(as_of, window, WEEK), five, mode)?,
        };
        let baselines = self.baselines(as_of, mode);
        let moment = Moment { open: self.open_incidents(as_of)?, ..self.moment(as_of, &baselines) };
        let page = Arc::new(view::now(&read(&self.0.atlas), &moment, query, &past)?);
        let mut pages = lock(&self.0.pages);
        // A tick may have come in between; its pages are newer than this one.
        if pages.len() < PAGES_KEPT && *self.0.ticks.borrow() == latest {
            pages.insert(query.clone(), page.clone());
        }
        Ok(page)
    }

    /// The page of a region.
    pub fn region(&self, query: &RegionQuery) -> Result<RegionView, CentreError> {
        let edge = self.edge(&query.region)?;
        let as_of = *self.0.ticks.borrow();
        let mode = self.mode(query.mode);
        let (from, to, _) = view::period_of(query, as_of, self.0.config.retention);
        let mut unions = Unions::new(self.0.config.key.id(), mode);
        let mut period = Bucket::default();
        let whole = Sections { sessions: false, ..Sections::ALL };
        for frame in self.window(edge, from, to, Resolution::Hour, whole)? {
            for row in &frame.rows {
                unions.merge_section(&query.region, frame.resolution, row.registers.as_deref().unwrap_or_default())?;
                merge_row(&mut period, &frame, row);
            }
        }
        let compared = (query.compare > 0).then(|| self.merged(edge, from - query.compare, to - query.compare));
        let before = compared.transpose()?;
        let objectives = self.budgets(edge, as_of)?;
        let unfamiliar = self.unfamiliar(&query.region, from, to);
        let detail = RegionDetail { period, before, users: unions.finish(), unfamiliar, objectives };
        let baselines = self.baselines(as_of, mode);
        let moment = Moment { open: self.open_incidents(as_of)?, ..self.moment(as_of, &baselines) };
        Ok(view::region(&read(&self.0.atlas), &moment, query, &detail))
    }

    /// The page of a region that is not known: it says so and names those that are.
    pub fn unknown_region(&self, query: &RegionQuery) -> RegionView {
        let baselines = Baselines::default();
        let moment = self.moment(*self.0.ticks.borrow(), &baselines);
        view::region(&read(&self.0.atlas), &moment, query, &RegionDetail::default())
    }

    /// One measure of a region (or of the nation) at the finest resolution that is kept.
    pub fn series(&self, region: &str, measure: Measure, from: i64, to: i64) -> Result<PeriodChart, CentreError> {
        if region != NATION {
            self.edge(region)?;
        }
        let as_of = *self.0.ticks.borrow();
        let to = to.min(as_of);
        let from = from.clamp(to.saturating_sub(35 * DAY), to);
        let baselines = Baselines::default();
        let moment = self.moment(as_of, &baselines);
        let empty = PeriodChart {
            measure,
            unit: bonghwa_analytics::view::Unit::Ratio,
            start: from,
            step: 60,
            series: Vec::new(),
            low: view::Line::default(),
            high: view::Line::default(),
        };
        Ok(view::series(&read(&self.0.atlas), &moment, region, measure, (from, to)).unwrap_or(empty))
    }

    /// The union of some regions over a window.
    pub fn combine(
        &self,
        regions: &[String],
        from: i64,
        to: i64,
        mode: Option<IdentityMode>,
    ) -> Result<CombineView, CentreError> {
        let mode = self.mode(mode);
        let atlas = self.atlas_of(regions, from, to)?;
        view::combine(&atlas, regions, from, to, mode)?.ok_or(CentreError::NoData)
    }

    /// The mode asked for, else that of the settings if it was ever seen, else the best that was.
    pub fn mode(&self, asked: Option<IdentityMode>) -> IdentityMode {
        asked.unwrap_or_else(|| read(&self.0.atlas).mode(self.0.config.mode))
    }

    /// Takes the atlas for a moment, so it must not be called while the atlas is held.
    pub(super) fn moment<'a>(&self, as_of: i64, baselines: &'a Baselines) -> Moment<'a> {
        let config = &self.0.config;
        Moment {
            as_of,
            demo: config.demo,
            title: config.title.clone(),
            mode: self.mode(None),
            late_after: config.late_after,
            // What is away now says nothing about an instant of the past.
            away: if as_of == *self.0.ticks.borrow() { self.away(clock()) } else { BTreeSet::new() },
            retention: config.retention,
            baselines,
            open: Vec::new(),
        }
    }

    /// What is usual on the day of an instant; kept for a while.
    pub(super) fn baselines(&self, instant: i64, mode: IdentityMode) -> Arc<Baselines> {
        let key = (day_start(instant), mode);
        let now = clock();
        if let Some((made, baselines)) = lock(&self.0.baselines).get(&key)
            && now - made < BASELINE_AGE
        {
            return baselines.clone();
        }
        let fresh = {
            let atlas = read(&self.0.atlas);
            let codes = self.0.edges.keys().map(String::as_str).chain([NATION]);
            let tracks = codes.filter_map(|code| Some((code, atlas.track(code)?)));
            Arc::new(Baselines::of(tracks, instant, mode))
        };
        let mut kept = lock(&self.0.baselines);
        while kept.len() >= BASELINES_KEPT {
            kept.pop_first();
        }
        kept.insert(key, (now, fresh.clone()));
        fresh
    }

    /// Makes the usual ranges anew at the next page: history was added.
    pub fn forget_baselines(&self) {
        lock(&self.0.baselines).clear();
        lock(&self.0.pages).clear();
        *lock(&self.0.forecasts) = super::forecast::Kept::default();
    }

    /// Distinct identities of regions together over a period, from the registers that their edges keep.
    pub(super) fn union(
        &self,
        regions: &[String],
        from: i64,
        to: i64,
        mode: IdentityMode,
    ) -> Result<Option<Union>, CentreError> {
        let mut unions = Unions::new(self.0.config.key.id(), mode);
        for region in regions {
            for frame in self.window(self.edge(region)?, from, to, Resolution::Hour, Sections::REGISTERS)? {
                for row in &frame.rows {
                    unions.merge_section(region, frame.resolution, row.registers.as_deref().unwrap_or_default())?;
                }
            }
        }
        Ok(unions.finish())
    }

    /// Distinct identities of the nation in a window of the past, from the national rows.
    pub(super) fn national_union(
        &self,
        (from, to): (i64, i64),
        coarsest: Resolution,
        mode: IdentityMode,
    ) -> Result<Option<Union>, CentreError> {
        let parts = {
            let atlas = read(&self.0.atlas);
            let Some(track) = atlas.track(NATION) else { return Ok(None) };
            track.decompose(from, to, coarsest)
        };
        let mut unions = Unions::new(self.0.config.key.id(), mode);
        for (resolution, start) in parts {
            let frame = lock(&self.0.nation).frame(resolution, start, start + 1, Sections::REGISTERS)?;
            for row in &frame.rows {
                unions.merge_section(NATION, resolution, row.registers.as_deref().unwrap_or_default())?;
            }
        }
        Ok(unions.finish())
    }

    /// Brings the registers of a past window into the atlas; the next tick forgets them again.
    fn recall(&self, from: i64, to: i64) -> Result<(), CentreError> {
        for edge in self.0.edges.values() {
            for frame in self.window(edge, from, to, Resolution::FiveMinutes, Sections::REGISTERS)? {
                write(&self.0.atlas).insert(&frame)?;
            }
        }
        Ok(())
    }
}

/// Adds the cells and gauges of a row. A damaged row is left out; its region's tick reports it.
pub(super) fn merge_row(
    into: &mut Bucket,
    frame: &bonghwa_analytics::frame::Frame,
    row: &bonghwa_analytics::frame::Row,
) {
    let (Some(summary), Some(cells)) = (&row.summary, &row.cells) else { return };
    if let Ok(mut bucket) = bucket_of(frame.key, summary, cells, &[]) {
        bucket.concurrency.clear();
        // Without identities there is nothing that could refuse to merge.
        let _ = into.merge(&bucket);
    }
}
