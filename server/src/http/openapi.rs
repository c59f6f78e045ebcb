//! `GET /api/openapi.json`: what this server answers to, with a schema of every answer.
//!
//! The schemas are made of the types that are serialised, so they cannot say anything else than what is sent.
//! Source: OpenAPI Specification 3.1, whose schemas are JSON Schema 2020-12.

use std::sync::OnceLock;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bonghwa_analytics::answer::{Asking, Reply};
use bonghwa_analytics::ask::Suggestion;
use bonghwa_analytics::report::{ReportEntry, ReportOrder, ReportsView};
use bonghwa_analytics::view::{
    CombineView, ForecastView, IncidentView, IncidentsView, Mark, NowView, PeriodChart, RegionView, RunbookView,
    SessionsView, WhyView,
};
use schemars::generate::{SchemaGenerator, SchemaSettings};
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value, json};

use super::answers::Said as Judged;
use super::ask::Answered;
use super::export::Export;
use super::incidents::Said;
use super::runbooks::Told as Runbooks;
use crate::answers::{Judgement, Record};

/// The document.
pub(super) async fn document() -> Response {
    static TEXT: OnceLock<String> = OnceLock::new();
    let text = TEXT.get_or_init(|| made().to_string());
    ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], text.as_str()).into_response()
}

