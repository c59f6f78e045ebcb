//! [`Database`] by the SQLite of a Durable Object.

use std::cell::Cell;

use bonghwa_edge::database::{Database, DatabaseError, OnRow, Row, Value};
use js_sys::{Function, Reflect, Uint8Array};
use wasm_bindgen::closure::ScopedClosure;
use wasm_bindgen::{JsCast, JsValue};
use worker::{SqlCursor, SqlStorage, SqlStorageValue, State};

/// Largest integer that JavaScript carries, 2^53 - 1.
const LARGEST: u64 = (1 << 53) - 1;

/// The database of an object.
pub(crate) struct Sql {
    inner: SqlStorage,
    storage: JsValue,
    written: Cell<u64>,
}

impl Sql {
    /// The database of the object with this state.
    pub(crate) fn new(state: &State) -> Self {
        let storage = state.storage();
        Self { inner: storage.sql(), storage: JsValue::from(storage.as_raw()), written: Cell::new(0) }
    }

    /// Rows written since this was asked last, as they are billed: indices count.
    pub(crate) fn take_written(&self) -> u64 {
        self.written.take()
    }

    fn run(&self, sql: &str, params: &[Value<'_>]) -> Result<SqlCursor, DatabaseError> {
        let params = params.iter().map(bind).collect::<Result<Vec<_>, _>>()?;
        self.inner.exec_raw(sql, params).map_err(|error| failed(&error.to_string()))
    }
}

impl Database for Sql {
    fn execute(&self, sql: &str, params: &[Value<'_>]) -> Result<u64, DatabaseError> {
        let written = self.run(sql, params)?.rows_written() as u64;
        self.written.set(self.written.get() + written);
        Ok(written)
    }

    fn query(&self, sql: &str, params: &[Value<'_>], on_row: OnRow<'_>) -> Result<(), DatabaseError> {
        for row in self.run(sql, params)?.raw() {
            on_row(&Fields(row.map_err(|error| failed(&error.to_string()))?))?;
        }
        Ok(())
    }

    /// `transactionSync` commits when its callback returns and forgets when it throws.
    fn atomically(&self, body: &mut dyn FnMut() -> bool) -> Result<(), DatabaseError> {
        let mut kept = true;
        let mut callback = || {
            kept = body();
            if kept { Ok(JsValue::UNDEFINED) } else { Err(JsValue::from_str("rolled back")) }
        };
        let ended = {
            let closure = ScopedClosure::<dyn FnMut() -> Result<JsValue, JsValue>>::borrow_mut_aborting(&mut callback);
            Reflect::get(&self.storage, &JsValue::from_str("transactionSync"))
                .and_then(JsCast::dyn_into::<Function>)
                .and_then(|function| function.call1(&self.storage, closure.as_ref()))
        };
        match ended {
            Err(error) if kept => Err(failed(&text_of(&error))),
            _ => Ok(()),
        }
    }
}

/// The fields of a row.
struct Fields(Vec<SqlStorageValue>);

impl Row for Fields {
    fn integer(&self, column: usize) -> Result<i64, DatabaseError> {
        match self.0.get(column) {
            Some(SqlStorageValue::Integer(value)) => Ok(*value),
            _ => Err(wrong(column, "an integer")),
        }
    }

    fn blob(&self, column: usize) -> Result<Vec<u8>, DatabaseError> {
        match self.0.get(column) {
            Some(SqlStorageValue::Blob(bytes)) => Ok(bytes.clone()),
            Some(SqlStorageValue::Null) => Ok(Vec::new()),
            _ => Err(wrong(column, "bytes")),
        }
    }

    fn text(&self, column: usize) -> Result<String, DatabaseError> {
        match self.0.get(column) {
            Some(SqlStorageValue::String(text)) => Ok(text.clone()),
            _ => Err(wrong(column, "text")),
        }
    }
}

/// A number that JavaScript would round is refused rather than stored as another one.
fn bind(value: &Value<'_>) -> Result<JsValue, DatabaseError> {
    match value {
        Value::Integer(value) if value.unsigned_abs() > LARGEST => {
            Err(DatabaseError::Other(format!("the integer {value} is larger than an object can keep")))
        }
        Value::Integer(value) => Ok(JsValue::from_f64(*value as f64)),
        Value::Text(text) => Ok(JsValue::from_str(text)),
        Value::Blob(bytes) => Ok(Uint8Array::from(*bytes).into()),
    }
}

fn wrong(column: usize, wanted: &str) -> DatabaseError {
    DatabaseError::Corrupt(format!("column {column} does not hold {wanted}"))
}

fn failed(text: &str) -> DatabaseError {
    if text.contains("SQLITE_FULL") || text.contains("database or disk is full") {
        DatabaseError::Full
    } else if text.contains("SQLITE_CORRUPT") {
        DatabaseError::Corrupt(text.to_owned())
    } else {
        DatabaseError::Other(text.to_owned())
    }
}

fn text_of(error: &JsValue) -> String {
    error.dyn_ref::<js_sys::Error>().map_or_else(|| format!("{error:?}"), |error| String::from(error.message()))
}
