//! A file of the browser, read piece by piece. `FileReaderSync` is in workers only, which may wait.

use bonghwa_file::{Bytes, FileError};
use js_sys::Uint8Array;
use wasm_bindgen::JsValue;
use web_sys::{Blob, FileReaderSync};

/// See the module.
pub(crate) struct OnBlob {
    blob: Blob,
    reader: FileReaderSync,
}

impl OnBlob {
    pub(crate) fn new(blob: Blob) -> Result<Self, FileError> {
        Ok(Self { blob, reader: FileReaderSync::new().map_err(|error| failed(&error))? })
    }
}

impl Bytes for OnBlob {
    fn length(&self) -> u64 {
        self.blob.size() as u64
    }

    fn read(&self, at: u64, length: u64) -> Result<Vec<u8>, FileError> {
        let part = self.blob.slice_with_f64_and_f64(at as f64, at.saturating_add(length) as f64);
        let buffer = part.and_then(|part| self.reader.read_as_array_buffer(&part)).map_err(|error| failed(&error))?;
        let bytes = Uint8Array::new(&buffer).to_vec();
        if bytes.len() as u64 == length { Ok(bytes) } else { Err(FileError::Truncated) }
    }
}

/// A browser says it when a file was moved, or changed since it was chosen.
fn failed(error: &JsValue) -> FileError {
    let text = js_sys::Reflect::get(error, &"message".into()).ok().and_then(|text| text.as_string());
    FileError::Read(text.unwrap_or_else(|| "the browser does not say why".to_owned()))
}
