//! Settings from environment variables: `BONGHWA_` and the key in capitals (`BONGHWA_LIMITS_RATIO`).

use std::collections::BTreeMap;
use std::str::FromStr;

use bonghwa_analytics::identity::IdentityMode;

use super::{DataClass, Secret, Settings, SettingsError, edges, model};

/// Variables that are read elsewhere and are no settings of the file.
const OTHERS: [&str; 2] = ["BONGHWA_CONFIG", "BONGHWA_KEY"];

/// The value of a variable.
pub(super) fn get<'a>(environment: &'a [(String, String)], name: &str) -> Option<&'a str> {
    environment.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// Sets what the variables name. A `BONGHWA_` variable that names nothing is an error.
pub(super) fn apply(settings: &mut Settings, environment: &[(String, String)]) -> Result<(), SettingsError> {
    let mut keys = BTreeMap::new();
    for (name, value) in environment {
        let Some(key) = name.strip_prefix("BONGHWA_") else { continue };
        if OTHERS.contains(&name.as_str()) {
            continue;
        }
        if let Some(provider) = key.strip_prefix("MODEL_").and_then(|rest| rest.strip_suffix("_KEY")) {
            let provider = provider.to_ascii_lowercase().replace('_', "-");
            keys.insert(provider, (name.clone(), Secret::from(value.as_str())));
            continue;
        }
        set(settings, key, value).map_err(|message| SettingsError::Environment { name: name.clone(), message })?;
    }
    model::apply_keys(&mut settings.model, &keys)
}

fn set(settings: &mut Settings, key: &str, value: &str) -> Result<(), String> {
    let (retention, limits) = (&mut settings.retention, &mut settings.limits);
    match key {
        "TITLE_KO" => settings.title.ko = value.into(),
        "TITLE_EN" => settings.title.en = value.into(),
        "LISTEN" => put(&mut settings.listen, value, "an address and port such as 127.0.0.1:8080")?,
        "ALLOWED_HOSTS" => settings.allowed_hosts = list(value),
        "DATA" => settings.data = Some(value.into()),
        "DIST" => settings.dist = value.into(),
        "REGIONS" => settings.regions = Some(value.into()),
        "DEFAULT_REGION" => settings.default_region = value.into(),
        "IDENTITY" => settings.identity = identity(value)?,
        "SESSION_COOKIES" => settings.session_cookies = list(value),
        "USER_COOKIES" => settings.user_cookies = list(value),
        "ENTRY_SERVICES" => settings.entry_services = list(value),
        "LOGINS" => settings.logins = list(value),
        "SESSIONS_GAP" => settings.sessions.gap = value.parse()?,
        "SESSIONS_LONG_LIVED" => settings.sessions.long_lived = value.parse()?,
        "SESSIONS_LOGINS_PER_MINUTE" => put(&mut settings.sessions.logins_per_minute, value, "a whole number")?,
        "SESSIONS_IDENTITIES" => put(&mut settings.sessions.identities, value, "a whole number")?,
        "SESSIONS_ADDRESSES" => put(&mut settings.sessions.addresses, value, "a whole number")?,
        "REPORTS_WEEKLY" => settings.reports.weekly = Some(value.parse()?),
        "REPORTS_KEEP" => put(&mut settings.reports.keep, value, "a whole number")?,
        "ANSWERS_KEEP" => settings.answers.keep = value.parse()?,
        "RUNBOOKS_DIR" => settings.runbooks.dir = Some(value.into()),
        "DURABLE_POWER" => put(&mut settings.durable_power, value, "true or false")?,
        "RETENTION_TWO_SECONDS" => retention.two_seconds = value.parse()?,
        "RETENTION_MINUTE" => retention.minute = value.parse()?,
        "RETENTION_FIVE_MINUTES" => retention.five_minutes = value.parse()?,
        "RETENTION_HOUR" => retention.hour = value.parse()?,
        "LIMITS_COMPRESSED_BYTES" => put(&mut limits.compressed_bytes, value, "a whole number")?,
        "LIMITS_DECOMPRESSED_BYTES" => put(&mut limits.decompressed_bytes, value, "a whole number")?,
        "LIMITS_RATIO" => put(&mut limits.ratio, value, "a whole number")?,
        "LIMITS_ATTRIBUTES" => put(&mut limits.attributes, value, "a whole number")?,
        "LIMITS_ROUTES" => put(&mut limits.routes, value, "a whole number")?,
        "LIMITS_SERVICES" => put(&mut limits.services, value, "a whole number")?,
        "LIMITS_SERIES" => put(&mut limits.series, value, "a whole number")?,
        "LIMITS_IN_FLIGHT_BYTES" => put(&mut limits.in_flight_bytes, value, "a whole number")?,
        "LIMITS_IN_FLIGHT_REQUESTS" => put(&mut limits.in_flight_requests, value, "a whole number")?,
        "LIMITS_LIVE_CONNECTIONS" => put(&mut limits.live_connections, value, "a whole number")?,
        "LIMITS_IMPORT_BYTES" => put(&mut limits.import_bytes, value, "a whole number")?,
        "LIMITS_MAX_FUTURE" => limits.max_future = value.parse()?,
        "LIMITS_MAX_PAST" => limits.max_past = value.parse()?,
        "MODEL_CLASS" => settings.model.class = class(value)?,
        "MODEL_TOKENS_PER_HOUR" => put(&mut settings.model.tokens_per_hour, value, "a whole number")?,
        "MODEL_TOKENS_PER_DAY" => put(&mut settings.model.tokens_per_day, value, "a whole number")?,
        "MODEL_CONCURRENT" => put(&mut settings.model.concurrent, value, "a whole number")?,
        "MODEL_PROMPTS_PROPOSE" => settings.model.prompts.propose = value.into(),
        "MODEL_PROMPTS_PHRASE" => settings.model.prompts.phrase = value.into(),
        key if key.strip_prefix("EDGES_").and_then(|rest| edges::set(&mut settings.edges, rest, value)).is_some() => {}
        _ => return Err("there is no such setting; see bonghwa.sample.toml for every key, or unset it".into()),
    }
    Ok(())
}

fn put<T: FromStr>(place: &mut T, value: &str, form: &str) -> Result<(), String> {
    *place = value.trim().parse().map_err(|_| format!("{value:?} cannot be read; give {form}"))?;
    Ok(())
}

/// Comma-separated names; an empty variable is an empty list.
fn list(value: &str) -> Vec<String> {
    value.split(',').map(str::trim).filter(|name| !name.is_empty()).map(String::from).collect()
}

fn identity(value: &str) -> Result<IdentityMode, String> {
    match value {
        "ip" => Ok(IdentityMode::Ip),
        "session_cookie" => Ok(IdentityMode::SessionCookie),
        "user_cookie" => Ok(IdentityMode::UserCookie),
        _ => Err(format!("{value:?} is no identity mode; give ip, session_cookie or user_cookie")),
    }
}

fn class(value: &str) -> Result<DataClass, String> {
    match value {
        "C" => Ok(DataClass::C),
        "S" => Ok(DataClass::S),
        "O" => Ok(DataClass::O),
        _ => Err(format!("{value:?} is no class of data; give C, S or O")),
    }
}
