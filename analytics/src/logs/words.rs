//! Words that say what the next word is. All lists are in lower case, sorted by length and then by letter, so
//! that most comparisons are of two numbers.

/// What a word says of the value that follows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Class {
    /// Nothing.
    #[default]
    Plain,
    /// A person: cut out after `=`, `:` and after a mere space.
    Person,
    /// Something personal or secret: cut out after `=` and `:`.
    Private,
    /// One of a few constants, which stays if it looks like one (`state=FAILED`).
    Constant,
    /// A sentence, read like any other text (`"message":"…"`).
    Text,
}

#[rustfmt::skip]
const PERSONS: [&str; 22] = [
    "user", "member", "userid", "고객", "직원", "환자", "회원", "account", "patient", "customer", "employee", "username",
    "applicant", "담당자", "민원인", "사용자", "신청인", "신청자", "아이디", "예금주", "이용자", "작성자",
];

#[rustfmt::skip]
const PRIVATE: [&str; 44] = [
    "id", "pwd", "rrn", "ssn", "tel", "uid", "addr", "auth", "host", "mail", "name", "birth", "email", "jumin",
    "login", "owner", "phone", "token", "client", "cookie", "mobile", "passwd", "secret", "성명", "성함", "이름", "전화",
    "주소", "address", "session", "birthday", "hostname", "lastname", "password", "firstname", "recipient",
    "sessionid", "telephone", "연락처", "이메일", "credential", "비밀번호", "생년월일", "authorization",
];

#[rustfmt::skip]
const CONSTANTS: [&str; 22] = [
    "op", "kind", "mode", "type", "verb", "cause", "error", "event", "level", "phase", "state", "action", "method",
    "reason", "result", "status", "outcome", "protocol", "severity", "exception", "operation", "exitstatus",
];

const TEXTS: [&str; 6] = ["log", "msg", "body", "text", "message", "description"];

/// What follows "user" in ordinary English without being a name, and the same in Korean.
#[rustfmt::skip]
const NOT_NAMES: [&str; 104] = [
    "a", "an", "at", "by", "id", "in", "is", "no", "of", "on", "or", "to", "and", "are", "can", "did", "for", "had",
    "has", "may", "not", "the", "was", "who", "code", "data", "does", "file", "from", "have", "home", "info",
    "list", "mode", "must", "name", "role", "that", "were", "will", "with", "agent", "cache", "could", "count",
    "error", "found", "group", "input", "level", "limit", "login", "roles", "table", "timed", "access", "cannot",
    "closed", "exists", "failed", "locked", "logged", "logout", "policy", "should", "signed", "인증", "정보", "조회",
    "account", "already", "created", "deleted", "details", "enabled", "expired", "invalid", "profile", "request",
    "service", "session", "unknown", "updated", "without", "accounts", "database", "disabled", "exceeded",
    "requests", "sessions", "settings", "directory", "exception", "interface", "requested", "permission",
    "registered", "credentials", "information", "permissions", "preferences", "authenticated", "authorization",
    "authentication",
];

/// Words that belong to the number before them.
#[rustfmt::skip]
const UNITS: [&str; 44] = [
    "b", "h", "s", "am", "gb", "hr", "hz", "kb", "mb", "ms", "ns", "pm", "tb", "us", "cst", "day", "edt", "est",
    "gib", "gmt", "hrs", "kib", "kst", "mhz", "mib", "min", "sec", "tib", "utc", "byte", "days", "hour", "mins",
    "secs", "bytes", "hours", "millis", "minute", "second", "minutes", "percent", "seconds", "nanoseconds",
    "milliseconds",
];

/// Months and days of the week, as dates write them.
#[rustfmt::skip]
const DATES: [&str; 19] = [
    "apr", "aug", "dec", "feb", "fri", "jan", "jul", "jun", "mar", "may", "mon", "nov", "oct", "sat", "sep", "sun",
    "thu", "tue", "wed",
];

/// Ends of host names. Not complete: a host name with a digit or a port is recognised without it.
#[rustfmt::skip]
const DOMAINS: [&str; 22] = [
    "br", "cn", "de", "fr", "hk", "io", "it", "jp", "kr", "ru", "tw", "uk", "us", "biz", "com", "edu", "gov", "net",
    "org", "info", "local", "localdomain",
];

