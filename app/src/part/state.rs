//! What a page shows when there is nothing to show yet, or no longer.

use crate::app::{Here, set_title};
use crate::dom::{IntoNode, Node, markup};
use crate::part::icon::{self, icon};

/// Grey rules in the shape of a page; the words appear after a second (by style sheet).
pub(crate) fn loading(here: &Here) -> Node {
    markup! {
        <div class="skeleton" role="status">
            <p class="wait">{here.t.loading}</p>
            <div class="bone a"></div>
            <div class="bone b"></div>
            <div class="bone c"></div>
        </div>
    }
    .into_node()
}

/// What failed, what to do, and the words to pass on.
pub(crate) fn failed(here: &Here, reason: &str) -> Node {
    let t = here.t;
    set_title(here, t.failed);
    #[cfg(feature = "ssr")]
    crate::shell::set_status(axum::http::StatusCode::SERVICE_UNAVAILABLE);
    notice(
        t.failed,
        t.failed_do,
        markup! {
            <p class="fine">{reason.to_owned()}</p>
            <p class="go"><a class="btn" rel="external" href=here.address.href()>{icon(icon::RELOAD)}{t.retry}</a></p>
        }
        .into_node(),
    )
}

/// A page that says one thing.
pub(crate) fn notice(title: &str, lead: &str, more: Node) -> Node {
    markup! {
        <section class="status" aria-labelledby="verdict">
            <div class="say">
                <h1 id="verdict">{title.to_owned()}</h1>
                <p class="lead">{lead.to_owned()}</p>
                {more}
            </div>
        </section>
    }
    .into_node()
}