/// What an answer is made of.
type Content = fn(&mut SchemaGenerator) -> (&'static str, Value);

/// Something that can be asked: method, path, what it is, its parameters (those with `*` are needed), the body it takes, and
/// what it answers.
struct Operation(&'static str, &'static str, &'static str, &'static str, Option<Content>, Content);

const OPERATIONS: &[Operation] = &[
    Operation(
        "get",
        "/api/now",
        "The page 지금: figures, map and table of this moment",
        "mode w map at line",
        None,
        schema::<NowView>,
    ),
    Operation(
        "get",
        "/api/region",
        "The page of a region",
        "region* mode span from to vs service",
        None,
        schema::<RegionView>,
    ),
    Operation("get", "/api/sessions", "Sessions that stand out", "region span from to", None, schema::<SessionsView>),
    Operation(
        "get",
        "/api/series",
        "One measure over a period",
        "region* measure* from* to*",
        None,
        schema::<PeriodChart>,
    ),
    Operation(
        "get",
        "/api/combine",
        "Distinct users of regions together",
        "regions* from* to* mode",
        None,
        schema::<Option<CombineView>>,
    ),
    Operation("get", "/api/incidents", "Incidents of a period", "region span", None, schema::<IncidentsView>),
    Operation("get", "/api/incident", "One incident with its causes and evidence", "id*", None, schema::<IncidentView>),
    Operation(
        "post",
        "/api/incident/mark",
        "Takes, resolves or judges an incident",
        "",
        Some(schema::<Said>),
        schema::<Vec<Mark>>,
    ),
    Operation(
        "get",
        "/api/forecast",
        "Where a measure goes, and what needs more",
        "region measure service horizon threshold mode",
        None,
        schema::<ForecastView>,
    ),
    Operation(
        "get",
        "/api/why",
        "Why a value was, or was not, found to be unusual",
        "region* service route caller measure at",
        None,
        schema::<WhyView>,
    ),
    Operation("get", "/api/ask", "The page 묻기", "q b pick", None, schema::<Reply>),
    Operation("post", "/api/ask", "Understands and answers a question", "", Some(schema::<Asking>), schema::<Answered>),
    Operation(
        "post",
        "/api/ask/stream",
        "The same, as it comes: understood, answer, proposal, line, done",
        "",
        Some(schema::<Asking>),
        events,
    ),
    Operation(
        "get",
        "/api/answer",
        "An answer that was given, told again, with the hashes of what it follows from",
        "id*",
        None,
        schema::<Record>,
    ),
    Operation(
        "post",
        "/api/answer/verdict",
        "Says of an answer that it was right or wrong",
        "",
        Some(schema::<Judged>),
        schema::<Vec<Judgement>>,
    ),
    Operation(
        "get",
        "/api/answers/judged",
        "What was judged, as a set of questions: a line of JSON each",
        "",
        None,
        lines,
    ),
    Operation("get", "/api/egress", "How often anything was sent outside, by where to", "", None, any),
    Operation(
        "get",
        "/api/suggest",
        "What can be asked, while somebody types",
        "q lang",
        None,
        schema::<Vec<Suggestion>>,
    ),
    Operation(
        "get",
        "/api/frames",
        "Frames, or the rows that are new since a cursor",
        "regions from to coarsest sections mode region since limit",
        None,
        frames,
    ),
    Operation("get", "/api/reports", "Reports that were asked for, the newest first", "", None, schema::<ReportsView>),
    Operation(
        "post",
        "/api/reports",
        "Asks for a report; it is made beside everything else",
        "",
        Some(schema::<ReportOrder>),
        schema::<ReportEntry>,
    ),
    Operation("get", "/api/reports/{id}", "A report and how far it is", "id*", None, schema::<ReportEntry>),
    Operation(
        "delete",
        "/api/reports/{id}",
        "Stops a report, or takes one away that is over",
        "id*",
        None,
        schema::<ReportEntry>,
    ),
    Operation("post", "/api/reports/{id}/cancel", "The same from a form, which is led back", "id*", Some(form), text),
    Operation(
        "get",
        "/api/reports/{id}/{file}",
        "A file: file.html, file.pdf, file.xlsx, file.hwpx, or document.json",
        "id* file*",
        None,
        any,
    ),
    Operation("post", "/api/export", "A signed .bonghwa file to take away", "", Some(schema::<Export>), file),
    Operation(
        "get",
        "/api/runbooks",
        "Runbooks, or passages of them that fit words",
        "q limit",
        None,
        schema::<Runbooks>,
    ),
    Operation("get", "/api/runbook", "One runbook", "file", None, schema::<RunbookView>),
    Operation("get", "/api/regions", "The regions by settings", "", None, any),
    Operation("get", "/api/chart.png", "A chart as a picture", "region* measure* from* to* lang", None, png),
    Operation("get", "/api/chart.svg", "A chart as a drawing", "region* measure* from* to* lang", None, svg),
    Operation("get", "/api/live", "Tells when there is something new", "", None, events),
    Operation("get", "/api/demo", "What the demonstration can break", "", None, any),
    Operation("post", "/api/demo/break", "Breaks a region of the demonstration", "", Some(any), any),
    Operation("post", "/api/demo/heal", "Heals it", "", Some(any), any),
    Operation("post", "/api/import/access-log", "Takes in an access log", "region* identity service", Some(text), any),
    Operation("get", "/api/openapi.json", "This document", "", None, any),
    Operation("get", "/metrics", "Counters for Prometheus", "", None, text),
    Operation("get", "/healthz", "200 once data is taken and given", "", None, any),
    Operation("post", "/v1/traces", "OTLP traces", "", Some(otlp), otlp),
    Operation("post", "/v1/metrics", "OTLP metrics", "", Some(otlp), otlp),
    Operation("post", "/v1/logs", "OTLP logs", "", Some(otlp), otlp),
];

/// What the parameters hold.
const PARAMETERS: &[(&str, &str)] = &[
    ("mode", "what tells users apart: ip, session_cookie or user_cookie"),
    ("w", "seconds of the trailing window: 60, 300 or 1800"),
    ("map", "the measure of the map"),
    ("at", "seconds since 1970"),
    ("line", "the measure of the day's course"),
    ("region", "a region's code"),
    ("regions", "codes with commas between"),
    ("span", "a length of time that ends now, such as 1h or 7d"),
    ("from", "first second, since 1970"),
    ("to", "end (exclusive), seconds since 1970"),
    ("vs", "what it is compared with: day, week or none"),
    ("service", "a service, as telemetry names it"),
    ("route", "a route of the service"),
    ("caller", "who calls the service"),
    ("measure", "a measure, such as requests or latency_p95"),
    ("id", "the name of an incident, an answer or a report"),
    ("horizon", "how far ahead, such as 3h"),
    ("threshold", "the value to pass, in the unit of the measure"),
    ("q", "what is asked, or typed so far"),
    ("b", "a question before; may be repeated"),
    ("pick", "which of several meanings, from 0"),
    ("lang", "ko or en"),
    ("identity", "what tells users of the log apart"),
    ("coarsest", "the widest bucket"),
    ("sections", "summary, cells, registers, sessions, with commas between"),
    ("since", "a cursor"),
    ("file", "a runbook, from their folder, or a file of a report"),
    ("limit", "most rows of a page"),
];

fn made() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut generator = settings.into_generator();
    let mut paths: Map<String, Value> = Map::new();
    for Operation(method, path, about, parameters, body, answer) in OPERATIONS {
        let (kind, answered) = answer(&mut generator);
        let mut operation = json!({
            "summary": about,
            "responses": {
                "200": { "description": about, "content": { kind: { "schema": answered } } },
                "default": { "description": "A refusal: what, where, and what to do",
                             "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Refusal" } } } },
            },
        });
        let parameters: Vec<Value> = parameters.split_whitespace().map(|name| parameter(name, path)).collect();
        if !parameters.is_empty() {
            operation["parameters"] = parameters.into();
        }
        if let Some(body) = body {
            let (kind, schema) = body(&mut generator);
            operation["requestBody"] = json!({ "required": true, "content": { kind: { "schema": schema } } });
        }
        let place = paths.entry(*path).or_insert_with(|| json!({}));
        place[*method] = operation;
    }
    let mut schemas = generator.take_definitions(true);
    schemas.insert(
        "Refusal".into(),
        json!({
            "type": "object", "required": ["error"],
            "properties": { "error": { "type": "object", "required": ["code", "message", "what_to_do"],
                "properties": { "code": { "type": "string" }, "message": { "type": "string" }, "what_to_do": { "type": "string" } } } },
        }),
    );
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Bonghwa (봉화)",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Every number is a Fact that carries its source. Instants are seconds since 1970; periods exclude their \
                            end. A wrong or unknown parameter is refused with what to give instead.",
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": { "key": { "type": "http", "scheme": "bearer" } },
        },
        // Without a key where none was made and only this machine can reach the server.
        "security": [{ "key": [] }, {}],
    })
}

