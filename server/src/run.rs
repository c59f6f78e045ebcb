//! The life of a server: start, serve, end.

use std::collections::BTreeMap;
use std::future::Future;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use axum::serve::ListenerExt;
use bonghwa_analytics::codec::hex;
use bonghwa_analytics::desk::Manifest;
use bonghwa_analytics::identity::FleetKey;
use bonghwa_analytics::region::Region;
use bonghwa_edge::engine::EngineConfig;
use bonghwa_edge::policy::{self, Policy};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::bundle::Bundle;
use crate::centre::{Centre, CentreConfig, CentreError};
use crate::clock;
use crate::demo::{Demo, HISTORY};
use crate::egress::Egress;
use crate::export::Exporter;
use crate::folder::{Folder, FolderError};
use crate::http::{self, App, Gate, Ready};
use crate::keys::{KeyError, Keys};
use crate::model::Gateway;
use crate::output::{log, say};
use crate::pull;
use crate::random;
use crate::reports::{self, ReportError, Reports};
use crate::runbooks::RunbookSource;
use crate::settings::{Loaded, Origin, Settings};

/// Time between two ticks.
const TICK: Duration = Duration::from_secs(2);
/// How long open connections may take to end.
const PATIENCE: Duration = Duration::from_millis(1200);
/// Batches of history that are stored at once: few commits, little memory.
const LOAD_AT_ONCE: usize = 8;

/// What a server shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// The demonstration, unless the folder holds data of one's own.
    Automatic,
    /// One's own data only.
    Empty,
    /// The demonstration.
    Demo,
}

/// What a server is started with.
#[derive(Clone, Debug)]
pub struct Start {
    /// Settings, with the data folder and the regions.
    pub loaded: Loaded,
    /// What it shows.
    pub content: Content,
    /// Seed of the demonstration.
    pub seed: u64,
    /// Seconds of history that a fresh demonstration has.
    pub history: i64,
}

/// Why a server did not start or did not go on.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The data folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The keys.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The address is taken or cannot be had.
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, String),
    /// A public address without keys.
    #[error(
        "{0} can be reached by others, and no key is set; make one with `bonghwa key new --use read` and one for each \
         region with `bonghwa key new --region seoul --use ingest`, or listen on 127.0.0.1"
    )]
    Public(SocketAddr),
    /// The folder of reports.
    #[error(transparent)]
    Reports(#[from] ReportError),
    /// The databases.
    #[error("the data in {0} cannot be used: {1}")]
    Data(PathBuf, CentreError),
    /// The clients of the providers of models.
    #[error("cannot prepare the calls to models: {0}; check the certificates of this machine")]
    Model(String),
    /// Something ended that should go on.
    #[error("the server stopped: {0}")]
    Stopped(String),
}

