//! `GET /api/chart.{png,svg}`: a chart as a picture.

use axum::extract::State;
use axum::http::{HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use bonghwa_analytics::format::Lang;

use super::api::{chart, measure};
use super::error::ApiError;
use super::query::Parameters;
use super::{App, api};
use crate::picture::Picture;

/// `GET /api/chart.png`
pub(super) async fn png(State(app): State<App>, uri: Uri) -> Result<Response, ApiError> {
    answer(&app, &uri, Form::Png).await
}

/// `GET /api/chart.svg`
pub(super) async fn svg(State(app): State<App>, uri: Uri) -> Result<Response, ApiError> {
    answer(&app, &uri, Form::Svg).await
}

/// Form of a picture.
#[derive(Clone, Copy)]
enum Form {
    Png,
    Svg,
}

async fn answer(app: &App, uri: &Uri, form: Form) -> Result<Response, ApiError> {
    let parameters = Parameters::read(uri, &["region", "measure", "from", "to", "lang"])?;
    let (from, to) = parameters.period(api::LONGEST)?;
    let measure = measure(&parameters)?;
    let lang = match parameters.get("lang") {
        Some(tag) => Lang::from_tag(tag)
            .ok_or_else(|| ApiError::Parameter(format!("lang = {tag:?} is not known; give ko or en")))?,
        None => Lang::Ko,
    };
    let code = parameters.need("region")?;
    let chart = chart(app, code, measure, from, to).await?;
    let ready = app.ready()?;
    let region = ready.centre.regions().iter().find(|region| region.code == code);
    let region = match region {
        Some(region) => lang.pick(&region.official_ko, &region.official_en),
        None => lang.pick("전국", "Nationwide"),
    }
    .to_string();
    let system = lang.pick(&app.settings.title.ko, &app.settings.title.en).to_string();
    let demo = ready.demo.is_some();
    let drawn = tokio::task::spawn_blocking(move || {
        let picture = Picture { chart: &chart, region: &region, system: &system, demo, lang, to };
        match form {
            Form::Png => picture.png(),
            Form::Svg => picture.svg().map(String::into_bytes),
        }
    });
    let bytes = drawn
        .await
        .map_err(|error| ApiError::Internal(format!("the picture could not be drawn: {error}")))?
        .map_err(|error| ApiError::Internal(error.to_string()))?;
    let kind = match form {
        Form::Png => "image/png",
        Form::Svg => "image/svg+xml",
    };
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static(kind))], bytes).into_response())
}
