//! Parameters of the data interface. A key that is not known is an error that names it.

use axum::extract::Query;
use axum::http::Uri;
use bonghwa_analytics::format::parse_local;
use bonghwa_analytics::identity::IdentityMode;
use serde::de::DeserializeOwned;
use serde::de::IntoDeserializer;
use serde::de::value::{Error as ValueError, StrDeserializer};

use super::error::ApiError;

/// The parameters of an address, decoded.
pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads those of an address; only the keys given may stand in it, each once.
    pub(super) fn read(uri: &Uri, known: &[&str]) -> Result<Self, ApiError> {
        let wrong = |_| ApiError::Parameter("the query string cannot be read".into());
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri).map_err(wrong)?;
        for (at, (key, _)) in pairs.iter().enumerate() {
            if !known.contains(&key.as_str()) {
                let known = known.join(", ");
                return Err(ApiError::Parameter(format!("there is no parameter {key:?} here; known are {known}")));
            }
            if pairs.iter().take(at).any(|(other, _)| other == key) {
                return Err(ApiError::Parameter(format!("the parameter {key:?} stands twice")));
            }
        }
        Ok(Self(pairs))
    }

    /// The value of a key, unless it is absent or empty.
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(k, v)| k == key && !v.is_empty()).map(|(_, v)| v.as_str())
    }

    /// The value of a key that must be there.
    pub(super) fn need(&self, key: &str) -> Result<&str, ApiError> {
        self.get(key).ok_or_else(|| ApiError::Parameter(format!("the parameter {key:?} is missing")))
    }

    /// A name as the data model writes it (`latency_p95`, `five_minutes`).
    pub(super) fn name<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, ApiError> {
        self.get(key).map(|value| name(key, value)).transpose()
    }

    /// Checks that a value, if given, is the name of one of the choices that a page offers.
    pub(super) fn one_of<T>(&self, key: &str, choices: &[(T, &str)]) -> Result<(), ApiError> {
        match self.get(key) {
            Some(value) if !choices.iter().any(|(_, name)| *name == value) => {
                let names: Vec<_> = choices.iter().map(|(_, name)| *name).collect();
                Err(ApiError::Parameter(format!("{key} = {value:?} is not known; give one of {}", names.join(", "))))
            }
            _ => Ok(()),
        }
    }

    /// Checks that a value, if given, is an instant.
    pub(super) fn instant_if_given(&self, key: &str) -> Result<(), ApiError> {
        if self.get(key).is_some() { self.instant(key).map(drop) } else { Ok(()) }
    }

    /// A list of names, separated by commas.
    pub(super) fn list(&self, key: &str) -> Vec<&str> {
        self.get(key).map(|value| value.split(',').filter(|item| !item.is_empty()).collect()).unwrap_or_default()
    }

    /// An identity mode, by its full name or the short one that pages use.
    pub(super) fn mode(&self) -> Result<Option<IdentityMode>, ApiError> {
        match self.get("mode") {
            Some("session") => Ok(Some(IdentityMode::SessionCookie)),
            Some("user") => Ok(Some(IdentityMode::UserCookie)),
            _ => self.name("mode"),
        }
    }

    /// An instant: seconds since the epoch, or a date and time in Asia/Seoul as pages write it.
    pub(super) fn instant(&self, key: &str) -> Result<i64, ApiError> {
        let value = self.need(key)?;
        let wrong = || {
            ApiError::Parameter(format!("{key} = {value:?} is no instant; give seconds since 1970 or 2026-11-20T14:05"))
        };
        parse_local(value).ok_or_else(wrong)
    }

    /// `from` and `to`, in order and at most so far apart.
    pub(super) fn period(&self, longest: i64) -> Result<(i64, i64), ApiError> {
        let (from, to) = (self.instant("from")?, self.instant("to")?);
        if from >= to {
            return Err(ApiError::Parameter("`from` must lie before `to`".into()));
        }
        if to - from > longest {
            let days = longest / bonghwa_analytics::time::DAY;
            return Err(ApiError::Parameter(format!("the period is longer than {days} days; ask for a shorter one")));
        }
        Ok((from, to))
    }
}

/// Reads a name as the data model writes it.
pub(super) fn name<T: DeserializeOwned>(key: &str, value: &str) -> Result<T, ApiError> {
    let source: StrDeserializer<'_, ValueError> = value.into_deserializer();
    T::deserialize(source).map_err(|error| ApiError::Parameter(format!("{key}: {error}")))
}

#[cfg(test)]
mod tests {
    use bonghwa_analytics::time::Resolution;
    use bonghwa_analytics::view::Measure;

    use super::*;

    fn read(query: &str) -> Result<Parameters, ApiError> {
        Parameters::read(&format!("/api/x?{query}").parse().unwrap(), &["from", "to", "measure", "mode", "regions"])
    }

    #[test]
    fn parameters_are_read() {
        let p = read("from=100&to=400&measure=latency_p95&mode=user&regions=seoul,busan,").unwrap();
        assert_eq!(p.period(300).unwrap(), (100, 400));
        assert_eq!(p.name::<Measure>("measure").unwrap(), Some(Measure::LatencyP95));
        assert_eq!(p.mode().unwrap(), Some(IdentityMode::UserCookie));
        assert_eq!(p.list("regions"), ["seoul", "busan"]);
        assert_eq!(read("").unwrap().name::<Resolution>("measure").unwrap(), None);
    }

    #[test]
    fn what_is_wrong_is_named() {
        fn text<T>(result: Result<T, ApiError>) -> String {
            result.err().unwrap().to_string()
        }
        assert!(text(read("form=1")).contains("\"form\""));
        assert!(text(read("from=1&from=2")).contains("twice"));
        assert!(text(read("measure=heat").unwrap().name::<Measure>("measure")).contains("heat"));
        for query in ["to=1", "from=1", "from=5&to=5", "from=x&to=9", "from=0&to=301", "from=-9223372036854775808&to=1"]
        {
            assert!(read(query).unwrap().period(300).is_err(), "{query}");
        }
    }
}
