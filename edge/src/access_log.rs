//! Access logs of web servers: Apache and nginx, in the common and the combined format, with what is usually appended.
//!
//! ```text
//! address ident user [day/month/year:hour:minute:second zone] "request" status bytes ["referer" "agent" [more ...]]
//! ```
//!
//! Of what follows the user agent, the first bare number is how long the request took (a whole number in microseconds,
//! as Apache's `%D`; one with a point in seconds, as nginx's `$request_time`), a quoted list of addresses is
//! `X-Forwarded-For`, and a quoted text with an equals sign holds cookies. Everything else is stepped over.
//!
//! A file whose first line is headings is a [`table`] of requests.
//!
//! Sources: Apache `mod_log_config`, nginx `ngx_http_log_module`.

mod import;
mod table;
mod time;

pub use import::{Import, ImportReport, Importer, Options, Refused};

/// The byte order mark of UTF-8, with which some tools begin a file.
pub(crate) const MARK: &[u8] = b"\xef\xbb\xbf";

/// One line, borrowed from the log. Text stays as it was written, escapes included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Line<'a> {
    /// Address or name of the client, as the server saw it.
    pub address: &'a [u8],
    /// When the request was made or answered, seconds since the epoch.
    pub time: i64,
    /// Method; empty if the client sent no request that could be read.
    pub method: &'a [u8],
    /// Target: path and query.
    pub target: &'a [u8],
    /// Status code.
    pub status: u16,
    /// Bytes sent; absent where the log has `-`.
    pub bytes: Option<u64>,
    /// `Referer`; absent in the common format.
    pub referer: Option<&'a [u8]>,
    /// `User-Agent`; absent in the common format.
    pub agent: Option<&'a [u8]>,
    /// How long the request took, nanoseconds.
    pub nanos: Option<u64>,
    /// `X-Forwarded-For`.
    pub forwarded: Option<&'a [u8]>,
    /// `Cookie`.
    pub cookies: Option<&'a [u8]>,
    /// The service that answered, where a line says so.
    pub service: Option<&'a [u8]>,
}

