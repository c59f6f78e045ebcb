//! A small part of Markdown: headings, paragraphs, lists, code. Everything else is text.

use crate::view::{Block, Inline, RunbookFile, RunbookHeading};

/// Bounds of what is kept: characters of a heading, blocks of a file.
const LONGEST_HEADING: usize = 120;
const MOST_BLOCKS: usize = 5000;

/// A runbook as it was read.
pub(super) struct Runbook {
    /// Its parts and the line of each.
    parts: Vec<(u32, Block)>,
}

/// A heading and what stands below it, up to the next one.
pub(super) struct Section<'b> {
    /// The headings that lead to it.
    pub(super) path: Vec<&'b RunbookHeading>,
    /// What stands there, with lines.
    pub(super) body: &'b [(u32, Block)],
}

impl Runbook {
    /// Reads a text. Any text is a runbook.
    pub(super) fn read(file: &str, text: &str) -> Self {
        let text: String = text.chars().filter(|c| is_seen(*c)).collect();
        let mut reader = Reader { parts: Vec::new(), paragraph: Vec::new(), headings: 0 };
        let mut lines = (1_u32..).zip(text.lines());
        while let Some((number, line)) = lines.next() {
            if reader.parts.len() >= MOST_BLOCKS {
                break;
            }
            let bare = line.trim();
            if let Some(fence) = ["```", "~~~"].into_iter().find(|fence| bare.starts_with(fence)) {
                reader.end_paragraph();
                let inside = lines.by_ref().map(|(_, line)| line).take_while(|line| line.trim() != fence);
                let code = inside.collect::<Vec<_>>().join("\n");
                reader.parts.push((number, Block::Code(code)));
            } else {
                reader.line(number, line);
            }
        }
        reader.end_paragraph();
        let mut parts = reader.parts;
        if !parts.iter().any(|(_, block)| matches!(block, Block::Heading(_))) {
            // What has no heading of its own is found under its name.
            parts.insert(0, (1, Block::Heading(heading(1, file, 0, 1))));
        }
        Self { parts }
    }

    /// Its parts, to be shown.
    pub(super) fn blocks(&self) -> Vec<Block> {
        self.parts.iter().map(|(_, block)| block.clone()).collect()
    }

    /// Its entry in the list of all.
    pub(super) fn listed(&self, file: &str) -> RunbookFile {
        let headings: Vec<RunbookHeading> = self.headings().cloned().collect();
        let title = headings.first().map_or_else(|| file.to_owned(), |first| first.text.clone());
        RunbookFile { file: file.to_owned(), title, headings }
    }

    fn headings(&self) -> impl Iterator<Item = &RunbookHeading> {
        self.parts
            .iter()
            .filter_map(|(_, block)| if let Block::Heading(heading) = block { Some(heading) } else { None })
    }

    /// Its sections in order.
    pub(super) fn sections(&self) -> Vec<Section<'_>> {
        let mut out: Vec<Section<'_>> = Vec::new();
        let mut path: Vec<&RunbookHeading> = Vec::new();
        let starts: Vec<usize> = self
            .parts
            .iter()
            .enumerate()
            .filter(|(_, part)| matches!(part.1, Block::Heading(_)))
            .map(|(at, _)| at)
            .collect();
        for (place, start) in starts.iter().enumerate() {
            let Some((_, Block::Heading(heading))) = self.parts.get(*start) else { continue };
            path.retain(|above| above.level < heading.level);
            path.push(heading);
            let end = starts.get(place + 1).copied().unwrap_or(self.parts.len());
            out.push(Section { path: path.clone(), body: self.parts.get(start + 1..end).unwrap_or_default() });
        }
        out
    }
}

struct Reader {
    parts: Vec<(u32, Block)>,
    /// Lines of the paragraph being read, and the number of its first.
    paragraph: Vec<(u32, String)>,
    headings: usize,
}

