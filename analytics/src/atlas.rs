//! The atlas: frames of any regions and times, ready to be asked.

use std::collections::BTreeMap;

use crate::bucket::{Name, Resource, Transaction};
use crate::codec::CodecError;
use crate::column::Table;
use crate::frame::{Frame, Row, registers_of};
use crate::identity::{IdentityMode, KeyId};
use crate::names::Names;
use crate::region::Region;
use crate::sketch::{Accumulator, REGISTERS, Scheme, Sketch, SketchError};
use crate::summary::{Summary, own_name};
use crate::time::Resolution;
use crate::view::Measure;
use crate::watch::Alarms;
use crate::window::decompose;

/// Code of the track that holds all regions together.
pub const NATION: &str = "all";

/// Why a frame or a question was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AtlasError {
    /// Identities of this region were hashed with another key, so they cannot be told apart from the others.
    #[error("the frames of {region} were hashed with another fleet key; they cannot be merged with the rest")]
    Key {
        /// Region code.
        region: String,
    },
    /// A row cannot be read.
    #[error("a row of {region} cannot be read: {source}")]
    Row {
        /// Region code.
        region: String,
        /// What was wrong.
        source: CodecError,
    },
    /// Rows lie in a file that does not give them.
    #[error("{0}")]
    Elsewhere(String),
    /// There is no such region.
    #[error("there is no region {0}; the list of regions has the codes")]
    Region(String),
    /// Registers cannot be merged.
    #[error(transparent)]
    Sketch(#[from] SketchError),
}

/// Frames of many regions.
#[derive(Clone, Debug, Default)]
pub struct Atlas {
    /// Regions by settings, in their order.
    pub regions: Vec<Region>,
    tracks: BTreeMap<String, Track>,
    key: Option<KeyId>,
}

/// What is known of one region.
#[derive(Clone, Debug, Default)]
pub struct Track {
    tables: [Table; 4],
    registers: BTreeMap<(Resolution, i64), Vec<(IdentityMode, Registers)>>,
    versions: BTreeMap<(Name, Name), (i64, i64)>,
    alarms: BTreeMap<(Resolution, i64), Alarms>,
    newest: Option<i64>,
}

/// Registers as they merge fastest: decoded where they are sparse, four bits a register where they are dense.
#[derive(Clone, Debug)]
enum Registers {
    Sparse(Sketch),
    Dense(Box<[u8]>),
}

/// The union of sketches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Union {
    /// Estimated distinct identities.
    pub estimate: f64,
    /// Half-width of the 95 % interval.
    pub error: f64,
    /// Sketches merged.
    pub sketches: u32,
    /// Finest bucket among them.
    pub finest: Resolution,
}

/// A window of one region in figures.
#[derive(Clone, Debug, PartialEq)]
pub struct WindowStats {
    /// Entry requests.
    pub entry: Transaction,
    /// CPU use of the busiest tier, mean over the rows, 0 to 1.
    pub load: Option<f64>,
    /// Seconds of the window for which there are rows.
    pub covered: i64,
    /// Entry requests that carried an identity, by mode.
    pub identified: [u64; 3],
    /// Finest bucket used.
    pub finest: Resolution,
}

impl Atlas {
    /// An atlas of these regions, without frames.
    pub fn new(regions: Vec<Region>) -> Self {
        Self { regions, ..Self::default() }
    }

    /// Adds the rows of a frame; a row of a higher sequence replaces the one of the same start. All or nothing.
    pub fn insert(&mut self, frame: &Frame) -> Result<(), AtlasError> {
        if *self.key.get_or_insert(frame.key) != frame.key {
            return Err(AtlasError::Key { region: frame.region.clone() });
        }
        let failed = |source| AtlasError::Row { region: frame.region.clone(), source };
        let mut rows = Vec::with_capacity(frame.rows.len());
        for row in &frame.rows {
            let read = |bytes| Summary::decode_with(bytes, Transaction::default(), &mut own_name);
            let summary = row.summary.as_deref().map(read).transpose().map_err(failed)?;
            let registers = match &row.registers {
                Some(section) => Some(unpack(&frame.region, frame.key, section)?),
                None => None,
            };
            rows.push((row, summary, registers));
        }
        let track = self.tracks.entry(frame.region.clone()).or_default();
        let width = frame.resolution.seconds();
        for (row, summary, registers) in rows {
            track.newest = track.newest.max(Some(row.start + width));
            if let Some((summary, entry)) = summary {
                track.put(frame.resolution, row, summary, entry).map_err(failed)?;
            }
            if let Some(registers) = registers {
                track.registers.insert((frame.resolution, row.start), registers);
            }
        }
        Ok(())
    }