/// Prefixes of error codes whose number is a constant (`ORA-01555`).
const CODES: [&str; 8] = ["bea-", "ora-", "pls-", "tbr-", "tns-", "jdbc-", "jeus-", "sqlstate-"];

/// The most common surnames.
const SURNAMES: &str =
    "김이박최정강조윤장임한오서신권황안송류유전홍고문양손배백허남심노하곽성차주우구민진지엄채원천방공현";

/// Runs `test` on a word in lower case (ASCII only); `false` for words longer than any of the lists.
fn lowered<T: Default>(word: &str, test: impl FnOnce(&str) -> T) -> T {
    let mut buffer = [0; 20];
    let Some(place) = buffer.get_mut(..word.len()) else { return T::default() };
    place.copy_from_slice(word.as_bytes());
    place.make_ascii_lowercase();
    std::str::from_utf8(place).map_or_else(|_| T::default(), test)
}

fn holds(list: &[&str], word: &str) -> bool {
    list.binary_search_by(|entry| entry.len().cmp(&word.len()).then_with(|| entry.cmp(&word))).is_ok()
}

/// What a word says of what follows. A compound says what its last part does (`client_user`, `db.password`).
pub(super) fn class(word: &str) -> Class {
    let cut = word.bytes().rposition(|byte| matches!(byte, b'.' | b'-' | b'_'));
    let last = cut.and_then(|cut| word.get(cut + 1..)).unwrap_or(word);
    lowered(last, |last| {
        if holds(&PERSONS, last) {
            Class::Person
        } else if holds(&PRIVATE, last) {
            Class::Private
        } else if holds(&CONSTANTS, last) {
            Class::Constant
        } else if holds(&TEXTS, last) {
            Class::Text
        } else {
            Class::Plain
        }
    })
}

/// Whether a word that follows a [`Class::Person`] after a space is their name.
pub(super) fn is_name(word: &str) -> bool {
    if word.is_ascii() {
        return !lowered(word, |word| holds(&NOT_NAMES, word)) && word.bytes().any(|byte| byte.is_ascii_alphabetic());
    }
    let syllables = word.chars().count();
    (2..=6).contains(&syllables)
        && word.chars().next().is_some_and(|c| SURNAMES.contains(c))
        && !holds(&NOT_NAMES, word)
}

/// Whether a word goes on with the name or the address before it.
pub(super) fn goes_on(word: &str) -> bool {
    let title =
        word.starts_with(|c: char| c.is_ascii_uppercase()) && word.bytes().skip(1).all(|b| b.is_ascii_lowercase());
    title || word.ends_with(['시', '도', '군', '구', '읍', '면', '동', '리', '로', '길'])
}

/// Whether a word is a unit of the number before it.
pub(super) fn is_unit(word: &str) -> bool {
    lowered(word, |word| holds(&UNITS, word))
}

/// Whether a word is a month or a day of the week as dates write them (`Jan`, `Sun`).
pub(super) fn is_date(word: &str) -> bool {
    word.len() == 3 && word.starts_with(|c: char| c.is_ascii_uppercase()) && lowered(word, |word| holds(&DATES, word))
}

/// Whether a word without digits is the name of a host.
pub(super) fn is_host(word: &str) -> bool {
    let Some((rest, end)) = word.rsplit_once('.') else { return false };
    !rest.is_empty() && lowered(end, |end| holds(&DOMAINS, end)) && !word.bytes().any(|byte| byte.is_ascii_uppercase())
}

/// Whether a word with digits is the code of an error.
pub(super) fn is_code(word: &str) -> bool {
    let Some(dash) = word.find('-') else { return false };
    let (prefix, number) = word.split_at(dash + 1);
    (3..=6).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && lowered(prefix, |prefix| holds(&CODES, prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted() {
        let lists: [&[&str]; 8] = [&PERSONS, &PRIVATE, &CONSTANTS, &TEXTS, &NOT_NAMES, &UNITS, &DATES, &DOMAINS];
        for list in lists.into_iter().chain([&CODES[..]]) {
            assert!(list.is_sorted_by_key(|word| (word.len(), *word)), "{list:?}");
            assert!(list.iter().all(|word| word.len() <= 20 && *word == word.to_lowercase()));
        }
    }
}
