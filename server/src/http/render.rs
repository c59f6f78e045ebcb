//! Pages rendered by the app, and the files of the browser bundle.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderMap};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use bonghwa_analytics::answer::{Asking, Reply};
use bonghwa_analytics::atlas::NATION;
use bonghwa_analytics::desk;
use bonghwa_analytics::format::Lang;
use bonghwa_analytics::identity::IdentityMode;
use bonghwa_analytics::report::ReportsView;
use bonghwa_analytics::view::{
    CombineView, ForecastQuery, ForecastView, IncidentView, IncidentsQuery, IncidentsView, NowQuery, NowView,
    RegionQuery, RegionView, RunbookView, SessionsQuery, SessionsView, WhyQuery, WhyView,
};
use bonghwa_app::address::Address;
use bonghwa_app::{Backend, BoxFuture, BundleAssets, Site, shell};
use leptos::nonce::use_nonce;
use leptos::prelude::{provide_context, use_context};
use leptos_axum::ResponseOptions;
use tower_http::services::ServeDir;

use super::notice::{Notice, notice};
use super::{App, guard};
use crate::bundle::is_hashed;
use crate::centre::{Centre, CentreError};
use crate::reports::{Reports, Weekly};

/// What the app asks its server.
struct Source {
    centre: Centre,
    reports: Reports,
    weekly: Option<Weekly>,
}

impl Source {
    fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Centre) -> Result<T, CentreError> + Send + 'static,
    ) -> BoxFuture<T> {
        let centre = self.centre.clone();
        Box::pin(async move {
            let answer = tokio::task::spawn_blocking(move || question(&centre)).await;
            answer.map_err(|error| error.to_string())?.map_err(|error| error.to_string())
        })
    }
}

impl Backend for Source {
    fn now(&self, query: NowQuery) -> BoxFuture<NowView> {
        self.ask(move |centre| centre.now(&query).map(Arc::unwrap_or_clone))
    }

    fn region(&self, query: RegionQuery) -> BoxFuture<RegionView> {
        self.ask(move |centre| desk::region_page(centre, &query))
    }

    fn incidents(&self, query: IncidentsQuery) -> BoxFuture<IncidentsView> {
        self.ask(move |centre| centre.incidents(&query))
    }

    fn incident(&self, id: String) -> BoxFuture<IncidentView> {
        self.ask(move |centre| centre.incident(&id))
    }

    fn sessions(&self, query: SessionsQuery) -> BoxFuture<SessionsView> {
        self.ask(move |centre| {
            let region = desk::known_or(centre, query.region, "");
            centre.sessions(&SessionsQuery { region, ..query }).map(Arc::unwrap_or_clone)
        })
    }

    fn forecast(&self, query: ForecastQuery) -> BoxFuture<ForecastView> {
        self.ask(move |centre| {
            let region = desk::known_or(centre, query.region, NATION);
            centre.forecast(&ForecastQuery { region, ..query }).map(Arc::unwrap_or_clone)
        })
    }

    fn why(&self, query: WhyQuery) -> BoxFuture<Option<WhyView>> {
        self.ask(move |centre| match centre.why(&query) {
            Err(CentreError::UnknownRegion { .. }) => Ok(None),
            answer => answer.map(Some),
        })
    }

    fn ask(&self, asking: Asking) -> BoxFuture<Reply> {
        self.ask(move |centre| centre.ask_and_keep(&asking))
    }

    fn reports(&self) -> BoxFuture<ReportsView> {
        let (reports, weekly) = (self.reports.clone(), self.weekly);
        self.ask(move |centre| Ok(super::reports::view(centre, &reports, weekly)))
    }

    fn runbook(&self, file: String) -> BoxFuture<RunbookView> {
        self.ask(move |centre| Ok(desk::runbook(centre, &file)))
    }

    fn combine(
        &self,
        regions: Vec<String>,
        from: i64,
        to: i64,
        mode: Option<IdentityMode>,
    ) -> BoxFuture<Option<CombineView>> {
        self.ask(move |centre| match centre.combine(&regions, from, to, mode) {
            Err(CentreError::NoData) => Ok(None),
            answer => answer.map(Some),
        })
    }
}

