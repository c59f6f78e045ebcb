//! What the addresses of 묻기, 합쳐 보기 and 보고서 hold.

use bonghwa_analytics::ask::When;
use bonghwa_analytics::format::local;
use bonghwa_analytics::identity::IdentityMode;
use bonghwa_analytics::report::ReportKind;
use bonghwa_analytics::time::{DAY, WEEK, day_start, week_start};

/// What the address of 합쳐 보기 holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CombineQuery {
    /// Region codes as ticked, in the order given, each once; empty before anything was chosen.
    pub regions: Vec<String>,
    /// Whether a choice was made at all (an address without `r` shows a first proposal).
    pub chosen: bool,
    /// Period.
    pub window: Window,
    /// Identity mode.
    pub mode: Option<IdentityMode>,
}

/// What the address of 묻기 holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct AskQuery {
    /// The question; empty shows what can be asked.
    pub text: String,
    /// What was asked before, oldest first, where it goes on from that.
    pub before: Vec<Earlier>,
    /// Which of several meanings.
    pub pick: Option<u8>,
    /// Another period to ask it for.
    pub when: Option<When>,
    /// The instant that "now" is, where an address is to show the same for good.
    pub at: Option<i64>,
}

/// A question that was asked before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Earlier {
    /// Its words.
    pub text: String,
    /// The other period that was chosen for it.
    pub when: Option<When>,
}

impl AskQuery {
    /// The next question of the same conversation.
    #[must_use]
    pub fn next(&self, text: &str) -> Self {
        let mut before = self.before.clone();
        before.extend((!self.text.is_empty()).then(|| Earlier { text: self.text.clone(), when: self.when }));
        let first = before.len().saturating_sub(MOST_BEFORE);
        Self { text: text.to_owned(), before: before.split_off(first), at: self.at, ..Self::default() }
    }

    /// A question by itself.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// Keys and values, defaults left out.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut out = Vec::new();
        out.extend((!self.text.is_empty()).then(|| ("q", self.text.clone())));
        for earlier in &self.before {
            out.push(("b", earlier.text.clone()));
            out.extend(earlier.when.map(|when| ("bwhen", when.name())));
        }
        out.extend(self.pick.map(|pick| ("pick", pick.to_string())));
        out.extend(self.when.map(|when| ("when", when.name())));
        out.extend(self.at.map(|at| ("at", to_the_second(at))));
        out
    }
}

/// What the address of 보고서 holds: what the form proposes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ReportsQuery {
    /// Which period.
    pub kind: ReportKind,
    /// Name of an incident to report on; empty for none.
    pub incident: String,
}

/// Earlier questions that an address holds.
pub const MOST_BEFORE: usize = 4;

/// A period to combine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// The last seconds: 300, 3600, 86,400 or 604,800.
    Last(i64),
    /// Since midnight.
    Today,
    /// The day before.
    Yesterday,
    /// Since Monday.
    Week,
    /// From and to.
    Fixed(i64, i64),
}

impl Window {
    /// Windows that have a button, with their names in addresses.
    pub const NAMED: [(Self, &str); 7] = [
        (Self::Last(300), "5m"),
        (Self::Last(3600), "1h"),
        (Self::Last(DAY), "24h"),
        (Self::Today, "today"),
        (Self::Yesterday, "yesterday"),
        (Self::Week, "week"),
        (Self::Last(WEEK), "7d"),
    ];

    /// Start and end (exclusive) at an instant, on whole minutes.
    pub fn resolve(self, as_of: i64) -> (i64, i64) {
        let now = as_of - as_of.rem_euclid(60);
        let (from, to) = match self {
            Self::Last(seconds) => (now - seconds, now),
            Self::Today => (day_start(now), now),
            Self::Yesterday => (day_start(now) - DAY, day_start(now)),
            Self::Week => (week_start(now), now),
            Self::Fixed(from, to) => (from, to),
        };
        (from, to.max(from + 60))
    }
}

/// An instant as [`local`] writes it, with the seconds that it has.
fn to_the_second(instant: i64) -> String {
    match instant.rem_euclid(60) {
        0 => local(instant),
        seconds => format!("{}:{seconds:02}", local(instant)),
    }
}
