//! Where things are, and commands that find the project's own tools first.

use std::env;
use std::ffi::OsString;
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use anyhow::{Context, Result};

/// Folders of the project and of its caches.
pub(crate) struct Workspace {
    /// Root of the clone.
    pub(crate) root: PathBuf,
    /// Cargo's target folder.
    pub(crate) target: PathBuf,
    /// Tools and other downloads, shared by all clones.
    pub(crate) cache: PathBuf,
}

impl Workspace {
    /// Finds the folders from the variables that cargo and the person set.
    pub(crate) fn locate() -> Result<Self> {
        let manifest = env::var_os("CARGO_MANIFEST_DIR").context("start this through `cargo xtask`")?;
        let root = Path::new(&manifest).parent().context("the xtask folder has no parent")?.to_path_buf();
        let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |dir| root.join(dir));
        let cache = match env::var_os("BONGHWA_CACHE") {
            Some(dir) => root.join(dir),
            None => Path::new(&env::var_os("HOME").context("set HOME or BONGHWA_CACHE")?).join(".cache/bonghwa"),
        };
        Ok(Self { root, target, cache })
    }

    /// The server's program.
    pub(crate) fn binary(&self) -> PathBuf {
        self.target.join("release/bonghwa")
    }

    /// The browser bundle.
    pub(crate) fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// A command in the root folder, with the project's tools before the machine's: Debian's `wasm-opt` is too old.
    pub(crate) fn command(&self, program: &str) -> Command {
        let own = [self.cache.join("tools/bin"), self.root.join("node_modules/.bin")];
        let machine = env::var_os("PATH").unwrap_or_default();
        let path = env::join_paths(own.into_iter().chain(env::split_paths(&machine)));
        let mut command = Command::new(program);
        command.current_dir(&self.root).env("PATH", path.unwrap_or_else(|_| OsString::from(&machine)));
        command
    }

    /// A `cargo` command.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = self.command("cargo");
        command.args(arguments);
        command
    }

    /// Standard output of a command, if it ran and succeeded.
    pub(crate) fn ask(&self, program: &str, arguments: &[&str]) -> Option<String> {
        let output = self.command(program).args(arguments).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }
}

/// Digest of files and folders, names and contents, to tell whether something has to be made again. Files that do not
/// exist count as absent. It is only compared on the machine that made it.
pub(crate) fn fingerprint(paths: &[PathBuf]) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    for path in paths {
        for file in files_below(path)? {
            let bytes = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
            hasher.write(file.as_os_str().as_encoded_bytes());
            hasher.write_usize(bytes.len());
            hasher.write(&bytes);
        }
    }
    Ok(format!("{:016x}", hasher.finish()))
}

/// The file itself, or all files in a folder and below, sorted.
pub(crate) fn files_below(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(if path.exists() { vec![path.to_path_buf()] } else { Vec::new() });
    }
    let mut entries = fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    entries.sort();
    let mut files = Vec::new();
    for entry in entries {
        files.extend(files_below(&entry)?);
    }
    Ok(files)
}
