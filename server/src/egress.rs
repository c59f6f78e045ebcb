//! What leaves: the one place through which everything passes that goes to a model, to an agent or into an export.
//!
//! Here personal data is masked, and what left is counted, for the foot of every page, `GET /api/egress` and `/metrics`.
//! Pages and the data interface are no egress: they go to those who were let in.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use bonghwa_analytics::mask::{Profile, mask};
use serde::Serialize;
use serde_json::{Map, Value};

/// Where something goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Destination {
    /// A language model.
    Model,
    /// An agent that asks over MCP.
    Agent,
    /// A file that is taken away.
    Export,
}

impl Destination {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Model, Self::Agent, Self::Export];

    /// Its name, for metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Agent => "agent",
            Self::Export => "export",
        }
    }
}

/// What went to a destination since the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Sent {
    /// Where it went.
    pub destination: Destination,
    /// How many times something was sent.
    pub times: u64,
    /// How many of its texts held something that was masked.
    pub masked: u64,
    /// Bytes of text, after masking.
    pub bytes: u64,
}

/// Masks and counts. A cheap clone; all clones count together.
#[derive(Clone, Debug, Default)]
pub struct Egress(Arc<[Counters; Destination::ALL.len()]>);

#[derive(Debug, Default)]
struct Counters {
    times: AtomicU64,
    masked: AtomicU64,
    bytes: AtomicU64,
}

impl Egress {
    /// A text as it may leave; counts one sending.
    pub fn text(&self, to: Destination, text: &str) -> String {
        self.of(to).times.fetch_add(1, Relaxed);
        self.masked(to, text)
    }

    /// A value with every text in it, keys of objects included, as it may leave; counts one sending.
    pub fn json(&self, to: Destination, value: Value) -> Value {
        self.of(to).times.fetch_add(1, Relaxed);
        each_text(value, &mut |text| self.masked(to, text))
    }

    /// What went out since the start.
    pub fn sent(&self) -> [Sent; Destination::ALL.len()] {
        Destination::ALL.map(|destination| {
            let Counters { times, masked, bytes } = self.of(destination);
            Sent { destination, times: times.load(Relaxed), masked: masked.load(Relaxed), bytes: bytes.load(Relaxed) }
        })
    }

    /// How many times anything was sent anywhere.
    pub fn total(&self) -> u64 {
        self.sent().iter().map(|sent| sent.times).sum()
    }

    fn of(&self, to: Destination) -> &Counters {
        &self.0[to as usize]
    }

    /// Counts one sending of what was masked piece by piece, and so many bytes.
    pub fn count(&self, to: Destination, bytes: u64) {
        self.of(to).times.fetch_add(1, Relaxed);
        self.of(to).bytes.fetch_add(bytes, Relaxed);
    }

    /// A part of what will leave, masked; [`count`](Self::count) counts the whole.
    pub fn masked(&self, to: Destination, text: &str) -> String {
        // What reads a text must see what a person sees: nothing is hidden from one and shown to the other.
        let seen: String =
            if to == Destination::Export { text.to_owned() } else { text.chars().filter(|c| is_seen(*c)).collect() };
        let out = mask(&seen, Profile::Strict).text.to_string();
        let counters = self.of(to);
        counters.masked.fetch_add(u64::from(out != seen), Relaxed);
        counters.bytes.fetch_add(out.len() as u64, Relaxed);
        out
    }
}

/// A value with every text in it changed, keys of objects included.
pub(crate) fn each_text(value: Value, change: &mut dyn FnMut(&str) -> String) -> Value {
    match value {
        Value::String(text) => Value::String(change(&text)),
        Value::Array(items) => items.into_iter().map(|item| each_text(item, change)).collect(),
        Value::Object(fields) => {
            let changed = fields.into_iter().map(|(key, value)| (change(&key), each_text(value, change)));
            Value::Object(changed.collect::<Map<_, _>>())
        }
        other => other,
    }
}

/// No control character, no mark of direction, nothing without a width, no tag.
fn is_seen(c: char) -> bool {
    let hidden = matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{feff}' | '\u{e0000}'..='\u{e007f}' | '\u{fff9}'..='\u{fffb}');
    !hidden && (c == '\n' || !c.is_control())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_text_is_masked_and_every_sending_counted() {
        let egress = Egress::default();
        let phone = "010-1234-5678";
        let given = json!({ "a": [{ "b": format!("전화 {phone}") }, 5, null], phone: true });
        let out = egress.json(Destination::Model, given).to_string();
        assert!(!out.contains(phone) && out.contains("전화"), "{out}");
        assert!(!egress.clone().text(Destination::Export, &format!("tel {phone}")).contains(phone));
        let [model, agent, export] = egress.sent();
        assert_eq!((model.times, model.masked, agent.times, export.times), (1, 2, 0, 1));
        assert_eq!(egress.total(), 2);
        let hidden = "a\u{202e}b\u{200b}c\u{7}d\u{e0041}\n가";
        assert_eq!(egress.text(Destination::Agent, hidden), "abcd\n가");
        assert_eq!(egress.text(Destination::Export, hidden), hidden);
    }
}
