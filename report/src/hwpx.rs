//! HWPX, the open format of Hangul documents (KS X 6101).

use hwpforge::core::chart::{ChartData, ChartGrouping, ChartSeries, ChartType, LegendPosition};
use hwpforge::core::{
    Control, CoreError, Document as Hangul, Draft, ImageStore, Metadata, PageNumber, PageSettings, Paragraph,
    ParagraphMeasure, Run as Piece, Section, Table as Grid, TableCell, TableRow,
};
use hwpforge::foundation::{
    Alignment, CharShapeIndex, Color, FoundationError, HwpUnit, NumberFormatType, PageNumberPosition, ParaShapeIndex,
};
use hwpforge::hwpx::{HwpxCharShape, HwpxEncoder, HwpxError as CodecError, HwpxParaShape, HwpxStyleStore};

use crate::document::{Block, Cell, Chart, Column, Document, Outline, Run, Table, mark};

/// The font that every Hangul has.
const FACE: &str = "함초롬바탕";
/// Millimetres of a chart's height.
const CHART_HEIGHT: f64 = 70.0;

/// What writes HWPX. The library behind it is young, so nothing but this trait is known outside.
pub trait HwpxWriter {
    /// Writes a document.
    fn write(&self, document: &Document) -> Result<Vec<u8>, HwpxError>;
}

