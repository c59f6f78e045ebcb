//! Settings: one TOML file, environment variables over it, flags over both.
//!
//! A key that does not exist is an error that names it, wherever it stands. The documented sample is
//! `server/bonghwa.sample.toml`; a test reads it and holds it against the defaults here.

mod answers;
mod duration;
mod edges;
mod environment;
mod manifest;
mod model;
mod objectives;
mod reports;
mod runbooks;
mod sessions;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use bonghwa_analytics::identity::IdentityMode;
use bonghwa_analytics::region::{Region, listed};
use serde::{Deserialize, Serialize};

pub use self::answers::AnswerSettings;
pub use self::duration::Seconds;
pub use self::edges::{EdgeSettings, Origin, Secret};
pub use self::model::{DataClass, ModelSettings, PromptVersions, ProviderKind, ProviderSettings};
pub use self::objectives::ObjectiveSettings;
pub use self::reports::ReportSettings;
pub use self::runbooks::RunbookSettings;
pub use self::sessions::Sessions;

/// Name of the file that is looked for in the current folder and in the data folder.
pub const FILE_NAME: &str = "bonghwa.toml";
/// The seventeen provinces and cities, used when no file of regions is named.
const BUNDLED_REGIONS: &str = include_str!("../../demo/regions.toml");

/// Everything that can be set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Name of the system, on every page.
    pub title: Title,
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// Names by which this server may be called beside the address it listens on (a reverse proxy's host name).
    pub allowed_hosts: Vec<String>,
    /// Data folder; absent takes the platform's own.
    pub data: Option<PathBuf>,
    /// Folder with the browser bundle.
    pub dist: PathBuf,
    /// File of regions; absent takes the seventeen provinces and cities.
    pub regions: Option<PathBuf>,
    /// Edges that run elsewhere, by region code; the others run in this server.
    pub edges: BTreeMap<String, EdgeSettings>,
    /// Region of telemetry that names none.
    pub default_region: String,
    /// Identity shown unless a page asks for another.
    pub identity: IdentityMode,
    /// Cookies that hold a session.
    pub session_cookies: Vec<String>,
    /// Cookies that hold a lasting identity.
    pub user_cookies: Vec<String>,
    /// Services whose server spans count as entry requests although they have a parent.
    pub entry_services: Vec<String>,
    /// How the paths of log-ins end.
    pub logins: Vec<String>,
    /// Whether an acknowledged request survives a loss of power too, not only a crash; slower.
    pub durable_power: bool,
    /// From where on sessions are listed.
    pub sessions: Sessions,
    /// Service-level objectives of every region.
    pub objectives: Vec<ObjectiveSettings>,
    /// Where runbooks lie.
    pub runbooks: RunbookSettings,
    /// How many reports are kept, and when one is made by itself.
    pub reports: ReportSettings,
    /// How long answers are kept.
    pub answers: AnswerSettings,
    /// How long each resolution is kept.
    pub retention: Retention,
    /// What a request may cost.
    pub limits: Limits,
    /// Language models; none unless a provider is named.
    pub model: ModelSettings,
}

/// Name of the system in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Title {
    /// Korean.
    pub ko: String,
    /// English.
    pub en: String,
}

/// How long each resolution is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Retention {
    /// Two-second buckets.
    pub two_seconds: Seconds,
    /// One-minute buckets.
    pub minute: Seconds,
    /// Five-minute buckets.
    pub five_minutes: Seconds,
    /// One-hour buckets.
    pub hour: Seconds,
}

/// What a request may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Bytes of a request body as it arrives.
    pub compressed_bytes: usize,
    /// Bytes of a request body once decompressed.
    pub decompressed_bytes: usize,
    /// Decompressed bytes for every byte that arrived.
    pub ratio: usize,
    /// Attributes of a span, data point, record, scope or resource.
    pub attributes: usize,
    /// Distinct routes in a bucket of a region; the rest counts under "other".
    pub routes: usize,
    /// Distinct services in a request; the rest counts under "other".
    pub services: usize,
    /// Distinct series (service and route, or caller and callee, in a bucket) in a request; the rest is refused.
    pub series: usize,
    /// Request bodies in memory at once, in bytes.
    pub in_flight_bytes: usize,
    /// Requests that are being taken at once.
    pub in_flight_requests: usize,
    /// Pages that follow live at once.
    pub live_connections: usize,
    /// Bytes of an access log sent to the server.
    pub import_bytes: u64,
    /// How far ahead of this server's clock telemetry may be.
    pub max_future: Seconds,
    /// How far behind it may be.
    pub max_past: Seconds,
}

