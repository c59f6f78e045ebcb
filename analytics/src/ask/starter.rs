//! The nine questions that stand one click away.

use serde::{Deserialize, Serialize};

use crate::format::Lang;

/// One of the questions that the console is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Starter {
    /// Users and load beside the same time yesterday.
    CompareYesterday,
    /// Users and load beside the same weekday last week.
    CompareWeekday,
    /// What is wrong today.
    Diagnose,
    /// Who has been here for long.
    Sessions,
    /// Whether more servers are needed.
    Capacity,
    /// This week's report.
    Report,
    /// The busiest region.
    Busiest,
    /// What the latest deployment made slower.
    Deployment,
    /// What needs more this quarter.
    Quarter,
}

impl Starter {
    /// All of them, in the order of the screen.
    pub const ALL: [Self; 9] = [
        Self::CompareYesterday,
        Self::CompareWeekday,
        Self::Diagnose,
        Self::Sessions,
        Self::Capacity,
        Self::Report,
        Self::Busiest,
        Self::Deployment,
        Self::Quarter,
    ];

    /// The question in words that [`understand`](super::understand) reads.
    pub const fn text(self, lang: Lang) -> &'static str {
        match self {
            Self::CompareYesterday => lang.pick(
                "어제 같은 시간대 동시접속자와 시스템 사용률 비교해줘",
                "Compare concurrent users and system load with the same time yesterday",
            ),
            Self::CompareWeekday => lang.pick(
                "지난주 같은 요일 동시접속자와 시스템 사용률 비교해줘",
                "Compare concurrent users and system load with the same weekday last week",
            ),
            Self::Diagnose => lang.pick("오늘은 시스템이 왜 이래?", "What is wrong with the system today?"),
            Self::Sessions => lang.pick("장시간 접속 사용자 목록을 보여줘", "Show the users with long sessions"),
            Self::Capacity => {
                lang.pick("서버 부하율 대비 증설이 필요한가?", "Do we need more servers, given the system load?")
            }
            Self::Report => lang.pick("이번 주 성능 보고서를 작성해줘", "Write this week's performance report"),
            Self::Busiest => {
                lang.pick("전국 시스템 중 가장 부하가 높은 지역은?", "Which region has the highest system load?")
            }
            Self::Deployment => lang.pick(
                "이번 배포 후 느려진 API Top 5를 알려줘",
                "Which 5 APIs became slower after the latest deployment?",
            ),
            Self::Quarter => {
                lang.pick("이번 분기 증설이 필요한 시스템을 정리해줘", "Which systems need more capacity this quarter?")
            }
        }
    }
}
