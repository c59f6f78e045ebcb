//! Where pages get their data: from the [`Backend`] in the server's context, or over HTTP in the browser.

use std::future::Future;
use std::pin::Pin;

use bonghwa_analytics::answer::{Asking, Reply};
use bonghwa_analytics::identity::IdentityMode;
use bonghwa_analytics::region::Region;
use bonghwa_analytics::report::ReportsView;
use bonghwa_analytics::view::{
    CombineView, ForecastQuery, ForecastView, IncidentView, IncidentsQuery, IncidentsView, NowQuery, NowView,
    RegionQuery, RegionView, RunbookView, SessionsQuery, SessionsView, WhyQuery, WhyView,
};
use serde::{Deserialize, Serialize};

use crate::address::{AskQuery, CombineQuery};

/// A future that the server may move between threads.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = Result<T, String>> + Send>>;

/// What the server provides as context (`provide_context::<Arc<dyn Backend>>`). Errors are one line in English, for
/// the administrator; the page says what it means in the reader's language.
pub trait Backend: Send + Sync {
    /// The page 지금.
    fn now(&self, query: NowQuery) -> BoxFuture<NowView>;
    /// The page of a region.
    fn region(&self, query: RegionQuery) -> BoxFuture<RegionView>;
    /// The page 사건.
    fn incidents(&self, query: IncidentsQuery) -> BoxFuture<IncidentsView>;
    /// The page of an incident.
    fn incident(&self, id: String) -> BoxFuture<IncidentView>;
    /// The page 세션.
    fn sessions(&self, query: SessionsQuery) -> BoxFuture<SessionsView>;
    /// The page 예측·용량.
    fn forecast(&self, query: ForecastQuery) -> BoxFuture<ForecastView>;
    /// The page 판정 근거; nothing if there is no such region.
    fn why(&self, query: WhyQuery) -> BoxFuture<Option<WhyView>>;
    /// The page 묻기.
    fn ask(&self, asking: Asking) -> BoxFuture<Reply>;
    /// The page of a runbook, or (empty) of all.
    fn runbook(&self, file: String) -> BoxFuture<RunbookView>;
    /// The page 보고서.
    fn reports(&self) -> BoxFuture<ReportsView>;
    /// Regions combined in `from..to`, nothing if there is no data; the mode of the settings if none is given.
    fn combine(
        &self,
        regions: Vec<String>,
        from: i64,
        to: i64,
        mode: Option<IdentityMode>,
    ) -> BoxFuture<Option<CombineView>>;
}

/// What 합쳐 보기 knows before anything is merged, and the server's own result for a browser without wasm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CombineData {
    /// The instant that relative windows end at.
    pub as_of: i64,
    /// Whether any of it is demonstration data.
    pub demo: bool,
    /// Name of the system, Korean and English.
    pub title: (String, String),
    /// Identity mode of the settings, or as chosen.
    pub mode: IdentityMode,
    /// Regions by settings.
    pub regions: Vec<Region>,
    /// Regions that are late, with their last instant (0 if never heard of).
    pub late: Vec<(String, i64)>,
    /// The server's result; absent in the browser, which merges for itself, and when nothing is chosen.
    pub view: Option<CombineView>,
    /// Whether the server looked for a result: then an absent one means that there is no data.
    pub looked: bool,
}

impl CombineData {
    fn of(view: NowView) -> Self {
        let late = view.rows.iter().filter_map(|row| row.late_since.map(|since| (row.code.clone(), since))).collect();
        let NowView { as_of, demo, title, mode, regions, .. } = view;
        Self { as_of, demo, title, mode, regions, late, view: None, looked: false }
    }

    /// Regions to combine: those chosen that exist, else the capital area, else the first.
    pub fn chosen(&self, query: &CombineQuery) -> Vec<String> {
        let exists = |code: &&String| self.regions.iter().any(|r| r.code == **code);
        if query.chosen {
            return query.regions.iter().filter(exists).cloned().collect();
        }
        let group: Vec<String> = self.regions.iter().filter(|r| r.group == "capital").map(|r| r.code.clone()).collect();
        if group.is_empty() { self.regions.iter().take(1).map(|r| r.code.clone()).collect() } else { group }
    }
}

