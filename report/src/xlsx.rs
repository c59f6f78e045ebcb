//! A workbook: the text, a sheet for each table with its chart, and the sources. Numbers are numbers, everything else is text:
//! no cell is ever a formula.

use bonghwa_analytics::time::civil;
use rust_xlsxwriter::{
    Chart as Drawing, ChartFont, ChartLegendPosition, ChartLine, ChartMarker, ChartType, DocProperties, ExcelDateTime,
    Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use crate::document::{Block, Cell, Chart, Column, Document, Quantity, Table, mark};
use crate::xml::allowed;

/// Characters that are written to a cell, which holds 32,767 units of UTF-16.
const LONGEST: usize = 16_000;
/// Characters in the name of a sheet.
const NAME: usize = 31;
/// Width of all columns of a sheet together, in characters.
const WIDTH: f64 = 110.0;

/// Writes a document as a workbook.
pub fn xlsx(document: &Document) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let made = civil(document.as_of);
    let date = ExcelDateTime::from_ymd(u16::try_from(made.year).unwrap_or(2000), made.month, made.day)?.and_hms(
        u16::from(made.hour),
        made.minute,
        made.second,
    )?;
    let properties = DocProperties::new().set_title(text(&document.title)).set_company(text(&document.system));
    // The instant of the report in the place of a clock: the same report is the same file.
    book.set_properties(&properties.set_creation_datetime(&date));
    let mut names = vec![sheet_name(&document.labels.text_sheet, &[])];
    prose(book.add_worksheet(), document, &names[0])?;
    for block in &document.blocks {
        let (chart, table) = match block {
            Block::Table(table) => (None, table),
            Block::Figure(chart, table) => (Some(chart), table),
            _ => continue,
        };
        let name = sheet_name(&table.caption, &names);
        sheet(book.add_worksheet(), &name, chart, table)?;
        names.push(name);
    }
    let name = sheet_name(&document.labels.sources, &names);
    sources(book.add_worksheet(), document, &name)?;
    book.save_to_buffer()
}

/// The text of the document, a paragraph a row.
fn prose(sheet: &mut Worksheet, document: &Document, name: &str) -> Result<(), XlsxError> {
    sheet.set_name(name)?;
    sheet.set_column_width(0, 16)?.set_column_width(1, 96)?.set_landscape().set_print_fit_to_pages(1, 0);
    let mut row = 0;
    let mut line = |first: &str, second: &str, format: &Format| -> Result<(), XlsxError> {
        string(sheet, (row, 0), first, format)?;
        string(sheet, (row, 1), second, format)?;
        row += 1;
        Ok(())
    };
    let (plain, bold) = (words(), words().set_bold());
    line(&document.title, &document.system, &bold.clone().set_font_size(16))?;
    if let Some(demo) = &document.demo {
        line("", demo, &bold)?;
    }
    for (name, value) in &document.head {
        line(name, value, &plain)?;
    }
    for block in &document.blocks {
        match block {
            Block::Heading(heading) => line(&format!("□ {heading}"), "", &bold.clone().set_font_size(13))?,
            Block::Point(outline, runs) => {
                let mut said = String::new();
                for run in runs {
                    said.push_str(run.text());
                    if let crate::document::Run::Number { source, .. } = run {
                        said.push_str(&mark(&[*source]));
                    }
                }
                line(outline.mark(), &said, &plain)?;
            }
            Block::Table(table) => line("▷", &table.caption, &plain)?,
            Block::Figure(chart, table) => {
                line("▷", &chart.title, &plain)?;
                line("", &table.caption, &plain)?;
            }
        }
    }
    line("", &document.closing, &plain)
}

