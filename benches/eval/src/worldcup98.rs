//! WorldCup98: requests every five minutes, forecast every half hour one and three hours ahead.

use std::path::Path;

use anyhow::Result;
use bonghwa_analytics::forecast::{Seasons, forecast};
use bonghwa_analytics::time::days_from_civil;

use crate::data::{entries, fields, text};
use crate::figure::{Figure, Target};

/// Seconds of a step.
const STEP: i64 = 300;
const DAY: usize = 288;
const WARM_UP: usize = 7 * DAY;
/// Steps between two forecasts.
const EVERY: usize = 6;
/// Steps of the trailing period whose 90th percentile is the threshold.
const TRAILING: usize = 14 * DAY;
const HORIZONS: [(usize, &str); 2] = [(12, "1 h"), (36, "3 h")];

/// What was said of one value, and what came.
struct Said {
    covered: bool,
    probability: f64,
    came: bool,
}

pub(crate) fn run(folder: &Path) -> Result<Vec<Figure>> {
    let mut said: [Vec<Said>; 2] = [Vec::new(), Vec::new()];
    for file in entries(folder)?.iter().filter(|file| file.extension().is_some_and(|kind| kind == "csv")) {
        let values = steps(&text(file)?);
        let furthest = HORIZONS[1].0;
        for origin in (WARM_UP..values.len().saturating_sub(furthest)).step_by(EVERY) {
            let known = &values[..origin];
            let Some(forecast) = forecast(known, Seasons::of_step(STEP), furthest) else { continue };
            let mut trailing: Vec<f64> =
                known[origin.saturating_sub(TRAILING)..].iter().copied().filter(|v| !v.is_nan()).collect();
            trailing.sort_by(f64::total_cmp);
            let Some(threshold) = trailing.get(trailing.len() * 9 / 10).copied() else { continue };
            for (said, (horizon, _)) in said.iter_mut().zip(HORIZONS) {
                let (step, value) = (&forecast.steps[horizon - 1], values[origin + horizon - 1]);
                if value.is_nan() {
                    continue;
                }
                said.push(Said {
                    covered: (step.low[1]..=step.high[1]).contains(&value),
                    probability: forecast.probability_at(threshold, horizon - 1),
                    came: value > threshold,
                });
            }
        }
    }
    Ok(said.iter().zip(HORIZONS).flat_map(|(said, (_, name))| figures(said, name)).collect())
}

fn figures(said: &[Said], name: &str) -> Vec<Figure> {
    let n = said.len();
    let mean = |of: &dyn Fn(&Said) -> f64| said.iter().map(of).sum::<f64>() / n.max(1) as f64;
    let number = |truth: bool| f64::from(u8::from(truth));
    let coverage = mean(&|said| number(said.covered));
    let brier = mean(&|said| (said.probability - number(said.came)).powi(2));
    // Climatology knows how often it came over the whole time, which no forecast knows.
    let rate = mean(&|said| number(said.came));
    let climatology = rate * (1.0 - rate);
    let mut bins = [(0.0, 0.0); 10];
    for said in said {
        let bin = &mut bins[((said.probability * 10.0) as usize).min(9)];
        *bin = (bin.0 + said.probability, bin.1 + number(said.came));
    }
    let ece = bins.iter().map(|(said, came)| (said - came).abs()).sum::<f64>() / n.max(1) as f64;
    let target = |target: Target| if name == "3 h" { target } else { Target::None };
    vec![
        Figure::new(
            &format!("worldcup98/{name} coverage of 85 %"),
            coverage,
            "",
            n,
            target(Target::Within(0.82, 0.88)),
        ),
        Figure::new(&format!("worldcup98/{name} calibration error"), ece, "", n, target(Target::AtMost(0.03))),
        Figure::new(
            &format!("worldcup98/{name} Brier skill"),
            1.0 - brier / climatology,
            "",
            n,
            target(Target::AtLeast(0.5)),
        ),
        Figure::new(&format!("worldcup98/{name} Brier"), brier, "", n, Target::None),
        Figure::new(&format!("worldcup98/{name} Brier of climatology"), climatology, "", n, Target::None),
    ]
}

/// Sums of five minutes; NaN where no minute of them is there.
fn steps(text: &str) -> Vec<f64> {
    let mut minutes: Vec<(i64, f64)> = text.lines().filter_map(minute).collect();
    minutes.sort_by_key(|minute| minute.0);
    let (Some(first), Some(last)) = (minutes.first(), minutes.last()) else { return Vec::new() };
    let (first, last) = (first.0.div_euclid(STEP), last.0.div_euclid(STEP));
    let mut values = vec![f64::NAN; (last - first + 1) as usize];
    for (at, count) in &minutes {
        let value = &mut values[(at.div_euclid(STEP) - first) as usize];
        *value = if value.is_nan() { *count } else { *value + count };
    }
    values
}

/// Instant and count of a line (`1998-04-30 21:30:00,2`).
fn minute(line: &str) -> Option<(i64, f64)> {
    let fields = fields(line);
    let (date, clock) = fields.first()?.split_once(' ')?;
    let numbers =
        |text: &str, by: char| text.split(by).map(|part| part.parse::<i64>().ok()).collect::<Option<Vec<_>>>();
    let (date, clock) = (numbers(date, '-')?, numbers(clock, ':')?);
    let days = days_from_civil(i32::try_from(*date.first()?).ok()?, *date.get(1)? as u8, *date.get(2)? as u8);
    Some((days * 86_400 + clock.first()? * 3600 + clock.get(1)? * 60, fields.get(1)?.trim().parse().ok()?))
}
