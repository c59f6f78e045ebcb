//! Dates and words of an official document, in Korean and English.

use bonghwa_analytics::format::{Lang, clock, short_date, weekday};
use bonghwa_analytics::report::{Report, ReportKind};
use bonghwa_analytics::time::{DAY, WEEK, civil, day_start};

/// `11. 16.(월)` or `Mon 16 November`.
pub(crate) fn day(instant: i64, lang: Lang) -> String {
    let date = short_date(instant, lang);
    let name: String = weekday(instant, lang).chars().take(lang.pick("월", "Mon").chars().count()).collect();
    match lang {
        Lang::Ko => format!("{date}({name})"),
        Lang::En => format!("{name} {date}"),
    }
}

/// `2026. 11. 16.(월)` or `Mon 16 November 2026`.
pub(crate) fn full_day(instant: i64, lang: Lang) -> String {
    let year = civil(instant).year;
    match lang {
        Lang::Ko => format!("{year}. {}", day(instant, lang)),
        Lang::En => format!("{} {year}", day(instant, lang)),
    }
}

/// `11. 18.(수) 14:05`.
pub(crate) fn moment(instant: i64, lang: Lang) -> String {
    format!("{} {}", day(instant, lang), clock(instant))
}

/// `2026. 11. 16.(월) ~ 11. 20.(금) 14:05`; whole days without times, an end at midnight as the day before.
pub(crate) fn period(from: i64, to: i64, lang: Lang) -> String {
    let dash = lang.pick(" ~ ", " to ");
    let whole = day_start(from) == from && day_start(to) == to;
    let last = to.max(from + 1) - 1;
    let start = full_day(from, lang);
    let same = day_start(from) == day_start(last);
    let same_year = civil(from).year == civil(last).year;
    let end_day = if same_year { day(last, lang) } else { full_day(last, lang) };
    let end_clock = if day_start(to) == to { "24:00".to_owned() } else { clock(to) };
    match (whole, same) {
        (true, true) => start,
        (true, false) => format!("{start}{dash}{end_day}"),
        (false, true) => format!("{start} {}{dash}{end_clock}", clock(from)),
        (false, false) if day_start(from) == from => format!("{start}{dash}{end_day} {end_clock}"),
        (false, false) => format!("{start} {}{dash}{end_day} {end_clock}", clock(from)),
    }
}

/// Title of a report.
pub(crate) fn title(report: &Report, lang: Lang) -> &'static str {
    match report.kind {
        ReportKind::Day => lang.pick("일일 성능 보고서", "Daily performance report"),
        ReportKind::Week => lang.pick("주간 성능 보고서", "Weekly performance report"),
        ReportKind::Month => lang.pick("월간 성능 보고서", "Monthly performance report"),
        ReportKind::Incident => lang.pick("장애 보고서", "Incident report"),
    }
}

/// The period that a report is held against: `전주 같은 기간`, and as the head of a column: `전주`.
pub(crate) fn before(report: &Report, lang: Lang) -> (String, String) {
    let shift = report.from - report.parts.before.0;
    if shift == DAY {
        return match lang {
            Lang::Ko => ("전날 같은 때".to_owned(), "전날".to_owned()),
            Lang::En => ("the same part of the day before".to_owned(), "Day before".to_owned()),
        };
    }
    match (shift.div_euclid(WEEK), lang) {
        (1, Lang::Ko) => ("전주 같은 기간".to_owned(), "전주".to_owned()),
        (1, Lang::En) => ("the same part of the week before".to_owned(), "Week before".to_owned()),
        (weeks, Lang::Ko) => (format!("{weeks}주 전 같은 기간"), format!("{weeks}주 전")),
        (weeks, Lang::En) => (format!("the same period {weeks} weeks before"), format!("{weeks} weeks before")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Monday 16 November 2026, midnight in Asia/Seoul.
    const MONDAY: i64 = 1_794_754_800;

    #[test]
    fn periods_read_as_documents_write_them() {
        let ko = |from, to| period(MONDAY + from, MONDAY + to, Lang::Ko);
        assert_eq!(ko(0, WEEK), "2026. 11. 16.(월) ~ 11. 22.(일)");
        assert_eq!(ko(0, DAY), "2026. 11. 16.(월)");
        assert_eq!(ko(0, 4 * DAY + 50_700), "2026. 11. 16.(월) ~ 11. 20.(금) 14:05");
        assert_eq!(ko(3600, 7200), "2026. 11. 16.(월) 01:00 ~ 02:00");
        assert_eq!(ko(3600, DAY), "2026. 11. 16.(월) 01:00 ~ 24:00");
        assert_eq!(ko(45 * DAY, 47 * DAY), "2026. 12. 31.(목) ~ 2027. 1. 1.(금)");
        assert_eq!(period(MONDAY, MONDAY + WEEK, Lang::En), "Mon 16 November 2026 to Sun 22 November");
        assert_eq!(moment(MONDAY + 300, Lang::Ko), "11. 16.(월) 00:05");
    }
}
