//! Who may do what. Keys are kept by the objects of their regions; the administrator's is a secret of the Worker.

use std::cell::RefCell;
use std::collections::BTreeMap;

use bonghwa_analytics::atlas::NATION;
use bonghwa_analytics::codec::hex;
use bonghwa_edge::error::ApiError;
use bonghwa_edge::key::{self, Use};
use serde_json::{Value, json};
use worker::{Env, Headers, Method, Request, Response};

use crate::settings::Settings;
use crate::wire::{self, Query, ask, fault, now};

/// Seconds for which a sender's key, once found good, lets bodies be parsed. Whether they are stored is decided by the
/// object with each of them.
const TRUST: i64 = 60;
/// Keys remembered as good.
const REMEMBERED: usize = 1000;

thread_local! {
    static GOOD: RefCell<BTreeMap<[u8; 32], i64>> = const { RefCell::new(BTreeMap::new()) };
}

/// A key that a request came with.
pub(crate) struct Bearer {
    token: String,
    /// Region that it names.
    pub(crate) region: String,
    /// Its hash.
    pub(crate) sha256: [u8; 32],
}

impl Bearer {
    /// The key in `Authorization: Bearer`, if it has the form of one of this fleet.
    fn of(headers: &Headers, settings: &Settings) -> Result<Self, ApiError> {
        let value = headers.get("authorization").ok().flatten().ok_or(ApiError::Unauthenticated)?;
        let (scheme, token) = value.split_once(' ').ok_or(ApiError::Unauthenticated)?;
        let token = token.trim().to_owned();
        let sha256 = key::hash(&token);
        let admin = key::same(&sha256, &key::hash(&settings.admin));
        let region =
            key::region_of(&token).filter(|region| *region == NATION || settings.regions.contains_key(*region));
        if !scheme.eq_ignore_ascii_case("bearer") || (region.is_none() && !admin) {
            return Err(ApiError::Unauthenticated);
        }
        let region = region.unwrap_or_default().to_owned();
        Ok(Self { token, region, sha256 })
    }

    fn is_admin(&self, settings: &Settings) -> bool {
        key::same(&self.sha256, &key::hash(&settings.admin)) && !self.token.is_empty()
    }

    /// Asks the object that keeps the key whether it may be used so.
    async fn check(&self, env: &Env, purpose: Use) -> Result<(), ApiError> {
        let object = if self.region == NATION { wire::nation(env)? } else { wire::region(env, &self.region, 0)? };
        let path = format!("/allow?key={}&use={}", hex(&self.sha256), purpose.name());
        ask(&object, Method::Get, &path, None).await.map(drop)
    }
}

/// The key of a sender, whose region it names.
pub(crate) async fn sender(env: &Env, settings: &Settings, headers: &Headers) -> Result<Bearer, ApiError> {
    let bearer = Bearer::of(headers, settings)?;
    if bearer.is_admin(settings) || bearer.region == NATION {
        return Err(ApiError::Forbidden("this key is not made for sending telemetry".to_owned()));
    }
    let good = GOOD.with_borrow(|good| good.get(&bearer.sha256).is_some_and(|until| *until > now()));
    if !good {
        bearer.check(env, Use::Ingest).await?;
        GOOD.with_borrow_mut(|good| {
            good.retain(|_, until| *until > now());
            while good.len() >= REMEMBERED {
                good.pop_first();
            }
            good.insert(bearer.sha256, now() + TRUST);
        });
    }
    Ok(bearer)
}

/// Forgets that a key was good: its object refused it.
pub(crate) fn distrust(bearer: &Bearer) {
    GOOD.with_borrow_mut(|good| good.remove(&bearer.sha256));
}

/// Lets a reader of a region pass; with a key of the nation every region may be read.
pub(crate) async fn reader(env: &Env, settings: &Settings, headers: &Headers, region: &str) -> Result<(), ApiError> {
    let bearer = Bearer::of(headers, settings)?;
    if bearer.is_admin(settings) {
        return Err(ApiError::Forbidden("this key is not made for reading".to_owned()));
    }
    bearer.check(env, Use::Read).await?;
    if bearer.region == region || bearer.region == NATION {
        Ok(())
    } else {
        Err(ApiError::Forbidden(format!("this key is made for reading {}", bearer.region)))
    }
}

