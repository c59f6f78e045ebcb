//! Words for causes: what is wrong, what points at it, what was cleared, how sure it is, what usually helps.

use bonghwa_analytics::cause::{
    Acquittal, Cause, CauseKind, Check, Confidence, Evidence, EvidenceKind, Explanation, Missing, Outcome, Quantity,
};
use bonghwa_analytics::format::{Lang, count, decimal, exact, span};
use bonghwa_analytics::view::{Measure, Unit};

use super::template::{speak, word};
use crate::app::Here;
use crate::part::facts::Piece;

/// Korean and English.
type Both = (&'static str, &'static str);

const fn pick(lang: Lang, both: Both) -> &'static str {
    lang.pick(both.0, both.1)
}

/// What is wrong: its name, the sentence after the headline, and what usually helps.
struct Kind {
    name: Both,
    because: Both,
    helps: Both,
}

fn words(kind: &CauseKind) -> &'static Kind {
    &KINDS[match kind {
        CauseKind::SlowDatabase => 0,
        CauseKind::SlowService => 1,
        CauseKind::Errors => 2,
        CauseKind::HeapExhaustion => 3,
        CauseKind::CpuSaturation => 4,
        CauseKind::DiskFull => 5,
        CauseKind::NetworkBetween { .. } => 6,
        CauseKind::Deployment { .. } => 7,
        CauseKind::LogInBurst => 8,
        CauseKind::RequestBurst => 9,
        CauseKind::Outage => 10,
        CauseKind::NothingArrives => 11,
    }]
}

