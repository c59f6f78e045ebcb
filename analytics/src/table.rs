//! Rows as a table to take away: one line for a region and one for each of its services, in every span of time.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::atlas::AtlasError;
use crate::bucket::{Bucket, Name, Transaction};
use crate::codec::Reader;
use crate::desk::Desk;
use crate::format::{Lang, local};
use crate::frame::Sections;
use crate::identity::IdentityMode;
use crate::region::Region;
use crate::sketch::relative_error_95;
use crate::summary::Summary;
use crate::time::{DAY, Resolution};

/// Seconds of rows that are read at once.
const STEP: i64 = DAY;

/// What a table holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableQuery {
    /// Region codes.
    pub regions: Vec<String>,
    /// First second.
    pub from: i64,
    /// End (exclusive).
    pub to: i64,
    /// Span of a line.
    pub every: Resolution,
}

impl TableQuery {
    /// The span that makes a table of some hundred lines a region and service: a minute, five minutes or an hour.
    pub const fn span(from: i64, to: i64) -> Resolution {
        match to.saturating_sub(from) {
            ..=21_600 => Resolution::Minute,
            21_601..=172_800 => Resolution::FiveMinutes,
            _ => Resolution::Hour,
        }
    }

    /// That span, or the next longer one of which a desk still has rows from `from` on, as far as there are any at all.
    pub fn span_kept<D: Desk>(desk: &D, regions: &[String], from: i64, to: i64) -> Resolution {
        let firsts = |resolution: Resolution| {
            desk.read(|atlas| {
                let first = |code: &String| atlas.track(code)?.table(resolution).starts().first().copied();
                regions.iter().map(first).collect::<Vec<_>>()
            })
        };
        let hours = firsts(Resolution::Hour);
        let reaches = |resolution: Resolution| {
            // A row of an hour may begin almost an hour before the first of its minutes.
            let begins = |(fine, hour): (Option<i64>, &Option<i64>)| {
                hour.is_none_or(|hour| fine.is_some_and(|fine| fine <= from.max(hour) + Resolution::Hour.seconds()))
            };
            firsts(resolution).into_iter().zip(&hours).all(begins)
        };
        let mut span = Self::span(from, to);
        while let Some(longer) = span.parent().filter(|_| !reaches(span)) {
            span = longer;
        }
        span
    }
}

/// A line of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Start of the span, seconds since the epoch.
    pub start: i64,
    /// Its length, seconds.
    pub seconds: i64,
    /// Region code.
    pub region: String,
    /// Service; empty for what users asked of the region as a whole.
    pub service: Name,
    /// Requests.
    pub requests: u64,
    /// Requests that failed.
    pub errors: u64,
    /// Durations that half, 95 % and 99 % of the requests do not exceed, milliseconds.
    pub latency: [Option<f64>; 3],
    /// Estimated distinct users, where they are counted: of regions as a whole.
    pub users: Option<Users>,
}

impl Line {
    /// The official name of its region, or the code where it has none.
    pub fn region_name<'a>(&'a self, lang: Lang, regions: &'a [Region]) -> &'a str {
        let region = regions.iter().find(|region| region.code == self.region);
        region.map_or(&self.region, |region| lang.pick(&region.official_ko, &region.official_en))
    }
}

/// Distinct users of a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Users {
    /// By what they were told apart.
    pub mode: IdentityMode,
    /// How many, estimated.
    pub estimate: f64,
    /// Half-width of the 95 % interval.
    pub error: f64,
}

impl Users {
    /// By what they were told apart, in a word: `ip`, `session` or `cookie`.
    pub const fn of(&self) -> &'static str {
        match self.mode {
            IdentityMode::Ip => "ip",
            IdentityMode::SessionCookie => "session",
            IdentityMode::UserCookie => "cookie",
        }
    }
}

/// Gives every line of a table to `put`, by region and time.
pub fn lines<D: Desk, E: From<D::Error>>(
    desk: &D,
    query: &TableQuery,
    put: &mut dyn FnMut(Line) -> Result<(), E>,
) -> Result<(), E> {
    let preferred = desk.settings().mode;
    let sections = Sections { summary: true, cells: true, ..Sections::NONE };
    for code in &query.regions {
        let unreadable = |source| D::Error::from(AtlasError::Row { region: code.clone(), source });
        let mut from = query.every.floor(query.from);
        while from < query.to {
            let to = from.saturating_add(STEP).min(query.to);
            for row in desk.frame(code, query.every, from, to, sections)?.rows {
                let whole = Summary::decode(row.summary.as_deref().unwrap_or_default()).map_err(unreadable)?;
                let mut bucket = Bucket::default();
                if let Some(cells) = &row.cells {
                    bucket.decode_cells(&mut Reader::new(cells)).map_err(unreadable)?;
                }
                let line = |service: Name, of: &Transaction, users| Line {
                    start: row.start,
                    seconds: query.every.seconds(),
                    region: code.clone(),
                    service,
                    requests: of.count,
                    errors: of.errors,
                    latency: [0.5, 0.95, 0.99].map(|q| of.latency.quantile(q).map(|seconds| seconds * 1000.0)),
                    users,
                };
                put(line(Name::from(""), &whole.entry, users(&whole, preferred)))?;
                let mut services: BTreeMap<&Name, Transaction> = BTreeMap::new();
                for ((service, _), transaction) in &bucket.transactions {
                    services.entry(service).or_default().merge(transaction);
                }
                for (service, of) in services {
                    put(line(service.clone(), &of, None))?;
                }
            }
            from = to;
        }
    }
    Ok(())
}

