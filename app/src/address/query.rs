//! Reading the query string of an address.

use bonghwa_analytics::ask::When;
use bonghwa_analytics::atlas::NATION;
use bonghwa_analytics::format::parse_local;
use bonghwa_analytics::report::ReportKind;
use bonghwa_analytics::time::DAY;
use bonghwa_analytics::view::{ForecastQuery, IncidentsQuery, NowQuery, RegionQuery, SessionsQuery, WhyQuery};

use super::{
    AskQuery, COMPARISONS, CombineQuery, Earlier, FORECAST_MEASURES, HORIZONS, INCIDENT_SPANS, MAP_MEASURES, MODES,
    MOST_BEFORE, ReportsQuery, SPANS, WHY_MEASURES, WINDOWS, Window, threshold,
};

/// Keys and values, decoded. Values that make no sense are taken as absent.
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    pub(super) fn parse(query: &str) -> Self {
        let pairs = query.trim_start_matches('?').split('&').filter(|pair| !pair.is_empty());
        Self(
            pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(k, v)| (decode(k), decode(v))).collect(),
        )
    }

    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(k, v)| k == key && !v.is_empty()).map(|(_, v)| v.as_str())
    }

    fn instant(&self, key: &str) -> Option<i64> {
        self.get(key).and_then(parse_local)
    }

    /// The choice of this name, else the first.
    pub(super) fn choice<T: Copy>(&self, key: &str, choices: &[(T, &str); 4]) -> T {
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

    pub(super) fn reports(&self) -> ReportsQuery {
        let incident = self.get("incident").unwrap_or_default().to_owned();
        let kind = self.get("kind").and_then(ReportKind::from_name).unwrap_or_default();
        // A report of an incident is one of a certain one.
        let kind = if incident.is_empty() && kind == ReportKind::Incident { ReportKind::default() } else { kind };
        ReportsQuery { kind, incident }
    }

    pub(super) fn now(&self) -> NowQuery {
        let window = self.get("w").and_then(|w| w.parse().ok()).filter(|w| WINDOWS.contains(w));
        NowQuery {
            mode: self.maybe("mode", &MODES),
            window: window.unwrap_or(WINDOWS[0]),
            map: self.choice("map", &MAP_MEASURES),
            at: self.instant("at"),
        }
    }

    pub(super) fn region(&self, code: &str) -> RegionQuery {
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

    pub(super) fn incidents(&self) -> IncidentsQuery {
        let region = self.get("region").unwrap_or_default().to_owned();
        IncidentsQuery { region, span: self.choice("span", &INCIDENT_SPANS) }
    }

    pub(super) fn sessions(&self) -> SessionsQuery {
        let (from, to) = self.period();
        let region = self.get("region").unwrap_or_default().to_owned();
        SessionsQuery { region, span: self.choice("span", &SPANS), from, to }
    }

    pub(super) fn forecast(&self) -> ForecastQuery {
        ForecastQuery {
            region: self.get("region").unwrap_or(NATION).to_owned(),
            measure: self.maybe("measure", &FORECAST_MEASURES).unwrap_or(FORECAST_MEASURES[0].0),
            service: self.get("service").unwrap_or_default().to_owned(),
            horizon: self.maybe("horizon", &HORIZONS).unwrap_or(HORIZONS[0].0),
            threshold: self.get("threshold").and_then(threshold),
            mode: self.maybe("mode", &MODES),
        }
    }

    pub(super) fn ask(&self) -> AskQuery {
        let mut before: Vec<Earlier> = Vec::new();
        for (key, value) in self.0.iter().filter(|(_, value)| !value.is_empty()) {
            if key == "b" {
                before.push(Earlier { text: value.clone(), when: None });
            } else if let (Some(last), "bwhen") = (before.last_mut(), key.as_str()) {
                // The period stands behind the question that it was chosen for.
                last.when = When::read(value);
            }
        }
        before.truncate(MOST_BEFORE);
        let pick = self.get("pick").and_then(|pick| pick.parse().ok()).filter(|pick| *pick < 10);
        let text = self.get("q").unwrap_or_default().trim().to_owned();
        let between = || When::between(self.instant("from")?, self.instant("to")?);
        let when = between().or_else(|| self.get("when").and_then(When::read));
        AskQuery { text, before, pick, when, at: self.instant("at") }
    }

    pub(super) fn why(&self) -> WhyQuery {
        let text = |key| self.get(key).unwrap_or_default().to_owned();
        WhyQuery {
            region: text("region"),
            service: text("service"),
            route: text("route"),
            caller: text("caller"),
            measure: self.maybe("measure", &WHY_MEASURES).unwrap_or(WHY_MEASURES[0].0),
            at: self.instant("at"),
        }
    }

    pub(super) fn combine(&self) -> CombineQuery {
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
pub(super) fn decode(text: &str) -> String {
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

/// Percent-encoding; what an address may hold stays as it is.
pub(super) fn encode(out: &mut String, text: &str) {
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
