//! From words to a question.

mod again;
mod build;
mod hangul;
mod intent;
mod lexicon;
mod moment;
mod number;
mod place;
mod segment;
mod sense;
mod settle;
mod slots;
mod span;
mod text;
mod timeline;

pub use again::{When, again};
pub(super) use hangul::{initial, last, open};
pub use text::LONGEST;

use serde::{Deserialize, Serialize};

use self::build::build;
use self::intent::{Features, kind};
use self::place::Gazetteer;
use self::segment::{Token, segment};
use self::sense::{Cue, Sense, Time, Veto};
use self::settle::settle;
use self::slots::{Slots, slots};
use self::text::Text;
use super::question::{Area, Kind, Quantity, Question};
use super::starter::Starter;
use crate::region::Region;
use crate::view::Measure;

/// Instants at which a question can be asked: the years 1990 to 2200.
const INSTANTS: std::ops::RangeInclusive<i64> = 631_152_000..=7_258_118_400;
/// Choices that are offered at most.
const CHOICES: usize = 4;

/// What a question is understood against.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The instant that "now" is, seconds since the epoch.
    pub at: i64,
    /// Regions by settings.
    pub regions: &'a [Region],
    /// Services that are known, by the names under which they report.
    pub services: &'a [String],
    /// The question before this one, for one that goes on from it.
    pub previous: Option<&'a Question>,
}

/// What became of a text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Understood {
    /// A question, and what was taken for granted.
    Question {
        /// The question.
        question: Question,
        /// What the text left open and how it was filled, to be shown beside the answer.
        assumptions: Vec<Assumption>,
    },
    /// It may mean several things; which one is asked back.
    Ambiguous {
        /// What is open.
        about: About,
        /// What it may mean, most likely first.
        choices: Vec<Question>,
    },
    /// It cannot be answered.
    Cannot {
        /// Why.
        why: Reason,
        /// What can be asked instead.
        instead: Vec<Starter>,
    },
}

/// Something that the text left open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Assumption {
    /// No time was said.
    Period,
    /// Nothing was said to compare with.
    Against,
    /// No measure was said.
    Measures,
    /// It was not said how far ahead to look.
    Horizon,
    /// It was not said how many.
    Limit,
    /// The compared period is cut to as much as has passed of the running one.
    SameElapsed,
    /// An hour was taken for one of the afternoon.
    Afternoon,
    /// A word was read as another one.
    Spelling {
        /// As it was typed.
        typed: String,
    },
    /// Words that were not understood and left aside.
    Ignored {
        /// The words.
        words: String,
    },
}

/// What is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum About {
    /// Which region a name means.
    Region {
        /// The name.
        name: String,
    },
    /// What is to be measured.
    Measure,
    /// What is wanted.
    Kind,
    /// Whether words that were not understood change what is wanted.
    Words {
        /// The words.
        words: String,
    },
}

/// Why a text cannot be answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Reason {
    /// Nothing was asked.
    Empty,
    /// It is longer than [`LONGEST`].
    TooLong,
    /// It is an order to act; nothing here acts.
    Action,
    /// It is about persons; nothing personal is kept.
    Personal,
    /// It is about something else than the operation of these systems.
    OtherSubject,
    /// It is about something that is not measured here.
    NotMeasured,
    /// It names a place that is not in the list.
    UnknownPlace {
        /// The place.
        name: String,
    },
    /// It is about what has not happened yet.
    Future,
    /// It names a time that does not exist.
    NoSuchTime,
    /// Too little of it is known.
    NotUnderstood,
}

/// Understands a text.
///
/// The same text and context give the same outcome everywhere. It never panics, and takes a time that is bounded by
/// [`LONGEST`] and the number of regions and services: longer texts are refused before they are read.
pub fn understand(text: &str, context: &Context<'_>) -> Understood {
    let context = &Context { at: context.at.clamp(*INSTANTS.start(), *INSTANTS.end()), ..*context };
    let Some(text) = Text::new(text) else { return cannot(Reason::TooLong) };
    if text.len() == 0 {
        return cannot(Reason::Empty);
    }
    let places = Gazetteer::new(context.regions);
    let mut tokens = segment(&text, &places, context.services);
    settle(&text, &mut tokens, context.services);
    if let Some(reason) = tokens.iter().find_map(|token| refusal(&text, token)) {
        return cannot(reason);
    }
    let slots = slots(&text, &tokens, &places, context.services, context.at);
    if slots.no_such_time {
        return cannot(Reason::NoSuchTime);
    }
    let mut features = Features::of(&tokens);
    features.limit = slots.limit.is_some();
    features.threshold = slots.threshold.is_some();
    features.lasting = slots.threshold.is_some_and(|t| t.unit == Quantity::Seconds && t.value >= 300.0);
    features.ahead = slots.is_ahead(context.at);
    features.resource = slots
        .measures
        .iter()
        .any(|measure| matches!(measure, Measure::Load | Measure::Cpu | Measure::Memory | Measure::Heap));
    if !is_known_enough(&tokens, &features, context.previous.is_some() && slots.says_something()) {
        return cannot(Reason::NotUnderstood);
    }
    decide(&text, &tokens, &slots, &features, context)
}

