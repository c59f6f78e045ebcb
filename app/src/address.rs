//! The address holds the whole state: page, period, comparison, filters, language, theme and text size.
//!
//! Links are made from an [`Address`] with one thing changed, so the rest of the state is kept. Defaults are left out.
//! The same keys serve the data interface (`/api/now`, `/api/region`).

mod query;

use bonghwa_analytics::ask::When;
use bonghwa_analytics::atlas::NATION;
use bonghwa_analytics::format::{Lang, local};
use bonghwa_analytics::identity::IdentityMode;
use bonghwa_analytics::report::ReportKind;
use bonghwa_analytics::time::{DAY, WEEK, day_start, week_start};
use bonghwa_analytics::view::{ForecastQuery, IncidentsQuery, Measure, NowQuery, RegionQuery, SessionsQuery, WhyQuery};

use query::{Query, decode, encode};

/// A page with its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The page.
    pub page: Page,
    /// Language, if the address names one.
    pub lang: Option<Lang>,
    /// Theme, if the address names one; else the browser's.
    pub theme: Option<Theme>,
    /// Text size, if the address names one.
    pub size: Option<u8>,
}

/// Which page, and what it shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Page {
    /// 지금: its query and the measure of the timeline.
    Now(NowQuery, Measure),
    /// A region.
    Region(RegionQuery),
    /// 세션.
    Sessions(SessionsQuery),
    /// 합쳐 보기.
    Combine(CombineQuery),
    /// 사건: the list.
    Incidents(IncidentsQuery),
    /// One incident, by its name.
    Incident(String),
    /// 예측·용량.
    Forecast(ForecastQuery),
    /// 묻기: a question in plain words.
    Ask(AskQuery),
    /// 판정 근거: why something was, or was not, flagged.
    Why(WhyQuery),
    /// A runbook by its file, or (empty) all of them.
    Runbook(String),
    /// 보고서.
    Reports(ReportsQuery),
    /// How to connect data.
    Connect,
    /// Glossary and method.
    Help,
    /// No such page: the path as asked.
    Missing(String),
}

/// A module of the browser; a page loads one of them, and a link to a page of another loads a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Module {
    /// How things are: now, region, combine.
    Front,
    /// What explains, foretells and is handed on: incidents, forecast, sessions, why, reports.
    Rooms,
    /// Questions and their answers, runbooks.
    Answers,
}

/// Colours of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
    /// Black and white, thicker lines.
    Contrast,
}

impl Theme {
    /// All themes, in the order of the footer.
    pub const ALL: [Self; 3] = [Self::Light, Self::Dark, Self::Contrast];

    /// Name in addresses and in `data-theme`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
            Self::Contrast => "contrast",
        }
    }
}

/// Whether there is no server: a worker of the browser answers from files (`app/offline`).
pub(crate) const OFFLINE: bool = cfg!(feature = "offline");

/// What stands before a path. A folder of files has no paths, so what a server would be asked for stands behind `#`.
const ROOT: &str = if OFFLINE { "#" } else { "" };

/// The text size that needs no mention (보통), of 1 to 5.
pub const NORMAL_SIZE: u8 = 2;

/// What the address of 합쳐 보기 holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CombineQuery {
    /// Region codes as ticked, in the order given, each once; empty before anything was chosen.
    pub regions: Vec<String>,
    /// Whether a choice was made at all (an address without `r` shows a first proposal).
    pub chosen: bool,
    /// Period.
    pub window: Window,
    /// Identity mode.
    pub mode: Option<IdentityMode>,
}

/// What the address of 묻기 holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct AskQuery {
    /// The question; empty shows what can be asked.
    pub text: String,
    /// What was asked before, oldest first, where it goes on from that.
    pub before: Vec<Earlier>,
    /// Which of several meanings.
    pub pick: Option<u8>,
    /// Another period to ask it for.
    pub when: Option<When>,
    /// The instant that "now" is, where an address is to show the same for good.
    pub at: Option<i64>,
}

/// A question that was asked before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Earlier {
    /// Its words.
    pub text: String,
    /// The other period that was chosen for it.
    pub when: Option<When>,
}

impl AskQuery {
    /// The next question of the same conversation.
    #[must_use]
    pub fn next(&self, text: &str) -> Self {
        let mut before = self.before.clone();
        before.extend((!self.text.is_empty()).then(|| Earlier { text: self.text.clone(), when: self.when }));
        let first = before.len().saturating_sub(MOST_BEFORE);
        Self { text: text.to_owned(), before: before.split_off(first), at: self.at, ..Self::default() }
    }

