//! The page 예측·용량: where a measure goes, how probable it is that a threshold is passed, and how forecasts did so far.

use serde::{Deserialize, Serialize};

use super::capacity::{CapacityPlan, Passing, peaks};
use super::now::{measure_id, unit_of};
use super::{Confidence, Fact, Line, Measure, Method, Moment, PeriodChart, Series, Unit};
use crate::atlas::{Atlas, NATION, Track};
use crate::bucket::{Name, Resource};
use crate::calendar;
use crate::forecast::{Clock, Forecast, Record, Step, forecast_days, record};
use crate::identity::IdentityMode;
use crate::region::Region;
use crate::time::{DAY, Resolution, WEEK, day_start};

/// Use above which there is too little left for a busy hour; the threshold unless another is chosen.
pub const TARGET_USE: f64 = 0.8;
/// Longest horizon in seconds.
const LONGEST: i64 = 28 * DAY;
/// Past that a forecast of five minutes and one of hours are made from.
const PAST: [i64; 2] = [28 * DAY, 42 * DAY];
/// Horizons up to here are forecast in steps of five minutes.
const FINE: i64 = 6 * 3600;
/// Days from 85 % to which a level line is followed for the date at which it is full.
const FOLLOWED: usize = 365;

/// What the address of 예측·용량 holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ForecastQuery {
    /// Region code, or `all`.
    pub region: String,
    /// What is forecast.
    pub measure: Measure,
    /// Only this service (CPU, memory and heap), or empty for the busiest.
    pub service: String,
    /// Seconds to look ahead.
    pub horizon: i64,
    /// Threshold in millionths of the unit; absent takes a default.
    pub threshold: Option<i64>,
    /// Identity mode; absent takes the settings' own.
    pub mode: Option<IdentityMode>,
}

/// Where a threshold comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The address names it.
    Chosen,
    /// The target of measures of use.
    Target,
    /// The highest value of the past that the forecast was made from.
    Highest,
}

/// The page 예측·용량.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ForecastView {
    /// The instant that everything on the page stands for.
    pub as_of: i64,
    /// Whether any of it is demonstration data.
    pub demo: bool,
    /// Name of the system, Korean and English.
    pub title: (String, String),
    /// Identity mode shown.
    pub mode: IdentityMode,
    /// Regions by settings.
    pub regions: Vec<Region>,
    /// Region code, or `all`.
    pub region: String,
    /// What is forecast.
    pub measure: Measure,
    /// Its unit.
    pub unit: Unit,
    /// Only this service, or empty.
    pub service: String,
    /// Services that report the measure.
    pub services: Vec<String>,
    /// Seconds looked ahead, as asked.
    pub horizon: i64,
    /// The forecast; absent where there is too little to say.
    pub ahead: Option<Ahead>,
    /// Hours of the past that were received, for what is missing.
    pub hours: u32,
    /// When the measure is full, by the trend of its daily peaks; for measures of use.
    pub full: Option<Full>,
    /// Forecasts of a day and of a week ago against what came.
    pub past: Vec<PastForecast>,
    /// How sure it is.
    pub confidence: Confidence,
    /// Public holidays within the horizon, in Korean: name and midnight.
    pub holidays_ko: Vec<(String, i64)>,
    /// The same in English.
    pub holidays_en: Vec<(String, i64)>,
    /// What needs more before the quarter ends.
    pub plan: CapacityPlan,
}

/// A forecast.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Ahead {
    /// Past and future: `came`, `middle` (from the last value that came), `low50`, `high50`, `low95`, `high95`; its range
    /// is the 85 % interval. All lines have the same length.
    pub chart: PeriodChart,
    /// End of the forecast; before `as_of + horizon` where the past is too short to tell more.
    pub until: i64,
    /// The middle at its highest.
    pub peak: Fact,
    /// The instant of that.
    pub peak_at: i64,
    /// Lower edge of the 85 % interval at that instant.
    pub low: Fact,
    /// Its upper edge.
    pub high: Fact,
    /// The threshold.
    pub threshold: f64,
    /// Where it comes from.
    pub origin: Origin,
    /// The highest value of the past, where that is the threshold.
    pub highest: Option<Fact>,
    /// Probability that it is passed until the end.
    pub over: Fact,
    /// Past instants from which a forecast was made to see how far it misses.
    pub origins: u32,
}

