//! Access logs, tables of requests and OTLP in a worker of the browser: files in, frames out, by the code of an edge.

use std::io::Read;

use bonghwa_analytics::identity::FleetKey;
use bonghwa_analytics::session::GAP;
use bonghwa_blob::OnBlob;
use bonghwa_edge::intake::{Intake, region_of};
use bonghwa_edge::policy::Policy;
use js_sys::Function;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::Blob;

/// Files of telemetry that are opened together.
#[wasm_bindgen]
pub struct Telemetry(Intake);

#[wasm_bindgen]
impl Telemetry {
    /// Nothing yet. Identities are hashed under a key of 16 bytes; `now` is the present, seconds since the epoch.
    #[wasm_bindgen(constructor)]
    pub fn new(key: &[u8], now: f64) -> Result<Telemetry, String> {
        console_error_panic_hook::set_once();
        let key = key.try_into().map_err(|_| "a key has 16 bytes".to_owned())?;
        Ok(Self(Intake::new(Policy::new(FleetKey::new(key)), now as i64)))
    }

    /// Takes a file; nothing of it if it is none of these. What was taken, as JSON. `told` is called with bytes read and
    /// bytes to read.
    pub fn add(&mut self, name: &str, blob: Blob, told: &Function) -> Result<String, String> {
        let of = blob.size();
        let file = Heard { file: OnBlob::new(blob).map_err(|error| error.to_string())?, done: 0.0, of, told };
        let taken = self.0.read(&region_of(name), file).map_err(|error| error.to_string())?;
        serde_json::to_string(&taken).map_err(|error| error.to_string())
    }

    /// Why a file is none of these, as far as its beginning tells.
    pub fn fault(self, blob: Blob) -> Option<String> {
        let length = blob.size() as u64;
        self.0.fault(OnBlob::new(blob).ok()?, length).map(|fault| fault.to_string())
    }

    /// The frames of all of them, one after the other.
    pub fn finish(self) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        for frame in self.0.finish(GAP).map_err(|error| error.to_string())? {
            frame.encode(&mut bytes);
        }
        Ok(bytes)
    }
}

/// A file that tells how much of it was read.
struct Heard<'a> {
    file: OnBlob,
    done: f64,
    of: f64,
    told: &'a Function,
}

impl Read for Heard<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = self.file.read(buffer)?;
        self.done += length as f64;
        // What the page does with it is its own matter.
        let _ = self.told.call2(&JsValue::NULL, &self.done.into(), &self.of.into());
        Ok(length)
    }
}
