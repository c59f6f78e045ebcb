//! `GET /api/frames?region=busan&since=CURSOR&limit=N`: what changed after a cursor, with all sections, for whoever merges.

use std::collections::BTreeMap;

use bonghwa_analytics::atlas::NATION;
use bonghwa_analytics::frame::{Frame, Row};
use bonghwa_analytics::time::Resolution;
use bonghwa_edge::error::ApiError;
use bonghwa_edge::part::{self, Cursor};
use worker::{Env, Method, Request, Response};

use crate::access;
use crate::settings::Settings;
use crate::wire::{self, CURSOR, Query, Reply, ask, fault};

/// Rows of one answer, about.
const LIMIT: u64 = 256;
const MOST: u64 = 1024;

/// The frames, or 304 if there is nothing new.
pub(crate) async fn answer(env: &Env, settings: &Settings, request: &Request) -> Result<Response, ApiError> {
    let query = Query::of(request);
    let region = query.get("region");
    let parts = if region == NATION { 1 } else { settings.parts(region)? };
    access::reader(env, settings, request.headers(), region).await?;
    let since = query.get("since");
    let wrong =
        || ApiError::Parameter(format!("since = {since:?} is no cursor of {region}; leave it away to begin anew"));
    let cursor = Cursor::parse(since, parts).ok_or_else(wrong)?;
    let limit = query.number("limit", LIMIT)?.clamp(1, MOST).div_ceil(parts as u64);
    let mut next = Vec::with_capacity(parts);
    let mut pages: Vec<Reply> = Vec::with_capacity(parts);
    for (part, seen) in cursor.0.iter().enumerate() {
        let object = if region == NATION { wire::nation(env)? } else { wire::region(env, region, part)? };
        let path = format!("/changes?region={region}&since={seen}&limit={limit}");
        let page = ask(&object, Method::Get, &path, None).await?;
        next.push(page.number(CURSOR));
        pages.push(page);
    }
    let next = Cursor(next).to_string();
    let tag = format!("\"{next}\"");
    let known = request.headers().get("if-none-match").map_err(fault)?;
    let same = known.is_some_and(|value| value.split(',').any(|given| given.trim().trim_start_matches("W/") == tag));
    let response = if same || next == since {
        Response::empty().map_err(fault)?.with_status(304)
    } else {
        let body = match pages.as_mut_slice() {
            [only] => std::mem::take(&mut only.body),
            pages => merge(env, region, pages).await?,
        };
        Response::from_bytes(body).map_err(fault)?
    };
    for (name, value) in [
        ("content-type", "application/vnd.bonghwa.frames"),
        ("cache-control", "private, no-cache"),
        (CURSOR, &next),
        ("etag", &tag),
    ] {
        response.headers().set(name, value).map_err(fault)?;
    }
    Ok(response)
}

/// What changed in any part is read of all of them and merged.
async fn merge(env: &Env, region: &str, pages: &[Reply]) -> Result<Vec<u8>, ApiError> {
    let mut changed = Vec::new();
    for page in pages {
        changed.extend(page.frames()?);
    }
    let runs = part::runs(&changed);
    let Some(key) = changed.first().map(|frame| frame.key) else { return Ok(Vec::new()) };
    let path = format!("/rows?region={region}&runs={}", wire::runs_text(&runs));
    let mut rows: BTreeMap<Resolution, Vec<Vec<Row>>> = BTreeMap::new();
    for part in 0..pages.len() {
        let held = ask(&wire::region(env, region, part)?, Method::Get, &path, None).await?.frames()?;
        for Frame { resolution, rows: more, .. } in held {
            let parts = rows.entry(resolution).or_insert_with(|| vec![Vec::new(); pages.len()]);
            if let Some(place) = parts.get_mut(part) {
                place.extend(more);
            }
        }
    }
    let mut body = Vec::new();
    for (resolution, parts) in rows {
        part::merge(region, key, resolution, &parts)?.encode(&mut body);
    }
    Ok(body)
}