/// Why a line is not one of an access log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// Nothing on it.
    #[error("the line is empty")]
    Empty,
    /// A field that must be there is not.
    #[error("the line ends before {0}")]
    Missing(&'static str),
    /// A quoted field whose closing quote is missing.
    #[error("the closing quote of {0} is missing")]
    Unclosed(&'static str),
    /// A field is not what it should be.
    #[error("{0} cannot be read")]
    Invalid(&'static str),
    /// UTF-16, as Windows tools write it.
    #[error("the line holds zero bytes: if the file is UTF-16, convert it first (iconv -f UTF-16 -t UTF-8)")]
    ZeroBytes,
    /// The first line is in another encoding, and not one of a log.
    #[error("the line is not UTF-8: if the file is CP949 or EUC-KR, save it as UTF-8 first (in Excel: CSV UTF-8)")]
    Encoding,
    /// Longer than any request a server takes.
    #[error("the line is longer than {0} bytes")]
    TooLong(usize),
    /// Its time is after the present.
    #[error("its time lies in the future")]
    Future,
}

/// Reads a line, with or without its line break.
///
/// Bytes need not be UTF-8: in logs of EUC-KR sites the targets are not, and everything else still is ASCII.
pub fn parse_line(line: &[u8]) -> Result<Line<'_>, LineError> {
    let line = line.trim_ascii_end();
    if line.is_empty() {
        return Err(LineError::Empty);
    }
    if line.contains(&0) {
        return Err(LineError::ZeroBytes);
    }
    let mut rest = Rest(line);
    let address = rest.bare("the address")?;
    rest.until_bracket()?;
    let time = time::parse(rest.bracketed()?).ok_or(LineError::Invalid("the time"))?;
    let request = rest.quoted("the request")?;
    let status = rest.bare("the status")?;
    let status = number(status).filter(|_| status.len() == 3).ok_or(LineError::Invalid("the status"))? as u16;
    let bytes = match rest.bare("the number of bytes")? {
        b"-" => None,
        digits => Some(number(digits).ok_or(LineError::Invalid("the number of bytes"))?),
    };
    let (method, target) = split_request(request);
    let mut parsed = Line { address, time, method, target, status, bytes, ..Line::default() };
    if !rest.is_empty() {
        parsed.referer = Some(rest.quoted("the referer")?);
        parsed.agent = Some(rest.quoted("the user agent")?);
    }
    while !rest.is_empty() {
        rest.extra(&mut parsed)?;
    }
    Ok(parsed)
}

/// Method and target of a request line. Both are empty if it is not one: servers log what a port scan or a broken
/// client sent, and that is a request that was answered all the same.
fn split_request(request: &[u8]) -> (&[u8], &[u8]) {
    let mut words = request.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
    match (words.next(), words.next()) {
        (Some(method), Some(target)) if method.len() <= 20 && method.iter().all(u8::is_ascii_alphabetic) => {
            (method, target)
        }
        _ => (b"", b""),
    }
}

fn number(digits: &[u8]) -> Option<u64> {
    let all_digits = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(digits).ok().filter(|_| all_digits)?.parse().ok()
}

/// A duration in nanoseconds: whole microseconds, or seconds with a point.
fn duration(text: &[u8]) -> Option<u64> {
    match text.iter().position(|byte| *byte == b'.') {
        None => number(text)?.checked_mul(1000),
        Some(point) => {
            let (whole, fraction) = (text.get(..point)?, text.get(point + 1..)?);
            let digits = number(fraction.get(..9).unwrap_or(fraction))?;
            let nanos = digits * 10_u64.pow(9_u32.saturating_sub(fraction.len() as u32));
            number(whole)?.checked_mul(1_000_000_000)?.checked_add(nanos)
        }
    }
}

/// What is left of a line.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn is_empty(&mut self) -> bool {
        self.0 = self.0.trim_ascii_start();
        self.0.is_empty()
    }

    /// The bytes up to `end`, which is stepped over.
    fn take(&mut self, end: usize) -> &'a [u8] {
        let (field, rest) = self.0.split_at_checked(end).unwrap_or((self.0, b""));
        self.0 = rest.get(1..).unwrap_or_default();
        field
    }

    fn bare(&mut self, what: &'static str) -> Result<&'a [u8], LineError> {
        if self.is_empty() {
            return Err(LineError::Missing(what));
        }
        let end = self.0.iter().position(|byte| *byte == b' ').unwrap_or(self.0.len());
        Ok(self.take(end))
    }

    /// Ident and user, which may hold spaces, up to the bracket of the time.
    fn until_bracket(&mut self) -> Result<(), LineError> {
        let end = self.0.windows(2).position(|pair| pair == b" [").ok_or(LineError::Missing("the time"))?;
        let names = self.take(end);
        let words = names.split(|byte| *byte == b' ').filter(|word| !word.is_empty()).count();
        if words < 2 { Err(LineError::Missing("ident and user")) } else { Ok(()) }
    }

    fn bracketed(&mut self) -> Result<&'a [u8], LineError> {
        let end = self.0.iter().position(|byte| *byte == b']').ok_or(LineError::Invalid("the time"))?;
        self.take(end).strip_prefix(b"[").ok_or(LineError::Missing("the time"))
    }

    /// A text in quotes, in which a backslash takes the meaning from the byte behind it.
    fn quoted(&mut self, what: &'static str) -> Result<&'a [u8], LineError> {
        if self.is_empty() {
            return Err(LineError::Missing(what));
        }
        self.0 = self.0.strip_prefix(b"\"").ok_or(LineError::Invalid(what))?;
        let mut escaped = false;
        let end = self.0.iter().position(|byte| {
            let closes = *byte == b'"' && !escaped;
            escaped = *byte == b'\\' && !escaped;
            closes
        });
        Ok(self.take(end.ok_or(LineError::Unclosed(what))?))
    }

    /// One of the fields that servers are told to append.
    fn extra(&mut self, line: &mut Line<'a>) -> Result<(), LineError> {
        if self.0.starts_with(b"\"") {
            let text = self.quoted("an appended field")?;
            if text.contains(&b'=') {
                line.cookies = line.cookies.or(Some(text));
            } else if is_address_list(text) {
                line.forwarded = line.forwarded.or(Some(text));
            }
        } else {
            let text = self.bare("an appended field")?;
            line.nanos = line.nanos.or(duration(text));
        }
        Ok(())
    }
}