    /// Adds many rows of a region by their summaries alone. Rows before one that cannot be read stay.
    pub fn insert_summaries<'r>(
        &mut self,
        region: &str,
        key: KeyId,
        resolution: Resolution,
        rows: impl Iterator<Item = &'r Row>,
    ) -> Result<(), AtlasError> {
        if *self.key.get_or_insert(key) != key {
            return Err(AtlasError::Key { region: region.to_owned() });
        }
        let track = self.tracks.entry(region.to_owned()).or_default();
        // One of each for all rows, which share names and the room of the latencies.
        let (mut names, mut room) = (Names::default(), Transaction::default());
        for row in rows {
            track.newest = track.newest.max(Some(row.start + resolution.seconds()));
            let Some(bytes) = &row.summary else { continue };
            names.begin();
            let read = Summary::decode_with(bytes, room, &mut |text| names.name(text));
            let put = read.and_then(|(summary, entry)| track.put(resolution, row, summary, entry));
            room = put.map_err(|source| AtlasError::Row { region: region.to_owned(), source })?;
        }
        Ok(())
    }

    /// What is known of a region, or of the [`NATION`].
    pub fn track(&self, region: &str) -> Option<&Track> {
        self.tracks.get(region)
    }

    /// Key under which the identities of all frames were hashed.
    pub fn key(&self) -> KeyId {
        self.key.unwrap_or_default()
    }

    /// The preferred identity mode if it was ever seen, else the one that tells users apart best of those that were.
    pub fn mode(&self, preferred: IdentityMode) -> IdentityMode {
        let seen = |mode: &IdentityMode| {
            self.tracks.values().any(|track| track.tables.iter().any(|table| table.has_mode(*mode)))
        };
        let best = [preferred, IdentityMode::UserCookie, IdentityMode::SessionCookie, IdentityMode::Ip];
        best.into_iter().find(seen).unwrap_or(preferred)
    }

    /// The region of a code.
    pub fn region(&self, code: &str) -> Option<&Region> {
        self.regions.iter().find(|region| region.code == code)
    }

    /// Distinct identities of these regions together in `from..to`, from the registers at hand.
    pub fn users<'a>(
        &self,
        regions: impl IntoIterator<Item = &'a str>,
        from: i64,
        to: i64,
        coarsest: Resolution,
        mode: IdentityMode,
    ) -> Result<Option<Union>, AtlasError> {
        let mut union = Unions::new(self.key(), mode);
        for region in regions {
            if let Some(track) = self.tracks.get(region) {
                union.add(track, from, to, coarsest)?;
            }
        }
        Ok(union.finish())
    }

    /// Distinct identities of these regions together in some minutes. A region whose log was taken in as a whole has no rows
    /// of minutes, but of five.
    pub fn recent_users<'a>(
        &self,
        regions: impl IntoIterator<Item = &'a str>,
        from: i64,
        to: i64,
        mode: IdentityMode,
    ) -> Result<Option<Union>, AtlasError> {
        let mut union = Unions::new(self.key(), mode);
        for track in regions.into_iter().filter_map(|region| self.tracks.get(region)) {
            let before = union.sketches;
            union.add(track, from, to, Resolution::Minute)?;
            if union.sketches == before {
                union.add(track, from, to, Resolution::FiveMinutes)?;
            }
        }
        Ok(union.finish())
    }

    /// Forgets the registers before an instant, of all regions.
    pub fn drop_registers_before(&mut self, instant: i64) {
        for track in self.tracks.values_mut() {
            track.registers.retain(|(resolution, start), _| start + resolution.seconds() > instant);
        }
    }

    /// Forgets the rows of a resolution that start in `from..to`, of all regions.
    pub fn drop_rows(&mut self, resolution: Resolution, from: i64, to: i64) {
        for track in self.tracks.values_mut() {
            track.tables[resolution.code() as usize].drop_range(from, to);
            track.alarms.retain(|(r, start), _| *r != resolution || !(from..to).contains(start));
        }
    }
}

/// A union that is being built.
pub struct Unions {
    scheme: Scheme,
    accumulator: Accumulator,
    sketches: u32,
    finest: Resolution,
    lacking: bool,
}