/// Why no HWPX could be made.
#[derive(Debug, thiserror::Error)]
pub enum HwpxError {
    /// The document has a form that the format does not.
    #[error("the document does not fit HWPX: {0}")]
    Form(#[from] CoreError),
    /// A length or colour is out of range.
    #[error("a measure of the layout does not fit HWPX: {0}")]
    Measure(#[from] FoundationError),
    /// The file could not be put together.
    #[error("the HWPX file cannot be put together: {0}")]
    File(#[from] CodecError),
}

/// Writes HWPX by hwpforge.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hwpx;

impl HwpxWriter for Hwpx {
    fn write(&self, document: &Document) -> Result<Vec<u8>, HwpxError> {
        let mut store = HwpxStyleStore::with_default_fonts(FACE);
        let styles = Styles::new(&mut store)?;
        let page = PageSettings {
            margin_left: HwpUnit::from_mm(20.0)?,
            margin_right: HwpUnit::from_mm(20.0)?,
            margin_top: HwpUnit::from_mm(15.0)?,
            margin_bottom: HwpUnit::from_mm(15.0)?,
            header_margin: HwpUnit::from_mm(10.0)?,
            footer_margin: HwpUnit::from_mm(10.0)?,
            ..PageSettings::a4()
        };
        let mut body = Body { width: page.printable_width().as_i32(), styles, paragraphs: Vec::new() };
        body.write(document)?;
        let mut section = Section::with_paragraphs(body.paragraphs, page);
        section.page_number =
            Some(PageNumber::with_decoration(PageNumberPosition::BottomCenter, NumberFormatType::Digit, "-"));
        let title = format!("{}, {}", document.title, document.system);
        let mut hangul = Hangul::<Draft>::with_metadata(Metadata::new().with_title(title));
        hangul.add_section(section);
        Ok(HwpxEncoder::encode(&hangul.validate()?, &store, &ImageStore::new())?)
    }
}

/// Shapes of characters and paragraphs.
struct Styles {
    plain: CharShapeIndex,
    bold: CharShapeIndex,
    title: CharShapeIndex,
    chapter: CharShapeIndex,
    small: CharShapeIndex,
    small_bold: CharShapeIndex,
    body: ParaShapeIndex,
    centre: ParaShapeIndex,
    heading: ParaShapeIndex,
    caption: ParaShapeIndex,
    circle: ParaShapeIndex,
    dash: ParaShapeIndex,
    cell: ParaShapeIndex,
    number: ParaShapeIndex,
}

impl Styles {
    fn new(store: &mut HwpxStyleStore) -> Result<Self, HwpxError> {
        let mut letters = |points: f64, bold: bool| -> Result<CharShapeIndex, HwpxError> {
            let height = HwpUnit::from_pt(points)?;
            let mut shape = HwpxCharShape::default();
            (shape.height, shape.bold) = (height, bold);
            Ok(store.push_char_shape(shape))
        };
        let plain = letters(11.0, false)?;
        let bold = letters(11.0, true)?;
        let title = letters(20.0, true)?;
        let chapter = letters(14.0, true)?;
        let small = letters(9.0, false)?;
        let small_bold = letters(9.0, true)?;
        let points = |points: f64| -> Result<ParagraphMeasure, HwpxError> {
            Ok(ParagraphMeasure::from_hwp_unit(HwpUnit::from_pt(points)?))
        };
        let shape = |alignment, left: f64, indent: f64, before: f64, after: f64| -> Result<HwpxParaShape, HwpxError> {
            let mut shape = HwpxParaShape::default();
            shape.alignment = alignment;
            (shape.margin_left, shape.indent) = (points(left)?, points(indent)?);
            (shape.spacing_before, shape.spacing_after) = (points(before)?, points(after)?);
            Ok(shape)
        };
        let keep = |mut shape: HwpxParaShape| {
            shape.keep_with_next = true;
            shape
        };
        let tight = |mut shape: HwpxParaShape| {
            shape.line_spacing = 130;
            shape
        };
        Ok(Self {
            plain,
            bold,
            title,
            chapter,
            small,
            small_bold,
            body: store.push_para_shape(shape(Alignment::Left, 0.0, 0.0, 0.0, 2.0)?),
            centre: store.push_para_shape(shape(Alignment::Center, 0.0, 0.0, 4.0, 10.0)?),
            heading: store.push_para_shape(keep(shape(Alignment::Left, 0.0, 0.0, 16.0, 4.0)?)),
            caption: store.push_para_shape(keep(shape(Alignment::Left, 0.0, 0.0, 8.0, 2.0)?)),
            circle: store.push_para_shape(shape(Alignment::Left, 16.0, -16.0, 2.0, 2.0)?),
            dash: store.push_para_shape(shape(Alignment::Left, 28.0, -12.0, 0.0, 2.0)?),
            cell: store.push_para_shape(tight(shape(Alignment::Left, 0.0, 0.0, 0.0, 0.0)?)),
            number: store.push_para_shape(tight(shape(Alignment::Right, 0.0, 0.0, 0.0, 0.0)?)),
        })
    }
}

/// What has been written so far.
struct Body {
    /// Width of the text in units of HWP.
    width: i32,
    styles: Styles,
    paragraphs: Vec<Paragraph>,
}

impl Body {
    fn write(&mut self, document: &Document) -> Result<(), HwpxError> {
        let Styles { plain, bold, title, chapter, small, body, centre, heading, .. } = self.styles;
        self.line(&document.system, plain, centre);
        self.line(&document.title, title, centre);
        if let Some(demo) = &document.demo {
            self.line(demo, bold, centre);
        }
        let head: Vec<Vec<String>> =
            document.head.iter().map(|(name, value)| vec![name.clone(), value.clone()]).collect();
        self.grid(&[15, 85], &[], &head, &[false, false])?;
        for block in &document.blocks {
            match block {
                Block::Heading(text) => self.line(&format!("□ {text}"), chapter, heading),
                Block::Point(outline, runs) => self.point(*outline, runs),
                Block::Table(table) => self.table(table)?,
                Block::Figure(chart, table) => {
                    self.chart(chart, table)?;
                    self.table(table)?;
                }
            }
        }
        self.line("", plain, body);
        self.line(&document.closing, plain, body);
        let labels = &document.labels;
        let annex = Paragraph::with_runs(vec![Piece::text(labels.sources.as_str(), chapter)], heading);
        self.paragraphs.push(annex.with_page_break());
        self.line(&labels.sources_lead, small, body);
        let rows: Vec<Vec<String>> = document
            .sources
            .iter()
            .enumerate()
            .map(|(at, source)| {
                let number = (at + 1).to_string();
                [&number, &source.what, &source.place, &source.when, &source.how, &source.error]
                    .map(Clone::clone)
                    .to_vec()
            })
            .collect();
        self.grid(&[7, 19, 14, 22, 27, 11], &labels.source_columns, &rows, &[false; 6])
    }

    fn line(&mut self, text: &str, letters: CharShapeIndex, shape: ParaShapeIndex) {
        self.paragraphs.push(Paragraph::with_runs(vec![Piece::text(text, letters)], shape));
    }

    fn point(&mut self, outline: Outline, runs: &[Run]) {
        let Styles { plain, small, circle, dash, .. } = self.styles;
        let (letters, shape) = match outline {
            Outline::Circle => (plain, circle),
            Outline::Dash => (plain, dash),
            Outline::Note => (small, circle),
        };
        let mut text = format!("{} ", outline.mark());
        for run in runs {
            text.push_str(run.text());
            if let Run::Number { source, .. } = run {
                text.push_str(&mark(&[*source]));
            }
        }
        self.line(&text, letters, shape);
    }

    /// A chart that Hangul draws of the values of the table below it.
    fn chart(&mut self, chart: &Chart, table: &Table) -> Result<(), HwpxError> {
        let Styles { bold, small, caption, body, .. } = self.styles;
        self.line(&chart.title, bold, caption);
        self.line(&chart.subtitle, small, caption);
        let value = |row: &[Cell], column: usize| match row.get(column) {
            Some(Cell::Number(quantity)) => Some(quantity.value),
            _ => None,
        };
        // A series has a value for every category: rows that the first one does not know are left out, and so is a
        // series that does not know the others.
        let first = chart.series.first().copied().unwrap_or_default();
        let rows: Vec<&Vec<Cell>> = table.rows.iter().filter(|row| value(row, first).is_some()).collect();
        let categories: Vec<String> =
            rows.iter().map(|row| row.get(chart.over).map_or("", Cell::text).to_owned()).collect();
        let series = chart.series.iter().filter_map(|column| {
            let values: Option<Vec<f64>> = rows.iter().map(|row| value(row, *column)).collect();
            let name = table.columns.get(*column).map_or("", |column| &column.name).to_owned();
            values.map(|values| ChartSeries { name, values })
        });
        let series: Vec<ChartSeries> = series.collect();
        if categories.is_empty() || series.is_empty() {
            return Ok(());
        }
        let drawn = Control::Chart {
            chart_type: ChartType::Line,
            data: ChartData::Category { categories, series },
            width: HwpUnit::new(self.width)?,
            height: HwpUnit::from_mm(CHART_HEIGHT)?,
            title: None,
            legend: LegendPosition::Top,
            grouping: ChartGrouping::Standard,
            bar_shape: None,
            explosion: None,
            of_pie_type: None,
            radar_style: None,
            wireframe: None,
            bubble_3d: None,
            scatter_style: None,
            show_markers: None,
            stock_variant: None,
        };
        self.paragraphs.push(Paragraph::with_runs(vec![Piece::control(drawn, small)], body));
        Ok(())
    }

    fn table(&mut self, table: &Table) -> Result<(), HwpxError> {
        self.line(&table.caption, self.styles.bold, self.styles.caption);
        let widths: Vec<u16> = table.columns.iter().map(|column| column.width).collect();
        let names: Vec<String> =
            table.columns.iter().map(|Column { name, sources, .. }| name.clone() + &mark(sources)).collect();
        let rows: Vec<Vec<String>> = table
            .rows
            .iter()
            .map(|row| row.iter().map(|cell| cell.text().to_owned() + &mark(cell.sources())).collect())
            .collect();
        let numeric: Vec<bool> = table.columns.iter().map(|column| column.numeric).collect();
        self.grid(&widths, &names, &rows, &numeric)
    }

    /// A table with a row of names that each page repeats, where there are names.
    fn grid(
        &mut self,
        widths: &[u16],
        names: &[String],
        rows: &[Vec<String>],
        numeric: &[bool],
    ) -> Result<(), HwpxError> {
        let Styles { small, small_bold, cell, number, body, .. } = self.styles;
        let all: i32 = widths.iter().map(|width| i32::from(*width)).sum::<i32>().max(1);
        let line = |texts: &[String], head: bool| -> Result<TableRow, HwpxError> {
            let mut cells = Vec::new();
            for (at, width) in widths.iter().enumerate() {
                let text = texts.get(at).map_or("", String::as_str);
                let shape = if numeric.get(at) == Some(&true) { number } else { cell };
                let bold = head || (names.is_empty() && at == 0);
                let letters = if bold { small_bold } else { small };
                let paragraph = Paragraph::with_runs(vec![Piece::text(text, letters)], shape);
                let width = HwpUnit::new(i32::from(*width) * self.width / all)?;
                let mut one = TableCell::new(vec![paragraph], width);
                if bold {
                    one = one.with_background(Color::from_rgb(0xF4, 0xF5, 0xF6));
                }
                cells.push(one);
            }
            Ok(TableRow::new(cells).with_header(head))
        };
        let mut lines = Vec::new();
        if !names.is_empty() {
            lines.push(line(names, true)?);
        }
        for row in rows {
            lines.push(line(row, false)?);
        }
        if !lines.is_empty() {
            let grid = Grid::new(lines).with_width(HwpUnit::new(self.width)?).with_repeat_header(!names.is_empty());
            self.paragraphs.push(Paragraph::with_runs(vec![Piece::table(grid, small)], body));
        }
        Ok(())
    }
}
