//! Weekly reports that nobody has to ask for.

use std::str::FromStr;
use std::time::Duration;

use bonghwa_analytics::report::{ReportKind, ReportOrder, ReportQuery};
use bonghwa_analytics::time::{DAY, week_start};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::{Reports, SCHEDULE};
use crate::centre::Centre;
use crate::clock;
use crate::output::log;

/// Time between two looks at the clock.
const LOOK: Duration = Duration::from_secs(30);
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// A time of the week in Asia/Seoul: `mon 08:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Weekly {
    /// Seconds since the start of Monday.
    after: i64,
}

impl Weekly {
    /// The last such time at or before an instant.
    pub fn last(self, now: i64) -> i64 {
        week_start(now - self.after) + self.after
    }
}

impl FromStr for Weekly {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no time of the week; give one like \"mon 08:00\"");
        let (day, time) = text.trim().split_once(' ').ok_or_else(wrong)?;
        let day = DAYS.iter().position(|name| day.eq_ignore_ascii_case(name)).ok_or_else(wrong)?;
        let (hours, minutes) = time.trim().split_once(':').ok_or_else(wrong)?;
        let number = |text: &str, most: i64| {
            let digits = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
            text.parse::<i64>().ok().filter(|n| digits && *n < most)
        };
        let (hours, minutes) = number(hours, 24).zip(number(minutes, 60)).ok_or_else(wrong)?;
        Ok(Self { after: day as i64 * DAY + hours * 3600 + minutes * 60 })
    }
}

impl TryFrom<String> for Weekly {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Weekly> for String {
    fn from(weekly: Weekly) -> Self {
        let (day, rest) = (weekly.after / DAY, weekly.after % DAY);
        format!("{} {:02}:{:02}", DAYS[(day % 7) as usize], rest / 3600, rest % 3600 / 60)
    }
}

/// Asks for the report of the week that ended last, once each week, from that time on; also after a start that missed it.
pub async fn run(reports: Reports, centre: Centre, weekly: Option<Weekly>, mut closes: watch::Receiver<bool>) {
    let Some(weekly) = weekly else { return };
    loop {
        let (reports, centre) = (reports.clone(), centre.clone());
        let work = move || due(&reports, &centre, weekly, clock::now());
        if let Ok(Err(error)) = tokio::task::spawn_blocking(work).await {
            log(&error.to_string());
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            _ = closes.wait_for(|closing| *closing) => return,
        }
    }
}

/// Asks for the report that is due, unless the list has it.
fn due(reports: &Reports, centre: &Centre, weekly: Weekly, now: i64) -> Result<(), super::ReportError> {
    // The Monday before that time ends the week that is told of.
    let at = week_start(weekly.last(now));
    let known = |entry: &bonghwa_analytics::report::ReportEntry| {
        entry.who == SCHEDULE && entry.order.query.kind == ReportKind::Week && entry.order.query.at == Some(at)
    };
    if reports.list().iter().any(known) || bonghwa_analytics::desk::Desk::as_of(centre) < at {
        return Ok(());
    }
    let query = ReportQuery { kind: ReportKind::Week, at: Some(at), ..ReportQuery::default() };
    // That nobody asked for it is its reason, which the list says in the language of whoever reads it.
    reports.create(centre, ReportOrder { query, ..ReportOrder::default() }, SCHEDULE, now).map(drop)
}

#[cfg(test)]
mod tests {
    use bonghwa_analytics::time::WEEK;

    use super::*;

    /// Monday 16 November 2026, midnight in Asia/Seoul.
    const MONDAY: i64 = 1_794_754_800;

    #[test]
    fn times_of_the_week_are_read_and_written() {
        for text in ["mon 08:00", "fri 18:30", "sun 23:59"] {
            assert_eq!(String::from(text.parse::<Weekly>().expect(text)), text);
        }
        for text in ["", "mon", "mon 8:00", "mon 24:00", "day 08:00", "mon 08:60", "mon 08:0x", "mon -1:00"] {
            assert!(text.parse::<Weekly>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_last_time_of_the_week_is_at_or_before_now() {
        let weekly: Weekly = "mon 08:00".parse().expect("a time");
        let eight = MONDAY + 8 * 3600;
        for (now, last) in
            [(eight, eight), (eight - 1, eight - WEEK), (eight + 3 * DAY, eight), (eight + WEEK, eight + WEEK)]
        {
            assert_eq!(weekly.last(now), last, "{now}");
        }
        assert_eq!(week_start(eight), MONDAY);
    }
}
