//! Several files together as one desk, read block by block: of a file that is larger than memory, what is asked for is read.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use bonghwa_analytics::atlas::AtlasError;
use bonghwa_analytics::desk::{Files, Manifest, Part, Shelf};
use bonghwa_analytics::frame::{self, Frame};
use bonghwa_analytics::region::Region;

use crate::{FileError, HEAD, Opened, head_length, open};

/// Bytes of blocks that were read last and are kept at hand.
const KEPT: u64 = 48 << 20;
/// Bytes that are read at once, beside a block that is longer.
const RUN: u64 = 4 << 20;

/// Bytes that can be read in any order: a file, or what a browser gives of one.
pub trait Bytes {
    /// How many there are.
    fn length(&self) -> u64;
    /// Those of `at..at + length`.
    fn read(&self, at: u64, length: u64) -> Result<Vec<u8>, FileError>;
}

impl Bytes for Vec<u8> {
    fn length(&self) -> u64 {
        self.len() as u64
    }

    fn read(&self, at: u64, length: u64) -> Result<Vec<u8>, FileError> {
        let end = usize::try_from(at.saturating_add(length)).map_err(|_| FileError::Truncated)?;
        self.get(at as usize..end).map(<[u8]>::to_vec).ok_or(FileError::Truncated)
    }
}

/// A file that was signed.
pub struct Volume {
    /// Its beginning.
    pub opened: Opened,
    /// All of it.
    bytes: Box<dyn Bytes>,
    places: Vec<(u64, u64)>,
}

impl Volume {
    /// Opens a file: what it says of itself, if the signature holds and it is as long as it says.
    pub fn open(bytes: Box<dyn Bytes>) -> Result<Self, FileError> {
        let head = bytes.read(0, bytes.length().min(HEAD as u64))?;
        let length = head_length(&head)? as u64;
        if bytes.length() < length {
            return Err(FileError::Truncated);
        }
        let opened = open(&bytes.read(0, length)?)?;
        match bytes.length().cmp(&opened.length()) {
            std::cmp::Ordering::Less => Err(FileError::Truncated),
            std::cmp::Ordering::Greater => Err(FileError::Longer),
            std::cmp::Ordering::Equal => Ok(Self { places: opened.places().collect(), opened, bytes }),
        }
    }

    /// The frames of a block, if its bytes are those that were signed.
    pub fn block(&self, number: usize) -> Result<Vec<Frame>, FileError> {
        self.opened.block(number, &self.read(&[number])?)
    }

    /// How many blocks there are.
    pub fn blocks(&self) -> usize {
        self.places.len()
    }

    /// Whether a block is the one that was signed.
    pub fn check(&self, number: usize) -> Result<(), FileError> {
        self.opened.check(number, &self.read(&[number])?).map(drop)
    }

    /// The bytes of blocks that follow one another.
    fn read(&self, numbers: &[usize]) -> Result<Vec<u8>, FileError> {
        let first = numbers.first().copied().unwrap_or_default();
        let (at, _) = *self.places.get(first).ok_or(FileError::Block(first))?;
        self.bytes.read(at, numbers.iter().map(|number| self.length(*number)).sum())
    }

    /// Numbers in runs of blocks that follow one another, each short enough to be read at once: a browser takes a
    /// millisecond for every piece that it reads of a file.
    fn runs<'n>(&self, numbers: &'n [usize]) -> Vec<&'n [usize]> {
        let (mut runs, mut rest) = (Vec::new(), numbers);
        while let Some(first) = rest.first() {
            let mut length = self.length(*first);
            let follows = |(at, number): &(usize, &usize)| {
                length += self.length(**number);
                **number == first + at + 1 && length <= RUN
            };
            let more = rest.iter().skip(1).enumerate().take_while(follows).count();
            let (run, after) = rest.split_at(more + 1);
            runs.push(run);
            rest = after;
        }
        runs
    }

    /// Length of a block.
    fn length(&self, number: usize) -> u64 {
        self.places.get(number).map_or(0, |(_, length)| *length)
    }
}

/// Whether bytes begin as a file or as bare frames do; other files may be telemetry that an edge can take in.
pub fn is_known(bytes: &dyn Bytes) -> Result<bool, FileError> {
    let head = bytes.read(0, bytes.length().min(frame::MAGIC.len() as u64))?;
    Ok(head == frame::MAGIC || head == crate::MAGIC)
}

/// Several files together, or bare frames: what an edge gives, which nobody signed.
#[derive(Default)]
pub struct Heap {
    /// The files that were signed, in the order in which they came.
    pub volumes: Vec<Rc<Volume>>,
    /// How many nobody signed.
    pub unsigned: u32,
    frames: Vec<Frame>,
    /// Whether some of them lie in no volume.
    loose: bool,
}

