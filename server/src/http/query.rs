//! Parameters of the data interface. A key that is not known is an error that names it.

use std::ops::Deref;

use axum::extract::Query;
use axum::http::Uri;
use bonghwa_analytics::identity::IdentityMode;
use bonghwa_analytics::parameter;

use super::error::ApiError;

/// The parameters of an address, of which each is known and stands once.
pub(super) struct Parameters(parameter::Parameters);

impl Deref for Parameters {
    type Target = parameter::Parameters;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

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
        Ok(Self(pairs.into_iter().collect()))
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

    /// A list of names, separated by commas.
    pub(super) fn list(&self, key: &str) -> Vec<&str> {
        self.get(key).map(|value| value.split(',').filter(|item| !item.is_empty()).collect()).unwrap_or_default()
    }

    /// An identity mode, by its full name or the short one that pages use.
    pub(super) fn mode(&self) -> Result<Option<IdentityMode>, ApiError> {
        match self.get("mode") {
            Some("session") => Ok(Some(IdentityMode::SessionCookie)),
            Some("user") => Ok(Some(IdentityMode::UserCookie)),
            _ => Ok(self.name_if_given("mode")?),
        }
    }
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
        assert_eq!(p.name::<Measure>("measure").unwrap(), Measure::LatencyP95);
        assert_eq!(p.mode().unwrap(), Some(IdentityMode::UserCookie));
        assert_eq!(p.list("regions"), ["seoul", "busan"]);
        assert_eq!(read("").unwrap().name_if_given::<Resolution>("measure").unwrap(), None);
    }

    #[test]
    fn what_is_wrong_is_named() {
        fn text<T, E: ToString>(result: Result<T, E>) -> String {
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
