//! The summary of a bucket: what charts, cards and maps need of it, without registers and without routes.

use std::collections::BTreeMap;

use crate::bucket::{Bucket, Gauge, Name, Resource, Transaction};
use crate::codec::{CodecError, Reader, put_i64, put_str, put_u64};
use crate::identity::IdentityMode;
use crate::watch::{Alarms, decode_alarms, encode_alarms};

/// What a bucket amounts to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// Estimated distinct identities and the requests that carried one, by mode.
    pub users: BTreeMap<IdentityMode, Users>,
    /// Entry requests.
    pub entry: Transaction,
    /// Gauges by (service, kind).
    pub resources: BTreeMap<(Name, Resource), Gauge>,
    /// Versions by (service, version): first and last instant seen.
    pub versions: BTreeMap<(Name, Name), (i64, i64)>,
    /// Series that were out of their band.
    pub alarms: Alarms,
}

/// Distinct identities of one mode.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Users {
    /// Requests that carried the identity.
    pub identified: u64,
    /// Estimated number of distinct ones.
    pub estimate: f64,
}

impl Summary {
    /// The summary of a bucket.
    pub fn of(bucket: &Bucket) -> Self {
        let users = bucket
            .concurrency
            .iter()
            .map(|(mode, c)| (*mode, Users { identified: c.identified, estimate: thousandths(c.sketch.estimate()) }))
            .collect();
        Self {
            users,
            entry: bucket.entry.clone(),
            resources: bucket.resources.clone(),
            versions: bucket.versions.clone(),
            alarms: bucket.alarms.clone(),
        }
    }

    /// Appends the summary.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.push(self.users.len() as u8);
        for (mode, users) in &self.users {
            out.push(mode.code());
            put_u64(out, users.identified);
            put_u64(out, (users.estimate * 1000.0) as u64);
        }
        self.entry.encode(out);
        encode_resources(&self.resources, out);
        encode_versions(&self.versions, out);
        if !self.alarms.is_empty() {
            encode_alarms(&self.alarms, out);
        }
    }

    /// Reads what [`encode`](Self::encode) wrote, to the last byte. Alarms came with version 2 of frames; a summary that
    /// ends before them has none.
    pub fn decode(bytes: &[u8]) -> Result<Self, CodecError> {
        Self::decode_with(bytes, Transaction::default(), &mut own_name).map(|(summary, _)| summary)
    }

    /// [`decode`](Self::decode) with names from elsewhere, and into the room of an entry that is done with. Gives the bytes of
    /// its own entry, too.
    pub(crate) fn decode_with<'b>(
        bytes: &'b [u8],
        entry: Transaction,
        name: &mut impl FnMut(&str) -> Name,
    ) -> Result<(Self, &'b [u8]), CodecError> {
        let mut r = Reader::new(bytes);
        let mut summary = Self { entry, ..Self::default() };
        for _ in 0..r.u8("identity modes")? {
            let mode = IdentityMode::from_code(r.u8("identity mode")?).ok_or(r.invalid("identity mode"))?;
            let identified = r.u64("identified requests")?;
            let estimate = r.u64_at_most(1 << 50, "estimate")? as f64 / 1000.0;
            summary.users.insert(mode, Users { identified, estimate });
        }
        let before = r.remaining();
        summary.entry.read(&mut r)?;
        let entry = bytes.get(bytes.len() - before..bytes.len() - r.remaining()).unwrap_or_default();
        summary.resources = decode_resources(&mut r, name)?;
        summary.versions = decode_versions(&mut r, name)?;
        if !r.is_empty() {
            summary.alarms = decode_alarms(&mut r)?;
        }
        r.finish("summary")?;
        Ok((summary, entry))
    }
}

/// A name that is shared with no other. A function of its own, so that what reads names is compiled once for all who want these.
pub(crate) fn own_name(text: &str) -> Name {
    Name::from(text)
}

/// An estimate as it is written: rounded to thousandths, so that a decoded summary equals the one that was encoded.
fn thousandths(estimate: f64) -> f64 {
    libm::round(estimate * 1000.0) / 1000.0
}

pub(crate) fn encode_resources(resources: &BTreeMap<(Name, Resource), Gauge>, out: &mut Vec<u8>) {
    put_u64(out, resources.len() as u64);
    for ((service, kind), gauge) in resources {
        put_str(out, service);
        out.push(*kind as u8);
        put_i64(out, gauge.min);
        put_u64(out, gauge.max.wrapping_sub(gauge.min) as u64);
        put_i64(out, gauge.sum);
        put_u64(out, gauge.count);
        put_i64(out, gauge.last);
        put_i64(out, gauge.last_at);
    }
}

pub(crate) type Versions = BTreeMap<(Name, Name), (i64, i64)>;

pub(crate) fn encode_versions(versions: &Versions, out: &mut Vec<u8>) {
    put_u64(out, versions.len() as u64);
    for ((service, version), (first, last)) in versions {
        put_str(out, service);
        put_str(out, version);
        put_i64(out, *first);
        put_u64(out, last.wrapping_sub(*first) as u64);
    }
}

pub(crate) fn decode_versions(r: &mut Reader<'_>, name: &mut impl FnMut(&str) -> Name) -> Result<Versions, CodecError> {
    let mut versions = BTreeMap::new();
    for _ in 0..r.count(4, "versions")? {
        let key = (name(r.str("service")?), name(r.str("version")?));
        let first = r.i64("first seen")?;
        versions.insert(key, (first, first.wrapping_add(r.u64("last seen")? as i64)));
    }
    Ok(versions)
}

pub(crate) fn decode_resources(
    r: &mut Reader<'_>,
    name: &mut impl FnMut(&str) -> Name,
) -> Result<BTreeMap<(Name, Resource), Gauge>, CodecError> {
    let mut resources = BTreeMap::new();
    for _ in 0..r.count(8, "gauges")? {
        let service = name(r.str("service")?);
        let kind = *Resource::ALL.get(usize::from(r.u8("resource")?)).ok_or(r.invalid("resource"))?;
        let min = r.i64("minimum")?;
        let max = min.wrapping_add(r.u64("range")? as i64);
        if max < min {
            return Err(r.invalid("range"));
        }
        let (sum, count) = (r.i64("sum")?, r.u64("samples")?);
        let gauge = Gauge { min, max, sum, count, last: r.i64("last sample")?, last_at: r.i64("last instant")? };
        resources.insert((service, kind), gauge);
    }
    Ok(resources)
}
