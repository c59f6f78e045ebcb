//! The pages.

pub(crate) mod combine;
pub(crate) mod connect;
pub(crate) mod help;
pub(crate) mod missing;
pub(crate) mod now;
pub(crate) mod region;

use std::future::Future;
use std::sync::Arc;

use leptos::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::app::{Here, Place};
use crate::live::Live;
use crate::part::state;

/// A page whose data is fetched by a query, again with each tick of the live stream, and rendered by a pure function.
///
/// The server renders it complete and sends the data along, so that the browser does not fetch it again. When a later
/// fetch fails, what was last received stays, and the page says that the connection is lost.
pub(crate) fn fed<Q, V, Fut>(
    query: impl Fn() -> Option<Q> + Send + Sync + 'static,
    fetch: impl Fn(Q) -> Fut + Clone + Send + Sync + 'static,
    render: impl Fn(&Here, &V) -> AnyView + Send + Sync + 'static,
) -> impl IntoView
where
    Q: Clone + PartialEq + Send + Sync + 'static,
    V: Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
    Fut: Future<Output = Result<V, String>> + Send + 'static,
{
    let place = expect_context::<Place>();
    let live = expect_context::<Live>();
    let query = Memo::new(move |_| query());
    let data = Resource::new(
        move || (query.get(), live.tick.get()),
        move |(query, _)| {
            // While the router leaves this page the query is that of another: there is nothing to fetch.
            let answer = query.map(&fetch);
            async move {
                match answer {
                    Some(answer) => answer.await,
                    None => Err(String::new()),
                }
            }
        },
    );
    let last = StoredValue::new(None::<Arc<V>>);
    let render = Arc::new(render);
    view! {
        <Transition fallback=move || state::loading(&place.here())>
            {move || {
                let render = render.clone();
                data.get().map(|answer| {
                    let here = place.here();
                    match answer {
                        Ok(view) => {
                            let view = Arc::new(view);
                            last.set_value(Some(view.clone()));
                            report(live, false);
                            render(&here, &view)
                        }
                        Err(reason) => match last.get_value() {
                            Some(view) => {
                                report(live, true);
                                render(&here, &view)
                            }
                            None => state::failed(&here, &reason),
                        },
                    }
                })
            }}
        </Transition>
    }
}

fn report(live: Live, lost: bool) {
    if live.lost.get_untracked() != lost {
        live.lost.set(lost);
    }
}
