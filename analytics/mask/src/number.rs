//! Numbers of persons: groups of digits, with or without marks between them.

use super::context::{ACCOUNT, ACCOUNT_AHEAD, CARD, LICENCE, Near, PHONE, RESIDENT};
use super::fold::Page;
use super::scan::Scanner;
use super::{Profile, Rule, Span};

/// Most groups and digits that are read together.
const GROUPS: usize = 6;
const DIGITS: usize = 24;

/// What stands between two groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    Dash,
    Dot,
    Space,
    Bracket,
    Other,
}

#[derive(Clone, Copy)]
struct Group {
    from: usize,
    to: usize,
    /// Digits before the first of this group.
    digits: usize,
    /// What stands before it.
    mark: Mark,
}

/// Groups of digits one after the other.
pub(super) struct Run {
    groups: [Group; GROUPS],
    len: usize,
    digits: [u8; DIGITS],
}

impl Run {
    /// The groups that begin at a digit. A group that is too long for any rule stands alone or is left out.
    pub(super) fn read(page: &Page<'_>, at: usize) -> Self {
        let none = Group { from: at, to: at, digits: 0, mark: Mark::Other };
        let mut run = Self { groups: [none; GROUPS], len: 0, digits: [0; DIGITS] };
        let (mut from, mut mark, mut all) = (at, Mark::Other, 0);
        while run.len < GROUPS {
            let to = page.while_at(from, DIGITS + 1, |byte| byte.is_ascii_digit());
            if to == from || all + to - from > DIGITS {
                break;
            }
            for (place, byte) in run.digits.iter_mut().skip(all).zip(page.slice(from, to)) {
                *place = byte - b'0';
            }
            if let Some(group) = run.groups.get_mut(run.len) {
                *group = Group { from, to, digits: all, mark };
            }
            run.len += 1;
            all += to - from;
            let end = page.while_at(to, 4, |byte| matches!(byte, b' ' | b'-' | b'.' | b'_' | b'(' | b')' | b'/'));
            mark = match page.slice(to, end) {
                b"-" | b" - " => Mark::Dash,
                b"." => Mark::Dot,
                b" " => Mark::Space,
                b")" | b") " | b")-" | b" (" | b"-(" => Mark::Bracket,
                b"_" | b"/" | b"--" | b"  " | b" / " => Mark::Other,
                _ => break,
            };
            from = end;
        }
        run
    }

    fn groups(&self) -> &[Group] {
        self.groups.get(..self.len).unwrap_or_default()
    }

    /// The first digits.
    fn first(&self, count: usize) -> &[u8] {
        self.digits.get(..count).unwrap_or_default()
    }

    /// Whether the first groups have these lengths.
    fn sized(&self, sizes: &[usize]) -> bool {
        self.len >= sizes.len() && self.groups().iter().zip(sizes).all(|(group, size)| group.to - group.from == *size)
    }

    /// Whether the same mark stands before all groups from the second to the `count`th.
    fn marked(&self, count: usize, mark: Mark) -> bool {
        self.groups().iter().take(count).skip(1).all(|group| group.mark == mark)
    }

    /// Where the first `count` groups end.
    fn end(&self, count: usize) -> usize {
        count.checked_sub(1).and_then(|last| self.groups().get(last)).map_or(0, |group| group.to)
    }

    /// How many digits the first `count` groups have.
    fn count(&self, count: usize) -> usize {
        count
            .checked_sub(1)
            .and_then(|last| self.groups().get(last))
            .map_or(0, |group| group.digits + group.to - group.from)
    }
}

impl Scanner<'_, '_> {
    /// The number of a person that begins with the digits at `at`.
    pub(super) fn number(&self, at: usize) -> Option<Span> {
        let run = Run::read(self.page, at);
        self.licence(&run, at)
            .or_else(|| self.resident(&run, at))
            .or_else(|| self.telephone(&run, at))
            .or_else(|| self.card(&run, at))
            .or_else(|| self.account(&run, at))
    }

    /// A finding from `from` to the end of `groups` groups of a run, if nothing goes on there.
    fn found(&self, rule: Rule, run: &Run, from: usize, groups: usize) -> Option<Span> {
        let to = run.end(groups);
        self.ends(to).then_some(Span { rule, from, to })
    }

