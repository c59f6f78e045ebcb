//! Tools that are installed where they are missing.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::process;
use crate::step::{Outcome, Step};
use crate::workspace::{Workspace, fingerprint};

/// Must be the version of the crate, see the test below.
const WASM_BINDGEN: &str = "0.2.130";
/// The last version that Rust 1.95 compiles.
const TRUNK: &str = "0.21.14";
/// Must be the version of the crate `worker`, see the test below.
const WORKER_BUILD_VERSION: &str = "0.8.7";
const CARGO_DENY: &str = "0.20.2";
const WASM_TARGET: &str = "wasm32-unknown-unknown";
const NETWORK: &str = "check that the package registries can be reached, then run the same command again";

pub(crate) const RUST_TARGET: Step =
    Step { title: "wasm32 target", why: "the standard library for the browser (a second once)", run: rust_target };
pub(crate) const WASM_BINDGEN_CLI: Step = Step {
    title: "wasm-bindgen",
    why: "joins Rust and JavaScript (about 4 min once)",
    run: |workspace| cargo_install(workspace, "wasm-bindgen-cli", "wasm-bindgen", WASM_BINDGEN, false),
};
pub(crate) const TRUNK_CLI: Step = Step {
    title: "Trunk",
    why: "builds the browser bundle (about 7 min once)",
    run: |workspace| cargo_install(workspace, "trunk", "trunk", TRUNK, true),
};
pub(crate) const WORKER_BUILD: Step =
    Step { title: "worker-build", why: "makes a Worker of a crate (about 4 min once)", run: install_worker_build };
pub(crate) const DENY: Step = Step {
    title: "cargo-deny",
    why: "checks licences and sources of all crates (about 4 min once)",
    run: |workspace| cargo_install(workspace, "cargo-deny", "cargo-deny", CARGO_DENY, true),
};
pub(crate) const NODE_TOOLS: Step = Step {
    title: "npm tools",
    why: "wasm-opt makes the browser bundle small, workerd runs the Worker (seconds once)",
    run: |workspace| npm_ci(workspace, &workspace.root),
};
pub(crate) const CRATES: Step =
    Step { title: "crates", why: "download the sources of all dependencies (a minute once)", run: fetch };
pub(crate) const CHROMIUM: Step =
    Step { title: "Chromium", why: "the browser of the tests (about a minute once)", run: install_chromium };
pub(crate) const E2E_PACKAGES: Step = Step {
    title: "npm packages of the tests",
    why: "browser driver, accessibility rules, Express, OpenTelemetry (half a minute once)",
    run: |workspace| npm_ci(workspace, &workspace.root.join("tests/e2e")),
};
pub(crate) const PYTHON: Step = Step {
    title: "Python packages of the tests",
    why: "Flask, OpenTelemetry, MCP, LiteLLM (a minute once)",
    run: python_venv,
};

fn rust_target(workspace: &Workspace) -> Result<Outcome> {
    let sysroot =
        workspace.ask("rustc", &["--print", "sysroot"]).context("`rustc` does not run; install Rust by rustup")?;
    if Path::new(&sysroot).join("lib/rustlib").join(WASM_TARGET).join("lib").is_dir() {
        return Ok(Outcome::Ready);
    }
    let advice = "if this machine refuses the download, install Debian's `rustc-web cargo-web rust-web-src lld`, build \
        the standard library once with RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Cembed-bitcode=yes cargo build --release --target \
        wasm32-unknown-unknown -Zbuild-std=std,panic_abort in an empty crate, and copy the rlibs into \
        lib/rustlib/wasm32-unknown-unknown/lib of `rustc --print sysroot`";
    process::run(workspace.command("rustup").args(["target", "add", WASM_TARGET]), advice)?;
    Ok(Outcome::Done)
}

/// Installs a program from crates.io into the cache. wasm-bindgen's own lock file names a version that was withdrawn,
/// Trunk does not compile without its own: hence `locked`.
fn cargo_install(workspace: &Workspace, package: &str, program: &str, version: &str, locked: bool) -> Result<Outcome> {
    let root = workspace.cache.join("tools");
    let installed = root.join("bin").join(program);
    let answer = workspace.ask(&installed.to_string_lossy(), &["--version"]);
    if answer.is_some_and(|answer| answer.split_whitespace().last() == Some(version)) {
        return Ok(Outcome::Ready);
    }
    // A target folder that outlives an interruption, so that the next attempt goes on where this one ended.
    let build = workspace.cache.join("tools-build");
    let mut command = workspace.cargo(&["install", "--force", "--version", version, "--root"]);
    command.arg(&root).arg(package).env("CARGO_TARGET_DIR", &build);
    if locked {
        command.arg("--locked");
    }
    process::run(&mut command, NETWORK)?;
    fs::remove_dir_all(&build).with_context(|| format!("cannot remove {}", build.display()))?;
    Ok(Outcome::Done)
}

/// It links the system's OpenSSL, although with the variables that it is run with it never downloads anything.
fn install_worker_build(workspace: &Workspace) -> Result<Outcome> {
    if workspace.ask("pkg-config", &["--exists", "openssl"]).is_none() {
        apt_install(workspace, &["libssl-dev", "pkg-config"])?;
    }
    cargo_install(workspace, "worker-build", "worker-build", WORKER_BUILD_VERSION, false)
}

