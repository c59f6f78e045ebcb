//! [`Database`] by rusqlite: the store of an edge that is embedded in the server.

use std::path::Path;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, ToSql};

use crate::database::{Database, DatabaseError, OnRow, Row, Value};

/// A SQLite file, or a database in memory for tests.
pub struct Sqlite(Connection);

impl Sqlite {
    /// Opens or creates a file. Commits survive a crash of the process (WAL, `synchronous=NORMAL`); with `durable`
    /// they survive a loss of power too (`FULL`).
    pub fn open(path: &Path, durable: bool) -> Result<Self, DatabaseError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Self::prepare(Connection::open_with_flags(path, flags).map_err(convert)?, durable)
    }

    /// A database that is gone when it is dropped.
    pub fn in_memory() -> Result<Self, DatabaseError> {
        Self::prepare(Connection::open_in_memory().map_err(convert)?, false)
    }

    fn prepare(connection: Connection, durable: bool) -> Result<Self, DatabaseError> {
        let pragma = |name: &str, value: &str| connection.pragma_update(None, name, value).map_err(convert);
        // Rows of some kilobytes waste little of a page of this size.
        pragma("page_size", "16384")?;
        // The answer of this pragma is a row, which `pragma_update` does not expect on every version.
        connection.query_row("PRAGMA journal_mode=WAL", [], |_| Ok(())).map_err(convert)?;
        pragma("synchronous", if durable { "FULL" } else { "NORMAL" })?;
        pragma("cache_size", "-2048")?;
        pragma("temp_store", "MEMORY")?;
        pragma("journal_size_limit", "8388608")?;
        connection.busy_timeout(std::time::Duration::from_secs(2)).map_err(convert)?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(Self(connection))
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self {
            Value::Integer(value) => ValueRef::Integer(value),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl Row for rusqlite::Row<'_> {
    fn integer(&self, column: usize) -> Result<i64, DatabaseError> {
        self.get(column).map_err(convert)
    }

    fn blob(&self, column: usize) -> Result<Vec<u8>, DatabaseError> {
        let value = self.get_ref(column).map_err(convert)?;
        match value {
            ValueRef::Blob(bytes) => Ok(bytes.to_vec()),
            ValueRef::Null => Ok(Vec::new()),
            other => {
                Err(DatabaseError::Corrupt(format!("column {column} holds {} where bytes belong", other.data_type())))
            }
        }
    }

    fn text(&self, column: usize) -> Result<String, DatabaseError> {
        self.get(column).map_err(convert)
    }
}

impl Database for Sqlite {
    fn execute(&self, sql: &str, params: &[Value<'_>]) -> Result<u64, DatabaseError> {
        let mut statement = self.0.prepare_cached(sql).map_err(convert)?;
        statement.execute(rusqlite::params_from_iter(params)).map(|n| n as u64).map_err(convert)
    }

    fn query(&self, sql: &str, params: &[Value<'_>], on_row: OnRow<'_>) -> Result<(), DatabaseError> {
        let mut statement = self.0.prepare_cached(sql).map_err(convert)?;
        let mut rows = statement.query(rusqlite::params_from_iter(params)).map_err(convert)?;
        while let Some(row) = rows.next().map_err(convert)? {
            on_row(row)?;
        }
        Ok(())
    }

    fn atomically(&self, body: &mut dyn FnMut() -> bool) -> Result<(), DatabaseError> {
        self.execute("BEGIN IMMEDIATE", &[])?;
        let committed = if body() { self.execute("COMMIT", &[]).map(drop) } else { Ok(()) };
        // After a commit, and where SQLite rolled back by itself (a full disk), nothing is open any more.
        let ended = if self.0.is_autocommit() { Ok(()) } else { self.execute("ROLLBACK", &[]).map(drop) };
        committed.and(ended)
    }
}

/// By value, so that it can stand in `map_err`.
#[expect(clippy::needless_pass_by_value)]
fn convert(error: rusqlite::Error) -> DatabaseError {
    let text = error.to_string();
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => DatabaseError::Full,
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            DatabaseError::ReadOnly(text)
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => DatabaseError::Locked(text),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => DatabaseError::Corrupt(text),
        _ => match error {
            rusqlite::Error::InvalidColumnType(..) | rusqlite::Error::FromSqlConversionFailure(..) => {
                DatabaseError::Corrupt(text)
            }
            _ => DatabaseError::Other(text),
        },
    }
}