/// Runs a server until `end` is ready, and everything is written when it returns. `notify` hears the address once it
/// is served.
pub async fn serve(
    start: Start,
    end: impl Future<Output = ()> + Send,
    notify: impl FnOnce(SocketAddr) + Send,
) -> Result<(), RunError> {
    let began = Instant::now();
    let mut end = std::pin::pin!(end);
    let Bound { folder, keys, key, listener, address, public } = bind(&start.loaded).await?;
    let settings = Settings { listen: address, ..start.loaded.settings.clone() };
    let bundle = Bundle::read(&settings.dist);
    if !bundle.is_complete() {
        let dist = settings.dist.display();
        eprintln!("no browser bundle in {dist}: pages are shown without scripts; build it with `cargo xtask start`");
    }
    let token = hex(&random::bytes::<32>().map_err(KeyError::Random)?);
    let (closing, closes) = watch::channel(false);
    let egress = Egress::default();
    let model = Gateway::new(&settings.model, egress.clone()).map_err(|error| RunError::Model(error.to_string()))?;
    let gate = Gate::new(keys.clone(), public).with_demo(&token);
    let app = App::new(settings.clone(), gate, bundle, (egress, model), closes.clone());
    // Requests are answered from here on, with 503 until the data is there. A set ends its tasks when it is dropped,
    // also where the start fails below.
    let mut server = JoinSet::new();
    server.spawn(answer(listener, http::router(&app), closes.clone()));
    let exporter = Exporter::new(folder.signing_key()?, start.loaded.data.clone(), app.egress().clone());
    let Prepared { centre, place, demo, until, origins } = tokio::select! {
        prepared = prepare(&start, key) => prepared?,
        // Nothing has to be written: a past that is half there is completed by the next start.
        () = &mut end => return Ok(()),
    };
    let policy = Arc::new(policy(&settings, key));
    let reports = Reports::open(&place.join("reports"), settings.reports.keep)?;
    app.open(Ready { centre: centre.clone(), policy, demo: demo.clone(), exporter, reports: reports.clone() });
    banner(address, start.loaded.file.as_deref(), &place, &centre, demo.is_some(), began.elapsed());
    notify(address);

    let ticks = tokio::spawn(tick(centre.clone(), keys, closes));
    let mut pulls = JoinSet::new();
    pulls.spawn(pull::run(centre.clone(), origins));
    pulls.spawn(reports::run_schedule(reports.clone(), centre.clone(), settings.reports.weekly, closing.subscribe()));
    let (maker, desk) = (reports.clone(), centre.clone());
    let making = tokio::task::spawn_blocking(move || maker.work(&desk));
    let stopped = tokio::select! {
        () = &mut end => None,
        reason = traffic(demo.as_ref(), reachable(address), &token, until) => Some(reason),
        ended = server.join_next() => Some(format!("{ended:?}")),
    };
    // There are receivers as long as this function holds the application.
    let _ = closing.send(true);
    pulls.abort_all();
    reports.end();
    // Open connections and the tick under way end side by side; a connection that takes longer is cut off.
    let _ = tokio::join!(tokio::time::timeout(PATIENCE, server.join_next()), ticks);
    drop(server);
    // What is under way stops at its next step; it reads the databases, which close below.
    let _ = making.await;
    centre.shutdown().await.map_err(|error| RunError::Data(place, error))?;
    drop(folder);
    stopped.map_or(Ok(()), |reason| Err(RunError::Stopped(reason)))
}

/// What a server holds before it answers.
struct Bound {
    folder: Folder,
    keys: Keys,
    key: FleetKey,
    listener: TcpListener,
    address: SocketAddr,
    public: bool,
}

async fn bind(loaded: &Loaded) -> Result<Bound, RunError> {
    let listen = loaded.settings.listen;
    let mut folder = Folder::open(&loaded.data)?;
    let keys = Keys::open(&loaded.data)?;
    let public = !listen.ip().is_loopback();
    if public && keys.is_empty() {
        return Err(RunError::Public(listen));
    }
    let key = folder.fleet_key()?;
    let listener = TcpListener::bind(listen).await.map_err(|error| cannot_listen(listen, &error))?;
    let address = listener.local_addr().map_err(|error| cannot_listen(listen, &error))?;
    folder.announce(&format!("http://{}", reachable(address)))?;
    Ok(Bound { folder, keys, key, listener, address, public })
}

/// The data that a server shows.
struct Prepared {
    centre: Centre,
    place: PathBuf,
    demo: Option<Demo>,
    /// End of the demonstration's past.
    until: i64,
    /// Where frames of regions come from whose edges run elsewhere; the demonstration has none.
    origins: BTreeMap<String, Origin>,
}

async fn prepare(start: &Start, key: FleetKey) -> Result<Prepared, RunError> {
    let Loaded { settings, data, regions, origins, .. } = &start.loaded;
    let demo = match start.content {
        Content::Demo => true,
        Content::Empty => false,
        // Whoever names an edge wants to see it.
        Content::Automatic if !origins.is_empty() => false,
        Content::Automatic => !holds_data(settings, regions, &own_folder(data), key).await?,
    };
    let place = if demo { demo_folder(data) } else { own_folder(data) };
    let origins = if demo { BTreeMap::new() } else { origins.clone() };
    let centre = open(settings, regions, &origins, &place, key, demo).await?;
    if !demo {
        return Ok(Prepared { centre, place, demo: None, until: clock::now(), origins });
    }
    let demo = Demo::new(start.seed, key, regions);
    match fill(&centre, &demo, regions, start.history).await {
        Ok(until) => Ok(Prepared { centre, place, demo: Some(demo), until, origins }),
        Err(error) => Err(RunError::Data(place, error)),
    }
}

