//! Masking of personal data and secrets in free text: log lines, names that telemetry brings, passages, prompts.
//!
//! Recognisers are written by hand and need no expression engine, so the same code runs in the server, the Worker and the
//! browser. Each candidate stands between characters other than ASCII letters and digits, so nothing inside a hexadecimal
//! identifier matches; numbers that telemetry is full of (instants in seconds to nanoseconds, identifiers, versions, amounts)
//! stay.
//!
//! | rule | what is taken | what it needs beside its form |
//! |---|---|---|
//! | [`Rule::ResidentNumber`], [`Rule::ForeignerNumber`] | `YYMMDD-SNNNNNN` | a real day; without a dash a word for it before it, a valid checksum or [`Profile::Strict`]; thirteen digits in a row the word (Strict: also if it cannot be an instant in milliseconds) |
//! | [`Rule::Mobile`] | `01x`, `+82 1x` | the leading 0 or country code |
//! | [`Rule::Landline`] | `02`, `031` … `064`, `070`, `050x` | separators or a word for it |
//! | [`Rule::Email`] | `name@host.tld`, also `%40` | |
//! | [`Rule::Card`] | 13 to 19 digits | range of an issuer (2 to 6), Luhn |
//! | [`Rule::Account`] | 10 to 14 digits | a word for it within 20 characters; banks share no public checksum |
//! | [`Rule::Passport`] | `M123A4567`, `M12345678` | the old form a word for it |
//! | [`Rule::Licence`] | `11-12-345678-90` | region 11 to 26 or 28 |
//! | [`Rule::Address`] | IPv4, IPv6 | not a version, network, loopback or unspecified; private ones in Strict only |
//! | [`Rule::Token`] | values after `password=`, `token:`, `Authorization:`, `Cookie:`, session names; JWT; well-known key prefixes; passwords in URLs | |
//!
//! The checksum of resident numbers only raises confidence: those issued since October 2020 are random. **Names of people cannot
//! be recognised** by form, so they are not: a Korean name is a word like any other.
//!
//! What is masked is full of `*`, and no rule reads across a `*`: masking a masked text changes nothing.

mod address;
mod context;
mod email;
mod fold;
mod hide;
mod number;
mod scan;
mod secret;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use serde::Serialize;

/// How much is masked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// For our own screens and logs: an operator can still tell one from the other (`010-****-5678`), addresses of private
    /// networks stay, doubtful numbers stay.
    Balanced,
    /// Before a model or an export: nothing of a value stays but its form, doubtful numbers are masked, and of every address of a
    /// machine its network stays only (`10.0.1.*`, the first 48 bits of IPv6), so that machines of one network remain together.
    Strict,
}

/// What kind of value was masked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// 주민등록번호.
    ResidentNumber,
    /// 외국인등록번호.
    ForeignerNumber,
    /// 휴대전화.
    Mobile,
    /// 유선, 인터넷 and personal numbers.
    Landline,
    /// 전자우편.
    Email,
    /// 카드번호.
    Card,
    /// 계좌번호.
    Account,
    /// 여권번호.
    Passport,
    /// 운전면허번호.
    Licence,
    /// Address of a machine.
    Address,
    /// Passwords, keys, session ids and what else opens something.
    Token,
}

impl Rule {
    /// Every rule, in the order of [`Counts`].
    pub const ALL: [Self; 11] = [
        Self::ResidentNumber,
        Self::ForeignerNumber,
        Self::Mobile,
        Self::Landline,
        Self::Email,
        Self::Card,
        Self::Account,
        Self::Passport,
        Self::Licence,
        Self::Address,
        Self::Token,
    ];
}

/// How many values were masked, by rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts([u32; Rule::ALL.len()]);

impl Counts {
    /// Values masked by a rule.
    pub fn of(&self, rule: Rule) -> u32 {
        self.0.get(rule as usize).copied().unwrap_or(0)
    }

    /// Values masked by any rule.
    pub fn total(&self) -> u32 {
        self.0.iter().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// The rules that masked something, with how often.
    pub fn iter(&self) -> impl Iterator<Item = (Rule, u32)> {
        Rule::ALL.into_iter().zip(self.0).filter(|(_, count)| *count > 0)
    }

    fn add(&mut self, rule: Rule) {
        if let Some(count) = self.0.get_mut(rule as usize) {
            *count = count.saturating_add(1);
        }
    }
}

/// A text after masking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Masked<'t> {
    /// The text; borrowed if nothing was masked.
    pub text: Cow<'t, str>,
    /// What was masked.
    pub counts: Counts,
}

/// A value that would be masked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// What it is.
    pub rule: Rule,
    /// Its first byte in the text.
    pub from: usize,
    /// The byte after its last.
    pub to: usize,
}

/// Masks a text. Time is linear in its length; a text without anything to mask comes back as it is.
pub fn mask(text: &str, profile: Profile) -> Masked<'_> {
    let mut counts = Counts::default();
    let page = fold::Page::new(text);
    let found = scan::scan(&page, profile);
    if found.is_empty() {
        return Masked { text: Cow::Borrowed(text), counts };
    }
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for found in found {
        counts.add(found.rule);
        out.push_str(text.get(at..page.place(found.from)).unwrap_or_default());
        hide::hide(found.rule, profile, page.slice(found.from, found.to), &mut out);
        at = page.place(found.to);
    }
    out.push_str(text.get(at..).unwrap_or_default());
    Masked { text: Cow::Owned(out), counts }
}

/// The values that [`mask`] would mask, in order and apart from each other.
pub fn find(text: &str, profile: Profile) -> Vec<Span> {
    let page = fold::Page::new(text);
    let place = |found: Span| Span { from: page.place(found.from), to: page.place(found.to), ..found };
    scan::scan(&page, profile).into_iter().map(place).collect()
}
