//! A frame: what leaves a region. Rows of one region and one resolution, each with the sections that were asked for.
//!
//! ```text
//! 0   8  magic 89 42 48 57 0D 0A 1A 0A
//! 8   2  format version, little-endian
//! 10  4  length of the body, little-endian
//! 14     body: region, key id (8), resolution, number of rows, (start, sequence) of each row,
//!        then sections: code, length-prefixed payload (one length-prefixed entry a row)
//! end 8  checksum: SipHash-1-3 under a zero key of everything before it
//! ```
//!
//! Sections of an unknown code are skipped, so a newer writer can be read by an older reader.

use serde::{Deserialize, Serialize};

use crate::bucket::{Bucket, Concurrency};
use crate::codec::{CodecError, Reader, put_bytes, put_i64, put_str, put_u64};
use crate::hash::siphash13;
use crate::identity::{FleetKey, IdentityMode, KeyId};
use crate::sketch::{Scheme, Sketch};
use crate::summary::Summary;
use crate::time::Resolution;

/// First bytes of a frame: high bit, name, both line ends and end-of-file, so that a damaged transfer shows at once.
pub const MAGIC: [u8; 8] = [0x89, b'B', b'H', b'W', 0x0d, 0x0a, 0x1a, 0x0a];
/// Format version that is written; all from 1 on are read. Version 2 added alarms to summaries.
pub const VERSION: u16 = 2;

const SECTION_SUMMARY: u8 = 1;
const SECTION_CELLS: u8 = 2;
const SECTION_REGISTERS: u8 = 3;
const SECTION_SESSIONS: u8 = 5;
const HEAD: usize = 14;
/// The checksum guards against damage, not against forgery, so its key is no secret.
const CHECKSUM_KEY: FleetKey = FleetKey::new([0; 16]);
const MAX_BODY: usize = 256 << 20;

/// Rows of one region at one resolution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Region code.
    pub region: String,
    /// Key under which identities were hashed.
    pub key: KeyId,
    /// Width of the rows.
    pub resolution: Resolution,
    /// Rows, by start.
    pub rows: Vec<Row>,
}

/// One bucket of a frame. A section that was not asked for is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// Start of the bucket, seconds.
    pub start: i64,
    /// Edge sequence: a row with a higher one replaces it.
    pub seq: u64,
    /// [`Summary`], encoded.
    pub summary: Option<Vec<u8>>,
    /// Routes, calls, logs, versions, encoded by [`Bucket::encode_cells`].
    pub cells: Option<Vec<u8>>,
    /// Registers by mode, encoded by [`encode_registers`].
    pub registers: Option<Vec<u8>>,
    /// [`Sessions`](crate::session::Sessions), encoded; empty where nothing is known of them.
    pub sessions: Option<Vec<u8>>,
}

/// Which sections a reader wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "a set of sections, of which any may be wanted")]
pub struct Sections {
    /// [`Row::summary`].
    pub summary: bool,
    /// [`Row::cells`].
    pub cells: bool,
    /// [`Row::registers`].
    pub registers: bool,
    /// [`Row::sessions`].
    pub sessions: bool,
}

impl Sections {
    /// Everything.
    pub const ALL: Self = Self { summary: true, cells: true, registers: true, sessions: true };
    /// None of them.
    pub const NONE: Self = Self { summary: false, cells: false, registers: false, sessions: false };
    /// Summaries only.
    pub const SUMMARY: Self = Self { summary: true, ..Self::NONE };
    /// Registers only.
    pub const REGISTERS: Self = Self { registers: true, ..Self::NONE };
    /// Sessions only.
    pub const SESSIONS: Self = Self { sessions: true, ..Self::NONE };

    /// Those that a row has.
    pub const fn of(row: &Row) -> Self {
        Self {
            summary: row.summary.is_some(),
            cells: row.cells.is_some(),
            registers: row.registers.is_some(),
            sessions: row.sessions.is_some(),
        }
    }

    /// Those of both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            summary: self.summary && other.summary,
            cells: self.cells && other.cells,
            registers: self.registers && other.registers,
            sessions: self.sessions && other.sessions,
        }
    }

    /// Those that either has.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self {
            summary: self.summary || other.summary,
            cells: self.cells || other.cells,
            registers: self.registers || other.registers,
            sessions: self.sessions || other.sessions,
        }
    }

    /// Those that the other has not.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self {
            summary: self.summary && !other.summary,
            cells: self.cells && !other.cells,
            registers: self.registers && !other.registers,
            sessions: self.sessions && !other.sessions,
        }
    }

    /// Whether there is any.
    pub const fn any(self) -> bool {
        self.summary || self.cells || self.registers || self.sessions
    }
}

