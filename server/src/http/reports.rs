//! Reports: `GET`/`POST /api/reports`, `GET`/`DELETE /api/reports/{id}`, `POST /api/reports/{id}/cancel`, and their files.
//!
//! Orders and cancellations also come from forms of pages without scripts, which are led back to the list.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use bonghwa_analytics::ask::Format;
use bonghwa_analytics::desk::Desk;
use bonghwa_analytics::report::{ReportEntry, ReportKind, ReportOrder, ReportQuery, ReportsView};
use bonghwa_report::media_type;

use super::App;
use super::error::ApiError;
use super::percent::disposition;
use super::query::Parameters;
use crate::centre::Centre;
use crate::clock;
use crate::reports::{ReportError, Reports, Weekly};

/// Bytes of an order.
const LONGEST: usize = 64 << 10;
/// Policy of a report that a browser shows: its own style, nothing else.
const SHOWN: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'; base-uri 'none'; \
                     form-action 'none'";

/// The list.
pub(super) async fn list(State(app): State<App>, uri: Uri) -> Result<Json<ReportsView>, ApiError> {
    Parameters::read(&uri, &[])?;
    let ready = app.ready()?;
    let (reports, weekly) = (ready.reports.clone(), app.settings.reports.weekly);
    ready.ask(move |centre| Ok(view(centre, &reports, weekly))).await.map(Json)
}

/// The list with what the page needs.
pub(super) fn view(centre: &Centre, reports: &Reports, weekly: Option<Weekly>) -> ReportsView {
    let settings = centre.settings();
    ReportsView {
        as_of: centre.as_of(),
        demo: settings.demo,
        title: settings.title.clone(),
        regions: settings.regions.to_vec(),
        entries: reports.list(),
        weekly: weekly.map(String::from).unwrap_or_default(),
        kept: reports.most() as u32,
    }
}

/// Takes an order, as JSON or from a form.
pub(super) async fn create(State(app): State<App>, headers: HeaderMap, body: Bytes) -> Result<Response, ApiError> {
    if body.len() > LONGEST {
        return Err(ApiError::TooLarge(format!("an order holds at most {LONGEST} bytes")));
    }
    let form = is_form(&headers);
    let (order, back) = if form {
        of_form(&body)?
    } else {
        let order = serde_json::from_slice(&body).map_err(|error| ApiError::Body(error.to_string()))?;
        (order, String::new())
    };
    let ready = app.ready()?;
    order.query.regions.iter().try_for_each(|code| ready.known(code))?;
    let (reports, who) = (ready.reports.clone(), app.gate.who(&headers));
    let made = ready.ask(move |centre| Ok(reports.create(centre, order, &who, clock::now()))).await?;
    let entry = made.map_err(refused)?;
    if form { Ok(Redirect::to(&back).into_response()) } else { Ok(Json(entry).into_response()) }
}

/// One report.
pub(super) async fn one(State(app): State<App>, Path(id): Path<String>) -> Result<Json<ReportEntry>, ApiError> {
    app.ready()?.reports.get(&id).map(Json).map_err(refused)
}

/// Stops a report, or takes one away that is over.
pub(super) async fn remove(State(app): State<App>, Path(id): Path<String>) -> Result<Json<ReportEntry>, ApiError> {
    let reports = app.ready()?.reports.clone();
    app.ready()?.ask(move |_| Ok(reports.cancel(&id))).await?.map(Json).map_err(refused)
}

/// The same from a form.
pub(super) async fn cancel(State(app): State<App>, Path(id): Path<String>, body: Bytes) -> Result<Redirect, ApiError> {
    let back = back(&pairs(&body));
    let reports = app.ready()?.reports.clone();
    app.ready()?.ask(move |_| Ok(reports.cancel(&id))).await?.map_err(refused)?;
    Ok(Redirect::to(&back))
}

