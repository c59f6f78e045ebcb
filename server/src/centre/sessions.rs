//! The page 세션, from the rows of the regions.

use std::sync::Arc;

use bonghwa_analytics::baseline::Baselines;
use bonghwa_analytics::frame::Sections;
use bonghwa_analytics::session::Sessions;
use bonghwa_analytics::time::Resolution;
use bonghwa_analytics::view::{self, RegionSessions, SessionsQuery, SessionsView};

use super::edge::Edge;
use super::{Centre, CentreError, lock, read};

/// Seconds for which a page is kept: it reads a day of rows of every region.
const KEPT_FOR: i64 = 10;
/// Different queries whose page is kept.
const KEPT: usize = 16;

impl Centre {
    /// Who stays long, who logs in by the hundred, who shares an address or changes it.
    pub fn sessions(&self, query: &SessionsQuery) -> Result<Arc<SessionsView>, CentreError> {
        let as_of = *self.0.ticks.borrow();
        if let Some((made, page)) = lock(&self.0.sessions).get(query)
            && (*made..*made + KEPT_FOR).contains(&as_of)
        {
            return Ok(page.clone());
        }
        let edges: Vec<&Edge> = match query.region.as_str() {
            "" => self.0.edges.values().collect(),
            code => vec![self.edge(code)?],
        };
        let (from, to, resolution) = view::sessions_period(query, as_of, self.0.config.retention);
        let regions: Vec<RegionSessions> =
            edges.into_iter().map(|edge| rows(edge, resolution, from, to)).collect::<Result<_, _>>()?;
        let baselines = Baselines::default();
        let moment = self.moment(as_of, &baselines);
        let thresholds = &self.0.config.sessions;
        let page = Arc::new(view::sessions(&read(&self.0.atlas), &moment, query, thresholds, &regions)?);
        let mut pages = lock(&self.0.sessions);
        pages.retain(|_, (made, _)| as_of - *made < KEPT_FOR);
        if pages.len() < KEPT {
            pages.insert(query.clone(), (as_of, page.clone()));
        }
        Ok(page)
    }
}

/// The rows of a resolution, then the finer ones of what they do not reach. A row that cannot be read is left out; its
/// region's tick reports it.
pub(super) fn rows(edge: &Edge, resolution: Resolution, from: i64, to: i64) -> Result<RegionSessions, CentreError> {
    let mut rows = Vec::new();
    let mut at = from;
    for finer in [Resolution::Hour, Resolution::FiveMinutes, Resolution::Minute] {
        if finer > resolution {
            continue;
        }
        let width = finer.seconds();
        for row in edge.frame(finer, at, to, Sections::SESSIONS)?.rows {
            at = row.start + width;
            if let Ok(Some(sessions)) = Sessions::decode(row.sessions.as_deref().unwrap_or_default()) {
                rows.push((row.start, width, sessions));
            }
        }
    }
    Ok(RegionSessions { region: edge.region().to_owned(), rows })
}