/// `s` is the service, `v` the version, `c` the caller and `d` the callee.
static KINDS: [Kind; 12] = [
    Kind {
        name: ("데이터베이스 지연", "Slow database"),
        because: (
            "{s} 데이터베이스에서 시작한 지연입니다. 이곳을 부르는 서비스가 답을 기다리고 있습니다.",
            "It starts in the database {s}: the services that call it wait for its answers.",
        ),
        helps: (
            "잠금을 쥔 작업과 오래 도는 질의부터 봅니다. 다시 돌려도 되는 작업인지 업무 담당자에게 물은 뒤에 멈춥니다. 데이터베이스를 다시 시작하는 것은 마지막 수단입니다.",
            "Look at sessions that hold locks and at long queries first. Ask the owner whether a job may be run again before stopping it. Restarting the database comes last.",
        ),
    },
    Kind {
        name: ("서비스 지연", "Slow service"),
        because: (
            "{s}에서 시작한 지연입니다. 다른 곳을 기다리는 것이 아니라 스스로 오래 걸립니다.",
            "It starts in {s}, which takes longer by itself and does not wait for others.",
        ),
        helps: (
            "느려진 동안 스레드 덤프를 몇 초 간격으로 세 번 떠 둡니다. 한 대만 느리면 그 한 대를 부하 분산에서 빼고 봅니다. 최근에 바뀐 설정과 자료 크기도 확인합니다.",
            "Take three thread dumps some seconds apart while it is slow. If only one instance is slow, take it out of the load balancer first. Check recent settings and the size of its data.",
        ),
    },
    Kind {
        name: ("오류", "Errors"),
        because: (
            "{s}에서 시작한 오류입니다. 부르는 곳이 아니라 이곳에서 실패합니다.",
            "It starts in {s}, which fails by itself and not because of what it calls.",
        ),
        helps: (
            "같은 때에 새로 나온 오류 기록부터 읽습니다. 설정, 인증서 만료, 연계 기관의 변경을 차례로 확인하고, 되돌릴 수 있는 것부터 되돌립니다.",
            "Read the error records that first appeared then. Check settings, expired certificates and changes of linked systems in turn, and undo first what can be undone.",
        ),
    },
    Kind {
        name: ("메모리 고갈", "Memory exhausted"),
        because: (
            "{s}의 메모리가 차서 시작했습니다. 메모리를 비우느라 요청을 제때 처리하지 못합니다.",
            "It starts with the memory of {s} running full: it clears memory instead of answering in time.",
        ),
        helps: (
            "다시 시작하기 전에 힙 덤프를 떠 둡니다. 다시 시작은 한 대씩 합니다. 메모리 한도는 무엇이 차지하는지 확인한 뒤에 올립니다. 먼저 올리면 같은 일이 늦게 올 뿐입니다.",
            "Take a heap dump before any restart. Restart one instance at a time. Raise the limit only after the dump shows what fills it; raised first, the same comes later.",
        ),
    },
    Kind {
        name: ("CPU 포화", "CPU saturated"),
        because: (
            "{s}의 CPU가 한계에 이르러 시작했습니다. 요청이 차례를 기다립니다.",
            "It starts with the processors of {s} at their limit: requests wait for their turn.",
        ),
        helps: (
            "어느 프로세스가 쓰는지부터 봅니다. 미룰 수 있는 일괄 작업을 멈추고, 그래도 차면 대수를 늘립니다. 요청이 늘어서인지 요청 하나가 무거워져서인지 먼저 가립니다.",
            "See first which process uses it. Stop batch jobs that can wait, then add instances. Tell more requests apart from heavier ones before that.",
        ),
    },
    Kind {
        name: ("디스크 가득 참", "Disk full"),
        because: (
            "{s}의 디스크가 가득 차서 시작했습니다. 더 쓰지 못합니다.",
            "It starts with the disk of {s} running full: nothing more can be written.",
        ),
        helps: (
            "지워도 되는 지난 로그와 임시 파일부터 옮깁니다. 열려 있는 로그 파일은 지우지 말고 비웁니다. 데이터베이스 파일은 손대지 않습니다.",
            "Move old logs and temporary files first. Truncate open log files instead of deleting them. Leave the files of databases alone.",
        ),
    },
    Kind {
        name: ("구간 통신 문제", "Network between services"),
        because: (
            "{c}에서 {d로} 가는 구간에서 시작했습니다. {d은} 닿은 요청에는 평소처럼 답합니다.",
            "It starts between {c} and {d}: what reaches {d} is answered as fast as ever.",
        ),
        helps: (
            "두 서버 사이의 방화벽, 부하 분산 장비, 회선 순서로 확인합니다. 같은 때에 한 정책 변경이나 점검이 있었는지 통신 담당자에게 먼저 묻습니다. 서비스를 다시 시작해도 낫지 않습니다.",
            "Check firewall, load balancer and line between the two, in this order. Ask the network team about changes at that time. Restarting the services does not help.",
        ),
    },
    Kind {
        name: ("배포", "Deployment"),
        because: ("{s}에 {v} 판이 나간 뒤에 시작했습니다.", "It starts after version {v} of {s} went out."),
        helps: (
            "앞 판으로 되돌리는 것이 가장 빠릅니다. 데이터베이스 구조를 함께 바꾼 배포라면 되돌릴 수 있는지 개발팀에 먼저 확인합니다. 되돌리기 전에 로그를 남겨 둡니다.",
            "Going back to the version before is fastest. If the deployment changed a database schema, ask the developers first whether it can go back. Keep the logs before that.",
        ),
    },
    Kind {
        name: ("로그인 폭주", "Burst of log-ins"),
        because: (
            "{s}에 로그인이 몰려 시작했습니다. 몇몇 출발지에서 되풀이해 옵니다.",
            "It starts with log-ins to {s} that come over and over from a few sources.",
        ),
        helps: (
            "출발지를 보안 담당자에게 넘기고 횟수 제한을 겁니다. 여러 사람이 함께 쓰는 기관 주소일 수 있으니 막기 전에 확인합니다. 성공한 로그인이 있는지도 봅니다.",
            "Hand the sources to the security team and limit their rate. Check before blocking: it may be an office that shares one address. See whether any of the log-ins succeeded.",
        ),
    },
    Kind {
        name: ("요청 폭주", "Burst of requests"),
        because: ("{s}에 요청이 몰려 시작했습니다.", "It starts with requests to {s} multiplying."),
        helps: (
            "접수 시작이나 안내 문자처럼 예정된 일인지부터 확인합니다. 예정된 일이면 대기열을 열고 대수를 늘립니다. 아니면 출발지가 몰려 있는지 봅니다.",
            "Check first whether it was planned, such as the opening of applications. If so, open the waiting room and add instances. If not, see whether it comes from few sources.",
        ),
    },
    Kind {
        name: ("서비스 멈춤", "Service down"),
        because: ("{s}의 답이 끊겨 시작했습니다.", "It starts with {s} no longer answering."),
        helps: (
            "프로세스가 살아 있는지, 막 다시 시작했는지 확인합니다. 다시 시작하기 전에 로그와 덤프를 남깁니다. 여러 대라면 한 대씩 올려 상태를 보고 넘어갑니다.",
            "See whether the process lives and whether it just restarted. Keep logs and dumps before a restart. With several instances bring up one, look, and go on.",
        ),
    },
    Kind {
        name: ("요청이 닿지 않음", "Nothing arrives"),
        because: (
            "{s} 앞에서 요청이 끊겼습니다. 서비스는 살아 있지만 요청이 거의 닿지 않습니다.",
            "Requests stop before {s}: it lives, but hardly any reach it.",
        ),
        helps: (
            "앞단부터 봅니다. 도메인, 인증서, 부하 분산, 방화벽의 차례로 확인합니다. 밖에서 접속해 보고 어디까지 가는지 적어 둡니다.",
            "Look from the front: domain, certificate, load balancer, firewall. Try from outside and note how far a request gets.",
        ),
    },
];

