use proptest::prelude::*;

use super::*;

fn masked(text: &str) -> String {
    let mut out = String::new();
    mask(text, 4096, 200, &mut out);
    out
}

#[test]
fn what_varies_is_cut_out() {
    for (line, template) in [
        ("took 12 ms for 3 rows", "took <*> for <*> rows"),
        ("sent 1112 bytes (1.08 KB) in <1 sec", "sent <*> in <*>"),
        ("2026-11-21T10:11:12,123+09:00 up", "<*> up"),
        ("at Sun Dec 04 04:47:44 2005 it May fail", "at <*> <*> <*> <*> <*> it May fail"),
        ("10.0.0.1:5432, fe80::1:ff and 00:1a:2b:3c:4d:5e", "<*>, <*> and <*>"),
        ("id 550e8400-e29b-41d4-a716-446655440000 or deadbeefcafe", "id <*> or <*>"),
        ("GET https://a.example/b?c=d,e failed: /var/log/a=b.txt.", "GET <*> failed: <*>."),
        ("open C:\\data\\x or 'a b' or \"c's\"", "open <*> or '<*>' or \"<*>\""),
        ("it can't and won't be 'quoted'.", "it can't and won't be '<*>'."),
        ("\"GET /a HTTP/1.1\" status: 200", "\"GET <*>\" status: <*>"),
        ("Connection refused: db.internal:5432", "Connection refused: <*>"),
        ("size=12, mode=FAST, state=ok, other=Word", "size=<*>, mode=FAST, state=ok, other=<*>"),
        ("update......0 a...b", "update..<*> a..b"),
        ("ORA-01555: snapshot too old", "ORA-01555: snapshot too old"),
        ("java.lang.OutOfMemoryError: Java heap space", "java.lang.OutOfMemoryError: Java heap space"),
        ("o.a.h2.Http2Exception at a.b.C", "o.a.h2.Http2Exception at a.b.C"),
        ("민원 접수 2026-123 완료, 소요 3초", "민원 접수 <*> 완료, 소요 <*>"),
        ("\u{1b}[31mERROR\u{1b}[0m a\tb\u{0} c", "ERROR a b c"),
        ("\n\n  first\nsecond", "first"),
        ("", ""),
    ] {
        assert_eq!(masked(line), template, "{line}");
    }
}

#[test]
fn structured_text_keeps_its_names() {
    assert_eq!(
        masked(r#"{"level":"warn","msg":"retry of job 5","user":"hong","status": "TIMEOUT","ms":7,"ok":true}"#),
        r#"{"level":"warn","msg":"retry of job <*>","user":"<*>","status": "TIMEOUT","ms":<*>,"ok":true}"#
    );
}

#[test]
fn nothing_personal_survives() {
    let lines = [
        "user=honggildong logged in from 203.0.113.9",
        "User: Hong Gildong logged in",
        "user = honggildong, Name: Hong Gildong",
        "session opened for user honggildong by root",
        "Accepted password for honggildong from 10.0.0.1",
        "client_user=honggildong mail=hong@gildong.kr",
        "mail from hong@gildong.kr bounced",
        "login \"honggildong\" denied; password: Gildong!; token=hong.gildong",
        "{'applicant': 'Hong Gildong', \"name\":\"hong\"}",
        "사용자 홍길동 로그인, 홍길동님 환영합니다",
        "성명: 홍길동, 주소: 서울시 홍길동, 민원인=홍길동",
        "주민번호 900101-1234567 전화 010-1234-5678 01012345678 ０１０",
        "https://portal.example/u/hong?name=gildong,홍길동",
        "C:\\Users\\hong and /home/hong/gildong",
    ];
    for line in lines {
        let template = masked(line).to_lowercase();
        for secret in ["hong", "gildong", "홍", "길동", "서울", "0", "1", "０"] {
            assert!(!template.contains(secret), "{line} -> {template}");
        }
    }
    assert_eq!(masked("check pass; user unknown"), "check pass; user unknown");
    assert_eq!(masked("사용자 인증 실패"), "사용자 인증 실패");
}

#[test]
fn a_giant_line_is_cut() {
    let line = format!("start {}", "word ".repeat(1 << 20));
    let template = masked(&line);
    assert!(template.starts_with("start word") && template.ends_with("word…") && template.len() <= 203);
    assert_eq!(masked(&"7".repeat(1 << 22)), "<*>");
    assert_eq!(masked(&"가".repeat(1 << 20)), "<*>");
    assert!(masked(&"=(".repeat(1 << 20)).len() <= 203);
}

proptest! {
    #[test]
    fn any_text_gives_a_bounded_template(text in "\\PC*|[ -~\u{0}-\u{1f}가-힣\u{200e}]{0,400}", longest in 0_usize..600, template in 0_usize..300) {
        let mut out = "before ".to_owned();
        mask(&text, longest, template, &mut out);
        let ours = out.strip_prefix("before ").expect("what was there stays");
        prop_assert!(ours.len() <= template + '…'.len_utf8());
        prop_assert!(!ours.contains(char::is_control));
    }

    #[test]
    fn no_digit_survives_but_in_names_of_errors(text in "[a-z0-9 :=/.,_-]{0,80}") {
        prop_assert!(!masked(&text).bytes().any(|byte| byte.is_ascii_digit()) || text.contains('-'));
    }
}
