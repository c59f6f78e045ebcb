//! Lengths of time as people write them: `90s`, `10m`, `48h`, `35d`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A length of time in whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seconds(pub i64);

impl Seconds {
    /// So many minutes.
    pub const fn minutes(n: i64) -> Self {
        Self(n * 60)
    }

    /// So many hours.
    pub const fn hours(n: i64) -> Self {
        Self(n * 3600)
    }

    /// So many days.
    pub const fn days(n: i64) -> Self {
        Self(n * 86_400)
    }
}

impl FromStr for Seconds {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not a length of time; write it like \"90s\", \"10m\", \"48h\" or \"35d\"");
        let unit = text.chars().last().ok_or_else(wrong)?;
        let scale = match unit {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            _ => return Err(wrong()),
        };
        let digits = &text[..text.len() - 1];
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(wrong());
        }
        let count: i64 = digits.parse().map_err(|_| wrong())?;
        count.checked_mul(scale).map(Self).ok_or_else(wrong)
    }
}

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            n if n != 0 && n % 86_400 == 0 => write!(f, "{}d", n / 86_400),
            n if n != 0 && n % 3600 == 0 => write!(f, "{}h", n / 3600),
            n if n != 0 && n % 60 == 0 => write!(f, "{}m", n / 60),
            n => write!(f, "{n}s"),
        }
    }
}

impl Serialize for Seconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for (text, seconds) in [("0s", 0), ("90s", 90), ("10m", 600), ("48h", 172_800), ("35d", 3_024_000)] {
            let value: Seconds = text.parse().unwrap();
            assert_eq!(value.0, seconds);
            assert_eq!(value.to_string().parse(), Ok(value));
        }
    }

    #[test]
    fn what_is_not_a_length_is_refused() {
        for text in ["", "s", "10", "-5m", "1.5h", "10분", "+3s", "99999999999999999999d", "9223372036854775807d"] {
            assert!(text.parse::<Seconds>().is_err(), "{text}");
        }
    }
}
