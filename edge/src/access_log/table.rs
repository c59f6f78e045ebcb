//! Requests as a table: CSV as spreadsheets, databases and firewalls write it, one request a line below a line of headings.
//!
//! Commas, semicolons or tabs stand between the fields; quoted fields hold no line break. Columns are known by their
//! headings, in English or Korean; a column that is not known is passed over.
//!
//! Source: RFC 4180.

use bonghwa_analytics::time::{DAY, days_from_civil, days_in_month};
use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::time::{digits, parse as parse_log_time, zone};
use super::{Line, LineError, number, split_request};

/// Seconds that Asia/Seoul is ahead of UTC: what is meant by a time without a zone.
const SEOUL: i64 = 9 * 3600;
/// Most columns that are looked at.
const MOST_COLUMNS: usize = 256;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Time,
    Method,
    Target,
    Request,
    Status,
    Address,
    Forwarded,
    Cookies,
    Service,
    /// A duration, in units of so many nanoseconds.
    Took(u32),
}

const SECOND: u32 = 1_000_000_000;
const MILLISECOND: u32 = 1_000_000;
const MICROSECOND: u32 = 1000;

/// Headings as they are met, lower case and without spaces, dashes, underscores and what stands in brackets.
const HEADINGS: [(Field, &[&str]); 13] = [
    (
        Field::Time,
        &[
            "time",
            "timestamp",
            "@timestamp",
            "datetime",
            "date",
            "when",
            "timelocal",
            "timeiso8601",
            "starttime",
            "시각",
            "일시",
            "시간",
            "날짜",
            "요청시각",
            "요청일시",
            "접속시각",
            "접속일시",
            "발생시각",
            "발생일시",
        ],
    ),
    (
        Field::Method,
        &["method", "httpmethod", "requestmethod", "csmethod", "verb", "메서드", "메소드", "방식", "요청방식"],
    ),
    (
        Field::Target,
        &[
            "path",
            "url",
            "uri",
            "target",
            "route",
            "requesturi",
            "requesturl",
            "requestpath",
            "csuristem",
            "httptarget",
            "urlpath",
            "경로",
            "주소",
            "요청경로",
            "요청주소",
            "요청url",
        ],
    ),
    (Field::Request, &["request", "requestline", "요청"]),
    (
        Field::Status,
        &[
            "status",
            "code",
            "statuscode",
            "httpstatus",
            "responsecode",
            "scstatus",
            "httpstatuscode",
            "상태",
            "상태코드",
            "응답코드",
            "응답상태",
        ],
    ),
    (
        Field::Address,
        &[
            "ip",
            "client",
            "clientip",
            "address",
            "clientaddress",
            "remoteaddr",
            "remoteip",
            "cip",
            "sourceip",
            "srcip",
            "접속ip",
            "접속주소",
            "클라이언트",
            "클라이언트ip",
            "사용자ip",
            "출발지ip",
        ],
    ),
    (Field::Forwarded, &["xforwardedfor", "forwardedfor", "forwarded"]),
    (Field::Cookies, &["cookie", "cookies", "쿠키"]),
    (Field::Service, &["service", "servicename", "app", "application", "system", "서비스", "시스템", "업무"]),
    // nginx's `$request_time` is how long a request took.
    (Field::Took(SECOND), &["requesttime", "durations", "durationsec", "seconds", "elapseds", "latencys"]),
    (
        Field::Took(MILLISECOND),
        &[
            "duration",
            "durationms",
            "elapsed",
            "elapsedms",
            "latency",
            "latencyms",
            "responsetime",
            "responsetimems",
            "timetaken",
            "tookms",
            "took",
            "ms",
            "응답시간",
            "응답시간ms",
            "소요시간",
            "처리시간",
            "걸린시간",
        ],
    ),
    (Field::Took(MICROSECOND), &["durationus", "elapsedus", "latencyus", "micros", "microseconds"]),
    (Field::Took(1), &["durationns", "durationnano", "latencyns", "nanos", "nanoseconds"]),
];

/// Which column holds what.
#[derive(Debug)]
pub(super) struct Table {
    columns: Vec<Option<Field>>,
    reader: Box<Reader>,
    /// Text and ends of the fields of the line at hand.
    text: Vec<u8>,
    ends: [usize; MOST_COLUMNS],
}

