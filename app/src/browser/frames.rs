//! Registers of all regions for a period, fetched once and merged here for any choice of regions.

use std::cell::RefCell;

use bonghwa_analytics::atlas::Atlas;
use bonghwa_analytics::format::local;
use bonghwa_analytics::frame::Frame;
use bonghwa_analytics::identity::IdentityMode;
use bonghwa_analytics::region::Region;
use bonghwa_analytics::view::combine;
use bonghwa_analytics::window::coarsest;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::fetch;
use crate::address::{MODES, Page, Window, name_of};
use crate::app::Place;
use crate::page::combine::{Local, Progress};
use crate::page::{Content, Data};

/// What was fetched last.
struct Held {
    window: Window,
    mode: IdentityMode,
    from: i64,
    to: i64,
    atlas: Atlas,
    bytes: usize,
    tiles: Vec<(String, f64)>,
}

thread_local! {
    static HELD: RefCell<Option<Held>> = const { RefCell::new(None) };
}

/// Merges again whenever the choice changes, and fetches when the period or the identity does.
pub(crate) fn follow(place: Place, data: Data, progress: RwSignal<Progress>) {
    let arrived = RwSignal::new(0_u32);
    let asked = StoredValue::new(None::<(Window, IdentityMode)>);
    Effect::new(move || {
        arrived.track();
        let Page::Combine(query) = place.address().page else { return };
        let Some(Ok(shared)) = data.get() else { return };
        let Content::Combine(data) = &*shared.0 else { return };
        let (window, mode) = (query.window, data.mode);
        let chosen = data.chosen(&query);
        if let Some(merged) = merge(window, mode, &chosen) {
            progress.set(merged);
            return;
        }
        if asked.get_value() == Some((window, mode)) {
            return;
        }
        asked.set_value(Some((window, mode)));
        progress.set(Progress::Fetching);
        let (regions, as_of) = (data.regions.clone(), data.as_of);
        spawn_local(async move {
            let held = load(window, mode, regions, as_of).await;
            // Meanwhile another period may have been asked for; its own answer will come.
            if asked.get_value() != Some((window, mode)) {
                return;
            }
            asked.set_value(None);
            match held {
                Ok(held) => {
                    HELD.with_borrow_mut(|kept| *kept = Some(held));
                    arrived.update(|n| *n += 1);
                }
                Err(reason) => progress.set(Progress::Failed(reason)),
            }
        });
    });
}

/// Merges what is held, if it is of this period and identity.
fn merge(window: Window, mode: IdentityMode, regions: &[String]) -> Option<Progress> {
    HELD.with_borrow(|held| {
        let held = held.as_ref().filter(|held| held.window == window && held.mode == mode)?;
        let clock = leptos::prelude::window().performance();
        let now = || clock.as_ref().map_or(0.0, web_sys::Performance::now);
        let start = now();
        let merged = combine(&held.atlas, regions, held.from, held.to, mode);
        let millis = now() - start;
        Some(match merged {
            Ok(view) => Progress::Done(Local { view, millis, bytes: held.bytes, tiles: held.tiles.clone() }),
            Err(error) => Progress::Failed(error.to_string()),
        })
    })
}

async fn load(window: Window, mode: IdentityMode, regions: Vec<Region>, as_of: i64) -> Result<Held, String> {
    let (from, to) = window.resolve(as_of);
    let name = name_of(mode, &MODES);
    let url = format!("/api/frames?from={}&to={}&sections=registers&mode={name}", local(from), local(to));
    let bytes = fetch::bytes(&url).await?;
    let frames = Frame::decode_all(&bytes).map_err(|error| format!("GET {url}: {error}"))?;
    let mut atlas = Atlas::new(regions.clone());
    for frame in &frames {
        atlas.insert(frame).map_err(|error| error.to_string())?;
    }
    let users = |code: &str| atlas.users([code], from, to, coarsest(from, to), mode).ok().flatten();
    let tiles = regions.iter().filter_map(|r| users(&r.code).map(|union| (r.code.clone(), union.estimate))).collect();
    Ok(Held { window, mode, from, to, atlas, bytes: bytes.len(), tiles })
}