impl Unions {
    /// Nobody yet.
    pub fn new(key: KeyId, mode: IdentityMode) -> Self {
        let scheme = Scheme::keyed(mode, key);
        Self { scheme, accumulator: Accumulator::new(scheme), sketches: 0, finest: Resolution::Hour, lacking: false }
    }

    /// A bucket that belongs to it has no registers at hand: how many there are in all cannot be known.
    pub const fn lack(&mut self) {
        self.lacking = true;
    }

    /// Adds a registers section.
    pub fn merge_section(&mut self, region: &str, resolution: Resolution, section: &[u8]) -> Result<(), AtlasError> {
        let failed = |source| AtlasError::Row { region: region.to_owned(), source };
        if let Some(bytes) = registers_of(section, self.scheme.mode).map_err(failed)? {
            self.accumulator.merge_encoded(&self.scheme, bytes)?;
            self.sketches += 1;
            self.finest = self.finest.min(resolution);
        }
        Ok(())
    }

    /// Adds what another union holds.
    pub fn merge(&mut self, sketch: &Sketch) -> Result<(), AtlasError> {
        Ok(self.accumulator.merge(sketch)?)
    }

    /// What was merged, as a sketch.
    pub fn sketch(&self) -> Sketch {
        self.accumulator.to_sketch()
    }

    /// Starts again with nobody.
    pub fn clear(&mut self) {
        self.accumulator.clear();
        self.sketches = 0;
        self.finest = Resolution::Hour;
        self.lacking = false;
    }

    /// Adds the registers at hand of a region in `from..to`.
    pub fn add(&mut self, track: &Track, from: i64, to: i64, coarsest: Resolution) -> Result<(), AtlasError> {
        let present = |resolution, from, to| track.register_starts(resolution, from, to);
        for key in decompose(from, to, coarsest, &present) {
            for (_, registers) in
                track.registers.get(&key).into_iter().flatten().filter(|(m, _)| *m == self.scheme.mode)
            {
                match registers {
                    Registers::Sparse(sketch) => self.accumulator.merge(sketch)?,
                    Registers::Dense(bytes) => self.accumulator.merge_encoded(&self.scheme, bytes)?,
                }
                self.sketches += 1;
                self.finest = self.finest.min(key.0);
            }
        }
        Ok(())
    }

    /// The estimate; `None` if nothing was merged, or not all of it was at hand.
    pub fn finish(&self) -> Option<Union> {
        (self.sketches > 0 && !self.lacking).then(|| self.estimate())
    }

    /// The estimate, 0 if nothing was merged.
    pub fn estimate(&self) -> Union {
        let estimate = self.accumulator.estimate();
        let error = estimate * self.accumulator.relative_error_95();
        Union { estimate, error, sketches: self.sketches, finest: self.finest }
    }
}

/// Makes a registers section ready to merge.
fn unpack(region: &str, key: KeyId, section: &[u8]) -> Result<Vec<(IdentityMode, Registers)>, AtlasError> {
    let failed = |source| AtlasError::Row { region: region.to_owned(), source };
    let mut registers = Vec::new();
    for mode in IdentityMode::ALL {
        if let Some(bytes) = registers_of(section, mode).map_err(failed)? {
            let sketch = Sketch::decode(Scheme::keyed(mode, key), bytes)?;
            let mut rest = Vec::new();
            sketch.encode_rest(&mut rest);
            // The sparse form is the shorter one; a dense sketch is kept at half the size of its registers.
            let dense = rest.len() > REGISTERS / 2;
            registers.push((mode, if dense { Registers::Dense(rest.into()) } else { Registers::Sparse(sketch) }));
        }
    }
    Ok(registers)
}

impl Track {
    /// Puts a row in its place, unless a newer one is there; `entry` is that of the summary as it is written. Gives back the room
    /// of the entry.
    fn put(
        &mut self,
        resolution: Resolution,
        row: &Row,
        summary: Summary,
        entry: &[u8],
    ) -> Result<Transaction, CodecError> {
        let latency = Transaction::latency_of(entry)?;
        if self.tables[resolution.code() as usize].put(row.start, row.seq, &summary, latency) {
            let place = (resolution, row.start);
            if summary.alarms.is_empty() {
                self.alarms.remove(&place);
            } else {
                self.alarms.insert(place, summary.alarms);
            }
        }
        for (key, (first, last)) in summary.versions {
            let span = self.versions.entry(key).or_insert((first, last));
            *span = (span.0.min(first), span.1.max(last));
        }
        Ok(summary.entry)
    }

