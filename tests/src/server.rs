//! The program as a child process.

use std::env;
use std::fs::{self, File};
use std::io::Read;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::http::{self, Answer};

const PATIENCE: Duration = Duration::from_secs(20);

/// A running server, killed when the value goes.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    child: Child,
}

impl Server {
    /// Starts `bonghwa serve --empty` on a free port with this data folder and waits until it answers.
    ///
    /// # Panics
    /// With the program's own message, if it does not start.
    pub fn start(data: &Path) -> Self {
        Self::start_with(data, &["--empty"])
    }

    /// Starts it with other flags.
    ///
    /// # Panics
    /// With the program's own message, if it does not start.
    pub fn start_with(data: &Path, flags: &[&str]) -> Self {
        let address = free_address();
        fs::create_dir_all(data).expect("the data folder can be made");
        let log = data.with_extension("log");
        let child = program()
            .args(["serve", "--listen", &address.to_string(), "--data"])
            .arg(data)
            .arg("--dist")
            .arg(dist())
            .args(flags)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&log).expect("a log file can be made"))
            .spawn()
            .expect("the program starts");
        let mut server = Self { address, child };
        let deadline = Instant::now() + PATIENCE;
        while !http::request(address, "GET", "/healthz", &[], b"").is_ok_and(|answer| answer.status == 200) {
            let ended = server.child.try_wait().expect("the program can be waited for");
            assert!(
                ended.is_none() && Instant::now() < deadline,
                "the server did not start ({ended:?}): {}",
                fs::read_to_string(&log).unwrap_or_default()
            );
            sleep(Duration::from_millis(20));
        }
        server
    }

    /// Asks for a page or data.
    ///
    /// # Panics
    /// If there is no answer.
    pub fn get(&self, path: &str) -> Answer {
        http::request(self.address, "GET", path, &[], b"").expect("an answer")
    }

    /// Sends telemetry.
    ///
    /// # Panics
    /// If there is no answer.
    pub fn post(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        http::request(self.address, "POST", path, headers, body).expect("an answer")
    }

    /// Sends spans as protobuf to a region.
    ///
    /// # Panics
    /// If there is no answer.
    pub fn post_traces(&self, region: &str, body: &[u8]) -> Answer {
        self.post("/v1/traces", &[("Content-Type", "application/x-protobuf"), ("bonghwa-region", region)], body)
    }

    /// A region's page as data: `/api/region` with this period (`span=1h`, or `from=...&to=...`).
    ///
    /// # Panics
    /// If the answer is no JSON.
    pub fn region(&self, region: &str, period: &str) -> Value {
        let answer = self.get(&format!("/api/region?region={region}&vs=none&{period}"));
        assert_eq!(answer.status, 200, "{}", answer.text());
        serde_json::from_slice(&answer.body).expect("JSON")
    }

    /// Requests that a region's services answered in the last hour.
    ///
    /// # Panics
    /// If the answer has another form.
    pub fn requests(&self, region: &str) -> u64 {
        let view = self.region(region, "span=1h");
        let services = view["services"].as_array().expect("a list of services");
        services.iter().filter_map(|service| service["count"].as_u64()).sum()
    }

    /// Ends it as a power button would: SIGKILL.
    ///
    /// # Panics
    /// If the process cannot be killed.
    pub fn kill(mut self) {
        self.child.kill().expect("the process can be killed");
        self.child.wait().expect("the process ends");
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs the program with these arguments until it ends.
///
/// # Panics
/// If it does not end within twenty seconds.
pub fn run(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = program();
    command.args(arguments).envs(environment.iter().copied());
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    // Heard while it runs: a program that says much waits until somebody does.
    let [stdout, stderr] = [heard(child.stdout.take()), heard(child.stderr.take())];
    let deadline = Instant::now() + PATIENCE;
    let status = loop {
        if let Some(status) = child.try_wait().expect("the program can be waited for") {
            break status;
        }
        if Instant::now() > deadline {
            child.kill().expect("the process can be killed");
            panic!("`bonghwa {}` did not end", arguments.join(" "));
        }
        sleep(Duration::from_millis(20));
    };
    let [stdout, stderr] = [stdout, stderr].map(|heard| heard.join().expect("its output"));
    Output { status, stdout, stderr }
}

/// Everything that a program says through a pipe.
fn heard(pipe: Option<impl Read + Send + 'static>) -> JoinHandle<Vec<u8>> {
    let mut pipe = pipe.expect("a pipe");
    spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).expect("its output");
        bytes
    })
}

/// An address on which nothing listens.
///
/// # Panics
/// If this machine has no free port.
pub fn free_address() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("an address")
}

/// The program, without settings from this process's own environment.
fn program() -> Command {
    let built = || {
        let test = env::current_exe().expect("the path of this test");
        let target = test.ancestors().nth(3).expect("target/debug/deps").to_path_buf();
        target.join("release/bonghwa")
    };
    let path = env::var_os("XTASK_BINARY").map_or_else(built, PathBuf::from);
    assert!(path.is_file(), "{} is not there; `cargo xtask test` builds it", path.display());
    let mut command = Command::new(path);
    for (name, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("BONGHWA_")) {
        command.env_remove(name);
    }
    command
}

/// The browser bundle.
fn dist() -> PathBuf {
    env::var_os("XTASK_DIST").map_or_else(|| root().join("dist"), PathBuf::from)
}

/// The root of the clone.
///
/// # Panics
/// If the tests are not started by cargo.
pub fn root() -> PathBuf {
    let manifest = env::var_os("CARGO_MANIFEST_DIR").expect("tests are started by cargo");
    Path::new(&manifest).parent().expect("the tests folder has a parent").to_path_buf()
}
