//! The pages: an address leads to data, data to a page.
//!
//! All pages share one resource and one reactive place. That keeps the machinery of fetching, hydrating and exchanging
//! pages in a browser's module once, not once a page. There are three modules, `front`, `rooms` and `answers`: a reader who
//! looks how things are need not load what explains and foretells; [`Page::module`] says which page is in which.

#[cfg(any(feature = "ssr", feature = "answers"))]
pub(crate) mod ask;
#[cfg(any(feature = "ssr", feature = "front"))]
pub(crate) mod combine;
mod connect;
#[cfg(any(feature = "ssr", feature = "rooms"))]
pub(crate) mod forecast;
mod help;
#[cfg(any(feature = "ssr", feature = "rooms", feature = "answers"))]
pub(crate) mod incident;
#[cfg(any(feature = "ssr", feature = "rooms"))]
pub(crate) mod incidents;
mod missing;
#[cfg(any(feature = "ssr", feature = "front"))]
pub(crate) mod now;
#[cfg(any(feature = "ssr", feature = "front"))]
pub(crate) mod region;
#[cfg(any(feature = "ssr", feature = "rooms", feature = "answers"))]
pub(crate) mod reports;
#[cfg(any(feature = "ssr", feature = "answers"))]
pub(crate) mod runbook;
#[cfg(any(feature = "ssr", feature = "rooms"))]
pub(crate) mod sessions;
#[cfg(any(feature = "ssr", feature = "rooms"))]
pub(crate) mod why;

use std::sync::Arc;

#[cfg(any(feature = "ssr", feature = "answers"))]
use bonghwa_analytics::answer::Reply;
#[cfg(any(feature = "ssr", feature = "rooms"))]
use bonghwa_analytics::report::ReportsView;
#[cfg(any(feature = "ssr", feature = "answers"))]
use bonghwa_analytics::view::RunbookView;
#[cfg(any(feature = "ssr", feature = "rooms"))]
use bonghwa_analytics::view::{ForecastView, IncidentView, IncidentsView, SessionsView, WhyView};
#[cfg(any(feature = "ssr", feature = "front"))]
use bonghwa_analytics::view::{NowView, RegionView};
use leptos::prelude::*;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::address::{OFFLINE, Page};
use crate::app::{Here, Place};
use crate::chart::Cursor;
use crate::data;
#[cfg(any(feature = "ssr", feature = "front"))]
use crate::data::CombineData;
use crate::dom::{Node, live};
use crate::json::Json;
use crate::live::Live;
use crate::part::state;

pub(crate) use missing::not_found;

/// What a page shows.
#[derive(Serialize, Deserialize)]
pub(crate) enum Content {
    /// A page that needs no data.
    Fixed,
    /// 지금.
    #[cfg(any(feature = "ssr", feature = "front"))]
    Now(NowView),
    /// A region.
    #[cfg(any(feature = "ssr", feature = "front"))]
    Region(RegionView),
    /// 세션.
    #[cfg(any(feature = "ssr", feature = "rooms"))]
    Sessions(SessionsView),
    /// 합쳐 보기.
    #[cfg(any(feature = "ssr", feature = "front"))]
    Combine(CombineData),
    /// 사건.
    #[cfg(any(feature = "ssr", feature = "rooms"))]
    Incidents(IncidentsView),
    /// An incident.
    #[cfg(any(feature = "ssr", feature = "rooms"))]
    Incident(IncidentView),
    /// 예측·용량.
    #[cfg(any(feature = "ssr", feature = "rooms"))]
    Forecast(Box<ForecastView>),
    /// 판정 근거; absent if there is no such region.
    #[cfg(any(feature = "ssr", feature = "rooms"))]
    Why(Option<Box<WhyView>>),
    /// 보고서.
    #[cfg(any(feature = "ssr", feature = "rooms"))]
    Reports(ReportsView),
    /// 묻기.
    #[cfg(any(feature = "ssr", feature = "answers"))]
    Ask(Box<Reply>),
    /// A runbook, or all.
    #[cfg(any(feature = "ssr", feature = "answers"))]
    Runbook(RunbookView),
}