impl Reader {
    fn line(&mut self, number: u32, line: &str) {
        let bare = line.trim();
        let level = bare.bytes().take_while(|byte| *byte == b'#').count();
        if (1..=6).contains(&level) && bare.as_bytes().get(level) == Some(&b' ') {
            self.end_paragraph();
            let text = bare.get(level..).unwrap_or_default().trim().trim_end_matches('#').trim_end();
            self.parts.push((number, Block::Heading(heading(level as u8, text, self.headings, number))));
            self.headings += 1;
        } else if bare.is_empty() {
            self.end_paragraph();
        } else if let Some((numbered, text)) = item(bare) {
            self.end_paragraph();
            self.put_item(number, numbered, inline(text));
        } else if line.starts_with([' ', '\t']) && self.paragraph.is_empty() && self.ends_with_list() {
            if let Some((_, Block::List { items, .. })) = self.parts.last_mut()
                && let Some(last) = items.last_mut()
            {
                last.push(Inline::Text(" ".to_owned()));
                last.extend(inline(bare));
            }
        } else {
            self.paragraph.push((number, bare.to_owned()));
        }
    }

    /// Whether an indented line can belong to the item before it.
    fn ends_with_list(&self) -> bool {
        matches!(self.parts.last(), Some((_, Block::List { .. })))
    }

    fn put_item(&mut self, number: u32, numbered: bool, text: Vec<Inline>) {
        match self.parts.last_mut() {
            Some((_, Block::List { numbered: known, items })) if *known == numbered => items.push(text),
            _ => self.parts.push((number, Block::List { numbered, items: vec![text] })),
        }
    }

    fn end_paragraph(&mut self) {
        let lines = std::mem::take(&mut self.paragraph);
        if let Some((number, _)) = lines.first() {
            let text = lines.iter().map(|(_, line)| line.as_str()).collect::<Vec<_>>().join(" ");
            self.parts.push((*number, Block::Paragraph(inline(&text))));
        }
    }
}

fn heading(level: u8, text: &str, at: usize, line: u32) -> RunbookHeading {
    let text: String = plain(&inline(text)).chars().take(LONGEST_HEADING).collect();
    RunbookHeading { level, text, anchor: format!("s{at}"), line }
}

/// The text of an item of a list, and whether it is numbered.
fn item(line: &str) -> Option<(bool, &str)> {
    if let Some(text) = ["- ", "* ", "+ "].into_iter().find_map(|mark| line.strip_prefix(mark)) {
        return Some((false, text.trim_start()));
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let rest = line.get(digits..)?;
    let text = rest.strip_prefix(". ").or_else(|| rest.strip_prefix(") "))?;
    (1..=3).contains(&digits).then_some((true, text.trim_start()))
}

/// A line's parts. Of a link its words and where it leads stand as text, so that nothing is followed unseen.
fn inline(text: &str) -> Vec<Inline> {
    let mut out = Vec::new();
    let mut parts = text.split('`').peekable();
    let mut code = false;
    while let Some(part) = parts.next() {
        // A mark without its second is a mark.
        let part = match (code, parts.peek()) {
            (true, None) => format!("`{part}"),
            _ => part.to_owned(),
        };
        let closed = code && parts.peek().is_some();
        if closed {
            out.push(Inline::Code(part));
        } else if !part.is_empty() {
            out.push(Inline::Text(part.replace("**", "")));
        }
        code = !code;
    }
    out
}

/// The words of a line.
pub(super) fn plain(parts: &[Inline]) -> String {
    parts
        .iter()
        .map(|part| match part {
            Inline::Text(text) | Inline::Code(text) => text.as_str(),
        })
        .collect()
}

/// The words of a part.
pub(super) fn words(block: &Block) -> String {
    match block {
        Block::Heading(heading) => heading.text.clone(),
        Block::Paragraph(parts) => plain(parts),
        Block::List { items, .. } => items.iter().map(|item| plain(item)).collect::<Vec<_>>().join(" · "),
        Block::Code(code) => code.split_whitespace().collect::<Vec<_>>().join(" "),
    }
}

/// Whether a character is kept: those that control a terminal, turn the direction of writing or have no width are not.
fn is_seen(c: char) -> bool {
    let hidden = matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}');
    !hidden && (!c.is_control() || matches!(c, '\n' | '\t'))
}
