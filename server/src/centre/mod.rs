//! The centre: embedded edges, the atlas that their frames fill, the rows of the whole nation, and the pages made of it.
//!
//! Data flows one way: an edge stores what arrives; a tick pulls the rows that changed from every edge, puts them into
//! the atlas, makes the national rows anew where a region's changed, and wakes whoever waits for a new view.

mod answers;
mod desk;
mod edge;
mod nation;
mod pages;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use bonghwa_analytics::atlas::{Atlas, AtlasError, NATION};
use bonghwa_analytics::bucket::Bucket;
use bonghwa_analytics::frame::{Frame, Sections};
use bonghwa_analytics::identity::{FleetKey, IdentityMode};
use bonghwa_analytics::objective::Objective;
use bonghwa_analytics::region::Region;
use bonghwa_analytics::session::Thresholds;
use bonghwa_analytics::time::{DAY, Resolution};
use bonghwa_edge::batch::Batch;
use bonghwa_edge::database::DatabaseError;
use bonghwa_edge::engine::EngineError;
pub use bonghwa_edge::engine::{Outcome, Replaced, Source};
use bonghwa_edge::mirror::MirrorError;
use bonghwa_edge::store::StoreError;
use tokio::sync::watch;

use crate::answers::{Answers, AnswersError};
use crate::marks::{MarkError, Marks};
use crate::runbooks::{RunbookSource, Runbooks};
use edge::Edge;
use nation::Nation;

/// Seconds by which a screen trails the clock, so that what senders batch has arrived.
const TRAIL: i64 = 4;

/// What a centre needs to know.
#[derive(Clone, Debug)]
pub struct CentreConfig {
    /// Regions by settings.
    pub regions: Vec<Region>,
    /// Regions whose edges run elsewhere, of which a copy is kept here, and the seconds without an answer after which
    /// they count as away.
    pub elsewhere: BTreeMap<String, i64>,
    /// Folder of the databases.
    pub data: PathBuf,
    /// Key under which identities are hashed.
    pub key: FleetKey,
    /// Identity mode shown by default.
    pub mode: IdentityMode,
    /// Seconds that rows are kept, by resolution.
    pub retention: [i64; 4],
    /// Names of a kind that one bucket holds.
    pub max_cells: usize,
    /// From where on sessions are listed, and when they are over.
    pub sessions: Thresholds,
    /// Service-level objectives of every region.
    pub objectives: Vec<Objective>,
    /// Seconds without data after which a region counts as late.
    pub late_after: i64,
    /// Name of the system, Korean and English.
    pub title: (String, String),
    /// Whether the data is a demonstration.
    pub demo: bool,
    /// Whether commits survive a loss of power, too.
    pub durable: bool,
    /// Where runbooks come from.
    pub runbooks: RunbookSource,
    /// Seconds for which answers are kept; 0 keeps none.
    pub keep_answers: i64,
}

