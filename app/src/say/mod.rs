//! Sentences that are put together: verdicts, leads, findings. Templates with slots for facts; what is shown as a
//! number comes from a fact.

#[cfg(any(feature = "ssr", feature = "rooms"))]
pub(crate) mod again;
#[cfg(any(feature = "ssr", feature = "answers"))]
pub(crate) mod answer;
pub(crate) mod cause;
pub(crate) mod combine;
#[cfg(any(feature = "ssr", feature = "answers"))]
mod compare;
#[cfg(feature = "document")]
pub(crate) mod document;
pub(crate) mod forecast;
pub(crate) mod incident;
pub(crate) mod now;
pub(crate) mod objective;
pub(crate) mod picture;
#[cfg(any(feature = "ssr", feature = "answers"))]
pub(crate) mod question;
pub(crate) mod region;
pub(crate) mod sessions;
#[cfg(feature = "ssr")]
pub(crate) mod speak;
pub(crate) mod template;
#[cfg(feature = "ssr")]
pub(crate) mod told;
pub(crate) mod verdict;
#[cfg(any(feature = "ssr", feature = "answers"))]
pub(crate) mod watch;
pub(crate) mod why;
