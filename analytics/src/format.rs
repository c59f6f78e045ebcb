//! Numbers and times as people read them, in Korean and English.
//!
//! One formatter serves server, browser and documents: the browser's own `Intl` differs between versions (it rounds
//! 9,999 up to 1만), which would break both the rules of the screen and the equality of server and browser pages.
//! Rounding goes half away from zero on the decimal that is shown.

use crate::time::{DAY, civil, day_start, instant};
use crate::view::Unit;

/// Language of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// Korean.
    #[default]
    Ko,
    /// English.
    En,
}

impl Lang {
    /// The BCP 47 tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Ko => "ko",
            Self::En => "en",
        }
    }

    /// The language of a BCP 47 tag (`ko`, `ko-KR`, `en-GB`), if it is one of the two.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_', ';']).next()?.trim();
        if primary.eq_ignore_ascii_case("ko") {
            Some(Self::Ko)
        } else if primary.eq_ignore_ascii_case("en") {
            Some(Self::En)
        } else {
            None
        }
    }

    /// The language in which somebody wrote: what holds Hangul, or nothing, is Korean.
    pub fn of_text(text: &str) -> Self {
        let hangul = |c| matches!(c, '가'..='힣' | 'ㄱ'..='ㅣ');
        if text.is_empty() || text.chars().any(hangul) { Self::Ko } else { Self::En }
    }

    /// The one of two texts that is in this language.
    pub const fn pick<'a>(self, ko: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Ko => ko,
            Self::En => en,
        }
    }
}

/// What stands where there is no value.
pub const MISSING: &str = "–";

/// A fixed number of decimals, digits grouped by three, a true minus sign: `−45,678`, `1,234.50`.
///
/// Values beyond ±9 × 10¹⁵ and values that are not numbers give [`MISSING`].
pub fn decimal(value: f64, decimals: u32) -> String {
    let scale = 10_i64.pow(decimals.min(6));
    let scaled = (value.abs() * scale as f64 + 0.5).floor();
    if !scaled.is_finite() || scaled > 9e15 {
        return MISSING.to_owned();
    }
    let scaled = scaled as i64;
    let mut out = String::new();
    if value < 0.0 && scaled > 0 {
        out.push('−');
    }
    push_grouped(&mut out, scaled / scale);
    if decimals > 0 {
        out.push('.');
        let rest = (scaled % scale).to_string();
        (rest.len()..decimals as usize).for_each(|_| out.push('0'));
        out.push_str(&rest);
    }
    out
}

/// A whole number with all its digits: `12,345`.
pub fn count(value: f64) -> String {
    decimal(value, 0)
}

fn push_grouped(out: &mut String, value: i64) {
    let digits = value.to_string();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
}

/// A headline number: `9,999`, `1.0만`, `18.4만`, `1.2억`; in English `9,999`, `12.3k`, `184k`, `1.84M`.
pub fn headline(value: f64, lang: Lang) -> String {
    match lang {
        Lang::Ko => myriads(value, 1),
        Lang::En => thousands(value),
    }
}

/// A number inside a sentence: `18.4만` in Korean, three significant digits written out in English (`184,000`).
pub fn prose(value: f64, lang: Lang) -> String {
    match lang {
        Lang::Ko => myriads(value, 1),
        Lang::En => {
            let mut step = 1.0;
            while value.abs() / step >= 1000.0 {
                step *= 10.0;
            }
            count((value.abs() / step + 0.5).floor() * step * value.signum())
        }
    }
}

/// A tick of an axis: as [`headline`], without a trailing zero (`5만`, `50k`).
pub fn tick(value: f64, lang: Lang) -> String {
    let text = headline(value, lang);
    let cut = text.find(|c: char| !(c.is_ascii_digit() || ".,−".contains(c))).unwrap_or(text.len());
    let (digits, unit) = text.split_at(cut);
    if digits.contains('.') { format!("{}{unit}", digits.trim_end_matches('0').trim_end_matches('.')) } else { text }
}

const MYRIADS: [(f64, &str); 3] = [(1e12, "조"), (1e8, "억"), (1e4, "만")];

