//! Settings of a Worker: the variables of wrangler.toml and two secrets.

use std::collections::BTreeMap;

use bonghwa_analytics::identity::FleetKey;
use bonghwa_edge::engine::EngineConfig;
use bonghwa_edge::error::ApiError;
use bonghwa_edge::part;
use bonghwa_edge::policy::Policy;
use js_sys::Reflect;
use wasm_bindgen::JsValue;
use worker::Env;

/// What every part of the Worker knows.
pub(crate) struct Settings {
    /// Number of parts by region.
    pub(crate) regions: BTreeMap<String, usize>,
    /// How telemetry is read.
    pub(crate) policy: Policy,
    /// Seconds that rows are kept, by resolution.
    pub(crate) retention: [i64; 4],
    /// Whoever has this may make keys.
    pub(crate) admin: String,
}

impl Settings {
    /// Reads them. What is wrong is said with its name.
    pub(crate) fn read(env: &Env) -> Result<Self, ApiError> {
        let wrong = |name: &str, why: &str| ApiError::Internal(format!("the setting {name} of this Worker: {why}"));
        // workerd gives null for a variable that is not set, which `Env::var` does not expect.
        let text = |name: &str| Reflect::get(env.as_ref(), &JsValue::from_str(name)).ok().and_then(|v| v.as_string());
        let var = |name: &str| text(name).filter(|value| !value.is_empty());
        let secret =
            |name: &str| var(name).ok_or_else(|| wrong(name, "it is not set; run `wrangler secret put` with its name"));
        let regions = part::regions(&var("REGIONS").unwrap_or_default()).map_err(|why| wrong("REGIONS", &why))?;
        let key = FleetKey::from_hex(&secret("FLEET_KEY")?);
        let key = key.ok_or_else(|| wrong("FLEET_KEY", "it must be 32 hexadecimal digits"))?;
        let mut policy = Policy::new(key);
        let lists = [
            ("SESSION_COOKIES", &mut policy.session_cookies),
            ("USER_COOKIES", &mut policy.user_cookies),
            ("ENTRY_SERVICES", &mut policy.entry_services),
            ("LOGINS", &mut policy.logins),
        ];
        for (name, list) in lists {
            if let Some(value) = var(name) {
                *list = value.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect();
            }
        }
        let mut retention = EngineConfig::RETENTION;
        if let Some(value) = var("RETENTION_SECONDS") {
            let numbers: Option<Vec<i64>> =
                value.split(',').map(|number| number.trim().parse().ok().filter(|kept| *kept > 0)).collect();
            retention = numbers.and_then(|numbers| numbers.try_into().ok()).ok_or_else(|| {
                wrong(
                    "RETENTION_SECONDS",
                    "give four numbers: for 2 s, 1 min, 5 min and 1 h, as in 3600,172800,3024000,63072000",
                )
            })?;
        }
        Ok(Self { regions, policy, retention, admin: secret("ADMIN_KEY")? })
    }

    /// What an object's engine needs to know. An alarm wakes an object without telling it its name, so whoever asks says
    /// the region, and frames get it on their way out.
    pub(crate) fn engine(&self) -> EngineConfig {
        EngineConfig {
            region: String::new(),
            key: self.policy.key.id(),
            retention: self.retention,
            max_cells: EngineConfig::MAX_CELLS,
            session_gap: bonghwa_analytics::session::GAP,
        }
    }

    /// The number of parts of a region.
    pub(crate) fn parts(&self, region: &str) -> Result<usize, ApiError> {
        self.regions.get(region).copied().ok_or_else(|| ApiError::UnknownRegion {
            given: region.chars().take(64).collect(),
            known: self.regions.keys().cloned().collect::<Vec<_>>().join(", "),
        })
    }
}
