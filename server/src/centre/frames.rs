//! Frames for readers: the buckets that make up a window, as they travel.

use bonghwa_analytics::desk::{self, Desk};
use bonghwa_analytics::frame::{Sections, shortest_registers};
use bonghwa_analytics::identity::IdentityMode;
use bonghwa_analytics::time::Resolution;

use super::{Centre, CentreError};

/// Which frames are wanted.
#[derive(Clone, Debug)]
pub struct FramesQuery {
    /// Region codes.
    pub regions: Vec<String>,
    /// Start of the window.
    pub from: i64,
    /// End of the window (exclusive).
    pub to: i64,
    /// Coarsest resolution; absent leaves the choice to the length of the window.
    pub coarsest: Option<Resolution>,
    /// Sections.
    pub sections: Sections,
    /// Registers of this mode only; absent means all.
    pub mode: Option<IdentityMode>,
}

impl Centre {
    /// The frames that make up a window, one after the other, registers in their shortest form.
    pub fn frames(&self, query: &FramesQuery) -> Result<Vec<u8>, CentreError> {
        let coarsest = query.coarsest.unwrap_or(bonghwa_analytics::window::coarsest(query.from, query.to));
        let mut out = Vec::new();
        for code in &query.regions {
            self.known(code)?;
            for mut frame in desk::window(self, code, query.from, query.to, coarsest, query.sections)? {
                for row in &mut frame.rows {
                    if let Some(section) = &mut row.registers {
                        *section = shortest_registers(section, frame.key, query.mode);
                    }
                }
                frame.encode(&mut out);
            }
        }
        Ok(out)
    }
}