/// A table with its chart beside it.
fn sheet(sheet: &mut Worksheet, name: &str, chart: Option<&Chart>, table: &Table) -> Result<(), XlsxError> {
    sheet.set_name(name)?;
    let head = 2;
    string(sheet, (0, 0), &table.caption, &Format::new().set_bold().set_font_size(13))?;
    header(sheet, head, &table.columns)?;
    for (at, row) in table.rows.iter().enumerate() {
        for (column, cell) in row.iter().enumerate() {
            let at = (head + 1 + at as u32, column as u16);
            match cell {
                Cell::Words(said, sources) => string(sheet, at, &(said.clone() + &mark(sources)), &words())?,
                Cell::Number(quantity) => number(sheet, at, quantity)?,
                Cell::Missing => string(sheet, at, cell.text(), &words().set_align(FormatAlign::Right))?,
            }
        }
    }
    let last = head + table.rows.len() as u32;
    if let Some(column) = table.columns.len().checked_sub(1) {
        sheet.autofilter(head, 0, last.max(head + 1), column as u16)?;
        sheet.set_freeze_panes(head + 1, 1)?.set_repeat_rows(head, head)?;
    }
    sheet.set_landscape().set_print_fit_to_pages(1, 0);
    if let Some(chart) = chart {
        let drawing = drawing(name, chart, table, (head + 1, last));
        sheet.insert_chart(head, table.columns.len() as u16 + 1, &drawing)?;
    }
    Ok(())
}

fn header(sheet: &mut Worksheet, row: u32, columns: &[Column]) -> Result<(), XlsxError> {
    let all: u16 = columns.iter().map(|column| column.width).sum();
    for (at, column) in columns.iter().enumerate() {
        let width = f64::from(column.width) / f64::from(all.max(1)) * WIDTH;
        sheet.set_column_width(at as u16, width.max(10.0))?;
        let align = if column.numeric { FormatAlign::Right } else { FormatAlign::Left };
        let format =
            words().set_bold().set_align(align).set_border_bottom(FormatBorder::Thin).set_background_color(0xF4_F5F6);
        string(sheet, (row, at as u16), &(column.name.clone() + &mark(&column.sources)), &format)?;
    }
    Ok(())
}

/// A number that a spreadsheet can go on with, shown as in the document.
fn number(sheet: &mut Worksheet, (row, column): (u32, u16), quantity: &Quantity) -> Result<(), XlsxError> {
    let decimals = usize::from(quantity.decimals);
    let zeros = if decimals == 0 { String::new() } else { format!(".{}", "0".repeat(decimals)) };
    let unit: String = quantity.unit.chars().filter(|c| allowed(*c) && *c != '"').collect();
    // Shares are what a spreadsheet calls percentages; points are not.
    let (value, digits) = if unit == "%" && !quantity.signed && quantity.value >= 0.0 {
        (quantity.value / 100.0, format!("0{zeros}%"))
    } else if unit.is_empty() {
        (quantity.value, format!("#,##0{zeros}"))
    } else {
        let gap = if matches!(unit.as_str(), "명" | "개" | "건" | "초" | "배" | "곳") { "" } else { " " };
        (quantity.value, format!("#,##0{zeros}\"{gap}{unit}\""))
    };
    let shown = if quantity.signed { format!("+{digits};-{digits};{digits}") } else { digits };
    let format = Format::new().set_num_format(shown).set_align(FormatAlign::Right).set_align(FormatAlign::Top);
    sheet.write_number_with_format(row, column, value, &format)?;
    Ok(())
}

/// Lines over the rows of a table, from its own cells.
fn drawing(name: &str, chart: &Chart, table: &Table, (first, last): (u32, u32)) -> Drawing {
    let mut drawing = Drawing::new(ChartType::Line);
    for (place, column) in chart.series.iter().enumerate() {
        let column = *column as u16;
        let (colour, width) = if place == 0 { (0x25_6EF4, 2.25) } else { (0x6D_7882, 1.25) };
        drawing
            .add_series()
            .set_categories((name, first, chart.over as u16, last, chart.over as u16))
            .set_values((name, first, column, last, column))
            .set_name(label(table.columns.get(usize::from(column)).map_or("", |column| &column.name)).as_str())
            .set_marker(ChartMarker::new().set_none())
            .set_format(ChartLine::new().set_color(colour).set_width(width));
    }
    drawing.title().set_name(label(&chart.title).as_str()).set_font(ChartFont::new().set_size(12));
    drawing.legend().set_position(ChartLegendPosition::Top);
    drawing.y_axis().set_min(0).set_name(label(&chart.unit).as_str());
    drawing.set_width(760).set_height(360).set_alt_text(text(&chart.alt).chars().take(250).collect::<String>());
    drawing
}

