//! One region's engine.
//!
//! Bytes arrive as OTLP or access-log lines, a parser turns them into a [`Batch`](batch::Batch) of bucket deltas, the
//! [`Engine`](engine::Engine) makes them durable, rolls them up and hands out frames. The same code is embedded in the
//! server and compiled into the Worker; what differs is who implements [`Database`](database::Database).

pub mod access_log;
pub mod batch;
pub mod compression;
pub mod counter;
pub mod database;
pub mod engine;
pub mod error;
pub mod history;
pub mod intake;
pub mod key;
pub mod mirror;
pub mod nation;
pub mod otlp;
pub mod part;
pub mod policy;
pub mod receive;
pub mod schema;
#[cfg(feature = "sqlite")]
pub mod sqlite;
pub mod store;
pub mod template;