/// Users as they were told apart in a span: as preferred, else by the sign that tells them apart best.
fn users(whole: &Summary, preferred: IdentityMode) -> Option<Users> {
    let best = [preferred, IdentityMode::UserCookie, IdentityMode::SessionCookie, IdentityMode::Ip];
    let (mode, users) = best.into_iter().find_map(|mode| Some((mode, whole.users.get(&mode)?)))?;
    Some(Users { mode, estimate: users.estimate, error: users.estimate * relative_error_95(users.estimate) })
}

/// The headings of a table as CSV (RFC 4180) that spreadsheets open: with a byte order mark, without which Excel takes
/// Korean for something else.
pub fn csv_head(lang: Lang) -> String {
    let names = match lang {
        Lang::Ko => {
            "시각(KST),간격(초),지역,지역 이름,서비스,요청,실패,오류율(%),응답 p50(ms),응답 p95(ms),응답 p99(ms),사용자,사용자 오차(±),사용자 기준"
        }
        Lang::En => {
            "time (KST),span (s),region,region name,service,requests,errors,error rate (%),p50 (ms),p95 (ms),p99 (ms),users,users error (±),users by"
        }
    };
    format!("\u{feff}{names}\r\n")
}

/// A line of a table as CSV. Numbers have no separators, and what is not known is empty.
pub fn csv_line(line: &Line, lang: Lang, regions: &[Region], out: &mut String) {
    let _ = write!(out, "{},{},", local(line.start).replace('T', " "), line.seconds);
    for text in [&*line.region, line.region_name(lang, regions), &line.service] {
        cell(text, out);
    }
    let _ = write!(out, "{},{},", line.requests, line.errors);
    let rate = (line.requests > 0).then(|| 100.0 * line.errors as f64 / line.requests as f64);
    let users = line.users.as_ref();
    let [p50, p95, p99] = line.latency;
    for number in [rate, p50, p95, p99, users.map(|users| users.estimate), users.map(|users| users.error)] {
        if let Some(number) = number {
            let _ = write!(out, "{number:.3}");
        }
        out.push(',');
    }
    out.push_str(users.map_or("", Users::of));
    out.push_str("\r\n");
}

/// A field of text, which no spreadsheet takes for a formula.
fn cell(text: &str, out: &mut String) {
    let text: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let guard = if text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) { "'" } else { "" };
    if text.contains([',', '"']) {
        let _ = write!(out, "\"{guard}{}\"", text.replace('"', "\"\""));
    } else {
        let _ = write!(out, "{guard}{text}");
    }
    out.push(',');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_field_is_a_formula_and_none_breaks_its_line() {
        for (text, written) in [
            ("web", "web,"),
            ("=1+1", "'=1+1,"),
            ("@a,b", "\"'@a,b\","),
            ("a \"b\"", "\"a \"\"b\"\"\","),
            ("a\r\nb", "a  b,"),
            ("\t=1", "' =1,"),
            ("＝1", "'＝1,"),
        ] {
            let mut out = String::new();
            cell(text, &mut out);
            assert_eq!(out, written);
        }
    }

    #[test]
    fn what_is_not_known_is_empty() {
        let line = Line {
            start: 1_795_151_100,
            seconds: 300,
            region: "seoul".into(),
            service: Name::from("web"),
            requests: 3,
            errors: 1,
            latency: [Some(12.5), None, None],
            users: None,
        };
        let mut out = String::new();
        csv_line(&line, Lang::Ko, &[], &mut out);
        assert_eq!(out, "2026-11-20 14:05,300,seoul,seoul,web,3,1,33.333,12.500,,,,,\r\n");
        assert_eq!(out.matches(',').count(), csv_head(Lang::Ko).matches(',').count());
        assert_eq!(out.matches(',').count(), csv_head(Lang::En).matches(',').count());
    }

    #[test]
    fn a_table_has_some_hundred_lines() {
        for (hours, span) in [(1, Resolution::Minute), (24, Resolution::FiveMinutes), (24 * 7, Resolution::Hour)] {
            assert_eq!(TableQuery::span(0, hours * 3600), span);
        }
    }
}
