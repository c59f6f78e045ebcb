//! Benchmarks beside peers: what is compared runs in turns in one process, and the medians become figures.
//!
//! A figure is `{name, value, unit, target, holds}`; [`Report`] prints them and keeps them in `bench.json`.

#[cfg(target_family = "wasm")]
pub mod browser;
pub mod day;
pub mod scene;

use std::path::PathBuf;
use std::time::Instant;

use serde_json::{Value, json};

/// Medians, in nanoseconds, of contenders that take turns for `rounds` rounds; so a machine that slows down slows all of
/// them. The first round only warms up.
pub fn medians<const N: usize>(rounds: usize, mut contenders: [&mut dyn FnMut(); N]) -> [f64; N] {
    let mut times: [Vec<f64>; N] = std::array::from_fn(|_| Vec::with_capacity(rounds));
    for round in 0..=rounds {
        for (contender, times) in contenders.iter_mut().zip(&mut times) {
            let start = Instant::now();
            contender();
            let elapsed = start.elapsed().as_nanos() as f64;
            if round > 0 {
                times.push(elapsed);
            }
        }
    }
    times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
    })
}

/// A number from 0 to 1 that belongs to two others. Source: Steele et al., SplitMix64 (2014).
pub fn noise(a: u64, b: u64) -> f64 {
    let mut z = (a << 32 ^ b).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

/// What a figure must reach.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    /// Smaller is better.
    AtMost(f64),
    /// Larger is better.
    AtLeast(f64),
    /// There for comparison.
    Open,
}

/// The figures of one benchmark.
#[derive(Debug, Default)]
pub struct Report {
    figures: Vec<Value>,
}

impl Report {
    /// Adds a figure and prints it. The value is kept to four significant digits.
    pub fn add(&mut self, name: &str, value: f64, unit: &str, target: Target) {
        let value = significant(value);
        let (target, holds, sign) = match target {
            Target::AtMost(limit) => (Some(limit), Some(value <= limit), "<="),
            Target::AtLeast(limit) => (Some(limit), Some(value >= limit), ">="),
            Target::Open => (None, None, ""),
        };
        let limit = target.map_or(String::new(), |limit| format!("{sign} {limit}"));
        let verdict = holds.map_or("", |holds| if holds { "holds" } else { "MISSED" });
        println!("{name:<58} {value:>10} {unit:<8} {limit:<10} {verdict}");
        self.figures.push(json!({"name": name, "value": value, "unit": unit, "target": target, "holds": holds}));
    }

    /// Writes the figures to `bench.json`, in the place of former ones of the same name and beside all others.
    ///
    /// The file is the one that `BENCH_JSON` names, else the one in the target directory of this build.
    pub fn write(self) -> std::io::Result<()> {
        let file = file()?;
        let former = match std::fs::read(&file) {
            Ok(bytes) => serde_json::from_slice::<Vec<Value>>(&bytes).map_err(std::io::Error::other)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        let mut all = merged(former, self.figures);
        all.sort_by(|a, b| a["name"].as_str().cmp(&b["name"].as_str()));
        std::fs::write(&file, serde_json::to_vec_pretty(&all)?)?;
        println!("written to {}", file.display());
        Ok(())
    }
}

fn merged(former: Vec<Value>, new: Vec<Value>) -> Vec<Value> {
    let mut all: Vec<Value> =
        former.into_iter().filter(|old| new.iter().all(|figure| figure["name"] != old["name"])).collect();
    all.extend(new);
    all
}

fn file() -> std::io::Result<PathBuf> {
    if let Some(file) = std::env::var_os("BENCH_JSON") {
        return Ok(file.into());
    }
    // The benchmark runs as `<target>/<profile>/deps/<name>`.
    let own = std::env::current_exe()?;
    let target =
        own.ancestors().nth(3).ok_or(std::io::Error::other("the benchmark does not run from a target directory"))?;
    Ok(target.join("bench.json"))
}

fn significant(value: f64) -> f64 {
    format!("{value:.3e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_figures_replace_those_of_the_same_name() {
        let figure = |name: &str, value: f64| json!({"name": name, "value": value});
        let all = merged(vec![figure("a", 1.0), figure("b", 2.0)], vec![figure("b", 3.0), figure("c", 4.0)]);
        assert_eq!(all, [figure("a", 1.0), figure("b", 3.0), figure("c", 4.0)]);
    }

    #[test]
    fn values_keep_four_digits() {
        assert_eq!([0.123_456, 123_456.0, 0.0].map(|value| significant(value).to_string()), ["0.1235", "123500", "0"]);
    }

    #[test]
    fn targets_are_judged() {
        let mut report = Report::default();
        report.add("small", 1.0, "us", Target::AtMost(1.0));
        report.add("large", 1.0, "x", Target::AtLeast(2.0));
        report.add("plain", 1.0, "x", Target::Open);
        let holds: Vec<_> = report.figures.iter().map(|figure| figure["holds"].clone()).collect();
        assert_eq!(holds, [json!(true), json!(false), Value::Null]);
    }

    #[test]
    fn every_contender_takes_every_turn() {
        let (mut a, mut b) = (0, 0);
        let times = medians(5, [&mut || a += 1, &mut || b += 1]);
        assert!(times.iter().all(|time| *time >= 0.0));
        assert_eq!((a, b), (6, 6));
    }
}
