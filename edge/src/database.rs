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

/// A SQLite database. Whoever holds it may run statements; that only one does so at a time is for the owner to see to.
pub trait Database {
    /// Runs a statement and says how many rows it changed: exactly 0 if it changed none, at least 1 if it did.
    fn execute(&self, sql: &str, params: &[Value<'_>]) -> Result<u64, DatabaseError>;
    /// Runs a query. `on_row` does not use the database.
    fn query(&self, sql: &str, params: &[Value<'_>], on_row: OnRow<'_>) -> Result<(), DatabaseError>;
    /// Calls `body` once, inside a transaction: what it wrote is durable if it returned `true`, forgotten if it
    /// returned `false` or if committing failed. A Durable Object knows no statements for this, only a callback.
    fn atomically(&self, body: &mut dyn FnMut() -> bool) -> Result<(), DatabaseError>;
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
    db: &D,
    body: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    let mut body = Some(body);
    let mut result = None;
    let ended = db.atomically(&mut || {
        result = body.take().map(|body| body());
        matches!(result, Some(Ok(_)))
    });
    match (result, ended) {
        // SQLite may have rolled back by itself (a full disk); the first error is the one to report.
        (Some(Err(error)), _) => Err(error),
        (_, Err(error)) => Err(error.into()),
        (Some(Ok(value)), Ok(())) => Ok(value),
        (None, Ok(())) => Err(DatabaseError::Other("a transaction did not run".to_owned()).into()),
    }
}
