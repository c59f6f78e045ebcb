//! How far the numbers can be trusted.

use bonghwa_analytics::format::{Lang, decimal, exact, join};
use bonghwa_analytics::report::RegionQuality;
use bonghwa_analytics::view::Unit;

use super::sources::quantity;
use super::{Maker, fill, heading, point, words_run};
use crate::document::{Block, Cell, Column, Outline, Table};
use crate::words;

impl Maker<'_> {
    pub(super) fn quality(&mut self, blocks: &mut Vec<Block>) {
        let (report, lang) = (self.report, self.lang);
        heading(blocks, lang.pick("자료의 품질", "Data quality"));
        let rows = &report.quality.rows;
        let received: f64 = rows.iter().map(|row| row.received.value).sum::<f64>() / rows.len().max(1) as f64;
        let source = self.cite_made(
            lang.pick("수집률", "Received"),
            lang.pick("자료가 있는 시간 ÷ 기간의 길이", "time with data ÷ length of the period"),
        );
        let late: Vec<&RegionQuality> = rows.iter().filter(|row| row.late_since.is_some()).collect();
        let lead = lang
            .pick("기간의 {}에 자료가 있습니다(지역 평균).", "There is data for {} of the period (mean of regions).");
        point(blocks, Outline::Circle, fill(lead, &[(exact(received, Unit::Ratio, lang), source)]));
        for row in &late {
            let name = self.say.region(&row.region);
            let text = match (row.late_since, lang) {
                (Some(0) | None, Lang::Ko) => format!("{name}: 받은 자료가 없습니다."),
                (Some(0) | None, Lang::En) => format!("{name}: nothing was ever received."),
                (Some(since), Lang::Ko) => format!("{name}: {}부터 새 자료가 없습니다.", words::moment(since, lang)),
                (Some(since), Lang::En) => format!("{name}: nothing new since {}.", words::moment(since, lang)),
            };
            point(blocks, Outline::Dash, words_run(text));
        }
        if let Some(error) = self.largest_error() {
            let source = self.cite_made(
                lang.pick("이용자 수의 오차", "Error of user counts"),
                lang.pick(
                    "HyperLogLog(p = 14)의 95 % 구간, 보고서에서 가장 큰 것",
                    "95 % interval of HyperLogLog (p = 14), the largest in the report",
                ),
            );
            let text = lang.pick(
                "기간 전체의 이용자 수는 추정값이며 오차는 ±{} 안입니다(95 %).",
                "User counts over a period are estimates, off by at most ±{} (95 %).",
            );
            let number = join(&decimal(error * 100.0, 1), "%");
            point(blocks, Outline::Circle, fill(text, &[(number, source)]));
        }
        let shown: Vec<&RegionQuality> =
            rows.iter().filter(|row| row.gaps > 0 || row.received.value < 0.9995 || row.late_since.is_some()).collect();
        if shown.is_empty() {
            let text = lang.pick("빠진 구간이 있는 지역은 없습니다.", "No region has a gap.");
            point(blocks, Outline::Circle, words_run(text));
        } else {
            let table = self.quality_table(&shown, source);
            blocks.push(Block::Table(table));
            if shown.len() < rows.len() {
                let text = lang.pick("나머지 지역에는 빠진 구간이 없습니다.", "The other regions have no gap.");
                point(blocks, Outline::Note, words_run(text));
            }
        }
        point(
            blocks,
            Outline::Note,
            words_run(lang.pick(
                "이 보고서는 정해진 규칙에 따라 자료로 만들었습니다. 생성형 인공지능이 쓴 문장은 없습니다.",
                "This report was made from data by fixed rules. It holds no sentence written by generative AI.",
            )),
        );
    }

    fn quality_table(&mut self, shown: &[&RegionQuality], source: u32) -> Table {
        let lang = self.lang;
        let identified = self.cite_made(
            lang.pick("식별률", "Identified"),
            lang.pick("식별 정보가 있는 요청 ÷ 모든 요청", "requests that carry an identity ÷ all requests"),
        );
        let rows = shown.iter().map(|row| {
            let gap = row
                .longest
                .map_or_else(|| lang.pick("없음", "none").to_owned(), |(from, to)| words::period(from, to, lang));
            vec![
                Cell::words(self.say.region(&row.region)),
                self.value(&row.received, source),
                quantity(&(row.gaps.to_string() + lang.pick("개", "")), source),
                Cell::words(gap),
                row.identified.as_ref().map_or(Cell::Missing, |fact| self.value(fact, identified)),
            ]
        });
        Table {
            caption: lang.pick("자료가 빠진 지역", "Regions with missing data").to_owned(),
            rows: rows.collect(),
            columns: vec![
                Column::words(lang.pick("지역", "Region"), 14),
                Column::numbers(lang.pick("수집률", "Received"), 14).with_sources(vec![source]),
                Column::numbers(lang.pick("빈 구간", "Gaps"), 12),
                Column::words(lang.pick("가장 긴 빈 구간", "Longest gap"), 44),
                Column::numbers(lang.pick("식별률", "Identified"), 14).with_sources(vec![identified]),
            ],
        }
    }

    /// The largest error of a count of users, as a share of it.
    fn largest_error(&self) -> Option<f64> {
        let pairs = self.report.parts.compared.pairs.iter();
        let distinct =
            pairs.flat_map(|pair| pair.now.distinct.iter().chain(pair.then.iter().flat_map(|t| &t.distinct)));
        let affected = self.report.parts.incidents.rows.iter().filter_map(|row| row.users.as_ref());
        let error = |fact: &bonghwa_analytics::view::Fact| Some(fact.error.filter(|_| fact.value > 0.0)? / fact.value);
        distinct.chain(affected).filter_map(error).max_by(f64::total_cmp)
    }
}
