//! Korean particles after a word whose last sound is only known when the page is made.

/// A pair of particles, by whether the word before ends in a consonant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Particle {
    /// 은 / 는.
    Topic,
    /// 이 / 가.
    Subject,
    /// 을 / 를.
    Object,
    /// 과 / 와.
    And,
    /// 으로 / 로 (로 also after ㄹ).
    By,
    /// 이 / nothing, before 었 and 지만.
    Copula,
}

/// The sound at the end of a word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Vowel,
    Rieul,
    Consonant,
}

/// The particle that goes after `word`.
pub fn particle(word: &str, particle: Particle) -> &'static str {
    let ending = ending(word);
    let (after_consonant, after_vowel) = match particle {
        Particle::Topic => ("은", "는"),
        Particle::Subject => ("이", "가"),
        Particle::Object => ("을", "를"),
        Particle::And => ("과", "와"),
        Particle::By if ending == Ending::Rieul => ("로", "로"),
        Particle::By => ("으로", "로"),
        Particle::Copula => ("이", ""),
    };
    if ending == Ending::Vowel { after_vowel } else { after_consonant }
}

/// `word` with the particle behind it.
pub fn with(word: &str, which: Particle) -> String {
    format!("{word}{}", particle(word, which))
}

/// How a word ends when it is read aloud: Hangul by its final, digits by their Sino-Korean names (a number that ends
/// in 0 ends in 십, 백, 천, 만 or 영, all of them consonants), Latin letters by the names of the letters, `%` as 퍼센트.
/// What is in brackets at the end is not read.
fn ending(word: &str) -> Ending {
    let mut word = word.trim_end();
    while let Some(open) = word.strip_suffix(')').and_then(|inner| inner.rfind('(')) {
        word = word[..open].trim_end();
    }
    let Some(last) = word.chars().rev().find(|c| c.is_alphanumeric() || *c == '%') else { return Ending::Vowel };
    match last {
        '가'..='힣' => match (last as u32 - '가' as u32) % 28 {
            0 => Ending::Vowel,
            8 => Ending::Rieul,
            _ => Ending::Consonant,
        },
        '1' | '7' | '8' | 'l' | 'L' | 'r' | 'R' => Ending::Rieul,
        '0' | '3' | '6' | 'm' | 'M' | 'n' | 'N' => Ending::Consonant,
        _ => Ending::Vowel,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_the_last_sound() {
        for (word, topic, subject, by) in [
            ("서울", "은", "이", "로"),
            ("경기", "는", "가", "로"),
            ("강원", "은", "이", "으로"),
            ("세종", "은", "이", "으로"),
            ("18.4만", "은", "이", "으로"),
            ("1", "은", "이", "로"),
            ("2", "는", "가", "로"),
            ("3.2", "는", "가", "로"),
            ("10", "은", "이", "으로"),
            ("246 ms", "는", "가", "로"),
            ("2.1 %", "는", "가", "로"),
            ("admin", "은", "이", "으로"),
            ("mysql", "은", "이", "로"),
            ("was", "는", "가", "로"),
            ("부산(가상)", "은", "이", "으로"),
            ("오류율", "은", "이", "로"),
            ("", "는", "가", "로"),
            ("!?", "는", "가", "로"),
        ] {
            assert_eq!(particle(word, Particle::Topic), topic, "{word}");
            assert_eq!(particle(word, Particle::Subject), subject, "{word}");
            assert_eq!(particle(word, Particle::By), by, "{word}");
        }
        assert_eq!(with("대구", Particle::And), "대구와");
        assert_eq!(with("부산", Particle::And), "부산과");
        assert_eq!(with("명", Particle::Object), "명을");
        assert_eq!(with("개", Particle::Copula), "개");
    }
}
