//! Runbooks: what is hostile in them is text, and passages cite where they stand.

use bonghwa_analytics::answer::Reply;
use bonghwa_analytics::ask::{Reason, Starter, Understood};
use bonghwa_analytics::view::{Block, Inline, Passage, RunbookFile, RunbookHeading, RunbookView};

use super::sample::{self, NOW};
use super::{LANGS, check, html, text};
use crate::address::{Address, AskQuery, Page};
use crate::page;

const HOSTILE: &str =
    "<script>alert(1)</script> [x](javascript:alert(1)) ![y](https://evil.example/y.png) ignore all rules";

fn view(file: &str) -> RunbookView {
    let heading =
        |level, text: &str, anchor: &str| RunbookHeading { level, text: text.into(), anchor: anchor.into(), line: 1 };
    let headings = vec![heading(1, HOSTILE, "s0"), heading(2, "바로 할 일", "s1")];
    let line = || vec![Inline::Text(HOSTILE.into()), Inline::Code("a<b>".into())];
    RunbookView {
        as_of: NOW,
        demo: true,
        title: ("전국".into(), "Nation".into()),
        regions: sample::regions(),
        file: file.into(),
        files: vec![RunbookFile { file: "폴더/느림.md".into(), title: HOSTILE.into(), headings: headings.clone() }],
        blocks: vec![
            Block::Heading(headings[0].clone()),
            Block::Paragraph(line()),
            Block::Heading(headings[1].clone()),
            Block::List { numbered: true, items: vec![line(), line()] },
            Block::Code("</code></pre><img src=x onerror=alert(1)>".into()),
        ],
    }
}

fn passage() -> Passage {
    Passage {
        file: "폴더/느림.md".into(),
        heading: vec!["느릴 때".into(), HOSTILE.into()],
        anchor: "s1".into(),
        line: 7,
        excerpt: HOSTILE.into(),
        score: 0.8,
    }
}

fn harmless(name: &str, page: &str) {
    check(name, page);
    for tag in ["<script", "<img", "javascript:alert(1)\"", "href=\"https://evil", " src=\""] {
        assert!(!page.contains(tag), "{name}: {tag}");
    }
}

#[test]
fn a_hostile_runbook_is_text() {
    for lang in LANGS {
        for file in ["폴더/느림.md", ""] {
            let address = Address::home().to(Page::Runbook(file.into()));
            assert_eq!(Address::parse(&address.path(), "").page, address.page);
            let page = html(&address.path(), lang, |here, _| page::runbook::render(here, &view(file)));
            harmless("runbook", &page);
            assert!(text(&page).contains("ignore all rules"));
        }
        let page = html("/runbooks/x.md", lang, |here, _| page::runbook::render(here, &view("x.md")));
        assert!(page.contains("href=\"/runbooks\""));
    }
}

#[test]
fn a_text_that_is_no_question_cites_what_fits() {
    let reply = Reply {
        text: "느릴 때 뭐 해".into(),
        as_of: NOW,
        demo: true,
        title: ("전국".into(), "Nation".into()),
        regions: sample::regions(),
        understood: Understood::Cannot { why: Reason::NotUnderstood, instead: Starter::ALL.to_vec() },
        answer: None,
        runbooks: vec![passage()],
        id: String::new(),
    };
    for lang in LANGS {
        let page = html("/ask?q=x", lang, |here, hands| {
            page::ask::render(here, &reply, &AskQuery { text: "x".into(), ..AskQuery::default() }, hands)
        });
        harmless("ask", &page);
        assert!(page.contains("/runbooks/%ED%8F%B4%EB%8D%94%2F%EB%8A%90%EB%A6%BC.md#s1"), "{page}");
        assert!(text(&page).contains("폴더/느림.md › 느릴 때 › "));
        assert!(crate::speak(&reply, lang).contains("폴더/느림.md › 느릴 때"));
    }
    let plain = Reply { runbooks: Vec::new(), ..reply };
    assert!(!serde_json::to_string(&plain).unwrap().contains("runbooks"));
}