impl Content {
    /// Whether it is the content of such a page.
    fn fits(&self, page: &Page) -> bool {
        match page {
            #[cfg(any(feature = "ssr", feature = "front"))]
            Page::Now(..) => matches!(self, Self::Now(_)),
            #[cfg(any(feature = "ssr", feature = "front"))]
            Page::Region(_) => matches!(self, Self::Region(_)),
            #[cfg(any(feature = "ssr", feature = "rooms"))]
            Page::Sessions(_) => matches!(self, Self::Sessions(_)),
            #[cfg(any(feature = "ssr", feature = "front"))]
            Page::Combine(_) => matches!(self, Self::Combine(_)),
            #[cfg(any(feature = "ssr", feature = "rooms"))]
            Page::Incidents(_) => matches!(self, Self::Incidents(_)),
            #[cfg(any(feature = "ssr", feature = "rooms"))]
            Page::Incident(_) => matches!(self, Self::Incident(_)),
            #[cfg(any(feature = "ssr", feature = "rooms"))]
            Page::Forecast(_) => matches!(self, Self::Forecast(_)),
            #[cfg(any(feature = "ssr", feature = "rooms"))]
            Page::Why(_) => matches!(self, Self::Why(_)),
            #[cfg(any(feature = "ssr", feature = "rooms"))]
            Page::Reports(_) => matches!(self, Self::Reports(_)),
            #[cfg(any(feature = "ssr", feature = "answers"))]
            Page::Ask(_) => matches!(self, Self::Ask(_)),
            #[cfg(any(feature = "ssr", feature = "answers"))]
            Page::Runbook(_) => matches!(self, Self::Runbook(_)),
            _ => matches!(self, Self::Fixed),
        }
    }
}

/// What the reader does on a page, kept while the page beneath is exchanged.
#[derive(Clone, Copy)]
pub(crate) struct Hands {
    /// The live connection.
    pub(crate) live: Live,
    /// The value pointed at in a chart.
    pub(crate) cursor: Cursor,
    /// Whether the long series is open.
    pub(crate) detail: RwSignal<bool>,
    /// How far the browser's own merge is.
    #[cfg(any(feature = "ssr", feature = "front"))]
    pub(crate) progress: RwSignal<combine::Progress>,
    /// How far the browser is with judging a day again.
    #[cfg(any(feature = "ssr", feature = "rooms"))]
    pub(crate) again: RwSignal<incidents::again::Again>,
    /// What a model adds to the answer; nothing where none is configured.
    #[cfg(any(feature = "ssr", feature = "answers"))]
    pub(crate) fluent: Option<RwSignal<ask::fluent::Fluent>>,
    /// What became of the last copy of an answer.
    #[cfg(any(feature = "ssr", feature = "answers"))]
    pub(crate) copied: RwSignal<ask::share::Copied>,
    /// What the reader said of an answer.
    #[cfg(any(feature = "ssr", feature = "answers"))]
    pub(crate) verdict: RwSignal<ask::verdict::Said>,
    /// Counts the changes of what was asked in this browser before.
    #[cfg(any(feature = "ssr", feature = "answers"))]
    pub(crate) box_changes: RwSignal<u64>,
    /// How often the reader said something of an incident, and whether the last of it was kept.
    pub(crate) said: RwSignal<(u32, bool)>,
}

impl Hands {
    pub(crate) fn new(live: Live) -> Self {
        #[cfg(any(feature = "ssr", feature = "answers"))]
        let (model, box_changes) = match use_context::<Place>() {
            Some(place) => (place.has_model(), place.box_changes),
            None => (false, RwSignal::new(0)),
        };
        Self {
            live,
            cursor: Cursor::new(),
            detail: RwSignal::new(false),
            #[cfg(any(feature = "ssr", feature = "front"))]
            progress: RwSignal::new(combine::Progress::Waiting),
            #[cfg(any(feature = "ssr", feature = "rooms"))]
            again: RwSignal::new(incidents::again::Again::Idle),
            #[cfg(any(feature = "ssr", feature = "answers"))]
            fluent: model.then(|| RwSignal::new(ask::fluent::Fluent::default())),
            #[cfg(any(feature = "ssr", feature = "answers"))]
            copied: RwSignal::new(ask::share::Copied::Nothing),
            #[cfg(any(feature = "ssr", feature = "answers"))]
            verdict: RwSignal::default(),
            #[cfg(any(feature = "ssr", feature = "answers"))]
            box_changes,
            said: RwSignal::new((0, true)),
        }
    }
}

