//! The data interface over a desk of files: what pages ask for, as the server answers it.

use bonghwa_analytics::answer::reply;
use bonghwa_analytics::atlas::{AtlasError, NATION};
use bonghwa_analytics::desk::{self, Desk, Files};
use bonghwa_analytics::format::parse_local;
use bonghwa_analytics::frame::Sections;
use bonghwa_analytics::report::{Made, ReportQuery, ReportsView, report};
use bonghwa_analytics::time::DAY;
use bonghwa_analytics::view::{ForecastQuery, Measure, RunbookView, SessionsQuery};
use bonghwa_app::address::{
    Address, MODES, Page, forecast_query, incidents_query, now_query, region_query, sessions_query, why_query,
};
use bonghwa_file::{FramesQuery, frames};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde::de::IntoDeserializer as _;
use serde::de::value::{Error as ValueError, StrDeserializer};

const JSON: &str = "application/json";

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    /// No such address, region or incident.
    #[error("{0}")]
    Missing(String),
    /// A parameter that makes no sense.
    #[error("{0}")]
    Parameter(String),
    /// Rows that cannot be read.
    #[error(transparent)]
    Rows(#[from] AtlasError),
    /// What was made cannot be written.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

impl Refusal {
    /// As in HTTP.
    pub(crate) fn status(&self) -> u16 {
        match self {
            Self::Missing(_) | Self::Rows(AtlasError::Region(_)) => 404,
            Self::Parameter(_) => 400,
            Self::Rows(_) | Self::Json(_) => 500,
        }
    }
}

/// Media type and body of the answer to `GET` of an address.
pub(crate) fn answer(desk: &Files, url: &str) -> Result<(&'static str, Vec<u8>), Refusal> {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let as_of = desk.as_of();
    match path {
        "/api/now" => json(&desk.now_page(&now_query(query))?),
        "/api/region" => {
            let query = region_query(query);
            match desk::region(desk, &query) {
                // The page says so, and names the regions that there are.
                Err(AtlasError::Region(_)) => json(&desk::unknown_region(desk, &query)),
                view => json(&view?),
            }
        }
        "/api/sessions" => {
            let query = sessions_query(query);
            let known = desk.known(&query.region).is_ok();
            json(&desk.sessions_page(&if known { query } else { SessionsQuery { region: String::new(), ..query } })?)
        }
        "/api/incidents" => {
            let query = incidents_query(query);
            json(&desk::incidents(desk, &query, as_of - query.span.clamp(3600, 62 * DAY), as_of)?)
        }
        "/api/incident" => json(&desk::incident(desk, &Parameters::read(query).need("id")?)?),
        "/api/forecast" => {
            let query = forecast_query(query);
            let known = query.region == NATION || desk.known(&query.region).is_ok();
            let query = if known { query } else { ForecastQuery { region: NATION.into(), ..query } };
            json(&desk.forecast_page(&query)?)
        }
        "/api/why" => json(&desk::why(desk, &why_query(query))?),
        "/api/series" => {
            let parameters = Parameters::read(query);
            let measure: Measure = parameters.name("measure")?;
            let (from, to) = parameters.period()?;
            json(&desk::series(desk, &parameters.need("region")?, measure, from, to)?)
        }
        "/api/ask" => match Address::parse("/ask", query).page {
            Page::Ask(query) => json(&reply(desk, &query.into())?),
            _ => Err(Refusal::Missing(path.to_owned())),
        },
        "/api/frames" => registers(desk, &Parameters::read(query)),
        "/api/runbook" => json(&runbooks(desk)),
        "/api/reports" => json(&reports(desk)),
        "/api/report" => made(desk, &Parameters::read(query)),
        _ => Err(Refusal::Missing(format!("there is nothing at {path}"))),
    }
}

fn json(value: &impl Serialize) -> Result<(&'static str, Vec<u8>), Refusal> {
    Ok((JSON, serde_json::to_vec(value)?))
}

/// Registers of all regions for 합쳐 보기.
fn registers(desk: &Files, parameters: &Parameters) -> Result<(&'static str, Vec<u8>), Refusal> {
    let (from, to) = parameters.period()?;
    let mode = parameters.get("mode").and_then(|given| MODES.into_iter().find(|(_, name)| *name == given));
    let query = FramesQuery {
        regions: desk.settings().regions.iter().map(|region| region.code.clone()).collect(),
        from,
        to,
        coarsest: None,
        sections: Sections::REGISTERS,
        mode: mode.map(|(mode, _)| mode),
    };
    Ok(("application/vnd.bonghwa.frames", frames(desk, &query)?))
}

/// Runbooks do not travel in files.
fn runbooks(desk: &Files) -> RunbookView {
    let settings = desk.settings();
    RunbookView {
        as_of: desk.as_of(),
        demo: settings.demo,
        title: settings.title.clone(),
        regions: settings.regions.to_vec(),
        file: String::new(),
        files: Vec::new(),
        blocks: Vec::new(),
    }
}

/// Reports are made here one at a time, and kept by whoever made them.
fn reports(desk: &Files) -> ReportsView {
    let settings = desk.settings();
    ReportsView {
        as_of: desk.as_of(),
        demo: settings.demo,
        title: settings.title.clone(),
        regions: settings.regions.to_vec(),
        entries: Vec::new(),
        weekly: String::new(),
        kept: 0,
    }
}

/// What a report holds, as data; another module lays it out.
fn made(desk: &Files, parameters: &Parameters) -> Result<(&'static str, Vec<u8>), Refusal> {
    let query = ReportQuery {
        kind: parameters.name("kind")?,
        incident: parameters.get("incident").unwrap_or_default().to_owned(),
        regions: parameters.all("region"),
        at: parameters.get("at").map(|_| parameters.instant("at")).transpose()?,
    };
    match report(desk, &query, &mut |_| std::ops::ControlFlow::Continue(()))? {
        Made::Report(report) => json(&report),
        Made::NoIncident => Err(Refusal::Missing(format!("there is no incident {:?}", query.incident))),
        Made::Stopped => Err(Refusal::Missing("the report was stopped".to_owned())),
    }
}

/// The parameters of an address, decoded.
struct Parameters(Vec<(String, String)>);

impl Parameters {
    fn read(query: &str) -> Self {
        Self(form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(known, value)| known == key && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    fn all(&self, key: &str) -> Vec<String> {
        self.0.iter().filter(|(known, value)| known == key && !value.is_empty()).map(|(_, v)| v.clone()).collect()
    }

    fn need(&self, key: &str) -> Result<String, Refusal> {
        let missing = || Refusal::Parameter(format!("the parameter {key:?} is missing"));
        self.get(key).map(str::to_owned).ok_or_else(missing)
    }

    /// A name as the data model writes it (`latency_p95`).
    fn name<T: DeserializeOwned>(&self, key: &str) -> Result<T, Refusal> {
        let value = self.need(key)?;
        let source: StrDeserializer<'_, ValueError> = value.as_str().into_deserializer();
        T::deserialize(source).map_err(|error| Refusal::Parameter(format!("{key}: {error}")))
    }

    fn instant(&self, key: &str) -> Result<i64, Refusal> {
        let value = self.need(key)?;
        parse_local(&value).ok_or_else(|| Refusal::Parameter(format!("{key} = {value:?} is no instant")))
    }

    fn period(&self) -> Result<(i64, i64), Refusal> {
        let (from, to) = (self.instant("from")?, self.instant("to")?);
        let within = from < to && to - from <= 800 * DAY;
        if within { Ok((from, to)) } else { Err(Refusal::Parameter("`from` must lie before `to`".to_owned())) }
    }
}

#[cfg(test)]
mod tests;
