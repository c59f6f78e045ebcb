//! Numbered steps with visible progress.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::workspace::Workspace;

/// One thing to have done.
pub(crate) struct Step {
    /// What it is.
    pub(crate) title: &'static str,
    /// What it is for, and how long it takes the first time.
    pub(crate) why: &'static str,
    /// Does it, unless it is done already.
    pub(crate) run: fn(&Workspace) -> Result<Outcome>,
}

/// What a step found.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Nothing was to be done.
    Ready,
    /// It was done now.
    Done,
}

/// Runs the steps in their order and stops at the first that fails.
pub(crate) fn run_all(workspace: &Workspace, steps: &[Step]) -> Result<()> {
    for (index, step) in steps.iter().enumerate() {
        let number = format!("[{}/{}]", index + 1, steps.len());
        println!("{number} {}: {}", step.title, step.why);
        let started = Instant::now();
        match (step.run)(workspace).with_context(|| format!("step {number} {} failed", step.title))? {
            Outcome::Ready => println!("      ready"),
            Outcome::Done => println!("      done in {}", clock(started.elapsed())),
        }
    }
    Ok(())
}

/// A duration as minutes and seconds, `3:07`.
pub(crate) fn clock(duration: Duration) -> String {
    format!("{}:{:02}", duration.as_secs() / 60, duration.as_secs() % 60)
}
