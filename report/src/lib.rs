//! Reports as documents.
//!
//! `bonghwa_analytics::report` says what a report holds. [`document`](make::document) puts words round it, once, and gives every
//! number its source; a writer for each format lays the document out. Writers compute nothing and format no number.
//!
//! Invariant: the same report gives the same bytes; nothing here reads a clock, draws a random number or looks for a font.

mod chart;
pub mod document;
#[cfg(all(feature = "hwpx", feature = "pdf", feature = "xlsx"))]
mod format;
mod html;
#[cfg(feature = "hwpx")]
mod hwpx;
mod make;
#[cfg(feature = "pdf")]
mod pdf;
mod words;
#[cfg(feature = "xlsx")]
mod xlsx;
mod xml;

#[cfg(all(feature = "hwpx", feature = "pdf", feature = "xlsx"))]
pub use format::{WriteError, media_type, write};
pub use html::html;
#[cfg(feature = "hwpx")]
pub use hwpx::{Hwpx, HwpxWriter};
pub use make::document;
#[cfg(feature = "pdf")]
pub use pdf::pdf;
#[cfg(feature = "xlsx")]
pub use xlsx::xlsx;
pub use xml::escape;
