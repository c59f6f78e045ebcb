//! The console in a worker of the browser: files in, the data interface out. `worker.js` talks to the page; nothing here opens a
//! connection.

mod answer;

use std::rc::Rc;

use bonghwa_analytics::desk::{Desk, Files, Manifest};
use bonghwa_analytics::frame::Frame;
use bonghwa_analytics::region::{Region, listed};
use bonghwa_blob::OnBlob;
use bonghwa_file::{FileError, Heap, Volume, is_known};
use js_sys::Function;
use serde::Serialize;
use serde_json::Value;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::Blob;

/// The files that were opened together, and the desk that they make.
#[wasm_bindgen]
#[derive(Default)]
pub struct Console {
    heap: Heap,
    names: Vec<Named>,
    desk: Option<Files>,
}

/// A file that was opened, by its name.
struct Named {
    name: String,
    origin: Origin,
}

/// Where the rows of a file come from.
enum Origin {
    Signed(Rc<Volume>),
    /// Frames that nobody signed.
    Frames,
    /// Telemetry of so many bytes, and what was taken of it.
    Telemetry(u64, Value),
}

/// What the page knows of a file.
#[derive(Default, Serialize)]
struct Told<'a> {
    name: &'a str,
    bytes: u64,
    signer: &'a str,
    at: i64,
    by: &'a str,
    reason: &'a str,
    program: &'a str,
    from: i64,
    to: i64,
    regions: Vec<&'a str>,
    registers: bool,
    blocks: usize,
    taken: Option<&'a Value>,
}

/// What the page knows of all of them together.
#[derive(Serialize)]
struct Site<'a> {
    as_of: i64,
    demo: bool,
    title: &'a (String, String),
    regions: Vec<(&'a str, &'a str)>,
    files: Vec<Told<'a>>,
}

/// An answer of the data interface.
#[wasm_bindgen]
pub struct Answer {
    status: u16,
    kind: &'static str,
    body: Vec<u8>,
}

#[wasm_bindgen]
impl Answer {
    /// As in HTTP.
    #[wasm_bindgen(getter)]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Media type.
    #[wasm_bindgen(getter)]
    pub fn kind(&self) -> String {
        self.kind.to_owned()
    }

    /// The bytes.
    pub fn body(self) -> Vec<u8> {
        self.body
    }
}

#[wasm_bindgen]
impl Console {
    /// Nothing yet.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        console_error_panic_hook::set_once();
        Self::default()
    }

    /// Whether a file is one that [`add`](Self::add) reads; others may be telemetry.
    pub fn knows(blob: Blob) -> bool {
        OnBlob::new(blob).ok().and_then(|bytes| is_known(&bytes).ok()).unwrap_or(false)
    }

    /// Adds a file; nothing of it if it cannot be read. `told` is called with bytes read and bytes to read.
    pub fn add(&mut self, name: &str, blob: Blob, told: &Function) -> Result<(), String> {
        let bytes = OnBlob::new(blob).map_err(|error| error.to_string())?;
        let mut tell = |done: u64, of: u64| {
            // What the page does with it is its own matter.
            let _ = told.call2(&JsValue::NULL, &(done as f64).into(), &(of as f64).into());
        };
        let known = self.heap.volumes.len();
        self.heap.add(Box::new(bytes), &mut tell).map_err(|error| error.to_string())?;
        let origin = self.heap.volumes.get(known).map_or(Origin::Frames, |volume| Origin::Signed(volume.clone()));
        self.names.push(Named { name: name.to_owned(), origin });
        Ok(())
    }

    /// Adds the frames that were made of telemetry.
    pub fn take(&mut self, frames: &[u8]) -> Result<(), String> {
        self.heap.take(Frame::decode_all(frames).map_err(|error| error.to_string())?);
        Ok(())
    }

    /// Names a file of telemetry whose frames were added, its size in bytes and what was taken of it, as JSON.
    pub fn taken(&mut self, name: &str, bytes: f64, told: &str) -> Result<(), String> {
        let taken = serde_json::from_str(told).map_err(|error| error.to_string())?;
        self.names.push(Named { name: name.to_owned(), origin: Origin::Telemetry(bytes as u64, taken) });
        Ok(())
    }

    /// Makes the desk of all files that were added; what the page says of them, as JSON.
    pub fn open(&mut self) -> Result<String, String> {
        let heap = std::mem::take(&mut self.heap);
        let manifest = Manifest { regions: bundled_regions(), ..Manifest::default() };
        let desk = heap.desk(manifest).map_err(|error| error.to_string())?;
        let desk = self.desk.insert(desk);
        let settings = desk.settings();
        let site = Site {
            as_of: desk.as_of(),
            demo: settings.demo,
            title: settings.title,
            regions: settings.regions.iter().map(|region| (region.ko.as_str(), region.en.as_str())).collect(),
            files: self.names.iter().map(Named::told).collect(),
        };
        serde_json::to_string(&site).map_err(|error| error.to_string())
    }

    /// Answers a request of the data interface, as the server does.
    pub fn answer(&self, url: &str) -> Answer {
        let Some(desk) = &self.desk else { return refused(503, "no file is open".to_owned()) };
        match answer::answer(desk, url) {
            Ok((kind, body)) => Answer { status: 200, kind, body },
            Err(refusal) => refused(refusal.status(), refusal.to_string()),
        }
    }

    /// Blocks of all files.
    pub fn blocks(&self) -> u32 {
        self.names.iter().filter_map(Named::volume).map(|volume| volume.blocks() as u32).sum()
    }

    /// Holds a block against what was signed, by its number among those of all files. An error names the file.
    pub fn check(&self, number: u32) -> Result<(), String> {
        let mut left = number as usize;
        for named in &self.names {
            let Some(volume) = named.volume() else { continue };
            if left < volume.blocks() {
                return volume.check(left).map_err(|error: FileError| format!("{}: {error}", named.name));
            }
            left -= volume.blocks();
        }
        Ok(())
    }
}

impl Named {
    fn volume(&self) -> Option<&Volume> {
        if let Origin::Signed(volume) = &self.origin { Some(volume) } else { None }
    }

    fn told(&self) -> Told<'_> {
        let bare = Told { name: &self.name, registers: true, ..Told::default() };
        match &self.origin {
            Origin::Frames => bare,
            Origin::Telemetry(bytes, taken) => {
                let instant = |key: &str| taken.get(key).and_then(Value::as_i64).unwrap_or_default();
                Told { bytes: *bytes, from: instant("from"), to: instant("to"), taken: Some(taken), ..bare }
            }
            Origin::Signed(volume) => {
                let opened = &volume.opened;
                let (index, made) = (&opened.index, &opened.index.made);
                Told {
                    bytes: opened.length(),
                    signer: &opened.signer,
                    at: made.at,
                    by: &made.by,
                    reason: &made.reason,
                    program: &made.program,
                    from: index.from,
                    to: index.to,
                    regions: index.manifest.regions.iter().map(|region| region.ko.as_str()).collect(),
                    registers: index.has_registers(),
                    blocks: index.blocks.len(),
                    ..bare
                }
            }
        }
    }
}

/// The names of the seventeen provinces and cities, for frames that bring none.
fn bundled_regions() -> Vec<Region> {
    // The file is part of the program; that it can be read is tested.
    listed(include_str!("../../../server/demo/regions.toml")).unwrap_or_default()
}

fn refused(status: u16, message: String) -> Answer {
    Answer { status, kind: "text/plain;charset=utf-8", body: message.into_bytes() }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_regions_of_the_program_have_names_here_too() {
        assert_eq!(super::bundled_regions().len(), 17);
    }
}
