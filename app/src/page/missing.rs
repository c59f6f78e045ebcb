//! No such page.

use crate::app::{Here, set_title};
use crate::dom::{Node, markup};
use crate::part::icon::{self, icon};
use crate::part::state::notice;

/// The page that says so; on the server the answer is 404.
pub(super) fn render(here: &Here) -> Node {
    not_found();
    let t = here.t;
    let home = markup! {
        <p class="go"><a class="btn" href=here.address.now_page().href()>{t.home}{icon(icon::RIGHT)}</a></p>
    };
    set_title(here, t.missing_title);
    notice(t.missing_title, t.missing_lead, home)
}

/// Makes the server's answer a 404.
pub(crate) fn not_found() {
    #[cfg(feature = "ssr")]
    crate::shell::set_status(axum::http::StatusCode::NOT_FOUND);
}
