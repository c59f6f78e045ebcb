//! The data interface: what pages show, as JSON, and frames as they are.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use bonghwa_analytics::atlas::NATION;
use bonghwa_analytics::codec::hex;
use bonghwa_analytics::frame::Sections;
use bonghwa_analytics::time::{DAY, Resolution};
use bonghwa_analytics::view::{
    CombineView, ForecastView, Measure, NowView, PeriodChart, RegionView, SessionsView, WhyView,
};
use bonghwa_app::address::{
    COMPARISONS, FORECAST_MEASURES, HORIZONS, MAP_MEASURES, MODES, SPANS, WHY_MEASURES, forecast_query, now_query,
    region_query, sessions_query, threshold, why_query,
};
use bonghwa_file::FramesQuery;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::error::ApiError;
use super::query::Parameters;
use super::{App, refused_by_centre};
use crate::pull::CURSOR_HEADER;

/// Content type of frames.
pub const FRAMES: &str = "application/vnd.bonghwa.frames";
/// Longest period of a series or of frames.
pub(super) const LONGEST: i64 = 800 * DAY;
/// Longest period of a list of sessions.
const LONGEST_SESSIONS: i64 = 31 * DAY;
/// Longest period to combine.
const LONGEST_COMBINED: i64 = 31 * DAY;
/// Most rows in one page of changes.
const MOST_ROWS: usize = 1024;
/// Most regions in one question.
const MOST_REGIONS: usize = 64;

/// `GET /api/now`: the page 지금. Takes the keys of the page's address.
pub(super) async fn now(State(app): State<App>, uri: Uri) -> Result<Json<Arc<NowView>>, ApiError> {
    let parameters = Parameters::read(&uri, &["mode", "w", "map", "at", "line"])?;
    parameters.one_of("mode", &MODES)?;
    parameters.one_of("map", &MAP_MEASURES)?;
    parameters.instant_if_given("at")?;
    if let Some(window) = parameters.get("w")
        && !["60", "300", "1800"].contains(&window)
    {
        return Err(ApiError::Parameter(format!("w = {window:?} is no window; give 60, 300 or 1800 seconds")));
    }
    let query = now_query(uri.query().unwrap_or_default());
    app.ready()?.ask(move |centre| centre.now(&query)).await.map(Json)
}

/// `GET /api/region`: the page of a region. Takes `region` and the keys of the page's address.
pub(super) async fn region(State(app): State<App>, uri: Uri) -> Result<Json<RegionView>, ApiError> {
    let parameters = Parameters::read(&uri, &["region", "mode", "span", "from", "to", "vs", "service"])?;
    parameters.one_of("mode", &MODES)?;
    parameters.one_of("span", &SPANS)?;
    parameters.one_of("vs", &COMPARISONS)?;
    if parameters.get("from").or(parameters.get("to")).is_some() {
        parameters.period(LONGEST)?;
    }
    let ready = app.ready()?;
    ready.known(parameters.need("region")?)?;
    let query = region_query(uri.query().unwrap_or_default());
    ready.ask(move |centre| centre.region(&query)).await.map(Json)
}

/// `GET /api/sessions`: the page 세션, of one region or all.
pub(super) async fn sessions(State(app): State<App>, uri: Uri) -> Result<Json<Arc<SessionsView>>, ApiError> {
    let parameters = Parameters::read(&uri, &["region", "span", "from", "to"])?;
    parameters.one_of("span", &SPANS)?;
    if parameters.get("from").or(parameters.get("to")).is_some() {
        parameters.period(LONGEST_SESSIONS)?;
    }
    let ready = app.ready()?;
    if let Some(region) = parameters.get("region") {
        ready.known(region)?;
    }
    let query = sessions_query(uri.query().unwrap_or_default());
    ready.ask(move |centre| centre.sessions(&query)).await.map(Json)
}

/// `GET /api/series`: one measure of a region over a period.
pub(super) async fn series(State(app): State<App>, uri: Uri) -> Result<Json<PeriodChart>, ApiError> {
    let parameters = Parameters::read(&uri, &["region", "measure", "from", "to"])?;
    let (from, to) = parameters.period(LONGEST)?;
    chart(&app, parameters.need("region")?, measure(&parameters)?, from, to).await.map(Json)
}

/// One measure of a region, or of the nation, over a period.
pub(super) async fn chart(
    app: &App,
    region: &str,
    measure: Measure,
    from: i64,
    to: i64,
) -> Result<PeriodChart, ApiError> {
    let ready = app.ready()?;
    if region != NATION {
        ready.known(region)?;
    }
    let region = region.to_string();
    ready.ask(move |centre| centre.series(&region, measure, from, to)).await
}

