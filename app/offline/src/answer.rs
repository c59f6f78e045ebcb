//! The data interface over a desk of files: what pages ask for, as the server answers it.

use bonghwa_analytics::answer::reply;
use bonghwa_analytics::atlas::{AtlasError, NATION};
use bonghwa_analytics::desk::{self, Desk, Files};
use bonghwa_analytics::frame::Sections;
use bonghwa_analytics::parameter::{ParameterError, Parameters};
use bonghwa_analytics::report::{Made, ReportQuery, ReportsView, report};
use bonghwa_analytics::time::DAY;
use bonghwa_analytics::view::{ForecastQuery, Measure, SessionsQuery};
use bonghwa_app::address::{
    Address, MODES, Page, forecast_query, incidents_query, now_query, region_query, sessions_query, why_query,
};
use bonghwa_file::{FramesQuery, frames};
use serde::Serialize;

const JSON: &str = "application/json";
/// Longest period of a series or of registers.
const LONGEST: i64 = 800 * DAY;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    /// No such address, region or incident.
    #[error("{0}")]
    Missing(String),
    /// A parameter that makes no sense.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
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
    match path {
        "/api/now" => json(&desk.now_page(&now_query(query))?),
        "/api/region" => json(&desk::region_page(desk, &region_query(query))?),
        "/api/sessions" => {
            let query = sessions_query(query);
            let region = desk::known_or(desk, query.region, "");
            json(&desk.sessions_page(&SessionsQuery { region, ..query })?)
        }
        "/api/incidents" => json(&desk::incidents_page(desk, &incidents_query(query))?),
        "/api/incident" => json(&desk::incident(desk, parameters(query).need("id")?)?),
        "/api/forecast" => {
            let query = forecast_query(query);
            let region = desk::known_or(desk, query.region, NATION);
            json(&desk.forecast_page(&ForecastQuery { region, ..query })?)
        }
        "/api/why" => json(&desk::why(desk, &why_query(query))?),
        "/api/series" => {
            let parameters = parameters(query);
            let measure: Measure = parameters.name("measure")?;
            let (from, to) = parameters.period(LONGEST)?;
            json(&desk::series(desk, parameters.need("region")?, measure, from, to)?)
        }
        "/api/ask" => match Address::parse("/ask", query).page {
            Page::Ask(query) => json(&reply(desk, &query.into())?),
            _ => Err(Refusal::Missing(path.to_owned())),
        },
        "/api/frames" => registers(desk, &parameters(query)),
        "/api/runbook" => json(&desk::runbook(desk, parameters(query).get("file").unwrap_or_default())),
        "/api/reports" => json(&reports(desk)),
        "/api/report" => made(desk, &parameters(query)),
        _ => Err(Refusal::Missing(format!("there is nothing at {path}"))),
    }
}

fn json(value: &impl Serialize) -> Result<(&'static str, Vec<u8>), Refusal> {
    Ok((JSON, serde_json::to_vec(value)?))
}

/// Registers of all regions for 합쳐 보기.
fn registers(desk: &Files, parameters: &Parameters) -> Result<(&'static str, Vec<u8>), Refusal> {
    let (from, to) = parameters.period(LONGEST)?;
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
        regions: parameters.all("region").map(str::to_owned).collect(),
        at: parameters.instant_if_given("at")?,
    };
    match report(desk, &query, &mut |_| std::ops::ControlFlow::Continue(()))? {
        Made::Report(report) => json(&report),
        Made::NoIncident => Err(Refusal::Missing(format!("there is no incident {:?}", query.incident))),
        Made::Stopped => Err(Refusal::Missing("the report was stopped".to_owned())),
    }
}

fn parameters(query: &str) -> Parameters {
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

#[cfg(test)]
mod tests;
