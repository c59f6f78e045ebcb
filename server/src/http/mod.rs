//! The HTTP surface: receiver, data interface, pages, static files.

mod admission;
mod answers;
mod api;
mod ask;
mod auth;
mod demo;
mod error;
mod export;
mod guard;
mod import;
mod incidents;
mod live;
mod meter;
mod metrics;
mod notice;
mod openapi;
mod otlp;
mod percent;
mod picture;
mod query;
mod render;
mod reports;
mod runbooks;

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{from_fn_with_state, map_response_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bonghwa_edge::policy::Policy;
use tokio::sync::watch;
use tower_http::catch_panic::CatchPanicLayer;

use crate::answers::AnswersError;
use crate::bundle::Bundle;
use crate::centre::{Centre, CentreError};
use crate::demo::Demo;
use crate::egress::Egress;
use crate::export::Exporter;
use crate::model::Gateway;
use crate::reports::Reports;
use crate::settings::Settings;

pub use self::admission::Admission;
pub use self::api::FRAMES;
pub use self::auth::Gate;
pub use self::error::ApiError;
pub use self::guard::Hosts;
pub use self::otlp::REGION_HEADER;

use self::meter::Meter;

/// What every handler has at hand; a cheap clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

/// See [`App`].
pub struct Inner {
    settings: Settings,
    hosts: Hosts,
    gate: Gate,
    bundle: Bundle,
    admission: Admission,
    meter: Meter,
    egress: Egress,
    model: Option<Arc<Gateway>>,
    closing: watch::Receiver<bool>,
    ready: OnceLock<Ready>,
}

/// What is there once the data folder is open and the demonstration has its past.
pub struct Ready {
    /// The regions' engines and what is made of them.
    pub centre: Centre,
    /// How telemetry is read.
    pub policy: Arc<Policy>,
    /// The demonstration, if it runs.
    pub demo: Option<Demo>,
    /// Reports that are made and kept.
    pub reports: Reports,
    /// Makes files to take away.
    pub exporter: Exporter,
}

impl Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl App {
    /// A server that is starting. `closing` turns true when it ends; what leaves for a model passes through `egress`.
    pub fn new(
        settings: Settings,
        gate: Gate,
        bundle: Bundle,
        (egress, model): (Egress, Option<Arc<Gateway>>),
        closing: watch::Receiver<bool>,
    ) -> Self {
        let hosts = Hosts::new(settings.listen, &settings.allowed_hosts);
        let admission = Admission::new(settings.limits);
        let (meter, ready) = (Meter::default(), OnceLock::new());
        Self(Arc::new(Inner { settings, hosts, gate, bundle, admission, meter, egress, model, closing, ready }))
    }

    /// Begins to take and give data. Only the first call counts.
    pub fn open(&self, ready: Ready) {
        // A second call finds the place taken, which changes nothing.
        let _ = self.ready.set(ready);
    }

    /// The one way out.
    pub(crate) fn egress(&self) -> &Egress {
        &self.egress
    }

    pub(crate) fn ready(&self) -> Result<&Ready, ApiError> {
        self.ready.get().ok_or(ApiError::Starting)
    }
}

/// Everything the server answers to.
pub fn router(app: &App) -> Router {
    let readers = from_fn_with_state(app.clone(), auth::readers);
    let stewards = from_fn_with_state(app.clone(), auth::stewards);
    let data = Router::new()
        .route("/api/now", get(api::now))
        .route("/api/region", get(api::region))
        .route("/api/sessions", get(api::sessions))
        .route("/api/series", get(api::series))
        .route("/api/combine", get(api::combine))
        .route("/api/incidents", get(incidents::list))
        .route("/api/incident", get(incidents::one))
        .route("/api/incident/mark", post(incidents::mark))
        .route("/api/forecast", get(api::forecast))
        .route("/api/why", get(api::why))
        .route("/api/ask", get(ask::page).post(ask::ask))
        .route("/api/ask/stream", post(ask::converse_live))
        .route("/api/egress", get(metrics::egress))
        .route("/api/answer", get(answers::one))
        .route("/api/answer/verdict", post(answers::judge))
        .route("/api/answers/judged", get(answers::judged))
        .route("/api/suggest", get(ask::suggestions))
        .route("/api/openapi.json", get(openapi::document))
        .route("/api/reports", get(reports::list).post(reports::create))
        .route("/api/reports/{id}", get(reports::one).delete(reports::remove))
        .route("/api/reports/{id}/cancel", post(reports::cancel))
        .route("/api/reports/{id}/{file}", get(reports::file))
        .route("/api/runbooks", get(runbooks::list))
        .route("/api/runbook", get(runbooks::one))
        .route("/api/frames", get(api::frames))
        .route("/api/export", post(export::file))
        .route("/api/regions", get(api::list))
        .route("/api/chart.png", get(picture::png))
        .route("/api/chart.svg", get(picture::svg))
        .route("/api/live", get(live::live))
        .route("/api/demo", get(demo::list))
        .route("/metrics", get(metrics::text))
        .route_service("/mcp", crate::mcp::service(app))
        .layer(readers.clone());
    let changes = Router::new()
        .route("/api/demo/break", post(demo::break_region))
        .route("/api/demo/heal", post(demo::heal))
        .route("/api/import/access-log", post(import::access_log))
        .layer(stewards);
    let open = Router::new()
        .route("/v1/traces", post(otlp::traces))
        .route("/v1/metrics", post(otlp::metrics))
        .route("/v1/logs", post(otlp::logs))
        .route("/healthz", get(metrics::health))
        .route("/login", get(auth::login_page).post(auth::login))
        .route("/logout", post(auth::logout))
        .route("/api/{*rest}", get(unknown).post(unknown));
    let pages = Router::new().fallback(get(render::page)).layer(readers).with_state(app.clone());
    Router::new()
        .merge(data)
        .merge(changes)
        .merge(open)
        .method_not_allowed_fallback(method)
        .fallback_service(render::files(app, pages))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(app.clone(), guard::stand))
        .layer(map_response_with_state(app.clone(), count))
        .with_state(app.clone())
}

