//! Log templates: what log lines say, without the variables in them.

pub mod change;
pub mod group;
pub mod mask;
pub mod miner;
mod words;
