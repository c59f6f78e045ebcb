//! Why: from what differs between a usual period and an incident to the service that did it.

mod evidence;
pub mod flow;
mod scene;
pub mod shift;

pub use evidence::*;
pub use scene::*;

/// stub
pub fn explain(_: &Scene<'_>) -> Explanation {
    Explanation::default()
}
