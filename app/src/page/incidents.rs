//! The list of incidents.

use bonghwa_analytics::view::{IncidentsQuery, IncidentsView};

use crate::app::{Here, set_title};
use crate::dom::{IntoNode, Node, markup};

/// The page of a view.
pub(crate) fn render(here: &Here, view: &IncidentsView, _query: &IncidentsQuery) -> Node {
    set_title(here, here.t.incidents);
    let rows: Vec<_> = view.rows.iter().map(|row| markup! { <li>{row.id.clone()}</li> }).collect();
    markup! { <h1>{here.t.incidents}</h1><ul>{rows}</ul> }.into_node()
}
