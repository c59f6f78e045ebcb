//! From a report as data to a document: words are put round its facts, and every number is given its source.

mod capacity;
mod course;
mod incident;
mod incidents;
mod measures;
mod quality;
mod regions;
mod sessions;
mod sources;
mod summary;

use bonghwa_analytics::format::Lang;
use bonghwa_analytics::report::{Report, ReportKind};
use bonghwa_app::{Said, Speaker};

use crate::document::{Block, Document, Labels, Outline, Run};
use crate::words;
use sources::Sources;

/// Lays down what a report says, in a language.
pub fn document(report: &Report, lang: Lang) -> Document {
    let mut maker = Maker { report, lang, say: Speaker::new(&report.regions, lang), sources: Sources::default() };
    let mut blocks = Vec::new();
    maker.summary(&mut blocks);
    if report.kind == ReportKind::Incident {
        maker.incident(&mut blocks);
        maker.measures(&mut blocks);
        maker.courses(&mut blocks);
        maker.sessions(&mut blocks);
    } else {
        maker.measures(&mut blocks);
        maker.courses(&mut blocks);
        maker.incidents(&mut blocks);
        maker.capacity(&mut blocks);
        maker.regions(&mut blocks);
        maker.sessions(&mut blocks);
    }
    maker.quality(&mut blocks);
    let title = words::title(report, lang);
    let document = Document {
        lang: lang.tag().to_owned(),
        title: title.to_owned(),
        system: lang.pick(&report.title.0, &report.title.1).to_owned(),
        name: maker.name(),
        as_of: report.as_of,
        demo: report.demo.then(|| maker.say.demo().to_owned()),
        head: maker.head(),
        labels: labels(lang),
        blocks,
        closing: lang.pick("붙임  산출 근거 1부.  끝.", "Annex: where the numbers come from. End.").to_owned(),
        sources: maker.sources.finish(),
    };
    document.cleaned()
}

/// What is at hand while a document is made.
struct Maker<'a> {
    report: &'a Report,
    lang: Lang,
    say: Speaker,
    sources: Sources,
}

impl Maker<'_> {
    /// What the report is about: all regions, or their names.
    fn area(&self) -> String {
        let (report, lang) = (self.report, self.lang);
        let n = report.codes.len();
        if report.whole && n > 1 {
            return match lang {
                Lang::Ko => format!("전국 {n}개 지역"),
                Lang::En => format!("all {n} regions"),
            };
        }
        let names: Vec<&str> = report.codes.iter().map(|code| self.say.region(code)).collect();
        names.join(", ")
    }

    fn head(&self) -> Vec<(String, String)> {
        let (report, lang) = (self.report, self.lang);
        let mut period = words::period(report.from, report.to, lang);
        if !report.complete && report.kind != ReportKind::Incident {
            period += lang.pick(", 기간이 아직 끝나지 않음", ", the period has not ended yet");
        }
        let mut head = vec![(lang.pick("기간", "Period"), period)];
        if report.kind != ReportKind::Incident {
            let (from, to) = report.parts.before;
            head.push((lang.pick("견준 기간", "Compared with"), words::period(from, to, lang)));
        }
        head.push((lang.pick("대상", "Regions"), self.area()));
        let as_of =
            format!("{} {}", words::full_day(report.as_of, lang), bonghwa_analytics::format::clock(report.as_of));
        head.push((lang.pick("기준 시각", "As of"), as_of));
        head.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// A name that files can bear.
    fn name(&self) -> String {
        let report = self.report;
        let stamp = |instant| bonghwa_analytics::format::local(instant).chars().take(10).collect::<String>();
        let what = match &report.incident {
            Some(view) => view.id.clone(),
            None => stamp(report.from),
        };
        let clean: String =
            what.chars().map(|c| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '_' }).collect();
        format!("{} {clean}", words::title(report, self.lang))
    }
}

/// A paragraph of pieces that pages say, whose figures have one source.
fn said(said: Vec<Said>, source: u32) -> Vec<Run> {
    let run = |said| match said {
        Said::Words(text) => Run::Words(text),
        Said::Figure(text) => Run::Number { text, source },
    };
    said.into_iter().map(run).collect()
}

/// A template whose `{}` are numbers, in order: text and source.
fn fill(template: &str, numbers: &[(String, u32)]) -> Vec<Run> {
    let mut numbers = numbers.iter();
    let mut runs = Vec::new();
    for (at, words) in template.split("{}").enumerate() {
        if at > 0
            && let Some((text, source)) = numbers.next()
        {
            runs.push(Run::Number { text: text.clone(), source: *source });
        }
        if !words.is_empty() {
            runs.push(Run::Words(words.to_owned()));
        }
    }
    runs
}

fn heading(blocks: &mut Vec<Block>, text: &str) {
    blocks.push(Block::Heading(text.to_owned()));
}

fn point(blocks: &mut Vec<Block>, outline: Outline, runs: Vec<Run>) {
    blocks.push(Block::Point(outline, runs));
}

fn words_run(text: impl Into<String>) -> Vec<Run> {
    vec![Run::Words(text.into())]
}

fn labels(lang: Lang) -> Labels {
    let columns = match lang {
        Lang::Ko => ["번호", "수치", "대상", "기간", "산출 방법", "오차(95 %)"],
        Lang::En => ["No.", "Figure", "Regions", "Period", "Method", "Error (95 %)"],
    };
    Labels {
        sources: lang.pick("붙임  산출 근거", "Annex: where the numbers come from").to_owned(),
        sources_lead: lang
            .pick(
                "본문의 [번호]는 아래 표의 번호입니다. 모든 수치는 같은 자료에서 같은 방법으로 다시 낼 수 있습니다.",
                "A [number] in the text is a row of this table. Every figure can be made again from the same data.",
            )
            .to_owned(),
        source_columns: columns.map(str::to_owned),
        text_sheet: lang.pick("보고서", "Report").to_owned(),
    }
}
