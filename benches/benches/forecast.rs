//! A forecast with its intervals beside the seasonal naive forecast, which has none: milliseconds a series.

use std::hint::black_box;

use bonghwa_analytics::forecast::{Seasons, forecast};
use bonghwa_benches::{Report, Target, medians};

const ROUNDS: usize = 31;

fn main() -> std::io::Result<()> {
    let hours = series(6 * 168, 24);
    let fives = series(28 * 288, 288);
    let (hourly, five) = (Seasons::of_step(3600), Seasons::of_step(300));
    let run = |values: &[f64], seasons, horizon| {
        let made = forecast(black_box(values), seasons, horizon).expect("the series is long enough");
        assert_eq!(made.steps.len(), horizon);
        black_box(made);
    };
    let [two_days, two_weeks, three_hours, naive] = medians(
        ROUNDS,
        [
            &mut || run(&hours, hourly, 48),
            &mut || run(&hours, hourly, 14 * 24),
            &mut || run(&fives, five, 36),
            &mut || drop(black_box(seasonal_naive(black_box(&hours), 24, 48))),
        ],
    )
    .map(|ns| ns / 1e6);

    let mut report = Report::default();
    report.add("forecast, 6 weeks of hours, 2 days ahead", two_days, "ms", Target::AtMost(10.0));
    report.add("forecast, 6 weeks of hours, 2 weeks ahead", two_weeks, "ms", Target::AtMost(10.0));
    report.add("forecast, 4 weeks of five minutes, 3 hours ahead", three_hours, "ms", Target::AtMost(10.0));
    report.add("forecast, seasonal naive of the same, no intervals", naive, "ms", Target::Open);
    report.write()
}

/// The last season again.
fn seasonal_naive(values: &[f64], season: usize, horizon: usize) -> Vec<f64> {
    let last = &values[values.len() - season..];
    (0..horizon).map(|at| last[at % season]).collect()
}

/// Waves of a day and a week with noise.
fn series(length: usize, day: usize) -> Vec<f64> {
    let mut seed = 7_u64;
    (0..length)
        .map(|at| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let noise = (seed >> 40) as f64 / (1_u64 << 24) as f64;
            let phase = (at % day) as f64 / day as f64;
            let week = if at / day % 7 >= 5 { 0.5 } else { 1.0 };
            100.0 + week * 80.0 * (1.0 - (2.0 * phase - 1.0).abs()) + 10.0 * noise
        })
        .collect()
}
