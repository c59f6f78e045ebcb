//! What of a desk goes into a file.

use bonghwa_analytics::atlas::NATION;
use bonghwa_analytics::desk::{self, Desk, Manifest};
use bonghwa_analytics::frame::{Frame, Sections, shortest_registers};
use bonghwa_analytics::identity::IdentityMode;
use bonghwa_analytics::time::{DAY, Resolution};
use bonghwa_analytics::view::IncidentsQuery;
use bonghwa_analytics::window;

use crate::Writer;

/// What goes into a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// First second.
    pub from: i64,
    /// End (exclusive).
    pub to: i64,
    /// Region codes; empty for all, with the rows of all together.
    pub regions: Vec<String>,
    /// Whether registers go along, so that users of any regions and times can be counted together.
    pub registers: bool,
}

/// Resolutions from the coarsest, so that a reader who stops early has the whole course; with the seconds before the end
/// from which on their registers go along, and the seconds of a block.
const PYRAMID: [(Resolution, i64, i64); 4] = [
    (Resolution::Hour, i64::MAX, 31 * DAY),
    (Resolution::FiveMinutes, 15 * DAY, DAY),
    (Resolution::Minute, 2 * DAY, 6 * 3600),
    (Resolution::TwoSeconds, 600, 3600),
];

/// What stands in a block of its own: a reader needs all summaries, and of the rest little at a time.
const PARTS: [Sections; 4] =
    [Sections::SUMMARY, Sections { cells: true, ..Sections::NONE }, Sections::SESSIONS, Sections::REGISTERS];

/// What a file says of the system: as the desk has it, at the instant that its pages stand for or the end of what is wanted.
pub fn manifest<D: Desk>(desk: &D, wanted: &Wanted) -> Result<Manifest, D::Error> {
    let settings = desk.settings();
    let ours = |code: &str| wanted.regions.is_empty() || wanted.regions.iter().any(|known| known == code);
    let query = IncidentsQuery { region: String::new(), span: wanted.to - wanted.from };
    let view = desk::incidents(desk, &query, wanted.from, wanted.to)?;
    let named = view.rows.iter().chain(&view.signs).map(|row| (row.id.clone(), desk.marks(&row.id)));
    Ok(Manifest {
        regions: settings.regions.iter().filter(|region| ours(&region.code)).cloned().collect(),
        mode: settings.mode,
        retention: settings.retention,
        late_after: settings.late_after,
        title: settings.title.clone(),
        demo: settings.demo,
        sessions: *settings.sessions,
        objectives: settings.objectives.to_vec(),
        as_of: Some(desk.as_of().min(wanted.to)),
        marks: named.filter(|(_, marks)| !marks.is_empty()).collect(),
        runbooks: desk.runbooks().texts().clone(),
    })
}

/// Writes the blocks of what is wanted, one after the other, to `put`.
pub fn blocks<D: Desk, E: From<D::Error>>(
    desk: &D,
    wanted: &Wanted,
    writer: &mut Writer,
    put: &mut dyn FnMut(Vec<u8>) -> Result<(), E>,
) -> Result<(), E> {
    let mut put = |frame: Frame| writer.block(&for_the_wire(frame, None)).map_or(Ok(()), &mut *put);
    // All summaries first: whoever opens a file reads them in few pieces.
    walk(desk, wanted, &PARTS[..1], &mut put)?;
    walk(desk, wanted, &PARTS[1..], &mut put)
}

/// Gives the frames of what is wanted to `put`, each of `parts` in a frame of its own.
fn walk<D: Desk, E: From<D::Error>>(
    desk: &D,
    wanted: &Wanted,
    parts: &[Sections],
    put: &mut dyn FnMut(Frame) -> Result<(), E>,
) -> Result<(), E> {
    let mut codes = wanted.regions.clone();
    if codes.is_empty() {
        codes.extend(desk.settings().regions.iter().map(|region| region.code.clone()));
        codes.push(NATION.to_owned());
    }
    for (resolution, registers_for, step) in PYRAMID {
        let registers_from = if wanted.registers { wanted.to.saturating_sub(registers_for) } else { i64::MAX };
        for code in &codes {
            let left_out =
                |part: &Sections, to| part.registers && to <= registers_from || part.sessions && code == NATION;
            for (from, to) in pieces(desk, code, resolution, wanted, step) {
                for part in parts.iter().filter(|part| !left_out(part, to)) {
                    put(desk.frame(code, resolution, from, to, *part)?)?;
                }
            }
        }
    }
    Ok(())
}

/// The time of which a region has rows that touch what is wanted, in pieces of at most `step` seconds.
fn pieces<D: Desk>(
    desk: &D,
    code: &str,
    resolution: Resolution,
    wanted: &Wanted,
    step: i64,
) -> impl Iterator<Item = (i64, i64)> {
    let oldest = desk.read(|atlas| atlas.track(code)?.table(resolution).starts().first().copied());
    let (mut from, end) = (oldest.map_or(wanted.to, |oldest| resolution.floor(wanted.from).max(oldest)), wanted.to);
    std::iter::from_fn(move || {
        let to = from.saturating_add(step).min(end);
        (from < end).then(|| (std::mem::replace(&mut from, to), to))
    })
}

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

/// The frames that make up a window, one after the other, registers in their shortest form.
pub fn frames<D: Desk>(desk: &D, query: &FramesQuery) -> Result<Vec<u8>, D::Error> {
    let coarsest = query.coarsest.unwrap_or(window::coarsest(query.from, query.to));
    let mut out = Vec::new();
    for code in &query.regions {
        desk.known(code)?;
        for frame in desk::window(desk, code, query.from, query.to, coarsest, query.sections)? {
            for_the_wire(frame, query.mode).encode(&mut out);
        }
    }
    Ok(out)
}

/// Registers in their shortest form.
fn for_the_wire(mut frame: Frame, only: Option<IdentityMode>) -> Frame {
    for row in &mut frame.rows {
        if let Some(section) = &mut row.registers {
            *section = shortest_registers(section, frame.key, only);
        }
    }
    frame
}
