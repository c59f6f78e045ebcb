//! Questions answered from frames at hand: the same bytes natively and as wasm.

use std::fmt::Write;

use bonghwa_analytics::answer::{Asking, reply};
use bonghwa_analytics::atlas::AtlasError;
use bonghwa_analytics::bucket::{Bucket, Concurrency};
use bonghwa_analytics::desk::{Files, Manifest};
use bonghwa_analytics::frame::{Form, Frame, Row, encode_registers};
use bonghwa_analytics::hash::siphash13_128;
use bonghwa_analytics::identity::{FleetKey, IdentityMode};
use bonghwa_analytics::region::Region;
use bonghwa_analytics::sketch::{Scheme, Sketch};
use bonghwa_analytics::summary::Summary;
use bonghwa_analytics::time::{DAY, Resolution};

use crate::brain::{TODAY, bucket};

/// The seven, the two beside them, and one that asks back.
pub const QUESTIONS: [&str; 10] = [
    "어제 같은 시간대 동시접속자와 시스템 사용률 비교해줘",
    "지난 주 같은 요일 동시접속자와 시스템 사용률 비교해줘",
    "오늘은 시스템이 왜 이래?",
    "장시간 접속 사용자 목록을 보여줘",
    "서버 부하율 대비 증설이 필요한가?",
    "이번 주 성능 보고서를 작성해줘",
    "전국 시스템 중 가장 부하가 높은 지역은?",
    "이번 배포 후 느려진 API Top 5를 알려줘",
    "이번 분기 증설이 필요한 시스템을 정리해줘",
    "어제 부산 어때",
];
/// Names of regions, in order.
const CODES: [&str; 17] = [
    "seoul",
    "busan",
    "daegu",
    "incheon",
    "gwangju",
    "daejeon",
    "ulsan",
    "sejong",
    "gyeonggi",
    "gangwon",
    "chungbuk",
    "chungnam",
    "jeonbuk",
    "jeonnam",
    "gyeongbuk",
    "gyeongnam",
    "jeju",
];
const MODE: IdentityMode = IdentityMode::UserCookie;

/// A line for every question: digest and length of its reply as JSON.
pub(crate) fn report(out: &mut String, key: &FleetKey) -> std::fmt::Result {
    let desk = match desk(key, 2, 8, 40) {
        Ok(desk) => desk,
        Err(error) => return writeln!(out, "asked {error}"),
    };
    for text in QUESTIONS {
        let told = ask(&desk, text);
        let digest = u128::from_le_bytes(siphash13_128(key, told.as_bytes()));
        writeln!(out, "asked {text} {} {digest:x}", told.len())?;
    }
    Ok(())
}

/// The reply to a question, as JSON.
pub fn ask(desk: &Files, text: &str) -> String {
    match reply(desk, &Asking { text: text.to_owned(), ..Asking::default() }) {
        Ok(reply) => serde_json::to_string(&reply).unwrap_or_default(),
        Err(error) => error.to_string(),
    }
}

/// Files of some regions and days up to noon, each five minutes of which have so many users; rows of five minutes and hours.
pub fn desk(key: &FleetKey, regions: usize, days: i64, users: u32) -> Result<Files, AtlasError> {
    let now = TODAY + DAY / 2;
    let mut frames = Vec::new();
    let codes = CODES.iter().take(regions);
    for (n, code) in (0_u32..).zip(codes.clone()) {
        let mut fine = Vec::new();
        let mut hours = Vec::new();
        let mut hour = Bucket::default();
        for start in (now - days * DAY..now).step_by(300) {
            let mut bucket = bucket(start, u64::from(n), start >= TODAY + 9 * 3600);
            bucket.concurrency.insert(MODE, identities(key, n, start, users));
            fine.push(row(start, &bucket));
            // What is hashed with one key merges.
            let _ = hour.merge(&bucket);
            if (start + 300) % 3600 == 0 {
                hours.push(row(start - 3300, &std::mem::take(&mut hour)));
            }
        }
        for (resolution, rows) in [(Resolution::FiveMinutes, fine), (Resolution::Hour, hours)] {
            frames.push(Frame { region: (*code).to_owned(), key: key.id(), resolution, rows });
        }
    }
    let regions = codes.map(|code| Region::unnamed(code)).collect();
    Files::open(Manifest { regions, as_of: Some(now), ..Manifest::default() }, frames)
}

/// Users who stay for about half an hour, a tenth of them known in other regions.
fn identities(key: &FleetKey, region: u32, start: i64, users: u32) -> Concurrency {
    let mut sketch = Sketch::new(Scheme::keyed(MODE, key.id()));
    for user in 0..users {
        let home = if user % 10 == 0 { 0 } else { region };
        let visit = (start + i64::from(user) * 97).div_euclid(1800);
        sketch.insert_hash(key.identity(MODE, format!("{home} {user} {visit}").as_bytes()));
    }
    Concurrency { identified: u64::from(users), sketch }
}

fn row(start: i64, bucket: &Bucket) -> Row {
    let (mut summary, mut cells, mut registers) = (Vec::new(), Vec::new(), Vec::new());
    Summary::of(bucket).encode(&mut summary);
    bucket.encode_cells(&mut cells);
    encode_registers(&bucket.concurrency, Form::Rest, &mut registers);
    let (summary, cells, registers) = (Some(summary), Some(cells), Some(registers));
    Row { start, seq: 1, summary, cells, registers, sessions: None }
}
