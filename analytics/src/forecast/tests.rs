//! What a forecast promises.

use super::*;
use crate::time::{DAY, WEEK, instant};

const HOURLY: Seasons = Seasons { short: 24, long: 168 };

/// A small generator of noise between -1 and 1.
fn noise(seed: &mut u64) -> f64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*seed >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
}

/// Hours of a busy office with noise: a day's wave, quieter weekends.
fn office(hours: usize, noisy: f64, seed: u64) -> Vec<f64> {
    let mut seed = seed;
    (0..hours)
        .map(|hour| {
            let day = if hour / 24 % 7 >= 5 { 0.4 } else { 1.0 };
            let wave = libm::sin((hour % 24) as f64 / 24.0 * core::f64::consts::TAU - 2.0);
            day * (100.0 + 60.0 * wave) + noisy * noise(&mut seed)
        })
        .collect()
}

#[test]
fn a_season_is_continued() {
    let all = office(24 * 35, 1.0, 7);
    let (known, came) = all.split_at(24 * 28);
    let made = forecast(known, HOURLY, came.len()).expect("four weeks are enough");
    let off = made.steps.iter().zip(came).map(|(step, came)| libm::fabs(step.value - came)).fold(0.0, f64::max);
    assert!(off < 6.0, "{off}");
}

#[test]
fn intervals_hold_what_they_promise_and_nest() {
    let (mut inside, mut count) = ([0.0; 3], 0.0);
    for seed in 0..30 {
        let all = office(24 * 30, 10.0, seed);
        let (known, came) = all.split_at(24 * 28);
        let made = forecast(known, HOURLY, came.len()).expect("four weeks are enough");
        for (step, came) in made.steps.iter().zip(came) {
            for (inside, (low, high)) in inside.iter_mut().zip(step.low.iter().zip(step.high)) {
                *inside += f64::from(u8::from((*low..=high).contains(came)));
            }
            assert!(step.low[2] <= step.low[1] && step.low[1] <= step.low[0] && step.low[0] <= step.value);
            assert!(step.high[2] >= step.high[1] && step.high[1] >= step.high[0] && step.high[0] >= step.value);
            count += 1.0;
        }
    }
    for (inside, level) in inside.iter().zip(LEVELS) {
        let share = inside / count;
        assert!(share > level - 0.05 && share < level + 0.13, "{level}: {share}");
    }
}

#[test]
fn probabilities_fall_with_the_threshold_and_rise_with_time() {
    let known = office(24 * 28, 10.0, 3);
    let made = forecast(&known, HOURLY, 48).expect("four weeks are enough");
    let mut before = 1.0;
    for threshold in 0..30 {
        let p = made.probability_over(f64::from(threshold) * 10.0, 48);
        assert!(p <= before && (0.0..=1.0).contains(&p));
        before = p;
    }
    assert!(made.probability_over(150.0, 48) >= made.probability_over(150.0, 6));
    assert!(made.probability_over(1e6, 48) < 0.05 && made.probability_over(-1e6, 48) > 0.95);
    assert!(made.probability_at(-1e6, 47) > 0.95 && made.probability_at(1e6, 47) < 0.05);
    assert!(made.probability_at(0.0, 48) <= 0.0, "no such step");
}

#[test]
fn a_level_that_rises_is_used_up_in_time() {
    let mut seed = 5;
    let rising: Vec<f64> =
        (0..24 * 28).map(|hour| 0.16 + f64::from(hour) / 24.0 * 0.02 + 0.004 * noise(&mut seed)).collect();
    let made = forecast(&rising, HOURLY, 24 * 14).expect("four weeks are enough");
    assert!(made.steps.len() >= 24 * 10, "{}", made.steps.len());
    // 0.72 at the end and 0.02 a day: 0.9 in nine days.
    let range = made.exhaustion(0.9).expect("it is reached");
    let days = |step: usize| step as f64 / 24.0;
    assert!(days(range.earliest) > 4.0 && days(range.earliest) <= 9.5, "{range:?}");
    assert!(range.latest.is_none_or(|latest| days(latest) >= 8.5), "{range:?}");
    assert_eq!(made.exhaustion(50.0), None);
}

#[test]
fn too_little_is_said_to_be_too_little() {
    assert!(forecast(&[], HOURLY, 24).is_none());
    assert!(forecast(&[1.0], HOURLY, 24).is_none());
    assert!(forecast(&office(47, 1.0, 1), HOURLY, 24).is_none());
    assert!(forecast(&office(24 * 14, 1.0, 1), HOURLY, 0).is_none());
    let mut thin = office(24 * 14, 1.0, 1);
    let end = thin.len() - 40;
    thin[end..].fill(f64::NAN);
    assert!(forecast(&thin, HOURLY, 24).is_none(), "most of the last two days is missing");
    assert!(forecast(&[f64::NAN; 500], HOURLY, 24).is_none());
}