fn myriads(value: f64, decimals: u32) -> String {
    let half = 0.5 / f64::from(10_u32.pow(decimals));
    for (size, name) in MYRIADS {
        // A value that would round to the next unit is written in it: 9,999.95만 is 1.0억.
        let carries = size > 1e4 && value.abs() / (size / 1e4) + half >= 1e4;
        if value.abs() >= size || carries || (size <= 1e4 && (value.abs() + 0.5).floor() >= size) {
            return format!("{}{name}", decimal(value / size, decimals));
        }
    }
    count(value)
}

fn thousands(value: f64) -> String {
    let size = value.abs();
    if (size + 0.5).floor() < 10_000.0 {
        return count(value);
    }
    for (unit, name) in [(1e3, "k"), (1e6, "M"), (1e9, "B"), (1e12, "T")] {
        let scaled = size / unit;
        // Three digits: two decimals below ten, one below a hundred.
        let decimals = [10.0 - 0.005, 100.0 - 0.05].iter().filter(|edge| scaled < **edge).count() as u32;
        if scaled + 0.5 < 1000.0 || unit >= 1e12 {
            return format!("{}{name}", decimal(value / unit, decimals));
        }
    }
    MISSING.to_owned()
}

/// A share in percent, without its sign: two decimals below 1 %, one below 10 %, none above.
pub fn percent(ratio: f64) -> String {
    let value = ratio * 100.0;
    let decimals = [0.995, 19.95].iter().filter(|edge| value.abs() < **edge).count() as u32;
    decimal(value, decimals)
}

/// A duration in milliseconds below ten seconds, in seconds from there on; value and unit apart.
pub fn duration(seconds: f64, lang: Lang) -> (String, &'static str) {
    if seconds.abs() < 9.9995 {
        let ms = seconds * 1000.0;
        (decimal(ms, u32::from(ms.abs() < 9.95)), "ms")
    } else {
        (decimal(seconds, 1), lang.pick("초", "s"))
    }
}

/// A value in its unit for a headline, number and unit apart: `("18.4만", "명")`, `("246", "ms")`.
pub fn figure(value: f64, unit: Unit, lang: Lang) -> (String, &'static str) {
    let number = match unit {
        Unit::Ratio => percent(value),
        Unit::Seconds => return duration(value, lang),
        Unit::PerTenThousand => decimal(value, 1),
        Unit::PerSecond if value.abs() < 9.95 => decimal(value, 1),
        _ => headline(value, lang),
    };
    (number, unit_name(unit, lang))
}

/// A value in its unit with full digits, as one text for tables: `184,312명`, `0.18 %`, `246 ms`.
pub fn exact(value: f64, unit: Unit, lang: Lang) -> String {
    let (number, name) = match unit {
        Unit::Users | Unit::Sessions | Unit::Addresses | Unit::Requests => (count(value), unit_name(unit, lang)),
        Unit::PerSecond => (decimal(value, u32::from(value.abs() < 99.95)), unit_name(unit, lang)),
        _ => figure(value, unit, lang),
    };
    join(&number, name)
}

/// Number and unit together. Korean counters follow their number closely, symbols and words after a space; the space
/// does not break.
pub fn join(number: &str, unit: &str) -> String {
    let close = number.chars().last().is_some_and(|c| c.is_ascii_digit()) && matches!(unit, "명" | "개" | "건" | "초");
    let gap = if unit.is_empty() || close { "" } else { "\u{a0}" };
    format!("{number}{gap}{unit}")
}

/// Name of a unit behind a number.
pub const fn unit_name(unit: Unit, lang: Lang) -> &'static str {
    match (unit, lang) {
        (Unit::Users | Unit::PerTenThousand, Lang::Ko) => "명",
        (Unit::Sessions | Unit::Addresses, Lang::Ko) => "개",
        (Unit::Requests, Lang::Ko) => "건",
        (Unit::PerSecond, Lang::Ko) => "건/초",
        (Unit::Users | Unit::PerTenThousand, Lang::En) => "users",
        (Unit::Sessions, Lang::En) => "sessions",
        (Unit::Addresses, Lang::En) => "addresses",
        (Unit::Requests, Lang::En) => "requests",
        (Unit::PerSecond, Lang::En) => "/s",
        (Unit::Ratio, _) => "%",
        (Unit::Seconds, _) => "ms",
    }
}