/// When a measure of use is full (100 %), by the trend of its daily peaks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Full {
    /// Highest use in the busy hour of a day, by the trend, today.
    pub now: Fact,
    /// Change of that in a week.
    pub weekly: Fact,
    /// The range of days in which it is full; absent if it does not come to that as far as can be seen.
    pub when: Option<Passing>,
    /// How far can be seen: midnight of the last day.
    pub seen: i64,
}

/// Forecasts made some time ago, against what came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PastForecast {
    /// Seconds ahead that were forecast.
    pub ahead: i64,
    /// Forecasts looked at.
    pub forecasts: u32,
    /// Share of what came that was inside the 85 % interval.
    pub covered: Fact,
    /// Mean absolute error of the middle.
    pub error: Fact,
    /// The newest of them: `came` and `said`; its range is the 85 % interval.
    pub chart: PeriodChart,
}

impl PastForecast {
    /// Forecasts below which the record says too little.
    const fn needed(&self) -> u32 {
        if self.ahead <= DAY { 5 } else { 2 }
    }
}

/// Makes the page; the plan is the same for all queries of an hour.
pub fn forecast(atlas: &Atlas, moment: &Moment<'_>, query: &ForecastQuery, plan: CapacityPlan) -> ForecastView {
    let as_of = moment.as_of;
    let mode = query.mode.unwrap_or(moment.mode);
    let horizon = query.horizon.clamp(3600, LONGEST);
    let unit = unit_of(query.measure, mode);
    let track = atlas.track(&query.region);
    let regions = moment.regions(atlas);
    let source = Source { query, mode, unit, nation: regions.len() as u16 };
    let fine = if horizon <= FINE { Resolution::FiveMinutes } else { Resolution::Hour };
    let hourly = source.values(atlas, Resolution::Hour, as_of);
    let own = if fine == Resolution::Hour { hourly.clone() } else { source.values(atlas, fine, as_of) };
    let ahead = ahead(&source, &own, fine, horizon, as_of);
    let past = past(&source, &hourly, as_of);
    let confidence = confidence(ahead.as_ref(), &past, horizon);
    let end = ahead.as_ref().map_or(as_of, |ahead| ahead.until);
    ForecastView {
        as_of,
        demo: moment.demo,
        title: moment.title.clone(),
        mode,
        regions,
        region: query.region.clone(),
        measure: query.measure,
        unit,
        service: query.service.clone(),
        services: track.map(|track| services(track, query.measure)).unwrap_or_default(),
        horizon,
        hours: hourly.iter().filter(|value| !value.is_nan()).count() as u32,
        full: full(&source, &hourly, as_of),
        past,
        confidence,
        holidays_ko: holidays(as_of, end, |name| name.0),
        holidays_en: holidays(as_of, end, |name| name.1),
        ahead,
        plan,
    }
}

/// The series that a query names, and what its facts share.
struct Source<'a> {
    query: &'a ForecastQuery,
    mode: IdentityMode,
    unit: Unit,
    nation: u16,
}

