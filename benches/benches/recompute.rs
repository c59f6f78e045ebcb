//! A day of 1,000 series judged again from frames; the same in a browser is measured by `tests/e2e/bench.js`.

use std::hint::black_box;

use bonghwa_analytics::recompute::Recompute;
use bonghwa_analytics::time::{DAY, Resolution};
use bonghwa_analytics::watch::DAYS;
use bonghwa_benches::day::{REGION, SERIES, TODAY, frames};
use bonghwa_benches::{Report, Target, medians};

const ROUNDS: usize = 3;
const PIECE: i64 = 3 * 3600;

fn main() -> std::io::Result<()> {
    let day = |n: i64| frames(Resolution::FiveMinutes, TODAY - n * DAY, TODAY - (n - 1) * DAY);
    let history: Vec<Vec<u8>> = (1..=DAYS).map(day).collect();
    let pieces: Vec<Vec<u8>> = (TODAY..TODAY + DAY)
        .step_by(PIECE as usize)
        .map(|from| {
            let mut bytes = frames(Resolution::FiveMinutes, from, from + PIECE);
            bytes.extend(frames(Resolution::Minute, from, from + PIECE));
            bytes
        })
        .collect();
    let learn = |again: &mut Recompute| {
        for day in &history {
            again.learn(day).unwrap_or_else(|error| panic!("{error}"));
        }
    };
    let mut learned = Recompute::new(REGION, TODAY);
    learn(&mut learned);
    let judge = |mut again: Recompute| {
        for piece in &pieces {
            again.judge(piece).unwrap_or_else(|error| panic!("{error}"));
        }
        again.finish()
    };
    let judged = judge(learned.clone());
    assert_eq!((judged.series, judged.days), (SERIES, DAYS as usize));
    assert!(!judged.findings().is_empty());
    let [before, own, clone] = medians(
        ROUNDS,
        [
            &mut || learn(black_box(&mut Recompute::new(REGION, TODAY))),
            &mut || drop(black_box(judge(learned.clone()))),
            &mut || drop(black_box(learned.clone())),
        ],
    );
    let mut report = Report::default();
    let values = (SERIES * DAYS as usize) as f64 * 288.0;
    report.add("recompute/28 days of five minutes, a value", before / values, "ns", Target::Open);
    report.add(
        "recompute/a day of minutes, a value",
        (own - clone) / judged.steps as f64,
        "ns",
        Target::AtMost(1000.0),
    );
    report.add("recompute/a day of 1,000 series", (own - clone) / 1e9, "s", Target::Open);
    report.write()
}