/// Whether words for a time say that it is now, however they are written.
pub(crate) fn says_now(said: &str) -> bool {
    let Some(text) = Text::new(said) else { return false };
    let times: Vec<Sense> = segment(&text, &Gazetteer::new(&[]), &[]).into_iter().map(|token| token.sense).collect();
    let now = |sense: &&Sense| matches!(sense, Sense::Time(Time::Now));
    let other = |sense: &&Sense| matches!(sense, Sense::Time(_) | Sense::Number(_)) && !now(sense);
    times.iter().any(|sense| now(&sense)) && !times.iter().any(|sense| other(&sense))
}

fn cannot(why: Reason) -> Understood {
    use Starter::{Busiest, Capacity, CompareYesterday, Diagnose, Quarter, Report, Sessions};
    let instead = match why {
        Reason::Future => vec![Capacity, Quarter, CompareYesterday],
        Reason::Action => vec![Diagnose, Capacity, Report],
        Reason::Personal => vec![Sessions, CompareYesterday, Diagnose],
        _ => vec![CompareYesterday, Diagnose, Busiest],
    };
    Understood::Cannot { why, instead }
}

fn refusal(text: &Text, token: &Token) -> Option<Reason> {
    let Sense::Veto(veto) = token.sense else { return None };
    Some(match veto {
        Veto::Action => Reason::Action,
        Veto::Personal => Reason::Personal,
        Veto::Subject | Veto::Instruction => Reason::OtherSubject,
        Veto::NotMeasured => Reason::NotMeasured,
        Veto::Place => Reason::UnknownPlace { name: text.show(token.start, token.end) },
    })
}

/// Whether what is known outweighs what is not; `follows` if a slot is said of a question before.
fn is_known_enough(tokens: &[Token], features: &Features, follows: bool) -> bool {
    let known = tokens.iter().filter(|t| !matches!(t.sense, Sense::Unknown | Sense::Ending | Sense::Filler)).count();
    // Neighbouring unknown words are one thing that is not known.
    let unknown = |token: &Token| token.sense == Sense::Unknown;
    let unknown = tokens.iter().enumerate().filter(|(at, token)| {
        let before = at.checked_sub(1).and_then(|before| tokens.get(before));
        unknown(token) && !before.is_some_and(unknown)
    });
    match unknown.count() {
        0 => known > 0,
        1 => features.has_topic() || follows,
        unknown => features.has_topic() && known >= 2 * unknown,
    }
}

/// From slots and features to an outcome.
fn decide(text: &Text, tokens: &[Token], slots: &Slots, features: &Features, context: &Context<'_>) -> Understood {
    let said = kind(features, slots.sets_apart());
    let previous = context.previous.filter(|previous| goes_on(said, previous.kind, slots, features));
    let kind = match (said, previous) {
        // In what goes on, a measure or a number alone changes that slot and not the kind.
        (Some(Kind::Value), Some(previous)) if previous.kind != Kind::Value && !features.has(Cue::HowMuch) => {
            Some(previous.kind)
        }
        (Some(_), Some(previous)) if features.has_only_state() => Some(previous.kind),
        (Some(kind), _) => Some(kind),
        (None, Some(previous)) => Some(previous.kind),
        (None, None) => None,
    };
    let choices = |kinds: &[(Kind, &[Measure])]| -> Vec<Question> {
        let areas = first_areas(slots);
        kinds
            .iter()
            .map(|(kind, measures)| {
                let slots = Slots { measures: measures.to_vec(), ..slots.clone() };
                build(*kind, &slots, &areas, context, None).question
            })
            .collect()
    };
    let Some(kind) = kind else {
        if slots.hints.is_empty() && !slots.says_something() && features.anchors == 0 {
            return cannot(Reason::NotUnderstood);
        }
        if slots.is_ahead(context.at) {
            return cannot(Reason::Future);
        }
        if !slots.hints.is_empty() && features.hints > 0 && slots.periods.len() + slots.places.len() > 0 {
            return finish(Kind::Value, text, tokens, slots, context, previous);
        }
        let choices = choices(&[
            (Kind::Diagnose, &[]),
            (Kind::Value, &[Measure::Users]),
            (Kind::Trend, &[Measure::Load]),
            (Kind::Incidents, &[]),
        ]);
        return Understood::Ambiguous { about: About::Kind, choices };
    };
    if slots.is_ahead(context.at) && kind != Kind::Capacity {
        return cannot(Reason::Future);
    }
    if kind == Kind::Value
        && slots.measures.is_empty()
        && slots.hints.is_empty()
        && previous.is_none_or(|p| p.measures.is_empty())
    {
        // "몇 명" of nothing that is known is no question about users.
        if slots.places.is_empty() && slots.periods.is_empty() && features.anchors == 0 {
            return cannot(Reason::NotUnderstood);
        }
        let of = [Measure::Users, Measure::Load, Measure::LatencyP95, Measure::ErrorRate];
        let kinds: Vec<(Kind, &[Measure])> =
            of.iter().map(|measure| (Kind::Value, std::slice::from_ref(measure))).collect();
        return Understood::Ambiguous { about: About::Measure, choices: choices(&kinds) };
    }
    // "The best city" is best at nothing in particular.
    let nothing =
        slots.measures.is_empty() && slots.hints.is_empty() && features.anchors == 0 && !features.has(Cue::Slow);
    if kind == Kind::RankRegions && nothing && previous.is_none_or(|p| p.measures.is_empty()) {
        let of = [Measure::Load, Measure::Users, Measure::ErrorRate, Measure::LatencyP95];
        let kinds: Vec<(Kind, &[Measure])> = of.iter().map(|measure| (kind, std::slice::from_ref(measure))).collect();
        return Understood::Ambiguous { about: About::Measure, choices: choices(&kinds) };
    }
    finish(kind, text, tokens, slots, context, previous)
}

