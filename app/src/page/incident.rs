//! One incident: what users feel, how sure its cause is, the way from the cause to the symptom, and the evidence.

use bonghwa_analytics::view::IncidentView;

use crate::app::{Here, set_title};
use crate::dom::{IntoNode, Node, markup};

/// The page of a view.
pub(crate) fn render(here: &Here, view: &IncidentView) -> Node {
    if view.incident.is_none() {
        crate::page::not_found();
    }
    set_title(here, &view.id);
    markup! { <h1>{view.id.clone()}</h1> }.into_node()
}
