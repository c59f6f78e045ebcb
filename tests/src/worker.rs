//! The Worker under the real workerd, in a folder of its own, and what it and the program hold, to the byte.

use std::collections::BTreeMap;
use std::env;
use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use bonghwa_analytics::frame::Frame;
use bonghwa_analytics::summary::Summary;
use bonghwa_analytics::time::Resolution;
use serde_json::{Value, json};

use crate::http::{self, Answer};
use crate::server::{free_address, root};

/// The fleet's key of all these tests.
pub const FLEET_KEY: &str = "000102030405060708090a0b0c0d0e0f";
const ADMIN_KEY: &str = "the administrator of these tests";
const PATIENCE: Duration = Duration::from_secs(20);

/// A row: summary, cells, registers.
pub type Content = [Vec<u8>; 3];
/// Rows by resolution and start.
pub type Rows = BTreeMap<(Resolution, i64), Content>;

/// A running workerd, killed when the value goes.
pub struct Worker {
    /// Where it listens.
    pub address: SocketAddr,
    /// How long it took until it answered.
    pub start: Duration,
    child: Child,
    log: PathBuf,
}

impl Worker {
    /// Starts workerd with these regions (`seoul,busan:4`) on a data folder.
    ///
    /// # Panics
    /// With its own message, if it does not start.
    pub fn start(data: &Path, regions: &str) -> Self {
        Self::start_with(data, regions, FLEET_KEY)
    }

    /// Starts it with another fleet key.
    ///
    /// # Panics
    /// With its own message, if it does not start.
    pub fn start_with(data: &Path, regions: &str, fleet_key: &str) -> Self {
        let address = free_address();
        fs::create_dir_all(data).expect("the data folder can be made");
        let log = data.with_extension("log");
        let output = File::create(&log).expect("a log file can be made");
        let started = Instant::now();
        let child = Command::new(program())
            .args(["serve", "--verbose", "workerd.capnp", "--socket-addr"])
            .arg(format!("http={address}"))
            .arg(format!("--directory-path=data={}", data.display()))
            .current_dir(env::var_os("XTASK_WORKER").map_or_else(|| root().join("worker"), PathBuf::from))
            .env_clear()
            .envs([("REGIONS", regions), ("FLEET_KEY", fleet_key), ("ADMIN_KEY", ADMIN_KEY)])
            .stdin(Stdio::null())
            .stdout(output.try_clone().expect("a second handle of the log"))
            .stderr(output)
            .spawn()
            .expect("workerd starts");
        let mut worker = Self { address, start: Duration::ZERO, child, log };
        while !http::request(address, "GET", "/healthz", &[], b"").is_ok_and(|answer| answer.status == 200) {
            let ended = worker.child.try_wait().expect("workerd can be waited for");
            assert!(ended.is_none() && started.elapsed() < PATIENCE, "no workerd ({ended:?}): {}", worker.log());
            sleep(Duration::from_millis(5));
        }
        worker.start = started.elapsed();
        worker
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What workerd wrote so far.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// A request with a key.
    ///
    /// # Panics
    /// If there is no answer.
    pub fn request(&self, method: &str, path: &str, key: &str, body: &[u8]) -> Answer {
        let bearer = format!("Bearer {key}");
        http::request(self.address, method, path, &[("Authorization", &bearer)], body).expect("an answer")
    }

    /// A request of the administrator.
    ///
    /// # Panics
    /// If there is no answer.
    pub fn admin(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.request(method, path, ADMIN_KEY, body.to_string().as_bytes())
    }

    /// A new key: its id and the key.
    ///
    /// # Panics
    /// If none is made.
    pub fn key(&self, region: &str, purpose: &str) -> (String, String) {
        let answer = self.admin("POST", "/api/keys", &json!({ "region": region, "use": purpose }));
        assert_eq!(answer.status, 201, "{}\n{}", answer.text(), self.log());
        let made: Value = serde_json::from_slice(&answer.body).expect("JSON");
        let text = |name: &str| made[name].as_str().expect("text").to_owned();
        (text("id"), text("key"))
    }

    /// Everything that a region holds, read page by page.
    ///
    /// # Panics
    /// If an answer is no frames.
    pub fn rows(&self, region: &str, key: &str, limit: u32) -> Rows {
        let (mut rows, mut cursor) = (Rows::new(), String::new());
        loop {
            let answer =
                self.request("GET", &format!("/api/frames?region={region}&since={cursor}&limit={limit}"), key, b"");
            if answer.status == 304 {
                assert!(answer.body.is_empty());
                return rows;
            }
            assert_eq!(answer.status, 200, "{}\n{}", answer.text(), self.log());
            for frame in Frame::decode_all(&answer.body).expect("frames") {
                assert_eq!(frame.region, region);
                for row in frame.rows {
                    let content = [row.summary, row.cells, row.registers].map(|section| section.expect("a section"));
                    rows.insert((frame.resolution, row.start), content);
                }
            }
            let next = answer.header("bonghwa-cursor").expect("a cursor").to_owned();
            assert_eq!(answer.header("etag"), Some(&*format!("\"{next}\"")));
            if answer.body.is_empty() {
                return rows;
            }
            cursor = next;
        }
    }

    /// A counter of `/metrics`; 0 if it is not there.
    ///
    /// # Panics
    /// If there are no counters.
    pub fn counter(&self, name: &str) -> u64 {
        let answer = self.admin("GET", "/metrics", &Value::Null);
        assert_eq!(answer.status, 200, "{}", answer.text());
        let text = answer.text();
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok());
        line.unwrap_or(0)
    }

    /// Ends it as a power button would: SIGKILL.
    ///
    /// # Panics
    /// If the process cannot be killed.
    pub fn kill(mut self) {
        self.child.kill().expect("the process can be killed");
        self.child.wait().expect("the process ends");
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // Both fail only when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Milliseconds of CPU that a process took so far, as Linux counts them in hundredths of a second; 0 elsewhere.
pub fn cpu_ms(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let fields = status.rsplit(") ").next().unwrap_or_default().split(' ');
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum::<u64>() * 10
}

/// Entry requests in the rows of a resolution.
///
/// # Panics
/// If a row cannot be read.
pub fn requests(rows: &Rows, resolution: Resolution) -> u64 {
    let of =
        |(_, content): (&(Resolution, i64), &Content)| Summary::decode(&content[0]).expect("a summary").entry.count;
    rows.iter().filter(|(key, _)| key.0 == resolution).map(of).sum()
}

/// The rows of a database of the program, by the name of its file: `region-seoul.db`, `nation.db`.
///
/// # Panics
/// If it cannot be read.
pub fn rows_of_program(data: &Path, name: &str) -> Rows {
    let database = rusqlite::Connection::open(data.join("nation").join(name)).expect("the database");
    let mut statement = database.prepare("SELECT id, summary, cells, registers FROM bucket").expect("the table");
    let rows = statement
        .query_map([], |row| {
            let id: i64 = row.get(0)?;
            let resolution = Resolution::from_code((id >> 51) as u8).expect("a resolution");
            Ok(((resolution, (id >> 10) & ((1 << 41) - 1)), [row.get(1)?, row.get(2)?, row.get(3)?]))
        })
        .expect("rows");
    rows.map(|row| row.expect("a row")).collect()
}

fn program() -> PathBuf {
    let path = env::var_os("XTASK_WORKERD")
        .map_or_else(|| root().join("node_modules/@cloudflare/workerd-linux-64/bin/workerd"), PathBuf::from);
    assert!(path.is_file(), "{} is not there; `cargo xtask test` installs it", path.display());
    path
}