fn npm_ci(workspace: &Workspace, folder: &Path) -> Result<Outcome> {
    let major =
        workspace.ask("node", &["--version"]).and_then(|v| v.trim_start_matches('v').split('.').next()?.parse().ok());
    match major {
        Some(20_u32..) => {}
        Some(old) => bail!("Node {old} is too old; install Node 20 or newer"),
        None => bail!("`node` does not run; install Node 20 or newer"),
    }
    let stamp = Stamp::new(folder.join("node_modules/.fingerprint"), &[folder.join("package-lock.json")])?;
    if stamp.holds() {
        return Ok(Outcome::Ready);
    }
    let mut command = workspace.command("npm");
    command.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(folder);
    process::run(&mut command, NETWORK)?;
    stamp.write()?;
    Ok(Outcome::Done)
}

fn fetch(workspace: &Workspace) -> Result<Outcome> {
    // For all platforms, because `cargo metadata`, which Trunk asks offline, reads the manifests of all. When nothing
    // is missing this takes a moment and needs no network.
    process::run(&mut workspace.cargo(&["fetch", "--locked"]), NETWORK)?;
    Ok(Outcome::Done)
}

/// The browser that the tests drive: `XTASK_CHROMIUM`, or the first one in PATH.
pub(crate) fn chromium() -> Option<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let path = env::var_os("PATH").unwrap_or_default();
    env::var_os("XTASK_CHROMIUM").map(PathBuf::from).or_else(|| {
        let found = env::split_paths(&path).flat_map(|dir| names.map(|name| dir.join(name)));
        found.into_iter().find(|candidate| candidate.is_file())
    })
}

fn install_chromium(workspace: &Workspace) -> Result<Outcome> {
    if chromium().is_some() {
        return Ok(Outcome::Ready);
    }
    apt_install(workspace, &["chromium", "fonts-noto-cjk"])?;
    chromium().context("Chromium was installed but is not in PATH; name it in XTASK_CHROMIUM")?;
    Ok(Outcome::Done)
}

fn apt_install(workspace: &Workspace, packages: &[&str]) -> Result<()> {
    let root = workspace.ask("id", &["-u"]).is_some_and(|id| id == "0");
    let advice = format!("install these packages by hand: {}", packages.join(" "));
    let install = [&["install", "--yes", "--no-install-recommends"], packages].concat();
    for arguments in [&["update"][..], &install] {
        let mut command = workspace.command(if root { "apt-get" } else { "sudo" });
        if !root {
            command.arg("apt-get");
        }
        process::run(command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive"), &advice)?;
    }
    Ok(())
}

/// The environments of the tests, each with the file that says what is in it: the proxy for language models needs older
/// versions of what the client of MCP needs.
const VENVS: [(&str, &str); 2] =
    [("venv", "tests/python/requirements.txt"), ("venv-model", "tests/python/requirements-model.txt")];

/// The Python that has the packages of the tests.
pub(crate) fn python(workspace: &Workspace) -> PathBuf {
    workspace.cache.join("venv/bin/python")
}

/// The proxy that stands in for providers of language models.
pub(crate) fn litellm(workspace: &Workspace) -> PathBuf {
    workspace.cache.join("venv-model/bin/litellm")
}

fn python_venv(workspace: &Workspace) -> Result<Outcome> {
    let mut outcome = Outcome::Ready;
    for (folder, requirements) in VENVS {
        let requirements = workspace.root.join(requirements);
        let venv = workspace.cache.join(folder);
        let python = venv.join("bin/python");
        let stamp = Stamp::new(venv.join(".fingerprint"), std::slice::from_ref(&requirements))?;
        if stamp.holds() && python.is_file() {
            continue;
        }
        if workspace.ask("python3", &["-c", "import ensurepip, venv"]).is_none() {
            apt_install(workspace, &["python3-venv"])?;
        }
        process::run(
            workspace.command("python3").args(["-m", "venv", "--clear"]).arg(&venv),
            "install Python 3.11 with venv",
        )?;
        let mut pip = workspace.command(&python.to_string_lossy());
        process::run(pip.args(["-m", "pip", "install", "--requirement"]).arg(&requirements), NETWORK)?;
        stamp.write()?;
        outcome = Outcome::Done;
    }
    Ok(outcome)
}

/// A file that remembers from which inputs something was made.
pub(crate) struct Stamp {
    file: PathBuf,
    digest: String,
}

impl Stamp {
    /// A stamp in `file` for these inputs.
    pub(crate) fn new(file: PathBuf, inputs: &[PathBuf]) -> Result<Self> {
        Ok(Self { file, digest: fingerprint(inputs)? })
    }

    /// Whether it was made from just these inputs.
    pub(crate) fn holds(&self) -> bool {
        fs::read_to_string(&self.file).is_ok_and(|written| written == self.digest)
    }

    /// Notes that it was made now.
    pub(crate) fn write(&self) -> Result<()> {
        let folder = self.file.parent().context("a stamp lies in a folder")?;
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&self.file, &self.digest))
            .with_context(|| format!("cannot write {}", self.file.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tools_are_as_old_as_their_crates() {
        let manifest = include_str!("../../Cargo.toml");
        assert!(manifest.contains(&format!("wasm-bindgen = \"={WASM_BINDGEN}\"")));
        assert!(manifest.contains(&format!("worker = \"={WORKER_BUILD_VERSION}\"")));
    }
}
