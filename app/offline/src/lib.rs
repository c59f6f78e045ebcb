//! The console in a worker of the browser: files in, the data interface out. `worker.js` talks to the page; nothing here opens a
//! connection.

mod answer;
mod blob;

use std::rc::Rc;

use bonghwa_analytics::desk::{Desk, Files, Manifest};
use bonghwa_file::{FileError, Heap, Volume};
use js_sys::Function;
use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::Blob;

use self::blob::OnBlob;

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
    /// Absent for frames that nobody signed.
    volume: Option<Rc<Volume>>,
}

/// What the page knows of a file.
#[derive(Serialize)]
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

    /// Adds a file; nothing of it if it cannot be read. `told` is called with bytes read and bytes to read.
    pub fn add(&mut self, name: &str, blob: Blob, told: &Function) -> Result<(), String> {
        let bytes = OnBlob::new(blob).map_err(|error| error.to_string())?;
        let mut tell = |done: u64, of: u64| {
            // What the page does with it is its own matter.
            let _ = told.call2(&JsValue::NULL, &(done as f64).into(), &(of as f64).into());
        };
        let known = self.heap.volumes.len();
        self.heap.add(Box::new(bytes), &mut tell).map_err(|error| error.to_string())?;
        let volume = self.heap.volumes.get(known).cloned();
        self.names.push(Named { name: name.to_owned(), volume });
        Ok(())
    }

    /// Makes the desk of all files that were added; what the page says of them, as JSON.
    pub fn open(&mut self) -> Result<String, String> {
        let heap = std::mem::take(&mut self.heap);
        let desk = heap.desk(Manifest::default()).map_err(|error| error.to_string())?;
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
        let volumes = self.names.iter().filter_map(|named| named.volume.as_ref());
        volumes.map(|volume| volume.blocks() as u32).sum()
    }

    /// Holds a block against what was signed, by its number among those of all files. An error names the file.
    pub fn check(&self, number: u32) -> Result<(), String> {
        let mut left = number as usize;
        for Named { name, volume } in &self.names {
            let Some(volume) = volume else { continue };
            if left < volume.blocks() {
                return volume.check(left).map_err(|error: FileError| format!("{name}: {error}"));
            }
            left -= volume.blocks();
        }
        Ok(())
    }
}

impl Named {
    fn told(&self) -> Told<'_> {
        let Some(volume) = &self.volume else {
            return Told {
                name: &self.name,
                bytes: 0,
                signer: "",
                at: 0,
                by: "",
                reason: "",
                program: "",
                from: 0,
                to: 0,
                regions: Vec::new(),
                registers: true,
                blocks: 0,
            };
        };
        let opened = &volume.opened;
        let (index, made) = (&opened.index, &opened.index.made);
        Told {
            name: &self.name,
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
        }
    }
}

fn refused(status: u16, message: String) -> Answer {
    Answer { status, kind: "text/plain;charset=utf-8", body: message.into_bytes() }
}
