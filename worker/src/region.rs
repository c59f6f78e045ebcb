//! The object of a region, or of a part of one: an engine on the object's database, ticking while there is data.
#![expect(missing_docs, reason = "the macro of objects writes methods without")]

use std::cell::{Cell, RefCell};

use bonghwa_edge::batch::Batch;
use bonghwa_edge::engine::{Engine, Outcome};
use bonghwa_edge::error::ApiError;
use bonghwa_edge::key::{self, Use};
use worker::{DurableObject, Env, Method, Request, Response, State, console_error, durable_object};

use crate::database::Sql;
use crate::settings::Settings;
use crate::wire::{self, Query, WRITTEN, fault, now};

/// Seconds between two ticks while data arrives.
const TICK: i64 = 2;
/// Seconds after which an alarm that did not go off is set again.
const LOST: i64 = 60;
/// Seconds until rows are looked through for expired ones, while nothing is open.
const REST: i64 = 3600;

/// See the module.
#[durable_object]
pub struct Region {
    state: State,
    env: Env,
    /// Opened by the first request or alarm; never held across an `await`.
    engine: RefCell<Option<Engine<Sql>>>,
    /// When the alarm goes off, seconds, as far as this instance knows.
    armed: Cell<Option<i64>>,
}

impl DurableObject for Region {
    fn new(state: State, env: Env) -> Self {
        Self { state, env, engine: RefCell::new(None), armed: Cell::new(None) }
    }

    async fn fetch(&self, request: Request) -> worker::Result<Response> {
        wire::answer(self.serve(request).await)
    }

    /// Closes what is over. If that fails it is tried again: the journal holds what the rows do not.
    async fn alarm(&self) -> worker::Result<Response> {
        self.armed.set(None);
        let ticked = self.with(|engine| {
            engine.tick(now())?;
            Ok(engine.due().unwrap_or(now() + REST))
        });
        let due = ticked.unwrap_or_else(|error| {
            console_error!("a tick failed: {error}");
            0
        });
        wire::answer(self.arm(due).await.and_then(|()| Response::empty().map_err(fault)))
    }
}

impl Region {
    async fn serve(&self, mut request: Request) -> Result<Response, ApiError> {
        let query = Query::of(&request);
        match (request.method(), request.path().as_str()) {
            (Method::Post, "/ingest") => {
                let body = request.bytes().await.map_err(fault)?;
                let batch = Batch::decode(&body).map_err(|error| ApiError::Body(error.to_string()))?;
                self.ingest(&query, &batch).await
            }
            (Method::Get, "/changes") => self.with(|engine| {
                let limit = query.number("limit", 256)? as usize;
                let (mut frames, next) = engine.since(query.number("since", 0)?, limit, query.sections())?;
                for frame in &mut frames {
                    query.get("region").clone_into(&mut frame.region);
                }
                wire::frames(&frames, &next.to_string())
            }),
            (Method::Get, "/rows") => self.with(|engine| {
                let wrong = || ApiError::Parameter("runs cannot be read".to_owned());
                let runs = wire::runs_of(query.get("runs")).ok_or_else(wrong)?;
                let mut frames = Vec::with_capacity(runs.len());
                for (resolution, from, to) in runs {
                    let mut frame = engine.frame(resolution, from, to, query.sections())?;
                    query.get("region").clone_into(&mut frame.region);
                    frames.push(frame);
                }
                wire::frames(&frames, "")
            }),
            _ => self.with(|engine| {
                let unknown = || Err(ApiError::NotFound("there is nothing here".to_owned()));
                wire::keys(engine.db(), &request, &query).unwrap_or_else(unknown)
            }),
        }
    }

    /// The object decides whether a key holds, with every batch.
    async fn ingest(&self, query: &Query, batch: &Batch) -> Result<Response, ApiError> {
        let (outcome, due, written) = self.with(|engine| {
            key::check(engine.db(), &query.key().unwrap_or_default(), Use::Ingest)?;
            let outcomes = engine.ingest(now(), std::slice::from_ref(batch))?;
            Ok((outcomes.first().copied(), engine.due(), engine.db().take_written()))
        })?;
        // Nothing was awaited since the batch was written, so both become durable together, before the answer leaves.
        self.arm(due.unwrap_or(now() + REST)).await?;
        let name = if outcome == Some(Outcome::Stored) { "stored" } else { "duplicate" };
        let response = Response::ok(name).map_err(fault)?;
        response.headers().set(WRITTEN, &written.to_string()).map_err(fault)?;
        Ok(response)
    }

    /// Sets the alarm, unless it goes off earlier anyway.
    async fn arm(&self, due: i64) -> Result<(), ApiError> {
        let now = now();
        let at = due.max(now + TICK);
        if self.armed.get().is_none_or(|armed| at < armed || armed < now - LOST) {
            self.armed.set(Some(at));
            self.state.storage().set_alarm((at - now) * 1000).await.map_err(fault)?;
        }
        Ok(())
    }

    fn with<T>(&self, body: impl FnOnce(&mut Engine<Sql>) -> Result<T, ApiError>) -> Result<T, ApiError> {
        let mut held = self.engine.borrow_mut();
        if held.is_none() {
            let settings = Settings::read(&self.env)?;
            *held = Some(Engine::open(Sql::new(&self.state), settings.engine(), now())?);
        }
        held.as_mut().map_or(Err(ApiError::Starting), body)
    }
}
