//! How much the server takes at once, so that a flood costs senders a retry and not the server its memory.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::error::ApiError;
use crate::settings::Limits;

/// Seconds after which a refused sender may try again.
const RETRY_AFTER: u64 = 1;

/// The places there are.
#[derive(Clone, Debug)]
pub struct Admission {
    requests: Arc<Semaphore>,
    kibibytes: Arc<Semaphore>,
    parsers: Arc<Semaphore>,
    live: Arc<Semaphore>,
    limits: Limits,
}

/// A place that is held until this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    _request: OwnedSemaphorePermit,
    _kibibytes: OwnedSemaphorePermit,
}

impl Admission {
    /// Places by the settings; as many parsers at once as there are processors, because each may hold a decompressed
    /// body.
    pub fn new(limits: Limits) -> Self {
        let semaphore = |n: usize| Arc::new(Semaphore::new(n.min(Semaphore::MAX_PERMITS)));
        let parsers = std::thread::available_parallelism().map_or(2, std::num::NonZero::get).clamp(2, 16);
        Self {
            requests: semaphore(limits.in_flight_requests),
            kibibytes: semaphore(limits.in_flight_bytes.div_ceil(1024)),
            parsers: semaphore(parsers),
            live: semaphore(limits.live_connections),
            limits,
        }
    }

    /// A place for a body of so many bytes, at once or not at all.
    pub(super) fn enter(&self, bytes: usize) -> Result<Place, ApiError> {
        let busy = |reason| ApiError::Busy { reason, retry_after: RETRY_AFTER };
        let request =
            self.requests.clone().try_acquire_owned().map_err(|_| busy("too many requests are being taken"))?;
        let size = u32::try_from(bytes.div_ceil(1024)).unwrap_or(u32::MAX);
        let kibibytes = self.kibibytes.clone().try_acquire_many_owned(size);
        let kibibytes = kibibytes.map_err(|_| busy("too many bytes are being taken"))?;
        Ok(Place { _request: request, _kibibytes: kibibytes })
    }

    /// Waits for a parser. Those who wait hold a [`Place`], so the queue is bounded.
    pub(super) async fn parser(&self) -> Result<OwnedSemaphorePermit, ApiError> {
        // The semaphore is never closed; should that change, the request is refused and can be sent again.
        self.parsers.clone().acquire_owned().await.map_err(|_| ApiError::Starting)
    }

    /// A place for a page that follows live.
    pub(super) fn live(&self) -> Result<OwnedSemaphorePermit, ApiError> {
        let busy = |_| ApiError::Busy { reason: "too many pages follow live", retry_after: 30 };
        self.live.clone().try_acquire_owned().map_err(busy)
    }

    /// Requests and bytes that are being taken, and pages that follow live.
    pub(super) fn in_use(&self) -> (usize, usize, usize) {
        let requests = self.limits.in_flight_requests.saturating_sub(self.requests.available_permits());
        let kibibytes = self.limits.in_flight_bytes.div_ceil(1024).saturating_sub(self.kibibytes.available_permits());
        let live = self.limits.live_connections.saturating_sub(self.live.available_permits());
        (requests, kibibytes * 1024, live)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_run_out_and_come_back() {
        let limits = Limits { in_flight_requests: 2, in_flight_bytes: 8192, live_connections: 1, ..Limits::default() };
        let admission = Admission::new(limits);
        let first = admission.enter(4096).unwrap();
        assert!(matches!(admission.enter(4097), Err(ApiError::Busy { .. })), "bytes run out");
        let second = admission.enter(4096).unwrap();
        assert!(matches!(admission.enter(0), Err(ApiError::Busy { .. })), "requests run out");
        assert_eq!(admission.in_use(), (2, 8192, 0));
        drop((first, second));
        assert_eq!(admission.in_use(), (0, 0, 0));
        let live = admission.live().unwrap();
        assert!(admission.live().is_err());
        drop(live);
        assert!(admission.live().is_ok());
    }
}
