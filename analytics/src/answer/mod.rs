//! From a question to its answer: facts, tables and charts as data, to be phrased by whoever shows them.
//!
//! An answer holds no sentence and no number without its source: conclusions are chosen here, words are put round them where
//! they are shown. The same frames, question and instant give the same answer everywhere.

mod capacity;
mod compare;
mod diagnose;
mod endpoint;
mod measure;
mod rank;
mod report;
mod runbook;
mod sessions;

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

pub use capacity::{AheadRow, Needed};
pub use compare::{Compared, Pair};
pub use diagnose::Diagnosed;
pub use endpoint::{EndpointRow, Endpoints};
pub use measure::Measured;
pub use rank::{RankRow, Ranked};
pub use report::Reported;

pub(crate) use measure::{course, error, mean, stats, users_method};
pub(crate) use sessions::sessions;

use crate::ask::{Area, Assumption, Context, Kind, Question, Understood, When, again, says_now, understand};
use crate::atlas::{Atlas, Track, Union};
use crate::bucket::Bucket;
use crate::identity::IdentityMode;
use crate::region::Region;
use crate::view::{
    CapacityPlan, ForecastQuery, ForecastView, IncidentRow, IncidentsView, Moment, NowView, Passage, PeriodChart,
    SessionsQuery, SessionsView,
};

/// Where answers read from: the edges of a server, or files at hand.
pub trait Source {
    /// Why it cannot be read.
    type Error;

    /// Reads the atlas, with what else is known at this moment.
    fn atlas<T>(&self, read: impl FnOnce(&Atlas, &Moment<'_>) -> T) -> T;
    /// The page 지금 as it stands.
    fn now(&self) -> Result<NowView, Self::Error>;
    /// Distinct identities of some regions together (empty: of all) over a period.
    fn users(&self, regions: &[String], from: i64, to: i64, mode: IdentityMode) -> Result<Option<Union>, Self::Error>;
    /// What a region's rows of a period hold, without identities.
    fn cells(&self, region: &str, from: i64, to: i64) -> Result<Bucket, Self::Error>;
    /// Incidents of a region (empty: of all) that touch a period.
    fn incidents(&self, region: &str, from: i64, to: i64) -> Result<IncidentsView, Self::Error>;
    /// Sessions that stand out.
    fn sessions(&self, query: &SessionsQuery) -> Result<SessionsView, Self::Error>;
    /// Where a measure goes.
    fn forecast(&self, query: &ForecastQuery) -> Result<ForecastView, Self::Error>;
    /// What needs more before the quarter ends, in all regions.
    fn capacity(&self) -> Result<CapacityPlan, Self::Error>;
    /// Passages of runbooks that fit some words, best first; none where there are no runbooks.
    fn runbooks(&self, _words: &str, _limit: usize) -> Vec<Passage> {
        Vec::new()
    }
}

/// The answer to a question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Answer {
    /// The instant of the newest data.
    pub as_of: i64,
    /// Whether any of it is demonstration data.
    pub demo: bool,
    /// Name of the system, Korean and English.
    pub title: (String, String),
    /// The question that is answered.
    pub question: Question,
    /// Regions by settings, for their names.
    pub regions: Vec<Region>,
    /// What tells users apart in it.
    pub mode: IdentityMode,
    /// The answer by the kind of the question.
    pub body: Body,
    /// The course of what is asked about, where it has one.
    pub charts: Vec<PeriodChart>,
    /// Regions of the question that send nothing, with their last instant (0 if never heard of).
    pub late: Vec<(String, i64)>,
}

/// What an answer holds, by the kind of question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// One time beside another, or regions beside each other.
    Compared(Compared),
    /// What is wrong and why.
    Diagnosed(Box<Diagnosed>),
    /// Sessions that stand out.
    Sessions(Box<SessionsView>),
    /// What is needed, and when.
    Needed(Box<Needed>),
    /// The parts of a report.
    Reported(Box<Reported>),
    /// Regions in order.
    Ranked(Ranked),
    /// Endpoints in order.
    Endpoints(Endpoints),
    /// Numbers, or a course.
    Measured(Vec<Measured>),
    /// Incidents of a period.
    Incidents(Box<IncidentsView>),
}

/// Earlier questions that are read again to understand one.
const MOST_BEFORE: usize = 6;

/// What somebody asks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Asking {
    /// In their words.
    pub text: String,
    /// What they asked before, oldest first, where this goes on from it.
    pub before: Vec<String>,
    /// Other periods that were chosen for those, place by place; absent ones were answered as asked.
    #[cfg_attr(feature = "schema", schemars(with = "Vec<Option<String>>"))]
    pub before_when: Vec<Option<When>>,
    /// Which of several meanings is meant, from 0, where the words have several.
    pub pick: Option<u8>,
    /// The question before as data, in the place of `before`.
    pub previous: Option<Question>,
    /// A question that is understood already, in the place of words.
    pub question: Option<Question>,
    /// Another period to ask the question for, in the place of its own: `today`, `last-week`, `FROM~TO`, `+3h`, ….
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub when: Option<When>,
    /// The instant that "now" is; absent for the newest data.
    pub at: Option<i64>,
}

