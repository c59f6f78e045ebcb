//! `cargo xtask start`: from a bare machine to a dashboard that answers.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::bundle::BUNDLE;
use crate::process;
use crate::step::{Outcome, Step, run_all};
use crate::tools::{CRATES, NODE_TOOLS, RUST_TARGET, TRUNK_CLI, WASM_BINDGEN_CLI};
use crate::workspace::Workspace;

/// All that the server needs to run, in order.
pub(crate) const BUILD: [Step; 7] = [RUST_TARGET, WASM_BINDGEN_CLI, TRUNK_CLI, NODE_TOOLS, CRATES, BUNDLE, SERVER];
const SERVER: Step =
    Step { title: "server", why: "one program, `bonghwa` (about 4 min after a change)", run: build_server };

const DEFAULT_ADDRESS: &str = "127.0.0.1:8080";
const POLL: Duration = Duration::from_millis(100);
/// How long the server may take to end once it was told to.
const GRACE: Duration = Duration::from_secs(15);

fn build_server(workspace: &Workspace) -> Result<Outcome> {
    // Cargo knows best whether something changed, and says so within a second.
    let advice = "mend what the lines above name; if a crate is missing, run `cargo fetch` with the network on";
    process::run(&mut workspace.cargo(&["build", "--release", "--locked", "--package", "bonghwa"]), advice)?;
    Ok(Outcome::Done)
}

/// Builds what is missing, starts the server and waits until it ends or Ctrl-C is pressed.
pub(crate) fn start(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let started = Instant::now();
    run_all(workspace, &BUILD)?;
    let address = listen_address(arguments);
    let mut signals = Signals::new([SIGINT, SIGTERM]).context("cannot listen for Ctrl-C")?;
    let mut command = Command::new(workspace.binary());
    command.arg("serve").arg("--dist").arg(workspace.dist()).args(arguments).current_dir(&workspace.root);
    // The server refuses settings that it does not know, and this one is ours.
    command.env_remove("BONGHWA_CACHE");
    // If somebody else answers there already, it is for the server to say so.
    let mut announced = answers(&address);
    // A group of its own, so that Ctrl-C in a terminal reaches it once: from here.
    let mut server = command.process_group(0).spawn().context("cannot start target/release/bonghwa")?;
    loop {
        if let Some(status) = server.try_wait().context("cannot wait for the server")? {
            if status.success() {
                return Ok(());
            }
            bail!("the server ended with {status}; its own message stands above");
        }
        if let Some(signal) = signals.pending().next() {
            return stop(&mut server, signal);
        }
        if !announced && answers(&address) {
            announced = true;
            println!(
                "\nBonghwa is ready after {:.1} s: http://{address}  (Ctrl-C ends it)\n",
                started.elapsed().as_secs_f64()
            );
        }
        sleep(POLL);
    }
}

/// Passes the signal on and waits for a clean end.
fn stop(server: &mut Child, signal: i32) -> Result<()> {
    println!("\nstopping ...");
    // The shell's own `kill`: there is no safe call for it in the standard library.
    let sent = Command::new("sh").arg("-c").arg(format!("kill -{signal} {}", server.id())).status();
    sent.context("cannot send the signal on to the server")?;
    let deadline = Instant::now() + GRACE;
    while Instant::now() < deadline {
        if server.try_wait()?.is_some() {
            println!("stopped");
            return Ok(());
        }
        sleep(POLL);
    }
    server.kill().context("cannot end the server")?;
    server.wait()?;
    bail!("the server did not end within {} s and was killed; what it had acknowledged is kept", GRACE.as_secs());
}

/// The address of `--listen`, with loopback in place of "all addresses".
fn listen_address(arguments: &[String]) -> String {
    let mut words = arguments.iter();
    let mut address = DEFAULT_ADDRESS.to_owned();
    while let Some(word) = words.next() {
        if let Some(value) = word.strip_prefix("--listen=") {
            value.clone_into(&mut address);
        } else if word == "--listen" {
            address = words.next().cloned().unwrap_or(address);
        }
    }
    match address.parse::<SocketAddr>() {
        Ok(socket) if socket.ip().is_unspecified() => {
            SocketAddr::from((Ipv4Addr::LOCALHOST, socket.port())).to_string()
        }
        _ => address,
    }
}

fn answers(address: &str) -> bool {
    let Ok(socket) = address.parse() else { return false };
    let Ok(mut stream) = TcpStream::connect_timeout(&socket, POLL) else { return false };
    let mut answer = String::new();
    let request = format!("GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    let asked =
        stream.set_read_timeout(Some(Duration::from_secs(2))).and_then(|()| stream.write_all(request.as_bytes()));
    asked.is_ok() && stream.read_to_string(&mut answer).is_ok() && answer.starts_with("HTTP/1.1 200")
}

#[cfg(test)]
mod tests {
    use super::listen_address;

    #[test]
    fn the_address_follows_the_flag() {
        let of = |words: &[&str]| listen_address(&words.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(of(&[]), "127.0.0.1:8080");
        assert_eq!(of(&["--empty", "--listen", "127.0.0.1:9000"]), "127.0.0.1:9000");
        assert_eq!(of(&["--listen=0.0.0.0:9000"]), "127.0.0.1:9000");
    }
}
