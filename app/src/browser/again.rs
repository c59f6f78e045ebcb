//! Workers that judge a day again, one region each at a time: `app/recompute/worker.js` is what they run.

use std::cell::RefCell;

use bonghwa_analytics::time::day_start;
use js_sys::{Array, Object, Reflect};
use leptos::prelude::{RwSignal, Set, window};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::page::incidents::again::{Again, Outcome};

/// Where the server has the script.
const SCRIPT: &str = "/recompute/worker.js";
/// More would only wait for the same disk of the server.
const MOST_WORKERS: usize = 4;
/// Seconds of the finest rows that are judged.
const MINUTE: i64 = 60;

/// What hears a worker.
type Ear<T> = Closure<dyn FnMut(T)>;

/// A day that is being judged.
struct Work {
    signal: RwSignal<Again>,
    workers: Vec<Worker>,
    /// Regions that no worker has yet.
    rest: Vec<String>,
    until: i64,
    /// Pieces done, and of how many, by region.
    pieces: Vec<(String, f64, f64)>,
    outcome: Outcome,
    /// What was found, by region.
    found: Array,
    began: f64,
    /// Called by every worker.
    ears: (Ear<MessageEvent>, Ear<JsValue>),
}

thread_local! {
    static WORK: RefCell<Option<Work>> = const { RefCell::new(None) };
}

impl Drop for Work {
    fn drop(&mut self) {
        // Ends requests on their way and frees the memory at once.
        self.workers.iter().for_each(Worker::terminate);
    }
}

/// Begins to judge the day of `as_of` again for these regions; what was under way is given up.
pub(crate) fn start(signal: RwSignal<Again>, regions: Vec<String>, as_of: i64) {
    let begun = begin(signal, regions, as_of);
    signal.set(match &begun {
        Ok(_) => Again::Working(0, 1),
        Err(_) => Again::Failed(SCRIPT.to_owned()),
    });
    WORK.set(begun.ok());
}

/// Gives up what is under way.
pub(crate) fn stop(signal: RwSignal<Again>) {
    WORK.take();
    signal.set(Again::Stopped);
}

fn begin(signal: RwSignal<Again>, regions: Vec<String>, as_of: i64) -> Result<Work, JsValue> {
    let ears = (Ear::new(heard), Ear::new(broke));
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    let threads = window().navigator().hardware_concurrency() as usize;
    let mut work = Work {
        signal,
        workers: Vec::new(),
        rest: regions.iter().rev().cloned().collect(),
        until: as_of.div_euclid(MINUTE) * MINUTE,
        pieces: regions.iter().map(|region| (region.clone(), 0.0, 1.0)).collect(),
        outcome: Outcome { day: day_start(as_of), ..Outcome::default() },
        found: Array::new(),
        began: now(),
        ears,
    };
    for _ in 0..threads.clamp(1, MOST_WORKERS).min(regions.len()) {
        let worker = Worker::new_with_options(SCRIPT, &options)?;
        worker.set_onmessage(Some(work.ears.0.as_ref().unchecked_ref()));
        worker.set_onerror(Some(work.ears.1.as_ref().unchecked_ref()));
        work.give(&worker)?;
        work.workers.push(worker);
    }
    work.outcome.regions = regions;
    Ok(work)
}

impl Work {
    /// Gives a worker the next region, if there is one.
    fn give(&mut self, worker: &Worker) -> Result<(), JsValue> {
        let Some(region) = self.rest.pop() else { return Ok(()) };
        let task = Object::new();
        Reflect::set(&task, &"region".into(), &region.into())?;
        Reflect::set(&task, &"day".into(), &(self.outcome.day as f64).into())?;
        Reflect::set(&task, &"until".into(), &(self.until as f64).into())?;
        worker.post_message(&task)
    }

    /// Takes a message; says what the page shows from now on, and whether this was the last.
    fn take(&mut self, worker: Option<Worker>, message: &JsValue) -> Result<(Again, bool), JsValue> {
        let number = |name: &str| Reflect::get(message, &name.into()).ok().and_then(|v| v.as_f64()).unwrap_or(0.0);
        let text =
            |name: &str| Reflect::get(message, &name.into()).ok().and_then(|v| v.as_string()).unwrap_or_default();
        let out = &mut self.outcome;
        match text("kind").as_str() {
            "piece" => {
                let region = text("region");
                if let Some(piece) = self.pieces.iter_mut().find(|piece| piece.0 == region) {
                    (piece.1, piece.2) = (number("done"), number("of"));
                }
            }
            "region" => {
                for (sum, name) in [
                    (&mut out.series, "series"),
                    (&mut out.steps, "steps"),
                    (&mut out.rows, "rows"),
                    (&mut out.differing, "differing"),
                    (&mut out.bytes, "bytes"),
                ] {
                    *sum += number(name);
                }
                out.busy += (number("learned") + number("judged")) / 1e3;
                out.days = out.days.max(number("days"));
                self.found.push(&Reflect::get(message, &"found".into())?);
                if self.found.length() as usize == out.regions.len() {
                    let task = Object::new();
                    Reflect::set(&task, &"whole".into(), &self.found)?;
                    worker.map_or(Ok(()), |worker| worker.post_message(&task))?;
                } else if let Some(worker) = worker {
                    self.give(&worker)?;
                }
            }
            "whole" => {
                (out.findings, out.incidents, out.signs) = (number("findings"), number("incidents"), number("signs"));
                out.seconds = (now() - self.began) / 1e3;
                // Workers judge side by side.
                out.busy /= self.workers.len().max(1) as f64;
                return Ok((Again::Done(out.clone()), true));
            }
            _ => return Ok((Again::Failed(format!("{} {}", text("region"), text("reason"))), true)),
        }
        // Regions weigh alike; what one has done counts as a part of it.
        let done: f64 = self.pieces.iter().map(|(_, done, of)| done / of.max(1.0)).sum();
        Ok((Again::Working((done * 1000.0) as u32, 1000 * self.pieces.len() as u32), false))
    }
}

#[expect(clippy::needless_pass_by_value, reason = "listeners are given the event")]
fn heard(event: MessageEvent) {
    let worker = event.target().and_then(|target| target.dyn_into::<Worker>().ok());
    let next = WORK.with_borrow_mut(|work| {
        let work = work.as_mut()?;
        let taken = work.take(worker, &event.data());
        Some((work.signal, taken.unwrap_or_else(|_| (Again::Failed(SCRIPT.to_owned()), true))))
    });
    show(next);
}

/// A worker could not be started, or broke off.
fn broke(_: JsValue) {
    show(WORK.with_borrow(|work| work.as_ref().map(|work| (work.signal, (Again::Failed(SCRIPT.to_owned()), true)))));
}

fn show(next: Option<(RwSignal<Again>, (Again, bool))>) {
    let Some((signal, (state, last))) = next else { return };
    if last {
        // The closure that runs just now belongs to the work; it goes once this returns.
        let work = WORK.take();
        leptos::prelude::queue_microtask(move || drop(work));
    }
    signal.set(state);
}

fn now() -> f64 {
    window().performance().map_or(0.0, |clock| clock.now())
}
