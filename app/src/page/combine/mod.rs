//! 합쳐 보기: any regions, any period, each person counted once.
//!
//! In the browser the registers of all regions are fetched once for a period and merged there, so changing the choice
//! needs no network. Without wasm the same page is a form and the server merges.

mod choose;
mod result;

use crate::part::form::submit;
use bonghwa_analytics::identity::IdentityMode;
use bonghwa_analytics::view::CombineView;

use crate::address::{CombineQuery, Window};
use crate::app::{Here, set_title};
use crate::data::CombineData;
use crate::dom::{IntoNode, Node, markup};
use crate::part::facts::sources;

/// What the browser merged for itself.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Local {
    /// The result; nothing if there are no registers in the period.
    pub(crate) view: Option<CombineView>,
    /// Milliseconds that the merge took.
    pub(crate) millis: f64,
    /// Bytes received for the period.
    pub(crate) bytes: usize,
    /// Users of each region in the period.
    pub(crate) tiles: Vec<(String, f64)>,
}

/// How far the browser's own merge is.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "there is one, and it holds its result for as long as the page stands")]
pub(crate) enum Progress {
    /// Not begun: the server's result is shown.
    Waiting,
    /// Registers are on their way.
    Fetching,
    /// Merged here.
    Done(Local),
    /// Failed, and why.
    Failed(String),
}

/// The query of an address without any choice.
pub(crate) fn nothing_chosen(mode: Option<IdentityMode>) -> CombineQuery {
    CombineQuery { regions: Vec::new(), chosen: false, window: Window::Today, mode }
}

/// The page of what is known.
pub(crate) fn render(here: &Here, data: &CombineData, query: &CombineQuery, progress: &Progress) -> Node {
    let local = match progress {
        Progress::Done(local) => Some(local),
        _ => None,
    };
    let chosen = data.chosen(query);
    let server = data.view.as_ref().filter(|view| view.regions == chosen);
    let view = local.and_then(|local| local.view.as_ref()).or(if local.is_some() { None } else { server });
    let facts = view.map(|view| {
        let mut facts = vec![&view.union, &view.sum, &view.overlap];
        facts.extend(view.parts.iter().flat_map(|part| [Some(&part.users), part.only.as_ref()]).flatten());
        facts.extend(view.pairs.iter().filter_map(|pair| pair.shared.as_ref()));
        sources(here, data.as_of, view.mode, facts)
    });
    set_title(here, here.t.combine);
    markup! {
        <form class="combine grid12" action="/combine" on:submit=submit on:change=changed>
            {choose::choose(here, data, query, &chosen, view, local)}
            {result::result(here, data, &chosen, view, local, progress)}
        </form>
        {facts}
    }
    .into_node()
}

/// A tick or another period takes effect at once.
#[expect(clippy::needless_pass_by_value, reason = "listeners are given the event")]
fn changed(event: leptos::ev::Event) {
    #[cfg(feature = "hydrate")]
    crate::browser::changed(&event);
    let _ = event;
}
