//! The screens of Bonghwa: one Leptos app that the server renders and the browser takes over.
//!
//! The same wasm serves both: [`hydrate`](browser::hydrate) takes over a page that the server rendered,
//! [`mount`](browser::mount) starts on an empty one (offline). Pages compute nothing: they render what
//! `bonghwa_analytics::view` gives, except on 합쳐 보기, where the browser merges the registers it fetched with that
//! same code.
//!
//! The Content-Security-Policy allows no inline style. So no element carries a `style` attribute: every length that
//! depends on data (bars, dots, labels, axes) is an SVG attribute in percent, which stretches with its box while text
//! keeps its size, and which needs no script. Fixed places (rows and columns of tiles) are classes.

#![recursion_limit = "512"]
#![allow(unreachable_pub, reason = "the component macro makes public items of its own")]
#![cfg_attr(
    not(any(feature = "ssr", feature = "hydrate")),
    allow(
        clippy::unused_async,
        unused_imports,
        unused_variables,
        reason = "documents use words only: no page is rendered and nothing is fetched"
    )
)]
#![allow(dead_code, reason = "only a browser merges, zooms and reads values; only a server renders documents")]

pub mod address;
mod app;
#[cfg(feature = "hydrate")]
mod browser;
mod chart;
mod data;
mod dom;
mod json;
mod live;
mod order;
mod page;
mod part;
mod particle;
mod past;
mod say;
#[cfg(feature = "ssr")]
mod shell;
#[cfg(all(test, feature = "ssr"))]
mod tests;
mod text;

pub use app::{App, Site};
pub use data::{Backend, BoxFuture, CombineData};
#[cfg(feature = "document")]
pub use particle::{Particle, particle, with};
#[cfg(feature = "document")]
pub use say::document::{Said, Speaker};
#[cfg(feature = "ssr")]
pub use say::picture::note as picture_note;
#[cfg(feature = "ssr")]
pub use say::speak::{list, slots, speak, tell};
#[cfg(feature = "ssr")]
pub use say::told::{Told, ToldFact, agree, told};
#[cfg(feature = "ssr")]
pub use shell::{BundleAssets, shell};
