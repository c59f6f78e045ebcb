//! How busy the nation is: the day and the week of public services, in Korean time.

use bonghwa_analytics::time::{self, KST};

use super::noise::{join, wander};

/// Activity at the full hours of a working day, 1 at the busiest: quiet at night, busiest from ten to eleven and from
/// two to three, with a dip at lunch.
const WORKDAY: [f64; 24] = [
    0.12, 0.07, 0.05, 0.04, 0.04, 0.06, 0.12, 0.24, 0.50, 0.86, 1.00, 0.98, 0.66, 0.80, 0.97, 0.97, 0.88, 0.74, 0.52,
    0.42, 0.38, 0.35, 0.28, 0.19,
];

/// Activity on Saturdays and Sundays: later, flatter, lower.
const WEEKEND: [f64; 24] = [
    0.11, 0.07, 0.05, 0.04, 0.03, 0.04, 0.06, 0.10, 0.17, 0.25, 0.31, 0.33, 0.30, 0.30, 0.32, 0.32, 0.31, 0.30, 0.28,
    0.28, 0.29, 0.28, 0.23, 0.17,
];

/// Days of the week from Monday: the week begins busy and tires.
const WEEKDAY: [f64; 7] = [1.0, 0.97, 0.96, 0.95, 0.91, 1.0, 0.88];

/// Activity at an instant, 1 at the busiest hour of a Monday: the rhythm, a little better or worse by the day, and
/// slow noise of a few percent that differs by `key`.
pub(super) fn activity(key: u64, instant: i64) -> f64 {
    let civil = time::civil(instant);
    let weekday = usize::from(civil.weekday);
    let table = if weekday < 5 { &WORKDAY } else { &WEEKEND };
    let seconds = (instant + KST).rem_euclid(time::DAY);
    let hour = (seconds / 3600) as usize;
    let share = (seconds % 3600) as f64 / 3600.0;
    // The hour after the last one is midnight; both tables agree there closely enough not to show a step.
    let next = table[(hour + 1) % 24];
    let level = table[hour] * (1.0 - share) + next * share;
    let day = 1.0 + 0.02 * wander(join(key, 1), instant, 2 * time::DAY);
    let slow = 1.0 + 0.025 * wander(join(key, 2), instant, 1800);
    level * WEEKDAY[weekday] * day * slow
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: u8, hour: u8, minute: u8) -> f64 {
        activity(0, time::instant(2026, 11, day, hour, minute, 0).unwrap())
    }

    #[test]
    fn a_day_has_two_peaks_a_lunch_dip_and_a_quiet_night() {
        for day in 16..=20 {
            let (morning, lunch, afternoon, night) =
                (at(day, 10, 30), at(day, 12, 10), at(day, 14, 30), at(day, 3, 30));
            assert!(morning > 1.25 * lunch && afternoon > 1.2 * lunch, "day {day}");
            assert!((15.0..40.0).contains(&(morning / night)), "day {day}: {}", morning / night);
        }
    }

    #[test]
    fn a_weekend_is_about_a_third_of_a_working_day() {
        let sum = |day| (0..24).map(|hour| at(day, hour, 0)).sum::<f64>();
        for day in [21, 22] {
            let ratio = sum(day) / sum(18);
            assert!((0.3..0.55).contains(&ratio), "day {day}: {ratio}");
        }
    }
}
