//! Combining regions: how many people used any of them, each counted once.

use super::now::{Scope, late_since, users_fact};
use super::{CombineView, Fact, Line, Method, Pair, Part};
use crate::atlas::{Atlas, AtlasError, Union, Unions};
use crate::identity::IdentityMode;
use crate::time::Resolution;
use crate::window::coarsest;

/// Regions up to which every pair is compared; the work grows with the square.
const MAX_PAIRED: usize = 8;

/// Merges the registers at hand of `regions` over `from..to`; `None` if there are none.
///
/// Overlaps are differences of estimates, so their error is about that of the union (root of the sum of squares); an
/// overlap below its own error is reported as unknown.
pub fn combine(
    atlas: &Atlas,
    regions: &[String],
    from: i64,
    to: i64,
    mode: IdentityMode,
) -> Result<Option<CombineView>, AtlasError> {
    let top = coarsest(from, to);
    let codes = || regions.iter().map(String::as_str);
    let mut unions = Unions::new(atlas.key(), mode);
    let (mut singles, mut sketches, mut merged, mut finest) = (Vec::new(), Vec::new(), 0, Resolution::Hour);
    for code in codes() {
        unions.clear();
        if let Some(track) = atlas.track(code) {
            unions.add(track, from, to, top)?;
        }
        let single = unions.finish();
        merged += single.map_or(0, |union| union.sketches);
        finest = finest.min(single.map_or(Resolution::Hour, |union| union.finest));
        singles.push(single.unwrap_or(Union { estimate: 0.0, error: 0.0, sketches: 0, finest: top }));
        sketches.push(unions.sketch());
    }
    if merged == 0 {
        return Ok(None);
    }
    let mut union_of = |wanted: &dyn Fn(usize) -> bool| {
        unions.clear();
        for (_, sketch) in sketches.iter().enumerate().filter(|(index, _)| wanted(*index)) {
            unions.merge(sketch)?;
        }
        Ok::<_, AtlasError>(Union { sketches: merged, finest, ..unions.estimate() })
    };
    let union = union_of(&|_| true)?;
    let scope = |regions: &[&str]| Scope {
        regions: regions.iter().map(|code| (*code).to_owned()).collect(),
        count: regions.len() as u16,
        from,
        to,
    };
    let everyone = scope(&codes().collect::<Vec<_>>());
    let sum: f64 = singles.iter().map(|single| single.estimate).sum();
    let sum_error = libm::sqrt(singles.iter().map(|single| single.error * single.error).sum::<f64>());
    let difference = |id: &str, value: f64, error: f64, scope: &Scope| Fact {
        method: Method::InclusionExclusion,
        ..users_fact(id, Union { estimate: value.max(0.0), error, ..union }, scope, mode)
    };

    let mut parts = Vec::with_capacity(regions.len());
    for (index, code) in codes().enumerate() {
        let users = users_fact(&format!("users-{code}"), singles[index], &scope(&[code]), mode);
        let only = if regions.len() == 1 {
            Some(difference(&format!("only-{code}"), union.estimate, union.error, &everyone))
        } else {
            let rest = union_of(&|other| other != index)?;
            let (value, error) = (union.estimate - rest.estimate, hypot(union.error, rest.error));
            (value > error).then(|| difference(&format!("only-{code}"), value, error, &everyone))
        };
        parts.push(Part { region: code.to_owned(), users, only });
    }

    let mut pairs = Vec::new();
    if regions.len() <= MAX_PAIRED {
        for (i, a) in codes().enumerate() {
            for (j, b) in codes().enumerate().skip(i + 1) {
                let both = union_of(&|index| index == i || index == j)?;
                let value = singles[i].estimate + singles[j].estimate - both.estimate;
                let error = hypot(both.error, hypot(singles[i].error, singles[j].error));
                let shared =
                    (value > error).then(|| difference(&format!("shared-{a}-{b}"), value, error, &scope(&[a, b])));
                pairs.push(Pair { a: a.to_owned(), b: b.to_owned(), shared, error });
            }
        }
        let value = |pair: &Pair| pair.shared.as_ref().map_or(-1.0, |fact| fact.value);
        pairs.sort_by(|x, y| value(y).total_cmp(&value(x)));
    }

    let step = top.seconds();
    let line_start = top.floor(from);
    let mut values = Vec::new();
    for start in (line_start..to).step_by(step as usize) {
        let at = atlas.users(codes(), start, start + step, top, mode)?;
        values.push(at.map(|union| libm::round(union.estimate)));
    }
    let late = codes()
        .filter_map(|code| {
            let newest = late_since(atlas.track(code), to, 2 * step)?;
            Some((code.to_owned(), newest))
        })
        .collect();
    Ok(Some(CombineView {
        regions: regions.to_vec(),
        from,
        to,
        mode,
        union: users_fact("union", union, &everyone, mode),
        sum: Fact { method: Method::SumOfEstimates, ..difference("sum", sum, sum_error, &everyone) },
        overlap: difference("overlap", sum - union.estimate, hypot(sum_error, union.error), &everyone),
        parts,
        pairs,
        line: Line { values },
        line_start,
        line_step: step,
        sketches: merged,
        late,
    }))
}

fn hypot(a: f64, b: f64) -> f64 {
    libm::sqrt(a * a + b * b)
}
