//! The long series on a canvas, drawn with plotters.

use bonghwa_analytics::format::{Lang, clock, moment, tick, unit_name};
use bonghwa_analytics::view::{PeriodChart, Unit};
use leptos::prelude::window;
use plotters::prelude::*;
use plotters_canvas::CanvasBackend;
use web_sys::HtmlCanvasElement;

/// Font of the labels.
const FONT: &str = "Bonghwa Sans, Noto Sans KR, sans-serif";

/// Draws the values `first..last` of a series. Nothing is drawn on a canvas without a size.
pub(super) fn draw(
    canvas: &HtmlCanvasElement,
    chart: &PeriodChart,
    first: usize,
    last: usize,
    lang: Lang,
) -> Option<()> {
    let ratio = window().device_pixel_ratio().clamp(1.0, 3.0);
    let (width, height) = (canvas.client_width(), canvas.client_height());
    if width <= 0 || height <= 0 {
        return None;
    }
    canvas.set_width((f64::from(width) * ratio) as u32);
    canvas.set_height((f64::from(height) * ratio) as u32);
    let style = window().get_computed_style(canvas).ok().flatten()?;
    let colour = |name: &str| rgb(&style.get_property_value(name).unwrap_or_default());
    // The style sheet gives the canvas the colours of charts in properties that a canvas does not use itself.
    let (line, paper, ink, grid) =
        (colour("color"), colour("background-color"), colour("caret-color"), colour("outline-color"));
    let area = CanvasBackend::with_canvas_object(canvas.clone())?.into_drawing_area();
    area.fill(&paper).ok()?;
    let series = chart.series.iter().find(|s| s.name == "now").or(chart.series.first())?;
    let last = last.min(series.line.values.len());
    let values = series.line.values.get(first..last)?;
    let max = values.iter().flatten().copied().fold(0.0, f64::max);
    let top = crate::chart::geometry::Scale::to(max, 4.0).max;
    let at = |index: usize| chart.start + (index as i64 + 1) * chart.step;
    let (from, to) = (at(first) as f64, at(last.max(first + 2) - 1) as f64);
    let px = |css: f64| (css * ratio) as u32;
    let font = (FONT, px(13.0)).into_font().color(&ink);
    let mut plot = ChartBuilder::on(&area)
        .margin(px(6.0))
        .x_label_area_size(px(26.0))
        .y_label_area_size(px(58.0))
        .build_cartesian_2d(from..to, 0.0..top)
        .ok()?;
    let days = to - from > 86_400.0;
    let time = move |t: &f64| if days { moment(*t as i64, lang) } else { clock(*t as i64) };
    let unit = chart.unit;
    plot.configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(grid.stroke_width(px(1.0)))
        .axis_style(grid.stroke_width(px(1.0)))
        .label_style(font)
        .x_labels((width / if days { 120 } else { 80 }).clamp(2, 12) as usize)
        .y_labels(5)
        .x_label_formatter(&time)
        .y_label_formatter(&|v: &f64| axis(*v, unit, lang))
        .draw()
        .ok()?;
    for run in runs(values) {
        let points = thin(&run, px(f64::from(width)) as usize);
        let points = points.into_iter().map(|(i, value)| (at(first + i) as f64, value));
        plot.draw_series(LineSeries::new(points, line.stroke_width(px(2.0)))).ok()?;
    }
    area.present().ok()
}

fn axis(value: f64, unit: Unit, lang: Lang) -> String {
    match unit {
        Unit::Ratio => format!("{} %", tick(value * 100.0, lang)),
        Unit::Seconds => format!("{} {}", tick(value * 1000.0, lang), unit_name(unit, lang)),
        _ => tick(value, lang),
    }
}

/// Runs of values without a gap, with their indices.
fn runs(values: &[Option<f64>]) -> Vec<Vec<(usize, f64)>> {
    let mut out = vec![Vec::new()];
    for (i, value) in values.iter().enumerate() {
        match (value, out.last_mut()) {
            (Some(value), Some(run)) => run.push((i, *value)),
            (None, Some(run)) if !run.is_empty() => out.push(Vec::new()),
            _ => {}
        }
    }
    out
}

/// The smallest and largest value of each pixel column, so that no peak is lost.
fn thin(run: &[(usize, f64)], columns: usize) -> Vec<(usize, f64)> {
    let group = run.len().div_ceil(columns.max(1)).max(1);
    if group < 3 {
        return run.to_vec();
    }
    let mut out = Vec::new();
    for chunk in run.chunks(group) {
        let low = chunk.iter().copied().min_by(|a, b| a.1.total_cmp(&b.1));
        let high = chunk.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1));
        if let (Some(low), Some(high)) = (low, high) {
            out.extend(if low.0 < high.0 { [low, high] } else { [high, low] });
        }
    }
    out
}

/// Reads `rgb(1, 2, 3)` as computed styles give it; black if it is anything else.
fn rgb(text: &str) -> RGBColor {
    let mut parts = text.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok());
    let mut next = || parts.next().unwrap_or(0);
    RGBColor(next(), next(), next())
}