fn plain_now(mode: Option<IdentityMode>) -> NowQuery {
    NowQuery { mode, ..crate::address::now_query("") }
}

impl From<AskQuery> for Asking {
    fn from(AskQuery { text, before, pick, when, at }: AskQuery) -> Self {
        let (before, before_when) = before.into_iter().map(|earlier| (earlier.text, earlier.when)).unzip();
        Self { text, before, before_when, pick, when, at, ..Self::default() }
    }
}

#[cfg(feature = "ssr")]
mod source {
    use std::sync::Arc;

    use leptos::prelude::use_context;

    use super::{
        AskQuery, Backend, CombineData, CombineQuery, ForecastQuery, ForecastView, IncidentView, IncidentsQuery,
        IncidentsView, NowQuery, NowView, RegionQuery, RegionView, Reply, ReportsView, RunbookView, SessionsQuery,
        SessionsView, WhyQuery, WhyView, plain_now,
    };

    fn backend() -> Result<Arc<dyn Backend>, String> {
        use_context::<Arc<dyn Backend>>().ok_or_else(|| "the server provided no data source".to_owned())
    }

    pub(crate) async fn now(query: NowQuery) -> Result<NowView, String> {
        backend()?.now(query).await
    }

    pub(crate) async fn region(query: RegionQuery) -> Result<RegionView, String> {
        backend()?.region(query).await
    }

    pub(crate) async fn incidents(query: IncidentsQuery) -> Result<IncidentsView, String> {
        backend()?.incidents(query).await
    }

    pub(crate) async fn incident(id: String) -> Result<IncidentView, String> {
        backend()?.incident(id).await
    }

    pub(crate) async fn sessions(query: SessionsQuery) -> Result<SessionsView, String> {
        backend()?.sessions(query).await
    }

    pub(crate) async fn forecast(query: ForecastQuery) -> Result<ForecastView, String> {
        backend()?.forecast(query).await
    }

    pub(crate) async fn why(query: WhyQuery) -> Result<Option<WhyView>, String> {
        backend()?.why(query).await
    }

    pub(crate) async fn ask(query: AskQuery) -> Result<Reply, String> {
        backend()?.ask(query.into()).await
    }

    pub(crate) async fn reports() -> Result<ReportsView, String> {
        backend()?.reports().await
    }

    pub(crate) async fn runbook(file: String) -> Result<RunbookView, String> {
        backend()?.runbook(file).await
    }

    pub(crate) async fn combine(query: CombineQuery) -> Result<CombineData, String> {
        let backend = backend()?;
        let mut data = CombineData::of(backend.now(plain_now(query.mode)).await?);
        let regions = data.chosen(&query);
        if !regions.is_empty() {
            let (from, to) = query.window.resolve(data.as_of);
            data.looked = true;
            data.view = backend.combine(regions, from, to, query.mode).await?;
        }
        Ok(data)
    }
}

#[cfg(all(feature = "hydrate", not(feature = "ssr")))]
mod source {
    #[allow(clippy::wildcard_imports, reason = "which of them are used differs between the two browser modules")]
    use super::*;
    use crate::address::{Address, Page};
    use crate::browser::fetch::json;

    #[cfg(feature = "front")]
    pub(crate) async fn now(query: NowQuery) -> Result<NowView, String> {
        let line = crate::address::LINE_MEASURES[0].0;
        json(&format!("/api/now?{}", pairs(Page::Now(query, line)))).await
    }

    #[cfg(feature = "front")]
    pub(crate) async fn region(query: RegionQuery) -> Result<RegionView, String> {
        let code = query.region.clone();
        json(&format!("/api/region?region={code}&{}", pairs(Page::Region(query)))).await
    }

    #[cfg(feature = "rooms")]
    pub(crate) async fn incidents(query: IncidentsQuery) -> Result<IncidentsView, String> {
        json(&format!("/api/incidents?{}", pairs(Page::Incidents(query)))).await
    }

