//! Whether the screen follows the data: new instants from the server's event stream, and the reader's pause.

use leptos::prelude::*;

/// State of the live connection, one for the whole app.
#[derive(Clone, Copy)]
pub(crate) struct Live {
    /// The newest instant that was announced; pages fetch again when it changes. 0 until the first event.
    pub(crate) tick: RwSignal<i64>,
    /// The reader paused updates.
    pub(crate) paused: RwSignal<bool>,
    /// The stream or a request failed; what is shown is the last that arrived.
    pub(crate) lost: RwSignal<bool>,
    /// How many times the server sent anything to a model, an agent or an export.
    pub(crate) sent: RwSignal<u64>,
}

impl Live {
    pub(crate) fn provide(sent: u64) -> Self {
        let live = Self {
            tick: RwSignal::new(0),
            paused: RwSignal::new(false),
            lost: RwSignal::new(false),
            sent: RwSignal::new(sent),
        };
        provide_context(live);
        live
    }
}