impl Table {
    /// A table, if a line is its headings: with a time, and a path or a status.
    pub(super) fn of(line: &[u8]) -> Option<Self> {
        let line = line.trim_ascii_end();
        let delimiter = *b",;\t".iter().max_by_key(|mark| line.split(|byte| byte == *mark).count())?;
        let reader = Box::new(ReaderBuilder::new().delimiter(delimiter).build());
        let mut table = Self { columns: Vec::new(), reader, text: Vec::new(), ends: [0; MOST_COLUMNS] };
        let count = table.split(line)?;
        let mut columns: Vec<Option<Field>> = (0..count).map(|at| heading(table.field(at))).collect();
        // Of two columns with the same meaning the first one counts.
        for at in (0..columns.len()).rev() {
            let same = |field: &Option<Field>| field.map(|field| std::mem::discriminant(&field));
            if columns.get(..at)?.iter().any(|before| before.is_some() && same(before) == same(&columns[at])) {
                columns[at] = None;
            }
        }
        let has = |wanted| columns.contains(&Some(wanted));
        let whole = has(Field::Time) && (has(Field::Target) || has(Field::Request) || has(Field::Status));
        table.columns = columns;
        whole.then_some(table)
    }

    /// A request of the table.
    pub(super) fn line(&mut self, line: &[u8]) -> Result<Line<'_>, LineError> {
        let line = line.trim_ascii_end();
        if line.is_empty() {
            return Err(LineError::Empty);
        }
        if line.contains(&0) {
            return Err(LineError::ZeroBytes);
        }
        let count = self.split(line).ok_or(LineError::Invalid("the line as CSV"))?;
        let (mut time, mut status) = (None, None);
        let mut read = Line { time: 0, status: 200, ..Line::default() };
        for (at, field) in self.columns.iter().enumerate().take(count) {
            let text = self.field(at).trim_ascii();
            let Some(field) = field.filter(|_| !text.is_empty() && text != b"-") else { continue };
            match field {
                Field::Time => time = Some(instant(text).ok_or(LineError::Invalid("the time"))?),
                Field::Method => read.method = text,
                Field::Target => read.target = text,
                Field::Request => {
                    (read.method, read.target) = split_request(text);
                    // A column of that name in a table of sums holds how many there were.
                    if read.method.is_empty() {
                        return Err(LineError::Invalid("the request"));
                    }
                }
                Field::Status => {
                    let code = number(text).filter(|code| (100..1000).contains(code));
                    status = Some(code.ok_or(LineError::Invalid("the status"))? as u16);
                }
                Field::Address => read.address = text,
                Field::Forwarded => read.forwarded = Some(text),
                Field::Cookies => read.cookies = Some(text),
                Field::Service => read.service = Some(text),
                Field::Took(unit) => {
                    read.nanos = Some(duration(text, unit).ok_or(LineError::Invalid("the duration"))?);
                }
            }
        }
        read.time = time.ok_or(LineError::Missing("the time"))?;
        read.status = match status {
            Some(status) => status,
            None if self.columns.contains(&Some(Field::Status)) => return Err(LineError::Missing("the status")),
            None => read.status,
        };
        if read.method.is_empty() && !read.target.is_empty() {
            read.method = b"GET";
        }
        Ok(read)
    }

    /// Splits a line into fields; how many there are.
    fn split(&mut self, line: &[u8]) -> Option<usize> {
        // A field is never longer than what it is written as.
        self.text.resize(self.text.len().max(line.len() + 1), 0);
        self.reader.reset();
        let (read, used, written, count) = self.reader.read_record(line, &mut self.text, &mut self.ends);
        match read {
            // The line has no line break, so its end is told by an empty piece.
            ReadRecordResult::InputEmpty if used == line.len() => {
                let (text, ends) = (self.text.get_mut(written..)?, self.ends.get_mut(count..)?);
                let (_, _, _, more) = self.reader.read_record(&[], text, ends);
                Some(count + more)
            }
            // Of more columns than are looked at, the first ones.
            ReadRecordResult::Record | ReadRecordResult::End | ReadRecordResult::OutputEndsFull => Some(count),
            ReadRecordResult::InputEmpty | ReadRecordResult::OutputFull => None,
        }
    }

    fn field(&self, at: usize) -> &[u8] {
        let from = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let to = self.ends.get(at).copied().unwrap_or(from);
        self.text.get(from..to).unwrap_or_default()
    }
}

