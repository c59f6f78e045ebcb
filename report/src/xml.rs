//! Text for HTML and XML.

/// Text between tags or in a quoted attribute. What no XML document may hold is left out, and so are the marks that turn the
/// direction of text, with which a name could make a line read as another one.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if allowed(c) => out.push(c),
            _ => {}
        }
    }
    out
}

/// Whether a character may stand in a document.
pub(crate) const fn allowed(c: char) -> bool {
    !matches!(
        c,
        '\0'..='\u{1f}'
            | '\u{7f}'..='\u{9f}'
            | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{feff}'
            | '\u{fdd0}'..='\u{fdef}'
            | '\u{fff0}'..='\u{fffb}'
    ) && (c as u32) & 0xfffe != 0xfffe
}

/// A text with what may stand in a document; a line break or tab becomes a space.
pub(crate) fn clean(text: &str) -> String {
    text.chars().map(|c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c }).filter(|c| allowed(*c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_escaped_and_controls_left_out() {
        assert_eq!(escape("<a href='x'>&\"\u{0}\u{202e}가"), "&lt;a href=&#39;x&#39;&gt;&amp;&quot;가");
        assert_eq!(clean("a\tb\nc\u{7}\u{ffff}\u{1fffe}"), "a b c");
    }
}
