//! What the services write into their logs, live with its variables and in the history as templates.

use bonghwa_analytics::bucket::Severity;

use super::faults::Effect;
use super::noise::{join, mix};
use super::services::{DB, WAS, WEB};

/// A kind of line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    Connections,
    Statistics,
    Checkpoint,
    Answered,
    StaticFailed,
    SlowQuery,
    StatementTimeout,
    UpstreamSlow,
    UpstreamTimedOut,
    Collection,
    OutOfMemory,
    Refused,
    FullScan,
    LoginFailed,
}

impl Line {
    /// All kinds, in their order.
    pub(super) const ALL: [Self; 14] = [
        Self::Connections,
        Self::Statistics,
        Self::Checkpoint,
        Self::Answered,
        Self::StaticFailed,
        Self::SlowQuery,
        Self::StatementTimeout,
        Self::UpstreamSlow,
        Self::UpstreamTimedOut,
        Self::Collection,
        Self::OutOfMemory,
        Self::Refused,
        Self::FullScan,
        Self::LoginFailed,
    ];
    /// What each service writes at the instants of sampling.
    pub(super) const BEATS: [Self; 3] = [Self::Connections, Self::Statistics, Self::Checkpoint];

    /// The service that writes it.
    pub(super) const fn service(self) -> &'static str {
        match self {
            Self::Checkpoint => DB,
            Self::Connections | Self::StaticFailed | Self::UpstreamSlow | Self::UpstreamTimedOut | Self::Refused => WEB,
            _ => WAS,
        }
    }

    pub(super) const fn severity(self) -> Severity {
        match self {
            Self::Connections | Self::Statistics | Self::Checkpoint => Severity::Info,
            Self::SlowQuery | Self::UpstreamSlow | Self::Collection | Self::FullScan | Self::LoginFailed => {
                Severity::Warn
            }
            _ => Severity::Error,
        }
    }

    /// The line of a request or instant with this key, about something that took `ms`.
    pub(super) fn text(self, key: u64, ms: u64) -> String {
        let (a, b, c) = (mix(key) % 900, mix(join(key, 1)) % 250, mix(join(key, 2)));
        let minwon = c % 90_000_000 + 10_000_000;
        match self {
            Self::Connections => format!("health check ok, {a} open connections"),
            Self::Statistics => format!("민원 통계 {a}건 집계 완료 ({b} ms)"),
            Self::Checkpoint => format!("checkpoint complete: wrote {a} buffers in {}.{b} s", b % 9),
            Self::Answered => format!("민원 처리 실패: 접수번호 {minwon}, {ms} ms 뒤 500 응답"),
            Self::StaticFailed => format!("static page failed after {ms} ms, client 211.{b}.{}.{}", a % 250, c % 250),
            Self::SlowQuery => format!("slow query took {ms} ms: select * from minwon where applicant = 'P{minwon}'"),
            Self::StatementTimeout => {
                format!("PSQLException: canceling statement due to statement timeout, 접수번호 {minwon}, {ms} ms")
            }
            Self::UpstreamSlow => format!("upstream 10.20.{b}.7:8080 answered late: {ms} ms"),
            Self::UpstreamTimedOut => {
                format!("connection timed out after {ms} ms while calling http://10.20.{b}.7:8080/")
            }
            Self::Collection => format!("GC pause (G1 Evacuation Pause) {ms} ms, heap {}M of 2048M", 1700 + a % 300),
            Self::OutOfMemory => format!("java.lang.OutOfMemoryError: Java heap space, 접수번호 {minwon} 처리 중단"),
            Self::Refused => {
                format!("connect() failed: Connection refused, upstream 10.20.{b}.7:8080, request {c:016x}")
            }
            Self::FullScan => format!("sequential scan on minwon_history: {} rows in {ms} ms", 400_000 + c % 90_000),
            Self::LoginFailed => {
                format!("로그인 실패: 사용자=hong{a} 주소=203.0.113.{b} 비밀번호 불일치 {}회", b % 5 + 1)
            }
        }
    }

    /// What is written about a failed request under an effect. `log_in` says that a wrong password was the reason.
    pub(super) fn failure(effect: &Effect, passed_on: bool, log_in: bool) -> Self {
        match () {
            () if log_in => Self::LoginFailed,
            () if !passed_on => Self::StaticFailed,
            () if effect.db > 1.0 => Self::StatementTimeout,
            () if effect.network_ms > 0.0 => Self::UpstreamTimedOut,
            () if effect.errors > 0.9 => Self::Refused,
            () if effect.heap.is_some_and(|heap| heap > 0.9) => Self::OutOfMemory,
            () => Self::Answered,
        }
    }

    /// What is written at the instants of sampling while something is wrong, and how long what it tells of took.
    pub(super) fn warning(effect: &Effect) -> Option<(Self, u64)> {
        if effect.db > 2.0 {
            Some((Self::SlowQuery, (effect.db * 180.0) as u64))
        } else if effect.network_ms > 100.0 {
            Some((Self::UpstreamSlow, effect.network_ms as u64))
        } else if effect.own > 1.5 {
            Some((Self::Collection, (effect.own * 140.0) as u64))
        } else if effect.deployed_route > 1.0 {
            Some((Self::FullScan, (effect.deployed_route * 310.0) as u64))
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use bonghwa_analytics::logs::mask::mask;

    use super::*;
    use crate::demo::faults::Fault;

    #[test]
    fn each_kind_has_one_template_of_its_own_whatever_its_variables() {
        let mut all = BTreeSet::new();
        for (index, line) in Line::ALL.into_iter().enumerate() {
            assert_eq!(line as usize, index);
            let templates: BTreeSet<String> = (0..500)
                .map(|key| {
                    let mut template = String::new();
                    mask(&line.text(join(7, key), key * key), 4096, 197, &mut template);
                    template
                })
                .collect();
            assert_eq!(templates.len(), 1, "{templates:?}");
            assert!(templates.iter().all(|template| !template.contains("hong") && template.contains("<*>")));
            all.extend(templates);
        }
        assert_eq!(all.len(), Line::ALL.len());
    }

    #[test]
    fn each_fault_writes_what_is_not_written_otherwise() {
        let normal = Line::failure(&Effect::NORMAL, true, false);
        assert_eq!((normal, Line::warning(&Effect::NORMAL)), (Line::Answered, None));
        for fault in Fault::ALL {
            let effect = fault.effect(0.65);
            let log_in = effect.logins_per_minute > 0.0;
            assert!(Line::warning(&effect).is_some() || log_in, "{fault}");
        }
        let errors = |fault: Fault, at| Line::failure(&fault.effect(at), true, false);
        assert_eq!(errors(Fault::HeapLeak, 0.75), Line::OutOfMemory);
        assert_eq!(errors(Fault::HeapLeak, 0.87), Line::Refused);
        assert_eq!(errors(Fault::SlowDb, 0.5), Line::StatementTimeout);
        assert_eq!(errors(Fault::SlowNetwork, 0.5), Line::UpstreamTimedOut);
    }
}