fn parameter(name: &str, path: &str) -> Value {
    let (name, needed) = name.strip_suffix('*').map_or((name, false), |name| (name, true));
    let about = PARAMETERS.iter().find(|(known, _)| *known == name).map_or("", |(_, about)| about);
    let place = if path.contains(&format!("{{{name}}}")) { "path" } else { "query" };
    json!({ "name": name, "in": place, "required": needed, "description": about, "schema": { "type": "string" } })
}

fn schema<T: JsonSchema>(generator: &mut SchemaGenerator) -> (&'static str, Value) {
    ("application/json", generator.subschema_for::<T>().to_value())
}

fn any(_: &mut SchemaGenerator) -> (&'static str, Value) {
    ("application/json", Schema::default().to_value())
}

fn text(_: &mut SchemaGenerator) -> (&'static str, Value) {
    ("text/plain", json!({ "type": "string" }))
}

fn form(_: &mut SchemaGenerator) -> (&'static str, Value) {
    ("application/x-www-form-urlencoded", json!({ "type": "object" }))
}

fn lines(_: &mut SchemaGenerator) -> (&'static str, Value) {
    ("application/x-ndjson", json!({ "type": "string" }))
}

fn events(_: &mut SchemaGenerator) -> (&'static str, Value) {
    ("text/event-stream", json!({ "type": "string" }))
}

fn frames(_: &mut SchemaGenerator) -> (&'static str, Value) {
    (super::FRAMES, json!({}))
}

fn file(_: &mut SchemaGenerator) -> (&'static str, Value) {
    (super::export::FILE, json!({}))
}

fn png(_: &mut SchemaGenerator) -> (&'static str, Value) {
    ("image/png", json!({}))
}

fn svg(_: &mut SchemaGenerator) -> (&'static str, Value) {
    ("image/svg+xml", json!({}))
}

fn otlp(_: &mut SchemaGenerator) -> (&'static str, Value) {
    ("application/x-protobuf", json!({}))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_route_is_described_and_no_other() {
        let source = include_str!("mod.rs");
        let routes: BTreeSet<&str> = source
            .split(".route(\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .filter(|path| !path.contains("{*") && !matches!(*path, "/login" | "/logout"))
            .collect();
        let described: BTreeSet<&str> = OPERATIONS.iter().map(|operation| operation.1).collect();
        assert!(routes.len() > 20);
        assert_eq!(routes, described);
    }

    #[test]
    fn every_reference_leads_somewhere_and_every_parameter_is_explained() {
        let document = made();
        let text = document.to_string();
        let names: BTreeSet<&str> =
            text.split("\"#/components/schemas/").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert!(names.len() > 60, "{}", names.len());
        for name in names {
            assert!(
                document["components"]["schemas"][name].is_object()
                    || document["components"]["schemas"][name].is_boolean(),
                "{name}"
            );
        }
        for Operation(.., parameters, _, _) in OPERATIONS {
            for name in parameters.split_whitespace() {
                assert_ne!(parameter(name, "")["description"], "", "{name}");
            }
        }
    }
}
