//! A chart as a picture for reports and downloads, drawn by plotters with the font that ships with the program, so that
//! Korean reads the same on every machine.
//!
//! Title, period and source stand in the picture, because pictures travel without their page.

use std::sync::Once;

use bonghwa_analytics::format::{Lang, clock, decimal, short_date};
use bonghwa_analytics::time::{DAY, KST, day_start};
use bonghwa_analytics::view::{Measure, PeriodChart, Unit};
use bonghwa_app::picture_note;
use plotters::backend::{BitMapBackend, SVGBackend};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontStyle, register_font};

/// Size of a picture, pixels.
pub const SIZE: (u32, u32) = (1200, 640);
const FONT: &[u8] = include_bytes!("../../public/fonts/BonghwaSans-Regular.ttf");
const FAMILY: &str = "Bonghwa Sans";

const INK: RGBColor = RGBColor(0x1e, 0x21, 0x24);
const NOTE: RGBColor = RGBColor(0x58, 0x61, 0x6a);
const RULE: RGBColor = RGBColor(0xe6, 0xe8, 0xea);
const BAND: RGBColor = RGBColor(0xe6, 0xe8, 0xea);
/// Lines differ in lightness and width beside their colour, and each is labelled.
const LINES: [(RGBColor, u32); 8] = [
    (RGBColor(0x0b, 0x50, 0xd0), 3),
    (RGBColor(0x9e, 0x6a, 0x00), 2),
    (RGBColor(0x1b, 0x6d, 0x2d), 2),
    (RGBColor(0xa1, 0x2e, 0x38), 2),
    (RGBColor(0x05, 0x25, 0x61), 1),
    (RGBColor(0x6d, 0x78, 0x82), 1),
    (RGBColor(0x09, 0x6a, 0xb3), 1),
    (RGBColor(0x33, 0x36, 0x3d), 1),
];

/// What is drawn.
pub struct Picture<'a> {
    /// The values.
    pub chart: &'a PeriodChart,
    /// Official name of the region.
    pub region: &'a str,
    /// Name of the system.
    pub system: &'a str,
    /// Whether any of it is demonstration data.
    pub demo: bool,
    /// Language of the words.
    pub lang: Lang,
    /// End of the period (exclusive).
    pub to: i64,
}

/// Why a picture could not be drawn.
#[derive(Debug, thiserror::Error)]
#[error("the picture could not be drawn: {0}")]
pub struct PictureError(String);

impl Picture<'_> {
    /// As SVG.
    pub fn svg(&self) -> Result<String, PictureError> {
        let mut out = String::new();
        self.draw(&SVGBackend::with_string(&mut out, SIZE).into_drawing_area()).map_err(PictureError)?;
        Ok(out)
    }

    /// As PNG.
    pub fn png(&self) -> Result<Vec<u8>, PictureError> {
        let (width, height) = SIZE;
        let mut pixels = vec![0; (width * height * 3) as usize];
        self.draw(&BitMapBackend::with_buffer(&mut pixels, SIZE).into_drawing_area()).map_err(PictureError)?;
        let mut out = Vec::new();
        let mut encoder = png::Encoder::new(&mut out, width, height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(&pixels));
        written.map_err(|error| PictureError(error.to_string()))?;
        Ok(out)
    }

    fn draw<DB: DrawingBackend>(&self, root: &DrawingArea<DB, Shift>) -> Result<(), String> {
        register();
        let text = |error: DrawingAreaErrorKind<DB::ErrorType>| error.to_string();
        root.fill(&WHITE).map_err(text)?;
        self.words(root).map_err(text)?;
        let chart = self.chart;
        let (low, high) = (&chart.low.values, &chart.high.values);
        let scale = scale(chart.unit);
        let largest = chart.series.iter().flat_map(|series| &series.line.values).chain(high).flatten();
        let largest = largest.copied().filter(|value| value.is_finite()).fold(0.0, f64::max) * scale;
        let top = if largest > 0.0 { largest * 1.08 } else { 1.0 };
        let ticks = ticks(chart.start, self.to);
        let mut context = ChartBuilder::on(root)
            .margin_top(112)
            .margin_right(40)
            .margin_left(20)
            .margin_bottom(52)
            .x_label_area_size(36)
            .y_label_area_size(72)
            .build_cartesian_2d((chart.start..self.to).with_key_points(ticks.clone()), 0.0..top)
            .map_err(text)?;
        let (lang, by_day) = (self.lang, self.to - chart.start > 2 * DAY);
        context
            .configure_mesh()
            .disable_x_mesh()
            .bold_line_style(RULE)
            .light_line_style(TRANSPARENT)
            .axis_style(NOTE)
            .label_style((FAMILY, 15).into_font().color(&NOTE))
            .x_labels(ticks.len())
            .y_labels(6)
            .x_label_formatter(&|at| if by_day || day_start(*at) == *at { short_date(*at, lang) } else { clock(*at) })
            .y_label_formatter(&|value| decimal(*value, u32::from(top < 5.0)))
            .draw()
            .map_err(text)?;
        let instant = |index: usize| chart.start + index as i64 * chart.step;
        for (from, values) in runs(low) {
            let edge = high.get(from..from + values.len()).unwrap_or_default();
            let up = values.iter().enumerate().map(|(i, value)| (instant(from + i), value * scale));
            let down =
                edge.iter().enumerate().rev().filter_map(|(i, value)| Some((instant(from + i), (*value)? * scale)));
            let area = Polygon::new(up.chain(down).collect::<Vec<_>>(), BAND);
            context.draw_series(std::iter::once(area)).map_err(text)?;
        }
        for (series, (colour, width)) in chart.series.iter().zip(LINES.iter().cycle()) {
            let style = colour.stroke_width(*width);
            for (at, (from, values)) in runs(&series.line.values).into_iter().enumerate() {
                let points = values.iter().enumerate().map(|(i, value)| (instant(from + i), value * scale));
                let drawn = context.draw_series(LineSeries::new(points, style)).map_err(text)?;
                if at == 0 && chart.series.len() > 1 {
                    drawn
                        .label(self.name(&series.name))
                        .legend(move |(x, y)| PathElement::new([(x, y), (x + 24, y)], style));
                }
            }
        }
        if chart.series.len() > 1 {
            context
                .configure_series_labels()
                .position(SeriesLabelPosition::UpperRight)
                .legend_area_size(32)
                .background_style(WHITE.mix(0.9))
                .border_style(RULE)
                .label_font((FAMILY, 15).into_font().color(&INK))
                .draw()
                .map_err(text)?;
        }
        root.present().map_err(text)
    }

    /// Title, period and source.
    fn words<DB: DrawingBackend>(
        &self,
        root: &DrawingArea<DB, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
        let (chart, lang) = (self.chart, self.lang);
        let (width, height) = (SIZE.0 as i32, SIZE.1 as i32);
        let style = |size: i32, colour: &RGBColor| (FAMILY, size).into_font().color(colour);
        let title = format!("{} · {}", self.region, measure_name(chart.measure, lang));
        root.draw(&Text::new(title, (40, 28), style(30, &INK)))?;
        let note = picture_note(chart.start, self.to, chart.step, chart.unit, lang);
        root.draw(&Text::new(note, (40, 70), style(17, &NOTE)))?;
        let mut source = match lang {
            Lang::Ko => format!("출처: {} · 봉화", self.system),
            Lang::En => format!("Source: {} · Bonghwa", self.system),
        };
        if self.demo {
            source.push_str(lang.pick(" · 시연 데이터", " · demonstration data"));
        }
        root.draw(&Text::new(source, (40, height - 34), style(15, &NOTE)))?;
        if chart.series.iter().all(|series| series.line.values.iter().all(Option::is_none)) {
            let centred = style(20, &NOTE).pos(Pos::new(HPos::Center, VPos::Center));
            let empty = lang.pick("이 기간에 자료가 없습니다", "No data in this period");
            root.draw(&Text::new(empty, (width / 2, height / 2), centred))?;
        }
        Ok(())
    }

    fn name(&self, role: &str) -> String {
        match role {
            "now" => self.lang.pick("이 기간", "this period").to_owned(),
            "before" => self.lang.pick("비교 기간", "compared period").to_owned(),
            other => other.chars().take(40).collect(),
        }
    }
}

