//! Why a model gave nothing that could be used.

use std::time::Duration;

/// Why a call failed. The text is one line, for whoever keeps the server, and holds nothing of what was sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// No provider may have data of this class.
    #[error("no provider of the settings may be sent data of this class; see model.class and external")]
    Class,
    /// The tokens of the hour or of the day are used up.
    #[error("the token budget is used up; see model.tokens_per_hour and model.tokens_per_day")]
    Budget,
    /// As many calls as may be are under way.
    #[error("as many calls to models are under way as may be; see model.concurrent")]
    Busy,
    /// The provider failed again and again, and is left alone for a while.
    #[error("the provider failed several times in a row and is left alone for a while")]
    Open,
    /// The provider could not be reached.
    #[error("the provider cannot be reached ({0}); check its url and that it runs")]
    Connect(String),
    /// The provider did not answer in time.
    #[error("the provider sent nothing within {}s", .0.as_secs())]
    Slow(Duration),
    /// It asks for fewer calls.
    #[error("the provider asks for fewer calls (429)")]
    Throttled(Option<Duration>),
    /// It refused or failed.
    #[error("the provider answered {0}")]
    Status(u16),
    /// The answer ended in the middle.
    #[error("the answer of the provider broke off")]
    Broken,
    /// The answer is longer than may be.
    #[error("the answer of the provider is longer than may be")]
    TooLong,
    /// The answer is not of the form that the interface prescribes.
    #[error("the answer of the provider cannot be read: {0}")]
    Form(&'static str),
    /// The provider reported a fault within its answer.
    #[error("the provider reported a fault while it answered")]
    Fault,
    /// Whoever waited for it has gone, or the server closes.
    #[error("nobody waits for the answer any more")]
    Ended,
}

impl ModelError {
    /// A stable name, for metrics and programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Class => "class",
            Self::Budget => "budget",
            Self::Busy => "busy",
            Self::Open => "breaker",
            Self::Connect(_) => "connect",
            Self::Slow(_) => "timeout",
            Self::Throttled(_) => "throttled",
            Self::Status(_) => "status",
            Self::Broken => "broken",
            Self::TooLong => "too_long",
            Self::Form(_) => "form",
            Self::Fault => "fault",
            Self::Ended => "ended",
        }
    }

    /// Whether the same call may succeed a moment later.
    pub(super) const fn is_passing(&self) -> bool {
        match self {
            Self::Connect(_) | Self::Throttled(_) | Self::Broken | Self::Fault => true,
            Self::Status(status) => *status >= 500,
            _ => false,
        }
    }
}
