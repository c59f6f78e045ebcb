//! Routes from addresses: what stays the same of a path is kept, what names one thing is cut out.

/// What stands for an identifier in a route.
const HOLE: &[u8] = b"{id}";

/// Segments longer than this name one thing, whatever they look like.
const LONGEST_SEGMENT: usize = 64;

/// Appends the route of a request: a method, a space and a route or path. A method that HTTP does not define is
/// `_OTHER`, as the OpenTelemetry conventions write it; an empty one is left out.
pub fn push_method(out: &mut Vec<u8>, method: &[u8]) {
    if method.is_empty() {
        return;
    }
    let known: [&[u8]; 9] = [b"GET", b"HEAD", b"POST", b"PUT", b"DELETE", b"CONNECT", b"OPTIONS", b"TRACE", b"PATCH"];
    let name = known.into_iter().find(|name| name.eq_ignore_ascii_case(method)).unwrap_or(b"_OTHER");
    out.extend_from_slice(name);
    out.push(b' ');
}

/// Appends a path with its identifiers cut out; query, fragment and path parameters (`;jsessionid=`) are dropped.
///
/// A segment is an identifier if it consists of digits (and punctuation between them), is a UUID, is hexadecimal with
/// digits and letters in at least eight places, holds a run of sixteen or more letters and digits mixed, or is longer
/// than 64 bytes.
pub fn push_path(out: &mut Vec<u8>, target: &[u8]) {
    let path = target.split(|byte| matches!(byte, b'?' | b'#')).next().unwrap_or_default();
    let path = without_origin(path);
    let rest = path.strip_prefix(b"/").unwrap_or(path);
    for segment in rest.split(|byte| *byte == b'/') {
        let segment = segment.split(|byte| *byte == b';').next().unwrap_or_default();
        out.push(b'/');
        out.extend_from_slice(if is_identifier(segment) { HOLE } else { segment });
    }
}

/// The path of an absolute-form target (`http://host/path`), or the target as it is.
fn without_origin(target: &[u8]) -> &[u8] {
    let rest = target.strip_prefix(b"http://").or_else(|| target.strip_prefix(b"https://"));
    rest.map_or(target, |rest| {
        let slash = rest.iter().position(|byte| *byte == b'/').unwrap_or(rest.len());
        rest.get(slash..).unwrap_or_default()
    })
}

fn is_identifier(segment: &[u8]) -> bool {
    if segment.len() > LONGEST_SEGMENT {
        return true;
    }
    // One pass: most segments are short words, so nothing cleverer pays.
    let (mut digits, mut letters, mut hex_letters, mut marks, mut dashes) = (0, 0, 0, 0, 0);
    let (mut run, mut run_digits, mut mixed_run) = (0, 0, false);
    for byte in segment {
        match byte {
            b'0'..=b'9' => digits += 1,
            b'a'..=b'f' | b'A'..=b'F' => hex_letters += 1,
            b'-' => dashes += 1,
            b'_' | b'.' | b':' | b',' => marks += 1,
            _ => letters += 1,
        }
        if byte.is_ascii_alphanumeric() {
            run += 1;
            run_digits += usize::from(byte.is_ascii_digit());
            mixed_run |= run >= 16 && run_digits > 0 && run_digits < run;
        } else {
            (run, run_digits) = (0, 0);
        }
    }
    if digits == 0 {
        return segment.len() == 36 && is_uuid(segment);
    }
    let only_hex = letters == 0 && marks == 0;
    (letters == 0 && hex_letters == 0)
        || (only_hex && dashes == 0 && hex_letters > 0 && segment.len() >= 8)
        || (only_hex && segment.len() == 36 && is_uuid(segment))
        || mixed_run
}

fn is_uuid(segment: &[u8]) -> bool {
    segment.iter().enumerate().all(|(at, byte)| match at {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(target: &str) -> String {
        let mut out = Vec::new();
        push_path(&mut out, target.as_bytes());
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_names_one_thing_is_cut_out() {
        for (target, route) in [
            ("/", "/"),
            ("", "/"),
            ("/orders/12345", "/orders/{id}"),
            ("/orders/12345/items/7?full=1", "/orders/{id}/items/{id}"),
            ("/u/550e8400-e29b-41d4-a716-446655440000", "/u/{id}"),
            ("/u/abcdefab-cdef-abcd-efab-cdefabcdefab", "/u/{id}"),
            ("/commit/9f86d081884c7d65", "/commit/{id}"),
            ("/share/eyJhbGciOiJIUzI1NiJ9", "/share/{id}"),
            ("/archive/2013-05-17", "/archive/{id}"),
            ("/board/view.do;jsessionid=AB12CD34.node1?id=3", "/board/view.do"),
            ("http://example.org/a/1", "/a/{id}"),
            ("http://example.org", "/"),
            ("/presentations/logstash-monitorama-2013/images", "/presentations/logstash-monitorama-2013/images"),
            ("/api/v1/facade/deadbeef", "/api/v1/facade/deadbeef"),
            ("/민원/신청", "/민원/신청"),
        ] {
            assert_eq!(path(target), route, "{target}");
        }
        assert_eq!(path(&format!("/x/{}", "a".repeat(65))), "/x/{id}");
    }

    #[test]
    fn methods_are_a_closed_set() {
        let method = |name: &[u8]| {
            let mut out = Vec::new();
            push_method(&mut out, name);
            out
        };
        assert_eq!(method(b"get"), b"GET ");
        assert_eq!(method(b"PROPFIND"), b"_OTHER ");
        assert_eq!(method(b""), b"");
    }
}