/// Why bytes are not a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// The first bytes are something else.
    #[error("this is not a Bonghwa frame; check that the file was not converted on its way")]
    Magic,
    /// Written by a newer program.
    #[error("the frame has format version {0}, this program reads up to {VERSION}; update it")]
    Version(u16),
    /// Cut off or altered.
    #[error("the frame is damaged: its checksum does not match; fetch it again")]
    Checksum,
    /// It ends too early.
    #[error("the frame is cut off; fetch it again")]
    Truncated,
    /// A field is not valid although the checksum is right.
    #[error("the frame cannot be read: {0}")]
    Field(#[from] CodecError),
}

impl Frame {
    /// Appends the frame.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let begin = out.len();
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(&VERSION.to_le_bytes());
        out.extend_from_slice(&[0; 4]);
        put_str(out, &self.region);
        out.extend_from_slice(&self.key.0.to_le_bytes());
        out.push(self.resolution.code());
        put_u64(out, self.rows.len() as u64);
        let mut previous = 0;
        for row in &self.rows {
            put_i64(out, row.start - previous);
            put_u64(out, row.seq);
            previous = row.start;
        }
        put_section(out, SECTION_SUMMARY, &self.rows, |row| row.summary.as_deref());
        put_section(out, SECTION_CELLS, &self.rows, |row| row.cells.as_deref());
        put_section(out, SECTION_REGISTERS, &self.rows, |row| row.registers.as_deref());
        put_section(out, SECTION_SESSIONS, &self.rows, |row| row.sessions.as_deref());
        let body = (out.len() - begin - HEAD) as u32;
        out[begin + 10..begin + HEAD].copy_from_slice(&body.to_le_bytes());
        let checksum = siphash13(&CHECKSUM_KEY, &out[begin..]);
        out.extend_from_slice(&checksum.to_le_bytes());
    }

    /// Reads one frame and says how many bytes it took.
    pub fn decode(bytes: &[u8]) -> Result<(Self, usize), FrameError> {
        let head = bytes.get(..HEAD).ok_or(if MAGIC.starts_with(bytes.get(..8).unwrap_or(bytes)) {
            FrameError::Truncated
        } else {
            FrameError::Magic
        })?;
        if head[..8] != MAGIC {
            return Err(FrameError::Magic);
        }
        let version = u16::from_le_bytes([head[8], head[9]]);
        if version == 0 || version > VERSION {
            return Err(FrameError::Version(version));
        }
        let body = u32::from_le_bytes([head[10], head[11], head[12], head[13]]) as usize;
        if body > MAX_BODY {
            return Err(FrameError::Truncated);
        }
        let end = HEAD + body;
        let checksum = bytes.get(end..end + 8).ok_or(FrameError::Truncated)?;
        if siphash13(&CHECKSUM_KEY, &bytes[..end]).to_le_bytes() != *checksum {
            return Err(FrameError::Checksum);
        }
        Ok((Self::decode_body(&bytes[HEAD..end])?, end + 8))
    }

    fn decode_body(body: &[u8]) -> Result<Self, CodecError> {
        let mut r = Reader::new(body);
        let region = r.str("region")?.to_owned();
        let mut key = [0; 8];
        key.copy_from_slice(r.take(8, "key id")?);
        let resolution = Resolution::from_code(r.u8("resolution")?).ok_or(r.invalid("resolution"))?;
        let mut rows = Vec::new();
        let mut previous: i64 = 0;
        for index in 0..r.count(2, "rows")? {
            let start = previous.checked_add(r.i64("start")?).ok_or(r.invalid("start"))?;
            if start != resolution.floor(start) || (index > 0 && start <= previous) {
                return Err(r.invalid("start"));
            }
            rows.push(Row { start, seq: r.u64("sequence")?, ..Row::default() });
            previous = start;
        }
        while !r.is_empty() {
            let code = r.u8("section")?;
            let mut payload = Reader::new(r.bytes("section")?);
            if !matches!(code, SECTION_SUMMARY | SECTION_CELLS | SECTION_REGISTERS | SECTION_SESSIONS) {
                continue;
            }
            for row in &mut rows {
                let entry = Some(payload.bytes("row")?.to_vec());
                match code {
                    SECTION_SUMMARY => row.summary = entry,
                    SECTION_CELLS => row.cells = entry,
                    SECTION_REGISTERS => row.registers = entry,
                    _ => row.sessions = entry,
                }
            }
            payload.finish("section")?;
        }
        Ok(Self { region, key: KeyId(u64::from_le_bytes(key)), resolution, rows })
    }

    /// Reads frames that stand one after the other.
    pub fn decode_all(mut bytes: &[u8]) -> Result<Vec<Self>, FrameError> {
        let mut frames = Vec::new();
        while !bytes.is_empty() {
            let (frame, used) = Self::decode(bytes)?;
            frames.push(frame);
            bytes = &bytes[used..];
        }
        Ok(frames)
    }
}

