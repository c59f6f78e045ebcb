//! Masking of personal data: lines as a civil portal writes them, with and without something to mask, and text made to be slow.

use std::hint::black_box;

use bonghwa_analytics::mask::{Profile, mask};
use bonghwa_benches::{Report, Target, medians};

const ROUNDS: usize = 21;
const LINES: usize = 20_000;

fn main() -> std::io::Result<()> {
    let plain: Vec<String> = (0..LINES).map(plain).collect();
    let personal: Vec<String> = (0..LINES).map(personal).collect();
    let hostile =
        ["계좌 1234567890 ", "a.b@c-d.", "sid=eyJ.token: ", "1-2-3.4 5_", "::ffff:1:", "주민 900101 1234567 "]
            .map(|part| part.repeat(40_000));
    let all = |lines: &[String], profile| {
        for line in lines {
            black_box(mask(black_box(line), profile));
        }
    };
    let [stays, strict, masked, slow] = medians(
        ROUNDS,
        [
            &mut || all(&plain, Profile::Balanced),
            &mut || all(&plain, Profile::Strict),
            &mut || all(&personal, Profile::Strict),
            &mut || all(&hostile, Profile::Strict),
        ],
    );
    let speed = |lines: &[String], ns: f64| lines.iter().map(String::len).sum::<usize>() as f64 / ns * 1e3;
    let mut report = Report::default();
    report.add("mask: lines with nothing to mask, balanced", speed(&plain, stays), "MB/s", Target::Open);
    report.add("mask: lines with nothing to mask, strict", speed(&plain, strict), "MB/s", Target::Open);
    report.add("mask: lines with a value each", speed(&personal, masked), "MB/s", Target::Open);
    report.add("mask: text made to be slow", speed(&hostile, slow), "MB/s", Target::AtLeast(1.0));
    report.write()
}

fn plain(number: usize) -> String {
    let (n, id) = (number, number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    match number % 4 {
        0 => format!(
            "2026-11-21 10:23:{:02},123 INFO [http-nio-8080-exec-{n}] k.g.portal.web.DocumentController - GET /api/v2/documents/{n} 200 {n}ms",
            n % 60
        ),
        1 => format!(
            "{{\"ts\":{},\"trace_id\":\"{id:016x}{id:016x}\",\"status\":200,\"elapsed_ms\":{n}}}",
            1_763_712_000_000_usize + n
        ),
        2 => format!("민원 접수 {n} 처리 완료: 담당 부서 정보화담당관, 소요 {n}초"),
        _ => format!(
            "Slow query ({n}.5 s) on civil: select * from documents where owner = 'u{id:x}' order by created desc"
        ),
    }
}

fn personal(number: usize) -> String {
    let tail = number % 10_000;
    match number % 4 {
        0 => format!("2026-11-21 10:23:45,123 WARN SMS 발송 실패 수신=010-2345-{tail:04} code=500"),
        1 => format!("로그인 실패 id=user{tail}@korea.kr 사유=비밀번호 불일치"),
        2 => format!("client 203.0.113.{} blocked, Authorization: Bearer a1b2c3d4e5f6{tail:04}", 1 + tail % 250),
        _ => format!("신청인 주민등록번호 900101-1{tail:06} 조회 실패"),
    }
}
