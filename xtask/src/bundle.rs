//! The browser bundle: Trunk, then `.br` and `.gz` beside each file that shrinks.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use flate2::{Compression, write::GzEncoder};

use crate::offline;
use crate::process;
use crate::step::{Outcome, Step};
use crate::tools::Stamp;
use crate::worker::FEATURES;
use crate::workspace::{Workspace, files_below, fingerprint};

pub(crate) const BUNDLE: Step =
    Step { title: "browser bundle", why: "dashboard as WebAssembly (about 2 min after a change)", run: build };

/// Kinds of files that shrink; fonts in woff2 and pictures are compressed already.
const COMPRESSIBLE: [&str; 8] = ["css", "html", "js", "json", "svg", "txt", "wasm", "webmanifest"];
/// Everything that the bundle is made from.
const SOURCES: [&str; 10] = [
    ".cargo/config.toml",
    "Cargo.lock",
    "Cargo.toml",
    "Trunk.toml",
    "analytics",
    "app",
    "package-lock.json",
    "public",
    "report",
    "style",
];

fn build(workspace: &Workspace) -> Result<Outcome> {
    let dist = workspace.dist();
    let sources: Vec<_> = SOURCES.iter().map(|path| workspace.root.join(path)).collect();
    let stamp = Stamp::new(dist.join(".fingerprint"), &sources)?;
    // Trunk replaces the folder and the stamp with it, so whatever bundle carries the stamp was made here, completely.
    if stamp.holds() {
        return Ok(Outcome::Ready);
    }
    trunk(workspace, &dist, "app/index.html", "/")?;
    // Into the folder that the first left, which Trunk replaces.
    trunk(workspace, &dist.join("rooms"), "app/rooms.html", "/rooms/")?;
    trunk(workspace, &dist.join("answers"), "app/answers.html", "/answers/")?;
    recompute(workspace, &dist.join("recompute"))?;
    offline::build(workspace, &dist)?;
    precompress(&dist)?;
    stamp.write()?;
    Ok(Outcome::Done)
}

fn trunk(workspace: &Workspace, dist: &Path, page: &str, url: &str) -> Result<()> {
    let mut trunk = workspace.command("trunk");
    trunk.args(["build", "--release", "--offline", "--skip-version-check", "--public-url", url, "--dist"]);
    trunk.arg(dist).arg(page);
    // Trunk 0.21 refuses `NO_COLOR=1`, and Leptos would put the other name into file names.
    trunk.env_remove("NO_COLOR").env_remove("LEPTOS_OUTPUT_NAME").env("TRUNK_COLOR", "never");
    process::run(&mut trunk, "mend what the lines above name; `cargo xtask check` shows all warnings and errors")
}

/// What the browser's workers run: a script of a plain name, which is asked for each time, and the module with its
/// loader, which carry a hash.
fn recompute(workspace: &Workspace, folder: &Path) -> Result<()> {
    let module = compile(workspace, &["--package", "bonghwa-recompute"], "bonghwa_recompute")?;
    let name = format!("recompute-{}", fingerprint(std::slice::from_ref(&module))?);
    bind(workspace, &module, folder, "web", &name)?;
    let source = workspace.root.join("app/recompute/worker.js");
    let script = fs::read_to_string(&source).with_context(|| format!("cannot read {}", source.display()))?;
    let script = script.replace("./recompute.js", &format!("./{name}.js"));
    fs::write(folder.join("worker.js"), script).with_context(|| format!("cannot write to {}", folder.display()))
}

/// Compiles a crate to wasm32 and says where the module is.
pub(crate) fn compile(workspace: &Workspace, package: &[&str], name: &str) -> Result<PathBuf> {
    let target = "wasm32-unknown-unknown";
    let mut cargo = workspace.cargo(&["build", "--locked", "--lib", "--target", target, "--profile", "wasm-release"]);
    process::run(cargo.args(package), "mend what the lines above name")?;
    Ok(workspace.target.join(target).join("wasm-release").join(format!("{name}.wasm")))
}

/// Writes the loader of a module and the module, made smaller, into a folder: `NAME.js` and `NAME_bg.wasm`.
pub(crate) fn bind(workspace: &Workspace, module: &Path, folder: &Path, kind: &str, name: &str) -> Result<()> {
    let mut bindgen = workspace.command("wasm-bindgen");
    bindgen.args(["--no-typescript", "--target", kind, "--out-name", name, "--out-dir"]).arg(folder).arg(module);
    process::run(&mut bindgen, "the tool and the crate `wasm-bindgen` must have the same version")?;
    let bound = folder.join(format!("{name}_bg.wasm"));
    let mut shrink = workspace.command("wasm-opt");
    shrink.args(FEATURES).arg("-O3").arg(&bound).arg("-o").arg(&bound);
    process::run(&mut shrink, "remove node_modules and run the same command again")
}

fn precompress(dist: &Path) -> Result<()> {
    for file in files_below(dist)? {
        let extension = file.extension().unwrap_or_default().to_string_lossy().into_owned();
        if !COMPRESSIBLE.contains(&extension.as_str()) {
            continue;
        }
        let bytes = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        for (suffix, packed) in [("br", brotli(&bytes)?), ("gz", gzip(&bytes)?)] {
            let beside = file.with_extension(format!("{extension}.{suffix}"));
            if packed.len() < bytes.len() {
                fs::write(&beside, packed).with_context(|| format!("cannot write {}", beside.display()))?;
            }
        }
    }
    Ok(())
}

fn brotli(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut packed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 24, ..Default::default() };
    brotli::BrotliCompress(&mut &*bytes, &mut packed, &parameters)?;
    Ok(packed)
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}
