//! Charts: one description, drawn as paths that stretch and words that do not, with a table behind it.

pub(crate) mod bars;
mod draw;
pub(crate) mod geometry;
mod read;
pub(crate) mod spark;
mod table;
mod take;

use std::sync::Arc;

use bonghwa_analytics::view::{Line, Measure, Unit};
use leptos::prelude::*;

pub(crate) use draw::{Shade, plot};
pub(crate) use take::take;

use crate::app::Here;
use crate::dom::{IntoNode, Node, markup};

/// How a line looks and what it is. Never by colour alone: each role has a width and a dash of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// What was measured: thick.
    Now,
    /// The same now, out of its range.
    Out,
    /// The day before, or the compared period: thin.
    Before,
    /// The week before: dotted.
    Week,
    /// What is forecast: dashed.
    Ahead,
    /// One of several series, by place: solid, thin, dotted, dashed.
    Series(u8),
}

impl Role {
    /// Class of its path.
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Now => "today",
            Self::Out => "today out",
            Self::Before => "yest",
            Self::Week => "week",
            Self::Ahead => "ahead",
            Self::Series(0) => "today ser0",
            Self::Series(1) => "ser1",
            Self::Series(2) => "ser2",
            Self::Series(_) => "ser3",
        }
    }
}

/// A line with its name.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Stroke {
    pub(crate) role: Role,
    pub(crate) name: String,
    pub(crate) values: Vec<Option<f64>>,
}

/// What the chart of a forecast has in addition.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Fan {
    /// Edges of the 95 % interval, drawn behind.
    pub(crate) wide: (Vec<Option<f64>>, Vec<Option<f64>>),
    /// Edges of the 50 % interval, drawn before.
    pub(crate) narrow: (Vec<Option<f64>>, Vec<Option<f64>>),
    /// A level with its name.
    pub(crate) level: Option<(f64, String)>,
    /// Name of the instant behind which nothing was measured, and its place in percent.
    pub(crate) since: Option<(f64, &'static str)>,
}

/// A chart.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Chart {
    /// Tells the charts of a page apart.
    pub(crate) id: u8,
    /// What it shows, for those who do not see it.
    pub(crate) label: String,
    pub(crate) measure: Measure,
    pub(crate) unit: Unit,
    /// First instant.
    pub(crate) start: i64,
    /// Seconds a value stands for.
    pub(crate) step: i64,
    /// How many values the width holds.
    pub(crate) slots: usize,
    /// Lines, from the back to the front.
    pub(crate) strokes: Vec<Stroke>,
    /// Lower edge of the usual range; empty if unknown.
    pub(crate) low: Vec<Option<f64>>,
    /// Upper edge.
    pub(crate) high: Vec<Option<f64>>,
    /// What a forecast has beside `low` and `high`, which are then its 85 % interval.
    pub(crate) fan: Option<Fan>,
    /// Label at the newest value of the first line.
    pub(crate) now: Option<String>,
    /// Whether labels stand at the lines (a large chart) or only in the swatch line.
    pub(crate) labels: bool,
}

impl Chart {
    /// The instant that a value stands for.
    pub(crate) const fn instant(&self, index: usize) -> i64 {
        self.start + (index as i64 + 1) * self.step
    }

    /// Last instant of the width.
    pub(crate) const fn end(&self) -> i64 {
        self.start + self.slots as i64 * self.step
    }

    /// Largest value of all lines.
    pub(crate) fn max(&self) -> f64 {
        let lines = self.strokes.iter().map(|s| &s.values).chain([&self.low, &self.high]);
        let lines = lines.chain(self.fan.iter().map(|fan| &fan.wide.1));
        let level = self.fan.as_ref().and_then(|fan| fan.level.as_ref()).map_or(0.0, |level| level.0);
        let most = lines.flatten().flatten().copied().filter(|v| v.is_finite()).fold(0.0, f64::max);
        // A level far above everything else would press the rest to the ground.
        if level < 3.0 * most { most.max(level) } else { most }
    }

    /// Name of the range between `low` and `high`.
    pub(crate) fn range(&self, here: &Here) -> &'static str {
        if self.fan.is_some() { here.t.interval } else { here.t.usual_range }
    }

    /// Whether there is no value at all.
    pub(crate) fn is_empty(&self) -> bool {
        !self.strokes.iter().flat_map(|s| &s.values).any(Option::is_some)
    }
}

/// Which value of which chart the reader points at; one for a page, kept while data is exchanged beneath it.
#[derive(Clone, Copy)]
pub(crate) struct Cursor(RwSignal<Option<(u8, usize)>>);

impl Cursor {
    pub(crate) fn new() -> Self {
        Self(RwSignal::new(None))
    }

    /// The value pointed at in a chart.
    pub(crate) fn at(self, chart: u8) -> Option<usize> {
        self.0.get().filter(|(id, _)| *id == chart).map(|(_, index)| index)
    }

    pub(crate) fn set(self, to: Option<(u8, usize)>) {
        self.0.set(to);
    }
}

/// Values of a line.
pub(crate) fn values(line: &Line) -> Vec<Option<f64>> {
    line.values.clone()
}

/// Names of the lines with a sample of each; where labels at the lines have no room.
pub(crate) fn swatches(here: &Here, chart: &Chart) -> Node {
    let mut strokes: Vec<_> = chart.strokes.iter().rev().map(|s| swatch(s.role.class(), s.name.clone())).collect();
    if !chart.high.is_empty() {
        strokes.push(swatch("band", chart.range(here).to_owned()));
    }
    markup! { <p class=if chart.labels { "swatches" } else { "swatches always" }>{strokes}</p> }.into_node()
}

fn swatch(class: &'static str, name: String) -> Node {
    let sample = if class == "band" {
        markup! { <svg class="swatch plot" aria-hidden="true"><rect class="bandbox" x="0" y="1" width="22" height="10"/></svg> }.into_node()
    } else {
        markup! { <svg class="swatch plot" aria-hidden="true"><line class=class x1="1" y1="6" x2="21" y2="6"/></svg> }
            .into_node()
    };
    markup! { <span>{sample}{name}</span> }.into_node()
}

/// A chart that is shared by the parts that draw and read it.
pub(crate) type Shared = Arc<Chart>;

/// A chart with the names of its lines above it and what can be taken of it below; `name` says what it shows, and of where.
pub(crate) fn figure(here: &Here, chart: &Shared, name: &str, shades: &[Shade], cursor: Cursor) -> Node {
    markup! {
        {swatches(here, chart)}
        {plot(here, chart, "mid", shades, cursor)}
        {take(here, chart, name)}
    }
    .into_node()
}

/// The id of the plot of a chart.
pub(crate) fn plot_id(chart: &Chart) -> String {
    format!("plot-{}", chart.id)
}
