//! What needs more before the quarter ends.

use bonghwa_analytics::format::{Lang, MISSING, exact, short_date};
use bonghwa_analytics::time::DAY;
use bonghwa_analytics::view::{CapacityRow, Fact, Need, Unit};

use super::sources::{note, quantity};
use super::summary::places;
use super::{Maker, fill, heading, point, words_run};
use crate::document::{Block, Cell, Column, Outline, Table};

/// Rows that need more.
const MORE: usize = 15;
/// Rows that come nearest to it, where nothing does.
const NEAREST: usize = 5;

impl Maker<'_> {
    pub(super) fn capacity(&mut self, blocks: &mut Vec<Block>) {
        let lang = self.lang;
        let plan = &self.report.parts.plan;
        heading(blocks, lang.pick("용량 전망", "Capacity outlook"));
        let until = short_date(plan.until - DAY, lang);
        let source = self.cite_plan();
        let counts = plan.counts.map(|n| (places(n, lang), source));
        let text = match lang {
            Lang::Ko => {
                format!("분기 말({until})까지 늘려야 할 곳은 {{}}, 필요 없는 곳은 {{}}, 알 수 없는 곳은 {{}}입니다.")
            }
            Lang::En => format!(
                "Before the quarter ends ({until}) more is needed in {{}}, nothing in {{}}; in {{}} it cannot be told."
            ),
        };
        point(blocks, Outline::Circle, fill(&text, &counts));
        let more: Vec<&CapacityRow> = plan.rows.iter().filter(|row| row.need == Need::More).collect();
        let nearest = plan.rows.iter().filter(|row| row.need == Need::Nothing).take(NEAREST);
        let rows: Vec<&CapacityRow> =
            if more.is_empty() { nearest.collect() } else { more.iter().take(MORE).copied().collect() };
        if !rows.is_empty() {
            let caption = if more.is_empty() {
                lang.pick("목표에 가장 가까운 곳", "Nearest to the target")
            } else {
                lang.pick("늘려야 할 곳", "What needs more")
            };
            let table = self.plan_table(caption, &rows);
            blocks.push(Block::Table(table));
        }
        // A plan lists fewer than it counts.
        let left = plan.counts[0].saturating_sub(MORE as u32);
        if left > 0 {
            let text =
                lang.pick("그 밖에 늘려야 할 곳이 {} 더 있습니다.", "More is needed in {} that are not in the table.");
            point(blocks, Outline::Note, fill(text, &[(places(left, lang), source)]));
        }
        let target = exact(plan.target, Unit::Ratio, lang);
        point(
            blocks,
            Outline::Note,
            words_run(match lang {
                Lang::Ko => format!(
                    "근무일마다 가장 바쁜 한 시간의 사용률을 추세로 늘려, 85 % 상한이 목표 {target} 아래에 있도록 셉니다."
                ),
                Lang::En => format!(
                    "The busiest hour of each working day is continued by its trend, so that the 85 % edge stays under {target}."
                ),
            }),
        );
    }

    fn plan_table(&mut self, caption: &str, rows: &[&CapacityRow]) -> Table {
        let lang = self.lang;
        let plan = &self.report.parts.plan;
        let mut sources: [Vec<u32>; 4] = Default::default();
        let mut cells = Vec::new();
        for row in rows {
            let share = |fact: &Fact| exact(fact.value, fact.unit, lang);
            let weekly = row.weekly.as_ref().map(|fact| (fact, self.say.points(fact)));
            let times = row.times.as_ref().map(|fact| (fact, self.say.times(fact)));
            let facts = [
                (
                    row.now.as_ref().map(|fact| (fact, share(fact))),
                    lang.pick("바쁜 한 시간의 사용률", "Use in the busy hour"),
                ),
                (weekly, lang.pick("한 주의 변화", "Change in a week")),
                (
                    row.edge.as_ref().map(|fact| (fact, share(fact))),
                    lang.pick("분기 말 85 % 상한", "85 % edge at the quarter’s end"),
                ),
                (times, lang.pick("필요한 배수", "Factor needed")),
            ];
            let mut numbers = Vec::new();
            for ((found, what), sources) in facts.into_iter().zip(&mut sources) {
                numbers.push(found.map_or(Cell::Missing, |(fact, text)| {
                    let source = self.cite(fact, what, Some(lang.pick("표의 지역", "the region of the row")), None);
                    note(sources, source);
                    quantity(&text, source)
                }));
            }
            let service = if row.service.is_empty() { MISSING } else { &row.service };
            let mut line = vec![
                Cell::words(self.say.region(&row.region)),
                Cell::words(service),
                Cell::words(self.say.measure(row.measure, Unit::Ratio)),
            ];
            line.extend(numbers);
            line.push(Cell::words(self.say.plan_reason(row, plan, self.report.as_of)));
            cells.push(line);
        }
        let mut columns = vec![
            Column::words(lang.pick("지역", "Region"), 9),
            Column::words(lang.pick("서비스", "Service"), 17),
            Column::words(lang.pick("자원", "Resource"), 15),
            Column::numbers(lang.pick("지금", "Now"), 11),
            Column::numbers(lang.pick("주 변화", "A week"), 13),
            Column::numbers(lang.pick("분기 말", "Quarter end"), 12),
            Column::numbers(lang.pick("필요", "Needed"), 11),
            Column::words(lang.pick("까닭", "Why"), 24),
        ];
        for (column, sources) in columns[3..].iter_mut().zip(sources) {
            column.sources = sources;
        }
        Table { caption: caption.to_owned(), columns, rows: cells }
    }

    /// The source of how many places need more.
    pub(super) fn cite_plan(&mut self) -> u32 {
        self.cite_made(
            self.lang.pick("용량 전망", "Capacity outlook"),
            self.lang.pick(
                "지역·서비스·자원마다 근무일 최고치의 추세(Sen)와 85 % 상한",
                "trend of working days’ peaks (Sen) and its 85 % edge for each region, service and resource",
            ),
        )
    }
}