    /// A question by itself.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// Keys and values, defaults left out.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut out = Vec::new();
        out.extend((!self.text.is_empty()).then(|| ("q", self.text.clone())));
        for earlier in &self.before {
            out.push(("b", earlier.text.clone()));
            out.extend(earlier.when.map(|when| ("bwhen", when.name())));
        }
        out.extend(self.pick.map(|pick| ("pick", pick.to_string())));
        out.extend(self.when.map(|when| ("when", when.name())));
        out.extend(self.at.map(|at| ("at", to_the_second(at))));
        out
    }
}

/// What the address of 보고서 holds: what the form proposes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ReportsQuery {
    /// Which period.
    pub kind: ReportKind,
    /// Name of an incident to report on; empty for none.
    pub incident: String,
}

/// Earlier questions that an address holds.
pub const MOST_BEFORE: usize = 4;

/// A period to combine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// The last seconds: 300, 3600, 86,400 or 604,800.
    Last(i64),
    /// Since midnight.
    Today,
    /// The day before.
    Yesterday,
    /// Since Monday.
    Week,
    /// From and to.
    Fixed(i64, i64),
}

impl Window {
    /// Windows that have a button, with their names in addresses.
    pub const NAMED: [(Self, &str); 7] = [
        (Self::Last(300), "5m"),
        (Self::Last(3600), "1h"),
        (Self::Last(DAY), "24h"),
        (Self::Today, "today"),
        (Self::Yesterday, "yesterday"),
        (Self::Week, "week"),
        (Self::Last(WEEK), "7d"),
    ];

    /// Start and end (exclusive) at an instant, on whole minutes.
    pub fn resolve(self, as_of: i64) -> (i64, i64) {
        let now = as_of - as_of.rem_euclid(60);
        let (from, to) = match self {
            Self::Last(seconds) => (now - seconds, now),
            Self::Today => (day_start(now), now),
            Self::Yesterday => (day_start(now) - DAY, day_start(now)),
            Self::Week => (week_start(now), now),
            Self::Fixed(from, to) => (from, to),
        };
        (from, to.max(from + 60))
    }
}

/// Trailing windows of 지금, seconds.
pub const WINDOWS: [i64; 3] = [300, 60, 1800];
/// Measures of the map, the first is the default.
pub const MAP_MEASURES: [(Measure, &str); 4] = [
    (Measure::Load, "load"),
    (Measure::Users, "users"),
    (Measure::PerCapita, "per_capita"),
    (Measure::LatencyP95, "p95"),
];
/// Measures of the timeline, in the order of the cards.
pub const LINE_MEASURES: [(Measure, &str); 4] = [
    (Measure::Users, "users"),
    (Measure::Requests, "requests"),
    (Measure::ErrorRate, "errors"),
    (Measure::LatencyP95, "p95"),
];
/// Measures that are forecast, the first is the default.
pub const FORECAST_MEASURES: [(Measure, &str); 7] = [
    (Measure::Load, "load"),
    (Measure::Memory, "memory"),
    (Measure::Heap, "heap"),
    (Measure::Users, "users"),
    (Measure::Requests, "requests"),
    (Measure::ErrorRate, "errors"),
    (Measure::LatencyP95, "p95"),
];
/// Measures that are judged, the first is the default.
pub const WHY_MEASURES: [(Measure, &str); 7] = [
    (Measure::LatencyP95, "p95"),
    (Measure::ErrorRate, "errors"),
    (Measure::Requests, "requests"),
    (Measure::Users, "users"),
    (Measure::Cpu, "cpu"),
    (Measure::Memory, "memory"),
    (Measure::Heap, "heap"),
];
/// How far a forecast looks ahead, the first is the default.
pub const HORIZONS: [(i64, &str); 4] = [(DAY, "24h"), (3 * 3600, "3h"), (WEEK, "7d"), (4 * WEEK, "28d")];
/// Periods of a region's page that end now, with their names.
pub const SPANS: [(i64, &str); 4] = [(86_400, "24h"), (3600, "1h"), (21_600, "6h"), (604_800, "7d")];
/// Compared periods: the day before, the week before, none.
pub const COMPARISONS: [(i64, &str); 3] = [(DAY, "day"), (WEEK, "week"), (0, "none")];
/// Periods of 사건.
pub const INCIDENT_SPANS: [(i64, &str); 4] = [(WEEK, "7d"), (DAY, "24h"), (2 * WEEK, "14d"), (31 * DAY, "31d")];
/// Identity modes with their names.
pub const MODES: [(IdentityMode, &str); 3] =
    [(IdentityMode::Ip, "ip"), (IdentityMode::SessionCookie, "session"), (IdentityMode::UserCookie, "user")];