/// What comes back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Reply {
    /// The words that were asked.
    pub text: String,
    /// The instant of the newest data.
    pub as_of: i64,
    /// Whether any of it is demonstration data.
    pub demo: bool,
    /// Name of the system, Korean and English.
    pub title: (String, String),
    /// Regions by settings.
    pub regions: Vec<Region>,
    /// What became of the words.
    pub understood: Understood,
    /// The answer, where they are a question.
    pub answer: Option<Answer>,
    /// What runbooks say to it, best first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runbooks: Vec<Passage>,
    /// Under which name a server keeps it, to be judged and told again; empty where nobody does.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub id: String,
}

/// Understands what is asked, and answers it.
pub fn reply<S: Source>(source: &S, asking: &Asking) -> Result<Reply, S::Error> {
    let (as_of, demo, title, regions, services) = source.atlas(|atlas, moment| {
        (moment.as_of, moment.demo, moment.title.clone(), moment.regions(atlas), services(atlas))
    });
    let context = Context {
        at: asking.at.filter(|at| *at < as_of).unwrap_or(as_of),
        regions: &regions,
        services: &services,
        previous: asking.previous.as_ref(),
    };
    let understood = read(asking, &context);
    let answer = match &understood {
        Understood::Question { question, .. } => Some(answer(source, question)?),
        _ => None,
    };
    let text = asking.text.clone();
    let runbooks = runbook::passages(source, &text, &understood, answer.as_ref());
    Ok(Reply { text, as_of, demo, title, regions, understood, answer, runbooks, id: String::new() })
}

/// Services that report from any region, by name.
pub fn services(atlas: &Atlas) -> Vec<String> {
    let mut services: Vec<String> = Vec::new();
    for region in &atlas.regions {
        services.extend(atlas.track(&region.code).into_iter().flat_map(Track::services));
    }
    services.sort();
    services.dedup();
    services
}

/// What is asked, for the period that was chosen.
fn read(asking: &Asking, context: &Context<'_>) -> Understood {
    match (in_words(asking, context), asking.when) {
        (Understood::Question { question, mut assumptions }, Some(when)) => {
            assumptions.retain(|assumption| !matches!(assumption, Assumption::Period | Assumption::Horizon));
            Understood::Question { question: again(&question, when, context.at), assumptions }
        }
        (understood, _) => understood,
    }
}

/// What is asked, after all that was asked before it.
fn in_words(asking: &Asking, context: &Context<'_>) -> Understood {
    let asked = |question: Question| Understood::Question { question, assumptions: Vec::new() };
    if let Some(question) = &asking.question {
        return asked(question.clone());
    }
    let previous = previous(asking, context);
    match (understand(&asking.text, &Context { previous: previous.as_ref(), ..*context }), asking.pick) {
        (Understood::Ambiguous { choices, .. }, Some(pick)) if usize::from(pick) < choices.len() => {
            asked(choices[usize::from(pick)].clone())
        }
        (understood, _) => understood,
    }
}

/// The question that the words go on from, if any.
pub fn previous(asking: &Asking, context: &Context<'_>) -> Option<Question> {
    let mut previous = context.previous.cloned();
    let first = asking.before.len().saturating_sub(MOST_BEFORE);
    for (place, text) in asking.before.iter().enumerate().skip(first) {
        if let Understood::Question { question, .. } =
            understand(text, &Context { previous: previous.as_ref(), ..*context })
        {
            let when = asking.before_when.get(place).copied().flatten();
            previous = Some(when.map_or(question.clone(), |when| again(&question, when, context.at)));
        }
    }
    previous
}

/// Answers a question. Regions that it names and that do not exist are left out; a question of none but such is about all.
pub fn answer<S: Source>(source: &S, question: &Question) -> Result<Answer, S::Error> {
    let (as_of, demo, title) = source.atlas(|_, moment| (moment.as_of, moment.demo, moment.title.clone()));
    let asked = Asked::of(source, question);
    let mode = asked.mode;
    let mut charts = Vec::new();
    let body = match question.kind {
        Kind::Compare => {
            let compared = compare::compare(source, &asked)?;
            charts.extend(compare::charts(source, &asked));
            Body::Compared(compared)
        }
        Kind::Diagnose => Body::Diagnosed(Box::new(diagnose::diagnose(source, &asked)?)),
        Kind::Sessions => Body::Sessions(Box::new(sessions(source, &asked)?)),
        Kind::Capacity => Body::Needed(Box::new(capacity::capacity(source, &asked)?)),
        Kind::Report => match Reported::of(source, &asked, &mut |_| ControlFlow::Continue(()))? {
            Some(reported) => Body::Reported(Box::new(reported)),
            // Only whoever hears of the steps can stop it.
            None => Body::Measured(Vec::new()),
        },
        Kind::RankRegions => Body::Ranked(rank::rank(source, &asked)?),
        Kind::SlowEndpoints => Body::Endpoints(endpoint::endpoints(source, &asked)?),
        Kind::Value | Kind::Trend => {
            if question.kind == Kind::Trend || question.period.to - question.period.from >= 3600 {
                charts.extend(compare::charts(source, &asked));
            }
            let (from, to) = asked.period();
            Body::Measured(measure::measured(source, &asked, from, to)?)
        }
        Kind::Incidents => Body::Incidents(Box::new(asked.incidents(source)?)),
    };
    let late = source.atlas(|atlas, moment| {
        let ours = asked.codes();
        let since = |code: &String| Some((code.clone(), moment.late_since(atlas.track(code), code)?));
        ours.iter().filter_map(since).collect()
    });
    Ok(Answer { as_of, demo, title, question: question.clone(), regions: asked.regions, mode, body, charts, late })
}

