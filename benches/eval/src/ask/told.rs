//! The numbers that an answer tells, each under the area, measure and role that `ask/README.md` names.

use std::collections::BTreeMap;

use bonghwa_analytics::answer::{AheadRow, Answer, Body, Endpoints, Measured, Needed, Pair, RankRow, Ranked};
use bonghwa_analytics::view::{CapacityPlan, Fact, IncidentRow, Measure, SessionsView};
use serde::Serialize;

/// Area, measure and role.
pub(super) type Key = (String, String, String);

/// Needs that the reference tells one by one.
const PLANNED: usize = 10;

/// A number, and the error that the console says it may have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Told {
    pub(super) value: f64,
    pub(super) error: Option<f64>,
}

/// The numbers of an answer.
pub(super) fn told(answer: &Answer) -> BTreeMap<Key, Told> {
    let mut all = Numbers::default();
    match &answer.body {
        Body::Compared(compared) => all.pairs(&compared.pairs),
        Body::Measured(rows) => {
            for row in rows {
                all.measured(row, "now");
            }
        }
        Body::Ranked(ranked) => all.ranked(ranked),
        Body::Endpoints(found) => all.endpoints(found),
        Body::Sessions(view) => all.sessions(view),
        Body::Needed(needed) => all.needed(needed),
        Body::Reported(reported) => {
            all.pairs(&reported.compared.pairs);
            all.places(&reported.ranked);
            all.troubles(reported.incidents.rows.len(), reported.incidents.signs.len(), &[]);
            all.plan(&reported.plan, 0);
        }
        Body::Diagnosed(found) => {
            all.troubles(found.total as usize, found.signs as usize, &found.incidents);
            for card in &found.cards {
                for (role, fact) in
                    [("card now", &card.now), ("card yesterday", &card.yesterday), ("card last week", &card.last_week)]
                {
                    all.fact("nation", card.measure, role, fact.as_ref());
                }
            }
        }
        Body::Incidents(view) => all.troubles(view.rows.len(), view.signs.len(), &view.rows),
    }
    all.0
}

#[derive(Default)]
struct Numbers(BTreeMap<Key, Told>);

impl Numbers {
    fn put(&mut self, area: &str, measure: &str, role: &str, value: f64, error: Option<f64>) {
        self.0.insert((area.to_owned(), measure.to_owned(), role.to_owned()), Told { value, error });
    }

    fn fact(&mut self, area: &str, measure: Measure, role: &str, fact: Option<&Fact>) {
        if let Some(fact) = fact {
            self.put(area, &name(&measure), role, fact.value, fact.error);
        }
    }

    fn pairs(&mut self, pairs: &[Pair]) {
        for pair in pairs {
            self.measured(&pair.now, "now");
            if let Some(then) = &pair.then {
                self.measured(then, "then");
            }
        }
    }

    fn measured(&mut self, row: &Measured, role: &str) {
        let area = if row.area.name.is_empty() { "nation" } else { &row.area.name };
        self.fact(area, row.measure, role, row.value.as_ref());
        self.fact(area, row.measure, &format!("{role} distinct"), row.distinct.as_ref());
        self.fact(area, row.measure, &format!("{role} peak"), row.peak.as_ref());
        // Of estimates the highest of several that are nearly as high may be another.
        if let Some(peak) = row.peak.as_ref().filter(|peak| peak.error.is_none()) {
            self.put(area, &name(&row.measure), &format!("{role} peak at"), peak.from as f64, None);
        }
    }

    fn ranked(&mut self, ranked: &Ranked) {
        let measure = name(&ranked.measure);
        self.put("", &measure, "regions", f64::from(ranked.total), None);
        if let Some(passing) = ranked.passing {
            self.put("", &measure, "passing", f64::from(passing), None);
        }
        self.places(&ranked.rows);
    }

    fn places(&mut self, rows: &[RankRow]) {
        for (at, row) in (1..).zip(rows) {
            self.fact(&row.region, row.value.measure, &format!("place {at}"), Some(&row.value));
        }
    }

