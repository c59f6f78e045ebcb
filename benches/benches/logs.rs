//! Mining log templates beside a plain Drain: a tree by length and first words, no masking but "has a digit".
//!
//! Source of the peer: He et al., "Drain: an online log parsing approach with fixed depth tree" (ICWS 2017), with the
//! parameters that the paper starts from: depth 4, similarity 0.5, at most 100 children.

use std::collections::HashMap;
use std::hint::black_box;

use bonghwa_analytics::logs::miner::{Limits, Miner};
use bonghwa_benches::{Report, Target, medians};

const ROUNDS: usize = 21;
const LINES: usize = 20_000;

fn main() -> std::io::Result<()> {
    let lines: Vec<String> = (0..LINES as u64).map(line).collect();
    let bytes: usize = lines.iter().map(String::len).sum();
    let mine = || {
        let mut miner = Miner::new(Limits::default());
        for line in &lines {
            black_box(miner.insert(line));
        }
        miner
    };
    let mined = mine().templates();
    let mut drain = Drain::default();
    for line in &lines {
        drain.insert(line);
    }
    println!(
        "{LINES} lines of {} bytes; {} templates, plain Drain {}",
        bytes / LINES,
        mined.templates.iter().filter(|template| template.1 > 0).count(),
        drain.clusters.len()
    );
    let giant = "x=1 ".repeat(1 << 20);
    let [ours, grouped, plain, cut] = medians(
        ROUNDS,
        [
            &mut || drop(black_box(mine())),
            &mut || drop(black_box(mine().templates())),
            &mut || {
                let mut drain = Drain::default();
                for line in &lines {
                    drain.insert(black_box(line));
                }
                drop(black_box(drain));
            },
            &mut || {
                black_box(Miner::new(Limits::default()).insert(black_box(&giant)));
            },
        ],
    );
    let per_second = |ns: f64| LINES as f64 / ns * 1e9;
    let mut report = Report::default();
    report.add("logs: templates mined", per_second(ours), "lines/s", Target::AtLeast(200_000.0));
    report.add("logs: templates mined, similar ones merged at the end", per_second(grouped), "lines/s", Target::Open);
    report.add("logs: plain Drain without masking", per_second(plain), "lines/s", Target::Open);
    report.add("logs: one line of 4 MiB", cut / 1e3, "us", Target::AtMost(1000.0));
    report.write()
}

/// Lines as a civil portal writes them.
fn line(number: u64) -> String {
    let random = mix(number);
    let (a, b, c) = (random % 1000, random / 1000 % 1000, random / 1_000_000 % 256);
    match random >> 60 {
        0..=2 => format!(
            "2026-11-21 10:{:02}:{:02},{a:03} INFO [http-nio-8080-exec-{}] k.g.portal.web.DocumentController - GET /api/v2/documents/{random} 200 {b}ms",
            a % 60,
            b % 60,
            a % 50
        ),
        3..=4 => format!(
            "Slow query ({a}.{b} s) on civil: select * from documents where owner = 'u{random:x}' order by created desc"
        ),
        5..=6 => format!("Connection to 10.0.{c}.{}:5432 timed out after {a} ms (attempt {} of 3)", c / 2, a % 3),
        7..=8 => {
            format!("로그인 실패: 사용자={} 주소=203.0.113.{c} 사유=비밀번호 불일치 ({}회)", mix(a) % 100_000, a % 5)
        }
        9 => format!("java.lang.OutOfMemoryError: Java heap space, used {a}M of {b}M, thread http-nio-8080-exec-{c}"),
        10 => format!("Session {random:016x}{:016x} of user kim{a} expired after {b} minutes", mix(random)),
        11 => format!("Received block blk_{random} of size {a} from /10.0.{c}.7:{b}"),
        12 => format!("민원 접수 {random} 처리 완료: 담당자 홍길동, 소요 {a}초"),
        13 => format!(
            "PUT https://files.example.kr/upload/{random:x}?part={a}&of={b} failed with status 50{} and body length {c}",
            a % 4
        ),
        14 => format!(
            "{{\"level\":\"warn\",\"msg\":\"retrying request {a}\",\"user\":\"u{b}\",\"status\":\"TIMEOUT\",\"elapsed_ms\":{c}}}"
        ),
        _ => format!("[{random:08x}-1c2d-4e5f-8a9b-{b:012x}] Instance spawned successfully in {a}.{b} seconds"),
    }
}

/// Scatters a number. Source: Steele et al., SplitMix64 (2014).
fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[derive(Default)]
struct Drain {
    /// Clusters by length and the first two words.
    leaves: HashMap<(usize, String, String), Vec<usize>>,
    clusters: Vec<(Vec<String>, u64)>,
    children: HashMap<usize, usize>,
}

impl Drain {
    fn insert(&mut self, line: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let key = |at: usize| {
            let word = words.get(at).copied().unwrap_or_default();
            if word.bytes().any(|byte| byte.is_ascii_digit()) { "<*>".to_owned() } else { word.to_owned() }
        };
        let children = self.children.entry(words.len()).or_default();
        let mut path = (words.len(), key(0), key(1));
        if !self.leaves.contains_key(&path) {
            if *children >= 100 {
                path = (words.len(), "<*>".to_owned(), "<*>".to_owned());
            }
            *children += 1;
        }
        let leaf = self.leaves.entry(path).or_default();
        let likeness = |cluster: &usize| {
            let equal = self.clusters[*cluster].0.iter().zip(&words).filter(|(ours, word)| ours == *word).count();
            equal as f64 / words.len().max(1) as f64
        };
        let best = leaf.iter().map(|cluster| (likeness(cluster), *cluster)).max_by(|a, b| a.0.total_cmp(&b.0));
        match best {
            Some((likeness, cluster)) if likeness >= 0.5 => {
                let cluster = &mut self.clusters[cluster];
                cluster.1 += 1;
                for (ours, word) in cluster.0.iter_mut().zip(&words) {
                    if ours != word {
                        "<*>".clone_into(ours);
                    }
                }
            }
            _ => {
                leaf.push(self.clusters.len());
                self.clusters.push((words.iter().map(|word| (*word).to_owned()).collect(), 1));
            }
        }
    }
}