fn sources(sheet: &mut Worksheet, document: &Document, name: &str) -> Result<(), XlsxError> {
    sheet.set_name(name)?;
    string(sheet, (0, 0), &document.labels.sources_lead, &Format::new())?;
    let widths = [6, 28, 20, 40, 44, 12];
    let columns = document.labels.source_columns.iter().zip(widths);
    let columns: Vec<Column> =
        columns.map(|(name, width)| Column { name: name.clone(), width, ..Column::default() }).collect();
    header(sheet, 2, &columns)?;
    for (at, source) in document.sources.iter().enumerate() {
        let row = 3 + at as u32;
        sheet.write_number_with_format(row, 0, at as f64 + 1.0, &Format::new().set_align(FormatAlign::Top))?;
        for (column, said) in [&source.what, &source.place, &source.when, &source.how, &source.error].iter().enumerate()
        {
            string(sheet, (row, column as u16 + 1), said, &words())?;
        }
    }
    sheet.set_freeze_panes(3, 1)?.set_repeat_rows(2, 2)?.set_landscape().set_print_fit_to_pages(1, 0);
    Ok(())
}

/// Writes words. A text that a spreadsheet might take for a formula when somebody edits it is marked as text.
fn string(sheet: &mut Worksheet, (row, column): (u32, u16), said: &str, format: &Format) -> Result<(), XlsxError> {
    let said = text(said);
    let format = if said.starts_with(['=', '+', '-', '@']) { &format.clone().set_quote_prefix() } else { format };
    sheet.write_string_with_format(row, column, said, format)?;
    Ok(())
}

fn words() -> Format {
    Format::new().set_text_wrap().set_align(FormatAlign::Top)
}

/// Text that XML and a cell can hold.
fn text(said: &str) -> String {
    said.chars().filter(|c| allowed(*c)).take(LONGEST).collect()
}

/// Words of a chart, which the library would take for a range of cells if they looked like one: `=…`, `name!A1`.
fn label(said: &str) -> String {
    text(said.trim_start_matches(['=', ' '])).replace('!', "\u{ff01}")
}

/// A name that a sheet can have and no other one has.
fn sheet_name(wanted: &str, taken: &[String]) -> String {
    // Letters beyond the first plane count twice.
    let fits = |c: &char| allowed(*c) && u32::from(*c) <= 0xFFFF && !"[]:*?/\\'".contains(*c);
    let clean: String = wanted.chars().filter(fits).take(NAME).collect();
    let clean = match clean.trim() {
        "" => "-".to_owned(),
        clean => clean.to_owned(),
    };
    let mut name = clean.clone();
    let mut n = 2;
    while taken.iter().any(|known| known.to_lowercase() == name.to_lowercase()) {
        let end = format!(" {n}");
        name = clean.chars().take(NAME - end.len()).collect::<String>() + &end;
        n += 1;
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheets_have_names_of_their_own() {
        assert_eq!(sheet_name("a/b[c]:?", &[]), "abc");
        assert_eq!(sheet_name("", &[]), "-");
        assert_eq!(sheet_name("가".repeat(40).as_str(), &["가".repeat(31)]), "가".repeat(29) + " 2");
        assert_eq!(sheet_name("ABC", &["abc".to_owned(), "ABC 2".to_owned()]), "ABC 3");
    }
}
