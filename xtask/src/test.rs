//! `cargo xtask test` and `cargo xtask screenshots`: the real program, driven from outside.

use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::bundle::compile;
use crate::process;
use crate::serve::BUILD;
use crate::step::{Outcome, Step, clock, run_all};
use crate::tools::{CHROMIUM, E2E_PACKAGES, PYTHON, WORKER_BUILD, chromium, litellm, python};
use crate::worker::{self, WORKER};
use crate::workspace::Workspace;

const ONLY_TESTS: [Step; 6] = [CHROMIUM, E2E_PACKAGES, PYTHON, PARITY, WORKER_BUILD, WORKER];
const PARITY: Step =
    Step { title: "sketch as WebAssembly", why: "the same vectors run natively, in Node and in Chromium", run: parity };
const SCENES: Step =
    Step { title: "scenes as WebAssembly", why: "what is measured natively is measured in Chromium too", run: scenes };

/// Runs every test and prints how many passed.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let started = Instant::now();
    run_all(workspace, &BUILD)?;
    run_all(workspace, &ONLY_TESTS)?;
    let mut tally = Tally::default();
    println!("\ntests of the crates and of the program from outside\n");
    let mut cargo = workspace.cargo(&["test", "--workspace", "--locked", "--no-fail-fast"]);
    tally.add(outside(workspace, &mut cargo)?, Tally::read_cargo)?;
    println!("\ntests in Node and Chromium\n");
    // The suites start from one demonstration, made by the first of them.
    let seed = workspace.target.join("demonstration");
    forget(&seed)?;
    let mut node = workspace.command("npm");
    node.args(["test", "--silent"]).current_dir(workspace.root.join("tests/e2e"));
    node.env("XTASK_SEED", &seed);
    tally.add(outside(workspace, &mut node)?, Tally::read_node)?;
    forget(&seed)?;
    println!("\n{} passed, {} failed, in {}", tally.passed, tally.failed, clock(started.elapsed()));
    if tally.failed > 0 {
        bail!("{} tests failed; their messages stand above", tally.failed);
    }
    Ok(())
}

/// Removes a folder, if it is there.
fn forget(folder: &Path) -> Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} cannot be removed", folder.display()))
        }
        _ => Ok(()),
    }
}

/// Measures in Chromium; what is found joins the figures in a file.
pub(crate) fn bench(workspace: &Workspace, file: &Path) -> Result<()> {
    run_all(workspace, &BUILD)?;
    run_all(workspace, &[CHROMIUM, E2E_PACKAGES, SCENES])?;
    let mut node = workspace.command("node");
    node.arg("tests/e2e/bench.js").env("BENCH_JSON", file);
    node.env("XTASK_SCENES", workspace.target.join("scenes"));
    if !process::stream(outside(workspace, &mut node)?, |_| ())?.success() {
        bail!("the measurements in Chromium broke off; their message stands above");
    }
    Ok(())
}

/// Makes the pictures of the README from a server with demonstration data in a scratch folder.
pub(crate) fn screenshots(workspace: &Workspace) -> Result<()> {
    run_all(workspace, &BUILD)?;
    run_all(workspace, &[CHROMIUM, E2E_PACKAGES])?;
    let mut node = workspace.command("node");
    node.arg("tests/e2e/screenshots.js").arg(workspace.root.join("docs/images"));
    process::run(outside(workspace, &mut node)?, "look at the page with `cargo xtask start`")
}

/// Tells tests where the program, the bundle and the tools are.
fn outside<'a>(workspace: &Workspace, command: &'a mut Command) -> Result<&'a mut Command> {
    let browser = chromium().context("Chromium is missing; name it in XTASK_CHROMIUM")?;
    Ok(command
        .env("XTASK_BINARY", workspace.binary())
        .env("XTASK_DIST", workspace.dist())
        .env("XTASK_PYTHON", python(workspace))
        .env("XTASK_LITELLM", litellm(workspace))
        .env("XTASK_WORKER", worker::folder(workspace))
        .env("XTASK_WORKERD", worker::workerd(workspace))
        .env("XTASK_PARITY", workspace.target.join("parity"))
        .env("XTASK_CHROMIUM", browser))
}

fn parity(workspace: &Workspace) -> Result<Outcome> {
    bound(workspace, "bonghwa-parity", "parity")
}

fn scenes(workspace: &Workspace) -> Result<Outcome> {
    bound(workspace, "bonghwa-benches", "scenes")
}

/// Builds a crate for Node and for browsers, into a folder of the target directory.
fn bound(workspace: &Workspace, package: &str, folder: &str) -> Result<Outcome> {
    let module = compile(workspace, &["--package", package], &package.replace('-', "_"))?;
    for kind in ["nodejs", "web"] {
        let mut bindgen = workspace.command("wasm-bindgen");
        bindgen.args(["--no-typescript", "--target", kind, "--out-dir"]);
        bindgen.arg(workspace.target.join(folder).join(kind)).arg(&module);
        process::run(&mut bindgen, "the tool and the crate `wasm-bindgen` must have the same version")?;
    }
    Ok(Outcome::Done)
}

/// How many tests passed and failed.
#[derive(Default)]
struct Tally {
    passed: u32,
    failed: u32,
}

impl Tally {
    /// Runs one suite. A suite that breaks off without naming a failed test counts as one.
    fn add(&mut self, command: &mut Command, read: fn(&mut Self, &str)) -> Result<()> {
        let before = self.failed;
        let status = process::stream(command, |line| read(self, line))?;
        if !status.success() && self.failed == before {
            self.failed += 1;
        }
        Ok(())
    }

    /// Reads `test result: ok. 3 passed; 0 failed; ...`.
    fn read_cargo(&mut self, line: &str) {
        if let Some(result) = line.trim().strip_prefix("test result:") {
            self.passed += count_before(result, " passed");
            self.failed += count_before(result, " failed");
        }
    }

    /// Reads the closing `pass 3` and `fail 0` of Node's reporter, each behind a mark.
    fn read_node(&mut self, line: &str) {
        let words: Vec<_> = line.split_whitespace().collect();
        if let ["ℹ", kind, count] = words[..] {
            let count = count.parse().unwrap_or(0);
            match kind {
                "pass" => self.passed += count,
                "fail" | "cancelled" => self.failed += count,
                _ => {}
            }
        }
    }
}

fn count_before(text: &str, word: &str) -> u32 {
    let head = text.split(word).next().unwrap_or_default();
    head.split_whitespace().last().and_then(|number| number.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::Tally;

    #[test]
    fn both_runners_are_counted() {
        let mut tally = Tally::default();
        tally.read_cargo(
            "test result: FAILED. 12 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s",
        );
        for line in ["ℹ tests 9", "ℹ pass 7", "ℹ fail 1", "ℹ cancelled 1"] {
            tally.read_node(line);
        }
        assert_eq!((tally.passed, tally.failed), (19, 5));
    }
}
