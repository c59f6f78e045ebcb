//! Answers that were given: kept with the hashes of all that they follow from, told again to the same text, and judged.
//!
//! One SQLite file in the data folder. An answer is kept under a name that follows from what it says, so the same answer given
//! twice is one. Personal data in the words of whoever asked is masked before it is written.

mod engine;
mod judged;
mod record;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use bonghwa_analytics::answer::Reply;
use bonghwa_analytics::ask::Question;
use bonghwa_analytics::format::Lang;
use bonghwa_analytics::time::DAY;
use rusqlite::{Connection, OptionalExtension, Row, params};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::record::{Conversation, Kept};
pub use self::record::{Engine, Prompt, Record, Written};
use crate::model::ModelUse;
use crate::model::phrase::Line;

/// Name of the file in the data folder.
const FILE_NAME: &str = "answers.sqlite";
/// Answers that are kept at most; those that nobody judged go first.
const MOST: i64 = 10_000;
/// Answers between two looks at what is too old or too much.
const SWEEP: u32 = 128;
/// Seconds for which a judged answer is kept on.
const JUDGED: i64 = 3650 * DAY;
/// Judgements of one answer.
const MOST_JUDGEMENTS: i64 = 50;
/// Most letters of a name, and of a note.
const LONGEST: (usize, usize) = (40, 500);

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS answer (
    id TEXT PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL, times INTEGER NOT NULL,
    context TEXT NOT NULL, version TEXT NOT NULL, engine TEXT NOT NULL, facts TEXT NOT NULL, words TEXT NOT NULL,
    reply BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS answer_last ON answer (last);
CREATE TABLE IF NOT EXISTS model (id TEXT PRIMARY KEY, uses TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS judgement (
    id TEXT NOT NULL, at INTEGER NOT NULL, verdict TEXT NOT NULL, note TEXT NOT NULL, name TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS judgement_id ON judgement (id);
";

/// Why an answer was not kept, found or judged.
#[derive(Debug, thiserror::Error)]
pub enum AnswersError {
    /// The file cannot be used.
    #[error("cannot use {0}: {1}; check its permissions and the space on its disk, or move it away to begin anew")]
    Database(PathBuf, rusqlite::Error),
    /// What was kept cannot be read.
    #[error("the answer {0} cannot be read ({1}); it was kept by another version, or its file is damaged")]
    Damaged(String, String),
    /// No such answer.
    #[error("there is no answer {0:?} here; answers are kept for a while only, and their number stands at their foot")]
    Unknown(String),
    /// What is said of it cannot be kept.
    #[error("a name has at most {} letters, a note {}, and neither holds control characters", LONGEST.0, LONGEST.1)]
    Words,
    /// It was judged too often.
    #[error("this answer was judged {MOST_JUDGEMENTS} times already; no more is kept")]
    TooMany,
}

/// Whether an answer was right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// 맞음
    Right,
    /// 틀림
    Wrong,
}

/// What somebody said of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Judgement {
    /// When, seconds since the epoch.
    pub at: i64,
    /// Right or wrong.
    pub verdict: Verdict,
    /// What would have been right, in their words.
    #[serde(default)]
    pub note: String,
    /// Who, in their words.
    #[serde(default)]
    pub by: String,
}

/// What a question was understood with, beside its words.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// The instant that "now" was.
    pub at: i64,
    /// The question that it went on from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Question>,
    /// Services that reported.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<String>,
    /// Whether it was given as data, so that its words say nothing of how it was understood.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub as_data: bool,
}

/// The answers of a data folder.
pub struct Answers {
    path: PathBuf,
    /// Seconds for which an answer is kept that nobody judged; 0 keeps none.
    keep: i64,
    database: Mutex<(Connection, u32)>,
}

impl Answers {
    /// Opens what was kept so far.
    pub fn open(folder: &Path, keep: i64) -> Result<Self, AnswersError> {
        let path = folder.join(FILE_NAME);
        let open = || {
            let database = Connection::open(&path)?;
            database.pragma_update(None, "journal_mode", "wal")?;
            database.pragma_update(None, "synchronous", "normal")?;
            database.execute_batch(SCHEMA)?;
            Ok(database)
        };
        let database = open().map_err(|error| AnswersError::Database(path.clone(), error))?;
        Ok(Self { path, keep, database: Mutex::new((database, 0)) })
    }

