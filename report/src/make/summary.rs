//! The summary: three sentences.

use std::cmp::Ordering;

use bonghwa_analytics::format::{Lang, change, exact, join, short_date};
use bonghwa_analytics::report::ReportKind;
use bonghwa_analytics::time::DAY;
use bonghwa_analytics::view::{IncidentRow, Measure};
use bonghwa_app::{Particle, particle, with};

use super::{Maker, fill, heading, point, said, words_run};
use crate::document::{Block, Outline, Run};
use crate::words;

impl Maker<'_> {
    pub(super) fn summary(&mut self, blocks: &mut Vec<Block>) {
        heading(blocks, self.lang.pick("요약", "Summary"));
        let sentences = if self.report.kind == ReportKind::Incident {
            self.incident_sentences()
        } else {
            [self.users_sentence(), self.incidents_sentence(), self.capacity_sentence()]
        };
        for sentence in sentences {
            point(blocks, Outline::Circle, sentence);
        }
    }

    /// How many people there were, against the period before, and when most.
    fn users_sentence(&mut self) -> Vec<Run> {
        let (report, lang) = (self.report, self.lang);
        let pair = report.parts.compared.pairs.iter().find(|pair| pair.now.measure == Measure::Users);
        let Some((pair, now)) = pair.and_then(|pair| Some((pair, pair.now.value.as_ref()?))) else {
            return words_run(lang.pick(
                "이 기간에 이용자를 셀 수 있는 자료가 없습니다.",
                "Nothing was received in this period by which users could be counted.",
            ));
        };
        let name = self.say.measure(now.measure, now.unit);
        let mean = self.say.prose(now);
        let source = self.cite_pair(pair);
        let mut numbers = vec![(mean.clone(), source)];
        let (before, _) = words::before(report, lang);
        let then = pair.then.as_ref().and_then(|then| then.value.as_ref());
        let against = then.map(|then| change(now.value, then.value, now.unit, lang));
        let direction = against.as_ref().map(|change| change.direction);
        if let Some(change) = against.filter(|change| change.direction != 0) {
            numbers.push((change.size, source));
        }
        let last = pair.now.peak.is_none();
        let mut text = match lang {
            Lang::Ko => {
                let lead = format!("{} 평균 {{}}", with(name, Particle::Topic));
                let by = particle(&mean, Particle::By);
                let same = with(&before, Particle::And);
                match (direction, last) {
                    (None, true) => format!("{lead}입니다"),
                    (None, false) => format!("{lead}이고"),
                    (Some(0), true) => format!("{lead}{by} {same} 거의 같습니다"),
                    (Some(0), false) => format!("{lead}{by} {same} 거의 같고"),
                    (Some(1), true) => format!("{lead}{by} {before}보다 {{}} 많습니다"),
                    (Some(1), false) => format!("{lead}{by} {before}보다 {{}} 많고"),
                    (Some(_), true) => format!("{lead}{by} {before}보다 {{}} 적습니다"),
                    (Some(_), false) => format!("{lead}{by} {before}보다 {{}} 적고"),
                }
            }
            Lang::En => match direction {
                None => format!("{name}: {{}} on average"),
                Some(0) => format!("{name}: {{}} on average, much as in {before}"),
                Some(1) => format!("{name}: {{}} on average, {{}} more than in {before}"),
                Some(_) => format!("{name}: {{}} on average, {{}} fewer than in {before}"),
            },
        };
        if let Some(peak) = &pair.now.peak {
            let source = self.cite_peak(peak);
            numbers.push((self.say.prose(peak), source));
            let when = words::moment(peak.from, lang);
            text = match lang {
                Lang::Ko => format!("{text}, 가장 많았던 때는 {when}의 {{}}입니다"),
                Lang::En => format!("{text}; the most, {{}}, at {when}"),
            };
        }
        fill(&(text + "."), &numbers)
    }

    /// How many incidents, and the gravest.
    fn incidents_sentence(&mut self) -> Vec<Run> {
        let lang = self.lang;
        let rows = &self.report.parts.incidents.rows;
        let Some(worst) = rows.iter().max_by(|a, b| by_gravity(a, b)) else {
            return words_run(lang.pick("이 기간에 사건은 없었습니다.", "There was no incident in this period."));
        };
        let counted = self.cite_incidents();
        let n = rows.len();
        let mut numbers = vec![(count(n, lang), counted)];
        let place = self.say.places(&worst.regions);
        let from = words::moment(worst.from, lang);
        let length = self.lasted(worst);
        let users = worst.users.as_ref().map(|users| (self.say.prose(users), self.cite_affected(users)));
        let mut text = match (lang, worst.to) {
            (Lang::Ko, Some(_)) => {
                format!("사건은 {{}}이며, 가장 무거운 것은 {from}에 시작해 {length} 동안 이어진 {place}의 사건")
            }
            (Lang::Ko, None) => {
                format!("사건은 {{}}이며, 가장 무거운 것은 {from}에 시작해 {length}째 이어지는 {place}의 사건")
            }
            (Lang::En, Some(_)) => {
                format!("Incidents: {{}}. The gravest began in {place} at {from} and lasted {length}")
            }
            (Lang::En, None) => format!("Incidents: {{}}. The gravest began in {place} at {from} and goes on"),
        };
        text += match (&users, lang) {
            (None, Lang::Ko) => "입니다.",
            (None, Lang::En) => ".",
            (Some(_), Lang::Ko) => "으로, 그동안 그 지역의 이용자는 {}입니다.",
            (Some(_), Lang::En) => "; {} were in those regions meanwhile.",
        };
        numbers.extend(users);
        fill(&text, &numbers)
    }

    /// What needs more, and which region is the busiest.
    fn capacity_sentence(&mut self) -> Vec<Run> {
        let lang = self.lang;
        let plan = &self.report.parts.plan;
        let [more, ..] = plan.counts;
        let until = short_date(plan.until - DAY, lang);
        let mut numbers = vec![(places(more, lang), self.cite_plan())];
        let busiest = self.report.parts.ranked.first().filter(|_| self.report.codes.len() > 1);
        let text = match (busiest, lang) {
            (Some(row), _) => {
                let place = self.say.region(&row.region).to_owned();
                let source = self.cite_load(&row.value);
                numbers.push((exact(row.value.value, row.value.unit, lang), source));
                match lang {
                    Lang::Ko => format!(
                        "분기 말({until})까지 늘려야 할 곳은 {{}}이며, 평균 부하율이 가장 높은 지역은 {place}({{}})입니다."
                    ),
                    Lang::En => format!(
                        "Before the quarter ends ({until}) more is needed in {{}}; the busiest region on average is {place} ({{}})."
                    ),
                }
            }
            (None, Lang::Ko) => format!("분기 말({until})까지 늘려야 할 곳은 {{}}입니다."),
            (None, Lang::En) => format!("Before the quarter ends ({until}) more is needed in {{}}."),
        };
        fill(&text, &numbers)
    }

    /// What happened, why, and whom it touched.
    fn incident_sentences(&mut self) -> [Vec<Run>; 3] {
        let lang = self.lang;
        let Some(row) = self.report.incident.as_ref().and_then(|view| view.incident.as_ref()) else {
            return [Vec::new(), Vec::new(), Vec::new()];
        };
        let source = self.cite_symptom(row);
        let length = self.lasted(row);
        let from = words::moment(row.from, lang);
        let mut what = words_run(match (lang, row.to) {
            (Lang::Ko, Some(_)) => format!("{from}부터 {length} 동안 "),
            (Lang::Ko, None) => format!("{from}부터 {length}째 "),
            (Lang::En, Some(_)) => format!("From {from}, for {length}: "),
            (Lang::En, None) => format!("Since {from}, for {length} so far: "),
        });
        what.extend(said(self.say.headline(row), source));
        what.push(Run::Words(".".to_owned()));
        let why = self.why(row, source);
        let whom = match &row.users {
            Some(users) => {
                let source = self.cite_affected(users);
                let text = lang.pick("그동안 그 지역의 이용자는 {}입니다.", "Users in those regions meanwhile: {}.");
                fill(text, &[(self.say.prose(users), source)])
            }
            None => words_run(lang.pick(
                "그동안의 이용자 수는 자료가 없어 알 수 없습니다.",
                "How many users were there meanwhile cannot be told.",
            )),
        };
        [what, why, whom]
    }

    /// The cause in words, how sure it is, or that it is not known.
    pub(super) fn why(&self, row: &IncidentRow, source: u32) -> Vec<Run> {
        let cause = row.explanation.as_ref().and_then(|explanation| explanation.causes.first());
        let Some(cause) = cause else { return words_run(self.say.no_cause()) };
        let mut runs = said(self.say.because(cause), source);
        runs.push(Run::Words(format!(" ({})", self.say.confidence(cause.confidence))));
        runs
    }
}

/// How grave incidents are, the gravest last: by level, then by the users that they touched; of equals the first.
pub(super) fn by_gravity(a: &IncidentRow, b: &IncidentRow) -> Ordering {
    let touched = |row: &IncidentRow| row.users.as_ref().map_or(0.0, |users| users.value);
    a.level.cmp(&b.level).then(touched(a).total_cmp(&touched(b))).then(b.from.cmp(&a.from)).then(b.id.cmp(&a.id))
}

/// `5건` or `5`.
pub(super) fn count(n: usize, lang: Lang) -> String {
    join(&bonghwa_analytics::format::count(n as f64), lang.pick("건", ""))
}

/// `3곳` or `3 places`.
pub(super) fn places(n: u32, lang: Lang) -> String {
    match lang {
        Lang::Ko => format!("{n}곳"),
        Lang::En if n == 1 => "1 place".to_owned(),
        Lang::En => format!("{n} places"),
    }
}