/// Name of what is wrong.
pub(crate) fn name(kind: &CauseKind, lang: Lang) -> &'static str {
    pick(lang, words(kind).name)
}

/// General advice by kind of cause.
pub(crate) fn helps(kind: &CauseKind, lang: Lang) -> &'static str {
    pick(lang, words(kind).helps)
}

/// Slots of the names that a cause carries.
fn names(service: &str, kind: &CauseKind) -> Vec<(char, Piece)> {
    let mut slots = vec![word('s', service)];
    match kind {
        CauseKind::NetworkBetween { caller, callee } => slots.extend([word('c', caller), word('d', callee)]),
        CauseKind::Deployment { version } => slots.push(word('v', version)),
        _ => {}
    }
    slots
}

/// The cause in a few words, for lists: `데이터베이스 지연, minwon-db`.
pub(crate) fn short(cause: &Cause, lang: Lang) -> String {
    let place = match &cause.kind {
        CauseKind::NetworkBetween { caller, callee } => format!("{caller} → {callee}"),
        CauseKind::Deployment { version } => format!("{} {version}", cause.service),
        _ => cause.service.clone(),
    };
    format!("{}, {place}", name(&cause.kind, lang))
}

/// The sentence after the headline.
pub(crate) fn because(here: &Here, cause: &Cause) -> Vec<Piece> {
    let mut out = speak(pick(here.lang, words(&cause.kind).because), &names(&cause.service, &cause.kind));
    if let Some(route) = &cause.route {
        let both = (" {r} 경로에서만 보입니다.", " It shows on {r} only.");
        out.extend(speak(pick(here.lang, both), &[word('r', route)]));
    }
    if cause.confidence == Confidence::Possible {
        let both = (" 다른 원인일 수도 있습니다.", " Another cause is possible.");
        out.push(Piece::Text(pick(here.lang, both).to_owned()));
    }
    out
}

/// The heading over the path: how much of the symptom the cause explains.
pub(crate) fn share(here: &Here, cause: &Cause, symptom: Measure, share: Piece) -> Vec<Piece> {
    let both = match symptom {
        Measure::LatencyP50 | Measure::LatencyP95 | Measure::LatencyP99 => {
            ("늘어난 시간의 {p이} {s}에서 생겼습니다", "{p} of the added time arises in {s}")
        }
        Measure::ErrorRate => ("늘어난 오류의 {p이} {s}에서 생겼습니다", "{p} of the added errors arise in {s}"),
        _ => ("달라진 것의 {p을} {s}에서 설명합니다", "{s} explains {p} of what changed"),
    };
    speak(pick(here.lang, both), &[word('s', &cause.service), ('p', share)])
}

/// The four words of confidence.
pub(crate) const CONFIDENCE: [Both; 4] =
    [("알 수 없음", "Unknown"), ("가능성 있음", "Possible"), ("가능성 높음", "Likely"), ("확인됨", "Confirmed")];