    fn licence(&self, run: &Run, at: usize) -> Option<Span> {
        let region = |number: u8| (11..=26).contains(&number) || number == 28;
        if run.sized(&[2, 2, 6, 2]) || run.sized(&[12]) {
            let groups = if run.sized(&[12]) { 1 } else { 4 };
            let first = run.first(2).iter().fold(0, |sum, digit| sum * 10 + digit);
            let sure = groups == 4 && run.marked(4, Mark::Dash);
            if region(first) && (sure || self.near(at, LICENCE) != Near::No) {
                return self.found(Rule::Licence, run, at, groups);
            }
            return None;
        }
        // The older form names the region.
        let dashed = (run.sized(&[2, 6, 2]) && run.marked(3, Mark::Dash)).then_some(3)?;
        let end = self.page.while_before(at, self.after, 1, |byte| matches!(byte, b' ' | b'-'));
        let regions = [
            "서울", "부산", "경기", "강원", "충북", "충남", "전북", "전남", "경북", "경남", "제주", "대구", "인천",
            "광주", "대전", "울산",
        ];
        let from = end.checked_sub("서울".len()).filter(|from| *from >= self.after)?;
        let region = regions.iter().any(|region| self.page.slice(from, end) == region.as_bytes());
        if region { self.found(Rule::Licence, run, from, dashed) } else { None }
    }

    fn resident(&self, run: &Run, at: usize) -> Option<Span> {
        let groups = if run.sized(&[6, 7]) { 2 } else { usize::from(run.sized(&[13])) };
        let rule = match run.first(13) {
            digits if groups == 0 || !is_birth(digits) => return None,
            digits if digits.get(6).is_some_and(|sex| *sex >= 5) => Rule::ForeignerNumber,
            _ => Rule::ResidentNumber,
        };
        let strict = self.profile == Profile::Strict;
        let near = || self.near(at, RESIDENT);
        let mark = run.groups().get(1).map(|group| group.mark);
        let taken = match mark.filter(|_| groups == 2) {
            Some(Mark::Dash) => true,
            Some(Mark::Dot) => near() != Near::No,
            Some(_) => strict || near() != Near::No || is_checked(run.first(13)),
            // An instant in milliseconds begins with 1 until the year 2033.
            None => {
                !self.counted(run.end(1))
                    && match near() {
                        Near::Field => true,
                        Near::Before => !is_instant(run.first(13)),
                        Near::No => strict && run.first(1) != [1] && !self.named_otherwise(at),
                    }
            }
        };
        // Companies have numbers of the same form.
        if taken && self.near(at, "법인") == Near::No { self.found(rule, run, at, groups) } else { None }
    }

    fn telephone(&self, run: &Run, at: usize) -> Option<Span> {
        // With the country code: "+82", "0082", or 82 before a mobile number.
        let plus = at > self.after && self.page.back(at, 1) == b'+';
        let from = at - usize::from(plus);
        let code = match run.first(4) {
            [8, 2, ..] => 2,
            [0, 0, 8, 2] => 4,
            _ => 0,
        };
        if plus && code != 2 {
            return None;
        }
        let mut sizes = [0; GROUPS];
        let mut count = 0;
        let mut skipped = 0;
        let mut skip = code;
        for group in run.groups() {
            let size = group.to - group.from;
            let left = size.saturating_sub(skip);
            skip = skip.saturating_sub(size);
            skipped += usize::from(left == 0);
            if left > 0
                && let Some(place) = sizes.get_mut(count)
            {
                *place = left;
                count += 1;
            }
        }
        if code > 0 && sizes.first() == Some(&1) && run.digits.get(code) == Some(&0) {
            // "+82 (0)10".
            sizes.rotate_left(1);
            count -= 1;
            skipped += 1;
            return self.national(run, from, code + 1, &sizes, count, skipped);
        }
        self.national(run, from, code, &sizes, count, skipped)
    }