/// How a value stands to an earlier one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Up, down or neither, as shown after rounding.
    pub direction: i8,
    /// Size without a sign, with its unit: `2.1 %`, `0.01 %p`, `12명`.
    pub size: String,
}

/// The change from `before` to `now`. Shares change in points (`%p`), all else in percent; where the base is a count
/// below 20 a percentage would mislead, so the plain difference is given.
pub fn change(now: f64, before: f64, unit: Unit, lang: Lang) -> Change {
    let difference = now - before;
    let counted = matches!(unit, Unit::Users | Unit::Sessions | Unit::Addresses | Unit::Requests);
    let size = if unit == Unit::Ratio {
        format!("{}\u{a0}%p", decimal(difference.abs() * 100.0, if difference.abs() < 0.0995 { 2 } else { 1 }))
    } else if (counted && before < 20.0) || before == 0.0 {
        exact(difference.abs(), unit, lang)
    } else {
        format!("{}\u{a0}%", decimal((difference / before).abs() * 100.0, 1))
    };
    let direction = if size.chars().any(|c| ('1'..='9').contains(&c)) { difference.signum() as i8 } else { 0 };
    Change { direction, size }
}

/// `14:05`.
pub fn clock(instant: i64) -> String {
    let c = civil(instant);
    format!("{:02}:{:02}", c.hour, c.minute)
}

/// `6. 18.` or `18 June`.
pub fn short_date(instant: i64, lang: Lang) -> String {
    let c = civil(instant);
    match lang {
        Lang::Ko => format!("{}. {}.", c.month, c.day),
        Lang::En => format!("{} {}", c.day, MONTHS[usize::from(c.month - 1) % 12]),
    }
}

/// `2026. 6. 18. 목요일` or `Thursday 18 June 2026`.
pub fn date(instant: i64, lang: Lang) -> String {
    let c = civil(instant);
    match lang {
        Lang::Ko => format!("{}. {}. {}. {}", c.year, c.month, c.day, weekday(instant, lang)),
        Lang::En => format!("{} {} {}", weekday(instant, lang), short_date(instant, lang), c.year),
    }
}

/// `6. 18. 14:05` or `18 June 14:05`.
pub fn moment(instant: i64, lang: Lang) -> String {
    format!("{} {}", short_date(instant, lang), clock(instant))
}

/// `목요일` or `Thursday`.
pub fn weekday(instant: i64, lang: Lang) -> &'static str {
    const KO: [&str; 7] = ["월요일", "화요일", "수요일", "목요일", "금요일", "토요일", "일요일"];
    const EN: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    let i = usize::from(civil(instant).weekday) % 7;
    match lang {
        Lang::Ko => KO[i],
        Lang::En => EN[i],
    }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A period: `14:00–14:05` when its end is on the day of `today`, else with dates. An end at midnight reads 24:00.
pub fn period(from: i64, to: i64, today: i64, lang: Lang) -> String {
    let end = if to > from && day_start(to) == to { "24:00".to_owned() } else { clock(to) };
    let last = to.max(from + 1) - 1;
    let (first_day, last_day) = (day_start(from), day_start(last));
    if first_day != last_day {
        format!("{}–{} {end}", moment(from, lang), short_date(last, lang))
    } else if first_day == day_start(today) {
        format!("{}–{end}", clock(from))
    } else {
        format!("{}–{end}", moment(from, lang))
    }
}

/// A length of time in its largest whole unit up to hours and minutes: `23분`, `1시간 5분`, `2일`.
pub fn span(seconds: i64, lang: Lang) -> String {
    let minutes = seconds.max(0) / 60;
    let (days, hours, rest) = (minutes / 1440, minutes / 60, minutes % 60);
    match lang {
        Lang::Ko if seconds < 60 => format!("{}초", seconds.max(0)),
        Lang::Ko if hours == 0 => format!("{minutes}분"),
        Lang::Ko if days >= 2 => format!("{days}일"),
        Lang::Ko if rest == 0 => format!("{hours}시간"),
        Lang::Ko => format!("{hours}시간 {rest}분"),
        Lang::En if seconds < 60 => format!("{} s", seconds.max(0)),
        Lang::En if hours == 0 => format!("{minutes} min"),
        Lang::En if days >= 2 => format!("{days} days"),
        Lang::En if rest == 0 => format!("{hours} h"),
        Lang::En => format!("{hours} h {rest} min"),
    }
}

