//! `cargo xtask worker`: the regional edge as a Cloudflare Worker, built, run here, deployed.

use std::fs::{self, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::step::{Outcome, Step, run_all};
use crate::tools::{CRATES, NODE_TOOLS, RUST_TARGET, Stamp, WASM_BINDGEN_CLI, WORKER_BUILD};
use crate::workspace::Workspace;

/// All that the Worker needs, in order.
pub(crate) const STEPS: [Step; 6] = [RUST_TARGET, WASM_BINDGEN_CLI, WORKER_BUILD, NODE_TOOLS, CRATES, WORKER];
pub(crate) const WORKER: Step =
    Step { title: "Worker", why: "the regional edge for Cloudflare and workerd (about a minute)", run: build_module };

/// Everything that the Worker is made from.
const SOURCES: [&str; 8] = [
    ".cargo/config.toml",
    "Cargo.lock",
    "Cargo.toml",
    "analytics",
    "edge/Cargo.toml",
    "edge/src",
    "package-lock.json",
    "worker/src",
];
/// What the compiler and wasm-bindgen use; worker-build would run wasm-opt without SIMD, so it is told not to.
pub(crate) const FEATURES: [&str; 8] = [
    "--enable-bulk-memory",
    "--enable-exception-handling",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-simd",
];
const SECRETS: [&str; 2] = ["FLEET_KEY", "ADMIN_KEY"];

/// The folder of the Worker.
pub(crate) fn folder(workspace: &Workspace) -> PathBuf {
    workspace.root.join("worker")
}

/// The module that is deployed.
pub(crate) fn module(workspace: &Workspace) -> PathBuf {
    folder(workspace).join("build/index_bg.wasm")
}

/// The program workerd itself: the one in `.bin` is a script, whose end would not be workerd's.
pub(crate) fn workerd(workspace: &Workspace) -> PathBuf {
    let machine = if cfg!(target_arch = "aarch64") { "linux-arm64" } else { "linux-64" };
    workspace.root.join(format!("node_modules/@cloudflare/workerd-{machine}/bin/workerd"))
}

/// Builds it.
pub(crate) fn build(workspace: &Workspace) -> Result<()> {
    run_all(workspace, &STEPS)?;
    let bytes = fs::metadata(module(workspace)).context("the module was built and is not there")?.len();
    println!("\nworker/build is ready: index.js and index_bg.wasm ({} KB)", bytes / 1000);
    Ok(())
}

/// Builds it and runs it here, without an account, until Ctrl-C.
pub(crate) fn dev(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    run_all(workspace, &STEPS)?;
    let secrets = folder(workspace).join(".dev.vars");
    if !secrets.exists() {
        let made = SECRETS.into_iter().map(|name| Ok((name, hex(&random()?)))).collect::<Result<Vec<_>>>()?;
        write_private(&secrets, &made)?;
        println!("\nmade worker/.dev.vars with a FLEET_KEY and an ADMIN_KEY for this machine");
    }
    wrangler(workspace, &["dev"], arguments)
}

/// Builds it and puts it into the account that `wrangler login` or `CLOUDFLARE_API_TOKEN` names. Secrets that are set in
/// the environment go along; without them those of the last time stay.
pub(crate) fn deploy(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    run_all(workspace, &STEPS)?;
    let set: Vec<_> = SECRETS.into_iter().filter_map(|name| Some((name, std::env::var(name).ok()?))).collect();
    if set.is_empty() {
        return wrangler(workspace, &["deploy"], arguments);
    }
    if set.len() < SECRETS.len() {
        bail!("set both {} in the environment, or neither to keep those of the last time", SECRETS.join(" and "));
    }
    let file = folder(workspace).join(".secrets");
    write_private(&file, &set)?;
    let deployed = wrangler(workspace, &["deploy", "--secrets-file", ".secrets"], arguments);
    fs::remove_file(&file).with_context(|| format!("remove {} by hand: it holds secrets", file.display()))?;
    deployed
}

fn build_module(workspace: &Workspace) -> Result<Outcome> {
    let folder = folder(workspace);
    let mut sources: Vec<_> = SOURCES.iter().map(|path| workspace.root.join(path)).collect();
    sources.push(folder.join("Cargo.toml"));
    let stamp = Stamp::new(folder.join("build/.fingerprint"), &sources)?;
    // worker-build replaces the folder and the stamp with it.
    if stamp.holds() {
        return Ok(Outcome::Ready);
    }
    let bin = workspace.root.join("node_modules/.bin");
    let mut command = workspace.command("worker-build");
    command.args(["--profile", "wasm-release", "--no-opt"]).current_dir(&folder);
    // With these it downloads nothing.
    command.env("WASM_BINDGEN_BIN", workspace.cache.join("tools/bin/wasm-bindgen"));
    command.env("WASM_OPT_BIN", bin.join("wasm-opt")).env("ESBUILD_BIN", bin.join("esbuild"));
    process::run(&mut command, "mend what the lines above name; `cargo xtask check` shows all warnings and errors")?;
    let module = module(workspace);
    let mut shrink = workspace.command("wasm-opt");
    // What is alike after the first pass is merged, what no value reaches goes, and what that leaves shrinks again.
    shrink.args(FEATURES).args(["--closed-world", "-Oz", "--merge-similar-functions", "-Oz"]);
    shrink.args(["--gufa-optimizing", "-Oz", "--strip-producers", "--strip-target-features"]);
    shrink.arg(&module).arg("-o").arg(&module);
    process::run(&mut shrink, "remove node_modules and run the same command again")?;
    stamp.write()?;
    Ok(Outcome::Done)
}

/// Runs wrangler in the folder of the Worker, quiet towards Cloudflare.
fn wrangler(workspace: &Workspace, words: &[&str], arguments: &[String]) -> Result<()> {
    let mut command: Command = workspace.command("wrangler");
    command.args(words).args(arguments).current_dir(folder(workspace));
    command.env("WRANGLER_SEND_METRICS", "false").env("CLOUDFLARE_CF_FETCH_ENABLED", "false");
    let status = command.status().context("cannot start wrangler")?;
    if status.success() {
        return Ok(());
    }
    bail!("`wrangler {}` ended with {status}; its own message stands above", words.join(" "));
}

fn write_private(file: &Path, secrets: &[(&str, String)]) -> Result<()> {
    let text = secrets.iter().fold(String::new(), |text, (name, value)| text + name + "=" + value + "\n");
    let opened = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(file);
    opened
        .and_then(|mut opened| opened.write_all(text.as_bytes()))
        .with_context(|| format!("cannot write {}", file.display()))
}

fn random() -> Result<[u8; 16]> {
    let mut bytes = [0; 16];
    let source = fs::File::open("/dev/urandom").and_then(|mut source| source.read_exact(&mut bytes));
    source.context("cannot read random bytes")?;
    Ok(bytes)
}

fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(u32::from(digit), 16)).collect()
}