impl Address {
    /// An address of 지금 with nothing chosen.
    pub fn home() -> Self {
        Self::parse("/", "")
    }

    /// Reads a path and a query string (without `?`). Values that make no sense are taken as absent.
    pub fn parse(path: &str, query: &str) -> Self {
        let query = Query::parse(query);
        let page = match path.trim_end_matches('/') {
            "" => Page::Now(query.now(), query.choice("line", &LINE_MEASURES)),
            "/sessions" => Page::Sessions(query.sessions()),
            "/combine" => Page::Combine(query.combine()),
            "/incidents" => Page::Incidents(query.incidents()),
            "/forecast" => Page::Forecast(query.forecast()),
            "/why" => Page::Why(query.why()),
            "/ask" => Page::Ask(query.ask()),
            "/runbooks" => Page::Runbook(String::new()),
            "/reports" => Page::Reports(query.reports()),
            "/connect" => Page::Connect,
            "/help" => Page::Help,
            other => match other.rsplit_once('/') {
                Some(("/region", code)) => Page::Region(query.region(&decode(code))),
                Some(("/incidents", id)) => Page::Incident(decode(id)),
                Some(("/runbooks", file)) => Page::Runbook(decode(file)),
                _ => Page::Missing(other.to_owned()),
            },
        };
        Self {
            page,
            lang: query.get("lang").and_then(Lang::from_tag),
            theme: query.get("theme").and_then(|name| Theme::ALL.into_iter().find(|t| t.name() == name)),
            size: query.get("size").and_then(|s| s.parse().ok()).filter(|s| (1..=5).contains(s)),
        }
    }

    /// Path and query string, defaults left out.
    pub fn href(&self) -> String {
        let pairs = self.pairs();
        let mut out = ROOT.to_owned() + &self.path();
        for (i, (key, value)) in pairs.iter().enumerate() {
            out.push(if i == 0 { '?' } else { '&' });
            out.push_str(key);
            out.push('=');
            encode(&mut out, value);
        }
        out
    }

    /// The path alone.
    pub fn path(&self) -> String {
        let below = |folder: &str, name: &str| {
            let mut out = folder.to_owned();
            encode(&mut out, name);
            out
        };
        match &self.page {
            Page::Now(..) => "/".to_owned(),
            Page::Region(q) => below("/region/", &q.region),
            Page::Sessions(_) => "/sessions".to_owned(),
            Page::Combine(_) => "/combine".to_owned(),
            Page::Incidents(_) => "/incidents".to_owned(),
            Page::Incident(id) => below("/incidents/", id),
            Page::Forecast(_) => "/forecast".to_owned(),
            Page::Why(_) => "/why".to_owned(),
            Page::Ask(_) => "/ask".to_owned(),
            Page::Runbook(file) if file.is_empty() => "/runbooks".to_owned(),
            Page::Runbook(file) => below("/runbooks/", file),
            Page::Reports(_) => "/reports".to_owned(),
            Page::Connect => "/connect".to_owned(),
            Page::Help => "/help".to_owned(),
            Page::Missing(path) => path.clone(),
        }
    }