/// A file of a report, by its ending, or what it says as `document.json`.
pub(super) async fn file(
    State(app): State<App>,
    Path((id, name)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let reports = app.ready()?.reports.clone();
    if name == "document.json" {
        let bytes = app.ready()?.ask(move |_| Ok(reports.document(&id))).await?.map_err(refused)?;
        return Ok(([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], bytes).into_response());
    }
    let format = name.strip_prefix("file.").and_then(Format::from_name);
    let format = format.ok_or_else(|| {
        ApiError::NotFound("a report has file.html, file.pdf, file.xlsx, file.hwpx and document.json".into())
    })?;
    let (name, bytes) = app.ready()?.ask(move |_| Ok(reports.file(&id, format))).await?.map_err(refused)?;
    let shown = format == Format::Html;
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(format)));
    let kind = if shown { "inline" } else { "attachment" };
    if let Ok(value) = HeaderValue::from_str(&disposition(kind, &name, &format!("report.{}", format.name()))) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    if shown {
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(SHOWN));
    }
    Ok(response)
}

/// Whether a body comes from a form of a page.
pub(super) fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.starts_with("application/x-www-form-urlencoded")
}

fn pairs(body: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(body).into_owned().collect()
}

/// The page that a form stands on, with its language and colours: an address of ours.
fn back(pairs: &[(String, String)]) -> String {
    let named = pairs.iter().find(|(key, _)| key == "back").map(|(_, value)| value.as_str());
    let sound =
        |path: &&str| path.starts_with("/reports") && !path.contains(['\r', '\n', '\\']) && !path.contains("//");
    named.filter(sound).unwrap_or("/reports").to_owned()
}

/// An order of a form, and where to go then.
fn of_form(body: &[u8]) -> Result<(ReportOrder, String), ApiError> {
    let pairs = pairs(body);
    let mut order = ReportOrder::default();
    let mut query = ReportQuery::default();
    for (key, value) in &pairs {
        let wrong = || ApiError::Body(format!("{key} = {value:?} is not known"));
        match key.as_str() {
            "kind" => query.kind = ReportKind::from_name(value).ok_or_else(wrong)?,
            "incident" => query.incident.clone_from(value),
            "region" if value.is_empty() => {}
            "region" => query.regions.push(value.clone()),
            "at" if value.trim().is_empty() => {}
            "at" => query.at = Some(bonghwa_analytics::format::parse_local(value).ok_or_else(wrong)?),
            "format" => order.formats.push(Format::from_name(value).ok_or_else(wrong)?),
            "lang" => order.english = value == "en",
            "why" => order.why.clone_from(value),
            "back" => {}
            _ => return Err(ApiError::Body(format!("there is no field {key:?}"))),
        }
    }
    // The field stands on the page for all kinds.
    if query.kind != ReportKind::Incident {
        query.incident.clear();
    }
    order.query = query;
    let back = back(&pairs);
    Ok((order, back))
}

fn refused(error: ReportError) -> ApiError {
    match error {
        ReportError::Unknown(_) | ReportError::NoFile(_) => ApiError::NotFound(error.to_string()),
        ReportError::Order(message) => ApiError::Body(message),
        ReportError::Full => ApiError::Busy { reason: "many reports wait already", retry_after: 30 },
        ReportError::Folder(_) => ApiError::Storage(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_read_and_lead_back() {
        let body = b"kind=month&region=&region=seoul&format=pdf&format=hwpx&lang=en&why=%EA%B0%80&at=&incident=x&back=/reports?lang=en";
        let (order, back) = of_form(body).expect("a form");
        assert_eq!((order.query.kind, order.query.regions.as_slice()), (ReportKind::Month, &["seoul".to_owned()][..]));
        assert_eq!((order.formats.len(), order.english, order.why.as_str()), (2, true, "가"));
        assert_eq!((order.query.incident.as_str(), back.as_str()), ("", "/reports?lang=en"));
        for elsewhere in ["back=https://example.org", "back=//example.org", "back=/reports//x", "back=/x"] {
            assert_eq!(of_form(elsewhere.as_bytes()).expect("a form").1, "/reports");
        }
        for wrong in ["kind=year", "format=doc", "at=soon", "x=1"] {
            assert!(of_form(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }
}
