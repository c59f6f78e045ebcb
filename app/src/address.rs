//! The address holds the whole state: page, period, comparison, filters, language, theme and text size.
//!
//! Links are made from an [`Address`] with one thing changed, so the rest of the state is kept. Defaults are left out.
//! The same keys serve the data interface (`/api/now`, `/api/region`).

use bonghwa_analytics::atlas::NATION;
use bonghwa_analytics::format::{Lang, local, parse_local};
use bonghwa_analytics::identity::IdentityMode;
use bonghwa_analytics::time::{DAY, WEEK, day_start, week_start};
use bonghwa_analytics::view::{ForecastQuery, Measure, NowQuery, RegionQuery};

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
    /// 합쳐 보기.
    Combine(CombineQuery),
    /// 예측·용량.
    Forecast(ForecastQuery),
    /// How to connect data.
    Connect,
    /// Glossary and method.
    Help,
    /// No such page: the path as asked.
    Missing(String),
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
/// How far a forecast looks ahead, the first is the default.
pub const HORIZONS: [(i64, &str); 4] = [(DAY, "24h"), (3 * 3600, "3h"), (WEEK, "7d"), (4 * WEEK, "28d")];
/// Periods of a region's page that end now, with their names.
pub const SPANS: [(i64, &str); 4] = [(86_400, "24h"), (3600, "1h"), (21_600, "6h"), (604_800, "7d")];
/// Compared periods: the day before, the week before, none.
pub const COMPARISONS: [(i64, &str); 3] = [(DAY, "day"), (WEEK, "week"), (0, "none")];
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
            "/combine" => Page::Combine(query.combine()),
            "/forecast" => Page::Forecast(query.forecast()),
            "/connect" => Page::Connect,
            "/help" => Page::Help,
            other => match other.strip_prefix("/region/") {
                Some(code) if !code.contains('/') => Page::Region(query.region(&decode(code))),
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
        let mut out = self.path();
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
        match &self.page {
            Page::Now(..) => "/".to_owned(),
            Page::Region(q) => {
                let mut out = "/region/".to_owned();
                encode(&mut out, &q.region);
                out
            }
            Page::Combine(_) => "/combine".to_owned(),
            Page::Forecast(_) => "/forecast".to_owned(),
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
            Self::Region(q) => {
                if let (Some(from), Some(to)) = (q.from, q.to) {
                    put("from", Some(local(from)));
                    put("to", Some(local(to)));
                } else {
                    put("span", not_first(q.span, &SPANS));
                }
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
            Self::Forecast(q) => {
                put("region", (q.region != NATION).then(|| q.region.clone()));
                put("measure", not_first(q.measure, &FORECAST_MEASURES));
                put("service", (!q.service.is_empty()).then(|| q.service.clone()));
                put("horizon", not_first(q.horizon, &HORIZONS));
                put("threshold", q.threshold.map(decimal));
            }
            Self::Connect | Self::Help | Self::Missing(_) => {}
        }
        out
    }
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

/// The query of `/api/forecast`: the same keys as the page's address.
pub fn forecast_query(query: &str) -> ForecastQuery {
    Query::parse(query).forecast()
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

struct Query(Vec<(String, String)>);

impl Query {
    fn parse(query: &str) -> Self {
        let pairs = query.trim_start_matches('?').split('&').filter(|pair| !pair.is_empty());
        Self(
            pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(k, v)| (decode(k), decode(v))).collect(),
        )
    }

    fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(k, v)| k == key && !v.is_empty()).map(|(_, v)| v.as_str())
    }

    fn instant(&self, key: &str) -> Option<i64> {
        self.get(key).and_then(parse_local)
    }

    /// The choice of this name, else the first.
    fn choice<T: Copy>(&self, key: &str, choices: &[(T, &str); 4]) -> T {
        self.maybe(key, choices).unwrap_or(choices[0].0)
    }

    fn maybe<T: Copy>(&self, key: &str, choices: &[(T, &str)]) -> Option<T> {
        let name = self.get(key)?;
        choices.iter().find(|(_, n)| *n == name).map(|(choice, _)| *choice)
    }

    fn period(&self) -> (Option<i64>, Option<i64>) {
        match (self.instant("from"), self.instant("to")) {
            (Some(from), Some(to)) if from < to && to - from <= 800 * DAY => (Some(from), Some(to)),
            _ => (None, None),
        }
    }

    fn now(&self) -> NowQuery {
        let window = self.get("w").and_then(|w| w.parse().ok()).filter(|w| WINDOWS.contains(w));
        NowQuery {
            mode: self.maybe("mode", &MODES),
            window: window.unwrap_or(WINDOWS[0]),
            map: self.choice("map", &MAP_MEASURES),
            at: self.instant("at"),
        }
    }

    fn region(&self, code: &str) -> RegionQuery {
        let (from, to) = self.period();
        RegionQuery {
            region: code.to_owned(),
            mode: self.maybe("mode", &MODES),
            span: self.choice("span", &SPANS),
            from,
            to,
            compare: self.maybe("vs", &COMPARISONS).unwrap_or(COMPARISONS[0].0),
            service: self.get("service").unwrap_or_default().to_owned(),
        }
    }

    fn forecast(&self) -> ForecastQuery {
        ForecastQuery {
            region: self.get("region").unwrap_or(NATION).to_owned(),
            measure: self.maybe("measure", &FORECAST_MEASURES).unwrap_or(FORECAST_MEASURES[0].0),
            service: self.get("service").unwrap_or_default().to_owned(),
            horizon: self.maybe("horizon", &HORIZONS).unwrap_or(HORIZONS[0].0),
            threshold: self.get("threshold").and_then(threshold),
            mode: self.maybe("mode", &MODES),
        }
    }

    fn combine(&self) -> CombineQuery {
        let mut regions: Vec<String> = Vec::new();
        for code in self.0.iter().filter(|(k, _)| k == "r").flat_map(|(_, v)| v.split(',')) {
            if !code.is_empty() && regions.len() < 64 && !regions.iter().any(|r| r == code) {
                regions.push(code.to_owned());
            }
        }
        let window = match self.period() {
            (Some(from), Some(to)) if self.get("w").is_none_or(|w| w == "fixed") => Window::Fixed(from, to),
            _ => self.maybe("w", &Window::NAMED).unwrap_or(Window::Today),
        };
        let chosen = self.0.iter().any(|(k, _)| k == "r");
        CombineQuery { regions, chosen, window, mode: self.maybe("mode", &MODES) }
    }
}

