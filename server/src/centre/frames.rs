//! Frames for readers: the buckets that make up a window, as they travel.

use bonghwa_analytics::atlas::Atlas;
use bonghwa_analytics::frame::{Form, Frame, Sections, encode_registers, registers_of};
use bonghwa_analytics::identity::{IdentityMode, KeyId};
use bonghwa_analytics::sketch::{Scheme, Sketch};
use bonghwa_analytics::time::Resolution;

use super::edge::Edge;
use super::{Centre, CentreError, read};

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
            let edge = self.edge(code)?;
            for mut frame in self.window(edge, query.from, query.to, coarsest, query.sections)? {
                for row in &mut frame.rows {
                    if let Some(section) = &mut row.registers {
                        *section = for_the_wire(section, frame.key, query.mode);
                    }
                }
                frame.encode(&mut out);
            }
        }
        Ok(out)
    }

    /// An atlas of the registers (and summaries) of some regions over a window.
    pub(super) fn atlas_of(&self, regions: &[String], from: i64, to: i64) -> Result<Atlas, CentreError> {
        let mut atlas = Atlas::new(self.0.config.regions.clone());
        let coarsest = bonghwa_analytics::window::coarsest(from, to);
        let sections = Sections { summary: true, registers: true, ..Sections::NONE };
        for code in regions {
            for frame in self.window(self.edge(code)?, from, to, coarsest, sections)? {
                atlas.insert(&frame)?;
            }
        }
        Ok(atlas)
    }

    /// The frames of one region that make up a window, as they rest, one a run of neighbouring buckets.
    pub(super) fn window(
        &self,
        edge: &Edge,
        from: i64,
        to: i64,
        coarsest: Resolution,
        sections: Sections,
    ) -> Result<Vec<Frame>, CentreError> {
        let parts = {
            let atlas = read(&self.0.atlas);
            let Some(track) = atlas.track(edge.region()) else { return Ok(Vec::new()) };
            track.decompose(from, to, coarsest)
        };
        let mut frames = Vec::new();
        for run in parts.chunk_by(|a, b| a.0 == b.0 && b.1 == a.1 + a.0.seconds()) {
            let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
            frames.push(edge.frame(first.0, first.1, last.1 + 1, sections)?);
        }
        Ok(frames)
    }
}

/// A registers section as it travels. A section that cannot be read travels as it is: the reader will say so.
fn for_the_wire(section: &[u8], key: KeyId, only: Option<IdentityMode>) -> Vec<u8> {
    let mut concurrency = std::collections::BTreeMap::new();
    for mode in IdentityMode::ALL.into_iter().filter(|mode| only.is_none_or(|only| only == *mode)) {
        let Ok(found) = registers_of(section, mode) else { return section.to_vec() };
        if let Some(bytes) = found {
            let Ok(sketch) = Sketch::decode(Scheme::keyed(mode, key), bytes) else { return section.to_vec() };
            concurrency.insert(mode, bonghwa_analytics::bucket::Concurrency { identified: 0, sketch });
        }
    }
    let mut out = Vec::new();
    encode_registers(&concurrency, Form::Wire, &mut out);
    out
}
