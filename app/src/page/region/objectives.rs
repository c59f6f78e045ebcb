//! Service-level objectives: what is left of each error budget, and how fast it goes.

use bonghwa_analytics::format::{MISSING, count, decimal, exact};
use bonghwa_analytics::objective::{Budget, PERIOD, Spent};
use bonghwa_analytics::time::DAY;
use bonghwa_analytics::view::{RegionView, Unit};

use crate::app::Here;
use crate::dom::{IntoNode, Node, markup};
use crate::part::table::{chapter, table};
use crate::say::objective as say;

/// Windows of which the burn rate is shown.
const SHOWN: [i64; 3] = [3600, 6 * 3600, 3 * DAY];

pub(super) fn objectives(here: &Here, view: &RegionView) -> Node {
    if view.objectives.is_empty() {
        return Node::Empty;
    }
    let t = here.t;
    let head = [t.objective, t.standing, t.achieved, t.requests, t.bad, t.budget_left, t.burn_1h, t.burn_6h, t.burn_3d];
    let rows = view.objectives.iter().map(|budget| cells(here, budget)).collect();
    let body = markup! {
        {table(here, t.objectives, 2, &head, rows)}
        <p class="small">{say::note(here, &view.objectives)}</p>
    };
    chapter("objectives", t.objectives, body.into_node())
}

fn cells(here: &Here, budget: &Budget) -> Vec<Node> {
    let lang = here.lang;
    let whole = budget.window(PERIOD);
    let left = |left: Option<f64>| left.map_or_else(|| MISSING.to_owned(), |v| exact(v, Unit::Ratio, lang));
    let number = |value: Option<f64>| value.map_or_else(|| MISSING.to_owned(), |v| count(v.round()));
    let mut cells = vec![
        say::promise(here, &budget.objective).into_node(),
        say::standing(here, budget).into_node(),
        whole.and_then(Spent::good).map_or_else(|| MISSING.to_owned(), say::share).into_node(),
        number(whole.map(|spent| spent.requests)).into_node(),
        number(whole.map(|spent| spent.bad)).into_node(),
        left(budget.left()).into_node(),
    ];
    let times = lang.pick("배", "\u{a0}×");
    cells.extend(SHOWN.map(|window| {
        let burn = budget.burn(window);
        burn.map_or_else(|| MISSING.to_owned(), |burn| format!("{}{times}", decimal(burn, u32::from(burn < 100.0))))
            .into_node()
    }));
    cells
}
