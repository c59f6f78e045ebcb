//! Steering the demonstration: `GET /api/demo`, `POST /api/demo/break`, `POST /api/demo/heal`.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::App;
use super::error::ApiError;
use crate::clock;
use crate::demo::{ActiveFault, Demo, DemoError, Fault};

/// Body of `POST /api/demo/break`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Break {
    /// Code of the region.
    pub region: String,
    /// Name of the fault, such as `slow-db`.
    pub fault: String,
}

/// Body of `POST /api/demo/heal`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Heal {
    /// Code of the region.
    pub region: String,
}

/// The faults there are, and those that are active.
pub(super) async fn list(State(app): State<App>) -> Result<Json<Value>, ApiError> {
    let demo = running(&app)?;
    let faults: Vec<_> = Fault::ALL.iter().map(|fault| fault.name()).collect();
    Ok(Json(json!({ "faults": faults, "active": demo.active(clock::now()) })))
}

/// Starts a fault.
pub(super) async fn break_region(
    State(app): State<App>,
    body: Result<Json<Break>, JsonRejection>,
) -> Result<Json<ActiveFault>, ApiError> {
    let Json(body) = body.map_err(wrong)?;
    let demo = running(&app)?;
    let fault: Fault =
        body.fault.parse().map_err(|error: crate::demo::UnknownFault| ApiError::Body(error.to_string()))?;
    app.ready()?.known(&body.region)?;
    demo.break_region(&body.region, fault, clock::now()).map(Json).map_err(|error| refused(&error))
}

/// Ends the fault of a region; the answer says which it was, or null.
pub(super) async fn heal(
    State(app): State<App>,
    body: Result<Json<Heal>, JsonRejection>,
) -> Result<Json<Option<ActiveFault>>, ApiError> {
    let Json(body) = body.map_err(wrong)?;
    let demo = running(&app)?;
    app.ready()?.known(&body.region)?;
    demo.heal(&body.region, clock::now()).map(Json).map_err(|error| refused(&error))
}

fn running(app: &App) -> Result<&Demo, ApiError> {
    let none = || ApiError::NotFound("the demonstration does not run here; start the server without --empty".into());
    app.ready()?.demo.as_ref().ok_or_else(none)
}

/// What a body that cannot be read is told.
pub(super) fn wrong(rejection: JsonRejection) -> ApiError {
    match rejection {
        JsonRejection::MissingJsonContentType(_) => ApiError::MediaType("send application/json".into()),
        other => ApiError::Body(other.body_text()),
    }
}

fn refused(error: &DemoError) -> ApiError {
    match error {
        DemoError::UnknownRegion(_) => ApiError::Parameter(error.to_string()),
    }
}
