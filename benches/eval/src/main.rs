//! `cargo xtask eval [--data DIR] [--questions FILE] [SET…]`: how right the analytics are, on data that others published.
//!
//! Every set runs the production code through its public functions, by the protocol under which its published figures
//! were made. A set whose folder is not there is skipped and named; a set that is there and gives nothing to score fails.

mod ask;
mod data;
mod figure;
mod loghub;
mod m4;
mod masking;
mod nab;
mod nation;
mod petshop;
mod rcd;
mod worldcup98;
mod wsd;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use figure::Figure;

/// A set: its name, the folder it needs inside the data folder (empty for none), and how it is scored.
struct Set {
    name: &'static str,
    folder: &'static str,
    run: fn(&std::path::Path) -> Result<Vec<Figure>>,
}

const SETS: &[Set] = &[
    Set { name: "nab", folder: "nab", run: nab::run },
    Set { name: "wsd", folder: "wsd", run: wsd::run },
    Set { name: "rcd", folder: "rcd/sock_shop", run: rcd::run },
    Set { name: "petshop", folder: "petshop/low_traffic", run: petshop::run },
    Set { name: "m4", folder: "m4", run: m4::run },
    Set { name: "worldcup98", folder: "worldcup98", run: worldcup98::run },
    Set { name: "loghub", folder: "loghub", run: loghub::run },
    Set { name: "nation", folder: "", run: nation::run },
    Set { name: "ask", folder: "", run: ask::run },
    Set { name: "masking", folder: "", run: masking::run },
];

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<bool> {
    let mut data = PathBuf::from("../shared/data");
    let mut out = PathBuf::from("target/eval.json");
    let mut questions = ask::folder();
    let mut only = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--data" => data = arguments.next().context("--data needs a folder")?.into(),
            "--questions" => questions = arguments.next().context("--questions needs a file")?.into(),
            "--out" => out = arguments.next().context("--out needs a file")?.into(),
            name if SETS.iter().any(|set| set.name == name) => only.push(name.to_owned()),
            other => bail!("unknown set '{other}'; the sets are {}", names()),
        }
    }
    let mut figures = Vec::new();
    let mut sound = true;
    for set in SETS.iter().filter(|set| only.is_empty() || only.iter().any(|name| name == set.name)) {
        if !set.folder.is_empty() && !data.join(set.folder).exists() {
            eprintln!("{}: skipped, {} is not there", set.name, data.join(set.folder).display());
            continue;
        }
        eprintln!("{}: running", set.name);
        let place = match set.name {
            "ask" => questions.clone(),
            "masking" => masking::folder(),
            _ => data.join(set.folder),
        };
        let scored = (set.run)(&place).with_context(|| format!("set {}", set.name))?;
        if scored.is_empty() || scored.iter().any(|figure| figure.n == 0) {
            eprintln!("{}: has nothing to score (n = 0)", set.name);
            sound = false;
        }
        figures.extend(scored);
    }
    if figures.is_empty() {
        bail!("nothing was scored; is {} the data folder?", data.display());
    }
    figure::print(&figures);
    if let Some(folder) = out.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(&out, serde_json::to_vec_pretty(&figures)?).with_context(|| format!("writing {}", out.display()))?;
    Ok(sound)
}

fn names() -> String {
    SETS.iter().map(|set| set.name).collect::<Vec<_>>().join(", ")
}