    fn endpoints(&mut self, found: &Endpoints) {
        let measure = name(&found.measure);
        if let Some((region, service, _, at)) = &found.deployment {
            self.put(&format!("{region} {service}"), "", "deployed", *at as f64, None);
        }
        self.put("", &measure, "endpoints", f64::from(found.total), None);
        for (at, row) in (1..).zip(&found.rows) {
            let endpoint = format!("{} {}", row.service, row.route);
            self.fact(&endpoint, found.measure, &format!("place {at}"), Some(&row.now));
            self.fact(&endpoint, found.measure, &format!("place {at} before"), row.before.as_ref());
            self.put(&endpoint, &measure, &format!("place {at} requests"), row.count as f64, None);
        }
    }

    fn sessions(&mut self, view: &SessionsView) {
        for list in &view.lists {
            let kind = name(&list.kind);
            self.put("", &kind, "listed", list.total as f64, None);
            for (at, listed) in (1..).zip(&list.listed) {
                let mut put = |what: &str, value: f64| {
                    self.put(&listed.region, &kind, &format!("place {at} {what}"), value, None);
                };
                put("count", listed.count as f64);
                put("seconds", listed.seconds() as f64);
                if listed.per_minute > 0 {
                    put("failed", listed.failed as f64);
                    put("a minute", listed.per_minute as f64);
                }
            }
        }
        self.fact("", Measure::Users, "active", view.active.as_ref());
        for (age, count) in bonghwa_analytics::view::AGES.iter().zip(&view.ages).skip(1) {
            self.put("", "users", &format!("older than {age}"), *count as f64, None);
        }
    }

    fn needed(&mut self, needed: &Needed) {
        self.plan(&needed.plan, PLANNED);
        for AheadRow { region, measure, ahead, full, .. } in &needed.ahead {
            if let Some(ahead) = ahead {
                let came = ahead.chart.series.iter().find(|series| series.name == "came");
                let last = came.and_then(|series| series.line.values.iter().rev().find_map(|value| *value));
                for (role, value) in [("last", last), ("threshold", Some(ahead.threshold))] {
                    if let Some(value) = value {
                        self.put(region, &name(measure), role, value, None);
                    }
                }
            }
            if let Some(full) = full {
                self.fact(region, *measure, "busy", Some(&full.now));
                self.fact(region, *measure, "weekly", Some(&full.weekly));
            }
        }
    }

    fn plan(&mut self, plan: &CapacityPlan, most: usize) {
        for (role, count) in ["need more", "need nothing", "cannot tell"].into_iter().zip(plan.counts) {
            self.put("", "", role, f64::from(count), None);
        }
        for (at, row) in (1..).zip(plan.rows.iter().take(most)) {
            let place = format!("{} {}", row.region, row.service);
            let facts = [("busy", &row.now), ("weekly", &row.weekly), ("edge", &row.edge), ("times", &row.times)];
            for (what, fact) in facts {
                self.fact(&place, row.measure, &format!("plan {at} {what}"), fact.as_ref());
            }
            if let Some(when) = row.when {
                self.put(&place, &name(&row.measure), &format!("plan {at} passes"), when.earliest as f64, None);
            }
        }
    }

    fn troubles(&mut self, incidents: usize, signs: usize, rows: &[IncidentRow]) {
        self.put("", "", "incidents", incidents as f64, None);
        self.put("", "", "signs", signs as f64, None);
        for (at, row) in (1..).zip(rows) {
            let (area, measure) = (row.regions.join(" "), name(&row.symptom.measure));
            self.put(&area, &measure, &format!("incident {at} from"), row.from as f64, None);
            if let Some(to) = row.to {
                self.put(&area, &measure, &format!("incident {at} to"), to as f64, None);
            }
            self.fact(&area, row.symptom.measure, &format!("incident {at} ratio"), Some(&row.ratio));
            self.fact(&area, Measure::Users, &format!("incident {at} users"), row.users.as_ref());
        }
    }
}

/// The name of a variant as data has it.
fn name<T: Serialize>(variant: &T) -> String {
    serde_json::to_value(variant).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}