impl Source<'_> {
    /// Values of the past up to the last whole step; NaN where nothing was received. The nation has no servers of its
    /// own: its use is that of the busiest region.
    fn values(&self, atlas: &Atlas, resolution: Resolution, as_of: i64) -> Vec<f64> {
        let past = PAST[usize::from(resolution == Resolution::Hour)];
        let mut values = vec![f64::NAN; (past / resolution.seconds()) as usize];
        if self.query.region == NATION && resource(self.query.measure).is_some() {
            for track in atlas.regions.iter().filter_map(|region| atlas.track(&region.code)) {
                self.add(track, resolution, as_of, &mut values);
            }
        } else if let Some(track) = atlas.track(&self.query.region) {
            self.add(track, resolution, as_of, &mut values);
        }
        values
    }

    /// Puts the values of a track into their places, the larger one where there is one already.
    fn add(&self, track: &Track, resolution: Resolution, as_of: i64, values: &mut [f64]) {
        let to = resolution.floor(as_of);
        let past = values.len() as i64 * resolution.seconds();
        let measure = self.query.measure;
        let service: Name = self.query.service.as_str().into();
        let table = track.table(resolution);
        let width = resolution.seconds();
        let kind = resource(measure).filter(|_| !self.query.service.is_empty());
        for row in table.range(to - past, to) {
            let value = match kind {
                Some(kind) => table.gauge(row, &service, kind),
                None => table.value(row, measure, self.mode, width),
            };
            let place = &mut values[((table.starts()[row] - (to - past)) / width) as usize];
            // The maximum of a number and NaN is the number.
            *place = place.max(value.unwrap_or(f64::NAN));
        }
    }

    fn fact(&self, id: &str, value: f64, (from, to): (i64, i64), resolution: Resolution, method: Method) -> Fact {
        let nation = self.query.region == NATION;
        Fact {
            id: format!("{id}-{}", measure_id(self.query.measure)),
            measure: self.query.measure,
            value,
            unit: self.unit,
            error: None,
            regions: if nation { Vec::new() } else { vec![self.query.region.clone()] },
            region_count: if nation { self.nation } else { 1 },
            from,
            to,
            resolution,
            method,
        }
    }

    /// What a value can be: nothing is negative, a share is at most one.
    fn bounded(&self, value: f64) -> f64 {
        let most = if self.unit == Unit::Ratio { 1.0 } else { f64::MAX };
        short(value.clamp(0.0, most))
    }

    fn chart(&self, start: i64, step: i64, lines: Vec<(&str, Line)>, (low, high): (Line, Line)) -> PeriodChart {
        let series = lines.into_iter().map(|(name, line)| Series { name: name.to_owned(), line }).collect();
        PeriodChart { measure: self.query.measure, unit: self.unit, start, step, series, low, high }
    }

    fn line<'s>(&self, before: usize, values: impl Iterator<Item = &'s f64>) -> Line {
        let none = std::iter::repeat_n(None, before);
        Line { values: none.chain(values.map(|v| (!v.is_nan()).then(|| self.bounded(*v)))).collect() }
    }
}

/// How sure a forecast is: by the record of forecasts that looked as far ahead.
fn confidence(ahead: Option<&Ahead>, past: &[PastForecast], horizon: i64) -> Confidence {
    let held = |past: &PastForecast| (0.75..=0.97).contains(&past.covered.value) && past.forecasts >= past.needed();
    match (ahead, judged(past, horizon)) {
        (None, _) => Confidence::Unknown,
        (Some(_), Some(past)) if held(past) => Confidence::Likely,
        _ => Confidence::Possible,
    }
}

/// The record by which a horizon is judged: that of a day up to a day, else that of a week.
pub fn judged(past: &[PastForecast], horizon: i64) -> Option<&PastForecast> {
    past.iter().find(|past| past.ahead >= horizon.min(WEEK))
}

/// The gauge that a measure of use is the busiest of.
fn resource(measure: Measure) -> Option<Resource> {
    match measure {
        Measure::Load | Measure::Cpu => Some(Resource::Cpu),
        Measure::Memory => Some(Resource::Memory),
        Measure::Heap => Some(Resource::Heap),
        _ => None,
    }
}

fn services(track: &Track, measure: Measure) -> Vec<String> {
    let table = track.table(Resolution::Hour);
    resource(measure).map(|kind| table.services(kind).map(ToString::to_string).collect()).unwrap_or_default()
}

