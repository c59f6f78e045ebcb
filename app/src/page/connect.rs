//! How to connect data: the short form of `docs/sources.md`.

use bonghwa_analytics::format::Lang;

use crate::app::{Here, set_title};
use crate::dom::{IntoNode, Node, markup};

/// A heading, its text, and settings to copy.
type Step = (&'static str, &'static str, &'static str);

const KO: [Step; 4] = [
    (
        "계측 자료 보내기(OTLP)",
        "OpenTelemetry SDK, 자바 에이전트, Collector가 보내는 추적·지표·로그를 그대로 받습니다. 형식은 OTLP/HTTP(protobuf 또는 JSON), 압축은 gzip과 zstd입니다. 보내는 곳에 아래 환경 변수를 적어 주십시오. 주소의 127.0.0.1은 이 프로그램이 도는 서버 주소로 바꿉니다.",
        "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:8080\nOTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf\nOTEL_EXPORTER_OTLP_HEADERS=bonghwa-region=seoul\nOTEL_SERVICE_NAME=was",
    ),
    (
        "톰캣·제이보스·제우스(자바)",
        "OpenTelemetry 자바 에이전트를 시작 옵션에 더하면 됩니다. 이용자를 세려면 쿠키 머리글을 함께 보내도록 설정합니다. 쿠키 값은 도착하는 즉시 되돌릴 수 없는 값으로 바뀌고 남지 않습니다.",
        "JAVA_OPTS=\"$JAVA_OPTS -javaagent:/opt/opentelemetry-javaagent.jar\"\nOTEL_INSTRUMENTATION_HTTP_SERVER_CAPTURE_REQUEST_HEADERS=cookie",
    ),
    (
        "접속 기록 가져오기",
        "아파치와 nginx의 combined 형식 기록을 가져옵니다. gzip으로 압축된 파일도 됩니다. 같은 파일을 다시 가져와도 수치는 달라지지 않습니다.",
        "bonghwa import access-log access.log.gz --region seoul --identity ip",
    ),
    (
        "자료만으로 시작하기",
        "시연 자료 없이 시작하려면 아래처럼 실행합니다. 지역 이름과 그룹, 세는 기준은 설정 파일에서 바꿉니다.",
        "bonghwa serve --empty",
    ),
];

const EN: [Step; 4] = [
    (
        "Send telemetry (OTLP)",
        "Traces, metrics and logs from OpenTelemetry SDKs, the Java agent or a Collector are taken as they are: OTLP over HTTP, protobuf or JSON, gzip or zstd. Set these variables where the telemetry comes from, with the address of this server instead of 127.0.0.1.",
        "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:8080\nOTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf\nOTEL_EXPORTER_OTLP_HEADERS=bonghwa-region=seoul\nOTEL_SERVICE_NAME=was",
    ),
    (
        "Tomcat, JBoss, JEUS (Java)",
        "Add the OpenTelemetry Java agent to the start options. To count users, let it send the cookie header too. The value of a cookie is hashed on arrival, beyond return, and not kept.",
        "JAVA_OPTS=\"$JAVA_OPTS -javaagent:/opt/opentelemetry-javaagent.jar\"\nOTEL_INSTRUMENTATION_HTTP_SERVER_CAPTURE_REQUEST_HEADERS=cookie",
    ),
    (
        "Import an access log",
        "Logs in the combined format of Apache and nginx, plain or gzip. Importing a file again changes nothing.",
        "bonghwa import access-log access.log.gz --region seoul --identity ip",
    ),
    (
        "Start with your data only",
        "This starts without demonstration data. Names and groups of regions and the identity that is counted are in the settings file.",
        "bonghwa serve --empty",
    ),
];

/// The page.
pub(super) fn render(here: &Here) -> Node {
    let (steps, lead) = match here.lang {
        Lang::Ko => (KO, "보내는 곳을 고치지 않아도 됩니다. 주소 하나만 적으면 몇 초 안에 지금 화면에 나타납니다."),
        Lang::En => {
            (EN, "Nothing has to be rewritten: with one address set, data shows on the first page within seconds.")
        }
    };
    let steps: Vec<_> = steps
        .into_iter()
        .map(|(name, text, code)| {
            markup! {
                <section class="step">
                    <h2>{name}</h2>
                    <p>{text}</p>
                    <pre tabindex="0" role="region" aria-label=name><code>{code}</code></pre>
                </section>
            }
        })
        .collect();
    set_title(here, here.t.connect_data);
    markup! {
        <article class="document">
            <h1>{here.t.connect_data}</h1>
            <p class="lead">{lead}</p>
            {steps}
        </article>
    }
    .into_node()
}
