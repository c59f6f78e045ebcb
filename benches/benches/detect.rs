//! A step of detection and the learning of a day's band, beside a z-score over a window.

use std::hint::black_box;

use bonghwa_analytics::detect::{DAYS, DayKind, History, Nature, Profile, SLOTS, Watch};
use bonghwa_benches::{Report, Target, medians};

const ROUNDS: usize = 150;
/// Series that take turns, so that their states do not all stay in the first-level cache.
const SERIES: usize = 100;
/// Minutes of every series at a turn: a fraction of a millisecond, so that few turns are interrupted on a busy machine.
const MINUTES: i64 = 10;
/// A midnight in Asia/Seoul.
const MIDNIGHT: i64 = 1_795_359_600;
/// Rows of the z-score's window.
const WINDOW: usize = 60;

fn main() -> std::io::Result<()> {
    let mut report = Report::default();
    let days: Vec<Vec<f32>> =
        (0..DAYS as u64).map(|day| (0..SLOTS as u64).map(|slot| value(day, 5 * slot) as f32).collect()).collect();
    let history: Vec<History<'_>> = days
        .iter()
        .enumerate()
        .map(|(day, slots)| {
            let kind = if day % 7 == 6 { DayKind::Holiday } else { DayKind::Working };
            History { kind, slots, grain: 5.0 }
        })
        .collect();
    let profile = Profile::learn(Nature::Plain, &history, DayKind::Working).expect("the days are full");

    let profiles = vec![profile; SERIES];
    let mut watches = vec![Watch::new(Nature::Plain); SERIES];
    let mut early = vec![Watch::new(Nature::Plain); SERIES];
    let mut windows = vec![Window::default(); SERIES];
    let mut minutes = [0; 3];
    let [ours, first_day, peer] = &mut minutes;
    let [step, local, z, learn] = medians(
        ROUNDS,
        [
            &mut || turn(ours, |series, m| step(&mut watches[series], Some(&profiles[series]), series, m)),
            &mut || turn(first_day, |series, m| step(&mut early[series], None, series, m)),
            &mut || turn(peer, |series, m| windows[series].step(value(series as u64, m as u64))),
            &mut || _ = black_box(Profile::learn(Nature::Plain, black_box(&history), DayKind::Working)),
        ],
    );
    let steps = (SERIES as i64 * MINUTES) as f64;
    report.add("detection, step", step / steps, "ns", Target::AtMost(1000.0));
    report.add("detection, step before there is a profile", local / steps, "ns", Target::AtMost(1000.0));
    report.add("detection, step: z-score over 60 rows", z / steps, "ns", Target::Open);
    report.add("detection, learning a day from 28", learn / 1000.0, "us", Target::Open);
    let state = size_of::<Profile>() + size_of::<Watch>();
    report.add("detection, state of a series", state as f64, "bytes", Target::AtMost(1024.0));
    report.add("detection, state: z-score over 60 rows", size_of::<Window>() as f64, "bytes", Target::Open);
    report.write()
}

/// Lets every series take its next minutes.
fn turn(from: &mut i64, mut step: impl FnMut(usize, i64) -> f64) {
    for series in 0..SERIES {
        for minute in *from..*from + MINUTES {
            black_box(step(series, minute));
        }
    }
    *from += MINUTES;
}

fn step(watch: &mut Watch, profile: Option<&Profile>, series: usize, minute: i64) -> f64 {
    let value = value(series as u64, minute as u64);
    watch.step(profile, MIDNIGHT + 60 * minute, black_box(value), f64::NAN).score
}

/// A restless value around a daily hump.
fn value(series: u64, minute: u64) -> f64 {
    let mixed = (series << 32 ^ minute).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let noise = ((mixed ^ mixed >> 31) & 0xffff) as f64 / 65_536.0;
    let from_noon = (minute % 1440) as f64 / 720.0 - 1.0;
    100.0 * (2.0 - from_noon * from_noon) + 10.0 * noise
}

/// The public method beside it: the distance from the mean of a window over its standard deviation.
#[derive(Clone)]
struct Window {
    values: [f64; WINDOW],
    next: usize,
    sum: f64,
    squares: f64,
}

impl Default for Window {
    fn default() -> Self {
        Self { values: [0.0; WINDOW], next: 0, sum: 0.0, squares: 0.0 }
    }
}

impl Window {
    fn step(&mut self, value: f64) -> f64 {
        let n = WINDOW as f64;
        let mean = self.sum / n;
        let score = (value - mean).abs() / (self.squares / n - mean * mean).max(1e-9).sqrt();
        let old = std::mem::replace(&mut self.values[self.next], value);
        self.sum += value - old;
        self.squares += value * value - old * old;
        self.next = (self.next + 1) % WINDOW;
        score
    }
}
