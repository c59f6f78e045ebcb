//! Rows of a window, and what they add up to.

use super::Desk;
use crate::atlas::{NATION, Track, Union, Unions};
use crate::bucket::Bucket;
use crate::frame::{Frame, Row, Sections, bucket_of};
use crate::identity::IdentityMode;
use crate::session::Sessions;
use crate::time::Resolution;
use crate::view::RegionSessions;

/// Everything of a row but identities and sessions.
pub(super) const CELLS: Sections = Sections { summary: true, cells: true, registers: false, sessions: false };

/// The frames of one region that make up a window, as they rest, one a run of neighbouring buckets.
pub fn window<D: Desk>(
    desk: &D,
    region: &str,
    from: i64,
    to: i64,
    coarsest: Resolution,
    sections: Sections,
) -> Result<Vec<Frame>, D::Error> {
    let parts = desk.read(|atlas| atlas.track(region).map(|track: &Track| track.decompose(from, to, coarsest)));
    let mut frames = Vec::new();
    for run in parts.unwrap_or_default().chunk_by(|a, b| a.0 == b.0 && b.1 == a.1 + a.0.seconds()) {
        let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
        frames.push(desk.frame(region, first.0, first.1, last.1 + 1, sections)?);
    }
    Ok(frames)
}

/// Everything but identities that a region's rows of a period hold.
pub fn merged<D: Desk>(desk: &D, region: &str, from: i64, to: i64) -> Result<Bucket, D::Error> {
    let mut bucket = Bucket::default();
    for frame in window(desk, region, from, to, Resolution::Hour, CELLS)? {
        frame.rows.iter().for_each(|row| merge_row(&mut bucket, &frame, row));
    }
    Ok(bucket)
}

/// Adds the cells and gauges of a row. A damaged row is left out; whoever reads it in reports it.
pub(super) fn merge_row(into: &mut Bucket, frame: &Frame, row: &Row) {
    let (Some(summary), Some(cells)) = (&row.summary, &row.cells) else { return };
    if let Ok(mut bucket) = bucket_of(frame.key, summary, cells, &[]) {
        bucket.concurrency.clear();
        // Without identities there is nothing that could refuse to merge.
        let _ = into.merge(&bucket);
    }
}

/// Distinct identities of regions together over a period.
pub fn union<D: Desk>(
    desk: &D,
    regions: &[String],
    from: i64,
    to: i64,
    mode: IdentityMode,
) -> Result<Option<Union>, D::Error> {
    let mut unions = Unions::new(desk.settings().key, mode);
    for region in regions {
        for frame in window(desk, region, from, to, Resolution::Hour, Sections::REGISTERS)? {
            merge_registers(&mut unions, region, &frame)?;
        }
    }
    Ok(unions.finish())
}

/// Distinct identities of the nation in a window, from the national rows.
pub fn national_union<D: Desk>(
    desk: &D,
    (from, to): (i64, i64),
    coarsest: Resolution,
    mode: IdentityMode,
) -> Result<Option<Union>, D::Error> {
    let mut unions = Unions::new(desk.settings().key, mode);
    for frame in window(desk, NATION, from, to, coarsest, Sections::REGISTERS)? {
        merge_registers(&mut unions, NATION, &frame)?;
    }
    Ok(unions.finish())
}

pub(super) fn merge_registers(
    unions: &mut Unions,
    region: &str,
    frame: &Frame,
) -> Result<(), crate::atlas::AtlasError> {
    frame.rows.iter().try_for_each(|row| {
        let Some(section) = &row.registers else {
            // A file may have left them out: too few would be counted.
            unions.lack();
            return Ok(());
        };
        unions.merge_section(region, frame.resolution, section)
    })
}

/// Sessions of a region: the rows of a resolution, then the finer ones of what they do not reach. A row that cannot be read
/// is left out; whoever reads it in reports it.
pub(super) fn sessions<D: Desk>(
    desk: &D,
    region: &str,
    resolution: Resolution,
    from: i64,
    to: i64,
) -> Result<RegionSessions, D::Error> {
    let mut rows = Vec::new();
    let mut at = from;
    for finer in [Resolution::Hour, Resolution::FiveMinutes, Resolution::Minute] {
        if finer > resolution {
            continue;
        }
        let width = finer.seconds();
        for row in desk.frame(region, finer, at, to, Sections::SESSIONS)?.rows {
            at = row.start + width;
            if let Ok(Some(sessions)) = Sessions::decode(row.sessions.as_deref().unwrap_or_default()) {
                rows.push((row.start, width, sessions));
            }
        }
    }
    Ok(RegionSessions { region: region.to_owned(), rows })
}
