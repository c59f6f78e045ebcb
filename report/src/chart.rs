//! A chart as SVG: lines over the rows of a table, from zero, told apart by width as well as colour.

use std::fmt::Write;

use bonghwa_analytics::format::{Lang, tick};

use crate::document::{Cell, Chart, Table};
use crate::xml::escape;

const WIDTH: f64 = 680.0;
const HEIGHT: f64 = 250.0;
const LEFT: f64 = 62.0;
const RIGHT: f64 = 14.0;
const TOP: f64 = 34.0;
const BOTTOM: f64 = 30.0;
/// Labels below the chart at most.
const LABELS: usize = 9;

/// Draws a chart; `family` is the font of its words.
pub(crate) fn svg(chart: &Chart, table: &Table, lang: Lang, family: &str) -> String {
    let values =
        |column: usize| -> Vec<Option<f64>> { table.rows.iter().map(|row| row.get(column).and_then(value)).collect() };
    let series: Vec<(usize, Vec<Option<f64>>)> = chart.series.iter().map(|column| (*column, values(*column))).collect();
    let highest = series.iter().flat_map(|(_, values)| values.iter().flatten()).copied().fold(0.0, f64::max);
    let step = nice(highest / 4.0);
    let top = (highest / step).ceil().max(1.0) * step;
    let rows = table.rows.len();
    let x = |at: usize| {
        let share = if rows < 2 { 0.5 } else { at as f64 / (rows - 1) as f64 };
        LEFT + 14.0 + share * (WIDTH - LEFT - RIGHT - 28.0)
    };
    let y = |value: f64| HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM);
    let mut out = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img" aria-label="{}" font-family="{}" font-size="13">"#,
        escape(&chart.alt),
        escape(family)
    );
    let mut push = |text: String| out.push_str(&text);
    let mut level = 0.0;
    while level <= top + step / 2.0 {
        let (at, colour) = (y(level), if level == 0.0 { "#1e2124" } else { "#d6dbe0" });
        push(format!(r#"<path d="M{LEFT} {at:.1}H{:.1}" stroke="{colour}" stroke-width="1"/>"#, WIDTH - RIGHT));
        let label = escape(&tick(level, lang));
        push(format!(
            r##"<text x="{:.1}" y="{:.1}" text-anchor="end" fill="#464c53">{label}</text>"##,
            LEFT - 8.0,
            at + 4.5
        ));
        level += step;
    }
    push(format!(
        r##"<text x="{:.1}" y="14" text-anchor="end" fill="#464c53">{}</text>"##,
        LEFT - 8.0,
        escape(&chart.unit)
    ));
    let every = rows.div_ceil(LABELS).max(1);
    for (at, row) in table.rows.iter().enumerate().step_by(every) {
        let label = row.get(chart.over).map_or("", Cell::text);
        push(format!(
            r##"<text x="{:.1}" y="{:.1}" text-anchor="middle" fill="#464c53">{}</text>"##,
            x(at),
            HEIGHT - 9.0,
            escape(label)
        ));
    }
    // The line that matters is drawn last, over the others.
    let mut legend = LEFT + 14.0;
    let mut words = String::new();
    for (place, (column, _)) in series.iter().enumerate() {
        let (colour, width) = ink(place);
        let name = table.columns.get(*column).map_or("", |column| column.name.as_str());
        let _ = write!(
            words,
            r##"<path d="M{legend:.1} 10H{:.1}" stroke="{colour}" stroke-width="{width}"/><text x="{:.1}" y="14.5" fill="#1e2124">{}</text>"##,
            legend + 26.0,
            legend + 33.0,
            escape(name)
        );
        legend += 33.0 + 13.0 * name.chars().count() as f64 + 26.0;
    }
    push(words);
    for (place, (_, values)) in series.iter().enumerate().rev() {
        let (colour, width) = ink(place);
        let mut path = String::new();
        let mut open = false;
        let mut dots = String::new();
        for (at, value) in values.iter().enumerate() {
            let Some(value) = value else {
                open = false;
                continue;
            };
            let (x, y) = (x(at), y(*value));
            let _ = write!(path, "{}{x:.1} {y:.1}", if open { "L" } else { "M" });
            open = true;
            let alone = values.get(at.wrapping_sub(1)).is_none_or(Option::is_none)
                && values.get(at + 1).is_none_or(Option::is_none);
            if place == 0 && rows <= 31 || alone {
                let _ = write!(dots, r#"<circle cx="{x:.1}" cy="{y:.1}" r="{}" fill="{colour}"/>"#, width + 0.5);
            }
        }
        push(format!(
            r#"<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-linejoin="round"/>{dots}"#
        ));
    }
    out.push_str("</svg>");
    out
}

/// Colour and width of a line: blue and thick is what was measured, grey and thin what it is held against.
const fn ink(place: usize) -> (&'static str, f64) {
    if place == 0 { ("#256ef4", 2.5) } else { ("#6d7882", 1.25) }
}

fn value(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::Number(quantity) => Some(quantity.value.max(0.0)),
        _ => None,
    }
}

/// The next of 1, 2, 2.5 and 5 times a power of ten; 1 where there is nothing.
fn nice(rough: f64) -> f64 {
    let mut size = 1.0;
    if !rough.is_finite() || rough <= 0.0 {
        return size;
    }
    while size > rough {
        size /= 10.0;
    }
    while size * 10.0 <= rough {
        size *= 10.0;
    }
    [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().map(|times| times * size).find(|step| *step >= rough).unwrap_or(size * 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Column, Quantity};

    #[test]
    fn steps_are_round() {
        for (rough, step) in [(0.0, 1.0), (3.1, 5.0), (46_000.0, 50_000.0), (2.2, 2.5), (0.012, 0.02), (f64::NAN, 1.0)]
        {
            assert!((nice(rough) - step).abs() < 1e-9, "{rough}");
        }
    }

    #[test]
    fn missing_values_break_the_line_and_words_are_escaped() {
        let number = |text: &str| Quantity::read(text, 1).map_or(Cell::Missing, Cell::Number);
        let row = |name: &str, cell: Cell| vec![Cell::Words(name.to_owned(), Vec::new()), cell];
        let column = |name: &str| Column { name: name.to_owned(), ..Column::default() };
        let table = Table {
            columns: vec![column("d"), column("<now>")],
            rows: vec![
                row("a&b", number("1명")),
                row("b", number("2명")),
                row("c", Cell::Missing),
                row("d", number("3명")),
            ],
            ..Table::default()
        };
        let chart = Chart { series: vec![1, 9], alt: "\"".to_owned(), ..Chart::default() };
        let drawn = svg(&chart, &table, Lang::Ko, "x");
        assert!(drawn.contains("a&amp;b") && drawn.contains("&lt;now&gt;") && drawn.contains("aria-label=\"&quot;\""));
        let line = drawn.split("<path d=\"").last().expect("a line");
        assert_eq!(line.split('"').next().expect("a path").matches('M').count(), 2, "{line}");
    }
}