/// What each of them means.
pub(crate) const DEFINITIONS: [Both; 4] = [
    ("원인으로 말할 만한 곳을 찾지 못했습니다.", "No place can be named as the cause."),
    (
        "다른 어느 곳보다 증상에 많이 보탰고 증상까지 이어지는 길이 있습니다. 다만 설명하는 몫이 절반에 못 미치거나 달리 읽을 수도 있습니다.",
        "It adds more to the symptom than any other place, and there is a path from it to the symptom; but it explains less than half, or what points at it can be read otherwise.",
    ),
    (
        "다른 어느 곳보다 증상에 많이 보탰고 증상까지 이어지는 길이 있으며, 증상의 절반 넘게 설명합니다.",
        "It adds more to the symptom than any other place, there is a path from it to the symptom, and it explains at least half of it.",
    ),
    (
        "증상의 절반 넘게 설명하고, 종류가 다른 근거가 같은 곳을 가리킵니다. 가득 찬 자원, 같은 때에 나간 배포, 새로 나온 로그, 수상한 출발지 같은 것입니다.",
        "It explains at least half of the symptom, and evidence of another kind points at the same place: a resource that ran full, a version that arrived then, new log records, a suspicious source.",
    ),
];

/// Place of a confidence among the four.
pub(crate) const fn step(confidence: Confidence) -> usize {
    match confidence {
        Confidence::Unknown => 0,
        Confidence::Possible => 1,
        Confidence::Likely => 2,
        Confidence::Confirmed => 3,
    }
}

/// A confidence as a word.
pub(crate) fn confidence(here: &Here, confidence: Confidence) -> &'static str {
    pick(here.lang, CONFIDENCE[step(confidence)])
}

/// Why no cause is stated, one sentence each, with what would help next time.
pub(crate) fn missing(here: &Here, explanation: Option<&Explanation>) -> Vec<&'static str> {
    let sentence = |missing: &Missing| {
        pick(
            here.lang,
            match missing {
                Missing::Symptom => (
                    "무엇이 평소를 벗어났는지 정해지지 않아 따질 수 없습니다.",
                    "Nothing says what is out of its usual range, so there is nothing to trace.",
                ),
                Missing::Before => (
                    "견줄 자료가 없습니다. 사건 앞 한 시간에 들어온 요청이 없습니다.",
                    "There is nothing to compare with: no requests arrived in the hour before.",
                ),
                Missing::During => (
                    "사건 동안 들어온 자료가 없습니다. 보내는 쪽이 살아 있는지 확인해 주십시오.",
                    "Nothing arrived during the incident. Please check that the sender lives.",
                ),
                Missing::Service => (
                    "증상이 보인 서비스가 견줄 만한 자료를 보내지 않습니다. 이 서비스의 추적(span)을 보내면 다음에는 따질 수 있습니다.",
                    "The service that shows the symptom sends nothing to compare. With its traces (spans) the next one can be traced.",
                ),
                Missing::Excess => (
                    "달라진 폭이 우연으로 볼 수 있는 폭을 넘지 않습니다.",
                    "The change is no larger than chance allows.",
                ),
                Missing::Culprit => (
                    "평소와 다른 곳은 있지만 어느 한 곳이 두드러지지 않습니다. 여러 곳이 조금씩 보탰습니다.",
                    "Things differ from the usual, but no single place stands out: several add a little each.",
                ),
            },
        )
    };
    match explanation.map(|explanation| &explanation.outcome) {
        Some(Outcome::CannotTell(missing)) if !missing.is_empty() => missing.iter().map(sentence).collect(),
        _ => Vec::new(),
    }
}

/// Label of a kind of evidence.
pub(crate) fn evidence_kind(here: &Here, kind: EvidenceKind) -> &'static str {
    pick(
        here.lang,
        match kind {
            EvidenceKind::Service | EvidenceKind::Call | EvidenceKind::Unchanged => ("추적", "Traces"),
            EvidenceKind::Saturation | EvidenceKind::Restart => ("지표", "Metrics"),
            EvidenceKind::Change => ("배포", "Deployment"),
            EvidenceKind::Template => ("로그", "Logs"),
            EvidenceKind::Source => ("출발지", "Sources"),
            EvidenceKind::Requests => ("요청", "Requests"),
        },
    )
}

