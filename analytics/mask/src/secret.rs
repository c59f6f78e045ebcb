//! What opens something: values after names that say so, tokens that show by their form what they are.

use super::context::among;
use super::scan::Scanner;
use super::{Profile, Rule, Span};

/// How much a value must look like a secret.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Name {
    /// Not at all, unless it is a word of a sentence.
    Password,
    /// It must hold letters and digits or be long.
    Token,
    /// The value of the HTTP header.
    Authorization,
    /// Pairs of names and values.
    Cookie,
    /// One pair and attributes.
    SetCookie,
}

/// Ends of names of fields, by what they say of the value.
const NAMES: [(&str, Name); 4] = [
    (
        "password passwd passphrase pwd secret 비밀번호 패스워드 비번 암호 apikey api_key api-key accesskey access_key \
         access-key secretkey secret_key private_key jsessionid phpsessid",
        Name::Password,
    ),
    (
        "token csrf sessionid session_id session-id session signature credential connect.sid sid 세션 토큰 인증키",
        Name::Token,
    ),
    ("authorization", Name::Authorization),
    ("cookie", Name::Cookie),
];
/// Those that may stand behind other letters (`dbpassword`); "sid" and "session" end other words too.
const LONG: &str = "password passwd secret token sessionid jsessionid";

/// What a password is not: words that say something of it.
const WORDS: &str = "a an and changed denied does empty error expired expires failed failure false filtered for \
    has hidden in incorrect invalid is length masked max min mismatch missing must new nil no \
    none not null of off ok old on policy protected redacted removed required reset set should \
    the to too true undefined unknown unset was wrong yes authentication";

/// Beginnings of well-known keys, and how many characters follow at least, a digit among them.
const KEYS: [(&[u8], usize); 18] = [
    (b"sk-", 18),
    (b"sk_live_", 12),
    (b"rk_live_", 12),
    (b"pk_live_", 12),
    (b"whsec_", 16),
    (b"ghp_", 20),
    (b"gho_", 20),
    (b"ghu_", 20),
    (b"ghs_", 20),
    (b"ghr_", 20),
    (b"github_pat_", 20),
    (b"glpat-", 16),
    (b"npm_", 30),
    (b"hf_", 20),
    (b"AIza", 30),
    (b"xoxb-", 10),
    (b"xoxp-", 10),
    (b"xoxa-", 10),
];

/// A quoted value is read so far, a value without quotes so far.
const QUOTED: usize = 512;
const PLAIN: usize = 4096;

impl Scanner<'_, '_> {
    /// What a name before the `=` or `:` at `at` says is secret.
    pub(super) fn secrets(&mut self, at: usize) -> usize {
        if self.page.byte(at) == b':' && self.page.has(at, b"://") {
            return self.userinfo(at + 3).map_or(at + 3, |span| self.take(span));
        }
        let Some(name) = self.name(at) else { return self.spoken(at).map_or(at + 1, |span| self.take(span)) };
        let colon = self.page.byte(at) == b':';
        let value = self.blank(at + 1);
        match name {
            Name::Password | Name::Token => {
                let (from, to, quoted) = self.value(value);
                let prose = colon && !quoted && value > at + 1;
                if self.is_secret(from, to, name, prose, quoted) {
                    return self.take(Span { rule: Rule::Token, from, to });
                }
            }
            Name::Authorization => {
                if let Some(span) = self.authorization(value) {
                    return self.take(span);
                }
            }
            Name::Cookie if !colon => {
                let (from, to, quoted) = self.value(value);
                if self.is_secret(from, to, Name::Token, false, quoted) {
                    return self.take(Span { rule: Rule::Token, from, to });
                }
            }
            Name::Cookie | Name::SetCookie => return self.cookies(value, name == Name::SetCookie).max(at + 1),
        }
        at + 1
    }