/// Plotters keeps fonts for the whole process.
fn register() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // A font that does not parse shows in the test that reads a picture; nothing better can be done here.
        let _ = register_font(FAMILY, FontStyle::Normal, FONT);
    });
}

/// Factor from a value to what is written on the axis.
const fn scale(unit: Unit) -> f64 {
    match unit {
        Unit::Ratio => 100.0,
        Unit::Seconds => 1000.0,
        _ => 1.0,
    }
}

/// Runs of values without a gap, with the index of the first.
fn runs(values: &[Option<f64>]) -> Vec<(usize, Vec<f64>)> {
    let mut runs: Vec<(usize, Vec<f64>)> = Vec::new();
    let mut open = false;
    for (index, value) in values.iter().enumerate() {
        match (value.filter(|value| value.is_finite()), open) {
            (Some(value), true) => {
                if let Some((_, run)) = runs.last_mut() {
                    run.push(value);
                }
            }
            (Some(value), false) => runs.push((index, vec![value])),
            (None, _) => {}
        }
        open = value.is_some_and(f64::is_finite);
    }
    runs
}

/// Instants on the axis of time: whole hours or days in Asia/Seoul, at most a dozen.
fn ticks(from: i64, to: i64) -> Vec<i64> {
    let steps = [60, 300, 900, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, DAY, 2 * DAY, 7 * DAY, 28 * DAY, 91 * DAY];
    let step = steps.into_iter().find(|step| (to - from) / step <= 11).unwrap_or((to - from) / 11);
    let first = from + (-(from + KST)).rem_euclid(step);
    (first..to).step_by(step.max(1) as usize).collect()
}

const fn measure_name(measure: Measure, lang: Lang) -> &'static str {
    let (ko, en) = match measure {
        Measure::Users => ("동시접속자", "concurrent users"),
        Measure::PerCapita => ("인구 1만 명당 동시접속자", "concurrent users per 10,000 people"),
        Measure::Requests => ("초당 요청", "requests a second"),
        Measure::ErrorRate => ("오류율", "error rate"),
        Measure::LatencyP50 => ("응답 시간 중앙값", "median response time"),
        Measure::LatencyP95 => ("응답 시간 p95", "response time p95"),
        Measure::LatencyP99 => ("응답 시간 p99", "response time p99"),
        Measure::Load => ("부하율", "load"),
        Measure::Cpu => ("CPU 사용률", "CPU use"),
        Measure::Memory => ("메모리 사용률", "memory use"),
        Measure::Heap => ("힙 사용률", "heap use"),
    };
    lang.pick(ko, en)
}
