//! A day of a region on one sheet: every series in slots of five minutes, as bands are learned from it.

use super::catalogue::Catalogue;
use super::series::{Identities, SeriesKey, Source};
use crate::bucket::Bucket;
use crate::codec::{CodecError, Reader, put_i64, put_u64};
use crate::detect::SLOTS;

/// Series of a day; what is met later has no band.
pub const MAX_SERIES: usize = 1000;

/// Width of a slot, seconds.
pub const SLOT: i64 = 300;

/// The values of a day.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    /// Midnight in Asia/Seoul.
    pub day: i64,
    catalogue: Catalogue,
    /// By number of the series.
    values: Vec<Box<[f32]>>,
}

impl PartialEq for Sheet {
    fn eq(&self, other: &Self) -> bool {
        self.day == other.day && self.iter().eq(other.iter())
    }
}

impl Sheet {
    /// An empty day.
    pub const fn new(day: i64) -> Self {
        Self { day, catalogue: Catalogue::new(), values: Vec::new() }
    }

    /// Puts down what a bucket of five minutes says.
    pub fn put(&mut self, start: i64, bucket: &Bucket, users: &Identities) {
        // A bucket in memory can always be read.
        let _ = self.take(start, Source::Bucket(bucket, users));
    }

    /// Puts down what a row of five minutes says; fails where it cannot be read.
    pub fn take(&mut self, start: i64, source: Source<'_>) -> Result<(), CodecError> {
        let Ok(slot) = usize::try_from((start - self.day).div_euclid(SLOT)) else { return Ok(()) };
        if slot >= SLOTS {
            return Ok(());
        }
        let (catalogue, values) = (&mut self.catalogue, &mut self.values);
        source.each(SLOT, |named, value, _| {
            let Some(number) = catalogue.follow(named, MAX_SERIES) else { return };
            if number == values.len() {
                values.push(vec![f32::NAN; SLOTS].into());
            }
            values[number][slot] = unpack(pack(value as f32));
        })
    }

    /// The values of a series.
    pub fn values(&self, key: &SeriesKey) -> Option<&[f32]> {
        self.catalogue.get(key).and_then(|number| self.values.get(number)).map(|values| &**values)
    }

    /// The series that have values.
    pub fn keys(&self) -> impl Iterator<Item = &SeriesKey> {
        self.iter().map(|(key, _)| key)
    }

    fn iter(&self) -> impl Iterator<Item = (&SeriesKey, &[f32])> {
        self.catalogue.iter().filter_map(|(key, number)| self.values.get(number).map(|values| (key, &**values)))
    }

    /// Appends the sheet: two bytes a value.
    pub fn encode(&self, out: &mut Vec<u8>) {
        put_i64(out, self.day);
        put_u64(out, self.catalogue.len() as u64);
        for (key, values) in self.iter() {
            key.encode(out);
            for value in values {
                out.extend_from_slice(&pack(*value).to_le_bytes());
            }
        }
    }

    /// Reads what [`encode`](Self::encode) wrote.
    pub fn decode(bytes: &[u8]) -> Result<Self, CodecError> {
        let mut r = Reader::new(bytes);
        let mut sheet = Self::new(r.i64("day")?);
        for _ in 0..r.count(2 + 2 * SLOTS, "series")? {
            let key = SeriesKey::decode(&mut r)?;
            let values = r.take(2 * SLOTS, "values")?.chunks_exact(2);
            let values: Box<[f32]> = values.map(|pair| unpack(u16::from_le_bytes([pair[0], pair[1]]))).collect();
            // A name that stands twice means its last values.
            if let Some(number) = sheet.catalogue.get(&key) {
                sheet.values[number] = values;
            } else {
                sheet.catalogue.add(key);
                sheet.values.push(values);
            }
        }
        r.finish("sheet")?;
        Ok(sheet)
    }
}

/// Sixteen bits of a float without its sign: eight of the exponent, eight of the mantissa, so 0.2 % at most are lost.
/// What is not a number of zero or more is "nothing received".
fn pack(value: f32) -> u16 {
    if value >= 0.0 && value.is_finite() { ((value.to_bits() + 0x4000) >> 15) as u16 } else { u16::MAX }
}

fn unpack(bits: u16) -> f32 {
    if bits == u16::MAX { f32::NAN } else { f32::from_bits(u32::from(bits) << 15) }
}