    /// A telephone number whose digits begin at `digit`; `sizes` are those of the groups from there.
    fn national(
        &self,
        run: &Run,
        from: usize,
        digit: usize,
        sizes: &[usize; GROUPS],
        count: usize,
        skipped: usize,
    ) -> Option<Span> {
        let zero = usize::from(run.digits.get(digit) == Some(&0));
        if zero == 0 && digit == 0 {
            return None;
        }
        let mut sizes = *sizes;
        let first = sizes.first_mut()?;
        *first = first.checked_sub(zero).filter(|size| *size > 0)?;
        let digits = run.digits.get(digit + zero..).unwrap_or_default();
        let [a, b, c, ..] = digits else { return None };
        let mobile = *a == 1 && matches!(b, 0 | 1 | 6..=9);
        let shapes: &[&[usize]] = if mobile {
            &[&[2, 4, 4], &[2, 3, 4], &[10], &[9], &[2, 8], &[2, 7], &[6, 4], &[5, 4]]
        } else {
            match (a, b, c) {
                (2, ..) => &[&[1, 4, 4], &[1, 3, 4], &[9], &[8]],
                (5, 0, 2..=8) => &[&[3, 4, 4], &[3, 3, 4], &[11], &[10]],
                (3, 1..=3, _) | (4 | 6, 1..=4, _) | (5, 1..=5, _) | (7 | 8, 0, _) => {
                    &[&[2, 4, 4], &[2, 3, 4], &[10], &[9]]
                }
                _ => return None,
            }
        };
        let of =
            |shape: &&&[usize]| shape.len() <= count && shape.iter().zip(&sizes).all(|(size, other)| size == other);
        let shape = shapes.iter().find(of)?;
        let groups = shape.len() + skipped;
        let near = || self.near(from, PHONE) != Near::No;
        let after_area = digits.get(shape.first().copied().unwrap_or(0)).copied().unwrap_or(0);
        let taken = if mobile {
            let bare = shape.len() == 1;
            !bare || (digits.get(2).is_some_and(|next| *next > 0) && (*b > 0 || **shape != [9]))
        } else if shape.len() == 1 || after_area == 0 {
            near()
        } else {
            let marks = run.groups().get(skipped + 1..groups).unwrap_or_default();
            marks.iter().all(|group| matches!(group.mark, Mark::Dash | Mark::Bracket)) || near()
        };
        let rule = if mobile { Rule::Mobile } else { Rule::Landline };
        if taken { self.found(rule, run, from, groups) } else { None }
    }

    fn card(&self, run: &Run, at: usize) -> Option<Span> {
        let mark = run.groups().get(1).map_or(Mark::Other, |group| group.mark);
        let groups = match run {
            _ if run.sized(&[4, 4, 4, 4, 3]) && run.marked(5, mark) => 5,
            _ if run.sized(&[4, 4, 4, 4]) || run.sized(&[4, 4, 4, 1]) => 4,
            _ if run.sized(&[4, 6, 5]) || run.sized(&[4, 6, 4]) => 3,
            _ if (13..=19).contains(&run.count(1)) => 1,
            _ => return None,
        };
        let digits = run.first(run.count(groups));
        let apart = groups == 1 || (matches!(mark, Mark::Dash | Mark::Space | Mark::Dot) && run.marked(groups, mark));
        if !apart || !is_issued(digits) || !passes_luhn(digits) {
            return None;
        }
        // A short number in a row is more often an identifier.
        let named = || self.near(at, CARD) != Near::No;
        let taken =
            if groups == 1 && matches!(digits.len(), 13 | 14 | 17..=18) { named() } else { !self.named_otherwise(at) };
        if !taken || (groups == 1 && self.counted(run.end(1))) {
            return None;
        }
        self.found(Rule::Card, run, at, groups)
    }

    fn account(&self, run: &Run, at: usize) -> Option<Span> {
        let same = |mark: Mark| 1 + run.groups().iter().skip(1).take_while(|group| group.mark == mark).count();
        let groups = match (same(Mark::Dash), same(Mark::Space)) {
            (1, spaced) if spaced >= 3 => spaced,
            (dashed, _) => dashed,
        };
        let count = run.count(groups);
        let short = |group: &Group| (2..=7).contains(&(group.to - group.from));
        if !(10..=14).contains(&count) || (groups > 1 && !run.groups().iter().take(groups).all(short)) {
            return None;
        }
        let digits = run.first(count);
        let near = self.near(at, ACCOUNT);
        let taken = match near {
            Near::Field => true,
            _ if groups == 1 && is_instant(digits) => false,
            Near::Before => true,
            Near::No => !self.named_otherwise(at) && self.ahead(run.end(groups), ACCOUNT_AHEAD),
        };
        if !taken || is_day(digits) || (groups == 1 && self.counted(run.end(1))) {
            return None;
        }
        self.found(Rule::Account, run, at, groups)
    }

