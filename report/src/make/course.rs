//! Measures step by step: a chart and its table.

use bonghwa_analytics::format::{Lang, clock, decimal, exact, join, span, unit_name};
use bonghwa_analytics::report::{Course, Slot};
use bonghwa_analytics::time::{DAY, day_start};
use bonghwa_analytics::view::{Fact, Measure, Unit};
use bonghwa_app::{Particle, with};

use super::Maker;
use super::sources::{note, quantity};
use crate::document::{Block, Cell, Chart, Column, Table};
use crate::words;

impl Maker<'_> {
    pub(super) fn courses(&mut self, blocks: &mut Vec<Block>) {
        for course in &self.report.courses {
            blocks.push(self.figure(course));
        }
    }

    fn figure(&mut self, course: &Course) -> Block {
        let (report, lang) = (self.report, self.lang);
        let name = self.say.measure(course.measure, course.unit);
        let step = self.step(course);
        let (_, before) = words::before(report, lang);
        let unit = unit(course, lang);
        let subtitle = match lang {
            Lang::Ko => format!("{step}, {}, 단위 {unit}", self.area()),
            Lang::En => format!("{step}, {}, in {unit}", self.area()),
        };
        let title = match self.highest(course) {
            Some(when) => match (lang, course.measure) {
                (Lang::Ko, Measure::Users) => format!("{} {when}에 가장 많았습니다", with(name, Particle::Topic)),
                (Lang::Ko, Measure::LatencyP95) => format!("{} {when}에 가장 길었습니다", with(name, Particle::Topic)),
                (Lang::Ko, _) => format!("{} {when}에 가장 높았습니다", with(name, Particle::Topic)),
                (Lang::En, _) if course.step >= DAY => format!("{name} was highest on {when}"),
                (Lang::En, _) => format!("{name} was highest at {when}"),
            },
            None => name.to_owned(),
        };
        let mut sources = Vec::new();
        let mut rows = Vec::new();
        let what = format!("{name}, {step}");
        for slot in &course.slots {
            let mut source = |fact: &Fact| {
                let when = words::period(report.from, report.to, lang);
                let source = self.cite(fact, &what, None, Some(when));
                note(&mut sources, source);
                source
            };
            let now = slot.now.as_ref().map(|fact| (fact, source(fact)));
            let then = slot.before.as_ref().map(|fact| (fact, source(fact)));
            let value =
                |found: Option<(&Fact, u32)>| found.map_or(Cell::Missing, |(fact, at)| step_value(fact, at, lang));
            let change = match (now, then) {
                (Some((now, source)), Some((then, _))) => self.change(now, then, source),
                _ => Cell::Missing,
            };
            rows.push(vec![Cell::words(self.when(course, slot)), value(now), value(then), change]);
        }
        let columns = vec![
            Column::words(if course.step >= DAY { lang.pick("날짜", "Day") } else { lang.pick("시각", "Time") }, 28),
            Column::numbers(lang.pick("보고 기간", "This period"), 24).with_sources(sources),
            Column::numbers(&before, 24),
            Column::numbers(lang.pick("변화", "Change"), 24),
        ];
        let alt = match lang {
            Lang::Ko => {
                format!("{title}. {subtitle}. 굵은 선은 보고 기간, 가는 선은 {before}입니다. 값은 아래 표와 같습니다.")
            }
            Lang::En => format!(
                "{title}. {subtitle}. The thick line is this period, the thin one: {before}. The values are those of the table below."
            ),
        };
        let chart = Chart { title: title.clone(), subtitle: subtitle.clone(), unit, series: vec![1, 2], over: 0, alt };
        let caption = format!("{name}, {step}");
        Block::Figure(chart, Table { caption, columns, rows })
    }

    /// `하루 평균`, `한 시간 값`, `5분 값`.
    fn step(&self, course: &Course) -> String {
        let users = course.measure == Measure::Users;
        match (self.lang, course.step) {
            (Lang::Ko, DAY) => (if users { "하루 평균" } else { "하루 값" }).to_owned(),
            (Lang::Ko, step) => format!("{} {}", span(step, Lang::Ko), if users { "평균" } else { "값" }),
            (Lang::En, DAY) => (if users { "daily mean" } else { "by day" }).to_owned(),
            (Lang::En, step) => format!("{} {}", if users { "mean of" } else { "every" }, span(step, Lang::En)),
        }
    }

    /// How a step is named.
    fn when(&self, course: &Course, slot: &Slot) -> String {
        if course.step >= DAY {
            return words::day(slot.from, self.lang);
        }
        if day_start(self.report.from) == day_start(self.report.to - 1) {
            return clock(slot.from);
        }
        words::moment(slot.from, self.lang)
    }

    /// The step of the highest value.
    fn highest(&self, course: &Course) -> Option<String> {
        let known = course.slots.iter().filter_map(|slot| Some((slot, slot.now.as_ref()?.value)));
        let (slot, _) = known.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.from.cmp(&a.0.from)))?;
        Some(self.when(course, slot))
    }
}

fn unit(course: &Course, lang: Lang) -> String {
    unit_name(course.unit, lang).to_owned()
}

/// A value of a column that a chart draws: short and long times in one unit.
fn step_value(fact: &Fact, source: u32, lang: Lang) -> Cell {
    if fact.unit == Unit::Seconds {
        let ms = fact.value * 1000.0;
        return quantity(&join(&decimal(ms, u32::from(ms.abs() < 9.95)), "ms"), source);
    }
    quantity(&exact(fact.value, fact.unit, lang), source)
}
