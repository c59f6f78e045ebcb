use bonghwa_analytics::format::parse_local;
use bonghwa_analytics::time::{DAY, day_start};

use super::*;

fn round(path: &str, query: &str) -> String {
    let address = Address::parse(path, query);
    let href = address.href();
    let (path, query) = href.split_once('?').unwrap_or((&href, ""));
    assert_eq!(Address::parse(path, query), address, "{href}");
    href
}

#[test]
fn defaults_are_left_out_and_the_rest_is_kept() {
    assert_eq!(round("/", "w=300&map=load&line=users"), "/");
    assert_eq!(
        round("/", "?w=1800&map=p95&line=errors&lang=en&theme=dark&size=4"),
        "/?w=1800&map=p95&line=errors&lang=en&theme=dark&size=4"
    );
    assert_eq!(round("/", "at=2026-06-18T14%3A05&mode=ip"), "/?mode=ip&at=2026-06-18T14:05");
    assert_eq!(
        round("/region/seoul", "span=7d&vs=week&service=a+b%26c"),
        "/region/seoul?span=7d&vs=week&service=a%20b%26c"
    );
    assert_eq!(
        round("/region/seoul", "from=2026-06-18T00:00&to=2026-06-18T14:05"),
        "/region/seoul?from=2026-06-18T00:00&to=2026-06-18T14:05"
    );
    assert_eq!(round("/combine", "r=seoul&r=busan,seoul&w=yesterday"), "/combine?r=seoul,busan&w=yesterday");
    assert_eq!(round("/combine", "r=&w=5m"), "/combine?r=&w=5m");
    assert_eq!(
        round("/combine/", "from=2026-06-18&to=2026-06-19"),
        "/combine?from=2026-06-18T00:00&to=2026-06-19T00:00"
    );
    assert_eq!(round("/sessions", "span=24h&region="), "/sessions");
    assert_eq!(round("/why", "measure=p95&service="), "/why");
    let why = "/why?region=jeju&service=was&route=GET%20%2Fa&measure=errors&at=2026-06-18T14:05";
    assert_eq!(round("/why", why.split_once('?').unwrap().1), why);
    assert_eq!(round("/why", "caller=web&measure=heat&at=soon"), "/why?caller=web");
    assert_eq!(round("/sessions", "region=seoul&span=1h&lang=en"), "/sessions?region=seoul&span=1h&lang=en");
    assert_eq!(round("/forecast", "region=all&measure=load&horizon=24h"), "/forecast");
    assert_eq!(
        round("/forecast", "region=seoul&measure=heap&service=was&horizon=7d&threshold=0.85"),
        "/forecast?region=seoul&measure=heap&service=was&horizon=7d&threshold=0.85"
    );
    assert_eq!(round("/forecast", "threshold=-1&measure=heat&horizon=9y"), "/forecast");
    for (text, kept) in [("5000", "5000"), ("0.850", "0.85"), ("12.3456789", "12.345678"), ("0", "0"), ("7.", "7")] {
        assert_eq!(round("/forecast", &format!("threshold={text}")), format!("/forecast?threshold={kept}"));
    }
    for text in ["NaN", ".5", "1e3", "1.2.3", "12345678901", "x"] {
        assert_eq!(threshold(text), None, "{text}");
    }
    assert_eq!(round("/nowhere/at/all", ""), "/nowhere/at/all");
}

#[test]
fn nonsense_is_absent() {
    let a = Address::parse("/", "w=7&map=rainbow&at=never&lang=fr&theme=pink&size=9&%zz=%");
    assert_eq!(a, Address::home());
    let Page::Region(q) = Address::parse("/region/seoul", "from=2026-06-19&to=2026-06-18").page else { panic!() };
    assert_eq!((q.from, q.to, q.span), (None, None, 86_400));
}

#[test]
fn windows_end_on_minutes() {
    let t = parse_local("2026-06-18T14:05").unwrap();
    assert_eq!(Window::Last(300).resolve(t + 31), (t - 300, t));
    assert_eq!(Window::Today.resolve(t), (day_start(t), t));
    assert_eq!(Window::Yesterday.resolve(t), (day_start(t) - DAY, day_start(t)));
    assert_eq!(Window::Week.resolve(t).0, day_start(t) - 3 * DAY);
    assert_eq!(Window::Today.resolve(day_start(t)), (day_start(t), day_start(t) + 60));
}

#[test]
fn any_text_parses() {
    for path in ["", "/", "//", "/region/", "/region/%ff%fe", "/region/a/b", "/\u{1F525}"] {
        for query in ["&&&", "=&=", "r=%", "from=%2", "w=%00", "r=,,,,"] {
            let address = Address::parse(path, query);
            assert!(address.href().is_ascii() || matches!(address.page, Page::Missing(_)));
        }
    }
}

#[test]
fn a_question_keeps_its_period_its_instant_and_what_went_before() {
    let href = "/ask?q=%EC%99%9C%3F&b=%EC%96%B4%EC%A0%9C&bwhen=last-week&b=b&when=2026-06-18T09:00~2026-06-18T18:00&at=2026-06-18T14:05:09";
    assert_eq!(round("/ask", href.split_once('?').unwrap().1), href);
    // What a form sends without scripts.
    let form = "q=a&when=today&from=2026-06-18T09:00&to=2026-06-18T18:00";
    assert_eq!(round("/ask", form), "/ask?q=a&when=2026-06-18T09:00~2026-06-18T18:00");
    assert_eq!(round("/ask", "q=a&bwhen=today&when=never&at=soon&from=1&b=&b=b&bwhen=x"), "/ask?q=a&b=b");
    assert_eq!(round("/ask", "q=a&when=%2B24h"), "/ask?q=a&when=%2B24h");
    let Page::Ask(query) = Address::parse("/ask", "q=a&b=b&when=yesterday&at=2026-06-18T14:05").page else { panic!() };
    let next = query.next("c");
    assert_eq!((next.when, next.at), (None, query.at));
    assert_eq!(next.before.last().unwrap(), &Earlier { text: "a".into(), when: query.when });
}
