//! The little that the engine asks of SQLite, so that rusqlite and a Durable Object can both give it.
//!
//! Integers stay within 2^53, because a Durable Object carries them as doubles.

/// A parameter of a statement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// A whole number within 2^53.
    Integer(i64),
    /// Text.
    Text(&'a str),
    /// Bytes.
    Blob(&'a [u8]),
}

/// A row of a result.
pub trait Row {
    /// The integer in a column.
    fn integer(&self, column: usize) -> Result<i64, DatabaseError>;
    /// The bytes in a column; empty for NULL.
    fn blob(&self, column: usize) -> Result<Vec<u8>, DatabaseError>;
    /// The text in a column.
    fn text(&self, column: usize) -> Result<String, DatabaseError>;
}

/// Receives the rows of a query, one after the other.
pub type OnRow<'a> = &'a mut dyn FnMut(&dyn Row) -> Result<(), DatabaseError>;

/// A SQLite database.
pub trait Database {
    /// Runs a statement and says how many rows it changed.
    fn execute(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64, DatabaseError>;
    /// Runs a query.
    fn query(&self, sql: &str, params: &[Value<'_>], on_row: OnRow<'_>) -> Result<(), DatabaseError>;
    /// Opens a transaction.
    fn begin(&mut self) -> Result<(), DatabaseError>;
    /// Makes what was written since [`begin`](Self::begin) durable.
    fn commit(&mut self) -> Result<(), DatabaseError>;
    /// Forgets what was written since [`begin`](Self::begin).
    fn rollback(&mut self) -> Result<(), DatabaseError>;
}

/// Why the database refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DatabaseError {
    /// No space is left, or the quota is reached.
    #[error("the disk is full; free some space and send again")]
    Full,
    /// The file or its folder cannot be written.
    #[error("the data folder cannot be written ({0}); give the server write access to it")]
    ReadOnly(String),
    /// Another process holds it.
    #[error("the database is in use by another process ({0})")]
    Locked(String),
    /// The file is not a sound database of ours.
    #[error("the database is damaged or not one of ours ({0}); move it away and restore a copy")]
    Corrupt(String),
    /// Anything else.
    #[error("the database failed: {0}")]
    Other(String),
}

/// Runs `body` in a transaction: committed if it succeeds, forgotten if it fails.
pub fn transaction<D: Database, T, E: From<DatabaseError>>(
    db: &mut D,
    body: impl FnOnce(&mut D) -> Result<T, E>,
) -> Result<T, E> {
    db.begin()?;
    match body(db) {
        Ok(value) => match db.commit() {
            Ok(()) => Ok(value),
            Err(error) => {
                // SQLite may have rolled back by itself (a full disk); the first error is the one to report.
                let _ = db.rollback();
                Err(error.into())
            }
        },
        Err(error) => {
            let _ = db.rollback();
            Err(error)
        }
    }
}
