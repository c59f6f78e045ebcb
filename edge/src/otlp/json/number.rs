//! Numbers as OTLP/JSON may write them.

use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

/// A number: written as one, or as a string (64-bit integers, `NaN`, `Infinity`); `null` is 0.
#[derive(Clone, Copy, Debug)]
pub(super) enum Number {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
}

impl Default for Number {
    fn default() -> Self {
        Self::Unsigned(0)
    }
}

impl Number {
    /// As `fixed64` or `uint32` holds it; what does not fit is the nearest that does.
    pub(super) const fn unsigned(self) -> u64 {
        match self {
            Self::Unsigned(value) => value,
            Self::Signed(value) if value < 0 => 0,
            Self::Signed(value) => value as u64,
            Self::Float(value) => value as u64,
        }
    }

    /// As `int64` holds it.
    pub(super) const fn signed(self) -> i64 {
        match self {
            Self::Unsigned(value) if value > i64::MAX as u64 => i64::MAX,
            Self::Unsigned(value) => value as i64,
            Self::Signed(value) => value,
            Self::Float(value) => value as i64,
        }
    }

    /// As `double` holds it.
    pub(super) const fn float(self) -> f64 {
        match self {
            Self::Unsigned(value) => value as f64,
            Self::Signed(value) => value as f64,
            Self::Float(value) => value,
        }
    }

    /// As an enumeration holds it.
    pub(super) const fn code(self) -> u64 {
        self.unsigned()
    }
}

/// Names of the enumeration values that are told apart. OTLP/JSON forbids names, yet some senders write them.
const NAMES: [(&str, u64); 8] = [
    ("SPAN_KIND_INTERNAL", 1),
    ("SPAN_KIND_SERVER", 2),
    ("SPAN_KIND_CLIENT", 3),
    ("SPAN_KIND_PRODUCER", 4),
    ("SPAN_KIND_CONSUMER", 5),
    ("STATUS_CODE_ERROR", 2),
    ("AGGREGATION_TEMPORALITY_DELTA", 1),
    ("AGGREGATION_TEMPORALITY_CUMULATIVE", 2),
];

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NumberVisitor;
        impl Visitor<'_> for NumberVisitor {
            type Value = Number;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a number, or a string that holds one")
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<Number, E> {
                Ok(Number::Unsigned(value))
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Number, E> {
                Ok(Number::Signed(value))
            }

            fn visit_f64<E: Error>(self, value: f64) -> Result<Number, E> {
                Ok(Number::Float(value))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Number, E> {
                let name = || NAMES.iter().find(|(name, _)| *name == text).map(|(_, code)| Number::Unsigned(*code));
                let unset = || text.ends_with("_UNSPECIFIED") || text.starts_with("STATUS_CODE_");
                (text.parse().map(Number::Unsigned).ok())
                    .or_else(|| text.parse().map(Number::Signed).ok())
                    .or_else(|| text.parse().map(Number::Float).ok())
                    .or_else(name)
                    .or_else(|| unset().then(Number::default))
                    .ok_or_else(|| E::invalid_value(serde::de::Unexpected::Str(text), &self))
            }

            fn visit_unit<E: Error>(self) -> Result<Number, E> {
                Ok(Number::default())
            }
        }
        deserializer.deserialize_any(NumberVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_in_many_forms() {
        let read = |text| serde_json::from_str::<Number>(text);
        assert_eq!(read("\"1700000000000000001\"").unwrap().unsigned(), 1_700_000_000_000_000_001);
        assert_eq!(read("1700000000000000001").unwrap().unsigned(), 1_700_000_000_000_000_001);
        assert_eq!(read("\"-5\"").unwrap().signed(), -5);
        assert_eq!(read("-5").unwrap().unsigned(), 0);
        assert_eq!(read("0.25").unwrap().float().to_bits(), 0.25_f64.to_bits());
        assert!(read("\"NaN\"").unwrap().float().is_nan());
        assert!(read("\"Infinity\"").unwrap().float().is_infinite());
        assert_eq!(read("null").unwrap().code(), 0);
        assert_eq!(read("\"SPAN_KIND_SERVER\"").unwrap().code(), 2);
        assert_eq!(read("\"STATUS_CODE_OK\"").unwrap().code(), 0);
        assert_eq!(read("18446744073709551615").unwrap().signed(), i64::MAX);
        let error = read("\"soon\"").unwrap_err().to_string();
        assert!(error.starts_with("invalid value: string \"soon\", expected a number"), "{error}");
        assert!(read("[]").is_err());
    }
}
