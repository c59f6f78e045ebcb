//! Where runbooks lie.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Where runbooks lie.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RunbookSettings {
    /// Folder of Markdown files; absent for none.
    pub dir: Option<PathBuf>,
}