/// The part of a page that decides what is fetched. The timeline's measure does not; on 합쳐 보기 the browser merges
/// for itself, so there only the identity does.
fn asked(page: Page) -> Page {
    match page {
        Page::Now(query, _) => Page::Now(query, bonghwa_analytics::view::Measure::Users),
        #[cfg(any(feature = "ssr", feature = "front"))]
        Page::Combine(query) => Page::Combine(combine::nothing_chosen(query.mode)),
        page => page,
    }
}

async fn fetch(page: Page) -> Result<Content, String> {
    match page {
        #[cfg(any(feature = "ssr", feature = "front"))]
        Page::Now(query, _) => data::now(query).await.map(Content::Now),
        #[cfg(any(feature = "ssr", feature = "front"))]
        Page::Region(query) => data::region(query).await.map(Content::Region),
        #[cfg(any(feature = "ssr", feature = "rooms"))]
        Page::Sessions(query) => data::sessions(query).await.map(Content::Sessions),
        #[cfg(any(feature = "ssr", feature = "front"))]
        Page::Combine(query) => data::combine(query).await.map(Content::Combine),
        #[cfg(any(feature = "ssr", feature = "rooms"))]
        Page::Incidents(query) => data::incidents(query).await.map(Content::Incidents),
        #[cfg(any(feature = "ssr", feature = "rooms"))]
        Page::Incident(id) => data::incident(id).await.map(Content::Incident),
        #[cfg(any(feature = "ssr", feature = "rooms"))]
        Page::Forecast(query) => data::forecast(query).await.map(|view| Content::Forecast(Box::new(view))),
        #[cfg(any(feature = "ssr", feature = "rooms"))]
        Page::Why(query) => data::why(query).await.map(|view| Content::Why(view.map(Box::new))),
        #[cfg(any(feature = "ssr", feature = "rooms"))]
        Page::Reports(_) => data::reports().await.map(Content::Reports),
        #[cfg(any(feature = "ssr", feature = "answers"))]
        Page::Ask(query) => data::ask(query).await.map(|reply| Content::Ask(Box::new(reply))),
        #[cfg(any(feature = "ssr", feature = "answers"))]
        Page::Runbook(file) => data::runbook(file).await.map(Content::Runbook),
        _ => Ok(Content::Fixed),
    }
}

/// The data of the page at hand. The server renders with it and sends it along, so that the browser does not fetch it
/// again; later the browser fetches with each tick of the live stream.
pub(crate) type Data = Resource<Result<Shared, String>, Json>;

/// Content that several hold.
#[derive(Clone)]
pub(crate) struct Shared(pub(crate) Arc<Content>);

impl Serialize for Shared {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Shared {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Content::deserialize(deserializer).map(|content| Self(Arc::new(content)))
    }
}

/// The body of every page.
///
/// When a fetch fails, what was last received stays, and the page says that the connection is lost.
#[component]
pub(crate) fn Body() -> impl IntoView {
    let place = expect_context::<Place>();
    let hands = Hands::new(expect_context::<Live>());
    let key = Memo::new(move |_| asked(place.address().page));
    let data: Data = Resource::new_with_options(
        move || {
            let key = key.get();
            let moving = OFFLINE
                || matches!(key, Page::Region(_) | Page::Reports(_))
                || matches!(&key, Page::Now(query, _) if query.at.is_none());
            // Rows of a minute need not be asked for every two seconds.
            let slow = matches!(&key, Page::Incidents(_) | Page::Incident(_))
                || matches!(&key, Page::Sessions(query) if query.from.is_none());
            let rest = if slow && !OFFLINE { 20 } else { 1 };
            (key, if moving || slow { hands.live.tick.get() / rest } else { 0 }, hands.said.get().0)
        },
        move |(key, ..)| {
            let page = if matches!(key, Page::Combine(_)) { place.address_now().page } else { key };
            async move { fetch(page).await.map(|content| Shared(Arc::new(content))) }
        },
        false,
    );
    #[cfg(all(feature = "hydrate", feature = "front"))]
    crate::browser::frames::follow(place, data, hands.progress);
    #[cfg(all(feature = "hydrate", feature = "answers"))]
    if let Some(fluent) = hands.fluent {
        crate::browser::fluent::follow(place, data, fluent);
    }
    let last = StoredValue::new(None::<(Page, Shared)>);
    view! {
        <Transition fallback=move || state::loading(&place.here())>
            {live(move || {
                data.get().map(|answer| {
                    let here = place.here();
                    let page = here.address.page.clone();
                    let failed = answer.is_err();
                    #[cfg(feature = "hydrate")]
                    if answer.as_ref().map_or(true, |content| content.0.fits(&page)) {
                        crate::browser::route::shown();
                    }
                    let shown = match answer {
                        Ok(content) if content.0.fits(&page) => {
                            last.set_value(Some((page, content.clone())));
                            Ok((here, content))
                        }
                        // The address is ahead of the data, or the data did not come: what is there stays.
                        Ok(_) => last.get_value().map(|(page, content)| (here.at(page), content)).ok_or(String::new()),
                        Err(reason) => last
                            .get_value()
                            .filter(|(known, _)| asked(known.clone()) == asked(page))
                            .map(|(_, content)| (here, content))
                            .ok_or(reason),
                    };
                    if hands.live.lost.get_untracked() != failed {
                        hands.live.lost.set(failed);
                    }
                    match shown {
                        Ok((here, content)) => render(place, &here, &content.0, hands),
                        Err(reason) => state::failed(&place.here(), &reason),
                    }
                })
            })}
        </Transition>
    }
}

