//! Asking in plain words: [`understand`] turns a sentence into a [`Question`], without a model and always the same way.
//!
//! The text is normalised, cut into words of a lexicon by a cheapest path (so neither spaces nor particles matter, and a
//! typing error costs a little), times are read by a small grammar, and cues add up to a kind. What cannot be decided is
//! asked back; what is not ours to answer is refused with the reason. [`suggest`] completes while somebody types.

mod question;
mod starter;
mod suggest;
#[cfg(test)]
mod tests;
mod understand;

pub use question::{Area, Format, Kind, Limit, Order, Period, Quantity, Question, Threshold};
pub use starter::Starter;
pub use suggest::{Suggestion, begins_a_word, suggest};
pub(crate) use understand::says_now;
pub use understand::{About, Assumption, Context, LONGEST, Reason, Understood, When, again, understand};
