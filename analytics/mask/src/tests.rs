use std::borrow::Cow;

use proptest::prelude::*;

use super::*;

fn balanced(text: &str) -> String {
    mask(text, Profile::Balanced).text.into_owned()
}

fn strict(text: &str) -> String {
    mask(text, Profile::Strict).text.into_owned()
}

#[test]
fn values_are_masked_by_profile() {
    for (text, on_screen, outside) in [
        ("전화 010-1234-5678입니다", "전화 010-****-5678입니다", "전화 ***-****-****입니다"),
        ("rrn 900101-1234567", "rrn ******-*******", "rrn ******-*******"),
        ("hong@korea.kr님", "h***@***님", "***@***님"),
        ("4111 1111 1111 1111", "4111 11** **** 1111", "**** **** **** ****"),
        ("계좌 110-123-456789", "계좌 ***-***-**6789", "계좌 ***-***-******"),
        ("면허 11-12-345678-90", "면허 11-**-******-**", "면허 **-**-******-**"),
        ("203.0.113.7 and 10.1.2.3", "203.0.113.* and 10.1.2.3", "203.0.113.* and 10.1.2.*"),
        ("from 2001:db8::1", "from 2001:db8:0::*", "from 2001:db8:0::*"),
        ("password=hunter2&a=1", "password=***&a=1", "password=***&a=1"),
        ("０１０–１２３４–５６７８", "010-****-5678", "***-****-****"),
    ] {
        assert_eq!(balanced(text), on_screen);
        assert_eq!(strict(text), outside);
    }
}

#[test]
fn numbers_of_telemetry_stay_and_are_not_copied() {
    for text in [
        "ts=1763712000123 took 35 ms",
        "1801150000000",
        "1763712000123456789",
        "trace 4bf92f3577b34da6a3ce929d0e0e4736",
        "550e8400-e29b-41d4-a716-446655440000",
        "2026-11-21T10:23:45.123+09:00",
        "v1.2.3.4 on 127.0.0.1:8080",
        "금액 1,500,000원, 37.566535,126.977969",
        "token expired, password must be changed",
    ] {
        for profile in [Profile::Balanced, Profile::Strict] {
            let masked = mask(text, profile);
            assert_eq!((&*masked.text, masked.counts.total()), (text, 0));
            assert!(matches!(masked.text, Cow::Borrowed(_)));
        }
    }
}

#[test]
fn no_instant_in_seconds_or_milliseconds_is_masked() {
    // Every hour of 2020 to 2030, with the odd milliseconds that make the seventh digit vary.
    for hour in 438_300..525_960_i64 {
        let seconds = hour * 3600 + hour % 3600;
        for text in [
            seconds.to_string(),
            (seconds * 1000 + hour % 1000).to_string(),
            format!("주민 조회 ts={}", seconds * 1000),
        ] {
            assert!(find(&text, Profile::Strict).is_empty(), "{text}");
        }
    }
}

#[test]
fn counts_tell_the_rules() {
    let counts = mask("a@b.kr 010-1234-5678 c@d.kr", Profile::Strict).counts;
    assert_eq!(counts.iter().collect::<Vec<_>>(), [(Rule::Mobile, 1), (Rule::Email, 2)]);
    assert_eq!((counts.of(Rule::Email), counts.of(Rule::Card), counts.total()), (2, 0, 3));
}

/// Pieces of what rules look at, so that arbitrary texts come near to them.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9]{1,14}",
        "[a-f0-9:]{1,12}",
        "[-. _:=@*/()\"'\\\\,;%+&?\n]{1,3}",
        "[a-zA-Z]{1,6}",
        prop::sample::select(vec![
            "010",
            "82",
            "+82",
            "900101",
            "1234567",
            "4111",
            "1111",
            "계좌",
            "은행",
            "여권",
            "면허",
            "주민",
            "M12345678",
            "11-12-345678-90",
            "password",
            "token",
            "cookie:",
            "set-cookie: ",
            "Authorization: ",
            "Bearer ",
            "Basic ",
            "eyJhbGciOi.eyJzdWIi.c2ln",
            "sk-",
            "203.0.113.7",
            "2001:db8::1",
            "::ffff:",
            "a@b.kr",
            "%40",
            "://",
            "PRIVATE KEY-----",
            "서울 ",
            "０１０",
            "–",
            "\u{200b}",
            "원",
            "version ",
            " = ",
            ": ",
            "null",
            "AKIA",
            "110-123-456789",
            "010-1234-5678",
            "id=",
            "ts=",
            "account no ",
        ])
        .prop_map(str::to_owned),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn rubbish_never_panics(text in "\\PC{0,80}") {
        for profile in [Profile::Balanced, Profile::Strict] {
            let once = mask(&text, profile).text.into_owned();
            prop_assert_eq!(&mask(&once, profile).text, &once);
        }
    }

    #[test]
    fn masking_twice_is_masking_once(pieces in prop::collection::vec(piece(), 0..14)) {
        let text = pieces.concat();
        for profile in [Profile::Balanced, Profile::Strict] {
            let once = mask(&text, profile).text.into_owned();
            prop_assert_eq!(&mask(&once, profile).text, &once, "of {}", text);
        }
    }

    #[test]
    fn findings_are_in_order_and_inside(pieces in prop::collection::vec(piece(), 0..14)) {
        let text = pieces.concat();
        let mut last = 0;
        for span in find(&text, Profile::Strict) {
            prop_assert!(last <= span.from && span.from < span.to && text.get(span.from..span.to).is_some());
            last = span.to;
        }
    }

    #[test]
    fn a_planted_value_is_gone(
        before in "[가-힣 ]{0,12}", after in "[가-힣 ]{0,12}", middle in 2000_u32..9999, last in 0_u32..9999, key in "[a-z]{3}[0-9]{5}",
    ) {
        for value in [format!("010-{middle}-{last:04}"), format!("{key}@example.kr"), format!("850101-1{middle}{:02}", last % 100)] {
            let text = format!("{before} {value} {after}");
            for profile in [Profile::Balanced, Profile::Strict] {
                prop_assert!(!mask(&text, profile).text.contains(&value));
            }
        }
        let text = format!("{before} password={key} {after}");
        prop_assert!(!mask(&text, Profile::Balanced).text.contains(&key));
    }
}
