//! A chart taken along: its values as a table, itself as a picture.

use super::{Chart, plot_id, table};
use crate::app::Here;
use crate::dom::{IntoNode, Node, markup};
use crate::part::icon::{self, icon};
use crate::say;

/// 표로 보기, and a picture as PNG or SVG. `public/picture.js` makes pictures of what the page shows, so that they need no
/// server; `name` is their title.
pub(crate) fn take(here: &Here, chart: &Chart, name: &str) -> Node {
    let t = here.t;
    let note = say::picture::note(chart.start, chart.end(), chart.step, chart.unit, here.lang);
    let pictures: Vec<_> = ["PNG", "SVG"]
        .into_iter()
        .map(|form| {
            let label = format!("{} {form}", t.as_picture);
            markup! { <button type="button" class="quiet" data-picture=form aria-label=label>{form}</button> }
        })
        .collect();
    markup! {
        <div class="take" data-plot=plot_id(chart) data-title=name.to_owned() data-note=note>
            <details>
                <summary>{icon(icon::DOWN)}{t.show_table}</summary>
                {table::table(here, chart, name)}
            </details>
            <p class="wasm"><span aria-hidden="true">{t.as_picture}</span>{pictures}<span role="status"></span></p>
        </div>
    }
    .into_node()
}