fn render(place: Place, here: &Here, content: &Content, hands: Hands) -> Node {
    match (content, &here.address.page) {
        #[cfg(any(feature = "ssr", feature = "front"))]
        (Content::Now(view), _) => {
            place.learn(view.demo, &view.title);
            now::render(&here.with(&view.regions), view, hands)
        }
        #[cfg(any(feature = "ssr", feature = "front"))]
        (Content::Region(view), _) => {
            place.learn(view.demo, &view.title);
            region::render(&here.with(&view.regions), view, hands)
        }
        #[cfg(any(feature = "ssr", feature = "rooms"))]
        (Content::Sessions(view), _) => {
            place.learn(view.demo, &view.title);
            sessions::render(&here.with(&view.regions), view, hands)
        }
        #[cfg(any(feature = "ssr", feature = "front"))]
        (Content::Combine(data), Page::Combine(query)) => {
            place.learn(data.demo, &data.title);
            combine::render(&here.with(&data.regions), data, query, &hands.progress.get())
        }
        #[cfg(any(feature = "ssr", feature = "rooms"))]
        (Content::Incidents(view), Page::Incidents(query)) => {
            place.learn(view.demo, &view.title);
            incidents::render(&here.with(&view.regions), view, query, hands)
        }
        #[cfg(any(feature = "ssr", feature = "rooms"))]
        (Content::Incident(view), _) => {
            place.learn(view.demo, &view.title);
            incident::render(&here.with(&view.regions), view, hands)
        }
        #[cfg(any(feature = "ssr", feature = "rooms"))]
        (Content::Forecast(view), Page::Forecast(query)) => {
            place.learn(view.demo, &view.title);
            forecast::render(&here.with(&view.regions), view, query, hands)
        }
        #[cfg(any(feature = "ssr", feature = "rooms"))]
        (Content::Why(None), _) => why::unknown(here),
        #[cfg(any(feature = "ssr", feature = "rooms"))]
        (Content::Why(Some(view)), Page::Why(query)) => {
            place.learn(view.demo, &view.title);
            why::render(&here.with(&view.regions), view, query, hands)
        }
        #[cfg(any(feature = "ssr", feature = "rooms"))]
        (Content::Reports(view), Page::Reports(query)) => {
            place.learn(view.demo, &view.title);
            reports::render(&here.with(&view.regions), view, query)
        }
        #[cfg(any(feature = "ssr", feature = "answers"))]
        (Content::Ask(reply), Page::Ask(query)) => {
            place.learn(reply.demo, &reply.title);
            ask::render(&here.with(&reply.regions), reply, query, hands)
        }
        #[cfg(any(feature = "ssr", feature = "answers"))]
        (Content::Runbook(view), _) => {
            place.learn(view.demo, &view.title);
            runbook::render(&here.with(&view.regions), view)
        }
        (_, Page::Connect) => connect::render(here),
        (_, Page::Help) => help::render(here),
        _ => missing::render(here),
    }
}