/// Sends the traffic of the demonstration, if there is one; why that ended, if it does.
async fn traffic(demo: Option<&Demo>, address: SocketAddr, token: &str, from: i64) -> String {
    let Some(demo) = demo else { return std::future::pending().await };
    match demo.run(address, token, from).await {
        Ok(()) => std::future::pending().await,
        Err(error) => error.to_string(),
    }
}

/// Folder of one's own data within a data folder.
pub fn own_folder(data: &Path) -> PathBuf {
    data.join("nation")
}

/// Folder of the demonstration within a data folder, apart from one's own data so that the two never mix.
pub fn demo_folder(data: &Path) -> PathBuf {
    data.join("demo")
}

/// Whether anything was ever stored in a folder.
async fn holds_data(settings: &Settings, regions: &[Region], place: &Path, key: FleetKey) -> Result<bool, RunError> {
    if !place.is_dir() {
        return Ok(false);
    }
    let centre = open(settings, regions, &BTreeMap::new(), place, key, false).await?;
    Ok(!centre.counters().newest.is_empty())
}

/// Opens the databases in `place`.
pub async fn open(
    settings: &Settings,
    regions: &[Region],
    origins: &BTreeMap<String, Origin>,
    place: &Path,
    key: FleetKey,
    demo: bool,
) -> Result<Centre, RunError> {
    std::fs::create_dir_all(place).map_err(|error| FolderError::Access(place.to_path_buf(), error))?;
    let Manifest { regions, mode, retention, late_after, title, demo, sessions, objectives, .. } =
        settings.manifest(regions, demo);
    let config = CentreConfig {
        regions,
        elsewhere: origins.iter().map(|(code, origin)| (code.clone(), origin.patience())).collect(),
        data: place.to_path_buf(),
        key,
        mode,
        retention,
        max_cells: settings.limits.routes.max(EngineConfig::MAX_CELLS),
        sessions,
        objectives,
        late_after,
        title,
        demo,
        durable: settings.durable_power,
        runbooks: match &settings.runbooks.dir {
            Some(folder) => RunbookSource::Folder(folder.clone()),
            None if demo => RunbookSource::Demo,
            None => RunbookSource::None,
        },
        keep_answers: settings.answers.keep.0,
    };
    let task = tokio::task::spawn_blocking(move || Centre::open(config, clock::now()));
    let centre = task.await.map_err(|error| RunError::Stopped(error.to_string()))?;
    centre.map_err(|error| RunError::Data(place.to_path_buf(), error))
}

/// How telemetry is read, by the settings.
pub fn policy(settings: &Settings, key: FleetKey) -> Policy {
    let limits = &settings.limits;
    Policy {
        session_cookies: settings.session_cookies.clone(),
        user_cookies: settings.user_cookies.clone(),
        entry_services: settings.entry_services.clone(),
        logins: settings.logins.clone(),
        max_future: limits.max_future.0,
        max_past: limits.max_past.0,
        limits: policy::Limits {
            max_bytes: limits.decompressed_bytes,
            max_ratio: limits.ratio,
            attributes: limits.attributes,
            services: limits.services,
            routes: limits.routes,
            series: limits.series,
            ..policy::Limits::default()
        },
        ..Policy::new(key)
    }
}

async fn answer(listener: TcpListener, router: axum::Router, mut closes: watch::Receiver<bool>) -> std::io::Result<()> {
    // Small answers must not wait for the acknowledgement of the ones before (Nagle's algorithm).
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    let end = async move {
        let _ = closes.wait_for(|closing| *closing).await;
    };
    axum::serve(listener, router).with_graceful_shutdown(end).await
}

/// Lets time pass for the engines, every two seconds until the server ends.
async fn tick(centre: Centre, keys: Keys, mut closes: watch::Receiver<bool>) {
    let mut timer = tokio::time::interval(TICK);
    timer.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut known = String::new();
    loop {
        tokio::select! {
            _ = timer.tick() => {}
            _ = closes.wait_for(|closing| *closing) => return,
        }
        let (centre, keys) = (centre.clone(), keys.clone());
        let work = move || {
            centre.look_at_runbooks().iter().for_each(|trouble| log(trouble));
            (centre.tick_blocking(clock::now()).err(), keys.refresh().err())
        };
        let Ok((failed, wrong)) = tokio::task::spawn_blocking(work).await else { continue };
        let text = failed.map(|error| error.to_string()).or_else(|| wrong.map(|error| error.to_string()));
        let text = text.unwrap_or_default();
        // A fault that lasts is said once, and again when it changes.
        if text != known && !text.is_empty() {
            log(&text);
        }
        known = text;
    }
}

