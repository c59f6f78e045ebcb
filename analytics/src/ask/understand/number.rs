//! Numbers with their units, in digits, in Hangul and in English: 90분, 삼십 분, 다섯 개, 열두 시, 80 %, 2pm, 11월 3일, ninety minutes.

use super::sense::{Number, Unit};
use super::text::Text;

/// Sino-Korean digits.
const SINO: [(char, f64); 11] = [
    ('영', 0.0),
    ('공', 0.0),
    ('일', 1.0),
    ('이', 2.0),
    ('삼', 3.0),
    ('사', 4.0),
    ('오', 5.0),
    ('육', 6.0),
    ('칠', 7.0),
    ('팔', 8.0),
    ('구', 9.0),
];
const NATIVE: [(&str, f64); 36] = [
    ("하나", 1.0),
    ("한", 1.0),
    ("둘", 2.0),
    ("두", 2.0),
    ("셋", 3.0),
    ("세", 3.0),
    ("석", 3.0),
    ("서", 3.0),
    ("넷", 4.0),
    ("네", 4.0),
    ("넉", 4.0),
    ("다섯", 5.0),
    ("여섯", 6.0),
    ("일곱", 7.0),
    ("여덟", 8.0),
    ("여덜", 8.0),
    ("아홉", 9.0),
    ("열하나", 11.0),
    ("열한", 11.0),
    ("열둘", 12.0),
    ("열두", 12.0),
    ("열세", 13.0),
    ("열네", 14.0),
    ("열다섯", 15.0),
    ("열여섯", 16.0),
    ("열일곱", 17.0),
    ("열여덟", 18.0),
    ("열아홉", 19.0),
    ("열", 10.0),
    ("스물네", 24.0),
    ("스물", 20.0),
    ("스무", 20.0),
    ("서른", 30.0),
    ("마흔", 40.0),
    ("쉰", 50.0),
    ("예순", 60.0),
];
/// Korean words for a number of days.
const DAYS: [(&str, f64); 11] = [
    ("하루", 1.0),
    ("이틀", 2.0),
    ("사흘", 3.0),
    ("나흘", 4.0),
    ("닷새", 5.0),
    ("엿새", 6.0),
    ("이레", 7.0),
    ("여드레", 8.0),
    ("아흐레", 9.0),
    ("열흘", 10.0),
    ("보름", 15.0),
];
const ENGLISH: [(&str, f64); 30] = [
    ("one", 1.0),
    ("two", 2.0),
    ("three", 3.0),
    ("four", 4.0),
    ("five", 5.0),
    ("six", 6.0),
    ("seven", 7.0),
    ("eight", 8.0),
    ("nine", 9.0),
    ("ten", 10.0),
    ("eleven", 11.0),
    ("twelve", 12.0),
    ("thirteen", 13.0),
    ("fourteen", 14.0),
    ("fifteen", 15.0),
    ("sixteen", 16.0),
    ("seventeen", 17.0),
    ("eighteen", 18.0),
    ("nineteen", 19.0),
    ("twenty", 20.0),
    ("thirty", 30.0),
    ("forty", 40.0),
    ("fifty", 50.0),
    ("sixty", 60.0),
    ("seventy", 70.0),
    ("eighty", 80.0),
    ("ninety", 90.0),
    ("hundred", 100.0),
    ("half an", 0.5),
    ("half", 0.5),
];
/// Units, longest first where one begins another.
const UNITS: &[(&str, Kind)] = &[
    ("퍼센트", Kind::Percent),
    ("퍼센드", Kind::Percent),
    ("프로", Kind::Percent),
    ("%", Kind::Percent),
    ("percent", Kind::Percent),
    ("per cent", Kind::Percent),
    ("pct", Kind::Percent),
    ("밀리초", Kind::Brief(0.001)),
    ("ms", Kind::Brief(0.001)),
    ("milliseconds", Kind::Brief(0.001)),
    ("초", Kind::Brief(1.0)),
    ("seconds", Kind::Brief(1.0)),
    ("second", Kind::Brief(1.0)),
    ("secs", Kind::Brief(1.0)),
    ("sec", Kind::Brief(1.0)),
    ("s", Kind::Brief(1.0)),
    ("분기", Kind::Quarter),
    ("분", Kind::Lasting(Unit::Minute)),
    ("minutes", Kind::Lasting(Unit::Minute)),
    ("minute", Kind::Lasting(Unit::Minute)),
    ("mins", Kind::Lasting(Unit::Minute)),
    ("min", Kind::Lasting(Unit::Minute)),
    ("m", Kind::Lasting(Unit::Minute)),
    ("시간", Kind::Lasting(Unit::Hour)),
    ("hours", Kind::Lasting(Unit::Hour)),
    ("hour", Kind::Lasting(Unit::Hour)),
    ("hrs", Kind::Lasting(Unit::Hour)),
    ("hr", Kind::Lasting(Unit::Hour)),
    ("h", Kind::Lasting(Unit::Hour)),
    ("am", Kind::Meridiem(false)),
    ("pm", Kind::Meridiem(true)),
    ("o clock", Kind::Clock),
    ("oclock", Kind::Clock),
    ("시", Kind::Clock),
    ("일간", Kind::Lasting(Unit::Day)),
    ("일", Kind::Day),
    ("days", Kind::Lasting(Unit::Day)),
    ("day", Kind::Lasting(Unit::Day)),
    ("d", Kind::Lasting(Unit::Day)),
    ("주일", Kind::Lasting(Unit::Week)),
    ("주간", Kind::Lasting(Unit::Week)),
    ("주", Kind::Lasting(Unit::Week)),
    ("weeks", Kind::Lasting(Unit::Week)),
    ("week", Kind::Lasting(Unit::Week)),
    ("개월", Kind::Lasting(Unit::Month)),
    ("달", Kind::Lasting(Unit::Month)),
    ("months", Kind::Lasting(Unit::Month)),
    ("month", Kind::Lasting(Unit::Month)),
    ("월", Kind::Month),
    ("년", Kind::Year),
    ("years", Kind::Lasting(Unit::Year)),
    ("year", Kind::Lasting(Unit::Year)),
    ("quarters", Kind::Lasting(Unit::Quarter)),
    ("st", Kind::Ordinal),
    ("nd", Kind::Ordinal),
    ("rd", Kind::Ordinal),
    ("th", Kind::Ordinal),
    ("개소", Kind::Count),
    ("개", Kind::Count),
    ("곳", Kind::Count),
    ("군데", Kind::Count),
    ("명", Kind::Count),
    ("위", Kind::Count),
    ("건", Kind::Count),
    ("가지", Kind::Count),
    ("회", Kind::Count),
    ("번", Kind::Count),
    ("가지만", Kind::Count),
    ("users", Kind::Count),
    ("people", Kind::Count),
];

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Percent,
    Brief(f64),
    Lasting(Unit),
    Quarter,
    Clock,
    Meridiem(bool),
    Day,
    Month,
    Year,
    Ordinal,
    Count,
}

