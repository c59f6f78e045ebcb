//! One pass over a text: where a value could begin, the rules for it are asked.

use super::context::{Near, PASSPORT};
use super::fold::Page;
use super::{Profile, Rule, Span};

/// The state of a pass.
pub(super) struct Scanner<'p, 't> {
    pub(super) page: &'p Page<'t>,
    pub(super) profile: Profile,
    /// The end of the last finding, behind which no rule looks.
    pub(super) after: usize,
    found: Vec<Span>,
}

/// All findings in a page, as ranges of its folded bytes.
pub(super) fn scan(page: &Page<'_>, profile: Profile) -> Vec<Span> {
    let mut scanner = Scanner { page, profile, after: 0, found: Vec::new() };
    let mut at = 0;
    while at < page.bytes.len() {
        at = scanner.step(at);
    }
    scanner.found
}

impl Scanner<'_, '_> {
    /// Looks at one place and says where to look next.
    fn step(&mut self, at: usize) -> usize {
        match self.page.byte(at) {
            b'0'..=b'9' => self.digits(at),
            b'a'..=b'z' | b'A'..=b'Z' => self.word(at),
            b'=' => self.secrets(at),
            b':' => match self.six(at) {
                Some(span) => self.take(span),
                None => self.secrets(at),
            },
            b'-' if self.page.byte(at + 1) == b'-' && self.page.back(at, 1) != b'-' => {
                self.spoken(at).map_or(at + 1, |span| self.take(span))
            }
            // The first byte of 비 and 패.
            0xeb | 0xed => self.spoken(at).map_or(at + 1, |span| self.take(span)),
            b'@' => self.email(at).map_or(at + 1, |span| self.take(span)),
            b'%' if self.page.has(at, b"%40") => self.email(at).map_or(at + 3, |span| self.take(span)),
            _ => at + 1,
        }
    }

    /// Keeps a finding.
    pub(super) fn take(&mut self, span: Span) -> usize {
        self.after = span.to;
        self.found.push(span);
        span.to
    }

    /// The word of letters and digits from `at` on ends here.
    fn end(&self, at: usize) -> usize {
        let rest = self.page.bytes.get(at..).unwrap_or_default();
        at + rest.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count()
    }

    fn digits(&mut self, at: usize) -> usize {
        if self.is_uuid(at) {
            return at + 36;
        }
        let span = if self.begins(at) { self.four(at).or_else(|| self.number(at)) } else { None };
        let span = span.or_else(|| self.six(at));
        match span {
            Some(span) => self.take(span),
            None => self.end(at),
        }
    }

    fn word(&mut self, at: usize) -> usize {
        if self.is_uuid(at) {
            return at + 36;
        }
        let span = match self.page.byte(at) {
            b'a'..=b'f' | b'A'..=b'F' => self.six(at),
            _ => None,
        };
        let span = span.or_else(|| self.passport(at)).or_else(|| self.key(at));
        match span {
            Some(span) => self.take(span),
            None => self.end(at),
        }
    }

    fn passport(&self, at: usize) -> Option<Span> {
        let page = self.page;
        if !matches!(page.byte(at) | 0x20, b'm' | b's' | b'r' | b'o' | b'd')
            || self.end(at) != at + 9
            || page.back(at, 1) == b'*'
        {
            return None;
        }
        let body = page.slice(at + 1, at + 9);
        let digits = body.iter().filter(|byte| byte.is_ascii_digit()).count();
        let upper = page.byte(at).is_ascii_uppercase();
        let new = upper && digits == 7 && body.get(3).is_some_and(u8::is_ascii_uppercase);
        let taken = new || (digits == 8 && self.near(at, PASSPORT) != Near::No);
        (taken && page.byte(at + 9) != b'*').then_some(Span { rule: Rule::Passport, from: at, to: at + 9 })
    }

    /// Whether a UUID stands here, whose digits mean nothing.
    fn is_uuid(&self, at: usize) -> bool {
        let page = self.page;
        page.byte(at + 8) == b'-'
            && page.byte(at + 13) == b'-'
            && page.byte(at + 18) == b'-'
            && page.byte(at + 23) == b'-'
            && !page.byte(at + 36).is_ascii_alphanumeric()
            && page
                .slice(at, at + 36)
                .iter()
                .enumerate()
                .all(|(place, byte)| matches!(place, 8 | 13 | 18 | 23) || byte.is_ascii_hexdigit())
            && page.bytes.len() >= at + 36
    }
}