impl Default for Settings {
    fn default() -> Self {
        let names = |list: &[&str]| list.iter().map(ToString::to_string).collect();
        Self {
            title: Title::default(),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            allowed_hosts: Vec::new(),
            data: None,
            dist: PathBuf::from("dist"),
            regions: None,
            edges: BTreeMap::new(),
            default_region: "seoul".into(),
            identity: IdentityMode::SessionCookie,
            session_cookies: names(&["JSESSIONID", "SESSION", "PHPSESSID", "connect.sid", "ASP.NET_SessionId"]),
            user_cookies: names(&["bonghwa_uid"]),
            entry_services: Vec::new(),
            logins: names(&bonghwa_edge::policy::LOGINS),
            durable_power: false,
            sessions: Sessions::default(),
            objectives: objectives::defaults(),
            runbooks: RunbookSettings::default(),
            reports: ReportSettings::default(),
            answers: AnswerSettings::default(),
            retention: Retention::default(),
            limits: Limits::default(),
            model: ModelSettings::default(),
        }
    }
}

impl Default for Title {
    fn default() -> Self {
        Self { ko: "전국 시스템".into(), en: "National systems".into() }
    }
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            two_seconds: Seconds::hours(1),
            minute: Seconds::hours(48),
            five_minutes: Seconds::days(35),
            hour: Seconds::days(730),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            compressed_bytes: 4 << 20,
            decompressed_bytes: 20 << 20,
            ratio: 100,
            attributes: 128,
            routes: 1000,
            services: 256,
            series: 100_000,
            in_flight_bytes: 64 << 20,
            in_flight_requests: 256,
            live_connections: 256,
            import_bytes: 4 << 30,
            max_future: Seconds::minutes(10),
            max_past: Seconds::days(35),
        }
    }
}

/// What the command line says; each value given wins over file and environment.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `--config`
    pub config: Option<PathBuf>,
    /// `--listen`
    pub listen: Option<SocketAddr>,
    /// `--data`
    pub data: Option<PathBuf>,
    /// `--dist`
    pub dist: Option<PathBuf>,
    /// `--runbooks`
    pub runbooks: Option<PathBuf>,
}

/// Settings as they hold, with what was read beside them.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The settings; `data` is set.
    pub settings: Settings,
    /// The file they came from, if there was one.
    pub file: Option<PathBuf>,
    /// Data folder.
    pub data: PathBuf,
    /// Regions.
    pub regions: Vec<Region>,
    /// Where the frames of regions come from whose edges run elsewhere.
    pub origins: BTreeMap<String, Origin>,
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A file cannot be read.
    #[error("cannot read {0}: {1}; check the path and its permissions")]
    Read(PathBuf, std::io::Error),
    /// A file has a wrong key or value.
    #[error("{path}:{line}: {message}; see bonghwa.sample.toml for every key")]
    Parse {
        /// The file.
        path: String,
        /// Line, from 1.
        line: usize,
        /// What is wrong there.
        message: String,
    },
    /// An environment variable has a wrong name or value.
    #[error("environment variable {name}: {message}")]
    Environment {
        /// Its name.
        name: String,
        /// What is wrong with it.
        message: String,
    },
    /// A value that cannot be used.
    #[error("setting `{key}`: {message}")]
    Value {
        /// The key.
        key: &'static str,
        /// What is wrong with it and what to do.
        message: String,
    },
    /// No place for data is known.
    #[error("no data folder: neither XDG_DATA_HOME nor HOME is set; name one with --data")]
    NoDataFolder,
}

impl Loaded {
    /// Reads file, environment and flags, in this order, and checks what came out.
    pub fn read(flags: &Flags, environment: &[(String, String)]) -> Result<Self, SettingsError> {
        let named = flags.config.clone().or_else(|| environment::get(environment, "BONGHWA_CONFIG").map(PathBuf::from));
        let data_hint = flags.data.clone().or_else(|| environment::get(environment, "BONGHWA_DATA").map(PathBuf::from));
        let platform = platform_data_folder(environment);
        let file = match named {
            Some(path) => Some(path),
            None => [Some(PathBuf::new()), data_hint.or_else(|| platform.clone())]
                .into_iter()
                .flatten()
                .map(|folder| folder.join(FILE_NAME))
                .find(|path| path.is_file()),
        };
        let mut settings = match &file {
            Some(path) => read_file(path)?,
            None => Settings::default(),
        };
        environment::apply(&mut settings, environment)?;
        settings.listen = flags.listen.unwrap_or(settings.listen);
        settings.data = flags.data.clone().or(settings.data);
        settings.dist = flags.dist.clone().unwrap_or(settings.dist);
        settings.runbooks.dir = flags.runbooks.clone().or(settings.runbooks.dir);
        let data = settings.data.clone().or(platform).ok_or(SettingsError::NoDataFolder)?;
        let regions = match &settings.regions {
            Some(path) => parse_regions(&path.display().to_string(), &read_text(path)?)?,
            None => bundled_regions(),
        };
        settings.model.settle()?;
        check(&settings, &regions)?;
        settings.data = Some(data.clone());
        let origins = edges::origins(&settings.edges, &regions)?;
        Ok(Self { settings, file, data, regions, origins })
    }
}

