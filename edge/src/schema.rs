//! The SQL text: the only place where tables are named.
//!
//! Invariant: one SQL text. Statements and migrations stand here once and run on rusqlite and in a Durable Object.

use crate::database::{Database, DatabaseError, Value, transaction};

/// Migrations in order; the n-th brings a database to version n. They are never edited, only added to.
///
/// A row of `bucket` is found by one integer: `(resolution * 2^41 + start) * 1024 + source`, which is below 2^53. The
/// summary stands before the large columns so that reading it does not touch their overflow pages.
const MIGRATIONS: [&[&str]; 5] = [FIRST, SECOND, THIRD, FOURTH, FIFTH];

const FIRST: &[&str] = &[
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE bucket (id INTEGER PRIMARY KEY, seq INTEGER NOT NULL, expires INTEGER NOT NULL, \
     summary BLOB NOT NULL, cells BLOB NOT NULL, registers BLOB NOT NULL)",
    "CREATE INDEX bucket_seq ON bucket (seq)",
    "CREATE TABLE journal (id INTEGER PRIMARY KEY, delta BLOB NOT NULL)",
    "CREATE TABLE digest (digest BLOB PRIMARY KEY, expires INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE source (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, lines INTEGER NOT NULL, digest BLOB NOT NULL)",
];

/// A Durable Object refuses rows of more than 2 MB: a long delta takes several rows of the journal (`more` says that the
/// next one belongs to it), and what a bucket's cells have beyond the first [`PIECE`] stands in `overflow`.
const SECOND: &[&str] = &[
    "ALTER TABLE journal ADD COLUMN more INTEGER NOT NULL DEFAULT 0",
    "CREATE TABLE overflow (id INTEGER NOT NULL, part INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (id, part)) \
     WITHOUT ROWID",
    "CREATE TABLE access_key (id TEXT PRIMARY KEY, purpose TEXT NOT NULL, sha256 BLOB NOT NULL, made INTEGER NOT NULL) \
     WITHOUT ROWID",
    "CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
];

/// How far an edge elsewhere was copied.
const THIRD: &[&str] = &["CREATE TABLE cursor (id INTEGER PRIMARY KEY, position TEXT NOT NULL)"];

/// Days as bands are learned from them, and the past days whose rows changed since they were judged.
const FOURTH: &[&str] = &[
    "CREATE TABLE sheet (day INTEGER PRIMARY KEY, bytes BLOB NOT NULL)",
    "CREATE TABLE stale (day INTEGER PRIMARY KEY, since INTEGER NOT NULL)",
];
/// What a row knows of sessions; rows from before know nothing.
const FIFTH: &[&str] = &["ALTER TABLE bucket ADD COLUMN sessions BLOB"];

/// Most bytes of one value: with all that stands beside it a row stays well below 2 MB.
pub(crate) const PIECE: usize = 1_000_000;

/// Value of `meta.version` once every migration has run.
pub const VERSION: i64 = MIGRATIONS.len() as i64;

pub(crate) const META_GET: &str = "SELECT value FROM meta WHERE key = ?1";
pub(crate) const META_PUT: &str = "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE value <> excluded.value";

pub(crate) const BUCKET_PUT: &str = "INSERT INTO bucket (id, seq, expires, summary, cells, registers, sessions) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, \
     expires = excluded.expires, summary = excluded.summary, cells = excluded.cells, registers = excluded.registers, \
     sessions = excluded.sessions";
pub(crate) const BUCKET_RANGE: &str = "SELECT id, seq, summary, cells, registers, coalesce(sessions, x'') FROM bucket WHERE id >= ?1 AND id < ?2 ORDER BY id";
pub(crate) const BUCKET_RANGE_CELLS: &str =
    "SELECT id, seq, summary, cells, x'', x'' FROM bucket WHERE id >= ?1 AND id < ?2 ORDER BY id";
pub(crate) const BUCKET_RANGE_SESSIONS: &str =
    "SELECT id, seq, coalesce(sessions, x'') FROM bucket WHERE id >= ?1 AND id < ?2 ORDER BY id";
pub(crate) const BUCKET_RANGE_SUMMARY: &str =
    "SELECT id, seq, summary FROM bucket WHERE id >= ?1 AND id < ?2 ORDER BY id";
pub(crate) const BUCKET_SINCE: &str = "SELECT id, seq, length(summary) + length(cells) + length(registers) + coalesce(length(sessions), 0) FROM bucket WHERE seq > ?1 ORDER BY seq LIMIT ?2";
pub(crate) const BUCKET_NEWEST: &str = "SELECT id FROM bucket WHERE id >= ?1 AND id < ?2 ORDER BY id DESC LIMIT 1";
pub(crate) const BUCKET_EXPIRE: &str = "DELETE FROM bucket WHERE id >= ?1 AND id < ?2 AND expires <= ?3";
pub(crate) const BUCKET_OF_SOURCE: &str = "SELECT id FROM bucket WHERE id % 1024 = ?1";

