//! The server of Bonghwa: one process that receives telemetry, keeps an edge for every region, and shows the nation.
//!
//! [`run::serve`] puts the parts together: a data [`folder`], the [`centre`] with its embedded edges, the [`http`]
//! surface, and, unless told otherwise, the [`demo`]nstration.

#![recursion_limit = "512"]

pub mod answers;
pub mod bundle;
pub mod centre;
pub mod cli;
pub mod clock;
pub mod demo;
pub mod egress;
pub mod export;
pub mod folder;
pub mod http;
pub mod import;
pub mod keys;
pub mod marks;
pub mod mcp;
pub mod model;
pub mod outgoing;
mod output;
pub mod picture;
pub mod pull;
pub mod random;
pub mod reports;
pub mod run;
pub mod runbooks;
pub mod settings;
