//! What a language model adds on the page 묻기: marked, with our figures, and nothing where there is none.

use leptos::prelude::*;

use super::{LANGS, check, html, text};
use crate::page::ask::fluent::{Fluent, Line, Proposal, Span, State};
use crate::page::ask::fluent::{made, section};

fn shown(fluent: Option<Fluent>, lang: bonghwa_analytics::format::Lang) -> String {
    html("/ask?q=질문", lang, |here, hands| {
        let hands = crate::page::Hands { fluent: fluent.map(RwSignal::new), ..hands };
        let by = made(here, hands);
        crate::dom::markup! { <div><h1 id="src-a"></h1>{section(here, hands)}<footer>{by}</footer></div> }
    })
}

fn line() -> Line {
    let words = |text: &str| Span { text: text.into(), anchor: None };
    Line {
        pieces: vec![words("요청은 "), Span { text: "12 <건>".into(), anchor: Some("src-a".into()) }, words("입니다.")],
    }
}

#[test]
fn sentences_are_marked_and_their_figures_lead_to_their_source() {
    for lang in LANGS {
        let wrote = Fluent { state: State::Ended, lines: vec![line()], model: "m <b>".into(), ..Fluent::default() };
        let page = shown(Some(wrote), lang);
        check("fluent", &page);
        assert!(
            page.contains("aimark") && page.contains("href=\"#src-a\"") && page.contains("12 &lt;건&gt;"),
            "{page}"
        );
        assert!(!page.contains("<b>"), "{page}");
        let plain = text(&shown(None, lang));
        assert!(!text(&page).contains(&plain), "who wrote it is said: {page}");
        assert!(!plain.is_empty() && !shown(None, lang).contains("fluent"));
        assert_eq!(text(&shown(Some(Fluent::default()), lang)), plain, "before anybody was asked the page is as ever");
    }
}

#[test]
fn what_became_of_it_is_said() {
    let proposal = Proposal { slots: vec!["값".into(), "서울".into()], words: "하나\n둘".into() };
    for lang in LANGS {
        let mut seen = Vec::new();
        for state in [State::Writing, State::Stopped, State::Ended, State::Broke] {
            let page = shown(Some(Fluent { state, ..Fluent::default() }), lang);
            check("fluent", &page);
            assert_eq!(page.contains("<button"), state == State::Writing);
            seen.push(text(&page));
        }
        assert_eq!(seen[2], seen[3], "nothing came either way");
        seen.dedup();
        assert_eq!(seen.len(), 3);
        let broke = Fluent { state: State::Broke, lines: vec![line()], ..Fluent::default() };
        assert!(!seen.contains(&text(&shown(Some(broke), lang))));
        let proposed =
            Fluent { state: State::Ended, proposal: Some(proposal.clone()), lines: vec![line()], ..Fluent::default() };
        let page = shown(Some(proposed), lang);
        assert!(page.contains("<b>서울</b>") && page.contains("하나") && !page.contains("href=\"#src-a\""), "{page}");
    }
}