/// Name of what evidence measures.
pub(crate) fn quantity(here: &Here, quantity: Quantity) -> &'static str {
    let t = here.t;
    match quantity {
        Quantity::MeanLatency => here.lang.pick("평균 응답시간", "mean response time"),
        Quantity::ErrorRate => here.lang.pick(t.error_rate, "error rate"),
        Quantity::RequestsPerSecond => here.lang.pick(t.requests, "request rate"),
        Quantity::Count => here.lang.pick("건수", "count"),
        Quantity::Cpu => t.cpu,
        Quantity::Memory => here.lang.pick(t.memory, "memory use"),
        Quantity::Heap => here.lang.pick(t.heap, "heap use"),
        Quantity::Disk => here.lang.pick("디스크 사용률", "disk use"),
        Quantity::Bytes => here.lang.pick("크기", "size"),
    }
}

/// A value of evidence with its unit.
pub(crate) fn value(value: f64, quantity: Quantity, lang: Lang) -> String {
    match quantity {
        Quantity::MeanLatency => exact(value, Unit::Seconds, lang),
        Quantity::RequestsPerSecond => exact(value, Unit::PerSecond, lang),
        Quantity::Count => match lang {
            Lang::Ko => count(value) + "건",
            Lang::En => count(value),
        },
        Quantity::Bytes => decimal(value / 1e6, u32::from(value < 1e7)) + "\u{a0}MB",
        _ => exact(value, Unit::Ratio, lang),
    }
}

/// How the values of a piece of evidence were made.
pub(crate) fn method(here: &Here, kind: EvidenceKind) -> &'static str {
    pick(
        here.lang,
        match kind {
            EvidenceKind::Saturation => {
                ("사건 전 몇 시간의 가운데 값 → 그 뒤의 최고값", "middle of the hours before → highest value since")
            }
            EvidenceKind::Restart => ("최고값 → 떨어진 뒤의 값", "highest value → value after the fall"),
            EvidenceKind::Change => ("처음 알려 온 판", "a version reported for the first time"),
            EvidenceKind::Template | EvidenceKind::Source => {
                ("사건 전 한 시간의 건수 → 사건 동안의 건수", "records of the hour before → records during")
            }
            _ => ("사건 전 한 시간의 평균 → 사건 동안의 평균", "mean of the hour before → mean during"),
        },
    )
}

/// What a piece of evidence says; its values lead to `anchor`.
pub(crate) fn evidence(here: &Here, evidence: &Evidence, anchor: &str) -> Vec<Piece> {
    let fact = |v: f64| Piece::Fact(anchor.to_owned(), value(v, evidence.quantity, here.lang));
    let mut slots =
        vec![word('s', &evidence.service), word('x', &evidence.subject), word('q', quantity(here, evidence.quantity))];
    slots.extend(evidence.before.map(|v| ('b', fact(v))));
    slots.extend(evidence.during.map(|v| ('d', fact(v))));
    speak(pick(here.lang, template(evidence)), &slots)
}