/// The number with its unit that begins at a place, and where it ends.
pub(super) fn number(text: &Text, start: usize) -> Option<(usize, Number)> {
    if !text.is_border(start) {
        return None;
    }
    if let Some(found) = date(text, start).or_else(|| clock(text, start)) {
        return Some(found);
    }
    if let Some((end, days)) = word(text, start, &DAYS) {
        return Some((end, Number::Lasting(days, Unit::Day)));
    }
    // A quarter by its English name: q3.
    if text.at(start) == Some('q')
        && let Some((end, value)) = digits(text, start + 1)
        && (1.0..=4.0).contains(&value)
    {
        return Some((end, Number::Quarter(value as u8)));
    }
    let (end, value, spelled) = value(text, start)?;
    if let Some(found) = unit(text, start, end, value, spelled) {
        return Some(found);
    }
    // A number alone is written in digits or as a word that is nothing else.
    let long = end - start >= 2 && spelled != Spelled::Sino;
    (text.is_border(end) && (spelled == Spelled::Digits || long)).then_some((end, Number::Plain(value)))
}

#[derive(Clone, Copy, PartialEq)]
enum Spelled {
    Digits,
    Sino,
    Native,
    English,
}

fn unit(text: &Text, start: usize, end: usize, value: f64, spelled: Spelled) -> Option<(usize, Number)> {
    let mut best: Option<(usize, Kind)> = None;
    for (name, kind) in UNITS {
        // "s", "m", "d" and the ordinals stand right behind a digit; English units stand behind English or digits.
        let latin = name.starts_with(|c: char| c.is_ascii_alphabetic());
        if latin
            && (spelled == Spelled::Sino
                || spelled == Spelled::Native
                || name.len() <= 2 && text.is_spaced(end) && !matches!(kind, Kind::Meridiem(_) | Kind::Brief(_)))
        {
            continue;
        }
        if let Some(to) = literal(text, end, name)
            && text.is_border(to)
            && best.is_none_or(|(longest, _)| to > longest)
        {
            best = Some((to, *kind));
        }
    }
    let (to, kind) = best?;
    let whole = value as u8;
    let is = |low: f64, high: f64| (low..=high).contains(&value) && is_whole(value);
    let found = match kind {
        Kind::Percent => Number::Percent(value / 100.0),
        Kind::Brief(scale) => Number::Brief(value * scale),
        // "이 시간" is this hour: hours and months are counted in native numbers.
        Kind::Lasting(Unit::Hour) if spelled == Spelled::Sino && value < 10.0 => return None,
        Kind::Lasting(Unit::Hour) if literal(text, to, "반").is_some() => {
            return Some((to + 1, Number::Lasting(value + 0.5, Unit::Hour)));
        }
        Kind::Lasting(unit) => Number::Lasting(value, unit),
        Kind::Quarter if is(1.0, 4.0) => {
            // 3/4분기 is the third of four.
            Number::Quarter(whole)
        }
        // "이 시" and "일 시" are no hours; those below ten are counted in native numbers, or in digits.
        Kind::Clock if is(0.0, 24.0) && (spelled != Spelled::Sino || value >= 10.0) => {
            return Some(minutes(text, to, whole));
        }
        Kind::Meridiem(pm) if is(1.0, 12.0) => {
            let hour = whole % 12 + if pm { 12 } else { 0 };
            return Some((to, Number::Clock(hour, u8::MAX, true)));
        }
        Kind::Day if is(1.0, 31.0) && spelled != Spelled::Native => Number::DayOrDays(whole),
        Kind::Ordinal if is(1.0, 31.0) && spelled == Spelled::Digits => Number::DayOrDays(whole),
        Kind::Day => Number::Lasting(value, Unit::Day),
        Kind::Month if is(1.0, 12.0) && spelled != Spelled::Native => Number::Month(whole),
        Kind::Year if (1990.0..2200.0).contains(&value) => Number::Year(value as i32),
        Kind::Year if (20.0..90.0).contains(&value) && spelled == Spelled::Digits => Number::Year(value as i32 + 2000),
        Kind::Year if value < 20.0 => Number::Lasting(value, Unit::Year),
        // "이 건" is "this case".
        Kind::Count if spelled != Spelled::Sino || end > start + 1 => Number::Count(value),
        _ => return None,
    };
    Some((to, found))
}

