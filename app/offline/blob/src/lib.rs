//! A file of the browser, read piece by piece. `FileReaderSync` is in workers only, which may wait.

use std::io::{self, Read};

use bonghwa_file::{Bytes, FileError};
use js_sys::Uint8Array;
use wasm_bindgen::JsValue;
use web_sys::{Blob, FileReaderSync};

/// A file of the browser: in any order as [`Bytes`], from front to back as [`Read`].
pub struct OnBlob {
    blob: Blob,
    reader: FileReaderSync,
    /// Where reading from front to back goes on.
    at: u64,
}

impl OnBlob {
    /// Fails outside of a worker.
    pub fn new(blob: Blob) -> io::Result<Self> {
        Ok(Self { blob, reader: FileReaderSync::new().map_err(|error| failed(&error))?, at: 0 })
    }

    /// The bytes of `at..at + length`, as far as there are any.
    fn piece(&self, at: u64, length: u64) -> io::Result<Uint8Array> {
        let part = self.blob.slice_with_f64_and_f64(at as f64, at.saturating_add(length) as f64);
        let buffer = part.and_then(|part| self.reader.read_as_array_buffer(&part)).map_err(|error| failed(&error))?;
        Ok(Uint8Array::new(&buffer))
    }
}

impl Bytes for OnBlob {
    fn length(&self) -> u64 {
        self.blob.size() as u64
    }

    fn read(&self, at: u64, length: u64) -> Result<Vec<u8>, FileError> {
        let bytes = self.piece(at, length).map_err(|error| FileError::Read(error.to_string()))?.to_vec();
        if bytes.len() as u64 == length { Ok(bytes) } else { Err(FileError::Truncated) }
    }
}

impl Read for OnBlob {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let piece = self.piece(self.at, buffer.len() as u64)?;
        let length = piece.length() as usize;
        if let Some(buffer) = buffer.get_mut(..length) {
            piece.copy_to(buffer);
        }
        self.at += length as u64;
        Ok(length)
    }
}

/// A browser says it when a file was moved, or changed since it was chosen.
fn failed(error: &JsValue) -> io::Error {
    let text = js_sys::Reflect::get(error, &"message".into()).ok().and_then(|text| text.as_string());
    io::Error::other(text.unwrap_or_else(|| "the browser does not say why".to_owned()))
}
