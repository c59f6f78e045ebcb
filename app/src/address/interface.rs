//! Queries of the data interface, which has the keys of the pages.

use bonghwa_analytics::view::{ForecastQuery, IncidentsQuery, NowQuery, RegionQuery, SessionsQuery, WhyQuery};

use super::query::Query;

/// The query of `/api/sessions`: the same keys as the page's address.
pub fn sessions_query(query: &str) -> SessionsQuery {
    Query::parse(query).sessions()
}

/// The query of `/api/now`: the same keys as the page's address.
pub fn now_query(query: &str) -> NowQuery {
    Query::parse(query).now()
}

/// The query of `/api/region`: the page's keys and `region`.
pub fn region_query(query: &str) -> RegionQuery {
    let query = Query::parse(query);
    query.region(query.get("region").unwrap_or_default())
}

/// The query of `/api/incidents`: the same keys as the page's address.
pub fn incidents_query(query: &str) -> IncidentsQuery {
    Query::parse(query).incidents()
}

/// The query of `/api/forecast`: the same keys as the page's address.
pub fn forecast_query(query: &str) -> ForecastQuery {
    Query::parse(query).forecast()
}

/// The query of `/api/why`: the same keys as the page's address.
pub fn why_query(query: &str) -> WhyQuery {
    Query::parse(query).why()
}
