//! Telemetry to answers, without a database: what an edge makes of recorded requests, rolled up, as frames, and what a
//! page shows of them.

use std::collections::BTreeMap;
use std::fmt::Write;

use bonghwa_analytics::atlas::Atlas;
use bonghwa_analytics::baseline::Baselines;
use bonghwa_analytics::bucket::Bucket;
use bonghwa_analytics::frame::Frame;
use bonghwa_analytics::identity::{FleetKey, IdentityMode};
use bonghwa_analytics::region::Region;
use bonghwa_analytics::time::{DAY, Resolution};
use bonghwa_analytics::view::{self, Measure, Moment, NowQuery, Past};
use bonghwa_edge::batch::Batch;
use bonghwa_edge::otlp::{Format, Signal, parse};
use bonghwa_edge::policy::Policy;
use bonghwa_edge::store::full_row;

use crate::protobuf;

/// The instant at which the requests arrive; the spans are of the hour before.
pub const NOW: i64 = 1_795_212_000;
/// Region code.
pub const REGION: &str = "busan";
const REQUESTS: u64 = 120;
const SPANS: u64 = 100;

/// Requests as they were recorded, in turn as protobuf and as JSON: the same spans in both.
pub fn corpus() -> Vec<(Format, Vec<u8>)> {
    (0..REQUESTS)
        .map(|number| {
            let spans: Vec<Span> = (0..SPANS).map(|index| span(number * SPANS + index)).collect();
            let service = ["web", "civil-affairs", "tax"][number as usize % 3];
            if number % 2 == 0 {
                (Format::Protobuf, protobuf::traces(service, &spans))
            } else {
                (Format::Json, json(service, &spans).into_bytes())
            }
        })
        .collect()
}

/// What is read of a span.
pub struct Span {
    pub(crate) id: u64,
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) failed: bool,
    pub(crate) attributes: Vec<(&'static str, String)>,
}

/// A span by its number; mixed so that every service has every route, status and many users.
fn span(number: u64) -> Span {
    let noise = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let end = (NOW as u64 - 3600) * 1_000_000_000 + number * 3_600_000_000_000 / (REQUESTS * SPANS);
    let status = if noise >> 58 == 0 { "503" } else { "200" };
    let user = (noise >> 40) % 3000;
    Span {
        id: number + 1,
        start: end - 1_000_000 - (noise >> 44) * 250,
        end,
        failed: status == "503",
        attributes: vec![
            ("http.request.method", "GET".to_owned()),
            ("http.route", format!("/route/{}", (noise >> 20) % 40)),
            ("http.response.status_code", status.to_owned()),
            ("client.address", format!("10.{}.{}.7", user / 250, user % 250)),
            ("user.id", format!("user-{user}")),
        ],
    }
}

fn json(service: &str, spans: &[Span]) -> String {
    let attribute = |name: &str, value: &str| format!(r#"{{"key":"{name}","value":{{"stringValue":"{value}"}}}}"#);
    let list = spans.iter().map(|span| {
        let attributes: Vec<_> = span.attributes.iter().map(|(name, value)| attribute(name, value)).collect();
        format!(
            r#"{{"traceId":"{:032x}","spanId":"{:016x}","name":"GET","kind":2,"startTimeUnixNano":"{}",
            "endTimeUnixNano":"{}","attributes":[{}],"status":{{"code":{}}}}}"#,
            span.id,
            span.id,
            span.start,
            span.end,
            attributes.join(","),
            if span.failed { 2 } else { 0 }
        )
    });
    format!(
        r#"{{"resourceSpans":[{{"resource":{{"attributes":[{}]}},"scopeSpans":[{{"spans":[{}]}}]}}]}}"#,
        attribute("service.name", service),
        list.collect::<Vec<_>>().join(",")
    )
}

/// The batches of the corpus, each by way of the bytes that a router sends to an object. An error is a line of text.
pub fn batches(key: &FleetKey) -> Result<Vec<Batch>, String> {
    let policy = Policy::new(*key);
    let read = |(format, body): (Format, Vec<u8>)| {
        let batch = parse(Signal::Traces, format, &body, &policy, NOW).map_err(|error| error.to_string())?;
        let mut bytes = Vec::new();
        batch.encode(&mut bytes);
        Batch::decode(&bytes).map_err(|error| error.to_string())
    };
    corpus().into_iter().map(read).collect()
}

/// The frames of every level.
pub fn frames(key: &FleetKey) -> Result<Vec<Frame>, String> {
    let mut buckets: BTreeMap<(Resolution, i64), Bucket> = BTreeMap::new();
    for batch in batches(key)? {
        for ((resolution, start), bucket) in batch.buckets {
            let mut level = Some(resolution);
            while let Some(at) = level {
                let place = buckets.entry((at, at.floor(start))).or_default();
                place.merge(&bucket).map_err(|error| error.to_string())?;
                level = at.parent();
            }
        }
    }
    let frame = |resolution| {
        let of_level = buckets.iter().filter(|((level, _), _)| *level == resolution);
        let rows = of_level.map(|((_, start), bucket)| full_row(*start, 0, bucket)).collect();
        Frame { region: REGION.to_owned(), key: key.id(), resolution, rows }
    };
    Ok(Resolution::ALL.map(frame).into())
}

/// Appends a line for every level of frames and for every answer.
pub(crate) fn report(out: &mut String, key: &FleetKey) -> std::fmt::Result {
    let digest = |bytes: &[u8]| u128::from_be_bytes(key.digest(bytes));
    let frames = match frames(key) {
        Ok(frames) => frames,
        Err(error) => return writeln!(out, "edge false {error}"),
    };
    let region: Result<Region, _> = serde_json::from_str(
        r#"{"code":"busan","ko":"부산","en":"Busan","official_ko":"부산광역시","official_en":"Busan","row":1,"column":1}"#,
    );
    let region = match region {
        Ok(region) => region,
        Err(error) => return writeln!(out, "region false {error}"),
    };
    let mut atlas = Atlas::new(vec![region]);
    for frame in &frames {
        let mut bytes = Vec::new();
        frame.encode(&mut bytes);
        let back = Frame::decode_all(&bytes).is_ok_and(|read| read == [frame.clone()]);
        let taken = atlas.insert(frame).is_ok();
        let rows = frame.rows.len();
        writeln!(out, "frame {:?} {rows} {} {:x} {back} {taken}", frame.resolution, bytes.len(), digest(&bytes))?;
    }
    let mode = IdentityMode::UserCookie;
    let baselines = Baselines::default();
    let moment = Moment {
        as_of: NOW,
        demo: false,
        title: (String::new(), String::new()),
        mode,
        late_after: 60,
        away: std::collections::BTreeSet::new(),
        retention: [3600, 2 * DAY, 35 * DAY, 730 * DAY],
        baselines: &baselines,
        open: Vec::new(),
    };
    let query = NowQuery { mode: None, window: 300, map: Measure::Load, at: None };
    let now = view::now(&atlas, &moment, &query, &Past::default()).map(|view| serde_json::to_string(&view));
    let combined =
        view::combine(&atlas, &[REGION.to_owned()], NOW - 3600, NOW, mode).map(|view| serde_json::to_string(&view));
    for (name, answer) in [("now", now), ("combine", combined)] {
        match answer {
            Ok(Ok(text)) => writeln!(out, "answer {name} {} {:x}", text.len(), digest(text.as_bytes()))?,
            failed => writeln!(out, "answer {name} false {failed:?}")?,
        }
    }
    Ok(())
}