    /// Keys and values of the query string, defaults left out.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut out = self.page.pairs();
        let mut put = |key, value: Option<String>| out.extend(value.map(|value| (key, value)));
        put("lang", self.lang.map(|l| l.tag().to_owned()));
        put("theme", self.theme.map(|t| t.name().to_owned()));
        put("size", self.size.map(|s| s.to_string()));
        out
    }

    /// The same language, theme and text size on another page.
    #[must_use]
    pub fn to(&self, page: Page) -> Self {
        Self { page, ..self.clone() }
    }

    /// 지금 with nothing chosen but the identity mode.
    #[must_use]
    pub fn now_page(&self) -> Self {
        let mode = self.page.mode();
        self.to(Page::Now(NowQuery { mode, ..default_now() }, Measure::Users))
    }

    /// A region's page, keeping period and comparison when this is one already.
    #[must_use]
    pub fn region_page(&self, code: &str) -> Self {
        let query = match &self.page {
            Page::Region(q) => RegionQuery { region: code.to_owned(), service: String::new(), ..q.clone() },
            _ => RegionQuery { mode: self.page.mode(), ..default_region(code) },
        };
        self.to(Page::Region(query))
    }

    /// 사건, of a region or (empty) of all.
    #[must_use]
    pub fn incidents_page(&self, region: &str) -> Self {
        self.to(Page::Incidents(IncidentsQuery { region: region.to_owned(), span: INCIDENT_SPANS[0].0 }))
    }

    /// 세션, of the region at hand.
    #[must_use]
    pub fn sessions_page(&self) -> Self {
        let region = if let Page::Region(query) = &self.page { query.region.clone() } else { String::new() };
        self.to(Page::Sessions(SessionsQuery { region, span: SPANS[0].0, from: None, to: None }))
    }

    /// 예측·용량 of the region at hand.
    #[must_use]
    pub fn forecast_page(&self) -> Self {
        let region = match &self.page {
            Page::Region(query) => query.region.clone(),
            Page::Forecast(query) => query.region.clone(),
            _ => NATION.to_owned(),
        };
        let mode = self.page.mode();
        self.to(Page::Forecast(ForecastQuery { region, mode, ..forecast_query("") }))
    }

    /// 합쳐 보기 with nothing chosen.
    #[must_use]
    pub fn combine_page(&self) -> Self {
        let mode = self.page.mode();
        self.to(Page::Combine(CombineQuery { regions: Vec::new(), chosen: false, window: Window::Today, mode }))
    }
}

impl Page {
    /// The browser module that has the page. What needs no data is in all of them, and the server takes the first for it.
    pub const fn module(&self) -> Module {
        match self {
            Self::Incidents(_)
            | Self::Incident(_)
            | Self::Forecast(_)
            | Self::Sessions(_)
            | Self::Why(_)
            | Self::Reports(_) => Module::Rooms,
            Self::Ask(_) | Self::Runbook(_) => Module::Answers,
            _ => Module::Front,
        }
    }

    /// Whether this module has the page.
    pub(crate) const fn is_here(&self) -> bool {
        match (self, self.module()) {
            (Self::Connect | Self::Help | Self::Missing(_), _) => true,
            (_, Module::Front) => cfg!(feature = "front"),
            (_, Module::Rooms) => cfg!(feature = "rooms"),
            (_, Module::Answers) => cfg!(feature = "answers"),
        }
    }

    fn mode(&self) -> Option<IdentityMode> {
        match self {
            Self::Now(q, _) => q.mode,
            Self::Region(q) => q.mode,
            Self::Combine(q) => q.mode,
            Self::Forecast(q) => q.mode,
            _ => None,
        }
    }

    fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut out = Vec::new();
        let mut put = |key, value: Option<String>| out.extend(value.map(|value| (key, value)));
        put("mode", self.mode().map(|mode| name_of(mode, &MODES).to_owned()));
        match self {
            Self::Now(q, line) => {
                put("w", (q.window != WINDOWS[0]).then(|| q.window.to_string()));
                put("map", not_first(q.map, &MAP_MEASURES));
                put("at", q.at.map(local));
                put("line", not_first(*line, &LINE_MEASURES));
            }
            Self::Sessions(q) => {
                put("region", (!q.region.is_empty()).then(|| q.region.clone()));
                put_period(&mut put, (q.from, q.to), q.span);
            }
            Self::Region(q) => {
                put_period(&mut put, (q.from, q.to), q.span);
                put("vs", not_first(q.compare, &COMPARISONS));
                put("service", (!q.service.is_empty()).then(|| q.service.clone()));
            }
            Self::Combine(q) => {
                put("r", q.chosen.then(|| q.regions.join(",")));
                match q.window {
                    Window::Today => {}
                    Window::Fixed(from, to) => {
                        put("from", Some(local(from)));
                        put("to", Some(local(to)));
                    }
                    named => put("w", Some(name_of(named, &Window::NAMED).to_owned())),
                }
            }
            Self::Incidents(q) => {
                put("region", (!q.region.is_empty()).then(|| q.region.clone()));
                put("span", not_first(q.span, &INCIDENT_SPANS));
            }
            Self::Forecast(q) => {
                put("region", (q.region != NATION).then(|| q.region.clone()));
                put("measure", not_first(q.measure, &FORECAST_MEASURES));
                put("service", (!q.service.is_empty()).then(|| q.service.clone()));
                put("horizon", not_first(q.horizon, &HORIZONS));
                put("threshold", q.threshold.map(decimal));
            }
            Self::Why(q) => {
                let text = |value: &str| (!value.is_empty()).then(|| value.to_owned());
                put("region", text(&q.region));
                put("service", text(&q.service));
                put("route", text(&q.route));
                put("caller", text(&q.caller));
                put("measure", not_first(q.measure, &WHY_MEASURES));
                put("at", q.at.map(local));
            }
            Self::Ask(q) => out.extend(q.pairs()),
            Self::Reports(q) => {
                put("kind", (q.kind != ReportKind::default()).then(|| q.kind.name().to_owned()));
                put("incident", (!q.incident.is_empty()).then(|| q.incident.clone()));
            }
            Self::Incident(_) | Self::Runbook(_) | Self::Connect | Self::Help | Self::Missing(_) => {}
        }
        out
    }
}

