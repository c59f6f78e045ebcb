//! Where every figure of the page comes from.

use bonghwa_analytics::cause::{Cause, Evidence};
use bonghwa_analytics::format::{MISSING, exact, period};
use bonghwa_analytics::view::{IncidentRow, IncidentView, Unit};

use super::path::{added, looked_at, signed};
use super::{act, evidence, path};
use crate::app::Here;
use crate::part::facts::{Source, mode_of};
use crate::say;

pub(super) fn sources(here: &Here, view: &IncidentView, row: &IncidentRow, cause: Option<&Cause>) -> Vec<Source> {
    let t = here.t;
    let mut out = vec![ratio(here, row, view.as_of, super::RATIO.to_owned())];
    out.extend(users(here, row, view.as_of));
    let (from, to) = looked_at(view, row);
    let scope = format!("{}, {}", here.region(&row.symptom.region), period(from, to, view.as_of, here.lang));
    if let Some(cause) = cause {
        if !view.steps.is_empty() {
            out.push(Source {
                anchor: path::SHARE.to_owned(),
                name: say::cause::short(cause, here.lang),
                value: exact(cause.share.clamp(0.0, 1.0), Unit::Ratio, here.lang),
                scope: scope.clone(),
                method: t.share_method.to_owned(),
            });
        }
        for (place, step) in view.steps.iter().enumerate() {
            if let Some(more) = added(step.call_before, step.call_during) {
                out.push(Source {
                    anchor: path::anchor(place),
                    name: format!("{}, {}", step.service, t.added),
                    value: signed(more, here.lang),
                    scope: scope.clone(),
                    method: t.difference.to_owned(),
                });
            }
        }
        for (place, one) in cause.evidence.iter().enumerate() {
            out.push(Source {
                anchor: evidence::anchor(place),
                name: evidence_name(here, one),
                value: both(here, one),
                scope: scope.clone(),
                method: say::cause::method(here, one.kind).to_owned(),
            });
        }
    }
    if !view.elsewhere.is_empty() {
        out.push(Source {
            anchor: "src-elsewhere".to_owned(),
            name: t.other_regions.to_owned(),
            value: t.times_usual.to_owned(),
            scope: period(row.from, row.to.unwrap_or(view.as_of), view.as_of, here.lang),
            method: t.elsewhere_method.to_owned(),
        });
    }
    out
}

/// The source of the figure in a headline.
pub(crate) fn ratio(here: &Here, row: &IncidentRow, as_of: i64, anchor: String) -> Source {
    let symptom = &row.symptom;
    let at = say::incident::at(here, symptom.at, as_of);
    let (name, value) = say::incident::figure(here, row);
    Source {
        anchor,
        name: name.to_owned(),
        value,
        scope: format!("{}, {at}", say::incident::subject(here, symptom)),
        method: say::incident::figure_method(here, row),
    }
}

/// The source of the number of users.
pub(crate) fn users(here: &Here, row: &IncidentRow, as_of: i64) -> Option<Source> {
    let fact = row.users.as_ref()?;
    let name = act::affected_name(here, fact.unit).to_owned();
    Some(Source { name, ..Source::of(here, fact, as_of, mode_of(fact.unit)) })
}

fn evidence_name(here: &Here, one: &Evidence) -> String {
    let name = say::cause::quantity(here, one.quantity);
    if one.subject.is_empty() {
        format!("{}, {name}", one.service)
    } else {
        format!("{}, {}, {name}", one.service, one.subject)
    }
}

fn both(here: &Here, one: &Evidence) -> String {
    let show = |value: Option<f64>| {
        value.map_or_else(|| MISSING.to_owned(), |value| say::cause::value(value, one.quantity, here.lang))
    };
    format!("{} → {}", show(one.before), show(one.during))
}
