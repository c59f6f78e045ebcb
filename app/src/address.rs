//! The address holds the whole state: page, period, comparison, filters, language, theme and text size.
//!
//! Links are made from an [`Address`] with one thing changed, so the rest of the state is kept. Defaults are left out.
//! The same keys serve the data interface (`/api/now`, `/api/region`).

mod asked;
mod choices;
mod interface;
mod query;

use bonghwa_analytics::atlas::NATION;
use bonghwa_analytics::format::{Lang, local};
use bonghwa_analytics::identity::IdentityMode;
use bonghwa_analytics::report::ReportKind;
use bonghwa_analytics::view::{ForecastQuery, IncidentsQuery, Measure, NowQuery, RegionQuery, SessionsQuery, WhyQuery};

pub use asked::{AskQuery, CombineQuery, Earlier, MOST_BEFORE, ReportsQuery, Window};
use choices::not_first;
pub use choices::{
    COMPARISONS, FORECAST_MEASURES, HORIZONS, INCIDENT_SPANS, LINE_MEASURES, MAP_MEASURES, MODES, SPANS, WHY_MEASURES,
    WINDOWS, name_of,
};
pub use interface::{forecast_query, incidents_query, now_query, region_query, sessions_query, why_query};
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

/// A period that ends now, or one of the past.
fn put_period(put: &mut impl FnMut(&'static str, Option<String>), period: (Option<i64>, Option<i64>), span: i64) {
    if let (Some(from), Some(to)) = period {
        put("from", Some(local(from)));
        put("to", Some(local(to)));
    } else {
        put("span", not_first(span, &SPANS));
    }
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

#[cfg(test)]
mod tests;