async fn unknown(request: Request) -> ApiError {
    ApiError::NotFound(format!("there is nothing at {}", request.uri().path()))
}

async fn method(request: Request) -> ApiError {
    ApiError::Method(request.method().to_string())
}

/// Counts refusals, which carry their error beside their body.
async fn count(State(app): State<App>, response: Response) -> Response {
    if let Some(error) = response.extensions().get::<ApiError>() {
        app.meter.refused(error);
    }
    response
}

/// A fault of this program in one request ends that request only.
fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    ApiError::Internal("a fault in the program ended this request".into()).into_response()
}

/// What a refusal of the centre means to whoever asked.
fn refused_by_centre(error: CentreError) -> ApiError {
    match error {
        CentreError::UnknownRegion { code, known } => ApiError::UnknownRegion { given: code, known },
        CentreError::Elsewhere(_) | CentreError::Embedded(_) => ApiError::Parameter(error.to_string()),
        CentreError::Mark(ref mark) if !matches!(**mark, crate::marks::MarkError::File(..)) => {
            ApiError::Body(error.to_string())
        }
        CentreError::Answers(ref answers) => match **answers {
            AnswersError::Unknown(_) => ApiError::NotFound(error.to_string()),
            AnswersError::Words | AnswersError::TooMany => ApiError::Body(error.to_string()),
            AnswersError::Database(..) => ApiError::Storage(error.to_string()),
            AnswersError::Damaged(..) => ApiError::Internal(error.to_string()),
        },
        CentreError::NoData | CentreError::UnknownIncident(_) => ApiError::NotFound(error.to_string()),
        CentreError::Stopping => ApiError::Storage(error.to_string()),
        error if error.is_temporary() => ApiError::Storage(error.to_string()),
        error => ApiError::Internal(error.to_string()),
    }
}