    /// A secret that the word at `at` begins or announces.
    pub(super) fn key(&self, at: usize) -> Option<Span> {
        let page = self.page;
        if page.back(at, 1) == b'*' {
            return None;
        }
        let in_key = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        let token = |from: usize, to: usize| Some(Span { rule: Rule::Token, from, to });
        match page.byte(at) {
            b'e' if page.has(at, b"eyJ") && page.byte(at + 2) == b'J' => {
                let head = page.while_at(at, PLAIN, in_key);
                let body = page.while_at(head + 1, PLAIN, in_key);
                let tail = page.while_at(body + 1, PLAIN, in_key);
                let whole = page.byte(head) == b'.' && page.byte(body) == b'.' && head > at + 8 && body > head + 5;
                if whole { token(at, tail) } else { None }
            }
            b'B' | b'b' if page.has(at, b"bearer ") => {
                let from = at + 7;
                let to = self.token_end(from);
                let value = page.slice(from, to);
                let ends = !page.byte(to).is_ascii_alphanumeric() && page.byte(to) != b'*';
                (ends && value.len() >= 8 && (has_digit(value) || value.len() >= 24)).then_some(())?;
                token(from, to)
            }
            b'P' if page.has(at, b"PRIVATE KEY-----") => {
                let from = at + 16;
                let to = page.while_at(from, usize::MAX, |byte| byte != b'-' && byte != b'*');
                (page.byte(to) != b'*' && to - from >= 16).then_some(())?;
                token(from, to)
            }
            b'A' if page.slice(at, at + 4) == b"AKIA" || page.slice(at, at + 4) == b"ASIA" => {
                let to = page.while_at(at, 24, |byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
                (to == at + 20 && !page.byte(to).is_ascii_alphanumeric()).then_some(())?;
                token(at, to)
            }
            b'a'..=b'z' | b'A' => {
                let (start, least) = KEYS.iter().find(|(start, _)| page.slice(at, at + start.len()) == *start)?;
                let to = page.while_at(at, PLAIN, in_key);
                let rest = page.slice(at + start.len(), to);
                (rest.len() >= *least && has_digit(rest)).then_some(())?;
                token(at, to)
            }
            _ => None,
        }
    }

    /// What the name before a mark says of the value behind it.
    fn name(&self, at: usize) -> Option<Name> {
        let page = self.page;
        let end = page.while_before(at, self.after, 4, |byte| matches!(byte, b' ' | b'"' | b'\'' | b'\\' | b'`'));
        let in_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.') || byte >= 0x80;
        let from = page.while_before(end, self.after, 48, in_name);
        let mut found = None;
        for (names, kind) in NAMES {
            let is = among(names, &mut |name| {
                let start = end.saturating_sub(name.len());
                let before = page.back(start, 1);
                let hump = page.byte(start).is_ascii_uppercase() && before.is_ascii_lowercase();
                let apart = start == from || !before.is_ascii_alphabetic() || hump;
                found = Some((start, kind));
                start >= from && page.has(start, name) && (apart || among(LONG, &mut |long| long == name))
            });
            if is {
                break;
            }
            found = None;
        }
        let (start, kind) = found?;
        let set = kind == Name::Cookie && page.has(start.saturating_sub(4), b"set-");
        Some(if set { Name::SetCookie } else { kind })
    }

    /// `at`, or behind the blanks there.
    fn blank(&self, at: usize) -> usize {
        self.page.while_at(at, 2, |byte| byte == b' ')
    }

    /// Where a value begins and ends, and whether quotes say so.
    fn value(&self, at: usize) -> (usize, usize, bool) {
        let page = self.page;
        let escaped = page.byte(at) == b'\\';
        let open = at + usize::from(escaped);
        let quote = page.byte(open);
        if matches!(quote, b'"' | b'\'' | b'`') {
            let end = page.while_at(open + 1, QUOTED, |byte| byte != quote && byte != b'\n');
            if page.byte(end) == quote {
                let end = if escaped && page.back(end, 1) == b'\\' { end - 1 } else { end };
                return (open + 1, end.max(open + 1), true);
            }
            return (open + 1, self.value_end(open + 1), false);
        }
        (at, self.value_end(at), false)
    }

    fn value_end(&self, at: usize) -> usize {
        let page = self.page;
        let end = page.while_at(at, PLAIN, |byte| {
            byte > b' '
                && byte < 0x7f
                && !matches!(
                    byte,
                    b'&' | b';'
                        | b','
                        | b'"'
                        | b'\''
                        | b'`'
                        | b'<'
                        | b'>'
                        | b'('
                        | b')'
                        | b'{'
                        | b'}'
                        | b'['
                        | b']'
                        | b'|'
                        | b'\\'
                )
        });
        // Of a path in a request, its query is another part; a sentence ends with a point.
        let query = page.while_at(at, end - at, |byte| byte != b'?');
        let end = if page.byte(query) == b'?' && page.slice(query + 1, end).contains(&b'=') { query } else { end };
        if end > at && matches!(page.back(end, 1), b'.' | b':') { end - 1 } else { end }
    }

    fn is_secret(&self, from: usize, to: usize, name: Name, prose: bool, quoted: bool) -> bool {
        let value = self.page.slice(from, to);
        let (digits, letters) = (count(value, u8::is_ascii_digit), count(value, u8::is_ascii_alphabetic));
        if digits + letters == 0 || value.contains(&b'\n') || matches!(value, b"%s" | b"%d" | b"%v") {
            return false;
        }
        if name == Name::Token {
            return digits + letters >= 6
                && ((digits > 0 && letters > 0) || digits + letters >= 16)
                && !value.contains(&b' ');
        }
        let path = matches!(value.first(), Some(b'/' | b'~' | b'$')) || value.get(1..3) == Some(b":/");
        let bare = value.iter().all(u8::is_ascii_alphabetic);
        let word = bare && among(WORDS, &mut |word| word.eq_ignore_ascii_case(value));
        let holds_word = quoted
            && value.contains(&b' ')
            && value.split(|byte| *byte == b' ').any(|part| among(WORDS, &mut |word| word == part));
        // Letters alone, in a sentence that goes on, are a word of it.
        let next = self.page.byte(to);
        let goes_on =
            prose && bare && self.profile == Profile::Balanced && !matches!(next, 0 | b'\n' | b'\r' | b',' | b';');
        !(path || word || holds_word || goes_on)
    }

    /// The end of a token in a header: `=` stands at its end only (RFC 6750, section 2.1).
    fn token_end(&self, at: usize) -> usize {
        let end = self.page.while_at(at, PLAIN, |byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/')
        });
        self.page.while_at(end, 2, |byte| byte == b'=')
    }

