//! The same scenes as WebAssembly, for `tests/e2e/bench.js`.

use bonghwa_analytics::desk::Files;
use bonghwa_analytics::time::Resolution;
use bonghwa_parity::{KEY, asked};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::day;
use crate::scene::Incident;

/// Frames of the region of [`day`], of a minute or of five.
#[wasm_bindgen]
pub fn frames(minutes: bool, from: f64, to: f64) -> Vec<u8> {
    day::frames(if minutes { Resolution::Minute } else { Resolution::FiveMinutes }, from as i64, to as i64)
}

/// What the figures are about: region, midnight, series.
#[wasm_bindgen]
pub fn about() -> Vec<f64> {
    vec![day::TODAY as f64, day::SERIES as f64]
}

/// An incident among 1,000 series.
#[wasm_bindgen]
#[derive(Default)]
pub struct Scene(Incident);

#[wasm_bindgen]
impl Scene {
    /// It is made once and explained often.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Explains it; whether the service that is slow is named.
    pub fn explain(&self) -> bool {
        Incident::is_right(&self.0.explain())
    }
}

/// A national week at hand, and the questions of the golden vectors.
#[wasm_bindgen]
pub struct National(Files);

#[wasm_bindgen]
impl National {
    /// Seventeen regions, eight days.
    ///
    /// # Panics
    ///
    /// If the frames made here cannot be read.
    #[wasm_bindgen(constructor)]
    #[expect(clippy::new_without_default, reason = "it is made by a script")]
    pub fn new() -> Self {
        Self(asked::desk(&KEY, 17, 8, 200).expect("frames made here can be read"))
    }

    /// How many questions there are.
    pub fn questions(&self) -> usize {
        asked::QUESTIONS.len()
    }

    /// Answers one; the length of what it says.
    pub fn ask(&self, question: usize) -> usize {
        asked::ask(&self.0, asked::QUESTIONS.get(question).copied().unwrap_or_default()).len()
    }
}
