//! Why: from what differs between a usual period and an incident to the service that did it.

pub mod flow;
pub mod shift;
