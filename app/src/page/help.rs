//! Glossary and method.

use bonghwa_analytics::format::Lang;

use crate::app::{Here, set_title};
use crate::dom::{IntoNode, Node, markup};

type Entry = (&'static str, &'static str);

const METHOD_KO: [Entry; 6] = [
    (
        "동시접속자",
        "최근 5분(또는 1분, 30분) 동안 요청을 보낸 서로 다른 이용자 수입니다. 2초마다 모은 요약을 합쳐 셉니다. 하루 동안 쓴 사람 수나 어느 구간에 쓴 사람 수와는 다른 수치라 이름을 달리 씁니다.",
    ),
    (
        "오차",
        "사람 수는 HyperLogLog(레지스터 16,384개)로 추정하며 표준 오차는 0.8 % 남짓입니다. 수치 옆의 ±는 95 % 구간의 절반입니다. 겹친 수처럼 두 추정의 차는 오차가 더 크고, 오차보다 작으면 ‘알 수 없음’이라고 적습니다.",
    ),
    (
        "세는 기준",
        "이용자 쿠키, 세션 쿠키, IP 주소 가운데 무엇으로 사람을 구별하는지입니다. IP 주소로 센 수는 사람 수가 아니라 주소 수이며 그렇게 적습니다. IPv6 주소는 앞 64비트까지만 봅니다.",
    ),
    (
        "평소 범위",
        "지난 며칠과 몇 주의 같은 시각에서 가운데 값을 잡고, 그 둘레의 흔들림으로 폭을 정합니다. 범위 안에 있는 값에는 색을 쓰지 않습니다.",
    ),
    (
        "응답시간 p95",
        "요청 100건 중 95건은 이보다 빨랐다는 뜻입니다. 지역과 시간을 합쳐도 정확히 합쳐지는 분위수 요약으로 셉니다.",
    ),
    (
        "누가 접속했는지",
        "쿠키와 주소는 도착하는 즉시 지역 안에서 열쇠가 있는 해시로 바뀌고 원래 값은 남지 않습니다. 지역 밖으로는 되돌릴 수 없는 요약만 나갑니다.",
    ),
];

const METHOD_EN: [Entry; 6] = [
    (
        "Concurrent users",
        "Distinct users who sent a request in the last 5 minutes (or 1, or 30), merged from summaries of two seconds each. Who used the system over a day, or in some interval, is another measure and has another name.",
    ),
    (
        "Error",
        "Users are estimated with HyperLogLog (16,384 registers), standard error about 0.8 %. The ± beside a figure is half its 95 % interval. A difference of two estimates, such as an overlap, has a larger error; below it the page says “cannot tell”.",
    ),
    (
        "Identity",
        "The sign that tells users apart: user cookie, session cookie or IP address. What is counted by address is called addresses, never users. IPv6 addresses are cut to their first 64 bits.",
    ),
    (
        "Usual range",
        "The middle of the same time of day on past days and weeks, as wide as its usual scatter. Values inside the range carry no colour.",
    ),
    (
        "Response time p95",
        "95 of 100 requests were faster. Counted with a quantile sketch that merges exactly over regions and time.",
    ),
    (
        "Who was connected",
        "Cookies and addresses are hashed with a key inside the region on arrival and not kept. Only summaries that cannot be turned back leave it.",
    ),
];

const GLOSSARY_KO: [Entry; 6] = [
    ("다섯 단계", "평소, 조짐, 이상, 장애, 중단. 불이 켜진 봉수대의 수로 보여 드립니다."),
    ("부하율", "웹·WAS·DB 가운데 가장 바쁜 층의 CPU 사용률입니다."),
    ("경로", "요청 주소의 틀입니다. 예를 들어 /minwon/{id}."),
    ("수신 지연", "지역에서 새 자료가 오지 않는 상태입니다. 마지막으로 받은 시각을 함께 적습니다."),
    ("%와 %p", "%는 값에 대한 비율, %p는 두 비율의 차입니다."),
    ("배포", "서비스가 새 버전을 알리기 시작한 때입니다."),
];

const GLOSSARY_EN: [Entry; 6] = [
    ("Five levels", "Ordinary, sign, abnormal, failure, outage: as many beacons are lit."),
    ("Load", "CPU use of the busiest tier of web, application and database."),
    ("Route", "The template of a request’s path, for example /minwon/{id}."),
    ("Late", "Nothing new arrives from a region; the last instant received is given."),
    ("% and %p", "% is relative to a value, %p is the difference of two shares."),
    ("Deployment", "A service began to report a new version."),
];

/// The page.
pub(super) fn render(here: &Here) -> Node {
    let t = here.t;
    let (method, glossary, licence) = match here.lang {
        Lang::Ko => (
            METHOD_KO,
            GLOSSARY_KO,
            "봉화는 아파치 라이선스 2.0으로 배포합니다. 글꼴 Bonghwa Sans는 Pretendard GOV(길형진, SIL 오픈 폰트 라이선스 1.1)에서 쓰는 글자만 추린 것입니다. 색과 간격은 범정부 UI/UX 디자인 시스템(KRDS)의 값을 따릅니다.",
        ),
        Lang::En => (
            METHOD_EN,
            GLOSSARY_EN,
            "Bonghwa is distributed under the Apache License 2.0. The font Bonghwa Sans is a subset of Pretendard GOV (Kil Hyung-jin, SIL Open Font License 1.1). Colours and spacing follow the values of the Korea Design System (KRDS).",
        ),
    };
    let list = |entries: [Entry; 6]| -> Vec<_> {
        entries.into_iter().map(|(name, text)| markup! { <div><dt>{name}</dt><dd>{text}</dd></div> }).collect()
    };
    set_title(here, t.help);
    markup! {
        <article class="document">
            <h1>{t.help}</h1>
            <section id="method"><h2>{t.method}</h2><dl>{list(method)}</dl></section>
            <section id="glossary"><h2>{t.glossary}</h2><dl>{list(glossary)}</dl></section>
            <section id="licences"><h2>{t.license_font}</h2><p>{licence}</p></section>
        </article>
    }
    .into_node()
}