    #[cfg(feature = "rooms")]
    pub(crate) async fn incident(id: String) -> Result<IncidentView, String> {
        json(&format!("/api/incident?id={id}")).await
    }

    #[cfg(feature = "rooms")]
    pub(crate) async fn sessions(query: SessionsQuery) -> Result<SessionsView, String> {
        json(&format!("/api/sessions?{}", pairs(Page::Sessions(query)))).await
    }

    #[cfg(feature = "rooms")]
    pub(crate) async fn forecast(query: ForecastQuery) -> Result<ForecastView, String> {
        json(&format!("/api/forecast?{}", pairs(Page::Forecast(query)))).await
    }

    #[cfg(feature = "rooms")]
    pub(crate) async fn why(query: WhyQuery) -> Result<Option<WhyView>, String> {
        json(&format!("/api/why?{}", pairs(Page::Why(query)))).await.map(Some)
    }

    #[cfg(feature = "rooms")]
    pub(crate) async fn reports() -> Result<ReportsView, String> {
        json("/api/reports").await
    }

    #[cfg(feature = "answers")]
    pub(crate) async fn ask(query: AskQuery) -> Result<Reply, String> {
        json(&format!("/api/ask?{}", pairs(Page::Ask(query)))).await
    }

    #[cfg(feature = "answers")]
    pub(crate) async fn runbook(file: String) -> Result<RunbookView, String> {
        let path = Address::home().to(Page::Runbook(file)).path();
        let file = path.strip_prefix("/runbooks/").unwrap_or_default();
        json(&format!("/api/runbook?file={file}")).await
    }

    #[cfg(feature = "front")]
    pub(crate) async fn combine(query: CombineQuery) -> Result<CombineData, String> {
        now(plain_now(query.mode)).await.map(CombineData::of)
    }

    fn pairs(page: Page) -> String {
        let href = Address::home().to(page).href();
        href.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default()
    }
}

#[cfg(not(any(feature = "ssr", feature = "hydrate")))]
mod source {
    use super::{
        AskQuery, CombineData, CombineQuery, ForecastQuery, ForecastView, IncidentView, IncidentsQuery, IncidentsView,
        NowQuery, NowView, RegionQuery, RegionView, Reply, ReportsView, RunbookView, SessionsQuery, SessionsView,
        WhyQuery, WhyView,
    };

    const NONE: &str = "built with neither of the features `ssr` and `hydrate`";

    pub(crate) async fn now(_: NowQuery) -> Result<NowView, String> {
        Err(NONE.to_owned())
    }

    pub(crate) async fn region(_: RegionQuery) -> Result<RegionView, String> {
        Err(NONE.to_owned())
    }

    pub(crate) async fn incidents(_: IncidentsQuery) -> Result<IncidentsView, String> {
        Err(NONE.to_owned())
    }

    pub(crate) async fn incident(_: String) -> Result<IncidentView, String> {
        Err(NONE.to_owned())
    }

    pub(crate) async fn sessions(_: SessionsQuery) -> Result<SessionsView, String> {
        Err(NONE.to_owned())
    }

    pub(crate) async fn forecast(_: ForecastQuery) -> Result<ForecastView, String> {
        Err(NONE.to_owned())
    }

    pub(crate) async fn why(_: WhyQuery) -> Result<Option<WhyView>, String> {
        Err(NONE.to_owned())
    }

    pub(crate) async fn ask(_: AskQuery) -> Result<Reply, String> {
        Err(NONE.to_owned())
    }

    pub(crate) async fn reports() -> Result<ReportsView, String> {
        Err(NONE.to_owned())
    }

    pub(crate) async fn runbook(_: String) -> Result<RunbookView, String> {
        Err(NONE.to_owned())
    }

    pub(crate) async fn combine(_: CombineQuery) -> Result<CombineData, String> {
        Err(NONE.to_owned())
    }
}

pub(crate) use source::*;
