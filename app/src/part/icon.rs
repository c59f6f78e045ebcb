//! Line icons, 20 × 20, one path each.

use crate::dom::{IntoNode, Node, markup};

pub(crate) const FLASK: &str =
    "M8 3h4M8.8 3v5L4.6 15.4A1.2 1.2 0 0 0 5.7 17h8.6a1.2 1.2 0 0 0 1.1-1.6L11.2 8V3M6.6 12.5h6.8";
pub(crate) const THEME: &str =
    "M3.4 10a6.6 6.6 0 1 0 13.2 0a6.6 6.6 0 1 0-13.2 0M10 3.4v13.2M10 6.5h4.6M10 10h6.4M10 13.5h4.6";
pub(crate) const HELP: &str =
    "M3 10a7 7 0 1 0 14 0a7 7 0 1 0-14 0M7.8 8a2.2 2.2 0 1 1 3.3 1.9c-.8.4-1.1.9-1.1 1.7M10 14.1v.1";
pub(crate) const RIGHT: &str = "M4 10h12M11.5 5.5L16 10l-4.5 4.5";
pub(crate) const SEARCH: &str = "M3.2 8.8a5.6 5.6 0 1 0 11.2 0a5.6 5.6 0 1 0-11.2 0M13 13l4 4";
pub(crate) const PAUSE: &str = "M7 4.5v11M13 4.5v11";
pub(crate) const PLAY: &str = "M7 4.5l8 5.5-8 5.5z";
pub(crate) const CHECK: &str = "M4 10.6l4 4 8-9";
pub(crate) const TRIANGLE: &str = "M10 3.6l7 12.4H3z";
pub(crate) const DIAMOND: &str = "M10 3.4l6.6 6.6-6.6 6.6L3.4 10z";
pub(crate) const LATE: &str = "M3.2 10a6.8 6.8 0 1 0 13.6 0a6.8 6.8 0 1 0-13.6 0M10 6v4.3l2.8 1.8";
pub(crate) const DOWN: &str = "M5.5 8l4.5 4.5L14.5 8";
pub(crate) const LOCK: &str = "M5 9h10v8H5zM7 9V6.5a3 3 0 0 1 6 0V9";
pub(crate) const RELOAD: &str = "M15.5 10a5.5 5.5 0 1 1-1.7-4M14.2 2.8v3.4h-3.4";

pub(crate) const USER: &str =
    "M6.9 6.6a3.1 3.1 0 1 0 6.2 0a3.1 3.1 0 1 0-6.2 0M3.8 17c.6-3.6 3-5.4 6.2-5.4s5.6 1.8 6.2 5.4";
pub(crate) const SERVICE: &str = "M4 3.5h12v5H4zM4 11.5h12v5H4zM6.8 6h.1M6.8 14h.1M9.5 6h4M9.5 14h4";
pub(crate) const CROSS: &str = "M5 5l10 10M15 5L5 15";
pub(crate) const TRACE: &str = "M3 5h9M6 10h9M9 15h8";
pub(crate) const METRIC: &str = "M3 16.5h14M5.5 16V11M10 16V6M14.5 16V9";
pub(crate) const LINES: &str = "M4 5h12M4 8.5h9M4 12h12M4 15.5h6";
pub(crate) const REPORT: &str = "M5 2.5h7l3.5 3.5v11.5H5zM12 2.5V6h3.5M7.5 10h5.5M7.5 13h5.5";
pub(crate) const COMPARE: &str = "M6.5 4v12M13.5 4v12M3 7h7M10 13h7";

/// An icon beside a word that says the same.
pub(crate) fn icon(path: &'static str) -> Node {
    markup! { <svg class="ic" viewBox="0 0 20 20" aria-hidden="true"><path d=path/></svg> }.into_node()
}
