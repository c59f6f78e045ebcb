//! M4, hourly: 48 hours ahead of each series, from its training part alone.

use std::path::Path;

use anyhow::{Context, Result};
use bonghwa_analytics::forecast::{Seasons, forecast};

use crate::data::{entries, fields, text};
use crate::figure::{Figure, Target};

const DAY: usize = 24;
/// sMAPE and MASE of Naive2, as published.
const NAIVE2: (f64, f64) = (18.383, 2.395);

pub(crate) fn run(folder: &Path) -> Result<Vec<Figure>> {
    let part = |name: &str| -> Result<Vec<(String, Vec<f64>)>> {
        let files = entries(folder)?;
        let file = files.iter().find(|file| file.to_string_lossy().contains(name)).context(name.to_owned())?;
        Ok(text(file)?.lines().skip(1).filter_map(series).collect())
    };
    let train = part("train")?;
    let test = part("test")?;
    let mut sums = [0.0; 4];
    let (mut n, mut points) = (0_usize, 0.0);
    for (name, values) in &train {
        let Some((_, came)) = test.iter().find(|(other, _)| other == name) else { continue };
        let Some(forecast) = forecast(values, Seasons { short: DAY, long: 7 * DAY }, came.len()) else { continue };
        let scale = values.iter().skip(DAY).zip(values).map(|(now, then)| (now - then).abs()).sum::<f64>()
            / (values.len() - DAY) as f64;
        if scale <= 0.0 {
            continue;
        }
        let mut own = [0.0; 4];
        for (step, came) in forecast.steps.iter().zip(came) {
            let (low, high) = (step.low[2], step.high[2]);
            own[0] += 200.0 * (step.value - came).abs() / (step.value.abs() + came.abs()).max(1e-12);
            own[1] += (step.value - came).abs() / scale;
            own[2] += ((high - low) + 40.0 * (low - came).max(0.0) + 40.0 * (came - high).max(0.0)) / scale;
            own[3] += f64::from(u8::from((low..=high).contains(came)));
        }
        for (sum, own) in sums.iter_mut().zip(own) {
            *sum += own / came.len() as f64;
        }
        points += 1.0;
        n += 1;
    }
    let [smape, mase, msis, coverage] = sums.map(|sum| sum / points);
    Ok(vec![
        Figure::new("m4/owa", f64::midpoint(smape / NAIVE2.0, mase / NAIVE2.1), "", n, Target::AtMost(0.45)),
        Figure::new("m4/msis", msis, "", n, Target::AtMost(7.5)),
        Figure::new("m4/coverage error at 95 %", (coverage - 0.95).abs(), "", n, Target::AtMost(0.02)),
        Figure::new("m4/coverage of 95 %", coverage, "", n, Target::None),
        Figure::new("m4/smape", smape, "", n, Target::None),
        Figure::new("m4/mase", mase, "", n, Target::None),
    ])
}

/// Name and values of a line.
fn series(line: &str) -> Option<(String, Vec<f64>)> {
    let mut fields = fields(line).into_iter();
    let name = fields.next()?;
    Some((name, fields.map_while(|field| field.parse().ok()).collect()))
}
