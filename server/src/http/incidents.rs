//! Incidents: `GET /api/incidents`, `GET /api/incident`, `POST /api/incident/mark`.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::Uri;
use bonghwa_analytics::view::{IncidentView, IncidentsView, Mark, MarkKind};
use bonghwa_app::address::{INCIDENT_SPANS, incidents_query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::App;
use super::demo::wrong;
use super::error::ApiError;
use super::query::Parameters;

/// Body of `POST /api/incident/mark`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Said {
    /// Name of the incident.
    incident: String,
    /// What is said.
    kind: MarkKind,
    /// By whom, in their own words.
    #[serde(default)]
    by: String,
}

/// The list. Takes the keys of the page's address.
pub(super) async fn list(State(app): State<App>, uri: Uri) -> Result<Json<IncidentsView>, ApiError> {
    let parameters = Parameters::read(&uri, &["region", "span"])?;
    parameters.one_of("span", &INCIDENT_SPANS)?;
    let ready = app.ready()?;
    if let Some(region) = parameters.get("region") {
        ready.known(region)?;
    }
    let query = incidents_query(uri.query().unwrap_or_default());
    ready.ask(move |centre| centre.incidents(&query)).await.map(Json)
}

/// One incident, by its name.
pub(super) async fn one(State(app): State<App>, uri: Uri) -> Result<Json<IncidentView>, ApiError> {
    let parameters = Parameters::read(&uri, &["id"])?;
    let id = parameters.need("id")?.to_owned();
    let view = app.ready()?.ask(move |centre| centre.incident(&id)).await?;
    match view.incident {
        Some(_) => Ok(Json(view)),
        None => {
            Err(ApiError::NotFound(format!("there is no incident {:?}; the list of incidents has the names", view.id)))
        }
    }
}

/// Keeps what somebody says of an incident; the answer is all that was said of it.
pub(super) async fn mark(
    State(app): State<App>,
    body: Result<Json<Said>, JsonRejection>,
) -> Result<Json<Vec<Mark>>, ApiError> {
    let Json(Said { incident, kind, by }) = body.map_err(wrong)?;
    app.ready()?.ask(move |centre| centre.mark(&incident, kind, &by)).await.map(Json)
}