/// Whether a text goes on from the question before it: it says so, or it leaves out what a question of its own would say.
fn goes_on(said: Option<Kind>, before: Kind, slots: &Slots, features: &Features) -> bool {
    if slots.further || said.is_none() {
        return true;
    }
    if features.has_only_state() && slots.measures.is_empty() && features.anchors == 0 {
        return true;
    }
    // 어제는 어디가 높았어? asks for the same measure again.
    if said == Some(before) && slots.measures.is_empty() && slots.hints.is_empty() && features.anchors == 0 {
        return true;
    }
    let bare = !slots.says_something() && features.anchors == 0 && slots.hints.is_empty();
    let continuing = build::CONTINUING.iter().any(|cue| features.has(*cue));
    bare && (continuing || !features.has_topic())
        || said == Some(Kind::Value)
            && slots.periods.is_empty()
            && slots.places.is_empty()
            && !features.has(Cue::HowMuch)
}

fn first_areas(slots: &Slots) -> Vec<Area> {
    slots.places.iter().filter_map(|areas| areas.first().cloned()).collect()
}

/// Builds the question, or one for each thing that a name may mean.
fn finish(
    kind: Kind,
    text: &Text,
    tokens: &[Token],
    slots: &Slots,
    context: &Context<'_>,
    previous: Option<&Question>,
) -> Understood {
    let open = slots.places.iter().position(|areas| areas.len() > 1);
    if let Some(open) = open {
        let areas = slots.places.get(open).cloned().unwrap_or_default();
        let choices = areas.iter().take(CHOICES).map(|area| {
            let mut chosen = first_areas(slots);
            if let Some(place) = chosen.get_mut(open) {
                *place = area.clone();
            }
            build(kind, slots, &chosen, context, previous).question
        });
        let name = tokens.iter().filter(|token| matches!(token.sense, Sense::Place(_))).nth(open);
        let name = name.map(|token| text.show(token.start, token.end)).unwrap_or_default();
        return Understood::Ambiguous { about: About::Region { name }, choices: choices.collect() };
    }
    let built = build(kind, slots, &first_areas(slots), context, previous);
    let mut assumptions = built.assumptions;
    let typed = |token: &Token| text.show(token.start, token.end);
    let guessed = tokens.iter().filter(|token| token.guessed && !matches!(token.sense, Sense::Filler | Sense::Ending));
    assumptions.extend(guessed.map(|token| Assumption::Spelling { typed: typed(token) }));
    let ignored: Vec<String> = tokens.iter().filter(|token| token.sense == Sense::Unknown).map(typed).collect();
    // A measure beside a word that may be anything ("users' favourite colour") is asked back.
    let placed = !slots.places.is_empty() || !slots.periods.is_empty();
    let heavy = |words: &String| {
        let least = match (words.is_ascii(), placed) {
            // 몇 명 and "how many people" may be of anything.
            _ if slots.measures.is_empty() && kind == Kind::Value => 2,
            (true, true) => 5,
            (true, false) | (false, true) => 3,
            (false, false) => 2,
        };
        words.chars().count() >= least
    };
    let narrow = matches!(kind, Kind::Value | Kind::Trend | Kind::Incidents | Kind::RankRegions);
    if narrow && ignored.iter().any(heavy) {
        return Understood::Ambiguous {
            about: About::Words { words: ignored.join(" ") },
            choices: vec![built.question],
        };
    }
    if !ignored.is_empty() {
        assumptions.push(Assumption::Ignored { words: ignored.join(" ") });
    }
    Understood::Question { question: built.question, assumptions }
}