/// The seventeen provinces and cities that ship with the program.
pub fn bundled_regions() -> Vec<Region> {
    // The file is part of the program and a test reads it; an empty list cannot come out of a build that was tested.
    listed(BUNDLED_REGIONS).unwrap_or_default()
}

/// Reads a file of regions (`[[region]]` tables).
pub fn parse_regions(path: &str, text: &str) -> Result<Vec<Region>, SettingsError> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        region: Vec<Region>,
    }
    let file: File = toml::from_str(text).map_err(|error| parse_error(path, text, &error))?;
    let wrong = |message: String| SettingsError::Value { key: "regions", message: format!("{path}: {message}") };
    let mut codes = std::collections::BTreeSet::new();
    for region in &file.region {
        let sound = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if region.code.is_empty() || region.code.len() > 32 || !region.code.chars().all(sound) {
            return Err(wrong(format!("the code {:?} may hold only a-z, 0-9 and -, at most 32 of them", region.code)));
        }
        if !codes.insert(region.code.as_str()) {
            return Err(wrong(format!("the code {:?} stands twice; give each region its own", region.code)));
        }
    }
    if file.region.is_empty() || file.region.len() > 1000 {
        return Err(wrong(format!("{} regions; give 1 to 1000", file.region.len())));
    }
    Ok(file.region)
}

fn read_file(path: &Path) -> Result<Settings, SettingsError> {
    let text = read_text(path)?;
    let mut settings: Settings =
        toml::from_str(&text).map_err(|error| parse_error(&path.display().to_string(), &text, &error))?;
    // A path in a file means a place beside that file, wherever the program was started.
    let folder = path.parent().unwrap_or(Path::new(""));
    for place in [&mut settings.data, &mut settings.regions, &mut settings.runbooks.dir].into_iter().flatten() {
        *place = folder.join(&place);
    }
    settings.edges.values_mut().for_each(|edge| edge.beside(folder));
    settings.model.beside(folder);
    if settings.dist != Settings::default().dist {
        settings.dist = folder.join(&settings.dist);
    }
    Ok(settings)
}

fn read_text(path: &Path) -> Result<String, SettingsError> {
    std::fs::read_to_string(path).map_err(|error| SettingsError::Read(path.to_path_buf(), error))
}

fn parse_error(path: &str, text: &str, error: &toml::de::Error) -> SettingsError {
    let end = error.span().map_or(0, |span| span.start).min(text.len());
    let line = text.as_bytes().iter().take(end).filter(|&&b| b == b'\n').count() + 1;
    SettingsError::Parse { path: path.to_string(), line, message: error.message().replace('\n', " ") }
}

fn platform_data_folder(environment: &[(String, String)]) -> Option<PathBuf> {
    let set = |name: &str| environment::get(environment, name).filter(|value| !value.is_empty());
    set("XDG_DATA_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| set("HOME").map(|home| Path::new(home).join(".local/share")))
        .map(|folder| folder.join("bonghwa"))
}

fn check(settings: &Settings, regions: &[Region]) -> Result<(), SettingsError> {
    let wrong = |key, message: String| Err(SettingsError::Value { key, message });
    if !regions.iter().any(|region| region.code == settings.default_region) {
        let known: Vec<_> = regions.iter().map(|region| region.code.as_str()).collect();
        return wrong(
            "default_region",
            format!("there is no region {:?}; choose one of {}", settings.default_region, known.join(", ")),
        );
    }
    let limits = &settings.limits;
    let counts = [
        ("limits.compressed_bytes", limits.compressed_bytes),
        ("limits.decompressed_bytes", limits.decompressed_bytes),
        ("limits.ratio", limits.ratio),
        ("limits.attributes", limits.attributes),
        ("limits.routes", limits.routes),
        ("limits.services", limits.services),
        ("limits.series", limits.series),
        ("limits.in_flight_requests", limits.in_flight_requests),
        ("limits.live_connections", limits.live_connections),
    ];
    for (key, value) in counts {
        if value == 0 || value > 1 << 30 {
            return wrong(key, format!("{value} is out of range; give 1 to 2^30"));
        }
    }
    if limits.in_flight_bytes < limits.compressed_bytes || limits.in_flight_bytes > 1 << 36 {
        return wrong("limits.in_flight_bytes", "give at least limits.compressed_bytes, at most 64 GiB".into());
    }
    settings.reports.check()?;
    settings.sessions.check()?;
    objectives::check(&settings.objectives)?;
    let retention = &settings.retention;
    let spans = [
        ("retention.two_seconds", retention.two_seconds, 600),
        ("retention.minute", retention.minute, 7_200),
        ("retention.five_minutes", retention.five_minutes, 86_400),
        ("retention.hour", retention.hour, 86_400),
    ];
    for (key, value, least) in spans {
        if value.0 < least || value.0 > 100 * 366 * 86_400 {
            return wrong(key, format!("{value} is out of range; give at least {}", Seconds(least)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
