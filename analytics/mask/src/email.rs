//! Addresses of mail.

use super::scan::Scanner;
use super::{Rule, Span};

/// The longest name and the longest domain (RFC 5321, section 4.5.3.1).
const NAME: usize = 64;
const DOMAIN: usize = 255;

impl Scanner<'_, '_> {
    /// An address whose `@` (or `%40`) stands at `at`.
    pub(super) fn email(&self, at: usize) -> Option<Span> {
        let page = self.page;
        let in_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'+' | b'-');
        let mut from = page.while_before(at, self.after, NAME, in_name);
        if page.back(from, 1) == b'*' {
            return None;
        }
        while from < at && matches!(page.byte(from), b'.' | b'-') {
            from += 1;
        }
        let begin = at + if page.byte(at) == b'%' { 3 } else { 1 };
        let mut to = page.while_at(begin, DOMAIN, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
        while to > begin && matches!(page.back(to, 1), b'.' | b'-') {
            to -= 1;
        }
        let next = page.byte(to);
        let git = page.slice(from, at) == b"git" && next == b':';
        if from == at || git || matches!(next, b'_' | b'*') || !is_domain(page.slice(begin, to)) {
            return None;
        }
        Some(Span { rule: Rule::Email, from, to })
    }
}

/// Whether a domain has an end of letters, and is neither a version (`name@1.2.3-rc.1`) nor the size of a picture (`@2x.png`).
fn is_domain(domain: &[u8]) -> bool {
    let mut labels = domain.split(|byte| *byte == b'.');
    let (first, second) = (labels.next().unwrap_or_default(), labels.next().unwrap_or_default());
    let last = domain.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    let size = first.len() == 2 && first.ends_with(b"x");
    let version = first.iter().all(u8::is_ascii_digit) && second.first().is_some_and(u8::is_ascii_digit);
    let whole = domain.split(|byte| *byte == b'.').all(|label| !label.is_empty());
    whole && !second.is_empty() && !size && !version && last.len() >= 2 && last.iter().all(u8::is_ascii_alphabetic)
}
