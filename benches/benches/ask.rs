//! Answers from frames of a national week: seventeen regions, eight days of five minutes.

use std::hint::black_box;
use std::time::Instant;

use bonghwa_analytics::ask::{Context, understand};
use bonghwa_benches::{Report, Target, medians};
use bonghwa_parity::{KEY, asked};

const ROUNDS: usize = 5;

fn main() -> std::io::Result<()> {
    let mut report = Report::default();
    let began = Instant::now();
    let desk = asked::desk(&KEY, 17, 8, 200).expect("frames made here can be read");
    report.add("ask/frames of a national week made and opened", began.elapsed().as_secs_f64(), "s", Target::Open);
    let began = Instant::now();
    black_box(asked::ask(&desk, asked::QUESTIONS[2]));
    report.add("ask/the first answer", began.elapsed().as_secs_f64() * 1e3, "ms", Target::Open);
    let mut times: Vec<f64> = Vec::new();
    for _ in 0..ROUNDS {
        for text in asked::QUESTIONS {
            let began = Instant::now();
            black_box(asked::ask(&desk, text));
            let took = began.elapsed().as_secs_f64() * 1e3;
            times.push(took);
            if std::env::var_os("BENCH_EACH").is_some() {
                println!("{took:.1} ms {text}");
            }
        }
    }
    times.sort_by(f64::total_cmp);
    report.add(
        "ask/an answer from frames of a national week, p95",
        times[times.len() * 95 / 100],
        "ms",
        Target::AtMost(50.0),
    );
    let context = Context { at: 1_789_700_400, regions: &[], services: &[], previous: None };
    let [own] = medians(
        200,
        [&mut || {
            for text in asked::QUESTIONS {
                black_box(understand(text, &context));
            }
        }],
    );
    report.add("ask/a question understood", own / 1e3 / asked::QUESTIONS.len() as f64, "us", Target::AtMost(1000.0));
    report.write()
}