    /// Whether a reply is one that is kept: somebody typed words, and the settings do not say otherwise.
    pub fn wants(&self, reply: &Reply) -> bool {
        self.keep > 0 && !reply.text.trim().is_empty()
    }

    /// Keeps an answer, if it is [one that is kept](Self::wants), and gives it its name; `now` is this machine's clock.
    pub fn keep(&self, reply: &mut Reply, asked: &Asked, now: i64) -> Result<(), AnswersError> {
        reply.id.clear();
        if !self.wants(reply) {
            return Ok(());
        }
        let (id, kept) = Kept::of(reply, asked)?;
        self.with(|database, writes| {
            if *writes % SWEEP == 0 {
                sweep(database, now - self.keep)?;
            }
            *writes += 1;
            database
                .prepare_cached(
                    "INSERT INTO answer (id, first, last, times, context, version, engine, facts, words, reply) \
                     VALUES (?1, ?2, ?2, 1, ?3, ?4, ?5, ?6, ?7, ?8) \
                     ON CONFLICT (id) DO UPDATE SET last = excluded.last, times = times + 1",
                )?
                .execute(params![id, now, kept.context, kept.version, kept.engine, kept.facts, kept.words, kept.reply])
        })?;
        reply.id = id;
        Ok(())
    }

    /// Keeps what a model was asked, and what became of it.
    pub fn add(&self, id: &str, lang: Lang, uses: &[ModelUse], lines: &[Line]) -> Result<(), AnswersError> {
        if uses.is_empty() || self.keep == 0 {
            return Ok(());
        }
        let uses = json(&Conversation::of(lang, uses, lines));
        self.with(|database, _| {
            database.execute(
                "INSERT INTO model (id, uses) SELECT ?1, ?2 WHERE EXISTS (SELECT 1 FROM answer WHERE id = ?1) \
                 ON CONFLICT (id) DO UPDATE SET uses = excluded.uses",
                params![id, uses],
            )
        })?;
        Ok(())
    }

    /// An answer as it was given.
    pub fn reply(&self, id: &str) -> Result<Reply, AnswersError> {
        let kept = self.kept(id)?.ok_or_else(|| AnswersError::Unknown(id.to_owned()))?;
        Ok(Reply { id: id.to_owned(), ..kept.read(id)? })
    }

    /// An answer told again, with what it follows from.
    pub fn record(&self, id: &str) -> Result<Record, AnswersError> {
        let kept = self.kept(id)?.ok_or_else(|| AnswersError::Unknown(id.to_owned()))?;
        let uses: Option<String> = self.with(|database, _| {
            database.query_row("SELECT uses FROM model WHERE id = ?1", [id], |row| row.get(0)).optional()
        })?;
        let uses = uses.map(|uses| serde_json::from_str(&uses)).transpose().map_err(|error| damaged(id, &error))?;
        kept.record(id, uses, self.judgements(id)?)
    }

    /// Keeps what somebody says of an answer; all that was said of it comes back. When it returns it is durable.
    pub fn judge(&self, id: &str, judgement: &Judgement) -> Result<Vec<Judgement>, AnswersError> {
        let Judgement { at, verdict, note, by } = judgement;
        let bad = |text: &str, most| text.chars().count() > most || text.chars().any(char::is_control);
        if bad(by, LONGEST.0) || bad(note, LONGEST.1) {
            return Err(AnswersError::Words);
        }
        let said = self.judgements(id)?;
        if said.len() as i64 >= MOST_JUDGEMENTS {
            return Err(AnswersError::TooMany);
        }
        let kept = self.with(|database, _| {
            database.execute(
                "INSERT INTO judgement (id, at, verdict, note, name) \
                 SELECT ?1, ?2, ?3, ?4, ?5 WHERE EXISTS (SELECT 1 FROM answer WHERE id = ?1)",
                params![id, at, verdict.name(), record::masked(note), record::masked(by)],
            )
        })?;
        if kept == 0 {
            return Err(AnswersError::Unknown(id.to_owned()));
        }
        self.judgements(id)
    }

