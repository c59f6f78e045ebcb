//! What the project promised itself about its own files.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::step::{Outcome, Step};
use crate::workspace::Workspace;

pub(crate) const TIDY: Step = Step { title: "files", why: "length, paths of a machine, unfinished work", run: tidy };

/// Lines from which a Rust file is pointed out, and from which it is refused.
const LONG: usize = 500;
const TOO_LONG: usize = 700;
/// Marks of unfinished work, written so that this file does not hold them.
const UNFINISHED: [&str; 5] = [
    concat!("todo", "!("),
    concat!("unimplemented", "!("),
    concat!("dbg", "!("),
    concat!("#[ign", "ore"),
    concat!("TO", "DO"),
];

fn tidy(workspace: &Workspace) -> Result<Outcome> {
    let listed = workspace
        .ask("git", &["ls-files", "--cached", "--others", "--exclude-standard"])
        .context("`git ls-files` does not work here; run this in a clone")?;
    let home = std::env::var("HOME").unwrap_or_default();
    let parent = workspace.root.parent().unwrap_or(&workspace.root).to_string_lossy().into_owned();
    // A clone directly below `/` has no folder of its own whose name could give it away.
    let machine: Vec<_> = [home, parent].into_iter().filter(|folder| folder.len() > 1).map(|dir| dir + "/").collect();
    let mut faults = Vec::new();
    for name in listed.lines() {
        // Pictures and fonts are no text; a file that was deleted but not committed is listed, too.
        let Ok(text) = fs::read_to_string(workspace.root.join(name)) else { continue };
        let lines = text.lines().count();
        if is_rust(name) && lines > TOO_LONG {
            faults.push(format!("{name}: {lines} lines, split it (at most {TOO_LONG})"));
        } else if is_rust(name) && lines > LONG {
            println!("      {name}: {lines} lines, better at most {LONG}");
        }
        faults.extend(faults_of(name, &text, &machine));
    }
    if !faults.is_empty() {
        bail!("{} faults in tracked files:\n    {}", faults.len(), faults.join("\n    "));
    }
    Ok(Outcome::Done)
}

fn faults_of(name: &str, text: &str, machine: &[String]) -> Vec<String> {
    let mut faults = Vec::new();
    if name.ends_with("package-lock.json") && text.contains("\"resolved\": \"http") {
        faults
            .push(format!("{name}: records download addresses; .npmrc says how to leave them out, run `npm install`"));
    }
    let lock = name.ends_with("Cargo.lock") || name.ends_with("package-lock.json");
    for (index, line) in text.lines().enumerate() {
        let place = format!("{name}:{}", index + 1);
        let foreign = line.starts_with("source = \"") && !line.contains("github.com/rust-lang/crates.io-index");
        if name.ends_with("Cargo.lock") && foreign {
            faults.push(format!("{place}: a registry other than crates.io"));
        }
        if !lock && machine.iter().any(|path| line.contains(path.as_str())) {
            faults.push(format!("{place}: path of a machine"));
        }
        if is_rust(name) && UNFINISHED.iter().any(|mark| line.contains(mark)) {
            faults.push(format!("{place}: unfinished work"));
        }
    }
    faults
}

fn is_rust(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == "rs")
}

#[cfg(test)]
mod tests {
    use super::faults_of;

    #[test]
    fn faults_are_found_and_named() {
        let machine = ["/home/somebody/".to_owned()];
        let of = |name: &str, text: &str| faults_of(name, text, &machine);
        assert_eq!(of("a.rs", "fn main() {}\n"), Vec::<String>::new());
        assert_eq!(of("a.md", "see\n/home/somebody/x"), ["a.md:2: path of a machine"]);
        assert_eq!(of("a.rs", concat!("tod", "o!()")), ["a.rs:1: unfinished work"]);
        assert_eq!(of("Cargo.lock", "source = \"registry+https://example.org/index\"").len(), 1);
        assert_eq!(of("x/package-lock.json", "\"resolved\": \"https://example.org\"").len(), 1);
    }
}
