//! Runbooks: Markdown files of what to do, found by words.
//!
//! What a runbook says is text for people: it is shown and cited, and nothing in it is ever followed, whatever it asks for.
//! Markup that is none of ours stays text, and characters that cannot be seen are left out when a file is read.

mod index;
mod markdown;
mod token;

use std::collections::BTreeMap;

use self::index::Index;
use self::markdown::Runbook;
use crate::view::{Block, Passage, RunbookFile};

/// Bytes of all runbooks together that are read: they travel in the index of a file, and anybody can sign a file.
pub const MOST_BYTES: usize = 8 << 20;

/// Runbooks by their files, and where which words stand in them.
#[derive(Default)]
pub struct Library {
    texts: BTreeMap<String, String>,
    books: BTreeMap<String, Runbook>,
    index: Index,
}

impl Library {
    /// Reads texts by the names of their files, as many as [`MOST_BYTES`] hold. Any text is a runbook.
    pub fn new(mut texts: BTreeMap<String, String>) -> Self {
        let mut length = 0;
        texts.retain(|_, text| {
            length += text.len();
            length <= MOST_BYTES
        });
        let books = texts.iter().map(|(file, text)| (file.clone(), Runbook::read(file, text))).collect();
        let index = Index::new(&books);
        Self { texts, books, index }
    }

    /// The texts that were read.
    pub const fn texts(&self) -> &BTreeMap<String, String> {
        &self.texts
    }

    /// Passages that fit some words, best first.
    pub fn search(&self, words: &str, limit: usize) -> Vec<Passage> {
        self.index.search(&self.books, words, limit)
    }

    /// All runbooks with their headings, by file.
    pub fn files(&self) -> Vec<RunbookFile> {
        self.books.iter().map(|(file, book)| book.listed(file)).collect()
    }

    /// What a runbook holds.
    pub fn read(&self, file: &str) -> Option<Vec<Block>> {
        self.books.get(file).map(Runbook::blocks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::Inline;

    fn one(text: &str) -> Library {
        Library::new(BTreeMap::from([("f.md".to_owned(), text.to_owned())]))
    }

    #[test]
    fn any_text_is_a_runbook() {
        for text in
            ["", "#", "```", "```\n# no heading", "- \n1.\n", "`", "a `b` c `", "\u{202e}", "###### 여섯\n####### 일곱"]
        {
            let library = one(text);
            assert!(!library.files()[0].title.is_empty() || text.starts_with('#'), "{text:?}");
            assert!(!library.read("f.md").unwrap().is_empty(), "{text:?}");
        }
        let blocks =
            one("# 가\n\n1. 하나\n   이어짐\n2. `둘`\n\n- 셋\n\n```\n# 코드\n```\n끝 **굵게**").read("f.md").unwrap();
        assert_eq!(blocks.iter().filter(|block| matches!(block, Block::List { .. })).count(), 2);
        assert!(blocks.contains(&Block::Code("# 코드".to_owned())));
        assert!(blocks.contains(&Block::Paragraph(vec![Inline::Text("끝 굵게".to_owned())])));
    }

    #[test]
    fn no_more_is_read_than_there_is_room_for() {
        let text = "가나 ".repeat(MOST_BYTES / 21);
        let texts = ["a", "b", "c", "d"].map(|file| (file.to_owned(), text.clone()));
        let files: Vec<String> = Library::new(texts.into()).files().into_iter().map(|file| file.file).collect();
        assert_eq!(files, ["a", "b", "c"]);
    }

    #[test]
    fn what_stands_in_headings_and_what_is_rare_comes_first() {
        let texts = [
            ("a.md", "# 캐시 비우기\n절차를 따릅니다."),
            ("b.md", "# 다른 일\n캐시 비우기는 마지막에 합니다. 절차를 따릅니다."),
            ("c.md", "# 캐시\n절차를 따릅니다."),
        ];
        let library = Library::new(texts.map(|(file, text)| (file.to_owned(), text.to_owned())).into());
        let files = |words: &str| library.search(words, 3).into_iter().map(|found| found.file).collect::<Vec<_>>();
        assert_eq!(files("캐시 비우기"), ["a.md", "b.md", "c.md"]);
        assert_eq!(files("절차")[..], ["c.md", "a.md", "b.md"], "of alike ones the shorter");
        assert!(files("없는 낱말").is_empty());
    }
}
