//! `bonghwa demo`

use clap::Subcommand;
use reqwest::Method;
use serde_json::{Value, json};

use super::Failure;
use super::client::ServerArgs;
use crate::demo::Fault;
use crate::output::say;

/// Break and heal regions of the running demonstration.
#[derive(Subcommand)]
pub(super) enum Demo {
    /// Start a fault in a region; it ends by itself after 20 minutes
    Break {
        /// Code of the region, for example seoul
        region: String,
        /// heap-leak, slow-db, slow-network, bad-deploy or login-burst
        #[arg(value_parser = |name: &str| name.parse::<Fault>().map_err(|error| error.to_string()))]
        fault: Fault,
        #[command(flatten)]
        server: ServerArgs,
    },
    /// End the fault of a region
    Heal {
        /// Code of the region
        region: String,
        #[command(flatten)]
        server: ServerArgs,
    },
    /// Show the faults there are and those that are active
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        server: ServerArgs,
    },
}

impl Demo {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Break { region, fault, server } => {
                let body = json!({ "region": region, "fault": fault.name() });
                server.ask(Method::POST, "/api/demo/break", Some(&body))?;
                say!("{fault} has begun in {region}; it ends in 20 minutes, or with `bonghwa demo heal {region}`");
            }
            Self::Heal { region, server } => {
                let ended = server.ask(Method::POST, "/api/demo/heal", Some(&json!({ "region": region })))?;
                match ended.get("fault").and_then(Value::as_str) {
                    Some(fault) => say!("{fault} has ended in {region}"),
                    None => say!("nothing was wrong in {region}"),
                }
            }
            Self::List { json, server } => {
                let list = server.ask(Method::GET, "/api/demo", None)?;
                if json {
                    say!("{list:#}");
                } else {
                    show(&list);
                }
            }
        }
        Ok(())
    }
}

fn show(list: &Value) {
    let each = |key: &str| list.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or("?").to_string();
    let faults: Vec<_> = each("faults").iter().filter_map(|fault| fault.as_str().map(String::from)).collect();
    say!("faults: {}", faults.join(", "));
    let active = each("active");
    if active.is_empty() {
        say!("none is active");
    }
    for fault in &active {
        let left = fault.get("until").and_then(Value::as_i64).unwrap_or_default() - crate::clock::now();
        say!("{} in {}, {} min left", text(fault, "fault"), text(fault, "region"), left.max(0) / 60);
    }
}