fn heading(text: &[u8]) -> Option<Field> {
    let text = std::str::from_utf8(text).ok()?.to_lowercase();
    let (name, unit) = text.split_once(['(', '[']).unwrap_or((&text, ""));
    let plain =
        |text: &str| text.chars().filter(|c| !matches!(c, ' ' | '_' | '-' | '.' | ')' | ']')).collect::<String>();
    let (name, unit) = (plain(name), plain(unit));
    let known = HEADINGS.iter().find(|(_, names)| names.contains(&name.as_str())).map(|(field, _)| *field)?;
    match (known, unit.as_str()) {
        (Field::Took(_), "s" | "sec" | "secs" | "second" | "seconds" | "초") => Some(Field::Took(SECOND)),
        (Field::Took(_), "ms" | "msec" | "millis" | "milliseconds" | "밀리초" | "㎳") => {
            Some(Field::Took(MILLISECOND))
        }
        (Field::Took(_), "us" | "µs" | "μs" | "usec" | "micros" | "microseconds" | "마이크로초" | "㎲") => {
            Some(Field::Took(MICROSECOND))
        }
        (Field::Took(_), "ns" | "nsec" | "nanos" | "nanoseconds" | "나노초" | "㎱") => Some(Field::Took(1)),
        (Field::Took(_), "") => Some(known),
        // A duration in a unit that is not known is worse than none.
        (Field::Took(_), _) => None,
        (known, _) => Some(known),
    }
}

/// Nanoseconds of a number of units, which may have decimals.
fn duration(text: &[u8], unit: u32) -> Option<u64> {
    let value: f64 = std::str::from_utf8(text).ok()?.parse().ok()?;
    let nanos = value * f64::from(unit);
    (0.0..=1e18).contains(&nanos).then_some(nanos as u64)
}

/// Seconds since the epoch: of a number (seconds, milliseconds, microseconds or nanoseconds since then, or the digits of a
/// date and a time), the time of a log, or a date and a time as RFC 3339 or a Korean document writes them.
fn instant(text: &[u8]) -> Option<i64> {
    if !text.iter().all(u8::is_ascii_digit) {
        return parse_log_time(text).or_else(|| civil(text));
    }
    let unit = match text.len() {
        10 => 1,
        13 => 1000,
        16 => 1_000_000,
        19 => 1_000_000_000,
        12 | 14 => {
            let [year, month, day, hour, minute] = [0..4, 4..6, 6..8, 8..10, 10..12].map(|at| text.get(at));
            let second = text.get(12..14).unwrap_or(b"00");
            let parts = [(year?, "-"), (month?, "-"), (day?, " "), (hour?, ":"), (minute?, ":"), (second, "")];
            return civil(&parts.map(|(digits, mark)| [digits, mark.as_bytes()].concat()).concat());
        }
        _ => return None,
    };
    Some((number(text)? / unit) as i64)
}