fn is_whole(value: f64) -> bool {
    libm::floor(value).to_bits() == value.to_bits()
}

/// Minutes behind an hour (2시 30분, 2시 반).
fn minutes(text: &Text, at: usize, hour: u8) -> (usize, Number) {
    if let Some(end) = literal(text, at, "반") {
        return (end, Number::Clock(hour, 30, false));
    }
    if let Some((end, minute, _)) = value(text, at)
        && let Some(to) = literal(text, end, "분")
        && (0.0..60.0).contains(&minute)
    {
        return (to, Number::Clock(hour, minute as u8, false));
    }
    (at, Number::Clock(hour, u8::MAX, false))
}

/// 14:30, 2:30pm.
fn clock(text: &Text, start: usize) -> Option<(usize, Number)> {
    let (colon, hour) = digits(text, start)?;
    let (end, minute) = digits(text, literal(text, colon, ":")?)?;
    let (hour, minute) = (hour as u8, minute as u8);
    if hour > 24 || minute > 59 || text.is_spaced(colon) {
        return None;
    }
    for (name, add) in [("pm", 12), ("am", 0)] {
        if let Some(to) = literal(text, end, name) {
            return Some((to, Number::Clock(hour % 12 + add, minute, true)));
        }
    }
    Some((end, Number::Clock(hour, minute, true)))
}

/// 2026-11-03, 2026.11.3, 11/3.
fn date(text: &Text, start: usize) -> Option<(usize, Number)> {
    let (at, first) = digits(text, start)?;
    let mark = text.at(at).filter(|c| matches!(c, '-' | '.' | '/'))?;
    let (end, second) = digits(text, at + 1)?;
    let fits = |month: f64, day: f64| (1.0..=12.0).contains(&month) && (1.0..=31.0).contains(&day);
    if text.at(end) == Some(mark)
        && let Some((to, third)) = digits(text, end + 1)
        && (1990.0..2200.0).contains(&first)
        && fits(second, third)
    {
        return Some((to, Number::Date(first as i32, second as u8, third as u8)));
    }
    let quarter = literal(text, end, "분기")
        .filter(|_| mark == '/' && (4.0..5.0).contains(&second) && (1.0..=4.0).contains(&first));
    if let Some(to) = quarter {
        return Some((to, Number::Quarter(first as u8)));
    }
    let unit = text.at(end).is_some_and(|c| c == '%' || c == '초' || c == '시' || c == '분' || c.is_ascii_alphabetic());
    (mark == '/' && fits(first, second) && !unit).then_some((end, Number::Date(0, first as u8, second as u8)))
}