/// The measure that `measure` names.
pub(super) fn measure(parameters: &Parameters) -> Result<Measure, ApiError> {
    Ok(parameters.name("measure")?)
}

/// `GET /api/combine`: distinct identities of several regions together.
pub(super) async fn combine(State(app): State<App>, uri: Uri) -> Result<Json<CombineView>, ApiError> {
    let parameters = Parameters::read(&uri, &["regions", "from", "to", "mode"])?;
    let (from, to) = parameters.period(LONGEST_COMBINED)?;
    let ready = app.ready()?;
    let regions = regions(&app, &parameters)?;
    if regions.is_empty() {
        return Err(ApiError::Parameter("the parameter \"regions\" is missing".into()));
    }
    let mode = parameters.mode()?;
    ready.ask(move |centre| centre.combine(&regions, from, to, mode)).await.map(Json)
}

/// `GET /api/forecast`: where a measure goes, how past forecasts did, and what needs more before the quarter ends.
/// Takes the keys of the page's address; without `region` it is about the nation.
pub(super) async fn forecast(State(app): State<App>, uri: Uri) -> Result<Json<Arc<ForecastView>>, ApiError> {
    let parameters = Parameters::read(&uri, &["region", "measure", "service", "horizon", "threshold", "mode"])?;
    parameters.one_of("measure", &FORECAST_MEASURES)?;
    parameters.one_of("horizon", &HORIZONS)?;
    parameters.one_of("mode", &MODES)?;
    if let Some(text) = parameters.get("threshold")
        && threshold(text).is_none()
    {
        let message = format!("threshold = {text:?} is no number from 0 on; give it in the unit of the measure (0.8)");
        return Err(ApiError::Parameter(message));
    }
    let ready = app.ready()?;
    if let Some(region) = parameters.get("region").filter(|region| *region != NATION) {
        ready.known(region)?;
    }
    let query = forecast_query(uri.query().unwrap_or_default());
    ready.ask(move |centre| centre.forecast(&query)).await.map(Json)
}

/// `GET /api/why`: why a series was, or was not, flagged at an instant, and where its change comes from. Takes the keys of the
/// page's address; `region` must be there.
pub(super) async fn why(State(app): State<App>, uri: Uri) -> Result<Json<WhyView>, ApiError> {
    let parameters = Parameters::read(&uri, &["region", "service", "route", "caller", "measure", "at"])?;
    parameters.one_of("measure", &WHY_MEASURES)?;
    parameters.instant_if_given("at")?;
    let ready = app.ready()?;
    ready.known(parameters.need("region")?)?;
    let query = why_query(uri.query().unwrap_or_default());
    ready.ask(move |centre| centre.why(&query)).await.map(Json)
}

/// `GET /api/frames`: frames one after the other, for programs that merge by themselves. Without `regions` those of
/// all; `coarsest` bounds the width of the buckets, `mode` leaves out the registers of others. With `since` the rows of
/// one `region` that were written after a cursor.
pub(super) async fn frames(State(app): State<App>, uri: Uri, headers: HeaderMap) -> Result<Response, ApiError> {
    if uri.query().is_some_and(|query| query.split('&').any(|pair| pair.starts_with("region="))) {
        return changes(&app, &uri, &headers).await;
    }
    let parameters = Parameters::read(&uri, &["regions", "from", "to", "coarsest", "sections", "mode"])?;
    let (from, to) = parameters.period(LONGEST)?;
    let coarsest: Option<Resolution> = parameters.name_if_given("coarsest")?;
    let (ready, sections, mode) = (app.ready()?, sections(&parameters)?, parameters.mode()?);
    let mut regions = regions(&app, &parameters)?;
    if regions.is_empty() {
        regions = ready.centre.regions().iter().map(|region| region.code.clone()).collect();
    }
    let query = FramesQuery { regions, from, to, coarsest, sections, mode };
    let (bytes, tag) = ready
        .ask(move |centre| {
            let bytes = bonghwa_file::frames(centre, &query)?;
            // A digest of the bytes, so that the tag changes exactly when they do.
            let digest = Sha256::digest(&bytes);
            let tag = format!("\"{}\"", hex(digest.get(..16).unwrap_or_default()));
            Ok((bytes, tag))
        })
        .await?;
    Ok(tagged(&headers, bytes, &tag))
}

