//! Incidents of the period: what, why, whom, and what was done.

use bonghwa_analytics::format::{Lang, MISSING, span};
use bonghwa_analytics::view::{Fact, IncidentRow};

use super::sources::note;
use super::summary::{by_gravity, count};
use super::{Maker, fill, heading, point, said, words_run};
use crate::document::{Block, Cell, Column, Outline, Run, Source, Table};
use crate::words;

/// Incidents that the table lists.
const LISTED: usize = 40;
/// Incidents that are told one by one.
const TOLD: usize = 8;

impl Maker<'_> {
    pub(super) fn incidents(&mut self, blocks: &mut Vec<Block>) {
        let (report, lang) = (self.report, self.lang);
        let view = &report.parts.incidents;
        heading(blocks, lang.pick("사건", "Incidents"));
        let counted = self.cite_incidents();
        let (n, signs) = (view.rows.len(), view.signs.len());
        let signs = (count(signs, lang), counted);
        if view.rows.is_empty() {
            let lead = lang.pick("사건은 없었고 작은 징후는 {}입니다.", "No incident; small signs: {}.");
            point(blocks, Outline::Circle, fill(lead, &[signs]));
            return;
        }
        let lead = lang.pick("사건은 {}, 작은 징후는 {}입니다.", "Incidents: {}; small signs: {}.");
        point(blocks, Outline::Circle, fill(lead, &[(count(n, lang), counted), signs]));
        // Newest first in the list of pages; a report tells them as they came.
        let mut rows: Vec<&IncidentRow> = view.rows.iter().collect();
        rows.sort_by(|a, b| a.from.cmp(&b.from).then(a.id.cmp(&b.id)));
        let left = rows.len().saturating_sub(LISTED);
        let table = self.incident_table(&rows[left..]);
        blocks.push(Block::Table(table));
        if left > 0 {
            let text = lang.pick("그 밖에 앞서 있었던 {}은 표에서 뺐습니다.", "{} earlier ones are not in the table.");
            point(blocks, Outline::Note, fill(text, &[(count(left, lang), counted)]));
        }
        let mut worst = rows.clone();
        worst.sort_by(|a, b| by_gravity(b, a));
        worst.truncate(TOLD);
        worst.sort_by(|a, b| a.from.cmp(&b.from).then(a.id.cmp(&b.id)));
        for row in worst {
            self.told(blocks, row);
        }
        if view.learning {
            point(blocks, Outline::Note, words_run(self.say.learning()));
        }
        if view.judging > 0 {
            point(blocks, Outline::Note, words_run(self.say.judging()));
        }
    }

    fn incident_table(&mut self, rows: &[&IncidentRow]) -> Table {
        let lang = self.lang;
        let mut affected = Vec::new();
        let found = self.cite_incidents();
        let mut cells = Vec::new();
        for row in rows {
            let users = row.users.as_ref().map_or(Cell::Missing, |users| {
                let source = self.cite_affected(users);
                note(&mut affected, source);
                self.value(users, source)
            });
            let cause = row.explanation.as_ref().and_then(|explanation| explanation.causes.first());
            let cause = cause.map_or_else(
                || lang.pick("알 수 없음", "Unknown").to_owned(),
                |cause| format!("{} ({})", self.say.cause(cause), self.say.confidence(cause.confidence)),
            );
            cells.push(vec![
                Cell::words(words::moment(row.from, lang)),
                Cell::words(self.length(row)),
                Cell::words(self.say.places(&row.regions)),
                Cell::words(self.say.level(row.level)),
                Cell::words(cause),
                users,
            ]);
        }
        let columns = vec![
            Column::words(lang.pick("시작", "Onset"), 20).with_sources(vec![found]),
            Column::words(lang.pick("지속", "Lasted"), 14),
            Column::words(lang.pick("지역", "Regions"), 18),
            Column::words(lang.pick("등급", "Level"), 8),
            Column::words(lang.pick("원인", "Cause"), 32),
            Column::numbers(lang.pick("이용자", "Users"), 15).with_sources(affected),
        ];
        Table {
            caption: lang.pick("사건과 원인, 그동안의 이용자", "Incidents, causes and users meanwhile").to_owned(),
            columns,
            rows: cells,
        }
    }

    /// An incident in the outline.
    fn told(&mut self, blocks: &mut Vec<Block>, row: &IncidentRow) {
        let lang = self.lang;
        let source = self.cite_symptom(row);
        let mut runs = words_run(format!("{}, {}: ", words::moment(row.from, lang), self.length(row)));
        runs.extend(said(self.say.headline(row), source));
        runs.push(Run::Words(".".to_owned()));
        point(blocks, Outline::Circle, runs);
        let mut cause = words_run(lang.pick("원인: ", "Cause: "));
        cause.extend(self.why(row, source));
        point(blocks, Outline::Dash, cause);
        if let Some(users) = &row.users {
            let source = self.cite_affected(users);
            let text = lang.pick("영향: 그동안 그 지역의 이용자 {}", "Effect: {} in those regions meanwhile");
            point(blocks, Outline::Dash, fill(text, &[(self.say.prose(users), source)]));
        }
        let done = format!("{}: {}", lang.pick("조치", "Action"), self.done(row));
        point(blocks, Outline::Dash, words_run(done));
    }

    /// What people did, as far as they said so.
    pub(super) fn done(&self, row: &IncidentRow) -> String {
        let marks: Vec<String> = row.marks.iter().map(|mark| self.say.mark(mark)).collect();
        if marks.is_empty() {
            return self.lang.pick("기록된 조치가 없습니다.", "Nothing was recorded.").to_owned();
        }
        marks.join("; ")
    }

    /// How long it lasted, or has lasted.
    fn length(&self, row: &IncidentRow) -> String {
        let length = self.lasted(row);
        match (row.to, self.lang) {
            (Some(_), _) => length,
            (None, Lang::Ko) => format!("{length}째"),
            (None, Lang::En) => format!("{length} so far"),
        }
    }

    /// The length alone.
    pub(super) fn lasted(&self, row: &IncidentRow) -> String {
        span((row.to.unwrap_or(self.report.as_of) - row.from).max(60), self.lang)
    }

    /// The source of how many incidents there are.
    pub(super) fn cite_incidents(&mut self) -> u32 {
        self.cite_made(
            self.lang.pick("사건", "Incidents"),
            self.lang.pick(
                "평소 범위를 벗어난 징후를 시각, 호출 관계, 지역으로 묶음",
                "findings out of their usual range, grouped by time, calls and region",
            ),
        )
    }

    /// The source of the users of incidents.
    pub(super) fn cite_affected(&mut self, users: &Fact) -> u32 {
        let lang = self.lang;
        let what = lang.pick("사건 동안의 이용자", "Users during an incident");
        let place = lang.pick("사건의 지역", "regions of the incident");
        let when = lang.pick("사건의 시작부터 끝까지", "from onset to end").to_owned();
        // Incidents of any length are read from rows of any width; one line stands for all.
        let how = self.say.method(
            &Fact { resolution: bonghwa_analytics::time::Resolution::Minute, ..users.clone() },
            self.report.mode,
        );
        let error = users.error.filter(|_| users.value > 0.0).map(|error| error / users.value);
        self.sources
            .cite(Source { what: what.to_owned(), place: place.to_owned(), when, how, error: String::new() }, error)
    }

    /// The source of the figures of an incident's symptom and cause.
    pub(super) fn cite_symptom(&mut self, row: &IncidentRow) -> u32 {
        let lang = self.lang;
        let source = Source {
            what: match lang {
                Lang::Ko => format!("{} 사건의 증상과 원인", words::moment(row.from, lang)),
                Lang::En => format!("Symptom and cause of {}", words::moment(row.from, lang)),
            },
            place: self.say.region(&row.symptom.region).to_owned(),
            when: words::moment(row.symptom.at, lang),
            how: self.say.figure_method(row),
            error: String::new(),
        };
        debug_assert_ne!(source.how, MISSING, "a symptom has a value");
        self.sources.cite(source, None)
    }
}
