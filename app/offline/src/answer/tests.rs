use bonghwa_analytics::desk::Manifest;
use bonghwa_analytics::frame::{Frame, Row};
use bonghwa_analytics::identity::KeyId;
use bonghwa_analytics::summary::Summary;
use bonghwa_analytics::time::Resolution;
use proptest::prelude::*;
use serde_json::Value;

use super::*;

const NOW: i64 = 1_795_151_100;

fn desk() -> Files {
    let row = |at: i64| {
        let mut known = Summary::default();
        known.entry.count = 300;
        let mut summary = Vec::new();
        known.encode(&mut summary);
        Row { start: NOW - 3600 + at * 300, seq: at as u64 + 1, summary: Some(summary), ..Row::default() }
    };
    let of = |region: &str| Frame {
        region: region.into(),
        key: KeyId(5),
        resolution: Resolution::FiveMinutes,
        rows: (0..12).map(row).collect(),
    };
    Files::open(Manifest::default(), [of("seoul"), of("busan")]).unwrap()
}

fn get(desk: &Files, url: &str) -> Value {
    let (kind, body) = answer(desk, url).unwrap();
    assert_eq!(kind, JSON, "{url}");
    serde_json::from_slice(&body).unwrap()
}

#[test]
fn every_page_is_answered() {
    let desk = desk();
    for url in
        ["/api/now", "/api/region?region=seoul", "/api/sessions", "/api/incidents", "/api/forecast", "/api/reports"]
    {
        assert_eq!(get(&desk, url)["regions"].as_array().map(Vec::len), Some(2), "{url}");
    }
    let reply = get(&desk, "/api/ask?q=seoul%20%EC%96%B4%EC%A0%9C%20%EC%9A%94%EC%B2%AD%20%EC%88%98");
    assert!(reply["answer"].is_object(), "{reply}");
    let series = get(&desk, "/api/series?region=seoul&measure=requests&from=2026-11-20T10:00&to=2026-11-20T16:00");
    assert_eq!(series["measure"], "requests");
    let report = get(&desk, "/api/report?kind=day&region=seoul&at=");
    assert_eq!(report["kind"], "day");
    let (kind, _) = answer(&desk, "/api/frames?from=2026-11-20T10:00&to=2026-11-20T16:00&mode=user").unwrap();
    assert_eq!(kind, "application/vnd.bonghwa.frames");
}

#[test]
fn what_there_is_not_is_said() {
    let desk = desk();
    let status = |url: &str| answer(&desk, url).map_or_else(|refusal| refusal.status(), |_| 200);
    // A page of its own names the regions that there are.
    assert_eq!(status("/api/region?region=atlantis"), 200);
    assert_eq!(status("/api/sessions?region=atlantis"), 200);
    assert_eq!(status("/api/forecast?region=atlantis"), 200);
    assert_eq!(status("/api/why?region=atlantis"), 404);
    assert_eq!(status("/api/series?region=seoul&measure=warmth&from=1&to=2"), 400);
    assert_eq!(status("/api/series?region=seoul&measure=users&from=2&to=1"), 400);
    assert_eq!(status("/api/incident"), 400);
    assert_eq!(status("/api/export"), 404);
}

proptest! {
    #[test]
    fn rubbish_never_panics(path in "(now|region|sessions|incidents|incident|forecast|why|series|ask|frames|report)", query in ".{0,80}") {
        let _ = answer(&desk(), &format!("/api/{path}?{query}"));
    }
}
