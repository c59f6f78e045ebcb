//! `cargo xtask check`: everything that needs no running program.

use std::process::Command;

use anyhow::Result;

use crate::process;
use crate::step::{Outcome, Step, run_all};
use crate::tidy::TIDY;
use crate::tools::{CRATES, DENY, RUST_TARGET};
use crate::workspace::Workspace;

const STEPS: [Step; 8] = [TIDY, FORMAT, RUST_TARGET, CRATES, LINT, LINT_WASM, DENY, SUPPLY];
const FORMAT: Step = Step {
    title: "format",
    why: "rustfmt",
    run: |workspace| {
        done(&mut workspace.cargo(&["fmt", "--all", "--check", "--", "--color", "never"]), "run `cargo fmt --all`")
    },
};
const LINT: Step = Step {
    title: "lints",
    why: "clippy on the native crates and their tests",
    run: |workspace| {
        let arguments = ["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"];
        done(&mut workspace.cargo(&arguments), "mend what the lines above name")
    },
};
const LINT_WASM: Step =
    Step { title: "lints for WebAssembly", why: "clippy on what runs in browsers and in workerd", run: lint_wasm };
const SUPPLY: Step = Step {
    title: "supply chain",
    why: "licences, sources and bans of deny.toml",
    run: |workspace| {
        let mut deny = workspace.command("cargo-deny");
        done(
            deny.args(["--locked", "check", "bans", "licenses", "sources"]),
            "see deny.toml for what is allowed and why",
        )
    },
};

/// Runs all checks and stops at the first that fails.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    run_all(workspace, &STEPS)?;
    println!("\nall checks passed");
    Ok(())
}

fn done(command: &mut Command, advice: &str) -> Result<Outcome> {
    process::run(command, advice)?;
    Ok(Outcome::Done)
}

fn lint_wasm(workspace: &Workspace) -> Result<Outcome> {
    let browser = &["--package", "bonghwa-app", "--features", "hydrate,front,rooms,answers"][..];
    let pure = &[
        "--package",
        "bonghwa-mask",
        "--package",
        "bonghwa-analytics",
        "--package",
        "bonghwa-file",
        "--package",
        "bonghwa-recompute",
        "--package",
        "bonghwa-offline",
        "--package",
        "bonghwa-writer",
    ][..];
    let offline = &["--package", "bonghwa-app", "--features", "offline"][..];
    let worker = &["--package", "bonghwa-edge", "--package", "bonghwa-worker"][..];
    for features in [pure, browser, offline, worker] {
        let mut clippy = workspace.cargo(&["clippy", "--locked", "--target", "wasm32-unknown-unknown"]);
        process::run(clippy.args(features).args(["--", "-D", "warnings"]), "mend what the lines above name")?;
    }
    Ok(Outcome::Done)
}
