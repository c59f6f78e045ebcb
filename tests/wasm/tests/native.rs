//! The report as the native program makes it.

#[test]
fn the_report_is_as_it_was_written_down() {
    let report = bonghwa_parity::report();
    assert!(report.lines().filter(|line| line.starts_with("sketch")).count() == 27);
    assert!(!report.contains("false"), "a sketch did not survive a round trip or a merge:\n{report}");
    assert_eq!(report, include_str!("../report.txt"));
}

#[test]
fn the_engine_stores_the_rows_of_the_report() {
    use bonghwa_analytics::frame::{Row, Sections};
    use bonghwa_edge::engine::{Engine, EngineConfig};
    use bonghwa_edge::sqlite::Sqlite;
    use bonghwa_parity::{KEY, edge};

    let config = EngineConfig {
        region: edge::REGION.into(),
        key: KEY.id(),
        retention: [i64::from(u32::MAX); 4],
        max_cells: EngineConfig::MAX_CELLS,
        session_gap: bonghwa_analytics::session::GAP,
    };
    // Two hours before, so that every level of the hour is open when the spans arrive.
    let mut engine = Engine::open(Sqlite::in_memory().unwrap(), config, edge::NOW - 7200).unwrap();
    for batch in edge::batches(&KEY).unwrap() {
        engine.ingest(edge::NOW - 3600, &[batch]).unwrap();
    }
    for late in [0, 60, 3600, 7200] {
        engine.tick(edge::NOW + late).unwrap();
    }
    for frame in edge::frames(&KEY).unwrap() {
        let stored = engine.frame(frame.resolution, 0, edge::NOW, Sections::ALL).unwrap();
        // Sessions go on from bucket to bucket in an engine; merged buckets alone do not know that.
        let plain = |row: Row| Row { seq: 0, sessions: None, ..row };
        let rows: Vec<Row> = stored.rows.into_iter().map(plain).collect();
        let expected: Vec<Row> = frame.rows.into_iter().map(plain).collect();
        assert!(!rows.is_empty() && rows == expected, "{:?}", frame.resolution);
    }
}
