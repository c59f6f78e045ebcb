//! A batch as bytes: what the stateless Worker sends to a region's object, and its buckets as the journal holds them.

use std::collections::BTreeMap;

use bonghwa_analytics::bucket::Bucket;
use bonghwa_analytics::codec::{CodecError, Reader, put_bytes, put_i64, put_str, put_u64};
use bonghwa_analytics::session::Sessions;
use bonghwa_analytics::time::Resolution;

use super::{Batch, Report};

/// First byte: the version of this form.
const VERSION: u8 = 1;

impl Batch {
    /// Appends the batch: version, digest, report, buckets.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.push(VERSION);
        out.extend_from_slice(&self.digest);
        for count in [self.report.accepted, self.report.unshown, self.report.rejected] {
            put_u64(out, count);
        }
        out.push(u8::from(self.report.reason.is_some()));
        if let Some(reason) = &self.report.reason {
            put_str(out, reason);
        }
        encode_buckets(&self.buckets, out);
    }

    /// Reads what [`encode`](Self::encode) wrote, to the last byte.
    pub fn decode(bytes: &[u8]) -> Result<Self, CodecError> {
        let mut r = Reader::new(bytes);
        if r.u8("version")? != VERSION {
            return Err(r.invalid("version"));
        }
        let mut digest = [0; 16];
        digest.copy_from_slice(r.take(16, "digest")?);
        let [accepted, unshown, rejected] = [r.u64("accepted")?, r.u64("unshown")?, r.u64("rejected")?];
        let reason = match r.u8("reason")? {
            0 => None,
            1 => Some(r.str("reason")?.to_owned()),
            _ => return Err(r.invalid("reason")),
        };
        let report = Report { accepted, unshown, rejected, reason };
        let buckets = take_buckets(&mut r)?;
        r.finish("batch")?;
        Ok(Self { digest, buckets, report })
    }
}

/// Appends buckets in their order.
pub(crate) fn encode_buckets(buckets: &BTreeMap<(Resolution, i64), Bucket>, out: &mut Vec<u8>) {
    put_u64(out, buckets.len() as u64);
    for ((resolution, start), bucket) in buckets {
        out.push(resolution.code());
        put_i64(out, *start);
        bucket.encode(out);
    }
    // Behind all buckets, and only where there are any, so that journals from before sessions were known stay readable.
    if buckets.values().any(|bucket| bucket.sessions.is_some()) {
        for bucket in buckets.values() {
            put_bytes(out, &encode_sessions(bucket));
        }
    }
}

/// The sessions of a bucket as they are kept; nothing where it knows nothing of them.
pub(crate) fn encode_sessions(bucket: &Bucket) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(sessions) = &bucket.sessions {
        sessions.encode(&mut bytes);
    }
    bytes
}

/// Reads what [`encode_buckets`] wrote, to the last byte.
pub(crate) fn decode_buckets(bytes: &[u8]) -> Result<BTreeMap<(Resolution, i64), Bucket>, CodecError> {
    let mut r = Reader::new(bytes);
    let buckets = take_buckets(&mut r)?;
    r.finish("delta")?;
    Ok(buckets)
}

fn take_buckets(r: &mut Reader<'_>) -> Result<BTreeMap<(Resolution, i64), Bucket>, CodecError> {
    let mut buckets = BTreeMap::new();
    for _ in 0..r.count(4, "delta buckets")? {
        let resolution = Resolution::from_code(r.u8("resolution")?).ok_or(r.invalid("resolution"))?;
        let start = r.i64("start")?;
        buckets.insert((resolution, start), Bucket::decode(r)?);
    }
    if !r.is_empty() {
        for bucket in buckets.values_mut() {
            bucket.sessions = Sessions::decode(r.bytes("sessions")?)?;
        }
    }
    Ok(buckets)
}