/// An instant as [`local`] writes it, with the seconds that it has.
fn to_the_second(instant: i64) -> String {
    match instant.rem_euclid(60) {
        0 => local(instant),
        seconds => format!("{}:{seconds:02}", local(instant)),
    }
}

/// A period that ends now, or one of the past.
fn put_period(put: &mut impl FnMut(&'static str, Option<String>), period: (Option<i64>, Option<i64>), span: i64) {
    if let (Some(from), Some(to)) = period {
        put("from", Some(local(from)));
        put("to", Some(local(to)));
    } else {
        put("span", not_first(span, &SPANS));
    }
}

/// The query of `/api/sessions`: the same keys as the page's address.
pub fn sessions_query(query: &str) -> SessionsQuery {
    Query::parse(query).sessions()
}

/// The query of `/api/now`: the same keys as the page's address.
pub fn now_query(query: &str) -> NowQuery {
    Query::parse(query).now()
}

/// The query of `/api/region`: the page's keys and `region`.
pub fn region_query(query: &str) -> RegionQuery {
    let query = Query::parse(query);
    query.region(query.get("region").unwrap_or_default())
}

/// The query of `/api/incidents`: the same keys as the page's address.
pub fn incidents_query(query: &str) -> IncidentsQuery {
    Query::parse(query).incidents()
}

/// The query of `/api/forecast`: the same keys as the page's address.
pub fn forecast_query(query: &str) -> ForecastQuery {
    Query::parse(query).forecast()
}

/// The query of `/api/why`: the same keys as the page's address.
pub fn why_query(query: &str) -> WhyQuery {
    Query::parse(query).why()
}

/// A threshold in millionths; `None` for what is no decimal number from 0 to a billion. Integers only: the code that reads
/// and writes floating-point numbers would be a twentieth of the browser module.
pub fn threshold(text: &str) -> Option<i64> {
    let (whole, part) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 9 || !digits(whole) || !digits(part) {
        return None;
    }
    let part: String = part.bytes().chain(*b"000000").take(6).map(char::from).collect();
    Some(whole.parse::<i64>().ok()? * 1_000_000 + part.parse::<i64>().ok()?)
}

/// Millionths as a decimal number.
pub(crate) fn decimal(millionths: i64) -> String {
    let text = format!("{}.{:06}", millionths / 1_000_000, millionths % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn default_now() -> NowQuery {
    NowQuery { mode: None, window: WINDOWS[0], map: MAP_MEASURES[0].0, at: None }
}

fn default_region(code: &str) -> RegionQuery {
    RegionQuery {
        region: code.to_owned(),
        mode: None,
        span: SPANS[0].0,
        from: None,
        to: None,
        compare: COMPARISONS[0].0,
        service: String::new(),
    }
}

/// Name of a choice in addresses.
pub fn name_of<T: Copy + PartialEq>(value: T, choices: &[(T, &'static str)]) -> &'static str {
    choices.iter().find(|(choice, _)| *choice == value).map_or("", |(_, name)| name)
}

fn not_first<T: Copy + PartialEq>(value: T, choices: &[(T, &'static str)]) -> Option<String> {
    (choices.first().is_some_and(|(first, _)| *first != value)).then(|| name_of(value, choices).to_owned())
}

#[cfg(test)]
mod tests;
