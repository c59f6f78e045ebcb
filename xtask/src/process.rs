//! Programs that show what they do while they run.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, IsTerminal, Read, Write, stdout};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::step::clock;

/// Lines that are repeated when a program fails.
const LAST_LINES: usize = 20;
/// Width of the line that shows progress in a terminal.
const WIDTH: usize = 100;

/// Runs a program with its output shown as progress: one line that changes in a terminal, all lines elsewhere.
/// `advice` is what to do if it fails.
pub(crate) fn run(command: &mut Command, advice: &str) -> Result<()> {
    let terminal = stdout().is_terminal();
    let started = Instant::now();
    let mut last = VecDeque::new();
    let mut newest = String::new();
    let status = lines(command, |line| {
        if let Some(line) = line {
            line.trim().clone_into(&mut newest);
            last.push_back(newest.clone());
            if last.len() > LAST_LINES {
                last.pop_front();
            }
        }
        let shown: String = newest.chars().take(WIDTH).collect();
        if terminal {
            print!("\r\x1b[2K      {} {shown}", clock(started.elapsed()));
        } else if line.is_some() {
            println!("      {} {newest}", clock(started.elapsed()));
        }
        // Progress is a courtesy: a terminal that went away must not fail the build.
        let _ = stdout().flush();
    })?;
    if terminal {
        print!("\r\x1b[2K");
    }
    if status.success() {
        return Ok(());
    }
    let tail: Vec<_> = last.iter().map(|line| format!("    {line}")).collect();
    bail!("`{}` ended with {status}; its last lines:\n{}\n  what to do: {advice}", describe(command), tail.join("\n"));
}

/// Runs a program with all of its output printed; `each` sees every line.
pub(crate) fn stream(command: &mut Command, mut each: impl FnMut(&str)) -> Result<ExitStatus> {
    lines(command, |line| {
        if let Some(line) = line {
            println!("{line}");
            each(line);
        }
    })
}

/// Feeds the lines of both outputs to `each` as they come, and `None` every second in which nothing came.
fn lines(command: &mut Command, mut each: impl FnMut(Option<&str>)) -> Result<ExitStatus> {
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start `{name}`; is it installed and in PATH?"))?;
    let (sender, receiver) = channel();
    if let Some(output) = child.stdout.take() {
        forward(output, sender.clone());
    }
    if let Some(output) = child.stderr.take() {
        forward(output, sender);
    }
    loop {
        match receiver.recv_timeout(Duration::from_secs(1)) {
            Ok(line) => each(Some(&line)),
            Err(RecvTimeoutError::Timeout) => each(None),
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    child.wait().with_context(|| format!("cannot wait for `{name}`"))
}

fn forward(output: impl Read + Send + 'static, sender: Sender<String>) {
    thread::spawn(move || {
        for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
            if sender.send(String::from_utf8_lossy(&line).trim_end().to_owned()).is_err() {
                break;
            }
        }
    });
}

fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}
