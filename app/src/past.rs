//! What was asked in this browser before. It is kept in the browser only: at most twenty questions, the newest first, each
//! once, a line each in the form of an address.

use crate::address::{Address, AskQuery, Page};

/// Questions that are kept.
pub(crate) const MOST: usize = 20;
/// Characters of a question, as the box allows.
const LONGEST: usize = 500;
/// Bytes of a line that are read: a question and those before it, escaped.
const LINE: usize = 32 << 10;

/// Reads what [`write`] wrote. Whoever else wrote there cannot do more than suggest questions: what is none is passed over.
pub(crate) fn read(stored: &str) -> Vec<AskQuery> {
    let mut past = Vec::new();
    for line in stored.lines().take(MOST).filter(|line| line.len() <= LINE) {
        if let Page::Ask(query) = Address::parse("/ask", line).page {
            put(&mut past, query, false);
        }
    }
    past
}

/// The questions as text.
pub(crate) fn write(past: &[AskQuery]) -> String {
    let line = |query: &AskQuery| {
        let href = Address::home().to(Page::Ask(query.clone())).href();
        href.split_once('?').map_or(String::new(), |(_, line)| line.to_owned())
    };
    past.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Puts the newest question first.
pub(crate) fn add(past: &mut Vec<AskQuery>, query: &AskQuery) {
    // Asked again it is asked as of then.
    put(past, AskQuery { at: None, ..query.clone() }, true);
}

fn put(past: &mut Vec<AskQuery>, query: AskQuery, first: bool) {
    let is_one = !query.text.is_empty() && query.text.chars().take(LONGEST + 1).count() <= LONGEST;
    let known = past.iter().any(|known| known.text == query.text);
    match (is_one, first, known) {
        (true, true, _) => {
            past.retain(|known| known.text != query.text);
            past.insert(0, query);
        }
        (true, false, false) => past.push(query),
        _ => {}
    }
    past.truncate(MOST);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(past: &[AskQuery]) -> Vec<&str> {
        past.iter().map(|query| query.text.as_str()).collect()
    }

    #[test]
    fn the_newest_comes_first_and_each_once() {
        let mut past = Vec::new();
        for text in ["하나", "둘", "하나", "", "셋&q=넷\n다섯"] {
            add(&mut past, &AskQuery { at: Some(60), ..AskQuery::new(text) });
        }
        assert_eq!(texts(&past), ["셋&q=넷\n다섯", "하나", "둘"]);
        assert_eq!(read(&write(&past)), past);
        for number in 0..30 {
            add(&mut past, &AskQuery::new(number.to_string()));
        }
        assert_eq!((past.len(), past[0].text.as_str()), (MOST, "29"));
        add(&mut past, &AskQuery::new("가".repeat(LONGEST + 1)));
        assert_eq!(past[0].text, "29");
    }

    #[test]
    fn a_question_keeps_what_it_goes_on_from() {
        let first = AskQuery { when: bonghwa_analytics::ask::When::read("yesterday"), ..AskQuery::new("부산은?") };
        let past = vec![first.next("왜?")];
        assert_eq!(read(&write(&past)), past);
        assert_eq!(past[0].before[0].when, first.when);
    }

    proptest! {
        #[test]
        fn rubbish_in_the_store_is_no_more_than_questions(stored in "(q=)?\\PC{0,60}(\n(b=|q=|when=)?[%a-f0-9&=]{0,30}){0,30}") {
            let past = read(&stored);
            prop_assert!(past.len() <= MOST && past.iter().all(|query| !query.text.is_empty()));
            prop_assert_eq!(read(&write(&past)), past);
        }
    }
}
