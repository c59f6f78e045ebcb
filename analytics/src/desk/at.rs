//! A desk as it stood at an instant of the past.

use std::cell::OnceCell;
use std::sync::Arc;

use super::{Desk, Links, Looked, Settings};
use crate::atlas::Atlas;
use crate::baseline::Baselines;
use crate::frame::{Frame, Sections};
use crate::identity::IdentityMode;
use crate::incident::Incident;
use crate::runbook::Library;
use crate::time::Resolution;
use crate::view::{CapacityPlan, Event, Mark, Moment, WhyPeriods};
use crate::watch::Sheet;

/// A desk whose newest instant is an earlier one, so that what is made of it stays the same while data goes on to arrive.
///
/// What is kept by the desk below and does not depend on when it is asked is taken from there.
pub struct At<'a, D> {
    desk: &'a D,
    as_of: i64,
    links: OnceCell<Arc<Links>>,
}

impl<'a, D: Desk> At<'a, D> {
    /// The desk at an instant, or at its newest if that is earlier; a whole five minutes, because finer rows expire.
    pub fn new(desk: &'a D, at: i64) -> Self {
        Self { desk, as_of: Resolution::FiveMinutes.floor(at.min(desk.as_of())), links: OnceCell::new() }
    }
}

impl<D: Desk> Desk for At<'_, D> {
    type Error = D::Error;

    fn settings(&self) -> Settings<'_> {
        self.desk.settings()
    }

    fn as_of(&self) -> i64 {
        self.as_of
    }

    fn read<T>(&self, read: impl FnOnce(&Atlas) -> T) -> T {
        self.desk.read(read)
    }

    fn frame(
        &self,
        region: &str,
        resolution: Resolution,
        from: i64,
        to: i64,
        sections: Sections,
    ) -> Result<Frame, D::Error> {
        self.desk.frame(region, resolution, from, to, sections)
    }

    fn recall(&self, frame: &Frame) -> Result<(), D::Error> {
        self.desk.recall(frame)
    }

    fn known(&self, region: &str) -> Result<(), D::Error> {
        self.desk.known(region)
    }

    /// What was said up to that instant.
    fn marks(&self, incident: &str) -> Vec<Mark> {
        let mut marks = self.desk.marks(incident);
        marks.retain(|mark| mark.at <= self.as_of);
        marks
    }

    fn runbooks(&self) -> Arc<Library> {
        self.desk.runbooks()
    }

    fn judging(&self) -> Result<u32, D::Error> {
        self.desk.judging()
    }

    fn baselines(&self, instant: i64, mode: IdentityMode) -> Arc<Baselines> {
        self.desk.baselines(instant, mode)
    }

    /// A desk that follows the present may keep those of another hour.
    fn links(&self, as_of: i64) -> Result<Arc<Links>, D::Error> {
        if let Some(links) = self.links.get() {
            return Ok(links.clone());
        }
        let links = Arc::new(super::links(self.desk, as_of)?);
        Ok(self.links.get_or_init(|| links).clone())
    }

    fn look(&self, incident: &Incident, until: i64) -> Result<Looked, D::Error> {
        self.desk.look(incident, until)
    }

    fn plan(&self, moment: &Moment<'_>) -> CapacityPlan {
        self.desk.plan(moment)
    }

    fn unfamiliar(&self, region: &str, from: i64, to: i64) -> Vec<Event> {
        self.desk.unfamiliar(region, from, to)
    }

    fn sheets(&self, region: &str, periods: &WhyPeriods) -> Result<Arc<Vec<Sheet>>, D::Error> {
        self.desk.sheets(region, periods)
    }
}
