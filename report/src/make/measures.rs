//! Measures of the period beside those of the one before.

use bonghwa_analytics::answer::Pair;
use bonghwa_analytics::format::{Lang, MISSING, change, exact};
use bonghwa_analytics::view::{Fact, Measure, Unit};

use super::sources::quantity;
use super::{Maker, heading, point, words_run};
use crate::document::{Block, Cell, Column, Outline, Table};
use crate::words;

impl Maker<'_> {
    pub(super) fn measures(&mut self, blocks: &mut Vec<Block>) {
        let (report, lang) = (self.report, self.lang);
        heading(blocks, lang.pick("주요 지표", "Measures"));
        let (before, short) = words::before(report, lang);
        let mut rows = Vec::new();
        for pair in &report.parts.compared.pairs {
            rows.extend(self.measure_rows(pair));
        }
        blocks.push(Block::Table(Table {
            caption: match lang {
                Lang::Ko => format!("주요 지표와 {before}의 비교"),
                Lang::En => format!("Measures beside {before}"),
            },
            columns: vec![
                Column::words(lang.pick("지표", "Measure"), 30),
                Column::numbers(lang.pick("보고 기간", "This period"), 16),
                Column::numbers(&short, 16),
                Column::numbers(lang.pick("변화", "Change"), 13),
                Column::numbers(lang.pick("가장 높은 5분", "Highest 5 min"), 16),
                Column::words(lang.pick("그때", "When"), 21),
            ],
            rows,
        }));
        if report.quality.expired {
            point(
                blocks,
                Outline::Note,
                words_run(lang.pick(
                    "견준 기간의 5분 자료가 보관 기간을 넘겨 일부 수치는 견줄 수 없습니다.",
                    "The five-minute data of the compared period has expired, so some figures cannot be compared.",
                )),
            );
        }
    }

    fn measure_rows(&mut self, pair: &Pair) -> Vec<Vec<Cell>> {
        let lang = self.lang;
        let then = pair.then.as_ref();
        let mut rows = Vec::new();
        if let Some(now) = &pair.now.value {
            let source = self.cite_pair(pair);
            let name = match now.measure {
                Measure::Users => format!("{}, {}", self.say.measure(now.measure, now.unit), lang.pick("평균", "mean")),
                _ => self.say.measure(now.measure, now.unit).to_owned(),
            };
            let mut sources = vec![source];
            let (peak, when) = match &pair.now.peak {
                Some(peak) => {
                    let source = self.cite_peak(peak);
                    sources.push(source);
                    (self.value(peak, source), words::moment(peak.from, lang))
                }
                None => (Cell::Missing, MISSING.to_owned()),
            };
            let before = then.and_then(|then| then.value.as_ref());
            let mut row = vec![Cell::Words(name, sources)];
            row.extend(self.compared(now, before, source));
            row.extend([peak, Cell::words(when)]);
            rows.push(row);
        }
        if let Some(now) = &pair.now.distinct {
            let name = match now.unit {
                Unit::Users => lang.pick("순 이용자, 기간 전체", "Distinct users, whole period"),
                Unit::Sessions => lang.pick("순 세션, 기간 전체", "Distinct sessions, whole period"),
                _ => lang.pick("순 주소, 기간 전체", "Distinct addresses, whole period"),
            };
            let before = then.and_then(|then| then.distinct.as_ref());
            let source = self.cite(now, name, None, Some(self.both_periods()));
            if let Some(before) = before {
                self.cite(before, name, None, Some(self.both_periods()));
            }
            let mut row = vec![Cell::Words(name.to_owned(), vec![source])];
            row.extend(self.compared(now, before, source));
            row.extend([Cell::Missing, Cell::words(MISSING)]);
            rows.push(row);
        }
        rows
    }

    /// A value, that of the period before, and the change.
    pub(super) fn compared(&self, now: &Fact, before: Option<&Fact>, source: u32) -> [Cell; 3] {
        let Some(before) = before else { return [self.value(now, source), Cell::Missing, Cell::Missing] };
        [self.value(now, source), self.value(before, source), self.change(now, before, source)]
    }

    /// A change with its sign.
    pub(super) fn change(&self, now: &Fact, before: &Fact, source: u32) -> Cell {
        let change = change(now.value, before.value, now.unit, self.lang);
        let sign = match change.direction {
            1 => "+",
            0 => "",
            _ => "−",
        };
        quantity(&format!("{sign}{}", change.size), source)
    }

    /// A fact with full digits.
    pub(super) fn value(&self, fact: &Fact, source: u32) -> Cell {
        quantity(&exact(fact.value, fact.unit, self.lang), source)
    }

    /// The source of a measure of the period and of the one before.
    pub(super) fn cite_pair(&mut self, pair: &Pair) -> u32 {
        let Some(now) = &pair.now.value else { return 0 };
        let name = self.say.measure(now.measure, now.unit);
        let what = match now.measure {
            Measure::Users => {
                format!("{name}, {}", self.lang.pick("5분마다 센 수의 평균", "mean of every five minutes"))
            }
            _ => name.to_owned(),
        };
        let when = self.both_periods();
        if let Some(then) = pair.then.as_ref().and_then(|then| then.value.as_ref()) {
            self.cite(then, &what, None, Some(when.clone()));
        }
        self.cite(now, &what, None, Some(when))
    }

    /// The source of the highest five minutes of a measure.
    pub(super) fn cite_peak(&mut self, peak: &Fact) -> u32 {
        let name = self.say.measure(peak.measure, peak.unit);
        let what = match self.lang {
            Lang::Ko => format!("{name}, 가장 높은 5분"),
            Lang::En => format!("{name}, highest five minutes"),
        };
        let when = words::period(self.report.from, self.report.to, self.lang);
        self.cite(peak, &what, None, Some(when))
    }

    fn both_periods(&self) -> String {
        let (from, to) = self.report.parts.before;
        let this = words::period(self.report.from, self.report.to, self.lang);
        let that = words::period(from, to, self.lang);
        match self.lang {
            Lang::Ko => format!("{this} (견준 기간 {that})"),
            Lang::En => format!("{this} (compared: {that})"),
        }
    }
}