pub(crate) const OVERFLOW_PUT: &str = "INSERT INTO overflow (id, part, bytes) VALUES (?1, ?2, ?3)";
pub(crate) const OVERFLOW_GET: &str = "SELECT bytes FROM overflow WHERE id = ?1 ORDER BY part";
pub(crate) const OVERFLOW_CLEAR: &str = "DELETE FROM overflow WHERE id = ?1";
pub(crate) const OVERFLOW_EXPIRE: &str = "DELETE FROM overflow WHERE id NOT IN (SELECT id FROM bucket)";

pub(crate) const JOURNAL_PUT: &str = "INSERT INTO journal (delta, more) VALUES (?1, ?2)";
pub(crate) const JOURNAL_ALL: &str = "SELECT delta, more FROM journal ORDER BY id";
pub(crate) const JOURNAL_CLEAR: &str = "DELETE FROM journal";

pub(crate) const DIGEST_PUT: &str = "INSERT INTO digest (digest, expires) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
pub(crate) const DIGEST_EXPIRE: &str = "DELETE FROM digest WHERE expires <= ?1";

pub(crate) const SOURCE_GET: &str = "SELECT id, lines, digest FROM source \
     WHERE substr(name, 1, length(?1)) = ?1 OR substr(?1, 1, length(name)) = name ORDER BY length(name) LIMIT 1";
pub(crate) const SOURCE_NEXT: &str = "SELECT coalesce(max(id), 0) + 1 FROM source";
pub(crate) const SOURCE_PUT: &str = "INSERT INTO source (id, name, lines, digest) VALUES (?1, ?2, ?3, ?4) \
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, lines = excluded.lines, digest = excluded.digest";

pub(crate) const SHEET_RANGE: &str = "SELECT bytes FROM sheet WHERE day >= ?1 AND day < ?2 ORDER BY day";
pub(crate) const SHEET_PUT: &str =
    "INSERT INTO sheet (day, bytes) VALUES (?1, ?2) ON CONFLICT (day) DO UPDATE SET bytes = excluded.bytes";
pub(crate) const SHEET_DELETE: &str = "DELETE FROM sheet WHERE day = ?1";
pub(crate) const SHEET_EXPIRE: &str = "DELETE FROM sheet WHERE day < ?1";
pub(crate) const STALE_PUT: &str = "INSERT INTO stale (day, since) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
pub(crate) const STALE_COUNT: &str = "SELECT count(*) FROM stale";
pub(crate) const STALE_FIRST: &str = "SELECT day FROM stale WHERE since <= ?1 ORDER BY day LIMIT 1";
pub(crate) const STALE_DELETE: &str = "DELETE FROM stale WHERE day = ?1";

pub(crate) const CURSOR_GET: &str = "SELECT position FROM cursor WHERE id = 0";
pub(crate) const CURSOR_PUT: &str = "INSERT INTO cursor (id, position) VALUES (0, ?1) \
     ON CONFLICT (id) DO UPDATE SET position = excluded.position";

pub(crate) const KEY_PUT: &str = "INSERT INTO access_key (id, purpose, sha256, made) VALUES (?1, ?2, ?3, ?4)";
pub(crate) const KEY_ALL: &str = "SELECT id, purpose, sha256, made FROM access_key ORDER BY made, id";
pub(crate) const KEY_DELETE: &str = "DELETE FROM access_key WHERE id = ?1";

pub(crate) const COUNTER_ADD: &str =
    "INSERT INTO counter (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value";
pub(crate) const COUNTER_ALL: &str = "SELECT name, value FROM counter ORDER BY name";

/// Brings a database to the newest version. A database of a later version is refused and left alone.
pub fn migrate<D: Database>(db: &D) -> Result<(), DatabaseError> {
    let mut tables = 0;
    db.query("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'meta'", &[], &mut |row| {
        tables = row.integer(0)?;
        Ok(())
    })?;
    let mut version = 0;
    if tables > 0 {
        db.query(META_GET, &[Value::Text("version")], &mut |row| {
            version = row.integer(0)?;
            Ok(())
        })?;
    }
    if version > VERSION {
        return Err(DatabaseError::Corrupt(format!("it is of version {version}, this program knows up to {VERSION}")));
    }
    for (index, steps) in MIGRATIONS.iter().enumerate().skip(version as usize) {
        transaction(db, || {
            for sql in *steps {
                db.execute(sql, &[])?;
            }
            db.execute(META_PUT, &[Value::Text("version"), Value::Integer(index as i64 + 1)]).map(drop)
        })?;
    }
    Ok(())
}
