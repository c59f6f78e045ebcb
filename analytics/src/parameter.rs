//! Parameters of the data interface: what an address says beside its path, decoded.

use serde::de::value::{Error as ValueError, StrDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer};

use crate::format::parse_local;
use crate::time::DAY;

/// Keys and values. A value that is empty counts as absent.
#[derive(Clone, Debug, Default)]
pub struct Parameters(Vec<(String, String)>);

/// Why a parameter makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParameterError {
    /// It must be there.
    #[error("the parameter {0:?} is missing")]
    Missing(String),
    /// No such name is known.
    #[error("{0}: {1}")]
    Name(String, String),
    /// Neither seconds nor a date and a time.
    #[error("{0} = {1:?} is no instant; give seconds since 1970 or 2026-11-20T14:05")]
    Instant(String, String),
    /// It ends before it begins.
    #[error("`from` must lie before `to`")]
    Order,
    /// It is longer than so many seconds.
    #[error("the period is longer than {} days; ask for a shorter one", .0 / DAY)]
    Long(i64),
}

impl FromIterator<(String, String)> for Parameters {
    fn from_iter<T: IntoIterator<Item = (String, String)>>(pairs: T) -> Self {
        Self(pairs.into_iter().collect())
    }
}

impl Parameters {
    /// The value of a key, the first if there are several.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.all(key).next()
    }

    /// All values of a key.
    pub fn all(&self, key: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(known, value)| known == key && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// The value of a key that must be there.
    pub fn need(&self, key: &str) -> Result<&str, ParameterError> {
        self.get(key).ok_or_else(|| ParameterError::Missing(key.to_owned()))
    }

    /// A name as the data model writes it (`latency_p95`, `five_minutes`), which must be there.
    pub fn name<T: DeserializeOwned>(&self, key: &str) -> Result<T, ParameterError> {
        let source: StrDeserializer<'_, ValueError> = self.need(key)?.into_deserializer();
        T::deserialize(source).map_err(|error| ParameterError::Name(key.to_owned(), error.to_string()))
    }

    /// Such a name, if it is there.
    pub fn name_if_given<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, ParameterError> {
        self.get(key).map(|_| self.name(key)).transpose()
    }

    /// An instant: seconds since the epoch, or a date and time in Asia/Seoul as pages write it.
    pub fn instant(&self, key: &str) -> Result<i64, ParameterError> {
        let value = self.need(key)?;
        parse_local(value).ok_or_else(|| ParameterError::Instant(key.to_owned(), value.to_owned()))
    }

    /// An instant, if it is there.
    pub fn instant_if_given(&self, key: &str) -> Result<Option<i64>, ParameterError> {
        self.get(key).map(|_| self.instant(key)).transpose()
    }

    /// `from` and `to`, in order and at most so far apart.
    pub fn period(&self, longest: i64) -> Result<(i64, i64), ParameterError> {
        let (from, to) = (self.instant("from")?, self.instant("to")?);
        if from >= to {
            return Err(ParameterError::Order);
        }
        if to - from > longest { Err(ParameterError::Long(longest)) } else { Ok((from, to)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Resolution;
    use crate::view::Measure;

    fn read(pairs: &[(&str, &str)]) -> Parameters {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn parameters_are_read() {
        let p = read(&[("from", "100"), ("to", "400"), ("measure", "latency_p95"), ("r", "a"), ("r", ""), ("r", "b")]);
        assert_eq!(p.period(300), Ok((100, 400)));
        assert_eq!(p.name("measure"), Ok(Measure::LatencyP95));
        assert_eq!((p.get("r"), p.all("r").collect::<Vec<_>>()), (Some("a"), vec!["a", "b"]));
        assert_eq!(read(&[("every", "")]).name_if_given::<Resolution>("every"), Ok(None));
        assert_eq!(p.instant_if_given("to"), Ok(Some(400)));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let heat = read(&[("measure", "heat")]).name::<Measure>("measure").unwrap_err().to_string();
        assert!(heat.starts_with("measure: ") && heat.contains("heat"), "{heat}");
        let wrong = |from: &str, to: &str| read(&[("from", from), ("to", to)]).period(300).unwrap_err();
        assert_eq!(wrong("", "1"), ParameterError::Missing("from".into()));
        assert_eq!(wrong("5", "5"), ParameterError::Order);
        assert_eq!(wrong("x", "9"), ParameterError::Instant("from".into(), "x".into()));
        assert_eq!(wrong("0", "301"), ParameterError::Long(300));
        assert_eq!(wrong("-9223372036854775808", "1"), ParameterError::Instant("from".into(), i64::MIN.to_string()));
    }
}