/// Five significant digits: more is not known, and would only make the page heavy.
fn short(value: f64) -> f64 {
    let size = libm::floor(libm::log10(libm::fabs(value)));
    if !size.is_finite() {
        return value;
    }
    let unit = libm::pow(10.0, libm::fabs(size - 4.0));
    if size > 4.0 { libm::round(value / unit) * unit } else { libm::round(value * unit) / unit }
}

fn ahead(source: &Source<'_>, values: &[f64], resolution: Resolution, horizon: i64, as_of: i64) -> Option<Ahead> {
    let width = resolution.seconds();
    let now = resolution.floor(as_of);
    let clock = Clock { start: now - values.len() as i64 * width, step: width, extra: &[] };
    let made = forecast_days(values, clock, (horizon / width) as usize)?;
    let count = made.steps.len();
    let until = now + count as i64 * width;
    let (at, highest) = made.steps.iter().enumerate().max_by(|a, b| a.1.value.total_cmp(&b.1.value))?;
    let (threshold, origin) = threshold(source, values);
    let period = (now, until);
    let fact = |id: &str, value: f64| source.fact(id, source.bounded(value), period, resolution, Method::Forecast);
    let over = made.probability_over(threshold, count);
    Some(Ahead {
        chart: chart(source, values, &made, (now, width), horizon),
        until,
        peak: Fact { error: Some((highest.high[2] - highest.low[2]) / 2.0), ..fact("peak", highest.value) },
        peak_at: now + (at as i64 + 1) * width,
        low: fact("low", highest.low[1]),
        high: fact("high", highest.high[1]),
        threshold,
        origin,
        highest: (origin == Origin::Highest).then(|| {
            let first = clock.at(values.iter().position(|v| !v.is_nan()).unwrap_or(0));
            source.fact("highest", threshold, (first, now), resolution, measured(source.query.measure))
        }),
        // No number of past forecasts shows that something cannot be.
        over: Fact {
            unit: Unit::Ratio,
            ..source.fact("over", over.clamp(0.01, 0.99), period, resolution, Method::Probability)
        },
        origins: made.origins as u32,
    })
}

/// How a value of the past came about.
fn measured(measure: Measure) -> Method {
    match measure {
        Measure::Users | Measure::PerCapita => Method::HyperLogLog,
        Measure::Requests => Method::Count,
        Measure::ErrorRate => Method::Share,
        Measure::LatencyP50 | Measure::LatencyP95 | Measure::LatencyP99 => Method::QuantileSketch,
        Measure::Load => Method::BusiestTierMean,
        Measure::Cpu | Measure::Memory | Measure::Heap => Method::Mean,
    }
}

fn threshold(source: &Source<'_>, values: &[f64]) -> (f64, Origin) {
    if let Some(millionths) = source.query.threshold {
        return (millionths as f64 / 1e6, Origin::Chosen);
    }
    if resource(source.query.measure).is_some() {
        return (TARGET_USE, Origin::Target);
    }
    let highest = values.iter().copied().filter(|v| !v.is_nan()).fold(0.0, f64::max);
    (short(highest), Origin::Highest)
}

fn chart(source: &Source<'_>, values: &[f64], made: &Forecast, (now, width): (i64, i64), horizon: i64) -> PeriodChart {
    // As much of the past as of the future, and two days or half a day at least.
    let shown = if width < 3600 { 12 * 3600 } else { horizon.clamp(2 * DAY, 14 * DAY) };
    let known = ((shown / width) as usize).min(values.len());
    let came = &values[values.len() - known..];
    let joint = came.last().copied().unwrap_or(f64::NAN);
    let before = known.saturating_sub(1);
    let fan = |edge: &dyn Fn(&Step) -> f64| {
        let all: Vec<f64> = std::iter::once(joint).chain(made.steps.iter().map(edge)).collect();
        source.line(before, all.iter())
    };
    let mut measured = source.line(0, came.iter());
    measured.values.resize(known + made.steps.len(), None);
    let lines = [
        ("came", measured),
        ("middle", fan(&|step| step.value)),
        ("low50", fan(&|step| step.low[0])),
        ("high50", fan(&|step| step.high[0])),
        ("low95", fan(&|step| step.low[2])),
        ("high95", fan(&|step| step.high[2])),
    ];
    let range = (fan(&|step| step.low[1]), fan(&|step| step.high[1]));
    source.chart(now - known as i64 * width, width, lines.into(), range)
}

