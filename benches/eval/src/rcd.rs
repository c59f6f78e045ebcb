//! RCD Sock Shop: which service was put under stress, from its columns alone.

use std::path::Path;

use anyhow::{Context, Result};
use bonghwa_analytics::cause::shift::{Series, rank};

use crate::data;
use crate::figure::{Figure, Target};

/// Ranks looked at.
const DEPTH: usize = 5;

/// Scores every case of the folder: `<service>-<stress>/<case>/{normal,anomalous}.csv`, columns `<service>_<metric>`.
pub(crate) fn run(folder: &Path) -> Result<Vec<Figure>> {
    let mut hits = [0_usize; DEPTH];
    let mut cases = 0;
    for fault in data::entries(folder)?.into_iter().filter(|path| path.is_dir()) {
        let name = fault.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Some((service, _)) = name.rsplit_once('-') else { continue };
        for case in data::entries(&fault)? {
            let (normal, anomalous) = (case.join("normal.csv"), case.join("anomalous.csv"));
            if !normal.is_file() || !anomalous.is_file() {
                continue;
            }
            let ranked = ranking(&columns(&normal)?, &columns(&anomalous)?);
            cases += 1;
            if let Some(at) = ranked.iter().position(|found| found == service) {
                hits.iter_mut().skip(at).for_each(|hits| *hits += 1);
            }
        }
    }
    let share = |hits: usize| hits as f64 / cases.max(1) as f64;
    let mean = hits.iter().map(|hits| share(*hits)).sum::<f64>() / DEPTH as f64;
    Ok(vec![
        Figure::new("rcd/AC@1", share(hits[0]), "", cases, Target::AtLeast(0.96)),
        Figure::new("rcd/AC@3", share(hits[2]), "", cases, Target::None),
        Figure::new("rcd/Avg@5", mean, "", cases, Target::AtLeast(0.99)),
    ])
}

type Column = (String, Vec<f64>);

/// Services, most suspect first, from all columns that both sides have.
fn ranking(normal: &[Column], anomalous: &[Column]) -> Vec<String> {
    let series: Vec<Series<'_>> = normal
        .iter()
        .filter_map(|(name, before)| {
            let (service, _) = name.split_once('_')?;
            let (_, during) = anomalous.iter().find(|(other, _)| other == name)?;
            Some(Series { service, before, during })
        })
        .collect();
    rank(&series).into_iter().map(|ranked| ranked.service.to_owned()).collect()
}

/// The columns of a file by name; what is not a number is NaN.
fn columns(path: &Path) -> Result<Vec<Column>> {
    let text = data::text(path)?;
    let mut lines = text.lines();
    let head = lines.next().with_context(|| format!("{} is empty", path.display()))?;
    let mut columns: Vec<Column> = data::fields(head).into_iter().map(|name| (name, Vec::new())).collect();
    for line in lines {
        for ((_, values), field) in columns.iter_mut().zip(data::fields(line)) {
            values.push(field.parse().unwrap_or(f64::NAN));
        }
    }
    Ok(columns)
}