    /// A password that follows its name without a mark: `--password x`, `비밀번호는 x`, and of `-u name:x` what stands behind the
    /// colon at `at`.
    pub(super) fn spoken(&self, at: usize) -> Option<Span> {
        let page = self.page;
        let from = match page.byte(at) {
            b':' => {
                let user = page.while_before(at, self.after, 64, |byte| {
                    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
                });
                let option = |name: &[u8]| user >= name.len() && page.slice(user - name.len(), user) == name;
                (user < at && (option(b" -u ") || option(b"--user "))).then_some(at + 1)?
            }
            b'-' => {
                let end = page.while_at(at + 2, 32, |byte| byte.is_ascii_alphabetic() || byte == b'-');
                let option = page.slice(at + 2, end);
                let known = among("password passwd pwd token secret api-key", &mut |name| option.ends_with(name));
                (known && page.byte(end) == b' ').then_some(end + 1)?
            }
            _ => {
                let name = ["비밀번호", "패스워드", "비번"].into_iter().find(|name| page.has(at, name.as_bytes()))?;
                let end = at + name.len();
                let particle = ["는", "은", "가", "이", "를"].into_iter().find(|word| page.has(end, word.as_bytes()));
                let end = end + particle.map_or(0, str::len);
                (page.byte(end) == b' ').then_some(end + 1)?
            }
        };
        let to = self.value_end(from);
        let secret = page.byte(from) != b'-' && self.is_secret(from, to, Name::Token, false, false);
        secret.then_some(Span { rule: Rule::Token, from, to })
    }

    /// The credentials of an `Authorization` header whose value begins at `at`.
    fn authorization(&self, at: usize) -> Option<Span> {
        let page = self.page;
        let at = page.while_at(at, 3, |byte| matches!(byte, b'"' | b'\'' | b'\\' | b'['));
        let scheme = page.while_at(at, 24, |byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let known = |names: &str| among(names, &mut |name| name.eq_ignore_ascii_case(page.slice(at, scheme)));
        let (from, to) = if page.byte(scheme) != b' ' {
            (at, self.token_end(at))
        } else if known("digest aws4-hmac-sha256 hmac oauth") {
            (scheme + 1, page.while_at(scheme + 1, PLAIN, |byte| !matches!(byte, b'\n' | b'\r' | b'*' | b'}')))
        } else if known("bearer basic negotiate token apikey key") {
            (scheme + 1, self.token_end(scheme + 1))
        } else {
            (at, self.token_end(at))
        };
        let value = page.slice(from, to);
        let scheme_named = from > at;
        let long = value.len() >= if scheme_named { 4 } else { 8 };
        let odd = has_digit(value) || value.len() >= 24 || (scheme_named && value.iter().any(u8::is_ascii_uppercase));
        (long && odd && page.byte(to) != b'*').then_some(Span { rule: Rule::Token, from, to })
    }

    /// The values of cookies from `at` on; of `Set-Cookie` the first only, the rest are its attributes.
    fn cookies(&mut self, at: usize, first: bool) -> usize {
        let page = self.page;
        let mut at = page.while_at(at, 3, |byte| matches!(byte, b'"' | b'\'' | b'\\' | b'['));
        loop {
            let name = page
                .while_at(at, 128, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'$'));
            if name == at || page.byte(name) != b'=' {
                return at;
            }
            let from = name + 1;
            let to = page.while_at(from, PLAIN, |byte| {
                byte > b' ' && byte < 0x7f && !matches!(byte, b';' | b'"' | b'\'' | b'\\' | b',' | b']')
            });
            if page.slice(from, to).iter().any(u8::is_ascii_alphanumeric) {
                self.take(Span { rule: Rule::Token, from, to });
            }
            at = to;
            if first || page.byte(to) != b';' {
                return at;
            }
            at = self.blank(to + 1);
        }
    }

    /// The password in the authority of a URL that begins at `at`.
    fn userinfo(&self, at: usize) -> Option<Span> {
        let page = self.page;
        let end = page.while_at(at, 256, |byte| {
            byte > b' ' && byte < 0x7f && !matches!(byte, b'@' | b'/' | b'"' | b'\'' | b'<' | b'>')
        });
        let user = page.while_at(at, end - at, |byte| byte != b':');
        let (from, to) = (user + 1, end);
        let whole = page.byte(end) == b'@' && user < end && page.slice(from, to).iter().any(u8::is_ascii_alphanumeric);
        whole.then_some(Span { rule: Rule::Token, from, to })
    }
}

fn count(value: &[u8], test: impl Fn(&u8) -> bool) -> usize {
    value.iter().filter(|byte| test(byte)).count()
}

fn has_digit(value: &[u8]) -> bool {
    value.iter().any(u8::is_ascii_digit)
}