/// Renders the page at an address, whole, so that it can be read without scripts.
pub(super) async fn page(State(app): State<App>, request: Request) -> Response {
    let Ok(ready) = app.ready() else { return notice(&app, StatusCode::SERVICE_UNAVAILABLE, &Notice::Starting) };
    app.meter.page();
    let (centre, reports) = (ready.centre.clone(), ready.reports.clone());
    let backend: Arc<dyn Backend> = Arc::new(Source { centre, reports, weekly: app.settings.reports.weekly });
    let title = &app.settings.title;
    let site = Site {
        lang: language(request.headers()),
        demo: ready.demo.is_some(),
        title: (title.ko.clone(), title.en.clone()),
        model: app.model.is_some(),
        sent: app.egress.total(),
        regions: ready.centre.regions().iter().map(|region| (region.ko.clone(), region.en.clone())).collect(),
    };
    let bundle = &app.bundle;
    let address = Address::parse(request.uri().path(), request.uri().query().unwrap_or_default());
    let (js, wasm) = bundle.module(address.page.module()).unwrap_or_default();
    let assets =
        BundleAssets { js, wasm, css: bundle.styles.clone(), preload: bundle.fonts.clone(), icon: bundle.icon.clone() };
    let context = move || {
        provide_context(backend.clone());
        provide_context(site.clone());
        provide_context(assets.clone());
        if let (Some(nonce), Some(options)) = (use_nonce(), use_context::<ResponseOptions>())
            && let Ok(policy) = HeaderValue::from_str(&guard::page_policy(&nonce))
        {
            options.insert_header(header::CONTENT_SECURITY_POLICY, policy);
        }
    };
    let mut response = leptos_axum::render_app_async_with_context(context, shell)(request).await.into_response();
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-language, cookie"));
    response
}

/// The language of an address that names none: the reader's last choice, else what the browser prefers.
fn language(headers: &HeaderMap) -> Lang {
    let text = |name| headers.get_all(name).into_iter().filter_map(|value: &HeaderValue| value.to_str().ok());
    let chosen = text(header::COOKIE)
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().strip_prefix("lang="))
        .find_map(Lang::from_tag);
    chosen.or_else(|| text(header::ACCEPT_LANGUAGE).find_map(preferred)).unwrap_or(Lang::Ko)
}

/// The language of the highest weight that the app speaks; of equal ones the first (RFC 9110, 12.5.4).
fn preferred(value: &str) -> Option<Lang> {
    let mut best: Option<(f32, Lang)> = None;
    for item in value.split(',') {
        let (tag, parameters) = item.split_once(';').unwrap_or((item, ""));
        let weight = parameters.trim().strip_prefix("q=").map_or(Some(1.0), |q| q.parse::<f32>().ok());
        let primary = tag.trim().split('-').next().unwrap_or_default().to_ascii_lowercase();
        if let (Some(lang), Some(weight)) = (Lang::from_tag(&primary), weight)
            && weight > 0.0
            && best.is_none_or(|(known, _)| weight > known)
        {
            best = Some((weight, lang));
        }
    }
    best.map(|(_, lang)| lang)
}

/// Files of the bundle; what is no file goes on to the pages.
pub(super) fn files(app: &App, pages: Router) -> Router {
    // Rendering spawns its tasks on the runtime of the server; a second call would change nothing.
    let _ = any_spawner::Executor::init_tokio();
    let files = ServeDir::new(&app.bundle.folder)
        .precompressed_br()
        .precompressed_gzip()
        .append_index_html_on_directories(false)
        .call_fallback_on_method_not_allowed(true);
    let marked = |request: Request, next: axum::middleware::Next| async move {
        let path = request.uri().path().to_string();
        let mut response = next.run(request).await;
        let found = response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED;
        let is_file = response.headers().contains_key(header::LAST_MODIFIED);
        if found && is_file {
            let life = if is_hashed(&path) { "public, max-age=31536000, immutable" } else { "no-cache" };
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(life));
            let policy = [("/recompute/", guard::WORKER), ("/offline/", guard::OFFLINE)];
            if let Some((_, policy)) = policy.into_iter().find(|(folder, _)| path.starts_with(folder)) {
                response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
            }
        }
        response
    };
    // The page for a browser without a server is no page of this one, and its inline script would not run here.
    let hidden = Router::new().route("/index.html", axum::routing::get(|| async { StatusCode::NOT_FOUND }));
    let offline = || async { Redirect::permanent("/offline/index.html") };
    let hidden = hidden.route("/offline", axum::routing::get(offline)).route("/offline/", axum::routing::get(offline));
    hidden.fallback_service(files.fallback(pages)).layer(axum::middleware::from_fn(marked))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reader_chooses_the_language_then_the_browser() {
        let lang = |cookie: &'static str, accept: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, HeaderValue::from_static(cookie));
            headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static(accept));
            language(&headers)
        };
        assert_eq!(lang("", "en-US,en;q=0.9,ko;q=0.8"), Lang::En);
        assert_eq!(lang("", "fr-FR,en;q=0.5,ko;q=0.8"), Lang::Ko);
        assert_eq!(lang("", "de"), Lang::Ko);
        assert_eq!(lang("", "en;q=0, ko;q=0.1"), Lang::Ko);
        assert_eq!(lang("a=b; lang=en", "ko"), Lang::En);
        assert_eq!(lang("lang=xx", "en;q=oops, en"), Lang::En);
    }
}