    /// Whether nothing goes on after a number: no letter, digit or masked value, also not after a mark.
    pub(super) fn ends(&self, to: usize) -> bool {
        let (next, then) = (self.page.byte(to), self.page.byte(to + 1));
        let goes_on = |byte: u8| byte.is_ascii_digit() || byte == b'*';
        !(next.is_ascii_alphanumeric() || next == b'*' || (matches!(next, b'-' | b'.' | b'_') && goes_on(then)))
    }

    /// Whether nothing leads to a number that begins at `at`.
    pub(super) fn begins(&self, at: usize) -> bool {
        let (last, before) = (self.page.back(at, 1), self.page.back(at, 2));
        let goes_on = |byte: u8| byte.is_ascii_digit() || byte == b'*';
        !(last.is_ascii_alphanumeric() || last == b'*' || (matches!(last, b'-' | b'.' | b'_') && goes_on(before)))
    }
}

/// Whether thirteen digits begin with a real day that the seventh digit allows. A century ends in 2040: nobody who has a
/// number is born later.
fn is_birth(digits: &[u8]) -> bool {
    let Some(sex) = digits.get(6) else { return false };
    let late = matches!(sex, 3 | 4 | 7 | 8);
    let year = pair(digits, 0) + if late { 2000 } else { 1900 };
    (1..=8).contains(sex) && year <= 2040 && is_date(year, pair(digits, 2), pair(digits, 4))
}

/// The number that two digits are.
fn pair(digits: &[u8], at: usize) -> u32 {
    let digit = |at: usize| digits.get(at).copied().map_or(0, u32::from);
    digit(at) * 10 + digit(at + 1)
}

fn is_date(year: u32, month: u32, day: u32) -> bool {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let last = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        1..=12 => 31,
        _ => 0,
    };
    (1..=last).contains(&day)
}

/// The checksum of a resident's number (13 minus it for foreigners), by 주민등록법 시행규칙; numbers since October 2020 have none.
fn is_checked(digits: &[u8]) -> bool {
    let weights = [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5];
    let sum: u32 = digits.iter().zip(weights).map(|(digit, weight)| u32::from(*digit) * weight).sum();
    let base = if digits.get(6).is_some_and(|sex| *sex >= 5) { 13 } else { 11 };
    digits.get(12).is_some_and(|check| (base + 10 - sum % 11) % 10 == u32::from(*check) % 10)
}

/// Whether digits could be an instant of 2017 to 2033 in seconds or milliseconds.
fn is_instant(digits: &[u8]) -> bool {
    matches!(digits.len(), 10 | 13) && matches!(digits, [1, 5..=9, ..])
}

/// Whether digits begin with a day of 1990 to 2049, as in `20261121103015`.
fn is_day(digits: &[u8]) -> bool {
    let year = pair(digits, 0) * 100 + pair(digits, 2);
    digits.len() >= 8 && (1990..2050).contains(&year) && is_date(year, pair(digits, 4), pair(digits, 6))
}

/// Whether an issuer has the range that a card's number begins with, at its length (ISO/IEC 7812, first digits 2 to 6).
fn is_issued(digits: &[u8]) -> bool {
    let start = digits.iter().take(4).fold(0, |sum, digit| sum * 10 + u32::from(*digit));
    matches!(
        (start, digits.len()),
        (4000..=4999, 13 | 16 | 19)
            | (3400..=3499 | 3700..=3799, 15)
            | (3000..=3059 | 3600..=3699 | 3800..=3999, 14 | 16)
            | (6200..=6299, 16..=19)
            | (2221..=2720 | 3528..=3589 | 5000..=6199 | 6300..=6999, 16)
    )
}

/// The check digit of cards. Source: ISO/IEC 7812-1, annex B.
fn passes_luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| match u32::from(*digit) * (1 + (place % 2) as u32) {
            doubled if doubled > 9 => doubled - 9,
            other => other,
        })
        .sum();
    sum.is_multiple_of(10)
}
