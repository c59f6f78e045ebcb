//! Whatever stands in a document, every format holds it as text.
#![cfg(all(feature = "hwpx", feature = "pdf", feature = "xlsx"))]
#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

use std::io::{Cursor, Read};

use bonghwa_analytics::ask::Format;
use bonghwa_report::document::{Block, Cell, Chart, Column, Document, Outline, Quantity, Run, Source, Table};
use bonghwa_report::write;
use proptest::prelude::*;
use quick_xml::events::Event;

/// A document that has each kind of block, full of these words.
fn document(words: &[String]) -> Document {
    let mut words = words.iter().cycle().cloned();
    let mut word = || words.next().unwrap_or_default();
    let number = |text: &str| Quantity::read(text, 1).map_or(Cell::Missing, Cell::Number);
    let mut table = || Table {
        caption: word(),
        columns: (0..3).map(|at| Column { name: word(), numeric: at > 0, width: 30, sources: vec![1] }).collect(),
        rows: (1..4)
            .map(|n| vec![Cell::Words(word(), vec![1, 2]), number(&format!("{n},234\u{a0}ms")), Cell::Missing])
            .collect(),
    };
    let (first, second) = (table(), table());
    let chart = Chart {
        title: word(),
        subtitle: word(),
        unit: word(),
        series: vec![1, 2],
        over: 0,
        alt: format!("{}.", word()),
    };
    let run = |text: String| vec![Run::Words(text), Run::Number { text: "18.4만명".to_owned(), source: 2 }];
    let source = Source { what: word(), place: word(), when: word(), how: word(), error: word() };
    Document {
        lang: "ko".to_owned(),
        title: word(),
        system: word(),
        name: word(),
        as_of: 1_794_754_800,
        demo: Some(word()),
        head: vec![(word(), word())],
        blocks: vec![
            Block::Heading(word()),
            Block::Point(Outline::Circle, run(word())),
            Block::Point(Outline::Dash, run(word())),
            Block::Point(Outline::Note, run(word())),
            Block::Table(first),
            Block::Figure(chart, second),
        ],
        closing: word(),
        sources: vec![source.clone(), source],
        ..Document::default()
    }
    .cleaned()
}

/// Every text of a document.
fn texts(document: &Document) -> Vec<String> {
    let Document { title, system, demo, head, blocks, closing, .. } = document;
    let mut out = vec![title.clone(), system.clone(), closing.clone()];
    out.extend(demo.clone());
    out.extend(head.iter().flat_map(|(name, value)| [name.clone(), value.clone()]));
    for block in blocks {
        match block {
            Block::Heading(text) => out.push(text.clone()),
            Block::Point(_, runs) => out.extend(runs.iter().map(|run| run.text().to_owned())),
            Block::Table(table) | Block::Figure(_, table) => {
                out.push(table.caption.clone());
                out.extend(table.rows.iter().flatten().map(|cell| cell.text().to_owned()));
            }
        }
    }
    out
}

/// What is left of markup when tags are taken out and entities read.
fn read_markup(markup: &str) -> String {
    let mut text = String::new();
    let mut rest = markup;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        rest = after.split_once('>').map_or("", |(_, rest)| rest);
    }
    text.push_str(rest);
    for (entity, letter) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")] {
        text = text.replace(entity, letter);
    }
    text
}

/// The texts of the parts of a package, each well-formed.
fn package(bytes: &[u8]) -> Vec<(String, String)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut parts = Vec::new();
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).unwrap();
        let name = part.name().to_owned();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).unwrap();
        if !name.ends_with(".xml") && !name.ends_with(".hpf") && !name.ends_with(".rels") {
            continue;
        }
        let text = String::from_utf8(bytes).unwrap();
        let mut reader = quick_xml::Reader::from_str(&text);
        loop {
            match reader.read_event() {
                Ok(Event::Eof) => break,
                Ok(_) => {}
                Err(error) => panic!("{name}: {error}"),
            }
        }
        parts.push((name, text));
    }
    parts
}

fn hostile() -> impl Strategy<Value = Vec<String>> {
    let known = prop::sample::select(vec![
        "=1+1",
        "@SUM(A1)",
        "+cmd|' /C calc'!A0",
        "-2+3",
        "\t=1",
        "</w><script>alert(1)</script>",
        "]]>",
        "&amp;",
        "\"'><img src=x onerror=1>",
        "#text(\"x\")",
        "\\u{0}",
        "$x$ #import \"/etc/passwd\"",
        "\u{202e}gpj.exe",
        "\u{0}\u{7}\u{ffff}",
        "가나다 라마바",
        "뷁쀍 漢字 🏯",
        "",
    ]);
    let any = prop_oneof![known.prop_map(str::to_owned), any::<String>(), "[가-힣 ]{0,40}", "[!-~]{0,30}"];
    prop::collection::vec(any, 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn html_reads_as_the_same_text_and_runs_nothing(words in hostile()) {
        let document = document(&words);
        let html = String::from_utf8(write(&document, Format::Html).unwrap()).unwrap();
        prop_assert_eq!(html.matches("<script").count() + html.matches("<img").count(), 0);
        let text = read_markup(&html);
        for said in texts(&document) {
            prop_assert!(text.contains(&said), "{said:?}");
        }
    }

    #[test]
    fn workbooks_are_sound_and_hold_no_formula(words in hostile()) {
        let document = document(&words);
        let parts = package(&write(&document, Format::Xlsx).unwrap());
        for (name, text) in &parts {
            prop_assert!(!name.starts_with("xl/worksheets/") || !text.contains("<f>"), "{name}");
        }
        let shared = parts.iter().find(|(name, _)| name == "xl/sharedStrings.xml").unwrap();
        let text = read_markup(&shared.1);
        for block in &document.blocks {
            if let Block::Heading(said) = block {
                prop_assert!(text.contains(said.trim()), "{said:?}");
            }
        }
    }

    #[test]
    fn hangul_documents_are_sound_and_say_it_all(words in hostile()) {
        let document = document(&words);
        let parts = package(&write(&document, Format::Hwpx).unwrap());
        let section = parts.iter().find(|(name, _)| name == "Contents/section0.xml").unwrap();
        let text = read_markup(&section.1);
        for said in texts(&document) {
            // Spaces may stand as elements of their own.
            let bare = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert!(bare(&text).contains(&bare(&said)), "{said:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    #[test]
    fn any_words_make_a_pdf(words in hostile()) {
        let pdf = write(&document(&words), Format::Pdf).unwrap();
        prop_assert!(pdf.starts_with(b"%PDF-1.7"));
    }
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let words = ["보고서".to_owned(), "가 나".to_owned()];
    let first = Format::ALL.map(|format| write(&document(&words), format).unwrap());
    // What took the time of a clock would differ by now: archives tell times in steps of two seconds.
    std::thread::sleep(std::time::Duration::from_millis(2100));
    let second = Format::ALL.map(|format| write(&document(&words), format).unwrap());
    for (format, (first, second)) in Format::ALL.into_iter().zip(first.into_iter().zip(second)) {
        assert_eq!(first, second, "{format:?}");
    }
}
