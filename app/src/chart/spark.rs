//! The small line under a figure.

use bonghwa_analytics::view::{DayChart, Standing};

use super::geometry::{Scale, band_path, line_path, pct, thin, x};

use crate::dom::{IntoNode, Node, markup};

/// Today and the usual range, without words; the figure above says the value.
pub(crate) fn spark(day: &DayChart, standing: Standing, label: String) -> Node {
    const MOST: usize = 144;
    let (today, low, high) = (thin(&day.today.values, MOST), thin(&day.low.values, MOST), thin(&day.high.values, MOST));
    let slots = (86_400 / day.step.max(1)) as usize;
    let slots = slots.div_ceil(slots.div_ceil(MOST).max(1));
    let max = [&today, &low, &high].into_iter().flatten().flatten().copied().fold(0.0, f64::max);
    let scale = Scale::to(max, 4.0);
    let out = matches!(standing, Standing::Above | Standing::Below);
    let dot =
        today.iter().rposition(Option::is_some).and_then(|i| Some((x(i, slots), scale.y(today.get(i).copied()??))));
    let dot = dot.map(|(x, y)| {
        markup! { <circle class=if out { "dot out" } else { "dot" } cx=pct(x) cy=pct(y) r="4"/> }
    });
    let band = (!high.is_empty()).then(|| {
        markup! {
            <path class="band" d=band_path(&low, &high, slots, &scale)/>
            <path class="bedge" d=line_path(&low, slots, &scale)/>
            <path class="bedge" d=line_path(&high, slots, &scale)/>
        }
    });
    markup! {
        <div class="plot sparkplot" role="img" aria-label=label>
            <svg viewBox="0 0 1440 100" preserveAspectRatio="none" aria-hidden="true">
                {band}
                <path class="today" d=line_path(&today, slots, &scale)/>
            </svg>
            <svg class="over" aria-hidden="true">{dot}</svg>
        </div>
    }
    .into_node()
}