fn template(evidence: &Evidence) -> Both {
    let fresh = evidence.before.is_none_or(|before| before <= 0.0);
    let rose = evidence.during.zip(evidence.before).is_none_or(|(during, before)| during >= before);
    match evidence.kind {
        EvidenceKind::Change => ("{s}에 새 판 {x이} 나갔습니다.", "Version {x} of {s} arrived."),
        EvidenceKind::Template if fresh => (
            "{s}에서 전에 없던 로그 ‘{x}’ 서식이 {d} 나왔습니다.",
            "{s} wrote a log template that is new: “{x}”, {d} records.",
        ),
        EvidenceKind::Template => (
            "{s}의 로그 ‘{x}’ 서식이 {b}에서 {d로} 늘었습니다.",
            "The log template “{x}” of {s} went from {b} to {d} records.",
        ),
        EvidenceKind::Source => ("{s}에 출발지 {x} 한 곳에서 {d} 왔습니다.", "The source {x} alone sent {d} to {s}."),
        EvidenceKind::Restart => (
            "{s}의 {q이} {b}에서 {d로} 뚝 떨어졌습니다. 다시 시작한 자취입니다.",
            "The {q} of {s} fell from {b} to {d}: it was restarted.",
        ),
        EvidenceKind::Unchanged => (
            "{s} 스스로의 {q은} {b}에서 {d로} 평소와 같습니다. 문제는 그 앞에 있습니다.",
            "The {q} of {s} itself is as ever, {b} and {d}: what is wrong is before it.",
        ),
        EvidenceKind::Requests if evidence.during.is_none() => {
            ("{s}에 요청이 끊겼습니다. 앞서는 {b}였습니다.", "Requests to {s} stopped; before they came at {b}.")
        }
        EvidenceKind::Requests if rose => {
            ("{s}에 오는 요청이 {b}에서 {d로} 늘었습니다.", "Requests to {s} rose from {b} to {d}.")
        }
        EvidenceKind::Requests => {
            ("{s}에 오는 요청이 {b}에서 {d로} 줄었습니다.", "Requests to {s} fell from {b} to {d}.")
        }
        EvidenceKind::Call if evidence.before.is_none() => {
            ("{s}에서 {x을} 부르는 {q이} {d}입니다.", "The {q} of calls from {s} to {x} is {d}.")
        }
        EvidenceKind::Call if evidence.quantity == Quantity::MeanLatency => (
            "{s}에서 {x을} 부르는 시간이 {b}에서 {d로} 길어졌습니다.",
            "Calls from {s} to {x} went from {b} to {d} on average.",
        ),
        EvidenceKind::Call => (
            "{s}에서 {x을} 부르는 {q이} {b}에서 {d로} 올랐습니다.",
            "The {q} of calls from {s} to {x} rose from {b} to {d}.",
        ),
        _ if evidence.during.is_none() => {
            ("{s}의 {q} 자료가 끊겼습니다. 앞서는 {b}였습니다.", "{s} no longer reports its {q}; before it was {b}.")
        }
        _ if evidence.before.is_none() => ("{s}의 {q이} {d}입니다.", "The {q} of {s} is {d}."),
        EvidenceKind::Saturation if rose => {
            ("{s}의 {q이} {b}에서 {d}까지 찼습니다.", "The {q} of {s} filled from {b} to {d}.")
        }
        _ if evidence.quantity == Quantity::MeanLatency && rose => {
            ("{s}의 {q이} {b}에서 {d로} 길어졌습니다.", "The {q} of {s} went from {b} to {d}.")
        }
        _ if rose => ("{s}의 {q이} {b}에서 {d로} 올랐습니다.", "The {q} of {s} rose from {b} to {d}."),
        _ => ("{s}의 {q이} {b}에서 {d로} 내렸습니다.", "The {q} of {s} fell from {b} to {d}."),
    }
}

/// Who was cleared: the service, with the version or the call it was suspected of.
pub(crate) fn suspect(acquittal: &Acquittal) -> String {
    match &acquittal.kind {
        CauseKind::Deployment { version } => format!("{} {version}", acquittal.service),
        CauseKind::NetworkBetween { caller, callee } => format!("{caller} → {callee}"),
        _ => acquittal.service.clone(),
    }
}

/// The check that cleared a suspect.
pub(crate) fn check(here: &Here, check: Check) -> String {
    match (check, here.lang) {
        (Check::AddsNothing, lang) => {
            pick(lang, ("이곳은 증상에 보탠 것이 없습니다.", "It adds nothing to what the symptom shows.")).to_owned()
        }
        (Check::CameAfter, lang) => {
            pick(lang, ("증상이 먼저 있었고 이것은 그 뒤입니다.", "The symptom was there before it.")).to_owned()
        }
        (Check::RanWell(seconds), Lang::Ko) => {
            format!("그 뒤 {} 동안 평소와 같다가 증상이 나왔습니다.", span(seconds, here.lang))
        }
        (Check::RanWell(seconds), Lang::En) => {
            format!("It had run well for {} before the symptom.", span(seconds, here.lang))
        }
    }
}