/// Lets whoever may read or administrate pass.
pub(crate) async fn watcher(env: &Env, settings: &Settings, headers: &Headers) -> Result<(), ApiError> {
    let bearer = Bearer::of(headers, settings)?;
    if bearer.is_admin(settings) { Ok(()) } else { bearer.check(env, Use::Read).await }
}

async fn steward(env: &Env, settings: &Settings, headers: &Headers) -> Result<(), ApiError> {
    let bearer = Bearer::of(headers, settings)?;
    if bearer.is_admin(settings) {
        return Ok(());
    }
    // An unknown key is told apart from one that is made for something else.
    match bearer.check(env, Use::Admin).await {
        Err(ApiError::Forbidden(_)) | Ok(()) => Err(ApiError::Forbidden("an admin key is needed for this".to_owned())),
        Err(error) => Err(error),
    }
}

/// `POST /api/keys`, `GET /api/keys`, `DELETE /api/keys/<id>`.
pub(crate) async fn keys(env: &Env, settings: &Settings, mut request: Request) -> Result<Response, ApiError> {
    steward(env, settings, request.headers()).await?;
    let query = Query::of(&request);
    let path = request.path();
    match (request.method(), path.strip_prefix("/api/keys").unwrap_or_default()) {
        (Method::Post, "") => {
            let body = request.bytes().await.map_err(fault)?;
            let wanted: Value = serde_json::from_slice(&body).map_err(|error| ApiError::Body(error.to_string()))?;
            make(env, settings, &wanted).await
        }
        (Method::Get, "") => list(env, settings).await,
        (Method::Delete, id) if id.len() > 1 => {
            let id: String = id.chars().filter(char::is_ascii_hexdigit).collect();
            for object in objects(env, settings, query.get("region"))? {
                ask(&object, Method::Delete, &format!("/keys?id={id}"), None).await?;
            }
            Ok(Response::empty().map_err(fault)?.with_status(204))
        }
        (method, _) => Err(ApiError::Method(method.to_string())),
    }
}

/// Every part of a region has its keys, so that each decides for itself.
fn objects(env: &Env, settings: &Settings, region: &str) -> Result<Vec<worker::Stub>, ApiError> {
    if region == NATION {
        return Ok(vec![wire::nation(env)?]);
    }
    (0..settings.parts(region)?).map(|part| wire::region(env, region, part)).collect()
}

async fn make(env: &Env, settings: &Settings, wanted: &Value) -> Result<Response, ApiError> {
    let text = |name: &str| wanted.get(name).and_then(Value::as_str).unwrap_or_default();
    let region = text("region");
    let purpose = Use::from_name(text("use")).filter(|purpose| match purpose {
        Use::Ingest => region != NATION,
        Use::Read => true,
        Use::Admin => false,
    });
    let wrong = || ApiError::Parameter(format!("use is ingest (for a region) or read (for a region or {NATION:?})"));
    let purpose = purpose.ok_or_else(wrong)?;
    let objects = objects(env, settings, region)?;
    let (id, token) = key::compose(region, random()?, random()?);
    let path = format!("/keys?id={id}&use={}&key={}", purpose.name(), hex(&key::hash(&token)));
    for (index, object) in objects.iter().enumerate() {
        if let Err(error) = ask(object, Method::Post, &path, None).await {
            for object in objects.iter().take(index) {
                // A part that cannot forget it now keeps the hash of a key that nobody has.
                let _ = ask(object, Method::Delete, &format!("/keys?id={id}"), None).await;
            }
            return Err(error);
        }
    }
    let body = json!({ "id": id, "region": region, "use": purpose.name(), "key": token });
    Ok(Response::from_json(&body).map_err(fault)?.with_status(201))
}

async fn list(env: &Env, settings: &Settings) -> Result<Response, ApiError> {
    let mut keys = Vec::new();
    for region in settings.regions.keys().map(String::as_str).chain([NATION]) {
        let Some(object) = objects(env, settings, region)?.into_iter().next() else { continue };
        let reply = ask(&object, Method::Get, "/keys", None).await?;
        let held: Vec<Value> =
            serde_json::from_slice(&reply.body).map_err(|error| ApiError::Internal(error.to_string()))?;
        for mut key in held {
            key["region"] = json!(region);
            keys.push(key);
        }
    }
    Response::from_json(&json!({ "keys": keys })).map_err(fault)
}

fn random<const N: usize>() -> Result<[u8; N], ApiError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| ApiError::Internal(error.to_string()))?;
    Ok(bytes)
}