/// A value without its unit: where it ends, what it is, and how it is written.
fn value(text: &Text, start: usize) -> Option<(usize, f64, Spelled)> {
    if let Some((end, whole)) = digits(text, start) {
        let mut value = whole;
        let mut end = end;
        if text.at(end) == Some('.')
            && let Some((to, fraction)) = digits(text, end + 1)
        {
            value += fraction / libm::pow(10.0, (to - end - 1) as f64);
            end = to;
        }
        while let Some((to, scale)) = scale(text, end) {
            value *= scale;
            end = to;
        }
        return Some((end, value, Spelled::Digits));
    }
    if let Some((end, value)) = english(text, start) {
        return Some((end, value, Spelled::English));
    }
    let native = word(text, start, &NATIVE);
    let sino = sino(text, start);
    match (native, sino) {
        (Some((a, value)), Some((b, _))) if a >= b => Some((a, value, Spelled::Native)),
        (_, Some((end, value))) => Some((end, value, Spelled::Sino)),
        (Some((end, value)), None) => Some((end, value, Spelled::Native)),
        (None, None) => None,
    }
}

/// A power of ten behind digits (5천, 1만), unless another word begins with it.
fn scale(text: &Text, at: usize) -> Option<(usize, f64)> {
    let scale = match text.at(at)? {
        '백' => 100.0,
        '천' => 1000.0,
        '만' => 10_000.0,
        _ => return None,
    };
    Some((at + 1, scale))
}

fn digits(text: &Text, start: usize) -> Option<(usize, f64)> {
    let mut end = start;
    let mut value = 0.0;
    while let Some(digit) = text.at(end).and_then(|c| c.to_digit(10)).filter(|_| end == start || !text.is_spaced(end)) {
        value = value * 10.0 + f64::from(digit);
        end += 1;
    }
    // More digits than any number here has are an identifier.
    (end > start && end - start <= 12).then_some((end, value))
}

fn english(text: &Text, start: usize) -> Option<(usize, f64)> {
    let (end, value) = word(text, start, &ENGLISH)?;
    if (20.0..100.0).contains(&value)
        && let Some((to, one)) = word(text, end, &ENGLISH)
        && one < 10.0
        && text.is_border(to)
    {
        return Some((to, value + one));
    }
    text.is_border(end).then_some((end, value))
}

/// 삼십, 이십오, 백이십, 구십.
fn sino(text: &Text, start: usize) -> Option<(usize, f64)> {
    let (mut total, mut section, mut digit, mut end) = (0.0, 0.0, None, start);
    while let Some(c) = text.at(end) {
        if let Some((_, value)) = SINO.iter().find(|(name, _)| *name == c) {
            if digit.is_some() {
                break;
            }
            digit = Some(*value);
        } else {
            let scale = match c {
                '십' => 10.0,
                '백' => 100.0,
                '천' => 1000.0,
                '만' => 10_000.0,
                _ => break,
            };
            if c == '만' {
                total = (total + section + digit.unwrap_or(0.0)).max(1.0) * scale;
                section = 0.0;
            } else {
                section += digit.unwrap_or(1.0) * scale;
            }
            digit = None;
        }
        end += 1;
    }
    (end > start).then_some((end, total + section + digit.unwrap_or(0.0)))
}

/// The longest of the words that stands at a place.
fn word(text: &Text, start: usize, words: &[(&str, f64)]) -> Option<(usize, f64)> {
    let mut best: Option<(usize, f64)> = None;
    for (name, value) in words {
        if let Some(end) = literal(text, start, name)
            && best.is_none_or(|(longest, _)| end > longest)
        {
            best = Some((end, *value));
        }
    }
    best
}

/// Where a word ends that stands at a place, spaces aside.
fn literal(text: &Text, start: usize, word: &str) -> Option<usize> {
    let mut at = start;
    for c in word.chars().filter(|c| !c.is_whitespace()) {
        if text.at(at) != Some(c) {
            return None;
        }
        at += 1;
    }
    Some(at)
}
