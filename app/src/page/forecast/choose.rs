//! What is forecast: region, measure, service, horizon, threshold; links and a form.

use bonghwa_analytics::atlas::NATION;
use bonghwa_analytics::format::exact;
use bonghwa_analytics::time::{DAY, WEEK};
use bonghwa_analytics::view::{ForecastQuery, ForecastView, Unit};

use crate::address::{FORECAST_MEASURES, Page, decimal};
use crate::app::Here;
use crate::dom::{IntoNode, Node, markup};
use crate::part::facts::measure_name;
use crate::part::form::{group, hidden, submit};

/// Thresholds of measures of use, in millionths.
const LEVELS: [i64; 4] = [700_000, 800_000, 900_000, 950_000];

pub(super) fn choose(here: &Here, view: &ForecastView, query: &ForecastQuery) -> Node {
    let t = here.t;
    let link = |changed: ForecastQuery, name: String, current: bool| {
        let href = here.link(Page::Forecast(changed));
        markup! { <a href=href data-noscroll="" aria-current=current.then_some("true")>{name}</a> }.into_node()
    };
    let to = |region: &str| ForecastQuery { region: region.to_owned(), service: String::new(), ..query.clone() };
    let mut regions = vec![link(to(NATION), t.nation.to_owned(), query.region == NATION)];
    regions.extend(here.regions.iter().map(|region| {
        link(to(&region.code), here.lang.pick(&region.ko, &region.en).to_owned(), query.region == region.code)
    }));
    let measures = FORECAST_MEASURES.map(|(measure, _)| {
        let changed = ForecastQuery { measure, service: String::new(), threshold: None, ..query.clone() };
        link(changed, measure_name(here, measure, Unit::Users).to_owned(), query.measure == measure)
    });
    let horizons = [(3 * 3600, t.ahead_3h), (DAY, t.span_24h), (WEEK, t.span_7d), (4 * WEEK, t.ahead_28d)];
    let horizons = horizons.map(|(horizon, name)| {
        link(ForecastQuery { horizon, ..query.clone() }, name.to_owned(), query.horizon == horizon)
    });
    let services = (!view.services.is_empty()).then(|| {
        let of = |service: &str| ForecastQuery { service: service.to_owned(), ..query.clone() };
        let mut links = vec![link(of(""), t.busiest.to_owned(), query.service.is_empty())];
        links.extend(view.services.iter().take(24).map(|s| link(of(s), s.clone(), query.service == *s)));
        group(t.service, links)
    });
    let threshold = if view.full.is_some() || !view.services.is_empty() {
        let links = LEVELS.map(|level| {
            let name = exact(level as f64 / 1e6, Unit::Ratio, here.lang);
            let chosen = query.threshold.unwrap_or(LEVELS[1]) == level;
            link(ForecastQuery { threshold: Some(level), ..query.clone() }, name, chosen)
        });
        group(t.threshold, links.into())
    } else {
        form(here, view)
    };
    markup! {
        <section class="choices" aria-label=t.measure>
            {group(t.look_ahead, horizons.into())}
            {threshold}
            {group(t.measure, measures.into())}
            {services}
            {group(t.region, regions)}
        </section>
    }
    .into_node()
}

/// A field and a button; the rest of the address travels in hidden fields.
fn form(here: &Here, view: &ForecastView) -> Node {
    let t = here.t;
    let pairs = here.address.pairs().into_iter().filter(|(key, _)| *key != "threshold");
    let value = view.ahead.as_ref().map(|ahead| decimal((ahead.threshold * 1e6) as i64)).unwrap_or_default();
    // The number is in the unit of the data: seconds, a share from 0 to 1, requests a second.
    let unit = match view.unit {
        Unit::Ratio => "0–1",
        Unit::Seconds => here.lang.pick("초", "s"),
        unit => bonghwa_analytics::format::unit_name(unit, here.lang),
    };
    markup! {
        <form class="choice fromto" action=here.address.path() on:submit=submit>
            {hidden(pairs)}
            <label>{t.threshold}" ("{unit}")"<input type="text" inputmode="decimal" name="threshold" size="10" value=value/></label>
            <button class="btn">{t.threshold_apply}</button>
        </form>
    }
    .into_node()
}