fn put_section(out: &mut Vec<u8>, code: u8, rows: &[Row], entry: impl Fn(&Row) -> Option<&[u8]>) {
    if rows.is_empty() || rows.iter().any(|row| entry(row).is_none()) {
        return;
    }
    let mut payload = Vec::new();
    for bytes in rows.iter().filter_map(entry) {
        put_bytes(&mut payload, bytes);
    }
    out.push(code);
    put_bytes(out, &payload);
}

/// How registers are written: as they travel, or as they rest and merge straight from the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Smallest (sparse or entropy-coded).
    Wire,
    /// Fastest to merge (sparse or nibbles).
    Rest,
}

/// Appends the registers of every mode in a bucket.
pub fn encode_registers(
    concurrency: &std::collections::BTreeMap<IdentityMode, Concurrency>,
    form: Form,
    out: &mut Vec<u8>,
) {
    out.push(concurrency.len() as u8);
    let mut bytes = Vec::new();
    for (mode, entry) in concurrency {
        bytes.clear();
        match form {
            Form::Wire => entry.sketch.encode_wire(&mut bytes),
            Form::Rest => entry.sketch.encode_rest(&mut bytes),
        }
        out.push(mode.code());
        put_bytes(out, &bytes);
    }
}

/// The encoded registers of one mode inside a registers section; `None` if the row has none of that mode.
pub fn registers_of(section: &[u8], mode: IdentityMode) -> Result<Option<&[u8]>, CodecError> {
    let mut r = Reader::new(section);
    if section.is_empty() {
        return Ok(None);
    }
    let mut found = None;
    for _ in 0..r.u8("identity modes")? {
        let code = IdentityMode::from_code(r.u8("identity mode")?).ok_or(r.invalid("identity mode"))?;
        let bytes = r.bytes("registers")?;
        if code == mode {
            found = Some(bytes);
        }
    }
    r.finish("registers")?;
    Ok(found)
}

/// A registers section in its shortest form, of one identity mode or of all. One that cannot be read stays as it is: whoever
/// reads it will say so.
pub fn shortest_registers(section: &[u8], key: KeyId, only: Option<IdentityMode>) -> Vec<u8> {
    let mut concurrency = std::collections::BTreeMap::new();
    for mode in IdentityMode::ALL.into_iter().filter(|mode| only.is_none_or(|only| only == *mode)) {
        let Ok(found) = registers_of(section, mode) else { return section.to_vec() };
        if let Some(bytes) = found {
            let Ok(sketch) = Sketch::decode(Scheme::keyed(mode, key), bytes) else { return section.to_vec() };
            concurrency.insert(mode, Concurrency { identified: 0, sketch });
        }
    }
    let mut out = Vec::new();
    encode_registers(&concurrency, Form::Wire, &mut out);
    out
}

/// A whole bucket from the three sections of a stored row.
pub fn bucket_of(key: KeyId, summary: &[u8], cells: &[u8], registers: &[u8]) -> Result<Bucket, CodecError> {
    let summary = Summary::decode(summary)?;
    let mut bucket = Bucket {
        entry: summary.entry,
        resources: summary.resources,
        versions: summary.versions,
        alarms: summary.alarms,
        ..Bucket::default()
    };
    let mut r = Reader::new(cells);
    bucket.decode_cells(&mut r)?;
    r.finish("cells")?;
    for (mode, users) in summary.users {
        let scheme = Scheme::keyed(mode, key);
        let sketch = match registers_of(registers, mode)? {
            Some(bytes) => Sketch::decode(scheme, bytes)
                .map_err(|_| CodecError::Invalid { what: "registers", at: registers.len() })?,
            None => Sketch::new(scheme),
        };
        bucket.concurrency.insert(mode, Concurrency { identified: users.identified, sketch });
    }
    Ok(bucket)
}