impl Heap {
    /// Adds a file or bare frames; nothing of it if anything that is read of it is wrong. `told` hears how many bytes were
    /// read, of how many.
    pub fn add(&mut self, bytes: Box<dyn Bytes>, told: &mut dyn FnMut(u64, u64)) -> Result<(), FileError> {
        let magic = bytes.read(0, bytes.length().min(frame::MAGIC.len() as u64))?;
        if magic == frame::MAGIC {
            let length = bytes.length();
            let read = Frame::decode_all(&bytes.read(0, length)?).map_err(|error| FileError::Frame(0, error))?;
            told(length, length);
            self.take(read);
            self.unsigned += 1;
            return Ok(());
        }
        let volume = Volume::open(bytes)?;
        let first =
            |number: &usize| volume.opened.index.blocks.get(*number).is_some_and(|block| block.sections.summary);
        let needed: Vec<usize> = (0..volume.places.len()).filter(first).collect();
        let of = needed.iter().map(|number| volume.length(*number)).sum();
        let (mut frames, mut done) = (Vec::new(), 0);
        for run in volume.runs(&needed) {
            let bytes = volume.read(run)?;
            let mut rest = bytes.as_slice();
            for number in run {
                let length = volume.length(*number);
                let (block, after) = rest.split_at_checked(length as usize).ok_or(FileError::Truncated)?;
                frames.extend(volume.opened.block(*number, block)?);
                done += length;
                told(done, of);
                rest = after;
            }
        }
        self.frames.extend(frames);
        self.volumes.push(Rc::new(volume));
        Ok(())
    }

    /// Adds frames that nobody signed.
    pub fn take(&mut self, frames: impl IntoIterator<Item = Frame>) {
        self.frames.extend(frames);
        self.loose = true;
    }

    /// Frames that were read so far, those on the shelf apart.
    pub fn frames(&self) -> &[Frame] {
        &self.frames
    }

    /// What the files say of the system: the newest of them, with the regions, marks and runbooks of all; where none does, `other`
    /// with those of its regions that frames are of.
    pub fn manifest(&self, mut other: Manifest) -> Manifest {
        let mut manifests: Vec<&Manifest> = self.volumes.iter().map(|volume| &volume.opened.index.manifest).collect();
        manifests.sort_by_key(|manifest| std::cmp::Reverse(manifest.as_of));
        other.regions.push(Region::of_files());
        other.regions.retain(|region| self.frames.iter().any(|frame| frame.region == region.code));
        let mut manifest = manifests.first().map_or(other, |newest| (*newest).clone());
        for older in manifests.iter().skip(1) {
            for region in &older.regions {
                if !manifest.regions.iter().any(|known| known.code == region.code) {
                    manifest.regions.push(region.clone());
                }
            }
            for (file, text) in &older.runbooks {
                manifest.runbooks.entry(file.clone()).or_insert_with(|| text.clone());
            }
            for (incident, marks) in &older.marks {
                let known = manifest.marks.entry(incident.clone()).or_default();
                known.extend(marks.iter().filter(|mark| !known.contains(mark)).cloned().collect::<Vec<_>>());
                known.sort_by_key(|mark| mark.at);
            }
        }
        manifest
    }

    /// A desk of everything; `other` as for [`manifest`](Self::manifest).
    pub fn desk(self, other: Manifest) -> Result<Files, FileError> {
        let manifest = self.manifest(other);
        let blocks = Blocks { volumes: self.volumes, kept: RefCell::default(), all: !self.loose };
        Ok(Files::over(manifest, self.frames, Box::new(blocks))?)
    }
}

/// Volume and number of a block, its frames, its length.
type Kept = (usize, usize, Rc<Vec<Frame>>, u64);

/// The blocks of volumes, and those that were read last.
struct Blocks {
    volumes: Vec<Rc<Volume>>,
    kept: RefCell<VecDeque<Kept>>,
    /// Whether there are no rows but theirs.
    all: bool,
}

impl Blocks {
    fn read(&self, of: usize, number: usize) -> Result<Rc<Vec<Frame>>, FileError> {
        let mut kept = self.kept.borrow_mut();
        if let Some(at) = kept.iter().position(|known| (known.0, known.1) == (of, number))
            && let Some(known) = kept.remove(at)
        {
            let frames = known.2.clone();
            kept.push_back(known);
            return Ok(frames);
        }
        let volume = self.volumes.get(of).ok_or(FileError::Block(number))?;
        let frames = Rc::new(volume.block(number)?);
        kept.push_back((of, number, frames.clone(), volume.length(number)));
        let mut held: u64 = kept.iter().map(|known| known.3).sum();
        while held > KEPT && kept.len() > 1 {
            held -= kept.pop_front().map_or(0, |known| known.3);
        }
        Ok(frames)
    }
}

impl Shelf for Blocks {
    fn has_summaries(&self) -> bool {
        self.all
    }

    fn fetch(&self, wanted: &Part<'_>, give: &mut dyn FnMut(&Frame)) -> Result<(), AtlasError> {
        for (of, volume) in self.volumes.iter().enumerate() {
            for (number, block) in volume.opened.index.blocks.iter().enumerate() {
                let touches = block.region == wanted.region
                    && block.resolution == wanted.resolution
                    && block.from < wanted.to
                    && block.to > wanted.from
                    && block.sections.and(wanted.sections).any();
                if touches {
                    let frames = self.read(of, number).map_err(|error| AtlasError::Elsewhere(error.to_string()))?;
                    frames.iter().for_each(&mut *give);
                }
            }
        }
        Ok(())
    }
}