/// `2026-06-18T14:05`, the form of addresses and of date fields, in Asia/Seoul.
pub fn local(instant: i64) -> String {
    let c = civil(instant);
    format!("{:04}-{:02}-{:02}T{:02}:{:02}", c.year, c.month, c.day, c.hour, c.minute)
}

/// Reads what [`local`] writes (seconds may follow), a plain number of seconds since the epoch, or the form of
/// documents, `2026. 6. 18. 14:05`.
pub fn parse_local(text: &str) -> Option<i64> {
    let text = text.trim();
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return text.parse().ok().filter(|t| (0..=4_102_444_800).contains(t));
    }
    let parts = text.split(['-', 'T', ':', '.', ' ']).filter(|part| !part.is_empty());
    let numbers: Option<Vec<u16>> = parts.map(|part| part.parse().ok()).collect();
    let numbers = numbers?;
    let field = |i: usize| numbers.get(i).map_or(Some(0), |&n| u8::try_from(n).ok());
    if !matches!(numbers.len(), 3 | 5 | 6) || numbers[0] < 1970 || numbers[0] > 2099 {
        return None;
    }
    instant(i32::from(numbers[0]), field(1)?, field(2)?, field(3)?, field(4)?, field(5)?)
}

/// Whether two instants lie on the same day in Asia/Seoul.
pub fn same_day(a: i64, b: i64) -> bool {
    day_start(a) == day_start(b) && (a - b).abs() < DAY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_grouped_and_rounded() {
        for (value, decimals, text) in [
            (0.0, 0, "0"),
            (999.0, 0, "999"),
            (1000.0, 0, "1,000"),
            (-45_678.0, 0, "−45,678"),
            (1_234_567.891, 2, "1,234,567.89"),
            (0.05, 1, "0.1"),
            (-0.04, 1, "0.0"),
            (2.5, 0, "3"),
            (-2.5, 0, "−3"),
            (7.004, 2, "7.00"),
            (f64::NAN, 0, MISSING),
            (f64::INFINITY, 0, MISSING),
            (1e300, 0, MISSING),
        ] {
            assert_eq!(decimal(value, decimals), text, "{value}");
        }
    }

    #[test]
    fn headlines() {
        for (value, ko, en) in [
            (0.0, "0", "0"),
            (9_999.0, "9,999", "9,999"),
            (9_999.6, "1.0만", "10.0k"),
            (10_000.0, "1.0만", "10.0k"),
            (-45_678.0, "−4.6만", "−45.7k"),
            (184_312.0, "18.4만", "184k"),
            (999_700.0, "100.0만", "1.00M"),
            (99_999_999.0, "1.0억", "100M"),
            (12_345_678.0, "1,234.6만", "12.3M"),
            (1.2e12, "1.2조", "1.20T"),
        ] {
            assert_eq!(headline(value, Lang::Ko), ko, "{value}");
            assert_eq!(headline(value, Lang::En), en, "{value}");
        }
        assert_eq!(prose(184_312.0, Lang::En), "184,000");
        assert_eq!(prose(3_420.0, Lang::En), "3,420");
        assert_eq!(prose(184_312.0, Lang::Ko), "18.4만");
        assert_eq!((tick(50_000.0, Lang::Ko), tick(50_000.0, Lang::En)), ("5만".into(), "50k".into()));
        assert_eq!((tick(25_000.0, Lang::Ko), tick(1_000.0, Lang::Ko)), ("2.5만".into(), "1,000".into()));
    }

    #[test]
    fn shares_and_durations() {
        assert_eq!(percent(0.0018), "0.18");
        assert_eq!(percent(0.021), "2.1");
        assert_eq!(percent(0.71), "71");
        assert_eq!(percent(0.009_96), "1.0");
        assert_eq!(duration(0.246, Lang::Ko), ("246".into(), "ms"));
        assert_eq!(duration(1.2406, Lang::Ko), ("1,241".into(), "ms"));
        assert_eq!(duration(0.0042, Lang::En), ("4.2".into(), "ms"));
        assert_eq!(duration(12.34, Lang::Ko), ("12.3".into(), "초"));
        assert_eq!(duration(9.9996, Lang::En), ("10.0".into(), "s"));
        assert_eq!(exact(184_312.4, Unit::Users, Lang::Ko), "184,312명");
        assert_eq!(exact(184_312.4, Unit::Users, Lang::En), "184,312\u{a0}users");
        assert_eq!(join(&headline(184_312.0, Lang::Ko), "명"), "18.4만\u{a0}명");
        assert_eq!(exact(0.0018, Unit::Ratio, Lang::Ko), "0.18\u{a0}%");
    }

    #[test]
    fn changes_keep_percent_and_points_apart() {
        let size = |now, before, unit| change(now, before, unit, Lang::Ko);
        assert_eq!(size(184_000.0, 180_200.0, Unit::Users), Change { direction: 1, size: "2.1\u{a0}%".into() });
        assert_eq!(size(0.0018, 0.0019, Unit::Ratio), Change { direction: -1, size: "0.01\u{a0}%p".into() });
        assert_eq!(size(30.0, 18.0, Unit::Users), Change { direction: 1, size: "12명".into() });
        assert_eq!(size(0.246, 0.246_01, Unit::Seconds), Change { direction: 0, size: "0.0\u{a0}%".into() });
        assert_eq!(size(3.0, 0.0, Unit::PerSecond).size, "3.0\u{a0}건/초");
    }

    #[test]
    fn times() {
        // Thursday 18 June 2026, 14:05 in Seoul.
        let t = instant(2026, 6, 18, 14, 5, 0).unwrap();
        assert_eq!(clock(t), "14:05");
        assert_eq!(date(t, Lang::Ko), "2026. 6. 18. 목요일");
        assert_eq!(date(t, Lang::En), "Thursday 18 June 2026");
        assert_eq!(period(t - 300, t, t, Lang::Ko), "14:00–14:05");
        assert_eq!(period(t - DAY - 300, t - DAY, t, Lang::Ko), "6. 17. 14:00–14:05");
        assert_eq!(period(day_start(t) - DAY, day_start(t), t, Lang::En), "17 June 00:00–24:00");
        assert_eq!(period(t - 2 * DAY, t, t, Lang::Ko), "6. 16. 14:05–6. 18. 14:05");
        assert_eq!((span(1380, Lang::Ko), span(1380, Lang::En)), ("23분".into(), "23 min".into()));
        assert_eq!((span(3900, Lang::Ko), span(7200, Lang::En)), ("1시간 5분".into(), "2 h".into()));
        assert_eq!((span(45, Lang::Ko), span(3 * DAY, Lang::Ko)), ("45초".into(), "3일".into()));
        assert_eq!(local(t), "2026-06-18T14:05");
        assert_eq!(parse_local("2026-06-18T14:05"), Some(t));
        assert_eq!(parse_local("2026. 6. 18. 14:05"), Some(t));
        for seconds in [0, 7, 86_400, t, 4_102_444_800] {
            assert_eq!(parse_local(&seconds.to_string()), Some(seconds));
        }
        assert_eq!(parse_local("2026-06-18"), Some(day_start(t)));
        for bad in ["", "x", "2026-13-01", "2026-06-18T25:00", "1e9", "99999999999999", "2026-6-18-1", "٢٠٢٦-06-18"]
        {
            assert_eq!(parse_local(bad), None, "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_date_field_round_trips(minutes in 0_i64..68_000_000) {
            proptest::prop_assert_eq!(parse_local(&local(minutes * 60)), Some(minutes * 60));
        }

        #[test]
        fn nothing_panics(value in proptest::num::f64::ANY, before in proptest::num::f64::ANY, t in proptest::num::i64::ANY, text in ".*") {
            for lang in [Lang::Ko, Lang::En] {
                for unit in [Unit::Users, Unit::PerSecond, Unit::Ratio, Unit::Seconds, Unit::PerTenThousand] {
                    let _ = (exact(value, unit, lang), figure(value, unit, lang), change(value, before, unit, lang));
                }
                let _ = (prose(value, lang), tick(value, lang), span(t, lang), date(t / 4, lang), parse_local(&text));
            }
        }
    }
}