/// Why the centre refused.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CentreError {
    /// No such region.
    #[error("there is no region {code}; the regions are {known}")]
    UnknownRegion {
        /// What was asked for.
        code: String,
        /// Codes of the regions there are.
        known: String,
    },
    /// An engine failed.
    #[error("region {region}: {source}")]
    Engine {
        /// Region code.
        region: String,
        /// What failed.
        source: EngineError,
    },
    /// A copy could not be read or written.
    #[error("the copy of region {region}: {source}")]
    Mirror {
        /// Region code.
        region: String,
        /// What failed.
        source: MirrorError,
    },
    /// Telemetry for a region that takes its own.
    #[error("region {0} has an edge of its own; send its telemetry there")]
    Elsewhere(String),
    /// Frames for a region that is counted here.
    #[error("region {0} is counted by this server; it takes no frames from elsewhere")]
    Embedded(String),
    /// The national rows could not be read or written.
    #[error("the national rows: {0}")]
    Nation(#[from] StoreError),
    /// Frames could not be merged.
    #[error(transparent)]
    Atlas(#[from] AtlasError),
    /// No such incident.
    #[error("there is no incident {0:?}; the list of incidents has the names")]
    UnknownIncident(String),
    /// What was said of an incident was not kept.
    #[error(transparent)]
    Mark(#[from] Arc<MarkError>),
    /// An answer was not kept, found or judged.
    #[error(transparent)]
    Answers(#[from] Arc<AnswersError>),
    /// Nothing was received in the window that was asked for.
    #[error("these regions have no data in this period; choose another one")]
    NoData,
    /// The task that did the work is gone.
    #[error("the server is stopping; send again")]
    Stopping,
}

impl CentreError {
    /// Whether the same request may succeed later (a full or locked disk), so that senders keep it.
    pub fn is_temporary(&self) -> bool {
        let database = match self {
            Self::Stopping => return true,
            Self::Engine { source: EngineError::Store(StoreError::Database(error)), .. }
            | Self::Mirror { source: MirrorError::Store(StoreError::Database(error)), .. }
            | Self::Nation(StoreError::Database(error)) => error,
            _ => return false,
        };
        matches!(database, DatabaseError::Full | DatabaseError::Locked(_) | DatabaseError::ReadOnly(_))
    }
}

/// Numbers of the centre, for `/metrics`.
#[derive(Clone, Debug, Default)]
pub struct Counters {
    /// Batches stored.
    pub stored: u64,
    /// Batches that were known already.
    pub duplicates: u64,
    /// Newest instant with data, by region.
    pub newest: BTreeMap<String, i64>,
    /// Ticks that failed since the start.
    pub failed_ticks: u64,
    /// Milliseconds that the last tick took.
    pub tick_ms: u64,
}

/// How an edge elsewhere was last reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// When it last answered, seconds since the epoch.
    pub at: i64,
    /// Why it does not answer now; empty if it does.
    pub trouble: String,
}

/// The centre. Cheap to clone.
#[derive(Clone)]
pub struct Centre(Arc<Inner>);

struct Inner {
    config: CentreConfig,
    edges: BTreeMap<String, Edge>,
    nation: Mutex<Nation>,
    atlas: RwLock<Atlas>,
    pages: Mutex<pages::Pages>,
    kept: Mutex<desk::Kept>,
    ticks: watch::Sender<i64>,
    counters: Mutex<Counters>,
    contacts: Mutex<BTreeMap<String, Contact>>,
    marks: Marks,
    answers: Answers,
    runbooks: Runbooks,
}

impl Centre {
    /// Opens every database and fills the atlas with what they hold.
    pub fn open(config: CentreConfig, now: i64) -> Result<Self, CentreError> {
        let mut edges = BTreeMap::new();
        for region in &config.regions {
            edges.insert(region.code.clone(), Edge::open(&config, &region.code, now)?);
        }
        let nation = Nation::open(&config)?;
        // Until it had time to answer, nobody can say that an edge is away.
        let contact = |code: &String| (code.clone(), Contact { at: now, trouble: String::new() });
        let contacts = config.elsewhere.keys().map(contact).collect();
        let atlas = Atlas::new(config.regions.clone());
        let centre = Self(Arc::new(Inner {
            edges,
            nation: Mutex::new(nation),
            atlas: RwLock::new(atlas),
            pages: Mutex::default(),
            kept: Mutex::default(),
            ticks: watch::Sender::new(now),
            counters: Mutex::default(),
            contacts: Mutex::new(contacts),
            marks: Marks::open(&config.data).map_err(Arc::new)?,
            answers: Answers::open(&config.data, config.keep_answers).map_err(Arc::new)?,
            runbooks: Runbooks::open(config.runbooks.clone()),
            config,
        }));
        centre.restore(now)?;
        Ok(centre)
    }

    /// Stores a batch in a region. When it returns the batch is durable.
    pub async fn ingest(&self, region: &str, batch: Batch) -> Result<Outcome, CentreError> {
        let (centre, region) = (self.clone(), region.to_owned());
        tokio::task::spawn_blocking(move || centre.ingest_blocking(&region, &batch))
            .await
            .map_err(|_| CentreError::Stopping)?
    }

    /// [`ingest`](Self::ingest) for a thread that may wait.
    pub fn ingest_blocking(&self, region: &str, batch: &Batch) -> Result<Outcome, CentreError> {
        let outcome = self.edge(region)?.ingest(clock(), batch)?;
        let mut counters = lock(&self.0.counters);
        match outcome {
            Outcome::Stored => counters.stored += 1,
            Outcome::Duplicate => counters.duplicates += 1,
        }
        Ok(outcome)
    }

    /// Stores history in bulk. When it returns the batches are durable; the atlas learns of them at the next tick.
    pub fn load_blocking(&self, region: &str, batches: &[Batch]) -> Result<Vec<Outcome>, CentreError> {
        self.edge(region)?.load(clock(), batches)
    }

    /// Puts the rows of an imported file in the place of those it had.
    pub async fn replace_source(
        &self,
        region: &str,
        source: Source,
        buckets: BTreeMap<(Resolution, i64), Bucket>,
    ) -> Result<Replaced, CentreError> {
        let (centre, region) = (self.clone(), region.to_owned());
        let task = move || centre.replace_source_blocking(&region, &source, &buckets);
        tokio::task::spawn_blocking(task).await.map_err(|_| CentreError::Stopping)?
    }

    /// [`replace_source`](Self::replace_source) for a thread that may wait.
    pub fn replace_source_blocking(
        &self,
        region: &str,
        source: &Source,
        buckets: &BTreeMap<(Resolution, i64), Bucket>,
    ) -> Result<Replaced, CentreError> {
        self.edge(region)?.replace(clock(), source, buckets)
    }

    /// How far the edge of a region elsewhere was read.
    pub fn position(&self, region: &str) -> Result<String, CentreError> {
        self.edge(region)?.position()
    }

    /// Keeps frames of an edge elsewhere, and how far it was read with them. They are seen at the next tick.
    pub fn take_blocking(&self, region: &str, frames: &[Frame], position: &str) -> Result<(), CentreError> {
        self.edge(region)?.take(clock(), frames, position)
    }

    /// Notes that an edge elsewhere answered, or why it did not (`trouble`, empty if it did), and says whether that is
    /// new.
    pub fn note_contact(&self, region: &str, trouble: &str) -> bool {
        let mut contacts = lock(&self.0.contacts);
        let Some(contact) = contacts.get_mut(region) else { return false };
        if trouble.is_empty() {
            contact.at = clock();
        }
        let new = contact.trouble != trouble;
        trouble.clone_into(&mut contact.trouble);
        new
    }

    /// How the edges elsewhere were last reached, by region.
    pub fn contacts(&self) -> BTreeMap<String, Contact> {
        lock(&self.0.contacts).clone()
    }

    /// Regions whose edge is away at an instant.
    fn out_of_reach(&self, now: i64) -> BTreeSet<String> {
        let contacts = lock(&self.0.contacts);
        let patience = &self.0.config.elsewhere;
        let away = contacts.iter().filter(|(code, contact)| contact.at < now - patience.get(*code).unwrap_or(&0));
        away.map(|(code, _)| code.clone()).collect()
    }

    /// Rows of a region (or of the nation) written after a sequence, oldest first, about `limit` of them, and the
    /// sequence to go on from.
    pub fn since(&self, region: &str, seq: u64, limit: usize) -> Result<(Vec<Frame>, u64), CentreError> {
        if region == NATION {
            lock(&self.0.nation).since(seq, limit)
        } else {
            self.edge(region)?.since(seq, limit, Sections::ALL)
        }
    }

    /// Looks whether runbooks changed; what is newly wrong with them, a line each.
    pub fn look_at_runbooks(&self) -> Vec<String> {
        self.0.runbooks.refresh()
    }

    /// Regions by settings.
    pub fn regions(&self) -> &[Region] {
        &self.0.config.regions
    }

    /// What the centre was opened with.
    pub fn config(&self) -> &CentreConfig {
        &self.0.config
    }

    /// Hears of every tick: the instant that the pages stand for.
    pub fn ticks(&self) -> watch::Receiver<i64> {
        self.0.ticks.subscribe()
    }

    /// Numbers of the centre.
    pub fn counters(&self) -> Counters {
        let mut counters = lock(&self.0.counters).clone();
        let atlas = read(&self.0.atlas);
        let newest = |code: &String| Some((code.clone(), atlas.track(code)?.newest()?));
        counters.newest = self.0.edges.keys().filter_map(newest).collect();
        counters
    }

    /// End of the newest bucket of a region, if it holds anything.
    pub fn newest(&self, region: &str) -> Option<i64> {
        read(&self.0.atlas).track(region)?.newest()
    }

    /// Closes buckets, pulls what changed and makes the national rows anew. Call it every two seconds.
    pub fn tick_blocking(&self, now: i64) -> Result<(), CentreError> {
        let started = std::time::Instant::now();
        let result = self.tick(now);
        let mut counters = lock(&self.0.counters);
        counters.tick_ms = started.elapsed().as_millis() as u64;
        counters.failed_ticks += u64::from(result.is_err());
        result
    }

    /// Writes what is in memory. Call it last.
    pub async fn shutdown(&self) -> Result<(), CentreError> {
        let centre = self.clone();
        tokio::task::spawn_blocking(move || centre.tick_blocking(clock())).await.map_err(|_| CentreError::Stopping)?
    }

    fn tick(&self, now: i64) -> Result<(), CentreError> {
        // One failing region (a full disk, say) must not keep the others from being seen.
        let mut failure = None;
        let mut touched = BTreeSet::new();
        for edge in self.0.edges.values() {
            if let Err(error) = edge.tick(now).and_then(|()| self.pull(edge, now, &mut touched)) {
                failure.get_or_insert(error);
            }
        }
        lock(&self.0.nation).refresh(&self.0.edges, &self.0.atlas, &touched, now)?;
        {
            let mut atlas = write(&self.0.atlas);
            atlas.drop_registers_before(now - 2400);
            for (resolution, kept) in Resolution::ALL.into_iter().zip(self.0.config.retention) {
                // What expired within the last day; imported files are older than that and stay as long as their rows.
                // A minute of slack, so that rows are not dropped one by one.
                let expired = (now - kept).div_euclid(60) * 60 - 60;
                atlas.drop_rows(resolution, expired - DAY, expired);
            }
        }
        lock(&self.0.pages).tick();
        self.0.ticks.send_replace(as_of(now));
        failure.map_or(Ok(()), Err)
    }

    /// Takes the rows that changed from an edge, and the registers of the last half hour.
    fn pull(&self, edge: &Edge, now: i64, touched: &mut BTreeSet<(Resolution, i64)>) -> Result<(), CentreError> {
        let recent = now - 2400;
        for frame in edge.changes()? {
            write(&self.0.atlas).insert(&frame)?;
            let fresh =
                frame.rows.iter().filter(|row| row.start >= recent && frame.resolution <= Resolution::FiveMinutes);
            let (first, last) = fresh.fold((i64::MAX, i64::MIN), |(a, b), row| (a.min(row.start), b.max(row.start)));
            if first <= last {
                let registers = edge.registers(frame.resolution, first, last + 1)?;
                write(&self.0.atlas).insert(&registers)?;
            }
            if frame.resolution > Resolution::TwoSeconds {
                touched.extend(frame.rows.iter().map(|row| (frame.resolution, row.start)));
            }
        }
        Ok(())
    }

    /// Fills the atlas after the start: rows that the nation has not seen count as touched.
    fn restore(&self, now: i64) -> Result<(), CentreError> {
        lock(&self.0.nation).restore(&self.0.atlas)?;
        for edge in self.0.edges.values() {
            let seen = lock(&self.0.nation).seen(edge.region())?;
            edge.rewind_to(0);
            let mut touched = BTreeSet::new();
            self.pull(edge, now, &mut touched)?;
            if seen < edge.seq() {
                edge.rewind_to(seen);
            }
        }
        self.tick(now)
    }

    fn edge(&self, region: &str) -> Result<&Edge, CentreError> {
        self.0.edges.get(region).ok_or_else(|| CentreError::UnknownRegion {
            code: region.to_owned(),
            known: self.0.edges.keys().cloned().collect::<Vec<_>>().join(", "),
        })
    }
}

/// The instant that pages stand for at a time of the clock.
fn as_of(now: i64) -> i64 {
    Resolution::TwoSeconds.floor(now - TRAIL)
}

/// Seconds since the epoch by the clock of the machine.
pub fn clock() -> i64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |passed| passed.as_secs() as i64)
}

/// A panic of one request must not take the others down: what it held is still whole, because every change to it is
/// made after all that can fail.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn read<T>(shared: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    shared.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(shared: &RwLock<T>) -> std::sync::RwLockWriteGuard<'_, T> {
    shared.write().unwrap_or_else(PoisonError::into_inner)
}
