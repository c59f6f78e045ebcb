//! Regions by load.

use bonghwa_analytics::view::{Fact, Measure};

use super::sources::note;
use super::{Maker, heading};
use crate::document::{Block, Cell, Column, Table};
use crate::words;

impl Maker<'_> {
    pub(super) fn regions(&mut self, blocks: &mut Vec<Block>) {
        let (report, lang) = (self.report, self.lang);
        if report.lines.len() < 2 {
            return;
        }
        heading(blocks, lang.pick("지역별 현황", "Regions"));
        let mut sources: [Vec<u32>; 5] = Default::default();
        let mut rows = Vec::new();
        for (rank, line) in report.lines.iter().enumerate() {
            let facts = [&line.load, &line.users, &line.requests, &line.error_rate, &line.p95];
            let rank = if line.load.is_some() {
                (rank + 1).to_string()
            } else {
                bonghwa_analytics::format::MISSING.to_owned()
            };
            let mut row = vec![Cell::words(self.say.region(&line.region)), Cell::words(rank)];
            for (fact, sources) in facts.into_iter().zip(&mut sources) {
                row.push(fact.as_ref().map_or(Cell::Missing, |fact| {
                    let source = self.cite_load(fact);
                    note(sources, source);
                    self.value(fact, source)
                }));
            }
            rows.push(row);
        }
        let users = report.lines.iter().find_map(|line| line.users.as_ref());
        let users = users.map_or(lang.pick("이용자", "Users"), |fact| self.say.measure(fact.measure, fact.unit));
        let names = [
            lang.pick("평균 부하율", "Mean load"),
            users,
            lang.pick("요청", "Requests"),
            lang.pick("오류율", "Errors"),
            lang.pick("응답(95 %)", "Response (95 %)"),
        ];
        let mut columns =
            vec![Column::words(lang.pick("지역", "Region"), 14), Column::numbers(lang.pick("순위", "Rank"), 8)];
        let numbers = names.into_iter().zip(sources);
        columns.extend(numbers.map(|(name, sources)| Column::numbers(name, 16).with_sources(sources)));
        let caption = lang.pick("평균 부하율이 높은 차례의 지역", "Regions by their mean load").to_owned();
        blocks.push(Block::Table(Table { caption, columns, rows }));
    }

    /// The source of a measure of a region in the table of regions.
    pub(super) fn cite_load(&mut self, fact: &Fact) -> u32 {
        let lang = self.lang;
        let name = self.say.measure(fact.measure, fact.unit);
        let what = match fact.measure {
            Measure::Users => format!("{name}, {}", lang.pick("지역별 평균", "mean by region")),
            _ => format!("{name}, {}", lang.pick("지역별", "by region")),
        };
        let when = words::period(self.report.from, self.report.to, lang);
        self.cite(fact, &what, Some(lang.pick("각 지역", "each region")), Some(when))
    }
}