/// Forecasts of a day and of a week before, each from what was known then.
fn past(source: &Source<'_>, hourly: &[f64], as_of: i64) -> Vec<PastForecast> {
    let width = Resolution::Hour.seconds();
    let now = Resolution::Hour.floor(as_of);
    let clock = Clock { start: now - hourly.len() as i64 * width, step: width, extra: &[] };
    // The first hour received is the first of the series.
    let first = hourly.iter().position(|v| !v.is_nan()).unwrap_or(hourly.len());
    let (hourly, clock) = (&hourly[first..], Clock { start: clock.at(first), ..clock });
    [(DAY, 7), (WEEK, 2)]
        .into_iter()
        .filter_map(|(ahead, most)| {
            let steps = (ahead / width) as usize;
            past_forecast(source, hourly, clock, ahead, &record(hourly, clock, steps, steps, most)?)
        })
        .collect()
}

fn past_forecast(
    source: &Source<'_>,
    hourly: &[f64],
    clock: Clock<'_>,
    ahead: i64,
    record: &Record,
) -> Option<PastForecast> {
    let said = &record.newest.steps;
    let came = hourly.get(record.newest.from..)?;
    let start = clock.at(record.newest.from);
    let oldest = clock.at(hourly.len()) - ahead * record.forecasts as i64;
    let period = (oldest, clock.at(hourly.len()));
    let name = if ahead == DAY { "day" } else { "week" };
    let fact =
        |id: &str, value| source.fact(&format!("{id}-{name}"), value, period, Resolution::Hour, Method::PastForecasts);
    let line = |edge: &dyn Fn(&Step) -> f64| {
        let values: Vec<f64> = said.iter().map(edge).collect();
        source.line(0, values.iter())
    };
    Some(PastForecast {
        ahead,
        forecasts: record.forecasts as u32,
        covered: Fact { unit: Unit::Ratio, ..fact("covered", record.covered[1]) },
        error: fact("missed", short(record.error)),
        chart: source.chart(
            start,
            clock.step,
            vec![("came", source.line(0, came.iter())), ("said", line(&|step| step.value))],
            (line(&|step| step.low[1]), line(&|step| step.high[1])),
        ),
    })
}

/// When the measure is full, by the trend of its daily peaks.
fn full(source: &Source<'_>, hourly: &[f64], as_of: i64) -> Option<Full> {
    resource(source.query.measure)?;
    let (trend, (from, last)) = peaks(hourly, as_of)?;
    let today = day_start(as_of);
    let period = (from, today);
    let most = FOLLOWED.min((crate::forecast::trend::REACH * trend.span) as usize);
    Some(Full {
        now: source.fact("busy", short(trend.level), period, Resolution::Hour, Method::Trend),
        weekly: source.fact("weekly", short(7.0 * trend.slope), period, Resolution::Hour, Method::Trend),
        when: Passing::of(&trend, 1.0, (last, today), most),
        seen: today + most as i64 * DAY,
    })
}

fn holidays(from: i64, to: i64, pick: fn(calendar::Name) -> &'static str) -> Vec<(String, i64)> {
    let first = day_start(from);
    let days = (to - first).clamp(0, LONGEST + DAY) / DAY;
    (0..=days)
        .map(|day| first + day * DAY)
        .filter(|day| *day < to)
        .filter_map(|day| calendar::name(day).map(|name| (pick(name).to_owned(), day)))
        .collect()
}
