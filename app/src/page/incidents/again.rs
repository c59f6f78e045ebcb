//! Today judged again in this browser: what it does, how far it is, what came out.

use bonghwa_analytics::view::{IncidentsQuery, IncidentsView};
use leptos::ev::MouseEvent;
use leptos::prelude::{Get, RwSignal};

use crate::app::Here;
use crate::dom::{IntoNode, Node, live, markup};
use crate::page::Hands;
use crate::part::icon::{self, icon};
use crate::say::again as say;

/// How far the browser is with judging a day again.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Again {
    /// Nobody asked for it.
    #[default]
    Idle,
    /// So many pieces are done, of so many.
    Working(u32, u32),
    /// It is done.
    Done(Outcome),
    /// The reader gave it up.
    Stopped,
    /// It failed, and why.
    Failed(String),
}

/// What came out.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Outcome {
    /// Codes of the regions.
    pub(crate) regions: Vec<String>,
    /// Midnight of the day.
    pub(crate) day: i64,
    /// Series of all regions.
    pub(crate) series: f64,
    /// Values that were judged.
    pub(crate) steps: f64,
    /// Days that the bands of the region with most of them were learned from.
    pub(crate) days: f64,
    /// Bytes of the frames.
    pub(crate) bytes: f64,
    /// Seconds from the button to the result, and those of them in which a worker was judging, on average.
    pub(crate) seconds: f64,
    /// See `seconds`.
    pub(crate) busy: f64,
    /// Rows that were judged.
    pub(crate) rows: f64,
    /// Rows whose alarms are not those that they came with.
    pub(crate) differing: f64,
    /// Findings.
    pub(crate) findings: f64,
    /// Incidents of these.
    pub(crate) incidents: f64,
    /// Small signs that belong to none.
    pub(crate) signs: f64,
}

pub(super) fn again(here: &Here, view: &IncidentsView, query: &IncidentsQuery, hands: Hands) -> Node {
    let regions: Vec<String> = match query.region.as_str() {
        "" => view.regions.iter().map(|region| region.code.clone()).collect(),
        code => vec![code.to_owned()],
    };
    let (state, as_of, here) = (hands.again, view.as_of, here.clone());
    let (title, about) = (say::title(&here), say::about(&here, &regions));
    let body = live(move || body(&here, &state.get(), state, &regions, as_of));
    markup! {
        <section class="chapter again wasm" aria-labelledby="again">
            <h2 id="again">{title}</h2>
            <p class="subt">{about}</p>
            {body}
        </section>
    }
    .into_node()
}

fn body(here: &Here, state: &Again, signal: RwSignal<Again>, regions: &[String], as_of: i64) -> Node {
    let start = || {
        let regions = regions.to_vec();
        let press = move |_: MouseEvent| {
            #[cfg(feature = "hydrate")]
            crate::browser::again::start(signal, regions.clone(), as_of);
            let _ = (signal, &regions, as_of);
        };
        markup! { <button type="button" class="btn" on:click=press>{icon(icon::RELOAD)}{say::start(here)}</button> }
    };
    let stop = || {
        let press = move |_: MouseEvent| {
            #[cfg(feature = "hydrate")]
            crate::browser::again::stop(signal);
            let _ = signal;
        };
        markup! { <button type="button" class="btn" on:click=press>{icon(icon::CROSS)}{say::stop(here)}</button> }
    };
    // Button and figures keep their places, so that the focus stays where it was.
    let (button, how_far, said) = match state {
        Again::Working(done, of) => {
            let share = f64::from(*done) / f64::from((*of).max(1));
            let bar = markup! {
                <progress max="1" value=format!("{share:.3}") aria-label=say::title(here)></progress>
                <span>{say::how_far(share)}</span>
            };
            (stop().into_node(), bar.into_node(), Node::Empty)
        }
        Again::Done(outcome) => (start().into_node(), Node::Empty, result(here, outcome)),
        Again::Stopped => (start().into_node(), Node::Empty, say::stopped(here).into_node()),
        Again::Failed(reason) => {
            let text = markup! { {here.t.failed}". "{reason.clone()} };
            (start().into_node(), Node::Empty, text.into_node())
        }
        Again::Idle => (start().into_node(), Node::Empty, Node::Empty),
    };
    markup! { <div class="acts">{button}{how_far}</div><div class="came" role="status">{said}</div> }.into_node()
}

fn result(here: &Here, outcome: &Outcome) -> Node {
    let same = outcome.differing == 0.0;
    let mark = if same { icon(icon::CHECK) } else { icon(icon::COMPARE) };
    let rows: Vec<_> = say::figures(here, outcome)
        .into_iter()
        .map(|(name, value)| markup! { <div><dt>{name}</dt><dd>{value}</dd></div> })
        .collect();
    let why = (!same).then(|| markup! { <p class="small">{say::why_other(here)}</p> });
    markup! {
        <p class=if same { "verdict is-same" } else { "verdict" }>{mark}{say::verdict(here, outcome)}</p>
        {why}
        <dl>{rows}</dl>
    }
    .into_node()
}