/// A question with what every kind of answer needs to know.
pub(crate) struct Asked<'a> {
    pub(crate) question: &'a Question,
    pub(crate) regions: Vec<Region>,
    /// The areas asked about; at least one, with all regions if none was named.
    areas: Vec<Area>,
    pub(crate) as_of: i64,
    pub(crate) mode: IdentityMode,
}

impl<'a> Asked<'a> {
    /// A question to a source as it stands.
    pub(crate) fn of<S: Source>(source: &S, question: &'a Question) -> Self {
        let (regions, as_of, mode) =
            source.atlas(|atlas, moment| (moment.regions(atlas), moment.as_of, question.mode.unwrap_or(moment.mode)));
        Self::new(question, regions, as_of, mode)
    }

    fn new(question: &'a Question, regions: Vec<Region>, as_of: i64, mode: IdentityMode) -> Self {
        let known = |code: &String| regions.iter().any(|region| region.code == *code);
        let mut areas: Vec<Area> = Vec::new();
        for area in &question.areas {
            let codes: Vec<String> = area.regions.iter().filter(|code| known(code)).cloned().collect();
            if !codes.is_empty() || area.regions.is_empty() {
                areas.push(Area { name: area.name.clone(), regions: codes });
            }
        }
        if areas.is_empty() {
            areas.push(Area { name: String::new(), regions: Vec::new() });
        }
        Self { question, regions, areas, as_of, mode }
    }

    /// All that is asked about as one area.
    pub(crate) fn area(&self) -> Area {
        match self.areas.as_slice() {
            [one] => one.clone(),
            _ => Area { name: String::new(), regions: self.codes() },
        }
    }

    /// The regions of an area.
    pub(crate) fn codes_of(&self, area: &Area) -> Vec<String> {
        if area.regions.is_empty() {
            self.regions.iter().map(|r| r.code.clone()).collect()
        } else {
            area.regions.clone()
        }
    }

    /// The regions of all areas, each once, in the order of the settings.
    pub(crate) fn codes(&self) -> Vec<String> {
        if self.areas.iter().any(|area| area.regions.is_empty()) {
            return self.regions.iter().map(|region| region.code.clone()).collect();
        }
        let named = |region: &&Region| self.areas.iter().any(|area| area.regions.contains(&region.code));
        self.regions.iter().filter(named).map(|region| region.code.clone()).collect()
    }

    /// The period of a number: of this moment the last five minutes.
    fn period(&self) -> (i64, i64) {
        let period = &self.question.period;
        let (from, to) = (period.from, period.to);
        let now =
            to >= self.as_of - 60 && to - from <= 3600 && matches!(self.question.kind, Kind::Value | Kind::RankRegions);
        // The last hour is no moment, although the hour up to now is what now stands for.
        if now && (period.said.is_empty() || says_now(&period.said)) { (to - 300, to) } else { (from, to) }
    }

    /// The one region asked about, or empty.
    pub(crate) fn only(&self) -> String {
        let codes = self.codes();
        if let [code] = codes.as_slice() { code.clone() } else { String::new() }
    }

    /// Incidents and weak signs of the period in the regions asked about, and of the service where one is: an incident is about
    /// a service if its symptom or one of its causes is.
    fn incidents<S: Source>(&self, source: &S) -> Result<IncidentsView, S::Error> {
        let period = &self.question.period;
        let mut view = source.incidents(&self.only(), period.from, period.to)?;
        let codes = self.codes();
        let about = |row: &IncidentRow, service: &str| {
            let causes = row.explanation.iter().flat_map(|explanation| &explanation.causes);
            row.symptom.service == service || causes.into_iter().any(|cause| cause.service == service)
        };
        let ours = |row: &IncidentRow| {
            let service = self.question.service.as_deref();
            row.regions.iter().any(|region| codes.contains(region)) && service.is_none_or(|service| about(row, service))
        };
        view.rows.retain(ours);
        view.signs.retain(ours);
        if let Some(limit) = self.question.limit {
            view.rows.truncate(limit as usize);
        }
        Ok(view)
    }
}
