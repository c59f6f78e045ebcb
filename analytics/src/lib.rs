//! Bonghwa's pure core.
//!
//! Telemetry becomes [`Bucket`](bucket::Bucket)s, buckets become [`Frame`](frame::Frame)s, frames fill an
//! [`Atlas`](atlas::Atlas), and [`view`] turns an atlas into what a page shows.
//!
//! Invariant: the same bytes everywhere. Nothing here reads a clock, draws a random number, iterates a hash map into a
//! result or calls a transcendental function of the platform; the same code runs natively, in workerd and in a browser.

pub mod answer;
pub mod ask;
pub mod atlas;
pub mod baseline;
pub mod bucket;
pub mod calendar;
pub mod cause;
pub mod codec;
pub mod column;
pub mod contextual;
pub mod contribution;
pub mod desk;
pub mod detect;
pub mod forecast;
pub mod format;
pub mod frame;
pub mod hash;
pub mod identity;
pub mod incident;
pub mod latency;
pub mod logs;
mod names;
pub mod nation;
pub mod objective;
pub mod parameter;
pub mod recompute;
pub mod region;
pub mod report;
pub mod runbook;
pub mod session;
pub mod sketch;
pub mod summary;
pub mod table;
pub mod time;
pub mod view;
pub mod watch;
pub mod window;

pub use bonghwa_mask as mask;
