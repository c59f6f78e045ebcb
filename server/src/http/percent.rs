//! Texts as addresses and headers may hold them.

/// Signs that a parameter of a header may hold beside letters and digits (RFC 5987).
const IN_HEADERS: &str = "!#$&+-.^_`|~";

/// A text with every byte percent-encoded but ASCII letters, digits and `plain` signs.
pub(super) fn percent(text: &str, plain: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || plain.as_bytes().contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
    out
}

/// The value of `Content-Disposition` (RFC 6266). A name with other signs is given in the extended form of RFC 5987, and
/// beside it a `plain` one to those that do not know it.
pub(super) fn disposition(kind: &str, name: &str, plain: &str) -> String {
    match percent(name, IN_HEADERS) {
        same if same == name => format!("{kind}; filename=\"{name}\""),
        escaped => format!("{kind}; filename=\"{plain}\"; filename*=UTF-8''{escaped}"),
    }
}

fn digit(nibble: u8) -> char {
    char::from_digit(u32::from(nibble), 16).unwrap_or('0').to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn names_of_files_may_be_korean() {
        assert_eq!(disposition("inline", "seoul-1.bonghwa", "x"), "inline; filename=\"seoul-1.bonghwa\"");
        let said = disposition("attachment", "주간 a.pdf", "report.pdf");
        assert_eq!(said, "attachment; filename=\"report.pdf\"; filename*=UTF-8''%EC%A3%BC%EA%B0%84%20a.pdf");
        assert!(HeaderValue::from_str(&disposition("inline", "\"\r\n;가", "report.html")).is_ok());
    }
}
