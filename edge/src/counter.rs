//! Counters that outlive a process, and the text in which Prometheus reads them (format 0.0.4).

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::database::{Database, DatabaseError, Value};
use crate::schema;

/// Counts by name, labels included: `bonghwa_refused_total{reason="forbidden"}`.
pub type Counts = BTreeMap<String, u64>;

/// Adds to what is stored.
pub fn add<D: Database>(db: &D, counts: &Counts) -> Result<(), DatabaseError> {
    for (name, count) in counts {
        db.execute(schema::COUNTER_ADD, &[Value::Text(name), Value::Integer((*count).min(1 << 32) as i64)])?;
    }
    Ok(())
}

/// All that is stored.
pub fn all<D: Database>(db: &D) -> Result<Counts, DatabaseError> {
    let mut counts = Counts::new();
    db.query(schema::COUNTER_ALL, &[], &mut |row| {
        counts.insert(row.text(0)?, row.integer(1)? as u64);
        Ok(())
    })?;
    Ok(counts)
}

/// The counts as text, each family headed by its type.
pub fn text(counts: &Counts) -> String {
    let (mut out, mut family) = (String::new(), "");
    for (name, count) in counts {
        let own = name.split('{').next().unwrap_or_default();
        // Writing to a String cannot fail.
        if own != family {
            let _ = writeln!(out, "# TYPE {own} counter");
            family = own;
        }
        let _ = writeln!(out, "{name} {count}");
    }
    out
}
