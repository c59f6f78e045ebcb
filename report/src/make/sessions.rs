//! Sessions that stood out.

use bonghwa_analytics::format::{Lang, count};
use bonghwa_analytics::session::{Kind, Listed};

use super::{Maker, fill, heading, point, words_run};
use crate::document::{Block, Cell, Column, Outline, Table};
use crate::words;

/// Of each kind, how many are shown.
const SHOWN: usize = 5;

impl Maker<'_> {
    pub(super) fn sessions(&mut self, blocks: &mut Vec<Block>) {
        let (report, lang) = (self.report, self.lang);
        let view = &report.sessions;
        heading(blocks, lang.pick("눈에 띄는 접속", "Sessions of note"));
        let source = self.cite_made(
            lang.pick("눈에 띄는 접속", "Sessions of note"),
            lang.pick("구간마다 센 접속과 로그인의 상위 목록", "sessions and log-ins counted as heavy hitters"),
        );
        let lists: Vec<_> = view.lists.iter().filter(|list| list.total > 0).collect();
        if lists.is_empty() {
            point(
                blocks,
                Outline::Circle,
                words_run(lang.pick("기준을 넘은 접속이 없습니다.", "No session passed a threshold.")),
            );
        }
        let mut rows = Vec::new();
        for list in &lists {
            let name = self.say.sessions(list.kind);
            let text = match lang {
                Lang::Ko => format!("{name} {{}}. {}", self.say.threshold(list.kind, &view.thresholds)),
                Lang::En => format!("{name}: {{}}. {}", self.say.threshold(list.kind, &view.thresholds)),
            };
            let n = count(list.total as f64) + lang.pick("건", "");
            point(blocks, Outline::Circle, fill(&text, &[(n, source)]));
            rows.extend(list.listed.iter().take(SHOWN).map(|listed| self.listed(list.kind, listed)));
        }
        if !rows.is_empty() {
            let columns = vec![
                Column::words(lang.pick("구분", "Kind"), 24),
                Column::words(lang.pick("지역", "Region"), 10),
                Column::words(lang.pick("가명", "Pseudonym"), 22),
                Column::words(lang.pick("내용", "Why"), 30).with_sources(vec![source]),
                Column::words(lang.pick("처음", "First"), 20),
            ];
            let caption =
                lang.pick("눈에 띄는 접속, 구분마다 앞의 다섯", "Sessions of note, the first five of each kind");
            blocks.push(Block::Table(Table { caption: caption.to_owned(), columns, rows }));
        }
        point(
            blocks,
            Outline::Note,
            words_run(format!(
                "{} {}",
                lang.pick(
                    "이용자와 주소는 가명으로만 보관하며, 목록은 조사의 출발점이지 판단이 아닙니다.",
                    "Users and addresses are kept under pseudonyms; a list is where to look, not a judgement.",
                ),
                self.say.bounds(view)
            )),
        );
    }

    fn listed(&self, kind: Kind, listed: &Listed) -> Vec<Cell> {
        vec![
            Cell::words(self.say.sessions(kind)),
            Cell::words(self.say.region(&listed.region)),
            Cell::words(&listed.pseudonym),
            Cell::words(self.say.listed(listed)),
            Cell::words(words::moment(listed.from, self.lang)),
        ]
    }
}