    /// Every answer that was judged, as a set of questions for `cargo xtask eval ask --questions`: a line of JSON each.
    pub fn judged(&self) -> Result<String, AnswersError> {
        let ids: Vec<String> = self.with(|database, _| {
            let mut all = database.prepare("SELECT DISTINCT id FROM judgement ORDER BY id")?;
            let ids = all.query_map([], |row| row.get(0))?;
            ids.collect()
        })?;
        let mut out = String::new();
        for id in ids {
            let Some(kept) = self.kept(&id)? else { continue };
            let Some(last) = self.judgements(&id)?.pop() else { continue };
            if let Some(line) = judged::line(&kept.read(&id)?, &kept.asked(&id)?, &last) {
                out.push_str(&line);
                out.push('\n');
            }
        }
        Ok(out)
    }

    fn judgements(&self, id: &str) -> Result<Vec<Judgement>, AnswersError> {
        let read = |row: &Row<'_>| {
            let verdict =
                if row.get_ref(1)?.as_str()? == Verdict::Right.name() { Verdict::Right } else { Verdict::Wrong };
            Ok(Judgement { at: row.get(0)?, verdict, note: row.get(2)?, by: row.get(3)? })
        };
        self.with(|database, _| {
            let mut all = database
                .prepare_cached("SELECT at, verdict, note, name FROM judgement WHERE id = ?1 ORDER BY rowid")?;
            let rows = all.query_map([id], read)?;
            rows.collect()
        })
    }

    fn kept(&self, id: &str) -> Result<Option<Kept>, AnswersError> {
        self.with(|database, _| {
            let mut one = database.prepare_cached(
                "SELECT context, version, engine, facts, words, reply, first, last, times FROM answer WHERE id = ?1",
            )?;
            one.query_row([id], |row| {
                Ok(Kept {
                    context: row.get(0)?,
                    version: row.get(1)?,
                    engine: row.get(2)?,
                    facts: row.get(3)?,
                    words: row.get(4)?,
                    reply: row.get(5)?,
                    first: row.get(6)?,
                    last: row.get(7)?,
                    times: row.get(8)?,
                })
            })
            .optional()
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut Connection, &mut u32) -> rusqlite::Result<T>) -> Result<T, AnswersError> {
        let mut guard = self.database.lock().unwrap_or_else(PoisonError::into_inner);
        let (database, writes) = &mut *guard;
        work(database, writes).map_err(|error| AnswersError::Database(self.path.clone(), error))
    }
}

impl Verdict {
    const fn name(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::Wrong => "wrong",
        }
    }
}

/// Forgets what is older than `before` or too much, except what somebody judged; that stays for ten years more.
fn sweep(database: &mut Connection, before: i64) -> rusqlite::Result<()> {
    const UNJUDGED: &str = "NOT EXISTS (SELECT 1 FROM judgement WHERE judgement.id = answer.id)";
    let transaction = database.transaction()?;
    transaction.execute(&format!("DELETE FROM answer WHERE last < ?1 AND {UNJUDGED}"), [before])?;
    transaction.execute("DELETE FROM answer WHERE last < ?1", [before - JUDGED])?;
    transaction.execute(
        &format!(
            "DELETE FROM answer WHERE id IN (SELECT id FROM answer WHERE {UNJUDGED} ORDER BY last DESC LIMIT -1 OFFSET ?1)"
        ),
        [MOST],
    )?;
    for table in ["model", "judgement"] {
        transaction.execute(&format!("DELETE FROM {table} WHERE id NOT IN (SELECT id FROM answer)"), [])?;
    }
    transaction.commit()
}

fn json(value: &impl Serialize) -> String {
    // These types have no keys but texts, the only thing that could fail.
    serde_json::to_string(value).unwrap_or_default()
}

fn damaged(id: &str, error: &impl ToString) -> AnswersError {
    AnswersError::Damaged(id.to_owned(), error.to_string())
}

#[cfg(test)]
mod tests;
