//! Counts as thin bars, for a row of small charts that share one scale.

use super::geometry::{WIDTH, put};
use crate::dom::{IntoNode, Node, markup};

/// The bars of one row; `top` is the count that fills the height. `out` draws them as what left its range.
pub(crate) fn bars(values: &[Option<f64>], top: f64, out: bool, label: String) -> Node {
    let mut path = String::new();
    for (i, value) in values.iter().enumerate() {
        if let Some(value) = value.filter(|value| *value > 0.0) {
            path.push('M');
            put(&mut path, (i as f64 + 0.5) / values.len() as f64 * WIDTH);
            path.push_str(" 100V");
            put(&mut path, (100.0 - value / top.max(1.0) * 100.0).clamp(0.0, 100.0));
        }
    }
    markup! {
        <div class="plot mini" role="img" aria-label=label>
            <svg viewBox="0 0 1440 100" preserveAspectRatio="none" aria-hidden="true">
                <path class=if out { "bars out" } else { "bars" } d=path/>
                <path class="zero" d="M0 100H1440"/>
            </svg>
        </div>
    }
    .into_node()
}
