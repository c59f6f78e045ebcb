//! The server in this process, asked over its own sockets.
//!
//! One program for all of these tests: each program of its own would link the whole server again.
#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod answers;
mod common;
mod desk;
mod export;
mod forecast;
mod life;
mod model;
mod receiver;
mod remote;
mod security;
mod sessions;
