//! The words round a number that tell what it is.

use super::scan::Scanner;

/// Words for a resident's or a foreigner's number.
pub(super) const RESIDENT: &str = "주민 등록번호 외국인 신분 jumin rrn frn ssn resident alien foreigner";
/// Words for a telephone.
pub(super) const PHONE: &str = "전화 연락처 휴대 핸드폰 팩스 문의 착신 발신 tel phone fax mobile call";
/// Words for an account.
pub(super) const ACCOUNT: &str =
    "계좌 입금 출금 송금 이체 예금 은행 뱅크 농협 수협 신협 우체국 새마을금고 신한 account acct bank iban";
/// Words for an account that may follow its number.
pub(super) const ACCOUNT_AHEAD: &str = "은행 뱅크 농협 수협 신협 우체국 새마을금고 신한 계좌 예금";
/// Words for a passport.
pub(super) const PASSPORT: &str = "여권 passport";
/// Words for a driving licence.
pub(super) const LICENCE: &str = "면허 licen";
/// Words for a card.
pub(super) const CARD: &str = "카드 card pan";

/// Words right before a number that make it something else: an instant, a count, an amount, the number of an order.
const OTHERS: &str = "at ms ns us ts seq now pid tid day date lsn rows size span time xid txid bytes count epoch \
    order trace amount lag elapsed millis nanos offset traceid spanid version timestamp orderid \
    주문 주문번호 접수번호 일시 시각 금액 잔액 개설일";

/// Units and counters that make the number before them a quantity.
const UNITS: &str = "원 건 명 회 초 분 개 바이트 won krw ms us ns bytes byte rows %";

/// How far back and ahead a word for an account may stand, in characters; other words may stand farther back.
const REACH: usize = 20;
const FAR: usize = 40;
const AHEAD: usize = 12;

/// How a number is named by what stands before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Near {
    /// By no word.
    No,
    /// By a word somewhere before it.
    Before,
    /// By the name of its field, or a word that ends in "number" right before it.
    Field,
}

/// Lower-case copy of a few bytes.
struct Lower {
    bytes: [u8; 160],
    len: usize,
}

impl Lower {
    /// The last bytes of a slice, as many as fit.
    fn new(slice: &[u8]) -> Self {
        let slice = slice.get(slice.len().saturating_sub(160)..).unwrap_or_default();
        let mut bytes = [0; 160];
        for (to, from) in bytes.iter_mut().zip(slice) {
            *to = from.to_ascii_lowercase();
        }
        Self { bytes, len: slice.len() }
    }

    fn get(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    fn holds(&self, words: &str) -> bool {
        among(words, &mut |word| self.get().windows(word.len()).any(|window| window == word))
    }

    /// Whether it, or its part after the last mark, is one of the words.
    fn ends_as(&self, words: &str) -> bool {
        let last = self.get().rsplit(|byte| matches!(byte, b'_' | b'.' | b'-')).next().unwrap_or_default();
        among(words, &mut |word| self.get() == word || last == word)
    }
}

/// Whether a test holds for one of some words. A list is one text: a pointer for each word would be most of its size.
#[inline(never)]
pub(super) fn among(words: &str, test: &mut dyn FnMut(&[u8]) -> bool) -> bool {
    words.as_bytes().split(|byte| *byte == b' ').any(test)
}

/// Whether a byte belongs to a word or to the name of a field.
fn in_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.') || byte >= 0x80
}

impl Scanner<'_, '_> {
    /// Whether one of `words` tells what the number at `at` is.
    pub(super) fn near(&self, at: usize, words: &str) -> Near {
        let page = self.page;
        let mark = page
            .while_before(at, self.after, 4, |byte| matches!(byte, b' ' | b'"' | b'\'' | b'\\' | b'(' | b'[' | b'<'));
        let separator = page.back(mark, 1);
        let named = matches!(separator, b'=' | b':') && mark > self.after;
        let end = if named {
            page.while_before(mark - 1, self.after, 4, |byte| matches!(byte, b' ' | b'"' | b'\'' | b'\\'))
        } else {
            mark
        };
        let word = Lower::new(page.slice(page.while_before(end, self.after, 48, in_name), end));
        if word.ends_as(OTHERS) {
            return Near::No;
        }
        if word.holds(words) {
            let number = among("no number num 번호", &mut |tail| word.get().ends_with(tail));
            return if named || number { Near::Field } else { Near::Before };
        }
        if named && separator == b'=' {
            return Near::No;
        }
        let reach = if words == ACCOUNT { REACH } else { FAR };
        if Lower::new(self.behind(at, reach)).holds(words) { Near::Before } else { Near::No }
    }

    /// Whether the word or the name of the field right before a number makes it something else.
    pub(super) fn named_otherwise(&self, at: usize) -> bool {
        let end =
            self.page.while_before(at, self.after, 4, |byte| matches!(byte, b' ' | b'"' | b'\'' | b'=' | b':' | b'('));
        let word = Lower::new(self.page.slice(self.page.while_before(end, self.after, 48, in_name), end));
        word.ends_as(OTHERS)
    }

    /// Whether one of `words` follows a value, before anything else that could be one.
    pub(super) fn ahead(&self, to: usize, words: &str) -> bool {
        let mut characters = 0;
        let end = self.page.while_at(to, AHEAD * 4, |byte| {
            characters += usize::from(byte & 0xc0 != 0x80);
            characters <= AHEAD && !byte.is_ascii_digit() && !matches!(byte, b'*' | b'@' | b'=' | b':' | b'\n')
        });
        Lower::new(self.page.slice(to, end)).holds(words)
    }

    /// Whether a unit follows a number.
    pub(super) fn counted(&self, to: usize) -> bool {
        let from = to + usize::from(self.page.byte(to) == b' ');
        among(UNITS, &mut |unit| {
            self.page.has(from, unit)
                && (!unit.is_ascii() || !self.page.byte(from + unit.len()).is_ascii_alphanumeric())
        })
    }

    /// So many characters before a place at most, not beyond a masked value or the last finding.
    fn behind(&self, at: usize, reach: usize) -> &[u8] {
        let mut characters = 0;
        let mut full = false;
        let from = self.page.while_before(at, self.after, reach * 4, |byte| {
            let stop = full || matches!(byte, b'*' | b'\n');
            characters += usize::from(byte & 0xc0 != 0x80);
            full = characters == reach;
            !stop
        });
        self.page.slice(from, at)
    }
}
