//! The page 세션: who is listed and why, how many are there, and what is known of whom.

use serde::{Deserialize, Serialize};

use super::Fact;
use super::now::{Moment, Scope, users_fact};
use crate::atlas::{Atlas, AtlasError};
use crate::identity::IdentityMode;
use crate::region::Region;
use crate::session::{Kind, LISTED_AGE, Listed, Sessions, Span, Thresholds, rank, sessions as distinct, suspects};
use crate::time::{DAY, Resolution};

/// Entries of a list that are shown.
const MOST: usize = 50;
/// Ages at which the classes of the distribution begin, seconds.
pub const AGES: [i64; 5] = [0, LISTED_AGE, 2 * 3600, 4 * 3600, 8 * 3600];

/// Which sessions are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SessionsQuery {
    /// Code of the region; empty for all.
    pub region: String,
    /// Seconds up to now, unless `from` and `to` say otherwise.
    pub span: i64,
    /// Start, seconds since the epoch.
    pub from: Option<i64>,
    /// End (exclusive).
    pub to: Option<i64>,
}

/// The page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SessionsView {
    /// Instant of the newest data.
    pub as_of: i64,
    /// Whether any of it is demonstration data.
    pub demo: bool,
    /// Name of the system, Korean and English.
    pub title: (String, String),
    /// What tells users apart in `active`.
    pub mode: IdentityMode,
    /// Regions by settings.
    pub regions: Vec<Region>,
    /// Start and end (exclusive) of the period.
    pub from: i64,
    /// End of the period.
    pub to: i64,
    /// Identities seen within the gap: sessions that go on. Absent for a period of the past.
    pub active: Option<Fact>,
    /// Sessions that go on, by age: one number for each of [`AGES`]. Those of the first class are `active` less the others.
    pub ages: Vec<u64>,
    /// Who is listed, a list for each of [`Kind::ALL`].
    pub lists: Vec<List>,
    /// From where on someone is listed.
    pub thresholds: Thresholds,
    /// What is known, by region.
    pub known: Vec<Known>,
    /// Log-ins of one row that an address may have had at most without being known of.
    pub floor: u64,
    /// Whether there were more sessions than are kept: then the oldest are listed.
    pub overflowed: bool,
}

/// Everybody who is listed for one reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct List {
    /// Why.
    pub kind: Kind,
    /// How many there are.
    pub total: u64,
    /// The most conspicuous, at most [`MOST`].
    pub listed: Vec<Listed>,
}

/// What is known of a region's sessions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Known {
    /// Code of the region.
    pub region: String,
    /// Start of the first row of the period that knows of sessions.
    pub since: Option<i64>,
    /// End of the last one.
    pub until: Option<i64>,
}

/// What a region's rows know of sessions: start, width and sessions, in order of time.
#[derive(Clone, Debug, Default)]
pub struct RegionSessions {
    /// Code of the region.
    pub region: String,
    /// The rows.
    pub rows: Vec<(i64, i64, Box<Sessions>)>,
}

impl RegionSessions {
    /// The rows as spans.
    pub fn spans(&self) -> Vec<Span<'_>> {
        self.rows.iter().map(|(start, width, sessions)| Span { start: *start, width: *width, sessions }).collect()
    }

    /// Who is listed.
    pub fn suspects(&self, thresholds: &Thresholds) -> Vec<Listed> {
        suspects(&self.region, &self.spans(), thresholds)
    }
}

/// Start, end (exclusive) and resolution of the rows to read: five minutes for eight days, hours beyond and where rows of
/// five minutes are kept for less (`retention`, seconds by resolution). What is newer than the last of them is in minutes.
pub fn sessions_period(query: &SessionsQuery, as_of: i64, retention: [i64; 4]) -> (i64, i64, Resolution) {
    let (from, to) = match (query.from, query.to) {
        (Some(from), Some(to)) if from < to => (from, to.min(as_of)),
        _ => (as_of.saturating_sub(query.span.clamp(600, 31 * DAY)), as_of),
    };
    let from = from.min(to.saturating_sub(60));
    let fine = Resolution::FiveMinutes;
    let fits = to - from <= 8 * DAY && as_of.saturating_sub(from) <= retention[fine as usize];
    let resolution = if fits { fine } else { Resolution::Hour };
    (resolution.floor(from), to, resolution)
}

/// Makes the page.
pub fn sessions(
    atlas: &Atlas,
    moment: &Moment<'_>,
    query: &SessionsQuery,
    thresholds: &Thresholds,
    regions: &[RegionSessions],
) -> Result<SessionsView, AtlasError> {
    let (from, to, _) = sessions_period(query, moment.as_of, moment.retention);
    let mode = atlas.mode(IdentityMode::UserCookie);
    let (mut all, mut known, mut ages) = (Vec::new(), Vec::new(), vec![0; AGES.len()]);
    let (mut floor, mut overflowed) = (0, false);
    for of_region in regions {
        let RegionSessions { region, rows } = of_region;
        let spans = of_region.spans();
        all.extend(suspects(region, &spans, thresholds));
        for session in
            distinct(&spans).iter().filter(|session| session.last >= moment.as_of.saturating_sub(thresholds.gap))
        {
            let class = AGES.iter().rposition(|age| session.seconds() >= *age).unwrap_or(0);
            ages[class] += u64::from(class > 0);
        }
        floor = rows.iter().map(|(_, _, sessions)| sessions.logins.floor()).fold(floor, u64::max);
        overflowed |= rows.iter().any(|(_, _, sessions)| sessions.overflowed);
        known.push(Known {
            region: region.clone(),
            since: rows.first().map(|row| row.0),
            until: rows.last().map(|row| row.0 + row.1),
        });
    }
    rank(&mut all);
    let list = |kind| {
        let of_kind = || all.iter().filter(|listed| listed.kind == kind);
        List { kind, total: of_kind().count() as u64, listed: of_kind().take(MOST).cloned().collect() }
    };
    let lists = Kind::ALL.map(list).into();
    let codes: Vec<String> = regions.iter().map(|region| region.region.clone()).collect();
    let mut active = None;
    if to == moment.as_of {
        let since = to.saturating_sub(thresholds.gap.clamp(60, 1800));
        let union = atlas.users(codes.iter().map(String::as_str), since, to, Resolution::FiveMinutes, mode)?;
        let count = codes.len() as u16;
        let scope = Scope { count, regions: if query.region.is_empty() { Vec::new() } else { codes }, from: since, to };
        active = union.map(|union| users_fact("active", union, &scope, mode));
        let older: u64 = ages.iter().sum();
        ages[0] = active.as_ref().map_or(0, |fact| (libm::round(fact.value) as u64).saturating_sub(older));
    } else {
        ages.clear();
    }
    Ok(SessionsView {
        as_of: moment.as_of,
        demo: moment.demo,
        title: moment.title.clone(),
        mode,
        regions: moment.regions(atlas),
        from,
        to,
        active,
        ages,
        lists,
        thresholds: *thresholds,
        known,
        floor,
        overflowed,
    })
}