/// Gives a demonstration the past that it lacks, a region on each processor at a time; until when it has one.
async fn fill(centre: &Centre, demo: &Demo, regions: &[Region], history: i64) -> Result<i64, CentreError> {
    let to = bonghwa_analytics::time::Resolution::TwoSeconds.floor(clock::now());
    let from = to - history.clamp(0, HISTORY);
    let done = Arc::new(AtomicU64::new(0));
    let work = Arc::new(std::sync::Mutex::new(
        regions.iter().map(|region| region.code.clone()).collect::<Vec<_>>().into_iter(),
    ));
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get).clamp(1, 8);
    let workers: Vec<_> = (0..threads)
        .map(|_| {
            let (centre, demo, work, done) = (centre.clone(), demo.clone(), work.clone(), done.clone());
            tokio::task::spawn_blocking(move || {
                loop {
                    let next = work.lock().unwrap_or_else(std::sync::PoisonError::into_inner).next();
                    let Some(region) = next else { return Ok::<(), CentreError>(()) };
                    fill_region(&centre, &demo, &region, from, to)?;
                    done.fetch_add(1, Relaxed);
                }
            })
        })
        .collect();
    let all = regions.len() as u64;
    let progress = async {
        let mut shown = u64::MAX;
        loop {
            let now = done.load(Relaxed);
            if now != shown {
                eprint!("\rpreparing the demonstration: {now} of {all} regions");
                let _ = std::io::stderr().flush();
                shown = now;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let finish = async {
        for worker in workers {
            worker.await.map_err(|_| CentreError::Stopping)??;
        }
        let centre = centre.clone();
        tokio::task::spawn_blocking(move || centre.tick_blocking(clock::now()))
            .await
            .map_err(|_| CentreError::Stopping)?
    };
    let result = tokio::select! {
        result = finish => result,
        () = progress => Ok(()),
    };
    eprintln!("\rpreparing the demonstration: {all} of {all} regions");
    result.map(|()| to)
}

fn fill_region(centre: &Centre, demo: &Demo, region: &str, from: i64, to: i64) -> Result<(), CentreError> {
    let known = centre.newest(region).unwrap_or(i64::MIN);
    let Ok(past) = demo.history(region, from.max(known), to) else { return Ok(()) };
    let mut batches = Vec::with_capacity(LOAD_AT_ONCE);
    for batch in past {
        batches.push(batch);
        if batches.len() == LOAD_AT_ONCE {
            centre.load_blocking(region, &batches)?;
            batches.clear();
        }
    }
    centre.load_blocking(region, &batches).map(drop)
}

fn banner(address: SocketAddr, file: Option<&Path>, place: &Path, centre: &Centre, demo: bool, took: Duration) {
    let regions = centre.regions().len();
    let held = centre.counters().newest.len();
    let what = if demo { "demonstration data (시연 데이터)" } else { "your own data" };
    say!("Bonghwa {}", env!("CARGO_PKG_VERSION"));
    say!("  address   http://{}", reachable(address));
    say!("  data      {} ({what}; {held} of {regions} regions have data)", place.display());
    if let Some(file) = file {
        say!("  settings  {}", file.display());
    }
    say!("  ready     in {:.1} s; Ctrl-C ends it", took.as_secs_f64());
}

/// The address by which this machine itself reaches the server.
fn reachable(address: SocketAddr) -> SocketAddr {
    match address {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => SocketAddr::from(([127, 0, 0, 1], v4.port())),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => SocketAddr::from((std::net::Ipv6Addr::LOCALHOST, v6.port())),
        other => other,
    }
}

fn cannot_listen(address: SocketAddr, error: &std::io::Error) -> RunError {
    let text = match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            "the port is in use by another program; stop that one or choose another port with --listen".to_string()
        }
        std::io::ErrorKind::PermissionDenied => {
            "this user may not open the port; choose one above 1023 with --listen".to_string()
        }
        std::io::ErrorKind::AddrNotAvailable => {
            "this machine does not have the address; choose another with --listen".to_string()
        }
        _ => error.to_string(),
    };
    RunError::Listen(address, text)
}