/// Percent-decoding of `application/x-www-form-urlencoded`; a broken escape stays as it is, bytes that are not UTF-8
/// become replacement characters.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let escaped =
            tail.get(..2).and_then(|hex| std::str::from_utf8(hex).ok()).and_then(|h| u8::from_str_radix(h, 16).ok());
        let (decoded, after) = match (byte, escaped) {
            (b'%', Some(value)) => (value, tail.get(2..).unwrap_or_default()),
            (b'+', _) => (b' ', tail),
            _ => (byte, tail),
        };
        bytes.push(decoded);
        rest = after;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn encode(out: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~,:".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(b"0123456789ABCDEF"[usize::from(byte >> 4)]));
            out.push(char::from(b"0123456789ABCDEF"[usize::from(byte & 15)]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(path: &str, query: &str) -> String {
        let address = Address::parse(path, query);
        let href = address.href();
        let (path, query) = href.split_once('?').unwrap_or((&href, ""));
        assert_eq!(Address::parse(path, query), address, "{href}");
        href
    }

    #[test]
    fn defaults_are_left_out_and_the_rest_is_kept() {
        assert_eq!(round("/", "w=300&map=load&line=users"), "/");
        assert_eq!(
            round("/", "?w=1800&map=p95&line=errors&lang=en&theme=dark&size=4"),
            "/?w=1800&map=p95&line=errors&lang=en&theme=dark&size=4"
        );
        assert_eq!(round("/", "at=2026-06-18T14%3A05&mode=ip"), "/?mode=ip&at=2026-06-18T14:05");
        assert_eq!(
            round("/region/seoul", "span=7d&vs=week&service=a+b%26c"),
            "/region/seoul?span=7d&vs=week&service=a%20b%26c"
        );
        assert_eq!(
            round("/region/seoul", "from=2026-06-18T00:00&to=2026-06-18T14:05"),
            "/region/seoul?from=2026-06-18T00:00&to=2026-06-18T14:05"
        );
        assert_eq!(round("/combine", "r=seoul&r=busan,seoul&w=yesterday"), "/combine?r=seoul,busan&w=yesterday");
        assert_eq!(round("/combine", "r=&w=5m"), "/combine?r=&w=5m");
        assert_eq!(
            round("/combine/", "from=2026-06-18&to=2026-06-19"),
            "/combine?from=2026-06-18T00:00&to=2026-06-19T00:00"
        );
        assert_eq!(round("/forecast", "region=all&measure=load&horizon=24h"), "/forecast");
        assert_eq!(
            round("/forecast", "region=seoul&measure=heap&service=was&horizon=7d&threshold=0.85"),
            "/forecast?region=seoul&measure=heap&service=was&horizon=7d&threshold=0.85"
        );
        assert_eq!(round("/forecast", "threshold=-1&measure=heat&horizon=9y"), "/forecast");
        for (text, kept) in [("5000", "5000"), ("0.850", "0.85"), ("12.3456789", "12.345678"), ("0", "0"), ("7.", "7")]
        {
            assert_eq!(round("/forecast", &format!("threshold={text}")), format!("/forecast?threshold={kept}"));
        }
        for text in ["NaN", ".5", "1e3", "1.2.3", "12345678901", "x"] {
            assert_eq!(threshold(text), None, "{text}");
        }
        assert_eq!(round("/nowhere/at/all", ""), "/nowhere/at/all");
    }

    #[test]
    fn nonsense_is_absent() {
        let a = Address::parse("/", "w=7&map=rainbow&at=never&lang=fr&theme=pink&size=9&%zz=%");
        assert_eq!(a, Address::home());
        let Page::Region(q) = Address::parse("/region/seoul", "from=2026-06-19&to=2026-06-18").page else { panic!() };
        assert_eq!((q.from, q.to, q.span), (None, None, 86_400));
    }

    #[test]
    fn windows_end_on_minutes() {
        let t = parse_local("2026-06-18T14:05").unwrap();
        assert_eq!(Window::Last(300).resolve(t + 31), (t - 300, t));
        assert_eq!(Window::Today.resolve(t), (day_start(t), t));
        assert_eq!(Window::Yesterday.resolve(t), (day_start(t) - DAY, day_start(t)));
        assert_eq!(Window::Week.resolve(t).0, day_start(t) - 3 * DAY);
        assert_eq!(Window::Today.resolve(day_start(t)), (day_start(t), day_start(t) + 60));
    }

    #[test]
    fn any_text_parses() {
        for path in ["", "/", "//", "/region/", "/region/%ff%fe", "/region/a/b", "/\u{1F525}"] {
            for query in ["&&&", "=&=", "r=%", "from=%2", "w=%00", "r=,,,,"] {
                let address = Address::parse(path, query);
                assert!(address.href().is_ascii() || matches!(address.page, Page::Missing(_)));
            }
        }
    }
}
