//! No such page.

use leptos::prelude::*;

use crate::app::{Place, title};
use crate::part::icon::{self, icon};
use crate::part::state::notice;

/// The page that says so; on the server the answer is 404.
#[component]
pub(crate) fn Missing() -> impl IntoView {
    not_found();
    let place = expect_context::<Place>();
    move || {
        let here = place.here();
        let t = here.t;
        let home = view! { <p class="go"><a class="btn" href=here.address.now_page().href()>{t.home}{icon(icon::RIGHT)}</a></p> };
        view! { {title(&here, t.missing_title)}{notice(t.missing_title, t.missing_lead, home.into_any())} }
    }
}

/// Makes the server's answer a 404.
pub(crate) fn not_found() {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(axum::http::StatusCode::NOT_FOUND);
    }
}
