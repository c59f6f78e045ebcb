//! The choices that pages offer, with their names in addresses.

use bonghwa_analytics::identity::IdentityMode;
use bonghwa_analytics::time::{DAY, WEEK};
use bonghwa_analytics::view::Measure;

/// Trailing windows of 지금, seconds.
pub const WINDOWS: [i64; 3] = [300, 60, 1800];
/// Measures of the map, the first is the default.
pub const MAP_MEASURES: [(Measure, &str); 4] = [
    (Measure::Load, "load"),
    (Measure::Users, "users"),
    (Measure::PerCapita, "per_capita"),
    (Measure::LatencyP95, "p95"),
];
/// Measures of the timeline, in the order of the cards.
pub const LINE_MEASURES: [(Measure, &str); 4] = [
    (Measure::Users, "users"),
    (Measure::Requests, "requests"),
    (Measure::ErrorRate, "errors"),
    (Measure::LatencyP95, "p95"),
];
/// Measures that are forecast, the first is the default.
pub const FORECAST_MEASURES: [(Measure, &str); 7] = [
    (Measure::Load, "load"),
    (Measure::Memory, "memory"),
    (Measure::Heap, "heap"),
    (Measure::Users, "users"),
    (Measure::Requests, "requests"),
    (Measure::ErrorRate, "errors"),
    (Measure::LatencyP95, "p95"),
];
/// Measures that are judged, the first is the default.
pub const WHY_MEASURES: [(Measure, &str); 7] = [
    (Measure::LatencyP95, "p95"),
    (Measure::ErrorRate, "errors"),
    (Measure::Requests, "requests"),
    (Measure::Users, "users"),
    (Measure::Cpu, "cpu"),
    (Measure::Memory, "memory"),
    (Measure::Heap, "heap"),
];
/// How far a forecast looks ahead, the first is the default.
pub const HORIZONS: [(i64, &str); 4] = [(DAY, "24h"), (3 * 3600, "3h"), (WEEK, "7d"), (4 * WEEK, "28d")];
/// Periods of a region's page that end now, with their names.
pub const SPANS: [(i64, &str); 4] = [(86_400, "24h"), (3600, "1h"), (21_600, "6h"), (604_800, "7d")];
/// Compared periods: the day before, the week before, none.
pub const COMPARISONS: [(i64, &str); 3] = [(DAY, "day"), (WEEK, "week"), (0, "none")];
/// Periods of 사건.
pub const INCIDENT_SPANS: [(i64, &str); 4] = [(WEEK, "7d"), (DAY, "24h"), (2 * WEEK, "14d"), (31 * DAY, "31d")];
/// Identity modes with their names.
pub const MODES: [(IdentityMode, &str); 3] =
    [(IdentityMode::Ip, "ip"), (IdentityMode::SessionCookie, "session"), (IdentityMode::UserCookie, "user")];

/// Name of a choice in addresses.
pub fn name_of<T: Copy + PartialEq>(value: T, choices: &[(T, &'static str)]) -> &'static str {
    choices.iter().find(|(choice, _)| *choice == value).map_or("", |(_, name)| name)
}

pub(super) fn not_first<T: Copy + PartialEq>(value: T, choices: &[(T, &'static str)]) -> Option<String> {
    (choices.first().is_some_and(|(first, _)| *first != value)).then(|| name_of(value, choices).to_owned())
}