#[test]
fn gaps_are_allowed() {
    let mut known = office(24 * 28, 1.0, 9);
    let came = office(24 * 29, 1.0, 9).split_off(24 * 28);
    known[200..260].fill(f64::NAN);
    known[24 * 27 + 3] = f64::NAN;
    let made = forecast(&known, HOURLY, 24).expect("enough is there");
    assert!(made.steps.iter().zip(came).all(|(step, came)| libm::fabs(step.value - came) < 8.0));
}

#[test]
fn the_same_series_gives_the_same_bytes() {
    let known = office(24 * 20, 10.0, 4);
    let bits = || {
        let made = forecast(&known, HOURLY, 48).expect("enough");
        made.steps.iter().map(|step| step.high[2].to_bits()).collect::<Vec<_>>()
    };
    assert_eq!(bits(), bits());
}

#[test]
fn a_holiday_goes_like_a_sunday() {
    // Six weeks up to Thursday, 24 September 2026, when Chuseok begins.
    let end = instant(2026, 9, 24, 0, 0, 0).expect("a date");
    let start = end - 6 * WEEK;
    let mut seed = 11;
    let values: Vec<f64> = (0..6 * 168)
        .map(|hour| {
            let weekday = crate::time::civil(start + hour * 3600).weekday;
            (if weekday >= 5 { 40.0 } else { 100.0 }) + noise(&mut seed)
        })
        .collect();
    let clock = Clock { start, step: 3600, extra: &[] };
    let made = forecast_days(&values, clock, 24 * 8).expect("six weeks are enough");
    let at = |day: usize| made.steps[day * 24 + 12].value;
    assert!(at(0) < 60.0 && at(1) < 60.0, "Thursday {} and Friday {}", at(0), at(1));
    assert!(at(4) > 80.0, "Monday {}", at(4));
    let extra = [end + 4 * DAY];
    let made = forecast_days(&values, Clock { extra: &extra, ..clock }, 24 * 8).expect("enough");
    assert!(made.steps[4 * 24 + 12].value < 60.0, "a day off by settings");
}

#[test]
fn the_record_tells_what_was_covered() {
    let values = office(24 * 40, 5.0, 2);
    let clock = Clock { start: instant(2026, 10, 12, 0, 0, 0).expect("a date"), step: 3600, extra: &[] };
    let record = record(&values, clock, 24, 24, 7).expect("enough");
    assert_eq!((record.forecasts, record.compared, record.newest.from), (7, 7 * 24, 24 * 39));
    assert!(record.covered[2] > 0.85 && record.covered[0] < record.covered[2], "{:?}", record.covered);
    assert!(super::record(&values[..60], clock, 24, 24, 7).is_none());
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
    #[test]
    fn never_panics_and_never_invents(
        values in proptest::collection::vec(proptest::prop_oneof![
            4 => -1e3..1e3_f64,
            1 => proptest::num::f64::ANY,
            1 => proptest::prelude::Just(f64::NAN),
            1 => proptest::prelude::Just(0.0),
        ], 0..400),
        short in 0_usize..30,
        weeks in 0_usize..8,
        horizon in 0_usize..60,
        threshold in proptest::num::f64::ANY,
    ) {
        let seasons = Seasons { short, long: short * weeks };
        if let Some(made) = forecast(&values, seasons, horizon) {
            for step in &made.steps {
                proptest::prop_assert!(step.value.is_finite());
                proptest::prop_assert!(step.low.iter().chain(&step.high).all(|v| v.is_finite()));
            }
            let p = made.probability_over(threshold, horizon);
            proptest::prop_assert!((0.0..=1.0).contains(&p));
            let _ = made.exhaustion(threshold);
        }
        let _ = forecast_days(&values, Clock { start: 1_795_212_000, step: 3600, extra: &[] }, horizon);
    }

    #[test]
    fn constants_stay_constant(value in -1e6..1e6_f64, length in 48_usize..400) {
        if let Some(made) = forecast(&vec![value; length], HOURLY, 24) {
            let near = 1e-6 * libm::fabs(value).max(1.0);
            proptest::prop_assert!(made.steps.iter().all(|step| libm::fabs(step.value - value) <= near));
        }
    }
}
