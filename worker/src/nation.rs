//! The object of the nation: makes the rows of all regions together from what the regions' objects hold. It also keeps the
//! fleet's own keys and counters.
#![expect(missing_docs, reason = "the macro of objects writes methods without")]

use std::cell::{Cell, RefCell};

use bonghwa_analytics::frame::Frame;
use bonghwa_edge::counter::{self, Counts};
use bonghwa_edge::error::ApiError;
use bonghwa_edge::nation::{self, Touched};
use worker::{DurableObject, Env, Method, Request, Response, State, console_error, durable_object};

use crate::database::Sql;
use crate::settings::Settings;
use crate::wire::{self, CURSOR, Query, fault, now};

/// Seconds for which a reader is given what the last pull brought.
const FRESH: i64 = 2;
/// Seconds between pulls while nobody reads.
const IDLE: i64 = 60;
/// Changed rows read of a region at a time.
const PAGE: usize = 1024;
/// Regions' rows in memory at a time; a row with all its registers has about 25 KB.
const HELD: usize = 512;

/// See the module.
#[durable_object]
pub struct Nation {
    state: State,
    env: Env,
    /// Opened by the first request or alarm; never held across an `await`.
    held: RefCell<Option<nation::Nation<Sql>>>,
    /// When the last pull began; a pull is under way while `pulling`.
    pulled: Cell<i64>,
    pulling: Cell<bool>,
}

impl DurableObject for Nation {
    fn new(state: State, env: Env) -> Self {
        Self { state, env, held: RefCell::new(None), pulled: Cell::new(0), pulling: Cell::new(false) }
    }

    async fn fetch(&self, request: Request) -> worker::Result<Response> {
        wire::answer(self.serve(request).await)
    }

    /// Keeps up with the regions, so that rows which they let expire are here already.
    async fn alarm(&self) -> worker::Result<Response> {
        self.pull().await;
        let armed = self.state.storage().set_alarm(IDLE * 1000).await.map_err(fault);
        wire::answer(armed.and_then(|()| Response::empty().map_err(fault)))
    }
}

impl Nation {
    async fn serve(&self, mut request: Request) -> Result<Response, ApiError> {
        let query = Query::of(&request);
        match (request.method(), request.path().as_str()) {
            (Method::Get, "/changes") => {
                if now() - self.pulled.get() >= FRESH {
                    self.pull().await;
                }
                if self.state.storage().get_alarm().await.map_err(fault)?.is_none() {
                    self.state.storage().set_alarm(IDLE * 1000).await.map_err(fault)?;
                }
                self.with(|nation| {
                    let limit = query.number("limit", 256)? as usize;
                    let (frames, next) = nation.since(query.number("since", 0)?, limit, query.sections())?;
                    wire::frames(&frames, &next.to_string())
                })
            }
            (Method::Post, "/counts") => {
                let body = request.bytes().await.map_err(fault)?;
                let counts: Counts =
                    serde_json::from_slice(&body).map_err(|error| ApiError::Body(error.to_string()))?;
                self.with(|nation| Ok(counter::add(nation.db(), &counts)?))?;
                Response::empty().map_err(fault)
            }
            (Method::Get, "/counts") => {
                let counts = self.with(|nation| Ok(counter::all(nation.db())?))?;
                Response::ok(counter::text(&counts)).map_err(fault)
            }
            _ => self.with(|nation| {
                let unknown = || Err(ApiError::NotFound("there is nothing here".to_owned()));
                wire::keys(nation.db(), &request, &query).unwrap_or_else(unknown)
            }),
        }
    }

    /// Brings in what changed. A region that cannot be read now is read the next time: readers get what there is.
    async fn pull(&self) {
        if !self.pulling.replace(true) {
            self.pulled.set(now());
            if let Err(error) = self.bring().await {
                console_error!("the national rows are not up to date: {error}");
            }
            self.pulling.set(false);
        }
    }

    async fn bring(&self) -> Result<(), ApiError> {
        let settings = Settings::read(&self.env)?;
        let parts: Vec<(String, String, usize)> = settings
            .regions
            .iter()
            .flat_map(|(region, parts)| (0..*parts).map(move |part| (format!("{region}#{part}"), region.clone(), part)))
            .collect();
        let mut touched = Touched::new();
        let mut far = false;
        let mut cursors = Vec::with_capacity(parts.len());
        for (name, region, part) in &parts {
            let seen = self.with(|nation| Ok(nation.seen(name)?))?;
            let path = format!("/changes?region={region}&since={seen}&limit={PAGE}&sections=summary");
            let reply = wire::ask(&wire::region(&self.env, region, *part)?, Method::Get, &path, None).await?;
            nation::touch(&mut touched, &reply.frames()?);
            let next = reply.number(CURSOR);
            far |= next > seen + PAGE as u64 / 2;
            cursors.push((name.as_str(), next));
        }
        for (resolution, starts) in nation::chunks(&touched, HELD / parts.len().max(1)) {
            let width = resolution.seconds();
            let runs: Vec<_> = starts
                .chunk_by(|a, b| b - a == width)
                .filter_map(|run| Some((resolution, *run.first()?, run.last()? + width)))
                .collect();
            let path = format!("/rows?sections=nation&runs={}&region=", wire::runs_text(&runs));
            let mut held: Vec<Frame> = Vec::with_capacity(parts.len());
            for (_, region, part) in &parts {
                let stub = wire::region(&self.env, region, *part)?;
                held.extend(wire::ask(&stub, Method::Get, &format!("{path}{region}"), None).await?.frames()?);
            }
            let chunk: Touched = starts.iter().map(|start| (resolution, *start)).collect();
            self.with(|nation| Ok(nation.refresh(&held, &chunk, now(), |_| Ok(()))?))?;
        }
        // Rows of two seconds touch nothing; reading a few of them again costs less than noting each pull.
        if touched.is_empty() && !far { Ok(()) } else { self.with(|nation| Ok(nation.saw(cursors)?)) }
    }

    fn with<T>(&self, body: impl FnOnce(&mut nation::Nation<Sql>) -> Result<T, ApiError>) -> Result<T, ApiError> {
        let mut held = self.held.borrow_mut();
        if held.is_none() {
            let settings = Settings::read(&self.env)?;
            let (key, retention) = (settings.policy.key.id(), settings.retention);
            *held = Some(nation::Nation::open(Sql::new(&self.state), key, retention)?);
        }
        held.as_mut().map_or(Err(ApiError::Starting), body)
    }
}