/// What a centre elsewhere copies: all sections of the rows of a region (or of the nation, `all`) that were written
/// after the cursor `since`, oldest first, about `limit` of them. The header `bonghwa-cursor` names where to go on; with
/// nothing new the answer is 304.
async fn changes(app: &App, uri: &Uri, headers: &HeaderMap) -> Result<Response, ApiError> {
    let parameters = Parameters::read(uri, &["region", "since", "limit"])?;
    let region = parameters.need("region")?.to_string();
    let ready = app.ready()?;
    if region != NATION {
        ready.known(&region)?;
    }
    let wrong = |key: &str, form: &str| ApiError::Parameter(format!("{key} cannot be read; give {form}"));
    let since = parameters.get("since").map_or(Ok(0), str::parse).map_err(|_| wrong("since", "a cursor"))?;
    let limit =
        parameters.get("limit").map_or(Ok(256), str::parse).ok().filter(|limit| (1..=MOST_ROWS).contains(limit));
    let limit = limit.ok_or_else(|| wrong("limit", "1 to 1024"))?;
    let (frames, next) = ready.ask(move |centre| centre.since(&region, since, limit)).await?;
    let mut bytes = Vec::new();
    for frame in &frames {
        frame.encode(&mut bytes);
    }
    let tag = format!("\"{next}\"");
    let mut response = tagged(headers, bytes, &tag);
    response.headers_mut().insert(CURSOR_HEADER, HeaderValue::from(next));
    Ok(response)
}

/// Frames with a tag, or 304 if the reader has them.
fn tagged(asked: &HeaderMap, bytes: Vec<u8>, tag: &str) -> Response {
    let same = asked.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).is_some_and(|value| {
        value.split(',').map(|tag| tag.trim().trim_start_matches("W/")).any(|given| given == "*" || given == tag)
    });
    let mut response =
        if same { StatusCode::NOT_MODIFIED.into_response() } else { (StatusCode::OK, bytes).into_response() };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(FRAMES));
    // To be kept, but asked for each time: a late batch may change a bucket of any age.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    if let Ok(tag) = HeaderValue::from_str(tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}

/// `GET /api/regions`: the regions by settings.
pub(super) async fn list(State(app): State<App>) -> Result<Json<Value>, ApiError> {
    Ok(Json(json!({ "regions": app.ready()?.centre.regions(), "default": app.settings.default_region })))
}

/// The regions that `regions` lists, each once; empty means all.
fn regions(app: &App, parameters: &Parameters) -> Result<Vec<String>, ApiError> {
    let ready = app.ready()?;
    let mut codes: Vec<String> = Vec::new();
    for code in parameters.list("regions") {
        ready.known(code)?;
        if !codes.iter().any(|known| known == code) {
            codes.push(code.to_string());
        }
    }
    if codes.len() > MOST_REGIONS {
        return Err(ApiError::Parameter(format!("{} regions; ask for at most {MOST_REGIONS}", codes.len())));
    }
    Ok(codes)
}

fn sections(parameters: &Parameters) -> Result<Sections, ApiError> {
    let names = parameters.list("sections");
    if names.is_empty() {
        return Ok(Sections::SUMMARY);
    }
    let mut sections = Sections::NONE;
    for name in names {
        match name {
            "summary" => sections.summary = true,
            "cells" => sections.cells = true,
            "registers" => sections.registers = true,
            "sessions" => sections.sessions = true,
            other => {
                let message = format!("there is no section {other:?}; known are summary, cells, registers, sessions");
                return Err(ApiError::Parameter(message));
            }
        }
    }
    Ok(sections)
}

impl super::Ready {
    /// Puts a question to the centre off the threads that serve connections.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&crate::centre::Centre) -> Result<T, crate::centre::CentreError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let centre = self.centre.clone();
        tokio::task::spawn_blocking(move || question(&centre))
            .await
            .map_err(|error| ApiError::Internal(format!("the answer could not be computed: {error}")))?
            .map_err(refused_by_centre)
    }

    /// Whether there is a region of this code.
    pub(crate) fn known(&self, code: &str) -> Result<(), ApiError> {
        let regions = self.centre.regions();
        if regions.iter().any(|region| region.code == code) {
            return Ok(());
        }
        let known: Vec<_> = regions.iter().map(|region| region.code.as_str()).collect();
        let given: String = code.chars().take(64).collect();
        Err(ApiError::UnknownRegion { given, known: known.join(", ") })
    }
}
