//! `cargo xtask size` and `cargo xtask bench`: figures beside their targets, as a table and as a flat JSON list of
//! `{name, value, unit, target, holds}`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::process;
use crate::serve::BUILD;
use crate::step::run_all;
use crate::tools::WORKER_BUILD;
use crate::worker::{self, WORKER};
use crate::workspace::{Workspace, files_below};

/// Budget of the browser bundle, by file extension and form: largest number of bytes.
const BUDGET: [(&str, &str, u64); 4] =
    [("wasm", "raw", 900_000), ("wasm", "brotli", 300_000), ("js", "brotli", 25_000), ("css", "brotli", 20_000)];

/// Budget of what the browser's workers load, in the same form.
const RECOMPUTE_BUDGET: [(&str, &str, u64); 2] = [("wasm", "raw", 320_000), ("wasm", "brotli", 100_000)];

/// Largest number of bytes of the Worker's module.
const WORKER_BUDGET: u64 = 1_000_000;

/// Builds the bundle and the Worker, measures them, and fails when one does not keep to its budget.
pub(crate) fn size(workspace: &Workspace) -> Result<()> {
    run_all(workspace, &BUILD)?;
    run_all(workspace, &[WORKER_BUILD, WORKER])?;
    let files = files_below(&workspace.dist())?;
    let mut figures = Vec::new();
    let folders = ["", "rooms", "answers", "recompute", "offline"];
    for (kind, folder) in
        ["wasm", "js", "css", "woff2"].into_iter().flat_map(|kind| folders.map(|folder| (kind, folder)))
    {
        let budget = match folder {
            "recompute" => RECOMPUTE_BUDGET.as_slice(),
            // All pages, their worker and the writer of reports together: loaded by whoever opens files, never by a page.
            "offline" => &[],
            _ => BUDGET.as_slice(),
        };
        for (form, suffix) in [("raw", ""), ("brotli", ".br"), ("gzip", ".gz")] {
            let ending = format!(".{kind}{suffix}");
            // A page loads one of the three modules, and a worker its own, so each keeps to a budget by itself.
            let of_folder = |file: &&PathBuf| {
                let inside = |name: &str| file.components().any(|part| part.as_os_str() == name);
                if folder.is_empty() { !folders.iter().any(|name| inside(name)) } else { inside(folder) }
            };
            let of_module = files.iter().filter(of_folder);
            let sizes = of_module.filter(|file| file.to_string_lossy().ends_with(&ending)).map(fs::metadata);
            let bytes = sizes.map(|data| data.map(|data| data.len())).sum::<std::io::Result<u64>>()?;
            if bytes > 0 {
                let target = budget.iter().find(|(k, f, _)| (*k, *f) == (kind, form)).map(|budget| budget.2);
                let holds = target.map(|target| bytes <= target);
                let of = if folder.is_empty() { String::new() } else { format!(" of {folder}") };
                let name = format!("{kind}{of}, {form}");
                figures.push(json!({"name": name, "value": bytes, "unit": "bytes", "target": target, "holds": holds}));
            }
        }
    }
    if figures.is_empty() {
        bail!("dist holds no browser bundle; remove the folder and run `cargo xtask size` again");
    }
    let bytes = fs::metadata(worker::module(workspace)).context("the Worker was built and is not there")?.len();
    let holds = bytes <= WORKER_BUDGET;
    let name = "Worker wasm, raw";
    figures.push(json!({"name": name, "value": bytes, "unit": "bytes", "target": WORKER_BUDGET, "holds": holds}));
    let file = workspace.target.join("size.json");
    fs::write(&file, serde_json::to_vec_pretty(&figures)?)
        .with_context(|| format!("cannot write {}", file.display()))?;
    report(&file)
}

/// Scores the analytics; fails when a set has nothing to score. A figure below its target is printed, not an error.
pub(crate) fn eval(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let out = workspace.target.join("eval.json");
    let mut cargo = workspace.cargo(&["run", "--release", "--quiet", "--locked", "--package", "bonghwa-eval", "--"]);
    cargo.arg("--out").arg(&out).args(arguments);
    if !process::stream(&mut cargo, |_| ())?.success() {
        bail!("a set could not be scored; the reason stands above");
    }
    Ok(())
}

/// Runs the benchmarks, which write `target/bench.json`, and fails when one misses its target.
pub(crate) fn bench(workspace: &Workspace) -> Result<()> {
    let file = workspace.target.join("bench.json");
    if file.exists() {
        fs::remove_file(&file).with_context(|| format!("cannot remove {}", file.display()))?;
    }
    let mut cargo = workspace.cargo(&["bench", "--locked", "--package", "bonghwa-benches"]);
    cargo.env("BENCH_JSON", &file);
    if !process::stream(&mut cargo, |_| ())?.success() {
        bail!("the benchmarks broke off; their message stands above");
    }
    crate::test::bench(workspace, &file)?;
    report(&file)
}

fn report(file: &Path) -> Result<()> {
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let figures: Vec<Value> = serde_json::from_str(&text).with_context(|| format!("{} is no list", file.display()))?;
    println!("\n{}\nwritten to {}", table(&figures), file.display());
    let missed = figures.iter().filter(|figure| figure["holds"] == json!(false)).count();
    if missed > 0 {
        bail!("{missed} of {} figures miss their target", figures.len());
    }
    Ok(())
}

/// The figures in columns.
fn table(figures: &[Value]) -> String {
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut rows = vec![["figure", "value", "unit", "target", "holds"].map(str::to_owned)];
    for figure in figures {
        let [target, holds] = ["target", "holds"].map(|key| match &figure[key] {
            Value::Null => "-".to_owned(),
            Value::Bool(holds) => if *holds { "yes" } else { "NO" }.to_owned(),
            other => plain(other),
        });
        rows.push([plain(&figure["name"]), plain(&figure["value"]), plain(&figure["unit"]), target, holds]);
    }
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths = [0, 1, 2, 3, 4].map(width);
    let line = |row: &[String; 5]| {
        let [name, value, unit, target, holds] = row;
        let [a, b, c, d, _] = widths;
        format!("{name:a$}  {value:>b$}  {unit:c$}  {target:>d$}  {holds}")
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missed_target_is_plain_to_see() {
        let figures = [
            json!({"name": "wasm, raw", "value": 7, "unit": "bytes", "target": 5, "holds": false}),
            json!({"name": "merge", "value": 0.5, "unit": "us", "target": null, "holds": null}),
        ];
        let text = table(&figures);
        let rows: Vec<_> = text.lines().collect();
        assert_eq!(rows[1], "wasm, raw      7  bytes       5  NO");
        assert_eq!(rows[2], "merge        0.5  us          -  -");
    }
}
