//! The time of a log line: `17/May/2015:10:05:03 +0000`.

use bonghwa_analytics::time::{DAY, days_from_civil, days_in_month};

const MONTHS: [&[u8]; 12] =
    [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];

/// The instant, seconds since the epoch; `None` if the text is not exactly such a time or no such day exists.
pub(super) fn parse(text: &[u8]) -> Option<i64> {
    let [
        d1,
        d2,
        b'/',
        m1,
        m2,
        m3,
        b'/',
        y1,
        y2,
        y3,
        y4,
        b':',
        h1,
        h2,
        b':',
        n1,
        n2,
        b':',
        s1,
        s2,
        b' ',
        sign,
        zone @ ..,
    ] = text
    else {
        return None;
    };
    let offset = offset(*sign, zone)?;
    let pair = |tens: &u8, ones: &u8| Some(digit(*tens)? * 10 + digit(*ones)?);
    let month = MONTHS.iter().position(|name| name.eq_ignore_ascii_case(&[*m1, *m2, *m3]))? as u8 + 1;
    let year = (pair(y1, y2)? * 100 + pair(y3, y4)?) as i32;
    let (day, hour, minute, second) = (pair(d1, d2)?, pair(h1, h2)?, pair(n1, n2)?, pair(s1, s2)?);
    // A second of 60 is a leap second; it counts as the first of the next minute.
    let exists = (1..=i64::from(days_in_month(year, month))).contains(&day) && hour < 24 && minute < 60 && second <= 60;
    exists.then(|| days_from_civil(year, month, day as u8) * DAY + hour * 3600 + minute * 60 + second - offset)
}

/// Seconds that a zone is ahead of UTC, from `+0900`, `+09:00` or `+09`.
pub(super) fn zone(text: &[u8]) -> Option<i64> {
    let (sign, digits) = text.split_first()?;
    let mut plain: Vec<u8> = digits.iter().copied().filter(|byte| *byte != b':').collect();
    if plain.len() == 2 {
        plain.extend(b"00");
    }
    offset(*sign, &plain)
}

fn offset(sign: u8, zone: &[u8]) -> Option<i64> {
    let (hours, rest) = digits(zone, 2)?;
    let (minutes, rest) = digits(rest, 2)?;
    let seconds = hours * 3600 + minutes * 60;
    let exists = zone.len() == 4 && rest.is_empty() && hours <= 15 && minutes <= 59;
    match sign {
        b'+' if exists => Some(seconds),
        b'-' if exists => Some(-seconds),
        _ => None,
    }
}

/// The number of one to `most` digits that a text begins with, and the rest.
pub(super) fn digits(text: &[u8], most: usize) -> Option<(i64, &[u8])> {
    let count = text.iter().take(most).take_while(|byte| byte.is_ascii_digit()).count();
    let (number, rest) = text.split_at_checked(count).filter(|_| count > 0)?;
    Some((number.iter().fold(0, |sum, byte| sum * 10 + i64::from(byte - b'0')), rest))
}

fn digit(byte: u8) -> Option<i64> {
    byte.is_ascii_digit().then(|| i64::from(byte - b'0'))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn times_in_any_zone() {
        assert_eq!(parse(b"17/May/2015:10:05:03 +0000"), Some(1_431_857_103));
        assert_eq!(parse(b"17/May/2015:19:05:03 +0900"), Some(1_431_857_103));
        assert_eq!(parse(b"17/May/2015:05:35:03 -0430"), Some(1_431_857_103));
        assert_eq!(parse(b"29/Feb/2016:23:59:60 +0000"), Some(1_456_790_400));
        for wrong in [
            "29/Feb/2015:00:00:00 +0000",
            "17/Mai/2015:10:05:03 +0000",
            "17/May/2015:24:05:03 +0000",
            "17/May/2015:10:60:03 +0000",
            "17/May/2015:10:05:03 0000",
            "17/May/2015:10:05:03 +9900",
            "17/May/2015:10:05:03",
            "7/May/2015:10:05:03 +0000",
            "17/May/2015:10:05:03 +00000",
            "",
        ] {
            assert_eq!(parse(wrong.as_bytes()), None, "{wrong}");
        }
    }
}