/// Whether a text could be nothing but addresses: hexadecimal digits with points or colons.
fn is_address_list(text: &[u8]) -> bool {
    let allowed = |byte: &u8| byte.is_ascii_hexdigit() || b".:, []%".contains(byte);
    text.iter().any(|byte| matches!(byte, b'.' | b':'))
        && text.split(|byte| *byte == b',').next().is_some_and(|first| first.iter().all(allowed))
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMON: &str = "192.0.2.7 - kim [20/Nov/2026:22:00:00 +0900] \"GET /a?b=1 HTTP/1.1\" 200 1234";

    fn parse(line: &str) -> Result<Line<'_>, LineError> {
        parse_line(line.as_bytes())
    }

    #[test]
    fn the_common_format() {
        let line = parse(COMMON).unwrap();
        assert_eq!((line.address, line.time), (&b"192.0.2.7"[..], 1_795_179_600));
        assert_eq!((line.method, line.target), (&b"GET"[..], &b"/a?b=1"[..]));
        assert_eq!((line.status, line.bytes, line.referer, line.agent), (200, Some(1234), None, None));
        assert_eq!(parse(&format!("{COMMON}\r\n")), parse(COMMON));
    }

    #[test]
    fn what_is_appended() {
        let more = |more: &str| {
            let line = format!("{COMMON} \"-\" \"agent \\\"x\\\" y\" {more}");
            let line = parse(&line).unwrap();
            assert_eq!(line.agent, Some(&b"agent \\\"x\\\" y"[..]));
            (line.nanos, line.forwarded.map(<[u8]>::to_vec), line.cookies.map(<[u8]>::to_vec))
        };
        assert_eq!(more(""), (None, None, None));
        assert_eq!(more("1500"), (Some(1_500_000), None, None));
        assert_eq!(more("0.025 0.024"), (Some(25_000_000), None, None));
        assert_eq!(more("-"), (None, None, None));
        assert_eq!(more("\"203.0.113.5, 10.0.0.1\" rt=0.1"), (None, Some(b"203.0.113.5, 10.0.0.1".to_vec()), None));
        assert_eq!(more("\"-\" \"JSESSIONID=1; a=b\" 12"), (Some(12_000), None, Some(b"JSESSIONID=1; a=b".to_vec())));
        assert_eq!(more("\"2001:db8::1\""), (None, Some(b"2001:db8::1".to_vec()), None));
        assert_eq!(more("99999999999999999999999 1.0000000019"), (Some(1_000_000_001), None, None));
    }

    #[test]
    fn answered_all_the_same() {
        for request in ["-", "", "\\x16\\x03\\x01 \\x02", "quit"] {
            let text = format!("::1 - - [20/Nov/2026:22:00:00 -0330] \"{request}\" 400 -");
            let line = parse(&text).unwrap();
            assert_eq!((line.method, line.target, line.bytes), (&b""[..], &b""[..], None), "{request}");
        }
        let line = parse("10.0.0.1 - hong gil dong [01/Jan/2026:00:00:00 +0000] \"GET / HTTP/1.0\" 499 0").unwrap();
        assert_eq!((line.status, line.time), (499, 1_767_225_600));
        let euc_kr =
            [&b"10.0.0.1 - - [01/Jan/2026:00:00:00 +0000] \"GET /\xb9\xce\xbf\xf8 HTTP/1.1\" 200 5"[..]].concat();
        assert_eq!(parse_line(&euc_kr).unwrap().target, b"/\xb9\xce\xbf\xf8");
    }

    #[test]
    fn a_bad_line_says_why() {
        for (line, error) in [
            ("", LineError::Empty),
            (" \n", LineError::Empty),
            ("192.0.2.7", LineError::Missing("the time")),
            ("192.0.2.7 - [01/Jan/2026:00:00:00 +0000]", LineError::Missing("ident and user")),
            ("1.1.1.1 - - [01/Jan/2026:00:00:00 +0000", LineError::Invalid("the time")),
            ("1.1.1.1 - - [31/Feb/2026:00:00:00 +0000] \"GET / HTTP/1.1\" 200 1", LineError::Invalid("the time")),
            ("1.1.1.1 - - [01/Jan/2026:00:00:00 +0000]", LineError::Missing("the request")),
            ("1.1.1.1 - - [01/Jan/2026:00:00:00 +0000] GET", LineError::Invalid("the request")),
            ("1.1.1.1 - - [01/Jan/2026:00:00:00 +0000] \"GET", LineError::Unclosed("the request")),
            ("1.1.1.1 - - [01/Jan/2026:00:00:00 +0000] \"GET /\" ok 1", LineError::Invalid("the status")),
            ("1.1.1.1 - - [01/Jan/2026:00:00:00 +0000] \"GET /\" 200", LineError::Missing("the number of bytes")),
            ("1.1.1.1 - - [01/Jan/2026:00:00:00 +0000] \"GET /\" 200 x", LineError::Invalid("the number of bytes")),
            ("1.1.1.1 - - [01/Jan/2026:00:00:00 +0000] \"GET /\" 200 1 \"-\"", LineError::Missing("the user agent")),
            (
                "1.1.1.1 - - [01/Jan/2026:00:00:00 +0000] \"GET /\" 200 1 \"-\" \"a",
                LineError::Unclosed("the user agent"),
            ),
            ("1\0.\0", LineError::ZeroBytes),
        ] {
            assert_eq!(parse(line).unwrap_err(), error, "{line}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_a_line_or_refused(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            let _ = parse_line(&bytes);
        }

        #[test]
        fn a_damaged_line_is_never_a_panic(cut in 0_usize..130, at in 0_usize..130, byte in proptest::num::u8::ANY) {
            let mut line = format!("{COMMON} \"http://a/\" \"Mozilla/5.0\" \"a=b\" 0.012").into_bytes();
            if let Some(place) = line.get_mut(at) {
                *place = byte;
            }
            line.truncate(cut);
            let _ = parse_line(&line);
        }
    }
}
