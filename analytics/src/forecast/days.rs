//! Forecasts on the Korean calendar: a holiday from Monday to Friday goes like a Sunday.
//!
//! Such days of the past are taken out, because the same weekday a week later is none; such days to come take the path
//! of the nearest Sunday.

use super::history::Seasons;
use super::{Forecast, forecast};
use crate::calendar::{DayKind, kind_with};
use crate::time::{DAY, civil, day_start};

/// Where a series lies in time.
#[derive(Clone, Copy, Debug)]
pub struct Clock<'a> {
    /// Start of its first step, seconds since the epoch.
    pub start: i64,
    /// Width of a step in seconds.
    pub step: i64,
    /// Days off that the calendar does not know, as midnights in Asia/Seoul.
    pub extra: &'a [i64],
}

impl Clock<'_> {
    /// Start of a step.
    pub const fn at(&self, step: usize) -> i64 {
        self.start.saturating_add((step as i64).saturating_mul(self.step))
    }

    /// The seasons of such steps.
    pub const fn seasons(&self) -> Seasons {
        Seasons::of_step(self.step)
    }

    /// Whether each step from `from` on lies on a day off from Monday to Friday. The calendar is asked once a day.
    fn days_off(&self, from: usize, count: usize) -> Vec<bool> {
        let mut last = (i64::MIN, false);
        (from..from + count)
            .map(|step| {
                let day = day_start(self.at(step));
                if day != last.0 {
                    last = (day, civil(day).weekday < 5 && kind_with(day, self.extra) == DayKind::Holiday);
                }
                last.1
            })
            .collect()
    }
}

/// [`forecast`] for a series whose place in the calendar is known.
pub fn forecast_days(values: &[f64], clock: Clock<'_>, horizon: usize) -> Option<Forecast> {
    let mut usual = values.to_vec();
    for (value, off) in usual.iter_mut().zip(clock.days_off(0, values.len())) {
        if off {
            *value = f64::NAN;
        }
    }
    // After a week of holidays too little is left of the last days; then they are better than nothing.
    let mut made = forecast(&usual, clock.seasons(), horizon).or_else(|| forecast(values, clock.seasons(), horizon))?;
    let steps_a_day = usize::try_from(DAY / clock.step.max(1)).ok().filter(|steps| *steps > 0)?;
    let off = clock.days_off(values.len(), made.steps.len());
    for at in (0..made.steps.len()).filter(|at| off[*at]) {
        let weekday = usize::from(civil(clock.at(values.len() + at)).weekday);
        let (ahead, behind) = ((6 - weekday) * steps_a_day, (weekday + 1) * steps_a_day);
        if at >= behind && !off[at - behind] {
            made.residuals.borrow_step(at, at - behind);
        } else if at + ahead < made.steps.len() && !off[at + ahead] {
            made.residuals.borrow_step(at, at + ahead);
        } else if let Some(sunday) = (values.len() + at).checked_sub(behind).and_then(|at| values.get(at))
            && sunday.is_finite()
        {
            made.residuals.move_step(at, *sunday);
        }
    }
    made.steps = (0..made.steps.len()).map(|at| made.residuals.step(at)).collect();
    Some(made)
}
