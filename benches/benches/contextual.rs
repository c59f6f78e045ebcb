//! A step of the contextual detector beside a windowed Gaussian, the benchmark detector of Numenta: 6,400 rows kept, the
//! mean and deviation fitted anew after every hundred.

use std::hint::black_box;

use bonghwa_analytics::contextual::Contextual;
use bonghwa_benches::{Report, Target, medians};

const ROUNDS: usize = 200;
/// Rows of a turn, which takes less than a millisecond.
const TURN: usize = 1000;
/// Rows before the first turn: the window is full, and so are the contexts.
const BEFORE: usize = 40_000;

fn main() -> std::io::Result<()> {
    let rows: Vec<f64> = (0..BEFORE as u64 + 20_000).map(gauge).collect();
    let (first, rest) = rows.split_at(BEFORE);
    let mut detector = Contextual::new(750);
    let mut gaussian = Gaussian::default();
    let mut at = 0;
    for value in first {
        at += 60;
        detector.step(*value, at);
        gaussian.step(*value);
    }
    let turns: Vec<&[f64]> = rest.chunks(TURN).collect();
    let (mut own_turn, mut peer_turn) = (turns.iter().cycle(), turns.iter().cycle());
    let [own, peer] = medians(
        ROUNDS,
        [
            &mut || {
                for value in own_turn.next().into_iter().copied().flatten() {
                    at += 60;
                    black_box(detector.step(*value, at));
                }
            },
            &mut || {
                for value in peer_turn.next().into_iter().copied().flatten() {
                    black_box(gaussian.step(*value));
                }
            },
        ],
    )
    .map(|ns| ns / TURN as f64);

    let mut report = Report::default();
    report.add("contextual detector, a step", own, "ns", Target::AtMost(2000.0));
    report.add("contextual detector, a step: windowed Gaussian", peer, "ns", Target::Open);
    report.add("contextual detector, state", detector.bytes() as f64 / 1024.0, "KiB", Target::AtMost(35.0));
    report.add("contextual detector, state: windowed Gaussian", gaussian.bytes() as f64 / 1024.0, "KiB", Target::Open);
    report.write()
}

/// A service's memory: it climbs, is collected and trembles, so that no two rows are alike.
fn gauge(row: u64) -> f64 {
    let mut hash = row.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    hash = (hash ^ hash >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let noise = (hash >> 11) as f64 / (1_u64 << 53) as f64;
    400.0 + (row % 97) as f64 * 3.0 + 60.0 * noise
}

#[derive(Default)]
struct Gaussian {
    window: std::collections::VecDeque<f64>,
    since: usize,
    mean: f64,
    deviation: f64,
}

impl Gaussian {
    const WINDOW: usize = 6400;

    fn step(&mut self, value: f64) -> f64 {
        let score = 1.0 - 0.5 * erfc((value - self.mean).abs() / self.deviation / std::f64::consts::SQRT_2);
        self.window.push_back(value);
        if self.window.len() > Self::WINDOW {
            self.window.pop_front();
        }
        self.since += 1;
        if self.since == 100 {
            self.since = 0;
            let n = self.window.len() as f64;
            self.mean = self.window.iter().sum::<f64>() / n;
            self.deviation =
                (self.window.iter().map(|value| (value - self.mean).powi(2)).sum::<f64>() / n).sqrt().max(1e-6);
        }
        score
    }

    fn bytes(&self) -> usize {
        size_of::<Self>() + self.window.capacity() * size_of::<f64>()
    }
}

/// For arguments from 0. Source: Abramowitz and Stegun, formula 7.1.26.
fn erfc(x: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.327_591_1 * x);
    let factors = [1.061_405_429, -1.453_152_027, 1.421_413_741, -0.284_496_736, 0.254_829_592];
    factors.iter().fold(0.0, |sum, factor| (sum + factor) * t) * (-x * x).exp()
}