/// `2026-11-20 14:05:03.120+09:00`, `2026/11/20 14:05`, `2026. 11. 20. 14:05:03`; without a zone in Asia/Seoul.
fn civil(text: &[u8]) -> Option<i64> {
    let (year, rest) = digits(text, 4)?;
    let (month, rest) =
        digits(rest.strip_prefix(b"-").or(rest.strip_prefix(b"/")).or(rest.strip_prefix(b"."))?.trim_ascii_start(), 2)?;
    let (day, rest) =
        digits(rest.strip_prefix(b"-").or(rest.strip_prefix(b"/")).or(rest.strip_prefix(b"."))?.trim_ascii_start(), 2)?;
    let rest = rest.strip_prefix(b".").unwrap_or(rest);
    let rest = rest.strip_prefix(b"T").or(rest.strip_prefix(b"t")).unwrap_or(rest).trim_ascii_start();
    let (hour, rest) = digits(rest, 2)?;
    let (minute, rest) = digits(rest.strip_prefix(b":")?, 2)?;
    let (second, rest) = match rest.strip_prefix(b":") {
        Some(rest) => digits(rest, 2)?,
        None => (0, rest),
    };
    let fraction = rest.strip_prefix(b".").or(rest.strip_prefix(b",")).unwrap_or(rest);
    let after = fraction.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(fraction.len());
    let rest = if fraction.len() < rest.len() { fraction.get(after..)? } else { rest }.trim_ascii();
    let offset = match rest {
        b"" => SEOUL,
        b"Z" | b"z" | b"UTC" => 0,
        other => zone(other)?,
    };
    let exists = (1970..2100).contains(&year)
        && (1..=12).contains(&month)
        && (1..=i64::from(days_in_month(year as i32, month as u8))).contains(&day)
        && hour < 24
        && minute < 60
        && second <= 60;
    let day = exists.then(|| days_from_civil(year as i32, month as u8, day as u8) * DAY)?;
    Some(day + hour * 3600 + minute * 60 + second - offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_as_tables_have_them() {
        for text in [
            "1431857103",
            "1431857103120",
            "1431857103120000",
            "17/May/2015:10:05:03 +0000",
            "2015-05-17T10:05:03Z",
            "2015-05-17 19:05:03",
            "2015-05-17T19:05:03.120+09:00",
            "2015/05/17 19:05:03,120",
            "2015. 5. 17. 19:05:03",
            "2015-05-17 05:35:03 -0430",
            "2015-05-17 19:05:03+09",
            "20150517190503",
        ] {
            assert_eq!(instant(text.as_bytes()), Some(1_431_857_103), "{text}");
        }
        assert_eq!(instant(b"2015-05-17 19:05"), Some(1_431_857_100));
        assert_eq!(instant(b"201505171905"), Some(1_431_857_100));
        for text in [
            "",
            "12",
            "2015-13-17 19:05",
            "2015-02-29 19:05",
            "2015-05-17",
            "2015-05-17 24:05",
            "어제",
            "-1",
            "201513171905",
            "123456789",
        ] {
            assert_eq!(instant(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn a_table_is_known_by_its_headings() {
        let mut table = Table::of("접속 일시,접속IP,요청 URL,응답코드,응답시간(초),비고\r\n".as_bytes()).unwrap();
        let line = table
            .line("2026-11-20 14:05:03,10.0.0.1,\"/a,b?q=\"\"1\"\"\",200,1.25,\"뭐, 그냥\"\r\n".as_bytes())
            .unwrap();
        assert_eq!((line.time, line.address, line.status), (1_795_151_103, &b"10.0.0.1"[..], 200));
        assert_eq!((line.method, line.target, line.nanos), (&b"GET"[..], &b"/a,b?q=\"1\""[..], Some(1_250_000_000)));
        let mut table = Table::of(b"service;request;timestamp;status;duration_us").unwrap();
        let line = table.line(b"pay;POST /pay HTTP/1.1;1795151103;503;1500").unwrap();
        assert_eq!((line.service, line.method, line.target), (Some(&b"pay"[..]), &b"POST"[..], &b"/pay"[..]));
        assert_eq!((line.status, line.nanos), (503, Some(1_500_000)));
        for wrong in ["a;POST /;17;200;1", "a;POST /;;200;1", "a;POST /;1795151103;2x0;1", "a;POST /;1795151103;200;-1"]
        {
            assert!(table.line(wrong.as_bytes()).is_err(), "{wrong}");
        }
        for other in
            ["", "a,b,c", "10.0.0.1 - - [18/May/2015:10:00:00 +0000] \"GET / HTTP/1.1\" 200 5", "time", "시각,값"]
        {
            assert!(Table::of(other.as_bytes()).is_none(), "{other}");
        }
    }

    #[test]
    fn units_are_those_of_the_heading() {
        for (heading, nanos) in [
            ("request_time", Some(1_250_000_000)),
            ("duration (seconds)", Some(1_250_000_000)),
            ("응답시간(㎳)", Some(1_250_000)),
            ("응답시간(㎲)", Some(1250)),
            ("latency [μs]", Some(1250)),
            ("응답시간", Some(1_250_000)),
            ("응답시간(틱)", None),
        ] {
            let mut table = Table::of(format!("시각,경로,{heading}").as_bytes()).unwrap();
            assert_eq!(table.line(b"1795151103,/,1.25").unwrap().nanos, nanos, "{heading}");
        }
    }

    #[test]
    fn sums_are_no_requests() {
        let mut table = Table::of("시각(KST),간격(초),지역,서비스,요청,실패".as_bytes()).unwrap();
        let line = table.line("2026-11-20 14:05,300,seoul,web,300,6".as_bytes());
        assert_eq!(line, Err(LineError::Invalid("the request")));
        let mut table = Table::of(b"time,path,status").unwrap();
        assert_eq!(table.line(b"1795151103,/,-"), Err(LineError::Missing("the status")));
    }

    proptest::proptest! {
        #[test]
        fn rubbish_never_panics(heading in "(time,(path|status|ms|ip|[a-z,\";]{0,9}),status)?.{0,40}", line in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
            if let Some(mut table) = Table::of(heading.as_bytes()) {
                let _ = table.line(&line);
            }
        }
    }
}
