//! What stands on the picture of a chart, which travels without its page.

use bonghwa_analytics::format::{Lang, clock, date, period, same_day, span, unit_name};
use bonghwa_analytics::view::Unit;

/// A title: what it is of, and what it shows.
pub(crate) fn title(place: &str, name: &str, lang: Lang) -> String {
    format!("{place}{}{name}", lang.pick(" ", ": "))
}

/// The line below the title: the period with its year and weekday, the unit, and what one value stands for, seconds.
pub fn note(from: i64, to: i64, step: i64, unit: Unit, lang: Lang) -> String {
    let when = if same_day(from, to - 1) {
        format!("{} {}", date(from, lang), period(from, to, from, lang))
    } else {
        format!("{} {} – {} {}", date(from, lang), clock(from), date(to, lang), clock(to))
    };
    let unit = match unit {
        Unit::PerTenThousand => lang.pick("명/인구 1만 명", "users per 10,000 people"),
        unit => unit_name(unit, lang),
    };
    let step = span(step, lang);
    match lang {
        Lang::Ko => format!("{when} KST · 단위 {unit} · 간격 {step}"),
        Lang::En => format!("{when} KST · unit {unit} · every {step}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bonghwa_analytics::time::DAY;

    #[test]
    fn a_picture_says_its_period_with_the_year() {
        // 20 November 2026, midnight in Asia/Seoul.
        let day = 1_795_100_400;
        assert_eq!(
            note(day, day + DAY, 300, Unit::Users, Lang::Ko),
            "2026. 11. 20. 금요일 00:00–24:00 KST · 단위 명 · 간격 5분"
        );
        assert_eq!(
            note(day, day + 2 * DAY, 3600, Unit::Ratio, Lang::En),
            "Friday 20 November 2026 00:00 – Sunday 22 November 2026 00:00 KST · unit % · every 1 h"
        );
    }
}
