use proptest::prelude::*;

use super::*;
use crate::time::{DAY, KST};

/// A Monday midnight in Asia/Seoul.
const MIDNIGHT: i64 = 1_795_359_600;

/// Noise that is the same on every run, -1 to 1.
fn noise(i: u64) -> f64 {
    let mixed = i.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    ((mixed ^ (mixed >> 32)) >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
}

/// A day with a hump at noon, of a height, with some noise.
fn usual(second: i64, height: f64) -> f64 {
    let hour = second as f64 / 3600.0;
    height * (1.0 + 1.5 * libm::exp(-(hour - 12.0) * (hour - 12.0) / 18.0))
}

fn minute(day: i64, second: i64, height: f64) -> f64 {
    usual(second, height) * (1.0 + 0.03 * noise((day * 1440 + second / 60) as u64))
}

struct Past {
    days: Vec<(DayKind, Vec<f32>, f32)>,
}

impl Past {
    /// Days with a height of working days and one of rest days.
    fn new(days: i64, working: f64, rest: f64) -> Self {
        let days = (1..=days).map(|back| {
            let kind = if back % 7 == 1 { DayKind::Holiday } else { DayKind::Working };
            let height = if kind == DayKind::Holiday { rest } else { working };
            let minutes: Vec<f32> = (0..1440).map(|m| minute(-back, 60 * m, height) as f32).collect();
            let slots = minutes.chunks(5).map(|slot| slot.iter().sum::<f32>() / 5.0).collect();
            (kind, slots, grain(&minutes))
        });
        Self { days: days.collect() }
    }

    fn learn(&self, nature: Nature, today: DayKind) -> Option<Profile> {
        let days: Vec<History<'_>> =
            self.days.iter().map(|(kind, slots, grain)| History { kind: *kind, slots, grain: *grain }).collect();
        Profile::learn(nature, &days, today)
    }
}

/// Steps a watch over the day in steps of some seconds with values from a function; all readings.
fn day(profile: Option<&Profile>, nature: Nature, step: i64, value: impl Fn(i64) -> f64) -> Vec<Reading> {
    let mut watch = Watch::new(nature);
    (0..DAY / step).map(|i| watch.step(profile, MIDNIGHT + i * step, value(i * step), f64::NAN)).collect()
}

#[test]
fn the_state_of_a_series_is_under_a_kilobyte() {
    assert!(size_of::<Profile>() + size_of::<Watch>() <= 1024);
}

#[test]
fn a_usual_day_is_quiet_by_minutes_and_by_five_minutes() {
    let profile = Past::new(14, 100.0, 100.0).learn(Nature::Plain, DayKind::Working);
    for step in [60, 300] {
        let readings = day(profile.as_ref(), Nature::Plain, step, |second| minute(7, second, 100.0));
        assert!(readings.iter().all(|reading| !reading.alarm), "steps of {step}");
        assert!(readings.iter().all(|reading| reading.why == Why::Inside));
    }
}

#[test]
fn a_spike_is_far_and_a_lasting_shift_is_sustained() {
    let profile = Past::new(14, 100.0, 100.0).learn(Nature::Plain, DayKind::Working).expect("two weeks are enough");
    let noon = 12 * 3600;
    let spike = |second| if second == noon { 500.0 } else { minute(7, second, 100.0) };
    let readings = day(Some(&profile), Nature::Plain, 60, spike);
    assert_eq!((readings[720].why, readings[719].why, readings[721].why), (Why::Far, Why::Inside, Why::Held));
    assert!(readings[730].alarm && !readings[731].alarm);

    // One and a half half-widths above: not far at any time, but long.
    let band = profile.band(noon as u32).expect("there is a season");
    let by = 1.15 * (band.high - band.middle);
    let shift = |second| minute(7, second, 100.0) + if (noon..noon + 3600).contains(&second) { by } else { 0.0 };
    let readings = day(Some(&profile), Nature::Plain, 60, shift);
    assert!(matches!(readings[720].why, Why::Brief | Why::Far));
    assert!((730..780).all(|m| readings[m].alarm && readings[m].method == Method::Season));
    // Coming back is no anomaly of its own.
    assert!(readings[792..].iter().all(|reading| reading.why == Why::Inside));
}

#[test]
fn two_rows_well_outside_open_what_one_does_not() {
    let profile = Past::new(14, 100.0, 100.0).learn(Nature::Plain, DayKind::Working).expect("two weeks are enough");
    let band = profile.band(4 * 3600).expect("there is a season");
    let well = band.middle + 1.6 * (band.high - band.middle);
    let rows = |outside: &[i64]| {
        let value = |second| if outside.contains(&(second / 60)) { well } else { minute(7, second, 100.0) };
        day(Some(&profile), Nature::Plain, 60, value)
    };
    let once = rows(&[240]);
    assert_eq!((once[240].why, once.iter().any(|reading| reading.alarm)), (Why::Brief, false));
    assert_eq!(rows(&[240, 243])[243].why, Why::Far);
    assert_eq!(rows(&[240, 250])[250].why, Why::Brief);
}

#[test]
fn the_score_is_one_at_the_edge_and_grows_with_the_distance() {
    let profile = Past::new(14, 100.0, 100.0).learn(Nature::Plain, DayKind::Working).expect("two weeks are enough");
    let band = profile.band(4 * 3600).expect("there is a season");
    let score = |value| Watch::new(Nature::Plain).step(Some(&profile), MIDNIGHT + 4 * 3600, value, f64::NAN).score;
    assert!(score(band.middle) < 1e-6);
    assert!((score(band.high) - 1.0).abs() < 1e-3 && (score(band.low) - 1.0).abs() < 1e-3);
    let grows = (0..100).map(|i| score(band.middle + f64::from(i))).collect::<Vec<_>>();
    assert!(grows.is_sorted());
}

#[test]
fn a_rest_day_is_held_against_rest_days() {
    let past = Past::new(28, 100.0, 40.0);
    let middle = |kind| past.learn(Nature::Plain, kind).and_then(|p| p.band(12 * 3600)).expect("a month").middle;
    assert!((middle(DayKind::Working) - 250.0).abs() < 10.0);
    assert!((middle(DayKind::Holiday) - 100.0).abs() < 5.0);
    // No Saturday was seen: other days without work stand in, and the profile says that they are alike.
    assert!((middle(DayKind::Saturday) - 100.0).abs() < 5.0);
    assert!(past.learn(Nature::Plain, DayKind::Saturday).is_some_and(|profile| profile.alike()));
}

#[test]
fn few_days_make_a_wide_band_and_no_day_a_local_one() {
    let width = |days| {
        let profile = Past::new(days, 100.0, 100.0).learn(Nature::Plain, DayKind::Working);
        let band = profile.and_then(|profile| profile.band(4 * 3600)).expect("there is a season");
        band.high - band.low
    };
    assert!(width(1) > 1.5 * width(14) && width(2) > 1.2 * width(14));
    let readings = day(None, Nature::Plain, 60, |second| if second == 7200 { 500.0 } else { minute(7, second, 100.0) });
    assert_eq!((readings[0].why, readings[0].method), (Why::NoBand, Method::None));
    assert_eq!((readings[120].why, readings[120].method), (Why::Far, Method::Local));
    assert_eq!(readings.iter().filter(|reading| reading.why == Why::Far).count(), 1);
}

#[test]
fn sides_and_floors_follow_the_nature() {
    let past = Past::new(14, 0.02, 0.02);
    let score = |nature, value, count| {
        let profile = past.learn(nature, DayKind::Working);
        Watch::new(nature).step(profile.as_ref(), MIDNIGHT + 3600, value, count)
    };
    // Three failures of five requests at night are chance, of five hundred they are not.
    assert!(score(Nature::Share, 0.6, 5.0).score < 1.0);
    assert!(score(Nature::Share, 0.6, 500.0).score > 2.0);
    // No error at all is no harm.
    assert!(score(Nature::Share, 0.0, 5000.0).score < 1e-9);
    // A tenth of a processor more is below what anybody would call a change only up to its floor.
    assert!(score(Nature::Use, 0.07, f64::NAN).score < 1.0 && score(Nature::Use, 0.2, f64::NAN).score > 1.8);
    let fast = Watch::new(Nature::Duration).step(
        Past::new(14, 2.0, 2.0).learn(Nature::Duration, DayKind::Working).as_ref(),
        MIDNIGHT + 3600,
        0.1,
        1000.0,
    );
    assert_eq!((fast.why, fast.alarm), (Why::Harmless, false));
}

#[test]
fn an_outage_of_a_busy_service_is_seen_and_a_quiet_one_is_not_blamed_for_chance() {
    let past = Past::new(14, 100.0, 100.0);
    let profile = past.learn(Nature::Volume, DayKind::Working);
    let mut watch = Watch::new(Nature::Volume);
    for m in 0..60 {
        watch.step(profile.as_ref(), MIDNIGHT + 60 * m, minute(7, 60 * m, 100.0), 60.0);
    }
    let out = watch.step(profile.as_ref(), MIDNIGHT + 3600, 0.0, 60.0);
    assert_eq!(out.why, Why::Far);
    // A fiftieth of a request a second is one a minute: none and three are both usual.
    let profile = Past::new(14, 0.02, 0.02).learn(Nature::Volume, DayKind::Working);
    let mut watch = Watch::new(Nature::Volume);
    for m in 0..60 {
        let n = f64::from([1, 0, 3, 0, 2, 0][m as usize % 6]);
        assert!(!watch.step(profile.as_ref(), MIDNIGHT + 60 * m, n / 60.0, 60.0).alarm);
    }
}

#[test]
fn a_volume_that_vanishes_is_an_alarm_however_restless_it_was() {
    // Every day another height: half of the usual or twice as much.
    let heights = [50.0, 200.0, 100.0, 70.0, 140.0, 55.0, 180.0, 90.0, 110.0, 60.0];
    let days: Vec<Vec<f32>> =
        heights.iter().map(|height| (0..288).map(|slot| usual(300 * slot, *height) as f32).collect()).collect();
    let days: Vec<History<'_>> =
        days.iter().map(|slots| History { kind: DayKind::Working, slots, grain: 20.0 }).collect();
    let profile = Profile::learn(Nature::Volume, &days, DayKind::Working);
    let value = |second| if second < 50_000 { usual(second, 120.0) } else { 0.0 };
    let readings = day(profile.as_ref(), Nature::Volume, 60, value);
    assert!(readings[..833].iter().all(|reading| !reading.alarm));
    assert!(readings[845..].iter().all(|reading| reading.alarm));
    // The band follows the level: narrow at night, wide at noon.
    let width = |second| profile.as_ref().and_then(|p| p.band(second)).map_or(f64::NAN, |band| band.high - band.middle);
    assert!(width(43_200) > 1.8 * width(3600));
}

#[test]
fn a_watch_that_starts_an_hour_before_reads_the_same() {
    let profile = Past::new(14, 100.0, 100.0).learn(Nature::Plain, DayKind::Working);
    // A restless day with spikes, shifts and gaps.
    let value = |second: i64| match second / 60 {
        m if m % 97 < 3 => f64::NAN,
        m if m % 211 == 5 => 600.0,
        m if (500..700).contains(&m) => 1.3 * minute(7, second, 100.0),
        _ => minute(7, second, 100.0),
    };
    for step in [60, 300] {
        let long = day(profile.as_ref(), Nature::Plain, step, value);
        for at in (3600 / step..DAY / step).step_by(7) {
            let mut watch = Watch::new(Nature::Plain);
            let mut last = Reading::default();
            for i in at - Watch::MEMORY / step..=at {
                last = watch.step(profile.as_ref(), MIDNIGHT + i * step, value(i * step), f64::NAN);
            }
            assert_eq!(last, long[at as usize], "at {at} of steps of {step}");
        }
    }
}

#[test]
fn doubled_and_backward_rows_change_nothing() {
    let profile = Past::new(14, 100.0, 100.0).learn(Nature::Plain, DayKind::Working);
    let mut once = Watch::new(Nature::Plain);
    let mut twice = Watch::new(Nature::Plain);
    for m in 0..100 {
        let (at, value) = (MIDNIGHT + 60 * m, minute(7, 60 * m, 100.0));
        let reading = once.step(profile.as_ref(), at, value, f64::NAN);
        assert_eq!(twice.step(profile.as_ref(), at, value, f64::NAN), reading);
        assert_eq!(twice.step(profile.as_ref(), at, 1e6, f64::NAN).why, Why::Ignored);
        assert_eq!(twice.step(profile.as_ref(), at - 120, 1e6, f64::NAN).why, Why::Ignored);
    }
    assert_eq!(once, twice);
    // A clock that was a day ahead does not silence the series.
    twice.step(profile.as_ref(), MIDNIGHT + DAY, 100.0, f64::NAN);
    assert_ne!(twice.step(profile.as_ref(), MIDNIGHT + 6060, 100.0, f64::NAN).why, Why::Ignored);
}

#[test]
fn a_constant_series_is_quiet_until_it_changes() {
    let slots = [7.0; SLOTS];
    let days = [History { kind: DayKind::Working, slots: &slots, grain: 0.0 }; 5];
    let profile = Profile::learn(Nature::Plain, &days, DayKind::Working);
    let readings = day(profile.as_ref(), Nature::Plain, 60, |second| if second < 36_000 { 7.0 } else { 8.0 });
    assert!(readings[..600].iter().all(|reading| reading.score < 1e-3));
    assert_eq!(readings[600].why, Why::Far);
}

#[test]
fn too_little_is_said_to_be_too_little() {
    assert_eq!(Profile::learn(Nature::Plain, &[], DayKind::Working), None);
    let slots = [f32::NAN; SLOTS];
    let empty = History { kind: DayKind::Working, slots: &slots, grain: f32::NAN };
    assert_eq!(Profile::learn(Nature::Plain, &[empty; 28], DayKind::Working), None);
    assert!(grain(&[1.0; 50]).is_nan() && grain(&[]).is_nan());
    let missing = Watch::new(Nature::Plain).step(None, MIDNIGHT, f64::NAN, 0.0);
    assert_eq!((missing.why, missing.band), (Why::Missing, None));
}

#[test]
fn a_stored_middle_is_near_the_learned_one() {
    let past = Past::new(14, 100.0, 100.0);
    let profile = past.learn(Nature::Plain, DayKind::Working).expect("two weeks are enough");
    for second in (0..86_400).step_by(137) {
        let band = profile.band(second).expect("there is a season");
        let expected = usual(i64::from(second), 100.0);
        assert!((band.middle - expected).abs() < 0.04 * expected, "{second}: {} for {expected}", band.middle);
    }
    assert_eq!((MIDNIGHT + KST) % DAY, 0);
}

/// Numbers of every kind, rubbish among them.
fn any_value() -> impl Strategy<Value = f64> {
    prop_oneof![proptest::num::f64::ANY, -10.0..1000.0_f64, Just(f64::NAN), Just(f64::INFINITY), Just(0.0)]
}

fn any_nature() -> impl Strategy<Value = Nature> {
    prop_oneof![
        Just(Nature::Volume),
        Just(Nature::Share),
        Just(Nature::Duration),
        Just(Nature::Use),
        Just(Nature::Plain)
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn rubbish_gives_an_answer(
        nature in any_nature(),
        days in proptest::collection::vec(proptest::collection::vec(any_value(), 0..300), 0..5),
        rows in proptest::collection::vec((prop_oneof![0..4000_i64, proptest::num::i64::ANY], any_value(), any_value()), 0..200),
        grain_of_days in any_value(),
    ) {
        let slots: Vec<Vec<f32>> = days.iter().map(|day| day.iter().map(|v| *v as f32).collect()).collect();
        let kinds = [DayKind::Working, DayKind::Saturday, DayKind::Holiday];
        let days: Vec<History<'_>> = slots
            .iter()
            .enumerate()
            .map(|(i, slots)| History { kind: kinds[i % 3], slots, grain: grain_of_days as f32 })
            .collect();
        let profile = Profile::learn(nature, &days, DayKind::Working);
        let _ = slots.first().map(|slots| grain(slots));
        let mut watch = Watch::new(nature);
        let mut clock = MIDNIGHT;
        for (at, value, count) in rows {
            // Now a row soon after the last one, now any instant at all.
            let at = if (0..4000).contains(&at) { clock += at % 700 - 50; clock } else { at };
            let reading = watch.step(profile.as_ref(), at, value, count);
            prop_assert!((0.0..=100.0).contains(&reading.score));
            if let Some(band) = reading.band {
                prop_assert!(band.low <= band.high && band.middle.is_finite());
            }
        }
    }
}