    /// The columns of a resolution.
    pub const fn table(&self, resolution: Resolution) -> &Table {
        &self.tables[resolution as usize]
    }

    /// The buckets at hand that make up `from..to`, none coarser than `coarsest`.
    pub fn decompose(&self, from: i64, to: i64, coarsest: Resolution) -> Vec<(Resolution, i64)> {
        let present = |resolution, from, to| {
            let table = self.table(resolution);
            table.starts()[table.range(from, to)].to_vec()
        };
        decompose(from, to, coarsest, &present)
    }

    /// Alarms of the rows of a resolution that start in `from..to`, in order.
    pub fn alarms(&self, resolution: Resolution, from: i64, to: i64) -> impl Iterator<Item = &Alarms> {
        self.alarms.range((resolution, from)..(resolution, to.max(from))).map(|(_, alarms)| alarms)
    }

    /// End of the newest bucket that holds anything.
    pub const fn newest(&self) -> Option<i64> {
        self.newest
    }

    /// Names of the services that reported a version or a gauge; a name may come more than once.
    pub fn services(&self) -> impl Iterator<Item = String> {
        let gauges =
            self.tables.iter().flat_map(|table| Resource::ALL.into_iter().flat_map(|kind| table.services(kind)));
        self.versions.keys().map(|(service, _)| service).chain(gauges).map(|name| name.as_ref().to_owned())
    }

    /// Versions that began to report in `from..to` where an older one of the same service had reported: service, version
    /// and first instant.
    pub fn deployments(&self, from: i64, to: i64) -> impl Iterator<Item = (&Name, &Name, i64)> {
        self.versions.iter().filter_map(move |((service, version), (first, _))| {
            let older = |((s, v), (f, _)): (&(Name, Name), &(i64, i64))| s == service && v != version && f < first;
            let new = (from..to).contains(first) && self.versions.iter().any(older);
            new.then_some((service, version, *first))
        })
    }

    /// Whether the registers of a bucket are at hand.
    pub fn has_registers(&self, resolution: Resolution, start: i64) -> bool {
        self.registers.contains_key(&(resolution, start))
    }

    /// Figures of `from..to`, from the coarsest rows that fit.
    pub fn stats(&self, from: i64, to: i64) -> WindowStats {
        let mut stats = WindowStats {
            entry: Transaction::default(),
            load: None,
            covered: 0,
            identified: [0; 3],
            finest: Resolution::Hour,
        };
        let (mut load, mut weight) = (0.0, 0.0);
        for (resolution, start) in self.decompose(from, to, Resolution::Hour) {
            let table = self.table(resolution);
            let Some(row) = table.row(start) else { continue };
            let width = resolution.seconds();
            stats.entry.merge(&table.entry(row));
            stats.covered += width;
            stats.finest = stats.finest.min(resolution);
            for mode in IdentityMode::ALL {
                stats.identified[mode as usize] += table.identified(row, mode);
            }
            if let Some(value) = table.value(row, Measure::Load, IdentityMode::Ip, width) {
                load += value * width as f64;
                weight += width as f64;
            }
        }
        stats.load = (weight > 0.0).then(|| load / weight);
        stats
    }

    /// Mean of what `value` says of each row of `from..to`, by their widths, from the coarsest rows that fit; with the finest
    /// of them. `None` if no row says anything.
    pub(crate) fn mean(
        &self,
        (from, to): (i64, i64),
        value: impl Fn(&Table, usize) -> Option<f64>,
    ) -> Option<(f64, Resolution)> {
        let (mut sum, mut weight, mut finest) = (0.0, 0.0, Resolution::Hour);
        for (resolution, start) in self.decompose(from, to, Resolution::Hour) {
            let table = self.table(resolution);
            let Some(value) = table.row(start).and_then(|row| value(table, row)) else { continue };
            let width = resolution.seconds() as f64;
            sum += value * width;
            weight += width;
            finest = finest.min(resolution);
        }
        (weight > 0.0).then(|| (sum / weight, finest))
    }

    fn register_starts(&self, resolution: Resolution, from: i64, to: i64) -> Vec<i64> {
        if from >= to {
            return Vec::new();
        }
        self.registers.range((resolution, from)..(resolution, to)).map(|((_, start), _)| *start).collect()
    }
}
