//! Templates whose slots have names, and Korean particles that follow them.

use crate::part::facts::Piece;
use crate::particle::{Particle, particle};

/// Fills a template. `{s}` is the piece named `s`; `{s은}`, `{s이}`, `{s을}`, `{s과}` and `{s로}` are that piece with the
/// particle that its last sound asks for. A slot that has no piece is left out.
pub(crate) fn speak(template: &str, slots: &[(char, Piece)]) -> Vec<Piece> {
    let mut out = Vec::new();
    let mut words = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        words.push_str(before);
        let (slot, after) = after.split_once('}').unwrap_or((after, ""));
        rest = after;
        let mut letters = slot.chars();
        let Some((_, piece)) = letters.next().and_then(|name| slots.iter().find(|(slot, _)| *slot == name)) else {
            continue;
        };
        let tail = match letters.next() {
            Some('은') => particle(piece.text(), Particle::Topic),
            Some('이') => particle(piece.text(), Particle::Subject),
            Some('을') => particle(piece.text(), Particle::Object),
            Some('과') => particle(piece.text(), Particle::And),
            Some('로') => particle(piece.text(), Particle::By),
            _ => "",
        };
        match piece {
            Piece::Text(text) => words.push_str(text),
            Piece::Fact(..) => {
                flush(&mut words, &mut out);
                out.push(piece.clone());
            }
        }
        words.push_str(tail);
    }
    words.push_str(rest);
    flush(&mut words, &mut out);
    out
}

fn flush(words: &mut String, out: &mut Vec<Piece>) {
    if !words.is_empty() {
        out.push(Piece::Text(std::mem::take(words)));
    }
}

/// A sentence as plain text: where its figures have their source beside them.
pub(crate) fn plain(pieces: &[Piece]) -> String {
    pieces.iter().map(Piece::text).collect()
}

/// A slot of words.
pub(crate) fn word(name: char, text: &str) -> (char, Piece) {
    (name, Piece::Text(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_take_their_particles() {
        let slots = [word('s', "서울"), word('d', "minwon-db"), ('v', Piece::Fact("a".into(), "3.2배".into()))];
        let said = speak("{s이} {d로} {v은} {x}{s과}", &slots);
        assert_eq!(plain(&said), "서울이 minwon-db로 3.2배는 서울과");
        assert_eq!(said[1], Piece::Fact("a".into(), "3.2배".into()));
        assert_eq!(plain(&speak("{s", &slots)), "서울");
        assert_eq!(plain(&speak("", &slots)), "");
    }
}
