//! One HTML file that needs nothing beside itself: no script, no font, no picture from elsewhere.

use bonghwa_analytics::format::Lang;

use crate::chart;
use crate::document::{Block, Chart, Document, Outline, Run, Table, mark};
use crate::xml::escape;

const STYLE: &str = include_str!("html.css");

/// Writes a document as HTML.
pub fn html(document: &Document) -> String {
    let mut out = Writer { out: String::new(), lang: Lang::from_tag(&document.lang).unwrap_or_default() };
    out.head(document);
    out.blocks(document);
    out.annex(document);
    out.push("</main></body></html>\n");
    out.out
}

struct Writer {
    out: String,
    lang: Lang,
}

impl Writer {
    fn push(&mut self, markup: &str) {
        self.out.push_str(markup);
    }

    /// Text in an element.
    fn element(&mut self, open: &str, text: &str, close: &str) {
        self.push(open);
        self.push(&escape(text));
        self.push(close);
    }

    fn head(&mut self, document: &Document) {
        self.push(&format!(
            "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\">",
            escape(&document.lang)
        ));
        // What is opened from a disk has no header of a server.
        self.push(
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        );
        self.push("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
        let title = format!("{}, {}", document.title, document.system);
        self.element("<title>", &title, "</title>");
        self.push("<style>");
        self.push(STYLE);
        self.push("</style></head><body><main>");
        self.element("<p class=\"system\">", &document.system, "</p>");
        self.element("<h1>", &document.title, "</h1>");
        if let Some(demo) = &document.demo {
            self.element("<p class=\"demo\">", demo, "</p>");
        }
        self.push("<table class=\"head\"><tbody>");
        for (name, value) in &document.head {
            self.element("<tr><th scope=\"row\">", name, "</th>");
            self.element("<td>", value, "</td></tr>");
        }
        self.push("</tbody></table>");
    }

    fn blocks(&mut self, document: &Document) {
        for block in &document.blocks {
            match block {
                Block::Heading(text) => self.element("<h2>□ ", text, "</h2>"),
                Block::Point(outline, runs) => self.point(*outline, runs),
                Block::Table(table) => self.table(table),
                Block::Figure(chart, table) => self.figure(chart, table),
            }
        }
        self.element("<p class=\"end\">", &document.closing, "</p>");
    }

    fn point(&mut self, outline: Outline, runs: &[Run]) {
        let class = match outline {
            Outline::Circle => "o",
            Outline::Dash => "o dash",
            Outline::Note => "o note",
        };
        self.push(&format!("<p class=\"{class}\"><span class=\"m\">{}</span>", outline.mark()));
        for run in runs {
            match run {
                Run::Words(text) => self.push(&escape(text)),
                Run::Number { text, source } => {
                    self.element(&format!("<a href=\"#s{source}\">"), text, "</a>");
                    self.sources(&[*source]);
                }
            }
        }
        self.push("</p>");
    }

    fn figure(&mut self, chart: &Chart, table: &Table) {
        self.push("<figure>");
        self.element("<figcaption><h3>", &chart.title, "</h3>");
        self.element("<p class=\"sub\">", &chart.subtitle, "</p></figcaption>");
        let drawn = chart::svg(chart, table, self.lang, "inherit");
        self.push(&drawn);
        self.push("</figure>");
        self.table(table);
    }

    fn table(&mut self, table: &Table) {
        self.push("<div class=\"scroll\"><table>");
        self.element("<caption>", &table.caption, "</caption>");
        self.push("<thead><tr>");
        for column in &table.columns {
            self.push(if column.numeric { "<th scope=\"col\" class=\"n\">" } else { "<th scope=\"col\">" });
            self.push(&escape(&column.name));
            self.sources(&column.sources);
            self.push("</th>");
        }
        self.push("</tr></thead><tbody>");
        for row in &table.rows {
            self.push("<tr>");
            for (at, cell) in row.iter().enumerate() {
                let class =
                    if table.columns.get(at).is_some_and(|column| column.numeric) { " class=\"n\"" } else { "" };
                let tag = if at == 0 { "th scope=\"row\"" } else { "td" };
                self.element(&format!("<{tag}{class}>"), cell.text(), "");
                self.sources(cell.sources());
                self.push(if at == 0 { "</th>" } else { "</td>" });
            }
            self.push("</tr>");
        }
        self.push("</tbody></table></div>");
    }

    fn sources(&mut self, sources: &[u32]) {
        if !sources.is_empty() {
            self.element("<sup>", &mark(sources), "</sup>");
        }
    }

    fn annex(&mut self, document: &Document) {
        let labels = &document.labels;
        self.element("<section class=\"annex\"><h2>", &labels.sources, "</h2>");
        self.element("<p class=\"sub\">", &labels.sources_lead, "</p>");
        self.push("<div class=\"scroll\"><table>");
        self.element("<caption>", &labels.sources, "</caption><thead><tr>");
        for name in &labels.source_columns {
            self.element("<th scope=\"col\">", name, "</th>");
        }
        self.push("</tr></thead><tbody>");
        for (at, source) in document.sources.iter().enumerate() {
            let n = at + 1;
            self.push(&format!("<tr id=\"s{n}\"><th scope=\"row\">{n}</th>"));
            for text in [&source.what, &source.place, &source.when, &source.how, &source.error] {
                self.element("<td>", text, "</td>");
            }
            self.push("</tr>");
        }
        self.push("</tbody></table></div></section>");
    }
}
