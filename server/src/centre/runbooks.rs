//! Runbooks beside what the edges know.

use std::sync::Arc;

use bonghwa_analytics::view::{Passage, RunbookView};

use super::{Centre, CentreError};
use crate::runbooks::{RunbookError, Runbooks};

impl Centre {
    /// The runbooks.
    pub fn runbooks(&self) -> &Runbooks {
        &self.0.runbooks
    }

    /// The page of a runbook, or (empty) of all.
    pub fn runbook(&self, file: &str) -> RunbookView {
        RunbookView {
            as_of: *self.0.ticks.borrow(),
            demo: self.0.config.demo,
            title: self.0.config.title.clone(),
            regions: self.0.config.regions.clone(),
            file: file.to_owned(),
            files: self.0.runbooks.files(),
            blocks: self.0.runbooks.read(file).unwrap_or_default(),
        }
    }

    /// Passages of runbooks that fit some words.
    pub fn passages(&self, words: &str, limit: usize) -> Result<Vec<Passage>, CentreError> {
        self.0.runbooks.search(words, limit).map_err(|error: RunbookError| Arc::new(error).into())
    }
}
